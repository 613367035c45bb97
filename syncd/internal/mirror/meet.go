package mirror

import (
	"bytes"
	"context"
	"errors"

	"khumue/internal/compare"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/cargo"
)

// tries is how often what came is put below what officers change meanwhile.
const tries = 10

// land makes what came the office's content, with what is ahead on top, in one move
// of all refs.
func (m *Mirror) land(ctx context.Context, b *gitrepo.Batch, t cargo.Transfer, was, incoming, is stand) error {
	if err := b.Close(); err != nil {
		return err
	}
	moves := []gitrepo.Move{{Ref: refCentre, Old: was.commit, New: is.commit}}
	if !incoming.commit.IsZero() {
		moves = append(moves, gitrepo.Move{Ref: refIncoming, Old: incoming.commit})
	}
	return m.meet(ctx, t, was, is, moves)
}

// settle takes back what is not ahead any more: the centre did it, and it came, or
// the centre refused it.
func (m *Mirror) settle(ctx context.Context) error {
	centre, err := m.stand(refCentre)
	if err != nil || centre.tree.IsZero() {
		return err
	}
	return m.meet(ctx, cargo.Transfer{To: centre.of}, centre, centre, nil)
}

// drifts reports whether main has something that neither the centre told nor is
// ahead: the centre did it and it has not come, or the centre refused it.
func (m *Mirror) drifts() (bool, error) {
	centre, err := m.stand(refCentre)
	if err != nil || centre.tree.IsZero() {
		return false, err
	}
	main, err := m.stand(gitrepo.Main)
	if err != nil || main.tree.IsZero() {
		return err == nil, err
	}
	for d, err := range m.Repo.Diff(centre.tree, main.tree) {
		if errors.Is(err, fault.NotFound) { // part of main is lost
			return true, nil
		}
		if err != nil || !m.ahead.Has(cargo.File, d.Path) {
			return err == nil, err
		}
	}
	return false, nil
}

// meet moves main to what the centre has with what is ahead on top, and other refs
// along with it.
func (m *Mirror) meet(ctx context.Context, t cargo.Transfer, was, is stand, moves []gitrepo.Move) (err error) {
	for range tries {
		var main stand
		if main, err = m.stand(gitrepo.Main); err != nil {
			return err
		}
		b := m.Repo.NewBatch()
		all := moves
		tree, err := m.onTop(ctx, b, was, is, main)
		if err == nil && (tree != main.tree || main.commit.IsZero()) {
			var parents []gitrepo.Hash
			if !main.commit.IsZero() {
				parents = append(parents, main.commit)
			}
			var next gitrepo.Hash
			next, err = m.commit(b, tree, t, "Take over what the centre has", parents...)
			all = append(moves[:len(moves):len(moves)], gitrepo.Move{Ref: gitrepo.Main, Old: main.commit, New: next})
		}
		if err != nil {
			b.Abort()
			return err
		}
		if err := b.Close(); err != nil {
			return err
		}
		if len(all) == 0 {
			return nil
		}
		err = m.Repo.Refs().Update(ctx, all...)
		if !errors.Is(err, fault.Conflict) {
			m.moved = m.moved || err == nil && len(all) > len(moves)
			return err
		}
		if now, gone := m.Repo.Refs().Get(gitrepo.Main); gone != nil || now == main.commit {
			return err // it was no officer that came first
		}
	}
	return err
}

// onTop returns the content that the centre has with what is ahead on top.
func (m *Mirror) onTop(ctx context.Context, b *gitrepo.Batch, was, is, main stand) (gitrepo.Hash, error) {
	if main.commit.IsZero() || main.tree == was.tree {
		return is.tree, nil
	}
	if err := m.lookAhead(ctx); err != nil { // behind main: what it has is known to be ahead
		return gitrepo.Hash{}, err
	}
	var edits []gitrepo.Edit
	for d, err := range m.Repo.Diff(was.tree, main.tree) {
		if errors.Is(err, fault.NotFound) {
			if _, folders, unread := m.whole(is.tree); unread != nil || !folders {
				return gitrepo.Hash{}, errors.Join(err, unread)
			}
			m.Log.Error("part of the office's own content is lost: it is what the centre has, and what was done here comes with it", "error", err)
			return b.Put(is.tree, edits...)
		}
		if err != nil {
			return gitrepo.Hash{}, err
		}
		if !m.ahead.Has(cargo.File, d.Path) {
			continue
		}
		theirs, err := m.Repo.Find(is.tree, d.Path)
		if err != nil && !errors.Is(err, fault.NotFound) {
			return gitrepo.Hash{}, err
		}
		ours := d.New.Hash
		if theirs.Hash != d.Old.Hash {
			if ours, err = m.join(b, d.Path, d.Old.Hash, ours, theirs.Hash); err != nil {
				return gitrepo.Hash{}, err
			}
		}
		switch {
		case ours == theirs.Hash:
		case ours.IsZero():
			edits = append(edits, gitrepo.Remove(d.Path))
		default:
			edits = append(edits, gitrepo.SetFile(d.Path, ours))
		}
	}
	return b.Put(is.tree, edits...)
}

// join merges two changes of a file by field. What both changed otherwise stays as
// it is here until the centre has decided.
func (m *Mirror) join(b *gitrepo.Batch, file string, base, ours, theirs gitrepo.Hash) (gitrepo.Hash, error) {
	if !ours.IsZero() && !m.Repo.Has(ours) { // it is lost
		return theirs, nil
	}
	at, ok := corpus.FileAt(file)
	if !ok || ours.IsZero() || theirs.IsZero() || ours == theirs {
		return ours, nil
	}
	var values [3]any
	var src []byte
	for i, h := range []gitrepo.Hash{base, theirs, ours} {
		if h.IsZero() {
			continue
		}
		var err error
		if src, err = m.Repo.Read(gitrepo.Blob, h); err != nil {
			return ours, err
		}
		value, problems := at.Decode(bytes.Clone(src))
		if len(problems.Of(fault.Wrong)) > 0 {
			return ours, nil
		}
		values[i] = value
	}
	merged, _ := compare.MergeObjects(values[0], values[2], values[1])
	out, err := corpus.Write(at, src, merged)
	switch {
	case err == nil:
		return b.Add(gitrepo.Blob, out)
	case errors.Is(err, fault.Invalid): // it waits for the centre as it is
		err = nil
	}
	return ours, err
}
