package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"khumue/generator/internal/publish"
	"khumue/generator/internal/state"
)

// memoryFormat is the version of what a build remembers.
const memoryFormat = 3

// memory is what a build remembers for the next one: beside this, which goes
// live with the site, the objects, the lists and what search knows, in files of
// their own.
type memory struct {
	Format     int               `json:"format"`
	Frame      string            `json:"frame"`      // what all pages were made with
	Generation int               `json:"generation"` // of the files
	Mark       []byte            `json:"mark"`       // of the content
	Moment     string            `json:"moment"`     // of the content's history; empty: it has none
	Totals     totals            `json:"totals"`
	Assets     map[string]string `json:"assets"`
	Published  []string          `json:"published"`
	Preloads   []string          `json:"preloads"`
	Worker     string            `json:"worker"`

	mu       sync.Mutex // of what follows, while stores are created
	dir      string
	created  []string // stores that are not yet durable
	objects  *state.Store
	lists    *state.Store
	search   *state.Store
	editions *state.Store
	indexes  map[string][]byte // of the stores, as they are to go live
}

// stores are the files of a memory.
var stores = []string{"objects", "lists", "search", "editions"}

// memoryName is the state under which a memory goes live.
const memoryName = "site.json"

func indexName(store string) string { return store + ".index" }

func (m *memory) file(store string) string {
	return filepath.Join(m.dir, fmt.Sprintf("%s-%d", store, m.Generation))
}

// recall returns what the last build remembers; nil when that is lost, damaged
// or of another version.
func recall(t *publish.Target) *memory {
	data, err := t.State(memoryName)
	if err != nil {
		return nil
	}
	sum, body, ok := strings.Cut(string(data), "\n")
	m := &memory{dir: t.StateDir(), indexes: map[string][]byte{}}
	if !ok || sum != digestOf(body) || json.Unmarshal([]byte(body), m) != nil || m.Format != memoryFormat {
		return nil
	}
	for i, at := range []**state.Store{&m.objects, &m.lists, &m.search, &m.editions} {
		index, err := t.State(indexName(stores[i]))
		if err == nil {
			*at, err = state.Open(m.file(stores[i]), index)
		}
		if err != nil {
			m.close()
			return nil
		}
	}
	return m
}

func digestOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// begin is the memory of a whole build, after another or none.
func begin(t *publish.Target, last *memory) *memory {
	m := &memory{Format: memoryFormat, Generation: 1, dir: t.StateDir(), indexes: map[string][]byte{}}
	if last != nil {
		m.Generation = last.Generation + 1
	}
	for m.taken() {
		m.Generation++
	}
	return m
}

// taken reports whether there is a file of this generation: it may be what the
// live site remembers.
func (m *memory) taken() bool {
	return slices.ContainsFunc(stores, func(s string) bool { _, err := os.Lstat(m.file(s)); return err == nil })
}

func (m *memory) create(store string) (*state.Writer, error) { return state.Create(m.file(store)) }

// finish ends a store that was created.
func (m *memory) finish(store string, w *state.Writer) (err error) {
	index, err := w.Finish()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.created = append(m.created, store)
	m.indexes[store] = index
	return err
}

// openLists ends the store of lists and opens it.
func (m *memory) openLists(w *state.Writer) error {
	if err := m.finish("lists", w); err != nil {
		return err
	}
	m.mu.Lock()
	index := m.indexes["lists"]
	m.mu.Unlock()
	var err error
	m.lists, err = state.Open(m.file("lists"), index)
	return err
}

func (m *memory) close() {
	for _, s := range []*state.Store{m.objects, m.lists, m.search, m.editions} {
		if s != nil {
			_ = s.Close()
		}
	}
}

// discard removes the files of a build that did not go live.
func (m *memory) discard() {
	m.close()
	for _, s := range stores {
		_ = os.Remove(m.file(s))
	}
}

// commit makes created stores, and the changes of opened ones, durable.
func (m *memory) commit() error {
	for _, store := range m.created {
		if err := state.Sync(m.file(store)); err != nil {
			return err
		}
	}
	m.created = nil
	for i, s := range []*state.Store{m.objects, m.lists, m.search, m.editions} {
		if s == nil || !s.Changed() {
			continue
		}
		index, err := s.Commit()
		if err != nil {
			return err
		}
		m.indexes[stores[i]] = index
	}
	return nil
}

// publish lets the memory go live with the site.
func (m *memory) publish(p *publish.Publication) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := p.State(memoryName, []byte(digestOf(string(body))+"\n"+string(body))); err != nil {
		return err
	}
	for _, s := range stores {
		if index, changed := m.indexes[s]; changed {
			if err := p.State(indexName(s), index); err != nil {
				return err
			}
		}
	}
	return nil
}

// tidy removes the files that no live memory names.
func (m *memory) tidy() {
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return // the next build tries again
	}
	for _, e := range entries {
		name, _, numbered := strings.Cut(e.Name(), "-")
		mine := numbered && (slices.Contains(stores, name) || name == "cards")
		if path := filepath.Join(m.dir, e.Name()); mine && path != m.file(name) {
			_ = os.Remove(path)
		}
	}
}

// frameOf identifies what every page is made with: the program, the theme, the
// options and the files that concern all pages. While it is the same, what did
// not change need not be made anew.
func (b *builder) frameOf() (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%d\n%s\n%s\n%s\n%t\n", memoryFormat, b.Program, b.origin, b.base, b.Compress)
	for _, name := range []string{"site.yaml", "catalog.yaml", "synonyms.yaml"} {
		data, err := fs.ReadFile(b.files, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s\n", name, len(data), data)
	}
	for _, p := range b.frame.Pages {
		fmt.Fprintln(h, p.Name, p.Lang)
	}
	if b.Embedded {
		fmt.Fprintln(h, "embedded")
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	err := fs.WalkDir(b.Theme, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		f, err := b.Theme.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintln(h, name)
		_, err = io.Copy(h, f)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}
