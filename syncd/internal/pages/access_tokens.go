package pages

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// programsPath is where a person keeps the access tokens of their programs.
const programsPath = "/me/programs"

// gitPath is where git clients find the content on the back office's address.
const gitPath = "/git/content.git"

// accessDays are how long an access token may be made for, in days.
var accessDays = []int{30, 90, 365}

const (
	usualDays = 90
	longTitle = 100 // characters of what a token is called
	fewEnded  = 10  // tokens that serve no more, as they are listed
)

// programsView is บัญชีของฉัน › รหัสเข้าถึงของโปรแกรม.
type programsView struct {
	Shell
	Live, Ended []Program
	Name        string
	Permits     []Lent
	Days        []Option
}

// Program is an access token.
type Program struct {
	ID      string
	Name    page.Words
	Permits string // in words
	Expires Moment
	Made    Moment
	Used    Moment // to the day; "" when it never was
	Ended   bool   // by its owner, rather than by time
}

// Lent is something that a token may be used for.
type Lent struct {
	Option
	Note string
}

func (x *exchange) programsPage() error {
	return x.showPrograms(http.StatusOK, "", []staff.Permit{staff.ReadContent, staff.WriteDrafts}, usualDays)
}

// showPrograms shows the tokens, and the form for another as it was filled in.
func (x *exchange) showPrograms(status int, name string, permits []staff.Permit, days int, problems ...Problem) error {
	all, err := x.Desk.AccessOf(x.ctx(), x.by())
	if err != nil {
		return err
	}
	v := programsView{Shell: x.shell("programs", x.link("/me", "menu.me")), Name: name}
	v.Path, v.Problems = programsPath, problems
	for _, t := range all {
		p := Program{t.ID, x.said(t.Name), x.permits(t.Permits), x.day(t.Expires), x.day(t.Created), x.day(t.Used), !t.Ended.IsZero()}
		switch {
		case x.serves(t):
			v.Live = append(v.Live, p)
		case len(v.Ended) < fewEnded:
			v.Ended = append(v.Ended, p)
		}
	}
	for _, p := range x.permitsToLend() {
		v.Permits = append(v.Permits, Lent{Option{string(p), x.t("programs.permit." + string(p)), slices.Contains(permits, p)}, x.t("programs.note." + string(p))})
	}
	for _, d := range accessDays {
		v.Days = append(v.Days, Option{strconv.Itoa(d), x.t("programs.days", d), d == days})
	}
	return x.show(status, "programs", v)
}

// serves reports whether an access token can still be used.
func (x *exchange) serves(t staff.AccessToken) bool {
	return t.Ended.IsZero() && x.now().Before(t.Expires)
}

// permitsToLend are the permits of which the person has something to lend.
func (x *exchange) permitsToLend() []staff.Permit {
	out, by := []staff.Permit{staff.ReadContent}, x.by()
	if by.MayAnywhere(rights.WriteManual) {
		out = append(out, staff.WriteDrafts)
	}
	if by.MayAnywhere(rights.Endorse) || by.MayAnywhere(rights.Publish) {
		out = append(out, staff.Judge)
	}
	return out
}

// permits are what a token may be used for, in words.
func (x *exchange) permits(of []staff.Permit) string {
	var out []string
	for _, p := range of {
		out = append(out, x.t("programs.permit."+string(p)))
	}
	return strings.Join(out, " · ")
}

// programView shows an access token's secret, once.
type programView struct {
	Shell
	Name    page.Words
	Permits string
	Secret  string
	Expires Moment
	Clone   []string // what to type to begin
	Back    string
}

// makeProgram makes an access token. Sent again, by a second click or by loading
// the page anew, it finds one of that name and makes none.
func (x *exchange) makeProgram() error {
	if err := x.form(); err != nil {
		return err
	}
	name := x.posted("name")
	days, err := strconv.Atoi(x.posted("days"))
	if err != nil || !slices.Contains(accessDays, days) {
		days = 0
	}
	var permits []staff.Permit
	for _, p := range x.permitsToLend() {
		if slices.Contains(x.r.PostForm["permit"], string(p)) {
			permits = append(permits, p)
		}
	}
	problems, status, err := x.wrongWith(name, permits, days)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return x.showPrograms(status, name, permits, days, problems...)
	}
	secret, t, err := x.Desk.NewAccess(x.ctx(), x.by(), name, permits, time.Duration(days)*24*time.Hour)
	var own *fault.Error
	if errors.Is(err, fault.Conflict) && errors.As(err, &own) {
		text := own.What.In(string(x.lang)) + " " + own.Hint.In(string(x.lang))
		return x.showPrograms(http.StatusConflict, name, permits, days, Problem{"name", text})
	}
	if err != nil {
		return err
	}
	v := programView{
		Shell: x.shell("program", x.link("/me", "menu.me"), x.link(programsPath, "programs.title")), Name: x.said(t.Name), Permits: x.permits(t.Permits),
		Secret: secret, Expires: x.day(t.Expires), Clone: x.cloneLines(permits), Back: programsPath,
	}
	v.Path = programsPath
	return x.show(http.StatusOK, "program", v)
}

// wrongWith tells all that keeps a token from being made as the form says.
func (x *exchange) wrongWith(name string, permits []staff.Permit, days int) (out []Problem, status int, err error) {
	status = http.StatusBadRequest
	all, err := x.Desk.AccessOf(x.ctx(), x.by())
	if err != nil {
		return nil, status, err
	}
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		out = append(out, Problem{"name", x.t("programs.name.empty")})
	case n > longTitle:
		out = append(out, Problem{"name", x.t("programs.name.long", longTitle)})
	case slices.ContainsFunc(all, func(t staff.AccessToken) bool { return t.Name == name && x.serves(t) }):
		out, status = append(out, Problem{"name", x.t("programs.name.taken")}), http.StatusConflict
	}
	if len(permits) == 0 {
		out = append(out, Problem{"permits", x.t("programs.permits.empty")})
	}
	if days == 0 {
		out = append(out, Problem{"days", x.t("programs.days.empty")})
	}
	return out, status, nil
}

// cloneLines are what to type to begin with git; none for a token that may not
// read.
func (x *exchange) cloneLines(permits []staff.Permit) []string {
	if !slices.Contains(permits, staff.ReadContent) {
		return nil
	}
	id := string(x.visit.User.ID)
	return []string{
		"git clone --depth 1 --no-single-branch --filter=blob:none --sparse " + x.Address.Scheme + "://" + id + "@" + x.Address.Host + gitPath,
		"git -C content config user.name " + id,
		"git -C content config user.email " + id + "@users.invalid",
	}
}

// endProgram ends an access token. One that has ended already is no error.
func (x *exchange) endProgram() error {
	if err := x.Desk.EndAccess(x.ctx(), x.by(), x.r.PathValue("id")); err != nil {
		return err
	}
	return x.done(programsPath, "flash.program")
}
