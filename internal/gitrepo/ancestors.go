package gitrepo

import "iter"

// Ancestor is a commit of a history.
type Ancestor struct {
	Hash Hash
	*Change
}

// FirstParents tells a commit, its first parent, that one's first parent and so
// on, at most so many in all. It reads one commit for each. A commit that is
// not there, as in a shallow clone, is an error of kind NotFound, and an error
// is the last that is told.
func (r *Repository) FirstParents(from Hash, most int) iter.Seq2[Ancestor, error] {
	return func(yield func(Ancestor, error) bool) {
		for range most {
			c, err := r.Commit(from)
			if err != nil {
				yield(Ancestor{Hash: from}, err)
				return
			}
			if !yield(Ancestor{from, c}, nil) || len(c.Parents) == 0 {
				return
			}
			from = c.Parents[0]
		}
	}
}
