package compare

import (
	"fmt"
	"strings"
	"testing"

	"khumue/internal/catalog"
)

func bodyOf(s string) *catalog.Manual { return &catalog.Manual{Body: catalog.Body{Markdown: s}} }

// written joins a body and both sides of its conflicts.
func written(m *catalog.Manual, conflicts []Conflict) string {
	out := m.Body.Markdown
	for _, c := range conflicts {
		out += "\n" + c.Ours.Raw.(string) + "\n" + c.Theirs.Raw.(string)
	}
	return out
}

func FuzzBodiesMerge(f *testing.F) {
	f.Add("ก\n\nข\n\nค\n", "ก\n\nข1\n\nค\n", "ก\n\nข\n\nค\n\nง\n")
	f.Add("- a\n- b\n", "- b\n- a\n", "- a\n\ntext\n- b")
	f.Add("", "\n\nก", "ก\r\n\r\n")
	f.Add("# ก\nข\n```\n\nค\n```\n", "# ก\nข\n", "| ก |\n|---|\n| ข |\n")
	f.Add("# ก", "# ก\nข ", " ")             // blanks alone in the place of a heading
	f.Add("0", "\f", "0\n0\n\n0")            // a line of a form feed is blank
	f.Add("ก\n\nข", "ก\n\n ", "ก\n\nข\n\nค") // blanks at the end, where a paragraph comes
	f.Fuzz(func(t *testing.T, b, x, y string) {
		base, ours, theirs := bodyOf(b), bodyOf(x), bodyOf(y)
		for _, three := range [][3]*catalog.Manual{{base, base, ours}, {base, ours, base}, {base, ours, ours}} {
			if m, conflicts := Merge(three[0], three[1], three[2]); m.Body.Markdown != x || len(conflicts) > 0 {
				t.Errorf("one side wrote %q and %q was merged, %d conflicts", x, m.Body.Markdown, len(conflicts))
			}
		}
		merged, conflicts := Merge(base, ours, theirs)
		swapped, others := Merge(base, theirs, ours)
		if len(conflicts) != len(others) {
			t.Errorf("%d conflicts of %q %q %q, and %d the other way round", len(conflicts), b, x, y, len(others))
		}
		if len(conflicts) == 0 && strings.Join(textsOf(parasOf(merged.Body.Markdown)), "\n\n") != strings.Join(textsOf(parasOf(swapped.Body.Markdown)), "\n\n") {
			t.Errorf("%q %q %q give %q, and %q the other way round", b, x, y, merged.Body.Markdown, swapped.Body.Markdown)
		}
		is := written(merged, conflicts)
		for _, side := range []string{x, y} {
			for _, p := range parasOf(side) {
				if !strings.Contains(b, p.text) && !strings.Contains(is, p.text) {
					t.Errorf("%q of %q %q %q is neither merged nor in a conflict", p.text, b, x, y)
				}
			}
		}
	})
}

func FuzzManualsMerge(f *testing.F) {
	all := manuals(f)
	f.Add(uint64(1), uint64(2), uint8(3), uint8(4))
	f.Add(uint64(9), uint64(9), uint8(40), uint8(40))
	f.Fuzz(func(t *testing.T, one, other uint64, edits, more uint8) {
		base := all[one%uint64(len(all))]
		ours := newEditor(one, "ก").edited(base, int(edits%64))
		theirs := newEditor(other, "ข").edited(base, int(more%64))
		if m, conflicts := Merge(base, base, ours); !same(m, ours) || len(conflicts) > 0 {
			t.Errorf("theirs alone: %d conflicts, %v", len(conflicts), Manuals(ours, m))
		}
		if m, conflicts := Merge(base, ours, base); !same(m, ours) || len(conflicts) > 0 {
			t.Errorf("ours alone: %d conflicts, %v", len(conflicts), Manuals(ours, m))
		}
		merged, conflicts := Merge(base, ours, theirs)
		choices := map[string]Choice{}
		for i, c := range conflicts {
			choices[c.ID] = Choice{Take: c.Takes[(i+int(edits))%len(c.Takes)], Value: "none"}
			if choices[c.ID].Take == Another {
				choices[c.ID] = Choice{Take: Theirs}
			}
		}
		got, err := Resolve(merged, conflicts, choices)
		if err != nil {
			t.Fatal(err)
		}
		if again, conflicts := Merge(base, got, got); !same(again, got) || len(conflicts) > 0 {
			t.Error("what was resolved does not merge with itself")
		}
	})
}

func FuzzOtherValues(f *testing.F) {
	f.Add("7.50")
	f.Add("none")
	f.Add("2026-11-22")
	f.Add("licence")
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range kinds {
			visit(shapeOf(kind), map[*shape]bool{}, func(_ *shape, c cell) {
				if len(c.fields) > 1 || !readable(c.shape) {
					return
				}
				v, err := parse(c.shape, text)
				if err == nil && text == "" && !empty(v) {
					t.Errorf("%s: nothing is read as %v", c.name, v)
				}
			})
		}
	})
}

// Every way in which two changes clash comes up among the random ones, so that
// the properties speak of all of them.
func TestEveryClashComesUp(t *testing.T) {
	seen := map[Clash]int{}
	each(t, rounds, func(_ *testing.T, b, x, y *catalog.Manual) {
		_, conflicts := Merge(b, x, y)
		for _, c := range conflicts {
			seen[c.Clash]++
		}
	})
	for _, c := range []Clash{Field, Row, Order, Passage, Twice} {
		if seen[c] < 5 {
			t.Errorf("too few clashes of kind %s came up: %v", c, seen)
		}
	}
}

// large is a manual of the size of the largest: 22 documents, 13 fees, a body of
// 40 kB.
func large() *catalog.Manual {
	m := licence()
	for i := range 20 {
		m.Documents.Value = append(m.Documents.Value, catalog.Document{
			Name: catalog.Text{TH: fmt.Sprintf("หนังสือรับรองของหน่วยงานที่ %d สำหรับผู้มอบอำนาจ", i), EN: fmt.Sprintf("Certificate %d", i)},
			Kind: "other", Originals: 1, Copies: i % 3, Condition: th("เฉพาะกรณีมอบอำนาจให้ผู้อื่นยื่นคำขอแทน"),
		})
	}
	for i := range 12 {
		m.Fees.Value = append(m.Fees.Value, catalog.Fee{Name: th(fmt.Sprintf("ค่าธรรมเนียมใบอนุญาตชนิดที่ %d", i)), Kind: "fixed", Min: catalog.Amount(10000 * i), Per: th("ฉบับ")})
	}
	var b strings.Builder
	for i := 0; b.Len() < 40_000; i++ {
		fmt.Fprintf(&b, "%d. ผู้ขอรับใบอนุญาตต้องยื่นคำขอพร้อมเอกสารตามข้อ %d ต่อนายทะเบียน ณ สำนักงานที่มีภูมิลำเนา ภายใน %d วันนับแต่วันที่ได้รับแจ้ง\n", i+1, i+2, 15+i%30)
		if i%7 == 6 {
			fmt.Fprintf(&b, "\n## กรณีที่ %d\n\n", i)
		}
	}
	m.Body.Markdown = b.String()
	return m
}

// revised are two changes of it, of every kind that people make.
func revised(base *catalog.Manual) (ours, theirs *catalog.Manual) {
	ours, theirs = copyOf(base), copyOf(base)
	d := ours.Documents.Value
	d[3].Copies, d[5].Name.TH = 9, d[5].Name.TH+" ฉบับปรับปรุง"
	ours.Documents.Value = append(d[:8:8], append(d[9:], d[8])...)
	ours.Fees.Value[4].Min = 99_00
	theirs.Documents.Value[12].Condition.TH = "ทุกกรณี"
	theirs.Fees.Value = append(theirs.Fees.Value[:6:6], theirs.Fees.Value[7:]...)
	paras := strings.Split(base.Body.Markdown, "\n")
	for i := range paras {
		paras[i] = strings.ReplaceAll(paras[i], " 2"+fmt.Sprint(i%5)+" วัน", " 60 วัน")
	}
	ours.Body.Markdown = strings.Join(paras, "\n")
	theirs.Body.Markdown = strings.ReplaceAll(base.Body.Markdown, "ข้อ 11", "ข้อ 900 หรือข้อ 901")
	return ours, theirs
}

func BenchmarkCompareLargeManual(b *testing.B) {
	base := large()
	ours, _ := revised(base)
	b.ReportAllocs()
	for b.Loop() {
		Manuals(base, ours)
	}
}

func BenchmarkMergeLargeManual(b *testing.B) {
	base := large()
	ours, theirs := revised(base)
	b.ReportAllocs()
	for b.Loop() {
		Merge(base, ours, theirs)
	}
}
