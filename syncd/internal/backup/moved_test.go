package backup

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// doing does an operation by an entry of the trail.
type doing struct{ store *sqlstore.Store }

// Do makes the entry.
func (d doing) Do(ctx context.Context, _ inbox.Device, op wire.Op) (inbox.Outcome, error) {
	return inbox.Outcome{}, d.store.Write(ctx, func(r staff.Records) error {
		return r.Record(trail.Entry{ID: rand.Text(), At: inboxtest.At(1), Action: "office.did", Subject: op.ID})
	})
}

// Done knows of nothing outside of the database.
func (doing) Done(context.Context, inbox.Device, wire.Op) (bool, inbox.Outcome, error) {
	return false, inbox.Outcome{}, nil
}

// intakeOf is the inbox of a database.
func intakeOf(s *sqlstore.Store, dir string) *inbox.Desk {
	return &inbox.Desk{Store: s.Inbox(), Doer: doing{s}, Epoch: s.Epoch, Now: func() time.Time { return inboxtest.At(500) }, Random: rand.Reader, Log: slog.New(slog.DiscardHandler),
		Files: &inbox.Files{Dir: dir, Quota: 1 << 20}}
}

// mover is the machine whose operations are under way, in its second stream.
func mover(n int) wire.Op {
	o := inboxtest.Op(900 + n)
	o.Seq, o.Entity = int64(n), fmt.Sprint("case:moving-", n)
	o.Files, o.Secret = nil, nil
	return o
}

// TestF43OfficesGoOnWhereTheCentreMovesToTheOtherDatabase moves a centre, some of whose
// operations are done, some kept alone, and some to come.
func TestF43OfficesGoOnWhereTheCentreMovesToTheOtherDatabase(t *testing.T) {
	from, to := databases[0], databases[1]
	dev := inboxtest.Device(77)
	tell := func(d *inbox.Desk, m wire.Message) wire.Message {
		m.Nonce, m.Stream = "n", inboxtest.StreamID(77)
		return d.Talk(t.Context(), dev, m)
	}
	push := func(d *inbox.Desk, n ...int) (out []string) {
		var ops []wire.Op
		for _, i := range n {
			ops = append(ops, mover(i))
		}
		for _, r := range tell(d, wire.Message{Type: wire.Push, Ops: ops}).Results {
			out = append(out, string(r.Status))
		}
		return out
	}
	hello := func(d *inbox.Desk) wire.Reception {
		r := tell(d, wire.Message{Type: wire.Hello, Greeting: &wire.Greeting{Version: wire.Version, Stream: inboxtest.StreamID(77), MaxSeq: 4}}).Reception
		if r == nil {
			t.Fatal("nobody is greeted")
		}
		return *r
	}
	rest := func(d *inbox.Desk) {
		for {
			if did, err := d.Step(t.Context()); err != nil {
				t.Fatal(err)
			} else if !did {
				return
			}
		}
	}
	s := office(t, from.empty(t))
	inboxtest.Book{T: t, Store: s.Store.Inbox()}.Write(func(r inbox.Records) error { return r.PutDevice(dev) })
	before := intakeOf(s.Store, t.TempDir())
	push(before, 1, 2)
	rest(before)
	push(before, 3)
	was := hello(before)

	p := Place{Database: to.empty(t), Git: filepath.Join(t.TempDir(), "content.git")}
	if _, err := Restore(t.Context(), bytes.NewReader(written(t, s)), p); err != nil {
		t.Fatal(err)
	}
	moved := mustOpen(t, p.Database)
	after := intakeOf(moved, t.TempDir())
	if is := hello(after); is.Digest != was.Digest || is.Seq != 3 || is.Count != was.Count || is.Epoch == was.Epoch {
		t.Errorf("it has %d, %s, of epoch %s; before it had %d, %s, of %s", is.Seq, is.Digest, is.Epoch, was.Seq, was.Digest, was.Epoch)
	}
	if got, want := push(after, 1, 2, 3, 4), []string{"duplicate", "duplicate", "duplicate", "stored"}; !slices.Equal(got, want) {
		t.Errorf("what comes again and what is new becomes %v, want %v", got, want)
	}
	rest(after)
	done := map[string]int{}
	err := moved.Read(t.Context(), func(r staff.Records) error {
		list, err := r.FindEntries(trail.Filter{Action: "office.did", Page: trail.Page{Limit: 1000}})
		for _, e := range list {
			done[e.Subject]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 4; n++ {
		if done[mover(n).ID] != 1 {
			t.Errorf("number %d took effect %d times", n, done[mover(n).ID])
		}
	}
}
