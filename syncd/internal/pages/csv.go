package pages

import (
	"encoding/csv"
	"io"
	"strings"
)

// table writes a CSV file for spreadsheets: UTF-8 with its mark, CRLF, quoted as
// RFC 4180 says.
type table struct{ out *csv.Writer }

// table begins a file that the browser saves under a name of [a-z0-9-].
func (x *exchange) table(name string) (table, error) { return x.tableTo(x.w, name) }

// tableTo is table through a writer of the answer.
func (x *exchange) tableTo(w io.Writer, name string) (table, error) {
	x.guard()
	h := x.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	return newTable(w)
}

func newTable(w io.Writer) (table, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return table{}, errGone
	}
	t := table{csv.NewWriter(w)}
	t.out.UseCRLF = true
	return t, nil
}

// row writes a line. No cell of it is a formula.
func (t table) row(cells ...string) error {
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = cell(c)
	}
	if t.out.Write(safe) != nil {
		return errGone
	}
	return nil
}

// end writes what is left.
func (t table) end() error {
	if t.out.Flush(); t.out.Error() != nil {
		return errGone
	}
	return nil
}

// cell is a text that no spreadsheet takes for a formula: one that would be, even
// after blanks and quotes, gets an apostrophe before it.
func cell(s string) string {
	if strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") || strings.HasPrefix(s, "\x00") {
		return "'" + s
	}
	inner := strings.TrimLeft(s, " '\"\u00a0\u3000\ufeff\t\r\n\x00")
	for _, start := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\x00"} {
		if strings.HasPrefix(inner, start) {
			return "'" + s
		}
	}
	return s
}
