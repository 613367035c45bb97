package typeset

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"khumue/internal/thai"
)

func TestThaiIsShaped(t *testing.T) {
	for _, c := range []struct {
		name, text string
		clusters   []string
	}{
		{"a vowel above and a tone mark", "ที่", []string{"ที่"}},
		{"sara am with a tone mark", "น้ำ", []string{"น้ำ"}},
		{"sara am alone", "ทำ", []string{"ทำ"}},
		{"a vowel below and a silencer", "พันธุ์", []string{"พั", "น", "ธุ์"}},
		{"a vowel before", "เก้า", []string{"เ", "ก้", "า"}},
		{"Latin", "DLT", []string{"D", "L", "T"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, k := range Regular().Shape(c.text) {
				got = append(got, k.Text)
				for _, g := range k.Glyphs {
					if g.ID == 0 {
						t.Errorf("%q has a glyph that the font does not", k.Text)
					}
				}
			}
			if !slices.Equal(got, c.clusters) {
				t.Errorf("got %q, want %q", got, c.clusters)
			}
		})
	}
}

func TestMarksStandAboveEachOther(t *testing.T) {
	one, two := Regular().Shape("กี")[0], Regular().Shape("กี่")[0]
	if one.Advance() != two.Advance() {
		t.Errorf("a tone mark makes the cluster wider: %d, then %d", one.Advance(), two.Advance())
	}
	tone := two.Glyphs[len(two.Glyphs)-1]
	alone := Regular().Shape("ก่")[0].Glyphs[1]
	if tone == alone {
		t.Errorf("the tone mark stands where it does without a vowel: %+v", tone)
	}
}

func TestRowsBreakWhereThaiDoes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		width      float64
		want       []string
	}{
		{"between words", "สำนักงานขนส่งกรุงเทพมหานคร", 80, []string{"สำนักงานขนส่ง", "กรุงเทพมหานคร"}},
		{"at a blank", "ฝ่ายทะเบียน อาคาร 2", 64, []string{"ฝ่ายทะเบียน", "อาคาร 2"}},
		{"never before ๆ", "ต่าง ๆ ต่าง ๆ", 30, []string{"ต่าง ๆ", "ต่าง ๆ"}},
		{"between Thai and Latin", "บริการOnline", 50, []string{"บริการ", "Online"}},
		{"after a slash of an address", "www.example.go.th/survey/dlt-7f3k5q/", 120, []string{"www.example.go.th/", "survey/dlt-7f3k5q/"}},
		{"at a hyphen", "one-way road", 40, []string{"one-", "way", "road"}},
		{"at no hyphen of an address", "x/dlt-7f3k5q/", 60, []string{"x/", "dlt-7f3k5q/"}},
		{"within a word that is too long", "กรุงเทพมหานคร", 40, []string{"กรุงเทพ", "มหานค", "ร"}},
		{"nothing", "  ", 100, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, r := range Regular().Break(c.text, 12, c.width) {
				got = append(got, r.Text())
				if r.Width() > c.width {
					t.Errorf("%q is %.1f pt wide, want at most %.1f", r.Text(), r.Width(), c.width)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTextFitsIntoItsBox(t *testing.T) {
	box := Box{Width: 200, Height: 60, Most: 24, Least: 8, Leading: 1.4}
	for _, c := range []struct {
		name, text string
		cut        bool
	}{
		{"a short name", "ฝ่ายทะเบียน", false},
		{"a long name", "สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5 ฝ่ายทะเบียนรถยนต์และใบอนุญาตขับรถ", false},
		{"the longest name", strings.Repeat("กรมการขนส่งทางบก ", 30), true},
		{"one word without end", strings.Repeat("w", 500), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows := Bold().Fit(c.text, box)
			if len(rows) == 0 {
				t.Fatal("nothing was set")
			}
			if h := float64(len(rows)) * rows[0].Size * box.Leading; h > box.Height {
				t.Errorf("%d rows of %.1f pt are %.1f pt high, want at most %.1f", len(rows), rows[0].Size, h, box.Height)
			}
			for _, r := range rows {
				if r.Width() > box.Width {
					t.Errorf("%q is %.1f pt wide, want at most %.1f", r.Text(), r.Width(), box.Width)
				}
			}
			if got := strings.HasSuffix(rows[len(rows)-1].Text(), "…"); got != c.cut {
				t.Errorf("cut: %v, want %v: %q", got, c.cut, rows[len(rows)-1].Text())
			}
		})
	}
}

func TestRowsAreOfLikeLength(t *testing.T) {
	rows := Bold().Fit("สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5", Box{Width: 190, Height: 100, Most: 20, Least: 20, Leading: 1.4})
	rows = append(rows, Bold().Fit("สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5", Box{Width: 190, Height: 100, Most: 20.5, Least: 20, Leading: 1.4})...)
	last := rows[len(rows)-1]
	if last.Width() < 50 {
		t.Errorf("the last row is %q, %.0f pt wide", last.Text(), last.Width())
	}
}

func TestGlyphsHaveOutlines(t *testing.T) {
	for _, c := range Regular().Shape("กรุงเทพ 10") {
		for _, g := range c.Glyphs {
			path := Regular().Outline(g.ID)
			if blank := strings.TrimSpace(c.Text) == ""; blank != (len(path) == 0) {
				t.Errorf("%q has an outline of %d steps", c.Text, len(path))
			}
			if len(path) > 0 && path[0].Draw != Move {
				t.Errorf("the outline of %q begins with %d", c.Text, path[0].Draw)
			}
		}
	}
}

func FuzzBreak(f *testing.F) {
	f.Add("สำนักงานขนส่ง Online 10,000 บาท ๆ น้ำ", 12.0, 80.0)
	f.Add("\x00\u200b\u0e33\u0e48\u0e48\U0001f600", 9.5, 3.0)
	f.Fuzz(func(t *testing.T, text string, size, width float64) {
		if len(text) > 2000 || !(size > 1 && size < 200) || !(width > 1 && width < 2000) {
			return
		}
		set := Regular().Shape(text)
		if got := textOf(set); got != clean(text) {
			t.Fatalf("got %q, want all of %q", got, clean(text))
		}
		for _, r := range Regular().Break(text, size, width) {
			if len(r.Clusters) > 1 && r.Width() > width+size/500 {
				t.Fatalf("%q is %.2f wide, want at most %.2f", r.Text(), r.Width(), width)
			}
		}
		for _, r := range Regular().Fit(text, Box{width, 3 * size, size, size / 2, 1.2, 0}) {
			if !utf8.ValidString(r.Text()) {
				t.Fatalf("%q is not UTF-8", r.Text())
			}
		}
	})
}

func BenchmarkFit(b *testing.B) {
	thai.DefaultLexicon()
	for b.Loop() {
		Bold().Fit("สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5 ฝ่ายทะเบียนรถยนต์และใบอนุญาตขับรถ", Box{300, 60, 30, 9, 1.4, 0})
	}
}
