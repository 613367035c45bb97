package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"khumue/internal/fault"
)

// withState publishes c and a state with it.
func withState(dir string, o Options, c change, state string) error {
	target, err := Open(context.Background(), dir, o)
	if err != nil {
		return err
	}
	defer target.Close()
	p, err := target.begin(!c.amend)
	if err != nil {
		return err
	}
	defer p.Abort()
	if err := errors.Join(p.State("made.from", []byte(state)), c.fill(p)); err != nil {
		return err
	}
	_, err = p.Commit(context.Background())
	return err
}

func stateOf(t *testing.T, target *Target) string {
	t.Helper()
	data, err := target.State("made.from")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

func TestAStateGoesLiveWithItsSite(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			for n, crashed := 0, true; crashed && !t.Failed(); n++ {
				crashed = s.crashWithState(t, n)
			}
		})
	}
}

// crashWithState lets the process die at step n of a publication with a state,
// and checks that the next start has site and state of one kind.
func (s story) crashWithState(t *testing.T, n int) (crashed bool) {
	t.Helper()
	dir := s.begin(t)
	before, after := s.sites()
	if s.old != nil {
		if err := withState(dir, quick(), change{amend: true}, "old"); err != nil {
			t.Fatal(err)
		}
	}
	o := quick()
	o.disk.hook = s.hook(crashAt(n, &crashed))
	err := withState(dir, o, s.change, "new")
	if err != nil && !crashed {
		t.Fatal(err)
	}
	o.disk.hook = s.hook(nil)
	target := mustOpen(t, dir, o)
	want := before
	state := stateOf(t, target)
	if state == "new" {
		want = after
	}
	if got := readSite(t, dir); !equal(got, want) {
		t.Errorf("step %d: got site %v with state %q, want %v", n, got, state, want)
	}
	return crashed
}

func TestAStateChangesAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	mustPublish(t, dir, quick(), change{write: small})
	for _, state := range []string{"1", "2", "2"} {
		if err := withState(dir, quick(), change{amend: true}, state); err != nil {
			t.Fatal(err)
		}
		target := mustOpen(t, dir, quick())
		if got := stateOf(t, target); got != state {
			t.Errorf("got state %q, want %q", got, state)
		}
		target.Close()
	}
	mustPublish(t, dir, quick(), change{write: small.with(site{"index.html": "1"})})
	if got := stateOf(t, mustOpen(t, dir, quick())); got != "2" {
		t.Errorf("got state %q after a publication without one, want it as it was", got)
	}
}

func TestALostStateIsTold(t *testing.T) {
	target := mustOpen(t, filepath.Join(t.TempDir(), "public"), quick())
	if _, err := target.State("made.from"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got error %v, want %v", err, fs.ErrNotExist)
	}
}

func TestNamesOfStates(t *testing.T) {
	target := mustOpen(t, filepath.Join(t.TempDir(), "public"), quick())
	p, err := target.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.State("once", nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"once", "", "a/b", "../lock", recordName} {
		if err := p.State(name, nil); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: got error %v, want %v", name, err, fault.Invalid)
		}
	}
}

func TestTheCallersOwnFilesStay(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	target := mustOpen(t, dir, quick())
	file := filepath.Join(target.StateDir(), "listing.1")
	if err := os.WriteFile(file, []byte("big"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []change{{write: small}, {write: most}, {amend: true, remove: []string{"index.html"}}} {
		if _, err := c.do(target); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(file); err != nil {
			t.Fatal(err)
		}
	}
}
