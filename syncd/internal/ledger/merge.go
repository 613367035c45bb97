package ledger

import (
	"bytes"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/review"
)

// Conflicts says that a revision and what is published changed the same. Nothing
// was approved and every ref is as it was.
type Conflicts struct {
	Fields []compare.Conflict
	Files  []string // forms that both changed, by name
}

// Error says it in English, as logs show it.
func (c *Conflicts) Error() string { return c.Unwrap().Error() }

// Unwrap gives what the person is told.
func (c *Conflicts) Unwrap() error {
	return fault.New(fault.Conflict, fault.Text{TH: "แก้ไขไม่ตรงกันกับฉบับที่เผยแพร่แล้ว", EN: "The revision and what is published changed the same."},
		fault.Text{TH: "ส่งกลับให้ผู้เขียนเลือกค่าที่ถูกต้อง", EN: "Return it, so that its authors choose what is right."})
}

// manualFile is the file of a manual in its folder.
const manualFile = "manual.md"

// meet merges a revision's folder with what was published since its base, by
// field and by file, and adds the folder that this gives.
func (l *Ledger) meet(b *gitrepo.Batch, h Head, base, published review.Tree) (review.Tree, error) {
	var texts [3]Text
	for i, tree := range []review.Tree{base, h.Tree, published} {
		var err error
		if texts[i], err = l.Text(tree); err != nil {
			return "", err
		}
	}
	merged, err := Merge(h.Folder, texts[0], texts[1], texts[2], nil)
	if err != nil {
		return "", err
	}
	folder, err := addText(b, merged)
	return review.Tree(folder.String()), err
}

// Text reads the files of a manual's folder; none of "".
func (l *Ledger) Text(tree review.Tree) (Text, error) {
	out := Text{}
	if tree == "" {
		return out, nil
	}
	entries, err := l.Repo.Entries(gitrepo.Hash(hashOf(tree)))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Mode != gitrepo.FileMode {
			return nil, fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่ไฟล์ธรรมดา", "%s is not a regular file", e.Name))
		}
		if out[e.Name], err = l.Repo.Read(gitrepo.Blob, e.Hash); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// FileChoice is by what a choice for a form is told from those for fields.
const FileChoice = "file:"

// Merge joins two changes of a manual's folder: the manual by field, its forms each
// as a whole. Where both changed the same, and no choice is made for it, nothing
// is merged and the error is of type *Conflicts. Choices are by the ids of the
// conflicts, and FileChoice with the name of a form, which is taken from either.
func Merge(folder string, base, ours, theirs Text, choices map[string]compare.Choice) (Text, error) {
	out, conflicts := Text{}, &Conflicts{}
	names := map[string]bool{}
	for _, t := range []Text{base, ours, theirs} {
		for name := range t {
			names[name] = true
		}
	}
	byField := map[string]compare.Choice{}
	for id, c := range choices {
		if !strings.HasPrefix(id, FileChoice) {
			byField[id] = c
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name == manualFile {
			continue
		}
		file, ok := mergeFile(name, base, ours, theirs)
		switch choice := choices[FileChoice+name].Take; {
		case ok:
		case choice == compare.Ours:
			file = ours[name]
		case choice == compare.Theirs:
			file = theirs[name]
		default:
			conflicts.Files = append(conflicts.Files, name)
			continue
		}
		if file != nil {
			out[name] = file
		}
	}
	manual, fields, err := mergeManuals(path.Join(folder, manualFile), base[manualFile], ours[manualFile], theirs[manualFile], byField)
	if err != nil {
		return nil, err
	}
	conflicts.Fields = fields
	if len(conflicts.Fields)+len(conflicts.Files) > 0 {
		return nil, conflicts
	}
	if manual != nil {
		out[manualFile] = manual
	}
	return out, nil
}

// mergeFile merges a form: nil when it goes, false when both sides changed it.
func mergeFile(name string, base, ours, theirs Text) ([]byte, bool) {
	same := func(a, b Text) bool {
		x, inA := a[name]
		y, inB := b[name]
		return inA == inB && bytes.Equal(x, y)
	}
	switch {
	case same(ours, theirs), same(base, theirs):
		return ours[name], true
	case same(base, ours):
		return theirs[name], true
	}
	return nil, false
}

// mergeManuals merges two changes of a manual's file. What both left alone, and
// the comments of ours, stay byte for byte.
func mergeManuals(file string, base, ours, theirs []byte, choices map[string]compare.Choice) ([]byte, []compare.Conflict, error) {
	if bytes.Equal(ours, theirs) || bytes.Equal(base, theirs) {
		return ours, nil, nil
	}
	if bytes.Equal(base, ours) {
		return theirs, nil, nil
	}
	b, err1 := decode(file, base)
	o, err2 := decode(file, ours)
	t, err3 := decode(file, theirs)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, nil, err
	}
	merged, conflicts := compare.Merge(b, o, t)
	var err error
	if len(conflicts) > 0 {
		if len(choices) == 0 {
			return nil, conflicts, nil
		}
		if merged, err = compare.Resolve(merged, conflicts, choices); err != nil {
			return nil, nil, err
		}
	}
	at, _ := corpus.FileAt(file) // decode has found it
	out, err := corpus.Write(at, ours, merged)
	return out, nil, err
}

// decode reads a manual; nil of a file that is not there.
func decode(file string, src []byte) (*catalog.Manual, error) {
	if src == nil {
		return nil, nil //nolint:nilnil // compare takes nil for a manual in which nothing is filled in
	}
	at, ok := corpus.FileAt(file)
	if !ok {
		return nil, fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่คู่มือ", "%s is no manual", file))
	}
	value, problems := at.Decode(bytes.Clone(src))
	if err := problems.Of(fault.Wrong).Err(); err != nil {
		return nil, err
	}
	m, ok := value.(*catalog.Manual)
	if !ok {
		return nil, fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่คู่มือ", "%s is no manual", file))
	}
	return m, nil
}
