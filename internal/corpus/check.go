package corpus

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// checker holds the rules that need more than one field or more than one file.
type checker struct {
	*Portal
	tree     *tree
	problems fault.Problems
	used     map[string]bool // attachments that some file names
}

func (c *checker) all() {
	c.used = map[string]bool{}
	c.singles()
	c.site()
	c.synonyms()
	c.labels()
	c.agenciesStand()
	each(c, c.Points, c.point)
	each(c, c.Manuals, c.manual)
	each(c, c.Services, c.service)
	c.holidays()
	c.surveys()
	c.pages()
	c.legacy()
	c.strays()
}

func each[T any](_ *checker, list []T, check func(T)) {
	for _, v := range list {
		check(v)
	}
}

// report tells a problem with the value at a path of field names and indices
// in a content file. The line is looked up only now: problems are rare.
func (c *checker) report(file string, sev fault.Severity, what, hint fault.Text, at ...any) {
	line := 0
	if len(at) > 0 {
		line, _ = locate(c.files, file, at)
	}
	c.problems = append(c.problems, fault.Problem{File: file, Line: line, Severity: sev, What: what, Hint: hint})
}

func (c *checker) wrong(file string, what, hint fault.Text, at ...any) {
	c.report(file, fault.Wrong, what, hint, at...)
}

// singles asks for the files that every portal has.
func (c *checker) singles() {
	have := map[Kind]bool{}
	for _, f := range c.tree.content {
		have[f.kind] = true
	}
	for kind, name := range map[Kind]string{SiteFile: "site.yaml", CatalogFile: "catalog.yaml"} {
		if !have[kind] {
			c.wrong(name, fault.Text{TH: "ไม่มีไฟล์นี้", EN: "this file is missing"}, fault.Text{TH: "สร้างตาม doc/content-format.md", EN: "create it as doc/content-format.md says"})
		}
	}
}

func (c *checker) labels() {
	for name, list := range map[string][]catalog.Label{"categories": c.Labels.Categories, "groups": c.Labels.Groups, "tags": c.Labels.Tags} {
		seen := map[catalog.Slug]bool{}
		for i, l := range list {
			if seen[l.Slug] {
				c.wrong("catalog.yaml", fault.Textf("%s ซ้ำ", "%s stands twice", string(l.Slug)), fault.Text{}, name, i)
			}
			seen[l.Slug] = true
		}
	}
	for old, now := range c.Labels.Aliases {
		if old == "" || now == "" {
			continue // not an identifier; told already
		}
		if c.anyLabel(old) {
			c.wrong("catalog.yaml", fault.Textf("%s ยังใช้อยู่ จึงเป็นชื่อเดิมไม่ได้", "%s is still in use and can not be a former slug", string(old)), fault.Text{TH: "ลบออก", EN: "remove it"}, "aliases", string(old))
		}
		if _, chained := c.Labels.Aliases[now]; chained || !c.anyLabel(now) {
			c.wrong("catalog.yaml", fault.Textf("%s ชี้ไปยัง %s ซึ่งไม่มี", "%s points to %s, which the catalog lacks", string(old), string(now)), fault.Text{}, "aliases", string(old))
		}
	}
}

func (c *checker) anyLabel(slug catalog.Slug) bool {
	for _, list := range [][]catalog.Label{c.Labels.Categories, c.Labels.Groups, c.Labels.Tags} {
		if slices.ContainsFunc(list, func(l catalog.Label) bool { return l.Slug == slug }) {
			return true
		}
	}
	return false
}

// slugs reports labels that the catalog lacks.
func (c *checker) slugs(file, field string, used []catalog.Slug, list []catalog.Label) {
	for i, s := range used {
		c.repeated(file, slices.Index(used, s) < i, string(s), field, i)
		if _, ok := c.Label(list, s); !ok && s != "" {
			known := make([]string, len(list))
			for j, l := range list {
				known[j] = string(l.Slug)
			}
			c.wrong(file, fault.Textf("catalog.yaml ไม่มี %s ใน %s", "catalog.yaml has no %s among its %s", string(s), field), didYouMean(string(s), known), field, i)
		}
	}
}

func (c *checker) agenciesStand() {
	for _, f := range c.tree.content {
		owner, home := f.above()
		if owner != "" && c.paths[owner] != home {
			c.wrong(f.path, fault.Textf("ไม่มีหน่วยงาน %s ที่เป็นเจ้าของ", "its agency %s does not exist", string(owner)),
				fault.Textf("สร้าง %s", "create %s", home))
		}
	}
	for _, a := range c.agencies {
		file := c.paths[a.Code]
		c.hours(file, a.Hours, "hours")
		c.closures(file, a.Closures, "closures")
		c.province(file, a.Province, "province")
		c.province(file, a.Address.Province(), "address", "subdistrict")
		if s := a.Retired.Value.Successor; s != "" {
			c.refers(file, "หน่วยงาน", "agency", string(s), hasKey(c.agencies, s), keys(c.agencies), "retired", "successor")
		}
	}
}

func hasKey[K comparable, V any](m map[K]V, k K) bool { _, ok := m[k]; return ok }

func keys[K ~string, V any](m map[K]V) func() []string {
	return func() []string {
		out := make([]string, 0, len(m))
		for k := range maps.Keys(m) {
			out = append(out, string(k))
		}
		return out
	}
}

// refers reports a reference to what does not exist.
func (c *checker) refers(file, th, en, id string, exists bool, known func() []string, at ...any) {
	if !exists {
		hint := fault.Text{}
		if near := suggest(id, known()); near != "" {
			hint = fault.Textf("หมายถึง %s หรือไม่", "did you mean %s?", near)
		}
		c.wrong(file, fault.Textf("ไม่มี"+th+" %s", "there is no "+en+" %s", id), hint, at...)
	}
}

func (c *checker) point(pt *catalog.Point) {
	file := c.paths[pt.Code]
	for i, id := range pt.Manuals {
		c.refers(file, "คู่มือ", "manual", string(id), hasKey(c.manuals, id), keys(c.manuals), "manuals", i)
		c.repeated(file, slices.Index(pt.Manuals, id) < i, string(id), "manuals", i)
	}
	for i, id := range pt.Processes {
		c.refers(file, "กระบวนงาน", "process", string(id), hasKey(c.processes, id), keys(c.processes), "processes", i)
		c.repeated(file, slices.Index(pt.Processes, id) < i, string(id), "processes", i)
	}
	for i, ph := range pt.Photos {
		c.attached(file, ph.File, pictures, "photos", i, "file")
	}
	if pt.Status == catalog.ClosedTemporarily && !pt.Closed.IsGiven() {
		c.wrong(file, fault.Text{TH: "ปิดชั่วคราวแต่ไม่บอกวันและเหตุผล", EN: "it is closed temporarily, but not since when and why"},
			fault.Text{TH: "เพิ่ม closed: {from, to, reason}", EN: "add closed: {from, to, reason}"}, "status")
	}
	c.province(file, pt.Address.Province(), "address", "subdistrict")
	c.hours(file, pt.Hours, "hours")
	c.closures(file, pt.Closures, "closures")
}

func (c *checker) repeated(file string, twice bool, id string, at ...any) {
	if twice {
		c.wrong(file, fault.Textf("%s ซ้ำ", "%s stands twice", id), fault.Text{TH: "ลบออกหนึ่งที่", EN: "remove one"}, at...)
	}
}

func (c *checker) hours(file string, h catalog.Hours, at ...any) {
	for i, s := range h.Week {
		where := append(slices.Clone(at), "week", i)
		if s.Closes <= s.Opens {
			c.wrong(file, fault.Textf("ปิด %v ก่อนเปิด %v", "closes %v before it opens %v", s.Closes, s.Opens), fault.Text{}, append(where, "closes")...)
		}
		if b := s.Lunch.Value; s.Lunch.IsGiven() && (b.To <= b.From || b.From <= s.Opens || b.To >= s.Closes) {
			c.wrong(file, fault.Textf("พักเที่ยง %v-%v ไม่อยู่ในเวลาเปิด", "the lunch break %v-%v is not within the hours", b.From, b.To), fault.Text{}, append(where, "lunch")...)
		}
		c.overlap(file, h.Week[:i], s, where)
	}
}

func (c *checker) closures(file string, list []catalog.Closure, field string) {
	for i, cl := range list {
		if !cl.To.IsZero() && cl.To.Before(cl.From) {
			c.wrong(file, fault.Textf("สิ้นสุด %s ก่อนเริ่ม %s", "it ends on %s, before it begins on %s", cl.To.ISO(), cl.From.ISO()), fault.Text{}, field, i, "to")
		}
	}
}

func (c *checker) strays() {
	for p := range c.tree.attachments {
		if !c.used[p] {
			c.wrong(p, fault.Text{TH: "ไม่มีไฟล์ใดอ้างถึงไฟล์นี้", EN: "nothing names this file"}, fault.Text{TH: "เพิ่มใน forms: files: หรือ photos: หรือลบไฟล์", EN: "name it under forms:, files: or photos:, or remove it"})
		}
	}
}

func (c *checker) manual(m *catalog.Manual) {
	file := c.paths[m.ID]
	if m.Process != "" {
		c.refers(file, "กระบวนงาน", "process", string(m.Process), hasKey(c.processes, m.Process), keys(c.processes), "process")
	}
	c.slugs(file, "categories", m.Categories, c.Labels.Categories)
	c.slugs(file, "groups", m.Groups, c.Labels.Groups)
	c.slugs(file, "tags", m.Tags, c.Labels.Tags)
	for i, ch := range m.Channels {
		c.hours(file, ch.Hours, "channels", i, "hours")
	}
	c.fees(file, m.Fees.Value)
	for i, f := range m.Forms.Value {
		c.offered(file, f.File, f.URL, "forms", i)
	}
	c.stepSets(file, m.StepSets)
	c.withdrawal(file, m)
	for _, field := range m.Missing() {
		c.report(file, fault.Incomplete, fault.Textf("ยังไม่กรอก %s", "%s is not filled in", field), completing(field))
	}
}

// completing says how a field is filled in when there is nothing to say.
func completing(field string) fault.Text {
	switch field {
	case "documents", "fees", "forms", "laws", "legal_time", "e_submission":
		return fault.Text{TH: "เขียน none ถ้าไม่มี", EN: "write none where there is none"}
	case "total_time":
		return fault.Text{TH: "หน่วยเวลาของขั้นตอนต่างกัน จึงต้องระบุเวลารวม", EN: "the steps are of different units, so the total must be stated"}
	case "body":
		return fault.Text{TH: "เขียนหลักเกณฑ์ วิธีการ เงื่อนไข ใต้ส่วนหัว", EN: "write criteria, methods and conditions below the front matter"}
	}
	return fault.Text{}
}

func (c *checker) fees(file string, fees []catalog.Fee) {
	for i, f := range fees {
		switch {
		case f.Kind == catalog.FeeRange && f.Max <= f.Min:
			c.wrong(file, fault.Text{TH: "สูงสุดต้องมากกว่าต่ำสุด", EN: "max must be more than min"}, fault.Text{}, "fees", i)
		case f.InPercent() && max(f.Min, f.Max) > 100_00:
			c.wrong(file, fault.Text{TH: "เกินร้อยละ 100", EN: "more than 100 per cent"}, fault.Text{}, "fees", i)
		case f.Kind != catalog.FeeFormula && f.Min == 0 && !c.written(file, "fees", i, "min"):
			c.wrong(file, fault.Text{TH: "ไม่บอกจำนวน", EN: "the amount is missing"}, fault.Text{TH: "เพิ่ม min: ถ้าไม่เสียเงินให้เขียน 0", EN: "add min:, which is 0 where nothing is paid"}, "fees", i)
		case f.Max != 0 && f.Kind != catalog.FeeRange && f.Kind != catalog.FeePercent:
			c.wrong(file, fault.Text{TH: "มี max ได้เฉพาะ range และ percent", EN: "only a range and a percentage have a max"}, fault.Text{TH: "ใช้ kind: range หรือลบ max", EN: "write kind: range, or remove max"}, "fees", i, "max")
		case f.Kind == catalog.FeeFormula && f.Note.IsZero():
			c.wrong(file, fault.Text{TH: "ไม่บอกวิธีคำนวณ", EN: "the formula is not told"}, fault.Text{TH: "เขียนใน note", EN: "write it in note"}, "fees", i)
		}
	}
}

func (c *checker) withdrawal(file string, m *catalog.Manual) {
	next := m.Withdrawn.Value.Successor
	if next == "" {
		return
	}
	c.refers(file, "คู่มือ", "manual", string(next), hasKey(c.manuals, next), keys(c.manuals), "withdrawn", "successor")
	for seen := 0; next != ""; seen++ {
		if next == m.ID || seen > len(c.Manuals) {
			c.wrong(file, fault.Text{TH: "คู่มือที่ใช้แทนวนกลับมาที่เดิม", EN: "its successors lead back to itself"}, fault.Text{}, "withdrawn", "successor")
			return
		}
		s, ok := c.manuals[next]
		if !ok {
			return
		}
		next = s.Withdrawn.Value.Successor
	}
}

func (c *checker) service(s *catalog.Service) {
	file := c.paths[s.ID]
	c.slugs(file, "categories", s.Categories, c.Labels.Categories)
	c.slugs(file, "groups", s.Groups, c.Labels.Groups)
	c.slugs(file, "tags", s.Tags, c.Labels.Tags)
	for i, ch := range s.Channels {
		c.hours(file, ch.Hours, "channels", i, "hours")
	}
	c.fees(file, s.Fees.Value)
	if strings.TrimSpace(s.Body.Markdown) == "" {
		c.report(file, fault.Incomplete, fault.Text{TH: "ยังไม่มีคำอธิบาย", EN: "there is no description"}, fault.Text{TH: "เขียนใต้ส่วนหัว", EN: "write it below the front matter"})
	}
}

func (c *checker) holidays() {
	for _, y := range c.years {
		file := c.paths[y]
		seen := map[string]bool{}
		for i, h := range y.Holidays {
			if be := calendar.BE(h.Date.Year); be != y.Year && !h.Date.IsZero() {
				c.wrong(file, fault.Textf("%s อยู่ในปี พ.ศ. %d", "%s is in B.E. %d", h.Date.ISO(), be), fault.Text{TH: "วันที่เขียนเป็น ค.ศ.", EN: "dates are written in CE"}, "holidays", i, "date")
			}
			for _, code := range h.Scope {
				c.province(file, code, "holidays", i, "scope")
			}
			key := h.Date.ISO() + strings.Join(h.Scope, " ")
			c.repeated(file, seen[key] && !h.Date.IsZero(), h.Date.ISO(), "holidays", i, "date")
			seen[key] = true
		}
	}
}

func (c *checker) surveys() {
	for _, s := range c.Surveys {
		file := c.paths[s]
		before := map[string]bool{}
		for i, q := range s.Questions {
			c.repeated(file, before[q.Code], q.Code, "questions", i, "code")
			if q.When.Question != "" && !before[q.When.Question] {
				c.wrong(file, fault.Textf("ไม่มีคำถาม %s ก่อนข้อนี้", "there is no question %s before this one", q.When.Question), fault.Text{}, "questions", i, "when")
			}
			if q.Kind == "choice" && len(q.Choices) < 2 {
				c.wrong(file, fault.Text{TH: "คำถามเลือกตอบมีตัวเลือกไม่ถึงสอง", EN: "a choice needs at least two choices"}, fault.Text{}, "questions", i)
			}
			before[q.Code] = true
		}
	}
}

func (c *checker) pages() {
	thai := map[string]bool{}
	for _, p := range c.Pages {
		file := pageFile(p)
		thai[p.Name] = thai[p.Name] || p.Lang == catalog.TH
		for i, f := range p.Files {
			c.offered(file, f.File, f.URL, "files", i)
		}
		if slices.Contains(catalog.ReservedPages, p.Name) {
			c.wrong(file, fault.Textf("/%s/ เป็นที่อยู่ของหน้าที่ระบบสร้าง", "/%s/ is the address of a page that the site makes itself", p.Name), fault.Text{TH: "ตั้งชื่ออื่น", EN: "name it otherwise"})
		}
	}
	for _, p := range c.Pages {
		if !thai[p.Name] {
			c.wrong(pageFile(p), fault.Text{TH: "มีแต่หน้าภาษาอังกฤษ", EN: "there is no Thai page beside it"}, fault.Textf("สร้าง pages/%s.md", "create pages/%s.md", p.Name))
		}
	}
}

func pageFile(p *catalog.Page) string {
	if p.Lang == catalog.EN {
		return "pages/" + p.Name + ".en.md"
	}
	return "pages/" + p.Name + ".md"
}

// legacy keeps two manuals from claiming one old address.
func (c *checker) legacy() {
	claimed := map[string]catalog.ManualID{}
	for _, m := range c.Manuals {
		for field, key := range map[string]string{"uuid": m.Legacy.UUID, "number": fmt.Sprint(m.Legacy.Number)} {
			if key == "" || key == "0" {
				continue
			}
			if other, taken := claimed[field+key]; taken {
				c.wrong(c.paths[m.ID], fault.Textf("ที่อยู่เดิม %s เป็นของ %s แล้ว", "the old address %s is already that of %s", key, string(other)), fault.Text{}, "legacy", field)
			}
			claimed[field+key] = m.ID
		}
	}
}
