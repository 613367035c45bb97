package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// TestGoldenPages compares what pages of the small portal say, in order, with
// testdata/golden. After a change that is meant, renew with: make golden
func TestGoldenPages(t *testing.T) {
	dir := tiny.built(t)
	byAddress := map[string]*sitePage{}
	for _, p := range pagesOf(t, dir) {
		byAddress[p.address] = p
	}
	for _, tc := range []struct{ name, address string }{
		{"home", "/"},
		{"home-en", "/en/"},
		{"manual", "/procedure/dlt-aaaaaa/"},
		{"manual-en", "/en/procedure/dlt-aaaaaa/"},
		{"manual-unfinished", "/procedure/dlt-bbbbbb/"},
		{"manual-withdrawn", "/procedure/dlt-cccccc/"},
		{"point", "/point/dlt-north/"},
		{"agency", "/agency/dlt/"},
		{"service", "/service/dlt-ssssss/"},
		{"category", "/category/transport/"},
		{"category-empty", "/category/empty/"},
		{"text", "/faq/"},
		{"holidays", "/holidays/"},
		{"moved", "/category/vehicles/"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := byAddress[tc.address]
			if p == nil {
				t.Fatalf("there is no page %s", tc.address)
			}
			got := p.extract()
			name := filepath.Join("testdata", "golden", tc.name+".txt")
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s says something else (-want +got); if that is meant: make golden\n%s", tc.address, diff)
			}
		})
	}
}

// extract returns the title and description of a page, and a line for each
// text of its main part: the element, where a link leads, and the words.
func (p *sitePage) extract() string {
	var b strings.Builder
	for n := range p.elements("title") {
		b.WriteString("title " + text(n) + "\n")
		break
	}
	b.WriteString("description " + p.meta("name", "description") + "\n\n")
	for n := range p.elements("main") {
		lines(&b, n)
	}
	return b.String()
}

// lines writes the texts in an element, one a line.
func lines(b *strings.Builder, n *html.Node) {
	for c := range n.ChildNodes() {
		switch {
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) != "":
			b.WriteString(label(n) + " " + strings.Join(strings.Fields(c.Data), " ") + "\n")
		case c.Type != html.ElementNode, c.Data == "svg", c.Data == "script", c.Data == "template":
		case c.Data == "input" || c.Data == "img":
			b.WriteString(label(c) + "\n")
		default:
			lines(b, c)
		}
	}
}

// label names an element with what a reader without eyes or scripts gets of it.
func label(n *html.Node) string {
	s := n.Data
	for _, key := range []string{"href", "type", "alt", "lang"} {
		if v := attr(n, key); v != "" {
			s += " " + key + "=" + v
		}
	}
	return s
}
