package letter

import (
	"fmt"
	"io"

	"khumue/internal/pdf"
	"khumue/internal/qr"
	"khumue/internal/sheet"
	"khumue/internal/typeset"
)

func mm(v float64) float64 { return v * typeset.Millimetre }

// The layout of an official letter on A4, in points: three centimetres at the left,
// two at the right, the Garuda a centimetre and a half from the top.
var (
	paperWide, paperHigh = mm(210), mm(297)
	left, right          = mm(30), mm(190)
	middle               = mm(110) // where the date and the signature begin
	garudaEnd            = mm(45)
	top, bottom          = mm(25), mm(286)
	indent               = mm(25) // of a paragraph
	labelWide            = mm(16) // of เรื่อง
)

// Sizes of text in points, and from row to row.
const (
	size    = 11.2
	leading = 1.5
	step    = size * leading
)

// Sheets lays the letter out. It fails only for a link that no code holds.
func (l Letter) Sheets() ([]*sheet.Sheet, error) {
	p := &press{title: l.Subject}
	p.page()
	p.head(l)
	for _, paragraph := range l.Body {
		p.paragraph(paragraph)
	}
	p.sign(l)
	return p.sheets, p.foot(l)
}

// PDF writes the letter as a PDF file.
func (l Letter) PDF(w io.Writer) error {
	sheets, err := l.Sheets()
	if err != nil {
		return err
	}
	out := pdf.New(w, pdf.About{Title: l.Subject, Author: l.Agency[0], Language: "th"})
	for _, s := range sheets {
		if err := out.Page(s); err != nil {
			return err
		}
	}
	return out.Close()
}

// press sets rows below one another, on as many pages as it takes.
type press struct {
	title  string
	sheets []*sheet.Sheet
	y      float64 // the top of the next row
}

func (p *press) now() *sheet.Sheet { return p.sheets[len(p.sheets)-1] }

// page begins another page, which tells its number from the second on.
func (p *press) page() {
	p.sheets = append(p.sheets, &sheet.Sheet{Width: paperWide, Height: paperHigh, Title: p.title, Language: "th"})
	p.y = top
	if n := len(p.sheets); n > 1 {
		row := typeset.Regular().Row(thai(fmt.Sprintf("- %d -", n)), size)
		p.set(sheet.Ornament, mm(15), at{(paperWide - row.Width()) / 2, row})
		p.y = top
	}
}

// room begins another page unless so many points are left on this one.
func (p *press) room(high float64) {
	if p.y+high > bottom {
		p.page()
	}
}

// at is a row with where it begins.
type at struct {
	x   float64
	row typeset.Row
}

// set sets rows of one paragraph below one another, from a height on.
func (p *press) set(role sheet.Role, y float64, rows ...at) {
	t := sheet.Text{Role: role, Color: sheet.Black}
	for _, r := range rows {
		y += r.row.Size * leading
		t.Rows = append(t.Rows, sheet.Row{X: r.x, Y: y - r.row.Size*(leading-1)/2 - 0.25*r.row.Size, Row: r.row})
	}
	p.y = y
	p.now().Add(t)
}

// lines sets texts that begin at one place, each broken where it is too wide.
func (p *press) lines(face *typeset.Face, x, width float64, texts ...string) {
	for _, text := range texts {
		var rows []at
		for _, r := range face.Break(text, size, width) {
			rows = append(rows, at{x, r})
		}
		if len(rows) > 0 {
			p.room(float64(len(rows)) * step)
			p.set(sheet.Paragraph, p.y, rows...)
		}
	}
}

func (p *press) head(l Letter) {
	if l.Mark != "" {
		row := typeset.Bold().Row(l.Mark, size)
		p.set(sheet.Paragraph, mm(12), at{(paperWide - row.Width()) / 2, row})
	}
	p.y = garudaEnd
	p.lines(typeset.Regular(), left, middle-left-mm(5), "ที่ "+l.Number)
	p.y = garudaEnd
	p.lines(typeset.Regular(), middle+mm(5), right-middle-mm(5), l.Agency...)
	p.y += step / 2
	p.lines(typeset.Regular(), middle-mm(5), right-middle+mm(5), l.Date)
	p.y += step / 2
	p.labelled("เรื่อง", l.Subject)
	p.labelled("เรียน", l.To)
	for i, text := range l.Refers {
		label := "อ้างถึง"
		if i > 0 {
			label = ""
		}
		p.labelled(label, numbered(l.Refers, i, text))
	}
	for i, text := range l.Encloses {
		label := "สิ่งที่ส่งมาด้วย"
		if i > 0 {
			label = ""
		}
		p.labelled(label, numbered(l.Encloses, i, text))
	}
	p.y += step / 4
}

// numbered puts a number before one of several.
func numbered(all []string, i int, text string) string {
	if len(all) < 2 {
		return text
	}
	return thai(fmt.Sprintf("%d. ", i+1)) + text
}

// labelled sets a text behind its label.
func (p *press) labelled(label, text string) {
	x := left + labelWide
	word := typeset.Regular().Row(label, size)
	if label != "" {
		x = max(x, left+word.Width()+mm(3))
	}
	rows := typeset.Regular().Break(text, size, right-x)
	if len(rows) == 0 {
		return
	}
	p.room(float64(len(rows)) * step)
	y := p.y
	if label != "" {
		p.set(sheet.Paragraph, y, at{left, word})
	}
	var set []at
	for _, r := range rows {
		set = append(set, at{x, r})
	}
	p.set(sheet.Paragraph, y, set...)
	p.y += step / 4
}

// paragraph sets a paragraph whose first row is indented.
func (p *press) paragraph(text string) {
	face := typeset.Regular()
	first := face.Break(text, size, right-left-indent)
	if len(first) == 0 {
		return
	}
	rows := []at{{left + indent, first[0]}}
	if len(first) > 1 {
		for _, r := range face.Break(text[len(first[0].Text()):], size, right-left) {
			rows = append(rows, at{left, r})
		}
	}
	for len(rows) > 0 { // a page at a time
		p.room(step)
		fit := min(len(rows), max(1, int((bottom-p.y)/step)))
		p.set(sheet.Paragraph, p.y, rows[:fit]...)
		rows = rows[fit:]
	}
	p.y += step / 4
}

// sign sets the end and who signs, all on one page.
func (p *press) sign(l Letter) {
	p.room(7 * step)
	p.y += step / 2
	centre := func(text string) {
		for _, r := range typeset.Regular().Break(text, size, right-middle) {
			p.set(sheet.Paragraph, p.y, at{middle + (mm(65)-r.Width())/2, r})
		}
	}
	centre("ขอแสดงความนับถือ")
	p.y += 2.5 * step
	centre("(" + l.signer() + ")")
	if l.Position != "" {
		centre(l.Position)
	}
}

// signer is who signs; of nobody yet, room to write a name by hand.
func (l Letter) signer() string {
	if l.Signer == "" {
		return "......................................................"
	}
	return l.Signer
}

// Measures of the box with the code.
var (
	boxHigh = mm(27)
	codeBox = mm(25)
)

// foot sets the office and the box at the bottom of the last page.
func (p *press) foot(l Letter) error {
	high := float64(len(l.Office)) * step
	if l.Box != nil {
		high += boxHigh + step/2
	}
	p.room(high + step/2)
	p.y = bottom - high
	p.lines(typeset.Regular(), left, right-left, l.Office...)
	if l.Box == nil {
		return nil
	}
	return p.box(l.Box, bottom-boxHigh)
}

func (p *press) box(b *Box, y float64) error {
	grid, err := qr.Encode(b.Link, qr.Medium)
	if err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	p.now().Add(sheet.Shape{Path: sheet.Frame(left, y, right-left, boxHigh, 4, 0.8), Color: sheet.Color{R: 0x47, G: 0x57, B: 0x67}})
	module := codeBox / float64(grid.Side()+2*qr.Quiet)
	edge := y + (boxHigh-codeBox)/2
	p.now().Add(sheet.Code{X: left + mm(2) + qr.Quiet*module, Y: edge + qr.Quiet*module, Side: module * float64(grid.Side()), Grid: grid, Says: b.Heading})
	x := left + mm(2) + codeBox + mm(2)
	p.y = y + mm(1.5)
	p.lines(typeset.Bold(), x, right-x-mm(2), b.Heading)
	p.lines(typeset.Regular(), x, right-x-mm(2), b.Lines...)
	row := typeset.Bold().Row("รหัส "+b.Code, size)
	p.set(sheet.Paragraph, p.y, at{x, row})
	return nil
}
