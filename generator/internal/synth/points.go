package synth

import (
	"cmp"
	"slices"
	"strconv"
)

// link is a manual or a process that a point serves.
type link struct {
	owner  *agency
	number int
}

// most is how many manuals a point links at most.
const most = 400

// point appends the file of the agency's i-th point.
func (w *writer) point(i int) {
	a, d := w.a, w.a.dice(pointID, i)
	province, place := w.where(i)
	w.schema(w.depth+1, "point")
	w.raw("code: ")
	w.id(a, pointID, i)
	w.raw("\n")
	n := w.pointName(i, province, place)
	w.texts("name", n.th, n.en)
	w.address(&d, province, place)
	w.position(&d, province)
	if d.percent(30) {
		w.raw("directions: {th: ใกล้ตลาด", w.place(province, place).th, " มีรถสองแถวผ่านหน้าสำนักงาน, en: Near the market; songthaews pass by}\n")
	}
	w.raw("contact:\n  phones: [\"", w.phone(), "\"]\n")
	w.pointHours(&d)
	w.raw("facilities: [")
	for k, f := range facilities {
		if k == 0 || d.percent(55) {
			if k > 0 {
				w.raw(", ")
			}
			w.raw(f)
		}
	}
	w.raw("]\n")
	if d.percent(20) {
		w.raw("queue_url: https://www.example.go.th/queue/", a.code, "\n")
	}
	w.status(&d, i)
	w.linked(&d, i)
	w.raw("sort: ", strconv.Itoa(i+1), "\nconfirmed_on: ")
	w.date(&d, 2026, 3, 10)
	w.raw("\n")
}

var facilities = []string{"parking", "parking-disabled", "ramp", "toilet-disabled", "lift", "information-desk", "queue-ticket", "wifi", "nursing-room", "drinking-water"}

// where returns the province and the number of the place of a point:
// departments have theirs all over the country, the others at home.
func (w *writer) where(i int) (province, place int) {
	a := w.a
	if a.province >= 0 {
		return a.province, a.number + i*7
	}
	all := len(w.vocab.provinces)
	if i == 0 {
		return bangkok, a.number
	}
	return (i + int(a.key>>30)%all) % all, (i / all) * 3
}

func (w *writer) pointName(i, province, place int) name {
	a, pr, sub := w.a, w.vocab.provinces[province], w.place(province, place)
	switch {
	case i == 0 && a.rank == departmental:
		return name{a.name.th + " (สำนักงานใหญ่)", a.name.en + ", head office"}
	case i == 0:
		return name{"ที่ทำการ" + a.name.th, a.name.en}
	case a.rank == departmental && i < len(w.vocab.provinces):
		return name{a.name.th + " สำนักงานจังหวัด" + pr.name.th, a.name.en + ", " + pr.name.en}
	}
	n := strconv.Itoa(i + 1)
	return name{"จุดบริการ" + sub.th + " " + a.name.th + " แห่งที่ " + n, a.name.en + ", " + sub.en + " counter " + n}
}

// position appends coordinates within about 40 km of the provincial town.
func (w *writer) position(d *dice, province int) {
	pr := w.vocab.provinces[province]
	w.raw("place: {lat: ")
	w.degrees(pr.lat*100 + d.between(-3500, 3500))
	w.raw(", lng: ")
	w.degrees(pr.lng*100 + d.between(-3500, 3500))
	w.raw("}\n")
}

func (w *writer) degrees(n int) {
	w.int(n / 10_000)
	w.raw(".")
	w.digits(n%10_000, 4)
}

func (w *writer) pointHours(d *dice) {
	switch d.below(10) {
	case 0:
		w.raw("hours: {always: true}\n")
	case 1, 2:
		w.raw("hours:\n  week:\n    - {days: [mon, tue, wed, thu, fri], opens: \"08:00\", closes: \"20:00\", lunch: none}\n    - {days: [sat, sun], opens: \"09:00\", closes: \"16:30\", lunch: none}\n  open_on_holidays: true\n")
	case 3, 4:
		w.raw("hours:\n  week:\n    - {days: [mon, tue, wed, thu, fri], opens: \"08:30\", closes: \"16:30\", lunch: none}\n  note: ไม่พักเที่ยง\n")
	}
	if d.percent(5) {
		w.raw("closures:\n")
		w.closure(d)
	}
}

func (w *writer) status(d *dice, i int) {
	switch n := d.below(100); {
	case w.a.retired:
		w.raw("status: cancelled\n")
	case i == 0:
	case n == 0:
		w.raw("status: hidden\n")
	case n == 1:
		w.raw("status: cancelled\n")
	case n <= 3:
		w.raw("status: closed-temporarily\nclosed: {from: 2026-10-01, to: 2027-01-31, reason: {th: ปรับปรุงอาคาร, en: Renovation}}\n")
	}
}

// linked appends the manuals and processes that the point serves.
func (w *writer) linked(d *dice, i int) {
	w.links = w.links[:0]
	switch {
	case w.a.rank == local && w.a.manuals == 0:
		w.linkStandards(d, i)
	case w.a.rank != departmental && i == 0:
		w.linkRange(0, w.a.manuals)
	case w.a.manuals > 0:
		w.linkOwn(d, i)
	}
	slices.SortFunc(w.links, func(a, b link) int { return cmp.Compare(a.number, b.number) })
	w.links = slices.Compact(w.links)
	if len(w.links) == 0 {
		return
	}
	w.raw("manuals:\n")
	for _, l := range w.links {
		w.raw("  - ")
		w.id(l.owner, manualID, l.number)
		w.raw("\n")
	}
	w.linkedProcesses()
}

func (w *writer) linkRange(from, to int) {
	for m := from; m < min(to, from+most); m++ {
		w.links = append(w.links, link{w.a, m})
	}
}

// linkStandards links manuals of the Department of Local Administration, the
// first of them at nearly every local government: few manuals are linked by
// thousands of points.
func (w *writer) linkStandards(d *dice, i int) {
	central := &w.agencies[w.first[departmental]]
	n := min(central.manuals, len(w.vocab.standard))
	upTo := n
	if i > 0 {
		upTo = min(n, 12)
	}
	for m := range upTo {
		if d.below(n+m) < n*4/5 {
			w.links = append(w.links, link{central, m})
		}
	}
}

// linkOwn links some of the agency's own manuals: its share, so that each is
// served somewhere, and the better known ones by many.
func (w *writer) linkOwn(d *dice, i int) {
	m, points := w.a.manuals, w.a.points
	w.linkRange(m*i/points, m*(i+1)/points)
	for range d.between(3, 18) {
		w.links = append(w.links, link{w.a, d.low(m)})
	}
}

// linkedProcesses appends the processes behind the linked manuals, each once.
func (w *writer) linkedProcesses() {
	w.behind = w.behind[:0]
	for _, l := range w.links {
		if of := w.processAt(l.owner, l.number); !slices.Contains(w.behind, of) {
			w.behind = append(w.behind, of)
		}
	}
	w.raw("processes:\n")
	for _, l := range w.behind {
		w.raw("  - ")
		w.id(l.owner, processID, l.number)
		w.raw("\n")
	}
}
