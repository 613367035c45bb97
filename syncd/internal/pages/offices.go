package pages

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/rights"
)

// officesPath is where the machines of offices that work offline are looked after.
const officesPath = "/offices"

const (
	officesAtOnce = 50
	mostGapsSaid  = 3 // gaps that a row of the list tells; the machine's page tells all
)

// officesView is สำนักงานที่ทำงานออฟไลน์.
type officesView struct {
	Shell
	Unit  Unit
	Rows  []OfficeRow
	Looks int    // how many need a look
	Asks  string // where what needs a decision is decided; "" for who decides nothing
	Stick string // where files of machines are brought; "" for who brings none
	New   string // where a machine is enrolled; "" for who enrols none
	Pager Pager
	Clear string
}

// OfficeRow is a machine in the list.
type OfficeRow struct {
	ID      string
	URL     string // of its page; "" for who only works on it
	Name    page.Words
	Place   page.Words
	State   OfficeState
	Contact string // in words
	Waits   string // what waits on it, and since when
	Pending string // what is at the centre and not done
	Asks    int
	Join    bool // the person may work on it
	Revoke  bool
}

// OfficeState is how a machine stands, as a tag.
type OfficeState struct{ Word, Text string }

// officeWord is how a machine stands: what a person has to do with it comes first.
func officeWord(o inbox.Office) string {
	switch {
	case !o.Revoked.IsZero():
		return "revoked"
	case o.Moved:
		return "moved"
	case o.Attention+o.Asides > 0:
		return "attention"
	case len(o.Missing) > 0:
		return "gap"
	case o.ClockOdd():
		return "clock"
	case o.Contact.IsZero():
		return "new"
	case o.Waiting > 0 || o.Pending > 0:
		return "waiting"
	}
	return "well"
}

// officeOrder puts first what a person has to look at.
var officeOrder = []string{"attention", "gap", "moved", "clock", "waiting", "new", "well", "revoked"}

// mostLooks is how many of officeOrder want a look.
const mostLooks = 4

func (x *exchange) officeState(o inbox.Office) OfficeState {
	word := officeWord(o)
	return OfficeState{word, x.t("offices.state." + word)}
}

// seesOffices reports whether the person has anything to do with machines of offices.
func (x *exchange) seesOffices() bool {
	by := x.by()
	return x.Offices != nil && (by.MayAnywhere(rights.SeeReports) || by.MayAnywhere(rights.WorkOffline))
}

// withOffices adds to the menu what sends and what offices send.
func (x *exchange) withOffices(menu []Group) []Group {
	if x.Sync != nil {
		menu[0].Items = append(menu[0].Items, x.syncItem())
	}
	if x.seesOffices() {
		menu = append(menu, Group{x.t("menu.offline"), []Item{x.officesItem()}})
	}
	return menu
}

// officesItem is the line of the menu that counts what waits for a decision.
func (x *exchange) officesItem() Item {
	i := x.item("/offices", "menu.offices", "offline")
	n, err := x.Offices.Asks(x.ctx(), x.by())
	if err != nil { // no page fails for it
		x.Log.LogAttrs(x.ctx(), slog.LevelError, "what offices ask can not be counted", slog.String("request", x.id), slog.String("error", err.Error()))
		return i
	}
	i.Badge, i.Waits = "offices", n
	return i
}

// offices are the machines that the person sees the state of, and the ids of those
// that the person may work on.
func (x *exchange) offices() (list []inbox.Office, works map[string]bool, err error) {
	if x.Offices == nil {
		return nil, nil, notHere()
	}
	if list, err = x.Offices.Offices(x.ctx(), x.by()); err != nil {
		return nil, nil, err
	}
	mine, err := x.Offices.Machines(x.ctx(), x.by(), rights.WorkOffline)
	works = map[string]bool{}
	for _, m := range mine {
		works[m.ID] = m.Revoked.IsZero()
		if !slices.ContainsFunc(list, func(o inbox.Office) bool { return o.ID == m.ID }) && m.Revoked.IsZero() {
			list = append(list, inbox.Office{Device: inbox.Device{ID: m.ID, Agency: m.Agency, Point: m.Point, Name: m.Name, Contact: m.Contact}})
		}
	}
	return list, works, err
}

// sees reports whether the person sees how a machine stands, and not only that it is
// there to work on.
func (x *exchange) seesOffice(o inbox.Office) bool {
	return x.by().May(rights.SeeReports, x.officeTarget(o.Device)) == nil
}

// officeTarget is what a machine belongs to, also when that is gone.
func (x *exchange) officeTarget(d inbox.Device) rights.Target {
	if t := x.pointTarget(d.Agency, d.Point); len(t.Chain) > 0 {
		return t
	}
	return rights.Target{Chain: []catalog.AgencyCode{d.Agency}, Point: d.Point}
}

func (x *exchange) officesPage() error {
	list, works, err := x.offices()
	if err != nil {
		return err
	}
	by := x.by()
	v := officesView{Shell: x.shell("offices"), Clear: officesPath}
	var wrong string
	v.Unit, wrong = x.unitAmong(x.reachesBy(rights.SeeReports))
	v.Unit.Find = officesPath + "/find"
	if wrong != "" {
		v.Problems = []Problem{{"unit", wrong}}
	}
	if v.Unit.Code != "" {
		list = slices.DeleteFunc(list, func(o inbox.Office) bool { return !slices.Contains(x.officeTarget(o.Device).Chain, v.Unit.Code) })
	}
	if by.MayAnywhere(rights.ManageStaff) {
		v.Asks = officesPath + "/attention"
	}
	if x.Sticks != nil && by.MayAnywhere(rights.WorkOffline) {
		v.Stick = stickPath
	}
	if by.MayAnywhere(rights.EnrolOffice) {
		v.New = officesPath + "/new"
	}
	rank := func(o inbox.Office) int { return slices.Index(officeOrder, officeWord(o)) }
	slices.SortStableFunc(list, func(a, b inbox.Office) int { return rank(a) - rank(b) })
	for _, o := range list {
		if rank(o) < mostLooks {
			v.Looks++
		}
	}
	at := x.offset(officesAtOnce)
	v.Pager = x.pager(at, officesAtOnce, len(list))
	for _, o := range list[min(at, len(list)):min(at+officesAtOnce, len(list))] {
		v.Rows = append(v.Rows, x.officeRow(o, works[o.ID]))
	}
	return x.show(http.StatusOK, "offices", v)
}

// findOffices suggests agencies whose machines the person sees.
func (x *exchange) findOffices() error { return x.suggest(x.reachesBy(rights.SeeReports)) }

func (x *exchange) officeRow(o inbox.Office, works bool) OfficeRow {
	row := OfficeRow{ID: o.ID, Name: x.said(o.Name), Place: x.unit(rights.Scope{Agency: o.Agency, Point: o.Point}), Contact: x.contacted(o.Contact), Join: works}
	if !x.seesOffice(o) {
		return row
	}
	row.URL, row.State = officesPath+"/"+o.ID, x.officeState(o)
	row.Waits, row.Pending, row.Asks = x.waitsThere(o.Device), x.pendingHere(o), o.Attention+o.Asides
	row.Revoke = o.Revoked.IsZero() && x.by().May(rights.RevokeOffice, x.officeTarget(o.Device)) == nil
	return row
}

// contacted is when a machine was last heard of, in words.
func (x *exchange) contacted(t time.Time) string {
	if t.IsZero() {
		return x.t("offices.never")
	}
	return x.lately(t)
}

// lately is a time of the past as people say it: today 10:42, yesterday 16:05, or the
// day with how long ago that was.
func (x *exchange) lately(t time.Time) string {
	day, today := x.day(t).ISO, x.day(x.now()).ISO
	switch {
	case t.IsZero():
		return ""
	case day == today:
		return x.t("lately.today", x.clock(t))
	case day == x.day(x.now().AddDate(0, 0, -1)).ISO:
		return x.t("lately.yesterday", x.clock(t))
	case x.now().Before(t):
		return x.moment(t).Text
	}
	return x.t("lately.before", x.moment(t).Text, x.t("age.ago", x.age(t)))
}

// waitsThere is what waited on a machine when it was last heard of.
func (x *exchange) waitsThere(d inbox.Device) string {
	switch {
	case d.Contact.IsZero():
		return ""
	case d.Waiting == 0:
		return x.t("offices.waits.none")
	case d.Since.IsZero():
		return x.words.Count("offices.waits", d.Waiting)
	}
	return x.t("offices.waits.since", x.words.Count("offices.waits", d.Waiting), x.lately(d.Since))
}

// pendingHere is what of a machine the centre has and has not done.
func (x *exchange) pendingHere(o inbox.Office) string {
	if o.Pending == 0 {
		return x.t("offices.pending.none")
	}
	return x.t("offices.waits.since", x.words.Count("offices.waits", o.Pending), x.lately(o.Oldest))
}

// oddClock says in words how a machine's clock is wrong; "" when it is right.
func (x *exchange) oddClock(d inbox.Device) string {
	switch {
	case !d.ClockOdd():
		return ""
	case d.Offset > buddhist:
		return x.t("offices.clock.far")
	}
	key := "offices.clock.behind"
	if d.Offset > 0 {
		key = "offices.clock.ahead"
	}
	return x.t(key, x.span(d.Offset.Abs()))
}

const year = 365 * 24 * time.Hour

// span is a length of time in its largest unit.
func (x *exchange) span(d time.Duration) string {
	switch {
	case d >= year:
		return x.words.Count("offices.years", int(d/year))
	case d >= 24*time.Hour:
		return x.words.Count("age.days", int(d/(24*time.Hour)))
	case d >= time.Hour:
		return x.words.Count("age.hours", int(d/time.Hour))
	}
	return x.words.Count("age.minutes", int(d/time.Minute))
}

// gaps says which operations of a machine never came.
func (x *exchange) gaps(list []inbox.Missing) (out []string) {
	for _, m := range list {
		if m.First == m.Last {
			out = append(out, x.t("offices.gap.one", m.First))
		} else {
			out = append(out, x.t("offices.gap", m.First, m.Last))
		}
	}
	return out
}

// machineView is one machine.
type machineView struct {
	Shell
	OfficeRow
	Enrolled   Moment
	EnrolledBy page.Words
	Ended      Moment // when it was revoked
	EndedBy    page.Words
	Seen       Moment // the contact, exactly
	Program    string
	Clock      string
	Calendar   bool // the clock seems to count years of the Buddhist era as others
	Gaps       []string
	Moved      bool
	Decides    string
}

// buddhist is by how much a clock is ahead at least that counts Buddhist years as
// those of the common era. A difference is kept no larger than two centuries.
const buddhist = 190 * year

func noMachine() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบเครื่องนี้", EN: "There is no such machine"},
		fault.Text{TH: "กลับไปเลือกจากรายการเครื่องของสำนักงาน", EN: "Go back and choose from the list of machines."})
}

// machine is the one that the address names. What the person does not see is not there.
func (x *exchange) machine() (o inbox.Office, works bool, err error) {
	x.back = officesPath
	if x.Offices == nil {
		return o, false, notHere()
	}
	id := x.r.PathValue("id")
	d, err := x.Offices.Still(x.ctx(), id)
	if errors.Is(err, fault.Forbidden) {
		return o, false, noMachine()
	} else if err != nil {
		return o, false, err
	}
	works = d.Revoked.IsZero() && x.by().May(rights.WorkOffline, x.officeTarget(d)) == nil
	if o, err = x.Offices.Office(x.ctx(), x.by(), id); errors.Is(err, fault.NotFound) && works {
		return inbox.Office{Device: inbox.Device{ID: d.ID, Agency: d.Agency, Point: d.Point, Name: d.Name, Contact: d.Contact}}, true, nil
	} else if errors.Is(err, fault.NotFound) {
		return o, false, noMachine()
	}
	return o, works, err
}

// seenMachine is the one that the address names, to whom its state is shown.
func (x *exchange) seenMachine() (o inbox.Office, works bool, err error) {
	o, works, err = x.machine()
	if err == nil && !x.seesOffice(o) {
		err = noMachine()
	}
	return o, works, err
}

func (x *exchange) machinePage() error {
	o, works, err := x.seenMachine()
	if err != nil {
		return err
	}
	names, err := x.names(o.EnrolledBy, o.RevokedBy)
	if err != nil {
		return err
	}
	v := machineView{
		Shell: x.shell("machine", x.link(officesPath, "menu.offices")), OfficeRow: x.officeRow(o, works),
		Enrolled: x.moment(o.Enrolled), EnrolledBy: x.called(o.EnrolledBy, names), Ended: x.moment(o.Revoked), Seen: x.moment(o.Contact),
		Program: o.Program, Clock: x.oddClock(o.Device), Calendar: o.Offset > buddhist, Gaps: x.gaps(o.Missing), Moved: o.Moved,
	}
	if !o.Revoked.IsZero() {
		v.EndedBy = x.called(o.RevokedBy, names)
	}
	if v.Asks > 0 && x.by().May(rights.ManageStaff, x.officeTarget(o.Device)) == nil {
		v.Decides = officesPath + "/attention"
	}
	v.Title = o.Name
	return x.show(http.StatusOK, "machine", v)
}

func (x *exchange) revokeOfficePage() error {
	o, _, err := x.seenMachine()
	if err != nil {
		return err
	}
	at := officesPath + "/" + o.ID
	v := confirmView{
		Shell: x.shell("confirm", x.link(officesPath, "menu.offices"), Link{at, o.Name}), What: x.said(o.Name), Which: x.unit(rights.Scope{Agency: o.Agency, Point: o.Point}),
		After:  []string{x.t("offices.revoke.1"), x.t("offices.revoke.2"), x.t("offices.revoke.3")},
		Action: at + "/revoke", Button: x.t("offices.revoke.do"), Cancel: at, Danger: true,
	}
	if o.Waiting > 0 {
		v.After = append([]string{x.words.Count("offices.revoke.waits", o.Waiting)}, v.After...)
	}
	v.Title = x.t("offices.revoke.title")
	return x.show(http.StatusOK, "confirm", v)
}

// revokeOffice shuts a machine out. One that was is no error.
func (x *exchange) revokeOffice() error {
	o, _, err := x.seenMachine()
	if err != nil {
		return err
	}
	if err := x.Enrolment.Revoke(x.ctx(), x.by(), o.ID); errors.Is(err, fault.Forbidden) {
		return noMachine()
	} else if err != nil {
		return err
	}
	return x.done(officesPath+"/"+o.ID, "flash.offices.revoked", o.Name)
}

// officeRoutes are the addresses of machines that work offline, and of what such a
// machine sends.
func officeRoutes() []route {
	const (
		enroller = gate(rights.EnrolOffice)
		worker   = gate(rights.WorkOffline)
		shutter  = gate(rights.RevokeOffice)
	)
	return []route{
		{"GET /offices", holder, (*exchange).officesPage},
		{"GET /offices/find", auditor, (*exchange).findOffices},
		{"GET /offices/new", enroller, (*exchange).newMachinePage},
		{"GET /offices/new/find", enroller, (*exchange).findEnrolled},
		{"POST /offices/new", enroller, (*exchange).newMachine},
		{"GET /offices/attention", staffer, (*exchange).officeAsksPage},
		{"POST /offices/attention", staffer, (*exchange).decideOffice},
		{"GET /offices/stick", worker, (*exchange).stickPage},
		{"POST /offices/stick", worker, (*exchange).bringStick},
		{"GET /offices/stick/receipts/{id}", worker, (*exchange).broughtPage},
		{"GET /offices/stick/receipts/{id}/file", worker, (*exchange).receiptFile},
		{"GET /offices/{id}", auditor, (*exchange).machinePage},
		{"POST /offices/{id}/join", worker, (*exchange).joinOffice},
		{"GET /offices/{id}/revoke", shutter, (*exchange).revokeOfficePage},
		{"POST /offices/{id}/revoke", shutter, (*exchange).revokeOffice},

		{"GET /sync", holder, (*exchange).syncPage},
		{"POST /sync/stick", holder, (*exchange).syncStick},
		{"POST /sync/receipt", holder, (*exchange).syncReceipt},
		{"POST /sync/try", holder, (*exchange).syncTry},
		{"GET /sync/{id}/text", holder, (*exchange).syncText},
		{"POST /sync/{id}/seen", holder, (*exchange).syncSeen},
		{"POST /sync/{id}/again", holder, (*exchange).syncAgain},
	}
}
