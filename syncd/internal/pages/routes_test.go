package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// cast is a person of each role, one without any, and nobody.
type cast struct {
	name   string
	who    *officer
	grants []rights.Grant
}

func everyone(o *office) []cast {
	out := []cast{{"nobody", nil, nil}, {"a person without a role", o.hire("คนใหม่"), nil}}
	for _, r := range catalog.Roles {
		g := grant(r, "dlt")
		if r.Everywhere() {
			g.Scope = rights.Scope{}
		}
		out = append(out, cast{string(r), o.hire(string(r), g), []rights.Grant{g}})
	}
	return out
}

// admits says by the table and the matrix whether a person passes a gate.
func (c cast) admits(g gate) bool {
	switch g {
	case plain, public:
		return true
	case signedIn:
		return c.who != nil
	case holder:
		return len(c.grants) > 0
	case judge:
		who := rights.Officer{Grants: c.grants}
		return who.MayAnywhere(rights.Endorse) || who.MayAnywhere(rights.Publish)
	case changer:
		who := rights.Officer{Grants: c.grants}
		return who.MayAnywhere(rights.EditProfile) || who.MayAnywhere(rights.ShowPoint) || who.MayAnywhere(rights.Link)
	}
	return rights.Officer{Grants: c.grants}.MayAnywhere(rights.Action(g))
}

// address is an address of a route, of things that are not there.
func (r route) address() (method, path string) {
	method, path, ok := strings.Cut(r.at, " ")
	if !ok {
		method, path = http.MethodGet, r.at
	}
	for name, value := range map[string]string{"{$}": "", "{provider}": "dga", "{id}": "o-aaaaaaaaaaaaaaaa", "{grant}": "none", "{key}": "aaaaaa", "{code}": "no-such"} {
		path = strings.ReplaceAll(path, name, value)
	}
	if path == "/" && !ok {
		path = "/no-such-page"
	}
	return method, path
}

func TestEveryRouteIsForWhomTheTableSays(t *testing.T) {
	o := open(t)
	for _, r := range o.pages.routes() {
		if !slices.Contains([]gate{plain, public, signedIn, holder, judge, changer}, r.may) && !slices.Contains(rights.Actions(), rights.Action(r.may)) {
			t.Errorf("%s: %q is neither a gate nor an action of the matrix", r.at, r.may)
		}
	}
	for _, c := range everyone(o) {
		for _, r := range o.pages.routes() {
			method, path := r.address()
			who := c.who
			if who != nil {
				again := o.again(c.who) // signing out ends what others need
				who = &officer{id: again.id, secret: again.secret}
			}
			var form url.Values
			if method == http.MethodPost {
				form = url.Values{}
			}
			a := o.ask(who, method, path, form)
			refused := a.StatusCode == http.StatusForbidden || strings.HasPrefix(a.Header.Get("Location"), "/signin?") || a.Header.Get("Location") == "/token"
			if refused == c.admits(r.may) {
				t.Errorf("%s asks %s: got %d %s, admitted by the table: %v", c.name, r.at, a.StatusCode, a.Header.Get("Location"), c.admits(r.may))
			}
			if a.StatusCode >= 500 {
				t.Errorf("%s asks %s: got %d: %s", c.name, r.at, a.StatusCode, o.log)
			}
		}
	}
}

// again signs an officer in once more, in another browser.
func (o *office) again(p *officer) *officer {
	o.t.Helper()
	v := o.store.user(o.t, p.id)
	q := &officer{id: p.id}
	o.id.who = staff.Identity{Name: v.Name, Email: v.Email, EmailVerified: true}
	back := o.signIn(q, v.Subject)
	if back.StatusCode != http.StatusSeeOther {
		o.t.Fatalf("signing in again: %d %s", back.StatusCode, back.text)
	}
	return q
}

func TestS11AFormFromAnotherSiteIsRefused(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	for _, r := range o.pages.routes() {
		method, path := r.address()
		if method != http.MethodPost {
			continue
		}
		for name, foreign := range map[string]func(*http.Request){
			"by its origin":            func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "https://evil.example") },
			"by what the browser says": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
			"of a sister host":         func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
			"without a name":           func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "null") },
		} {
			before := o.store.writes.Load()
			if a := o.ask(dga, method, path, url.Values{}, foreign); a.StatusCode != http.StatusForbidden || o.store.writes.Load() != before {
				t.Errorf("%s, %s: got %d and %d writes, want 403 and none", path, name, a.StatusCode, o.store.writes.Load()-before)
			}
		}
	}
}

func TestWhoAsksWithGetChangesNothing(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	secret, _, err := o.desk.Issue(t.Context(), staffConsole, grant(catalog.RoleAuthor, "dlt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range o.pages.routes() {
		method, path := r.address()
		if method != http.MethodGet {
			continue
		}
		before := o.store.writes.Load()
		o.get(dga, path+"?token="+secret+"&agency=dlt&role=author&seen=&lang=en&confirm=1")
		if o.store.writes.Load() != before {
			t.Errorf("GET %s writes", path)
		}
	}
}

func TestWhatIsNotThereAndWhatMayNotBeSeenLookAlike(t *testing.T) {
	o := open(t)
	central := o.hire("ส่วนกลาง", grant(catalog.RoleCentral, "dlt"))
	other := o.hire("คนอื่น", grant(catalog.RoleAuthor, "moph"))
	for _, pair := range [][2]string{
		{"/users/" + string(other.id), "/users/o-aaaaaaaaaaaaaaaa"},
		{"/users/" + string(other.id) + "/grants/" + other.grants[0], "/users/o-aaaaaaaaaaaaaaaa/grants/" + other.grants[0]},
		{"/tokens/refresh?agency=moph&role=author", "/tokens/refresh?agency=no-such&role=author"},
		{"/tokens?unit=moph", "/tokens?unit=no-such"},
		{"/users?unit=moph", "/users?unit=no-such"},
		{"/trail?unit=moph", "/trail?unit=no-such"},
		{"/access?unit=moph", "/access?unit=no-such"},
		{"/agencies/find?q=moph", "/agencies/find?q=no-such"},
	} {
		there, not := o.get(central, pair[0]), o.get(central, pair[1])
		hide := strings.NewReplacer("moph", "…", "no-such", "…", string(other.id), "…", "o-aaaaaaaaaaaaaaaa", "…")
		if there.StatusCode != not.StatusCode || hide.Replace(there.body) != hide.Replace(not.body) {
			t.Errorf("%s and %s differ: %d %d", pair[0], pair[1], there.StatusCode, not.StatusCode)
		}
		if strings.Contains(there.body, "สาธารณสุข") || strings.Contains(there.body, "คนอื่น") {
			t.Errorf("%s tells what is there", pair[0])
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	for _, path := range []string{"/", "/signin", "/help", "/no-such", "/tokens", "/users", "/trail.csv", "/access.csv", "/agencies/find?q=dlt"} {
		h := o.get(dga, path).Header
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: got %v", path, h)
		}
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "form-action 'self' https://id.example;") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: got the policy %q", path, csp)
		}
	}
	a := o.get(dga, "/")
	if found := a.all("style", func(func(string) string) bool { return true }); len(found) > 0 || strings.Contains(a.body, " style=") || strings.Contains(a.body, " onclick=") {
		t.Error("a page has style or script of its own")
	}
}

func TestAssetsNeverChange(t *testing.T) {
	o := open(t)
	for name := range o.pages.assets.files {
		a := o.get(nil, o.pages.assets.address(name))
		if a.StatusCode != http.StatusOK || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") || a.Header.Get("Content-Type") == "" {
			t.Errorf("%s: got %d %v", name, a.StatusCode, a.Header)
		}
	}
	o.get(nil, "/assets/0000000000000000/css/pages.css").want(t, http.StatusNotFound)
	o.get(nil, o.pages.assets.base+"i18n/th.yaml").want(t, http.StatusNotFound)
}
