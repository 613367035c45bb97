package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing/fstest"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/scope"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

// The people of the agency.
var (
	officers = []catalog.OfficerID{"o-aaaaaaaaaaaaaaaa", "o-bbbbbbbbbbbbbbbb", "o-cccccccccccccccc"}
	grant    = rights.Grant{Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt"}}
	opdc     = staff.Acting{Officer: rights.Officer{ID: "o-pppppppppppppppp", Grants: []rights.Grant{{Role: catalog.RoleOPDC}}}, Request: "r"}
)

// content is a little of the sample portal, in which links lead nowhere but to what is
// there.
var content = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	sample, some := os.DirFS("../../../content"), fstest.MapFS{}
	for _, name := range []string{"site.yaml", "catalog.yaml", "agencies/mot/agency.yaml", "agencies/mot/dlt/agency.yaml", thePlace,
		"agencies/mot/dlt/manuals/dlt-xgveak/manual.md", "agencies/mot/dlt/processes/dlt-u3iddp.yaml", "agencies/mot/dlt/processes/dlt-xgveap.yaml"} {
		src, err := fs.ReadFile(sample, name)
		if err != nil {
			return gitrepo.Hash{}, err
		}
		if name == thePlace {
			src = elsewhere.ReplaceAll(src, nil)
		}
		some[name] = &fstest.MapFile{Data: src, Mode: 0o644}
	}
	return p.AddFS(some, func(string) bool { return false })
}}

// elsewhere are the manuals and processes of the point that are left out.
var elsewhere = regexp.MustCompile(`(?m)^  - dlt-(u3iddl|p6buqz|rq3ez5|qfgdkd|plfczn|67bh3i|qfgdkp|plfczp|67bh3p)\n`)

// centre is the centre's side.
type centre struct {
	w *world

	// What outlives a process.
	dir     string // of the database
	side    string // of content and files
	offset  time.Duration
	outside map[string]int // effects beside the database, by operation, which are put back with it
	removed map[string]bool
	devices int
	effects int
	commits int
	copied  *backup

	// What does not.
	store  *sqlstore.Store
	repo   *gitrepo.Repository
	desk   *inbox.Desk
	scope  *scope.Desk
	rooms  *rooms
	broken bool
	spoils string
	full   bool
	armed  int
	down   bool // what does operations can not be reached
	busy   bool // everybody is told to come later
	moved  bool // the agency is no more
}

// backup is one of the centre.
type backup struct {
	dir, side string
	outside   map[string]int
}

func newCentre(w *world) *centre {
	c := &centre{w: w, dir: w.folder("centre"), side: w.folder("content"), outside: map[string]int{}, removed: map[string]bool{}}
	w.centre = c
	repo, tree := content.Copy(w.t, filepath.Join(c.side, "content.git"))
	w.must(c.bootstrap(repo, tree))
	w.must(repo.Close())
	c.live()
	w.must(c.store.Write(w.t.Context(), func(r staff.Records) error {
		for n, id := range officers {
			u := staff.User{ID: id, Issuer: "https://id.example", Subject: string(id), Name: fmt.Sprintf("เจ้าหน้าที่ %d", n+1), Created: c.now()}
			held := grant
			held.Role = roles[n]
			g := staff.Grant{Grant: held, ID: fmt.Sprintf("0190a1b2-c3d4-7000-8000-%012x", n+1), User: id, Source: staff.ByImport, From: c.now()}
			if err := errors.Join(r.PutUser(u), r.PutGrant(g)); err != nil {
				return err
			}
		}
		return nil
	}))
	return c
}

// now is the time that the centre's clock shows.
func (c *centre) now() time.Time { return c.w.now.Add(c.offset) }

// live starts the centre's process on what is on its disk.
func (c *centre) live() {
	w := c.w
	c.broken, c.spoils = false, ""
	c.store = sqlstoretest.Open(w.t, filepath.Join(c.dir, "khumue.db"))
	var err error
	c.repo, err = gitrepo.Open(filepath.Join(c.side, "content.git"))
	w.must(err)
	random := w.random()
	safe, err := vault.New([]byte(strings.Repeat("k", 32)))
	w.must(err)
	c.scope = &scope.Desk{Ledger: &ledger.Ledger{Repo: c.repo, Now: c.now, Random: random}, Staff: c.store, Licences: c.store.Licences(), Delays: c.store.Delays(), Vault: safe,
		Settings: func() map[string]string { return map[string]string{"rights_days": "30"} }, Key: []byte("key of the cursors, 32 bytes long"), Now: c.now, Log: quiet}
	c.desk = &inbox.Desk{Store: inboxDisk{c.store.Inbox(), c}, Files: &inbox.Files{Dir: filepath.Join(c.side, "files"), Quota: 30 << 20}, Doer: c, Scope: c, Structure: c, Epoch: c.store.Epoch,
		Now: c.now, Random: random, Log: quiet, At: c.at}
	c.furnish(random, safe)
}

func (c *centre) shut() { c.w.must(errors.Join(c.repo.Close(), c.store.Close())) }

func (c *centre) restart() {
	c.shut()
	c.live()
}

// at ends the process now and then, wherever it stands: what is on its disk stays.
func (c *centre) at(point string) {
	if c.armed == 0 {
		return
	}
	if c.armed--; c.armed > 0 {
		return
	}
	dir := c.w.folder("centre")
	c.w.carry(c.dir, dir, onDisk[:2]...)
	c.dir = dir
	panic(inbox.Killed(point))
}

// mortally does something during which the process may be killed, and starts it anew
// when it was.
func (c *centre) mortally(do func()) (died bool) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		k, is := p.(inbox.Killed)
		if !is {
			panic(p)
		}
		c.w.say("the centre was killed: %s", k)
		died = true
		c.restart()
	}()
	do()
	return false
}

// talk takes a message that somebody sent under a token, and returns the answer.
func (c *centre) talk(token string, src []byte) (answer []byte, err error) {
	died := c.mortally(func() {
		var dev inbox.Device
		var m wire.Message
		dev, err = c.desk.Admit(c.w.t.Context(), token)
		if errors.Is(err, fault.Forbidden) {
			err = broke(courier.SignIn, "401")
		}
		if err != nil {
			return
		}
		if m, err = wire.Read(src); err != nil {
			answer, err = wire.Message{Type: wire.Refusal, Code: wire.BadMessage, Text: fault.Text{TH: "ไม่รับ", EN: "No."}}.Append(nil), nil
			return
		}
		if c.busy && c.w.chance(60) {
			answer = wire.Message{Type: wire.Wait, Nonce: m.Nonce, After: c.w.upTo(time.Minute).Milliseconds()}.Append(nil)
			return
		}
		reply := c.desk.Talk(c.w.t.Context(), dev, m)
		c.w.say("%s: %s", dev.Name, words(m, reply))
		answer = reply.Append(nil)
	})
	if died {
		return nil, broke(courier.Cut, "the centre went away")
	}
	return answer, err
}

// words tells a message and its answer in short.
func words(m, reply wire.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", m.Type)
	for _, op := range m.Ops {
		fmt.Fprintf(&b, " %d:%s", op.Seq, op.ID)
	}
	fmt.Fprintf(&b, " → %s %s", reply.Type, reply.Code)
	for _, r := range reply.Results {
		fmt.Fprintf(&b, " %s=%s", r.ID, r.Status)
		if r.Processed {
			b.WriteByte('+')
		}
	}
	if reply.Reception != nil {
		fmt.Fprintf(&b, " %s seq %d of %d", reply.Reception.Standing, reply.Reception.Seq, reply.Reception.Count)
	}
	return b.String()
}

// work has the centre do what there is to do now.
func (c *centre) work() {
	c.mortally(func() {
		for range 50 {
			did, err := c.desk.Step(c.w.t.Context())
			if err != nil || !did {
				return
			}
		}
	})
	if c.broken {
		c.restart()
	}
}

// pending is how much is to be done.
func (c *centre) pending() (n int) {
	c.w.must(c.store.Inbox().Read(c.w.t.Context(), func(r inbox.Records) error {
		all, err := r.Devices()
		for _, dev := range all {
			b, failed := r.Backlog(dev.ID)
			n, err = n+b.Pending, errors.Join(err, failed)
		}
		return err
	}))
	return n
}

// inboxDisk is where the centre keeps what came.
type inboxDisk struct {
	inbox.Store
	c *centre
}

func (d inboxDisk) Write(ctx context.Context, do func(inbox.Records) error) error {
	switch {
	case d.c.broken:
		return errDisk
	case d.c.full:
		return errFull
	}
	err := d.Store.Write(ctx, func(r inbox.Records) error {
		err := do(r)
		if err == nil && d.c.spoils == "before" {
			d.c.broken, d.c.spoils = true, ""
			return errDisk
		}
		return err
	})
	if err == nil && d.c.spoils == "after" {
		d.c.broken, d.c.spoils = true, ""
		return errDisk
	}
	return err
}

// enrol makes a machine known.
func (c *centre) enrol(name string, box []byte) (inbox.Device, string) {
	c.devices++
	token := fmt.Sprint("secret ", c.devices)
	dev := inbox.Device{ID: fmt.Sprintf("0190a1b2-c3d4-7000-8000-%012x", c.devices), Agency: "dlt", Name: name, Token: inbox.HashOf(token), Box: box, Enrolled: c.now(), EnrolledBy: opdc.ID}
	c.w.must(c.store.Inbox().Write(c.w.t.Context(), func(r inbox.Records) error { return r.PutDevice(dev) }))
	return dev, token
}

// revoke shuts a machine out.
func (c *centre) revoke(id string) {
	if c.full || c.broken {
		return
	}
	err := c.store.Inbox().Write(c.w.t.Context(), func(r inbox.Records) error {
		dev, err := r.Device(id)
		if err != nil {
			return err
		}
		dev.Revoked = c.now()
		return r.PutDevice(dev)
	})
	if !errors.Is(err, fault.NotFound) {
		c.w.must(err)
	}
	c.w.say("the centre shuts %s out", id)
}

// disable lets an officer sign in no more, or again.
func (c *centre) disable(id catalog.OfficerID) {
	c.w.must(c.store.Write(c.w.t.Context(), func(r staff.Records) error {
		u, err := r.User(id)
		if err != nil {
			return err
		}
		if u.Disabled.IsZero() {
			u.Disabled = c.now()
		} else {
			u.Disabled = time.Time{}
		}
		c.w.say("%s may sign in: %v", id, u.Disabled.IsZero())
		return r.PutUser(u)
	}))
}

// decide has a person decide what the centre can not.
func (c *centre) decide() {
	ctx := c.w.t.Context()
	items, _, err := c.desk.Attention(ctx, opdc, trail.Page{Limit: 10})
	c.w.must(err)
	if len(items) == 0 || c.full || c.broken {
		return
	}
	c.mortally(func() {
		what := pick(c.w, inbox.TryAgain, inbox.Refuse)
		err := c.desk.Decide(ctx, opdc, items[0].ID, what, "ไม่ถูกต้อง")
		c.w.say("a person decides of %s: %s, %v", items[0].ID, what, err)
	})
}

// backUp copies all that the centre has.
func (c *centre) backUp() {
	b := &backup{dir: c.w.folder("backup"), side: c.w.folder("backup"), outside: maps.Clone(c.outside)}
	c.w.carry(c.dir, b.dir, onDisk[:2]...)
	c.w.must(os.CopyFS(filepath.Join(b.side, "content.git"), os.DirFS(filepath.Join(c.side, "content.git"))))
	c.copied = b
	c.w.say("the centre is backed up")
}

// putBack puts the backup in the place of all that the centre has; files of
// operations are no part of it.
func (c *centre) putBack() {
	if c.copied == nil {
		return
	}
	b := c.copied
	c.shut()
	c.dir, c.side, c.outside, c.copied = b.dir, b.side, b.outside, nil
	c.live()
	_, err := c.store.NewEpoch(c.w.t.Context())
	c.w.must(err)
	c.w.say("the centre is put back from its backup")
	c.backUp()
}

// publish changes what the centre publishes.
func (c *centre) publish() {
	c.commits++
	name := pick(c.w, "agencies/mot/agency.yaml", "agencies/mot/dlt/agency.yaml", "site.yaml")
	at, main, err := c.repo.Resolve(gitrepo.Main)
	c.w.must(err)
	src, err := c.repo.File(main.Tree, name)
	c.w.must(err)
	b := c.repo.NewBatch()
	blob, err := b.Add(gitrepo.Blob, fmt.Appendf(src, "# %d\n", c.commits))
	c.w.must(err)
	tree, err := b.Put(main.Tree, gitrepo.SetFile(name, blob))
	c.w.must(err)
	by := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: c.now()}
	next, err := b.NewCommit(gitrepo.Change{Tree: tree, Parents: []gitrepo.Hash{at}, Author: by, Committer: by, Message: "Change\n"}, nil)
	c.w.must(errors.Join(err, b.Close()))
	c.w.must(c.repo.Refs().Update(c.w.t.Context(), gitrepo.Move{Ref: gitrepo.Main, Old: at, New: next}))
	c.w.say("the centre publishes %s anew", name)
}

// Target knows dlt, unless it is no more.
func (c *centre) Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error) {
	if c.moved {
		return rights.Target{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return rights.Target{Chain: []catalog.AgencyCode{agency, "mot"}, Point: point}, nil
}

// Below is not asked for.
func (*centre) Below(agency catalog.AgencyCode) []catalog.AgencyCode {
	return []catalog.AgencyCode{agency}
}

// Pull tells what changed.
func (c *centre) Pull(ctx context.Context, dev inbox.Device, cursor string, have []byte) ([]wire.Change, string, bool, error) {
	return c.scope.Pull(ctx, scope.Office{ID: dev.ID, Agency: dev.Agency, Point: dev.Point, Box: dev.Box}, cursor, have)
}

// command is what the cheap operations say.
type command struct {
	N     int    `json:"n"`
	Do    string `json:"do"`
	Needs string `json:"needs,omitempty"`
	Text  string `json:"text,omitempty"`
}

func (c command) append() []byte {
	src, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return src
}

// doings are what the cheap operations do, what is usual more often.
var doings = []string{"write", "write", "write", "write", "write", "outside", "outside", "child", "reject", "clash", "poison", "spoilt", "later"}

var errSpoilt = errors.New("a fault of the centre's own")

// Do does an operation.
func (c *centre) Do(ctx context.Context, dev inbox.Device, op wire.Op) (inbox.Outcome, error) {
	if !strings.HasPrefix(op.Kind, "sim.") {
		return c.rooms.doer.Do(ctx, dev, op)
	}
	act, err := outbox.ReadAct(op.Body)
	if err != nil {
		return inbox.Outcome{}, err
	}
	var cmd command
	if err := json.Unmarshal(act.Do, &cmd); err != nil {
		return inbox.Outcome{}, err
	}
	by, err := c.officer(inbox.Settle(ctx, nil), act.By)
	switch {
	case c.down, c.full:
		return inbox.Outcome{}, fault.New(fault.Unavailable, fault.Text{TH: "ใช้ไม่ได้", EN: "down"})
	case errors.Is(err, fault.NotFound):
		return inbox.Outcome{}, rights.Refused()
	case err != nil:
		return inbox.Outcome{}, err
	case c.removed[op.Entity]:
		return inbox.Outcome{Status: wire.Gone, Code: "gone", Text: fault.Text{TH: "ถูกลบแล้วเมื่อวานนี้", EN: "o-x removed it yesterday."}}, nil
	case cmd.Needs != "" && !c.known(ctx, cmd.Needs):
		return inbox.Outcome{Status: wire.Held, Code: wire.Waiting, Text: fault.Text{TH: "รอรายการก่อนหน้า", EN: "It waits for what comes before."}, Awaits: cmd.Needs}, nil
	}
	switch cmd.Do {
	case "reject":
		return inbox.Outcome{}, fault.New(fault.Invalid, fault.Text{TH: "เดือนนี้ล็อกแล้ว", EN: "The month is locked."}, fault.Text{TH: "ขอปลดล็อก", EN: "Ask for an unlock."})
	case "clash":
		return inbox.Outcome{Status: wire.Conflict, Code: "conflict", Text: fault.Text{TH: "แก้ไขพร้อมกัน", EN: "Both changed it."}, Value: []byte(`{"mine":1,"theirs":2}`)}, nil
	case "poison":
		panic("a map of nil")
	case "spoilt":
		if c.w.chance(60) {
			return inbox.Outcome{}, errSpoilt
		}
	case "later":
		if c.w.chance(50) {
			return inbox.Outcome{}, fault.New(fault.Unavailable, fault.Text{TH: "ใช้ไม่ได้", EN: "down"})
		}
	case "outside":
		c.outside[op.ID]++
		c.at("an effect outside")
		return inbox.Outcome{Value: []byte(`1`)}, nil
	}
	return inbox.Outcome{}, c.effect(ctx, by, op)
}

// effect is what an operation leaves in the database.
func (c *centre) effect(ctx context.Context, by staff.Acting, op wire.Op) error {
	c.effects++
	entry := trail.Entry{ID: fmt.Sprintf("%012d", c.effects), At: c.now(), Officer: by.ID, Action: "sim.did", Subject: op.ID, After: fmt.Sprintf("%q", op.Entity)}
	err := c.store.Write(ctx, func(r staff.Records) error {
		err := r.Record(entry)
		c.at("in the transaction of an effect")
		return err
	})
	c.at("behind an effect")
	return err
}

// known reports whether anything was done about an entity.
func (c *centre) known(ctx context.Context, entity string) (is bool) {
	c.w.must(c.store.Read(inbox.Settle(ctx, nil), func(r staff.Records) error {
		list, err := r.FindEntries(trail.Filter{Action: "sim.did", Page: trail.Page{Limit: 1000}})
		for _, e := range list {
			is = is || e.After == fmt.Sprintf("%q", entity)
		}
		return err
	}))
	return is
}

// officer is one who may sign in, with the rights of now.
func (c *centre) officer(ctx context.Context, id catalog.OfficerID) (by staff.Acting, err error) {
	err = c.store.Read(ctx, func(r staff.Records) error {
		u, err := r.User(id)
		if err == nil && !u.Disabled.IsZero() {
			err = fault.New(fault.NotFound, fault.Text{TH: "บัญชีนี้ถูกระงับ", EN: "this account is disabled"})
		}
		by = staff.Acting{Officer: u.Officer()}
		return err
	})
	return by, err
}

// Done knows the effects outside of the database.
func (c *centre) Done(ctx context.Context, dev inbox.Device, op wire.Op) (bool, inbox.Outcome, error) {
	if !strings.HasPrefix(op.Kind, "sim.") {
		return c.rooms.doer.Done(ctx, dev, op)
	}
	return c.outside[op.ID] > 0, inbox.Outcome{Value: []byte(`1`)}, nil
}
