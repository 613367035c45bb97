// Package inboxtest holds what every inbox.Store promises, as tests that any store
// runs. Only tests import it.
package inboxtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Run tests a store. open returns an empty one, for one test.
func Run(t *testing.T, open func(testing.TB) inbox.Store) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Book)
	}{
		{"machines are kept and found by their tokens", devices},
		{"streams are kept, each with its digest", streams},
		{"places are taken once, and gaps between them found", places},
		{"operations are kept as they came", items},
		{"what was done is not done again", done},
		{"what waits is found in its order", pending},
		{"what is put aside is there once", asides},
		{"a machine's turn does not end when there is more to do", turns},
		{"what was waited for wakes those that wait", arrived},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, Book{t, open(t)}) })
	}
}

// Book asks a store for one thing at a time, and fails the test when that fails.
type Book struct {
	T     testing.TB
	Store inbox.Store
}

// Write runs one transaction that has to succeed.
func (b Book) Write(do func(inbox.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); err != nil {
		b.T.Fatal(err)
	}
}

// Read returns what one reading transaction finds.
func Read[V any](b Book, do func(inbox.Records) (V, error)) (v V) {
	b.T.Helper()
	if err := b.Store.Read(context.Background(), func(r inbox.Records) (err error) { v, err = do(r); return err }); err != nil {
		b.T.Fatal(err)
	}
	return v
}

// Same fails the test where two values differ.
func (b Book) Same(what string, got, want any) {
	b.T.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b wire.Digest) bool { return a == b })); diff != "" {
		b.T.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// At is a time, so many minutes after one in November 2026.
func At(minutes int) time.Time {
	return time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
}

// Device is the n-th machine.
func Device(n int) inbox.Device {
	return inbox.Device{ID: fmt.Sprintf("0190a1b2-c3d4-7000-8000-%012x", n), Agency: "dlt", Name: fmt.Sprintf("เครื่องที่ %d", n), Token: inbox.HashOf(fmt.Sprint("secret", n)),
		Sign: []byte{1, byte(n)}, Enrolled: At(n), EnrolledBy: "o-7f3k5qabcdefgh"}
}

// StreamID is the n-th stream's.
func StreamID(n int) string { return fmt.Sprintf("%032x", n) }

// Op is the n-th operation.
func Op(n int) wire.Op {
	return wire.Op{ID: fmt.Sprintf("0190a1b2-c3d4-7000-9000-%012x", n), Seq: int64(n), Kind: "licence.write", Entity: fmt.Sprintf("report:%d", n%3), Body: []byte(fmt.Sprintf(`{ "n": %d, "x":"ก\u0e02"}`, n))}
}

// Item is the n-th operation as it came from the first machine.
func Item(n int) *inbox.Item {
	o := Op(n)
	return &inbox.Item{Op: o, Sum: o.Sum(), Device: Device(1).ID, Agency: "dlt", Stream: StreamID(1), Began: At(0), Received: At(n), State: inbox.Waiting,
		Outcome: inbox.Outcome{Status: wire.Stored}, Next: At(n)}
}

// Fill fills every table, for a backup.
func Fill(b Book) {
	b.T.Helper()
	whole := Item(2)
	whole.Secret, whole.Files = []byte{0, 1}, []wire.File{{SHA256: StreamID(1) + StreamID(2), Size: 3}}
	b.Write(func(r inbox.Records) error {
		return errors.Join(r.PutDevice(Device(1)), r.PutStream(stream(1)), r.Add([]*inbox.Item{Item(1), whole}), r.AddPlaces([]inbox.Place{place(1), place(2)}),
			r.PutAside(aside(3)), r.Wake(Device(1).ID, At(1)))
	})
}

func devices(_ *testing.T, b Book) {
	first, second := Device(1), Device(2)
	second.Token, second.Agency, second.Point = staff.Hash{}, "dit", "dit-one"
	third := Device(3)
	third.Token = staff.Hash{}
	b.Write(func(r inbox.Records) error {
		return errors.Join(r.PutDevice(first), r.PutDevice(second), r.PutDevice(third))
	})
	first.Box, first.Revoked, first.RevokedBy, first.Contact, first.Program = []byte{3}, At(9), "o-x", At(8), "0.9"
	first.Waiting, first.Since, first.Offset, first.Stream = 3, At(1), -90*time.Second, StreamID(1)
	b.Write(func(r inbox.Records) error { return r.PutDevice(first) })
	b.Same("all", Read(b, func(r inbox.Records) ([]inbox.Device, error) { return r.Devices() }), []inbox.Device{second, first, third})
	b.Same("by its token", Read(b, func(r inbox.Records) (inbox.Device, error) { return r.DeviceWith(inbox.HashOf("secret1")) }), first)
	beside := func(d inbox.Device) []string {
		return Read(b, func(r inbox.Records) ([]string, error) { return r.Beside(d) })
	}
	b.Same("of the same agency", beside(first), []string{third.ID})
	b.Same("of another", beside(second), []string(nil))
	for _, token := range []staff.Hash{{}, inbox.HashOf("secret2")} {
		err := b.Store.Read(context.Background(), func(r inbox.Records) error { _, err := r.DeviceWith(token); return err })
		if !errors.Is(err, fault.NotFound) {
			b.T.Errorf("another token: got %v", err)
		}
	}
}

func stream(n int) inbox.Stream {
	s := inbox.Stream{Device: Device(1).ID, ID: StreamID(n), Began: At(n), Seq: 2, Last: 5, Told: 9, Gap: At(3)}
	s.Digest.Add(Op(n).ID, Op(n).Sum())
	return s
}

func streams(_ *testing.T, b Book) {
	first, second := stream(1), stream(2)
	b.Write(func(r inbox.Records) error { return errors.Join(r.PutStream(second), r.PutStream(first)) })
	first.Seq, first.Forked = 5, At(7)
	first.Digest.Add(Op(9).ID, Op(9).Sum())
	b.Write(func(r inbox.Records) error { return r.PutStream(first) })
	b.Same("all", Read(b, func(r inbox.Records) ([]inbox.Stream, error) { return r.Streams(first.Device) }), []inbox.Stream{first, second})
	whole := stream(3)
	whole.Device, whole.Seq, whole.Told = Device(2).ID, 5, 5
	b.Write(func(r inbox.Records) error { return r.PutStream(whole) })
	for _, device := range []string{"", first.Device} {
		b.Same("behind", Read(b, func(r inbox.Records) ([]inbox.Stream, error) { return r.Behind(device) }), []inbox.Stream{first, second})
	}
	b.Same("behind of another", Read(b, func(r inbox.Records) ([]inbox.Stream, error) { return r.Behind(whole.Device) }), []inbox.Stream(nil))
	b.Same("one", Read(b, func(r inbox.Records) (inbox.Stream, error) { return r.Stream(first.Device, first.ID) }), first)
	if err := b.Store.Read(context.Background(), func(r inbox.Records) error { _, err := r.Stream(Device(2).ID, first.ID); return err }); !errors.Is(err, fault.NotFound) {
		b.T.Errorf("of another machine: got %v", err)
	}
}

func place(n int) inbox.Place {
	return inbox.Place{Device: Device(1).ID, Stream: StreamID(1), Seq: int64(n), Op: Op(n).ID, Sum: Op(n).Sum()}
}

func places(_ *testing.T, b Book) {
	var list []inbox.Place
	for _, n := range []int{1, 2, 5, 6, 300, 9} {
		list = append(list, place(n))
	}
	b.Write(func(r inbox.Records) error { return r.AddPlaces(list) })
	other := place(1)
	other.Stream = StreamID(2)
	b.Write(func(r inbox.Records) error { return r.AddPlaces([]inbox.Place{other}) })
	if err := b.Store.Write(context.Background(), func(r inbox.Records) error { return r.AddPlaces([]inbox.Place{place(8), place(9)}) }); !errors.Is(err, fault.Conflict) {
		b.T.Errorf("a place that is taken: got %v", err)
	}
	find := func(first, last int64, most int) []inbox.Place {
		return Read(b, func(r inbox.Records) ([]inbox.Place, error) {
			return r.Places(place(1).Device, StreamID(1), first, last, most)
		})
	}
	b.Same("some", find(2, 9, 100), []inbox.Place{place(2), place(5), place(6), place(9)})
	b.Same("at most two", find(0, 1<<50, 2), []inbox.Place{place(1), place(2)})
	gaps := func(after int64, most int) [][2]int64 {
		return Read(b, func(r inbox.Records) ([][2]int64, error) { return r.Gaps(place(1).Device, StreamID(1), after, most) })
	}
	b.Same("gaps", gaps(0, 9), [][2]int64{{3, 4}, {7, 8}, {10, 299}})
	b.Same("gaps behind a place", gaps(6, 1), [][2]int64{{7, 8}})
	b.Same("gaps behind a place that is in one", gaps(7, 1), [][2]int64{{8, 8}})
	b.Same("no gap", gaps(300, 9), [][2]int64(nil))
	list = nil
	for n := 301; n <= 1400; n++ { // more than are looked through at once
		list = append(list, place(n))
	}
	b.Write(func(r inbox.Records) error { return r.AddPlaces(append(list, place(1402))) })
	b.Same("a gap far behind", gaps(9, 9), [][2]int64{{10, 299}, {1401, 1401}})
}

func get(b Book, n int) inbox.Item {
	b.T.Helper()
	list := Read(b, func(r inbox.Records) ([]inbox.Item, error) { return r.Items([]string{Op(n).ID, Op(99).ID}) })
	if len(list) != 1 {
		b.T.Fatalf("got %d operations, want 1", len(list))
	}
	return list[0]
}

func items(_ *testing.T, b Book) {
	first, second, third := Item(1), Item(2), Item(3)
	second.Secret, second.Files, second.Point = []byte{0, 255}, []wire.File{{SHA256: StreamID(1) + StreamID(2), Size: 3}}, "dlt-one"
	b.Write(func(r inbox.Records) error { return r.Add([]*inbox.Item{first, second}) })
	b.Write(func(r inbox.Records) error { return r.Add([]*inbox.Item{third}) })
	b.Same("as it came", get(b, 2), *second)
	brought := func() []inbox.Brought {
		return Read(b, func(r inbox.Records) ([]inbox.Brought, error) { return r.Brought("") })
	}
	b.Same("what it brings", brought(), []inbox.Brought{{Device: Device(1).ID, SHA256: second.Files[0].SHA256}})
	err := b.Store.Write(context.Background(), func(r inbox.Records) error { return r.Add([]*inbox.Item{Item(4), Item(1)}) })
	if !errors.Is(err, fault.Conflict) {
		b.T.Errorf("an id that is there: got %v", err)
	}
	if list := Read(b, func(r inbox.Records) ([]inbox.Item, error) { return r.Items([]string{Op(4).ID}) }); len(list) > 0 {
		b.T.Error("half of a transaction is there")
	}
	used := *second
	used.State = inbox.Done
	b.Write(func(r inbox.Records) error { return r.Update(used) })
	b.Same("once it is done", brought(), []inbox.Brought(nil))
}

func done(_ *testing.T, b Book) {
	i := Item(1)
	i.Secret = []byte{0, 7}
	b.Write(func(r inbox.Records) error { return r.Add([]*inbox.Item{i}) })
	i.State, i.Tries, i.Next, i.Held = inbox.Held, 3, At(9), At(2)
	i.Outcome = inbox.Outcome{Status: wire.Held, Code: "waiting", Text: fault.Text{TH: "รอ", EN: "waits"}, Awaits: "case:1"}
	b.Write(func(r inbox.Records) error { return r.Update(*i) })
	b.Same("held", get(b, 1), *i)
	i.State, i.Settled, i.Outcome = inbox.Done, At(10), inbox.Outcome{Status: wire.Stored, Value: []byte(`{"n":12}`)}
	b.Write(func(r inbox.Records) error { return r.Update(*i) })
	i.Secret = nil // nothing keeps it any more
	b.Same("done", get(b, 1), *i)
	for name, n := range map[string]int{"again": 1, "one that is not there": 7} {
		if err := b.Store.Write(context.Background(), func(r inbox.Records) error { return r.Update(*Item(n)) }); !errors.Is(err, fault.Conflict) {
			b.T.Errorf("%s: got %v", name, err)
		}
	}
	i.Outcome.Value = []byte(`13`)
	b.Write(func(r inbox.Records) error { return r.Tell(i.ID, i.Outcome) })
	b.Same("told", get(b, 1), *i)
}

func pending(_ *testing.T, b Book) {
	var list []*inbox.Item
	for n := range 8 {
		i := Item(n + 1)
		i.State = []inbox.State{inbox.Waiting, inbox.Held, inbox.Done, inbox.Attention}[n%4]
		list = append(list, i)
	}
	slices.Reverse(list) // they came in another order
	other, older := Item(20), Item(30)
	other.Device = Device(2).ID
	older.Stream, older.Began = StreamID(2), At(-9)
	b.Write(func(r inbox.Records) error { return r.Add(append(list, other, older)) })
	slices.Reverse(list)
	var got []string
	after := inbox.Pending{}
	for {
		some := Read(b, func(r inbox.Records) ([]inbox.Pending, error) { return r.Pending(Device(1).ID, after, 3) })
		if len(some) == 0 {
			break
		}
		for _, p := range some {
			got = append(got, p.ID)
			after = p
		}
	}
	b.Same("pending", got, []string{Op(30).ID, Op(1).ID, Op(2).ID, Op(5).ID, Op(6).ID})
	one := Read(b, func(r inbox.Records) ([]inbox.Pending, error) {
		return r.Pending(Device(1).ID, inbox.Pending{Began: At(0)}, 1)
	})[0]
	b.Same("what is known of it", one, inbox.Pending{Began: At(0), ID: Op(1).ID, Entity: "report:1", Stream: StreamID(1), Seq: 1, Received: At(1), Next: At(1)})
	waiting := Read(b, func(r inbox.Records) ([]inbox.Item, error) {
		return r.Attention([]string{Device(1).ID, Device(2).ID}, trail.Page{Offset: 1})
	})
	b.Same("for a person", waiting, []inbox.Item{*list[7]})
	b.Same("of a machine", Read(b, func(r inbox.Records) (inbox.Backlog, error) { return r.Backlog(Device(1).ID) }), inbox.Backlog{Pending: 5, Oldest: At(1), Attention: 2})
	weight := func(n int) int64 {
		return Read(b, func(r inbox.Records) (int64, error) { return r.Weight(Device(n).ID) })
	}
	var sum int64
	for _, i := range append(list, older) {
		if i.State != inbox.Done {
			sum += i.Weight()
		}
	}
	backlogs := Read(b, func(r inbox.Records) (map[string]inbox.Backlog, error) { return r.Backlogs() })
	b.Same("of all", backlogs, map[string]inbox.Backlog{Device(1).ID: {Pending: 5, Oldest: At(1), Attention: 2}, Device(2).ID: {Pending: 1, Oldest: At(20)}})
	b.Same("its weight", weight(1), sum)
	b.Same("the weight of another", weight(3), int64(0))
	b.Same("of another", Read(b, func(r inbox.Records) (inbox.Backlog, error) { return r.Backlog(Device(3).ID) }), inbox.Backlog{})
}

func aside(n int) inbox.Aside {
	o := Op(n)
	return inbox.Aside{ID: fmt.Sprint("aside", n), Device: Device(1).ID, Stream: StreamID(1), Op: o, Code: wire.OtherBytes, Sum: o.Sum(), Received: At(n)}
}

func asides(_ *testing.T, b Book) {
	second := aside(2)
	second.Op.Secret, second.Op.Files = []byte{1}, []wire.File{{SHA256: StreamID(1) + StreamID(2), Size: 3}}
	b.Write(func(r inbox.Records) error {
		return errors.Join(r.PutAside(aside(1)), r.PutAside(second), r.PutAside(aside(1)))
	})
	second.Op.Secret = nil // nobody could erase it there
	b.Same("all", Read(b, func(r inbox.Records) ([]inbox.Aside, error) { return r.Asides([]string{Device(1).ID}, trail.Page{}) }), []inbox.Aside{second, aside(1)})
	b.Same("of no machine", Read(b, func(r inbox.Records) ([]inbox.Aside, error) { return r.Asides(nil, trail.Page{}) }), []inbox.Aside(nil))
	b.Same("counted", Read(b, func(r inbox.Records) (inbox.Backlog, error) { return r.Backlog(Device(1).ID) }), inbox.Backlog{Asides: 2})
	b.Same("counted with all", Read(b, func(r inbox.Records) (map[string]inbox.Backlog, error) { return r.Backlogs() }), map[string]inbox.Backlog{Device(1).ID: {Asides: 2}})
}

func due(b Book, minutes int) []inbox.Turn {
	b.T.Helper()
	return Read(b, func(r inbox.Records) ([]inbox.Turn, error) { return r.Turns(At(minutes), 10) })
}

func turns(_ *testing.T, b Book) {
	b.Write(func(r inbox.Records) error {
		return errors.Join(r.Wake("a", At(2)), r.Wake("b", At(1)), r.Wake("c", At(9)))
	})
	b.Same("due", due(b, 5), []inbox.Turn{{Device: "b", Next: At(1), Work: 1}, {Device: "a", Next: At(2), Work: 1}})
	first := due(b, 5)[0]
	b.Write(func(r inbox.Records) error { return r.Wake("b", At(3)) })
	b.Write(func(r inbox.Records) error { return r.EndTurn(first, time.Time{}) })
	b.Same("woken in its turn", due(b, 5)[0], inbox.Turn{Device: "b", Next: At(1), Work: 2})
	b.Write(func(r inbox.Records) error { return r.EndTurn(due(b, 5)[0], At(6)) })
	b.Same("later", len(due(b, 5)), 1)
	b.Same("at its time", len(due(b, 6)), 2)
	b.Write(func(r inbox.Records) error { return r.Wake("c", At(4)) })
	b.Same("earlier than it was to be", due(b, 4)[1], inbox.Turn{Device: "c", Next: At(4), Work: 2})
}

func arrived(_ *testing.T, b Book) {
	waits, other := Item(1), Item(2)
	for _, i := range []*inbox.Item{waits, other} {
		i.State, i.Next = inbox.Held, At(50)
	}
	waits.Outcome, other.Outcome = inbox.Outcome{Status: wire.Held, Awaits: "case:1"}, inbox.Outcome{Status: wire.Held}
	b.Write(func(r inbox.Records) error { return r.Add([]*inbox.Item{waits, other}) })
	b.Write(func(r inbox.Records) error { return errors.Join(r.Arrived("", At(5)), r.Arrived("case:2", At(5))) })
	b.Same("nobody", len(due(b, 5)), 0)
	b.Write(func(r inbox.Records) error { return r.Arrived("case:1", At(5)) })
	b.Same("who waited", due(b, 5), []inbox.Turn{{Device: Device(1).ID, Next: At(5), Work: 1}})
	b.Same("may be tried", get(b, 1).Next, At(5))
	b.Same("the other", get(b, 2).Next, At(50))
}
