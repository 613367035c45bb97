package form

import (
	"net/url"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Read reads what a form says into a manual: as Kind.Read does.
func Read(v url.Values, old *catalog.Manual) (*catalog.Manual, []Fault, error) {
	value, faults, err := Manuals.Read(v, old)
	if err != nil {
		return nil, nil, err
	}
	return value.(*catalog.Manual), faults, nil
}

// Read reads what a form says into a value of its kind, and tells what is wrong with single
// fields. A value that means nothing, such as a sum with letters, is left out of
// the value and told; what means something stays, wrong or not. What no form
// shows is that of old. The error, of kind Invalid, is of a form as a whole.
func (k Kind) Read(v url.Values, old any) (any, []Fault, error) {
	if err := Check(v); err != nil {
		return nil, nil, err
	}
	if f := k.crowded(v); f != nil {
		return nil, nil, fault.New(fault.Invalid, f.What, f.Hint)
	}
	value, faults := k.Write(v, old).Value()
	return value, faults, nil
}

// crowded tells of the first list with more rows than it may have.
func (k Kind) crowded(v url.Values) *Fault {
	for name, list := range v {
		at, ok := strings.CutSuffix(name, rowsMark)
		if !ok {
			continue
		}
		if _, most, known := k.listAt(at); known && most > 0 && len(list) > most {
			return &Fault{Field: at, Severity: fault.Wrong, What: fault.Textf("มี %d แถว เกิน %d", "There are %d rows, more than %d", len(list), most),
				Hint: fault.Text{TH: "ลบแถวที่ไม่ใช้", EN: "Remove rows that are not needed."}}
		}
	}
	return nil
}

// Value reads the value.
func (p Paper) Value() (any, []Fault) {
	value, problems := p.at.Decode(p.Source)
	if reflect.TypeOf(value) != reflect.PointerTo(p.kind.shape.typ) {
		value = p.kind.New()
	}
	p.kind.keep(value, p.old)
	if b := body(value); b != nil {
		b.Line = 0
	}
	faults := p.Faults(problems)
	for i, f := range faults {
		faults[i].Lost = tidy(p.values.Get(f.Field)) != "" && !strings.HasPrefix(f.What.EN, "the text has ")
	}
	faults = append(append(faults, p.unread...), p.unsaid()...)
	prune(p.kind.shape, "", reflect.ValueOf(value).Elem(), faults)
	p.kind.inOrder(p.old, value)
	return value, faults
}

// unsaid tells of what the form asks for and a file may lack.
func (p Paper) unsaid() []Fault {
	var out []Fault
	for _, name := range p.kind.asked {
		if tidy(p.values.Get(name)) == "" {
			out = append(out, Fault{Field: name, Severity: fault.Wrong, What: fault.Text{TH: "ยังไม่ได้กรอก", EN: "Not filled in"}})
		}
	}
	return out
}

// prune takes out what came to nothing because nothing in it could be read: rows,
// and the state of a value.
func prune(s *shape, path string, v reflect.Value, faults []Fault) {
	switch s.kind {
	case group:
		for _, f := range s.fields {
			prune(f.shape, join(path, f.name), v.Field(f.index), faults)
		}
	case rows:
		left := reflect.Zero(v.Type())
		for i := range v.Len() {
			prune(s.elem, path, v.Index(i), faults)
			if !v.Index(i).IsZero() {
				left = reflect.Append(left, v.Index(i))
			}
		}
		v.Set(left)
	case words, lines:
		left := reflect.Zero(v.Type())
		for i := range v.Len() {
			if !v.Index(i).IsZero() {
				left = reflect.Append(left, v.Index(i))
			}
		}
		v.Set(left)
	case stated:
		prune(s.elem, path, v.Field(1), faults)
		unread := slices.ContainsFunc(faults, func(f Fault) bool { return f.Field == path+inside(s.elem) })
		if v.Field(0).String() == given && v.Field(1).IsZero() && (s.elem.kind != amount || unread) {
			v.SetZero()
		}
	}
}

// named is how a problem begins that names its field as content files do.
var named = regexp.MustCompile(`^[a-z_]+ `)

// Faults tells problems with the paper's source, or with files beside it, as
// problems with fields. What is not filled in at all is Missing's to tell.
func (p Paper) Faults(problems fault.Problems) []Fault {
	var out []Fault
	for _, pr := range problems {
		f := Fault{Severity: pr.Severity, What: pr.What, Hint: pr.Hint}
		switch {
		case pr.Line > 0 && pr.Line < len(p.where):
			f.Field = p.where[pr.Line]
		case pr.Severity == fault.Incomplete:
			continue
		case path.Base(pr.File) != path.Base(p.at.Path):
			f.Field = "forms"
			f.What = fault.Text{TH: path.Base(pr.File) + ": " + pr.What.TH, EN: path.Base(pr.File) + ": " + pr.What.EN}
		}
		f = Plain(f)
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// Plain says what is wrong without the names that content files use.
func Plain(f Fault) Fault {
	f.What, f.Hint = plainly(f)
	return f
}

func plainly(f Fault) (what, hint fault.Text) {
	what = fault.Text{TH: named.ReplaceAllString(f.What.TH, ""), EN: named.ReplaceAllString(f.What.EN, "")}
	if w, ok := plainer[what.EN]; ok {
		return w[0], w[1]
	}
	if f.Severity == fault.Wrong && (emptyField.MatchString(f.What.EN) || what.EN == "is empty") {
		return fault.Text{TH: "ยังไม่ได้กรอก", EN: "Not filled in"}, fault.Text{}
	}
	return what, f.Hint
}

var emptyField = regexp.MustCompile(`^field [a-z_]+ is (empty|missing)$`)

// plainer are problems that people who write files are told otherwise.
var plainer = map[string][2]fault.Text{
	"there is English but no Thai": {{TH: "มีแต่ภาษาอังกฤษ", EN: "There is English but no Thai"}, {TH: "กรอกภาษาไทยด้วย", EN: "Fill in the Thai too."}},
	"the amount is missing":        {{TH: "ยังไม่ได้กรอกจำนวน", EN: "The amount is not filled in"}, {TH: "ถ้าไม่เสียเงินให้กรอก 0", EN: "Enter 0 where nothing is paid."}},
	"max must be more than min":    {{TH: "สูงสุดต้องมากกว่าต่ำสุด", EN: "The highest must be more than the lowest"}, {}},
	"only a range and a percentage have a max": {{TH: "จำนวนสูงสุดมีได้เฉพาะแบบช่วงและร้อยละ", EN: "Only a range and a percentage have a highest amount"},
		{TH: "เลือกแบบช่วง หรือลบจำนวนสูงสุด", EN: "Choose a range, or clear the highest amount."}},
	"the formula is not told":       {{TH: "ยังไม่ได้บอกวิธีคำนวณ", EN: "The formula is not told"}, {TH: "เขียนไว้ในหมายเหตุ", EN: "Write it in the note."}},
	"there is neither file nor url": {{TH: "ยังไม่มีทั้งไฟล์และที่อยู่เว็บ", EN: "There is neither a file nor a web address"}, {TH: "แนบไฟล์ PDF หรือ DOCX หรือกรอกที่อยู่เว็บ", EN: "Attach a PDF or DOCX, or enter a web address."}},
	"there are both file and url":   {{TH: "มีทั้งไฟล์และที่อยู่เว็บ", EN: "There are both a file and a web address"}, {TH: "เลือกอย่างใดอย่างหนึ่ง", EN: "Keep one of them."}},
	"nothing names this file":       {{TH: "มีไฟล์ที่ไม่มีแถวใดใช้", EN: "There is a file that no row uses"}, {TH: "บันทึกอีกครั้ง", EN: "Save again."}},
	"there are several step sets, and this one has no name": {{TH: "มีหลายชุดขั้นตอน แต่ชุดนี้ไม่มีชื่อกรณี", EN: "There are several sets of steps, and this one has no name"},
		{TH: "กรอกชื่อกรณี", EN: "Enter the name of the case."}},
}

// Missing are the fields that the Act and the no-blanks rule ask for and that are
// not filled in.
func Missing(m *catalog.Manual) []Fault {
	var out []Fault
	for _, name := range m.Missing() {
		out = append(out, Fault{Field: Manuals.Anchor(name), Severity: fault.Incomplete, What: labelOf(manualShape().typ, name), Hint: completing(name)})
	}
	return out
}

// Asked is how many fields are asked for, filled in or not.
func Asked(m *catalog.Manual) int {
	n := len((&catalog.Manual{}).Missing())
	if slices.Contains(m.Missing(), "total_time") {
		n++
	}
	return n
}

// Anchor is the id to lead to for a field; "" for one that the form does not show.
func (k Kind) Anchor(name string) string {
	f, ok := k.shape.field(name)
	if ok && !k.shows(name) {
		return ""
	}
	if ok && f.shape.kind == text {
		return name + ".th"
	}
	return name
}

// completing says how a field is filled in where there may be nothing to say.
func completing(name string) fault.Text {
	switch name {
	case "documents", "fees", "forms", "laws", "legal_time", "e_submission":
		return fault.Text{TH: "ถ้าไม่มี ให้เลือกว่าไม่มี", EN: "Where there is none, choose so."}
	case "total_time":
		return fault.Text{TH: "หน่วยเวลาของขั้นตอนต่างกัน จึงต้องระบุเวลารวม", EN: "The steps are of different units, so the total must be stated."}
	}
	return fault.Text{}
}
