package gitrepo_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
)

func mustInit(t testing.TB) *gitrepo.Repository {
	t.Helper()
	r, err := gitrepo.Init(filepath.Join(t.TempDir(), "content.git"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestRefsInFilesKeepWhatRefsPromise(t *testing.T) {
	gitrepotest.RunRefs(t, func(t testing.TB) *gitrepo.Repository { return mustInit(t) })
}

func TestRefsElsewhereKeepWhatRefsPromiseWithoutGit(t *testing.T) {
	gitrepotest.RunRefs(t, func(t testing.TB) *gitrepo.Repository {
		r, err := gitrepo.OpenWith(mustInit(t).Dir(), &memory{refs: map[string]gitrepo.Hash{}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		t.(*testing.T).Setenv("PATH", "")
		return r
	})
}

// memory keeps refs as long as it is there.
type memory struct {
	mu   sync.Mutex
	refs map[string]gitrepo.Hash
}

func (m *memory) Ref(name string) (gitrepo.Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if h, there := m.refs[name]; there {
		return h, nil
	}
	return gitrepo.Hash{}, gitrepo.NoRef(name)
}

func (m *memory) Refs(prefix string) (out []gitrepo.Ref, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(m.refs)) {
		if strings.HasPrefix(name, prefix) {
			out = append(out, gitrepo.Ref{Name: name, Hash: m.refs[name]})
		}
	}
	return out, nil
}

func (m *memory) Move(_ context.Context, moves []gitrepo.Move) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, v := range moves {
		if m.refs[v.Ref] != v.Old {
			return gitrepo.Moved(v.Ref)
		}
	}
	for _, v := range moves {
		if m.refs[v.Ref] = v.New; v.New.IsZero() {
			delete(m.refs, v.Ref)
		}
	}
	return nil
}

func TestUpkeepWithoutGitGathersManyObjects(t *testing.T) {
	t.Setenv("PATH", "")
	r, err := gitrepo.OpenWith(mustInit(t).Dir(), &memory{refs: map[string]gitrepo.Hash{}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	old := time.Now().Add(-time.Hour)
	var all []gitrepo.Hash
	for part := range 5 { // so few at a time that they become files
		b := r.NewBatch()
		for n := range 400 {
			h, err := b.Add(gitrepo.Blob, []byte(strings.Repeat("ก", part*400+n)))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, h)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	loose := func() (names []string) {
		names, err := filepath.Glob(filepath.Join(r.Dir(), "objects", "??", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	for _, name := range loose() {
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second finds nothing to do
		if err := r.Maintain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	packs, _ := filepath.Glob(filepath.Join(r.Dir(), "objects", "pack", "*.pack"))
	if left := loose(); len(left) > 0 || len(packs) != 1 {
		t.Errorf("%d files and %d packs are left", len(left), len(packs))
	}
	for n, h := range all {
		if data, err := r.Read(gitrepo.Blob, h); err != nil || len(data) != n*len("ก") {
			t.Fatalf("object %d: %d bytes, %v", n, len(data), err)
		}
	}
}
