package compare

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// edit changes a manual.
type edit func(m *catalog.Manual)

func steps(m *catalog.Manual) []catalog.Step { return m.StepSets[0].Steps }

func reorder[T any](list []T, places ...int) []T {
	out := make([]T, len(places))
	for i, n := range places {
		out[i] = list[n]
	}
	return out
}

func body(old, new string) edit {
	return func(m *catalog.Manual) { m.Body.Markdown = strings.Replace(m.Body.Markdown, old, new, 1) }
}

func addDocument(name string, copies int) edit {
	return func(m *catalog.Manual) {
		m.Documents.Value = append(m.Documents.Value, catalog.Document{Name: th(name), Kind: "other", Copies: copies})
	}
}

// names lists the names of documents.
func names(m *catalog.Manual) string {
	var out []string
	for _, d := range m.Documents.Value {
		out = append(out, d.Name.TH)
	}
	return strings.Join(out, ", ")
}

func stepTexts(m *catalog.Manual) string {
	var out []string
	for _, s := range steps(m) {
		out = append(out, s.Text.TH)
	}
	return strings.Join(out, ", ")
}

func TestChangesThatMeetWithoutConflict(t *testing.T) {
	for _, c := range []struct {
		name         string
		ours, theirs edit
		check        func(m *catalog.Manual) bool
	}{
		{"different fields",
			func(m *catalog.Manual) { m.Title.TH = "ใบขับขี่" }, func(m *catalog.Manual) { m.Impact = "general" },
			func(m *catalog.Manual) bool { return m.Title.TH == "ใบขับขี่" && m.Impact == "general" }},
		{"the languages of one text",
			func(m *catalog.Manual) { m.Title.TH = "ใบขับขี่" }, func(m *catalog.Manual) { m.Title.EN = "Driving licence" },
			func(m *catalog.Manual) bool {
				return m.Title == catalog.Text{TH: "ใบขับขี่", EN: "Driving licence"}
			}},
		{"the same value twice",
			func(m *catalog.Manual) { m.Fees.Value[0].Min = 30000 }, func(m *catalog.Manual) { m.Fees.Value[0].Min = 30000 },
			func(m *catalog.Manual) bool { return m.Fees.Value[0].Min == 30000 }},
		{"different cells of a row",
			func(m *catalog.Manual) { steps(m)[1].Time.Value = 45 }, func(m *catalog.Manual) { steps(m)[1].Unit.TH = "งานใบอนุญาต" },
			func(m *catalog.Manual) bool {
				return steps(m)[1].Time.Value == 45 && steps(m)[1].Unit.TH == "งานใบอนุญาต"
			}},
		{"a row that moves and is changed",
			func(m *catalog.Manual) { m.StepSets[0].Steps = reorder(steps(m), 2, 0, 1) }, func(m *catalog.Manual) { steps(m)[2].Time.Value = 15 },
			func(m *catalog.Manual) bool {
				return stepTexts(m) == "ชำระเงิน, ตรวจเอกสาร, ทดสอบสมรรถภาพ" && steps(m)[0].Time.Value == 15
			}},
		{"rows added on both sides, ours first",
			addDocument("รูปถ่าย", 0), addDocument("สำเนาทะเบียนบ้าน", 1),
			func(m *catalog.Manual) bool {
				return names(m) == "บัตรประจำตัวประชาชน, ใบรับรองแพทย์, รูปถ่าย, สำเนาทะเบียนบ้าน"
			}},
		{"the same row added on both sides",
			addDocument("รูปถ่าย", 2), addDocument("รูปถ่าย", 2),
			func(m *catalog.Manual) bool {
				return names(m) == "บัตรประจำตัวประชาชน, ใบรับรองแพทย์, รูปถ่าย"
			}},
		{"a row removed, another added",
			func(m *catalog.Manual) { m.Documents.Value = m.Documents.Value[1:] }, addDocument("รูปถ่าย", 0),
			func(m *catalog.Manual) bool {
				return names(m) == "ใบรับรองแพทย์, รูปถ่าย"
			}},
		{"both fill in what was absent",
			func(m *catalog.Manual) {
				m.Complaints = []catalog.Complaint{{Name: th("ศูนย์ดำรงธรรม")}}
			}, func(m *catalog.Manual) { m.Complaints = []catalog.Complaint{{Name: th("สายด่วน 1111")}} },
			func(m *catalog.Manual) bool { return len(m.Complaints) == 2 }},
		{"none that becomes different forms",
			func(m *catalog.Manual) { m.Forms = catalog.Some([]catalog.Form{{Name: th("แบบ ก")}}) },
			func(m *catalog.Manual) { m.Forms = catalog.Some([]catalog.Form{{Name: th("แบบ ข")}}) },
			func(m *catalog.Manual) bool { return len(m.Forms.Value) == 2 }},
		{"sets",
			func(m *catalog.Manual) { m.Categories = append(m.Categories, "tax") }, func(m *catalog.Manual) { m.Categories = []catalog.Slug{"travel"} },
			func(m *catalog.Manual) bool { return slices.Equal(m.Categories, []catalog.Slug{"tax", "travel"}) }},
		{"paragraphs, neighbours too",
			body("อายุไม่ต่ำกว่า 18 ปี", "อายุไม่ต่ำกว่า 20 ปี"), body("## เงื่อนไข", "## เงื่อนไขอื่น"),
			func(m *catalog.Manual) bool {
				return m.Body.Markdown == "## หลักเกณฑ์\n\nผู้ขอต้องมีอายุไม่ต่ำกว่า 20 ปี\n\n## เงื่อนไขอื่น\n\nต้องผ่านการทดสอบ\n"
			}},
		{"a paragraph added where the last one changes",
			body("ต้องผ่านการทดสอบ\n", "ต้องผ่านการทดสอบ\n\nต้องชำระเงิน\n"), body("ต้องผ่านการทดสอบ", "ต้องสอบผ่าน"),
			func(m *catalog.Manual) bool {
				return strings.HasSuffix(m.Body.Markdown, "## เงื่อนไข\n\nต้องสอบผ่าน\n\nต้องชำระเงิน\n")
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ours, theirs := licence(), licence()
			c.ours(ours)
			c.theirs(theirs)
			merged, conflicts := Merge(licence(), ours, theirs)
			if len(conflicts) > 0 {
				t.Fatalf("conflict: %s", conflicts[0].Words.EN)
			}
			if !c.check(merged) {
				t.Errorf("got %+v", merged)
			}
		})
	}
}

func TestChangesThatClash(t *testing.T) {
	for _, c := range []struct {
		name         string
		ours, theirs edit
		words        string // of the only conflict, in Thai
		choice       Choice
		check        func(m *catalog.Manual) bool
	}{
		{"a title",
			func(m *catalog.Manual) { m.Title.TH = "ใบขับขี่" }, func(m *catalog.Manual) { m.Title.TH = "ใบอนุญาตขับรถ" },
			"ชื่อคู่มือ แก้ไขไม่ตรงกัน เดิม การขอใบอนุญาตขับรถ ฝ่ายแรก ใบขับขี่ อีกฝ่าย ใบอนุญาตขับรถ",
			Choice{Another, "การออกใบขับขี่"}, func(m *catalog.Manual) bool { return m.Title.TH == "การออกใบขับขี่" }},
		{"a fee, whose kind and sums belong together",
			func(m *catalog.Manual) { m.Fees.Value[0].Min = 30000 }, func(m *catalog.Manual) { m.Fees.Value[0].Kind, m.Fees.Value[0].Max = "range", 50000 },
			"ค่าธรรมเนียม แก้ไขไม่ตรงกัน เดิม 200 บาท ฝ่ายแรก 300 บาท อีกฝ่าย 200 – 500 บาท",
			Choice{Take: Theirs}, func(m *catalog.Manual) bool {
				return m.Fees.Value[0].Min == 20000 && m.Fees.Value[0].Max == 50000 && m.Fees.Value[0].Name.TH == "ค่าใบอนุญาต"
			}},
		{"no fee, and another fee",
			func(m *catalog.Manual) { m.Fees = catalog.Stated[[]catalog.Fee]{State: catalog.None} }, func(m *catalog.Manual) { m.Fees.Value[0].Min = 30000 },
			"ค่าธรรมเนียม แก้ไขไม่ตรงกัน เดิม 1 รายการ ฝ่ายแรก ไม่มีค่าธรรมเนียม อีกฝ่าย 1 รายการ",
			Choice{Take: Theirs}, func(m *catalog.Manual) bool { return m.Fees.Value[0].Min == 30000 }},
		{"the price of a copy, in three states",
			func(m *catalog.Manual) { m.CopyFee = catalog.Some[catalog.Amount](500) }, func(m *catalog.Manual) { m.CopyFee.State = catalog.None },
			"ค่าใช้จ่ายในการขอสำเนาคู่มือ แก้ไขไม่ตรงกัน เดิม ยังไม่ระบุ ฝ่ายแรก 5 บาท อีกฝ่าย ไม่มี",
			Choice{Another, "7.50"}, func(m *catalog.Manual) bool { return m.CopyFee == catalog.Some[catalog.Amount](750) }},
		{"a row removed by us and changed by them, removed in the end",
			func(m *catalog.Manual) { m.Documents.Value = m.Documents.Value[1:] }, func(m *catalog.Manual) { m.Documents.Value[0].Copies = 1 },
			"เอกสาร “บัตรประจำตัวประชาชน” ฝ่ายหนึ่งตัดออก อีกฝ่ายแก้ไข",
			Choice{Take: Ours}, func(m *catalog.Manual) bool { return names(m) == "ใบรับรองแพทย์" }},
		{"a row removed by us and changed by them, kept in the end",
			func(m *catalog.Manual) { m.Documents.Value = m.Documents.Value[1:] }, func(m *catalog.Manual) { m.Documents.Value[0].Copies = 1 },
			"เอกสาร “บัตรประจำตัวประชาชน” ฝ่ายหนึ่งตัดออก อีกฝ่ายแก้ไข",
			Choice{Take: Theirs}, func(m *catalog.Manual) bool {
				return names(m) == "บัตรประจำตัวประชาชน, ใบรับรองแพทย์" && m.Documents.Value[0].Copies == 1
			}},
		{"a row removed by them and changed by us, removed in the end",
			func(m *catalog.Manual) { m.Documents.Value[0].Copies = 1 }, func(m *catalog.Manual) { m.Documents.Value = m.Documents.Value[1:] },
			"เอกสาร “บัตรประจำตัวประชาชน” ฝ่ายหนึ่งตัดออก อีกฝ่ายแก้ไข",
			Choice{Take: Theirs}, func(m *catalog.Manual) bool { return names(m) == "ใบรับรองแพทย์" }},
		{"a row of one name added on both sides, both kept",
			addDocument("รูปถ่าย", 1), addDocument("รูปถ่าย", 2),
			"เอกสาร “รูปถ่าย” ทั้งสองฝ่ายเพิ่มรายการนี้ แต่ไม่เหมือนกัน",
			Choice{Take: Both}, func(m *catalog.Manual) bool {
				d := m.Documents.Value
				return len(d) == 4 && d[2].Copies == 1 && d[3].Copies == 2
			}},
		{"two orders",
			func(m *catalog.Manual) { m.StepSets[0].Steps = reorder(steps(m), 2, 0, 1) }, func(m *catalog.Manual) { m.StepSets[0].Steps = reorder(steps(m), 1, 0, 2) },
			"ขั้นตอน ทั้งสองฝ่ายเรียงลำดับใหม่ไม่ตรงกัน",
			Choice{Take: Theirs}, func(m *catalog.Manual) bool {
				return stepTexts(m) == "ทดสอบสมรรถภาพ, ตรวจเอกสาร, ชำระเงิน"
			}},
		{"a paragraph, both kept",
			body("18 ปี", "20 ปี"), body("18 ปี", "15 ปี"),
			"หลักเกณฑ์ วิธีการ และเงื่อนไข ทั้งสองฝ่ายแก้ไขย่อหน้าเดียวกัน",
			Choice{Take: Both}, func(m *catalog.Manual) bool {
				return m.Body.Markdown == "## หลักเกณฑ์\n\nผู้ขอต้องมีอายุไม่ต่ำกว่า 20 ปี\n\nผู้ขอต้องมีอายุไม่ต่ำกว่า 15 ปี\n\n## เงื่อนไข\n\nต้องผ่านการทดสอบ\n"
			}},
		{"a paragraph removed by us and changed by them",
			body("ผู้ขอต้องมีอายุไม่ต่ำกว่า 18 ปี\n\n", ""), body("18 ปี", "15 ปี"),
			"หลักเกณฑ์ วิธีการ และเงื่อนไข ทั้งสองฝ่ายแก้ไขย่อหน้าเดียวกัน",
			Choice{Take: Theirs}, func(m *catalog.Manual) bool {
				return m.Body.Markdown == "## หลักเกณฑ์\n\nผู้ขอต้องมีอายุไม่ต่ำกว่า 15 ปี\n\n## เงื่อนไข\n\nต้องผ่านการทดสอบ\n"
			}},
		{"the last paragraph changed by us and removed by them",
			body("ต้องผ่าน", "ควรผ่าน"), body("\n\nต้องผ่านการทดสอบ", ""),
			"หลักเกณฑ์ วิธีการ และเงื่อนไข ทั้งสองฝ่ายแก้ไขย่อหน้าเดียวกัน",
			Choice{Take: Theirs}, func(m *catalog.Manual) bool {
				return strings.HasSuffix(m.Body.Markdown, "18 ปี\n\n## เงื่อนไข\n")
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ours, theirs := licence(), licence()
			c.ours(ours)
			c.theirs(theirs)
			merged, conflicts := Merge(licence(), ours, theirs)
			if len(conflicts) != 1 || conflicts[0].Words.TH != c.words || conflicts[0].Words.EN == "" {
				t.Fatalf("got %d conflicts, %+v, want %s", len(conflicts), conflicts, c.words)
			}
			got, err := Resolve(merged, conflicts, map[string]Choice{conflicts[0].ID: c.choice})
			if err != nil {
				t.Fatal(err)
			}
			if !c.check(got) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestSeveralConflictsOfOneListAreResolvedTogether(t *testing.T) {
	ours, theirs := licence(), licence()
	addDocument("รูปถ่าย", 1)(ours)
	ours.Documents.Value = reorder(ours.Documents.Value, 1, 2) // ประชาชน goes
	ours.Documents.Value[0].Originals = 3
	theirs.Documents.Value[0].Copies, theirs.Documents.Value[1].Originals = 1, 4
	addDocument("รูปถ่าย", 2)(theirs)
	merged, conflicts := Merge(licence(), ours, theirs)
	choices := map[string]Choice{}
	for _, c := range conflicts {
		choices[c.ID] = map[Clash]Choice{Row: {Take: Ours}, Twice: {Take: Both}, Field: {Another, "9"}}[c.Clash]
	}
	got, err := Resolve(merged, conflicts, choices)
	if err != nil {
		t.Fatal(err)
	}
	if len(conflicts) != 3 || names(got) != "ใบรับรองแพทย์, รูปถ่าย, รูปถ่าย" || got.Documents.Value[0].Originals != 9 {
		t.Errorf("%d conflicts gave %+v", len(conflicts), got.Documents.Value)
	}
	if names(merged) != "บัตรประจำตัวประชาชน, ใบรับรองแพทย์, รูปถ่าย" {
		t.Errorf("what was merged changed: %s", names(merged))
	}
}

func TestAChoiceThatCannotBeTakenIsRefused(t *testing.T) {
	clash := func(first, second edit) (*catalog.Manual, []Conflict) {
		ours, theirs := licence(), licence()
		first(ours)
		second(theirs)
		return Merge(licence(), ours, theirs)
	}
	copyFee := func(n catalog.Amount) edit {
		return func(m *catalog.Manual) { m.CopyFee = catalog.Some(n) }
	}
	impact := func(w catalog.Impact) edit { return func(m *catalog.Manual) { m.Impact = w } }
	time := func(n int) edit { return func(m *catalog.Manual) { steps(m)[0].Time.Value = n } }
	for _, c := range []struct {
		name          string
		first, second edit
		choice        Choice
		kind          fault.Kind
	}{
		{"no choice", copyFee(1), copyFee(2), Choice{}, fault.Invalid},
		{"a sum that is none", copyFee(1), copyFee(2), Choice{Another, "ห้าบาท"}, fault.Invalid},
		{"a word that no list has", impact("general"), impact("significant"), Choice{Another, "huge"}, fault.Invalid},
		{"both of a single value", impact("general"), impact("significant"), Choice{Take: Both}, fault.Invalid},
		{"a date of another form", func(m *catalog.Manual) { m.ReviewedOn = calendar.NewDate(2026, 1, 1) },
			func(m *catalog.Manual) { m.ReviewedOn = calendar.NewDate(2026, 1, 2) }, Choice{Another, "1 ม.ค. 2569"}, fault.Invalid},
		{"a text for a number with its unit", time(1), time(2), Choice{Another, "3"}, fault.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			merged, conflicts := clash(c.first, c.second)
			_, err := Resolve(merged, conflicts, map[string]Choice{conflicts[0].ID: c.choice})
			var told *fault.Error
			if !errors.Is(err, c.kind) || !errors.As(err, &told) || told.What.TH == "" || told.Hint.EN == "" {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("a conflict without a choice", func(t *testing.T) {
		merged, conflicts := clash(copyFee(1), copyFee(2))
		if _, err := Resolve(merged, conflicts, nil); !errors.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a choice of a conflict that somebody changed meanwhile", func(t *testing.T) {
		_, before := clash(copyFee(1), copyFee(2))
		merged, now := clash(copyFee(1), copyFee(3))
		choices := map[string]Choice{before[0].ID: {Take: Ours}, now[0].ID: {Take: Ours}}
		if _, err := Resolve(merged, now, choices); !errors.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
}
