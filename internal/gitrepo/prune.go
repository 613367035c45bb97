package gitrepo

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"

	"khumue/internal/fault"
)

// How old an object is at least that Maintain removes, and how often it looks for
// some. What is used again within freshFor is not made younger: the age is more than
// that.
const (
	prunedAfter = 3 * freshFor
	pruneEvery  = 24 * time.Hour
)

// prunedFile tells by its time when Prune was done last.
const prunedFile = "pruned"

// pruneNowAndThen is Prune, once a day at most.
func (r *Repository) pruneNowAndThen(ctx context.Context) error {
	file, now := filepath.Join(r.dir, prunedFile), time.Now()
	if info, err := os.Stat(file); err == nil && now.Sub(info.ModTime()).Abs() < pruneEvery {
		return nil
	}
	if _, err := r.Prune(ctx, now.Add(-prunedAfter)); err != nil {
		return err
	}
	return os.WriteFile(file, nil, 0o644)
}

// Prune removes objects of a sealed repository that no ref reaches and that were last
// written or used before a time, and returns how many. Of any other repository it
// removes none, and none where something is missing that is reached, but for what is
// behind commits that are lost. Readers and writers go on; the time has to be longer
// ago than anything takes from its first object to its ref, and than a day.
func (r *Repository) Prune(ctx context.Context, before time.Time) (removed int, err error) {
	s := r.stores[0]
	if s.seal == nil {
		return 0, nil
	}
	w := reach{repo: r, seen: map[Hash]bool{}}
	for refs := map[string]Hash(nil); ; { // until none moved meanwhile
		now, err := r.Refs().List("refs/")
		if err != nil {
			return 0, err
		}
		if refs != nil && maps.Equal(refs, now) {
			break
		}
		refs = now
		for _, h := range refs {
			if err := w.commits(ctx, h); err != nil {
				return 0, err
			}
		}
	}
	kept := make(map[Hash]bool, len(w.seen))
	for h := range w.seen {
		kept[s.seal.name(h)] = true
	}
	err = filepath.WalkDir(s.dir, func(name string, e fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil || !e.Type().IsRegular() {
			return ignoreGone(err)
		}
		if h, known := objectAt(name); !known || kept[h] {
			return nil
		}
		gone, err := s.seal.remove(name, before)
		if gone {
			removed++
		}
		return err
	})
	return removed, err
}

// remove removes a file that was last written or used before a time.
func (s *seal) remove(file string, before time.Time) (bool, error) {
	s.using.Lock()
	defer s.using.Unlock()
	info, err := os.Stat(file)
	if err != nil || !info.ModTime().Before(before) {
		return false, ignoreGone(err)
	}
	err = os.Remove(file)
	return err == nil, ignoreGone(err)
}

// reach is what refs reach.
type reach struct {
	repo *Repository
	seen map[Hash]bool
}

// commits goes from a commit to all before it.
func (w reach) commits(ctx context.Context, from Hash) error {
	for todo := []Hash{from}; len(todo) > 0; {
		h := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if w.seen[h] {
			continue
		}
		w.seen[h] = true
		c, err := w.repo.Commit(h)
		if errors.Is(err, fault.NotFound) && h != from {
			continue
		} else if err != nil {
			return err
		}
		if err := w.tree(ctx, c.Tree); err != nil {
			return err
		}
		todo = append(todo, c.Parents...)
	}
	return nil
}

// tree goes through a folder.
func (w reach) tree(ctx context.Context, tree Hash) error {
	if w.seen[tree] {
		return ctx.Err()
	}
	w.seen[tree] = true
	entries, err := w.repo.Entries(tree)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsFolder() {
			w.seen[e.Hash] = true
		} else if err := w.tree(ctx, e.Hash); err != nil {
			return err
		}
	}
	return nil
}
