package synth

import "strconv"

// stepTexts are what happens in a step, by its kind.
var stepTexts = map[string][]name{
	"check":    {{"ผู้ขอยื่นคำขอพร้อมเอกสาร เจ้าหน้าที่ตรวจสอบความครบถ้วนและออกใบรับคำขอ", "You file the application; the officer checks that it is complete"}, {"เจ้าหน้าที่รับคำขอ ตรวจสอบเอกสารและข้อมูลในระบบเชื่อมโยง", "The officer takes the application and looks up what is known"}},
	"consider": {{"พนักงานเจ้าหน้าที่พิจารณาคุณสมบัติและข้อเท็จจริง", "The officer examines qualifications and facts"}, {"พนักงานเจ้าหน้าที่ตรวจสถานที่และจัดทำความเห็นเสนอผู้มีอำนาจ", "The officer inspects the place and gives an opinion"}},
	"sign":     {{"ผู้มีอำนาจพิจารณาลงนาม", "The competent person signs"}},
	"notify":   {{"แจ้งผลการพิจารณา รับชำระค่าธรรมเนียม และส่งมอบหลักฐาน", "You are told the result, pay the fee and receive the document"}},
}

var units = []name{{"ฝ่ายทะเบียน", "Registration Section"}, {"งานอนุญาต", "Licensing Section"}, {"กองคลัง", "Finance Division"}, {"สำนักปลัด", "Office of the Clerk"}, {"กลุ่มงานบริการประชาชน", "Public Service Section"}}

// steps appends one or two step sets. In a few manuals a set mixes units, and
// the whole time is stated.
func (w *writer) steps(t *draft) {
	mixed := t.unit == "day" && t.d.percent(25)
	two := t.d.percent(18)
	t.mixed = mixed
	w.raw("step_sets:\n")
	if two {
		w.raw("  - name: {th: ยื่นด้วยตนเอง, en: In person}\n    steps:\n")
	} else {
		w.raw("  - steps:\n")
	}
	w.step(t, "check", 1+t.time/6, t.unit, mixed)
	w.step(t, "consider", 1+t.time*4/6, t.unit, false)
	if t.d.percent(60) {
		w.step(t, "sign", 1+t.time/8, t.unit, false)
	}
	if t.d.percent(50) {
		w.step(t, "notify", 1, t.unit, false)
	}
	if two {
		w.raw("  - name: {th: จองคิวล่วงหน้าหรือยื่นผ่านระบบ, en: Booked ahead or online}\n    steps:\n")
		w.step(t, "check", 1+t.time/10, t.unit, false)
		w.step(t, "sign", 1+t.time/3, t.unit, false)
	}
}

func (w *writer) step(t *draft, kind string, time int, unit string, mixed bool) {
	text, by := pick(&t.d, stepTexts[kind]), pick(&t.d, units)
	w.raw("      - kind: ", kind, "\n        text: ")
	w.text(text.th, t.in(text.en))
	w.raw("\n        time: {value: ")
	if mixed {
		w.raw("30, unit: minute}\n        unit: ")
	} else {
		w.int(time)
		w.raw(", unit: ", unit, "}\n        unit: ")
	}
	w.text(by.th, t.in(by.en))
	w.raw("\n")
}

// documents appends what to bring, or none.
func (w *writer) documents(t *draft) {
	if t.d.percent(5) {
		w.raw("documents: none\n")
		return
	}
	w.raw("documents:\n")
	list := w.vocab.documents
	n := t.d.between(2, 9)
	if t.d.percent(3) {
		n = len(list)
	}
	step := 1 + t.d.below(3)
	for i := range n {
		// The first document is everybody's; the others lie apart in the table.
		w.document(t, list[i*step%len(list)])
		if (i+1)*step%len(list) == 0 {
			break
		}
	}
}

func (w *writer) document(t *draft, doc document) {
	w.raw("  - name: ")
	w.text(doc.name.th, t.in(doc.name.en))
	if doc.issuer != "" {
		w.raw("\n    issuer: ", doc.issuer)
	}
	w.raw("\n    kind: ", doc.kind, "\n    originals: ")
	w.int(doc.originals)
	w.raw("\n    copies: ")
	w.int(doc.copies)
	if doc.unit != "" {
		w.raw("\n    unit: ", doc.unit)
	}
	if doc.condition.th != "" {
		w.raw("\n    condition: ")
		w.text(doc.condition.th, t.in(doc.condition.en))
	}
	w.raw("\n")
}

// fees appends the fees: all kinds occur. A revision may change the first.
func (w *writer) fees(t *draft) {
	if t.low == 0 {
		w.raw("fees: none\n")
		return
	}
	low, high := t.low, t.high
	if t.rev > 1 && t.now.percent(40) {
		low, high = low+5*t.now.between(1, 4), high+100
	}
	w.raw("fees:\n  - name: ")
	w.text("ค่าธรรมเนียม"+t.object.th, t.in("Fee"))
	if high > low {
		w.raw("\n    kind: range\n    min: ", strconv.Itoa(low), "\n    max: ", strconv.Itoa(high))
	} else {
		w.raw("\n    kind: fixed\n    min: ", strconv.Itoa(low))
	}
	w.raw("\n    per: ", pick(&t.d, []string{"ฉบับ", "คน", "แปลง", "ปี", "เรื่อง"}), "\n")
	switch t.d.below(6) {
	case 0:
		w.raw("  - {name: ค่าปรับกรณียื่นเกินกำหนด, kind: percent, min: ", pick(&t.d, []string{"0.5", "1", "2", "3.3"}), ", per: เดือน, base: ค่าธรรมเนียมที่ค้างชำระ}\n")
	case 1:
		w.raw("  - {name: ค่าตรวจสถานที่, kind: from, min: ", strconv.Itoa(t.d.between(1, 20)*100), ", note: ตามระยะทาง}\n")
	case 2:
		w.raw("  - {name: ค่าธรรมเนียมตามขนาด, kind: formula, note: \"พื้นที่ (ตารางเมตร) คูณ ", strconv.Itoa(t.d.between(1, 9)), " บาท เศษของตารางเมตรนับเป็นหนึ่ง\"}\n")
	case 3:
		w.raw("  - {name: ใบแทน, kind: fixed, min: ", strconv.Itoa(t.d.between(1, 10)*10), ", per: ฉบับ}\n")
	}
}

func (w *writer) rest(t *draft) {
	if t.d.percent(20) {
		w.raw("complaints:\n  - name: ศูนย์รับเรื่องร้องเรียน ")
		w.raw(w.a.name.th, "\n    phone: \"", w.phone(), "\"\n  - name: ศูนย์บริการประชาชน สำนักปลัดสำนักนายกรัฐมนตรี\n    phone: \"1111\"\n    website: https://www.1111.go.th\n")
	}
	w.forms(t)
	if t.d.percent(30) {
		w.raw("e_submission: {url: \"https://www.example.go.th/", w.a.code, "/e-service\", note: ยืนยันตัวตนด้วย ThaID}\n")
	} else {
		w.raw("e_submission: none\n")
	}
	if t.d.percent(15) {
		w.raw("copy_fee: ", strconv.Itoa(t.d.between(1, 10)), "\n")
	} else {
		w.raw("copy_fee: none\n")
	}
	if t.d.percent(25) {
		w.raw("reduced: {value: ", strconv.Itoa(max(1, t.time/2)), ", unit: ", t.unit, "}\n")
	} else {
		w.raw("reduced: none\n")
	}
	if t.mixed {
		w.raw("total_time: {value: ", strconv.Itoa(t.time+1), ", unit: ", t.unit, "}\n")
	}
	if t.d.percent(25) {
		w.raw("remarks: สอบถามเพิ่มเติมได้ที่", pick(&t.d, units).th, " ในวันและเวลาราชการ\n")
	}
	w.raw("reviewed_on: ")
	w.date(&t.now, min(2023+t.rev, 2026), 1, 10)
	w.raw("\n")
	w.withdrawn(t)
	w.legacy(t)
}

func (w *writer) forms(t *draft) {
	switch {
	case t.form:
		w.raw("forms:\n  - {name: แบบคำขอ, kind: form, file: form.pdf}\n")
	case t.d.percent(60):
		w.raw("forms:\n  - {name: แบบคำขอ, kind: form, url: \"https://www.example.go.th/forms/", w.a.code, "-", strconv.Itoa(t.m+1), ".pdf\"}\n")
		if t.d.percent(20) {
			w.raw("  - {name: ตัวอย่างการกรอกแบบคำขอ, kind: example, url: \"https://www.example.go.th/forms/example.pdf\"}\n")
		}
	default:
		w.raw("forms: none\n")
	}
}

// withdrawn says of one manual in 150 that it no longer holds, and which takes
// its place. The first manual of an agency always holds.
func (w *writer) withdrawn(t *draft) {
	if t.m == 0 || mix(w.a.key+uint64(t.m)*5)%150 != 0 {
		w.raw("withdrawn: none\n")
		return
	}
	w.raw("withdrawn:\n  on: 2026-03-01\n  reason: รวมกับคู่มืออื่นเพื่อลดความซ้ำซ้อน\n  successor: ")
	w.id(w.a, manualID, t.m-1)
	w.raw("\n")
}

// legacy gives most manuals their addresses in the old system; those of
// departments had numbers there.
func (w *writer) legacy(t *draft) {
	if t.d.percent(30) {
		return
	}
	w.raw("legacy: {uuid: 94e56d14-")
	id := w.a.dice(manualID, t.m)
	a, b := id.next(), id.next()
	w.hex(a, 4)
	w.raw("-4")
	w.hex(a>>16, 3)
	w.raw("-8")
	w.hex(a>>28, 3)
	w.raw("-")
	w.hex(b, 12)
	if w.a.rank == departmental && t.m < 100_000 {
		w.raw(", number: ", strconv.Itoa(205+w.a.number*100_000+t.m))
	}
	w.raw("}\n")
}

func (w *writer) hex(n uint64, digits int) {
	for i := digits - 1; i >= 0; i-- {
		w.b = append(w.b, "0123456789abcdef"[n>>(4*i)&15])
	}
}
