package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// turn is how a camera was held, as EXIF numbers it: 1 upright to 8.
type turn int

const upright turn = 1

// orientationTag is the field of EXIF that holds it.
const orientationTag = 0x0112

// orientation reads how a JPEG is to be turned; upright where it does not say.
func orientation(data []byte) turn {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		mark, size := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(data) || mark == 0xda {
			break
		}
		if part := data[at+4 : end]; mark == 0xe1 && bytes.HasPrefix(part, []byte("Exif\x00\x00")) {
			return fromTIFF(part[6:])
		}
		at = end
	}
	return upright
}

// fromTIFF looks the orientation up in the first directory of a TIFF.
func fromTIFF(b []byte) turn {
	if len(b) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return upright
	}
	for i := range int64(order.Uint16(b[at:])) {
		field := at + 2 + 12*i
		if field+12 > int64(len(b)) {
			break
		}
		if order.Uint16(b[field:]) == orientationTag {
			if t := turn(order.Uint16(b[field+8:])); t >= 1 && t <= 8 {
				return t
			}
		}
	}
	return upright
}

// apply turns a picture upright.
func (t turn) apply(img image.Image) image.Image {
	if t == upright {
		return img
	}
	in := img.Bounds()
	w, h := in.Dx(), in.Dy()
	if t >= 5 {
		w, h = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			fx, fy := t.from(x, y, in.Dx(), in.Dy())
			out.Set(x, y, img.At(in.Min.X+fx, in.Min.Y+fy))
		}
	}
	return out
}

// from is where the pixel at x, y of the upright picture stands in one of w × h.
func (t turn) from(x, y, w, h int) (fx, fy int) {
	switch t {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}
