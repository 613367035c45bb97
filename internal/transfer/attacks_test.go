package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"khumue/internal/fault"
	"khumue/internal/xlsx"
)

// plainPath is what every path of a content file looks like.
var plainPath = regexp.MustCompile(`^agencies/([a-z0-9-]+/)+[a-z0-9-]+\.(yaml|md)$`)

// namesOfEvil are identifiers that would stand for something else on some disk.
var namesOfEvil = []string{
	"../../etc/passwd", "..", ".", "/etc/passwd", `..\..\windows`, `C:\x`, `\\host\share`, "//host/share", "a/b", "%2e%2e%2f", "．．／", "dlt:evil", "dlt::$DATA",
	"con", "NUL", "com1", "aux", "lpt9", "nul.txt", "dlt.", "dlt ", " ", "-", "--upload-pack=x", ".git", ".GIT", ".gitmodules", "~", "$HOME", "`id`", "a;b",
	"points", "manuals", "services", "processes", "\u202egnp.exe", "\u200f", "a\u0000b", "a\nb", "ก", "ⅰ", "ﬁle", "K", strings.Repeat("a", 300), strings.Repeat("../", 100),
}

func TestNoIdentifierIsAPath(t *testing.T) {
	for _, tc := range []struct{ kind, head, row string }{
		{"agency", "รหัสหน่วยงาน,ชื่อหน่วยงาน,ชนิดหน่วยงาน,รหัสหน่วยงานต้นสังกัด", "%s,ชื่อ,กรม,"},
		{"agency", "รหัสหน่วยงาน,ชื่อหน่วยงาน,ชนิดหน่วยงาน,รหัสหน่วยงานต้นสังกัด", "ok,ชื่อ,กรม,%s"},
		{"point", "หน่วยงาน (รหัสหรือชื่อ),รหัสจุดบริการ,ชื่อจุดบริการ,ที่อยู่ (เลขที่ ถนน)", "dlt,%s,ชื่อ,1"},
		{"point", "หน่วยงาน (รหัสหรือชื่อ),รหัสจุดบริการ,ชื่อจุดบริการ,ที่อยู่ (เลขที่ ถนน)", "%s,ok,ชื่อ,1"},
		{"manual", "เลขอ้างอิง,หน่วยงาน (รหัสหรือชื่อ),รหัสคู่มือ (ถ้ามี),ชื่อคู่มือ", "1,dlt,%s,ชื่อ"},
		{"process", "หน่วยงาน (รหัสหรือชื่อ),รหัสกระบวนงาน (ถ้ามี),ชื่อกระบวนงาน,หมวดหมู่ของงานบริการ", "dlt,%s,ชื่อ,อนุมัติ"},
		{"service", "หน่วยงาน (รหัสหรือชื่อ),รหัสบริการ (ถ้ามี),ชื่อบริการ,หมวดหมู่บริการ,ช่องทาง (ชนิด)", "dlt,%s,ชื่อ,transport,เว็บไซต์"},
		{"link", "จุดบริการ (รหัสหรือชื่อ),คู่มือ (รหัสหรือเลขเดิม)", "%s,48626"},
		{"link", "จุดบริการ (รหัสหรือชื่อ),คู่มือ (รหัสหรือเลขเดิม)", "dlt-north,%s"},
	} {
		for _, id := range namesOfEvil {
			into := counters()
			before := contents(into)
			cell := `"` + strings.ReplaceAll(strings.ReplaceAll(id, "\x00", ""), `"`, `""`) + `"`
			table := tc.head + "\nช่วย\n" + fmt.Sprintf(tc.row, cell) + "\n"
			told, _ := imported(t, into, table, func(j *Job) { j.Mapping = mapping(t, "template-"+tc.kind) })
			after := contents(into)
			for name := range after {
				if !plainPath.MatchString(name) {
					t.Errorf("%s %q: a file became %q", tc.kind, id, name)
				}
			}
			for name, src := range before {
				if tc.kind != "link" && after[name] != src {
					t.Errorf("%s %q: %s is another", tc.kind, id, name)
				}
			}
			if len(told) > 1 {
				t.Errorf("%s %q: told %v", tc.kind, id, told)
			}
		}
	}
}

func TestAttacksByTheCellsOfATable(t *testing.T) {
	long := strings.Repeat("ก", 100_000)
	for _, tc := range []struct {
		name, column, cell string
		taken              bool
		not                string // is not in the file
	}{
		{"a number that is none", "id", "NaN", false, ""},
		{"a number without end", "id", "1e999999", false, ""},
		{"a number of another base", "id", "0x1F", false, ""},
		{"a number below 0", "id", "-1", false, ""},
		{"an address that runs", "online", "javascript:alert(1)", false, ""},
		{"an address of data", "online", "data:text/html,<script>", false, ""},
		{"an address of the machine's files", "online", "file:///etc/passwd", false, ""},
		{"a title that is a book", "title", long, false, ""},
		{"a script in the text", "conditions", "<script>alert(1)</script><p onclick=evil()>ก", true, "alert"},
		{"the end of the front matter in the text", "conditions", "ก\n---\nid: evil\n---", true, ""},
		{"the end of the front matter in the title", "title", "ก\n---\nid: evil\n---", true, "\nid: evil"},
		{"a tag of YAML in the title", "title", "!!python/object:os.system", true, "title: !!"},
		{"an anchor in the title", "title", "&a *a", true, "title: &a"},
		{"a key in the title", "title", "ก\nwithdrawn: {on: 2026-01-01, reason: x}", true, "\nwithdrawn:"},
		{"a mark that turns the direction", "title", "ไฟล์\u202efdp.exe", true, "\u202e"},
		{"a formula in the title, which stays text", "title", `=HYPERLINK("http://127.0.0.1","x")`, true, ""},
		{"an agency of a long name", "agency", long, false, ""},
		{"a template of text in the title", "title", "{{.Secret}}${jndi:ldap://127.0.0.1/a}", true, ""},
	} {
		cells := map[string]string{"id": "1", "agency": "dlt", "title": "ชื่อ", "online": "", "conditions": ""}
		cells[tc.column] = tc.cell
		row := make([]string, 0, len(cells))
		for _, name := range []string{"id", "agency", "title", "online", "conditions"} {
			row = append(row, `"`+strings.ReplaceAll(cells[name], `"`, `""`)+`"`)
		}
		into := ministry()
		told, _ := imported(t, into, "id,agency,title,online,conditions\n"+strings.Join(row, ",")+"\n", nil)
		if taken := told[0].Outcome == New; taken != tc.taken {
			t.Errorf("%s: got %v", tc.name, told[0])
			continue
		}
		if !tc.taken {
			continue
		}
		src := string(into.MapFS[told[0].Path].Data)
		if !strings.HasPrefix(src, "---\n") || !strings.Contains(src, "\nid: "+told[0].ID+"\n") || tc.not != "" && strings.Contains(src, tc.not) {
			t.Errorf("%s: got\n%s", tc.name, src)
		}
	}
}

func TestHostileMappingsAreRefused(t *testing.T) {
	field := "kind: manual\nfields:\n  - {field: title, column: ก}\n"
	for _, tc := range []struct{ name, src string }{
		{"a file larger than any", strings.Repeat("# x\n", 1<<19)},
		{"anchors that grow", "a: &a [x, x]\nb: &b [*a, *a]\nkind: manual\nfields: [*b]\n"},
		{"a key twice", "kind: manual\n" + field},
		{"columns without number", field + "lists:\n  - {field: fees, from: numbered, times: 1000000, fields: [{field: name, column: ก}]}\n"},
		{"a heading in a row that no table has", "header: 99999999\n" + field},
		{"more fields than there are", "kind: manual\nfields:\n" + strings.Repeat("  - {field: title, column: ก}\n", 400)},
		{"a field that is a path", "kind: manual\nfields:\n  - {field: ../../title, column: ก}\n"},
		{"a field of another kind", "kind: point\nfields:\n  - {field: legal_time, column: ก}\n"},
		{"a field that a link does not have", "kind: link\nfields:\n  - {field: name, column: ก}\n"},
		{"a kind that there is not", "kind: officer\nfields:\n  - {field: title, column: ก}\n"},
		{"two documents", field + "---\n" + field},
		{"a tag that makes something", "kind: !!binary bWFudWFs\nfields: []\n"},
		{"nesting without end", "kind: manual\nfields: " + strings.Repeat("[", 10_000) + "\n"},
	} {
		if _, err := ReadMapping("m.yaml", []byte(tc.src)); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", tc.name, err)
		}
	}
}

func TestHTMLInAHeadingStaysTextInWhatIsTold(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)>`
	_, sum := imported(t, ministry(), "id,agency,title,"+evil+"\n1,dlt,ชื่อ,x\n", nil)
	if !slices.Equal(sum.Unused, []string{evil}) {
		t.Errorf("got %q", sum.Unused)
	}
	if rows := reported(t, nil, sum)["สรุป"]; rows[len(rows)-1][0] != "คอลัมน์ที่ไม่ได้นำเข้า: "+evil {
		t.Errorf("the report says %q", rows[len(rows)-1])
	}
}

// reported are the sheets of the report of an import.
func reported(t *testing.T, told []Entry, sum Summary) map[string][][]string {
	t.Helper()
	r, err := NewReport()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, e := range told {
		if err := r.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := r.Write(&out, sum); err != nil {
		t.Fatal(err)
	}
	book, err := xlsx.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), xlsx.Usual)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	sheets := map[string][][]string{}
	for _, name := range book.Sheets() {
		for row, err := range book.Rows(name) {
			if err != nil {
				t.Fatal(err)
			}
			sheets[name] = append(sheets[name], row.Cells)
		}
	}
	return sheets
}

func TestAReportSaysWhatWasTakenWhatWasMendedAndWhatNeedsAPerson(t *testing.T) {
	table := "id,agency,title,legal_time,reviewed_on,categories,online\n" +
		"1,dlt,เเจ้งย้ายรถ,0.0,1/10/2569,ไม่มีหมวดนี้,www.example.go.th\n" +
		"2,dlt,การโอน,นานมาก,,,\n"
	told, sum := imported(t, ministry(), table, nil)
	sheets := reported(t, told, sum)
	for _, tc := range []struct{ name, sheet, column, th, en string }{
		{"Thai that was typed in the wrong order", "ปรับแก้แล้ว", "title", "สระวรรณยุกต์ที่พิมพ์ผิดลำดับ", "typed in the wrong order"},
		{"0.0 for none", "ปรับแก้แล้ว", "legal_time", `อ่าน "0.0" ว่าไม่มี`, `"0.0" was read as none`},
		{"a day of the Buddhist Era", "ปรับแก้แล้ว", "reviewed_on", "อ่านเป็น 2026-10-01", "read as 2026-10-01"},
		{"an address without its beginning", "ปรับแก้แล้ว", "online", "อ่านเป็น https://", "read as https://"},
		{"a category that is not there", "ต้องตรวจสอบ", "categories", "ไม่มีหมวดหมู่บริการ", "there is no category"},
		{"what the Act asks for and is blank", "ต้องตรวจสอบ", "", "ยังไม่กรอก", "not filled in"},
		{"a row that was refused", "ต้องตรวจสอบ", "legal_time", "ไม่ใช่ระยะเวลา", "is not a length of time"},
	} {
		if !slices.ContainsFunc(sheets[tc.sheet], func(row []string) bool {
			return len(row) > 5 && row[1] == tc.column && strings.Contains(row[4], tc.th) && strings.Contains(row[5], tc.en)
		}) {
			t.Errorf("%s: not in %q", tc.name, sheets[tc.sheet])
		}
	}
	if taken := sheets["นำเข้าแล้ว"]; len(taken) != 2 || taken[1][3] != told[0].Path || !strings.Contains(taken[1][4], "เพิ่มใหม่ · new") {
		t.Errorf("taken: %q", taken)
	}
	if rows := sheets["สรุป"]; rows[1][2] != "2" || !slices.ContainsFunc(rows, func(r []string) bool { return r[1] == "not taken" && r[2] == "1" }) {
		t.Errorf("the summary says %q", rows)
	}
}

func FuzzJSON(f *testing.F) {
	for _, src := range []string{`[{"a": 1}]`, `{"x": {"y": [{"a": [1, "b"]}]}}`, `[{"a": {"b": [{"c": null}]}}, {"d": true}]`, `[1]`, `{`, "\ufeff[]"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		l := UsualLimits
		l.Record = 1 << 16
		table, err := openJSON(strings.NewReader(src), l)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("an error that is nobody's: %v", err)
			}
			return
		}
		defer table.Close()
		for row, err := range table.Rows() {
			if err != nil {
				if !errors.Is(err, fault.Invalid) {
					t.Fatalf("an error that is nobody's: %v", err)
				}
				return
			}
			if len(row.cells) > len(table.Headings()) {
				t.Fatalf("%d cells under %d headings", len(row.cells), len(table.Headings()))
			}
		}
	})
}
