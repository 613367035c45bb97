// Package poster makes what hangs at a counter: a QR code that opens the survey
// of a service point, or of one manual there, with the names of agency and point.
// It knows designs, sizes and words, and refuses to know who may have one.
package poster

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/qr"
	"khumue/internal/sheet"
)

// Poster is what one poster says.
type Poster struct {
	Agency  catalog.Text
	Logo    *sheet.Image // nil for an agency without
	Code    catalog.PointCode
	Point   catalog.Text
	Manual  catalog.ManualID // "" for all that is served at the point
	Title   catalog.Text     // of the manual
	Address string           // what the code opens; of Address
	Set     string           // the question set, as "satisfaction-1"; "" says nothing
}

// Address is where the survey of a point, or of a manual there, is answered on a
// site.
func Address(site string, point catalog.PointCode, manual catalog.ManualID) string {
	s := strings.TrimSuffix(site, "/") + "/survey/" + string(point) + "/"
	if manual != "" {
		s += "?" + url.Values{"procedure": {string(manual)}}.Encode()
	}
	return s
}

// Kiosk is the address for a tablet that stands at the counter.
func Kiosk(site string, point catalog.PointCode) string {
	return Address(site, point, "") + "?kiosk=1"
}

// Design is how a poster looks.
type Design string

// The designs.
const (
	Official Design = "official" // calm: white, with a blue head
	Counter  Design = "counter"  // large, to be read across a room
	Plain    Design = "plain"    // black on white, for any copier
)

// Designs are all designs, the first the usual.
func Designs() []Design { return []Design{Official, Counter, Plain} }

// Size is what a poster is printed on.
type Size string

// The sizes.
const (
	A4   Size = "a4"
	A5   Size = "a5"
	Card Size = "card" // A4, folded across its middle, to stand on a table
)

// Sizes are all sizes, the first the usual.
func Sizes() []Size { return []Size{A4, A5, Card} }

// Format is a kind of file.
type Format string

// The formats.
const (
	PDF Format = "pdf"
	SVG Format = "svg"
	PNG Format = "png"
)

// Formats are all formats, the first the usual.
func Formats() []Format { return []Format{PDF, SVG, PNG} }

// MediaType is what a browser calls the format.
func (f Format) MediaType() string {
	return map[Format]string{PDF: "application/pdf", SVG: "image/svg+xml", PNG: "image/png"}[f]
}

// Style is how posters are made.
type Style struct {
	Design Design
	Size   Size
}

// ParseStyle reads a style. Nothing is the usual; what there is not is
// fault.Invalid.
func ParseStyle(design, size string) (s Style, err error) {
	if s.Design, err = choose(design, Designs()); err != nil {
		return s, err
	}
	s.Size, err = choose(size, Sizes())
	return s, err
}

// ParseFormat reads a format. Nothing is PDF; what there is not is fault.Invalid.
func ParseFormat(format string) (Format, error) { return choose(format, Formats()) }

func choose[T ~string](given string, among []T) (T, error) {
	if given == "" {
		return among[0], nil
	}
	if slices.Contains(among, T(given)) {
		return T(given), nil
	}
	words := make([]string, len(among))
	for i, w := range among {
		words[i] = string(w)
	}
	all := strings.Join(words, ", ")
	return "", fault.New(fault.Invalid, fault.Textf("ไม่มีแบบ %q", "There is no %q", given), fault.Textf("เลือกจาก %s", "Choose from %s", all))
}

// FileName is the name of a poster's file: letters a to z, digits and hyphens.
func (p Poster) FileName(s Style, f Format) string {
	name := "survey-" + string(p.Code)
	if p.Manual != "" {
		name += "-" + string(p.Manual)
	}
	return name + "-" + string(s.Design) + "-" + string(s.Size) + "." + string(f)
}

// Sheet lays a poster out. It fails only for an address that no code holds.
func (p Poster) Sheet(s Style) (*sheet.Sheet, error) {
	code, err := qr.Encode(p.Address, qr.Quartile)
	if err != nil {
		return nil, fmt.Errorf("poster of %s: %w", p.Code, err)
	}
	d := draft{Poster: p, code: code}
	paper := map[Size]struct{ width, height float64 }{A4: {210, 297}, A5: {148, 210}, Card: {210, 297}}[s.Size]
	out := &sheet.Sheet{Width: mm(paper.width), Height: mm(paper.height), Language: "th", Title: p.name()}
	if s.Size == Card {
		d.card(out, s.Design)
		return out, nil
	}
	b := board{sheet: out, k: out.Width / mm(210)}
	switch s.Design {
	case Official:
		d.official(b)
	case Counter:
		d.counter(b)
	case Plain:
		d.plain(b)
	}
	return out, nil
}

// name is what a poster is called in lists.
func (p Poster) name() string {
	name := p.Point.TH
	if p.Manual != "" {
		name += " · " + p.Title.TH
	}
	return name
}

// short is the address as a person types it.
func (p Poster) short() string {
	_, short, _ := strings.Cut(p.Address, "://")
	return short
}
