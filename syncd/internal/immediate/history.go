package immediate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/staff"
)

// Version is a commit that changed a file.
type Version struct {
	Commit  gitrepo.Hash
	File    string // where it stood
	At      time.Time
	By      catalog.OfficerID // "" of what was imported
	Role    proof.Capacity
	Stage   proof.Stage // "" of a commit that testifies nothing
	Subject string
	Why     string
	Changes []compare.Change // of its fields; of the first version all
	Came    bool             // it was not there before
	Went    bool
}

// mostCommits bounds how many commits one page of a history looks through: as many
// as nobody waits for. What is before them is on the next page.
const mostCommits = 1000

// History returns the versions of a content file, the newest first: at most so
// many, from a commit on, or with the zero Hash from what is published. Next is
// where the page after it begins; zero when there is none. A file that moved with
// its agency is followed to where it stood.
func (d *Desk) History(ctx context.Context, by staff.Acting, file string, from gitrepo.Hash, most int) (list []Version, next gitrepo.Hash, err error) {
	at, ok := corpus.FileAt(file)
	if !ok || at.Kind == corpus.ManualFile {
		return nil, next, gone()
	}
	if !May(by.Officer, at) {
		return nil, next, gone()
	}
	if from.IsZero() {
		if from, err = d.Ledger.Repo.Refs().Get(gitrepo.Main); err != nil {
			return nil, next, err
		}
	}
	seen := 0
	for a, err := range d.Ledger.Repo.FirstParents(from, mostCommits) {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return list, next, err
		}
		if seen++; len(list) == most {
			return list, a.Hash, nil
		}
		v, changed, err := d.version(at, a)
		if err != nil {
			return list, next, err
		}
		if changed {
			list = append(list, v)
		}
		if v.Came {
			earlier, moved, err := d.movedFrom(at, v, a)
			if err != nil || !moved {
				return list, next, err
			}
			at = earlier
			list[len(list)-1].Came = false
		}
		if seen == mostCommits && len(a.Parents) > 0 {
			next = a.Parents[0]
		}
	}
	return list, next, nil
}

// version tells what a commit made of a file; false when it left it alone.
func (d *Desk) version(at corpus.File, a gitrepo.Ancestor) (v Version, changed bool, err error) {
	before, err := d.treeBefore(a)
	if err != nil {
		return v, false, err
	}
	old, new, err := d.sides(before, a.Tree, at.Path)
	if err != nil || old == new {
		return v, false, err
	}
	v = Version{Commit: a.Hash, File: at.Path, At: a.Author.At, Came: old.IsZero(), Went: new.IsZero()}
	v.Subject, _, _ = strings.Cut(a.Message, "\n")
	if t, err := proof.ParseMessage(a.Message); err == nil {
		v.By, v.Role, v.Stage, v.Why = t.Officer, t.Role, t.Stage, t.Reason
	}
	if !new.IsZero() {
		was, err := d.valueOf(at, old)
		if err != nil {
			return v, true, err
		}
		is, err := d.valueOf(at, new)
		if err != nil {
			return v, true, err
		}
		v.Changes = compare.Objects(was, is)
	}
	return v, true, nil
}

// treeBefore is the content before a commit; the zero Hash of the first.
func (d *Desk) treeBefore(a gitrepo.Ancestor) (gitrepo.Hash, error) {
	if len(a.Parents) == 0 {
		return gitrepo.Hash{}, nil
	}
	c, err := d.Ledger.Repo.Commit(a.Parents[0])
	if err != nil {
		return gitrepo.Hash{}, err
	}
	return c.Tree, nil
}

// sides returns a file's blob in two contents. It reads folders only as far down
// as they differ.
func (d *Desk) sides(old, new gitrepo.Hash, file string) (a, b gitrepo.Hash, err error) {
	a, b = old, new
	for name := range strings.SplitSeq(file, "/") {
		if a == b {
			return gitrepo.Hash{}, gitrepo.Hash{}, nil
		}
		if a, err = d.child(a, name); err != nil {
			return a, b, err
		}
		if b, err = d.child(b, name); err != nil {
			return a, b, err
		}
	}
	return a, b, nil
}

func (d *Desk) child(tree gitrepo.Hash, name string) (gitrepo.Hash, error) {
	if tree.IsZero() {
		return tree, nil
	}
	entries, err := d.Ledger.Repo.Entries(tree)
	if err != nil {
		return gitrepo.Hash{}, err
	}
	i := slices.IndexFunc(entries, func(e gitrepo.Entry) bool { return e.Name == name })
	if i < 0 {
		return gitrepo.Hash{}, nil
	}
	return entries[i].Hash, nil
}

// valueOf reads what a blob holds; nil of none.
func (d *Desk) valueOf(at corpus.File, h gitrepo.Hash) (any, error) {
	if h.IsZero() {
		return nil, nil //nolint:nilnil // nothing was there
	}
	src, err := d.Ledger.Repo.Read(gitrepo.Blob, h)
	if err != nil {
		return nil, err
	}
	value, _ := at.Decode(src)
	return value, nil
}

// movedFrom finds where a file stood before a commit that reorganised.
func (d *Desk) movedFrom(at corpus.File, v Version, a gitrepo.Ancestor) (earlier corpus.File, moved bool, err error) {
	if v.Stage != proof.Move {
		return at, false, nil
	}
	before, err := d.treeBefore(a)
	if err != nil {
		return at, false, err
	}
	for diff, err := range d.Ledger.Repo.Diff(before, a.Tree) {
		if err != nil {
			return at, false, err
		}
		other, ok := corpus.FileAt(diff.Path)
		if ok && diff.New.IsZero() && other.Kind == at.Kind && other.Name == at.Name {
			return other, true, nil
		}
	}
	return at, false, nil
}

// Revert takes a change of what needs no approval back, as a new change: of all
// files that its commit changed, or of those that are named. Where one of them was
// changed since in other fields, that stands; in the same, nothing is taken back
// and the error is of type *Clash, with the value from before the commit as the
// officer's side.
func (d *Desk) Revert(ctx context.Context, by staff.Acting, commit gitrepo.Hash, files ...string) (Saved, error) {
	c, err := d.Ledger.Repo.Commit(commit)
	if err != nil {
		return Saved{}, err
	}
	t, err := proof.ParseMessage(c.Message)
	if err != nil || t.Stage != proof.Immediate || len(c.Parents) != 1 {
		return Saved{}, refused(fault.Text{TH: "การเปลี่ยนแปลงนี้ย้อนกลับที่นี่ไม่ได้", EN: "This change can not be taken back here."},
			fault.Text{TH: "คู่มือย้อนกลับได้ด้วยฉบับใหม่", EN: "A manual is taken back by a new revision."})
	}
	if on, err := d.published(commit); err != nil || !on {
		return Saved{}, errors.Join(err, gone())
	}
	before, err := d.treeBefore(gitrepo.Ancestor{Hash: commit, Change: c})
	if err != nil {
		return Saved{}, err
	}
	return d.do(ctx, by, job{
		action: "change.revert", subject: "Take back " + commit.String()[:10], why: t.Reason, about: commit.String(),
		plan: func(m *moment) ([]piece, error) {
			back, err := m.back(before, c.Tree, files)
			if err == nil {
				err = each(len(back), func(i int) error { return m.undo(&back[i]) })
			}
			return slices.DeleteFunc(back, func(p piece) bool { return bytes.Equal(p.src, p.was) && p.src != nil }), err
		},
	})
}

// longestBack bounds how many commits ago a change may be that is taken back.
const longestBack = 50_000

// published reports whether a commit is of main's own history, not too long ago.
func (d *Desk) published(commit gitrepo.Hash) (bool, error) {
	tip, err := d.Ledger.Repo.Refs().Get(gitrepo.Main)
	if err != nil {
		return false, err
	}
	for a, err := range d.Ledger.Repo.FirstParents(tip, longestBack) {
		if err != nil || a.Hash == commit {
			return err == nil, err
		}
	}
	return false, nil
}

// back begins the pieces of taking a change back: each with what the commit found
// as its src and what it left as its was.
func (m *moment) back(old, new gitrepo.Hash, files []string) ([]piece, error) {
	var out []piece
	for diff, err := range m.d.Ledger.Repo.Diff(old, new) {
		if err != nil {
			return nil, err
		}
		if len(files) > 0 && !slices.Contains(files, diff.Path) {
			continue
		}
		at, ok := corpus.FileAt(diff.Path)
		if !ok {
			if corpus.IsAttachment(diff.Path) {
				continue // it goes and comes with the file that names it
			}
			return nil, fmt.Errorf("immediate: %s is no file of the content", diff.Path)
		}
		p := piece{at: at}
		if !diff.Old.IsZero() {
			if p.src, err = m.d.Ledger.Repo.Read(gitrepo.Blob, diff.Old.Hash); err != nil {
				return nil, err
			}
		}
		if !diff.New.IsZero() {
			if p.was, err = m.d.Ledger.Repo.Read(gitrepo.Blob, diff.New.Hash); err != nil {
				return nil, err
			}
		}
		if err := m.photos(&p, old); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, gone()
	}
	return out, nil
}

// photos brings back the files beside it that a file named before a commit.
func (m *moment) photos(p *piece, old gitrepo.Hash) error {
	if p.src == nil {
		return nil
	}
	value, _ := p.at.Decode(bytes.Clone(p.src))
	for _, name := range attachedTo(value) {
		at := path.Join(path.Dir(p.at.Path), name)
		if here, err := m.d.blobOf(m.content, at); err != nil || !here.IsZero() {
			if err != nil {
				return err
			}
			continue
		}
		data, err := m.d.Ledger.Repo.File(old, at)
		if err != nil {
			return err
		}
		if p.beside == nil {
			p.beside = map[string][]byte{}
		}
		p.beside[at] = data
	}
	return nil
}

// undo makes a piece of what back began.
func (m *moment) undo(p *piece) error {
	now, err := m.d.blobOf(m.content, p.at.Path)
	if err != nil {
		return err
	}
	found, left, beside := p.src, p.was, p.beside
	if now.IsZero() != (left == nil) {
		return m.otherwise(p.at, now)
	}
	one, err := m.piece(p.at, now)
	if err != nil {
		return err
	}
	defer func() { *p = one }()
	switch {
	case found == nil:
		return m.uncreate(p.at, one, left)
	case bytes.Equal(one.was, left):
		one.src, one.beside = found, beside
		one.new, _ = one.at.Decode(bytes.Clone(found))
		return m.forget(&one)
	}
	base, _ := p.at.Decode(bytes.Clone(left))
	ours, _ := p.at.Decode(bytes.Clone(found))
	merged, conflicts := compare.MergeObjects(base, ours, one.old)
	if len(conflicts) > 0 {
		return &Clash{conflicts}
	}
	one.merged = true
	if err := one.become(merged); err != nil {
		return err
	}
	one.beside = beside
	return m.forget(&one)
}

// forget takes away files beside that are named no more.
func (m *moment) forget(p *piece) error {
	beside := p.beside
	if err := m.attach(p, nil); err != nil {
		return err
	}
	for name, data := range beside {
		if data != nil {
			p.beside[name] = data
		}
	}
	return nil
}

// uncreate holds taking back a creation to what may go again: another service or a
// year of holidays that is as it was created. A code is never given twice, an
// address stays, and a process may be named by manuals.
func (m *moment) uncreate(at corpus.File, one piece, left []byte) error {
	switch {
	case !bytes.Equal(one.was, left):
		return fault.New(fault.Conflict, fault.Textf("%s เปลี่ยนไปหลังจากสร้าง", "The %s has changed since it was created.", nounOf(at)), fault.Text{TH: "เปิดดูสถานะล่าสุดก่อน", EN: "Look at it as it stands now."})
	case at.Kind == corpus.ServiceFile, at.Kind == corpus.HolidaysFile:
		return nil
	}
	return refused(fault.Textf("%s สร้างแล้วย้อนกลับไม่ได้", "Creating the %s can not be taken back.", nounOf(at)), fault.Text{TH: "ซ่อน ยกเลิก ยุบเลิก หรือลบแทน", EN: "Hide, cancel, retire or remove it instead."})
}
