package poster

import "khumue/internal/sheet"

// card draws a card that stands on a table: the lower half of the sheet, and the
// same turned in the upper half, so that it is read from both sides.
func (d draft) card(s *sheet.Sheet, design Design) {
	b := board{sheet: s, y: s.Height / 2, k: s.Width / pageWidth}
	switch design {
	case Official:
		d.officialCard(b)
	case Counter:
		d.counterCard(b)
	case Plain:
		d.plainCard(b)
	}
	for _, m := range s.Marks {
		m.Turned = true
		s.Marks = append(s.Marks, m)
	}
	dashes, hint := fold, soft
	if design == Counter {
		dashes, hint = sheet.White, pale
	}
	s.Add(sheet.Shape{Path: sheet.Dashes(0, s.Height/2, s.Width, 0.75, 4), Color: dashes})
	text := label{text: folding.TH + " · " + folding.EN, role: sheet.Ornament, color: hint, most: 7, least: 6.5}
	b.stack(area{20, 2, pageWidth - 40, 11}, end, start, text)
}

// The height of a face of a card, in units.
const faceHeight = pageHeight / 2

func (d draft) officialCard(b board) {
	b.fill(area{0, 16, pageWidth, 72}, 0, accent)
	d.heading(b, area{32, 25, pageWidth - 64, 54}, sheet.White, pale, start)
	code := area{32, 106, 244, 244}
	b.frame(code, 12, 2, accent)
	b.code(code.inner(3), d.code, d.says())
	right := area{300, 100, pageWidth - 300 - 32, 0}
	b.stack(area{right.x, 100, right.w, 78}, start, middle,
		label{text: question.TH, role: sheet.Heading, bold: true, color: accent, most: 27, least: 14},
		label{role: sheet.Paragraph, color: soft, most: 15, least: 9}.english(question))
	d.invitation(b, area{right.x, 178, right.w, 92}, start, 16, ink, soft)
	names := area{right.x, 274, right.w, 76}
	b.fill(names, 8, pale)
	b.stack(area{names.x + 10, names.y + 4, names.w - 20, names.h - 8}, start, middle, d.names(17, ink, soft)...)
	d.foot(b, area{32, 362, pageWidth - 64, 36}, soft)
}

func (d draft) counterCard(b board) {
	b.fill(area{0, 0, pageWidth, faceHeight}, 0, accent)
	panel := area{28, 32, 306, 306}
	b.fill(panel, 18, sheet.White)
	b.code(panel.inner(2), d.code, d.says())
	right := area{352, 28, pageWidth - 352 - 24, 0}
	b.stack(area{right.x, 30, right.w, 92}, start, start,
		label{text: rate.TH, role: sheet.Heading, bold: true, color: sheet.White, most: 34, least: 16},
		label{role: sheet.Paragraph, color: pale, most: 17, least: 10}.english(rate))
	d.invitation(b, area{right.x, 116, right.w, 116}, start, 17, sheet.White, pale)
	b.stack(area{right.x, 238, right.w, 102}, start, end, d.names(19, sheet.White, pale)...)
	b.fill(area{0, 352, pageWidth, faceHeight - 352}, 0, sheet.White)
	d.heading(b, area{28, 359, 300, 46}, ink, soft, start)
	d.tallFoot(b, area{352, 354, pageWidth - 352 - 24, 58}, ink)
}

func (d draft) plainCard(b board) {
	d.heading(b, area{36, 22, pageWidth - 72, 46}, sheet.Black, sheet.Black, start)
	b.fill(area{36, 76, pageWidth - 72, 2}, 0, sheet.Black)
	b.code(area{20, 92, 268, 268}, d.code, d.says())
	right := area{296, 92, pageWidth - 296 - 36, 0}
	b.stack(area{right.x, 92, right.w, 76}, start, start,
		label{text: question.TH, role: sheet.Heading, bold: true, color: sheet.Black, most: 28, least: 14},
		label{role: sheet.Paragraph, color: sheet.Black, most: 15, least: 9}.english(question))
	d.invitation(b, area{right.x, 168, right.w, 98}, start, 16, sheet.Black, sheet.Black)
	b.stack(area{right.x, 272, right.w, 88}, start, end, d.names(18, sheet.Black, sheet.Black)...)
	b.fill(area{36, 368, pageWidth - 72, 1}, 0, sheet.Black)
	d.foot(b, area{36, 374, pageWidth - 72, 30}, sheet.Black)
}
