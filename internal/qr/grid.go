package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strconv"
)

// Grid is a code as its squares, for whoever draws it. The quiet zone is not in
// it: leave Quiet modules free on each side.
type Grid struct {
	side int
	dark []bool
}

// Encode returns the smallest code of a level that holds text. It fails only for
// text that none holds: more than 2,331 bytes at Medium, 1,663 at Quartile.
func Encode(text string, level Level) (Grid, error) {
	l, counting, err := layoutOf(text, level)
	if err != nil {
		return Grid{}, err
	}
	code := l.fill(nil, text, counting)
	g := Grid{l.side, make([]bool, len(l.modules))}
	for i, m := range l.modules {
		g.dark[i] = code[m.at]>>m.shift&1 != m.dark
	}
	return g, nil
}

// Side is how many modules the code is wide and high.
func (g Grid) Side() int { return g.side }

// Dark reports whether a module is dark. What stands outside of the code is not.
func (g Grid) Dark(x, y int) bool {
	return x >= 0 && y >= 0 && x < g.side && y < g.side && g.dark[y*g.side+x]
}

// Runs calls draw for each run of dark modules in a row, from the top left: the
// shortest way to draw a code of rectangles one module high.
func (g Grid) Runs(draw func(x, y, width int)) {
	for y := range g.side {
		for x := 0; x < g.side; x++ {
			from := x
			for g.Dark(x, y) {
				x++
			}
			if x > from {
				draw(from, y, x-from)
			}
		}
	}
}

// SVG writes the code with its quiet zone as a file of its own: black on white,
// of no size but a shape.
func (g Grid) SVG(w io.Writer) error {
	side := strconv.Itoa(g.side + 2*Quiet)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %[1]s" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[1]sv%[1]sH0z"/><path d="`, side)
	g.Runs(func(x, y, width int) { fmt.Fprintf(&b, "M%d %dh%dv1h-%[3]dz", x+Quiet, y+Quiet, width) })
	b.WriteString(`"/></svg>`)
	_, err := w.Write(b.Bytes())
	return err
}

// mostPixels is how many pixels one module of a picture may be wide.
const mostPixels = 64

// PNG writes the code with its quiet zone as a picture in black and white, each
// module as many pixels wide as is asked for, 1 to 64.
func (g Grid) PNG(w io.Writer, pixels int) error {
	pixels = min(max(pixels, 1), mostPixels)
	side := (g.side + 2*Quiet) * pixels
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	g.Runs(func(x, y, width int) {
		from := img.PixOffset((x+Quiet)*pixels, (y+Quiet)*pixels)
		for line := range pixels {
			row := img.Pix[from+line*img.Stride:][:width*pixels]
			for i := range row {
				row[i] = 1
			}
		}
	})
	return png.Encode(w, img)
}
