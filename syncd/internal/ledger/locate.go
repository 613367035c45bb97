package ledger

import (
	"path"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
)

// ManualIn returns the folder of a manual in a content, by slashes, wherever its
// agency stands; false when there is no such manual.
func (l *Ledger) ManualIn(content gitrepo.Hash, id catalog.ManualID) (folder string, ok bool, err error) {
	p := l.atlas()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.at(l.Repo, content); err != nil {
		return "", false, err
	}
	home, ok := p.manuals[id]
	return path.Join(home, manualsFolder, string(id)), ok, nil
}

// ProcessIn returns the file of a process in a content; false when there is no such
// process.
func (l *Ledger) ProcessIn(content gitrepo.Hash, id catalog.ProcessID) (file string, ok bool, err error) {
	p := l.atlas()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.at(l.Repo, content); err != nil {
		return "", false, err
	}
	home, ok := p.process[id]
	return path.Join(home, "processes", string(id)+".yaml"), ok, nil
}
