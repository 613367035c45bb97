package poster

import (
	"khumue/internal/catalog"
	"khumue/internal/qr"
	"khumue/internal/sheet"
	"khumue/internal/typeset"
)

func mm(v float64) float64 { return v * typeset.Millimetre }

// The colours of the house; each text has at least 4.5:1 on its ground.
var (
	ink    = sheet.Color{R: 0x15, G: 0x20, B: 0x2e}
	soft   = sheet.Color{R: 0x47, G: 0x57, B: 0x67}
	accent = sheet.Color{R: 0x0b, G: 0x3d, B: 0x91}
	pale   = sheet.Color{R: 0xe6, G: 0xee, B: 0xfa}
	fold   = sheet.Color{R: 0x8a, G: 0x96, B: 0xa3}
)

// board is a part of a sheet that is drawn on in units of its own: points of an
// A4 page, whatever the size of the paper.
type board struct {
	sheet *sheet.Sheet
	y     float64 // where it begins, in points
	k     float64 // points for each unit
}

// area is a rectangle, in units.
type area struct{ x, y, w, h float64 }

func (a area) inner(by float64) area { return area{a.x + by, a.y + by, a.w - 2*by, a.h - 2*by} }

func (b board) at(a area) area { return area{a.x * b.k, b.y + a.y*b.k, a.w * b.k, a.h * b.k} }

func (b board) fill(a area, radius float64, c sheet.Color) {
	p := b.at(a)
	path := sheet.Rect(p.x, p.y, p.w, p.h)
	if radius > 0 {
		path = sheet.Rounded(p.x, p.y, p.w, p.h, radius*b.k)
	}
	b.sheet.Add(sheet.Shape{Path: path, Color: c})
}

func (b board) frame(a area, radius, thick float64, c sheet.Color) {
	p := b.at(a)
	b.sheet.Add(sheet.Shape{Path: sheet.Frame(p.x, p.y, p.w, p.h, radius*b.k, thick*b.k), Color: c})
}

func (b board) picture(a area, m *sheet.Image, says string) {
	p := b.at(a)
	x, y, w, h := m.Within(p.x, p.y, p.w, p.h)
	b.sheet.Add(sheet.Picture{X: x, Y: y, Width: w, Height: h, Image: m, Says: says})
}

// code draws a code with its quiet zone into a square.
func (b board) code(a area, g qr.Grid, says string) {
	p := b.at(a)
	module := p.w / float64(g.Side()+2*qr.Quiet)
	b.sheet.Add(sheet.Code{X: p.x + qr.Quiet*module, Y: p.y + qr.Quiet*module, Side: module * float64(g.Side()), Grid: g, Says: says})
}

// label is a text that is made to fit.
type label struct {
	text     string
	language string // "" for Thai
	role     sheet.Role
	bold     bool
	color    sheet.Color
	most     float64 // sizes in units; it is not set smaller than leastPoints
	least    float64
	share    float64 // of the height of the stack that it may take; 0 for one row
	gap      float64 // above it, in units
}

func (l label) face() *typeset.Face {
	if l.bold {
		return typeset.Bold()
	}
	return typeset.Regular()
}

const (
	leading     = 1.4  // from row to row of Thai, so that no marks meet
	base        = 1.05 // from the top of a row to its base line, in sizes
	leastPoints = 6.5  // the least size that is set
)

// side says to which edge things stand.
type side int

const (
	start side = iota
	middle
	end
)

// stack sets labels below one another, each as large as its share of the area
// allows, all of them together at one side of its height, and each row at one
// side of its width. Nothing leaves the area.
func (b board) stack(a area, across, down side, labels ...label) {
	p := b.at(a)
	blocks, height := make([][]typeset.Row, len(labels)), 0.0
	for i, l := range labels {
		blocks[i] = l.fit(p, b.k)
		if len(blocks[i]) > 0 {
			height += float64(len(blocks[i]))*blocks[i][0].Size*leading + l.gap*b.k
		}
	}
	y := p.y + max(p.h-height, 0)*float64(down)/2
	for i, l := range labels {
		if len(blocks[i]) == 0 {
			continue
		}
		y += l.gap * b.k
		t := sheet.Text{Role: l.role, Language: l.language, Color: l.color}
		for _, r := range blocks[i] {
			x := p.x + (p.w-r.Width())*float64(across)/2
			t.Rows = append(t.Rows, sheet.Row{X: x, Y: y + r.Size*base, Row: r})
			y += r.Size * leading
		}
		b.sheet.Add(t)
	}
}

func (l label) fit(p area, k float64) []typeset.Row {
	least := max(l.least*k, leastPoints)
	most := max(l.most*k, least)
	box := typeset.Box{Width: p.w, Height: p.h*l.share - l.gap*k, Most: most, Least: least, Leading: leading}
	if l.share == 0 {
		box.Height, box.Rows = most*leading, 1
	}
	return l.face().Fit(l.text, box)
}

// english is a label in English; it has no text where the other language is all
// that there is.
func (l label) english(t catalog.Text) label {
	l.language, l.text = "en", t.EN
	if t.EN == t.TH {
		l.text = ""
	}
	return l
}
