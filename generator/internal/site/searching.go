package site

import (
	"bytes"
	"errors"
	"iter"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"khumue/generator/internal/search"
	"khumue/generator/internal/state"
)

// emit publishes a file of the index.
func (b *builder) emit(path string, data []byte) error {
	return b.out.WriteAsset(searchDir+path, data)
}

func (b *builder) searchOptions(m *memory) search.Options {
	return search.Options{Synonyms: b.frame.Synonyms, TempDir: m.dir}
}

// buildSearch writes the index of all documents.
func (m *memory) buildSearch(b *builder, docs iter.Seq2[search.Document, error]) error {
	keep, err := m.create("search")
	if err != nil {
		return err
	}
	// Files of an index are many and small: several wait for the disk at a time.
	var files errgroup.Group
	files.SetLimit(workers())
	emit := func(path string, data []byte) error {
		data = bytes.Clone(data)
		files.Go(func() error { return b.emit(path, data) })
		return nil
	}
	b.index, err = search.Build(docs, b.searchOptions(m), emit, keep)
	if err := errors.Join(err, files.Wait()); err != nil {
		keep.Abort()
		return err
	}
	return m.finish("search", keep)
}

// updateSearch brings the index up to date with some documents, by their
// addresses; nil is one that is not to be found.
func (m *memory) updateSearch(b *builder, docs map[string]*search.Document) error {
	changes := func(yield func(search.Change, error) bool) {
		for _, url := range slices.Sorted(maps.Keys(docs)) {
			if !yield(search.Change{URL: url, Doc: docs[url]}, nil) {
				return
			}
		}
	}
	drop := func(path string) error { return b.out.Remove(searchDir + path) }
	var err error
	if b.index, err = search.Update(changes, b.searchOptions(m), remembered{m.search}, b.emit, drop); err != nil {
		return err
	}
	return b.searchable()
}

// remembered is a store whose callers keep their keys and values.
type remembered struct{ *state.Store }

func (r remembered) Put(key, value []byte) error {
	return r.Store.Put(bytes.Clone(key), bytes.Clone(value))
}

// searchable names the index for pages and scripts.
func (b *builder) searchable() error {
	b.search = b.base + "/" + searchDir + b.index.Path
	return b.writeJSON(searchPointer, map[string]string{"manifest": b.search})
}
