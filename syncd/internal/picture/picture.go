// Package picture makes a photo fit to be published: whatever came is decoded and
// written anew, upright and no larger than a page shows it.
//
// What is written holds pixels alone. Where and with what it was taken, a second
// picture inside it, and whatever else a file can carry stay behind; what is no
// photo, such as SVG or HTML under a photo's name, is refused. It refuses to know
// HTTP, and what a photo is of.
package picture

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"khumue/internal/fault"
)

// Limits of what is taken, and of what is made of it.
const (
	MaxBytes  = 20 << 20   // of a file that came
	MaxPixels = 50_000_000 // of a JPEG; see mostOthers
	MaxSide   = 1920       // of what is made, in pixels

	mostOthers = 25_000_000 // pixels of a PNG or a WebP, which take more memory
	leastSide  = 40         // pixels
	quality    = 85
)

// Picture is a photo that may be published.
type Picture struct {
	Data          []byte
	Ending        string // of its name: .jpg or .png
	Width, Height int
}

// one lets one picture be decoded at a time: a large one takes 200 MB meanwhile.
var one = make(chan struct{}, 1)

// Clean makes a photo of a file that is JPEG, PNG or WebP by its content, whatever
// it is called. What is none, or is too large, is an error of kind Invalid.
func Clean(data []byte) (Picture, error) {
	f, err := formOf(data)
	if err != nil {
		return Picture{}, err
	}
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return Picture{}, damaged().Because(err)
	}
	w, h := config.Width, config.Height
	switch {
	case w < leastSide || h < leastSide:
		return Picture{}, refused(fault.Textf("ภาพเล็กเกินไป (%d × %d จุดภาพ)", "The picture is too small (%d × %d pixels)", w, h))
	case w > f.most/h:
		return Picture{}, refused(fault.Textf("ภาพใหญ่เกิน %d ล้านจุดภาพ", "The picture has more than %d million pixels", f.most/1_000_000))
	}
	one <- struct{}{}
	defer func() { <-one }()
	img, err := f.decode(bytes.NewReader(data))
	if err != nil {
		return Picture{}, damaged().Because(err)
	}
	turn := upright
	if f.ending == jpegEnding {
		turn = orientation(data)
	}
	return write(turn.apply(fit(img)))
}

// form is a kind of file that is taken.
type form struct {
	ending string
	most   int // pixels
	config func(*bytes.Reader) (image.Config, error)
	decode func(*bytes.Reader) (image.Image, error)
}

const jpegEnding = ".jpg"

// formOf tells what a file is by its first bytes.
func formOf(data []byte) (form, error) {
	switch {
	case len(data) > MaxBytes:
		return form{}, refused(fault.Textf("ไฟล์ใหญ่เกิน %d MB", "The file is larger than %d MB", MaxBytes>>20))
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return form{jpegEnding, MaxPixels, func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }}, nil
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return form{".png", mostOthers, func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }}, nil
	case len(data) > 12 && bytes.HasPrefix(data, []byte("RIFF")) && string(data[8:12]) == "WEBP":
		return form{".webp", mostOthers, func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }}, nil
	case len(data) > 12 && string(data[4:8]) == "ftyp":
		return form{}, fault.New(fault.Invalid, fault.Text{TH: "ภาพ HEIC ใช้ไม่ได้", EN: "HEIC can not be used"},
			fault.Text{TH: "บันทึกเป็น JPEG แล้วเลือกใหม่ ใน iPhone: ตั้งค่า กล้อง รูปแบบ เลือก “ใช้ได้กับอุปกรณ์ส่วนใหญ่”", EN: "Save it as JPEG and choose that. On an iPhone: Settings, Camera, Formats, Most Compatible."})
	}
	return form{}, refused(fault.Text{TH: "ไฟล์นี้ไม่ใช่ภาพ JPEG PNG หรือ WebP", EN: "The file is no JPEG, PNG or WebP picture"})
}

func refused(what fault.Text) *fault.Error {
	return fault.New(fault.Invalid, what, fault.Text{TH: "เลือกภาพอื่น หรือบันทึกใหม่เป็น JPEG", EN: "Choose another, or save it anew as JPEG."})
}

func damaged() *fault.Error {
	return refused(fault.Text{TH: "ไฟล์ภาพเสีย หรือเป็นชนิดที่อ่านไม่ได้", EN: "The picture is damaged, or of a kind that can not be read"})
}

// fit makes a picture small enough, by a smooth scaling.
func fit(img image.Image) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if w <= MaxSide && h <= MaxSide {
		return img
	}
	if w >= h {
		w, h = MaxSide, max(h*MaxSide/w, 1)
	} else {
		w, h = max(w*MaxSide/h, 1), MaxSide
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// write writes a picture: as PNG where something shines through it, else as JPEG.
func write(img image.Image) (Picture, error) {
	out := Picture{Ending: jpegEnding, Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	var buf bytes.Buffer
	if o, ok := img.(interface{ Opaque() bool }); ok && !o.Opaque() {
		out.Ending = ".png"
		if err := png.Encode(&buf, img); err != nil {
			return out, err
		}
	} else if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: quality}); err != nil {
		return out, err
	}
	out.Data = buf.Bytes()
	return out, nil
}
