package scope

import (
	"iter"
	"slices"
	"strings"

	"khumue/internal/gitrepo"
)

// pick says what of a tree belongs to an office: all of it, or only some of what is
// in it. A nil pick is nothing.
type pick struct {
	whole bool
	below map[string]*pick
}

// take adds what stands at a slash path, with all below it.
func (p *pick) take(at string) {
	for name := range strings.SplitSeq(at, "/") {
		if p.whole {
			return
		}
		if p.below == nil {
			p.below = map[string]*pick{}
		}
		next := p.below[name]
		if next == nil {
			next = &pick{}
			p.below[name] = next
		}
		p = next
	}
	p.whole, p.below = true, nil
}

// of is what is picked of an entry.
func (p *pick) of(name string) *pick {
	switch {
	case p == nil:
		return nil
	case p.whole:
		return p
	}
	return p.below[name]
}

// view is a tree as an office sees it.
type view struct {
	repo *gitrepo.Repository
	tree gitrepo.Hash
	pick *pick
}

// entries are the picked entries of a tree, in the order of their paths. What is no
// regular file and no folder is nobody's.
func entries(repo *gitrepo.Repository, tree gitrepo.Hash, p *pick) ([]gitrepo.Entry, error) {
	if tree.IsZero() || p == nil {
		return nil, nil
	}
	list, err := repo.Entries(tree)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(e gitrepo.Entry) bool {
		below := p.of(e.Name)
		return below == nil || !e.IsFolder() && (e.Mode != gitrepo.FileMode || !below.whole)
	})
	slices.SortFunc(list, func(a, b gitrepo.Entry) int { return strings.Compare(ordered(a), ordered(b)) })
	return list, nil
}

// ordered is the name by which paths are ordered: a folder's with a slash behind it.
func ordered(e gitrepo.Entry) string {
	if e.IsFolder() {
		return e.Name + "/"
	}
	return e.Name
}

// sum is the hash of the tree that the office has: the zero Hash of nothing.
func (v view) sum() (gitrepo.Hash, error) { return sum(v.repo, v.tree, v.pick) }

func sum(repo *gitrepo.Repository, tree gitrepo.Hash, p *pick) (gitrepo.Hash, error) {
	if p == nil {
		return gitrepo.Hash{}, nil
	}
	list, err := entries(repo, tree, p)
	if err != nil {
		return gitrepo.Hash{}, err
	}
	var out []byte
	for _, e := range list {
		if e.IsFolder() {
			if e.Hash, err = sum(repo, e.Hash, p.of(e.Name)); err != nil {
				return gitrepo.Hash{}, err
			}
			if e.Hash.IsZero() {
				continue
			}
		}
		out = gitrepo.AppendEntry(out, e)
	}
	if out == nil {
		return gitrepo.Hash{}, nil
	}
	return gitrepo.Sum(gitrepo.Tree, out), nil
}

// difference is a file that came, changed or went: the zero Hash is none.
type difference struct {
	path     string
	old, new gitrepo.Hash
}

// differ tells what differs between two views, in the order of the paths. It reads
// only folders that differ. An error is the last that is told.
func differ(old, new view) iter.Seq2[difference, error] {
	return func(yield func(difference, error) bool) {
		_, err := walk("", old, new, func(d difference) bool { return yield(d, nil) })
		if err != nil {
			yield(difference{}, err)
		}
	}
}

// walk compares two folders; false when no more is wanted.
func walk(at string, old, new view, tell func(difference) bool) (bool, error) {
	if old.tree == new.tree && old.pick != nil && new.pick != nil && (old.pick.whole && new.pick.whole || old.pick == new.pick) {
		return true, nil
	}
	was, err := entries(old.repo, old.tree, old.pick)
	if err != nil {
		return false, err
	}
	now, err := entries(new.repo, new.tree, new.pick)
	if err != nil {
		return false, err
	}
	for len(was)+len(now) > 0 {
		var a, b gitrepo.Entry
		switch {
		case len(now) == 0 || len(was) > 0 && ordered(was[0]) < ordered(now[0]):
			a, was = was[0], was[1:]
		case len(was) == 0 || ordered(now[0]) < ordered(was[0]):
			b, now = now[0], now[1:]
		default:
			a, b, was, now = was[0], now[0], was[1:], now[1:]
		}
		name := a.Name + b.Name
		if a.Name == b.Name {
			name = a.Name
		}
		goOn := true
		switch {
		case a.IsFolder() || b.IsFolder():
			goOn, err = walk(at+name+"/", view{old.repo, a.Hash, old.pick.of(a.Name)}, view{new.repo, b.Hash, new.pick.of(b.Name)}, tell)
		case a.Hash != b.Hash:
			goOn = tell(difference{at + name, a.Hash, b.Hash})
		}
		if err != nil || !goOn {
			return false, err
		}
	}
	return true, nil
}

// against tells what differs between what an office says that it has, and a view.
func against(held map[string]string, now view) iter.Seq2[difference, error] {
	return func(yield func(difference, error) bool) {
		var names []string
		for name := range held {
			names = append(names, name)
		}
		slices.Sort(names)
		one := func(name string) difference {
			h, err := gitrepo.ParseHash(held[name])
			if err != nil {
				h = gitrepo.Hash{1} // something else than anything
			}
			return difference{path: name, old: h}
		}
		for d, err := range differ(view{}, now) {
			if err != nil {
				yield(d, err)
				return
			}
			for len(names) > 0 && names[0] < d.path {
				if !yield(one(names[0]), nil) {
					return
				}
				names = names[1:]
			}
			if len(names) > 0 && names[0] == d.path {
				d.old, names = one(names[0]).old, names[1:]
			}
			if d.old != d.new && !yield(d, nil) {
				return
			}
		}
		for _, name := range names {
			if !yield(one(name), nil) {
				return
			}
		}
	}
}
