package synth

import (
	"strconv"
	"strings"
)

// agencyFile appends the agency's own file.
func (w *writer) agencyFile() {
	a, d := w.a, dice{w.a.key}
	w.schema(w.depth, "agency")
	w.line("code", a.code)
	w.texts("name", a.name.th, a.name.en)
	if a.rank == departmental && d.percent(50) {
		w.line("short_name", strings.ToUpper(a.code))
	}
	w.line("kind", a.kind)
	if a.rank <= departmental {
		w.raw(`org_code: "`)
		w.digits(w.ministryOf(a)+1, 2)
		w.digits(w.departmentOf(a), 3)
		w.raw("000\"\n")
	}
	if a.province >= 0 {
		w.raw(`province: "`, w.vocab.provinces[a.province].code, "\"\n")
	}
	w.texts("about", "ให้บริการประชาชนตามอำนาจหน้าที่ของ"+a.name.th, "Serves the public as "+a.name.en+".")
	w.raw("contact:\n  phones: [\"", w.phone(), "\"]\n  email: ", a.code, "@example.go.th\n  website: https://www.example.go.th/", a.code, "\n")
	w.address(&d, a.province, a.number)
	w.raw("hours:\n  week:\n    - {days: [mon, tue, wed, thu, fri], opens: \"08:30\", closes: \"16:30\", lunch: ", lunches[d.below(3)], "}\n")
	if d.percent(4) {
		w.raw("closures:\n")
		w.closure(&d)
	}
	if a.rank == departmental && d.percent(20) {
		w.raw("licence_reports: agency\n")
	}
	if d.percent(30) {
		w.raw("publish_scores: true\n")
	}
	if a.retired {
		w.raw("retired: {on: 2026-04-01, successor: ", w.successor(a), "}\n")
	}
}

func (p *Portal) ministryOf(a *agency) int {
	if a.rank == ministry {
		return a.number
	}
	return a.parent
}

func (p *Portal) departmentOf(a *agency) int {
	if a.rank == ministry {
		return 0
	}
	return a.number + 1
}

// successor returns the code of the local government that took over: the one
// before it in the province.
func (p *Portal) successor(a *agency) string {
	for i := range p.agencies {
		if &p.agencies[i] == a {
			return p.agencies[i-1].code
		}
	}
	return ""
}

// address appends where something stands; province -1 is Bangkok.
func (w *writer) address(d *dice, province, place int) {
	province = max(province, bangkok)
	pr := w.vocab.provinces[province]
	sub, district := w.place(province, place), w.place(province, place/8)
	w.raw("address:\n  line: {th: เลขที่ ")
	house := d.between(1, 400)
	w.int(house)
	w.raw(" ถนนตัวอย่าง, en: \"")
	w.int(house)
	w.raw(" Tua Yang Road\"}\n  subdistrict: \"", pr.code)
	w.digits(1+place/8%25, 2)
	w.digits(1+place%8, 2)
	if province == bangkok {
		w.raw("\"\n  area: {th: แขวง", sub.th, " เขต", district.th, " กรุงเทพมหานคร, en: \"", sub.en, ", ", district.en, ", Bangkok\"}")
	} else {
		w.raw("\"\n  area: {th: ตำบล", sub.th, " อำเภอ", district.th, " จังหวัด", pr.name.th, ", en: \"", sub.en, ", ", district.en, ", ", pr.name.en, "\"}")
	}
	w.raw("\n  postcode: \"", pr.post, strconv.Itoa(100+10*(place%20)), "\"\n")
}

func (w *writer) closure(d *dice) {
	month, day := d.between(1, 12), d.between(1, 26)
	w.raw("  - {from: ")
	w.day(2026, month, day)
	w.raw(", to: ")
	w.day(2026, month, day+d.below(3))
	w.raw(", reason: {th: ", pick(d, []string{"ปรับปรุงอาคาร", "ปรับปรุงระบบไฟฟ้า", "อบรมเจ้าหน้าที่", "จัดงานประจำปี"}), ", en: Closed for works}}\n")
}

// process appends the file of the i-th process of a department.
func (w *writer) process(i int) {
	v, a := w.vocab, w.a
	d := a.dice(processID, i)
	var s subject
	if i < processesBefore {
		s = w.standardSubject(a, i)
	} else {
		s = v.subject(v.pair(a.topics, i-processesBefore))
	}
	w.schema(w.depth+1, "process")
	w.raw("id: ")
	w.id(a, processID, i)
	w.raw("\n")
	w.texts("title", s.title.th, s.title.en)
	w.raw("service_type: single\n")
	w.line("work_kind", s.workKind)
	w.laws(s.topic, &d, true)
	w.impact(&d)
	w.raw("areas: [", w.area(), "]\n")
	w.legalTime(&d, s.topic, s.time, s.unit)
	if s.workKind == "licence" {
		w.raw("licence: true\n")
		if d.percent(20) {
			w.raw("renew_by_fee: true\n")
		}
	}
	w.raw("reviewed_on: ")
	w.date(&d, d.between(2022, 2026), 1, 10)
	w.raw("\n")
}

// services returns how many other services the agency has.
func (a *agency) services() int {
	d := dice{a.key + 1}
	switch {
	case a.rank == provincial, a.kind == "independent", a.kind == "public-organisation":
		return d.between(1, 3)
	case a.rank == local && d.percent(15):
		return 1
	}
	return 0
}

// service appends the file of the agency's i-th other service.
func (w *writer) service(i int) {
	v, d := w.vocab, w.a.dice(serviceID, i)
	s := v.services[(int(w.a.key>>20)%len(v.services)+i)%len(v.services)]
	w.raw("---\n")
	w.schema(w.depth+1, "service")
	w.raw("id: ")
	w.id(w.a, serviceID, i)
	w.raw("\n")
	w.texts("title", s.name.th, s.name.en)
	w.texts("summary", s.name.th+" โดย"+w.a.name.th, s.name.en+" by "+w.a.name.en)
	w.raw("common_names: [ขอ", s.name.th[len("การ"):], "]\ncategories: [", v.topics[s.topic], "]\ngroups: [general]\n")
	w.raw("channels:\n  - kind: counter\n    name: ")
	w.text(w.a.name.th, w.a.name.en)
	w.raw("\n  - {kind: telephone, phone: \"", w.phone(), "\"}\n")
	w.raw("documents:\n  - {name: บัตรประจำตัวประชาชน, kind: identity, originals: 1, copies: 0}\nfees: none\ne_submission: none\nreviewed_on: ")
	w.date(&d, 2026, 1, 10)
	w.raw("\n---\n## วิธีขอรับบริการ\n\n")
	t := draft{subject: subject{topic: s.topic, object: s.name}}
	for i := range 3 {
		w.int(i + 1)
		w.raw(". ")
		w.sentence(&d, &t, v.sentences["method"][i])
		w.raw("\n")
	}
}
