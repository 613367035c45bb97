package outbox

import "context"

// Sheaf are deeds that one transaction may do, of each of which is known within the
// transaction alone whether it does. Unlike a slip it is carried by one transaction,
// and by no other after that fails.
type Sheaf struct {
	slips []*Slip
	does  []bool
}

type sheafKey struct{}

// Bind notes deeds in the context of the transaction that may do them. None is
// written down of which Does was not told so. Where one could never be sent, the error
// is that of Note.
func (b *Box) Bind(ctx context.Context, deeds []Deed) (context.Context, *Sheaf, error) {
	s := &Sheaf{slips: make([]*Slip, len(deeds)), does: make([]bool, len(deeds))}
	now := b.Now()
	for n, d := range deeds {
		if d.At.IsZero() {
			d.At = now
		}
		var err error
		if s.slips[n], err = b.slip(d, now); err != nil {
			return nil, nil, err
		}
	}
	return context.WithValue(ctx, sheafKey{}, s), s, nil
}

// Bound returns the sheaf that a context bears, or nil.
func Bound(ctx context.Context) *Sheaf {
	s, _ := ctx.Value(sheafKey{}).(*Sheaf) // nil where there is none
	return s
}

// Does tells, within the transaction, whether it does the n-th deed. A transaction
// that is run anew tells anew.
func (s *Sheaf) Does(n int, does bool) { s.does[n] = does }

// Write writes down the deeds that the transaction does, in their order. It is for
// the store, as Slip.Write.
func (s *Sheaf) Write(r Records) error {
	for n, slip := range s.slips {
		if !s.does[n] {
			continue
		}
		if err := slip.Write(r); err != nil {
			return err
		}
	}
	return nil
}

// Commit notes that the transaction was committed.
func (s *Sheaf) Commit() {
	for n, slip := range s.slips {
		if s.does[n] {
			slip.Commit()
		}
	}
}
