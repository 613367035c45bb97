package pages

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/rights"
)

// mostFound is how many agencies are offered for what was typed.
const mostFound = 12

// Unit is a field in which an agency is named: as typed, and what was made of
// it.
type Unit struct {
	Typed   string
	Code    catalog.AgencyCode // "" when none was named
	Choices []Choice           // that may be meant, when it is not clear which
	Find    string             // address that suggests agencies while one types
}

// Choice is an agency that may be meant.
type Choice struct {
	URL  string
	Name page.Words
	Code string
	Note page.Words // what it belongs to; may be empty
}

// unitAsked reads the field "unit" of the address: a name with its code in
// brackets, a code, or words of which one agency may be meant. Of agencies that
// the person does not reach it learns nothing.
func (x *exchange) unitAsked() (Unit, string) { return x.unitAmong(x.reaches()) }

// unitAmong is unitAsked among the agencies that may be named.
func (x *exchange) unitAmong(may func(catalog.AgencyCode) bool) (u Unit, wrong string) {
	return x.unitTypedAs(x.asked("unit"), may)
}

// unitTypedAs is what a text names among the agencies that may be named.
func (x *exchange) unitTypedAs(typed string, may func(catalog.AgencyCode) bool) (u Unit, wrong string) {
	u.Typed, u.Find = typed, "/agencies/find"
	if u.Typed == "" {
		return u, ""
	}
	code := catalog.AgencyCode(u.Typed)
	if i := strings.LastIndexByte(u.Typed, '('); i >= 0 && strings.HasSuffix(u.Typed, ")") {
		code = catalog.AgencyCode(u.Typed[i+1 : len(u.Typed)-1])
	}
	if a, ok := x.Structure.Agency(code); ok && may(code) {
		u.Code, u.Typed = code, x.unitTyped(a)
		return u, ""
	}
	found := x.Structure.Find(u.Typed, mostFound, may)
	switch len(found) {
	case 0:
		return u, x.t("unit.none")
	case 1:
		u.Code, u.Typed = found[0].Code, x.unitTyped(found[0])
		return u, ""
	}
	for _, a := range found {
		u.Choices = append(u.Choices, x.choice(a))
	}
	return u, ""
}

// unitTyped is how an agency stands in the field.
func (x *exchange) unitTyped(a *catalog.Agency) string {
	return x.text(a.Name).Text + " (" + string(a.Code) + ")"
}

// choice is an agency with the address of this page for it.
func (x *exchange) choice(a *catalog.Agency) Choice {
	q := x.r.URL.Query()
	q.Set("unit", string(a.Code))
	q.Del("page")
	c := Choice{x.r.URL.Path + "?" + q.Encode(), x.text(a.Name), string(a.Code), page.Words{}}
	if above, ok := x.Structure.Agency(a.Parent); ok {
		c.Note = x.text(above.Name)
	}
	return c
}

// reaches tells for which agencies the person manages the staff.
func (x *exchange) reaches() func(catalog.AgencyCode) bool { return x.reachesBy(rights.ManageStaff) }

// reachesBy tells for which agencies the person may do an action.
func (x *exchange) reachesBy(a rights.Action) func(catalog.AgencyCode) bool {
	cover := x.by().Cover(a)
	return func(c catalog.AgencyCode) bool { return cover.Touches(x.pointTarget(c, "").Chain) }
}

// home is the agency that the person begins with: the one of the seat, or the
// first of which the person manages the staff. "" for who manages all.
func (x *exchange) homeAgency() catalog.AgencyCode {
	codes, everywhere := x.Desk.Agencies(x.by(), rights.ManageStaff)
	if everywhere || len(codes) == 0 {
		return ""
	}
	seats := append([]rights.Grant{x.seat().Grant}, x.by().Grants...)
	for _, g := range seats {
		if g.Role == catalog.RoleCentral && slices.Contains(codes, g.Scope.Agency) {
			return g.Scope.Agency
		}
	}
	return codes[0]
}

// findAgencies suggests agencies while one types: what the field unit would find.
func (x *exchange) findAgencies() error { return x.suggest(x.reaches()) }

// findDraftAgencies suggests those whose drafts the person may see.
func (x *exchange) findDraftAgencies() error { return x.suggest(x.reachesBy(rights.SeeDrafts)) }

func (x *exchange) suggest(may func(catalog.AgencyCode) bool) error {
	type suggestion struct {
		Value string `json:"value"`
		Name  string `json:"name"`
		Note  string `json:"note,omitempty"`
	}
	out := []suggestion{}
	if text := x.asked("q"); text != "" {
		for _, a := range x.Structure.Find(text, mostFound, may) {
			c := x.choice(a)
			out = append(out, suggestion{x.unitTyped(a), c.Name.Text, c.Note.Text})
		}
	}
	return x.json(out)
}

// json answers a script.
func (x *exchange) json(value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	x.guard()
	x.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(body) // who has gone reads nothing
	return nil
}

// with is the page's address with some fields changed; an empty value drops one.
func (x *exchange) with(fields ...string) string {
	q := x.r.URL.Query()
	for i := 0; i < len(fields); i += 2 {
		if fields[i+1] == "" {
			q.Del(fields[i])
		} else {
			q.Set(fields[i], fields[i+1])
		}
	}
	u := url.URL{Path: x.r.URL.Path, RawQuery: q.Encode()}
	return u.String()
}
