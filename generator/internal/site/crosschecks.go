package site

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// What an update checks beyond single objects: old addresses that two claim,
// and attachments that nothing names.

// claims moves the addresses of the old system that changed manuals give up
// and take over.
func (u *update) claims() error {
	all := slices.SortedFunc(maps.Values(u.todo[aManual]), func(a, b *touch) int { return strings.Compare(a.file.Name, b.file.Name) })
	legacy := func(c card) []corpus.Claim {
		if c == nil {
			return nil
		}
		return corpus.Claims(c.(*entryCard).Legacy)
	}
	for _, t := range all {
		for _, c := range legacy(t.old) {
			if err := u.m.lists.Delete(claimKey(c.Field, c.Value)); err != nil {
				return err
			}
		}
	}
	for _, t := range all {
		for _, c := range legacy(t.new) {
			key := claimKey(c.Field, c.Value)
			other, err := u.m.lists.Get(key)
			if err != nil {
				return err
			}
			if other != nil && string(other) != t.file.Name {
				u.report(fault.Problems{c.Taken(u.files, t.file.Path, catalog.ManualID(other))})
				continue
			}
			if err := u.m.lists.Put(key, []byte(t.file.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// strays tells of attachments in the folders of what was taken that nothing
// names.
func (u *update) strays() error {
	folders := map[string]bool{}
	for _, t := range u.todo[aManual] {
		folders[path.Dir(t.file.Path)] = !t.gone
	}
	for _, p := range slices.Concat(u.list.Attachments, u.gone) {
		folders[path.Dir(p)] = true
	}
	for _, t := range u.todo[aPoint] {
		dir := path.Dir(t.file.Path)
		if folders[dir] {
			continue
		}
		folders[dir] = len(photosOf(t.old)) > 0 || len(photosOf(t.new)) > 0
	}
	var found []string
	for dir, look := range folders {
		if !look {
			continue
		}
		entries, err := fs.ReadDir(u.files, dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, e := range entries {
			if p := path.Join(dir, e.Name()); corpus.IsAttachment(p) {
				named, err := u.named(p)
				if err != nil {
					return err
				}
				if !named {
					found = append(found, p)
				}
			}
		}
	}
	u.report(u.check.Strays(found))
	return nil
}

func photosOf(c card) []catalog.Photo {
	if p, ok := c.(*pointCard); ok {
		return p.Point.Photos
	}
	return nil
}

// named reports whether something names an attachment: what was taken, or a
// point in the same folder.
func (u *update) named(p string) (bool, error) {
	if u.check.Used(p) || path.Base(path.Dir(p)) != "points" {
		return u.check.Used(p), nil
	}
	places, err := u.ls.all(ownList(path.Base(path.Dir(path.Dir(p))), ownPoints), 0)
	if err != nil {
		return false, err
	}
	for _, at := range places {
		c, err := lookUp[*pointCard](u.shelf, aPoint, at.id())
		if err != nil {
			return false, err
		}
		if c != nil && slices.ContainsFunc(c.Point.Photos, func(ph catalog.Photo) bool { return ph.File == path.Base(p) }) {
			return true, nil
		}
	}
	return false, nil
}
