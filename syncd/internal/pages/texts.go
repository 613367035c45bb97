package pages

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
)

// textsView lists the pages of text.
type textsView struct {
	Shell
	Rows []TextRow
}

// TextRow is a page of text in both languages.
type TextRow struct {
	Name           string
	Title          page.Words
	URL, English   string // of its forms
	HasEnglish     bool
	Updated        Moment
	UpdatedEnglish Moment
	Public         string
}

func textURL(name string, lang catalog.Lang) string { return "/pages/" + name + "/" + string(lang) }

func textFile(name string, lang catalog.Lang) string {
	if lang == catalog.EN {
		return "pages/" + name + ".en.md"
	}
	return "pages/" + name + ".md"
}

func (x *exchange) textsPage() error {
	f, err := x.Manuals.Frame()
	if err != nil {
		return err
	}
	v := textsView{Shell: x.shell("texts")}
	english := map[string]*catalog.Page{}
	for _, p := range f.Pages {
		if p.Lang == catalog.EN {
			english[p.Name] = p
		}
	}
	for _, p := range f.Pages {
		if p.Lang == catalog.EN {
			continue
		}
		row := TextRow{
			Name: p.Name, Title: x.said(p.Title), URL: textURL(p.Name, catalog.TH), English: textURL(p.Name, catalog.EN),
			Updated: x.onDay(p.Updated), Public: x.sitePage(p.Name),
		}
		if e := english[p.Name]; e != nil {
			row.HasEnglish, row.UpdatedEnglish = true, x.onDay(e.Updated)
			if x.lang == catalog.EN {
				row.Title = page.Words{Text: e.Title}
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return x.show(http.StatusOK, "texts", v)
}

// textView is the form of a page of text in one language.
type textView struct {
	Shell
	Name    string
	Naming  bool // the name is to be given
	Lang    string
	Langs   []Option // the forms of both languages; none of a new page
	Was     string
	Heading string
	Summary string
	Body    string
	Updated Moment
	Files   []TextFile
	Others  []string // files of the other language, which this one may offer too
	Action  string
	Preview string
	History string // "" of a page that is to be made
	Public  string
}

// TextFile is a file or address that a page offers, in its form.
type TextFile struct {
	ID        string // begins the names of its fields: f.0
	Number    int
	TH, EN    string
	File, URL string
	At        string // where the file is published; "" of none
	NameWrong string
	FileWrong string
	Fresh     bool
}

const (
	mostFiles  = 50
	longText   = 200_000 // bytes of a page's text
	spareFiles = 1
)

// textAt is a page of text as the address names it.
type textAt struct {
	name  string
	lang  catalog.Lang
	sheet immediate.Sheet // zero when it is not written yet
	page  *catalog.Page
}

func (t textAt) url() string { return textURL(t.name, t.lang) }

func (t textAt) file() string { return textFile(t.name, t.lang) }

// textPage is the page that the address names: one that is there, or its English that
// is not written yet.
func (x *exchange) textPage() (t textAt, err error) {
	x.back = "/pages"
	t.name, t.lang = x.r.PathValue("name"), catalog.Lang(x.r.PathValue("lang"))
	if t.lang != catalog.TH && t.lang != catalog.EN {
		return t, notHere()
	}
	t.page = &catalog.Page{Name: t.name, Lang: t.lang}
	t.sheet, err = x.Direct.Open(x.by(), t.file())
	if missing(err) && t.lang == catalog.EN {
		_, err = x.Direct.Open(x.by(), textFile(t.name, catalog.TH))
		t.sheet = immediate.Sheet{}
		return t, err
	}
	if err != nil {
		return t, err
	}
	t.page = t.sheet.Value.(*catalog.Page)
	return t, nil
}

func (x *exchange) textForm() error {
	t, err := x.textPage()
	if err != nil {
		return err
	}
	form := url.Values{"was": {t.sheet.Was.String()}, "title": {t.page.Title}, "summary": {t.page.Summary}, "body": {t.page.Body.Markdown}}
	for i, f := range t.page.Files {
		id := fileID(i)
		form.Set(id+".th", f.Name.TH)
		form.Set(id+".en", f.Name.EN)
		form.Set(id+".file", f.File)
		form.Set(id+".url", f.URL)
	}
	return x.showText(http.StatusOK, t, form)
}

func fileID(i int) string { return "f." + strconv.Itoa(i) }

// offeredFiles is how many rows of files a form has.
func offeredFiles(form url.Values) int {
	n := 0
	for i := range mostFiles {
		if id := fileID(i); form.Get(id+".th")+form.Get(id+".en")+form.Get(id+".file")+form.Get(id+".url") != "" {
			n = i + 1
		}
	}
	return n
}

func (x *exchange) showText(status int, t textAt, form url.Values, problems ...Problem) error {
	v := textView{
		Shell: x.shell("prose", x.link("/pages", "menu.pages")), Name: t.name, Lang: string(t.lang), Was: form.Get("was"),
		Heading: form.Get("title"), Summary: form.Get("summary"), Body: form.Get("body"), Updated: x.onDay(t.page.Updated),
		Action: t.url(), Preview: t.url() + "/preview",
	}
	v.Title, v.Path, v.Problems = cmp.Or(t.page.Title, x.t("text.english.new")), v.Action, problems
	others, err := x.otherFiles(t)
	if err != nil {
		return err
	}
	v.Others = others
	for _, lang := range []catalog.Lang{catalog.TH, catalog.EN} {
		v.Langs = append(v.Langs, Option{textURL(t.name, lang), map[catalog.Lang]string{catalog.TH: x.t("text.thai"), catalog.EN: x.t("text.english")}[lang], lang == t.lang})
	}
	if !t.sheet.Was.IsZero() {
		v.History, v.Public = v.Action+"/history", x.sitePage(t.name)
		if t.lang == catalog.EN {
			v.Public = x.sitePage("en", t.name)
		}
	}
	v.Files = x.textFiles(t, form, v.Shell)
	return x.show(status, "prose", v)
}

func (x *exchange) textFiles(t textAt, form url.Values, s Shell) (out []TextFile) {
	n := offeredFiles(form)
	for i := range min(n+spareFiles, mostFiles) {
		id := fileID(i)
		f := TextFile{
			ID: id, Number: i + 1, TH: form.Get(id + ".th"), EN: form.Get(id + ".en"), File: form.Get(id + ".file"), URL: form.Get(id + ".url"),
			NameWrong: s.Wrong(id + ".th"), FileWrong: s.Wrong(id + ".upload"), Fresh: i >= n,
		}
		if f.File != "" {
			f.At = strings.TrimSuffix(x.sitePage(t.name), "/") + "/" + f.File
		}
		out = append(out, f)
	}
	return out
}

// otherFiles are the files that the page offers in the other language alone.
func (x *exchange) otherFiles(t textAt) (out []string, err error) {
	f, err := x.Manuals.Frame()
	if err != nil {
		return nil, err
	}
	for _, p := range f.Pages {
		if p.Name != t.name || p.Lang == t.lang {
			continue
		}
		for _, file := range p.Files {
			if file.File != "" && !slices.ContainsFunc(t.page.Files, func(o catalog.PageFile) bool { return o.File == file.File }) {
				out = append(out, file.File)
			}
		}
	}
	return out, nil
}

// textSent reads a form, whose files are held in memory.
func (x *exchange) textSent() error {
	err := x.r.ParseMultipartForm(maxUpload)
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil
	}
	if err != nil {
		return badForm(err)
	}
	return nil
}

// readText is the page that a form holds, without the files that came with it.
func (x *exchange) readText(t textAt) (p *catalog.Page, problems []Problem) {
	form := x.r.PostForm
	p = &catalog.Page{Name: t.name, Lang: t.lang, Title: x.posted("title"), Summary: x.posted("summary"), Updated: calendar.DateOf(x.now())}
	p.Body.Markdown = prose(form.Get("body"))
	if p.Title == "" {
		problems = append(problems, Problem{"title", x.t("text.untitled")})
	}
	if len(p.Body.Markdown) > longText {
		problems = append(problems, Problem{"body", x.t("text.long")})
	}
	for i := range offeredFiles(form) {
		id := fileID(i)
		f := catalog.PageFile{Name: catalog.Text{TH: clean(form.Get(id + ".th")), EN: clean(form.Get(id + ".en"))}, File: clean(form.Get(id + ".file")), URL: clean(form.Get(id + ".url"))}
		if form.Has(id+".remove") || f == (catalog.PageFile{}) {
			continue
		}
		p.Files = append(p.Files, f)
	}
	return p, problems
}

// prose is a text of several lines as it was typed, without characters that are
// none and blanks at the ends of lines that mean nothing.
func prose(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	rows := strings.Split(s, "\n")
	for i, row := range rows {
		if trimmed := strings.TrimRight(row, " \t"); len(row)-len(trimmed) != 2 { // two make a line break
			rows[i] = trimmed
		}
	}
	s = strings.TrimSpace(strings.Join(rows, "\n"))
	if s != "" {
		s += "\n"
	}
	return s
}

// textUploads gives the files that came with a form names of their own, and has
// their rows name them.
func (x *exchange) textUploads(t textAt) (beside map[string][]byte, problems []Problem, err error) {
	beside = map[string][]byte{}
	if x.r.MultipartForm == nil {
		return beside, nil, nil
	}
	taken, err := x.takenNames()
	if err != nil {
		return nil, nil, err
	}
	for i := range mostFiles {
		id := fileID(i)
		list := x.r.MultipartForm.File[id+".upload"]
		if len(list) != 1 || list[0].Size == 0 && list[0].Filename == "" || x.r.PostForm.Has(id+".remove") {
			continue
		}
		var data []byte // none of one that is too large, which is refused as such
		if list[0].Size <= corpus.MaxAttachment {
			if data, err = read(list[0]); err != nil {
				return nil, nil, err
			}
		}
		ending, err := paperOf(data)
		if err != nil {
			text, _ := x.told(err)
			problems = append(problems, Problem{id + ".upload", clean(list[0].Filename) + ": " + text})
			continue
		}
		name := freeName(cmp.Or(strings.TrimPrefix(safeName(list[0].Filename), "form-"), t.name), ending, func(name string) bool {
			_, comes := beside[name]
			return comes || slices.Contains(taken, strings.ToLower(name))
		})
		beside[name] = data
		x.r.PostForm.Set(id+".file", name)
		x.r.PostForm.Del(id + ".url")
	}
	return beside, problems, nil
}

// takenNames are the files beside pages of text.
func (x *exchange) takenNames() (out []string, err error) {
	f, err := x.Manuals.Frame()
	if err != nil {
		return nil, err
	}
	for _, p := range f.Pages {
		for _, file := range p.Files {
			out = append(out, strings.ToLower(file.File))
		}
	}
	return out, nil
}

func (x *exchange) saveText() error {
	if err := x.textSent(); err != nil {
		return err
	}
	t, err := x.textPage()
	if err != nil {
		return err
	}
	was, err := gitrepo.ParseHash(cmp.Or(x.posted("was"), gitrepo.Hash{}.String()))
	if err != nil {
		return badForm(err)
	}
	return x.keepText(t, was)
}

// keepText saves a page with the files that came with it.
func (x *exchange) keepText(t textAt, was gitrepo.Hash) error {
	typed := maps.Clone(x.r.PostForm) // without the names that files are given
	show := func(status int, problems ...Problem) error {
		if t.lang == catalog.TH && t.sheet.At.Path == "" {
			return x.showNewText(status, typed, problems...)
		}
		return x.showText(status, t, typed, problems...)
	}
	beside, refused, err := x.textUploads(t)
	if err != nil {
		return err
	}
	p, problems := x.readText(t)
	if problems = append(problems, refused...); len(problems) > 0 {
		return show(http.StatusBadRequest, problems...)
	}
	if same := *p; t.sheet.At.Path != "" {
		if same.Updated = t.page.Updated; len(compare.Objects(t.page, &same)) == 0 {
			p = &same // nothing changed, nor did it today
		}
	}
	_, err = x.Direct.Save(x.ctx(), x.by(), immediate.Change{File: t.file(), Was: was, Value: p, Beside: beside})
	if problems, told := x.unlawful(err, "title"); told {
		return show(statusOf(err), problems...)
	}
	if err != nil {
		return x.crossed(err, t.url())
	}
	return x.done(t.url(), "flash.text.saved", p.Title)
}

// previewText renders the page that the form would give.
func (x *exchange) previewText() error {
	if err := x.textSent(); err != nil {
		return err
	}
	t, err := x.textPage()
	if err != nil {
		return err
	}
	p, _ := x.readText(t)
	out, err := x.preview.Text(x.ctx(), p, func(string) int64 { return 0 })
	if err != nil {
		return err
	}
	return x.showFramed(t.lang, out)
}

func (x *exchange) newTextPage() error { return x.showNewText(http.StatusOK, url.Values{}) }

func (x *exchange) showNewText(status int, form url.Values, problems ...Problem) error {
	v := textView{
		Shell: x.shell("prose", x.link("/pages", "menu.pages")), Name: form.Get("name"), Naming: true, Lang: string(catalog.TH),
		Heading: form.Get("title"), Summary: form.Get("summary"), Body: form.Get("body"), Action: "/pages/new",
	}
	v.Title, v.Path, v.Problems = x.t("text.new"), v.Action, problems
	return x.show(status, "prose", v)
}

// newText makes a page of text, in Thai first.
func (x *exchange) newText() error {
	if err := x.textSent(); err != nil {
		return err
	}
	x.back = "/pages"
	name := x.posted("name")
	if err := x.nameFree(name); err != nil {
		text, told := x.told(err)
		if !told {
			return err
		}
		return x.showNewText(http.StatusBadRequest, x.r.PostForm, Problem{"name", text})
	}
	t := textAt{name: name, lang: catalog.TH, page: &catalog.Page{}}
	return x.keepText(t, gitrepo.Hash{})
}

// nameFree holds the name of a new page to its form, and to being nobody's.
func (x *exchange) nameFree(name string) error {
	if _, err := catalog.ParseSlug(name); err != nil {
		return err
	}
	f, err := x.Manuals.Frame()
	if err != nil {
		return err
	}
	if slices.Contains(catalog.ReservedPages, name) || f.HasPage(name, catalog.TH) || name == "new" {
		return fault.New(fault.Invalid, fault.Textf("/%s/ มีหน้าอื่นใช้อยู่แล้ว", "/%s/ is the address of another page.", name), fault.Text{TH: "ตั้งชื่ออื่น", EN: "Choose another name."})
	}
	return nil
}

func (x *exchange) textPast() error {
	t, err := x.textPage()
	if err != nil {
		return err
	}
	return x.past(http.StatusOK, t.file(), t.url(), t.page.Title, []Link{x.link("/pages", "menu.pages")})
}

func (x *exchange) revertText() error {
	t, err := x.textPage()
	if err != nil {
		return err
	}
	return x.takeBack(t.file(), t.url(), t.page.Title, []Link{x.link("/pages", "menu.pages")})
}
