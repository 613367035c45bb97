package simulator_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/outbox"
)

// world is one history: everything in it follows from its seed.
type world struct {
	t        testing.TB
	dice     *rand.Rand
	dir      string
	now      time.Time // the true time
	fetches  bool      // offices fetch what the centre tells
	desks    bool      // and their officers work at the real desks too
	centre   *centre
	machines []*machine
	late     []letter            // copies of messages that arrive once more
	sent     map[string][32]byte // what was sent under each id
	claims   []string            // violations that were seen on the way
	names    int
	deeds    int
	trace    []string
}

// letter is a message that went astray, and comes to the centre all the same.
type letter struct {
	token string
	src   []byte
	at    time.Time
}

// newWorld makes a centre and some offices.
func newWorld(t testing.TB, seed uint64) *world {
	t.Helper()
	w := &world{t: t, dice: rand.New(rand.NewPCG(seed, 9)), dir: scratch(t), fetches: seed%6 == 0, desks: seed%12 == 0, sent: map[string][32]byte{},
		now: time.Date(2026, 11, 5, 3, 0, 0, 0, time.UTC)}
	w.centre = newCentre(w)
	for range 2 + w.dice.IntN(5)/4 {
		w.machines = append(w.machines, newMachine(w))
	}
	if w.desks {
		w.run(20 * time.Second) // there is nothing to work on before content came
	}
	return w
}

// scratch is a folder in memory, where there is one: nothing of it has to last.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "khumue-simulator-")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return t.TempDir()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.tail())
	}
}

// say adds a line to the history.
func (w *world) say(format string, args ...any) {
	w.trace = append(w.trace, w.now.Format("02 15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// tail is how the history ended.
func (w *world) tail() string {
	return strings.Join(w.trace[max(0, len(w.trace)-60):], "\n")
}

func (w *world) chance(percent int) bool { return w.dice.IntN(100) < percent }

// upTo is a time between none and so long.
func (w *world) upTo(d time.Duration) time.Duration {
	return time.Duration(w.dice.Int64N(int64(d) + 1)).Truncate(time.Millisecond)
}

func pick[T any](w *world, list ...T) T { return list[w.dice.IntN(len(list))] }

// random is a source of its own, which is the same for the same seed.
func (w *world) random() io.Reader {
	var key [32]byte
	for i := range key {
		key[i] = byte(w.dice.Uint32())
	}
	return rand.NewChaCha8(key)
}

// folder makes a folder that nothing else has.
func (w *world) folder(what string) string {
	w.names++
	dir := filepath.Join(w.dir, fmt.Sprintf("%s-%d", what, w.names))
	w.must(os.MkdirAll(dir, 0o700))
	return dir
}

// pass lets time pass.
func (w *world) pass(d time.Duration) { w.now = w.now.Add(max(d, 0)) }

// run lets everything do what it has to do, for a time: whoever is due first, and the
// centre whenever time has passed.
func (w *world) run(d time.Duration) {
	w.t.Helper()
	end := w.now.Add(d)
	for n := 0; w.now.Before(end); n++ {
		if n > 20_000 {
			w.t.Fatalf("it never rests\n%s", w.tail())
		}
		first := w.machines[0]
		for _, m := range w.machines[1:] {
			if m.due.Before(first.due) {
				first = m
			}
		}
		at := end
		if first.due.Before(end) {
			at = first.due
		}
		w.pass(at.Sub(w.now))
		w.deliver()
		w.centre.work()
		if w.now.Before(end) {
			first.step()
		}
	}
}

// deliver brings what was late to the centre. Nobody hears the answer.
func (w *world) deliver() {
	for n := 0; n < len(w.late); n++ {
		l := w.late[n]
		if l.at.After(w.now) {
			continue
		}
		w.late = append(w.late[:n], w.late[n+1:]...)
		n--
		_, _ = w.centre.talk(l.token, l.src)
	}
}

// happen lets one thing happen.
func (w *world) happen() {
	m := pick(w, w.machines...)
	switch n := w.dice.IntN(200); {
	case n == 0:
		w.pass(100 * 24 * time.Hour)
		w.say("a season passes")
	case n < 2:
		m.mortally(func() {
			n, err := m.out.Tidy(w.t.Context())
			w.say("%s: it lets %d operations go, %v", m.name, n, err)
		})
	case n < 72:
		for range 1 + w.dice.IntN(4) {
			m.mortally(m.act)
		}
		m.due = w.now
	case n < 120:
		w.run(pick(w, w.upTo(5*time.Second), w.upTo(time.Minute), w.upTo(5*time.Minute)))
	case n < 148:
		w.network(m)
	case n < 168:
		w.disaster(m)
	case n < 184:
		w.authority(m)
	case n < 192:
		w.clock(m)
	case w.desks && w.chance(60):
		w.centre.actAtDesk()
	default:
		w.centre.publish()
	}
}

// network changes how one office's line is.
func (w *world) network(m *machine) {
	l := m.link
	switch w.dice.IntN(9) {
	case 0, 1:
		l.off = !l.off
		w.say("%s: the line is off: %v", m.name, l.off)
	case 2:
		l.rate = pick(w, 0, 2875, 20_000)
		w.say("%s: %d bytes a second", m.name, l.rate)
	case 3:
		l.portal = !l.portal
		w.say("%s: a portal answers: %v", m.name, l.portal)
	case 4:
		l.most = pick(w, 0, 0, 3000, 20_000)
		w.say("%s: no more than %d bytes pass at once", m.name, l.most)
	case 5:
		l.loss = pick(w, 0, 5, 20, 50)
		w.say("%s: %d %% is lost", m.name, l.loss)
	case 6:
		l.posts = !l.posts
		w.say("%s: upgrades are stripped: %v", m.name, l.posts)
	case 7:
		l.odd = pick(w, 0, 10, 40)
		w.say("%s: %d %% of what is said comes otherwise", m.name, l.odd)
	case 8:
		l.rtt = pick(w, 0, 200*time.Millisecond, 3*time.Second)
		w.say("%s: an answer takes %s", m.name, l.rtt)
	}
}

// disaster is what happens to disks and processes.
func (w *world) disaster(m *machine) {
	switch w.dice.IntN(14) {
	case 0, 1, 2:
		m.armed, m.power = 1+w.dice.IntN(12), w.chance(50)
		w.say("%s: it will be killed, by a loss of power: %v", m.name, m.power)
	case 3:
		m.full = !m.full
		w.say("%s: the disk is full: %v", m.name, m.full)
	case 4:
		m.spoils = pick(w, "before", "after")
		w.say("%s: the disk will fail %s a commit", m.name, m.spoils)
	case 5, 6:
		w.centre.armed = 1 + w.dice.IntN(15)
		w.say("the centre will be killed")
	case 7:
		w.centre.full = !w.centre.full
		w.say("the centre's disk is full: %v", w.centre.full)
	case 8:
		w.centre.spoils = pick(w, "before", "after")
		w.say("the centre's disk will fail %s a commit", w.centre.spoils)
	case 9:
		w.centre.backUp()
	case 10:
		w.centre.putBack()
	case 11:
		m.copyDown()
	case 12:
		m.putBack()
	case 13:
		if w.chance(30) {
			m.loseAll()
		} else {
			m.clone()
		}
	}
}

// authority is what people at the centre do.
func (w *world) authority(m *machine) {
	c := w.centre
	switch w.dice.IntN(8) {
	case 0:
		if w.chance(40) {
			c.revoke(m.device.ID)
		}
	case 1:
		m.enrolAnew()
	case 2:
		c.disable(pick(w, officers...))
	case 3:
		e := w.entity(m)
		c.removed[e] = true
		w.say("the centre takes %s away", e)
	case 4:
		c.down = !c.down
		w.say("what does operations is down: %v", c.down)
	case 5:
		c.busy = !c.busy
		w.say("the centre is busy: %v", c.busy)
	case 6:
		c.moved = !c.moved
		w.say("the agency is no more: %v", c.moved)
	case 7:
		c.decide()
	}
}

// clock sets a clock otherwise. No clock of a process that runs goes back by more
// than a little at the centre.
func (w *world) clock(m *machine) {
	if w.chance(20) {
		w.centre.offset += pick(w, -10*time.Minute, time.Hour, 26*time.Hour)
		w.say("the centre's clock is wrong by %s", w.centre.offset)
		return
	}
	const year = 365 * 24 * time.Hour
	m.offset = pick(w, 0, -20*year, 3*year, -time.Hour, 40*24*time.Hour, 100*year)
	m.buddhist = w.chance(20)
	w.say("%s: its clock is %s", m.name, m.wall().Format(time.DateOnly))
}

// heal ends all faults, and lets everything come to an end.
func (w *world) heal() {
	w.t.Helper()
	w.say("all heals")
	c := w.centre
	c.armed, c.spoils, c.full, c.down, c.busy = 0, "", false, false, false
	if c.broken {
		c.restart()
	}
	for _, m := range w.machines {
		*m.link = link{w: w, m: m}
		m.armed, m.power, m.full, m.spoils = 0, false, false, ""
		if m.broken {
			m.restart()
		}
		m.due = w.now
	}
	for n := range w.late {
		w.late[n].at = w.now
	}
	w.settle()
	for n := 1; c.pending() > 0 && n < 400; n++ { // what fails or waits does so up to its end
		w.pass(time.Hour)
		if n%6 == 0 {
			w.pass(8 * 24 * time.Hour)
		}
		c.work()
	}
	w.settle()
}

// settle runs until nothing is under way, and has people do what machines ask for.
func (w *world) settle() {
	w.t.Helper()
	for range 40 {
		for _, m := range w.machines {
			if m.courier.Status().State == courier.Stopped {
				m.enrolAnew()
			}
			m.tend()
			m.courier.Try()
			m.due = w.now
		}
		w.run(45 * time.Second)
		if w.quiet() {
			return
		}
	}
}

// tend has people send again what was put aside, and know of what is lost.
func (m *machine) tend() {
	list, err := m.out.Items(m.w.t.Context(), outbox.Filter{States: []outbox.State{outbox.Attention}, Asks: true})
	m.w.must(err)
	for _, i := range list {
		if i.Lacks() {
			m.w.must(m.out.Again(m.w.t.Context(), i.ID))
		} else if !i.There {
			m.w.must(m.out.Know(m.w.t.Context(), i.ID))
		}
	}
}

// quiet reports whether nothing is under way anywhere.
func (w *world) quiet() bool {
	w.t.Helper()
	for _, m := range w.machines {
		s, err := m.courier.Look(w.t.Context())
		w.must(err)
		if !s.AllSent() || s.Fetching || len(m.mirror.Needs()) > 0 || s.State == courier.Stopped {
			return false
		}
	}
	return true
}
