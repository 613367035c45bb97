// Package qr draws QR codes (ISO/IEC 18004). It is the only importer of the
// library that encodes them.
package qr

import (
	"fmt"
	"html/template"
	"strconv"
	"sync"

	"rsc.io/qr/coding"
)

// quiet is the width of the quiet zone that the standard asks for, in modules.
const quiet = 4

// plans are the layouts of the codes of each size: making one costs as much as
// fifty codes.
var plans [coding.MaxVersion + 1]struct {
	once sync.Once
	plan *coding.Plan
	err  error
}

// encode returns the smallest code of error correction M that holds text.
func encode(text string) (*coding.Code, error) {
	data := coding.String(text)
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		if data.Bits(v) > v.DataBytes(coding.M)*8 {
			continue
		}
		p := &plans[v]
		p.once.Do(func() { p.plan, p.err = coding.NewPlan(v, coding.M, 0) })
		if p.err != nil {
			return nil, fmt.Errorf("qr: %w", p.err)
		}
		return p.plan.Encode(data)
	}
	return nil, fmt.Errorf("qr: %d bytes do not fit into a code", len(text))
}

// SVG draws text as a QR code of error correction M, dark on transparent, with
// its quiet zone, as an element of class "qr" that can stand in a page. The
// code has no size of its own. It fails only for text that no code can hold:
// more than 2,331 bytes.
func SVG(text, label string) (template.HTML, error) {
	code, err := encode(text)
	if err != nil {
		return "", err
	}
	side := strconv.Itoa(code.Size + 2*quiet)
	b := make([]byte, 0, 6000)
	b = append(b, `<svg class="qr" role="img" aria-label="`...)
	b = append(b, template.HTMLEscapeString(label)...)
	b = append(b, `" viewBox="0 0 `+side+" "+side+`" shape-rendering="crispEdges"><path stroke="currentColor" d="`...)
	for y := range code.Size {
		b = row(b, code, y)
	}
	return template.HTML(append(b, `"/></svg>`...)), nil
}

// row draws the dark runs of one row as strokes one module wide: the shortest
// way to say it.
func row(b []byte, code *coding.Code, y int) []byte {
	at := -1 // where the last stroke ended; none in this row yet
	for x := 0; x < code.Size; x++ {
		run := 0
		for x+run < code.Size && code.Black(x+run, y) {
			run++
		}
		if run == 0 {
			continue
		}
		if at < 0 {
			b = append(b, 'M')
			b = strconv.AppendInt(b, int64(x+quiet), 10)
			b = append(b, ' ')
			b = strconv.AppendInt(b, int64(y+quiet), 10)
			b = append(b, ".5h"...)
		} else {
			b = append(b, 'm')
			b = strconv.AppendInt(b, int64(x-at), 10)
			b = append(b, " 0h"...)
		}
		b = strconv.AppendInt(b, int64(run), 10)
		at = x + run
		x += run
	}
	return b
}
