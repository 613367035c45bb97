package corpus

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Frame is what a portal has beside what belongs to its agencies: a few small
// files that concern every page.
type Frame struct {
	Site     catalog.Site
	Labels   catalog.Labels
	Synonyms [][]string
	Holidays calendar.Holidays
	Surveys  []*catalog.Survey
	Pages    []*catalog.Page // by name, Thai before English
}

// ReadFrame reads and checks the frame of a portal.
func ReadFrame(files fs.FS) (*Frame, fault.Problems, error) {
	l, err := list(files, ".", func(dir string) bool { return dir == path.Clean(agenciesDir) })
	if err != nil {
		return nil, nil, err
	}
	all := l.Files()
	read, err := readAll(files, all)
	if err != nil {
		return nil, nil, err
	}
	frame := &Frame{}
	c := frameChecker{check: check{files: files, frame: frame}}
	for i, r := range read {
		c.problems = append(c.problems, r.problems...)
		c.add(all[i], r.value)
	}
	c.all()
	c.problems = append(c.problems, l.Problems...)
	return frame, append(c.problems, strays(l.Attachments, c.used)...), nil
}

// frameChecker fills a frame and holds its files to the rules of portals.
type frameChecker struct {
	check
	files []File
	days  []calendar.Holiday
}

func (c *frameChecker) add(at File, value any) {
	c.files = append(c.files, at)
	switch v := value.(type) {
	case *catalog.Site:
		c.frame.Site = *v
	case *catalog.Labels:
		c.frame.Labels = *v
	case *catalog.Synonyms:
		c.frame.Synonyms = v.Groups
	case *catalog.HolidayYear:
		c.holidays(at.Path, v)
		for _, h := range v.Holidays {
			c.days = append(c.days, calendar.Holiday{Date: h.Date, NameTH: h.Name.TH, NameEN: h.Name.In(catalog.EN), Scope: h.Scope})
		}
	case *catalog.Survey:
		c.frame.Surveys = append(c.frame.Surveys, v)
		c.survey(at.Path, v)
	case *catalog.Page:
		c.frame.Pages = append(c.frame.Pages, v)
	}
	id, field := identity(value)
	c.problems = append(c.problems, misnamed(at, id, field)...)
}

// all completes the frame and checks what needs all of its files.
func (c *frameChecker) all() {
	c.frame.Holidays = calendar.NewHolidays(c.days)
	slices.SortFunc(c.frame.Pages, func(a, b *catalog.Page) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.Lang), string(b.Lang)))
	})
	c.singles()
	c.site()
	c.synonyms()
	c.labels()
	c.pages()
}

// singles asks for the files that every portal has.
func (c *frameChecker) singles() {
	for kind, name := range map[Kind]string{SiteFile: "site.yaml", CatalogFile: "catalog.yaml"} {
		if !slices.ContainsFunc(c.files, func(f File) bool { return f.Kind == kind }) {
			c.wrong(name, fault.Text{TH: "ไม่มีไฟล์นี้", EN: "this file is missing"}, fault.Text{TH: "สร้างตาม doc/content-format.md", EN: "create it as doc/content-format.md says"})
		}
	}
}

func (c *frameChecker) labels() {
	for name, list := range map[string][]catalog.Label{"categories": c.frame.Labels.Categories, "groups": c.frame.Labels.Groups, "tags": c.frame.Labels.Tags} {
		seen := map[catalog.Slug]bool{}
		for i, l := range list {
			if seen[l.Slug] {
				c.wrong("catalog.yaml", fault.Textf("%s ซ้ำ", "%s stands twice", string(l.Slug)), fault.Text{}, name, i)
			}
			seen[l.Slug] = true
		}
	}
	for old, now := range c.frame.Labels.Aliases {
		if old == "" || now == "" {
			continue // not an identifier; told already
		}
		if c.anyLabel(old) {
			c.wrong("catalog.yaml", fault.Textf("%s ยังใช้อยู่ จึงเป็นชื่อเดิมไม่ได้", "%s is still in use and can not be a former slug", string(old)), fault.Text{TH: "ลบออก", EN: "remove it"}, "aliases", string(old))
		}
		if _, chained := c.frame.Labels.Aliases[now]; chained || !c.anyLabel(now) {
			c.wrong("catalog.yaml", fault.Textf("%s ชี้ไปยัง %s ซึ่งไม่มี", "%s points to %s, which the catalog lacks", string(old), string(now)), fault.Text{}, "aliases", string(old))
		}
	}
}

func (c *frameChecker) anyLabel(slug catalog.Slug) bool {
	for _, list := range [][]catalog.Label{c.frame.Labels.Categories, c.frame.Labels.Groups, c.frame.Labels.Tags} {
		if slices.ContainsFunc(list, func(l catalog.Label) bool { return l.Slug == slug }) {
			return true
		}
	}
	return false
}

func (c *frameChecker) pages() {
	thai := map[string]bool{}
	for _, p := range c.frame.Pages {
		file := pageFile(p)
		thai[p.Name] = thai[p.Name] || p.Lang == catalog.TH
		for i, f := range p.Files {
			c.offered(file, f.File, f.URL, "files", i)
		}
		if slices.Contains(catalog.ReservedPages, p.Name) {
			c.wrong(file, fault.Textf("/%s/ เป็นที่อยู่ของหน้าที่ระบบสร้าง", "/%s/ is the address of a page that the site makes itself", p.Name), fault.Text{TH: "ตั้งชื่ออื่น", EN: "name it otherwise"})
		}
	}
	for _, p := range c.frame.Pages {
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

// site checks that the portal speaks Thai, which every page exists in.
func (c *frameChecker) site() {
	if l := c.frame.Site.Languages; len(l) > 0 && !slices.Contains(l, catalog.TH) {
		c.wrong("site.yaml", fault.Text{TH: "ไม่มีภาษาไทย", EN: "Thai is not among the languages"}, fault.Text{TH: "เขียน [th] หรือ [th, en]", EN: "write [th] or [th, en]"}, "languages")
	}
}

func (c *frameChecker) synonyms() {
	for i, group := range c.frame.Synonyms {
		if len(group) < 2 {
			c.wrong("synonyms.yaml", fault.Text{TH: "กลุ่มมีคำไม่ถึงสอง", EN: "a group needs at least two words"}, fault.Text{TH: "เพิ่มคำหรือลบกลุ่ม", EN: "add a word, or remove the group"}, "groups", i)
		}
		for j, word := range group {
			c.repeated("synonyms.yaml", slices.Index(group, word) < j, word, "groups", i, j)
		}
	}
}

// holidays checks one year.
func (c *frameChecker) holidays(file string, y *catalog.HolidayYear) {
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

func (c *frameChecker) survey(file string, s *catalog.Survey) {
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

// Satisfaction is the question set that citizens are asked now: of those named
// satisfaction- and a number the one with the highest; nil when there is none.
func (f *Frame) Satisfaction() *catalog.Survey {
	var now *catalog.Survey
	highest := -1
	for _, s := range f.Surveys {
		number, ok := strings.CutPrefix(s.ID, "satisfaction-")
		if n, err := strconv.Atoi(number); ok && err == nil && n > highest {
			now, highest = s, n
		}
	}
	return now
}

// Label returns the category, group or tag (one of the lists of f.Labels)
// under a slug or a former slug.
func (f *Frame) Label(list []catalog.Label, slug catalog.Slug) (catalog.Label, bool) {
	slug = f.Current(slug)
	i := slices.IndexFunc(list, func(l catalog.Label) bool { return l.Slug == slug })
	if i < 0 {
		return catalog.Label{}, false
	}
	return list[i], true
}

// Current follows the alias of a renamed label.
func (f *Frame) Current(slug catalog.Slug) catalog.Slug {
	if now, renamed := f.Labels.Aliases[slug]; renamed {
		return now
	}
	return slug
}

// HasPage reports whether a page of text is written in lang.
func (f *Frame) HasPage(name string, lang catalog.Lang) bool {
	return slices.ContainsFunc(f.Pages, func(pg *catalog.Page) bool { return pg.Name == name && pg.Lang == lang })
}
