package site

import (
	"runtime"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/thai"
)

func workers() int { return runtime.GOMAXPROCS(0) }

func itoa(n int) string { return strconv.Itoa(n) }

// perPage is how many entries a page of a long list holds.
const perPage = 100

// pages lists every page of the site.
func (b *builder) pages() []job {
	var jobs []job
	for _, pb := range b.langs {
		w := &writer{builder: b, Builder: pb, en: pb.Lang == catalog.EN}
		w.entrances()
		w.objects()
		w.lists()
		jobs = append(jobs, w.jobs...)
	}
	return jobs
}

// writer collects the pages of one language.
type writer struct {
	*builder
	*page.Builder
	en   bool
	jobs []job
}

func (w *writer) add(s page.Shell, data func() any) {
	w.jobs = append(w.jobs, job{s, data})
}

// shell begins a page of the interface.
func (w *writer) shell(layout, path, key string) page.Shell {
	description := w.Words(w.portal.Site.Tagline).Text
	if key != "home" {
		description = w.Msg("description." + key)
	}
	s := w.Shell(layout, path, page.Words{Text: w.Msg("title." + key)}, description)
	w.searchable(&s)
	if slices.Contains(searching, layout) {
		s.Site.Search = w.search
	}
	return s
}

// searching are the layouts on which people search first of all: they name the
// index itself. The others name the file that names it, so that they stay as
// they are when the index changes.
var searching = []string{"home", "search", "notfound", "offline", "saved"}

// searchable gives the page of an object the address of the search index.
func (w *writer) searchable(s *page.Shell) { s.Site.Search = w.base + searchPointer }

// entrances are the pages that stand by themselves.
func (w *writer) entrances() {
	home := w.shell("home", "/", "home")
	home.Crumbs = nil
	categories := w.counted("category")
	w.add(home, func() any {
		return w.home(home, categories)
	})
	search := w.shell("search", "/search/", "search")
	w.add(search, func() any { return Search{search, categories} })
	near := w.shell("near", "/near/", "near")
	w.add(near, func() any { return Near{near, w.provinces(), w.base + tilesIndex} })
	saved := w.shell("saved", "/saved/", "saved")
	saved.NoIndex = true
	w.add(saved, func() any { return Saved{saved} })
	offline := w.shell("offline", "/offline/", "offline")
	offline.NoIndex = true
	w.add(offline, func() any { return Offline{offline} })
	missing := w.shell("notfound", "/404.html", "notfound")
	missing.NoIndex = true
	w.add(missing, func() any { return NotFound{missing, categories} })
	data := w.shell("data", "/data/", "data")
	w.add(data, func() any { return Data{data, w.dataFiles()} })
	holidays := w.shell("holidays", "/holidays/", "holidays")
	w.add(holidays, func() any { return Holidays{holidays, w.holidayYears()} })
	w.texts()
}

// home is the first page. It counts what a visitor can find: no withdrawn
// manual, no hidden point, no retired agency.
func (w *writer) home(s page.Shell, categories []Counted) Home {
	h := Home{Shell: s, Categories: categories, Groups: w.counted("group")}
	for _, m := range w.portal.Manuals {
		if !m.Withdrawn.IsGiven() {
			h.Manuals++
		}
	}
	for _, pt := range w.portal.Points {
		if pt.Visible() {
			h.Points++
		}
	}
	for _, a := range w.portal.Agencies {
		if !a.Retired.IsGiven() {
			h.Agencies++
		}
	}
	return h
}

// texts are the pages of text, in this language where they are written in it.
func (w *writer) texts() {
	for _, p := range w.portal.Pages {
		if p.Lang != w.Lang && w.portal.HasPage(p.Name, w.Lang) {
			continue
		}
		s := w.Shell("text", "/"+p.Name+"/", page.Words{Text: p.Title}, p.Summary)
		w.add(s, func() any {
			t := w.Text(p)
			w.searchable(&t.Shell)
			return t
		})
	}
}

// objects are the pages of agencies, points, manuals and services; in English
// of those whose name or title is English.
func (w *writer) objects() {
	for _, a := range w.portal.Agencies {
		if a.Name.Has(w.Lang) {
			w.object("/agency/"+string(a.Code)+"/", func() any { p := w.Agency(a); w.searchable(&p.Shell); return p })
		}
	}
	for _, pt := range w.portal.Points {
		if pt.Visible() && pt.Name.Has(w.Lang) {
			w.object("/point/"+string(pt.Code)+"/", func() any { p := w.Point(pt); w.searchable(&p.Shell); return p })
		}
	}
	for _, m := range w.portal.Manuals {
		if m.Title.Has(w.Lang) {
			w.object("/procedure/"+string(m.ID)+"/", func() any { p := w.Manual(m); w.searchable(&p.Shell); return p })
		}
	}
	for _, s := range w.portal.Services {
		if s.Title.Has(w.Lang) {
			w.object("/service/"+string(s.ID)+"/", func() any { p := w.Service(s); w.searchable(&p.Shell); return p })
		}
	}
}

func (w *writer) object(path string, data func() any) {
	if w.en {
		path = "/en" + path
	}
	w.add(page.Shell{Path: path}, data)
}

// labelKind is a kind of label with its list.
func (w *writer) labels(kind string) []catalog.Label {
	switch kind {
	case "category":
		return w.portal.Labels.Categories
	case "group":
		return w.portal.Labels.Groups
	}
	return w.portal.Labels.Tags
}

// under returns the manuals and services that bear a label, in the order of
// the dictionary; withdrawn manuals stand in no list.
func (w *writer) under(kind string, slug catalog.Slug) (manuals []*catalog.Manual, services []*catalog.Service) {
	bears := func(categories, groups, tags []catalog.Slug) bool {
		used := map[string][]catalog.Slug{"category": categories, "group": groups, "tag": tags}[kind]
		return slices.ContainsFunc(used, func(s catalog.Slug) bool { return w.current(s) == slug })
	}
	for _, m := range w.portal.Manuals {
		if !m.Withdrawn.IsGiven() && bears(m.Categories, m.Groups, m.Tags) {
			manuals = append(manuals, m)
		}
	}
	for _, s := range w.portal.Services {
		if bears(s.Categories, s.Groups, s.Tags) {
			services = append(services, s)
		}
	}
	return manuals, services
}

// current follows the alias of a renamed label.
func (w *writer) current(s catalog.Slug) catalog.Slug {
	if now, renamed := w.portal.Labels.Aliases[s]; renamed {
		return now
	}
	return s
}

func (w *writer) counted(kind string) []Counted {
	var out []Counted
	for _, l := range w.labels(kind) {
		m, s := w.under(kind, l.Slug)
		out = append(out, Counted{w.LabelLink(kind, l), len(m) + len(s)})
	}
	return out
}

// lists are the pages of labels and the list of agencies.
func (w *writer) lists() {
	for _, kind := range []string{"category", "group", "tag"} {
		for _, l := range w.labels(kind) {
			w.label(kind, l)
		}
	}
	s := w.shell("agencies", "/agencies/", "agencies")
	w.add(s, func() any {
		return Agencies{s, w.letters(), w.tree(""), len(w.portal.Agencies)}
	})
}

func (w *writer) label(kind string, l catalog.Label) {
	manuals, services := w.under(kind, l.Slug)
	total := len(manuals) + len(services)
	pages := max(1, (total+perPage-1)/perPage)
	link := w.LabelLink(kind, l)
	for n := 1; n <= pages; n++ {
		path := pagePath(kind, l.Slug, n)
		title := link.Text
		if n > 1 {
			title.Text = w.Msg("title.page", title.Text, n)
		}
		s := w.Shell("listing", path, title, w.Msg("description.listing", link.Text.Text, total))
		w.searchable(&s)
		w.add(s, func() any {
			return Listing{
				Shell: s, Kind: kind, KindIn: w.Msg("kind." + kind), Icon: l.Icon, Count: total,
				Entries: w.entries(manuals, services, (n-1)*perPage, n*perPage), Related: w.related(kind, l.Slug), Pager: w.pager(kind, l.Slug, n, pages),
			}
		})
	}
}

func pagePath(kind string, slug catalog.Slug, n int) string {
	if n == 1 {
		return "/" + kind + "/" + string(slug) + "/"
	}
	return "/" + kind + "/" + string(slug) + "/" + itoa(n) + "/"
}

func (w *writer) pager(kind string, slug catalog.Slug, n, pages int) Pager {
	p := Pager{Page: n, Pages: pages}
	if n > 1 {
		p.Prev = w.To(pagePath(kind, slug, n-1))
	}
	if n < pages {
		p.Next = w.To(pagePath(kind, slug, n+1))
	}
	return p
}

// entries are the manuals and, after them, the services from one place of the
// list to another.
func (w *writer) entries(manuals []*catalog.Manual, services []*catalog.Service, from, to int) []page.Entry {
	var out []page.Entry
	for i := from; i < min(to, len(manuals)+len(services)); i++ {
		if i < len(manuals) {
			out = append(out, w.ManualEntry(manuals[i]))
		} else {
			out = append(out, w.ServiceEntry(services[i-len(manuals)]))
		}
	}
	return out
}

func (w *writer) related(kind string, slug catalog.Slug) []page.Link {
	if kind == "tag" {
		return nil
	}
	var out []page.Link
	for _, l := range w.labels(kind) {
		if l.Slug != slug {
			out = append(out, w.LabelLink(kind, l))
		}
	}
	return out
}

// letters is the ก–ฮ index: agencies by first consonant in Thai, by first
// letter in English.
func (w *writer) letters() []Letter {
	type named struct {
		a    *catalog.Agency
		name string
	}
	var all []named
	for _, a := range w.portal.Agencies {
		all = append(all, named{a, w.Words(a.Name).Text})
	}
	slices.SortStableFunc(all, func(a, b named) int { return thai.Compare(a.name, b.name) })
	var out []Letter
	for _, n := range all {
		initial := thai.Initial(n.name)
		if len(out) == 0 || out[len(out)-1].Letter != initial {
			out = append(out, Letter{ID: "letter-" + itoa(len(out)+1), Letter: initial})
		}
		last := &out[len(out)-1]
		last.Entries = append(last.Entries, w.AgencyEntry(n.a))
	}
	return out
}

func (w *writer) tree(parent catalog.AgencyCode) []Branch {
	var out []Branch
	for _, a := range w.portal.Children(parent) {
		out = append(out, Branch{
			Link: w.AgencyLink(a), Kind: w.Msg("agency_kind." + string(a.Kind)), Points: len(w.portal.PointsOf(a.Code)),
			Services: len(w.portal.ManualsOf(a.Code)) + len(w.portal.ServicesOf(a.Code)), Below: w.tree(a.Code),
		})
	}
	return out
}

func (w *writer) provinces() []Province {
	var out []Province
	for _, pr := range catalog.Provinces {
		p := Province{Code: pr.Code, Name: w.Words(pr.Name)}
		for _, pt := range w.portal.Points {
			if pt.Visible() && pt.Address.Province() == pr.Code {
				row := w.PointRow(pt)
				row.Week = nil
				p.Points = append(p.Points, row)
			}
		}
		if len(p.Points) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (w *writer) holidayYears() []HolidayYear {
	var out []HolidayYear
	for _, h := range w.portal.Holidays.All() {
		if be := h.Date.YearBE(); len(out) == 0 || out[len(out)-1].BE != be {
			year := itoa(h.Date.Year)
			if w.Lang == catalog.TH {
				year = itoa(be)
			}
			out = append(out, HolidayYear{BE: be, Year: year})
		}
		y := &out[len(out)-1]
		row := page.Row{Label: h.Date.ShortDay(string(w.Lang)), Value: w.Words(catalog.Text{TH: h.NameTH, EN: h.NameEN})}
		y.Rows = append(y.Rows, HolidayRow{row, w.provinceNames(h.Scope)})
	}
	slices.Reverse(out)
	return out
}

// provinceNames lists where a holiday holds; "" for the whole country.
func (w *writer) provinceNames(scope []string) string {
	var names []string
	for _, code := range scope {
		if p, ok := catalog.ProvinceByCode(code); ok {
			names = append(names, w.Words(p.Name).Text)
		}
	}
	return strings.Join(names, ", ")
}
