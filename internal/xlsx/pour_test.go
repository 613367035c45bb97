package xlsx

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// rowsOf pours rows, and then perhaps fails.
func rowsOf(fails error, rows ...[]string) func(func([]string, error) bool) {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		if fails != nil {
			yield(nil, fails)
		}
	}
}

// part returns a part of a package.
func part(t *testing.T, src []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestABookOfFiguresAndPouredRows(t *testing.T) {
	w, err := NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	figures := [][]any{{Head("ข้อ"), Head("คะแนน")}, {"=1+1", 4.25}, {"ข", nil}, {"ค", 3}}
	if err := w.Figures("สรุป", []float64{40, 10}, figures, Chart{Drawn: Bars, Title: "คะแนน", First: 2, Last: 4, Values: 1, Least: 1, Most: 5, At: "D2"},
		Chart{Drawn: Line, Title: "รายเดือน", First: 2, Last: 4, Values: 1, Least: 1, Most: 5, At: "D20"}); err != nil {
		t.Fatal(err)
	}
	texts := []string{"=1+1", "+66", "@SUM(A1)", "ก\nข", "<b>&amp;", "ที่นี่", "a\x00b\x0b", "\xff\xfe", "a\ufffe"}
	want := []string{"=1+1", "+66", "@SUM(A1)", "ก\nข", "<b>&amp;", "ที่นี่", "ab"}
	if err := w.Pour("คำตอบ", 2, rowsOf(nil, texts, []string{"", "ข"}, []string{"not asked for"}), Heading{Text: "ก & ข", Width: 20}, Heading{Text: "ค"}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := w.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	b, err := Open(bytes.NewReader(out.Bytes()), int64(out.Len()), Usual)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var got [][]string
	for row, err := range b.Rows("คำตอบ") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row.Cells)
	}
	if len(got) != 3 || got[0][0] != "ก & ข" || !slices.Equal(got[1][:7], want) || strings.Trim(strings.Join(got[1][7:], ""), "a") != "" || !slices.Equal(got[2], []string{"", "ข"}) {
		t.Errorf("poured %q", got)
	}
	if text := part(t, out.Bytes(), "xl/worksheets/sheet2.xml"); strings.Contains(text, "<f>") {
		t.Error("a formula was poured")
	}
	for name, wanted := range map[string]string{"xl/charts/chart1.xml": "<barChart>", "xl/charts/chart2.xml": "<lineChart>"} {
		text := part(t, out.Bytes(), name)
		for _, want := range []string{wanted, "'สรุป'!$B$2:$B$4", "'สรุป'!$A$2:$A$4"} {
			if !strings.Contains(strings.ReplaceAll(text, "&#39;", "'"), want) {
				t.Errorf("%s has no %s: %s", name, want, text)
			}
		}
	}
}

func TestRowsThatFailFailTheBook(t *testing.T) {
	w, err := NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	fails := errors.New("no more")
	if err := w.Pour("ก", 3, rowsOf(fails, []string{"a"}), Heading{Text: "ก"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteTo(io.Discard); !errors.Is(err, fails) {
		t.Errorf("got %v", err)
	}
}

func TestMoreRowsThanASheetHoldsGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("a million rows")
	}
	w, err := NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	const all = mostPoured + 9
	row := []string{"x"}
	if err := w.Pour("ก", all, func(yield func([]string, error) bool) {
		for yield(row, nil) {
		}
	}, Heading{Text: "h"}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := w.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	if first, second := strings.Count(part(t, out.Bytes(), "xl/worksheets/sheet1.xml"), "<row "), strings.Count(part(t, out.Bytes(), "xl/worksheets/sheet2.xml"), "<row "); first != mostPoured+1 || second != 10 {
		t.Errorf("%d and %d rows", first, second)
	}
}

func TestNumbersAreNumbersInTheirColumnAlone(t *testing.T) {
	w, err := NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Pour("ก", 2, rowsOf(nil, []string{"12", "12"}, []string{"=1", "=1"}, []string{"", "-5"}, []string{"7", "007"}), Heading{Text: "text"}, Heading{Text: "number", Number: true}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := w.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	got := part(t, out.Bytes(), "xl/worksheets/sheet1.xml")
	if !strings.Contains(got, `<c r="B2"><v>12</v></c>`) || strings.Count(got, "<v>") != 1 || strings.Contains(got, "<f>") {
		t.Error(got)
	}
}
