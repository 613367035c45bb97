//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/sqlstore"
)

// sends has the machine's officer press the button until the page says that all was
// sent.
func (o *officeProgram) sends() {
	o.t.Helper()
	pressed := time.Time{}
	soon(o.t, "all is sent", func() bool {
		if time.Since(pressed) > time.Second {
			pressed = time.Now()
			must(o.t, o.tries())
		}
		_, _, page, err := o.b.ask("/sync", nil)
		must(o.t, err)
		return strings.Contains(page, "sync-now sync-sent")
	})
}

// ops are the operations of a machine, whose process has ended.
func (o *officeProgram) ops() (list []outbox.Item, sent bool) {
	o.t.Helper()
	in := o.look()
	_, err := in.Unlock(o.t.Context(), o.person+"@example.invalid", localPhrase)
	must(o.t, err)
	box := in.Rooms().Box
	list, err = box.Items(o.t.Context(), outbox.Filter{})
	must(o.t, err)
	tally, err := box.Look(o.t.Context())
	must(o.t, err)
	must(o.t, in.Close())
	return list, tally.AllSent()
}

// stored is what a centre has of machines.
type stored struct {
	devices []inbox.Device
	streams []inbox.Stream
	places  []inbox.Place
	items   map[string]inbox.Item
	cases   map[string]int // late requests of the sample point, by their numbers
	commits map[string]int // changes of what is published, by operation
}

// stored reads what the centre has.
func (c *centreProgram) stored(ids ...string) (s stored) {
	t := c.t
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(c.cfg.Data, databaseFile))
	must(t, err)
	defer store.Close()
	s = stored{items: map[string]inbox.Item{}, cases: map[string]int{}, commits: map[string]int{}}
	must(t, store.Inbox().Read(t.Context(), func(r inbox.Records) error {
		if s.devices, err = r.Devices(); err != nil {
			return err
		}
		for _, d := range s.devices {
			streams, err := r.Streams(d.ID)
			if err != nil {
				return err
			}
			for _, v := range streams {
				places, err := r.Places(d.ID, v.ID, 1, v.Last, 10_000)
				if err != nil {
					return err
				}
				s.streams, s.places = append(s.streams, v), append(s.places, places...)
			}
		}
		items, err := r.Items(ids)
		for _, i := range items {
			s.items[i.ID] = i
		}
		return err
	}))
	must(t, store.Delays().Read(t.Context(), func(r delays.Records) error {
		list, err := r.Cases(delays.Filter{Point: demoPoint})
		for _, v := range list {
			s.cases[v.Case.Request]++
		}
		return err
	}))
	git := exec.CommandContext(t.Context(), "git", "--git-dir="+c.cfg.Content, "log", "--format=%(trailers:key=Khumue-Op,valueonly)", "main")
	said, err := git.Output()
	must(t, err)
	for id := range strings.FieldsSeq(string(said)) {
		s.commits[id]++
	}
	return s
}

// judge is the oracle: what was acknowledged is there, once, in its order; nothing
// waits, or says why; both sides count the same.
func judge(t *testing.T, c *centreProgram, o *officeProgram) (list []outbox.Item) {
	t.Helper()
	list, sent := o.ops()
	var ids []string
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	s := c.stored(ids...)
	if !sent {
		t.Error("the machine does not know that all was sent")
	}
	for _, i := range list {
		there, ok := s.items[i.ID]
		switch {
		case i.There && !ok:
			t.Errorf("%s (%s) was acknowledged, and is not there", i.ID, i.Kind)
		case !ok:
			t.Errorf("%s (%s) is not at the centre: %s", i.ID, i.Kind, i.State)
		case there.Op.Sum() != i.Op.Sum() && there.State != inbox.Done: // of what is settled the secret is gone
			t.Errorf("%s (%s) is something else at the centre", i.ID, i.Kind)
		case there.State == inbox.Done && there.Outcome.Status == wire.Stored && i.Kind == deeds.Content && s.commits[i.ID] != 1:
			t.Errorf("%s took effect %d times", i.ID, s.commits[i.ID])
		}
	}
	at := map[string]int{}
	for _, p := range s.places {
		at[p.Op]++
	}
	for _, v := range s.streams {
		n, digest := int64(0), wire.Digest{}
		for _, p := range s.places {
			if p.Stream == v.ID {
				n++
				digest.Add(p.Op, p.Sum)
				if p.Seq != n {
					t.Errorf("place %d of a stream has the number %d", n, p.Seq)
				}
			}
		}
		if v.Seq != v.Last || v.Last != n || digest.String() != v.Digest.String() || !v.Forked.IsZero() {
			t.Errorf("of a stream there are %d up to %d of %d, forked %v", n, v.Seq, v.Last, v.Forked)
		}
	}
	for _, id := range ids {
		if at[id] != 1 {
			t.Errorf("%s came at %d places", id, at[id])
		}
	}
	for request, n := range s.cases {
		if n != 1 {
			t.Errorf("the late request %s is there %d times", request, n)
		}
	}
	return list
}

// settled waits until the centre has done all that it has of the machines.
func (c *centreProgram) settled(ids ...string) {
	c.t.Helper()
	soon(c.t, "all is done", func() bool {
		s := c.stored(ids...)
		return len(s.items) == len(ids) && !slices.ContainsFunc(ids, func(id string) bool { return s.items[id].State != inbox.Done })
	})
}
