package poster

import (
	"khumue/internal/catalog"
	"khumue/internal/qr"
	"khumue/internal/sheet"
)

// What posters say beside names.
var (
	question  = catalog.Text{TH: "บริการวันนี้เป็นอย่างไร", EN: "How was our service today?"}
	rate      = catalog.Text{TH: "ให้คะแนนบริการ", EN: "Rate our service"}
	scan      = catalog.Text{TH: "สแกนด้วยกล้องโทรศัพท์", EN: "Scan with your phone’s camera"}
	anonymous = catalog.Text{TH: "คำตอบไม่ระบุชื่อผู้ตอบ ใช้เวลาไม่ถึงหนึ่งนาที", EN: "Your answer is anonymous and takes less than a minute."}
	folding   = catalog.Text{TH: "พับตามเส้นนี้ให้ตั้งบนโต๊ะ", EN: "Fold along this line to stand it on a table"}
)

// draft is a poster that is being drawn.
type draft struct {
	Poster
	code qr.Grid
}

func (d draft) says() string {
	return "คิวอาร์โค้ดสำหรับตอบแบบประเมินที่ " + d.short()
}

// The size of an A4 page in units.
const pageWidth, pageHeight = 595.28, 841.89

// heading is the agency with its logo in a row, within an area.
func (d draft) heading(b board, a area, color, second sheet.Color, across side) {
	if d.Logo != nil {
		logo := area{a.x, a.y, a.h, a.h}
		b.fill(logo, 6, sheet.White)
		b.picture(logo.inner(4), d.Logo, "ตราของ"+d.Agency.TH)
		a.x, a.w, across = a.x+a.h+16, a.w-a.h-16, start
	}
	name := label{text: d.Agency.TH, role: sheet.Paragraph, bold: true, color: color, most: 25, least: 8, share: 0.68}
	b.stack(a, across, middle, name, label{role: sheet.Paragraph, color: second, most: 14, least: 7, share: 0.32}.english(d.Agency))
}

// names are the point and the manual, in both languages.
func (d draft) names(most float64, strong, second sheet.Color) []label {
	share, less := 0.68, 0.32
	if d.Manual != "" {
		share, less = 0.38, 0.18
	}
	out := []label{
		{text: d.Point.TH, role: sheet.Second, bold: true, color: strong, most: most, least: 8, share: share},
		label{role: sheet.Paragraph, color: second, most: most * 0.56, least: 7, share: less}.english(d.Point),
	}
	if d.Manual == "" {
		return out
	}
	return append(out,
		label{text: "เรื่อง " + d.Title.TH, role: sheet.Paragraph, color: strong, most: most * 0.66, least: 8, share: 0.29, gap: most * 0.1},
		label{role: sheet.Paragraph, color: second, most: most * 0.5, least: 7, share: 0.15}.english(d.Title))
}

// foot is the address at the left and the question set at the right, in one row.
func (d draft) foot(b board, a area, color sheet.Color) {
	set := a
	set.w = a.w * 0.26
	set.x = a.x + a.w - set.w
	a.w -= set.w + 12
	b.stack(a, start, middle, label{text: d.short(), language: "en", role: sheet.Paragraph, bold: true, color: color, most: 13, least: 7, share: 1})
	b.stack(set, end, middle, d.set(color))
}

// set is the question set; a poster that names none has no such label.
func (d draft) set(color sheet.Color) label {
	l := label{role: sheet.Paragraph, color: color, most: 10, least: 7}
	if d.Set != "" {
		l.text = "ชุดคำถาม " + d.Set
	}
	return l
}

// tallFoot is the address with the question set below, for a narrow place.
func (d draft) tallFoot(b board, a area, color sheet.Color) {
	b.stack(a, start, middle, label{text: d.short(), language: "en", role: sheet.Paragraph, bold: true, color: color, most: 13, least: 7, share: 0.72}, d.set(color))
}

// invitation says how to answer, and what it takes.
func (d draft) invitation(b board, a area, across side, most float64, color, second sheet.Color) {
	b.stack(a, across, middle,
		label{text: scan.TH, role: sheet.Paragraph, bold: true, color: color, most: most, least: 8},
		label{role: sheet.Paragraph, color: second, most: most * 0.72, least: 7}.english(scan),
		label{text: anonymous.TH, role: sheet.Paragraph, color: color, most: most * 0.84, least: 8, share: 0.3, gap: most * 0.3},
		label{role: sheet.Paragraph, color: second, most: most * 0.66, least: 7, share: 0.25}.english(anonymous))
}

func (d draft) official(b board) {
	b.fill(area{0, 0, pageWidth, 120}, 0, accent)
	d.heading(b, area{44, 24, pageWidth - 88, 72}, sheet.White, pale, middle)
	b.stack(area{44, 130, pageWidth - 88, 108}, middle, middle,
		label{text: question.TH, role: sheet.Heading, bold: true, color: accent, most: 44, least: 20},
		label{role: sheet.Paragraph, color: soft, most: 21, least: 12}.english(question))
	code := area{(pageWidth - 300) / 2, 246, 300, 300}
	b.frame(code, 14, 2.5, accent)
	b.code(code.inner(3), d.code, d.says())
	d.invitation(b, area{44, 550, pageWidth - 88, 104}, middle, 21, ink, soft)
	names := area{44, 662, pageWidth - 88, 122}
	b.fill(names, 10, pale)
	b.stack(area{names.x + 16, names.y + 4, names.w - 32, names.h - 8}, middle, middle, d.names(28, ink, soft)...)
	d.foot(b, area{44, 792, pageWidth - 88, 32}, soft)
}

func (d draft) counter(b board) {
	b.fill(area{0, 0, pageWidth, pageHeight}, 0, accent)
	b.stack(area{36, 16, pageWidth - 72, 142}, middle, middle,
		label{text: rate.TH, role: sheet.Heading, bold: true, color: sheet.White, most: 74, least: 30},
		label{role: sheet.Paragraph, color: pale, most: 26, least: 14}.english(rate))
	panel := area{(pageWidth - 372) / 2, 172, 372, 372}
	b.fill(panel, 22, sheet.White)
	b.code(panel.inner(2), d.code, d.says())
	d.invitation(b, area{30, 554, pageWidth - 60, 104}, middle, 22, sheet.White, pale)
	b.stack(area{36, 662, pageWidth - 72, 96}, middle, middle, d.names(30, sheet.White, pale)...)
	b.fill(area{0, 768, pageWidth, pageHeight - 768}, 0, sheet.White)
	d.heading(b, area{24, 776, pageWidth*0.56 - 24, 58}, ink, soft, start)
	d.tallFoot(b, area{pageWidth*0.56 + 16, 774, pageWidth*0.44 - 40, 62}, ink)
}

func (d draft) plain(b board) {
	d.heading(b, area{48, 40, pageWidth - 96, 60}, sheet.Black, sheet.Black, start)
	b.fill(area{48, 108, pageWidth - 96, 3}, 0, sheet.Black)
	b.stack(area{48, 122, pageWidth - 96, 120}, start, middle,
		label{text: question.TH, role: sheet.Heading, bold: true, color: sheet.Black, most: 46, least: 20},
		label{role: sheet.Paragraph, color: sheet.Black, most: 22, least: 12}.english(question))
	// The quiet zone stands outside of the edge that the rest keeps.
	side := 300.0
	edge := side * qr.Quiet / float64(d.code.Side()+2*qr.Quiet)
	b.code(area{48 - edge, 244, side, side}, d.code, d.says())
	d.invitation(b, area{52 + side - edge, 262, pageWidth - 100 - side + edge, 264}, start, 24, sheet.Black, sheet.Black)
	b.stack(area{48, 560, pageWidth - 96, 190}, start, start, d.names(32, sheet.Black, sheet.Black)...)
	b.fill(area{48, 776, pageWidth - 96, 1}, 0, sheet.Black)
	d.foot(b, area{48, 784, pageWidth - 96, 32}, sheet.Black)
}
