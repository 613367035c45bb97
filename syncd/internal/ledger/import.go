package ledger

import (
	"context"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

// Import commits manuals that were brought in from elsewhere to main, all at once,
// as Immediate does with what needs no approval. They count as approved by the
// import. Edits of anything but texts of manuals, and such as remove one, are an
// error of kind Invalid. Whether a manual may be replaced is for the one who asks:
// package proof refuses a commit that replaced what was approved.
func (l *Ledger) Import(ctx context.Context, subject, reason string, edit Editing) (Landed, error) {
	if err := l.notHere(); err != nil {
		return Landed{}, err
	}
	t := proof.Trailers{Stage: proof.Import, Reason: proof.CleanReason(reason)}
	return l.inTurn(func(l *Ledger) (Landed, gitrepo.Hash, error) {
		return l.immediately(ctx, t, subject, edit, l.manualsAlone)
	})
}

// manualsAlone holds a change of the content to texts of manuals.
func (l *Ledger) manualsAlone(old, new gitrepo.Hash) error {
	for d, err := range l.Repo.Diff(old, new) {
		if err != nil {
			return err
		}
		id := path.Base(path.Dir(d.Path))
		if _, _, ok := FolderOf(d.Path, catalog.ManualID(id)); !ok || d.New.IsZero() || path.Base(d.Path) != manualFile {
			return fault.New(fault.Invalid, fault.Textf("%s นำเข้าเป็นคู่มือไม่ได้", "%s can not be imported as a manual", d.Path))
		}
	}
	return nil
}

// Read is a manual with the text that an officer read.
type Read struct {
	Folder string // in the content
	Tree   proof.Hash
}

// Confirming tells which manuals an officer confirms of the content that stands
// now, and by which right. It is run again when main moves meanwhile.
type Confirming func(content gitrepo.Hash) (Acting, []Read, error)

// Confirm testifies on main that an officer read imported manuals of one agency,
// at most proof.MaxConfirmed of them, and found them right. It changes no content.
// A manual whose text is not the one that was read is an error of kind Conflict,
// and nothing is confirmed.
func (l *Ledger) Confirm(ctx context.Context, confirm Confirming) (Landed, error) {
	if err := l.notHere(); err != nil {
		return Landed{}, err
	}
	return l.inTurn(func(l *Ledger) (out Landed, at gitrepo.Hash, err error) {
		main, at, err := l.main()
		if err != nil {
			return out, at, err
		}
		by, list, err := confirm(main.Tree)
		if err != nil || len(list) == 0 {
			return out, at, err
		}
		t := proof.Trailers{Stage: proof.Confirm, Officer: by.ID, Role: by.capacity()}
		if t.Confirmed, err = l.asRead(main.Tree, list); err != nil {
			return out, at, err
		}
		b := l.Repo.NewBatch()
		defer b.Abort()
		commit, err := l.testify(b, t, "Confirm imported manuals", main.Tree, at)
		if err != nil {
			return out, at, err
		}
		if err := l.move(ctx, b, gitrepo.Move{Ref: gitrepo.Main, Old: at, New: commit}); err != nil {
			return out, at, err
		}
		return Landed{Commit: commit, Tree: main.Tree, Before: main.Tree, At: l.Now()}, at, nil
	})
}

// asRead holds manuals to the texts that were read.
func (l *Ledger) asRead(content gitrepo.Hash, list []Read) ([]proof.Folder, error) {
	out := make([]proof.Folder, 0, len(list))
	for _, r := range list {
		now, err := l.folderTree(content, r.Folder)
		if err != nil {
			return nil, err
		}
		if hashOf(now) != r.Tree || r.Tree.IsZero() {
			return nil, fault.New(fault.Conflict, fault.Textf("คู่มือ %s เปลี่ยนไปแล้วหลังจากที่อ่าน", "The manual %s has changed since it was read.", path.Base(r.Folder)),
				fault.Text{TH: "อ่านใหม่ แล้วยืนยันอีกครั้ง", EN: "Read it again, then confirm it."})
		}
		out = append(out, proof.Folder{Path: r.Folder, Tree: r.Tree})
	}
	slices.SortFunc(out, func(a, b proof.Folder) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(out), nil
}

// Folders finds folders of manuals in one content. It reads what an agency has
// once, however many are asked for.
type Folders struct {
	repo    *gitrepo.Repository
	content gitrepo.Hash
	below   map[string]map[string]gitrepo.Hash // by the folder above, and by name
}

// FoldersOf returns those of a content.
func (l *Ledger) FoldersOf(content gitrepo.Hash) *Folders {
	return &Folders{l.Repo, content, map[string]map[string]gitrepo.Hash{}}
}

// Find returns a folder's tree; an error of kind NotFound when there is none.
func (f *Folders) Find(folder string) (gitrepo.Hash, error) {
	above := path.Dir(folder)
	names, known := f.below[above]
	if !known {
		e, err := f.repo.Find(f.content, above)
		if err != nil {
			return gitrepo.Hash{}, err
		}
		entries, err := f.repo.Entries(e.Hash)
		if err != nil {
			return gitrepo.Hash{}, err
		}
		names = make(map[string]gitrepo.Hash, len(entries))
		for _, e := range entries {
			if e.IsFolder() {
				names[e.Name] = e.Hash
			}
		}
		f.below[above] = names
	}
	if h, there := names[path.Base(folder)]; there {
		return h, nil
	}
	return gitrepo.Hash{}, fault.New(fault.NotFound, fault.Textf("ไม่มี %s", "there is no %s", folder))
}
