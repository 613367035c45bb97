package publish

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"

	"khumue/internal/fault"
)

// State gives a small file of the caller's own, which goes live with the site
// by the same journal: whoever reads it with Target.State finds what belongs
// to the site that is live, or nothing. A name may be given once; what is not
// given stays as it was.
func (p *Publication) State(name string, data []byte) error {
	return p.fail(p.state(name, data))
}

func (p *Publication) state(name string, data []byte) error {
	if err := checkState(name); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return errors.New("publish: the publication has ended")
	}
	if slices.Contains(p.states, name) {
		return fault.New(fault.Invalid, fault.Textf("มีสถานะ %s สองครั้ง", "the state %s is given twice", name))
	}
	if live, err := os.ReadFile(p.t.statePath(name)); err == nil && bytes.Equal(live, data) {
		return nil
	}
	if err := p.t.disk.create(p.t.stagedState(name), data); err != nil {
		return outside(p.t.stagedState(name), err)
	}
	p.states = append(p.states, name)
	return nil
}

// checkState refuses what is no plain name, or the package's own.
func checkState(name string) error {
	if err := CheckPath(name); err != nil {
		return err
	}
	if strings.Contains(name, "/") || name == recordName || strings.HasPrefix(name, retiredPrefix) {
		return fault.New(fault.Invalid, fault.Textf("%q เป็นชื่อของสถานะไม่ได้", "%q cannot be the name of a state", name))
	}
	return nil
}

// State reads what Publication.State gave the live site. One that is lost, or
// was never given, is an error that wraps fs.ErrNotExist.
func (t *Target) State(name string) ([]byte, error) {
	if err := checkState(name); err != nil {
		return nil, err
	}
	return os.ReadFile(t.statePath(name))
}

// StateDir returns the folder of states, for files of the caller that are too
// large for Publication.State. No journal brings them live, so a file that
// belongs to one site has its own name, which a state tells. The package
// deletes nothing in it that it does not know; the caller does.
func (t *Target) StateDir() string { return t.statePath("") }
