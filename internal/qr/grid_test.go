package qr

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	_ "image/png"
	"io"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

const address = "https://www.example.go.th/survey/dlt-7f3k5q/?procedure=dlt-abc234"

// decode reads a code from the pixels of a picture, with a decoder of others.
func decode(t *testing.T, img image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}

func TestAPictureIsReadBack(t *testing.T) {
	for _, c := range []struct {
		name   string
		text   string
		level  Level
		pixels int
	}{
		{"an address on a page", address, Medium, 3},
		{"an address on a wall", address, Quartile, 8},
		{"Thai", "สำนักงานขนส่ง", Quartile, 4},
		{"the longest text", strings.Repeat("x", 1663), Quartile, 3},
		{"one byte", "x", Medium, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := Encode(c.text, c.level)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := g.PNG(&b, c.pixels); err != nil {
				t.Fatal(err)
			}
			img, _, err := image.Decode(&b)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := img.Bounds().Dx(), (g.Side()+8)*c.pixels; got != want {
				t.Errorf("got %d pixels, want %d: whole ones, with the quiet zone", got, want)
			}
			if got := decode(t, img); got != c.text {
				t.Errorf("got %q, want %q", got, c.text)
			}
		})
	}
}

func TestACodeIsReadWithASpotOnIt(t *testing.T) {
	g, err := Encode(address, Quartile)
	if err != nil {
		t.Fatal(err)
	}
	for y := 14; y < 20; y++ { // 36 modules turned to white, in one place
		for x := 14; x < 20; x++ {
			g.dark[y*g.side+x] = false
		}
	}
	var b bytes.Buffer
	if err := g.PNG(&b, 4); err != nil {
		t.Fatal(err)
	}
	img, _, err := image.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got := decode(t, img); got != address {
		t.Errorf("got %q, want %q", got, address)
	}
}

func TestTheGridIsTheCodeOfThePage(t *testing.T) {
	page, err := SVG(address, "")
	if err != nil {
		t.Fatal(err)
	}
	g, err := Encode(address, Medium)
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	g.Runs(func(_, _, _ int) { runs++ })
	if got := strings.Count(string(page), "h") - strings.Count(string(page), "shape") - strings.Count(string(page), "path"); got != runs {
		t.Errorf("the page has %d runs, the grid %d", got, runs)
	}
	if g.Dark(-1, 0) || g.Dark(0, g.Side()) || !g.Dark(0, 0) {
		t.Error("what is outside is dark, or the corner is not")
	}
}

func TestAFileOfSquaresIsWellFormed(t *testing.T) {
	g, err := Encode(address, Quartile)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := g.SVG(&b); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(&b); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheHigherLevelHoldsLess(t *testing.T) {
	if _, err := Encode(strings.Repeat("x", 1664), Quartile); err == nil {
		t.Error("1,664 bytes were encoded at the level for walls")
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(address)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := Encode(text, Quartile)
		if err != nil {
			if len(text) <= 1663 {
				t.Fatal(err)
			}
			return
		}
		g.Runs(func(x, y, width int) {
			if !g.Dark(x, y) || !g.Dark(x+width-1, y) || g.Dark(x+width, y) {
				t.Fatalf("a run of %d at %d,%d", width, x, y)
			}
		})
	})
}
