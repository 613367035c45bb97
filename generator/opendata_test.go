package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestStructuredDataIsWhatItSays parses the JSON in pages: each object says of
// which vocabulary and type it is, and pages of things have one.
func TestStructuredDataIsWhatItSays(t *testing.T) {
	want := map[string]string{"procedure": "GovernmentService", "service": "GovernmentService", "point": "GovernmentOffice", "agency": "GovernmentOrganization"}
	for _, p := range pages(t) {
		types := structuredTypes(t, p)
		parts := strings.Split(strings.TrimPrefix(p.address, "/en"), "/")
		thing := want[parts[1]]
		if thing != "" && p.meta("name", "robots") != "noindex" && !slices.Contains(types, thing) {
			t.Errorf("%s: got structured data of %v, want %s among it", p.address, types, thing)
		}
	}
}

func structuredTypes(t *testing.T, p *sitePage) []string {
	t.Helper()
	var types []string
	for n := range p.elements("script") {
		switch attr(n, "type") {
		case "application/json":
			if !json.Valid([]byte(text(n))) {
				t.Errorf("%s: data that is not JSON: %.100s", p.address, text(n))
			}
		case "application/ld+json":
			types = append(types, vocabulary(t, p, n)...)
		}
	}
	return types
}

func vocabulary(t *testing.T, p *sitePage, n *html.Node) []string {
	t.Helper()
	type node struct {
		Type string `json:"@type"`
	}
	var doc struct {
		node
		Context string `json:"@context"`
		Graph   []node `json:"@graph"`
	}
	if err := json.Unmarshal([]byte(text(n)), &doc); err != nil || doc.Context != "https://schema.org" {
		t.Errorf("%s: context %q, error %v, want https://schema.org", p.address, doc.Context, err)
	}
	types := []string{doc.Type}
	for _, g := range doc.Graph {
		types = append(types, g.Type)
	}
	return types
}

// TestOpenDataCanBeRead parses every file of data that the site offers, with
// what reads such files.
func TestOpenDataCanBeRead(t *testing.T) {
	dir := sample.built(t)
	files := os.DirFS(dir)
	count := map[string]int{}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		ext := path.Ext(name)
		if !slices.Contains([]string{".json", ".jsonld", ".webmanifest", ".csv"}, ext) || strings.HasPrefix(name, "search-index/") {
			return nil
		}
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		count[ext]++
		if ext == ".csv" {
			tabular(t, name, src)
		} else if !json.Valid(src) {
			t.Errorf("%s is not JSON", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for ext, least := range map[string]int{".csv": 4, ".json": 60, ".jsonld": 52, ".webmanifest": 1} {
		if count[ext] < least {
			t.Errorf("got %d files %s, want at least %d", count[ext], ext, least)
		}
	}
}

func tabular(t *testing.T, name string, src []byte) {
	t.Helper()
	text, marked := bytes.CutPrefix(src, []byte("\ufeff"))
	if !marked {
		t.Errorf("%s: no byte order mark: spreadsheets would show Thai as rubbish", name)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Errorf("%s: %d rows, error %v", name, len(rows), err)
	}
	for i, row := range rows {
		for _, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+@") {
				t.Errorf("%s:%d: a spreadsheet would run %q", name, i+1, cell)
			}
		}
	}
}

// TestTheWebAppNamesFilesThatAreThere follows the web app's manifest.
func TestTheWebAppNamesFilesThatAreThere(t *testing.T) {
	dir := sample.built(t)
	src, err := os.ReadFile(filepath.Join(dir, "manifest.webmanifest"))
	if err != nil {
		t.Fatal(err)
	}
	var app struct {
		Name  string `json:"name"`
		Start string `json:"start_url"`
		Icons []struct{ Src, Sizes string }
	}
	if err := json.Unmarshal(src, &app); err != nil {
		t.Fatal(err)
	}
	if app.Name == "" || app.Start != "/" || len(app.Icons) < 2 {
		t.Errorf("got %+v, want a name, a start and icons", app)
	}
	for _, icon := range app.Icons {
		if _, err := os.Stat(filepath.Join(dir, icon.Src)); err != nil || icon.Src == "" {
			t.Errorf("icon %q %s: %v", icon.Src, icon.Sizes, err)
		}
	}
}
