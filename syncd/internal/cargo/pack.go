package cargo

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
)

// windowBytes is how far back a packed file may point: what flate takes.
const windowBytes = 32 << 10

// MaxPart is how many bytes a part has at most, unpacked.
const MaxPart = 1 << 20

// window is the end of what was packed before on the same page.
type window []byte

func (w *window) add(data []byte) {
	*w = append(*w, data...)
	if extra := len(*w) - windowBytes; extra > 0 {
		*w = append(window(nil), (*w)[extra:]...)
	}
}

// Packer packs the parts of one page, in order. Each may point back into those
// before it, since manuals of one country resemble each other: that halves them once
// more. The zero Packer begins a page.
type Packer struct{ before window }

// Pack packs a part. What it gives is the same of the same parts before it, and is
// no part of the page before Keep is called with it.
func (p *Packer) Pack(data []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriterDict(&b, flate.DefaultCompression, p.before)
	if err == nil {
		_, err = w.Write(data)
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		panic("cargo: a buffer refused to grow")
	}
	return b.Bytes()
}

// Keep makes a part one that later ones may point back into.
func (p *Packer) Keep(data []byte) { p.before.add(data) }

// Unpacker is the other end of a Packer. The zero Unpacker begins a page.
type Unpacker struct{ before window }

// Unpack unpacks the next part of a page. What is damaged, or longer than MaxPart,
// is an error of kind Invalid.
func (u *Unpacker) Unpack(packed []byte) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(flate.NewReaderDict(bytes.NewReader(packed), u.before), MaxPart+1))
	if err != nil {
		return nil, invalid(err)
	}
	if len(data) > MaxPart {
		return nil, invalid(errors.New("a part is too long"))
	}
	u.before.add(data)
	return data, nil
}
