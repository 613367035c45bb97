package site

import (
	"bytes"
	"os"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/themes"
)

// samplePages are the pages of the sample portal in both languages, with the
// default theme.
func samplePages(t testing.TB) (*page.Theme, []job) {
	t.Helper()
	portal, _, err := corpus.Read(os.DirFS("../../../content"))
	if err != nil {
		t.Fatal(err)
	}
	theme, err := page.LoadTheme(themes.Default(), page.Env{Asset: func(name string) string { return "/assets/" + name }, Early: []string{"/a.js", "/b.js"}})
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{portal: portal, theme: theme, origin: "https://www.example.go.th", search: "/search/manifest.json"}
	for _, lang := range []catalog.Lang{catalog.TH, catalog.EN} {
		b.langs = append(b.langs, page.NewBuilder(lang, portal, theme, b.origin, ""))
	}
	return theme, b.pages()
}

// TestEveryPageIsWhatHTMLTemplatePrints compares each page of the sample portal
// with the one that html/template makes of the same theme and data.
func TestEveryPageIsWhatHTMLTemplatePrints(t *testing.T) {
	theme, jobs := samplePages(t)
	seen := map[string]bool{}
	for _, j := range jobs {
		data := j.data()
		shell := shellOf(data)
		seen[shell.Layout] = true
		var want bytes.Buffer
		if err := theme.RenderPlainly(&want, shell, data); err != nil {
			t.Fatalf("%s: %v", shell.Path, err)
		}
		got, err := theme.Append(nil, shell, data)
		if err != nil {
			t.Fatalf("%s: %v", shell.Path, err)
		}
		if !bytes.Equal(got, want.Bytes()) {
			at := differ(got, want.Bytes())
			t.Errorf("%s: got  …%s\nwant …%s", shell.Path, around(got, at), around(want.Bytes(), at))
		}
	}
	if theme.Left() > 0 {
		t.Errorf("%d pages were left to html/template, want none", theme.Left())
	}
	for _, layout := range theme.Layouts() {
		if !seen[layout] && layout != "moved" { // the sample portal has no old addresses
			t.Errorf("no page has the layout %s", layout)
		}
	}
}

func differ(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func around(b []byte, at int) []byte { return b[max(0, at-60):min(len(b), at+60)] }

func TestLayoutsAskForWhatTheirPagesHave(t *testing.T) {
	theme, _ := samplePages(t)
	err := theme.Expect(map[string]any{
		"home": Home{}, "search": Search{}, "near": Near{}, "saved": Saved{}, "offline": Offline{}, "notfound": NotFound{},
		"data": Data{}, "holidays": Holidays{}, "listing": Listing{}, "agencies": Agencies{}, "moved": Moved{},
	})
	if err != nil {
		t.Error(err)
	}
}

// BenchmarkLayouts prints the pages of a layout, and again by html/template.
func BenchmarkLayouts(b *testing.B) {
	theme, jobs := samplePages(b)
	pages := map[string][]any{}
	for _, j := range jobs {
		data := j.data()
		pages[shellOf(data).Layout] = append(pages[shellOf(data).Layout], data)
	}
	for _, layout := range []string{"manual", "point", "listing"} {
		b.Run(layout, func(b *testing.B) {
			var out []byte
			for i := 0; b.Loop(); i++ {
				data := pages[layout][i%len(pages[layout])]
				out, _ = theme.Append(out[:0], shellOf(data), data)
			}
		})
		b.Run(layout+" by html template", func(b *testing.B) {
			var out bytes.Buffer
			for i := 0; b.Loop(); i++ {
				out.Reset()
				data := pages[layout][i%len(pages[layout])]
				if err := theme.RenderPlainly(&out, shellOf(data), data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
