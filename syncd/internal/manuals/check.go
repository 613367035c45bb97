package manuals

import (
	"context"
	"io/fs"
	"path"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
)

// frames remembers what belongs to all manuals as main had it last: reading it is
// most of what a check costs.
type frames struct {
	mu    sync.Mutex
	tree  gitrepo.Hash
	frame *corpus.Frame
}

// Frame returns the labels, the holidays and whatever else concerns all manuals,
// as they are published.
func (d *Desk) Frame() (*corpus.Frame, error) {
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	d.frames.mu.Lock()
	defer d.frames.mu.Unlock()
	if d.frames.frame != nil && d.frames.tree == main.Tree {
		return d.frames.frame, nil
	}
	frame, _, err := corpus.ReadFrame(d.Ledger.Repo.FS(main.Tree))
	if err != nil {
		return nil, err
	}
	d.frames.tree, d.frames.frame = main.Tree, frame
	return frame, nil
}

// Problems tells what is wrong with a manual's files and what is missing, as
// submission holds them against the rest of what is published. Dir is where the
// manual stands in the content.
func (d *Desk) Problems(ctx context.Context, dir string, text ledger.Text) (*catalog.Manual, fault.Problems, error) {
	file := path.Join(dir, manualFile)
	at, ok := corpus.FileAt(file)
	if !ok {
		return nil, nil, gone()
	}
	src, ok := text[manualFile]
	if !ok {
		return nil, fault.Problems{{File: file, Severity: fault.Incomplete, What: fault.Text{TH: "ไม่มีไฟล์คู่มือ", EN: "the manual's file is not there"}}}, nil
	}
	value, problems := at.Decode(append([]byte(nil), src...))
	m, _ := value.(*catalog.Manual)
	if m == nil {
		return nil, problems, nil
	}
	frame, err := d.Frame()
	if err != nil {
		return m, problems, err
	}
	checker := corpus.NewChecker(folder{dir, text}, frame, around{ctx, d})
	problems = append(problems, checker.Object(at, m)...)
	problems = append(problems, checker.Strays(forms(dir, text))...)
	return m, problems.Sort(), nil
}

// forms are the paths of the files beside the manual.
func forms(dir string, text ledger.Text) []string {
	var out []string
	for name := range text {
		if name != manualFile {
			out = append(out, path.Join(dir, name))
		}
	}
	return out
}

// around answers a check's questions from the index and the structure.
type around struct {
	ctx context.Context
	d   *Desk
}

// Has reports whether a manual is in the index, or an object in the published
// content.
func (a around) Has(kind corpus.Kind, id string) bool {
	switch kind {
	case corpus.ManualFile:
		_, err := a.manual(catalog.ManualID(id))
		return err == nil
	case corpus.AgencyFile:
		_, ok := a.d.Structure.Folder(catalog.AgencyCode(id))
		return ok
	case corpus.ProcessFile:
		return a.process(id)
	}
	return true // nothing else is named by a manual
}

// process reports whether a process is published: an id begins with the code of
// the agency that made it, and an old one is found below the agency whose it is.
func (a around) process(id string) bool {
	_, main, err := a.d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return true // it can not be told; the build will
	}
	folder, ok := a.d.home(id)
	if !ok {
		return true
	}
	if _, err = fs.Stat(a.d.Ledger.Repo.FS(main.Tree), path.Join(folder, "processes", id+".yaml")); err == nil {
		return true
	}
	elsewhere, err := a.d.Ledger.HasProcess(main.Tree, catalog.ProcessID(id)) // with whoever took over
	return elsewhere || err != nil
}

// IDs gives none: there may be a hundred thousand.
func (a around) IDs(corpus.Kind) []string { return nil }

// Home returns the file of an agency.
func (a around) Home(code catalog.AgencyCode) string {
	folder, ok := a.d.Structure.Folder(code)
	if !ok {
		return ""
	}
	return folder + "/agency.yaml"
}

// Successor follows nothing: circles are told by the build.
func (a around) Successor(catalog.ManualID) catalog.ManualID { return "" }

func (a around) manual(id catalog.ManualID) (m Manual, err error) {
	err = a.d.Store.Read(a.ctx, func(r Records) error {
		m, err = r.Manual(id)
		return err
	})
	return m, err
}

// home finds the folder of the agency by whose code an identifier begins.
func (d *Desk) home(id string) (string, bool) {
	for i := len(id) - 1; i > 0; i-- {
		if id[i] == '-' {
			if folder, ok := d.Structure.Folder(catalog.AgencyCode(id[:i])); ok {
				return folder, true
			}
		}
	}
	return "", false
}

// manualFile is the file of a manual in its folder.
const manualFile = "manual.md"
