package site

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"khumue/internal/page"
	"khumue/themes"
)

// TestEveryPageIsWhatHTMLTemplatePrints compares each page of the sample portal
// with the one that html/template makes of the same theme and data.
func TestEveryPageIsWhatHTMLTemplatePrints(t *testing.T) {
	theme, err := page.LoadTheme(themes.Default(), page.Env{Asset: func(name string) string { return "/assets/" + name }, Early: []string{"/a.js", "/b.js"}})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	see := func(shell page.Shell, data any, _ []byte) {
		var want bytes.Buffer
		if err := theme.RenderPlainly(&want, shell, data); err != nil {
			t.Errorf("%s: %v", shell.Path, err)
		}
		got, err := theme.Append(nil, shell, data)
		if err != nil {
			t.Errorf("%s: %v", shell.Path, err)
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s: %s", shell.Path, firstDifference(string(got), want.String()))
		}
		mu.Lock()
		defer mu.Unlock()
		seen[shell.Layout] = true
	}
	build(t, os.DirFS("../../../content"), filepath.Join(t.TempDir(), "public"), Options{seen: see})
	if theme.Left() > 0 {
		t.Errorf("%d pages were left to html/template, want none", theme.Left())
	}
	for _, layout := range theme.Layouts() {
		if !seen[layout] && layout != "moved" { // the sample portal has no old addresses
			t.Errorf("no page has the layout %s", layout)
		}
	}
}

// BenchmarkLayouts prints the pages of a layout, and again by html/template.
func BenchmarkLayouts(b *testing.B) {
	theme, err := page.LoadTheme(themes.Default(), page.Env{Asset: func(name string) string { return "/assets/" + name }})
	if err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	pages := map[string][]any{}
	_, err = tryBuild(b, fixed{os.DirFS("../../../content")}, filepath.Join(b.TempDir(), "public"), Options{seen: func(s page.Shell, data any, _ []byte) {
		mu.Lock()
		defer mu.Unlock()
		pages[s.Layout] = append(pages[s.Layout], data)
	}})
	if err != nil {
		b.Fatal(err)
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
