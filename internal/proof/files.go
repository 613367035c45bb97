package proof

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"khumue/internal/fault"
)

// files reads every file at the tip, or with a mark those of the manuals that
// changed since: a history may be in order while a file of it was replaced where
// it lies.
func (w *walk) files(ctx context.Context, root Hash) error {
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			r := newReading(w.ledger)
			for {
				i := int(next.Add(1)) - 1
				if i >= len(w.report.Manuals) || ctx.Err() != nil {
					return ctx.Err()
				}
				a := &w.report.Manuals[i]
				if a.Tree.IsZero() || a.Why == whyGone {
					continue
				}
				if err := r.whole(a.Path, a.Tree, 0); err != nil {
					if err := outside(err); err != nil {
						return err
					}
					a.How, a.Why = "", whyBelow(err)
				}
			}
		})
	}
	var once sync.Once
	if w.Since == nil {
		group.Go(func() error {
			return newReading(w.ledger).others("", root, func(at string, err error) {
				once.Do(func() {
					w.report.LooseCount++
					w.report.Loose = append(w.report.Loose, Finding{Commit: w.report.Tip, Why: named(at, whyBelow(err))})
				})
			})
		})
	}
	return group.Wait()
}

func named(at string, why fault.Text) fault.Text {
	return fault.Text{TH: at + ": " + why.TH, EN: at + ": " + why.EN}
}

// others reads the files below a folder that are no manual's, and tells of those
// that are not what the history says.
func (r *reading) others(at string, tree Hash, tell func(string, error)) error {
	data, err := r.object(Tree, tree)
	if err != nil || !wellFormed(data) {
		tell(at, err)
		return outside(err)
	}
	for e, rest := next(data); e.raw != nil; e, rest = next(rest) {
		name := string(e.name)
		switch {
		case e.dir && name == manuals && strings.HasPrefix(at, agencies+"/"):
		case e.dir:
			err = r.others(at+name+"/", e.hash(), tell)
		default:
			if _, failed := r.object(Blob, e.hash()); failed != nil {
				tell(at+name, failed)
				err = outside(failed)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
