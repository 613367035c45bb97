package answers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
)

// Cells are made behind the answers, many at a time, so that taking one in is one
// row. Whoever asks for sums gets those of the cells and of the answers that are
// not in them yet, both as they are at one moment: they are exact.

// cellKey is what tells cells apart.
type cellKey struct {
	level                              Level
	span, point, form, manual, channel string
}

func compareKeys(a, b cellKey) int {
	return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.span, b.span), cmp.Compare(a.point, b.point),
		cmp.Compare(a.form, b.form), cmp.Compare(a.manual, b.manual), cmp.Compare(a.channel, b.channel))
}

// sums are cells while they are made.
type sums map[cellKey]*Cell

// cell is the cell of a key.
func (s sums) cell(k cellKey) *Cell {
	c := s[k]
	if c == nil {
		c = &Cell{Level: k.level, Span: k.span, Point: catalog.PointCode(k.point), Form: k.form, Procedure: catalog.ManualID(k.manual), Channel: k.channel, Counts: survey.Counts{}}
		s[k] = c
	}
	return c
}

// rollUp adds cells of the finest level to those above it.
func (s sums) rollUp() {
	for _, fine := range s.list() {
		if fine.Level != Finest {
			continue
		}
		for _, level := range []Level{Months, Procedures, Channels} {
			c := s.cell(keyAt(level, fine.Span, fine.Point, fine.Form, fine.Procedure, fine.Channel))
			c.N, c.LeftOut = c.N+fine.N, c.LeftOut+fine.LeftOut
			c.Counts.Merge(fine.Counts)
		}
	}
}

// add counts answers at a level.
func (s sums) add(level Level, a Answer) {
	c := s.cell(keyOf(level, a))
	if a.Marks&LeftOut != 0 {
		c.LeftOut++
		return
	}
	c.N++
	c.Counts.Add(a.Picks)
}

func keyOf(level Level, a Answer) cellKey {
	return keyAt(level, a.Day.ISO(), a.Point, a.Form, a.Procedure, a.Channel)
}

// keyAt is the key at a level of what is told apart; the span may be a day.
func keyAt(level Level, span string, point catalog.PointCode, form string, manual catalog.ManualID, channel string) cellKey {
	k := cellKey{level: level, span: span, point: string(point), form: form}
	if level != Days {
		k.span = span[:len("2026-11")]
	}
	if level == Procedures || level == Finest {
		k.manual = string(manual)
	}
	if level == Channels || level == Finest {
		k.channel = channel
	}
	return k
}

// list returns the cells in order.
func (s sums) list() []Cell {
	keys := make([]cellKey, 0, len(s))
	for k := range s {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareKeys)
	out := make([]Cell, len(keys))
	for i, k := range keys {
		out[i] = *s[k]
	}
	return out
}

// foldSize is how many answers are folded into cells at once: few enough that an
// answer that comes meanwhile does not wait for long.
const foldSize = 1000

// errMoved says that somebody else has folded meanwhile.
var errMoved = errors.New("the cells were made further meanwhile")

// Fold folds some answers into cells, and returns how many.
func (in *Intake) Fold(ctx context.Context) (int, error) {
	var from int64
	var list []Answer
	err := in.Store.Read(ctx, func(r Records) (err error) {
		if from, err = r.Folded(); err != nil {
			return err
		}
		list, err = r.After(from, foldSize)
		return err
	})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	made := sums{}
	for _, a := range list {
		made.add(Days, a)
		made.add(Finest, a)
	}
	made.rollUp()
	err = in.Store.Write(ctx, func(r Records) error {
		if now, err := r.Folded(); err != nil || now != from {
			return cmp.Or(err, errMoved)
		}
		if err := r.AddCells(made.list()); err != nil {
			return err
		}
		return r.SetFolded(list[len(list)-1].Seq)
	})
	if errors.Is(err, errMoved) {
		return 0, nil
	}
	return len(list), err
}

// Tally returns the cells that are asked for, exact to the last answer that was
// acknowledged, in order.
func Tally(ctx context.Context, store Store, f CellFilter) ([]Cell, error) {
	var out []Cell
	err := store.Read(ctx, func(r Records) error {
		cells, err := r.Cells(f)
		if err != nil {
			return err
		}
		seq, err := r.Folded()
		if err != nil {
			return err
		}
		late := sums{}
		for {
			list, err := r.After(seq, foldSize)
			if err != nil {
				return err
			}
			for _, a := range list {
				if f.wants(a) {
					late.add(f.Level, a)
				}
				seq = a.Seq
			}
			if len(list) < foldSize {
				break
			}
		}
		out = merged(cells, late)
		return nil
	})
	return out, err
}

// wants reports whether an answer belongs to the cells of a filter.
func (f CellFilter) wants(a Answer) bool {
	span := keyOf(f.Level, a).span
	return (f.From == "" || span >= f.From) && (f.To == "" || span <= f.To) && (f.Form == "" || a.Form == f.Form) &&
		(f.Points == nil || slices.Contains(f.Points, a.Point))
}

func merged(cells []Cell, late sums) []Cell {
	if len(late) == 0 {
		return cells
	}
	for i, c := range cells {
		k := cellKey{c.Level, c.Span, string(c.Point), c.Form, string(c.Procedure), c.Channel}
		more := late[k]
		if more == nil {
			continue
		}
		cells[i].N, cells[i].LeftOut = c.N+more.N, c.LeftOut+more.LeftOut
		cells[i].Counts.Merge(more.Counts)
		delete(late, k)
	}
	cells = append(cells, late.list()...)
	slices.SortStableFunc(cells, func(a, b Cell) int {
		return compareKeys(cellKey{a.Level, a.Span, string(a.Point), a.Form, string(a.Procedure), a.Channel},
			cellKey{b.Level, b.Span, string(b.Point), b.Form, string(b.Procedure), b.Channel})
	})
	return cells
}

// How often cells are made, and what devices said is kept; how far cells may be
// behind while there is something to take in; how often old texts are looked for.
const (
	foldEvery  = time.Second
	hearEvery  = time.Minute
	tidyEvery  = time.Hour
	mostBehind = 30 // rounds in which there was always something to take in
	atLeast    = 20 // times that are folded after them, whatever waits
)

// Keep does what nobody waits for, until the context ends: it makes cells, keeps
// when devices were heard of last, and empties old texts.
func (in *Intake) Keep(ctx context.Context) {
	fold, hear, tidy := time.NewTicker(foldEvery), time.NewTicker(hearEvery), time.NewTicker(tidyEvery)
	defer fold.Stop()
	defer hear.Stop()
	defer tidy.Stop()
	in.note(ctx, in.recount(ctx))
	busy := 0 // rounds in which there was something to take in
	for {
		select {
		case <-ctx.Done():
			in.note(context.WithoutCancel(ctx), in.keepHeard(context.WithoutCancel(ctx)))
			return
		case <-fold.C:
			least := 0
			if busy++; len(in.parcels()) > 0 {
				if busy < mostBehind {
					continue
				}
				least = atLeast
			}
			busy = 0
			in.note(ctx, in.foldAll(ctx, least))
		case <-hear.C:
			in.note(ctx, in.keepHeard(ctx))
		case <-tidy.C:
			in.note(ctx, errors.Join(in.Redact(ctx), in.recount(ctx)))
		}
	}
}

// rest is how many times as long as it takes folding rests, while answers come:
// those have the processor first.
const rest = 5

// foldAll folds until nothing is left, or answers wait to be taken in; at least so
// many times.
func (in *Intake) foldAll(ctx context.Context, least int) error {
	for times := 0; ; times++ {
		began, stored := in.Now(), in.figures.stored.Load()
		n, err := in.Fold(ctx)
		if err != nil || n < foldSize || times >= least && len(in.parcels()) > 0 {
			return err
		}
		if in.figures.stored.Load() == stored {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(rest * in.Now().Sub(began)):
		}
	}
}

func (in *Intake) note(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil && !errors.Is(err, fault.Unavailable) {
		in.Log.Error("looking after answers", "error", err)
	}
}

// Redact empties texts that are as old as texts may become.
func (in *Intake) Redact(ctx context.Context) error {
	before := in.day().AddDays(-int(in.Limits.Texts / (24 * time.Hour)))
	return in.Store.Write(ctx, func(r Records) error {
		_, err := r.Redact(before)
		return err
	})
}
