package main

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/errgroup"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/thai"
)

//go:embed all:authored
var authoredSite embed.FS

// shownPoints is how many points the page of a manual lists, as ours.
const shownPoints = 60

// authored makes the source of a Hugo site out of a content, as somebody would keep it
// who had chosen Hugo: the front matter of each page is what its author wrote.
type authored struct {
	files  fs.FS
	out    string
	points map[catalog.ManualID][]*catalog.Point // where manuals are served
	below  map[catalog.AgencyCode][]*catalog.Agency
	survey *catalog.Survey // nil: there is none
}

// author writes to out a Hugo site of the same pages, of a content and of what the
// pages of the built site have in common. Hugo finds by itself what belongs together,
// makes the lists and their pages, counts, adds up and words everything.
func author(site, content, sentences, out string) error {
	c := conversion{site: site, content: content, out: out, sentences: sentences}
	if err := c.frame(); err != nil {
		return err
	}
	overlay, err := fs.Sub(authoredSite, "authored")
	if err != nil {
		return err
	}
	if err := rewriteLayouts(filepath.Join(out, "layouts")); err != nil {
		return err
	}
	if err := overlayFS(out, overlay); err != nil {
		return err
	}
	a := authored{files: os.DirFS(content), out: out, points: map[catalog.ManualID][]*catalog.Point{}, below: map[catalog.AgencyCode][]*catalog.Agency{}}
	return a.write()
}

// overlayFS copies files over those that are there.
func overlayFS(dir string, files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	})
}

// tableLines are those by which a layout finds the tables of rows that an authored site
// has not: there what is listed is at hand.
var tableLines = regexp.MustCompile(`\{\{- \$(links|entries|labels|places|services) := index hugo\.Data\.\w+ site\.Language\.Lang -\}\}\n`)

// atHand makes a layout that shows what was made ready one that shows what a partial
// finds out of what the author wrote.
func atHand(kind string) *strings.Replacer {
	view := fmt.Sprintf(`with partial "view/%s.html" . -}}{{ $view := . -}}`, kind)
	return strings.NewReplacer(
		"with .Params -}}", view,
		"index $links (index . 0)", "index . 0", "index $links .", ".", "index $entries .", ".", "index $labels .", ".", "(index $places .)", ".",
		"{{- $name := index .form 0 -}}", "{{- $form := .form -}}", "{{- $form := index hugo.Data.forms site.Language.Lang $name -}}", "{{- $name := $form.id -}}",
		"{{ if $own }}{{ $o = index $services $o }}{{ end }}", "",
		`{{ with .qr }}<div class="print-only paper-code"><svg class="qr" role="img" aria-label="{{ T "print.code" }}" viewBox="{{ $.Params.qrbox }}" shape-rendering="crispEdges"><path stroke="currentColor" d="{{ . }}"/></svg></div>{{ end }}`,
		`{{ with images.QR $.Permalink (dict "targetDir" "codes") }}<div class="print-only paper-code"><img class="qr" src="{{ .RelPermalink }}" width="{{ .Width }}" height="{{ .Height }}" alt="{{ T "print.code" }}"></div>{{ end }}`,
		`<dt>{{ index . 0 }}</dt><dd{{ with index . 2 }} lang="{{ . }}"{{ end }}>{{ index . 1 | safeHTML }}</dd>`, "<dt>{{ .dt }}</dt><dd>{{ .dd | safeHTML }}</dd>",
		"{{- $p := .Params -}}", `{{- $p := partial "view/head.html" . -}}`, "with .Params.other", `with partial "other.html" .`, "{{ .host }}{{ $.Params.other }}", `{{ .host }}{{ partial "other.html" $ }}`, "$.Params.", "$view.",
	)
}

// rewriteLayouts makes the layouts of the site that was made ready those of an authored
// one, in which lists are pages of Hugo's taxonomies.
func rewriteLayouts(dir string) error {
	moves := map[string]string{"agency/page.html": "agency/term.html", "listing/page.html": "term.html"}
	return filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(name) != ".html" {
			return err
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		text := atHand(filepath.Dir(rel)).Replace(tableLines.ReplaceAllString(string(src), ""))
		to := name
		if moved := moves[filepath.ToSlash(rel)]; moved != "" {
			to = filepath.Join(dir, filepath.FromSlash(moved))
			if err := os.Remove(name); err != nil {
				return err
			}
		}
		return os.WriteFile(to, []byte(text), 0o644)
	})
}

// write writes pages and data.
func (a *authored) write() error {
	var files []corpus.File
	err := fs.WalkDir(a.files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if at, ok := corpus.FileAt(name); ok && !e.IsDir() {
			files = append(files, at)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, at := range files {
		if err := a.relate(at); err != nil {
			return err
		}
	}
	for _, list := range a.points {
		slices.SortFunc(list, func(p, q *catalog.Point) int {
			return cmp.Or(cmp.Compare(p.Sort, q.Sort), thai.Compare(p.Name.TH, q.Name.TH), cmp.Compare(p.Code, q.Code))
		})
	}
	for _, list := range a.below {
		slices.SortFunc(list, func(p, q *catalog.Agency) int {
			return cmp.Or(thai.Compare(p.Name.TH, q.Name.TH), cmp.Compare(p.Code, q.Code))
		})
	}
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for _, at := range files {
		work.Go(func() error { return a.page(at) })
	}
	if err := work.Wait(); err != nil {
		return err
	}
	return a.provinces()
}

// relate notes what pages tell of others.
func (a *authored) relate(at corpus.File) error {
	if at.Kind != corpus.PointFile && at.Kind != corpus.AgencyFile && at.Kind != corpus.SurveyFile {
		return nil
	}
	value, _, err := at.Read(a.files)
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case *catalog.Point:
		for _, id := range v.Manuals {
			if v.Visible() {
				a.points[id] = append(a.points[id], v)
			}
		}
	case *catalog.Agency:
		a.below[v.Parent] = append(a.below[v.Parent], v)
	case *catalog.Survey:
		a.survey = v
	}
	return nil
}

// page writes what a file of the content is on the site.
func (a *authored) page(at corpus.File) error {
	src, err := fs.ReadFile(a.files, at.Path)
	if err != nil {
		return err
	}
	value, _ := at.Decode(src)
	switch v := value.(type) {
	case *catalog.Manual:
		codes := []catalog.PointCode{}
		for _, p := range a.points[v.ID] {
			codes = append(codes, p.Code)
		}
		front := map[string]any{"agency": []any{v.Owner}, "category": v.Categories, "group": v.Groups, "tag": v.Tags, "points": codes[:min(len(codes), shownPoints)], "serving": len(codes)}
		if v.Legacy.UUID != "" {
			front["aliases"] = []string{"/procedure/" + v.Legacy.UUID + "/view/"}
		}
		own, body := parted(src)
		return a.both("procedure/"+string(v.ID), v.Title, or(v.Summary, v.Title), front, own, heading.ReplaceAll(body, []byte("#$0")))
	case *catalog.Service:
		own, body := parted(src)
		return a.both("service/"+string(v.ID), v.Title, or(v.Summary, v.Title), map[string]any{"agency": []any{v.Owner}, "category": v.Categories, "group": v.Groups, "tag": v.Tags}, own, body)
	case *catalog.Agency:
		var below []catalog.AgencyCode
		for _, b := range a.below[v.Code] {
			below = append(below, b.Code)
		}
		return a.both("agency/"+string(v.Code)+"/_index", v.Name, or(v.About, v.Name), map[string]any{"parent": v.Parent, "below": below}, src, nil)
	case *catalog.Point:
		if !v.Visible() {
			return nil
		}
		about := catalog.Text{TH: v.Name.TH + " " + v.Address.Area.TH, EN: v.Name.EN + " " + v.Address.Area.EN}
		if err := a.both("point/"+string(v.Code), v.Name, about, map[string]any{"agency": []any{v.Owner}, "near": []string{v.Address.Province()}}, src, nil); err != nil || a.survey == nil {
			return err
		}
		title := a.survey.Title
		if !v.Name.Has(catalog.EN) {
			title.EN = ""
		}
		// Its agency is no term of it: a list of the agency's would hold it.
		return a.both("survey/"+string(v.Code), title, v.Name, map[string]any{"office": v.Code, "owner": v.Owner}, nil, nil)
	case *catalog.Labels:
		for kind, list := range map[string][]catalog.Label{"category": v.Categories, "group": v.Groups, "tag": v.Tags} {
			for _, l := range list {
				if err := a.both(kind+"/"+string(l.Slug)+"/_index", l.Text(), l.Text(), nil, nil, nil); err != nil {
					return err
				}
			}
		}
		return writeFile(filepath.Join(a.out, "data", "catalog.yaml"), src)
	case *catalog.Site:
		return writeFile(filepath.Join(a.out, "data", "site.yaml"), src)
	case *catalog.Survey:
		return writeFile(filepath.Join(a.out, "data", "satisfaction.yaml"), src)
	}
	return nil
}

// provinces writes the pages of places by province.
func (a *authored) provinces() error {
	for _, p := range catalog.Provinces {
		name := catalog.Text{TH: "จุดบริการใน" + p.Name.TH, EN: "Service points in " + p.Name.EN}
		if err := a.both("near/"+p.Code+"/_index", name, name, nil, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// or is a text, or another where there is none.
func or(t, other catalog.Text) catalog.Text {
	if t.TH == "" {
		return other
	}
	return t
}

// parted are the front matter and the body of a file.
func parted(src []byte) (front, body []byte) {
	front, body, _ = bytes.Cut(src[min(4, len(src)):], []byte("\n---\n"))
	return front, body
}

// both writes the page of something in Thai and, where it has an English title, in
// English. What its author wrote stands below "own".
func (a *authored) both(name string, title, about catalog.Text, front map[string]any, own, body []byte) error {
	for _, lang := range []catalog.Lang{catalog.TH, catalog.EN} {
		if !title.Has(lang) {
			continue
		}
		var b bytes.Buffer
		b.WriteString("---\n")
		all := map[string]any{"title": title.In(lang), "description": about.In(lang)}
		maps.Copy(all, front)
		if lang != catalog.TH {
			delete(all, "aliases") // old addresses are Thai
		}
		for _, key := range slices.Sorted(maps.Keys(all)) {
			v, err := json.Marshal(all[key])
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s: %s\n", key, v)
		}
		if own != nil {
			text, err := inOneLanguage(own, lang)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			b.WriteString("own:\n")
			for line := range bytes.Lines(text) {
				b.WriteString("  ")
				b.Write(line)
			}
		}
		b.WriteString("---\n")
		b.Write(body)
		file := name + ".md"
		if lang == catalog.EN {
			file = name + ".en.md"
		}
		if err := writeFile(filepath.Join(a.out, "content", filepath.FromSlash(file)), b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}

// inOneLanguage is a file's YAML with its texts in one language alone, as sites of
// several languages have a file for each. A text that is not in that language says so
// beside it, under its key with "lang".
func inOneLanguage(src []byte, lang catalog.Lang) ([]byte, error) {
	var all yaml.Node
	if err := yaml.Unmarshal(src, &all); err != nil {
		return nil, err
	}
	spoken(&all, lang)
	all.HeadComment = ""
	return yaml.Marshal(&all)
}

func spoken(n *yaml.Node, lang catalog.Lang) {
	n.HeadComment = ""
	if n.Kind != yaml.MappingNode {
		for _, below := range n.Content {
			spoken(below, lang)
		}
		return
	}
	var out []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		key.HeadComment = ""
		if text := textIn(v, lang); text != nil {
			v = text
		} else {
			spoken(v, lang)
		}
		if out = append(out, key, v); lang != catalog.TH && v.Kind == yaml.ScalarNode && strings.ContainsFunc(v.Value, isThai) {
			out = append(out, &yaml.Node{Kind: yaml.ScalarNode, Value: key.Value + "lang"}, &yaml.Node{Kind: yaml.ScalarNode, Value: string(catalog.TH)})
		}
	}
	n.Content = out
}

func isThai(r rune) bool { return unicode.Is(unicode.Thai, r) }

// textIn is a text in a language, or in Thai; nil where it is something else.
func textIn(n *yaml.Node, lang catalog.Lang) (text *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i].Value, n.Content[i+1]
		if v.Kind != yaml.ScalarNode || key != "th" && key != "en" {
			return nil
		}
		if text == nil || key == string(lang) {
			text = v
		}
	}
	return text
}
