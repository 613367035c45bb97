// Package sheet is a page as a list of what stands on it: set text, filled
// shapes, pictures, codes. Who lays a page out makes one; it is drawn as SVG and
// PNG here and as PDF by internal/pdf, so that all three look the same.
//
// Lengths are in points of 1/72 inch. The origin is the upper left corner, Y
// grows downwards.
package sheet

import (
	"khumue/internal/qr"
	"khumue/internal/typeset"
)

// Sheet is one page.
type Sheet struct {
	Width, Height float64
	Title         string
	Language      string // of what does not say another, as "th"
	Marks         []Mark // the later ones cover the earlier, and are read after them
}

// Mark is something that stands on a sheet.
type Mark struct {
	Turned bool // by half a turn about the middle of the sheet
	What   What
}

// What is one of Text, Shape, Picture and Code.
type What interface{ what() }

// Color is a colour of what is lit: red, green, blue.
type Color struct{ R, G, B uint8 }

// The colours of ink and paper.
var (
	Black = Color{0, 0, 0}
	White = Color{255, 255, 255}
)

// Role is what a text is to who has it read aloud.
type Role string

// The roles.
const (
	Heading   Role = "H1"
	Second    Role = "H2"
	Paragraph Role = "P"
	Ornament  Role = "" // says nothing that is not said elsewhere
)

// Text is a paragraph that has been set.
type Text struct {
	Role     Role
	Language string // "" for that of the sheet
	Color    Color
	Rows     []Row
}

// Row is a set row; X is where it begins, Y where its base line is.
type Row struct {
	X, Y float64
	typeset.Row
}

// Shape is a filled path; it says nothing.
type Shape struct {
	Path  typeset.Path
	Color Color
}

// Picture is an image that is stretched into a rectangle.
type Picture struct {
	X, Y, Width, Height float64
	Image               *Image
	Says                string // what who can not see it is told
}

// Code is a QR code, dark on what is below it. The quiet zone around it, of
// qr.Quiet modules, is to be left free.
type Code struct {
	X, Y, Side float64 // of the dark part
	Grid       qr.Grid
	Says       string
}

// Module is how wide a module is.
func (c Code) Module() float64 { return c.Side / float64(c.Grid.Side()) }

func (Text) what()    {}
func (Shape) what()   {}
func (Picture) what() {}
func (Code) what()    {}

// Add puts marks on the sheet.
func (s *Sheet) Add(all ...What) {
	for _, w := range all {
		s.Marks = append(s.Marks, Mark{What: w})
	}
}

// Blank reports whether nothing can be seen of a sheet.
func (s *Sheet) Blank() bool { return len(s.Marks) == 0 }

// Rect is a rectangle as a path.
func Rect(x, y, width, height float64) typeset.Path {
	return contour(typeset.Point{X: x, Y: y}, typeset.Point{X: x + width, Y: y}, typeset.Point{X: x + width, Y: y + height}, typeset.Point{X: x, Y: y + height})
}

func contour(points ...typeset.Point) typeset.Path {
	var p typeset.Path
	for i, at := range points {
		step := typeset.Step{Draw: typeset.Line, Points: [3]typeset.Point{at}}
		if i == 0 {
			step.Draw = typeset.Move
		}
		p = append(p, step)
	}
	return p
}

// bend is how far the control points of a quarter of a circle are from its ends,
// as a part of the radius.
const bend = 0.5522847498

// Rounded is a rectangle with round corners as a path.
func Rounded(x, y, width, height, radius float64) typeset.Path {
	r := min(radius, width/2, height/2)
	k := r * (1 - bend)
	right, bottom := x+width, y+height
	at := func(x, y float64) typeset.Point { return typeset.Point{X: x, Y: y} }
	line := func(p typeset.Point) typeset.Step {
		return typeset.Step{Draw: typeset.Line, Points: [3]typeset.Point{p}}
	}
	curve := func(a, b, c typeset.Point) typeset.Step {
		return typeset.Step{Draw: typeset.Cubic, Points: [3]typeset.Point{a, b, c}}
	}
	return typeset.Path{
		{Draw: typeset.Move, Points: [3]typeset.Point{at(x+r, y)}},
		line(at(right-r, y)), curve(at(right-k, y), at(right, y+k), at(right, y+r)),
		line(at(right, bottom-r)), curve(at(right, bottom-k), at(right-k, bottom), at(right-r, bottom)),
		line(at(x+r, bottom)), curve(at(x+k, bottom), at(x, bottom-k), at(x, bottom-r)),
		line(at(x, y+r)), curve(at(x, y+k), at(x+k, y), at(x+r, y)),
	}
}

// Frame is the edge of a rounded rectangle, as wide as thick, inside of it.
func Frame(x, y, width, height, radius, thick float64) typeset.Path {
	inner := Rounded(x+thick, y+thick, width-2*thick, height-2*thick, max(radius-thick, 0))
	return append(Rounded(x, y, width, height, radius), backwards(inner)...)
}

// backwards is a path of one contour that winds the other way.
func backwards(p typeset.Path) typeset.Path {
	end := func(s typeset.Step) typeset.Point { return s.Points[points(s.Draw)-1] }
	out := typeset.Path{{Draw: typeset.Move, Points: [3]typeset.Point{end(p[len(p)-1])}}}
	for i := len(p) - 1; i > 0; i-- {
		s, to := p[i], end(p[i-1])
		back := typeset.Step{Draw: s.Draw}
		switch s.Draw {
		case typeset.Quad:
			back.Points = [3]typeset.Point{s.Points[0], to}
		case typeset.Cubic:
			back.Points = [3]typeset.Point{s.Points[1], s.Points[0], to}
		case typeset.Move, typeset.Line:
			back.Points = [3]typeset.Point{to}
		}
		out = append(out, back)
	}
	return out
}

// points is how many points a drawing needs.
func points(d typeset.Drawing) int { return [...]int{1, 1, 2, 3}[d] }

// Dashes is a level line of dashes that are as long as the gaps.
func Dashes(x, y, width, thick, dash float64) typeset.Path {
	var out typeset.Path
	for at := x; at < x+width; at += 2 * dash {
		out = append(out, Rect(at, y-thick/2, min(dash, x+width-at), thick)...)
	}
	return out
}
