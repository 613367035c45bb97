package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// agencyRoles are the roles that an agency has tokens for, and countryRoles
// those that belong to none.
var (
	agencyRoles  = []catalog.Role{catalog.RoleCentral, catalog.RolePoint, catalog.RoleAuthor, catalog.RoleReviewer}
	countryRoles = []catalog.Role{catalog.RoleDGA, catalog.RoleOPDC}
)

// pointsPerPage is how many service points one page of tokens shows.
const pointsPerPage = 25

// tokensView is บัญชีผู้ใช้ › จัดการ Token.
type tokensView struct {
	Shell
	Unit      Unit
	Agency    page.Words // that was chosen; "" for the roles of the whole country
	Rows      []TokenRow
	HasPoints bool
	Point     string // what points are searched for
	Points    []TokenRow
	Pager     Pager
}

// TokenRow is the token of one role.
type TokenRow struct {
	Name            page.Words // the role's or the point's
	Note            string
	Agency          string
	PointCode, Role string
	Seen            string // id of the live token; "" when there is none
	State           string // live, used, expired, revoked, none
	StateText       string
	Fact            string // what became of it, in words
	By              page.Words
	Refresh, Revoke string // addresses, of a live one
}

// tokensURL is the page of the tokens of an agency.
func tokensURL(s rights.Scope) string {
	if s.Agency == "" {
		return "/tokens"
	}
	u := "/tokens?unit=" + url.QueryEscape(string(s.Agency))
	if s.Point != "" {
		u += "&point=" + url.QueryEscape(string(s.Point)) + "#points"
	}
	return u
}

func (x *exchange) tokensPage() error {
	v := tokensView{Point: x.asked("point")}
	u, wrong := x.unitAsked()
	if v.Unit = u; u.Typed == "" {
		if v.Unit.Code = x.homeAgency(); v.Unit.Code != "" {
			if a, ok := x.Structure.Agency(v.Unit.Code); ok {
				v.Unit.Typed = x.unitTyped(a)
			}
		}
	}
	v.Shell = x.shell("tokens")
	if wrong != "" {
		v.Problems = []Problem{{"unit", wrong}}
	}
	if u.Typed != "" && u.Code == "" {
		return x.show(http.StatusOK, "tokens", v)
	}
	return x.tokensOf(v)
}

// tokensOf shows the tokens of one agency and its points, or of the country.
func (x *exchange) tokensOf(v tokensView) error {
	agency := v.Unit.Code
	latest, err := x.Desk.LatestTokens(x.ctx(), x.by(), agency)
	if err != nil {
		return err
	}
	var ids []catalog.OfficerID
	for _, t := range latest {
		ids = append(ids, t.IssuedBy, t.UsedBy, t.RevokedBy)
	}
	names, err := x.names(ids...)
	if err != nil {
		return err
	}
	row := func(g rights.Grant, name page.Words) TokenRow { return x.tokenRow(g, name, latest, names) }
	roles := agencyRoles
	if agency == "" {
		roles = countryRoles
	}
	for _, role := range roles {
		r := row(rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}, page.Words{Text: x.role(role)})
		r.Note = x.words["tokens.role."+string(role)]
		v.Rows = append(v.Rows, r)
	}
	if agency != "" {
		v.Agency = x.unit(rights.Scope{Agency: agency})
		points := x.Structure.Points(agency)
		v.HasPoints = len(points) > 0
		found := x.pointsLike(points, v.Point)
		at := x.offset(pointsPerPage)
		for _, pt := range found[min(at, len(found)):min(at+pointsPerPage, len(found))] {
			v.Points = append(v.Points, row(rights.Grant{Role: catalog.RolePoint, Scope: rights.Scope{Agency: agency, Point: pt.Code}}, x.text(pt.Name)))
		}
		v.Pager = x.pager(at, pointsPerPage, len(found))
	}
	return x.show(http.StatusOK, "tokens", v)
}

// pointsLike are the points whose name or code holds a text.
func (x *exchange) pointsLike(points []*catalog.Point, text string) []*catalog.Point {
	var out []*catalog.Point
	for _, pt := range points {
		if text = strings.ToLower(text); strings.Contains(strings.ToLower(pt.Name.TH+"\n"+pt.Name.EN+"\n"+string(pt.Code)), text) {
			out = append(out, pt)
		}
	}
	return out
}

// tokenRow says how the token of a grant stands.
func (x *exchange) tokenRow(g rights.Grant, name page.Words, latest map[rights.Grant]staff.Token, names map[catalog.OfficerID]string) TokenRow {
	r := TokenRow{Name: name, Agency: string(g.Scope.Agency), PointCode: string(g.Scope.Point), Role: string(g.Role), State: "none"}
	t, ok := latest[g]
	switch {
	case !ok:
		r.Fact = x.t("tokens.fact.none")
	case !t.UsedAt.IsZero():
		r.State, r.Fact, r.By = "used", x.t("tokens.fact.used", x.moment(t.UsedAt).Text), x.called(t.UsedBy, names)
	case !t.RevokedAt.IsZero():
		r.State, r.Fact, r.By = "revoked", x.t("tokens.fact.revoked", x.moment(t.RevokedAt).Text), x.called(t.RevokedBy, names)
	case !x.Desk.Live(t):
		r.State, r.Fact = "expired", x.t("tokens.fact.expired", x.day(t.Expires).Text)
	default:
		r.State, r.Seen, r.By = "live", t.ID, x.called(t.IssuedBy, names)
		r.Fact = x.t("tokens.fact.live", x.day(t.Expires).Text, x.moment(t.IssuedAt).Text)
		q := url.Values{"agency": {r.Agency}, "point": {r.PointCode}, "role": {r.Role}}.Encode()
		r.Refresh, r.Revoke = "/tokens/refresh?"+q, "/tokens/revoke?"+q
	}
	r.StateText = x.t("tokens.state." + r.State)
	return r
}

// confirmView asks before something is done that can not be undone.
type confirmView struct {
	Shell
	What   page.Words // whom or what it concerns
	Which  page.Words // of it; may be empty
	After  []string   // what will happen, in words
	Action string
	Fields []Option
	Button string
	Cancel string
	Danger bool
}

// grantOf reads which token is meant.
func (x *exchange) grantOf(field func(string) string) (rights.Grant, error) {
	role, err := catalog.ParseRole(field("role"))
	if err != nil {
		return rights.Grant{}, err
	}
	g := rights.Grant{Role: role, Scope: rights.Scope{Agency: catalog.AgencyCode(field("agency")), Point: catalog.PointCode(field("point"))}}
	x.back = tokensURL(rights.Scope{Agency: g.Scope.Agency})
	return g, g.CheckForm()
}

func (x *exchange) refreshPage() error { return x.askToken("refresh", "/tokens/issue", false) }

func (x *exchange) revokePage() error { return x.askToken("revoke", "/tokens/revoke", true) }

// askToken asks before a live token ends.
func (x *exchange) askToken(what, action string, danger bool) error {
	g, err := x.grantOf(x.asked)
	if err != nil {
		return err
	}
	t, live, err := x.Desk.LiveToken(x.ctx(), x.by(), g)
	switch {
	case err != nil:
		return err
	case !live:
		return x.lead(tokensURL(g.Scope))
	}
	v := confirmView{
		Shell: x.shell("confirm", x.link("/tokens", "menu.tokens")), What: page.Words{Text: x.role(g.Role)}, Which: x.unit(g.Scope),
		After:  []string{x.t("confirm."+what+".1", x.moment(t.IssuedAt).Text), x.t("confirm." + what + ".2")},
		Action: action, Button: x.t("confirm." + what + ".do"), Cancel: tokensURL(rights.Scope{Agency: g.Scope.Agency}), Danger: danger,
		Fields: []Option{{"agency", string(g.Scope.Agency), false}, {"point", string(g.Scope.Point), false}, {"role", string(g.Role), false}, {"seen", t.ID, false}},
	}
	v.Title = x.t("confirm." + what + ".title")
	return x.show(http.StatusOK, "confirm", v)
}

// issuedView shows a token's secret, once.
type issuedView struct {
	Shell
	Secret  string
	Groups  []string
	Role    string
	Unit    page.Words
	Expires Moment
	SignIn  string // address of the sign-in page
	Back    string
	Whom    Whom
}

// issue makes a token in place of the one that the form has seen. Sent again, by
// a second click or by loading the page anew, it finds another one and makes
// none.
func (x *exchange) issue() error {
	if err := x.form(); err != nil {
		return err
	}
	g, err := x.grantOf(x.posted)
	if err != nil {
		return err
	}
	secret, t, err := x.Desk.Renew(x.ctx(), x.by(), g, x.posted("seen"))
	var moved *staff.Moved
	if errors.As(err, &moved) {
		err = x.otherToken(moved.Live)
	}
	if err != nil {
		return err
	}
	v := issuedView{
		Shell: x.shell("issued", x.link("/tokens", "menu.tokens")), Secret: secret, Groups: groups(secret), Role: x.role(g.Role), Unit: x.unit(g.Scope),
		Expires: x.day(t.Expires), SignIn: x.Address.Scheme + "://" + x.Address.Host + "/signin", Back: tokensURL(g.Scope), Whom: x.whom(),
	}
	v.Path = v.Back
	return x.show(http.StatusOK, "issued", v)
}

// otherToken says that the token is another than the form has seen; the zero
// Token: that there is none any more.
func (x *exchange) otherToken(t staff.Token) error {
	hint := fault.Text{TH: "รหัสแสดงเพียงครั้งเดียว ถ้าไม่ได้เก็บไว้ กลับไปหน้าจัดการ Token แล้วกด Refresh", EN: "Its secret was shown once. If you did not keep it, go back to Tokens and press Refresh."}
	if t.ID == "" {
		return fault.New(fault.Conflict, fault.Text{TH: "Token นี้ถูกใช้หรือยกเลิกไปแล้ว จึงไม่ได้สร้างใหม่", EN: "This token was used or revoked meanwhile, so no new one was made"},
			fault.Text{TH: "กลับไปหน้าจัดการ Token เพื่อดูสถานะล่าสุด", EN: "Go back to Tokens to see how it stands."})
	}
	th, en := *x, *x
	th.lang, en.lang = catalog.TH, catalog.EN
	return fault.New(fault.Conflict, fault.Text{
		TH: "มี Token ที่สร้างเมื่อ " + th.moment(t.IssuedAt).Text + " อยู่แล้ว จึงไม่ได้สร้างซ้ำ",
		EN: "There is a token made on " + en.moment(t.IssuedAt).Text + " already, so no other was made",
	}, hint)
}

// revoke ends the live token of a role.
func (x *exchange) revoke() error {
	if err := x.form(); err != nil {
		return err
	}
	g, err := x.grantOf(x.posted)
	if err != nil {
		return err
	}
	if err := x.Desk.Revoke(x.ctx(), x.by(), g); err != nil && !missing(err) {
		return err
	}
	return x.done(tokensURL(g.Scope), "flash.revoked", x.role(g.Role))
}
