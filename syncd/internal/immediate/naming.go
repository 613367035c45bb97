package immediate

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
)

// naming is which published manuals name a process. It reads every manual once,
// beside the index, so that nobody who links waits for it, and follows main by
// what differs.
type naming struct {
	mu      sync.Mutex
	content gitrepo.Hash
	of      map[string]catalog.ProcessID // by the manual's file
	manuals map[catalog.ProcessID][]catalog.ManualID
}

// Naming returns the published manuals that name each of some processes, by their
// ids.
func (d *Desk) Naming(ids ...catalog.ProcessID) (map[catalog.ProcessID][]catalog.ManualID, error) {
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	x := &d.naming
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.at(d.Ledger.Repo, main.Tree); err != nil {
		x.content = gitrepo.Hash{}
		return nil, err
	}
	out := map[catalog.ProcessID][]catalog.ManualID{}
	for _, id := range ids {
		out[id] = slices.Sorted(slices.Values(x.manuals[id]))
	}
	return out, nil
}

// at reads a content, or follows to it.
func (x *naming) at(repo *gitrepo.Repository, content gitrepo.Hash) (err error) {
	if x.content == content {
		return nil
	}
	if !x.content.IsZero() {
		err = x.follow(repo, content)
	}
	if x.content.IsZero() || absent(err) { // history was rewritten and the old content is gone
		err = x.read(repo, content)
	}
	if err == nil {
		x.content = content
	}
	return err
}

func (x *naming) read(repo *gitrepo.Repository, content gitrepo.Hash) error {
	x.of, x.manuals = map[string]catalog.ProcessID{}, map[catalog.ProcessID][]catalog.ManualID{}
	top, err := repo.Find(content, agencies)
	if absent(err) {
		return nil
	}
	var folders []gitrepo.Entry // of manuals, named by their whole path
	if err == nil {
		err = x.folders(repo, gitrepo.Entry{Name: agencies, Hash: top.Hash}, &folders)
	}
	if err != nil {
		return err
	}
	files := make([]blob, len(folders))
	err = each(len(folders), func(i int) error {
		entries, err := repo.Entries(folders[i].Hash)
		for _, e := range entries {
			if e.Name == "manual.md" {
				files[i].at, _ = corpus.FileAt(path.Join(folders[i].Name, e.Name))
				files[i].hash = e.Hash
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return x.add(repo, slices.DeleteFunc(files, func(b blob) bool { return b.hash.IsZero() }))
}

// folders finds the folders of manuals below one of agencies.
func (x *naming) folders(repo *gitrepo.Repository, dir gitrepo.Entry, out *[]gitrepo.Entry) error {
	entries, err := repo.Entries(dir.Hash)
	if err != nil {
		return err
	}
	for _, e := range entries {
		e.Name = path.Join(dir.Name, e.Name)
		switch {
		case !e.IsFolder():
		case path.Base(dir.Name) == "manuals":
			*out = append(*out, e)
		case !slices.Contains([]string{"points", "processes", "services"}, path.Base(e.Name)):
			err = x.folders(repo, e, out)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *naming) follow(repo *gitrepo.Repository, content gitrepo.Hash) error {
	var files []blob
	for diff, err := range repo.Diff(x.content, content) {
		if err != nil {
			return err
		}
		at, ok := corpus.FileAt(diff.Path)
		if !ok || at.Kind != corpus.ManualFile || !strings.HasPrefix(diff.Path, agencies+"/") {
			continue
		}
		if id, named := x.of[at.Path]; named {
			delete(x.of, at.Path)
			x.manuals[id] = slices.DeleteFunc(x.manuals[id], func(m catalog.ManualID) bool { return m == catalog.ManualID(at.Name) })
		}
		if !diff.New.IsZero() {
			files = append(files, blob{at, diff.New.Hash})
		}
	}
	return x.add(repo, files)
}

func (x *naming) add(repo *gitrepo.Repository, files []blob) error {
	named := make([]catalog.ProcessID, len(files))
	err := each(len(files), func(i int) error {
		src, err := repo.Read(gitrepo.Blob, files[i].hash)
		if err == nil {
			named[i] = processNamed(files[i].at, src)
		}
		return err
	})
	if err != nil {
		return err
	}
	for i, id := range named {
		if id != "" {
			x.of[files[i].at.Path] = id
			x.manuals[id] = append(x.manuals[id], catalog.ManualID(files[i].at.Name))
		}
	}
	return nil
}

// processNamed is the process that a manual names, "" when it names none. A manual
// is decoded only where the word stands otherwise than at the beginning of a line.
func processNamed(at corpus.File, src []byte) catalog.ProcessID {
	front, _, _ := bytes.Cut(bytes.TrimPrefix(src, []byte("---\n")), []byte("\n---\n"))
	for line := range bytes.Lines(front) {
		if value, ok := bytes.CutPrefix(line, []byte("process: ")); ok {
			if id, err := catalog.ParseProcessID(string(bytes.Trim(value, " \r\n\"'"))); err == nil {
				return id
			}
			break
		}
	}
	if !bytes.Contains(front, []byte("process")) {
		return ""
	}
	value, _ := at.Decode(src)
	m, ok := value.(*catalog.Manual)
	if !ok {
		return ""
	}
	return m.Process
}
