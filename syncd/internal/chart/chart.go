// Package chart draws figures, as SVG that stands by itself in a page and on paper,
// and as a sheet to make a picture of, both from one layout: horizontal bars with
// their labels, and a line over time. Nothing is told by colour alone, and each
// drawing has a title and is described in words; the table that it is drawn from
// belongs beside it.
//
// Colours are custom properties of the page with a fallback, so that a drawing
// follows the page's scheme and is still right without one.
package chart

import (
	"html/template"
	"math"

	"khumue/internal/sheet"
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

// lay puts the bars on a ground.
func (c Bars) lay(g ground) {
	for i, bar := range c.List {
		y := float64(i * rowHeight)
		g.text(0, y+textSize, start, ink, bar.Mark, clip(bar.Label))
		long := 0.0
		if c.Most > 0 && !bar.None {
			long = math.Min(math.Max(bar.Value/c.Most, 0), 1) * (width - endRoom)
		}
		g.bar(0, y+22, width-endRoom, barHeight, line)
		fill := other
		if bar.Mark {
			fill = accent
		}
		if long > 0 {
			g.bar(0, y+22, long, barHeight, fill)
		}
		g.text(width-endRoom+10, y+22+barHeight-3, start, ink, bar.Mark, bar.Text)
	}
}

func (c Bars) height() int { return max(len(c.List)*rowHeight, 1) }

// SVG draws the bars.
func (c Bars) SVG() template.HTML { return asSVG(c.Title, c.About, c.height(), c.lay) }

// Sheet is the same drawing as a page of its own, with its title and a line on
// what it is of.
func (c Bars) Sheet(of string) *sheet.Sheet { return asSheet(c.Title, of, c.height(), c.lay) }

// Dot is one point of a line; one without a value leaves a gap.
type Dot struct {
	Label string // below, such as ม.ค.
	Value float64
	Text  string // at the dot, where the line leaves room
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

// The parts of a chart of a line: room above, below and on the left of it, and how
// high it is.
const top, bottom, left, high = 28, 52, 96, 250

// SVG draws the line.
func (c Line) SVG() template.HTML { return asSVG(c.Title, c.About, top+high+bottom, c.lay) }

// Sheet is the same drawing as a page of its own, with its title and a line on
// what it is of.
func (c Line) Sheet(of string) *sheet.Sheet { return asSheet(c.Title, of, top+high+bottom, c.lay) }

func (c Line) lay(g ground) {
	y := func(v float64) float64 {
		if c.Most <= c.Least {
			return top + high
		}
		return top + (c.Most-math.Min(math.Max(v, c.Least), c.Most))/(c.Most-c.Least)*high
	}
	for _, s := range c.Steps {
		g.lines([]dot{{left, y(s.Value)}, {width, y(s.Value)}}, 1, line)
		g.text(0, y(s.Value)+5, start, soft, false, s.Text)
	}
	room := float64(width-left) / float64(max(len(c.Dots), 1))
	x := func(i int) float64 { return left + room*(float64(i)+0.5) }
	at := make([]dot, len(c.Dots))
	var run []dot
	for i, d := range c.Dots {
		if at[i] = (dot{x(i), y(d.Value)}); d.None {
			g.lines(run, 2.5, accent)
			run = nil
			continue
		}
		run = append(run, at[i])
	}
	g.lines(run, 2.5, accent)
	values := c.values(at)
	for i, d := range c.Dots {
		if !d.None {
			g.disc(x(i), y(d.Value), 4, accent)
			g.text(values[i].x, values[i].y, middle, ink, false, d.Text)
		}
		g.text(x(i), top+high+42, middle, soft, false, d.Label)
	}
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
