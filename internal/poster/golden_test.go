package poster

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"

	"khumue/internal/testkit"
)

// Renew the golden pictures after a change that is meant, and look at them:
//
//	go test ./internal/poster -run Scanner -update
var update = flag.Bool("update", false, "write the golden pictures anew")

// goldenDPI is how many pixels of a golden picture an inch has.
const goldenDPI = 50

// asGolden compares a poster with its golden picture: the PDF closely, what others
// draw, and smooth in other ways, from some way off.
func asGolden(t *testing.T, p Poster, s Style, photos map[Format]image.Image) {
	t.Helper()
	name := filepath.Join("testdata", string(s.Design)+"-"+string(s.Size)+".png")
	paper := testkit.PaperPages(t, file(t, p, s, PDF), goldenDPI)[0]
	if *update {
		keep(t, name, paper)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := paper.Bounds(), golden.Bounds(); got != want {
		t.Fatalf("the PDF is of %v pixels, want %v", got, want)
	}
	if mean, far := unlike(paper, golden, 1); mean > 1 || far > 0.01 {
		t.Errorf("the PDF differs from %s by %.2f of 255, %.2f %% of it by much", name, mean, far*100)
	}
	for format, img := range photos {
		if mean, far := unlike(scaled(img, golden.Bounds()), golden, 4); mean > 10 || far > 0.03 {
			t.Errorf("the %s differs from %s by %.2f of 255, %.2f %% of it by much", format, name, mean, far*100)
		}
	}
}

func keep(t *testing.T, name string, img image.Image) {
	t.Helper()
	few := image.NewPaletted(img.Bounds(), palette())
	draw.Draw(few, few.Bounds(), img, img.Bounds().Min, draw.Src)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, few); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// palette is the colours between those of the house, so that golden pictures are
// small.
func palette() color.Palette {
	var out color.Palette
	for _, ends := range [][2]color.RGBA{{black, white}, {accent8, white}, {accent8, pale8}, {pale8, black}} {
		for i := range 17 {
			mix := func(a, b uint8) uint8 { return uint8((int(a)*(16-i) + int(b)*i) / 16) }
			out = append(out, color.RGBA{mix(ends[0].R, ends[1].R), mix(ends[0].G, ends[1].G), mix(ends[0].B, ends[1].B), 255})
		}
	}
	return out
}

var (
	black   = color.RGBA{0, 0, 0, 255}
	white   = color.RGBA{255, 255, 255, 255}
	accent8 = color.RGBA{accent.R, accent.G, accent.B, 255}
	pale8   = color.RGBA{pale.R, pale.G, pale.B, 255}
)

func scaled(img image.Image, size image.Rectangle) image.Image {
	out := image.NewRGBA(size)
	draw.CatmullRom.Scale(out, size, img, img.Bounds(), draw.Src, nil)
	return out
}

// unlike is by how much two pictures of a size differ, seen in squares of block
// pixels: on average, of 255, and what part of them by more than 48.
func unlike(a, b image.Image, block int) (mean, far float64) {
	size := a.Bounds()
	squares := 0
	for y := size.Min.Y; y+block <= size.Max.Y; y += block {
		for x := size.Min.X; x+block <= size.Max.X; x += block {
			r := image.Rect(x, y, x+block, y+block)
			d := shade(a, r) - shade(b, r)
			if d < 0 {
				d = -d
			}
			mean += d
			if d > 48 {
				far++
			}
			squares++
		}
	}
	return mean / float64(squares), far / float64(squares)
}

// shade is how light a part of a picture is, of 255.
func shade(img image.Image, r image.Rectangle) (sum float64) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum += float64(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y)
		}
	}
	return sum / float64(r.Dx()*r.Dy())
}
