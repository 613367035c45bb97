package typeset

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// Subset is the font as a TrueType file that draws the given glyphs, and those
// that they are made of, and no others. Glyphs keep their numbers. The same
// glyphs give the same bytes.
func (f *Face) Subset(ids []uint16) ([]byte, error) {
	t, err := tables(f.data)
	if err != nil {
		return nil, fmt.Errorf("typeset: %s: %w", f.name, err)
	}
	shapes, ends, err := t.outlines()
	if err != nil {
		return nil, fmt.Errorf("typeset: %s: %w", f.name, err)
	}
	keep := map[int]bool{0: true}
	for _, id := range ids {
		if int(id) < len(ends)-1 {
			keepWithParts(keep, shapes, ends, int(id))
		}
	}
	var glyf, loca []byte
	for i := range len(ends) - 1 {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		if keep[i] {
			glyf = append(glyf, shapes[ends[i]:ends[i+1]]...)
			glyf = append(glyf, make([]byte, -len(glyf)&3)...)
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	out := sfnt{"glyf": glyf, "loca": loca}
	for _, name := range []string{"head", "hhea", "hmtx", "maxp", "cvt ", "fpgm", "prep"} {
		if data, ok := t[name]; ok {
			out[name] = slices.Clone(data)
		}
	}
	binary.BigEndian.PutUint16(out["head"][50:], 1) // offsets of glyphs are of four bytes
	return out.file(), nil
}

// sfnt is the tables of a font by their names.
type sfnt map[string][]byte

var errFont = fmt.Errorf("not a TrueType font that can be parted")

func tables(file []byte) (sfnt, error) {
	if len(file) < 12 {
		return nil, errFont
	}
	out := sfnt{}
	n := int(binary.BigEndian.Uint16(file[4:]))
	for i := range n {
		at := 12 + 16*i
		if at+16 > len(file) {
			return nil, errFont
		}
		from, size := int(binary.BigEndian.Uint32(file[at+8:])), int(binary.BigEndian.Uint32(file[at+12:]))
		if from > len(file) || size > len(file)-from {
			return nil, errFont
		}
		out[string(file[at:at+4])] = file[from : from+size]
	}
	return out, nil
}

// outlines are the shapes of all glyphs, and where each begins; one more says
// where the last ends.
func (t sfnt) outlines() (shapes []byte, at []int, err error) {
	head, maxp, loca, glyf := t["head"], t["maxp"], t["loca"], t["glyf"]
	if len(head) < 54 || len(maxp) < 6 {
		return nil, nil, errFont
	}
	n := int(binary.BigEndian.Uint16(maxp[4:])) + 1
	long := binary.BigEndian.Uint16(head[50:]) == 1
	if long && len(loca) < 4*n || len(loca) < 2*n {
		return nil, nil, errFont
	}
	for i := range n {
		if long {
			at = append(at, int(binary.BigEndian.Uint32(loca[4*i:])))
		} else {
			at = append(at, 2*int(binary.BigEndian.Uint16(loca[2*i:])))
		}
		if at[i] > len(glyf) || i > 0 && at[i] < at[i-1] {
			return nil, nil, errFont
		}
	}
	return glyf, at, nil
}

// Flags of a part of a glyph, as the format names them.
const (
	argsAreWords  = 1 << 0
	hasScale      = 1 << 3
	moreParts     = 1 << 5
	hasTwoScales  = 1 << 6
	hasFourScales = 1 << 7
)

// keepWithParts keeps a glyph, and those that it is made of.
func keepWithParts(keep map[int]bool, shapes []byte, at []int, id int) {
	if id >= len(at)-1 || keep[id] && id != 0 {
		return
	}
	keep[id] = true
	g := shapes[at[id]:at[id+1]]
	if len(g) < 10 || int16(binary.BigEndian.Uint16(g)) >= 0 {
		return
	}
	for p := 10; p+4 <= len(g); {
		flags, part := binary.BigEndian.Uint16(g[p:]), int(binary.BigEndian.Uint16(g[p+2:]))
		if part != id {
			keepWithParts(keep, shapes, at, part)
		}
		p += 6
		if flags&argsAreWords != 0 {
			p += 2
		}
		switch {
		case flags&hasScale != 0:
			p += 2
		case flags&hasTwoScales != 0:
			p += 4
		case flags&hasFourScales != 0:
			p += 8
		}
		if flags&moreParts == 0 {
			return
		}
	}
}

// file is the tables as a file, with its checksums.
func (t sfnt) file() []byte {
	names := slices.Sorted(maps.Keys(t))
	n := len(names)
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, power * 16, log, (n - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	clear(t["head"][8:12])
	at := 12 + 16*n
	var body []byte
	for _, name := range names {
		data := t[name]
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, checksum(data))
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
		body = append(body, data...)
		body = append(body, make([]byte, -len(body)&3)...)
	}
	head := 0
	for i, name := range names {
		if name == "head" {
			head = int(binary.BigEndian.Uint32(out[12+16*i+8:]))
		}
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out[head+8:], 0xb1b0afba-checksum(out))
	return out
}

func checksum(data []byte) (sum uint32) {
	for len(data) >= 4 {
		sum += binary.BigEndian.Uint32(data)
		data = data[4:]
	}
	if len(data) > 0 {
		var last [4]byte
		copy(last[:], data)
		sum += binary.BigEndian.Uint32(last[:])
	}
	return sum
}
