package simulator_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/vault"
)

var quiet = slog.New(slog.DiscardHandler)

// machine is an office's.
type machine struct {
	w    *world
	name string
	link *link
	due  time.Time

	// What outlives a process.
	dir      string // of the database and the mark beside it
	repoDir  string
	device   inbox.Device
	token    string
	known    string // which device it was when its database was opened last
	box      *ecdh.PrivateKey
	key      []byte // of its vault
	shelf    shelf
	offset   time.Duration // by how much its clock is wrong
	buddhist bool
	saved    map[string]bool // operations of which a person was told that they are saved
	tried    map[string]bool // and all that anybody tried to save
	copied   *copied

	// What does not.
	lives   int
	store   *sqlstore.Store
	repo    *gitrepo.Repository
	out     *outbox.Box
	courier *courier.Courier
	mirror  *mirror.Mirror
	rooms   *rooms // of a world with desks, once there is content
	random  io.Reader
	doubted map[string]bool // operations
	born    time.Time
	bornAt  time.Time // by its own clock
	broken  bool      // its disk failed: nothing more is written
	full    bool
	spoils  string // "before" or "after": the disk fails about the next commit
	armed   int    // so many moments until it is killed; 0: it is not
	power   bool   // by a loss of power: what was not synced may be lost
	synced  map[string][]byte
}

// copied is a database that somebody copied, with what it knew.
type copied struct {
	dir          string
	saved, tried map[string]bool
}

// killed is what a process panics with that is killed.
type killed struct{ m *machine }

func newMachine(w *world) *machine {
	w.names++
	m := &machine{w: w, name: fmt.Sprintf("office %d", len(w.machines)+1), due: w.now, saved: map[string]bool{}, tried: map[string]bool{}, shelf: shelf{}}
	m.link = &link{w: w, m: m}
	m.fresh()
	m.live()
	return m
}

// fresh gives it an empty disk, and makes it known to the centre.
func (m *machine) fresh() {
	w := m.w
	m.dir, m.repoDir = w.folder("office"), filepath.Join(w.folder("objects"), "content.git")
	first, err := gitrepo.Init(m.repoDir)
	w.must(err)
	w.must(first.Close())
	m.key = make([]byte, 32)
	_, err = io.ReadFull(w.random(), m.key)
	w.must(err)
	m.enrol()
}

// enrol makes it known as a new machine.
func (m *machine) enrol() {
	var key [32]byte
	_, err := io.ReadFull(m.w.random(), key[:])
	m.w.must(err)
	m.box, err = ecdh.X25519().NewPrivateKey(key[:])
	m.w.must(err)
	m.device, m.token = m.w.centre.enrol(m.name, m.box.PublicKey().Bytes())
}

// enrolAnew has a person enrol it anew, with all that waits on it.
func (m *machine) enrolAnew() {
	if m.w.centre.full || m.w.centre.broken || m.full {
		return // nobody can at the moment
	}
	m.enrol()
	m.w.say("%s: it is enrolled anew", m.name)
	m.restart()
}

// wall is the time that its clock shows.
func (m *machine) wall() time.Time {
	at := m.w.now.Add(m.offset)
	if m.buddhist {
		at = at.AddDate(543, 0, 0)
	}
	return at
}

// steady is its clock as a process measures times with it: setting it does not matter.
func (m *machine) steady() time.Time { return m.bornAt.Add(m.w.now.Sub(m.born)) }

// live starts its process on what is on its disk.
func (m *machine) live() {
	w := m.w
	m.lives++
	m.born, m.bornAt, m.broken, m.spoils = w.now, m.wall(), false, ""
	m.store = sqlstoretest.Open(w.t, filepath.Join(m.dir, "khumue.db"))
	var err error
	m.repo, err = gitrepo.OpenWith(m.repoDir, m.store.Refs())
	w.must(err)
	random := w.random()
	m.out, err = outbox.Open(w.t.Context(), outbox.Options{Store: boxDisk{m.store.Outbox(), m}, Mark: note{outbox.MarkFile(filepath.Join(m.dir, "mark")), m}, Now: m.wall, Random: random})
	if err != nil {
		m.tryAgain()
		return
	}
	safe, err := vault.New(m.key)
	w.must(err)
	m.furnish(random, safe)
	m.courier = courier.New(courier.Options{Box: m.out, Transport: m.link, Inlet: m.inlet(), Files: m.shelf, Program: "1", Now: m.steady, Random: random, Log: quiet})
	m.due = w.now
	if m.known != m.device.ID && m.known != "" { // it was enrolled anew
		if errors.Join(m.out.Renew(w.t.Context()), m.mirror.Anew(w.t.Context())) != nil {
			m.tryAgain()
			return
		}
	}
	m.known = m.device.ID
}

// tryAgain is what happens where a process can not start, as on a full disk: a person
// makes room, and starts it again.
func (m *machine) tryAgain() {
	m.shut()
	m.full = false
	m.live()
}

func (m *machine) shut() {
	m.w.must(errors.Join(m.repo.Close(), m.store.Close()))
}

// restart ends its process and starts another.
func (m *machine) restart() {
	m.shut()
	m.mortally(m.live)
}

// mortally does something during which the process may be killed, and starts it anew
// when it was.
func (m *machine) mortally(do func()) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if k, is := p.(killed); !is || k.m != m {
			panic(p)
		}
		m.w.say("%s: it was killed", m.name)
		m.shut()
		m.armed = 0
		m.mortally(m.live)
	}()
	do()
}

// step has its courier do the next thing.
func (m *machine) step() {
	m.mortally(func() {
		wait, err := m.courier.Step(m.w.t.Context())
		if err != nil {
			if m.broken {
				m.w.say("%s: it ends, and is started again: %v", m.name, err)
				m.restart()
				return
			}
			wait = max(wait, 10*time.Second)
		}
		m.due = m.w.now.Add(wait)
	})
}

// moment is one at which the process may be killed: its files stay as they are, or,
// when the power fails, what was not synced may go.
func (m *machine) moment() {
	if m.armed == 0 {
		return
	}
	if m.armed--; m.armed > 0 {
		return
	}
	dir := m.w.folder("office")
	for _, name := range onDisk {
		src, err := os.ReadFile(filepath.Join(m.dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if was, is := m.synced[name]; is && m.power {
			src = m.w.torn(was, src)
		}
		m.w.must(errors.Join(err, os.WriteFile(filepath.Join(dir, name), src, 0o600)))
	}
	m.dir = dir
	panic(killed{m})
}

// onDisk are the files of a machine's database.
var onDisk = []string{"khumue.db", "khumue.db-wal", "mark"}

// torn is a file of which everything up to was is on the disk, and of what changed
// since then some blocks.
func (w *world) torn(was, is []byte) []byte {
	const block = 512
	out := bytes.Clone(is[:min(len(is), len(was)+w.dice.IntN(max(1, len(is)-len(was)+1)))])
	if len(is) < len(was) {
		out = bytes.Clone(was)
	}
	for at := 0; at < len(out); at += block {
		end := min(at+block, len(out))
		switch {
		case w.chance(50):
		case end <= len(was):
			copy(out[at:end], was[at:end])
		case at >= len(was):
			clear(out[at:end])
		}
	}
	return out
}

// write is a transaction on its disk, during which it may be killed, or the disk fail.
func (m *machine) write(do func(moment func() error) error) error {
	switch {
	case m.broken:
		return errDisk
	case m.full:
		return errFull
	}
	m.moment()
	m.synced = nil
	if m.armed > 0 && m.power {
		m.synced = map[string][]byte{}
		for _, name := range onDisk[:2] {
			src, err := os.ReadFile(filepath.Join(m.dir, name))
			if err == nil {
				m.synced[name] = src
			}
		}
	}
	err := do(func() error {
		m.moment()
		if m.spoils == "before" {
			m.broken, m.spoils = true, ""
			return errDisk
		}
		return nil
	})
	m.synced = nil
	if err == nil && m.spoils == "after" {
		m.broken, m.spoils = true, ""
		return errDisk
	}
	if err == nil {
		m.moment()
	}
	return err
}

var (
	errFull = fault.New(fault.Unavailable, fault.Text{TH: "ดิสก์เต็ม", EN: "The disk is full."})
	errDisk = fault.New(fault.Unavailable, fault.Text{TH: "ดิสก์เสีย", EN: "The disk failed."})
)

// boxDisk is where a machine's outbox is kept.
type boxDisk struct {
	outbox.Store
	m *machine
}

func (d boxDisk) Write(ctx context.Context, do func(outbox.Records) error) error {
	return d.m.write(func(moment func() error) error {
		return d.Store.Write(ctx, func(r outbox.Records) error { return errors.Join(do(r), moment()) })
	})
}

// mirrorDisk is where it keeps what came.
type mirrorDisk struct {
	mirror.Store
	m *machine
}

func (d mirrorDisk) Write(ctx context.Context, do func(mirror.Records) error) error {
	return d.m.write(func(moment func() error) error {
		return d.Store.Write(ctx, func(r mirror.Records) error { return errors.Join(do(r), moment()) })
	})
}

// note is the mark beside the database.
type note struct {
	outbox.Mark
	m *machine
}

func (n note) Save(text string) error {
	if n.m.full || n.m.broken {
		return errFull
	}
	n.m.moment()
	err := n.Mark.Save(text)
	n.m.moment()
	return err
}

// carry copies files of a folder to another.
func (w *world) carry(from, to string, names ...string) {
	for _, name := range names {
		src, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, os.ErrNotExist) {
			_ = os.Remove(filepath.Join(to, name))
			continue
		}
		w.must(errors.Join(err, os.WriteFile(filepath.Join(to, name), src, 0o600)))
	}
}

// copyDown copies its database, as somebody does who wants to be safe.
func (m *machine) copyDown() {
	dir := m.w.folder("copy")
	m.w.carry(m.dir, dir, onDisk[:2]...)
	m.copied = &copied{dir, maps.Clone(m.saved), maps.Clone(m.tried)}
	m.w.say("%s: its database is copied", m.name)
}

// putBack puts the copy in the place of the database.
func (m *machine) putBack() {
	if m.copied == nil {
		return
	}
	dir := m.w.folder("office")
	m.w.carry(m.dir, dir, "mark") // which is no part of it
	m.w.carry(m.copied.dir, dir, onDisk[:2]...)
	m.saved, m.tried = maps.Clone(m.copied.saved), maps.Clone(m.copied.tried)
	m.shut()
	m.dir = dir
	m.w.say("%s: its database is put back from a copy", m.name)
	m.mortally(m.live)
}

// clone makes another machine of all that is on its disk.
func (m *machine) clone() {
	if len(m.w.machines) >= 4 {
		return
	}
	c := *m
	c.name, c.armed, c.copied, c.link = fmt.Sprintf("office %d", len(m.w.machines)+1), 0, nil, nil
	c.link = &link{w: m.w, m: &c}
	c.dir = m.w.folder("office")
	c.saved, c.tried, c.shelf = maps.Clone(m.saved), maps.Clone(m.tried), maps.Clone(m.shelf)
	m.w.carry(m.dir, c.dir, onDisk...)
	m.w.say("%s: its disk is copied, and %s made of it", m.name, c.name)
	c.mortally(c.live)
	m.w.machines = append(m.w.machines, &c)
}

// loseAll is a machine that is stolen. Another takes its place.
func (m *machine) loseAll() {
	if m.w.centre.full || m.w.centre.broken {
		return
	}
	m.w.say("%s: it is lost, and another takes its place", m.name)
	m.shut()
	m.saved, m.tried, m.shelf, m.copied = map[string]bool{}, map[string]bool{}, shelf{}, nil
	m.known, m.full = "", false
	m.fresh()
	m.mortally(m.live)
}

// entity is what something is done about: mostly the machine's own.
func (w *world) entity(m *machine) string {
	if w.chance(15) {
		return fmt.Sprintf("case:shared-%d", w.dice.IntN(2))
	}
	return fmt.Sprintf("case:%s-%d", strings.ReplaceAll(m.name, " ", "-"), w.dice.IntN(4))
}

// act has an officer do something.
func (m *machine) act() {
	if m.w.desks && m.w.chance(60) && m.open() != nil {
		m.actAtDesk()
		return
	}
	w := m.w
	w.deeds++
	c := command{N: w.deeds, Do: pick(w, doings...)}
	d := outbox.Deed{Kind: "sim.note", Entity: w.entity(m), By: pick(w, officers...), As: grant, At: m.wall()}
	if c.Do == "child" {
		c.Needs = w.entity(pick(w, w.machines...))
	}
	if w.chance(25) {
		c.Text = strings.Repeat("ก", w.dice.IntN(2000))
	}
	if w.chance(10) {
		d.Files = append(d.Files, m.shelf.put(strings.Repeat(fmt.Sprint(w.deeds), 1+w.dice.IntN(8_000))))
	}
	d.Do = c.append()
	ctx, slip, err := m.out.Note(w.t.Context(), d)
	w.must(err)
	m.tried[slip.ID()] = true
	err = boxDisk{m.store.Outbox(), m}.Write(ctx, func(r outbox.Records) error { return r.SetNote("effect "+slip.ID(), d.Entity) })
	w.say("%s: %s about %s by %s: %s, saved: %v", m.name, c.Do, d.Entity, d.By, slip.ID(), err == nil)
	if err == nil {
		m.saved[slip.ID()] = true
	} else if m.broken {
		m.restart()
	}
}

// items are all operations of its outbox.
func (m *machine) items() []outbox.Item {
	list, err := m.out.Items(m.w.t.Context(), outbox.Filter{})
	m.w.must(err)
	slices.SortStableFunc(list, func(a, b outbox.Item) int { return a.Made.Compare(b.Made) })
	return list
}

// shelf are files by their sums.
type shelf map[string]string

type book struct{ *strings.Reader }

func (book) Close() error { return nil }

// Open opens a file.
func (s shelf) Open(sum string) (courier.File, error) {
	text, there := s[sum]
	if !there {
		return nil, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return book{strings.NewReader(text)}, nil
}

// put keeps a file, and returns its name.
func (s shelf) put(text string) wire.File {
	sum := sha256.Sum256([]byte(text))
	name := hex.EncodeToString(sum[:])
	s[name] = text
	return wire.File{SHA256: name, Size: int64(len(text))}
}
