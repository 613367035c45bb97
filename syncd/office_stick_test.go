package main

import (
	"bytes"
	"errors"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/stick"
	"khumue/syncd/internal/trail"
)

const areaFile = "agencies/mot/dlt/points/dlt-area5.yaml"

// moves changes a point's directions at the office, and returns the operation's id.
func (m *quietMachine) moves(by staff.Acting, words string) string {
	m.t.Helper()
	desk := m.inside.Load().desks.direct
	sheet, err := desk.Open(by, areaFile)
	must(m.t, err)
	sheet.Value.(*catalog.Point).Directions.TH = words
	_, err = desk.Save(m.t.Context(), by, immediate.Change{File: areaFile, Was: sheet.Was, Value: sheet.Value, Why: "ย้ายทางเข้า"})
	must(m.t, err)
	return m.last().ID
}

// last is the operation that was done last.
func (m *quietMachine) last() outbox.Item {
	m.t.Helper()
	list, err := m.rooms.Box.Items(m.t.Context(), outbox.Filter{Latest: true, Most: 1})
	must(m.t, err)
	return list[0]
}

// hands out what the centre does not have.
func (m *quietMachine) hands() []byte {
	m.t.Helper()
	var b bytes.Buffer
	_, err := m.rooms.Export(m.t.Context(), &b, stick.Part{})
	must(m.t, err)
	return b.Bytes()
}

// brings has a person bring a file to the centre.
func (c *centre) brings(t *testing.T, by staff.Acting, file []byte) stick.Import {
	t.Helper()
	got, err := c.offices.sticks.Import(t.Context(), by, bytes.NewReader(file))
	must(t, err)
	return got
}

// state is where an operation stands at the office.
func (m *quietMachine) state(id string) outbox.State {
	m.t.Helper()
	var i outbox.Item
	must(m.t, m.rooms.Box.Store.Read(m.t.Context(), func(r outbox.Records) (err error) {
		i, err = r.Item(id)
		return err
	}))
	return i.State
}

// done counts how often the centre has done an operation on content.
func (c *centre) done(t *testing.T, id string) (n int) {
	t.Helper()
	at, err := c.repo.Refs().Get(gitrepo.Main)
	must(t, err)
	for a, err := range c.repo.FirstParents(at, 100) {
		must(t, err)
		if a.Trailer("Khumue-Op") == id {
			n++
		}
	}
	return n
}

// TestF42AStickAndALine brings what was done at an office by a stick and by the line, in
// both orders: it is done exactly once, and the office knows.
func TestF42AStickAndALine(t *testing.T) {
	c, address := ready(t)
	by, author := c.person(t, "central"), c.person(t, "author")
	m := c.quiet(t, address, "central")
	m.joins("author")

	first := m.moves(by, "ข้างตลาด") // by the stick, and then by the line
	draft := m.drafts(author)
	file := m.hands()
	got := c.brings(t, by, file)
	if got.New < 3 || got.Known != 0 || len(got.Files) != 1 || !got.Files[0].Complete {
		t.Fatalf("of what is new the centre says %+v", got.Carried)
	}
	soon(t, "what came by a stick is done", func() bool {
		_, err := c.manuals.Ledger.Load(draft)
		list, failed := c.offices.inbox.Offices(t.Context(), by)
		return c.done(t, first) == 1 && errors.Join(err, failed) == nil && list[0].Pending == 0
	})
	if again := c.brings(t, by, file); again.New != 0 || again.Known != got.New {
		t.Errorf("the same file again: %+v", again.Carried)
	}
	c.refusesFiles(t, file)
	if s := m.state(first); s != outbox.Ready {
		t.Errorf("before its receipt comes it is %s", s)
	}
	m.receives(got.Receipt, first)
	m.settled()
	if n := c.done(t, first); n != 1 {
		t.Errorf("it was done %d times", n)
	}

	second := m.moves(by, "หลังวัด") // by the line, and then by the stick
	file = m.hands()
	m.settled()
	if got := c.brings(t, by, file); got.New != 0 || got.Known != 1 {
		t.Errorf("what was sent before: %+v", got.Carried)
	}
	if n := c.done(t, second); n != 1 || m.state(second) != outbox.Processed {
		t.Errorf("it was done %d times, and is %s", n, m.state(second))
	}
	third := m.moves(by, "หน้าโรงเรียน") // by the stick, and by the line without a receipt
	c.brings(t, by, m.hands())
	m.settled()
	if n := c.done(t, third); n != 1 || m.state(third) != outbox.Processed {
		t.Errorf("it was done %d times, and is %s", n, m.state(third))
	}
	m.isShutOut(by)
}

// drafts begins a draft with a form at the office.
func (m *quietMachine) drafts(author staff.Acting) review.Ref {
	m.t.Helper()
	desk := m.inside.Load().desks.manuals
	d, err := desk.Revise(m.t.Context(), author, taxManual, true)
	must(m.t, err)
	s, err := desk.Revision(m.t.Context(), author, d.Ref)
	must(m.t, err)
	s.Manual.Forms = catalog.Some(append(s.Manual.Forms.Value, catalog.Form{Name: catalog.Text{TH: "แบบคำขอตัวอย่าง"}, Kind: "form", File: "form-9.pdf"}))
	paper := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte{0xff, 0}, 200_000)...)
	_, err = desk.Save(m.t.Context(), author, d.Ref, manuals.Change{Was: s.Commit, Manual: s.Manual, Files: map[string][]byte{"form-9.pdf": paper}})
	must(m.t, err)
	return d.Ref
}

// refusesFiles brings files that change nothing.
func (c *centre) refusesFiles(t *testing.T, file []byte) {
	t.Helper()
	by := c.person(t, "central")
	tampered := bytes.Clone(file)
	tampered[len(tampered)/2] ^= 1
	for name, tc := range map[string]struct {
		by   staff.Acting
		file []byte
		want fault.Kind
	}{
		"one that was changed":             {by, tampered, fault.Invalid},
		"one that was cut":                 {by, file[:len(file)-1], fault.Invalid},
		"something else":                   {by, []byte("PK\x03\x04"), fault.Invalid},
		"by somebody of no such machine":   {c.person(t, "opdc"), file, fault.Forbidden},
		"by an officer of another service": {c.person(t, "point"), file, fault.Forbidden},
	} {
		before, err := c.offices.inbox.Offices(t.Context(), by)
		must(t, err)
		if _, err := c.offices.sticks.Import(t.Context(), tc.by, bytes.NewReader(tc.file)); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v", name, err)
		}
		after, err := c.offices.inbox.Offices(t.Context(), by)
		if err != nil || after[0].Pending != before[0].Pending || after[0].Asides != before[0].Asides || after[0].Attention != before[0].Attention {
			t.Errorf("%s changed something: %+v, %v", name, after, err)
		}
	}
}

// receives takes a receipt in, with others that are none of the machine's.
func (m *quietMachine) receives(receipt []byte, id string) {
	m.t.Helper()
	changed := bytes.Clone(receipt)
	changed[len(changed)-1] ^= 1
	for name, file := range map[string][]byte{"changed": changed, "cut": receipt[:len(receipt)-1], "a file of work": m.hands()} {
		if _, err := m.rooms.Receive(m.t.Context(), bytes.NewReader(file)); !errors.Is(err, fault.Invalid) || m.state(id) != outbox.Ready {
			m.t.Errorf("%s: %v, and it is %s", name, err, m.state(id))
		}
	}
	news, err := m.rooms.Receive(m.t.Context(), bytes.NewReader(receipt))
	if err != nil || news < 3 || m.state(id) != outbox.Stored {
		m.t.Errorf("the receipt has %d news, %v; it is %s", news, err, m.state(id))
	}
	if parts, err := m.rooms.Parts(m.t.Context()); err != nil || len(parts) > 0 {
		m.t.Errorf("then there are still %+v, %v", parts, err)
	}
}

// isShutOut revokes the machine: what it then hands out waits for a person (S39).
func (m *quietMachine) isShutOut(by staff.Acting) {
	t, c := m.t, m.c
	t.Helper()
	late := m.moves(by, "ริมคลอง")
	must(t, c.offices.enrol.Revoke(t.Context(), by, m.rooms.Device))
	got := c.brings(t, by, m.hands())
	if got.New != 1 || got.Aside != 1 {
		t.Fatalf("of a machine that was shut out: %+v", got.Carried)
	}
	items, _, err := c.offices.inbox.Attention(t.Context(), by, trail.Page{Limit: 10})
	if err != nil || len(items) != 1 || items[0].ID != late || c.done(t, late) != 0 {
		t.Fatalf("a person is shown %+v, %v; it was done %d times", items, err, c.done(t, late))
	}
	if n, err := c.offices.inbox.Asks(t.Context(), by); err != nil || n != 1 {
		t.Errorf("the menu counts %d, %v", n, err)
	}
	must(t, c.offices.inbox.Decide(t.Context(), by, late, inbox.TryAgain, ""))
	soon(t, "what a person let through is done", func() bool { return c.done(t, late) == 1 })
}
