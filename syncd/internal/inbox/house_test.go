package inbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// centre is a desk over a database of its own.
type centre struct {
	*inbox.Desk
	t     testing.TB
	file  string
	store *sqlstore.Store
	log   *bytes.Buffer
	over  func(inbox.Store) inbox.Store

	// What outlives a process, beside the database.
	mu      sync.Mutex
	now     time.Time
	outside map[string]int // effects outside of the database, by operation
	order   []string       // operations in the order in which they were done
	known   map[string]bool
	down    bool // what does operations can not be reached
	moved   bool // the agency is no more
}

func plainly(s inbox.Store) inbox.Store { return s }

// opened is a centre with two machines of dlt and one of another agency.
func opened(t testing.TB) *centre {
	t.Helper()
	c := &centre{t: t, file: filepath.Join(t.TempDir(), "test.db"), log: &bytes.Buffer{}, over: plainly, outside: map[string]int{}, known: map[string]bool{},
		now: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	c.start()
	t.Cleanup(func() { c.store.Close() })
	other := inboxtest.Device(3)
	other.Agency = "dit"
	inboxtest.Book{T: t, Store: c.store.Inbox()}.Write(func(r inbox.Records) error {
		return errors.Join(r.PutDevice(inboxtest.Device(1)), r.PutDevice(inboxtest.Device(2)), r.PutDevice(other))
	})
	return c
}

// start opens the database, and makes a desk as a process does that starts.
func (c *centre) start() {
	c.t.Helper()
	c.store = sqlstoretest.Open(c.t, c.file)
	c.Desk = &inbox.Desk{Store: c.over(c.store.Inbox()), Files: &inbox.Files{Dir: c.file + ".files", Quota: 30 << 20}, Doer: c, Scope: c, Structure: c, Epoch: c.store.Epoch,
		Now: c.clock, Random: rand.NewChaCha8([32]byte{1}), Log: slog.New(slog.NewTextHandler(c.log, nil))}
}

// restart ends the process and starts another, some time later.
func (c *centre) restart() {
	c.t.Helper()
	c.store.Close()
	c.pass(time.Second)
	c.start()
}

func (c *centre) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *centre) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Target knows dlt and dit, and dlt no more once it was moved.
func (c *centre) Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error) {
	if c.moved && agency == "dlt" {
		return rights.Target{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	return rights.Target{Chain: []catalog.AgencyCode{agency, "mot"}, Point: point}, nil
}

// Below is not asked for.
func (*centre) Below(agency catalog.AgencyCode) []catalog.AgencyCode {
	return []catalog.AgencyCode{agency}
}

// Pull tells one change.
func (*centre) Pull(_ context.Context, _ inbox.Device, cursor string, _ []byte) ([]wire.Change, string, bool, error) {
	if cursor == "panic" {
		panic("a map of nil")
	}
	if cursor == "spoilt" {
		return nil, "", false, fault.New(fault.Invalid, fault.Text{TH: "ใช้ไม่ได้", EN: "It can not be used."})
	}
	return []wire.Change{{Kind: "file", ID: "a"}}, cursor + "1", true, nil
}

// errSpoilt is a fault of the centre's own.
var errSpoilt = errors.New("spoilt")

// command is what the operations of these tests say.
type command struct {
	Do    string `json:"do"`
	Needs string `json:"needs,omitempty"` // entity
}

// Do does what an operation says. An effect in the database is an entry of the
// trail; one outside of it is counted.
func (c *centre) Do(ctx context.Context, _ inbox.Device, op wire.Op) (inbox.Outcome, error) {
	var cmd command
	if err := json.Unmarshal(op.Body, &cmd); err != nil {
		return inbox.Outcome{}, err
	}
	c.mu.Lock()
	down, needs := c.down, cmd.Needs != "" && !c.known[cmd.Needs]
	c.mu.Unlock()
	switch {
	case down:
		return inbox.Outcome{}, fault.New(fault.Unavailable, fault.Text{TH: "ใช้ไม่ได้", EN: "down"})
	case needs:
		return inbox.Outcome{Status: wire.Held, Code: wire.Waiting, Text: fault.Text{TH: "รอ", EN: "waits"}, Awaits: cmd.Needs}, nil
	}
	switch cmd.Do {
	case "reject":
		return inbox.Outcome{}, fault.New(fault.Invalid, fault.Text{TH: "เดือนนี้ล็อกแล้ว", EN: "The month is locked."}, fault.Text{TH: "ขอปลดล็อก", EN: "Ask for an unlock."})
	case "clash":
		return inbox.Outcome{Status: wire.Conflict, Code: "conflict", Value: []byte(`{"mine":1,"theirs":2}`)}, nil
	case "gone":
		return inbox.Outcome{Status: wire.Gone, Code: "gone", Text: fault.Text{TH: "ถูกลบแล้ว", EN: "o-x removed it yesterday."}}, nil
	case "find":
		c.mu.Lock()
		there := c.known[op.Entity]
		c.mu.Unlock()
		if !there {
			return inbox.Outcome{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่พบ", EN: "There is none."})
		}
	case "babble":
		long := strings.Repeat("ก\x00\xff", 5000)
		return inbox.Outcome{Status: wire.Rejected, Code: "x", Text: fault.Text{TH: long, EN: long}, Value: bytes.Repeat([]byte("1"), 20_000)}, nil
	case "mute":
		return inbox.Outcome{Status: wire.Rejected, Code: "\xff"}, nil
	case "panic":
		panic("a map of nil")
	case "spoilt":
		return inbox.Outcome{}, errSpoilt
	case "outside":
		c.did(op, true)
		return inbox.Outcome{Value: []byte(`1`)}, nil
	}
	err := c.store.Write(ctx, func(r staff.Records) error {
		return r.Record(trail.Entry{ID: fmt.Sprintf("%s-%d", op.ID, c.clock().UnixNano()), At: c.clock(), Action: "office.did", Subject: op.ID})
	})
	if err == nil {
		c.did(op, false)
	}
	return inbox.Outcome{}, err
}

func (c *centre) did(op wire.Op, outside bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if outside {
		c.outside[op.ID]++
	}
	c.known[op.Entity] = true
	c.order = append(c.order, op.ID)
}

// Done knows the effects outside of the database.
func (c *centre) Done(_ context.Context, _ inbox.Device, op wire.Op) (bool, inbox.Outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outside[op.ID] > 0, inbox.Outcome{Value: []byte(`1`)}, nil
}

// taken is how often operations took effect.
func (c *centre) taken() map[string]int {
	c.t.Helper()
	out := maps.Clone(c.outside)
	err := c.store.Read(context.Background(), func(r staff.Records) error {
		list, err := r.FindEntries(trail.Filter{Action: "office.did", Page: trail.Page{Limit: 1000}})
		for _, e := range list {
			out[e.Subject]++
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

// effects are how often an operation took effect.
func (c *centre) effects(op wire.Op) int {
	c.t.Helper()
	return c.taken()[op.ID]
}

// rest does what there is to do now.
func (c *centre) rest() {
	c.t.Helper()
	for range 10_000 {
		did, err := c.Step(context.Background())
		if err != nil {
			c.t.Fatal(err)
		}
		if !did {
			return
		}
	}
	c.t.Fatal("it never rests")
}

// tell sends a message as bytes, as the edge would, and returns the answer.
func (c *centre) tell(n int, m wire.Message) wire.Message {
	c.t.Helper()
	m.Nonce = "n"
	read, err := wire.Read(m.Append(nil))
	if err != nil {
		c.t.Fatalf("%s: %v", m.Append(nil), err)
	}
	dev, err := c.Admit(context.Background(), fmt.Sprint("secret", n))
	if err != nil {
		c.t.Fatal(err)
	}
	reply := c.Talk(context.Background(), dev, read)
	if reply.Nonce != "n" {
		c.t.Error("the answer does not repeat the nonce")
	}
	back, err := wire.Read(reply.Append(nil))
	if err != nil {
		c.t.Fatalf("%s: %v", reply.Append(nil), err)
	}
	return back
}

// op is the n-th operation, about an entity of its own.
func op(n int, body string) wire.Op {
	o := inboxtest.Op(n)
	o.Entity, o.Body = fmt.Sprint("case:", n), []byte(body)
	return o
}

func about(o wire.Op, entity string) wire.Op {
	o.Entity = entity
	return o
}

// push sends operations of the first machine in its first stream.
func (c *centre) push(ops ...wire.Op) wire.Message {
	c.t.Helper()
	return c.tell(1, wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(1), Ops: ops})
}

// asked is what the centre says now of operations of the first machine.
func (c *centre) asked(ops ...wire.Op) []wire.Result {
	c.t.Helper()
	m := wire.Message{Type: wire.Ask}
	for _, o := range ops {
		m.IDs = append(m.IDs, o.ID)
	}
	return c.tell(1, m).Results
}

// hello greets as a machine that has made so many operations.
func (c *centre) hello(n, stream int, made int64) wire.Reception {
	c.t.Helper()
	return *c.tell(n, wire.Message{Type: wire.Hello, Greeting: &wire.Greeting{Version: 1, Program: "0.9", Stream: inboxtest.StreamID(stream), MaxSeq: made, Clock: c.clock().Format(time.RFC3339)}}).Reception
}

// words tells results in short.
func words(m wire.Message) string {
	if m.Type != wire.Results {
		return strings.TrimSpace(string(m.Type) + " " + m.Code)
	}
	return said(m.Results)
}

func said(list []wire.Result) string {
	var out []string
	for _, r := range list {
		s := string(r.Status)
		if r.Was != "" {
			s += "(" + string(r.Was) + ")"
		}
		if r.Processed {
			s += "+"
		}
		if r.Code != "" {
			s += " " + r.Code
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func (c *centre) same(what string, got, want any) {
	c.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// digestOf is what a machine counts as stored.
func digestOf(ops ...wire.Op) string {
	var d wire.Digest
	for _, o := range ops {
		d.Add(o.ID, o.Sum())
	}
	return d.String()
}

// read returns what a transaction finds.
func read[V any](c *centre, do func(inbox.Records) (V, error)) V {
	c.t.Helper()
	return inboxtest.Read(inboxtest.Book{T: c.t, Store: c.store.Inbox()}, do)
}

func (c *centre) backlog() inbox.Backlog {
	c.t.Helper()
	return read(c, func(r inbox.Records) (inbox.Backlog, error) { return r.Backlog(inboxtest.Device(1).ID) })
}

func (c *centre) revoke(n int) {
	c.t.Helper()
	inboxtest.Book{T: c.t, Store: c.store.Inbox()}.Write(func(r inbox.Records) error {
		dev, err := r.Device(inboxtest.Device(n).ID)
		dev.Revoked = c.clock()
		return errors.Join(err, r.PutDevice(dev))
	})
}

// officer holds a role for an agency, or for the country.
func officer(role catalog.Role, agency catalog.AgencyCode) staff.Acting {
	return staff.Acting{Officer: rights.Officer{ID: "o-aaaaaaaaaaaa", Grants: []rights.Grant{{Role: role, Scope: rights.Scope{Agency: agency}}}}, Request: "r"}
}
