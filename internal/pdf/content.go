package pdf

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/sheet"
	"khumue/internal/typeset"
)

// content is what a page draws. The file's Y grows upwards from the lower edge.
type content struct {
	w        *Writer
	sheet    *sheet.Sheet
	section  id
	out      bytes.Buffer
	parts    []string // what is said of each tagged part, by its number
	fonts    []*usedFont
	pictures []id
	silent   bool // what is drawn is not read: it is said elsewhere on the page
}

func (c *content) printf(format string, args ...any) { fmt.Fprintf(&c.out, format, args...) }

func (c *content) mark(m sheet.Mark) {
	if m.Turned {
		c.printf("q -1 0 0 -1 %s %s cm\n", num(c.sheet.Width), num(c.sheet.Height))
		c.silent = true
		defer func() { c.silent = false; c.printf("Q\n") }()
	}
	switch v := m.What.(type) {
	case sheet.Text:
		c.text(v)
	case sheet.Shape:
		c.ornament(func() { c.color(v.Color); c.path(v.Path) })
	case sheet.Picture:
		c.figure(v.Says, v.X, v.Y, v.Width, v.Height, func() { c.picture(v) })
	case sheet.Code:
		c.figure(v.Says, v.X, v.Y, v.Side, v.Side, func() { c.code(v) })
	}
}

// ornament draws what is not read.
func (c *content) ornament(draw func()) {
	c.printf("/Artifact BMC\n")
	draw()
	c.printf("EMC\n")
}

// tagged draws a part that is read; about is what is said of it.
func (c *content) tagged(role, about string, draw func()) {
	c.printf("/%s<</MCID %d>>BDC\n", role, len(c.parts))
	c.parts = append(c.parts, "/S/"+role+about)
	draw()
	c.printf("EMC\n")
}

func (c *content) figure(says string, x, y, width, height float64, draw func()) {
	if says == "" || c.silent {
		c.ornament(draw)
		return
	}
	bottom := c.sheet.Height - y - height
	about := fmt.Sprintf("/Alt%s/A<</O/Layout/Placement/Block/BBox[%s %s %s %s]>>", utf16Text(says), num(x), num(bottom), num(x+width), num(bottom+height))
	c.tagged("Figure", about, draw)
}

func (c *content) text(t sheet.Text) {
	draw := func() {
		c.color(t.Color)
		c.printf("BT\n")
		for _, r := range t.Rows {
			c.row(r)
		}
		c.printf("ET\n")
	}
	if t.Role == sheet.Ornament || c.silent {
		c.ornament(draw)
		return
	}
	about := ""
	if t.Language != "" && t.Language != c.sheet.Language {
		about = "/Lang" + utf16Text(t.Language)
	}
	c.tagged(string(t.Role), about, draw)
}

func (c *content) row(r sheet.Row) {
	font := c.w.font(r.Face)
	if !slices.Contains(c.fonts, font) {
		c.fonts = append(c.fonts, font)
	}
	c.printf("/%s %s Tf 1 0 0 1 %s %s Tm\n", font.name, num(r.Size), num(r.X), num(c.sheet.Height-r.Y))
	s := setting{content: c, font: font, size: r.Size}
	for left := r.Clusters; len(left) > 0; {
		n := 1
		for n < len(left) && short(font.face, left[n-1]) {
			n++
		}
		s.clusters(left[:n])
		left = left[n:]
	}
	s.flush()
	if s.rise != 0 {
		c.printf("0 Ts\n")
	}
}

// setting is a row that is being written: glyphs that stand on one line are one
// operation, with the moves between them.
type setting struct {
	*content
	font  *usedFont
	size  float64
	open  strings.Builder // the operation
	hex   bool            // whose last part is glyphs
	pen   int             // where the next glyph belongs, in thousandths
	place int             // where it would be drawn
	rise  int
}

// mostShift is how far before the end of a cluster its last glyph may end, in
// thousandths. Readers take more for the beginning of a blank.
const mostShift = 50

// short reports whether the last glyph of a cluster, a mark that is moved to the
// left, ends so far before the cluster does that readers would find a blank after
// it. Such a cluster is said together with the next.
func short(f *typeset.Face, c typeset.Cluster) bool {
	last := c.Glyphs[len(c.Glyphs)-1]
	return last.Advance-last.X-f.Advance(last.ID) > mostShift
}

// clusters draws clusters that are read as one. What no single glyph says, the
// span around it does.
func (s *setting) clusters(list []typeset.Cluster) {
	plain, text := len(list) == 1 && len(list[0].Glyphs) == 1, ""
	for _, c := range list {
		plain = s.font.says(c) && plain
		text += c.Text
	}
	if !plain {
		s.flush()
		s.printf("/Span<</ActualText%s>>BDC\n", utf16Text(text))
	}
	for _, c := range list {
		for _, g := range c.Glyphs {
			s.glyph(g)
		}
	}
	if !plain {
		s.flush()
		s.printf("EMC\n")
	}
}

func (s *setting) glyph(g typeset.Glyph) {
	if g.Y != s.rise {
		s.flush()
		s.printf("%s Ts\n", num(float64(g.Y)*s.size/1000))
		s.rise = g.Y
	}
	if move := s.pen + g.X - s.place; move != 0 {
		s.closeHex()
		s.open.WriteString(strconv.Itoa(-move))
		s.place += move
	}
	if !s.hex {
		s.open.WriteByte('<')
		s.hex = true
	}
	fmt.Fprintf(&s.open, "%04X", g.ID)
	s.place += s.font.face.Advance(g.ID)
	s.pen += g.Advance
}

func (s *setting) closeHex() {
	if s.hex {
		s.open.WriteByte('>')
		s.hex = false
	}
}

func (s *setting) flush() {
	if s.open.Len() == 0 {
		return
	}
	s.closeHex()
	s.printf("[%s]TJ\n", s.open.String())
	s.open.Reset()
}

func (c *content) color(k sheet.Color) {
	c.printf("%s %s %s rg\n", part(k.R), part(k.G), part(k.B))
}

// part is a part of a colour.
func part(v uint8) string { return num(float64(v) / 255) }

// path fills a path.
func (c *content) path(p typeset.Path) {
	at := func(p typeset.Point) string { return num(p.X) + " " + num(c.sheet.Height-p.Y) }
	var last typeset.Point
	for i, s := range p {
		a, b, d := s.Points[0], s.Points[1], s.Points[2]
		switch s.Draw {
		case typeset.Move:
			if i > 0 {
				c.printf("h ")
			}
			c.printf("%s m ", at(a))
			last = a
		case typeset.Line:
			c.printf("%s l ", at(a))
			last = a
		case typeset.Quad: // as the cubic curve that is the same
			first := typeset.Point{X: last.X + (a.X-last.X)*2/3, Y: last.Y + (a.Y-last.Y)*2/3}
			second := typeset.Point{X: b.X + (a.X-b.X)*2/3, Y: b.Y + (a.Y-b.Y)*2/3}
			c.printf("%s %s %s c ", at(first), at(second), at(b))
			last = b
		case typeset.Cubic:
			c.printf("%s %s %s c ", at(a), at(b), at(d))
			last = d
		}
	}
	c.printf("h f\n")
}

// code draws a code as rectangles, in modules.
func (c *content) code(v sheet.Code) {
	m := v.Module()
	c.printf("q 0 g %s 0 0 -%s %s %s cm\n", exact(m), exact(m), num(v.X), num(c.sheet.Height-v.Y))
	v.Grid.Runs(func(x, y, width int) { c.printf("%d %d %d 1 re ", x, y, width) })
	c.printf("f Q\n")
}

func (c *content) picture(p sheet.Picture) {
	n := c.w.picture(p.Image)
	if !slices.Contains(c.pictures, n) {
		c.pictures = append(c.pictures, n)
	}
	c.printf("q %s 0 0 %s %s %s cm /I%d Do Q\n", num(p.Width), num(p.Height), num(p.X), num(c.sheet.Height-p.Y-p.Height), n)
}

func (c *content) resources() string {
	var b strings.Builder
	if len(c.fonts) > 0 {
		b.WriteString("/Font<<")
		for _, f := range c.fonts {
			fmt.Fprintf(&b, "/%s %v", f.name, f.id)
		}
		b.WriteString(">>")
	}
	if len(c.pictures) > 0 {
		b.WriteString("/XObject<<")
		for _, n := range c.pictures {
			fmt.Fprintf(&b, "/I%d %v", n, n)
		}
		b.WriteString(">>")
	}
	return b.String()
}

// num is a number to a thousandth, in the shortest way.
func num(v float64) string { return shortest(v, 3) }

// exact is a number to a millionth, in the shortest way.
func exact(v float64) string { return shortest(v, 6) }

func shortest(v float64, digits int) string {
	s := strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', digits, 64), "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}
