// Package chart draws figures as SVG that stands by itself in a page, on paper
// and in a file: horizontal bars with their labels, and a line over time. Nothing
// is told by colour alone, and each drawing has a title and is described in words;
// the table that it is drawn from belongs beside it.
//
// Colours are custom properties of the page with a fallback, so that a drawing
// follows the page's scheme and is still right without one.
package chart

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// Bar is one bar.
type Bar struct {
	Label string  // above the bar
	Value float64 // from 0 to the chart's Most
	Text  string  // the value in words, at the bar's end
	Mark  bool    // the one that the chart is about
	None  bool    // there is no value: Text alone is shown
}

// Bars is a chart of bars below each other.
type Bars struct {
	Title string
	About string // what it shows, for those who do not see it
	Most  float64
	List  []Bar
}

// Dimensions of drawings, in units of which 640 are the width.
const (
	width     = 640
	rowHeight = 46
	barHeight = 16
	textSize  = 15
	endRoom   = 150 // for the text at the end of the longest bar
)

const (
	ink    = "var(--ink,#15202e)"
	soft   = "var(--ink-soft,#475767)"
	line   = "var(--line,#d0d9e3)"
	accent = "var(--accent,#0b3d91)"
	other  = "var(--control,#66788a)"
)

// SVG draws the bars.
func (c Bars) SVG() template.HTML {
	var b strings.Builder
	open(&b, c.Title, c.About, max(len(c.List)*rowHeight, 1))
	for i, bar := range c.List {
		y := i * rowHeight
		text(&b, 0, y+textSize, "start", ink, bar.Mark, clip(bar.Label))
		long := 0.0
		if c.Most > 0 && !bar.None {
			long = math.Min(math.Max(bar.Value/c.Most, 0), 1) * (width - endRoom)
		}
		fmt.Fprintf(&b, `<rect x="0" y="%d" width="%d" height="%d" rx="2" fill="%s"/>`, y+22, width-endRoom, barHeight, line)
		fill := other
		if bar.Mark {
			fill = accent
		}
		if long > 0 {
			fmt.Fprintf(&b, `<rect x="0" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>`, y+22, long, barHeight, fill)
		}
		text(&b, width-endRoom+10, y+22+barHeight-3, "start", ink, bar.Mark, bar.Text)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // #nosec G203: every text in it is escaped
}

// Dot is one point of a line; one without a value leaves a gap.
type Dot struct {
	Label string // below, such as ม.ค.
	Value float64
	Text  string // above the dot
	None  bool
}

// Line is a chart of values in the order of time.
type Line struct {
	Title       string
	About       string
	Least, Most float64 // of the scale
	Steps       []Step  // lines across, with what they stand for
	Dots        []Dot
}

// Step is a value of the scale.
type Step struct {
	Value float64
	Text  string
}

// SVG draws the line.
func (c Line) SVG() template.HTML {
	const top, bottom, left, high = 28, 34, 96, 250
	var b strings.Builder
	open(&b, c.Title, c.About, top+high+bottom)
	y := func(v float64) float64 {
		if c.Most <= c.Least {
			return top + high
		}
		return top + (c.Most-math.Min(math.Max(v, c.Least), c.Most))/(c.Most-c.Least)*high
	}
	for _, s := range c.Steps {
		fmt.Fprintf(&b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="%s"/>`, left, y(s.Value), width, y(s.Value), line)
		text(&b, 0, int(y(s.Value))+5, "start", soft, false, s.Text)
	}
	room := float64(width-left) / float64(max(len(c.Dots), 1))
	x := func(i int) float64 { return left + room*(float64(i)+0.5) }
	path, pen := strings.Builder{}, "M"
	for i, d := range c.Dots {
		if d.None {
			pen = "M"
			continue
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", pen, x(i), y(d.Value))
		pen = "L"
	}
	if path.Len() > 0 {
		fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="%s" stroke-width="2.5" stroke-linejoin="round"/>`, path.String(), accent)
	}
	for i, d := range c.Dots {
		if !d.None {
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>`, x(i), y(d.Value), accent)
			text(&b, int(x(i)), int(y(d.Value))-10, "middle", ink, false, d.Text)
		}
		text(&b, int(x(i)), top+high+24, "middle", soft, false, d.Label)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // #nosec G203: every text in it is escaped
}

func open(b *strings.Builder, title, about string, height int) {
	fmt.Fprintf(b, `<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="Sarabun,sans-serif" font-size="%d"><title>%s</title>`,
		width, height, template.HTMLEscapeString(strings.TrimSpace(title+" "+about)), textSize, template.HTMLEscapeString(title))
}

func text(b *strings.Builder, x, y int, anchor, fill string, strong bool, s string) {
	weight := ""
	if strong {
		weight = ` font-weight="700"`
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="%s" fill="%s"%s>%s</text>`, x, y, anchor, fill, weight, template.HTMLEscapeString(s))
}

// longest is how many signs of a label fit above a bar.
const longest = 80

// clip shortens a label. Marks above and below a consonant take no room, and none
// is left without its consonant.
func clip(s string) string {
	wide := 0
	for i, r := range s {
		if combines(r) {
			continue
		}
		if wide++; wide > longest {
			return s[:i] + "…"
		}
	}
	return s
}

// combines reports whether a character stands above or below the one before it
// (Unicode: Thai, general category Mn).
func combines(r rune) bool {
	return r == 'ั' || r >= 'ิ' && r <= 'ฺ' || r >= '็' && r <= '๎'
}
