package immediate

import (
	"context"
	"path"
	"slices"

	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/staff"
)

// File is a file as an office changed it.
type File struct {
	Path string
	Was  gitrepo.Hash // of what it was made from; zero: the file came
	Now  []byte       // nil: the file went
}

// Again makes a change that was made at an office, on what is published here. Where
// somebody else changed other fields meanwhile, both stand; where the same, nothing
// is kept and the error is of type *Clash, the office's side first. All files
// change, or none.
func (d *Desk) Again(ctx context.Context, by staff.Acting, subject, why string, files []File) (Saved, error) {
	if err := d.lay(files); err != nil {
		return Saved{}, err
	}
	contents, beside, err := sorted(files)
	if err != nil {
		return Saved{}, err
	}
	if len(contents) == 1 && contents[0].Now == nil {
		return d.takeAway(ctx, by, contents[0], why)
	}
	action := "office.edit"
	if len(contents) == 1 {
		action = string(contents[0].at.Kind) + "." + verbOf(contents[0].File)
	}
	return d.do(ctx, by, job{action: action, subject: subject, why: why, plan: func(m *moment) ([]piece, error) {
		m.comes = map[string]string{}
		for _, c := range contents {
			if c.Was.IsZero() {
				m.comes[c.at.Name] = c.Path
			}
		}
		var pieces []piece
		for _, c := range contents {
			p, err := m.repeat(c.at, c.File, beside[path.Dir(c.Path)])
			if err != nil {
				return nil, err
			}
			delete(beside, path.Dir(c.Path)) // with the first that stands there
			pieces = append(pieces, p)
		}
		return pieces, nil
	}})
}

// lay keeps what came, so that a later change that was made from it finds it.
func (d *Desk) lay(files []File) error {
	b := d.Ledger.Repo.NewBatch()
	defer b.Abort()
	for _, f := range files {
		if f.Now == nil {
			continue
		}
		if _, err := b.Add(gitrepo.Blob, f.Now); err != nil {
			return err
		}
	}
	return b.Close()
}

// contentFile is a file that says something of itself, rather than be shown with
// one that does.
type contentFile struct {
	File
	at corpus.File
}

// sorted tells content files from those beside them, by their folders.
func sorted(files []File) (contents []contentFile, beside map[string]map[string][]byte, err error) {
	beside = map[string]map[string][]byte{}
	for _, f := range files {
		if at, ok := corpus.FileAt(f.Path); ok {
			contents = append(contents, contentFile{f, at})
			continue
		}
		dir := path.Dir(f.Path)
		if beside[dir] == nil {
			beside[dir] = map[string][]byte{}
		}
		if f.Now != nil { // what goes with the file that named it goes by itself
			beside[dir][path.Base(f.Path)] = f.Now
		}
	}
	for dir := range beside {
		if !slices.ContainsFunc(contents, func(c contentFile) bool { return path.Dir(c.Path) == dir }) {
			return nil, nil, refused(fault.Textf("%s ไม่มีไฟล์เนื้อหาที่อ้างถึง", "Nothing names the files of %s.", dir), fault.Text{})
		}
	}
	if len(contents) == 0 {
		return nil, nil, refused(fault.Text{TH: "ไม่มีไฟล์ที่เปลี่ยน", EN: "No file changes."}, fault.Text{})
	}
	return contents, beside, nil
}

func verbOf(f File) string {
	if f.Was.IsZero() {
		return "create"
	}
	return "edit"
}

// repeat makes the piece of one file.
func (m *moment) repeat(at corpus.File, f File, beside map[string][]byte) (p piece, err error) {
	if f.Now == nil {
		return p, refused(fault.Textf("%s ลบพร้อมกับการแก้ไขอื่นไม่ได้", "%s can not go together with other changes.", f.Path), fault.Text{})
	}
	value, problems := at.Decode(f.Now)
	if wrongs := problems.Of(fault.Wrong); len(wrongs) > 0 {
		return p, wrong(at, f.Now, wrongs)
	}
	return m.meet(at, Change{File: f.Path, Was: f.Was, Value: value, Beside: beside})
}

// takeAway takes a file away, unless somebody changed it meanwhile.
func (d *Desk) takeAway(ctx context.Context, by staff.Acting, c contentFile, why string) (Saved, error) {
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return Saved{}, err
	}
	if now, err := d.blobOf(main.Tree, c.Path); err != nil {
		return Saved{}, err
	} else if now != c.Was && !now.IsZero() {
		return Saved{}, errMoved()
	}
	return d.Remove(ctx, by, c.at.Name, why)
}
