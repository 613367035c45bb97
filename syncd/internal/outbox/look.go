package outbox

import (
	"context"
	"time"

	"khumue/internal/wire"
)

// Tally is where all operations stand, for people.
type Tally struct {
	Waiting   map[string]int // that are not at the centre, by kind
	Since     time.Time      // since when the oldest of them waits; zero: none does
	Stored    int            // at the centre, not done there yet
	Held      int            // of those, how many wait for something that has not come
	Processed int
	Attention int // that a person has still to look after
	Aside     int // of those, how many are not at the centre and do not go there by themselves
	Files     int // that are on their way, of operations that are at the centre
	Told      Told
	Same      bool // the centre has the same of the present stream as is known here, by its digest
}

// AllSent reports whether the centre has everything, which it says itself.
func (t Tally) AllSent() bool {
	return len(t.Waiting) == 0 && t.Aside == 0 && t.Files == 0 && t.Same
}

// mostFiles is up to how many files are counted.
const mostFiles = 1000

// Look returns where all operations stand.
func (b *Box) Look(ctx context.Context) (t Tally, err error) {
	stream := b.Stream()
	err = b.Store.Read(ctx, func(r Records) error {
		t = Tally{Waiting: map[string]int{}}
		counts, err := r.Counts()
		if err != nil {
			return err
		}
		for _, c := range counts {
			t.add(c)
		}
		asks, err := r.Items(Filter{States: []State{Attention}, Asks: true, Bare: true})
		if err != nil {
			return err
		}
		for _, i := range asks {
			t.Attention++
			if !i.There {
				t.Aside++
			}
		}
		parts, err := r.Parts(mostFiles)
		if err != nil {
			return err
		}
		t.Files = len(parts)
		if t.Told, err = told(r); err != nil {
			return err
		}
		digest, err := b.digest(r, stream)
		t.Same = !t.Told.At.IsZero() && t.Told.Standing == wire.Welcome && digest == t.Told.Digest
		return err
	})
	return t, err
}

func (t *Tally) add(c Count) {
	switch c.State {
	case Ready, Sending:
		t.Waiting[c.Kind] += c.N
		if t.Since.IsZero() || c.Since.Before(t.Since) {
			t.Since = c.Since
		}
	case Stored:
		t.Stored += c.N
		if c.Status == wire.Held {
			t.Held += c.N
		}
	case Processed:
		t.Processed += c.N
	}
}

// Ranges returns what is known to be at the centre of parts of the present stream.
func (b *Box) Ranges(ctx context.Context, parts [][2]int64) (out []wire.Range, err error) {
	stream := b.Stream()
	err = b.Store.Read(ctx, func(r Records) error {
		out = nil
		for _, p := range parts {
			n, digest, err := sumUp(r, stream, p[0], p[1])
			if err != nil {
				return err
			}
			out = append(out, wire.Range{First: p[0], Last: p[1], Count: n, Digest: digest})
		}
		return nil
	})
	return out, err
}

// Reoffer makes all operations of a part of the present stream wait again whose
// bytes are here, and returns how many those are.
func (b *Box) Reoffer(ctx context.Context, first, last int64) (n int, err error) {
	defer b.changed()
	err = b.Store.Write(Aside(ctx), func(r Records) error {
		n, err = reoffer(r, Filter{Stream: b.Stream(), After: first - 1, To: last, Whole: true})
		return err
	})
	return n, err
}

// retained is how long the bytes of operations are kept that the centre has done.
const retained = 90 * 24 * time.Hour

// Tidy takes the bytes off operations that were settled long ago, and returns how
// many.
func (b *Box) Tidy(ctx context.Context) (n int, err error) {
	err = b.Store.Write(Aside(ctx), func(r Records) error {
		n, err = r.Empty(b.Now().Add(-retained))
		return err
	})
	return n, err
}
