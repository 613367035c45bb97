package immediate

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/staff"
)

// errMoved says that the content is not the one that a change was made of.
func errMoved() error {
	return fault.New(fault.Conflict, fault.Text{TH: "เนื้อหาเปลี่ยนไประหว่างนั้น", EN: "The content has changed meanwhile."},
		fault.Text{TH: "ลองอีกครั้ง", EN: "Try again."})
}

// Bring makes whole files that were made of a content elsewhere, as by an import,
// one change. What they lack may be lacking. A content that is not main's any more
// is an error of kind Conflict; all else is as of Save.
func (d *Desk) Bring(ctx context.Context, by staff.Acting, about string, from gitrepo.Hash, files map[string][]byte) (ledger.Landed, error) {
	saved, err := d.do(ctx, by, job{
		action: "import.bring", subject: "Import " + about, about: about,
		told: struct {
			Files int `json:"files"`
		}{len(files)},
		plan: func(m *moment) ([]piece, error) {
			if m.content != from {
				return nil, errMoved()
			}
			m.comes = map[string]string{}
			for name := range files {
				if at, ok := corpus.FileAt(name); ok {
					m.comes[at.Name] = name
				}
			}
			pieces := make([]piece, 0, len(files))
			for _, name := range slices.Sorted(maps.Keys(files)) {
				p, err := m.brought(name, files[name])
				if err != nil {
					return nil, err
				}
				pieces = append(pieces, p)
			}
			return pieces, nil
		},
	})
	return saved.Landed, err
}

// Examine holds one file of an import to what Bring will hold it to, together with
// those that come with it, by their identifiers. A manual is held to the rules of a build alone: who may
// bring it is for others to say. What is wrong is an error of kind Invalid,
// Conflict or Forbidden.
func (d *Desk) Examine(by staff.Acting, content gitrepo.Hash, name string, src []byte, with map[string]string) error {
	release, err := d.index.at(d.Ledger.Repo, content)
	if err != nil {
		return err
	}
	defer release()
	m := &moment{d: d, content: content, files: d.Ledger.Repo.FS(content), comes: with}
	p, err := m.brought(name, src)
	if err != nil {
		return err
	}
	if p.at.Kind != corpus.ManualFile {
		list, err := needs(p.at, p.old, p.new)
		if err != nil {
			return err
		}
		if _, err := decide(by, list); err != nil {
			return err
		}
	}
	if err := m.lawful(p); err != nil {
		return err
	}
	return m.check(p)
}

// brought is the piece of a whole file.
func (m *moment) brought(name string, src []byte) (piece, error) {
	at, ok := corpus.FileAt(name)
	if !ok {
		return piece{}, refused(fault.Textf("%s ไม่ใช่ไฟล์เนื้อหา", "%s is no file of the content", name), fault.Text{})
	}
	p := piece{at: at, src: src, lenient: true}
	var problems fault.Problems
	if p.new, problems = at.Decode(src); len(problems.Of(fault.Wrong)) > 0 {
		return p, wrong(at, src, problems.Of(fault.Wrong))
	}
	was, err := fs.ReadFile(m.files, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, nil
	case err != nil:
		return p, err
	}
	p.was = was
	p.old, _ = at.Decode(was)
	return p, nil
}
