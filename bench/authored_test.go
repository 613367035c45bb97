package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
)

func TestAFileIsInOneLanguage(t *testing.T) {
	const src = `# yaml-language-server: $schema=manual.schema.json
id: a-1
title: {th: ชื่อ, en: Name}
summary: {th: สรุป}
common_names: [ต่อใบขับขี่]
steps:
  # the first
  - {text: {th: ตรวจ, en: Check}, unit: สำนักปลัด, time: {value: 3, unit: day}}
`
	for lang, want := range map[catalog.Lang]string{
		catalog.TH: `id: a-1
title: ชื่อ
summary: สรุป
common_names: [ต่อใบขับขี่]
steps:
    - {text: ตรวจ, unit: สำนักปลัด, time: {value: 3, unit: day}}
`,
		catalog.EN: `id: a-1
title: Name
summary: สรุป
summarylang: th
common_names: [ต่อใบขับขี่]
steps:
    - {text: Check, unit: สำนักปลัด, unitlang: th, time: {value: 3, unit: day}}
`,
	} {
		got, err := inOneLanguage([]byte(src), lang)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, string(got)); d != "" {
			t.Errorf("in %s it differs:\n%s", lang, d)
		}
	}
	if _, err := inOneLanguage([]byte("a: [\n"), catalog.TH); err == nil {
		t.Error("got no error of what is no YAML")
	}
}

// TestNothingIsMadeReadyInWrittenLayouts: a layout that asked for the tables of what was
// made ready would show nothing, more quickly.
func TestNothingIsMadeReadyInWrittenLayouts(t *testing.T) {
	dir := t.TempDir()
	made, err := fs.Sub(hugoSite, "hugo/layouts")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, made); err != nil {
		t.Fatal(err)
	}
	if err := rewriteLayouts(dir); err != nil {
		t.Fatal(err)
	}
	views := 0
	for name, text := range texts(t, dir) {
		for _, ready := range []string{"hugo.Data.links", "hugo.Data.entries", "hugo.Data.places", "hugo.Data.labels", "hugo.Data.services", "hugo.Data.forms", "$links", "$entries", "$labels", "with .Params", "$.Params", ".qrbox"} {
			if strings.Contains(text, ready) && filepath.Ext(name) == ".html" {
				t.Errorf("%s has %s", name, ready)
			}
		}
		views += strings.Count(text, `partial "view/`)
	}
	if views != 7 {
		t.Errorf("%d layouts ask for a view, want those of six kinds and what all have", views)
	}
}
