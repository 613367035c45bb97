package transfer

import (
	"io"
	"reflect"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/xlsx"
)

// templateRows is for how many rows a template offers its lists.
const templateRows = 5000

// WriteTemplate writes the table to fill in for a kind: headings in Thai, below
// each what is meant in the words of the catalog, lists to choose from, and a
// sheet of examples.
func WriteTemplate(to io.Writer, kind Kind) error {
	m, err := TemplateMapping(kind)
	if err != nil {
		return err
	}
	form := xlsx.Form{Name: m.Sheet, Rows: templateRows}
	for _, f := range m.columns() {
		form.Columns = append(form.Columns, xlsx.FormColumn{Heading: f.Column, Help: f.help, Choices: choices(f.Field), Width: 24})
		for i, text := range f.Shows {
			for len(form.Examples) <= i {
				form.Examples = append(form.Examples, nil)
			}
			row := &form.Examples[i]
			for len(*row) < len(form.Columns) {
				*row = append(*row, "")
			}
			if text != "-" { // nothing in this row
				(*row)[len(form.Columns)-1] = text
			}
		}
	}
	return xlsx.WriteForm(to, form, xlsx.Note{Name: "คำอธิบาย", Lines: templateLines(kind)})
}

func templateLines(kind Kind) []string {
	about := []fault.Text{
		{TH: "กรอกในแผ่นแรก ตั้งแต่แถวที่ 3 แผ่น \"ตัวอย่าง\" แสดงวิธีกรอก ไม่ถูกนำเข้า", EN: "Fill in the first sheet from row 3 on. The sheet ตัวอย่าง shows how, and is not imported."},
		{TH: "ห้ามเปลี่ยนชื่อหัวคอลัมน์ คอลัมน์ที่ไม่ใช้เว้นว่างไว้", EN: "Do not change the headings. Leave blank what you do not use."},
		{TH: "วันที่เขียนได้ทั้ง 1/10/2569, 1 ต.ค. 2569 และ 2026-10-01", EN: "Dates may be written 1/10/2569, 1 ต.ค. 2569 or 2026-10-01."},
		{TH: "หลายค่าในช่องเดียวให้คั่นด้วยเครื่องหมายจุลภาค", EN: "Part several values in one cell by commas."},
	}
	if kind == Links {
		about = append(about, fault.Text{
			TH: "แต่ละแถวเพิ่มคู่มือหรือกระบวนงานให้จุดบริการหนึ่งแห่ง ไม่ลบสิ่งที่เชื่อมโยงไว้แล้ว",
			EN: "Each row adds manuals or processes to a service point. What it serves already stays."})
	}
	if kind == Manuals {
		about = append(about, fault.Text{
			TH: "คู่มือหนึ่งเล่มใช้หลายแถวได้ แถวแรกกรอกทุกช่อง แถวถัดไปเว้นเลขอ้างอิงและชื่อไว้ กรอกเฉพาะขั้นตอน เอกสาร ค่าธรรมเนียม ที่เพิ่ม",
			EN: "A manual may take several rows: all in the first; below it leave the number and the title blank and add steps, documents and fees."})
	}
	lines := make([]string, 0, 2*len(about))
	for _, a := range about {
		lines = append(lines, a.TH, a.EN)
	}
	return lines
}

// column is a field of a template with what the catalog says of it.
type column struct {
	Field
	help string
}

// columns lists the fields of a mapping that have a column, each column once.
func (m *Mapping) columns() []column {
	var out []column
	seen := map[string]bool{}
	add := func(below string, f Field) {
		if f.Column != "" && !seen[f.Column] {
			seen[f.Column] = true
			out = append(out, column{f, helpOf(m.Kind, below+f.Field)})
		}
	}
	for _, f := range m.Fields {
		add("", f)
	}
	for _, l := range m.Lists {
		for _, f := range l.Fields {
			below := l.Field + "."
			if l.Inner != "" && f.Field != l.By {
				below += l.Inner + "."
			}
			add(below, f)
		}
	}
	return out
}

// structs are what the kinds are read into.
var structs = map[Kind]reflect.Type{
	Agencies: reflect.TypeFor[catalog.Agency](), Points: reflect.TypeFor[catalog.Point](), Manuals: reflect.TypeFor[catalog.Manual](),
	Processes: reflect.TypeFor[catalog.Process](), Services: reflect.TypeFor[catalog.Service](), Links: reflect.TypeFor[catalog.Point](),
}

// helpOf returns what the catalog says of a field in Thai, marked where the
// field must be filled in.
func helpOf(kind Kind, path string) string {
	switch path {
	case "agency":
		return "รหัสหรือชื่อหน่วยงานที่เป็นเจ้าของ"
	case "body":
		if kind == Services {
			return "รายละเอียดของบริการ"
		}
		return "หลักเกณฑ์ วิธีการ และเงื่อนไขในการยื่นคำขอ"
	}
	help := ""
	t := structs[kind]
	for name := range strings.SplitSeq(path, ".") {
		for t.Kind() == reflect.Slice || strings.HasPrefix(t.Name(), "Stated[") {
			if t.Kind() == reflect.Slice {
				t = t.Elem()
			} else {
				t = t.Field(1).Type
			}
		}
		if t.Kind() != reflect.Struct {
			break
		}
		i := slices.IndexFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return f.Tag.Get("yaml") == name })
		if i < 0 {
			break
		}
		f := t.Field(i)
		help, _, _ = strings.Cut(f.Tag.Get("help"), " · ")
		if strings.Contains(f.Tag.Get("rule"), "required") && !strings.Contains(path, ".") {
			help += " (ต้องกรอก)"
		}
		t = f.Type
	}
	return help
}

// choices are what a column offers: of each value of a closed list its first
// word, or the provinces.
func choices(f Field) []string {
	if f.Ref == "province" {
		var names []string
		for _, p := range catalog.Provinces {
			names = append(names, p.Name.TH)
		}
		return names
	}
	list, ok := closedLists[f.Words]
	if !ok {
		return nil
	}
	var names []string
	for _, value := range list.Values() {
		names = append(names, firstWords()[f.Words][value])
	}
	return names
}
