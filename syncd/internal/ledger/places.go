package ledger

import (
	"errors"
	"path"
	"strings"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
)

// places are where agencies and manuals stand in a content. They are read once
// some revision needs them, which is when its manual is not where it was, and
// then follow by what differs. A hundred thousand manuals take ten megabytes.
type places struct {
	mu       sync.Mutex
	content  gitrepo.Hash
	agencies map[catalog.AgencyCode]string // folders
	manuals  map[catalog.ManualID]string   // folders of their agencies, as below
	process  map[catalog.ProcessID]string
}

// agencyFile is the file of an agency in its folder.
const agencyFile = "agency.yaml"

// at brings the places to a content. The caller holds mu.
func (p *places) at(repo *gitrepo.Repository, content gitrepo.Hash) error {
	if p.content == content {
		return nil
	}
	followed := false
	if !p.content.IsZero() {
		var err error
		if followed, err = p.follow(repo, content); err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
	}
	if !followed {
		p.content = gitrepo.Hash{}
		p.agencies, p.manuals, p.process = map[catalog.AgencyCode]string{}, map[catalog.ManualID]string{}, map[catalog.ProcessID]string{}
		top, err := repo.Find(content, agenciesFolder)
		if err == nil {
			err = p.read(repo, agenciesFolder, top.Hash)
		}
		if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
	}
	p.content = content
	return nil
}

// agenciesFolder is where all agencies stand.
const agenciesFolder = "agencies"

// read notes what stands in a folder. Those of manuals are not entered.
func (p *places) read(repo *gitrepo.Repository, dir string, tree gitrepo.Hash) error {
	entries, err := repo.Entries(tree)
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch at := path.Join(dir, e.Name); {
		case !e.IsFolder() && e.Name == agencyFile:
			p.agencies[catalog.AgencyCode(path.Base(dir))] = dir
		case !e.IsFolder() && path.Base(dir) == "processes":
			if id, ok := strings.CutSuffix(e.Name, ".yaml"); ok {
				p.process[catalog.ProcessID(id)] = path.Dir(dir)
			}
		case !e.IsFolder(), e.Name == "points", e.Name == "services":
		case path.Base(dir) == manualsFolder:
			p.manuals[catalog.ManualID(e.Name)] = path.Dir(dir)
		default:
			if err := p.read(repo, at, e.Hash); err != nil {
				return err
			}
		}
	}
	return nil
}

// manualsFolder is where the manuals of an agency stand in its folder.
const manualsFolder = "manuals"

// follow notes what differs; false where agencies came or went, after which all is
// read again: to list what moved would take longer.
func (p *places) follow(repo *gitrepo.Repository, content gitrepo.Hash) (bool, error) {
	for d, err := range repo.Diff(p.content, content) {
		if err != nil {
			return false, err
		}
		if !d.Old.IsZero() && !d.New.IsZero() {
			continue
		}
		at, ok := corpus.FileAt(d.Path)
		switch {
		case !ok:
		case at.Kind == corpus.AgencyFile:
			return false, nil
		case at.Kind == corpus.ManualFile:
			note(p.manuals, catalog.ManualID(at.Name), path.Dir(path.Dir(path.Dir(d.Path))), !d.New.IsZero())
		case at.Kind == corpus.ProcessFile:
			note(p.process, catalog.ProcessID(at.Name), path.Dir(path.Dir(d.Path)), !d.New.IsZero())
		}
	}
	return true, nil
}

// note notes that something came to a folder, or went from it.
func note[ID ~string](homes map[ID]string, id ID, home string, came bool) {
	switch {
	case came:
		homes[id] = home
	case homes[id] == home:
		delete(homes, id)
	}
}

// HasProcess reports whether a process stands anywhere in a content, whose agency
// may have been reorganised since it was named.
func (l *Ledger) HasProcess(content gitrepo.Hash, id catalog.ProcessID) (bool, error) {
	p := l.atlas()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.at(l.Repo, content); err != nil {
		return false, err
	}
	_, ok := p.process[id]
	return ok, nil
}

// Home returns the folder of an agency in a content, by slashes; false when there
// is no such agency.
func (l *Ledger) Home(content gitrepo.Hash, code catalog.AgencyCode) (string, bool, error) {
	p := l.atlas()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.at(l.Repo, content); err != nil {
		return "", false, err
	}
	home, ok := p.agencies[code]
	return home, ok, nil
}

// mostSuccessors bounds how often an agency was merged into one that was.
const mostSuccessors = 32

// standing returns the folder of a manual in a content, given where it stood
// before: there, where it is now, or, of one that was never published, in the
// folder of its agency or of the one that took over.
func (l *Ledger) standing(content gitrepo.Hash, id catalog.ManualID, was string) (string, error) {
	if _, err := l.Repo.Find(content, was); err == nil || !errors.Is(err, fault.NotFound) {
		return was, err
	}
	p := l.atlas()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.at(l.Repo, content); err != nil {
		return "", err
	}
	if home, ok := p.manuals[id]; ok {
		return path.Join(home, manualsFolder, string(id)), nil
	}
	code := catalog.AgencyCode(path.Base(path.Dir(path.Dir(was))))
	for range mostSuccessors {
		home, ok := p.agencies[code]
		if !ok {
			return was, nil
		}
		next, err := l.successor(content, home)
		if err != nil {
			return "", err
		}
		if _, ok := p.agencies[next]; !ok {
			return path.Join(home, manualsFolder, string(id)), nil
		}
		code = next
	}
	return was, nil
}

// successor is the agency that took over from the one in a folder; "" where none
// did.
func (l *Ledger) successor(content gitrepo.Hash, home string) (catalog.AgencyCode, error) {
	at, ok := corpus.FileAt(path.Join(home, agencyFile))
	if !ok {
		return "", nil
	}
	src, err := l.Repo.File(content, at.Path)
	if err != nil {
		return "", err
	}
	value, _ := at.Decode(src)
	if a, ok := value.(*catalog.Agency); ok {
		return a.Retired.Value.Successor, nil
	}
	return "", nil
}

// led leads a revision to where its manual stands in a content. Where that is
// another agency's now, whoever takes a step has to ask again by what they may
// there: an error of kind Conflict.
func (l *Ledger) led(h Head, content gitrepo.Hash) (Head, error) {
	folder, err := l.standing(content, h.Manual, h.Folder)
	if err != nil || folder == h.Folder {
		return h, err
	}
	_, owner, ok := FolderOf(path.Join(folder, manualFile), h.Manual)
	if !ok || owner != h.Agency {
		return h, fault.New(fault.Conflict, fault.Text{TH: "คู่มือนี้เพิ่งย้ายไปอยู่กับหน่วยงานอื่น", EN: "The manual has just moved to another agency."},
			fault.Text{TH: "เปิดฉบับนี้ใหม่ แล้วทำรายการอีกครั้ง", EN: "Open the revision again, and do it once more."})
	}
	h.Folder = folder
	return h, nil
}

// merged returns where a manual stands in a commit that merged it, given where it
// stood in what was merged.
func (l *Ledger) merged(c *gitrepo.Change, id catalog.ManualID, was string) (string, error) {
	if _, err := l.Repo.Find(c.Tree, was); err == nil || !errors.Is(err, fault.NotFound) {
		return was, err
	}
	onto, err := l.Repo.Commit(c.Parents[0])
	if err != nil {
		return "", err
	}
	for d, err := range l.Repo.Diff(onto.Tree, c.Tree) {
		if err != nil {
			return "", err
		}
		if folder, _, ok := FolderOf(d.Path, id); ok {
			return folder, nil
		}
	}
	return l.scan(c.Tree, id)
}

// scan looks for a manual in a content, whatever it takes; "" when it is nowhere.
func (l *Ledger) scan(content gitrepo.Hash, id catalog.ManualID) (string, error) {
	var p places
	if err := p.at(l.Repo, content); err != nil {
		return "", err
	}
	if home, ok := p.manuals[id]; ok {
		return path.Join(home, manualsFolder, string(id)), nil
	}
	return "", nil
}

// TextIn returns the files of a revision's manual as one of its own commits has
// them, whose tree is given; none where it is not there.
func (l *Ledger) TextIn(h Head, tree gitrepo.Hash) (Text, error) {
	at, err := l.folderTree(tree, h.kept())
	if err == nil && at == "" {
		var folder string
		if folder, err = l.scan(tree, h.Manual); folder != "" {
			at, err = l.folderTree(tree, folder)
		}
	}
	if err != nil {
		return nil, err
	}
	return l.Text(at)
}

// homeOf is the folder of the agency that has a manual's.
func homeOf(folder string) string { return strings.TrimSuffix(path.Dir(folder), "/"+manualsFolder) }
