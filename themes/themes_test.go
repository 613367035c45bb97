package themes

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"khumue/internal/catalog"
	"khumue/internal/page"
)

// plain gives every asset its own name, if the theme has it.
func plain(name string) string {
	switch name {
	case "js/main.js": // written beside this package
		return "/assets/" + name
	}
	if _, err := fs.Stat(Default(), "assets/"+name); err != nil {
		return ""
	}
	return "/assets/" + name
}

func load(t *testing.T) *page.Theme {
	t.Helper()
	theme, err := page.LoadTheme(Default(), page.Env{Asset: plain})
	if err != nil {
		t.Fatal(err)
	}
	return theme
}

func TestEveryLayoutShowsRichAndEmptyPages(t *testing.T) {
	theme := load(t)
	seen := map[string]bool{}
	for _, lang := range []catalog.Lang{catalog.TH, catalog.EN} {
		for _, s := range samples(lang) {
			seen[s.shell.Layout] = true
			t.Run(string(lang)+" "+s.name, func(t *testing.T) {
				var out bytes.Buffer
				if err := theme.Render(&out, s.shell, s.data); err != nil {
					t.Fatal(err)
				}
				preview(t, string(lang)+"-"+s.name+".html", out.Bytes())
				checkPage(t, out.String())
			})
		}
	}
	for _, name := range theme.Layouts() {
		if !seen[name] {
			t.Errorf("layout %q has no sample", name)
		}
	}
}

// preview keeps a page to look at where KHUMUE_PREVIEW names a folder.
func preview(t *testing.T, name string, page []byte) {
	t.Helper()
	dir := os.Getenv("KHUMUE_PREVIEW")
	if dir == "" {
		dir = t.TempDir()
	} else if err := os.CopyFS(filepath.Join(dir, "assets"), mustSub(t, "assets")); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), page, 0o644); err != nil {
		t.Fatal(err)
	}
}

func mustSub(t *testing.T, name string) fs.FS {
	t.Helper()
	sub, err := fs.Sub(Default(), name)
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

// checkPage holds a page to what the content security policy and the rules of
// HTML ask of every page.
func checkPage(t *testing.T, src string) {
	t.Helper()
	checkNesting(t, src)
	doc, err := html.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	ids, count := map[string]bool{}, map[string]int{}
	var refs []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		checkElement(t, n)
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("got id %q twice", id)
			}
			ids[id] = true
		}
		refs = append(refs, references(n)...)
	}
	if count["main"] != 1 || count["h1"] != 1 {
		t.Errorf("got %d main and %d h1, want one of each", count["main"], count["h1"])
	}
	for _, r := range refs {
		if !ids[r] {
			t.Errorf("got a reference to #%s, which the page does not have", r)
		}
	}
}

// checkElement refuses what a browser under the policy would not run or show.
func checkElement(t *testing.T, n *html.Node) {
	t.Helper()
	switch {
	case n.Data == "style":
		t.Error("got a style element, want none")
	case n.Data == "script" && attr(n, "src") == "" && !strings.Contains(attr(n, "type"), "json"):
		t.Error("got an inline script, want none")
	case n.Data == "img" && !has(n, "alt"):
		t.Errorf("got an image without alt: %s", attr(n, "src"))
	}
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
			t.Errorf("got attribute %s on <%s>, want none", a.Key, n.Data)
		}
		if strings.Contains(a.Val, "ZgotmplZ") {
			t.Errorf("got a refused value in %s of <%s>", a.Key, n.Data)
		}
	}
}

// references are the ids that an element names.
func references(n *html.Node) []string {
	var refs []string
	for _, key := range []string{"aria-labelledby", "aria-controls", "for"} {
		refs = append(refs, strings.Fields(attr(n, key))...)
	}
	if id, ok := strings.CutPrefix(attr(n, "href"), "#"); ok && n.Data == "a" {
		refs = append(refs, id)
	}
	return refs
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

var void = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

// checkNesting reads the page token by token: every element that opens closes,
// in order, and no block stands in a paragraph. A parser would mend that
// silently.
func checkNesting(t *testing.T, src string) {
	t.Helper()
	blocks := []string{"p", "div", "ul", "ol", "dl", "table", "section", "article", "nav", "h1", "h2", "h3", "h4", "form", "fieldset", "details", "aside", "figure"}
	z := html.NewTokenizer(strings.NewReader(src))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("got %v still open at the end", open)
			}
			return
		case html.StartTagToken:
			name := z.Token().Data
			if slices.Contains(blocks, name) && slices.Contains(open, "p") {
				t.Errorf("got <%s> in a paragraph: %v", name, open)
			}
			if name == "a" && slices.Contains(open, "a") {
				t.Errorf("got a link in a link: %v", open)
			}
			if !slices.Contains(void, name) {
				open = append(open, name)
			}
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("got </%s>, want the end of %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestIconsOfTheEnumerationsAreDrawn(t *testing.T) {
	var sprites []byte
	for _, name := range []string{"assets/icons.svg", "assets/icons-places.svg"} {
		src, err := fs.ReadFile(Default(), name)
		if err != nil {
			t.Fatal(err)
		}
		sprites = append(sprites, src...)
	}
	for _, name := range slices.Concat(catalog.Facility("").Values(), catalog.ChannelKind("").Values()) {
		if !bytes.Contains(sprites, []byte(`<symbol id="`+name+`"`)) {
			t.Errorf("%q is not drawn", name)
		}
	}
}

func TestEveryEnumerationHasItsWords(t *testing.T) {
	enums := map[string][]string{
		"service_type": catalog.ServiceType("").Values(), "work_kind": catalog.WorkKind("").Values(), "impact": catalog.Impact("").Values(),
		"area": catalog.Area("").Values(), "law": catalog.LawKind("").Values(), "step": catalog.StepKind("").Values(), "unit": catalog.TimeUnit("").Values(),
		"doc": catalog.DocumentKind("").Values(), "channel": catalog.ChannelKind("").Values(), "form": catalog.FormKind("").Values(),
		"agency_kind": catalog.AgencyKind("").Values(), "point_status": catalog.PointStatus("").Values(), "facility": catalog.Facility("").Values(),
	}
	theme := load(t)
	for _, lang := range []catalog.Lang{catalog.TH, catalog.EN} {
		for prefix, values := range enums {
			for _, v := range values {
				if got := theme.Messages(lang)[prefix+"."+v]; got == "" {
					t.Errorf("%s: no words for %s.%s", lang, prefix, v)
				}
			}
		}
	}
}

// TestMessagesTakeTheSameArguments compares the verbs of both languages, which
// the same code fills in.
func TestMessagesTakeTheSameArguments(t *testing.T) {
	theme := load(t)
	th, en := theme.Messages(catalog.TH), theme.Messages(catalog.EN)
	for key, s := range en {
		if got, want := verbs(s), verbs(th[strings.TrimSuffix(key, ".one")]); got != want {
			t.Errorf("%s: got arguments %q in English, want %q as in Thai", key, got, want)
		}
	}
}

func verbs(s string) string {
	var out []byte
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '%' {
			i++
			if s[i] != '%' {
				out = append(out, s[i])
			}
		}
	}
	return string(out)
}

func TestStyleSheetsNameFilesThatExist(t *testing.T) {
	sheets, err := fs.Glob(Default(), "assets/css/*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sheets {
		src, err := fs.ReadFile(Default(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{`url(`, `@import "`} {
			for _, part := range strings.Split(string(src), mark)[1:] {
				ref := part[:strings.IndexAny(part, `)"`)]
				if _, err := fs.Stat(Default(), path.Join(path.Dir(name), ref)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	}
}
