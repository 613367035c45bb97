package letter_test

import (
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/delay"
	"khumue/internal/letter"
	"khumue/internal/testkit"
)

// mended is the usual letter, which was sent and corrected once, in one of its
// editions.
func mended(edition int) letter.Delay {
	d := usual()
	was := d.Letter
	is := was
	was.Edition, was.Way, was.Sent = 1, delay.Post, was.Date
	is.Edition, is.Mended, is.Why, is.Expected = 2, on("2026-04-17"), "ลงวันที่คาดว่าจะเสร็จผิด", on("2026-04-30")
	d.Case.Letters[1], d.Case.Replaced = is, []delay.Letter{was}
	d.Letter = map[int]delay.Letter{1: was, 2: is}[edition]
	return d
}

// unsent takes from a letter that earlier editions of it were sent.
func unsent(d letter.Delay) letter.Delay {
	for i := range d.Case.Replaced {
		d.Case.Replaced[i].Way, d.Case.Replaced[i].Sent, d.Case.Replaced[i].Copied = "", calendar.Date{}, calendar.Date{}
	}
	return d
}

// twice is a letter of which the first edition, dated otherwise, was copied to the
// OPDC, and the second never sent, in its third.
func twice() letter.Delay {
	d := unsent(mended(2))
	second := d.Letter
	d.Letter.Edition, d.Letter.Signer = 3, "นายสมชาย ตั้งใจจริง"
	d.Case.Letters[1] = d.Letter
	d.Case.Replaced[0].Date, d.Case.Replaced[0].Copied = on("2026-04-15"), on("2026-04-16")
	d.Case.Replaced = append(d.Case.Replaced, second)
	return d
}

func TestACorrectedLetterSaysWhatItReplaces(t *testing.T) {
	const replaces = "ฉบับแก้ไขครั้งที่๑ใช้แทนหนังสือกรมการขนส่งทางบกที่คค๐๔๐๑/๑๒๓๔ลงวันที่๑๖เมษายน๒๕๖๙"
	const replaced = "สำเนาฉบับที่ถูกแทนแล้วใช้ฉบับแก้ไขครั้งที่๑แทน"
	for name, test := range map[string]struct {
		of          letter.Delay
		has, hasNot []string
	}{
		"the correction": {mended(2), []string{replaces, "๓๐เมษายน๒๕๖๙"}, []string{replaced, "ลงวันที่คาดว่าจะเสร็จผิด"}},
		"the correction of one that was never sent":          {unsent(mended(2)), []string{"๓๐เมษายน๒๕๖๙"}, []string{"อนึ่ง", "ฉบับแก้ไข"}},
		"the correction of a correction that was never sent": {twice(), []string{"ฉบับแก้ไขครั้งที่๒ใช้แทนหนังสือกรมการขนส่งทางบกที่คค๐๔๐๑/๑๒๓๔ลงวันที่๑๕เมษายน๒๕๖๙"}, []string{replaced, "ครั้งที่๑"}},
		"what it was":     {mended(1), []string{replaced, "๒๔เมษายน๒๕๖๙"}, []string{"อนึ่ง", "๓๐เมษายน๒๕๖๙"}},
		"one that is one": {usual(), nil, []string{"อนึ่ง", "ฉบับแก้ไข"}},
	} {
		t.Run(name, func(t *testing.T) {
			pages := testkit.PaperPages(t, paper(t, test.of), 40)
			if len(pages) != 1 {
				t.Errorf("it has %d pages", len(pages))
			}
			said := map[string]string{"PDF": testkit.PaperText(t, paper(t, test.of)), "Word": string(wordPart(t, test.of, "word/document.xml"))}
			for format, text := range said {
				text = strings.Join(strings.Fields(text), "")
				for _, want := range test.has {
					if !strings.Contains(text, want) {
						t.Errorf("%s lacks %q", format, want)
					}
				}
				for _, not := range test.hasNot {
					if strings.Contains(text, not) {
						t.Errorf("%s has %q", format, not)
					}
				}
			}
		})
	}
}

func TestTheWordFileKeepsItsBoxTogether(t *testing.T) {
	d := usual()
	d.Letter.Signer = ""
	text := string(wordPart(t, d, "word/document.xml"))
	for what, want := range map[string]string{
		"the number and the agency in one row": `๑๒๓๔</w:t><w:tab/><w:t xml:space="preserve">กรมการขนส่งทางบก`,
		"a box that stays on one page":         `<w:cantSplit/>`,
		"room to write a name":                 `(.....`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %s", what)
		}
	}
	if open, shut := strings.Count(text, "<w:tc>"), strings.Count(text, "</w:tc>"); open != 2 || shut != 2 {
		t.Errorf("the box has %d cells, %d of them ended", open, shut)
	}
}
