package synth

import "strconv"

// writer makes the files of one agency after another.
type writer struct {
	*Portal
	sheet
	a      *agency
	depth  int    // folders from the top to the agency's own
	links  []link // of the point at hand: manuals
	behind []link // and the processes behind them
}

func (w *writer) enter(a *agency) {
	w.a, w.depth = a, 2
	for i := a.parent; i >= 0; i = w.agencies[i].parent {
		w.depth++
	}
}

// id appends an identifier of the agency.
func (w *writer) id(a *agency, kind uint32, i int) { w.b = a.appendID(w.b, kind, i) }

// draft is one manual while it is written: what stays the same through its
// revisions, and what each revision draws anew.
type draft struct {
	subject
	m, rev  int
	english bool
	form    bool // a file lies beside it
	mixed   bool // some step set mixes units
	d       dice // the same in every revision
	now     dice // of this revision
}

// manual appends the text of the m-th manual of the agency as its revision rev
// has it, from 1.
func (w *writer) manual(m, rev int) {
	t := draft{subject: w.about(w.a, m), m: m, rev: rev, d: w.a.dice(manualID, m), form: w.a.hasForm(m)}
	t.now = dice{mix(t.d.state ^ uint64(rev)<<48)}
	t.english = t.d.percent(40)
	w.raw("---\n")
	w.schema(w.depth+2, "manual")
	w.raw("id: ")
	w.id(w.a, manualID, m)
	w.raw("\n")
	w.title(&t)
	w.standing(&t)
	w.labels(&t)
	w.channels(&t)
	w.steps(&t)
	w.documents(&t)
	w.fees(&t)
	w.rest(&t)
	w.raw("---\n")
	w.body(&t)
}

// hasForm reports whether a form lies beside a manual: one in fifty.
func (a *agency) hasForm(m int) bool { return mix(a.key+uint64(m)*3)%50 == 0 }

// in returns the English, where the manual has English at all.
func (t *draft) in(en string) string {
	if t.english {
		return en
	}
	return ""
}

func (w *writer) title(t *draft) {
	w.texts("title", t.title.th, t.in(t.title.en))
	w.raw("summary: ")
	if t.english {
		w.raw("{th: ")
	}
	w.raw(`"`, t.object.th, " ยื่นได้ที่", w.a.name.th, " ใช้เวลา ", strconv.Itoa(t.time), thaiUnits[t.unit], `"`)
	if t.english {
		w.raw(`, en: "`, t.title.en, ": apply at ", w.a.name.en, `"}`)
	}
	w.raw("\n")
	if len(t.common) == 0 {
		w.raw("common_names: none\n")
		return
	}
	w.raw("common_names:\n")
	for _, c := range t.common {
		w.raw("  - ")
		w.str(c)
		w.raw("\n")
	}
	if t.d.percent(50) {
		w.raw("  - ", pick(&t.d, []string{"ทำ", "ยื่น", "ติดต่อ", "เดินเรื่อง"}), t.object.th, pick(&t.d, []string{"ต้องใช้อะไรบ้าง", "ที่ไหน", "กี่วัน", "เสียเท่าไหร่"}), "\n")
	}
}

var thaiUnits = map[string]string{"minute": " นาที", "hour": " ชั่วโมง", "day": " วัน", "working-day": " วันทำการ"}

// standing is what the manual stands on: process, kind, laws.
func (w *writer) standing(t *draft) {
	w.raw("process: ")
	w.id(t.process.owner, processID, t.process.number)
	w.raw("\nservice_type: ")
	if t.d.percent(12) {
		w.raw("multi")
	} else {
		w.raw("single")
	}
	w.raw("\nwork_kind: ", t.workKind, "\n")
	w.laws(t.topic, &t.d, t.english)
	w.impact(&t.d)
	w.raw("areas: [", w.area(), "]\n")
	w.legalTime(&t.d, t.topic, t.time, t.unit)
}

func (w *writer) laws(topic int, d *dice, english bool) {
	w.raw("laws:\n")
	for _, l := range w.vocab.laws[topic] {
		w.raw("  - {kind: ", l.kind, ", name: ")
		if english {
			w.text(l.name.th, l.name.en)
		} else {
			w.str(l.name.th)
		}
		w.raw(", year: ", l.year, `, section: "`)
		w.int(d.between(4, 90))
		w.raw("\"}\n")
	}
	if d.percent(40) {
		w.raw("  - {kind: ministerial-regulation, name: กฎกระทรวง ฉบับที่ ")
		w.int(d.between(1, 60))
		w.raw(", year: ")
		w.int(d.between(2520, 2567))
		w.raw("}\n")
	}
}

func (w *writer) impact(d *dice) {
	if d.percent(15) {
		w.raw("impact: significant\n")
	} else {
		w.raw("impact: general\n")
	}
}

func (w *writer) area() string {
	switch {
	case w.a.rank == local:
		return "local"
	case w.a.rank == office:
		return "regional"
	case w.a.kind == "state-enterprise":
		return "state-enterprise"
	case w.a.kind == "university":
		return "university"
	}
	return "central, regional"
}

func (w *writer) legalTime(d *dice, topic, time int, unit string) {
	if unit != "day" || !d.percent(30) {
		w.raw("legal_time: none\n")
		return
	}
	w.raw("legal_time: {name: ")
	w.str(w.vocab.laws[topic][0].name.th)
	w.raw(", value: ")
	w.int(time * d.between(1, 2))
	w.raw(", unit: day}\n")
}

func (w *writer) labels(t *draft) {
	w.raw("categories: [", w.vocab.topics[t.topic])
	if other := w.second(t); other != t.topic {
		w.raw(", ", w.vocab.topics[other])
	}
	w.raw("]\n")
	w.list("groups", t.groups)
	tags := t.tags
	if t.tag != "" {
		tags = append(tags[:len(tags):len(tags)], t.tag)
	}
	w.list("tags", tags)
}

// second returns another topic of the agency, for some manuals.
func (w *writer) second(t *draft) int {
	if len(w.a.topics) > 1 && t.d.percent(20) {
		return w.a.topics[1]
	}
	return t.topic
}

func (w *writer) channels(t *draft) {
	w.raw("channels:\n  - kind: counter\n    name: ")
	w.text(w.a.name.th, t.in(w.a.name.en))
	w.raw("\n    hours:\n      week:\n        - {days: [mon, tue, wed, thu, fri], opens: \"08:30\", closes: \"16:30\", lunch: ", lunches[t.d.below(len(lunches))], "}\n")
	if t.d.percent(35) {
		w.raw("  - kind: website\n    name: ระบบยื่นคำขออิเล็กทรอนิกส์\n    url: https://www.example.go.th/", w.a.code, "/e-service\n    hours: {always: true}\n")
	}
	switch t.d.below(8) {
	case 0:
		w.raw("  - {kind: post, name: ส่งทางไปรษณีย์ลงทะเบียน, note: ถือวันที่ประทับตราเป็นวันยื่น}\n")
	case 1:
		w.raw("  - {kind: telephone, name: สอบถามทางโทรศัพท์, phone: \"", w.phone(), "\"}\n")
	case 2:
		w.raw("  - {kind: app, name: แอปพลิเคชันของหน่วยงาน, hours: {always: true}}\n")
	case 3:
		w.raw("  - {kind: one-stop, name: ศูนย์บริการร่วม, note: เฉพาะวันที่มีเจ้าหน้าที่ประจำ}\n")
	case 4:
		w.raw("  - {kind: email, name: ส่งทางอีเมล, email: ", w.a.code, "@example.go.th}\n")
	}
}

var lunches = []string{`{from: "12:00", to: "13:00"}`, "none", `{from: "12:00", to: "13:00"}`}

// phone returns an invented number.
func (w *writer) phone() string {
	return "02 000 " + strconv.Itoa(1000+int(w.a.key%9000))
}
