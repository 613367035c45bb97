package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/page"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// hoursView is the form of the ordinary week of a point or an agency, beside the
// hours that it has without one of its own.
type hoursView struct {
	Shell
	What      page.Words
	Agency    bool   // it is an agency's
	Was       string // what the form was made from
	Own       bool
	Inherited page.Words // the hours of the agency; "" when it has none
	Days      []HourDay
	Always    bool
	Holidays  bool
	TH, EN    string // the note
	Action    string
	Cancel    string
}

// HourDay is a day of the week in the form.
type HourDay struct {
	Name  string
	Spans []HourSpan
}

// HourSpan is a time of opening in the form, as typed.
type HourSpan struct {
	ID            string // begins the names of its fields: mon.0
	First         bool
	Opens, Closes string
	From, To      string // of the break
	Through       bool   // it is open through lunch, and says so
	Wrong         string
}

// mostSpans is how many times of opening a day may have in the form.
const mostSpans = 6

// sameDays are the days to which the form copies Monday, when it is asked to.
var sameDays = []catalog.Weekday{"tue", "wed", "thu", "fri"}

// allDays are the days of a week, Monday first.
func allDays() []catalog.Weekday {
	var out []catalog.Weekday
	for _, d := range catalog.Weekday("").Values() {
		out = append(out, catalog.Weekday(d))
	}
	return out
}

// hoursAt is whose hours a page is of.
type hoursAt struct {
	name      page.Words
	shell     func() Shell
	own       *catalog.Hours // of value
	inherited catalog.Hours
	value     any
	sheet     immediate.Sheet
	agency    bool
	at, back  string // addresses of the page, and of where one goes from it
}

func (x *exchange) hoursPage() error {
	h, err := x.pointHours()
	if err != nil {
		return err
	}
	return x.openHours(h)
}

func (x *exchange) agencyHoursPage() error {
	h, err := x.agencyHours()
	if err != nil {
		return err
	}
	return x.openHours(h)
}

// openHours shows the hours as they stand.
func (x *exchange) openHours(h hoursAt) error {
	now := *h.own
	if now.IsZero() {
		now = h.inherited
	}
	form := hoursForm(now)
	form.Set("own", map[bool]string{true: "own", false: "agency"}[!h.own.IsZero()])
	form.Set("was", h.sheet.Was.String())
	return x.showHours(http.StatusOK, h, form)
}

// pointHours are the hours of the point that an address names.
func (x *exchange) pointHours() (hoursAt, error) {
	p, err := x.pointToEdit()
	if err != nil {
		return hoursAt{}, err
	}
	return hoursAt{
		name: x.text(p.pt.Name), shell: func() Shell { return x.pointShell("hours", p) }, own: &p.pt.Hours, inherited: p.chain.HoursOf(&catalog.Point{}),
		value: p.pt, sheet: p.sheet, at: p.url() + "/hours", back: p.url(),
	}, nil
}

// agencyHours are the hours of the agency that an address names.
func (x *exchange) agencyHours() (h hoursAt, err error) {
	t, err := x.thing(agencySort)
	if err == nil && !x.mayDo(t, rights.EditProfile) {
		err = noThing()
	}
	a, ok := t.value.(*catalog.Agency)
	if err != nil || !ok {
		return h, err
	}
	var above catalog.Chain
	if chain := x.chain(t.home); len(chain) > 1 {
		above = chain[1:]
	}
	return hoursAt{
		name: t.name, shell: func() Shell { return x.thingShell("hours", t) }, own: &a.Hours, inherited: above.HoursOf(&catalog.Point{}),
		value: a, sheet: t.sheet, agency: true, at: t.url("/hours"), back: t.back(),
	}, nil
}

// pointToEdit is the point that an address names, for who may edit its profile.
func (x *exchange) pointToEdit() (pointAt, error) {
	p, err := x.point()
	if err == nil && !p.may.Edit {
		err = rights.Refused()
	}
	return p, err
}

func (x *exchange) showHours(status int, h hoursAt, form url.Values, problems ...Problem) error {
	v := hoursView{
		Shell: h.shell(), What: h.name, Agency: h.agency, Was: form.Get("was"), Own: form.Get("own") == "own",
		Inherited: x.said(x.weekText(h.inherited)), Always: form.Has("always"), Holidays: form.Has("holidays"),
		TH: form.Get("th"), EN: form.Get("en"), Action: h.at, Cancel: h.back,
	}
	v.Path, v.Problems = v.Action, problems
	for _, d := range allDays() {
		day := HourDay{Name: x.dayName(d)}
		for i := range spansOf(form, d) + 1 {
			if i >= mostSpans {
				break
			}
			id := spanID(d, i)
			day.Spans = append(day.Spans, HourSpan{
				ID: id, First: i == 0, Opens: form.Get(id + ".opens"), Closes: form.Get(id + ".closes"),
				From: form.Get(id + ".from"), To: form.Get(id + ".to"), Through: form.Has(id + ".through"), Wrong: v.Wrong(id + ".opens"),
			})
		}
		v.Days = append(v.Days, day)
	}
	return x.show(status, "hours", v)
}

// dayName is a day of the week in full.
func (x *exchange) dayName(d catalog.Weekday) string {
	return calendar.WeekdayName(weekdays[(slices.Index(d.Values(), string(d))+1)%7], string(x.lang))
}

func spanID(d catalog.Weekday, i int) string { return string(d) + "." + strconv.Itoa(i) }

// spansOf is how many times of opening a form has for a day.
func spansOf(form url.Values, d catalog.Weekday) int {
	n := 0
	for i := range mostSpans {
		if id := spanID(d, i); form.Get(id+".opens")+form.Get(id+".closes")+form.Get(id+".from")+form.Get(id+".to") != "" {
			n = i + 1
		}
	}
	return n
}

// hoursForm is the form of hours.
func hoursForm(h catalog.Hours) url.Values {
	form := url.Values{"th": {h.Note.TH}, "en": {h.Note.EN}}
	if h.Always {
		form.Set("always", "1")
	}
	if h.Holidays {
		form.Set("holidays", "1")
	}
	for d, spans := range byDay(h.Week) {
		for i, s := range spans {
			id := spanID(d, i)
			form.Set(id+".opens", s.Opens.String())
			form.Set(id+".closes", s.Closes.String())
			switch {
			case s.Lunch.IsGiven():
				form.Set(id+".from", s.Lunch.Value.From.String())
				form.Set(id+".to", s.Lunch.Value.To.String())
			case s.Lunch.IsNone():
				form.Set(id+".through", "1")
			}
		}
	}
	return form
}

// byDay are the times of opening of each day, without their days.
func byDay(week []catalog.Span) map[catalog.Weekday][]catalog.Span {
	out := map[catalog.Weekday][]catalog.Span{}
	for _, s := range week {
		for _, d := range s.Days {
			out[d] = append(out[d], catalog.Span{Opens: s.Opens, Closes: s.Closes, Lunch: s.Lunch})
		}
	}
	for _, spans := range out {
		slices.SortStableFunc(spans, func(a, b catalog.Span) int { return int(a.Opens - b.Opens) })
	}
	return out
}

// together joins the days that open alike.
func together(days map[catalog.Weekday][]catalog.Span) []catalog.Span {
	var out []catalog.Span
	for _, d := range allDays() {
		for _, s := range days[d] {
			i := slices.IndexFunc(out, func(o catalog.Span) bool {
				return o.Opens == s.Opens && o.Closes == s.Closes && o.Lunch == s.Lunch && !slices.Contains(o.Days, d)
			})
			if i < 0 {
				i, out = len(out), append(out, s)
			}
			out[i].Days = append(out[i].Days, d)
		}
	}
	return out
}

// readHours reads the hours that a form holds. A week that says the same as the
// one before is kept as it is written.
func (x *exchange) readHours(form url.Values, before catalog.Hours) (h catalog.Hours, problems []Problem) {
	if form.Get("own") != "own" {
		return catalog.Hours{}, nil
	}
	h = catalog.Hours{Always: form.Has("always"), Holidays: form.Has("holidays"), Note: catalog.Text{TH: passage(form.Get("th")), EN: passage(form.Get("en"))}}
	if h.Always {
		return h, nil
	}
	days := map[catalog.Weekday][]catalog.Span{}
	for _, d := range allDays() {
		for i := range mostSpans {
			s, given, wrong := readSpan(form, spanID(d, i))
			if wrong != "" {
				problems = append(problems, Problem{spanID(d, i) + ".opens", x.dayName(d) + ": " + x.words[wrong]})
			} else if given {
				days[d] = append(days[d], s)
			}
		}
	}
	if form.Has("same") {
		for _, d := range sameDays {
			days[d] = days["mon"]
		}
		problems = slices.DeleteFunc(problems, func(p Problem) bool { return slices.Contains(sameDays, catalog.Weekday(p.Field[:3])) })
	}
	h.Week = together(days)
	if len(h.Week) == 0 && len(problems) == 0 {
		problems = append(problems, Problem{"mon.0.opens", x.t("hours.empty")})
	}
	if reflect.DeepEqual(byDay(h.Week), byDay(before.Week)) {
		h.Week = before.Week
	}
	return h, problems
}

// readSpan reads a time of opening; what is wrong is the key of a sentence.
func readSpan(form url.Values, id string) (s catalog.Span, given bool, wrong string) {
	var at [4]calendar.TimeOfDay
	var has [4]bool
	for i, field := range []string{"opens", "closes", "from", "to"} {
		typed := clean(form.Get(id + "." + field))
		if typed == "" {
			continue
		}
		t, err := readTime(typed)
		if err != nil {
			return s, true, "hours.wrong"
		}
		at[i], has[i] = t, true
	}
	switch {
	case has == [4]bool{}:
		return s, false, ""
	case !has[0] || !has[1] || has[2] != has[3]:
		return s, true, "hours.half"
	}
	s.Opens, s.Closes = at[0], at[1]
	switch {
	case has[2]:
		s.Lunch = catalog.Some(catalog.Break{From: at[2], To: at[3]})
	case form.Has(id + ".through"):
		s.Lunch.State = catalog.None
	}
	return s, true, ""
}

// readTime reads a time of day as people type it: 08:30, 8.30, 0830, 8:30 น.
func readTime(typed string) (calendar.TimeOfDay, error) {
	s := calendar.ArabicDigits(strings.TrimSpace(strings.TrimSuffix(typed, "น.")))
	s = strings.Replace(s, ".", ":", 1)
	if hour, minute, ok := strings.Cut(s, ":"); ok && len(hour) == 1 {
		s = "0" + hour + ":" + minute
	} else if !ok && (len(s) == 3 || len(s) == 4) {
		s = fmt.Sprintf("%04s", s)
		s = s[:2] + ":" + s[2:]
	}
	return calendar.ParseTimeOfDay(s)
}

// saveHours gives a point hours of its own, or those of its agency.
func (x *exchange) saveHours() error { return x.keepHours(x.pointHours) }

// saveAgencyHours gives an agency hours, or those of the one above.
func (x *exchange) saveAgencyHours() error { return x.keepHours(x.agencyHours) }

func (x *exchange) keepHours(of func() (hoursAt, error)) error {
	if err := x.form(); err != nil {
		return err
	}
	at, err := of()
	if err != nil {
		return err
	}
	was, err := gitrepo.ParseHash(x.posted("was"))
	if err != nil {
		return badForm(err)
	}
	h, problems := x.readHours(x.r.PostForm, *at.own)
	if len(problems) > 0 {
		return x.showHours(http.StatusBadRequest, at, x.r.PostForm, problems...)
	}
	*at.own = h
	_, err = x.Direct.Save(x.ctx(), x.by(), immediate.Change{File: at.sheet.At.Path, Was: was, Value: at.value})
	if problems, told := x.unlawful(err, "mon.0.opens"); told {
		return x.showHours(statusOf(err), at, x.r.PostForm, problems...)
	}
	if err != nil {
		return x.crossed(err, at.at)
	}
	return x.done(at.back, "flash.point.hours", at.name.Text)
}
