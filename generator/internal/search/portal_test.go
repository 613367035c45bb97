package search

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"strconv"
	"strings"
	"testing"
)

// portal is the sample portal of testdata, as documents.
func portal(t testing.TB) []Document {
	t.Helper()
	p := portalReader{agencies: map[string][]string{}}
	for _, line := range lines(t, "testdata/portal.txt") {
		p.line(t, line)
	}
	p.end()
	return p.docs
}

type portalReader struct {
	docs     []Document
	doc      Document
	agencies map[string][]string // th, en, parent
}

func (p *portalReader) line(t testing.TB, line string) {
	key, value, _ := strings.Cut(line, ": ")
	switch key {
	case "":
		p.end()
	case "title", "point":
		p.doc.Kind = Manual
		if key == "point" {
			p.doc.Kind = Point
		}
		p.doc.TitleTH = value
		p.doc.URL = fmt.Sprintf("/%s/%02d/", p.doc.Kind, len(p.docs))
	case "en":
		p.doc.TitleEN, p.doc.HasEN = value, true
	case "agency":
		if parts := strings.Split(value, " | "); len(parts) > 1 {
			p.agencies[parts[0]] = parts[1:]
			p.doc = Document{Kind: Agency, URL: "/agency/" + parts[0] + "/", TitleTH: parts[1], TitleEN: parts[2], HasEN: true}
			p.owner(parts[0])
			p.end()
		} else {
			p.owner(value)
		}
	case "names":
		p.doc.CommonNames = strings.Split(value, "; ")
	case "body":
		p.doc.Body = value
	case "category":
		p.doc.Categories = []string{value}
	case "group":
		p.doc.Groups = []string{value}
	case "online":
		p.doc.Online = true
		p.doc.FactsTH = "ทำออนไลน์ได้"
	case "points":
		n, err := strconv.Atoi(value)
		if err != nil {
			t.Fatal(err)
		}
		p.doc.Weight = float64(n)
	default:
		t.Fatalf("testdata/portal.txt: unknown line %q", line)
	}
}

func (p *portalReader) owner(code string) {
	a := p.agencies[code]
	p.doc.AgencyCode, p.doc.AgencyTH, p.doc.AgencyEN = code, a[0], a[1]
	for code != "" {
		p.doc.Agencies = append(p.doc.Agencies, code)
		next := ""
		if a := p.agencies[code]; len(a) > 2 {
			next = a[2]
		}
		code = next
	}
}

func (p *portalReader) end() {
	if p.doc.TitleTH != "" {
		p.docs = append(p.docs, p.doc)
	}
	p.doc = Document{}
}

// lines reads a file of testdata without comments.
func lines(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for s := bufio.NewScanner(strings.NewReader(string(data))); s.Scan(); {
		if !strings.HasPrefix(s.Text(), "#") {
			out = append(out, s.Text())
		}
	}
	return out
}

func synonymGroups(t testing.TB) [][]string {
	var out [][]string
	for _, line := range lines(t, "testdata/synonyms.txt") {
		out = append(out, strings.Split(line, " | "))
	}
	return out
}

func stream(docs []Document) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// files is an index in memory.
type files map[string][]byte

func (f files) emit(path string, data []byte) error {
	f[path] = append([]byte(nil), data...)
	return nil
}

func (f files) fetch(_ context.Context, path string) ([]byte, error) {
	if data, ok := f[path]; ok {
		return data, nil
	}
	return nil, fs.ErrNotExist
}

// build returns the index of docs, and its manifest.
func build(t testing.TB, docs []Document, opt Options) (files, Manifest) {
	t.Helper()
	opt.TempDir = t.TempDir()
	f := files{}
	m, err := Build(stream(docs), opt, f.emit, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, m
}

func open(t testing.TB, f files, m Manifest) *Index {
	t.Helper()
	x, err := Open(t.Context(), m.Path, f.fetch)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func sample(t testing.TB) *Index {
	f, m := build(t, portal(t), Options{Synonyms: synonymGroups(t)})
	return open(t, f, m)
}
