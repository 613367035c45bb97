package pages

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

const (
	pointsAtOnce = 50  // points that one page shows
	mostBelow    = 100 // agencies below one that are listed; the others are searched for
)

// structureView is จัดการหน่วยงาน: the agencies of which the person may change
// anything, and of one its points.
type structureView struct {
	Shell
	Unit   Unit
	Chosen page.Words // the agency that is looked at; "" at the top
	Code   string
	Below  []Choice
	More   int // agencies below beyond those listed
	Points []PointRow
	All    int // points
	Late   int // points that nobody confirmed for a year
	Pager  Pager
	Own    *OwnAgency // nil for who may not edit its profile
	Acts   []Act      // what else the person may do with the agency
}

// Act leads to something that a person may do.
type Act struct {
	Link
	Icon string
}

// OwnAgency is what is done at once with an agency that is looked at.
type OwnAgency struct {
	Query     string // of the address: which agency
	Confirmed Confirmed
	Shuts     []ShutRow
	Shut      Days
}

// PointRow is a point in the list.
type PointRow struct {
	URL       string
	Name      page.Words
	Code      string
	Status    PointState
	Confirmed Confirmed
	Serves    int
}

// PointState is whether a point is shown, with the tone of its mark: good, warn,
// bad or "".
type PointState struct{ Tone, Text string }

// Confirmed is when a profile was last said to be right, and what is to be done.
type Confirmed struct {
	Day  Moment
	Mark string // late after a year or never, soon after eleven months, else ""
}

// touching are the rights by which anything of an agency or a point is changed.
var touching = []rights.Action{rights.EditProfile, rights.ShowPoint, rights.Link}

// touchesAny reports whether the person may change anything of some agency or point.
func (x *exchange) touchesAny() bool {
	return slices.ContainsFunc(touching, x.by().MayAnywhere)
}

// touches tells of which agencies the person may change something, be it of one
// of their points alone.
func (x *exchange) touches() func(catalog.AgencyCode) bool {
	var covers []rights.Cover
	for _, a := range touching {
		covers = append(covers, x.by().Cover(a))
	}
	return func(c catalog.AgencyCode) bool {
		chain := x.pointTarget(c, "").Chain
		return slices.ContainsFunc(covers, func(o rights.Cover) bool { return o.Touches(chain) })
	}
}

// topmost are the agencies that the person begins with: those it reaches without
// reaching the one above.
func (x *exchange) topmost(may func(catalog.AgencyCode) bool) []*catalog.Agency {
	var out []*catalog.Agency
	for _, a := range touching {
		scopes, everywhere := x.by().Range(a)
		if everywhere {
			return x.Structure.Children("")
		}
		for _, s := range scopes {
			if one, ok := x.Structure.Agency(s.Scope.Agency); ok && (one.Parent == "" || !may(one.Parent)) && !slices.Contains(out, one) {
				out = append(out, one)
			}
		}
	}
	slices.SortFunc(out, func(a, b *catalog.Agency) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return out
}

func (x *exchange) structurePage() error { return x.showStructure(http.StatusOK) }

func (x *exchange) showStructure(status int, problems ...Problem) error {
	may := x.touches()
	u, wrong := x.unitAmong(may)
	u.Find = "/structure/find"
	v := structureView{Unit: u, Shell: x.shell("structure")}
	if wrong != "" {
		problems = append(problems, Problem{"unit", wrong})
	}
	v.Problems = problems
	if u.Typed != "" && u.Code == "" {
		return x.show(status, "structure", v)
	}
	below := x.topmost(may)
	if u.Code != "" {
		if err := x.intoAgency(&v, may); err != nil {
			return err
		}
		below = slices.DeleteFunc(slices.Clone(x.Structure.Children(u.Code)), func(a *catalog.Agency) bool { return !may(a.Code) })
	}
	v.More = max(len(below)-mostBelow, 0)
	for _, a := range below[:len(below)-v.More] {
		v.Below = append(v.Below, x.agencyChoice(a))
	}
	return x.show(status, "structure", v)
}

// agencyChoice is an agency with the address of its page.
func (x *exchange) agencyChoice(a *catalog.Agency) Choice {
	return Choice{URL: structureURL(a.Code), Name: x.text(a.Name), Code: string(a.Code)}
}

func structureURL(c catalog.AgencyCode) string { return "/structure?unit=" + string(c) }

func pointURL(c catalog.PointCode) string { return "/points/" + string(c) }

// intoAgency shows the agency that is named, what stands above, and its points.
func (x *exchange) intoAgency(v *structureView, may func(catalog.AgencyCode) bool) error {
	code := v.Unit.Code
	v.Chosen, v.Code, v.Crumbs = x.agency(code), string(code), x.way(code, may)
	v.Title, v.Path = v.Chosen.Text, structureURL(code)
	if a, err := x.agencyToEdit(code); err == nil {
		v.Own = &OwnAgency{Query: "?unit=" + string(code), Confirmed: x.confirmed(a.ConfirmedOn), Shuts: x.shutsOf(a.Closures, "/structure/closure/remove?unit="+string(code)), Shut: x.daysForm("shut", catalog.Closure{}, v.Shell)}
	} else if !missing(err) && !errors.Is(err, fault.Forbidden) {
		return err
	}
	v.Acts = x.agencyActs(code)
	points, err := x.Direct.Points(immediate.PointFilter{Agency: code})
	if err != nil && !missing(err) { // an agency that has come this moment has none
		return err
	}
	points = slices.DeleteFunc(points, func(p immediate.Point) bool { return !x.mayTouch(p) })
	for _, p := range points {
		if x.confirmed(p.ConfirmedOn).Mark == "late" && visible(p.Status) {
			v.Late++
		}
	}
	at := x.offset(pointsAtOnce)
	v.All, v.Pager = len(points), x.pager(at, pointsAtOnce, len(points))
	for _, p := range points[min(at, len(points)):min(at+pointsAtOnce, len(points))] {
		v.Points = append(v.Points, PointRow{
			URL: pointURL(p.Code), Name: x.text(p.Name), Code: string(p.Code), Status: x.pointState(p.Status),
			Confirmed: x.confirmed(p.ConfirmedOn), Serves: len(p.Manuals),
		})
	}
	return nil
}

// agencyActs are what a person may do with an agency beside what its page offers.
func (x *exchange) agencyActs(code catalog.AgencyCode) (out []Act) {
	by, t, at := x.by(), x.pointTarget(code, ""), "/agencies/"+string(code)
	add := func(a rights.Action, url, key, icon string) {
		if by.May(a, t) == nil {
			out = append(out, Act{x.link(url, key), icon})
		}
	}
	add(rights.EditProfile, at+"/edit", "structure.edit", "pen")
	add(rights.EditProfile, at+"/hours", "structure.hours", "clock")
	add(rights.EditStructure, "/points/new?unit="+string(code), "structure.point.new", "plus")
	add(rights.EditStructure, "/agencies/new?above="+string(code), "structure.agency.new", "plus")
	add(rights.Link, "/processes?unit="+string(code), "works.process", "grid")
	add(rights.EditService, "/services?unit="+string(code), "menu.services", "counter")
	add(rights.EditProfile, at+"/history", "work.history", "history")
	add(rights.Reorganise, reorganiseURL(code), "reorganise.title", "building")
	add(rights.EditStructure, at+"/retire", "structure.retire", "trash")
	return out
}

// agencyToEdit is an agency as it is published, for who may edit its profile.
func (x *exchange) agencyToEdit(code catalog.AgencyCode) (*catalog.Agency, error) {
	at, err := x.Direct.File(string(code))
	if err != nil {
		return nil, err
	}
	if err := x.by().May(rights.EditProfile, x.pointTarget(code, "")); err != nil {
		return nil, err
	}
	s, err := x.Direct.Open(x.by(), at.Path)
	if err != nil {
		return nil, err
	}
	a, ok := s.Value.(*catalog.Agency)
	if !ok {
		return nil, notHere()
	}
	return a, nil
}

// ownAgency is the agency that the address names, for who may edit its profile.
func (x *exchange) ownAgency() (*catalog.Agency, error) {
	x.back = "/structure"
	u, _ := x.unitAmong(x.touches())
	if u.Code == "" {
		return nil, notHere()
	}
	return x.agencyToEdit(u.Code)
}

// closeAgency announces that an agency with all its points is closed on some days.
func (x *exchange) closeAgency() error {
	if err := x.form(); err != nil {
		return err
	}
	a, err := x.ownAgency()
	if err != nil {
		return err
	}
	c, problems := x.days("shut")
	if len(problems) > 0 {
		return x.showStructure(http.StatusBadRequest, problems...)
	}
	_, err = x.Direct.Close(x.ctx(), x.by(), string(a.Code), c, "")
	return x.agencySettled(a, "shut-from", err, "flash.point.shut")
}

// confirmAgency says that the profile of an agency is right as it stands.
func (x *exchange) confirmAgency() error {
	a, err := x.ownAgency()
	if err != nil {
		return err
	}
	_, err = x.Direct.Confirm(x.ctx(), x.by(), string(a.Code))
	return x.agencySettled(a, "confirm", err, "flash.point.confirmed")
}

func (x *exchange) agencySettled(a *catalog.Agency, field string, err error, said string) error {
	if problems, told := x.unlawful(err, field); told {
		return x.showStructure(statusOf(err), problems...)
	}
	if err != nil {
		return err
	}
	return x.done(structureURL(a.Code), said, x.text(a.Name).Text)
}

// way leads to an agency from above, the agency itself left out: as far up as the
// person reaches.
func (x *exchange) way(code catalog.AgencyCode, may func(catalog.AgencyCode) bool) []Link {
	var out []Link
	for a, ok := x.Structure.Agency(code); ok && a.Parent != "" && may(a.Parent); {
		if a, ok = x.Structure.Agency(a.Parent); ok {
			out = append(out, Link{structureURL(a.Code), x.text(a.Name).Text})
		}
	}
	out = append(out, x.link("/structure", "menu.agencies"))
	slices.Reverse(out)
	return out
}

// chain is an agency with those above it.
func (x *exchange) chain(code catalog.AgencyCode) (out catalog.Chain) {
	for a, ok := x.Structure.Agency(code); ok; a, ok = x.Structure.Agency(a.Parent) {
		out = append(out, a)
	}
	return out
}

// mayTouch reports whether the person may change something of a point.
func (x *exchange) mayTouch(p immediate.Point) bool {
	t, by := x.pointTarget(p.Agency, p.Code), x.by()
	return slices.ContainsFunc(touching, func(a rights.Action) bool { return by.May(a, t) == nil })
}

// pointTarget is what a right for a point is asked for.
func (x *exchange) pointTarget(agency catalog.AgencyCode, point catalog.PointCode) rights.Target {
	t := rights.Target{Point: point}
	for a, ok := x.Structure.Agency(agency); ok; a, ok = x.Structure.Agency(a.Parent) {
		t.Chain = append(t.Chain, a.Code)
	}
	return t
}

// visible reports whether the public sees a point of a state.
func visible(s catalog.PointStatus) bool { return s != catalog.Hidden && s != catalog.Cancelled }

func (x *exchange) pointState(s catalog.PointStatus) PointState {
	tone := map[catalog.PointStatus]string{catalog.Shown: "good", catalog.ClosedTemporarily: "warn", catalog.Cancelled: "bad"}[s]
	return PointState{tone, x.spoken(compare.Word(reflect.TypeFor[catalog.PointStatus](), string(s))).Text}
}

// confirmed says when a profile was last confirmed.
func (x *exchange) confirmed(d calendar.Date) Confirmed {
	return x.dueMark(d, immediate.Confirmed(d, calendar.DateOf(x.now())))
}

// dueMark says when something was last done, and whether that is to be done again.
func (x *exchange) dueMark(on calendar.Date, due immediate.Due) Confirmed {
	if due == immediate.Fresh {
		due = ""
	}
	return Confirmed{x.onDay(on), string(due)}
}

// onDay is a day as pages show it; no day gives none.
func (x *exchange) onDay(d calendar.Date) Moment {
	if d.IsZero() {
		return Moment{}
	}
	return Moment{d.Short(string(x.lang)), d.ISO()}
}

// findStructure suggests agencies of which the person may change something.
func (x *exchange) findStructure() error { return x.suggest(x.touches()) }
