package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"khumue/internal/sheet"
)

// wellFormed reads a drawing as XML, and returns its texts.
func wellFormed(t *testing.T, svg string) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var texts []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(texts, "|")
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		if s, ok := token.(xml.CharData); ok {
			texts = append(texts, string(s))
		}
	}
}

func TestBarsAreAsLongAsTheirValues(t *testing.T) {
	got := string(Bars{Title: "ความพึงพอใจ", Most: 5, List: []Bar{
		{Label: "<กรม> & กอง", Value: 5, Text: "5.00"},
		{Label: "สำนัก", Value: 2.5, Text: "2.50", Mark: true},
		{Label: "ไม่มีคำตอบ", None: true, Text: "น้อยกว่า 5 คน"},
		{Label: "มากเกิน", Value: 9, Text: "9"},
	}}.SVG())
	if texts := wellFormed(t, got); texts != "ความพึงพอใจ|<กรม> & กอง|5.00|สำนัก|2.50|ไม่มีคำตอบ|น้อยกว่า 5 คน|มากเกิน|9" {
		t.Errorf("got texts %s", texts)
	}
	for width, n := range map[string]int{`width="490.0"`: 4 + 2, `width="245.0"`: 1, `width="0.0"`: 0} {
		if strings.Count(got, width) != n {
			t.Errorf("%s is there %d times, want %d", width, strings.Count(got, width), n)
		}
	}
}

func TestALineHasAGapWhereNothingIsTold(t *testing.T) {
	got := string(Line{Title: "x", Least: 1, Most: 5, Dots: []Dot{{Label: "ต.ค.", Value: 1}, {Label: "พ.ย.", Value: 5}, {Label: "ธ.ค.", None: true}, {Label: "ม.ค.", Value: 3}}}.SVG())
	wellFormed(t, got)
	if strings.Count(got, "<path") != 1 || !strings.Contains(got, `d="M164.0 278.0L300.0 28.0"`) || strings.Count(got, "<circle") != 3 {
		t.Errorf("got %s", got)
	}
}

// The line never goes through a value, and no value covers another, however steep it
// is: these are means of twelve months, on a scale from 1 to 5.
func TestNoLineCrossesAValue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	crossed, all := 0, 0
	for round := range 300 {
		c := Line{Least: 1, Most: 5}
		at := make([]dot, 12)
		for i := range at {
			v := 1 + 4*random.Float64()
			if round < 2 {
				v = float64(1 + 4*((i+round)%2))
			}
			c.Dots = append(c.Dots, Dot{Value: v, Text: "3.00", None: round > 1 && random.IntN(6) == 0})
			at[i] = dot{left + 45*(float64(i)+0.5), top + (5-v)/4*high}
		}
		for i, m := range c.values(at) {
			if c.Dots[i].None {
				continue
			}
			all++
			b := box{m.x - 14, m.y - rise, m.x + 14, m.y}
			for j := 1; j < len(at); j++ {
				if !c.Dots[j].None && !c.Dots[j-1].None && b.crossed(at[j-1], at[j]) {
					crossed++
					if round < 2 {
						t.Errorf("the value of dot %d is crossed in a zigzag", i)
					}
				}
			}
		}
	}
	if crossed*100 > all {
		t.Errorf("%d of %d values are crossed", crossed, all)
	}
}

func TestAPictureSaysWhatTheDrawingSays(t *testing.T) {
	bars := Bars{Title: "คะแนน", Most: 5, List: []Bar{{Label: "กรม", Value: 4, Text: "4.00", Mark: true}, {Label: "กอง", None: true, Text: "ไม่แสดง"}}}
	line := Line{Title: "รายเดือน", Least: 1, Most: 5, Steps: []Step{{5, "มากที่สุด"}}, Dots: []Dot{{Label: "ต.ค.", Value: 1, Text: "1.00"}, {Label: "พ.ย.", Value: 5, Text: "5.00"}, {Label: "ธ.ค.", None: true}}}
	for name, test := range map[string]struct {
		sheet *sheet.Sheet
		says  string
	}{
		"bars": {bars.Sheet("กรม · ปี 2569"), "คะแนน\nกรม · ปี 2569\nกรม\n4.00\nกอง\nไม่แสดง"},
		"line": {line.Sheet("กรม"), "รายเดือน\nกรม\nมากที่สุด\n1.00\nต.ค.\n5.00\nพ.ย.\nธ.ค."},
		"none": {Line{}.Sheet(""), ""},
	} {
		if got := strings.TrimSpace(test.sheet.Spoken()); got != test.says {
			t.Errorf("%s says %q, want %q", name, got, test.says)
		}
		var out bytes.Buffer
		if err := test.sheet.PNG(&out, 72); err != nil {
			t.Fatal(err)
		}
		if picture, err := png.Decode(&out); err != nil || picture.Bounds().Dx() < width {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDrawingsOfNothingAreDrawings(t *testing.T) {
	wellFormed(t, string(Bars{}.SVG()))
	wellFormed(t, string(Line{}.SVG()))
}

func TestLabelsAreShortenedBetweenLetters(t *testing.T) {
	tests := []struct {
		name, in, end string
	}{
		{"a short one stays", "กรมการขนส่งทางบก", "กรมการขนส่งทางบก"},
		{"marks take no room", strings.Repeat("ที่", 80), strings.Repeat("ที่", 80)},
		{"a long one is cut", strings.Repeat("ที่", 81), strings.Repeat("ที่", 80) + "…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := clip(test.in); got != test.end {
				t.Errorf("got %q", got)
			}
		})
	}
}

func FuzzDrawings(f *testing.F) {
	f.Add("ก", 1.0, 5.0)
	f.Add("<&\"'", -1.0, 0.0)
	f.Fuzz(func(t *testing.T, label string, value, most float64) {
		if !utf8.ValidString(label) || strings.ContainsFunc(label, func(r rune) bool { return r < ' ' || r == 0xfffe || r == 0xffff }) {
			t.Skip()
		}
		wellFormed(t, string(Bars{Title: label, Most: most, List: []Bar{{Label: label, Value: value, Text: label}}}.SVG()))
		wellFormed(t, string(Line{Title: label, Least: 1, Most: most, Steps: []Step{{value, label}}, Dots: []Dot{{Label: label, Value: value, Text: label}}}.SVG()))
	})
}
