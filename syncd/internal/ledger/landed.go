package ledger

import (
	"context"

	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// officeText is the trailer by which a save that was put together with what others
// saved names the folder that the office had.
const officeText = "Office-Text"

// SaveOf keeps a text as Save does, where that is an office's, put together with what
// others saved meanwhile: the commit says which folder the office had, and is made even
// where nothing differs here.
func (l *Ledger) SaveOf(ctx context.Context, by Acting, owner rights.Target, h Head, text Text, of review.Tree) (Head, error) {
	l = l.stopped()
	return l.save(ctx, by, owner, h, text, h.Commit, "Save\n\n"+officeText+": "+string(of)+"\n", DidSave)
}

// Holds reports whether a folder was ever that of a draft, or went into it from an
// office.
func (l *Ledger) Holds(h Head, folder review.Tree) (bool, error) {
	if h.Tree == folder {
		return true, nil
	}
	for a, err := range l.Repo.FirstParents(h.Commit, maxSaves) {
		if err != nil || OfMain(a.Change) {
			return false, err
		}
		tree, err := l.folderTree(a.Tree, h.kept())
		if err != nil || tree == folder || a.Trailer(officeText) == string(folder) {
			return err == nil, err
		}
		if b, ok := readBeginning(a.Message); ok && b.subject == beginDraft {
			break
		}
	}
	return false, nil
}
