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

// workers is how many goroutines make pages: more than there are processors,
// so that while one waits for the disk another one computes.
func workers() int { return 2 * runtime.GOMAXPROCS(0) }

func itoa(n int) string { return strconv.Itoa(n) }

// mostInline is how many agencies the page of all agencies lists itself. In a
// larger portal it leads to pages by letter, and shows of the structure the
// uppermost level, and the second one where that has few: a province alone has a
// hundred local governments, and their names would be a page of megabytes.
const (
	mostInline = 400
	mostBelow  = 40 // agencies below one that are few
)

// writer makes the pages of one language that are no object's.
type writer struct {
	*builder
	*page.Builder
	ls     *lists
	totals *totals
}

// writeEntrances writes the pages that stand by themselves, in all languages.
// There are few of them, and every build makes them anew.
func (b *builder) writeEntrances(ls *lists, t *totals) error {
	for _, pb := range b.langs {
		w := &writer{b, pb, ls, t}
		if err := w.entrances(); err != nil {
			return err
		}
		if err := w.texts(); err != nil {
			return err
		}
	}
	for _, r := range b.labelRedirects() {
		from, to := strings.TrimPrefix(r.From, b.base), strings.TrimPrefix(r.To, b.base)
		pb := b.langs[0]
		if rest, english := strings.CutPrefix(from, "/en/"); english {
			pb, from = b.langs[len(b.langs)-1], "/"+rest
		}
		if err := b.writeMoved(pb, from, to); err != nil {
			return err
		}
	}
	return nil
}

// shell begins a page of the interface.
func (w *writer) shell(layout, path, key string) page.Shell {
	description := w.Words(w.frame.Site.Tagline).Text
	if key != "home" {
		description = w.Msg("description." + key)
	}
	s := w.Shell(layout, path, page.Words{Text: w.Msg("title." + key)}, description)
	if slices.Contains(searching, layout) {
		s.Site.Search = w.search
	}
	return s
}

// searching are the layouts on which people search first of all: they name the
// index itself. The others name the file that names it, so that they stay as
// they are when the index changes.
var searching = []string{"home", "search", "notfound", "offline", "saved"}

// show writes a page and lists it for search engines.
func (w *writer) show(data any) error {
	if s := shellOf(data); !s.NoIndex {
		w.listed = append(w.listed, s.Path)
	}
	w.sum.Pages++
	return w.render(data)
}

func (w *writer) entrances() error {
	categories, err := w.counted("category")
	if err != nil {
		return err
	}
	groups, err := w.counted("group")
	if err != nil {
		return err
	}
	provinces, err := w.provinces()
	if err != nil {
		return err
	}
	agencies, err := w.agencies()
	if err != nil {
		return err
	}
	home := w.shell("home", "/", "home")
	home.Crumbs = nil
	saved, offline, missing := w.shell("saved", "/saved/", "saved"), w.shell("offline", "/offline/", "offline"), w.shell("notfound", "/404.html", "notfound")
	saved.NoIndex, offline.NoIndex, missing.NoIndex = true, true, true
	for _, data := range []any{
		Home{Shell: home, Categories: categories, Groups: groups, Manuals: w.totals.Shown[aManual], Points: w.totals.Shown[aPoint], Agencies: w.totals.Shown[anAgency]},
		Search{w.shell("search", "/search/", "search"), categories},
		Near{w.shell("near", "/near/", "near"), provinces, w.base + tilesIndex},
		Delay{w.shell("delay", "/delay/", "delay"), strings.TrimRight(w.frame.Site.Service, "/")},
		Saved{saved}, Offline{offline}, NotFound{missing, categories},
		Data{w.shell("data", "/data/", "data"), w.dataFiles()},
		Holidays{w.shell("holidays", "/holidays/", "holidays"), w.holidayYears()},
		agencies,
	} {
		if err := w.show(data); err != nil {
			return err
		}
	}
	return nil
}

// texts are the pages of text, in this language where they are written in it.
func (w *writer) texts() error {
	for _, p := range w.frame.Pages {
		if p.Lang != w.Lang && w.frame.HasPage(p.Name, w.Lang) {
			continue
		}
		if err := w.show(w.Text(p, w.sizes("pages/"+p.Name))); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) counted(kind string) ([]Counted, error) {
	var out []Counted
	for _, l := range w.labels(kind) {
		n, err := w.ls.count(labelList(kind, string(l.Slug)))
		if err != nil {
			return nil, err
		}
		out = append(out, Counted{w.LabelLink(kind, l), n})
	}
	return out, nil
}

// labels are those of a kind.
func (b *builder) labels(kind string) []catalog.Label {
	for _, k := range labelKinds {
		if k.name == kind {
			return k.all(&b.frame.Labels)
		}
	}
	return nil
}

// provinces are those that have points.
func (w *writer) provinces() ([]Province, error) {
	var out []Province
	for _, pr := range catalog.Provinces {
		n, err := w.ls.count(provinceList(pr.Code))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, Province{page.Link{URL: w.To("/near/" + pr.Code + "/"), Text: w.Words(pr.Name)}, n})
		}
	}
	return out, nil
}

// agencies is the page of all agencies.
func (w *writer) agencies() (Agencies, error) {
	p := Agencies{Shell: w.shell("agencies", "/agencies/", "agencies"), Count: w.totals.Objects[anAgency]}
	var err error
	if p.Letters, err = w.letters(p.Count <= mostInline); err != nil {
		return p, err
	}
	deep, most := 1, mostBelow
	if p.Count <= mostInline {
		deep, most = mostAbove, p.Count
	}
	p.Tree, err = w.tree("", deep, most)
	return p, err
}

// letters is the ก–ฮ index: agencies by first consonant in Thai, by first
// letter in English.
func (w *writer) letters(inline bool) ([]Letter, error) {
	var out []Letter
	for _, key := range letterKeys() {
		list := letterList(string(w.Lang), key)
		n, err := w.ls.count(list)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		l := Letter{ID: "letter-" + key, Letter: letterOf(key), Count: n, URL: w.To("/agencies/" + key + "/")}
		if inline {
			l.URL = "#" + l.ID
			places, err := w.ls.all(list, 0)
			if err != nil {
				return nil, err
			}
			if l.Entries, err = w.agencyEntries(places); err != nil {
				return nil, err
			}
			slices.SortStableFunc(l.Entries, func(a, b page.Entry) int { return thai.Compare(a.Text.Text, b.Text.Text) })
		}
		out = append(out, l)
	}
	return out, nil
}

func (w *writer) agencyEntries(places []place) ([]page.Entry, error) {
	var out []page.Entry
	for _, p := range places {
		a, err := known[*agencyCard](w.shelf, p)
		if err != nil {
			return nil, err
		}
		above, err := w.shelf.name(a.Agency.Parent)
		if err != nil {
			return nil, err
		}
		out = append(out, w.AgencyEntry(&a.Agency, above))
	}
	return out, nil
}

// tree is the structure below an agency, so many levels deep. Of one with more
// agencies below it than most, and at the deepest level, it tells their number.
func (w *writer) tree(parent string, deep, most int) ([]Branch, error) {
	places, err := w.ls.all(ownList(parent, ownChildren), 0)
	if err != nil {
		return nil, err
	}
	var out []Branch
	for _, p := range places {
		a, err := known[*agencyCard](w.shelf, p)
		if err != nil {
			return nil, err
		}
		br := Branch{Link: w.AgencyLink(&a.Agency), Kind: w.Msg("agency_kind." + string(a.Agency.Kind))}
		for _, part := range []struct {
			list string
			n    *int
		}{{ownPoints, &br.Points}, {ownManuals, &br.Services}, {ownServices, &br.Services}, {ownChildren, &br.Offices}} {
			n, err := w.ls.count(ownList(p.id(), part.list))
			if err != nil {
				return nil, err
			}
			*part.n += n
		}
		if deep > 0 && br.Offices <= most {
			br.Offices = 0
			if br.Below, err = w.tree(p.id(), deep-1, most); err != nil {
				return nil, err
			}
		}
		out = append(out, br)
	}
	return out, nil
}

func (w *writer) holidayYears() []HolidayYear {
	var out []HolidayYear
	for _, h := range w.frame.Holidays.All() {
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

// letterKey names, in an address, the letter under which an index lists a
// name: ก is "th-01", A is "a", anything else "other".
func letterKey(name string) string {
	r := []rune(thai.Initial(name))
	switch {
	case len(r) == 1 && r[0] >= 'ก' && r[0] <= 'ฮ':
		n := itoa(int(r[0]-'ก') + 1)
		return "th-" + strings.Repeat("0", 2-len(n)) + n
	case len(r) == 1 && r[0] >= 'A' && r[0] <= 'Z':
		return string(r[0] - 'A' + 'a')
	}
	return "other"
}

// letterKeys lists all keys in the order of the index.
func letterKeys() []string {
	keys := []string{"other"}
	for r := 'ก'; r <= 'ฮ'; r++ {
		keys = append(keys, letterKey(string(r)))
	}
	for r := 'a'; r <= 'z'; r++ {
		keys = append(keys, string(r))
	}
	return keys
}

// letterOf is the letter behind a key.
func letterOf(key string) string {
	if n, ok := strings.CutPrefix(key, "th-"); ok {
		i, _ := strconv.Atoi(n)
		return string('ก' + rune(i) - 1)
	}
	if key == "other" {
		return "#"
	}
	return strings.ToUpper(key)
}
