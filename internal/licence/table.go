package licence

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Line is a row of a grid that a table may name.
type Line struct {
	Process catalog.ProcessID
	Title   catalog.Text
	Month   calendar.Month
}

// Patch is what a table says of one row: the columns that it has, the note among
// them.
type Patch struct {
	Line    int // of the table, from 1
	Numbers map[Field]int
	Note    string
	HasNote bool
	Zero    bool // it states that there were no requests
}

// Apply gives an entry what a table says. What is carried in stays: that is the
// system's to fill, unless opening says that nothing tells it.
func (p Patch) Apply(e Entry, opening Opening) Entry {
	for f, n := range p.Numbers {
		if f != CarriedIn || !opening.Known {
			*e.Count(f) = n
		}
	}
	if p.HasNote {
		e.Note = p.Note
	}
	e.Zero = p.Zero && e.Figures == (Figures{})
	return e
}

// Limits of a table that is read.
const (
	MostTable = 1 << 20 // bytes of a pasted text
	mostLines = 5000
)

// The headings of a table beside those of the columns.
var (
	HeadProcess = fault.Text{TH: "รหัสกระบวนงาน", EN: "Process"}
	HeadTitle   = fault.Text{TH: "กระบวนงาน", EN: "Name of the process"}
	HeadMonth   = fault.Text{TH: "เดือน", EN: "Month"}
	HeadZero    = fault.Text{TH: "ไม่มีคำขอ (ใส่ 1)", EN: "No requests (write 1)"}
)

// place is where a column of a table leads.
type place struct {
	process, title, month, zero bool
	field                       Field
}

// ReadPaste reads what was copied from a spreadsheet: cells with tabs between
// them, lines of them. See ReadTable.
func ReadPaste(text string, grid []Line) (map[Key]Patch, []Fault) {
	if len(text) > MostTable {
		return nil, []Fault{{0, fault.Text{TH: "ข้อความที่วางยาวเกินไป แบ่งวางทีละส่วน", EN: "What was pasted is too long. Paste it in parts."}}}
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, []Fault{{0, fault.Text{TH: "อ่านข้อความที่วางไม่ได้ คัดลอกจากตารางใหม่", EN: "What was pasted can not be read. Copy it from the spreadsheet again."}}}
	}
	return ReadTable(rows, grid)
}

// Fault is something wrong in a line of a table.
type Fault struct {
	Line int // from 1; 0: the whole
	What fault.Text
}

// ReadTable reads a table for a grid. A first row of headings, in Thai, English or
// the columns' stored names, says what its columns are. Without one they are the
// columns of the grid from Received on, to which a process's id or name may be put
// in front; lines that name no process are those of the grid in order. Empty cells
// say nothing. Keys of the patches have no point. Nothing is taken of a table that
// has a fault.
func ReadTable(rows [][]string, grid []Line) (map[Key]Patch, []Fault) {
	places, headed := headings(rows)
	out := map[Key]Patch{}
	var faults []Fault
	next := 0
	for i, row := range rows {
		if headed && i == 0 || empty(row) {
			continue
		}
		if len(out)+len(faults) >= mostLines {
			return nil, append(faults, Fault{i + 1, fault.Textf("ตารางมีเกิน %d แถว", "The table has more than %d rows.", mostLines)})
		}
		at := places
		if !headed {
			at = plain(row, grid)
		}
		key, patch, wrong := readRow(row, at, grid, next)
		patch.Line = i + 1
		next++
		if _, twice := out[key]; twice && wrong.IsZero() {
			wrong = fault.Text{TH: "กระบวนงานและเดือนนี้มีอยู่แล้วในแถวก่อนหน้า", EN: "An earlier row is of the same process and month."}
		}
		if !wrong.IsZero() {
			faults = append(faults, Fault{i + 1, wrong})
			continue
		}
		out[key] = patch
	}
	if len(out) == 0 && len(faults) == 0 {
		faults = append(faults, Fault{0, fault.Text{TH: "ไม่มีตัวเลขในตาราง", EN: "The table has no numbers."}})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return out, nil
}

func empty(row []string) bool {
	return !slices.ContainsFunc(row, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// headings reads the first row, where it is one of headings.
func headings(rows [][]string) ([]place, bool) {
	if len(rows) == 0 {
		return nil, false
	}
	known := 0
	places := make([]place, len(rows[0]))
	for i, c := range rows[0] {
		var ok bool
		if places[i], ok = heading(c); ok {
			known++
		}
	}
	return places, known >= 2
}

func heading(c string) (place, bool) {
	c = strings.Join(strings.Fields(c), " ")
	is := func(t fault.Text) bool { return strings.EqualFold(c, t.TH) || strings.EqualFold(c, t.EN) }
	switch {
	case is(HeadProcess):
		return place{process: true}, true
	case is(HeadTitle):
		return place{title: true}, true
	case is(HeadMonth):
		return place{month: true}, true
	case is(HeadZero):
		return place{zero: true}, true
	}
	for f, name := range names {
		if is(name) || c == string(f) {
			return place{field: f}, true
		}
	}
	return place{}, false
}

// plain are the columns of a row without headings.
func plain(row []string, grid []Line) []place {
	var out []place
	if first := strings.TrimSpace(row[0]); slices.ContainsFunc(grid, func(l Line) bool { return l.called(first) }) {
		out = append(out, place{process: true, title: true})
	}
	for _, f := range append(slices.Clone(Fields[1:]), Note) {
		out = append(out, place{field: f})
	}
	return out
}

// called reports whether a cell names the row's process.
func (l Line) called(c string) bool {
	return c != "" && (c == string(l.Process) || strings.EqualFold(c, l.Title.TH) || strings.EqualFold(c, l.Title.EN))
}

// readRow reads one row of a table. Of a row that names nothing, at is which of
// the grid it is.
func readRow(row []string, places []place, grid []Line, at int) (Key, Patch, fault.Text) {
	p := Patch{Numbers: map[Field]int{}}
	var id, title, month string
	for i, c := range row {
		c = strings.TrimSpace(c)
		if i >= len(places) {
			if c != "" {
				return Key{}, p, fault.Text{TH: "แถวนี้มีช่องมากกว่าตาราง", EN: "The row has more cells than the grid has columns."}
			}
			continue
		}
		to := places[i]
		switch {
		case to.process:
			id = c
			if to.title {
				title = c
			}
		case to.title:
			title = c
		case to.month:
			month = c
		case to.zero:
			p.Zero = c != "" && c != "0"
		case to.field == Note:
			p.Note, p.HasNote = c, true
		case to.field != "" && c != "":
			n, ok := ParseCount(c)
			if !ok {
				return Key{}, p, fault.Text{TH: fmt.Sprintf("“%s” ในช่อง “%s” ไม่ใช่จำนวน", short(c), to.field.Name().TH), EN: fmt.Sprintf("“%s” under “%s” is no number.", short(c), to.field.Name().EN)}
			}
			p.Numbers[to.field] = n
		}
	}
	key, wrong := find(grid, id, title, month, at)
	return key, p, wrong
}

// find is which row of the grid is named.
func find(grid []Line, id, title, month string, at int) (Key, fault.Text) {
	var m calendar.Month
	if month != "" {
		var ok bool
		if m, ok = ParseMonth(month); !ok {
			return Key{}, fault.Textf("อ่านเดือน “%s” ไม่ได้ เขียนเช่น 2026-11", "The month “%s” can not be read. Write it as 2026-11.", short(month))
		}
	}
	if id == "" && title == "" {
		if at < len(grid) && m.IsZero() {
			return Key{Process: grid[at].Process, Month: grid[at].Month}, fault.Text{}
		}
		return Key{}, fault.Text{TH: "แถวนี้ไม่บอกกระบวนงาน และเกินจำนวนแถวในตาราง", EN: "The row names no process, and the grid has no row left for it."}
	}
	for _, l := range grid {
		if (l.called(id) || id == "" && l.called(title)) && (m.IsZero() || l.Month == m) {
			return Key{Process: l.Process, Month: l.Month}, fault.Text{}
		}
	}
	name := id
	if name == "" {
		name = title
	}
	return Key{}, fault.Textf("ไม่พบกระบวนงาน “%s” ในเดือนที่เปิดให้บันทึก", "There is no process “%s” in the months that can be written.", short(name))
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// ParseMonth reads a month as tables have it: 2026-11, 11/2569, พ.ย. 2569 or
// พฤศจิกายน 2569.
func ParseMonth(s string) (calendar.Month, bool) {
	s = strings.TrimSpace(calendar.ArabicDigits(s))
	if m, err := calendar.ParseMonth(s); err == nil {
		return m, true
	}
	first := "1 " + s
	if strings.Contains(s, "/") {
		first = "1/" + s
	}
	d, err := calendar.ParseThai(first)
	return calendar.MonthOf(d), err == nil && d.Day == 1
}

// ParseCount reads a number of requests as people write it: Thai digits, commas
// between thousands, a dash for none; and 12.0, as spreadsheets do.
func ParseCount(s string) (int, bool) {
	s = strings.TrimSpace(calendar.ArabicDigits(s))
	if s == "-" || s == "–" {
		return 0, true
	}
	if whole, rest, ok := strings.Cut(s, "."); ok && strings.Trim(rest, "0") == "" {
		s = whole
	}
	if strings.Contains(s, ",") {
		groups := strings.Split(s, ",")
		for i, g := range groups {
			if i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
				return 0, false
			}
		}
		s = strings.Join(groups, "")
	}
	if s == "" || len(s) > 7 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
