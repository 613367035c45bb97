// Package typeset turns text into glyphs: it shapes Thai and Latin with the font
// Sarabun, which it carries, breaks lines where Thai breaks, and makes text fit
// into a box. It knows nothing of pages, colours or files.
//
// Lengths on paper are in points of 1/72 inch; those inside a font are in
// thousandths of the size at which it is set. All of it serves many at once.
package typeset

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// Millimetre is a millimetre in points.
const Millimetre = 72 / 25.4

// Face is a font of one weight.
type Face struct {
	name   string
	data   []byte
	font   *font.Font
	scale  float64 // thousandths for each unit of the font
	setter sync.Pool
}

//go:embed fonts/Sarabun-Regular.ttf
var regularFile []byte

//go:embed fonts/Sarabun-Bold.ttf
var boldFile []byte

// The faces that there are.
var (
	Regular = sync.OnceValue(func() *Face { return load("Sarabun-Regular", regularFile) })
	Bold    = sync.OnceValue(func() *Face { return load("Sarabun-Bold", boldFile) })
)

// load reads a font that is part of the program.
func load(name string, data []byte) *Face {
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		panic(fmt.Sprintf("typeset: the font %s of this program: %v", name, err))
	}
	f := &Face{name: name, data: data, font: face.Font, scale: 1000 / float64(face.Upem())}
	f.setter.New = func() any { return &setter{face: font.NewFace(f.font)} }
	return f
}

// setter is what one text at a time is shaped with.
type setter struct {
	face   *font.Face
	shaper shaping.HarfbuzzShaper
}

// Name is the PostScript name of the font.
func (f *Face) Name() string { return f.name }

// Glyph is one sign of a font at its place. The measures are in thousandths of
// the size, Y upwards.
type Glyph struct {
	ID      uint16
	Advance int // from where this glyph begins to where the next does
	X, Y    int // how far from there it is drawn
}

// Cluster is the least piece of text that is set as a whole, with its glyphs.
// There may be several for one character, and one for several; marks stand after
// what they stand on.
type Cluster struct {
	Text   string
	Glyphs []Glyph
}

// Advance is how wide the cluster is, in thousandths of the size.
func (c Cluster) Advance() int {
	n := 0
	for _, g := range c.Glyphs {
		n += g.Advance
	}
	return n
}

// Shape turns a text of one line into glyphs. The clusters together say the text
// as it is given, but that what breaks lines or is no character to be seen counts
// as a blank.
func (f *Face) Shape(text string) []Cluster {
	text = clean(text)
	runes := []rune(text)
	s := f.setter.Get().(*setter)
	defer f.setter.Put(s)
	out := make([]Cluster, 0, len(runes))
	for from := 0; from < len(runes); {
		to := scriptEnd(runes, from)
		out = f.shape(out, s, runes, from, to)
		from = to
	}
	return out
}

func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) && r != '\u00a0', unicode.IsControl(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// isThai reports whether a character is written with the rules of Thai.
func isThai(r rune) bool { return r >= 0x0e01 && r <= 0x0e5b && r != '฿' }

// scriptEnd returns where the run of one script that begins at from ends. Blanks
// and signs belong to what stands before them.
func scriptEnd(runes []rune, from int) int {
	thai, known := false, false
	for i := from; i < len(runes); i++ {
		r := runes[i]
		if !isThai(r) && !unicode.IsLetter(r) {
			continue
		}
		if known && isThai(r) != thai {
			return i
		}
		thai, known = isThai(r), true
	}
	return len(runes)
}

func (f *Face) shape(out []Cluster, s *setter, runes []rune, from, to int) []Cluster {
	in := shaping.Input{
		Text: runes, RunStart: from, RunEnd: to, Direction: di.DirectionLTR, Face: s.face,
		Size: fixed.I(int(s.face.Upem())), Script: language.Latin, Language: language.NewLanguage("en"),
	}
	for _, r := range runes[from:to] {
		if isThai(r) {
			in.Script, in.Language = language.Thai, language.NewLanguage("th")
			break
		}
	}
	glyphs := s.shaper.Shape(in).Glyphs
	for i := 0; i < len(glyphs); {
		begin := glyphs[i].TextIndex()
		c := Cluster{Text: string(runes[begin : begin+glyphs[i].RunesCount()])}
		for ; i < len(glyphs) && glyphs[i].TextIndex() == begin; i++ {
			g := glyphs[i]
			c.Glyphs = append(c.Glyphs, Glyph{uint16(g.GlyphID), f.thousandths(g.Advance), f.thousandths(g.XOffset), f.thousandths(g.YOffset)})
		}
		out = append(out, c)
	}
	return out
}

func (f *Face) thousandths(v fixed.Int26_6) int { return f.round(float64(v) / 64) }

func (f *Face) round(units float64) int {
	if units < 0 {
		return -int(-units*f.scale + 0.5)
	}
	return int(units*f.scale + 0.5)
}

// Advance is how wide a glyph is by itself, in thousandths of the size.
func (f *Face) Advance(id uint16) int {
	s := f.setter.Get().(*setter)
	defer f.setter.Put(s)
	return f.round(float64(s.face.HorizontalAdvance(font.GID(id))))
}

// Step is a part of a path. Its last point is where it ends.
type Step struct {
	Draw   Drawing
	Points [3]Point // as many as the drawing needs, the last of those its end
}

// Point is a place. Which way Y grows, who holds the path says.
type Point struct{ X, Y float64 }

// Drawing is how a step of a path is drawn.
type Drawing byte

// The drawings, with how many points each needs. A contour is closed when the
// next begins.
const (
	Move  Drawing = iota // 1: a contour begins
	Line                 // 1
	Quad                 // 2: a curve with one control point
	Cubic                // 3: a curve with two
)

// Path is closed contours, filled where they wind around.
type Path []Step

// Outline is the shape of a glyph, in thousandths of the size, Y upwards. A
// blank has none.
func (f *Face) Outline(id uint16) Path {
	s := f.setter.Get().(*setter)
	defer f.setter.Put(s)
	data, ok := s.face.GlyphDataOutline(font.GID(id))
	if !ok {
		return nil
	}
	out := make(Path, 0, len(data.Segments))
	kinds := map[opentype.SegmentOp]Drawing{opentype.SegmentOpMoveTo: Move, opentype.SegmentOpLineTo: Line, opentype.SegmentOpQuadTo: Quad, opentype.SegmentOpCubeTo: Cubic}
	for _, seg := range data.Segments {
		step := Step{Draw: kinds[seg.Op]}
		for i, p := range seg.ArgsSlice() {
			step.Points[i] = Point{float64(p.X) * f.scale, float64(p.Y) * f.scale}
		}
		out = append(out, step)
	}
	return out
}

// Metrics are measures of a font, in thousandths of its size, those below the
// line negative.
type Metrics struct{ Ascent, Descent, CapHeight int }

// Metrics are those of the face, as a line of it needs.
func (f *Face) Metrics() Metrics {
	s := f.setter.Get().(*setter)
	defer f.setter.Put(s)
	m := Metrics{CapHeight: f.round(float64(s.face.LineMetric(font.CapHeight)))}
	if e, ok := s.face.FontHExtents(); ok {
		m.Ascent, m.Descent = f.round(float64(e.Ascender)), f.round(float64(e.Descender))
	}
	return m
}

// textOf is the text of clusters.
func textOf(list []Cluster) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(c.Text)
	}
	return b.String()
}

// first is the first character of a text.
func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// Covers reports whether the face has a sign for each character of a text.
func (f *Face) Covers(text string) bool {
	for _, r := range clean(text) {
		if _, ok := f.font.NominalGlyph(r); !ok {
			return false
		}
	}
	return true
}
