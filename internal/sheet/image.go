package sheet

import (
	"bytes"
	"image"
	_ "image/jpeg" // what a picture may be
	_ "image/png"  // what a picture may be

	"khumue/internal/fault"
)

// What a picture may be at most.
const (
	MostBytes  = 2 << 20 // of its file
	MostPixels = 2048    // wide and high
)

// Image is a picture that has been read.
type Image struct {
	Format string // "png" or "jpeg"
	File   []byte // as it was given
	Pixels image.Image
}

// ReadImage reads a picture, PNG or JPEG, of at most MostBytes and MostPixels.
// Other files are fault.Invalid.
func ReadImage(file []byte) (*Image, error) {
	if len(file) > MostBytes {
		return nil, refused("ใช้ภาพที่ไม่เกิน 2 MB", "Use a picture of at most 2 MB.")
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, refused("ใช้ภาพชนิด PNG หรือ JPEG", "Use a picture of the kind PNG or JPEG.")
	}
	if cfg.Width < 1 || cfg.Height < 1 || cfg.Width > MostPixels || cfg.Height > MostPixels {
		return nil, refused("ใช้ภาพที่กว้างและสูงไม่เกิน 2048 จุด", "Use a picture at most 2048 pixels wide and high.")
	}
	pixels, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, refused("บันทึกภาพใหม่แล้วลองอีกครั้ง", "Save the picture anew and try again.")
	}
	return &Image{format, file, pixels}, nil
}

func refused(th, en string) error {
	return fault.New(fault.Invalid, fault.Text{TH: "ใช้ภาพนี้ไม่ได้", EN: "This picture can not be used"}, fault.Text{TH: th, EN: en})
}

// Size is how wide and high the picture is, in pixels.
func (m *Image) Size() (width, height int) {
	b := m.Pixels.Bounds()
	return b.Dx(), b.Dy()
}

// Within returns the rectangle of the picture's own shape that is as large as
// fits into another, and in its middle.
func (m *Image) Within(x, y, width, height float64) (left, top, wide, high float64) {
	w, h := m.Size()
	scale := min(width/float64(w), height/float64(h))
	wide, high = float64(w)*scale, float64(h)*scale
	return x + (width-wide)/2, y + (height-high)/2, wide, high
}
