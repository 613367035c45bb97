package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/sync/errgroup"
)

//go:embed all:hugo
var hugoSite embed.FS

// kinds are the kinds of pages that both sites have, by the first step of their
// address: all but the few that stand alone, such as the home page.
var kinds = map[string]struct {
	rules []rule
	kind  string // Hugo's type
}{
	"procedure": {manual, "procedure"},
	"service":   {service, "service"},
	"point":     {point, "point"},
	"agency":    {agency, "agency"},
	"category":  {listing, "listing"},
	"group":     {listing, "listing"},
	"tag":       {listing, "listing"},
	"near":      {listing, "listing"},
	"survey":    {survey, "survey"},
}

// opened are the kinds whose objects have open data, with its folders in /data/.
var opened = map[string]string{"procedure": "manual", "service": "service", "point": "point", "agency": "agency"}

// languages are the languages of the site and the folders of their pages.
var languages = map[string]string{"th": ".", "en": "en"}

// conversion makes the source of a Hugo site out of a built site and the
// content that it was built from.
type conversion struct {
	site, content, out string
	sentences          string              // folder of the theme's sentences
	bodies             map[string]string   // id → file whose body is the page's
	moved              map[string][]string // address → old addresses that lead to it
	shelves            map[string]*shelf   // by language
}

// convert writes to out a Hugo site of the same pages. Each page's front matter
// holds all that the page shows, made ready: Hugo need not find, sort, count or
// format anything. What many pages show alike, such as an entry of a list, is a
// row of a data file, and front matter has its address: written out in each, it
// would take several times the memory. Bodies stay Markdown.
func convert(site, content, sentences, out string) error {
	c := conversion{site, content, out, sentences, map[string]string{}, map[string][]string{}, map[string]*shelf{}}
	if err := c.frame(); err != nil {
		return err
	}
	if err := c.findBodies(); err != nil {
		return err
	}
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for lang := range languages {
		c.shelves[lang] = &shelf{}
	}
	for lang, folder := range languages {
		if err := c.pages(&work, lang, folder); err != nil {
			return errors.Join(err, work.Wait())
		}
	}
	return errors.Join(work.Wait(), c.writeShelves(), c.openData())
}

// openData copies to a folder that only Hugo's open data reads (opendata.toml)
// what each object's files hold: made ready, as the front matter is.
func (c *conversion) openData() error {
	for kind, folder := range opened {
		err := os.CopyFS(filepath.Join(c.out, "opendata", kind), os.DirFS(filepath.Join(c.site, "data", folder)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// writeShelves writes the data files.
func (c *conversion) writeShelves() error {
	for lang, s := range c.shelves {
		for table, rows := range s.tables {
			if err := writeJSON(filepath.Join(c.out, "data", table, lang+".json"), rows, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// frame writes what all pages have in common: layouts, configuration, the
// theme's sentences, and the head, header and footer of the built site.
func (c *conversion) frame() error {
	source, err := fs.Sub(hugoSite, "hugo")
	if err != nil {
		return err
	}
	if err := os.CopyFS(c.out, source); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(c.out, "i18n"), os.DirFS(c.sentences)); err != nil {
		return err
	}
	for lang, folder := range languages {
		shell, err := readShell(filepath.Join(c.site, folder), lang)
		if err != nil {
			return err
		}
		if shell == nil {
			continue
		}
		if err := writeJSON(filepath.Join(c.out, "data", "shell", lang+".json"), shell, nil); err != nil {
			return err
		}
	}
	return nil
}

// findBodies lists the files of the content that have a Markdown body.
func (c *conversion) findBodies() error {
	return filepath.WalkDir(filepath.Join(c.content, "agencies"), func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.Name() == "manual.md":
			c.bodies[filepath.Base(filepath.Dir(name))] = name
		case filepath.Ext(name) == ".md":
			c.bodies[strings.TrimSuffix(e.Name(), ".md")] = name
		}
		return nil
	})
}

// pages converts the pages of a language. Old addresses come first, for they
// become aliases of the pages that they lead to.
func (c *conversion) pages(work *errgroup.Group, lang, folder string) error {
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		names, err := pagesBelow(filepath.Join(c.site, folder), kind)
		if err != nil {
			return err
		}
		names = slices.DeleteFunc(names, func(name string) bool {
			return (path.Base(name) == "view" || kinds[kind].kind == "listing") && c.isMoved(folder, name)
		})
		for _, name := range names {
			old := c.moved[path.Join("/", folder, name)+"/"]
			work.Go(func() error { return c.page(lang, folder, name, old) })
		}
	}
	return nil
}

var refresh = regexp.MustCompile(`http-equiv="refresh" content="0; url=([^"]+)"`)

// isMoved notes where an old address leads.
func (c *conversion) isMoved(folder, name string) bool {
	page, err := os.ReadFile(filepath.Join(c.site, folder, name, "index.html"))
	to := refresh.FindSubmatch(page)
	if err != nil || to == nil {
		return false
	}
	c.moved[string(to[1])] = append(c.moved[string(to[1])], path.Join("/", name)+"/")
	return true
}

// compared tells whether a file of a site, by its path, is a page of the kinds
// that both sites have.
func compared(rel string) bool {
	rel = strings.TrimPrefix(filepath.ToSlash(rel), "en/")
	first, below, _ := strings.Cut(rel, "/")
	_, known := kinds[first]
	return known && strings.Contains(below, "/") && path.Base(rel) == "index.html"
}

// openData tells whether a file of our site, by its path, is the open data of one
// object, which Hugo can write, too.
func openData(rel string) bool {
	parts := strings.Split(filepath.ToSlash(rel), "/")
	return len(parts) == 3 && parts[0] == "data" && slices.Contains(slices.Collect(maps.Values(opened)), parts[1])
}

// pagesBelow lists the addresses below a folder that have a page, without the
// folder's own.
func pagesBelow(root, kind string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(filepath.Join(root, kind), func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == "index.html" {
			rel, _ := filepath.Rel(root, filepath.Dir(name))
			if rel != kind {
				names = append(names, filepath.ToSlash(rel))
			}
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return names, err
}

// page writes the content file of one page.
func (c *conversion) page(lang, folder, name string, old []string) error {
	src, err := os.ReadFile(filepath.Join(c.site, folder, name, "index.html"))
	if err != nil {
		return err
	}
	doc, err := html.Parse(bytes.NewReader(src))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(name, "/")
	kind := kinds[first]
	params := dissect(doc, head, c.shelves[lang])
	top := map[string]any{"title": params["title"], "description": params["description"], "type": kind.kind, "aliases": old, "params": params}
	delete(params, "title")
	delete(params, "description")
	if other := params["other"]; other == "/" || other == "/en/" {
		delete(params, "other") // the page is in one language only
	}
	for _, main := range parsePlace("main").among(elements(doc), doc) {
		maps.Copy(params, dissect(main, kind.rules, c.shelves[lang]))
	}
	body, err := c.body(first, path.Base(name))
	if err != nil {
		return err
	}
	file := name + ".md"
	if lang != "th" {
		file = name + "." + lang + ".md"
	}
	return writeJSON(filepath.Join(c.out, "content", file), top, body)
}

var heading = regexp.MustCompile(`(?m)^#+ `)

// body is the Markdown body of a manual or service; in a manual's page its
// headings stand one level lower.
func (c *conversion) body(kind, id string) ([]byte, error) {
	file, has := c.bodies[id]
	if kind != "procedure" && kind != "service" || !has {
		return nil, nil
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	_, body, _ := bytes.Cut(src[min(4, len(src)):], []byte("\n---\n"))
	if kind == "procedure" {
		body = heading.ReplaceAll(body, []byte("#$0"))
	}
	return body, nil
}

// writeJSON writes a value and, after an empty line, a text: Hugo reads JSON
// much faster than YAML.
func writeJSON(name string, v any, after []byte) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	if after != nil {
		b.WriteByte('\n')
		b.Write(after)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

var (
	iconsAddress  = regexp.MustCompile(`/[^"]*/icons\.[0-9a-z]+\.svg`)
	styleAddress  = regexp.MustCompile(`/[^"]*/survey\.[0-9A-Z]+\.css`)
	placesAddress = regexp.MustCompile(`/[^"]*/icons-places\.[0-9a-z]+\.svg`)
)

// readShell takes from a built page what every page of a language has: from the
// first page of a point or, where there is none, of something else that is in
// that language. A language without any has no shell.
func readShell(root, lang string) (map[string]string, error) {
	for _, kind := range []string{"point", "agency", "service", "procedure"} {
		names, err := pagesBelow(root, kind)
		if err != nil {
			return nil, err
		}
		if len(names) > 0 {
			src, err := os.ReadFile(filepath.Join(root, names[0], "index.html"))
			if err != nil {
				return nil, err
			}
			shell := shellOf(string(src), lang, kind)
			shell["surveystyle"], err = surveyStyle(root)
			return shell, err
		}
	}
	return nil, nil
}

// surveyStyle is the address of the style sheet that only surveys have.
func surveyStyle(root string) (string, error) {
	names, err := pagesBelow(root, "survey")
	if err != nil || len(names) == 0 {
		return "", err
	}
	src, err := os.ReadFile(filepath.Join(root, names[0], "index.html"))
	return styleAddress.FindString(string(src)), err
}

// shellOf cuts a page at the marks that every page of the theme has.
func shellOf(page, lang, kind string) map[string]string {
	canonical := between(page, `<link rel="canonical" href="`, `"`)
	shell := map[string]string{
		"first":     between(page, "<head>\n", "\n<title>"),
		"name":      between(between(page, "<title>", "</title>"), " — ", ""),
		"head":      between(page, `<meta property="og:image"`, "\n<script type=\"application/ld+json\""),
		"policy":    lineWith(page, `http-equiv="Content-Security-Policy"`),
		"style":     lineWith(page, `rel="stylesheet"`),
		"icon":      lineWith(page, `rel="icon"`),
		"top":       between(between(page, "<body ", ""), ">\n", "\n<a class=\"language\""),
		"menu":      between(between(page, `<a class="language"`, ""), "</a>\n", "\n<nav class=\"crumbs"),
		"foot":      between(page, "</main>\n", "\n</body>"),
		"host":      canonical[:max(0, strings.Index(canonical, "/"+kind+"/"))],
		"icons":     iconsAddress.FindString(page),
		"places":    placesAddress.FindString(page),
		"home":      "/",
		"otherlang": "en", "otherhome": "/en/",
	}
	shell["head"] = `<meta property="og:image"` + shell["head"]
	if lang == "en" {
		shell["home"], shell["otherlang"], shell["otherhome"] = "/en/", "th", "/"
		shell["host"] = strings.TrimSuffix(shell["host"], "/en")
	}
	return shell
}

// between is the text after one mark and before another; to the end where the
// other is empty.
func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	if to != "" {
		s, _, _ = strings.Cut(s, to)
	}
	return s
}

// lineWith is the first line that holds something.
func lineWith(s, part string) string {
	for line := range strings.Lines(s) {
		if strings.Contains(line, part) {
			return strings.TrimSuffix(line, "\n")
		}
	}
	return ""
}
