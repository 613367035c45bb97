package transfer

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/xlsx"
)

// filled is the template of a kind with its examples in the place of the form.
func filled(t *testing.T, kind Kind) string {
	t.Helper()
	var out, again bytes.Buffer
	if err := WriteTemplate(&out, kind); err != nil {
		t.Fatal(err)
	}
	book, err := xlsx.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), xlsx.Usual)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	w, err := xlsx.NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var sheet *xlsx.Sheet
	for row, err := range book.Rows("ตัวอย่าง") {
		if err != nil {
			t.Fatal(err)
		}
		cells := make([]any, len(row.Cells))
		for i, c := range row.Cells {
			cells[i] = c
		}
		if row.Number > 1 {
			err = sheet.Row(cells...)
		} else {
			headings := make([]xlsx.Heading, len(cells))
			for i, c := range row.Cells {
				headings[i].Text = c
			}
			if sheet, err = w.Sheet(book.Sheets()[0], headings...); err == nil {
				err = sheet.Row("ช่องช่วยเหลือ")
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := sheet.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteTo(&again); err != nil {
		t.Fatal(err)
	}
	return again.String()
}

func TestTheExamplesOfEachTemplateAreImported(t *testing.T) {
	for _, word := range Kind("").Values() {
		kind := Kind(word)
		into := counters()
		told, _ := imported(t, into, filled(t, kind), func(j *Job) { j.Mapping = mapping(t, "template-"+string(kind)) })
		if len(told) == 0 {
			t.Errorf("%s: nothing was imported", kind)
		}
		for _, e := range told {
			if e.Outcome != New && kind != Links || e.Outcome == NotHere {
				t.Errorf("%s %q: %s %v", kind, e.Name, e.Outcome, e.Notes)
				continue
			}
			at, _ := corpus.FileAt(e.Path)
			value, problems := at.Decode(into.MapFS[e.Path].Data)
			if len(problems.Of(fault.Wrong)) > 0 {
				t.Errorf("%s: %v", kind, problems)
			}
			if m, ok := value.(*catalog.Manual); ok && (len(m.Channels) != 2 || len(m.StepSets) != 1 || len(m.StepSets[0].Steps) != 2 || len(m.Documents.Value) != 2 || len(m.Fees.Value) != 1) {
				t.Errorf("the rows of the manual became %s", into.MapFS[e.Path].Data)
			}
		}
	}
}

func TestEachMappingThatShipsIsGood(t *testing.T) {
	for _, name := range Shipped() {
		if m := mapping(t, name); m.About.EN == "" {
			t.Errorf("%s does not say what it is for", name)
		}
	}
	if _, err := ShippedSource("../words"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a path: got %v", err)
	}
}

func TestEachWordOfAClosedListHasOneInThai(t *testing.T) {
	for name, list := range closedLists {
		if builtIn(name) == nil {
			t.Errorf("there is no table of words %s", name)
			continue
		}
		for _, value := range list.Values() {
			if firstWords()[name][value] == "" {
				t.Errorf("%s: %s has no word", name, value)
			}
		}
		for word, value := range builtIn(name).Of {
			if !slices.Contains(list.Values(), value) {
				t.Errorf("%s: %q means %q, which is not in the list", name, word, value)
			}
		}
	}
}

func TestAMappingIsReadStrictly(t *testing.T) {
	for _, tc := range []struct{ name, src, want string }{
		{"an unknown key", "kind: manual\nfeilds: []\n", "fields"},
		{"an unknown field", "kind: manual\nfields:\n  - {field: titel, column: ชื่อ}\n", "title"},
		{"an unknown table of words", "kind: manual\nfields:\n  - {field: impact, column: ก, words: impakt}\n", "impact"},
		{"no source of a value", "kind: manual\nfields:\n  - {field: title}\n", "column"},
		{"an anchor", "kind: &k manual\nfields: [*k]\n", "anchors"},
		{"an unknown form", "kind: manual\nfields:\n  - {field: title, column: ก, as: datte}\n", "date"},
	} {
		_, err := ReadMapping("m.yaml", []byte(tc.src))
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v", tc.name, err)
		}
	}
}

func TestAgenciesStandInAnyOrderAndPointsFindManuals(t *testing.T) {
	into := ministry()
	table := "รหัสหน่วยงาน,ชื่อหน่วยงาน,ชนิดหน่วยงาน,หน่วยงานต้นสังกัด\n" +
		"dlt-it,กองเทคโนโลยี,กอง,dlt-admin\n" +
		"dlt-admin,สำนักบริหาร,สำนัก,กรมการขนส่งทางบก\n" +
		"lost,กองที่ไม่มีต้นสังกัด,กอง,ไม่มีหน่วยงานนี้\n"
	told, _ := imported(t, into, table, func(j *Job) { j.Mapping = mapping(t, "citizen-agencies") })
	if into.MapFS["agencies/mot/dlt/dlt-admin/dlt-it/agency.yaml"] == nil {
		t.Errorf("the agency below one that comes later is not there: %v", told)
	}
	if last := told[len(told)-1]; last.Outcome != NotHere || last.ID == "" && last.Row != 4 {
		t.Errorf("an agency without one above it: got %v", last)
	}
	imported(t, into, twoManuals, nil)
	points := "รหัสจุดบริการ,หน่วยงาน,ชื่อจุดบริการ,ที่อยู่,สถานะ,คู่มือ\nP001,สำนักบริหาร,จุดที่หนึ่ง,1 ถนนหนึ่ง,แสดงผล,\"48626, 48627, 99999\"\n"
	told, _ = imported(t, into, points, func(j *Job) { j.Mapping = mapping(t, "citizen-points") })
	if told[0].Outcome != New {
		t.Fatalf("the point: %v", told[0])
	}
	at, _ := corpus.FileAt(told[0].Path)
	value, _ := at.Decode(into.MapFS[told[0].Path].Data)
	if p := value.(*catalog.Point); len(p.Manuals) != 2 {
		t.Errorf("the point serves %v, want two manuals", p.Manuals)
	}
	if !slices.ContainsFunc(told[0].Notes, func(n Note) bool { return n.Level == Look && n.Column == "คู่มือ" }) {
		t.Errorf("nothing is said of the manual that is not there: %v", told[0].Notes)
	}
}

func TestNothingOfATableIsAPath(t *testing.T) {
	for _, id := range []string{"../../etc/passwd", "a/b", `..\\x`, "con", "points", "\u202egnp", "a\x00b", strings.Repeat("a", 80)} {
		into := ministry()
		before := len(into.MapFS)
		table := "รหัสหน่วยงาน,ชื่อหน่วยงาน,ชนิดหน่วยงาน\n\"" + strings.ReplaceAll(id, "\x00", "") + "/\",ชื่อ,กอง\n"
		told, _ := imported(t, into, table, func(j *Job) { j.Mapping = mapping(t, "citizen-agencies") })
		if len(told) != 1 || told[0].Outcome != NotHere || len(into.MapFS) != before+1 {
			t.Errorf("%q: got %v", id, told)
		}
	}
}

func TestAReportShowsFormulasAsText(t *testing.T) {
	r, err := NewReport()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	evil := "=HYPERLINK(\"http://example.com\",\"x\")"
	err = r.Add(Entry{Row: 2, ID: "a", Name: evil, Outcome: NotHere, Notes: []Note{{Row: 2, Column: "+1", Level: Refused, What: fault.Text{TH: "@ผิด", EN: "-wrong"}}}})
	var out bytes.Buffer
	if err := errors.Join(err, r.Write(&out, Summary{})); err != nil {
		t.Fatal(err)
	}
	book, err := xlsx.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), xlsx.Usual)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	var rows [][]string
	for row, err := range book.Rows("ต้องตรวจสอบ") {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row.Cells)
	}
	if len(rows) != 2 || rows[1][3] != evil || rows[1][1] != "+1" {
		t.Errorf("got %q", rows)
	}
}

func TestTheDocumentNamesEachKeyOfAField(t *testing.T) {
	doc, err := os.ReadFile("../../doc/import.md")
	if err != nil {
		t.Fatal(err)
	}
	fields := reflect.TypeFor[Field]()
	for i := range fields.NumField() {
		if key := fields.Field(i).Tag.Get("yaml"); key != "field" && !bytes.Contains(doc, []byte("`"+key+"`")) {
			t.Errorf("doc/import.md does not explain %s", key)
		}
	}
	for _, name := range append(Shipped(), formNames()...) {
		if !bytes.Contains(doc, []byte("`"+name+"`")) {
			t.Errorf("doc/import.md does not name %s", name)
		}
	}
}
