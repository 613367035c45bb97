package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"khumue/internal/fault"
)

// half is a picture whose left half is red and whose right half is blue.
func half(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.NRGBA{B: 255, A: 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// byteOrder reads and writes numbers.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// exif puts EXIF with an orientation, and with where it was taken, into a JPEG.
func exif(src []byte, order byteOrder, t uint16) []byte {
	tiff := []byte("MM\x00\x2a")
	if order.String() == binary.LittleEndian.String() {
		tiff = []byte("II\x2a\x00")
	}
	put16 := func(n uint16) { tiff = order.AppendUint16(tiff, n) }
	tiff = order.AppendUint32(tiff, 8)
	put16(2)
	put16(orientationTag)
	put16(3)
	tiff = order.AppendUint32(tiff, 1)
	put16(t)
	put16(0)
	put16(0x8825) // GPS
	put16(4)
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint32(tiff, 38)
	tiff = append(tiff, "\x00\x00\x00\x00GPS 13.80713 100.55480 SECRET-CAMERA"...)
	part := append([]byte("Exif\x00\x00"), tiff...)
	out := []byte("\xff\xd8\xff\xe1")
	out = binary.BigEndian.AppendUint16(out, uint16(len(part)+2))
	return append(append(out, part...), src[2:]...)
}

// webpPhoto is a WebP of 48 × 48 pixels, all of one colour.
const webpPhoto = `UklGRjACAABXRUJQVlA4WAoAAAAgAAAALwAALwAASUNDUMgBAAAAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADZWUDggQgAAAJADAJ0BKjAAMAA+0WiuUagmJCKjiAEAGglnAM2ygAAc1HqyQfAA/u4KZ9d4tKNf/zNH3m+y3o0Oi2xFJoaszbAAAA==`

func TestWhatAPhotoSaysOfThePersonIsLeftBehind(t *testing.T) {
	for name, order := range map[string]byteOrder{"of one camera": binary.BigEndian, "of another": binary.LittleEndian} {
		src := exif(asJPEG(t, half(120, 60)), order, 1)
		src = append(src, "<script>alert(1)</script>PK\x03\x04"...) // what stands behind the picture
		got, err := Clean(src)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, secret := range []string{"Exif", "GPS", "SECRET", "script", "PK\x03\x04"} {
			if bytes.Contains(got.Data, []byte(secret)) {
				t.Errorf("%s: %q is still in it", name, secret)
			}
		}
		if got.Ending != ".jpg" || got.Width != 120 || got.Height != 60 {
			t.Errorf("%s: got %s of %d × %d", name, got.Ending, got.Width, got.Height)
		}
	}
}

func TestAPhotoIsTurnedUpright(t *testing.T) {
	for held, c := range map[uint16]struct {
		wide bool
		x, y int // of a pixel that is red
	}{1: {true, 10, 30}, 2: {true, 110, 30}, 3: {true, 110, 30}, 4: {true, 10, 30}, 5: {false, 30, 10}, 6: {false, 30, 10}, 7: {false, 30, 110}, 8: {false, 30, 110}} {
		got, err := Clean(exif(asJPEG(t, half(120, 60)), binary.BigEndian, held))
		if err != nil {
			t.Fatal(held, err)
		}
		img, err := jpeg.Decode(bytes.NewReader(got.Data))
		if err != nil {
			t.Fatal(held, err)
		}
		r, _, b, _ := img.At(c.x, c.y).RGBA()
		if got.Width > got.Height != c.wide || r < b {
			t.Errorf("held as %d: %d × %d, red %d and blue %d at %d, %d", held, got.Width, got.Height, r, b, c.x, c.y)
		}
	}
}

func TestALargePhotoIsMadeSmaller(t *testing.T) {
	got, err := Clean(asJPEG(t, half(4000, 3000)))
	if err != nil || got.Width != 1920 || got.Height != 1440 {
		t.Errorf("got %d × %d %v", got.Width, got.Height, err)
	}
	tall, err := Clean(asJPEG(t, half(50, 3000)))
	if err != nil || tall.Width != 32 || tall.Height != 1920 {
		t.Errorf("got %d × %d %v", tall.Width, tall.Height, err)
	}
}

func TestWhatShinesThroughStays(t *testing.T) {
	img := half(60, 60)
	img.SetNRGBA(0, 0, color.NRGBA{})
	got, err := Clean(asPNG(t, img))
	if err != nil || got.Ending != ".png" {
		t.Errorf("got %s %v", got.Ending, err)
	}
	opaque, err := Clean(asPNG(t, half(60, 60)))
	if err != nil || opaque.Ending != ".jpg" {
		t.Errorf("got %s %v", opaque.Ending, err)
	}
}

func TestAWebPIsTaken(t *testing.T) {
	src, err := base64.StdEncoding.DecodeString(webpPhoto)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Clean(src)
	if err != nil || got.Width != 48 || bytes.HasPrefix(got.Data, []byte("RIFF")) {
		t.Errorf("got %+v %v", got, err)
	}
}

// wide is a PNG that says it is 60,000 × 60,000 pixels.
func wide(t testing.TB) []byte {
	b := asPNG(t, half(60, 60))
	binary.BigEndian.PutUint32(b[16:], 60_000)
	binary.BigEndian.PutUint32(b[20:], 60_000)
	return b
}

func TestS30WhatIsNoPhotoIsRefused(t *testing.T) {
	for name, src := range map[string][]byte{
		"nothing":                   nil,
		"SVG":                       []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>`),
		"HTML":                      []byte("<!doctype html><script>alert(1)</script>"),
		"PDF":                       []byte("%PDF-1.7"),
		"GIF":                       []byte("GIF89a\x01\x00\x01\x00"),
		"HTML behind JPEG's mark":   []byte("\xff\xd8\xff\xe0<html>"),
		"half a JPEG":               asJPEG(t, half(400, 400))[:600],
		"a PNG of billions":         wide(t),
		"one pixel":                 asPNG(t, half(1, 1)),
		"HEIC":                      []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"),
		"larger than 20 MB":         append(asJPEG(t, half(60, 60)), make([]byte, MaxBytes)...),
		"a WebP with nothing in it": []byte("RIFF\x04\x00\x00\x00WEBPVP8 "),
	} {
		got, err := Clean(src)
		var told *fault.Error
		if !errors.Is(err, fault.Invalid) || !errors.As(err, &told) || told.What.TH == "" || told.Hint.TH == "" || got.Data != nil {
			t.Errorf("%s: got %v", name, err)
		}
		if name == "HEIC" && !strings.Contains(err.Error(), "HEIC") {
			t.Errorf("got %v", err)
		}
	}
}

// FuzzClean checks that whatever is taken is a JPEG or PNG without marks of its
// making.
func FuzzClean(f *testing.F) {
	f.Add(exif(asJPEG(f, half(60, 60)), binary.LittleEndian, 6))
	f.Add(asPNG(f, half(60, 60)))
	f.Add(wide(f))
	src, _ := base64.StdEncoding.DecodeString(webpPhoto)
	f.Add(src)
	f.Fuzz(func(t *testing.T, data []byte) {
		if orientation(data) < 1 || orientation(data) > 8 {
			t.Fatal("no such way of holding a camera")
		}
		if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && c.Width*c.Height > 4_000_000 {
			return // it takes too long
		}
		got, err := Clean(data)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if c, _, err := image.DecodeConfig(bytes.NewReader(got.Data)); err != nil || c.Width != got.Width || c.Height != got.Height || max(c.Width, c.Height) > MaxSide {
			t.Fatalf("%v %v", c, err)
		}
	})
}
