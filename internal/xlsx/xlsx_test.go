package xlsx

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"khumue/internal/fault"
)

// book writes rows as a book.
func book(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	w, err := NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s, err := w.Sheet("ข้อมูล", Heading{Text: "ก", Width: 20}, Heading{Text: "ข"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := s.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// cells reads the first sheet of a book.
func cells(src []byte, l Limits) (out [][]string, err error) {
	b, err := Open(bytes.NewReader(src), int64(len(src)), l)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	for row, err := range b.Rows(b.Sheets()[0]) {
		if err != nil {
			return out, err
		}
		out = append(out, row.Cells)
	}
	return out, nil
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	texts := []string{"=1+1", "+66", "-1", "@SUM(A1)", "\tก", "ก\nข", "<b>&amp;", "การขอ", strings.Repeat("ย", 40_000), "a\x00b\x0b"}
	want := []string{"=1+1", "+66", "-1", "@SUM(A1)", "\tก", "ก\nข", "<b>&amp;", "การขอ", strings.Repeat("ย", maxText), "ab"}
	var rows [][]any
	for i, text := range texts {
		rows = append(rows, []any{text, i})
	}
	src := book(t, rows...)
	got, err := cells(src, Usual)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		if got[i+1][0] != w {
			t.Errorf("%.20q came back as %.20q", texts[i], got[i+1][0])
		}
	}
	z, _ := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	sheet, err := z.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	xml, _ := io.ReadAll(sheet)
	if bytes.Contains(xml, []byte("<f>")) {
		t.Error("a text became a formula")
	}
}

// repacked changes the parts of a book.
func repacked(t *testing.T, src []byte, change func(name, text string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		r, _ := f.Open()
		text, _ := io.ReadAll(r)
		part, _ := w.Create(f.Name)
		part.Write([]byte(change(f.Name, string(text))))
	}
	w.Close()
	return out.Bytes()
}

func TestFormulasAreNeverWorkedOut(t *testing.T) {
	src := repacked(t, book(t, []any{1, 2}), func(name, text string) string {
		if name != "xl/worksheets/sheet1.xml" {
			return text
		}
		return strings.Replace(text, "<v>1</v>", "<f>WEBSERVICE(\"http://127.0.0.1\")</f><v>7</v>", 1)
	})
	got, err := cells(src, Usual)
	if err != nil || got[1][0] != "7" {
		t.Errorf("got %q, %v: want what Excel last saw", got, err)
	}
}

func TestEntitiesFromOutsideAreNotRead(t *testing.T) {
	src := repacked(t, book(t, []any{"x"}), func(name, text string) string {
		if name != "xl/worksheets/sheet1.xml" {
			return text
		}
		text = strings.Replace(text, "?>", `?><!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]>`, 1)
		return strings.Replace(text, ">x<", ">&e;<", 1)
	})
	got, err := cells(src, Usual)
	for _, row := range got {
		for _, c := range row {
			if strings.Contains(c, "root:") {
				t.Fatalf("a file of the machine was read: %q", c)
			}
		}
	}
	if err != nil && !errors.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestBooksBeyondALimitAreRefused(t *testing.T) {
	src := book(t, []any{"a", "b"}, []any{"c", strings.Repeat("d", 100)})
	for _, tc := range []struct {
		name   string
		change func(*Limits)
	}{
		{"bytes of the file", func(l *Limits) { l.Packed = 100 }},
		{"bytes once unpacked", func(l *Limits) { l.Inflated = 1000 }},
		{"parts", func(l *Limits) { l.Parts = 2 }},
		{"sheets", func(l *Limits) { l.Sheets = 0 }},
		{"rows", func(l *Limits) { l.Rows = 2 }},
		{"columns", func(l *Limits) { l.Columns = 1 }},
		{"a cell", func(l *Limits) { l.Cell = 50 }},
	} {
		l := Usual
		tc.change(&l)
		if _, err := cells(src, l); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want it refused", tc.name, err)
		}
	}
	if _, err := cells(src, Usual); err != nil {
		t.Errorf("within all limits: %v", err)
	}
}

func TestAFormHasItsListsAndHelp(t *testing.T) {
	var out bytes.Buffer
	err := WriteForm(&out, Form{Name: "แบบ", Rows: 10, Columns: []FormColumn{{Heading: "ก", Help: "ช่วย", Choices: []string{"=x", "y"}}, {Heading: "ข"}},
		Examples: [][]string{{"y", "z"}}}, Note{Name: "อ่าน", Lines: []string{"บรรทัด"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := cells(out.Bytes(), Usual)
	if err != nil || len(got) != 2 || got[0][1] != "ข" || got[1][0] != "ช่วย" {
		t.Errorf("got %q, %v", got, err)
	}
	z, _ := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	sheet, err := z.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	xml, _ := io.ReadAll(sheet)
	if !bytes.Contains(xml, []byte("dataValidation ")) {
		t.Error("the form offers no list")
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(book(f, []any{"a", 1}))
	f.Add([]byte("PK\x03\x04"))
	small := Limits{Packed: 1 << 20, Inflated: 4 << 20, Ratio: 50, Parts: 50, Sheets: 5, Rows: 100, Columns: 100, Cell: 1000}
	f.Fuzz(func(t *testing.T, src []byte) {
		if _, err := cells(src, small); err != nil && !errors.Is(err, fault.Invalid) {
			t.Fatalf("an error that is nobody's: %v", err)
		}
	})
}
