package main

import (
	"encoding/xml"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// crawler follows what pages refer to.
type crawler struct {
	dir    string
	origin string // of the public address
	pages  map[string]*sitePage
	sprite map[string]string // the text of drawings that pages use parts of
}

func crawl(t *testing.T) *crawler {
	t.Helper()
	c := &crawler{dir: sample.built(t), origin: "http://localhost:8080", pages: map[string]*sitePage{}, sprite: map[string]string{}}
	for _, p := range pages(t) {
		c.pages[p.address] = p
	}
	return c
}

// own makes an absolute address of the site one below its root; ok is false
// when an address leads elsewhere.
func (c *crawler) own(p *sitePage, ref string) (u *url.URL, ok bool, err error) {
	base := &url.URL{Path: p.address}
	u, err = base.Parse(strings.TrimPrefix(ref, c.origin))
	if err != nil {
		return nil, false, err
	}
	return u, u.Host == "" && u.Scheme == "", nil
}

// missing says what is wrong with an address of the site, or "".
func (c *crawler) missing(u *url.URL) string {
	if page, ok := c.pages[u.Path]; ok {
		if f := u.Fragment; f != "" && page.ids[f] == 0 && !strings.HasPrefix(f, "!") {
			return "the page has no #" + f
		}
		return ""
	}
	if strings.HasSuffix(u.Path, "/") {
		return "there is no such page"
	}
	info, err := os.Stat(filepath.Join(c.dir, filepath.FromSlash(u.Path)))
	switch {
	case err != nil:
		return "there is no such file"
	case info.IsDir():
		return "a folder, without its slash"
	case path.Ext(u.Path) == ".svg" && u.Fragment != "" && !strings.Contains(c.drawing(u.Path), `id="`+u.Fragment+`"`) && !strings.Contains(c.drawing(u.Path), `id=`+u.Fragment):
		return "the drawing has no #" + u.Fragment
	}
	return ""
}

func (c *crawler) drawing(name string) string {
	if c.sprite[name] == "" {
		src, _ := os.ReadFile(filepath.Join(c.dir, filepath.FromSlash(name)))
		c.sprite[name] = string(src)
	}
	return c.sprite[name]
}

// references are the attributes that hold an address; those of fetched ones
// are loaded with the page.
var references = []struct {
	element, attribute string
	fetched            bool
}{
	{"a", "href", false}, {"form", "action", false}, {"link", "href", true}, {"script", "src", true}, {"img", "src", true},
	{"use", "href", true}, {"source", "src", true}, {"iframe", "src", true}, {"object", "data", true}, {"embed", "src", true},
	{"button", "data-save-url", false}, {"button", "data-tiles", true}, {"html", "data-search", true},
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	c := crawl(t)
	for _, p := range pages(t) {
		for _, r := range references {
			for n := range p.elements(r.element) {
				if n.Data == "form" && attr(n, "method") == "post" {
					continue // the daemon answers
				}
				if ref := attr(n, r.attribute); ref != "" {
					c.follow(t, p, n, ref, r.fetched)
				} else if has(n, r.attribute) && !inside(n, "template") {
					t.Errorf("%s: <%s %s> leads nowhere", p.address, n.Data, r.attribute)
				}
			}
		}
	}
}

func (c *crawler) follow(t *testing.T, p *sitePage, n *html.Node, ref string, fetched bool) {
	t.Helper()
	u, own, err := c.own(p, ref)
	switch {
	case err != nil:
		t.Errorf("%s: <%s> %q: %v", p.address, n.Data, ref, err)
	case own:
		if wrong := c.missing(u); wrong != "" {
			t.Errorf("%s: <%s> %s: %s", p.address, n.Data, ref, wrong)
		}
	case fetched && !strings.HasPrefix(ref, "data:"):
		t.Errorf("%s: <%s> asks another host: %s", p.address, n.Data, ref)
	case !slices.Contains([]string{"https", "http", "tel", "mailto", "geo"}, u.Scheme):
		t.Errorf("%s: <%s> %s: no address of a known kind", p.address, n.Data, ref)
	}
}

var cssAddress = regexp.MustCompile(`url\(["']?([^"')]+)|@import`)

func TestStyleSheetsAskNobodyElse(t *testing.T) {
	dir := sample.built(t)
	sheets, err := fs.Glob(os.DirFS(dir), "assets/css/*.css")
	if err != nil || len(sheets) == 0 {
		t.Fatal("the site has no style sheet", err)
	}
	for _, name := range sheets {
		src, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range cssAddress.FindAllStringSubmatch(string(src), -1) {
			ref := m[1]
			if strings.HasPrefix(ref, "data:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(dir, path.Dir(name), ref)); ref == "" || err != nil {
				t.Errorf("%s: %s: not a file of the site", name, m[0])
			}
		}
	}
}

func TestEveryPageSaysWhatItIs(t *testing.T) {
	for _, p := range pages(t) {
		root := p.doc.LastChild
		want := "th"
		if p.english() {
			want = "en"
		}
		if got := attr(root, "lang"); got != want {
			t.Errorf("%s: got lang %q, want %q", p.address, got, want)
		}
		if p.doc.FirstChild.Type != html.DoctypeNode {
			t.Errorf("%s: no doctype", p.address)
		}
		p.one(t, "title")
		p.one(t, "h1")
		p.one(t, "main")
		if got := p.meta("name", "description"); got == "" {
			t.Errorf("%s: no description", p.address)
		}
		if got := p.meta("http-equiv", "Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; script-src 'self'; style-src 'self';") {
			t.Errorf("%s: got policy %q, want one that allows the site alone", p.address, got)
		}
	}
}

func TestIdentifiersAreUniqueAndMeanSomething(t *testing.T) {
	refer := []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details", "list"}
	for _, p := range pages(t) {
		for id, n := range p.ids {
			if n > 1 {
				t.Errorf("%s: id %q stands %d times", p.address, id, n)
			}
		}
		for n := range p.elements() {
			for _, key := range refer {
				for id := range strings.FieldsSeq(attr(n, key)) {
					if p.ids[id] == 0 {
						t.Errorf("%s: <%s %s> names #%s, which is not there", p.address, n.Data, key, id)
					}
				}
			}
		}
	}
}

func TestPagesKeepToTheirPolicy(t *testing.T) {
	for _, p := range pages(t) {
		for n := range p.elements() {
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s> has %s=%q, which the policy refuses", p.address, n.Data, a.Key, a.Val)
				}
			}
			typ := attr(n, "type")
			inline := n.Data == "script" && attr(n, "src") == "" && typ != "application/json" && typ != "application/ld+json"
			if n.Data == "style" || inline {
				t.Errorf("%s: <%s> in the page, which the policy refuses", p.address, n.Data)
			}
		}
	}
}

// TestEnglishPagesSayWhatIsThai finds Thai words that a screen reader would
// read as English.
func TestEnglishPagesSayWhatIsThai(t *testing.T) {
	for _, p := range pages(t) {
		if !p.english() {
			continue
		}
		for n := range p.doc.Descendants() {
			if n.Type != html.TextNode || inside(n, "script") || !strings.ContainsFunc(n.Data, thaiLetter) {
				continue
			}
			if nearest(n.Parent, "lang") != "th" {
				t.Errorf("%s: <%s class=%q> is Thai and does not say so: %.80s", p.address, n.Parent.Data, attr(n.Parent, "class"), strings.TrimSpace(n.Data))
			}
		}
	}
}

func thaiLetter(r rune) bool { return unicode.Is(unicode.Thai, r) && r != '฿' }

func TestThePagesOfTwoLanguagesNameEachOther(t *testing.T) {
	c := crawl(t)
	for _, p := range pages(t) {
		own, other := "th", "en"
		if p.english() {
			own, other = other, own
		}
		there := p.link("alternate", other)
		if there == "" {
			continue
		}
		u, ok, _ := c.own(p, there)
		if !ok || c.pages[u.Path] == nil {
			t.Errorf("%s: its %s page %s is not there", p.address, other, there)
			continue
		}
		if back := c.pages[u.Path].link("alternate", own); back != c.origin+p.address {
			t.Errorf("%s: %s names %q as its %s page", p.address, u.Path, back, own)
		}
	}
}

func TestTheSitemapListsWhatMayBeShown(t *testing.T) {
	c := crawl(t)
	listed := map[string]bool{}
	for _, name := range locations(t, filepath.Join(c.dir, "sitemap.xml")) {
		for _, loc := range locations(t, filepath.Join(c.dir, strings.TrimPrefix(name, c.origin))) {
			address := strings.TrimPrefix(loc, c.origin)
			if listed[address] = true; c.pages[address] == nil {
				t.Errorf("the sitemap lists %s, which is not there", loc)
			}
		}
	}
	for _, p := range pages(t) {
		hidden := p.meta("name", "robots") == "noindex"
		if hidden == listed[p.address] {
			t.Errorf("%s: hidden from search engines %v, in the sitemap %v", p.address, hidden, listed[p.address])
		}
		if canonical := p.link("canonical", ""); !hidden && canonical != c.origin+p.address {
			t.Errorf("%s: got canonical address %q", p.address, canonical)
		}
	}
}

// locations returns the addresses in a sitemap or an index of sitemaps.
func locations(t *testing.T, name string) []string {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		URLs []string `xml:"url>loc"`
		Maps []string `xml:"sitemap>loc"`
	}
	if err := xml.Unmarshal(src, &doc); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(doc.URLs)+len(doc.Maps) == 0 {
		t.Errorf("%s lists nothing", name)
	}
	return append(doc.URLs, doc.Maps...)
}
