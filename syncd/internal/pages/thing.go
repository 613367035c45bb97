package pages

import (
	"cmp"
	"errors"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/form"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// sort is one of the four things that have a form of immediate effect. Its name
// begins the keys of its sentences.
type sort struct {
	name   string
	kind   form.Kind
	file   corpus.Kind
	path   string          // of its addresses: /points/{code}
	edit   rights.Action   // by which it is changed
	create rights.Action   // by which it is made, where its agency is
	public string          // of its address on the public site; "" where it has none
	more   []rights.Action // by which only some of its fields are changed
}

// The sorts.
var (
	agencySort  = sort{"agency", form.Agencies, corpus.AgencyFile, "/agencies/", rights.EditProfile, rights.EditStructure, "agency", []rights.Action{rights.EditStructure}}
	pointSort   = sort{"point", form.Points, corpus.PointFile, "/points/", rights.EditProfile, rights.EditStructure, "point", nil}
	processSort = sort{"process", form.Processes, corpus.ProcessFile, "/processes/", rights.EditProcess, rights.EditProcess, "", nil}
	serviceSort = sort{"service", form.Services, corpus.ServiceFile, "/services/", rights.EditService, rights.EditService, "service", nil}
)

// thing is an agency, a point, a process or another service that is written in a
// form.
type thing struct {
	sort
	sheet immediate.Sheet // zero of what is new
	value any
	id    string               // "" of what is new
	home  catalog.AgencyCode   // of an agency itself, of the others the one that they belong to; of a new agency the one above
	chain []catalog.AgencyCode // home and those above it, as the folders of the content have it: those of this moment too
	name  page.Words
}

func (t thing) fresh() bool { return t.id == "" }

// url is its address with something behind it.
func (t thing) url(more string) string { return t.path + t.id + more }

// at is where its form stands.
func (t thing) at() string {
	switch {
	case !t.fresh():
		return t.url("/edit")
	case t.file == corpus.AgencyFile && t.home == "":
		return t.path + "new"
	case t.file == corpus.AgencyFile:
		return t.path + "new?above=" + string(t.home)
	}
	return t.path + "new?unit=" + string(t.home)
}

// back is the page that one comes from, and goes to once all is done.
func (t thing) back() string {
	switch {
	case t.file == corpus.PointFile && !t.fresh():
		return t.url("")
	case t.home == "":
		return "/structure"
	}
	return structureURL(t.home)
}

// thing finds what an address names, for who may change it. Whatever else it is, is
// not there.
func (x *exchange) thing(s sort) (t thing, err error) {
	x.back = "/structure"
	t.sort, t.id = s, cmp.Or(x.r.PathValue("code"), x.r.PathValue("id"))
	at, err := x.Direct.File(t.id)
	if err == nil && at.Kind != s.file {
		err = noThing()
	}
	if err == nil {
		t.sheet, err = x.Direct.Open(x.by(), at.Path)
	}
	if missing(err) || errors.Is(err, fault.Forbidden) {
		return t, noThing()
	}
	if err != nil {
		return t, err
	}
	t.value, t.home, t.name, t.chain = t.sheet.Value, at.Owner, x.text(nameOf(t.sheet.Value)), chainOf(at)
	if s.file == corpus.AgencyFile {
		t.home = catalog.AgencyCode(t.id)
	}
	if !slices.ContainsFunc(append([]rights.Action{s.edit}, s.more...), func(a rights.Action) bool { return x.mayDo(t, a) }) {
		return t, noThing()
	}
	t.kind = t.kind.Without(x.closedFields(t)...)
	return t, nil
}

// chainOf are the agency that a file belongs to and those above it, by its folders.
func chainOf(at corpus.File) []catalog.AgencyCode {
	var out []catalog.AgencyCode
	for part := range strings.SplitSeq(path.Dir(at.Path), "/") {
		if part != "agencies" && part != "." && !slices.Contains(catalog.Reserved, part) {
			out = append(out, catalog.AgencyCode(part))
		}
	}
	slices.Reverse(out)
	return out
}

// mayDo reports whether the person may do something to a thing.
func (x *exchange) mayDo(t thing, a rights.Action) bool {
	target := rights.Target{Chain: t.chain}
	if t.file == corpus.PointFile {
		target.Point = catalog.PointCode(t.id)
	}
	return x.by().May(a, target) == nil
}

// agencyFields are the fields of an agency that another right opens than that of its
// profile.
var agencyFields = map[rights.Action][]string{
	rights.EditStructure: {"name", "kind", "org_code"},
	rights.EditSettings:  {"licence_reports"},
	rights.EditProfile:   {"short_name", "province", "about", "contact", "address", "publish_scores"},
}

// closedFields are those that the person may not change, or that stand fast.
func (x *exchange) closedFields(t thing) []string {
	if t.file != corpus.AgencyFile {
		return nil
	}
	var out []string
	if !t.fresh() {
		out = append(out, "code")
	}
	for a, fields := range agencyFields {
		if !x.mayDo(t, a) {
			out = append(out, fields...)
		}
	}
	return out
}

// newThing is what an address would make, for who may make it there.
func (x *exchange) newThing(s sort) (t thing, err error) {
	x.back = "/structure"
	t.sort, t.value = s, s.kind.New()
	field := "unit"
	if s.file == corpus.AgencyFile {
		field = "above"
	}
	t.home = catalog.AgencyCode(x.asked(field))
	if t.home == "" && s.file == corpus.AgencyFile {
		if !x.by().MayAnywhere(rights.IssueFirst) {
			return t, noThing()
		}
		return t, nil
	}
	at, err := x.Direct.File(string(t.home))
	t.chain = chainOf(at)
	if missing(err) || err == nil && (at.Kind != corpus.AgencyFile || !x.mayDo(t, s.create)) {
		return t, noThing()
	}
	switch s.file {
	case corpus.AgencyFile:
		t.kind = t.kind.Without(x.closedFields(t)...)
	case corpus.PointFile:
		t.kind = t.kind.Without("photos") // they are named by the point's code, which it has once it is there
	}
	return t, err
}

func noThing() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบรายการนี้ หรือบัญชีนี้แก้ไขไม่ได้", EN: "It is not there, or this account may not change it"},
		fault.Text{TH: "กลับไปเลือกจากรายการ", EN: "Go back and choose it from the list."})
}

// nameOf is what a thing is called.
func nameOf(value any) catalog.Text {
	switch v := value.(type) {
	case *catalog.Agency:
		return v.Name
	case *catalog.Point:
		return v.Name
	case *catalog.Process:
		return v.Title
	case *catalog.Service:
		return v.Title
	}
	return catalog.Text{}
}

// thingShell is what stands around a page of a thing.
func (x *exchange) thingShell(layout string, t thing) Shell {
	crumbs := []Link{x.link("/structure", "menu.agencies")}
	if t.home != "" {
		crumbs = append(x.way(t.home, x.touches()), Link{structureURL(t.home), x.agency(t.home).Text})
	}
	if !t.fresh() && t.file == corpus.PointFile {
		crumbs = append(crumbs, Link{t.url(""), t.name.Text})
	}
	if !t.fresh() && layout != "thing" && t.file != corpus.AgencyFile && t.file != corpus.PointFile {
		crumbs = append(crumbs, Link{t.at(), t.name.Text})
	}
	return x.shell(layout, crumbs...)
}
