package pdf

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"khumue/internal/typeset"
)

// usedFont is a face with the glyphs that a file uses.
type usedFont struct {
	face *typeset.Face
	id   id
	name string            // by which pages name it
	said map[uint16]string // what each glyph says where nothing else is said
}

// says reports whether the glyphs of a cluster, one after the other, are read as
// its text. A glyph says what it said when it was used first.
func (u *usedFont) says(c typeset.Cluster) bool {
	runes := []rune(c.Text)
	var b strings.Builder
	for i, g := range c.Glyphs {
		if _, known := u.said[g.ID]; !known {
			u.said[g.ID] = meaning(runes, i, len(c.Glyphs))
		}
		b.WriteString(u.said[g.ID])
	}
	return b.String() == c.Text
}

// meaning is what the i-th of n glyphs of a cluster says by itself.
func meaning(runes []rune, i, n int) string {
	switch {
	case n == 1:
		return string(runes)
	case len(runes) == n:
		return string(runes[i])
	case i == 0 && len(runes) > 0:
		return string(runes[0])
	}
	return ""
}

// end writes the font with the glyphs that were used.
func (u *usedFont) end(w *Writer) error {
	ids := slices.Sorted(maps.Keys(u.said))
	file, err := u.face.Subset(ids)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	name := string(tag) + "+" + u.face.Name()
	data, descriptor, below, unicode := w.free(), w.free(), w.free(), w.free()
	w.stream(data, fmt.Sprintf("/Length1 %d", len(file)), file)
	m := u.face.Metrics()
	weight := 80
	if strings.HasSuffix(u.face.Name(), "Bold") {
		weight = 140
	}
	w.object(descriptor, fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[-600 %d 1500 %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV %d/FontFile2 %v>>",
		name, m.Descent-200, m.Ascent+200, m.Ascent, m.Descent, m.CapHeight, weight, data))
	w.object(below, fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %v/CIDToGIDMap/Identity/DW 0/W[%s]>>",
		name, descriptor, u.widths(ids)))
	w.stream(unicode, "", []byte(u.toUnicode(ids)))
	w.object(u.id, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%v]/ToUnicode %v>>", name, below, unicode))
	return w.err
}

func (u *usedFont) widths(ids []uint16) string {
	var b strings.Builder
	for i, n := range ids {
		switch {
		case i > 0 && ids[i-1] == n-1:
			b.WriteByte(' ')
		case i > 0:
			fmt.Fprintf(&b, "]%d[", n)
		default:
			fmt.Fprintf(&b, "%d[", n)
		}
		fmt.Fprintf(&b, "%d", u.face.Advance(n))
	}
	return b.String() + "]"
}

// mostRanges is how many lines one table of a character map may have.
const mostRanges = 100

// toUnicode is the map from glyphs to what they say.
func (u *usedFont) toUnicode(ids []uint16) string {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	ids = slices.DeleteFunc(slices.Clone(ids), func(n uint16) bool { return u.said[n] == "" })
	for part := range slices.Chunk(ids, mostRanges) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for _, n := range part {
			fmt.Fprintf(&b, "<%04X> <%s>\n", n, utf16Hex(u.said[n]))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.String()
}
