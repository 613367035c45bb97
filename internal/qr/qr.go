// Package qr draws QR codes (ISO/IEC 18004). It is the only importer of the
// library that encodes them.
package qr

import (
	"fmt"
	"html/template"
	"strconv"
	"sync"

	"rsc.io/qr/coding"
	"rsc.io/qr/gf256"
)

// Quiet is the width of the quiet zone that the standard asks for around a code,
// in modules.
const Quiet = 4

// Level is how much of a code may be spoiled and it is still read.
type Level int

// The levels that are used: on a screen or a page, and on a wall, where a code
// is scratched, faded and photographed from aside.
const (
	Medium   Level = iota // M of the standard: about 15 in a hundred
	Quartile              // Q of the standard: about 25 in a hundred
)

func (v Level) coding() coding.Level { return [...]coding.Level{coding.M, coding.Q}[v] }

// layout says where each bit of a code of one size stands. Making one costs as
// much as two hundred codes.
type layout struct {
	once sync.Once
	err  error

	side    int // in modules
	data    int // bytes
	total   int // bytes, with those that correct errors
	blocks  int
	check   int // bytes for each block
	modules []module
	encode  sync.Pool // of *gf256.RSEncoder
}

// module is one square of a code: dark as the bit of a byte says, or just not
// so. Where it depends on none, its byte is one behind all others, which is 0.
type module struct {
	at    uint16
	shift uint8
	dark  uint8 // where the bit is 0
}

// longestSide is how many modules the largest code is wide.
const longestSide = 17 + 4*coding.MaxVersion

var layouts [Quartile + 1][coding.MaxVersion + 1]layout

func (l *layout) make(v coding.Version, level coding.Level) {
	p, err := coding.NewPlan(v, level, 0)
	if err != nil {
		l.err = fmt.Errorf("qr: %w", err)
		return
	}
	l.side, l.data, l.blocks, l.check = len(p.Pixel), p.DataBytes, p.Blocks, p.CheckBytes/p.Blocks
	l.total = p.DataBytes + p.CheckBytes
	l.encode.New = func() any { return gf256.NewRSEncoder(coding.Field, l.check) }
	for _, row := range p.Pixel {
		for _, pixel := range row {
			m := module{at: uint16(l.total), dark: uint8(pixel & coding.Black)}
			if role := pixel.Role(); role == coding.Data || role == coding.Check {
				m.at, m.shift = uint16(pixel.Offset()/8), uint8(7-pixel.Offset()%8)
			}
			l.modules = append(l.modules, m)
		}
	}
}

// layoutOf returns the smallest layout of a level that holds text, and in how
// many bytes it tells the length of text.
func layoutOf(text string, level Level) (l *layout, counting int, err error) {
	data := coding.String(text)
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		bits := data.Bits(v)
		if bits > v.DataBytes(level.coding())*8 {
			continue
		}
		l := &layouts[level][v]
		l.once.Do(func() { l.make(v, level.coding()) })
		return l, bits/8 - len(text), l.err
	}
	return nil, 0, fmt.Errorf("qr: %d bytes do not fit into a code", len(text))
}

// bytesMode is how a code says that bytes follow.
const bytesMode = 4

// fill appends all bytes of the code of text, and a 0.
func (l *layout) fill(b []byte, text string, counting int) []byte {
	begin := len(b)
	half := byte(bytesMode) // of the next byte
	put := func(c byte) {
		b = append(b, half<<4|c>>4)
		half = c
	}
	for i := counting - 1; i >= 0; i-- {
		put(byte(len(text) >> (8 * i)))
	}
	for i := range len(text) {
		put(text[i])
	}
	put(0)
	for pad := byte(0xec); len(b)-begin < l.data; pad ^= 0xec ^ 0x11 {
		b = append(b, pad)
	}
	return append(l.corrected(b, b[begin:]), 0)
}

// corrected appends to b the bytes that correct errors in data. The last blocks
// have one byte of it more than the first.
func (l *layout) corrected(b, data []byte) []byte {
	rs := l.encode.Get().(*gf256.RSEncoder)
	defer l.encode.Put(rs)
	for left := l.blocks; left > 0; left-- {
		n := len(data) / left
		at := len(b)
		for range l.check {
			b = append(b, 0)
		}
		rs.ECC(data[:n], b[at:])
		data = data[n:]
	}
	return b
}

// desk is what one code is drawn on, kept for the next.
type desk struct{ code, svg []byte }

var desks = sync.Pool{New: func() any { return new(desk) }}

// SVG draws text as a QR code of error correction M, dark on transparent, with
// its quiet zone, as an element of class "qr" that can stand in a page. The
// code has no size of its own. It fails only for text that no code can hold:
// more than 2,331 bytes.
func SVG(text, label string) (template.HTML, error) {
	l, counting, err := layoutOf(text, Medium)
	if err != nil {
		return "", err
	}
	k := desks.Get().(*desk)
	defer desks.Put(k)
	k.code = l.fill(k.code[:0], text, counting)
	side := strconv.Itoa(l.side + 2*Quiet)
	b := append(k.svg[:0], `<svg class="qr" role="img" aria-label="`...)
	b = append(b, template.HTMLEscapeString(label)...)
	b = append(b, `" viewBox="0 0 `+side+" "+side+`" shape-rendering="crispEdges"><path stroke="currentColor" d="`...)
	for y := range l.side {
		b = row(b, l.modules[y*l.side:][:l.side], k.code, y)
	}
	k.svg = append(b, `"/></svg>`...)
	return template.HTML(k.svg), nil
}

// row draws the dark runs of one row as strokes one module wide: the shortest
// way to say it.
func row(b []byte, modules []module, code []byte, y int) []byte {
	var turns [longestSide + 2]uint8 // where the colour changes
	n, last := 0, uint8(0)
	for x, m := range modules { // what comes next is anyone's guess: no branch
		dark := code[m.at]>>m.shift&1 ^ m.dark
		turns[n] = uint8(x)
		n += int(dark ^ last)
		last = dark
	}
	turns[n] = uint8(len(modules))
	for i := 0; i < n; i += 2 {
		from, to := int(turns[i]), int(turns[i+1])
		if i == 0 {
			b = append(b, 'M')
			b = strconv.AppendInt(b, int64(from+Quiet), 10)
			b = append(b, ' ')
			b = strconv.AppendInt(b, int64(y+Quiet), 10)
			b = append(b, ".5h"...)
		} else {
			b = append(b, 'm')
			b = strconv.AppendInt(b, int64(from-int(turns[i-1])), 10)
			b = append(b, " 0h"...)
		}
		b = strconv.AppendInt(b, int64(to-from), 10)
	}
	return b
}
