package pdf

import (
	"fmt"
	"image"
	"image/color"

	"khumue/internal/sheet"
)

// picture writes a picture, once for each file.
func (w *Writer) picture(m *sheet.Image) id {
	if n, ok := w.pictures[m]; ok {
		return n
	}
	n := w.free()
	w.pictures[m] = n
	width, height := m.Size()
	dict := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8", width, height)
	if m.Format == "jpeg" {
		switch m.Pixels.(type) {
		case *image.Gray:
			w.raw(n, dict+"/ColorSpace/DeviceGray/Filter/DCTDecode", m.File)
			return n
		case *image.YCbCr:
			w.raw(n, dict+"/ColorSpace/DeviceRGB/Filter/DCTDecode", m.File)
			return n
		}
	}
	colors, cover, solid := pixels(m.Pixels)
	dict += "/ColorSpace/DeviceRGB"
	if !solid {
		mask := w.free()
		w.stream(mask, fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray", width, height), cover)
		dict += fmt.Sprintf("/SMask %v", mask)
	}
	w.stream(n, dict, colors)
	return n
}

// pixels are the colours of a picture and how much each covers.
func pixels(img image.Image) (colors, cover []byte, solid bool) {
	b := img.Bounds()
	colors, cover, solid = make([]byte, 0, 3*b.Dx()*b.Dy()), make([]byte, 0, b.Dx()*b.Dy()), true
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			colors = append(colors, c.R, c.G, c.B)
			cover = append(cover, c.A)
			solid = solid && c.A == 255
		}
	}
	return colors, cover, solid
}
