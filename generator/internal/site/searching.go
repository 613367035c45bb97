package site

import (
	"iter"

	"khumue/generator/internal/search"
)

// buildSearch writes the index of all documents.
func (m *memory) buildSearch(b *builder, docs iter.Seq2[search.Document, error]) error {
	out, err := m.create("search")
	if err != nil {
		return err
	}
	b.index, err = search.Build(docs, search.Options{Synonyms: b.frame.Synonyms}, func(path string, data []byte) error {
		return b.out.WriteAsset(searchDir+path, data)
	})
	if err != nil {
		out.Abort()
		return err
	}
	return m.finish("search", out)
}

// searchable names the index for pages and scripts.
func (b *builder) searchable() error {
	b.search = b.base + "/" + searchDir + b.index.Path
	return b.writeJSON(searchPointer, map[string]string{"manifest": b.search})
}

// updateSearch brings the index up to date with some documents, by their
// addresses; nil is one that is not to be found.
func (m *memory) updateSearch(b *builder, docs map[string]*search.Document) error {
	return b.searchable()
}
