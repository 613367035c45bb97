package main

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"
)

// sitePage is a page of a built site, parsed.
type sitePage struct {
	address string // below the site's root, such as /procedure/dlt-xgveak/
	size    int    // bytes
	doc     *html.Node
	ids     map[string]int
}

// pagesOf parses every page of a site, in the order of their addresses.
func pagesOf(t *testing.T, dir string) []*sitePage {
	t.Helper()
	var out []*sitePage
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".html" {
			return err
		}
		p, err := parsePage(files, name)
		out = append(out, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("the site has no pages")
	}
	return out
}

func parsePage(files fs.FS, name string) (*sitePage, error) {
	src, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	doc, err := html.Parse(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	p := &sitePage{address: "/" + strings.TrimSuffix(name, "index.html"), size: len(src), doc: doc, ids: map[string]int{}}
	for n := range p.elements() {
		if id := attr(n, "id"); id != "" {
			p.ids[id]++
		}
	}
	return p, nil
}

// pages returns the pages of the sample portal, parsed once.
func pages(t *testing.T) []*sitePage {
	t.Helper()
	dir := sample.built(t)
	parsed.once.Do(func() { parsed.pages = pagesOf(t, dir) })
	return parsed.pages
}

var parsed struct {
	once  sync.Once
	pages []*sitePage
}

// elements yields the elements of the page that are of the named kinds, of all
// kinds where none is named. What stands in a template is among them.
func (p *sitePage) elements(names ...string) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range p.doc.Descendants() {
			if n.Type == html.ElementNode && (len(names) == 0 || slices.Contains(names, n.Data)) && !yield(n) {
				return
			}
		}
	}
}

// english reports whether the page is one of the English site.
func (p *sitePage) english() bool { return strings.HasPrefix(p.address, "/en/") }

// one returns the text of the only element of a kind; it reports others.
func (p *sitePage) one(t *testing.T, name string) string {
	t.Helper()
	var found []string
	for n := range p.elements(name) {
		if !inside(n, "svg") {
			found = append(found, strings.TrimSpace(text(n)))
		}
	}
	if len(found) != 1 || found[0] == "" {
		t.Errorf("%s: %d elements %s %q, want one that is not empty", p.address, len(found), name, found)
		return ""
	}
	return found[0]
}

// meta returns the content of the meta element whose attribute has a value.
func (p *sitePage) meta(key, value string) string {
	for n := range p.elements("meta") {
		if attr(n, key) == value {
			return attr(n, "content")
		}
	}
	return ""
}

// link returns where the link element of a relation and language leads.
func (p *sitePage) link(rel, lang string) string {
	for n := range p.elements("link") {
		if attr(n, "rel") == rel && attr(n, "hreflang") == lang {
			return attr(n, "href")
		}
	}
	return ""
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// text returns the text in an element, as it stands.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func inside(n *html.Node, name string) bool {
	for a := range n.Ancestors() {
		if a.Data == name {
			return true
		}
	}
	return false
}

// nearest returns the value of an attribute on a node or what it stands in.
func nearest(n *html.Node, key string) string {
	if v := attr(n, key); v != "" {
		return v
	}
	for a := range n.Ancestors() {
		if v := attr(a, key); v != "" {
			return v
		}
	}
	return ""
}
