package chart

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"khumue/internal/sheet"
	"khumue/internal/typeset"
)

// ground is what a chart is drawn on.
type ground interface {
	bar(x, y, wide, high float64, c colour)
	lines(through []dot, thick float64, c colour)
	disc(x, y, radius float64, c colour)
	text(x, y float64, a anchor, c colour, strong bool, s string)
}

type dot struct{ x, y float64 }

// anchor is which part of a text stands at its place.
type anchor string

const (
	start  anchor = "start"
	middle anchor = "middle"
)

// colour is one of the page's, and what it is where there is no page.
type colour struct {
	name  string
	alone sheet.Color
}

var (
	ink    = colour{"ink", sheet.Color{R: 0x15, G: 0x20, B: 0x2e}}
	soft   = colour{"ink-soft", sheet.Color{R: 0x47, G: 0x57, B: 0x67}}
	line   = colour{"line", sheet.Color{R: 0xd0, G: 0xd9, B: 0xe3}}
	accent = colour{"accent", sheet.Color{R: 0x0b, G: 0x3d, B: 0x91}}
	other  = colour{"control", sheet.Color{R: 0x66, G: 0x78, B: 0x8a}}
)

func (c colour) String() string {
	return fmt.Sprintf("var(--%s,#%02x%02x%02x)", c.name, c.alone.R, c.alone.G, c.alone.B)
}

// svg is a ground that writes SVG.
type svg struct{ strings.Builder }

func asSVG(title, about string, height int, lay func(ground)) template.HTML {
	var b svg
	fmt.Fprintf(&b, `<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="Sarabun,sans-serif" font-size="%d"><title>%s</title>`,
		width, height, template.HTMLEscapeString(strings.TrimSpace(title+" "+about)), textSize, template.HTMLEscapeString(title))
	lay(&b)
	b.WriteString("</svg>")
	return template.HTML(b.String()) // #nosec G203: every text in it is escaped
}

func (b *svg) bar(x, y, wide, high float64, c colour) {
	fmt.Fprintf(b, `<rect x="%.0f" y="%.0f" width="%.1f" height="%.0f" rx="2" fill="%s"/>`, x, y, wide, high, c)
}

func (b *svg) lines(through []dot, thick float64, c colour) {
	if len(through) < 2 {
		return
	}
	pen := 'M'
	b.WriteString(`<path d="`)
	for _, d := range through {
		fmt.Fprintf(b, "%c%.1f %.1f", pen, d.x, d.y)
		pen = 'L'
	}
	fmt.Fprintf(b, `" fill="none" stroke="%s" stroke-width="%g" stroke-linejoin="round"/>`, c, thick)
}

func (b *svg) disc(x, y, radius float64, c colour) {
	fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="%g" fill="%s"/>`, x, y, radius, c)
}

func (b *svg) text(x, y float64, a anchor, c colour, strong bool, s string) {
	weight := ""
	if strong {
		weight = ` font-weight="700"`
	}
	fmt.Fprintf(b, `<text x="%.0f" y="%.0f" text-anchor="%s" fill="%s"%s>%s</text>`, x, y, a, c, weight, template.HTMLEscapeString(s))
}

// page is a ground on a sheet, below a heading.
type page struct {
	*sheet.Sheet
	left, top float64
}

const (
	margin    = 28
	titleSize = 20
)

func asSheet(title, of string, height int, lay func(ground)) *sheet.Sheet {
	const room = width - 10
	rows := typeset.Bold().Break(title, titleSize, room)
	about := typeset.Regular().Break(of, textSize, room)
	head := float64(len(rows))*titleSize*1.5 + float64(len(about))*textSize*1.5 + 14
	p := page{&sheet.Sheet{Width: width + 2*margin, Height: float64(height) + head + 2*margin, Title: title, Language: "th"}, margin, margin}
	p.Add(sheet.Shape{Path: sheet.Rect(0, 0, p.Width, p.Height), Color: sheet.White})
	set := func(rows []typeset.Row, size float64, c colour, role sheet.Role) {
		text := sheet.Text{Role: role, Color: c.alone}
		for _, r := range rows {
			text.Rows = append(text.Rows, sheet.Row{X: p.left, Y: p.top + size, Row: r})
			p.top += size * 1.5
		}
		p.Add(text)
	}
	set(rows, titleSize, ink, sheet.Heading)
	set(about, textSize, soft, sheet.Paragraph)
	p.top += 14
	lay(p)
	return p.Sheet
}

func (p page) bar(x, y, wide, high float64, c colour) {
	p.Add(sheet.Shape{Path: sheet.Rounded(p.left+x, p.top+y, wide, high, math.Min(2, wide/2)), Color: c.alone})
}

func (p page) lines(through []dot, thick float64, c colour) {
	for i := 1; i < len(through); i++ {
		a, b := through[i-1], through[i]
		long := math.Hypot(b.x-a.x, b.y-a.y)
		if long == 0 {
			continue
		}
		// As far from the middle of the line as its edges are.
		dx, dy := -(b.y-a.y)/long*thick/2, (b.x-a.x)/long*thick/2
		at := func(d dot, side float64) [3]typeset.Point {
			return [3]typeset.Point{{X: p.left + d.x + side*dx, Y: p.top + d.y + side*dy}}
		}
		p.Add(sheet.Shape{Color: c.alone, Path: typeset.Path{
			{Draw: typeset.Move, Points: at(a, 1)}, {Draw: typeset.Line, Points: at(b, 1)}, {Draw: typeset.Line, Points: at(b, -1)}, {Draw: typeset.Line, Points: at(a, -1)},
		}})
	}
}

func (p page) disc(x, y, radius float64, c colour) {
	p.Add(sheet.Shape{Path: sheet.Rounded(p.left+x-radius, p.top+y-radius, 2*radius, 2*radius, radius), Color: c.alone})
}

func (p page) text(x, y float64, a anchor, c colour, strong bool, s string) {
	face := typeset.Regular()
	if strong {
		face = typeset.Bold()
	}
	row := face.Row(s, textSize)
	if len(row.Clusters) == 0 {
		return
	}
	if a == middle {
		x -= row.Width() / 2
	}
	p.Add(sheet.Text{Role: sheet.Paragraph, Color: c.alone, Rows: []sheet.Row{{X: p.left + x, Y: p.top + y, Row: row}}})
}
