package pages

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// mostDelaySpots is how many points are offered to choose from.
const mostDelaySpots = 500

// newDelayView opens a case: first the point, then the request.
type newDelayView struct {
	Shell
	Spots   []Option // to choose from, while none is chosen
	Many    bool     // there are more
	Point   string
	Of      page.Words
	Key     string // id of the case that the form opens
	Manuals []Option
	Sets    []Option // ways of the manual that was chosen, where it has several
	Typed   map[string]string
	Explain string // how the due day comes about; "" before it was counted
	Due     string
	Edition string // the manual's revision in force
	Self    string
}

// delaySpots are the points at which the person may open cases.
func (x *exchange) delaySpots() (out []immediate.Point, err error) {
	cover := x.by().Cover(rights.WriteDelay)
	seen := map[catalog.AgencyCode]bool{}
	for _, g := range x.by().Grants {
		if g.Scope.Agency == "" || seen[g.Scope.Agency] {
			continue
		}
		seen[g.Scope.Agency] = true
		points, err := x.Direct.Points(immediate.PointFilter{Agency: g.Scope.Agency})
		if err != nil && !missing(err) {
			return nil, err
		}
		for _, p := range points {
			if cover.May(x.pointTarget(p.Agency, p.Code)) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

func (x *exchange) newDelayPage() error { return x.showNewDelay(http.StatusOK) }

// showNewDelay shows the form with what was typed.
func (x *exchange) showNewDelay(status int, problems ...Problem) error {
	x.back = delaysPath
	v := newDelayView{Shell: x.shell("newdelay", x.link(delaysPath, "menu.delays")), Typed: x.newDelayTyped()}
	v.Problems = problems
	spots, err := x.delaySpots()
	if err != nil {
		return err
	}
	asked := x.delayPoint()
	i := slices.IndexFunc(spots, func(p immediate.Point) bool { return p.Code == asked })
	if i < 0 && len(spots) == 1 && asked == "" {
		i = 0
	}
	if i < 0 {
		if asked != "" {
			return rights.Refused()
		}
		v.Many = len(spots) > mostDelaySpots
		for _, p := range spots[:min(len(spots), mostDelaySpots)] {
			v.Spots = append(v.Spots, Option{string(p.Code), x.text(p.Name).Text, false})
		}
		return x.show(status, "newdelay", v)
	}
	spot := spots[i]
	v.Point, v.Of, v.Self = string(spot.Code), x.text(spot.Name), delaysPath+"/new?"+fields("point", string(spot.Code))
	v.Path = v.Self
	if v.Key = x.posted("id"); v.Key == "" {
		v.Key = x.Late.NewID()
	}
	if err := x.delayManuals(&v, spot); err != nil {
		return err
	}
	return x.show(status, "newdelay", v)
}

// newDelayTyped are the fields as they were typed; of a form that is new, today.
func (x *exchange) newDelayTyped() map[string]string {
	out := map[string]string{}
	for _, f := range []string{"request", "filed", "complete", "name", "contact"} {
		out[f] = x.posted(f)
	}
	return out
}

// delayManuals offers the manuals of a point, and explains the due day where
// enough is known.
func (x *exchange) delayManuals(v *newDelayView, spot immediate.Point) error {
	ids := make([]string, len(spot.Manuals))
	for i, m := range spot.Manuals {
		ids[i] = string(m)
	}
	titles, err := x.Direct.Titles(ids...)
	if err != nil {
		return err
	}
	chosen := x.posted("manual")
	for _, id := range ids {
		if title, ok := titles[id]; ok {
			v.Manuals = append(v.Manuals, Option{id, x.text(title).Text, id == chosen})
		}
	}
	slices.SortStableFunc(v.Manuals, func(a, b Option) int { return strings.Compare(a.Text, b.Text) })
	filed, _ := x.date(v.Typed["filed"])
	if chosen == "" || filed.IsZero() {
		return nil
	}
	_, e, err := x.Late.Offer(x.ctx(), x.by(), spot.Code, catalog.ManualID(chosen), filed)
	if err != nil {
		return ignoreTold(err)
	}
	return x.delayCounted(v, spot, e)
}

// ignoreTold leaves out what a form tells anyhow when it is sent.
func ignoreTold(err error) error {
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.Invalid) {
		return nil
	}
	return err
}

// delayCounted says when the request is due.
func (x *exchange) delayCounted(v *newDelayView, spot immediate.Point, e delays.Edition) error {
	lang := string(x.lang)
	set := x.delaySet(e)
	if len(e.Sets) > 1 {
		for i, s := range e.Sets {
			v.Sets = append(v.Sets, Option{strconv.Itoa(i), x.text(s.Name).Text + " · " + delay.Time(s.Time, lang), i == set})
		}
	}
	v.Edition = x.t("delay.edition.first")
	if e.Revision > 0 {
		v.Edition = x.t("delay.edition", e.Revision)
	}
	complete, _ := x.date(v.Typed["complete"])
	if complete.IsZero() || set < 0 {
		return nil
	}
	f, err := x.Manuals.Frame()
	if err != nil {
		return err
	}
	d := delay.DueOf(complete, e.Sets[set].Time, spot.Province, f.Holidays)
	v.Due, v.Explain = d.Due.Long(lang), d.Explain(lang)
	return nil
}

// delaySet is the way of a manual that was chosen, -1 where none was.
func (x *exchange) delaySet(e delays.Edition) int {
	if len(e.Sets) == 1 {
		return 0
	}
	n, err := strconv.Atoi(x.posted("set"))
	if err != nil || n < 0 || n >= len(e.Sets) {
		return -1
	}
	return n
}

// newDelay opens a case, or counts its due day alone.
func (x *exchange) newDelay() error {
	x.back = delaysPath
	if err := x.form(); err != nil {
		return err
	}
	if x.delayPoint() == "" {
		return x.showNewDelay(http.StatusBadRequest, Problem{"point", x.t("delay.point.choose")})
	}
	var problems []Problem
	filed, complete := x.typedDay("filed", "filed", &problems), x.typedDay("complete", "complete", &problems)
	if x.posted("op") == "count" || len(problems) > 0 {
		return x.showNewDelay(map[bool]int{true: http.StatusOK, false: http.StatusBadRequest}[len(problems) == 0], problems...)
	}
	n := delays.New{ID: x.posted("id"), Point: x.delayPoint(), Manual: catalog.ManualID(x.posted("manual")), Request: x.posted("request"), Filed: filed, Complete: complete,
		Person: delays.Person{Name: x.posted("name"), Contact: x.posted("contact")}}
	set, problem, err := x.delayWay(n, filed)
	if err != nil {
		return err
	}
	if problem.Field != "" {
		return x.showNewDelay(http.StatusBadRequest, problem)
	}
	n.Set = set
	s, err := x.Late.Begin(x.ctx(), x.by(), n)
	if err == nil {
		return x.done(delayURL(s.ID), "flash.delay.begun")
	}
	if problems, ok := x.delayProblems(err, same); ok {
		return x.showNewDelay(http.StatusBadRequest, problems...)
	}
	if text, ok := x.told(err); ok && errors.Is(err, fault.Conflict) {
		return x.showNewDelay(http.StatusConflict, Problem{"request", text})
	}
	return err
}

// delayWay is the way of the manual that was chosen. A manual with several, of
// which none was, is a problem.
func (x *exchange) delayWay(n delays.New, filed calendar.Date) (int, Problem, error) {
	if n.Manual == "" || filed.IsZero() {
		return 0, Problem{}, nil // which the desk tells
	}
	_, e, err := x.Late.Offer(x.ctx(), x.by(), n.Point, n.Manual, filed)
	if err != nil {
		return 0, Problem{}, ignoreTold(err)
	}
	set := x.delaySet(e)
	if set < 0 && len(e.Sets) > 1 {
		return 0, Problem{"set", x.t("delay.set.choose")}, nil
	}
	return max(set, 0), Problem{}, nil
}
