package sheet

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"khumue/internal/typeset"
)

// SVG writes the sheet as a file of its own: text is drawn as shapes, so that it
// looks the same everywhere, and stands in the description for who has it read.
func (s *Sheet) SVG(w io.Writer) error {
	d := drawing{sheet: s, known: map[glyphKey]bool{}}
	for _, m := range s.Marks {
		d.mark(m)
	}
	var out bytes.Buffer
	out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="` + escaped(s.Language) + `" width="` + num(s.Width/typeset.Millimetre) +
		`mm" height="` + num(s.Height/typeset.Millimetre) + `mm" viewBox="0 0 ` + num(s.Width) + " " + num(s.Height) + `">`)
	out.WriteString("<title>" + escaped(s.Title) + "</title><desc>" + escaped(s.Spoken()) + "</desc>")
	out.WriteString("<defs>" + d.glyphs.String() + "</defs>")
	out.WriteString(`<path fill="#fff" d="` + pathData(Rect(0, 0, s.Width, s.Height)) + `"/>`)
	out.Write(d.body.Bytes())
	out.WriteString("</svg>\n")
	_, err := w.Write(out.Bytes())
	return err
}

// Spoken is what the sheet says, a paragraph in a line, what is turned left out.
func (s *Sheet) Spoken() string {
	var lines []string
	for _, m := range s.Marks {
		if m.Turned {
			continue
		}
		switch v := m.What.(type) {
		case Text:
			if v.Role != Ornament {
				lines = append(lines, v.String())
			}
		case Picture:
			lines = append(lines, v.Says)
		case Code:
			lines = append(lines, v.Says)
		}
	}
	return strings.Join(lines, "\n")
}

// String is what the paragraph says. Rows that part Thai words meet without a
// blank; others with one.
func (t Text) String() string {
	var b strings.Builder
	for i, r := range t.Rows {
		text := r.Text()
		if i > 0 && text != "" && (text[0] < 0x80 || !strings.ContainsFunc(text, isThai)) {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	return b.String()
}

func isThai(r rune) bool { return r >= 0x0e01 && r <= 0x0e5b }

type glyphKey struct {
	face *typeset.Face
	id   uint16
}

// drawing is an SVG that is being written.
type drawing struct {
	sheet  *Sheet
	known  map[glyphKey]bool
	glyphs strings.Builder
	body   bytes.Buffer
}

func (d *drawing) mark(m Mark) {
	if m.Turned {
		d.body.WriteString(`<g transform="rotate(180 ` + num(d.sheet.Width/2) + " " + num(d.sheet.Height/2) + `)">`)
		defer d.body.WriteString("</g>")
	}
	switch v := m.What.(type) {
	case Text:
		for _, r := range v.Rows {
			d.row(r, v.Color)
		}
	case Shape:
		d.body.WriteString(`<path fill="` + v.Color.hex() + `" d="` + pathData(v.Path) + `"/>`)
	case Picture:
		d.body.WriteString(`<image x="` + num(v.X) + `" y="` + num(v.Y) + `" width="` + num(v.Width) + `" height="` + num(v.Height) +
			`" preserveAspectRatio="none" href="data:image/` + v.Image.Format + ";base64," + base64.StdEncoding.EncodeToString(v.Image.File) + `"/>`)
	case Code:
		d.code(v)
	}
}

func (d *drawing) code(c Code) {
	d.body.WriteString(`<path shape-rendering="crispEdges" transform="translate(` + num(c.X) + " " + num(c.Y) + ") scale(" + strconv.FormatFloat(c.Module(), 'f', 6, 64) + `)" d="`)
	c.Grid.Runs(func(x, y, width int) {
		d.body.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h" + strconv.Itoa(width) + "v1H" + strconv.Itoa(x) + "z")
	})
	d.body.WriteString(`"/>`)
}

// row draws the glyphs of a row in thousandths of its size.
func (d *drawing) row(r Row, c Color) {
	scale := strconv.FormatFloat(r.Size/1000, 'f', 6, 64)
	d.body.WriteString(`<g fill="` + c.hex() + `" transform="matrix(` + scale + " 0 0 -" + scale + " " + num(r.X) + " " + num(r.Y) + `)">`)
	each(r.Row, func(id uint16, x, y int) {
		if name := d.glyph(r.Face, id); name != "" {
			d.body.WriteString(`<use href="#` + name + `" x="` + strconv.Itoa(x) + `" y="` + strconv.Itoa(y) + `"/>`)
		}
	})
	d.body.WriteString("</g>")
}

// each calls draw with the place of each glyph of a row, in thousandths of its
// size, Y upwards.
func each(r typeset.Row, draw func(id uint16, x, y int)) {
	pen := 0
	for _, c := range r.Clusters {
		for _, g := range c.Glyphs {
			draw(g.ID, pen+g.X, g.Y)
			pen += g.Advance
		}
	}
}

// glyph names the shape of a glyph; "" for a blank.
func (d *drawing) glyph(f *typeset.Face, id uint16) string {
	name := "r"
	if f == typeset.Bold() {
		name = "b"
	}
	name += strconv.Itoa(int(id))
	outline := f.Outline(id)
	if len(outline) == 0 {
		return ""
	}
	if k := (glyphKey{f, id}); !d.known[k] {
		d.known[k] = true
		d.glyphs.WriteString(`<path id="` + name + `" d="` + pathData(outline) + `"/>`)
	}
	return name
}

func (c Color) hex() string {
	const digits = "0123456789abcdef"
	return string([]byte{'#', digits[c.R>>4], digits[c.R&15], digits[c.G>>4], digits[c.G&15], digits[c.B>>4], digits[c.B&15]})
}

// pathData is a path as SVG says it.
func pathData(p typeset.Path) string {
	var b strings.Builder
	for i, s := range p {
		if s.Draw == typeset.Move && i > 0 {
			b.WriteByte('Z')
		}
		b.WriteByte("MLQC"[s.Draw])
		for j := range points(s.Draw) {
			if j > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(num(s.Points[j].X) + " " + num(s.Points[j].Y))
		}
	}
	b.WriteByte('Z')
	return b.String()
}

// num is a number to a hundredth, in the shortest way.
func num(v float64) string {
	s := strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer does not fail
	return b.String()
}
