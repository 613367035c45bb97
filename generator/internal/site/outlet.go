package site

import (
	"bytes"
	"compress/gzip"
	"path"
	"slices"
	"strings"
	"sync"

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

// A compressor of quality 9 has tables of 32 MB, which take longer to make than a
// page to compress. Those of texts between these sizes, in bytes, take turns: of a
// shorter one it would not clear all of its tables, and for a longer one it would
// choose others, so that what comes out would depend on what went in before.
const (
	clearing = 1 << 10
	choosing = 1 << 20
)

var brotlis = sync.Pool{New: func() any { return brotliOf(9) }}

func brotliOf(quality int) *brotli.Writer {
	return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: quality})
}

// brotlied compresses for browsers of today. Quality 9 costs a page half a
// millisecond; 11 would cost a hundred times that for five per cent, which the few
// files that every page needs are worth.
func brotlied(name string, data []byte) ([]byte, error) {
	switch {
	case strings.HasPrefix(name, assetDir):
		return brotliedBy(brotliOf(11), data)
	case len(data) < clearing || len(data) >= choosing:
		return brotliedBy(brotliOf(9), data)
	}
	w := brotlis.Get().(*brotli.Writer)
	defer brotlis.Put(w)
	return brotliedBy(w, data)
}

func brotliedBy(w *brotli.Writer, data []byte) ([]byte, error) {
	var b bytes.Buffer
	w.Reset(&b)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

var gzips = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestCompression) // the level is one that there is
	return w
}}

// gzipped compresses for all others, without a time, so that the same text
// gives the same bytes.
func gzipped(_ string, data []byte) ([]byte, error) {
	w := gzips.Get().(*gzip.Writer)
	defer gzips.Put(w)
	var b bytes.Buffer
	w.Reset(&b)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}
