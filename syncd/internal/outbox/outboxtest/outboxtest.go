// Package outboxtest holds what every outbox.Store promises, as tests that any store
// runs, and an outbox in memory's stead for tests of others. Only tests import it.
package outboxtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/rights"
)

// Run tests a store. open returns an empty one, for one test.
func Run(t *testing.T, open func(testing.TB) outbox.Store) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Book)
	}{
		{"an operation is kept once, and its bytes do not change", once},
		{"one number of a stream is one operation's", numbers},
		{"operations are found", found},
		{"operations are counted", counted},
		{"what the centre has of a stream", there},
		{"old bytes go, names and sums stay", emptied},
		{"files on their way", parts},
		{"notes", notes},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, Book{t, open(t)}) })
	}
}

// Book asks a store for one thing at a time, and fails the test when that fails.
type Book struct {
	T     testing.TB
	Store outbox.Store
}

// Write runs one transaction that has to succeed.
func (b Book) Write(do func(outbox.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); err != nil {
		b.T.Fatal(err)
	}
}

// Read returns what one reading transaction finds.
func Read[V any](b Book, do func(outbox.Records) (V, error)) (v V) {
	b.T.Helper()
	if err := b.Store.Read(context.Background(), func(r outbox.Records) (err error) { v, err = do(r); return err }); err != nil {
		b.T.Fatal(err)
	}
	return v
}

// Same fails the test where two values differ.
func (b Book) Same(what string, got, want any) {
	b.T.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.T.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Noon is when the first operation is made.
var Noon = time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)

// Streams of the tests.
var (
	Stream = strings.Repeat("a", 32)
	Older  = strings.Repeat("b", 32)
)

// Deed is the n-th deed: of two kinds, about three entities.
func Deed(n int) outbox.Deed {
	return outbox.Deed{Kind: []string{"licence.write", "letter.record"}[n%2], Entity: fmt.Sprintf("case:%d", n%3), By: "o-aaaaaaaaaaaaaaaa",
		As: rights.Grant{Role: catalog.RoleAuthor, Scope: rights.Scope{Agency: "dlt"}}, At: Noon.Add(time.Duration(n) * time.Minute),
		Do: fmt.Appendf(nil, `{"n":%d,"text":"<ก & \"ข\">"}`, n)}
}

// File is the n-th file that operations name.
func File(n int) wire.File { return wire.File{SHA256: fmt.Sprintf("%064x", n), Size: int64(1000 + n)} }

// Item is the n-th operation of the stream, counted from 1: every fourth has a file
// and something sealed.
func Item(n int) outbox.Item {
	i := outbox.Item{Op: wire.Op{ID: fmt.Sprintf("0190a1b2-c3d4-7000-8000-%012x", n), Seq: int64(n), Kind: Deed(n).Kind, Entity: Deed(n).Entity,
		Body: fmt.Appendf(nil, `{"n": %d, "text":"<ก & \"ข\"> \u2028"}`, n)},
		Stream: Stream, By: "o-aaaaaaaaaaaaaaaa", Made: Noon.Add(time.Duration(n) * time.Minute), State: outbox.Ready}
	if n%4 == 0 {
		i.Secret, i.Files = []byte{0, 1, 0xff, byte(n)}, []wire.File{File(n), File(1)}
	}
	i.Sum = i.Op.Sum()
	return i
}

// Stored is an item that the centre has.
func Stored(i outbox.Item) outbox.Item {
	i.State, i.There, i.Status, i.Sent, i.Kept = outbox.Stored, true, wire.Stored, Noon, Noon
	return i
}

// Done is an item that the centre has done.
func Done(i outbox.Item) outbox.Item {
	i = Stored(i)
	i.State, i.Settled, i.Value = outbox.Processed, Noon.Add(time.Hour), []byte(`{"number":2}`)
	return i
}

// put keeps items that are not there.
func (b Book) put(list ...outbox.Item) {
	b.T.Helper()
	b.Write(func(r outbox.Records) error {
		for _, i := range list {
			if fresh, err := r.Add(i); err != nil || !fresh {
				return errors.Join(err, fmt.Errorf("%s: fresh %v", i.ID, fresh))
			}
		}
		return nil
	})
}

func (b Book) find(f outbox.Filter) []outbox.Item {
	b.T.Helper()
	return Read(b, func(r outbox.Records) ([]outbox.Item, error) { return r.Items(f) })
}

// seqs are the numbers of items.
func seqs(list []outbox.Item) (out []int64) {
	for _, i := range list {
		out = append(out, i.Seq)
	}
	return out
}

func once(_ *testing.T, b Book) {
	want := Item(4)
	b.put(want)
	other := Item(4)
	other.Body, other.Seq = []byte(`{}`), 9
	b.Write(func(r outbox.Records) error {
		if fresh, err := r.Add(other); err != nil || fresh {
			return errors.Join(err, errors.New("it was kept twice"))
		}
		return nil
	})
	b.Same("as it was", b.find(outbox.Filter{}), []outbox.Item{want})
	changed := Done(other)
	changed.Seq, changed.Stream, changed.Code, changed.Text, changed.Seen = 7, Older, "c", fault.Text{TH: "ก", EN: "a"}, Noon
	b.Write(func(r outbox.Records) error { return r.Keep(changed) })
	changed.Body, changed.Kind = want.Body, want.Kind
	b.Same("with what may change", Read(b, func(r outbox.Records) (outbox.Item, error) { return r.Item(want.ID) }), changed)
	err := b.Store.Read(context.Background(), func(r outbox.Records) error { _, err := r.Item("none"); return err })
	if !errors.Is(err, fault.NotFound) {
		b.T.Errorf("one that is not there: got %v", err)
	}
}

func numbers(_ *testing.T, b Book) {
	b.put(Item(1), Item(2))
	second := Item(3)
	second.Seq = 2
	err := b.Store.Write(context.Background(), func(r outbox.Records) error { _, err := r.Add(second); return err })
	if !errors.Is(err, fault.Conflict) {
		b.T.Errorf("a number that is taken: got %v", err)
	}
	b.Same("what is there", seqs(b.find(outbox.Filter{})), []int64{1, 2})
}

func found(_ *testing.T, b Book) {
	old := Item(9)
	old.Stream, old.Seq, old.Made = Older, 1, Noon
	gone := Stored(Item(5))
	gone.State, gone.Code = outbox.Attention, "gone"
	var named []int64
	for n := range 7 {
		if i := Item(n + 1); len(i.Files) > 0 {
			named = append(named, i.Seq)
		}
	}
	seen, aside := Stored(Item(6)), Item(7)
	seen.State, seen.Seen, aside.State, aside.Seen = outbox.Attention, Noon, outbox.Attention, Noon
	b.put(Item(1), Item(2), Stored(Item(3)), Done(Item(4)), gone, old, seen, aside)
	for _, tc := range []struct {
		name string
		f    outbox.Filter
		want []int64
	}{
		{"all, by time", outbox.Filter{}, []int64{1, 1, 2, 3, 4, 5, 6, 7}},
		{"of a stream", outbox.Filter{Stream: Stream}, []int64{1, 2, 3, 4, 5, 6, 7}},
		{"of other streams", outbox.Filter{NotIn: Stream}, []int64{1}},
		{"the last two", outbox.Filter{Stream: Stream, Latest: true, Most: 2}, []int64{7, 6}},
		{"behind others", outbox.Filter{Stream: Stream, Most: 2, Behind: 2}, []int64{3, 4}},
		{"in states", outbox.Filter{States: []outbox.State{outbox.Stored, outbox.Processed}}, []int64{3, 4}},
		{"in no state", outbox.Filter{States: []outbox.State{}}, nil},
		{"behind a number, up to one", outbox.Filter{Stream: Stream, After: 1, To: 3}, []int64{2, 3}},
		{"of an entity", outbox.Filter{Entity: "case:2"}, []int64{2, 5}},
		{"of a kind", outbox.Filter{Kinds: []string{"licence.write"}}, []int64{2, 4, 6}},
		{"that the centre has", outbox.Filter{There: true}, []int64{3, 4, 5, 6}},
		{"that name files", outbox.Filter{Stream: Stream, Files: true, Bare: true}, named},
		{"that nobody looked at, or that are not at the centre", outbox.Filter{States: []outbox.State{outbox.Attention}, Asks: true}, []int64{5, 7}},
	} {
		b.Same(tc.name, seqs(b.find(tc.f)), tc.want)
	}
}

func counted(_ *testing.T, b Book) {
	held := Stored(Item(5))
	held.Status = wire.Held
	b.put(Item(1), Item(2), Item(3), Stored(Item(4)), held)
	b.Same("counts", Read(b, outbox.Records.Counts), []outbox.Count{
		{State: outbox.Ready, Kind: "letter.record", N: 2, Since: Item(1).Made},
		{State: outbox.Ready, Kind: "licence.write", N: 1, Since: Item(2).Made},
		{State: outbox.Stored, Status: wire.Held, Kind: "letter.record", N: 1, Since: Item(5).Made},
		{State: outbox.Stored, Status: wire.Stored, Kind: "licence.write", N: 1, Since: Item(4).Made},
	})
}

func there(_ *testing.T, b Book) {
	last := func() int64 {
		return Read(b, func(r outbox.Records) (int64, error) { return r.Last(Stream) })
	}
	acked := func() int64 {
		return Read(b, func(r outbox.Records) (int64, error) { return r.Acked(Stream) })
	}
	b.Same("of nothing", []int64{last(), acked()}, []int64{0, 0})
	b.put(Stored(Item(1)), Done(Item(2)))
	b.Same("of all", []int64{last(), acked()}, []int64{2, 2})
	b.put(Item(3), Stored(Item(4)))
	b.Same("with a gap", []int64{last(), acked()}, []int64{4, 2})
	b.Same("what is there", Read(b, func(r outbox.Records) ([]outbox.Named, error) { return r.There(Stream, 2, 4) }),
		[]outbox.Named{{ID: Item(2).ID, Seq: 2, Sum: Item(2).Sum}, {ID: Item(4).ID, Seq: 4, Sum: Item(4).Sum}})
}

func emptied(_ *testing.T, b Book) {
	looked, ignored := Done(Item(5)), Done(Item(6))
	looked.State, ignored.State, looked.Seen = outbox.Attention, outbox.Attention, Noon
	b.put(Item(1), Stored(Item(2)), Done(Item(4)), looked, ignored)
	empty := func(before time.Time) int {
		n := 0
		b.Write(func(r outbox.Records) (err error) { n, err = r.Empty(before); return err })
		return n
	}
	b.Same("of young ones", empty(Noon.Add(time.Hour)), 0)
	b.Same("of those that are old and over", empty(Noon.Add(2*time.Hour)), 2)
	want := Done(Item(4))
	want.Body, want.Secret, want.Value, want.Emptied = nil, nil, nil, true
	b.Same("what is left", Read(b, func(r outbox.Records) (outbox.Item, error) { return r.Item(want.ID) }), want)
	b.Same("those that are whole", seqs(b.find(outbox.Filter{Whole: true})), []int64{1, 2, 6})
	bare := b.find(outbox.Filter{Bare: true})
	for n, i := range b.find(outbox.Filter{}) {
		i.Body, i.Secret, i.Value = nil, nil, nil
		b.Same("without what is much", bare[n], i)
	}
}

func parts(_ *testing.T, b Book) {
	b.put(Item(4), Stored(Item(8)))
	list := func() []outbox.Part {
		return Read(b, func(r outbox.Records) ([]outbox.Part, error) { return r.Parts(10) })
	}
	b.Write(func(r outbox.Records) error {
		return errors.Join(r.PutPart(outbox.Part{File: File(8)}), r.PutPart(outbox.Part{File: File(4)}), r.PutPart(outbox.Part{File: File(1)}))
	})
	b.Same("of what the centre has, in their order", list(), []outbox.Part{{File: File(8)}, {File: File(1)}})
	b.Write(func(r outbox.Records) error {
		return errors.Join(r.PutPart(outbox.Part{File: File(8), Have: 1008, Done: true}), r.PutPart(outbox.Part{File: File(1), Have: 5}))
	})
	b.Same("what is left", list(), []outbox.Part{{File: File(1), Have: 5}})
	b.Write(outbox.Records.AskParts)
	b.Same("when the centre may have lost them", list(), []outbox.Part{{File: File(8)}, {File: File(1)}})
}

func notes(_ *testing.T, b Book) {
	note := func() string {
		return Read(b, func(r outbox.Records) (string, error) { return r.Note("n") })
	}
	b.Same("nothing", note(), "")
	for _, value := range []string{"ก", ""} {
		b.Write(func(r outbox.Records) error { return r.SetNote("n", value) })
		b.Same("noted", note(), value)
	}
}

// Fill keeps something of everything.
func Fill(b Book) {
	b.T.Helper()
	held := Stored(Item(3))
	held.Status, held.Code, held.Text = wire.Held, "waiting", fault.Text{TH: "รอ", EN: "It waits."}
	b.put(Item(1), Stored(Item(2)), held, Done(Item(4)))
	b.Write(func(r outbox.Records) error {
		return errors.Join(r.PutPart(outbox.Part{File: File(4), Have: 7}), r.SetNote("stream", Stream))
	})
}

// Everything is all that Fill keeps.
type Everything struct {
	Items  []outbox.Item
	Part   outbox.Part
	Stream string
}

// All returns it.
func All(b Book) Everything {
	b.T.Helper()
	return Read(b, func(r outbox.Records) (e Everything, err error) {
		var errs [3]error
		e.Items, errs[0] = r.Items(outbox.Filter{})
		e.Part, errs[1] = r.Part(File(4).SHA256)
		e.Stream, errs[2] = r.Note("stream")
		return e, errors.Join(errs[:]...)
	})
}
