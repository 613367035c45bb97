package sheet

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/vector"

	"khumue/internal/typeset"
)

// most is how many pixels a side of a drawn sheet may have.
const most = 10_000

// PNG writes the sheet as a picture of about as many pixels for an inch as are
// asked for: as many as make the modules of its first code whole pixels, so that
// it is as sharp as can be.
func (s *Sheet) PNG(w io.Writer, dpi float64) error {
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	return e.Encode(w, s.Draw(s.sharp(dpi)))
}

// sharp is the resolution next to one at which the modules of the first code are
// whole pixels.
func (s *Sheet) sharp(dpi float64) float64 {
	for _, m := range s.Marks {
		if c, ok := m.What.(Code); ok {
			pixels := c.Module() * dpi / 72
			return dpi * max(math.Round(pixels), 1) / pixels
		}
	}
	return dpi
}

// Draw is the sheet in pixels. A side has at most 10,000 of them.
func (s *Sheet) Draw(dpi float64) image.Image {
	scale := min(dpi/72, most/max(s.Width, s.Height, 1))
	size := image.Rect(0, 0, max(int(math.Round(s.Width*scale)), 1), max(int(math.Round(s.Height*scale)), 1))
	c := canvas{scale: scale, img: image.NewRGBA(size)}
	draw.Draw(c.img, size, image.White, image.Point{}, draw.Src)
	for _, m := range s.Marks {
		c.turned = m.Turned
		c.draw(m.What)
	}
	return c.img
}

// canvas is a picture that is being drawn.
type canvas struct {
	scale  float64
	turned bool
	img    *image.RGBA
	ink    vector.Rasterizer
}

// at is a place of the sheet in pixels.
func (c *canvas) at(p typeset.Point) (x, y float64) {
	x, y = p.X*c.scale, p.Y*c.scale
	if c.turned {
		size := c.img.Bounds()
		return float64(size.Dx()) - x, float64(size.Dy()) - y
	}
	return x, y
}

func (c *canvas) draw(w What) {
	switch v := w.(type) {
	case Text:
		for _, r := range v.Rows {
			c.row(r, v.Color)
		}
	case Shape:
		c.fill(v.Path, v.Color)
	case Picture:
		c.picture(v)
	case Code:
		c.code(v)
	}
}

func (c *canvas) row(r Row, ink Color) {
	k := r.Size / 1000
	each(r.Row, func(id uint16, x, y int) {
		outline := r.Face.Outline(id)
		moved := make(typeset.Path, len(outline))
		for i, s := range outline {
			moved[i].Draw = s.Draw
			for j := range points(s.Draw) {
				moved[i].Points[j] = typeset.Point{X: r.X + (float64(x)+s.Points[j].X)*k, Y: r.Y - (float64(y)+s.Points[j].Y)*k}
			}
		}
		c.fill(moved, ink)
	})
}

// fill draws a path within the least rectangle of the picture that holds it.
func (c *canvas) fill(path typeset.Path, ink Color) {
	if len(path) == 0 {
		return
	}
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range path {
		for j := range points(s.Draw) {
			x, y := c.at(s.Points[j])
			left, top, right, bottom = min(left, x), min(top, y), max(right, x), max(bottom, y)
		}
	}
	box := image.Rect(int(math.Floor(left)), int(math.Floor(top)), int(math.Ceil(right)), int(math.Ceil(bottom))).Intersect(c.img.Bounds())
	if box.Empty() {
		return
	}
	c.ink.Reset(box.Dx(), box.Dy())
	pen := func(p typeset.Point) (x, y float32) {
		px, py := c.at(p)
		return float32(px - float64(box.Min.X)), float32(py - float64(box.Min.Y))
	}
	for i, s := range path {
		ax, ay := pen(s.Points[0])
		bx, by := pen(s.Points[1])
		dx, dy := pen(s.Points[2])
		switch s.Draw {
		case typeset.Move:
			if i > 0 {
				c.ink.ClosePath()
			}
			c.ink.MoveTo(ax, ay)
		case typeset.Line:
			c.ink.LineTo(ax, ay)
		case typeset.Quad:
			c.ink.QuadTo(ax, ay, bx, by)
		case typeset.Cubic:
			c.ink.CubeTo(ax, ay, bx, by, dx, dy)
		}
	}
	c.ink.ClosePath()
	c.ink.Draw(c.img, box, image.NewUniform(ink.rgba()), image.Point{})
}

func (c Color) rgba() color.RGBA { return color.RGBA{c.R, c.G, c.B, 255} }

// rect is a rectangle of the sheet in whole pixels.
func (c *canvas) rect(x, y, width, height float64) image.Rectangle {
	ax, ay := c.at(typeset.Point{X: x, Y: y})
	bx, by := c.at(typeset.Point{X: x + width, Y: y + height})
	return image.Rect(int(math.Round(ax)), int(math.Round(ay)), int(math.Round(bx)), int(math.Round(by)))
}

func (c *canvas) picture(p Picture) {
	src := p.Image.Pixels
	if c.turned {
		src = turned(src)
	}
	xdraw.CatmullRom.Scale(c.img, c.rect(p.X, p.Y, p.Width, p.Height), src, src.Bounds(), draw.Over, nil)
}

// turned is a picture by half a turn.
func turned(src image.Image) image.Image {
	b := src.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dx()-1-x, b.Dy()-1-y, src.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// code draws a code of modules of whole pixels in the middle of its place.
func (c *canvas) code(v Code) {
	place := c.rect(v.X, v.Y, v.Side, v.Side)
	n := v.Grid.Side()
	module := max(int(math.Round(float64(place.Dx())/float64(n))), 1)
	left, top := place.Min.X+(place.Dx()-n*module)/2, place.Min.Y+(place.Dy()-n*module)/2
	v.Grid.Runs(func(x, y, width int) {
		r := image.Rect(left+x*module, top+y*module, left+(x+width)*module, top+(y+1)*module)
		if c.turned {
			end := n * module
			r = image.Rect(left+end-(x+width)*module, top+end-(y+1)*module, left+end-x*module, top+end-y*module)
		}
		draw.Draw(c.img, r, image.Black, image.Point{}, draw.Src)
	})
}
