package site

import (
	"context"
	"crypto/sha1"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"testing/fstest"

	"khumue/internal/catalog"
)

// annals are the history of a town: what was published, in the order in which
// it was, and the folders of then.
type annals struct {
	town    *town
	all     []Publication
	folders map[FolderID]fstest.MapFS
	removed map[string]*townManual // that may come back
}

// begin imports what there is.
func (t *town) begin() {
	t.annals = &annals{town: t, folders: map[FolderID]fstest.MapFS{}, removed: map[string]*townManual{}}
	for _, id := range slices.Sorted(maps.Keys(t.manuals)) {
		t.annals.publish(id, 0)
	}
}

func (a *annals) publish(id string, number int) {
	name, files := a.town.folder(a.town.folderOf(id))
	a.folders[name] = files
	a.all = append(a.all, Publication{catalog.ManualID(id), number, 1767225600 + 86400*int64(len(a.all)), name})
}

// next is the number that the next revision of a manual has.
func (a *annals) next(id string) int {
	n := 0
	for _, p := range a.all {
		if string(p.Manual) == id {
			n = max(n, p.Number)
		}
	}
	return n + 1
}

func (t *town) folderOf(id string) string {
	return t.dir(t.living(t.manuals[id].agency)) + "/manuals/" + id
}

// folder is what a folder holds, and the name of that.
func (t *town) folder(dir string) (FolderID, fstest.MapFS) {
	files, h := fstest.MapFS{}, sha1.New()
	for _, p := range slices.Sorted(maps.Keys(t.files)) {
		if path.Dir(p) == dir {
			files[path.Base(p)] = t.files[p]
			fmt.Fprintf(h, "%s %d %s\n", path.Base(p), len(t.files[p].Data), t.files[p].Data)
		}
	}
	return FolderID(h.Sum(nil)), files
}

func (a *annals) Published(_ context.Context, after string) (iter.Seq2[Publication, error], func() bool) {
	from := 0
	_, _ = fmt.Sscan(after, &from) // "" is 0
	return func(yield func(Publication, error) bool) {
		for _, p := range slices.Backward(a.all[from:]) {
			if !yield(p, nil) {
				return
			}
		}
	}, func() bool { return true }
}

func (a *annals) Moment() string { return fmt.Sprint(len(a.all)) }

func (a *annals) Folder(id FolderID) fs.FS { return a.folders[id] }

func (a *annals) Standing(dir string) (FolderID, error) {
	id, files := a.town.folder(dir)
	if len(files) == 0 {
		return FolderID{}, nil
	}
	return id, nil
}

// decree publishes manuals in order, in an emergency and in order after that, or
// changes them past all that; or lets one come back that was removed.
func (t *town) decree() string {
	id := pick(t, t.manuals)
	m := t.manuals[id]
	switch t.rnd.IntN(8) {
	case 0:
		n := t.annals.next(id)
		t.changeManual(m)
		t.write()
		t.annals.publish(id, n)
		t.annals.publish(id, n)
		return "ratify " + id
	case 1:
		t.changeManual(m)
		t.write()
		return "go past " + id
	case 2:
		if back := pick(t, t.annals.removed); back != "" {
			t.manuals[back] = t.annals.removed[back]
			delete(t.annals.removed, back)
			t.write()
			return "bring back " + back
		}
		t.annals.removed[id] = m
		delete(t.manuals, id)
		t.write()
		return "put away " + id
	case 3:
		for range 14 {
			t.changeManual(m)
			m.body = t.words(4)
			t.write()
			t.annals.publish(id, t.annals.next(id))
		}
		return "publish often " + id
	}
	t.changeManual(m)
	if t.rnd.IntN(3) == 0 {
		m.form, m.body = "form.pdf", t.words(2)
	}
	t.write()
	t.annals.publish(id, t.annals.next(id))
	return "publish " + strings.TrimSpace(id)
}
