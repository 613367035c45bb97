package transfer

import (
	"errors"
	"io"

	"khumue/internal/fault"
	"khumue/internal/xlsx"
)

// Level says what a note means for its object.
type Level string

// The levels.
const (
	Mended  Level = "mended"  // taken, and put right
	Look    Level = "look"    // taken without it; a person should look
	Refused Level = "refused" // the object was not taken
)

// Note is something that an import has to say of a cell.
type Note struct {
	Row    int
	Column string // heading; "" when it is of the whole row
	Level  Level
	What   fault.Text
	Hint   fault.Text // may be empty
}

// Outcome is what became of an object.
type Outcome string

// The outcomes.
const (
	New     Outcome = "new"
	Changed Outcome = "changed"
	Same    Outcome = "same"    // it stands there already, as the table says
	Kept    Outcome = "kept"    // a person changed it since; it was left alone
	NotHere Outcome = "refused" // see the notes of level Refused
)

// Entry tells of one object of the table.
type Entry struct {
	Row, Last int // of the table
	ID        string
	Name      string
	Path      string // its content file; "" when it was refused
	Outcome   Outcome
	Notes     []Note
}

// Summary counts what became of the objects of a table.
type Summary struct {
	Rows    int             `json:"rows"`
	Objects map[Outcome]int `json:"objects"`
	Notes   map[Level]int   `json:"notes"`
	Unused  []string        `json:"unused"` // headings that the mapping does not speak of
}

// Add adds the counts of another table.
func (s *Summary) Add(o Summary) {
	if s.Objects == nil {
		s.Objects, s.Notes = map[Outcome]int{}, map[Level]int{}
	}
	s.Rows += o.Rows
	for outcome, n := range o.Objects {
		s.Objects[outcome] += n
	}
	for level, n := range o.Notes {
		s.Notes[level] += n
	}
	s.Unused = append(s.Unused, o.Unused...)
}

func (s *Summary) add(e Entry) {
	s.Objects[e.Outcome]++
	for _, n := range e.Notes {
		s.Notes[n.Level]++
	}
}

// Problem tells a note as problems are told, by its row and column.
func (n Note) Problem() fault.Problem {
	p := fault.Problem{File: "row", Line: n.Row, Severity: fault.Wrong, What: n.What, Hint: n.Hint}
	if n.Column != "" {
		p.What = fault.Text{TH: n.Column + ": " + p.What.TH, EN: n.Column + ": " + p.What.EN}
	}
	return p
}

// Report is a book of what an import took, mended, and left to a person. A nil
// one takes entries and forgets them.
type Report struct {
	book                *xlsx.Writer
	taken, mended, look *xlsx.Sheet
	sum                 *xlsx.Sheet
}

// NewReport begins a report.
func NewReport() (*Report, error) {
	book, err := xlsx.NewWriter()
	if err != nil {
		return nil, err
	}
	r := &Report{book: book}
	where := []xlsx.Heading{{Text: "แถว · Row", Width: 10}, {Text: "คอลัมน์ · Column", Width: 30}, {Text: "รหัส · Identifier", Width: 24}, {Text: "ชื่อ · Name", Width: 50}}
	notes := append(where[:len(where):len(where)], xlsx.Heading{Text: "เรื่อง", Width: 70}, xlsx.Heading{Text: "What", Width: 70})
	for _, s := range []struct {
		to       **xlsx.Sheet
		name     string
		headings []xlsx.Heading
	}{
		{&r.sum, "สรุป", []xlsx.Heading{{Text: "เรื่อง", Width: 50}, {Text: "What", Width: 50}, {Text: "จำนวน · Count", Width: 16}}},
		{&r.look, "ต้องตรวจสอบ", append(notes[:len(notes):len(notes)], xlsx.Heading{Text: "ผล · Outcome", Width: 20})},
		{&r.mended, "ปรับแก้แล้ว", notes},
		{&r.taken, "นำเข้าแล้ว", []xlsx.Heading{where[0], where[2], where[3], {Text: "ไฟล์ · File", Width: 70}, {Text: "ผล · Outcome", Width: 20}}},
	} {
		if *s.to, err = book.Sheet(s.name, s.headings...); err != nil {
			return nil, errors.Join(err, book.Close())
		}
	}
	return r, nil
}

// outcomeWords say what became of an object.
var outcomeWords = []struct {
	outcome Outcome
	text    fault.Text
}{
	{New, fault.Text{TH: "เพิ่มใหม่", EN: "new"}}, {Changed, fault.Text{TH: "เปลี่ยนตามตาราง", EN: "changed"}}, {Same, fault.Text{TH: "เหมือนเดิม", EN: "unchanged"}},
	{Kept, fault.Text{TH: "ไม่เขียนทับ เพราะมีคนแก้ไข", EN: "left alone, a person changed it"}}, {NotHere, fault.Text{TH: "ไม่นำเข้า", EN: "not taken"}},
}

func (o Outcome) text() fault.Text {
	for _, w := range outcomeWords {
		if w.outcome == o {
			return w.text
		}
	}
	return fault.Text{}
}

// Add puts an object into the report.
func (r *Report) Add(e Entry) error {
	if r == nil {
		return nil
	}
	outcome := e.Outcome.text()
	said := outcome.TH + " · " + outcome.EN
	if e.Outcome != NotHere && e.Outcome != Kept {
		if err := r.taken.Row(e.Row, e.ID, e.Name, e.Path, said); err != nil {
			return err
		}
	}
	for _, n := range e.Notes {
		p := fault.Problem{What: n.What, Hint: n.Hint}
		values := []any{n.Row, n.Column, e.ID, e.Name, p.Sentence("th"), p.Sentence("en")}
		sheet := r.mended
		if n.Level != Mended {
			sheet, values = r.look, append(values, said)
		}
		if err := sheet.Row(values...); err != nil {
			return err
		}
	}
	return nil
}

// Write ends the report and writes it.
func (r *Report) Write(to io.Writer, s Summary) error {
	rows := [][]any{{"แถวในตาราง", "rows of the table", s.Rows}}
	for _, w := range outcomeWords {
		rows = append(rows, []any{w.text.TH, w.text.EN, s.Objects[w.outcome]})
	}
	rows = append(rows, []any{"จุดที่ปรับแก้", "places mended", s.Notes[Mended]}, []any{"จุดที่ต้องตรวจสอบ", "places to look at", s.Notes[Look] + s.Notes[Refused]})
	if left := r.look.Left + r.mended.Left + r.taken.Left; left > 0 {
		rows = append(rows, []any{"แถวที่ไม่พอแสดงในรายงานนี้", "rows that found no room in this report", left})
	}
	for _, h := range s.Unused {
		rows = append(rows, []any{"คอลัมน์ที่ไม่ได้นำเข้า: " + h, "column that was left out: " + h, ""})
	}
	for _, row := range rows {
		if err := r.sum.Row(row...); err != nil {
			return err
		}
	}
	for _, sheet := range []*xlsx.Sheet{r.sum, r.look, r.mended, r.taken} {
		if err := sheet.Close(); err != nil {
			return err
		}
	}
	_, err := r.book.WriteTo(to)
	return err
}

// Close forgets the report and removes its temporary files.
func (r *Report) Close() error {
	if r == nil {
		return nil
	}
	return r.book.Close()
}
