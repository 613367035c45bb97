package transfer

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"khumue/internal/fault"
)

// open reads a whole table of text.
func open(t testing.TB, src string) (*Table, [][]string, error) {
	t.Helper()
	table, err := Open(strings.NewReader(src), int64(len(src)), Layout{}, UsualLimits)
	if err != nil {
		return nil, nil, err
	}
	defer table.Close()
	var rows [][]string
	for row, err := range table.Rows() {
		if err != nil {
			return table, rows, err
		}
		rows = append(rows, row.cells)
	}
	return table, rows, nil
}

func encoded(t *testing.T, s string, to func(string) (string, error)) string {
	t.Helper()
	out, err := to(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTablesOfText(t *testing.T) {
	const plain = "รหัส,ชื่อ\n1,การโอนรถ\n"
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	for _, tc := range []struct{ name, src string }{
		{"UTF-8", plain},
		{"UTF-8 with its mark and the line ends of Windows", bomUTF8 + strings.ReplaceAll(plain, "\n", "\r\n")},
		{"TIS-620", encoded(t, plain, charmap.Windows874.NewEncoder().String)},
		{"UTF-16", encoded(t, plain, utf16.String)},
		{"semicolons", strings.ReplaceAll(plain, ",", ";")},
		{"tabs", strings.ReplaceAll(plain, ",", "\t")},
		{"commas within quotes count for nothing", "รหัส;\"ชื่อ\"\n1;การโอนรถ\n"},
		{"blank lines above and between", "\n\n" + strings.Replace(plain, "\n", "\n,\n", 1)},
		{"a list in JSON", `[{"รหัส": 1, "ชื่อ": "การโอนรถ"}]`},
		{"a list within an object in JSON", `{"total": 1, "data": [{"รหัส": "1", "ชื่อ": "การโอนรถ"}]}`},
	} {
		table, rows, err := open(t, tc.src)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		row := Row{cells: rows[0], columns: table.columns}
		if len(rows) != 1 || row.at("รหัส") != "1" || row.at("ชื่อ") != "การโอนรถ" {
			t.Errorf("%s: got %q under %q", tc.name, rows, table.Headings())
		}
	}
}

func TestNestedJSONBecomesColumns(t *testing.T) {
	table, rows, err := open(t, `[{"a": {"b": "x"}, "list": ["p", "q"], "of": [{"n": 1}, {"n": true}], "none": null}]`)
	if err != nil {
		t.Fatal(err)
	}
	row := Row{cells: rows[0], columns: table.columns}
	for column, want := range map[string]string{"a.b": "x", "list": "p\nq", "of.1.n": "1", "of.2.n": "true", "none": ""} {
		if got := row.at(column); got != want {
			t.Errorf("%s: got %q, want %q", column, got, want)
		}
	}
}

func TestWhatIsNoTableIsRefused(t *testing.T) {
	var bomb, macro bytes.Buffer
	z := zip.NewWriter(&bomb)
	part, _ := z.Create("xl/worksheets/sheet1.xml")
	for range 64 {
		part.Write(make([]byte, 1<<20))
	}
	z.Close()
	z = zip.NewWriter(&macro)
	z.Create("xl/vbaProject.bin")
	z.Close()
	small := UsualLimits
	small.Record, small.Text = 1000, 100_000
	for _, tc := range []struct{ name, src string }{
		{"nothing", ""},
		{"a zip bomb", bomb.String()},
		{"macros", macro.String()},
		{"a torn package", "PK\x03\x04" + strings.Repeat("x", 100)},
		{"an old file of Excel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
		{"a PDF", "%PDF-1.7"},
		{"a web page named .xls", "<html><table>"},
		{"a program", "a,b\n\x00\x01\x02"},
		{"an encoding that nobody knows", "a,b\n\x80\x81\x82\xfe\xff\xfe"},
		{"a quote that never ends", "a,b\n\"" + strings.Repeat("x", 5000)},
		{"a file that is too large", strings.Repeat("a,b\n", 100_000)},
		{"two columns of one name", "ชื่อ, ชื่อ \n1,2\n"},
		{"JSON that is cut off", `[{"a": 1}, {"a"`},
		{"JSON without a list", `{"a": {"b": 1}}`},
		{"JSON nested without end", "[" + strings.Repeat(`{"a":`, 60) + "1" + strings.Repeat("}", 60) + "]"},
		{"a list of words", `["a", "b"]`},
	} {
		table, err := Open(strings.NewReader(tc.src), int64(len(tc.src)), Layout{}, small)
		if err == nil {
			for _, rowErr := range table.Rows() {
				err = errors.Join(err, rowErr)
			}
			table.Close()
		}
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want it refused", tc.name, err)
		}
	}
}

func TestWhatPeopleWriteInCells(t *testing.T) {
	for _, tc := range []struct {
		form     Form
		in, want string
	}{
		{"date", "1/10/2569", `"2026-10-01"`},
		{"date", "1 ต.ค. 69", `"2026-10-01"`},
		{"date", "๑ ตุลาคม ๒๕๖๙", `"2026-10-01"`},
		{"date", "46296", `"2026-10-01"`},
		{"date", "20/07/2558 11:25", `"2015-07-20"`},
		{"number", "๑,๒๓๔.0", `"1234"`},
		{"amount", "3.2999999999999998", `"3.3"`},
		{"amount", "1,234.50 บาท", `"1234.50"`},
		{"phone", "0-2271-8888", `"02 271 8888"`},
		{"phone", "22718888", `"02 271 8888"`},
		{"phone", "+66 81 234 5678", `"081 234 5678"`},
		{"phone", "044123456 ต่อ 12", `"044 123 456 ต่อ 12"`},
		{"phone", "โทร. 1584", `"1584"`},
		{"phones", "02-271-8888, 1584 หรือ 0812345678", `["02 271 8888" "1584" "081 234 5678"]`},
		{"duration", "110 นาที", `{unit:"minute" value:"110"}`},
		{"duration", "5.0 วันทำการ", `{unit:"working-day" value:"5"}`},
		{"code", "DLT_Office 1", `"dlt-office-1"`},
		{"url", "www.example.go.th/a", `"https://www.example.go.th/a"`},
		{"place", "https://maps.example/?q=13.7563,100.5018", `{lat:"13.7563" lng:"100.5018"}`},
		{"html", "<p>ก</p><script>alert(1)</script><ul><li>ข</li></ul>", `"ก\n\n- ข"`},
		{"hours", "เปิดให้บริการวันจันทร์ ถึง วันศุกร์ (ยกเว้นวันหยุดที่ทางราชการกำหนด) ตั้งแต่เวลา 08:30 - 16:30 น. (มีพักเที่ยง)",
			`{week:[{closes:"16:30" days:["mon" "tue" "wed" "thu" "fri"] lunch:{from:"12:00" to:"13:00"} opens:"08:30"}]}`},
		{"hours", "จันทร์-ศุกร์ 8.30-16.30 น. (ไม่มีพักเที่ยง) เสาร์ 9.00-12.00",
			`{week:[{closes:"16:30" days:["mon" "tue" "wed" "thu" "fri"] lunch:"none" opens:"08:30"} {closes:"12:00" days:["sat"] opens:"09:00"}]}`},
		{"hours", "24 ชั่วโมง", `{always:"true"}`},
		{"hours", "ทุกวัน ไม่เว้นวันหยุด 10:00 ถึง 20:00", `{open_on_holidays:"true" week:[{closes:"20:00" days:["mon" "tue" "wed" "thu" "fri" "sat" "sun"] opens:"10:00"}]}`},
	} {
		r, err := forms[tc.form](tc.in, nil)
		if err != nil {
			t.Errorf("%s %q: %v", tc.form, tc.in, err)
		} else if got := r.value.String(); got != tc.want {
			t.Errorf("%s %q: got %s, want %s", tc.form, tc.in, got, tc.want)
		}
	}
}

// String writes a node for tests, the items of a group by name.
func (n *node) String() string {
	var parts []string
	for i, item := range n.items {
		part := item.String()
		if n.kind == group0 {
			part = n.names[i] + ":" + part
		}
		parts = append(parts, part)
	}
	switch n.kind {
	case group0:
		slices.Sort(parts)
		return "{" + strings.Join(parts, " ") + "}"
	case list0:
		return "[" + strings.Join(parts, " ") + "]"
	}
	return quoted(n.text)
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"` }

func TestWhatNobodySeesIsPutRight(t *testing.T) {
	for _, tc := range []struct {
		name, in, want string
		mended         bool
	}{
		{"nothing to mend", " การขอ ABC ๑๒๓ ", "การขอ ABC ๑๒๓", false},
		{"characters of no width", "การ\u200bขอ\ufeff", "การขอ", true},
		{"a mark that turns the direction", "ไฟล์\u202efdp.exe", "ไฟล์fdp.exe", true},
		{"two เ for แ", "เเจ้งเกิด", "แจ้งเกิด", true},
		{"nikhahit and aa for am", "นํา", "นำ", true},
		{"line ends of Windows are no fault", "ก\r\nข", "ก\nข", false},
	} {
		got, mended := clean(tc.in)
		if got != tc.want || mended != tc.mended {
			t.Errorf("%s: got %q, mended %v", tc.name, got, mended)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "ก;ข\n\"1\n2\";3", bomUTF8 + "a\tb", "\xa1,\xa2\n\xff", bomUTF16LE + "a\x00", "\"", "[{\"a\":1}]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if strings.HasPrefix(src, "PK") {
			return
		}
		_, rows, err := open(t, src)
		if err != nil && !errors.Is(err, fault.Invalid) {
			t.Fatalf("an error that is nobody's: %v", err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if !strings.Contains(src, "\uFFFD") && len(cell) > 4*len(src) {
					t.Fatalf("a cell of %d bytes out of %d", len(cell), len(src))
				}
			}
		}
	})
}

func FuzzForms(f *testing.F) {
	for _, s := range []string{"1/10/2569", "08:30-16:30", "จันทร์ - ศุกร์ 8.30-16.30", "02-271-8888 ต่อ 1", "110 นาที", "<p", "13.7,100.5", "1,2,3.0", "24 ชม.", "\u0e4c 0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, _ := clean(s)
		if again, _ := clean(text); again != text {
			t.Fatalf("cleaning %q gives %q, and again %q", s, text, again)
		}
		for _, form := range formNames() {
			r, err := forms[Form(form)](text, nil)
			if err == nil && r.value == nil {
				t.Fatalf("%s reads %q as nothing", form, text)
			}
		}
	})
}

func FuzzMapping(f *testing.F) {
	for _, name := range Shipped() {
		src, _ := ShippedSource(name)
		f.Add(string(src))
	}
	f.Fuzz(func(t *testing.T, src string) {
		if m, err := ReadMapping("m.yaml", []byte(src)); err == nil {
			table, err := Open(strings.NewReader("a\n1\n"), 4, Layout{}, UsualLimits)
			if err != nil {
				t.Fatal(err)
			}
			defer table.Close()
			if _, err := bind(m, table, nil); err != nil && !errors.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		}
	})
}
