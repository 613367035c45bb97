package compare

import (
	"slices"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

func th(s string) catalog.Text { return catalog.Text{TH: s} }

// licence is a small manual, to change one thing of.
func licence() *catalog.Manual {
	step := func(text string, minutes int) catalog.Step {
		return catalog.Step{Kind: "check", Text: th(text), Time: catalog.Duration{Value: minutes, Unit: "minute"}}
	}
	return &catalog.Manual{
		ID: "dlt-7f3k5q", Title: th("การขอใบอนุญาตขับรถ"),
		CommonNames: catalog.Some([]string{"ทำใบขับขี่"}),
		Categories:  []catalog.Slug{"transport"},
		StepSets:    []catalog.StepSet{{Steps: []catalog.Step{step("ตรวจเอกสาร", 5), step("ทดสอบสมรรถภาพ", 30), step("ชำระเงิน", 10)}}},
		Documents: catalog.Some([]catalog.Document{
			{Name: th("บัตรประจำตัวประชาชน"), Kind: "identity", Originals: 1},
			{Name: th("ใบรับรองแพทย์"), Kind: "other", Originals: 1},
		}),
		Fees:    catalog.Some([]catalog.Fee{{Name: th("ค่าใบอนุญาต"), Kind: "fixed", Min: 20000}}),
		Forms:   catalog.Stated[[]catalog.Form]{State: catalog.None},
		Remarks: th("นำเอกสารฉบับจริงมาด้วย"),
		Body:    catalog.Body{Markdown: "## หลักเกณฑ์\n\nผู้ขอต้องมีอายุไม่ต่ำกว่า 18 ปี\n\n## เงื่อนไข\n\nต้องผ่านการทดสอบ\n"},
	}
}

func TestAReviewerReadsWhatChanged(t *testing.T) {
	for _, c := range []struct {
		name   string
		edit   func(m *catalog.Manual)
		th, en []string
	}{
		{"nothing", func(*catalog.Manual) {}, nil, nil},
		{"the line on which the body begins", func(m *catalog.Manual) { m.Body.Line = 80 }, nil, nil},
		{"a fee", func(m *catalog.Manual) { m.Fees.Value[0].Min = 30000 },
			[]string{"ค่าธรรมเนียม 200 → 300 บาท"}, []string{"Fee 200 → 300 baht"}},
		{"a fee that becomes a range", func(m *catalog.Manual) { m.Fees.Value[0].Kind, m.Fees.Value[0].Max = "range", 50000 },
			[]string{"ค่าธรรมเนียม 200 บาท → 200 – 500 บาท"}, []string{"Fee 200 baht → 200 – 500 baht"}},
		{"a step that moves", func(m *catalog.Manual) {
			s := m.StepSets[0].Steps
			m.StepSets[0].Steps = []catalog.Step{s[2], s[0], s[1]}
		}, []string{"ขั้นตอนที่ 3 ย้ายไปเป็นที่ 1"}, []string{"Step 3 moved to 1"}},
		{"the time of a step", func(m *catalog.Manual) { m.StepSets[0].Steps[1].Time.Value = 45 },
			[]string{"ขั้นตอนที่ 2 ระยะเวลา 30 → 45 นาที"}, []string{"Step 2 time 30 → 45 minutes"}},
		{"a document that comes", func(m *catalog.Manual) {
			m.Documents.Value = append(m.Documents.Value, catalog.Document{Name: th("รูปถ่าย"), Kind: "other", Originals: 2, Unit: th("รูป")})
		}, []string{"เพิ่มเอกสาร รูปถ่าย · เอกสารอื่น ๆ · จำนวนฉบับจริง 2 · หน่วยนับ รูป"}, []string{"Document added: รูปถ่าย · other document · originals 2 · counted in รูป"}},
		{"a document that goes", func(m *catalog.Manual) { m.Documents.Value = m.Documents.Value[1:] },
			[]string{"ตัดเอกสาร บัตรประจำตัวประชาชน · เอกสารยืนยันตัวตน · จำนวนฉบับจริง 1 ออก"}, []string{"Document removed: บัตรประจำตัวประชาชน · identity document · originals 1"}},
		{"a document that is renamed in its place", func(m *catalog.Manual) { m.Documents.Value[1].Name.TH = "ผลตรวจสุขภาพ" },
			[]string{"เอกสาร “ใบรับรองแพทย์” ชื่อเอกสาร ใบรับรองแพทย์ → ผลตรวจสุขภาพ"}, []string{"Document “ใบรับรองแพทย์” name of the document ใบรับรองแพทย์ → ผลตรวจสุขภาพ"}},
		{"a document that is slightly renamed and moves", func(m *catalog.Manual) {
			d := m.Documents.Value
			d[0].Name.TH = "บัตรประจำตัวประชาชนตัวจริง"
			d[0], d[1] = d[1], d[0]
		}, []string{"เอกสาร “ใบรับรองแพทย์” ย้ายจากลำดับที่ 2 ไปเป็นที่ 1", "เอกสาร “บัตรประจำตัวประชาชน” ชื่อเอกสาร บัตรประจำตัวประชาชน → บัตรประจำตัวประชาชนตัวจริง"}, nil},
		{"the English of a document", func(m *catalog.Manual) { m.Documents.Value[1].Name.EN = "Medical certificate" },
			[]string{"เอกสาร “ใบรับรองแพทย์” ชื่อเอกสาร (ภาษาอังกฤษ) ยังไม่ระบุ → Medical certificate"}, nil},
		{"fees that are no more", func(m *catalog.Manual) { m.Fees = catalog.Stated[[]catalog.Fee]{State: catalog.None} },
			[]string{"ค่าธรรมเนียม 1 รายการ → ไม่มีค่าธรรมเนียม", "ตัดค่าธรรมเนียม ค่าใบอนุญาต · 200 บาท ออก"}, []string{"Fees 1 item → no fee", "Fee removed: ค่าใบอนุญาต · 200 baht"}},
		{"forms that nobody states any more", func(m *catalog.Manual) { m.Forms.State = catalog.Absent },
			[]string{"แบบฟอร์ม ไม่มีแบบฟอร์ม → ยังไม่ระบุ"}, []string{"Forms no forms → not stated yet"}},
		{"a price of copies", func(m *catalog.Manual) { m.CopyFee = catalog.Some[catalog.Amount](0) },
			[]string{"ค่าใช้จ่ายในการขอสำเนาคู่มือ ยังไม่ระบุ → 0 บาท"}, []string{"Fee for a copy of the manual not stated yet → 0 baht"}},
		{"a closed list", func(m *catalog.Manual) { m.Impact = "general" },
			[]string{"ระดับผลกระทบ ยังไม่ระบุ → บริการทั่วไป"}, []string{"Level of impact not stated yet → General service"}},
		{"a date", func(m *catalog.Manual) { m.ReviewedOn = calendar.NewDate(2026, 11, 22) },
			[]string{"ตรวจสอบล่าสุดเมื่อ ยังไม่ระบุ → 22 พ.ย. 2569"}, []string{"Last reviewed not stated yet → 22 Nov 2026"}},
		{"a common name", func(m *catalog.Manual) {
			m.CommonNames.Value = []string{"ทำใบขับขี่", "สอบใบขับขี่"}
		},
			[]string{"เพิ่มชื่อเรียกทั่วไป สอบใบขับขี่"}, []string{"Common name added: สอบใบขับขี่"}},
		{"the body, after the tags and before the channels", func(m *catalog.Manual) {
			m.Body.Markdown = strings.Replace(m.Body.Markdown, "18", "20", 1)
			m.Tags = []catalog.Slug{"car"}
			m.Channels = []catalog.Channel{{Kind: "counter"}}
		}, []string{"เพิ่มป้ายคำ car", "หลักเกณฑ์ วิธีการ และเงื่อนไข แก้ไขข้อความ", "เพิ่มช่องทาง ติดต่อด้วยตนเอง"}, nil},
		{"the hours of a channel", func(m *catalog.Manual) {
			m.Channels = []catalog.Channel{{Kind: "counter", Hours: catalog.Hours{Always: true}}}
		}, []string{"เพิ่มช่องทาง ติดต่อด้วยตนเอง · วันและเวลาเปิดให้บริการ ทุกวัน ตลอด 24 ชั่วโมง"}, nil},
		{"what is withdrawn", func(m *catalog.Manual) {
			m.Withdrawn = catalog.Some(catalog.Withdrawal{On: calendar.NewDate(2026, 1, 2), Reason: th("รวมกับคู่มืออื่น")})
		}, []string{"การยกเลิกคู่มือ ยังไม่ระบุ → ตั้งแต่วันที่ 2 ม.ค. 2569 · เหตุผล รวมกับคู่มืออื่น"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := licence()
			c.edit(m)
			var th, en []string
			for _, change := range Manuals(licence(), m) {
				th, en = append(th, change.Words.TH), append(en, change.Words.EN)
			}
			if !slices.Equal(th, c.th) {
				t.Errorf("got %q, want %q", th, c.th)
			}
			if c.en != nil && !slices.Equal(en, c.en) {
				t.Errorf("got %q, want %q", en, c.en)
			}
		})
	}
}

func TestAPathNamesFieldsOfContent(t *testing.T) {
	m := licence()
	m.StepSets[0].Steps[1].Time.Value = 45
	m.Documents.Value[1].Name.EN = "Medical certificate"
	m.Fees.Value[0].Min = 30000
	var got []string
	for _, c := range Manuals(licence(), m) {
		got = append(got, c.Path.String()+" "+string(c.Kind))
	}
	want := []string{"step_sets[0].steps[1].time changed", "documents[1].name.en set", "fees[0].min changed"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestANewManualIsComparedWithNothing(t *testing.T) {
	if got := len(Manuals(nil, licence())); got < 8 {
		t.Errorf("got %d changes, want one of each field", got)
	}
	if got := Manuals(nil, nil); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
}

// Reading changes back and forth finds each thing once, whatever was edited.
func TestNoChangeMeansTheSameManual(t *testing.T) {
	each(t, 500, func(t *testing.T, b, x, _ *catalog.Manual) {
		changes := Manuals(b, x)
		if same(b, x) != (len(changes) == 0) {
			t.Errorf("%d changes, and the same: %v", len(changes), same(b, x))
		}
		for _, c := range changes {
			if c.Words.TH == "" || c.Words.EN == "" || c.Label.TH == "" || c.Label.EN == "" {
				t.Errorf("%s is told as %q", c.Path, c.Words)
			}
		}
	})
}
