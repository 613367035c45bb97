package corpus

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Rest is what a check asks of the portal around an object.
type Rest interface {
	// Has reports whether there is an object of a kind under an identifier.
	Has(kind Kind, id string) bool
	// IDs lists the identifiers of a kind, to guess what was meant. A large
	// portal may give none.
	IDs(kind Kind) []string
	// Home returns the content file of an agency, "" when there is none.
	Home(code catalog.AgencyCode) string
	// Successor returns the manual that replaces a withdrawn one, "" when none does.
	Successor(id catalog.ManualID) catalog.ManualID
}

// Checker holds the objects of a portal to the rules that need more than one
// field or more than one file. Several goroutines may use it.
type Checker struct {
	files fs.FS
	frame *Frame
	rest  Rest

	mu        sync.Mutex
	used      map[string]bool           // attachments that some object names
	successor map[catalog.ManualID]File // withdrawn manuals that have one
	problems  fault.Problems
}

// NewChecker returns a Checker of a portal's objects.
func NewChecker(files fs.FS, frame *Frame, rest Rest) *Checker {
	return &Checker{files: files, frame: frame, rest: rest, used: map[string]bool{}, successor: map[catalog.ManualID]File{}}
}

// Object checks one object, as its file was decoded.
func (c *Checker) Object(at File, value any) fault.Problems {
	o := check{files: c.files, frame: c.frame, rest: c.rest}
	id, field := identity(value)
	o.problems = misnamed(at, id, field)
	o.stands(at)
	switch v := value.(type) {
	case *catalog.Agency:
		o.agency(at.Path, v)
	case *catalog.Point:
		o.point(at.Path, v)
	case *catalog.Manual:
		o.manual(at.Path, v)
		c.manual(at, v)
	case *catalog.Service:
		o.service(at.Path, v)
	}
	if len(o.used) > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		for p := range o.used {
			c.used[p] = true
		}
	}
	return o.problems
}

// manual notes that a manual has a successor.
func (c *Checker) manual(at File, m *catalog.Manual) {
	if m.Withdrawn.Value.Successor == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.successor[catalog.ManualID(at.Name)] = at
}

// Claim is an address of the old system that a manual takes over.
type Claim struct{ Field, Value string }

// Claims lists the addresses that a manual takes over.
func Claims(l catalog.Legacy) []Claim {
	var out []Claim
	if l.UUID != "" {
		out = append(out, Claim{"uuid", l.UUID})
	}
	if l.Number != 0 {
		out = append(out, Claim{"number", strconv.Itoa(l.Number)})
	}
	return out
}

// Taken is the problem of a manual that claims another's address.
func (l Claim) Taken(files fs.FS, file string, other catalog.ManualID) fault.Problem {
	c := check{files: files}
	c.wrong(file, fault.Textf("ที่อยู่เดิม %s เป็นของ %s แล้ว", "the old address %s is already that of %s", l.Value, string(other)), fault.Text{}, "legacy", l.Field)
	return c.problems[0]
}

// Used reports whether a checked object names an attachment.
func (c *Checker) Used(attachment string) bool { return c.used[attachment] }

// Finish checks what needs all objects.
func (c *Checker) Finish() fault.Problems {
	for id, at := range c.successor {
		next := c.rest.Successor(id)
		for seen := 0; next != ""; seen++ {
			if next == id || seen > len(c.successor) {
				o := check{files: c.files}
				o.wrong(at.Path, fault.Text{TH: "คู่มือที่ใช้แทนวนกลับมาที่เดิม", EN: "its successors lead back to itself"}, fault.Text{}, "withdrawn", "successor")
				c.problems = append(c.problems, o.problems...)
				break
			}
			next = c.rest.Successor(next)
		}
	}
	return c.problems.Sort()
}

// Strays tells of attachments that no checked object names.
func (c *Checker) Strays(attachments []string) fault.Problems { return strays(attachments, c.used) }

func strays(attachments []string, used map[string]bool) fault.Problems {
	var problems fault.Problems
	for _, p := range attachments {
		if !used[p] {
			problems = append(problems, fault.Problem{File: p, Severity: fault.Wrong, What: fault.Text{TH: "ไม่มีไฟล์ใดอ้างถึงไฟล์นี้", EN: "nothing names this file"}, Hint: fault.Text{TH: "เพิ่มใน forms: files: หรือ photos: หรือลบไฟล์", EN: "name it under forms:, files: or photos:, or remove it"}})
		}
	}
	return problems
}

// check holds one file to the rules.
type check struct {
	files    fs.FS
	frame    *Frame
	rest     Rest
	problems fault.Problems
	used     map[string]bool // attachments that it names
}

// stands asks for the agency that a file belongs to.
func (c *check) stands(at File) {
	if home := at.home(); home != "" && c.rest.Home(at.Owner) != home {
		c.wrong(at.Path, fault.Textf("ไม่มีหน่วยงาน %s ที่เป็นเจ้าของ", "its agency %s does not exist", string(at.Owner)),
			fault.Textf("สร้าง %s", "create %s", home))
	}
}

func (c *check) agency(file string, a *catalog.Agency) {
	c.hours(file, a.Hours, "hours")
	c.closures(file, a.Closures, "closures")
	c.province(file, a.Province, "province")
	c.province(file, a.Address.Province(), "address", "subdistrict")
	if s := a.Retired.Value.Successor; s != "" {
		c.refers(file, "หน่วยงาน", "agency", AgencyFile, string(s), "retired", "successor")
	}
}

// refers reports a reference to what does not exist.
func (c *check) refers(file, th, en string, kind Kind, id string, at ...any) {
	if c.rest.Has(kind, id) {
		return
	}
	hint := fault.Text{}
	if near := fault.Nearest(id, c.rest.IDs(kind)); near != "" {
		hint = fault.Textf("หมายถึง %s หรือไม่", "did you mean %s?", near)
	}
	c.wrong(file, fault.Textf("ไม่มี"+th+" %s", "there is no "+en+" %s", id), hint, at...)
}

// report tells a problem with the value at a path of field names and indices
// in a content file. The line is looked up only now: problems are rare.
func (c *check) report(file string, sev fault.Severity, what, hint fault.Text, at ...any) {
	line := 0
	if len(at) > 0 {
		line, _ = locate(c.files, file, at)
	}
	c.problems = append(c.problems, fault.Problem{File: file, Line: line, Severity: sev, What: what, Hint: hint})
}

func (c *check) wrong(file string, what, hint fault.Text, at ...any) {
	c.report(file, fault.Wrong, what, hint, at...)
}

// slugs reports labels that the catalog lacks.
func (c *check) slugs(file, field string, used []catalog.Slug, list []catalog.Label) {
	for i, s := range used {
		c.repeated(file, slices.Index(used, s) < i, string(s), field, i)
		if _, ok := c.frame.Label(list, s); !ok && s != "" {
			known := make([]string, len(list))
			for j, l := range list {
				known[j] = string(l.Slug)
			}
			c.wrong(file, fault.Textf("catalog.yaml ไม่มี %s ใน %s", "catalog.yaml has no %s among its %s", string(s), field), fault.DidYouMean(string(s), known), field, i)
		}
	}
}

func (c *check) point(file string, pt *catalog.Point) {
	for i, id := range pt.Manuals {
		c.refers(file, "คู่มือ", "manual", ManualFile, string(id), "manuals", i)
		c.repeated(file, slices.Index(pt.Manuals, id) < i, string(id), "manuals", i)
	}
	for i, id := range pt.Processes {
		c.refers(file, "กระบวนงาน", "process", ProcessFile, string(id), "processes", i)
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

func (c *check) repeated(file string, twice bool, id string, at ...any) {
	if twice {
		c.wrong(file, fault.Textf("%s ซ้ำ", "%s stands twice", id), fault.Text{TH: "ลบออกหนึ่งที่", EN: "remove one"}, at...)
	}
}

func (c *check) hours(file string, h catalog.Hours, at ...any) {
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

func (c *check) closures(file string, list []catalog.Closure, field string) {
	for i, cl := range list {
		if !cl.To.IsZero() && cl.To.Before(cl.From) {
			c.wrong(file, fault.Textf("สิ้นสุด %s ก่อนเริ่ม %s", "it ends on %s, before it begins on %s", cl.To.ISO(), cl.From.ISO()), fault.Text{}, field, i, "to")
		}
	}
}

func (c *check) manual(file string, m *catalog.Manual) {
	if m.Process != "" {
		c.refers(file, "กระบวนงาน", "process", ProcessFile, string(m.Process), "process")
	}
	c.slugs(file, "categories", m.Categories, c.frame.Labels.Categories)
	c.slugs(file, "groups", m.Groups, c.frame.Labels.Groups)
	c.slugs(file, "tags", m.Tags, c.frame.Labels.Tags)
	for i, ch := range m.Channels {
		c.hours(file, ch.Hours, "channels", i, "hours")
	}
	c.fees(file, m.Fees.Value)
	for i, f := range m.Forms.Value {
		c.offered(file, f.File, f.URL, "forms", i)
	}
	c.stepSets(file, m.StepSets)
	if next := m.Withdrawn.Value.Successor; next != "" {
		c.refers(file, "คู่มือ", "manual", ManualFile, string(next), "withdrawn", "successor")
	}
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

func (c *check) fees(file string, fees []catalog.Fee) {
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

func (c *check) service(file string, s *catalog.Service) {
	c.slugs(file, "categories", s.Categories, c.frame.Labels.Categories)
	c.slugs(file, "groups", s.Groups, c.frame.Labels.Groups)
	c.slugs(file, "tags", s.Tags, c.frame.Labels.Tags)
	for i, ch := range s.Channels {
		c.hours(file, ch.Hours, "channels", i, "hours")
	}
	c.fees(file, s.Fees.Value)
	if strings.TrimSpace(s.Body.Markdown) == "" {
		c.report(file, fault.Incomplete, fault.Text{TH: "ยังไม่มีคำอธิบาย", EN: "there is no description"}, fault.Text{TH: "เขียนใต้ส่วนหัว", EN: "write it below the front matter"})
	}
}
