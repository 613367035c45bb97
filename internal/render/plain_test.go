package render

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// twoWays renders src simply and by goldmark; ok is false where there is one
// way only.
func twoWays(src string, o Options) (simple, full Doc, ok bool) {
	k := &desk{}
	simple, ok = k.simply(src, o)
	return simple, k.markdown(src, o), ok
}

func TestPlainTextsAreRenderedSimply(t *testing.T) {
	for _, tc := range []struct{ name, src string }{
		{"nothing", ""},
		{"a paragraph", "คำขอ (ตามแบบ) \"ท.บ. 1\" ยื่นได้ที่สำนักงาน"},
		{"a paragraph of two lines", "ก\nข\n"},
		{"paragraphs", "ก\n\n\nข\n\n"},
		{"headings", "# ก\n## ข\n\n###### ค\nง"},
		{"a list with numbers", "1. ก\n2. ข\n10. ค\n\nง"},
		{"a list that begins elsewhere", "12. ก\n12. ข"},
		{"a list with dashes", "- ก\n- 25 ปี\n\nข\n\n- ค"},
		{"bold words", "**ก** และ **ข ค**\n\n1. ง **จ**\n\n## **ฉ** ช"},
		{"a table", "| ก | **ข** |\n|---|---|\n| ค | |\n| - 1. # ง | \"จ\" |\n\nฉ"},
		{"a table with a wide rule", "|ก|ข|\n| --- | - |\n|ค|ง|"},
		{"a table without rows", "## ก\n| ข |\n|--|\n"},
		{"a list behind a heading", "## ก\n1. ข\n2. ค\n\n## ง\n\n- จ"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			simple, full, ok := twoWays(tc.src, Options{IDPrefix: "c-", TopHeading: 3, Text: true})
			if !ok {
				t.Fatal("it is left to goldmark")
			}
			if diff := cmp.Diff(full, simple); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestManualsAreRenderedAlikeInBothWays(t *testing.T) {
	list, simply := bodies(t, "../../content"), 0
	for _, src := range list {
		simple, full, ok := twoWays(src, Options{IDPrefix: "c-", TopHeading: 3, Base: "/base", Text: true})
		if !ok {
			continue
		}
		simply++
		if diff := cmp.Diff(full, simple); diff != "" {
			t.Errorf("%s\n%s", src, diff)
		}
	}
	if simply*2 < len(list) {
		t.Errorf("%d of %d are rendered simply", simply, len(list))
	}
}

// TestTextsOfAnyPiecesAreRenderedAlikeInBothWays puts together what lines are
// made of.
func TestTextsOfAnyPiecesAreRenderedAlikeInBothWays(t *testing.T) {
	pieces := []string{
		"\n", "\n", "\n\n", "\n\n", " ", "ก", "ข", "ค", "A", "1", "12", ".", ")", "(", "- ", "1. ", "2. ", "0. ", "## ", "#", "**", "**", "*", "|", "|", " | ", "|---|", "|---|---|\n", "---", "===",
		"\"", ":", "\u00a0", "~", "+", "'", "!", "\n| ก | ข |\n|---|---|\n", "\n| ก | ข |", "\n1. ก", "\n- ก", "\n\n## ก\n",
	}
	r := rand.New(rand.NewPCG(1, 2))
	simply := 0
	for range 30_000 {
		var src strings.Builder
		for range r.IntN(12) {
			src.WriteString(pieces[r.IntN(len(pieces))])
		}
		simple, full, ok := twoWays(src.String(), Options{IDPrefix: "c-", TopHeading: 3, Text: true})
		if !ok {
			continue
		}
		simply++
		if !reflect.DeepEqual(simple, full) {
			t.Fatalf("%q\n%s", src.String(), cmp.Diff(full, simple))
		}
	}
	if simply < 1000 {
		t.Errorf("%d are rendered simply", simply)
	}
}

// FuzzPlain holds what is rendered simply to goldmark's bytes.
func FuzzPlain(f *testing.F) {
	for _, src := range []string{
		"## ก\n\n1. ข **ค** ง\n2. จ\n\n\nฉ \"ช\"\nซ\n\n- ฌ\n- 25 ปี\n", "1. ก\n\n2. ข", "- ก\nข", "ก\n- ข", "ก\n===", "ก\n1. ข", "ก **ข**ค **", "# ก #",
		"- - ก", "1. 1) ก", "1. ก\n- ข", "**ก\nข**", "****", "***ก***", "ก\u00a0\nข", "\ufeffก", "\xffก", "1.\n\nก", "0. ก", "ก  \nข", "12345. ก", "- ก\n\nข\n\n- ค", "- ก\n## ข",
		"**ก** **ข", "(ก)\n(ข)", "1. ก\n\n- ข", "- ก\n\n1. ข", "ก\n:-", "ก\n-", "ก\n--- ข", "1. ก\n\n## ข\n1. ค", "a:b\n(c)", "**ก",
		"| ก | ข |\n|---|---|\n| ค | **ง** |\n|  | จ |\n\nฉ", "| ก |\n|---|---|", "| ก | ข |\n|---|---|\n| ค |", "ก\n| ข |\n|---|", "| ก |\n|---|\nข", "||\n|-|", "|\n|-|", "| ก |\n|:-|\n| ข |", "| ก |\n| - |\n- ข",
		"| ก |\n\n|---|", "| **ก | ข** |\n|---|---|", "ก\n\n\u00a0ข\u00a0\n\nค", "| \u00a0ก |\n|---|\n| \u2003ข\u2003 |", "## \u00a0ก\n\nข",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		simple, full, ok := twoWays(src, Options{IDPrefix: "c-", TopHeading: 3, Base: "/base", Text: true})
		if !ok {
			return
		}
		if diff := cmp.Diff(full, simple); diff != "" {
			t.Errorf("%q\n%s", src, diff)
		}
	})
}
