package immediate

import (
	"path"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
)

// Uses tells by how many manuals and other services each label is named, under its
// present slug or a former one.
type Uses map[catalog.LabelKind]map[catalog.Slug]int

// uses counts labels as files name them. All manuals are read once, which takes
// seconds where there are many, and then only what differs.
type uses struct {
	mu      sync.Mutex
	content gitrepo.Hash
	counts  Uses
	reading chan struct{} // closed when the first reading is over; nil before it begins
}

// patience is how long a page waits for the first reading.
const patience = time.Second

// Uses returns by how many manuals and other services each label is named on main;
// false while the manuals are still being read for the first time.
func (d *Desk) Uses(l *catalog.Labels) (Uses, bool, error) {
	select {
	case <-d.countUses():
	case <-time.After(patience):
		return nil, false, nil
	}
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, false, err
	}
	x := &d.uses
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.at(d.Ledger.Repo, main.Tree); err != nil {
		return nil, false, err
	}
	out := Uses{}
	for kind, counts := range x.counts {
		out[kind] = map[catalog.Slug]int{}
		for slug, n := range counts {
			if now, former := l.Aliases[slug]; former {
				slug = now
			}
			out[kind][slug] += n
		}
	}
	return out, true, nil
}

// countUses begins the first reading, unless it has begun.
func (d *Desk) countUses() <-chan struct{} {
	x := &d.uses
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.reading == nil {
		done := make(chan struct{})
		x.reading = done
		go func() {
			defer close(done)
			_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
			if err == nil {
				var counts Uses
				if counts, err = usesIn(d.Ledger.Repo, main.Tree); err == nil {
					x.mu.Lock()
					x.content, x.counts = main.Tree, counts
					x.mu.Unlock()
				}
			}
			if err != nil {
				d.Log.Error("which labels are in use can not be read", "error", err)
			}
		}()
	}
	return x.reading
}

// at brings the counts to a content.
func (x *uses) at(repo *gitrepo.Repository, content gitrepo.Hash) (err error) {
	if x.content == content {
		return nil
	}
	if !x.content.IsZero() {
		err = x.follow(repo, content)
	}
	if x.content.IsZero() || absent(err) { // history was rewritten and the old content is gone
		x.counts, err = usesIn(repo, content)
	}
	if x.content = content; err != nil {
		x.content = gitrepo.Hash{}
	}
	return err
}

func (x *uses) follow(repo *gitrepo.Repository, content gitrepo.Hash) error {
	for diff, err := range repo.Diff(x.content, content) {
		if err != nil {
			return err
		}
		at, ok := corpus.FileAt(diff.Path)
		if !ok || at.Kind != corpus.ManualFile && at.Kind != corpus.ServiceFile {
			continue
		}
		for _, side := range []struct {
			hash gitrepo.Hash
			n    int
		}{{diff.Old.Hash, -1}, {diff.New.Hash, 1}} {
			if !side.hash.IsZero() {
				if err := x.counts.read(repo, blob{at, side.hash}, side.n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// usesIn counts the labels of a content.
func usesIn(repo *gitrepo.Repository, content gitrepo.Hash) (Uses, error) {
	var list []blob
	top, err := repo.Find(content, agencies)
	if absent(err) {
		return newUses(), nil
	}
	if err == nil {
		err = labelled(repo, agencies, top.Hash, &list)
	}
	if err != nil {
		return nil, err
	}
	parts := make([]Uses, runtime.GOMAXPROCS(0))
	var group errgroup.Group
	for w := range parts {
		parts[w] = newUses()
		group.Go(func() error {
			for i := w; i < len(list); i += len(parts) {
				if err := parts[w].read(repo, list[i], 1); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, part := range parts[1:] {
		for kind, counts := range part {
			for slug, n := range counts {
				parts[0][kind][slug] += n
			}
		}
	}
	return parts[0], nil
}

// labelled lists the manuals and other services below a folder.
func labelled(repo *gitrepo.Repository, dir string, tree gitrepo.Hash, list *[]blob) error {
	entries, err := repo.Entries(tree)
	if err != nil {
		return err
	}
	for _, e := range entries {
		at := path.Join(dir, e.Name)
		switch {
		case e.IsFolder() && !slices.Contains([]string{"points", "processes"}, e.Name):
			err = labelled(repo, at, e.Hash, list)
		case !e.IsFolder():
			if f, ok := corpus.FileAt(at); ok && (f.Kind == corpus.ManualFile || f.Kind == corpus.ServiceFile) {
				*list = append(*list, blob{f, e.Hash})
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func newUses() Uses {
	u := Uses{}
	for _, k := range catalog.LabelKinds {
		u[k] = map[catalog.Slug]int{}
	}
	return u
}

// read adds what a file names, or with a negative n takes it away.
func (u Uses) read(repo *gitrepo.Repository, b blob, n int) error {
	src, err := repo.Read(gitrepo.Blob, b.hash)
	if err != nil {
		return err
	}
	value, _ := b.at.Decode(src)
	add := func(k catalog.LabelKind, slugs []catalog.Slug) {
		for i, s := range slugs {
			if !slices.Contains(slugs[:i], s) {
				u[k][s] += n
			}
		}
	}
	switch v := value.(type) {
	case *catalog.Manual:
		add(catalog.CategoryLabel, v.Categories)
		add(catalog.GroupLabel, v.Groups)
		add(catalog.TagLabel, v.Tags)
	case *catalog.Service:
		add(catalog.CategoryLabel, v.Categories)
		add(catalog.GroupLabel, v.Groups)
		add(catalog.TagLabel, v.Tags)
	}
	return nil
}
