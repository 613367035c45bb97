// Package qr draws QR codes (ISO/IEC 18004). It is the only importer of the
// library that encodes them.
package qr

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quiet is the width of the quiet zone that the standard asks for, in modules.
const quiet = 4

// SVG draws text as a QR code of error correction M, dark on transparent, with
// its quiet zone, as an element of class "qr" that can stand in a page. The
// code has no size of its own. It fails only for text that no code can hold:
// more than 2,331 bytes.
func SVG(text, label string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return "", fmt.Errorf("qr: %w", err)
	}
	side := code.Bounds().Dx()
	dark := func(x, y int) bool {
		r, _, _, _ := code.At(x, y).RGBA()
		return r == 0
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="qr" role="img" aria-label="%s" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path d="`,
		template.HTMLEscapeString(label), side+2*quiet, side+2*quiet)
	for y := range side {
		for x := 0; x < side; x++ {
			run := 0
			for x+run < side && dark(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1H%dz", x+quiet, y+quiet, run, x+quiet)
				x += run
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return template.HTML(b.String()), nil
}
