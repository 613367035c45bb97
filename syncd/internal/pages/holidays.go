package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
)

// yearsView lists the years that have a table of holidays.
type yearsView struct {
	Shell
	Due  *YearDue
	Rows []YearRow
}

// YearDue is a year whose table is missed.
type YearDue struct {
	Text string
	URL  string
}

// YearRow is a year with its table.
type YearRow struct {
	URL, Name string
	Days      int
	Next      bool // its table is not there yet
}

func holidaysURL(be int) string { return "/holidays/" + strconv.Itoa(be) }

// yearName is a year as the page's language counts it.
func (x *exchange) yearName(be int) string {
	if x.lang == catalog.EN {
		return x.t("holidays.year", calendar.CE(be), be)
	}
	return x.t("holidays.year", be, calendar.CE(be))
}

// holidaysDue is the year whose table is missed today; nil when none is.
func (x *exchange) holidaysDue() (*YearDue, error) {
	f, err := x.Manuals.Frame()
	if err != nil {
		return nil, err
	}
	be, due := f.Holidays.Due(calendar.DateOf(x.now()))
	if !due {
		return nil, nil //nolint:nilnil // nothing is missed
	}
	return &YearDue{x.t("holidays.due", x.yearName(be)), holidaysURL(be)}, nil
}

// holidaysHome adds a year of holidays that is missed to what waits for whoever
// keeps them.
func (x *exchange) holidaysHome(v *homeView) error {
	if !x.by().MayAnywhere(rights.EditSettings) {
		return nil
	}
	due, err := x.holidaysDue()
	if err != nil || due == nil {
		return err
	}
	task := Task{due.Text, x.t("holidays.due.why"), due.URL, x.t("holidays.due.do"), true}
	v.Tasks = append([]Task{task}, v.Tasks...)
	return nil
}

func (x *exchange) yearsPage() error {
	f, err := x.Manuals.Frame()
	if err != nil {
		return err
	}
	v := yearsView{Shell: x.shell("years")}
	if v.Due, err = x.holidaysDue(); err != nil {
		return err
	}
	days := map[int]int{}
	this := calendar.DateOf(x.now()).YearBE()
	next := this
	for _, h := range f.Holidays.All() {
		days[h.Date.YearBE()]++
		next = max(next, h.Date.YearBE())
	}
	for be := next + 1; be > this-10; be-- {
		if n := days[be]; n > 0 || be == next+1 {
			v.Rows = append(v.Rows, YearRow{holidaysURL(be), x.yearName(be), n, n == 0})
		}
	}
	return x.show(http.StatusOK, "years", v)
}

// holidaysView is the form of a year's holidays.
type holidaysView struct {
	Shell
	Was     string
	Due     bool // the table is missed
	Fixed   bool // days can be offered
	Rows    []HolidayRow
	Paste   string
	Action  string
	History string // address of what became of the table; "" of a new one
}

// HolidayRow is a day in the form, as typed.
type HolidayRow struct {
	ID                  string // begins the names of its fields: r.3
	Number              int
	Date, TH, EN, Scope string
	Weekday             string // of a day that can be read
	Mark                bool   // it was offered and is to be checked
	DateWrong           string
	NameWrong           string
	ScopeWrong          string
}

const (
	mostHolidays = 100
	spareRows    = 3 // empty rows at the end of the form
)

// yearAt is a year with its table, as the address names it.
type yearAt struct {
	be    int
	sheet immediate.Sheet // zero when there is no table yet
	days  []catalog.Holiday
}

func (y yearAt) file() string { return "holidays/" + strconv.Itoa(y.be) + ".yaml" }

func (x *exchange) year() (y yearAt, err error) {
	x.back = "/holidays"
	if y.be, err = strconv.Atoi(x.r.PathValue("year")); err != nil || y.be < 2500 || y.be > 2699 {
		return y, notHere()
	}
	y.days, y.sheet, err = x.holidaysOf(y.be)
	return y, err
}

// holidaysOf are the holidays of a year; none when it has no table.
func (x *exchange) holidaysOf(be int) ([]catalog.Holiday, immediate.Sheet, error) {
	s, err := x.Direct.Open(x.by(), yearAt{be: be}.file())
	if missing(err) {
		return nil, immediate.Sheet{}, nil
	}
	if err != nil {
		return nil, s, err
	}
	return s.Value.(*catalog.HolidayYear).Holidays, s, nil
}

func (x *exchange) holidaysPage() error {
	y, err := x.year()
	if err != nil {
		return err
	}
	form := x.holidayForm(y.days)
	form.Set("was", y.sheet.Was.String())
	return x.showHolidays(http.StatusOK, y, form)
}

func rowID(i int) string { return "r." + strconv.Itoa(i) }

// holidayForm is the form of holidays.
func (x *exchange) holidayForm(days []catalog.Holiday) url.Values {
	form := url.Values{}
	for i, h := range days {
		x.setHoliday(form, i, h)
	}
	return form
}

func (x *exchange) setHoliday(form url.Values, i int, h catalog.Holiday) {
	form.Set(rowID(i)+".date", h.Date.Short(string(x.lang)))
	form.Set(rowID(i)+".th", h.Name.TH)
	form.Set(rowID(i)+".en", h.Name.EN)
	form.Set(rowID(i)+".scope", h.Scope.In(x.lang))
}

// filled is how many rows of a form reach to the last one with something in it.
func filled(form url.Values) int {
	n := 0
	for i := range mostHolidays {
		if id := rowID(i); form.Get(id+".date")+form.Get(id+".th")+form.Get(id+".en")+form.Get(id+".scope") != "" {
			n = i + 1
		}
	}
	return n
}

func (x *exchange) showHolidays(status int, y yearAt, form url.Values, problems ...Problem) error {
	v := holidaysView{Shell: x.shell("holidays", x.link("/holidays", "menu.holidays")), Was: form.Get("was"), Paste: form.Get("paste"), Action: holidaysURL(y.be)}
	v.Title, v.Path, v.Problems = x.t("holidays.of", x.yearName(y.be)), v.Action, problems
	if y.sheet.At.Path != "" {
		v.History = v.Action + "/history"
	}
	fixed, err := x.fixed(y.be)
	if err != nil {
		return err
	}
	v.Fixed, v.Due = len(fixed) > 0, len(y.days) == 0
	for i := range min(filled(form)+spareRows, mostHolidays) {
		id := rowID(i)
		r := HolidayRow{
			ID: id, Number: i + 1, Date: form.Get(id + ".date"), TH: form.Get(id + ".th"), EN: form.Get(id + ".en"), Scope: form.Get(id + ".scope"), Mark: form.Has(id + ".mark"),
			DateWrong: v.Wrong(id + ".date"), NameWrong: v.Wrong(id + ".th"), ScopeWrong: v.Wrong(id + ".scope"),
		}
		if d, err := calendar.ParseThai(r.Date); err == nil && r.Date != "" {
			r.Weekday = calendar.WeekdayName(d.Weekday(), string(x.lang))
		}
		v.Rows = append(v.Rows, r)
	}
	return x.show(status, "holidays", v)
}

// fixed are the days of a year that never move, by the two years before it.
func (x *exchange) fixed(be int) ([]catalog.Holiday, error) {
	before, _, err := x.holidaysOf(be - 2)
	if err != nil {
		return nil, err
	}
	last, _, err := x.holidaysOf(be - 1)
	return catalog.FixedHolidays(be, before, last), err
}

// readHolidays reads the days of a form, in their order.
func (x *exchange) readHolidays(be int, form url.Values) (days []catalog.Holiday, problems []Problem) {
	for i := range mostHolidays {
		id := rowID(i)
		date, h := clean(form.Get(id+".date")), catalog.Holiday{Name: catalog.Text{TH: clean(form.Get(id + ".th")), EN: clean(form.Get(id + ".en"))}}
		if scope := clean(form.Get(id + ".scope")); date+h.Name.TH+h.Name.EN+scope == "" {
			continue
		}
		wrong := func(field, text string) {
			problems = append(problems, Problem{id + "." + field, x.t("holidays.row", i+1) + " " + text})
		}
		d, err := calendar.ParseThai(date)
		switch {
		case date == "" || err != nil:
			wrong("date", x.t("date.wrong"))
		case d.YearBE() != be:
			wrong("date", x.t("holidays.elsewhere", x.yearName(be)))
		}
		h.Date = d
		if h.Name.TH == "" {
			wrong("th", x.t("holidays.unnamed"))
		}
		var unknown string
		if h.Scope, unknown = catalog.ParseScope(form.Get(id + ".scope")); unknown != "" {
			wrong("scope", x.t("holidays.nowhere", unknown))
		}
		days = append(days, h)
	}
	slices.SortStableFunc(days, func(a, b catalog.Holiday) int { return a.Date.Compare(b.Date) })
	return days, problems
}

// saveHolidays saves a year, or adds rows to the form: what was pasted, or days
// that never move.
func (x *exchange) saveHolidays() error {
	if err := x.form(); err != nil {
		return err
	}
	y, err := x.year()
	if err != nil {
		return err
	}
	switch form := x.r.PostForm; form.Get("op") {
	case "paste":
		return x.pasteHolidays(y, form)
	case "more":
		return x.showHolidays(http.StatusOK, y, form)
	case "fixed":
		fixed, err := x.fixed(y.be)
		if err != nil {
			return err
		}
		return x.addHolidays(y, form, fixed)
	}
	was, err := gitrepo.ParseHash(cmp.Or(x.posted("was"), gitrepo.Hash{}.String()))
	if err != nil {
		return badForm(err)
	}
	days, problems := x.readHolidays(y.be, x.r.PostForm)
	if len(days) == 0 {
		problems = append(problems, Problem{rowID(0) + ".date", x.t("holidays.empty")})
	}
	if len(problems) > 0 {
		return x.showHolidays(http.StatusBadRequest, y, x.r.PostForm, problems...)
	}
	_, err = x.Direct.Save(x.ctx(), x.by(), immediate.Change{File: y.file(), Was: was, Value: &catalog.HolidayYear{Year: y.be, Holidays: days}})
	if problems, told := x.unlawful(err, rowID(0)+".date"); told {
		return x.showHolidays(statusOf(err), y, x.r.PostForm, problems...)
	}
	if err != nil {
		return x.crossed(err, holidaysURL(y.be))
	}
	return x.done(holidaysURL(y.be), "flash.holidays.saved", x.yearName(y.be))
}

// addHolidays shows a form with more days in it, each to be checked. Days that
// stand in it already are left out.
func (x *exchange) addHolidays(y yearAt, form url.Values, more []catalog.Holiday, problems ...Problem) error {
	n := filled(form)
	for _, h := range more {
		if n == mostHolidays {
			break
		}
		if !slices.ContainsFunc(rowsOf(form), func(row [2]string) bool {
			d, err := calendar.ParseThai(row[0])
			s, unknown := catalog.ParseScope(row[1])
			return err == nil && d == h.Date && unknown == "" && slices.Equal(s, h.Scope)
		}) {
			x.setHoliday(form, n, h)
			form.Set(rowID(n)+".mark", "1")
			n++
		}
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusBadRequest
	}
	return x.showHolidays(status, y, form, problems...)
}

// rowsOf are dates and scopes of a form, as typed.
func rowsOf(form url.Values) (out [][2]string) {
	for i := range filled(form) {
		out = append(out, [2]string{form.Get(rowID(i) + ".date"), form.Get(rowID(i) + ".scope")})
	}
	return out
}

// pasteHolidays adds what was copied from a table. Lines that can not be read stay
// in the field.
func (x *exchange) pasteHolidays(y yearAt, form url.Values) error {
	days, left := pastedHolidays(form.Get("paste"))
	form.Set("paste", strings.Join(left, "\n"))
	var problems []Problem
	if len(left) > 0 || len(days) == 0 {
		problems = append(problems, Problem{"paste", x.t("holidays.paste.left", len(left))})
	}
	return x.addHolidays(y, form, days, problems...)
}

// pastedHolidays reads lines of a table: the date, and behind a tab, two spaces or
// a bar the name, the English name and where it holds. A line that begins with no
// date is left; a number before the date is dropped.
func pastedHolidays(text string) (days []catalog.Holiday, left []string) {
	for line := range strings.SplitSeq(passage(strings.ReplaceAll(text, "\t", " | ")), "\n") {
		if line == "" {
			continue
		}
		h, ok := pastedHoliday(line)
		if !ok || len(days) == mostHolidays {
			left = append(left, line)
			continue
		}
		days = append(days, h)
	}
	return days, left
}

func pastedHoliday(line string) (h catalog.Holiday, ok bool) {
	var cells []string
	for c := range strings.SplitSeq(strings.ReplaceAll(line, "  ", "|"), "|") {
		if c = strings.TrimSpace(c); c != "" {
			cells = append(cells, c)
		}
	}
	if len(cells) > 1 && utf8.RuneCountInString(cells[0]) <= 3 && strings.Trim(calendar.ArabicDigits(cells[0]), "0123456789.") == "" {
		cells = cells[1:] // the number of the row
	}
	if len(cells) < 2 {
		return h, false
	}
	d, err := calendar.ParseThai(withoutWeekday(cells[0]))
	if err != nil {
		return h, false
	}
	h.Date, h.Name.TH = d, cells[1]
	for _, c := range cells[2:] {
		if scope, unknown := catalog.ParseScope(c); unknown == "" {
			h.Scope = scope
		} else if h.Name.EN == "" {
			h.Name.EN = c
		}
	}
	return h, true
}

// withoutWeekday is a date without the name of its day, as lists of holidays have
// it: วันพฤหัสบดีที่ 1 มกราคม 2570.
func withoutWeekday(s string) string {
	for _, w := range weekdays {
		for _, lang := range []string{"th", "en"} {
			name := calendar.WeekdayName(w, lang)
			if rest, found := strings.CutPrefix(s, name); found {
				return strings.TrimLeft(strings.TrimPrefix(rest, "ที่"), " ,")
			}
		}
	}
	return s
}

func (x *exchange) holidaysPast() error {
	y, err := x.year()
	if err != nil {
		return err
	}
	return x.past(http.StatusOK, y.file(), holidaysURL(y.be), x.t("holidays.of", x.yearName(y.be)), []Link{x.link("/holidays", "menu.holidays")})
}

func (x *exchange) revertHolidays() error {
	y, err := x.year()
	if err != nil {
		return err
	}
	return x.takeBack(y.file(), holidaysURL(y.be), x.t("holidays.of", x.yearName(y.be)), []Link{x.link("/holidays", "menu.holidays")})
}
