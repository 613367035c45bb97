package site

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing/fstest"
)

// edited is content that remembers what it was.
type edited struct {
	files  fstest.MapFS
	before map[string]fstest.MapFS // by mark
}

func (e *edited) Files() fs.FS { return e.files }

func (e *edited) Since(_ context.Context, _ string, mark []byte) ([]string, bool, error) {
	old, known := e.before[string(mark)]
	if !known {
		return nil, false, nil
	}
	var out []string
	for p := range union2(old, e.files) {
		a, b := old[p], e.files[p]
		if a == nil || b == nil || !bytes.Equal(a.Data, b.Data) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out, true, nil
}

func union2(a, b fstest.MapFS) map[string]bool {
	out := map[string]bool{}
	for p := range a {
		out[p] = true
	}
	for p := range b {
		out[p] = true
	}
	return out
}

func (e *edited) Mark(string) ([]byte, error) {
	mark := fmt.Sprint(len(e.before))
	e.before[mark] = maps.Clone(e.files)
	return []byte(mark), nil
}

func (e *edited) put(name, text string) { e.files[name] = &fstest.MapFile{Data: []byte(text)} }

// town is a portal that is edited at random. What it holds is valid.
type town struct {
	*edited
	rnd      *rand.Rand
	agencies map[string]*townAgency
	manuals  map[string]*townManual
	points   map[string]*townPoint
	process  map[string]string // id → agency
	facts    fstest.MapFS
	annals   *annals // nil for a town without a history
	next     int
}

type townAgency struct{ parent, name, en, hours, phone, successor string }

type townManual struct {
	agency, title, en, category, tag, process, successor, uuid, body, form, common string
	number, fee                                                                    int
	withdrawn                                                                      bool
}

type townPoint struct {
	agency, name, status, hours, photo string
	sort, province                     int
	lat                                float64
	manuals, processes                 []string
}

func newTown(seed uint64, manuals int) *town {
	t := &town{edited: &edited{files: fstest.MapFS{}, before: map[string]fstest.MapFS{}}, rnd: rand.New(rand.NewPCG(seed, 3)),
		agencies: map[string]*townAgency{}, manuals: map[string]*townManual{}, points: map[string]*townPoint{}, process: map[string]string{}, facts: fstest.MapFS{}}
	t.put("site.yaml", "name: {th: คู่มือ, en: Khumue}\nowner: ตัวอย่าง\npublic: https://www.example.go.th\ncomplaints: [{name: ศูนย์ 1111}]\n")
	t.put("catalog.yaml", "categories: [{slug: tax, th: ภาษี, en: Tax}, {slug: car, th: รถ, en: Cars}]\ngroups: [{slug: general, th: ทั่วไป, en: General}]\ntags: [{slug: new, th: ใหม่, en: New}]\naliases: {taxes: tax}\n")
	for range 8 {
		t.addAgency()
	}
	for range 3 {
		t.process[t.id("p")] = t.anyAgency()
	}
	for range manuals {
		t.addManual()
	}
	for range 25 {
		t.addPoint()
	}
	t.write()
	t.begin()
	return t
}

func (t *town) id(kind string) string {
	t.next++
	return fmt.Sprintf("%s-%d", kind, t.next)
}

func pick[V any](t *town, m map[string]V) string {
	if len(m) == 0 {
		return ""
	}
	return slices.Sorted(maps.Keys(m))[t.rnd.IntN(len(m))]
}

func (t *town) anyAgency() string { return pick(t, t.agencies) }
func (t *town) maybe(s ...string) string {
	return append(s, "", "")[t.rnd.IntN(len(s)+2)]
}

var townWords = strings.Fields("ต่ออายุ ขอรับ ใบอนุญาต ขับรถ ภาษี ทะเบียน บ้าน เกิด ตาย ร้าน อาหาร อาคาร น้ำ ไฟฟ้า ที่ดิน สมรส")

func (t *town) words(n int) string {
	var out []string
	for range n {
		out = append(out, townWords[t.rnd.IntN(len(townWords))])
	}
	return strings.Join(out, "")
}

func (t *town) addAgency() {
	a := &townAgency{name: "กรม" + t.words(2), en: t.maybe("Office"), hours: t.maybe("08:30", "09:00"), phone: t.maybe("1584")}
	if len(t.agencies) > 0 && t.rnd.IntN(4) > 0 {
		a.parent = t.anyAgency()
	}
	t.agencies[t.id("a")] = a
}

func (t *town) addManual() {
	m := &townManual{agency: t.anyAgency()}
	t.manuals[t.id("m")] = m
	t.changeManual(m)
	m.category = "taxes"
}

func (t *town) changeManual(m *townManual) {
	switch t.rnd.IntN(8) {
	case 0:
		m.fee++
	case 1:
		m.body = t.words(8)
	case 2:
		m.category, m.tag = []string{"tax", "car", "taxes"}[t.rnd.IntN(3)], t.maybe("new")
	case 3:
		m.process = t.maybe(pick(t, t.process))
	case 4:
		m.uuid = t.maybe(fmt.Sprintf("94e56d14-f82f-4203-8916-a%011d", t.next))
		m.number = t.rnd.IntN(2) * (t.next*7 + 1)
		t.next++
	case 5:
		m.form = t.maybe("form.pdf")
	case 6:
		m.withdrawn = t.rnd.IntN(6) == 0
	case 7:
		m.common = t.words(1)
	}
	if m.title == "" || t.rnd.IntN(4) == 0 {
		m.title, m.en = "การ"+t.words(3), t.maybe("Service "+t.words(1))
	}
}

func (t *town) addPoint() {
	p := &townPoint{agency: t.anyAgency()}
	t.points[t.id("s")] = p
	t.changePoint(p)
}

func (t *town) changePoint(p *townPoint) {
	switch t.rnd.IntN(6) {
	case 0:
		p.status = t.maybe("hidden", "cancelled")
	case 1:
		p.hours = t.maybe("07:00")
	case 2:
		p.lat, p.province = float64(t.rnd.IntN(3))*0.3, []int{10, 50, 90}[t.rnd.IntN(3)]
	case 3:
		p.photo = t.maybe("photo")
	case 4:
		p.sort = t.rnd.IntN(3)
	}
	if p.name == "" || t.rnd.IntN(3) == 0 {
		p.name = "สาขา" + t.words(2)
	}
	if t.rnd.IntN(2) == 0 {
		p.manuals, p.processes = nil, nil
		for range t.rnd.IntN(12) {
			p.manuals = append(p.manuals, pick(t, t.manuals))
		}
		if id := t.maybe(pick(t, t.process)); id != "" {
			p.processes = []string{id}
		}
	}
}

// change edits one thing, or a few.
func (t *town) change() string {
	if t.annals != nil && t.rnd.IntN(3) == 0 {
		return t.decree()
	}
	what := []string{"edit a manual", "edit a manual", "edit a point", "edit a point", "add a manual", "add a point", "remove a manual", "remove a point",
		"move a manual", "move a point", "rename an agency", "agency's hours", "add an agency", "move an agency", "remove an agency", "rename a process", "succeed", "a label", "a page", "facts"}[t.rnd.IntN(20)]
	switch what {
	case "edit a manual":
		t.changeManual(t.manuals[pick(t, t.manuals)])
	case "edit a point":
		t.changePoint(t.points[pick(t, t.points)])
	case "add a manual":
		for range t.rnd.IntN(5) {
			t.addManual()
		}
	case "add a point":
		t.addPoint()
	case "remove a manual":
		delete(t.manuals, pick(t, t.manuals))
	case "remove a point":
		delete(t.points, pick(t, t.points))
	case "move a manual":
		t.manuals[pick(t, t.manuals)].agency = t.anyAgency()
	case "move a point":
		t.points[pick(t, t.points)].agency = t.anyAgency()
	case "rename an agency":
		t.agencies[t.anyAgency()].name = "กรม" + t.words(2)
	case "agency's hours":
		t.agencies[t.anyAgency()].hours = t.maybe("08:00", "10:00")
	case "add an agency":
		t.addAgency()
	case "move an agency":
		a := t.agencies[t.anyAgency()]
		a.successor, a.parent = a.parent, "" // which took it over
	case "remove an agency":
		t.removeAgency(t.anyAgency())
	case "rename a process":
		t.process[pick(t, t.process)] = t.anyAgency()
	case "succeed":
		m := t.manuals[pick(t, t.manuals)]
		m.withdrawn, m.successor = true, pick(t, t.manuals)
	case "a label":
		if t.rnd.IntN(4) == 0 {
			t.put("catalog.yaml", string(t.files["catalog.yaml"].Data)+"# \n")
		}
	case "facts":
		t.changeFacts()
	case "a page":
		t.put("pages/faq.md", "---\ntitle: ถามตอบ\nupdated: 2026-11-01\n---\n"+t.words(3)+"\n")
	}
	t.write()
	return what
}

// changeFacts gives two files of facts other figures, or takes one away.
func (t *town) changeFacts() {
	name := []string{"north", "south"}[t.rnd.IntN(2)]
	if t.rnd.IntN(4) == 0 {
		delete(t.facts, name+".json")
		delete(t.facts, "delay/"+name+".json")
		return
	}
	var manuals, points []string
	for _, id := range slices.Sorted(maps.Keys(t.manuals)) {
		if (hashID(id)%2 == 0) == (name == "north") && t.rnd.IntN(3) > 0 {
			manuals = append(manuals, fmt.Sprintf("%q: {\"monthly\": {\"least\": 1, \"average\": 3, \"most\": %d}}", id, 3+t.rnd.IntN(3)))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.points)) {
		if (hashID(id)%2 == 0) == (name == "north") {
			points = append(points, fmt.Sprintf("%q: {\"satisfaction\": {\"answers\": %d, \"mean\": 4.25}}", id, t.rnd.IntN(9)))
		}
	}
	text := fmt.Sprintf("{\"version\": 1, \"manuals\": {%s}, \"points\": {%s}}", strings.Join(manuals, ", "), strings.Join(points, ", "))
	t.facts[name+".json"] = &fstest.MapFile{Data: []byte(text)}
	t.facts["delay/"+name+".json"] = &fstest.MapFile{Data: fmt.Appendf(nil, "[%d]", t.rnd.IntN(9))}
}

func (t *town) removeAgency(code string) {
	if len(t.agencies) < 4 {
		return
	}
	parent := t.agencies[code].parent
	delete(t.agencies, code)
	for _, a := range t.agencies {
		if a.parent == code {
			a.parent = parent
		}
	}
}

// write makes the files what the town is: what refers to nothing is dropped.
func (t *town) write() {
	for p := range t.files {
		if strings.HasPrefix(p, "agencies/") {
			delete(t.files, p)
		}
	}
	for code, a := range t.agencies {
		text := fmt.Sprintf("code: %s\nname: {th: %s", code, a.name)
		if a.en != "" {
			text += ", en: " + a.en
		}
		text += "}\nkind: department\n"
		if a.hours != "" {
			text += fmt.Sprintf("hours: {week: [{days: [mon], opens: %q, closes: \"16:30\"}]}\n", a.hours)
		}
		if a.successor != code && t.agencies[a.successor] != nil {
			text += "retired: {on: 2026-01-01, successor: " + a.successor + "}\n"
		}
		if a.phone != "" {
			text += "contact: {phones: [\"" + a.phone + "\"]}\n"
		}
		t.put(t.dir(code)+"/agency.yaml", text)
	}
	for id, agency := range t.process {
		t.put(t.dir(t.living(agency))+"/processes/"+id+".yaml", "id: "+id+"\ntitle: งาน"+agency+"\nwork_kind: licence\n")
	}
	for id, m := range t.manuals {
		t.writeManual(id, m)
	}
	for code, p := range t.points {
		t.writePoint(code, p)
	}
}

// living is an agency that is there, in place of one that may not be.
func (t *town) living(code string) string {
	if t.agencies[code] != nil {
		return code
	}
	return slices.Min(slices.Collect(maps.Keys(t.agencies)))
}

func (t *town) dir(code string) string {
	dir := code
	seen := map[string]bool{code: true}
	for a := t.agencies[code]; a != nil && a.parent != ""; a = t.agencies[a.parent] {
		if t.agencies[a.parent] == nil || seen[a.parent] {
			a.parent = ""
			break
		}
		seen[a.parent] = true
		dir = a.parent + "/" + dir
	}
	return "agencies/" + dir
}

func (t *town) writeManual(id string, m *townManual) {
	dir := t.dir(t.living(m.agency)) + "/manuals/" + id
	text := fmt.Sprintf("---\nid: %s\ntitle: {th: %s", id, m.title)
	if m.en != "" {
		text += ", en: " + m.en
	}
	text += "}\ncategories: [" + m.category + "]\n"
	add := func(name, value string) {
		if value != "" {
			text += name + ": " + value + "\n"
		}
	}
	if m.common != "" {
		add("common_names", "["+m.common+"]")
	}
	if m.tag != "" {
		add("tags", "["+m.tag+"]")
	}
	add("process", m.process)
	if m.fee > 0 {
		add("fees", fmt.Sprintf("[{name: ก, kind: fixed, min: %d}]", m.fee))
	}
	if m.form != "" {
		add("forms", "[{name: แบบ, kind: form, file: "+m.form+"}]")
		t.put(dir+"/"+m.form, "%PDF-1.7 "+m.body)
	}
	if m.withdrawn {
		next := ""
		if s := t.manuals[m.successor]; s != nil && !s.withdrawn {
			next = ", successor: " + m.successor
		}
		add("withdrawn", "{on: 2026-01-01, reason: ยกเลิก"+next+"}")
	}
	if m.uuid != "" {
		add("legacy", "{uuid: "+m.uuid+"}")
	} else if m.number > 0 {
		add("legacy", fmt.Sprintf("{number: %d}", m.number))
	}
	t.put(dir+"/manual.md", text+"---\n"+m.body+"\n")
}

func (t *town) writePoint(code string, p *townPoint) {
	dir := t.dir(t.living(p.agency)) + "/points"
	text := fmt.Sprintf("code: %s\nname: %s\n", code, p.name)
	if p.province > 0 {
		text += fmt.Sprintf("address: {subdistrict: \"%d0101\"}\nplace: {lat: %v, lng: 100.5}\n", p.province, 13+p.lat)
	} else {
		text += "address: {line: ก}\n"
	}
	if p.hours != "" {
		text += fmt.Sprintf("hours: {week: [{days: [tue], opens: %q, closes: \"16:30\"}]}\n", p.hours)
	}
	if p.status != "" {
		text += "status: " + p.status + "\n"
	}
	if p.sort != 0 {
		text += fmt.Sprintf("sort: %d\n", p.sort)
	}
	if p.photo != "" {
		text += "photos: [{file: " + code + ".jpg, alt: ภาพ}]\n"
		t.put(dir+"/"+code+".jpg", "\xff\xd8\xff"+p.name)
	}
	var manuals []string
	for _, id := range p.manuals {
		if t.manuals[id] != nil && !slices.Contains(manuals, id) {
			manuals = append(manuals, id)
		}
	}
	if len(manuals) > 0 {
		text += "manuals: [" + strings.Join(manuals, ", ") + "]\n"
	}
	if len(p.processes) > 0 {
		text += "processes: [" + p.processes[0] + "]\n"
	}
	t.put(dir+"/"+code+".yaml", text)
}

// fewAgencies is a small portal in which every thing is referred to.
func fewAgencies() *town {
	t := &town{edited: &edited{files: fstest.MapFS{}, before: map[string]fstest.MapFS{}}, rnd: rand.New(rand.NewPCG(9, 9)),
		agencies: map[string]*townAgency{"a-1": {name: "กรมหนึ่ง"}, "a-2": {name: "กรมสอง", parent: "a-1"}},
		process:  map[string]string{"p-3": "a-1"},
		manuals:  map[string]*townManual{"m-4": {agency: "a-2", title: "การขอ", category: "tax", process: "p-3"}},
		points:   map[string]*townPoint{"s-20": {agency: "a-1", name: "สาขา", manuals: []string{"m-4"}}},
	}
	t.put("site.yaml", "name: คู่มือ\nowner: ตัวอย่าง\npublic: https://www.example.go.th\ncomplaints: [{name: ศูนย์ 1111}]\n")
	t.put("catalog.yaml", "categories: [{slug: tax, th: ภาษี, en: Tax}]\ngroups: [{slug: general, th: ทั่วไป, en: General}]\n")
	t.write()
	return t
}
