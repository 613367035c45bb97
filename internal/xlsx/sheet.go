package xlsx

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"khumue/internal/fault"
)

// sheetReader reads the rows of a sheet one by one.
type sheetReader struct {
	scan   *scanner
	texts  *shared
	limits Limits
	last   int // number of the row that was read last

	row   []byte // the texts of a row's cells, one behind the other
	ends  []int  // where they end
	cell  []byte
	wide  int    // cells of the row so far
	kind  string // of the cell
	in    inText
	value bool // within <v>
}

// next returns the next row that is written, and io.EOF behind the last.
func (r *sheetReader) next() (Row, error) {
	number := 0
	for {
		kind, err := r.scan.next()
		if err != nil {
			return Row{}, r.refused(err)
		}
		if kind == ended {
			return Row{}, io.EOF
		}
		switch name := r.scan.name; {
		case string(name) == "row" && kind == opens:
			if number, err = r.begin(); err != nil {
				return Row{}, err
			}
		case number == 0: // outside of all rows
		case string(name) == "row":
			r.last = number
			return Row{number, r.cells()}, nil
		default:
			if err := r.within(kind, number); err != nil {
				return Row{}, err
			}
		}
	}
}

// refused says what is wrong with the XML.
func (r *sheetReader) refused(err error) error {
	if errors.Is(err, errLongText) {
		return tooLarge(fault.Textf("ช่องหนึ่งในแถว %d ยาวเกินไป", "a cell of row %d is too long", r.last+1))
	}
	return notABook().Because(err)
}

// begin reads the number of a row. Rows stand in their order.
func (r *sheetReader) begin() (int, error) {
	r.row, r.ends, r.wide = r.row[:0], r.ends[:0], 0
	number := r.last + 1
	if text := r.scan.attr("r"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n <= r.last {
			return 0, notABook().Because(errXML)
		}
		number = n
	}
	if number > r.limits.Rows {
		return 0, tooLarge(fault.Textf("มีมากกว่า %d แถว", "there are more than %d rows", r.limits.Rows))
	}
	return number, nil
}

// within reads a tag within a row.
func (r *sheetReader) within(kind tag, number int) error {
	switch name := r.scan.name; {
	case string(name) == "c" && kind == opens:
		r.cell, r.kind = r.cell[:0], r.scan.attr("t")
		return r.place(number)
	case string(name) == "c":
		return r.end(number)
	case string(name) == "v":
		if kind == closes {
			r.cell = append(r.cell, r.scan.text...)
		}
		r.value = kind == opens
	default:
		if kind == closes && string(name) == "t" && r.in.wanted() {
			r.cell = append(r.cell, r.scan.text...)
		}
		r.in.step(r.scan, kind)
	}
	r.scan.keep = r.value || r.in.wanted()
	return nil
}

// place goes to the column of a cell.
func (r *sheetReader) place(number int) error {
	column := r.wide
	if at := r.scan.attr("r"); at != "" {
		n, ok := columnOf(at)
		if !ok || n < r.wide {
			return notABook().Because(errXML)
		}
		column = n
	}
	if column >= r.limits.Columns {
		return tooLarge(fault.Textf("แถว %d มีมากกว่า %d คอลัมน์", "row %d has more than %d columns", number, r.limits.Columns))
	}
	for len(r.ends) < column {
		r.ends = append(r.ends, len(r.row))
	}
	r.wide = column + 1
	return nil
}

// columnOf returns the column of a cell such as B7, from 0.
func columnOf(cell string) (int, bool) {
	n := 0
	for i := range len(cell) {
		c := cell[i] &^ ('a' - 'A')
		if c < 'A' || c > 'Z' {
			return n - 1, i > 0
		}
		if n = n*26 + int(c-'A') + 1; n > 1<<20 {
			return 0, false
		}
	}
	return 0, false
}

// end keeps the text of a cell. Of a formula that is what Excel last saw.
func (r *sheetReader) end(number int) error {
	var err error
	from := len(r.row)
	switch r.kind {
	case "s":
		n, bad := strconv.Atoi(string(bytes.TrimSpace(r.cell)))
		if len(r.cell) == 0 {
			break
		}
		if bad != nil {
			return notABook().Because(errXML)
		}
		if r.row, err = r.texts.append(r.row, n); errors.Is(err, errXML) {
			return notABook().Because(err)
		}
	case "str", "inlineStr":
		r.row = append(r.row, withoutEscapes(r.cell)...)
	default:
		r.row = append(r.row, r.cell...)
	}
	if len(r.row)-from > r.limits.Cell {
		return tooLarge(fault.Textf("ช่อง %s ยาวเกินไป", "cell %s is too long", Cell(r.wide-1, number)))
	}
	r.ends = append(r.ends, len(r.row))
	return err
}

// cells are the texts of the row without those that are blank at its end.
func (r *sheetReader) cells() []string {
	n := len(r.ends)
	for n > 0 && (n == 1 && r.ends[0] == 0 || n > 1 && r.ends[n-1] == r.ends[n-2]) {
		n--
	}
	if n == 0 {
		return nil
	}
	all := string(r.row)
	if !utf8.ValidString(all) {
		return r.mended(all, n)
	}
	cells, from := make([]string, n), 0
	for i := range cells {
		cells[i] = all[from:r.ends[i]]
		from = r.ends[i]
	}
	return cells
}

// mended are the cells where something is no UTF-8.
func (r *sheetReader) mended(all string, n int) []string {
	cells, from := make([]string, n), 0
	for i := range cells {
		cells[i] = strings.ToValidUTF8(all[from:r.ends[i]], "\uFFFD")
		from = r.ends[i]
	}
	return cells
}

// withoutEscapes puts the characters that _x000D_ and its kin stand for into a
// text.
func withoutEscapes(text []byte) []byte {
	at := bytes.Index(text, []byte("_x"))
	if at < 0 {
		return text
	}
	out := append([]byte(nil), text[:at]...)
	for text = text[at:]; len(text) > 0; {
		if len(text) >= 7 && text[0] == '_' && text[1] == 'x' && text[6] == '_' {
			if n, err := strconv.ParseUint(string(text[2:6]), 16, 16); err == nil && utf8.ValidRune(rune(n)) {
				out = utf8.AppendRune(out, rune(n))
				text = text[7:]
				continue
			}
		}
		out = append(out, text[0])
		text = text[1:]
	}
	return out
}
