package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

var staffConsole = staff.Console

// begin begins a sign-in and returns the state that the provider was sent.
func (o *office) begin(p *officer, next string) (state string, a answer) {
	o.t.Helper()
	a = o.post(p, "/signin/dga", "next", next)
	to, err := url.Parse(a.Header.Get("Location"))
	if err != nil {
		o.t.Fatal(err)
	}
	return to.Query().Get("state"), a
}

// back comes back from the provider.
func (o *office) back(p *officer, query string) answer {
	o.t.Helper()
	a := o.get(p, "/signin/dga/callback?"+query)
	p.keep(a)
	return a
}

// signIn goes the whole way as a person of the provider.
func (o *office) signIn(p *officer, subject string) answer {
	o.t.Helper()
	state, _ := o.begin(p, "/")
	return o.back(p, url.Values{"state": {state}, "code": {subject}}.Encode())
}

func TestANewPersonSignsInAndSeesOnlyTheTokensPage(t *testing.T) {
	o := open(t)
	o.id.who = staff.Identity{Name: "สมหญิง ใจดี"}
	p := &officer{}
	o.get(p, "/users").wantLed(t, "/signin?next=%2Fusers")
	o.get(p, "/signin?next=/users").want(t, http.StatusOK, "ลงชื่อเข้าใช้ก่อน", "สมัครบัญชี บัญชีตัวอย่าง", "02 612 6060")
	o.signIn(p, "1").wantLed(t, "/")
	o.get(p, "/").wantLed(t, "/token")
	a := o.get(p, "/token")
	a.want(t, http.StatusOK, "ใส่รหัส Token", "สมหญิง ใจดี", "ยังไม่มีบทบาท", "contact@dga.or.th")
	a.wantNot(t, "/users", "กรมการขนส่ง")
	for _, c := range o.get(p, "/signin").Cookies() {
		t.Errorf("an unneeded cookie %v", c)
	}
}

func TestCookiesAreKeptFromOthers(t *testing.T) {
	o := open(t)
	p := &officer{}
	state, begun := o.begin(p, "/")
	done := o.back(p, url.Values{"state": {state}, "code": {"1"}}.Encode())
	for _, c := range append(begun.Cookies(), done.Cookies()...) {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("got %v", c)
		}
	}
	if c := begun.Cookies()[0]; c.MaxAge != 600 {
		t.Errorf("a sign-in lives %d s, want 600", c.MaxAge)
	}
	local := open(t, func(c *Config) { c.Address = &url.URL{Scheme: "http", Host: "localhost:8081"} })
	local.handler = local.pages.Handler()
	a := local.ask(nil, http.MethodPost, "/preferences", url.Values{"lang": {"en"}})
	if c := a.Cookies()[0]; c.Name != "lang" || c.Secure {
		t.Errorf("on loopback: got %v", c)
	}
}

func TestPagesInTheClearAreForThisMachineAlone(t *testing.T) {
	for address, ok := range map[string]bool{
		"http://localhost:8081": true, "http://127.0.0.1:1": true, "http://[::1]:1": true, "http://admin.localhost:80": true, "https://admin.example": true,
		"http://admin.example": false, "http://127.evil.example": false, "http://10.0.0.1": false, "http://localhost.evil.example": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = New(Config{Address: u, Site: u})
		if (err == nil) != ok {
			t.Errorf("%s: got %v", address, err)
		}
	}
}

func TestS12AnAnswerThatThisBrowserDidNotAskForIsRefused(t *testing.T) {
	for _, tc := range []struct {
		name string
		try  func(o *office, p *officer) answer
	}{
		{"without a sign-in begun", func(o *office, p *officer) answer { return o.back(p, "state=x&code=1") }},
		{"without state", func(o *office, p *officer) answer { o.begin(p, "/"); return o.back(p, "code=1") }},
		{"with another state", func(o *office, p *officer) answer { o.begin(p, "/"); return o.back(p, "state=x&code=1") }},
		{"from another browser", func(o *office, p *officer) answer {
			state, _ := o.begin(&officer{}, "/")
			return o.back(p, "state="+state+"&code=1")
		}},
		{"of another provider", func(o *office, p *officer) answer {
			state, _ := o.begin(p, "/")
			a := o.get(p, "/signin/other/callback?state="+state+"&code=1")
			p.keep(a)
			return a
		}},
		{"after ten minutes", func(o *office, p *officer) answer {
			state, _ := o.begin(p, "/")
			o.at = o.at.Add(10 * time.Minute)
			return o.back(p, "state="+state+"&code=1")
		}},
		{"from the future", func(o *office, p *officer) answer {
			state, _ := o.begin(p, "/")
			o.at = o.at.Add(-time.Minute)
			return o.back(p, "state="+state+"&code=1")
		}},
		{"a second time, the cookie kept", func(o *office, p *officer) answer {
			state, _ := o.begin(p, "/")
			kept := slices.Clone(p.cookies)
			o.back(p, "state="+state+"&code=1")
			*p = officer{cookies: kept}
			return o.back(p, "state="+state+"&code=1")
		}},
		{"with two cookies", func(o *office, p *officer) answer {
			state, _ := o.begin(p, "/")
			p.cookies = append(p.cookies, &http.Cookie{Name: "__Host-signin", Value: "x"})
			return o.back(p, "state="+state+"&code=1")
		}},
		{"with a cookie of nonsense", func(o *office, p *officer) answer {
			p.cookies = []*http.Cookie{{Name: "__Host-signin", Value: "e30"}}
			return o.back(p, "state=&code=1")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := open(t, func(c *Config) { c.Providers = append(c.Providers, &provider{name: "other"}) })
			p := &officer{}
			a := tc.try(o, p)
			a.want(t, http.StatusBadRequest, "ลงชื่อเข้าใช้ไม่สำเร็จ เริ่มใหม่อีกครั้งจากหน้านี้")
			if p.secret != "" {
				t.Error("there is a session")
			}
			for _, c := range p.cookies {
				if c.Name == "__Host-signin" {
					t.Errorf("the cookie of the sign-in is left: %v", c)
				}
			}
		})
	}
}

func TestS18ASessionFromBeforeSigningInIsDead(t *testing.T) {
	o := open(t)
	mallory := o.hire("ผู้โจมตี", grant(catalog.RoleAuthor, "dlt"))
	planted := mallory.secret
	victim := &officer{secret: planted}
	o.signIn(victim, "victim").wantLed(t, "/")
	if victim.secret == planted || victim.secret == "" {
		t.Fatal("the session has the old id")
	}
	if _, ok, _ := o.desk.Recognise(t.Context(), planted); ok {
		t.Error("the old session lives")
	}
}

func TestS21NextLeadsOnlyToThisBackOffice(t *testing.T) {
	for next, want := range map[string]string{
		"/users?q=a": "/users?q=a", "/": "/", "": "/", "//evil.example": "/", `/\evil.example`: "/", `\\evil.example`: "/", "https:evil.example": "/", "https://evil.example/": "/",
		"/\t/evil.example": "/", "/%09/evil.example": "/", "/%5Cevil.example": "/", "/%2F%2Fevil.example": "/", "javascript:alert(1)": "/", "users": "/", "/users\r\nSet-Cookie: a=b": "/", "/users#x": "/users", "///evil.example": "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
	o := open(t)
	p := &officer{}
	state, _ := o.begin(p, "https://evil.example/")
	o.back(p, url.Values{"state": {state}, "code": {"1"}}.Encode()).wantLed(t, "/")
	p = &officer{}
	state, _ = o.begin(p, "/help")
	o.back(p, url.Values{"state": {state}, "code": {"1"}}.Encode()).wantLed(t, "/help")
}

// FuzzLocalPath looks for an address that leads elsewhere, by the rules by which
// browsers resolve it.
func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/users", "//evil", `/\evil`, "https:evil", "/.//evil", "/..//evil", "/%2e%2e//x", "/a?b=//c"} {
		f.Add(s)
	}
	base, _ := url.Parse(host + "/signin")
	f.Fuzz(func(t *testing.T, s string) {
		got := localPath(s)
		u, err := base.Parse(got)
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t") {
			t.Errorf("localPath(%q) = %q leads to %v (%v)", s, got, u, err)
		}
		if again := localPath(got); again != got {
			t.Errorf("%q becomes %q, then %q", s, got, again)
		}
	})
}

func TestAProviderThatIsDownKeepsNobodyFromWorking(t *testing.T) {
	o := open(t)
	p := o.hire("ผู้จัดทำ", grant(catalog.RoleAuthor, "dlt"))
	o.id.down = fault.New(fault.Unavailable, fault.Text{TH: "ล่ม", EN: "down"})
	o.get(p, "/").want(t, http.StatusOK, "ไม่มีฉบับร่าง")
	a := o.get(nil, "/signin")
	a.want(t, http.StatusOK, "บัญชีตัวอย่าง ใช้งานไม่ได้ในขณะนี้", "ผู้ที่ลงชื่อเข้าใช้อยู่แล้วยังทำงานต่อได้")
	b := o.post(nil, "/signin/dga", "next", "/help")
	b.want(t, http.StatusServiceUnavailable, "ติดต่อ บัญชีตัวอย่าง ไม่ได้ในขณะนี้")
	if b.input("next") != "/help" {
		t.Errorf("where one wanted to go is lost: %q", b.input("next"))
	}
}

func TestSigningOutEndsTheSessionHereAndThere(t *testing.T) {
	o := open(t)
	p := &officer{}
	o.signIn(p, "1")
	secret := p.secret
	a := o.post(p, "/signout")
	to, _ := url.Parse(a.Header.Get("Location"))
	if to.Host != "id.example" || to.Query().Get("hint") != "hint" || to.Query().Get("back") != host+"/signed-out" {
		t.Errorf("got %v", to)
	}
	if _, ok, _ := o.desk.Recognise(t.Context(), secret); ok {
		t.Error("the session lives")
	}
	o.post(&officer{}, "/signout").wantLed(t, "/signed-out")
}

func TestADisabledPersonIsToldWhomToAsk(t *testing.T) {
	o := open(t)
	p := &officer{}
	o.signIn(p, "1")
	v, _, _ := o.desk.Recognise(t.Context(), p.secret)
	if err := o.desk.Disable(t.Context(), staff.Console, v.User.ID, true); err != nil {
		t.Fatal(err)
	}
	o.get(p, "/me").wantLed(t, "/signin?next=%2Fme")
	o.signIn(p, "1").want(t, http.StatusForbidden, "บัญชีนี้ถูกระงับการใช้งาน", "ติดต่อเจ้าหน้าที่ส่วนกลาง")
}

func TestS37AFaultOfOursTellsAReferenceAndNothingElse(t *testing.T) {
	o := open(t)
	p := o.hire("ผู้จัดทำ", grant(catalog.RoleAuthor, "dlt"))
	o.store.down = errors.New("SELECT * FROM users: /var/lib/khumue.db is broken")
	a := o.get(p, "/")
	a.want(t, http.StatusInternalServerError, "ระบบขัดข้อง")
	a.wantNot(t, "SELECT", "/var/lib")
	reference := a.all("code", func(func(string) string) bool { return true })
	if len(reference) != 1 || !strings.Contains(o.log.String(), fold(reference[0])) || strings.Count(o.log.String(), "SELECT") != 1 {
		t.Errorf("the log has not the reference, or not once: %s", o.log)
	}
	o.store.down = fault.New(fault.Unavailable, fault.Text{TH: "ฐานข้อมูลใช้งานไม่ได้", EN: "the database is away"}).Because(errors.New("dial /tmp/x"))
	b := o.get(p, "/")
	b.want(t, http.StatusServiceUnavailable, "ฐานข้อมูลใช้งานไม่ได้")
	b.wantNot(t, "/tmp/x")
}
