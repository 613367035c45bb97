package immediate

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/thai"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Work is a process or another service, as lists show it.
type Work struct {
	ID         string
	Kind       corpus.Kind // ProcessFile or ServiceFile
	Agency     catalog.AgencyCode
	Title      catalog.Text
	Licence    bool // of a process: it ends in a licence
	ReviewedOn calendar.Date
	Points     int // that serve the process, as the desk tells it

	path  string
	found string // what is searched
	key   []byte // sorts by title
}

// Office is an agency as lists show it.
type Office struct {
	Code        catalog.AgencyCode
	Name        catalog.Text
	ConfirmedOn calendar.Date
	Retired     bool

	found string // what is searched
	path  string
	chain []catalog.AgencyCode // itself first, as rights are asked for
}

func officeOf(at corpus.File, value any) *Office {
	o := &Office{Code: catalog.AgencyCode(at.Name), path: at.Path, chain: targetOf(at).Chain}
	if a, ok := value.(*catalog.Agency); ok {
		o.Name, o.ConfirmedOn, o.Retired = a.Name, a.ConfirmedOn, a.Retired.IsGiven()
	}
	o.Name.TH = cmp.Or(o.Name.TH, at.Name)
	o.found = searched(o.Name.TH, o.Name.EN, at.Name)
	return o
}

func workOf(at corpus.File, value any) *Work {
	w := &Work{ID: at.Name, Kind: at.Kind, Agency: at.Owner, path: at.Path}
	var names []string
	switch v := value.(type) {
	case *catalog.Process:
		w.Title, w.Licence, w.ReviewedOn = v.Title, v.Licence, v.ReviewedOn
	case *catalog.Service:
		w.Title, w.ReviewedOn = v.Title, v.ReviewedOn
		names = v.CommonNames.Value
	}
	w.Title.TH = cmp.Or(w.Title.TH, at.Name)
	w.found, w.key = searched(append([]string{w.Title.TH, w.Title.EN, at.Name}, names...)...), thai.SortKey(w.Title.TH)
	return w
}

// searched is what words are looked for in.
func searched(said ...string) string {
	for i := range said {
		said[i] = thai.Normalize(said[i])
	}
	return strings.Join(said, "\x00")
}

// holds reports whether each word is in what is searched.
func holds(found string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(found, w) })
}

func workOrder(a, b *Work) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), bytes.Compare(a.key, b.key), cmp.Compare(a.ID, b.ID))
}

// WorkFilter says which processes or other services are wanted. Zero fields do not
// restrict.
type WorkFilter struct {
	Kind     corpus.Kind // ProcessFile or ServiceFile
	Agency   catalog.AgencyCode
	Below    bool   // with those of all agencies below
	Text     string // words, each of which a title, a common name or the id holds
	Licence  bool   // only processes that end in a licence
	Ordinary bool   // only those that do not
	Due      bool   // only processes whose review is due, or soon
	Unlinked bool   // only processes that no point serves
	Offset   int
	Limit    int
}

// reading is by which right lists of processes and of services are cut: who may
// change or link them sees them.
var reading = map[corpus.Kind][]rights.Action{
	corpus.ProcessFile: {rights.EditProcess, rights.Link},
	corpus.ServiceFile: {rights.EditService},
}

// Works returns a page of the processes or other services that a filter lets
// through and that are of agencies for which the officer may change or link them,
// by title, and how many they are.
func (d *Desk) Works(by staff.Acting, f WorkFilter) (page []Work, all int, err error) {
	_, release, err := d.now()
	if err != nil {
		return nil, 0, err
	}
	defer release()
	within, err := d.index.within(f.Agency, f.Below)
	if err != nil {
		return nil, 0, err
	}
	words, today := strings.Fields(thai.Normalize(f.Text)), calendar.DateOf(d.Now())
	reads := d.index.readers(by, f.Kind)
	for _, w := range d.index.titled.list {
		if w.Kind != f.Kind || !within(w.Agency, w.path) || !d.index.lets(f, w, today) || !holds(w.found, words) || !reads(w.Agency) {
			continue
		}
		if all++; all > f.Offset && len(page) < f.Limit {
			one := *w
			one.Points = len(d.index.processes[catalog.ProcessID(w.ID)])
			page = append(page, one)
		}
	}
	return page, all, nil
}

// readers tells of which agencies an officer sees processes or services: of those
// for which it may change or link them, be it for one point alone.
func (x *index) readers(by staff.Acting, k corpus.Kind) func(catalog.AgencyCode) bool {
	var covers []rights.Cover
	for _, a := range reading[k] {
		covers = append(covers, by.Cover(a))
	}
	return func(c catalog.AgencyCode) bool {
		chain := x.chain(c)
		return slices.ContainsFunc(covers, func(o rights.Cover) bool { return o.Touches(chain) })
	}
}

// lets reports whether a filter lets a process or service through, but for its
// agency and words.
func (x *index) lets(f WorkFilter, w *Work, today calendar.Date) bool {
	return (!f.Licence || w.Licence) && (!f.Ordinary || !w.Licence) &&
		(!f.Due || Reviewed(w.ReviewedOn, today) != Fresh) &&
		(!f.Unlinked || len(x.processes[catalog.ProcessID(w.ID)]) == 0)
}

// Work returns a process or another service for an officer who may see it in a
// list, with what it holds. Others are told that there is none.
func (d *Desk) Work(by staff.Acting, kind corpus.Kind, id string) (w Work, value any, err error) {
	content, release, err := d.now()
	if err != nil {
		return w, nil, err
	}
	defer release()
	one := d.index.works[id]
	if one == nil || one.Kind != kind || !d.index.readers(by, kind)(one.Agency) {
		return w, nil, gone()
	}
	at, _ := corpus.FileAt(one.path)
	w = *one
	w.Points = len(d.index.processes[catalog.ProcessID(id)])
	value, _, err = at.Read(d.Ledger.Repo.FS(content))
	return w, value, err
}
