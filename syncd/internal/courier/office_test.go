package courier_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
)

// office is an office with a line to a centre.
type office struct {
	*courier.Courier
	t      testing.TB
	dir    string
	store  *sqlstore.Store
	box    *outbox.Box
	link   *link
	centre *centre
	inbox  *inbox
	shelf  shelf
	deeds  int
}

// open opens an office in a folder, as it is there, on a line.
func open(t testing.TB, dir string, l *link) *office {
	t.Helper()
	o := &office{t: t, dir: dir, store: sqlstoretest.Open(t, filepath.Join(dir, "khumue.db")), link: l, centre: l.centre, inbox: &inbox{}, shelf: shelf{}}
	t.Cleanup(func() { o.store.Close() })
	random := rand.NewChaCha8([32]byte{byte(len(dir)), 7})
	var err error
	o.box, err = outbox.Open(t.Context(), outbox.Options{Store: o.store.Outbox(), Mark: outbox.MarkFile(filepath.Join(dir, "mark")), Now: l.clock.now, Random: random})
	o.must(err)
	o.Courier = courier.New(courier.Options{Box: o.box, Transport: l, Inlet: o.inbox, Files: o.shelf, Program: "1", Now: l.clock.now, Random: random, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	return o
}

// opened is an office in a folder of its own, on a line without faults.
func opened(t testing.TB) *office {
	t.Helper()
	k := &clock{outboxtest.Noon}
	return open(t, t.TempDir(), &link{clock: k, centre: newCentre(k.now)})
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) same(what string, got, want any) {
	o.t.Helper()
	outboxtest.Book{T: o.t}.Same(what, got, want)
}

// do does a deed with so many bytes of text, and files.
func (o *office) do(text string, files ...wire.File) string {
	o.t.Helper()
	o.deeds++
	d := outboxtest.Deed(o.deeds)
	d.At, d.Do, d.Files = o.link.clock.at, fmt.Appendf(nil, `{"n":%d,"text":%q}`, o.deeds, text), files
	ctx, slip, err := o.box.Note(o.t.Context(), d)
	o.must(err)
	o.must(o.store.Outbox().Write(ctx, func(r outbox.Records) error { return r.SetNote("effect", fmt.Sprint(o.deeds)) }))
	return slip.ID()
}

func (o *office) doMany(n int) (ids []string) {
	o.t.Helper()
	for range n {
		ids = append(ids, o.do("ข้อความ"))
	}
	return ids
}

// runFor runs the office for a time.
func (o *office) runFor(d time.Duration) {
	o.t.Helper()
	until := o.link.clock.at.Add(d)
	for n := 0; o.link.clock.at.Before(until); n++ {
		if n > 20_000 {
			o.t.Fatal("it never rests")
		}
		wait, err := o.Step(o.t.Context())
		o.must(err)
		if left := until.Sub(o.link.clock.at); wait > left {
			wait = left
		}
		o.link.clock.at = o.link.clock.at.Add(max(wait, 0))
	}
}

// until runs the office until all is sent that is not put aside, and returns how long
// that took. More than most is a failure.
func (o *office) until(most time.Duration) time.Duration {
	o.t.Helper()
	began := o.link.clock.at
	for n := 0; ; n++ {
		if s := o.look(); len(s.Waiting) == 0 && s.Files == 0 && s.Same {
			return o.link.clock.at.Sub(began)
		}
		if took := o.link.clock.at.Sub(began); took > most || n > 20_000 {
			o.t.Fatalf("not sent within %s: %+v", took, o.look())
		}
		wait, err := o.Step(o.t.Context())
		o.must(err)
		o.link.clock.at = o.link.clock.at.Add(wait)
	}
}

func (o *office) look() courier.Status {
	o.t.Helper()
	s, err := o.Look(context.Background())
	o.must(err)
	return s
}

func (o *office) item(id string) outbox.Item {
	o.t.Helper()
	list, err := o.box.Items(o.t.Context(), outbox.Filter{})
	o.must(err)
	return list[slices.IndexFunc(list, func(i outbox.Item) bool { return i.ID == id })]
}

// judge holds the end of a story to what is promised: what is said to be at the
// centre is there, once, with the same bytes, in order; what is not, waits or has a
// visible reason; and both say the same of it.
func (o *office) judge() {
	o.t.Helper()
	list, err := o.box.Items(o.t.Context(), outbox.Filter{})
	o.must(err)
	for _, i := range list {
		k, there := o.centre.items[i.ID]
		switch {
		case i.There && (!there || k.sum != i.Sum):
			o.t.Errorf("%s is said to be at the centre: %v", i.ID, there)
		case i.State == outbox.Attention && i.Text.IsZero():
			o.t.Errorf("%s needs attention, and nobody knows why", i.ID)
		}
	}
	seen := map[string]int64{}
	for seq, id := range o.centre.places[o.box.Stream()] {
		if was := seen[id]; was != 0 {
			o.t.Errorf("%s stands at %d and at %d", id, was, seq)
		}
		seen[id] = seq
	}
}
