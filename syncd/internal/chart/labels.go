package chart

import (
	"math"

	"khumue/internal/typeset"
)

// box is the room that a text takes.
type box struct{ left, top, right, bottom float64 }

// How far a value stands from its dot, and how high and deep its signs are.
const (
	apart  = 10
	rise   = 11
	beside = 7
)

// around are the places of a value at its dot, the best first: where its text
// begins, or its middle or end is, and its base line.
var around = []struct {
	x, y float64
	at   float64 // which part of its width stands there
}{
	{0, -apart, 0.5}, {0, apart + rise, 0.5},
	{-beside, -beside, 1}, {beside, -beside, 0}, {beside, beside + rise, 0}, {-beside, beside + rise, 1},
}

// values places the values of dots so that the line crosses none and none covers
// another, as far as there is room: above, else below, else at a side where the
// line is not. It returns where the middle of each is.
func (c Line) values(at []dot) []dot {
	out, taken := make([]dot, len(at)), []box(nil)
	for i, d := range c.Dots {
		if d.None || d.Text == "" {
			continue
		}
		wide := typeset.Regular().Row(d.Text, textSize).Width()
		best := math.Inf(1)
		var room box
		for n, place := range around {
			begins, base := at[i].x+place.x-wide*place.at, at[i].y+place.y
			b := box{begins - 1, base - rise - 1, begins + wide + 1, base + 2}
			worse := float64(n) / 10
			for _, o := range taken {
				worse += b.over(o)
			}
			for j := 1; j < len(c.Dots); j++ {
				if !c.Dots[j].None && !c.Dots[j-1].None && b.crossed(at[j-1], at[j]) {
					worse++
				}
			}
			if b.left < left || b.right > width {
				worse++
			}
			if worse < best {
				best, room, out[i] = worse, b, dot{begins + wide/2, base}
			}
		}
		taken = append(taken, room)
	}
	return out
}

// over is 1 where two boxes meet.
func (b box) over(o box) float64 {
	if b.left < o.right && o.left < b.right && b.top < o.bottom && o.top < b.bottom {
		return 1
	}
	return 0
}

// crossed reports whether a line from one dot to another goes through a box: what
// is left of it when each side has cut off what lies beyond (Liang and Barsky, 1984).
func (b box) crossed(from, to dot) bool {
	dx, dy := to.x-from.x, to.y-from.y
	first, last := 0.0, 1.0
	for _, side := range [][2]float64{{-dx, from.x - b.left}, {dx, b.right - from.x}, {-dy, from.y - b.top}, {dy, b.bottom - from.y}} {
		p, q := side[0], side[1]
		switch {
		case p == 0 && q < 0:
			return false
		case p < 0:
			first = math.Max(first, q/p)
		case p > 0:
			last = math.Min(last, q/p)
		}
	}
	return first <= last
}
