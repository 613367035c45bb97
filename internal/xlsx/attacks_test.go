package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"khumue/internal/fault"
)

const sheet1 = "xl/worksheets/sheet1.xml"

// replaced changes one part of a book of a cell ก.
func replaced(t *testing.T, part, old, to string) []byte {
	t.Helper()
	done := false
	src := repacked(t, book(t, []any{"ก", 1}), func(name, text string) string {
		if name != part {
			return text
		}
		done = done || strings.Contains(text, old)
		return strings.Replace(text, old, to, 1)
	})
	if !done {
		t.Fatalf("%s has no %q", part, old)
	}
	return src
}

// with adds a part to a book.
func with(t *testing.T, name, text string) []byte {
	t.Helper()
	src := book(t, []any{"ก", 1})
	z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	part, _ := w.Create(name)
	part.Write([]byte(text))
	w.Close()
	return out.Bytes()
}

// lying makes a book say that its sheet unpacks to few bytes.
func lying(t *testing.T) []byte {
	t.Helper()
	src := replaced(t, sheet1, "</sheetData>", strings.Repeat("<row><c><v>1</v></c></row>", 100_000)+"</sheetData>")
	z, _ := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	for _, f := range z.File {
		if f.Name != sheet1 {
			continue
		}
		size := binary.LittleEndian.AppendUint32(nil, uint32(f.UncompressedSize64))
		src = bytes.ReplaceAll(src, size, binary.LittleEndian.AppendUint32(nil, 500))
	}
	return src
}

const doctype = `?><!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/hostname"><!ENTITY a "&e;&e;&e;">]>`

func TestAttacksByABook(t *testing.T) {
	var many strings.Builder
	for n := range 3000 {
		fmt.Fprintf(&many, "<row r=\"%d\"><c r=\"A%d\"><v>1</v></c></row>", n+10, n+10)
	}
	for _, tc := range []struct {
		name string
		src  []byte
		want string // a cell of it; "": the book is refused
	}{
		{"the book as it is", book(t, []any{"ก", 1}), "ก"},
		{"macros of Visual Basic", with(t, "xl/vbaProject.bin", "x"), ""},
		{"macros whose name is in other letters", with(t, `XL\VBAPROJECT.BIN`, "x"), ""},
		{"a sheet of macros of Excel 4", with(t, "xl/macrosheets/sheet1.xml", "x"), ""},
		{"a part that unpacks a thousandfold", with(t, "xl/media/a.png", strings.Repeat("x", 4<<20)), ""},
		{"a part that unpacks to more than it says", lying(t), ""},
		{"a part with a path out of the book, which nobody unpacks", with(t, "../../../../tmp/khumue-evil", "x"), "ก"},
		{"a link to another book, which nobody follows", with(t, "xl/externalLinks/externalLink1.xml", `<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>`), "ก"},
		{"a sheet that stands outside of the book", replaced(t, "xl/_rels/workbook.xml.rels", `Target="worksheets/sheet1.xml"`, `TargetMode="External" Target="https://127.0.0.1/sheet1.xml"`), ""},
		{"a sheet that is a file of the machine", replaced(t, "xl/_rels/workbook.xml.rels", `Target="worksheets/sheet1.xml"`, `Target="../../../../etc/hostname"`), ""},
		{"an entity of a file in a sheet", replaced(t, sheet1, "?>", doctype), ""},
		{"entities within entities in the frame of the book", replaced(t, "xl/workbook.xml", "<sheets>", "<!DOCTYPE w [<!ENTITY a \"&b;&b;\">]><sheets>&a;"), ""},
		{"an entity that nobody knows", replaced(t, sheet1, ">ก<", ">&evil;<"), ""},
		{"a formula, of which what Excel last saw counts", replaced(t, sheet1, "<v>1</v>", `<f>HYPERLINK("http://127.0.0.1")</f><v>1</v>`), "ก"},
		{"HTML in a cell, which stays text", replaced(t, sheet1, ">ก<", ">&lt;script&gt;alert(1)&lt;/script&gt;<"), "<script>alert(1)</script>"},
		{"a row that stands before one above it", replaced(t, sheet1, "</sheetData>", `<row r="1"><c r="A1"><v>1</v></c></row></sheetData>`), ""},
		{"a row behind the last that there can be", replaced(t, sheet1, "</sheetData>", `<row r="99999999"><c><v>1</v></c></row></sheetData>`), ""},
		{"a column behind the last that there can be", replaced(t, sheet1, "</sheetData>", `<row r="9"><c r="ZZZZZ9"><v>1</v></c></row></sheetData>`), ""},
		{"a cell that stands before one beside it", replaced(t, sheet1, "</sheetData>", `<row r="9"><c r="C9"><v>1</v></c><c r="A9"><v>1</v></c></row></sheetData>`), ""},
		{"a text that is not among those that are shared", replaced(t, sheet1, "</sheetData>", `<row r="9"><c r="A9" t="s"><v>7</v></c></row></sheetData>`), ""},
		{"a text before the first of those that are shared", replaced(t, sheet1, "</sheetData>", `<row r="9"><c r="A9" t="s"><v>-1</v></c></row></sheetData>`), ""},
		{"tags within tags without end", replaced(t, sheet1, "</sheetData>", strings.Repeat("<a>", 5000)+"</sheetData>"), ""},
		{"a tag without an end", replaced(t, sheet1, "</sheetData>", "<row a=\""+strings.Repeat("x", 200_000)), ""},
		{"more rows than the limit", replaced(t, sheet1, "</sheetData>", many.String()+"</sheetData>"), ""},
		{"a sheet that is cut off", replaced(t, sheet1, "</sheetData>", ""), ""},
	} {
		l := Usual
		l.Rows = 2000
		got, err := cells(tc.src, l)
		switch {
		case tc.want == "" && !errors.Is(err, fault.Invalid):
			t.Errorf("%s: got %.80q, %v; want it refused", tc.name, got, err)
		case tc.want != "" && (err != nil || !slices.Contains(slices.Concat(got...), tc.want)):
			t.Errorf("%s: got %.80q, %v", tc.name, got, err)
		}
	}
}

func TestTextsThatAreSharedAreRead(t *testing.T) {
	var shared strings.Builder
	shared.WriteString(`<?xml version="1.0"?><x:sst xmlns:x="a" count="3"><x:si><x:t xml:space="preserve"> ก </x:t></x:si><x:si><x:r><x:t>ข</x:t></x:r><x:r><x:t><![CDATA[<ค>]]></x:t></x:r><x:rPh><x:t>อ่าน</x:t></x:rPh></x:si><x:si/>`)
	long := strings.Repeat("ย", 30_000)
	for n := range 200 { // more than is held in memory
		fmt.Fprintf(&shared, "<x:si><x:t>%d_x000A_%s</x:t></x:si>", n, long)
	}
	shared.WriteString("</x:sst>")
	rows := ""
	for i, n := range []int{0, 1, 2, 3, 120, 202, 3, 201} {
		rows += fmt.Sprintf(`<row r="%d"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" t="str"><f>A1</f><v>ง</v></c></row>`, i+10, i+10, n, i+10)
	}
	src := repacked(t, with(t, "xl/sharedStrings.xml", shared.String()), func(name, text string) string {
		switch name {
		case sheet1:
			return strings.Replace(text, "</sheetData>", rows+"</sheetData>", 1)
		case "xl/_rels/workbook.xml.rels":
			return strings.Replace(text, "</Relationships>", `<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`, 1)
		}
		return text
	})
	l := Usual
	l.Ratio = 10_000
	got, err := cells(src, l)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{" ก ", "ข<ค>", "", "0\n" + long, "117\n" + long, "199\n" + long, "0\n" + long, "198\n" + long} {
		if row := got[9+i]; row[0] != want || row[1] != "ง" {
			t.Errorf("row %d: got %.40q, want %.40q", i+10, row, want)
		}
	}
}

func FuzzSheet(f *testing.F) {
	for _, src := range []string{
		`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c><v>1</v></c></row></sheetData></worksheet>`,
		`<w><row><c t="s"><v>0</v></c></row><row r="9"/></w>`, `<a b='>'/><!-- x --><![CDATA[y]]>`, `<!DOCTYPE a>`, `<row><c t="str"><v>_x0041_&#65;</v></c></row>`,
	} {
		f.Add(src)
	}
	small := Limits{Rows: 1000, Columns: 100, Cell: 1000}
	f.Fuzz(func(t *testing.T, src string) {
		texts, err := readShared(strings.NewReader(src), 1000)
		if texts.rest != nil {
			t.Fatal("a short part was put into a file")
		}
		if err != nil {
			texts = &shared{ends: []int64{1}, first: []byte("x")}
		}
		r := sheetReader{scan: newScanner(strings.NewReader(src), small.Cell), texts: texts, limits: small}
		for last := 0; ; {
			row, err := r.next()
			if err != nil {
				return
			}
			if row.Number <= last || len(row.Cells) > small.Columns {
				t.Fatalf("row %d behind %d, %d cells", row.Number, last, len(row.Cells))
			}
			last = row.Number
		}
	})
}
