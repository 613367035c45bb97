package site

import (
	"bytes"
	"compress/gzip"
	"path"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"

	"khumue/generator/internal/publish"
)

// outlet is where a build writes: a publication, with compressed variants of
// text beside each file where they are asked for.
type outlet struct {
	*publish.Publication
	compress bool
}

// worthwhile is the size below which compression saves nothing, in bytes.
const worthwhile = 256

// shrinking are the endings of files that compress well. Fonts and pictures are
// compressed in themselves.
var shrinking = []string{".html", ".css", ".js", ".json", ".jsonld", ".svg", ".xml", ".txt", ".csv", ".webmanifest", ".idx"}

// Write writes a file and its variants.
func (o outlet) Write(name string, data []byte) error {
	return o.variants(name, data, o.Publication.Write)
}

// WriteAsset writes a file whose name bears its hash, and its variants.
func (o outlet) WriteAsset(name string, data []byte) error {
	return o.variants(name, data, o.Publication.WriteAsset)
}

// Remove takes files and their variants from the site.
func (o outlet) Remove(names ...string) error {
	for _, name := range names {
		if err := o.Publication.Remove(name); err != nil {
			return err
		}
		if !o.compress || !slices.Contains(shrinking, path.Ext(name)) {
			continue
		}
		for _, ending := range []string{".br", ".gz"} {
			if err := o.Publication.Remove(name + ending); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o outlet) variants(name string, data []byte, write func(string, []byte) error) error {
	if err := write(name, data); err != nil || !o.compress {
		return err
	}
	if len(data) < worthwhile || isOfEdition(name) || !slices.Contains(shrinking, path.Ext(name)) {
		return nil
	}
	for ending, shrink := range map[string]func(string, []byte) ([]byte, error){".br": brotlied, ".gz": gzipped} {
		if o.Unchanged(name) && o.Live(name+ending) {
			if err := o.Keep(name + ending); err != nil {
				return err
			}
			continue
		}
		small, err := shrink(name, data)
		if err != nil {
			return err
		}
		if err := write(name+ending, small); err != nil {
			return err
		}
	}
	return nil
}

// brotlied compresses for browsers of today. Quality 9 costs 2 ms a page; 11
// would cost forty for five per cent, which the few files that every page needs
// are worth.
func brotlied(name string, data []byte) ([]byte, error) {
	quality := 9
	if strings.HasPrefix(name, assetDir) {
		quality = 11
	}
	var b bytes.Buffer
	w := brotli.NewWriterOptions(&b, brotli.WriterOptions{Quality: quality})
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

// gzipped compresses for all others, without a time, so that the same text
// gives the same bytes.
func gzipped(_ string, data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
