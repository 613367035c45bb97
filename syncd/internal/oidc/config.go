package oidc

import (
	"cmp"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"khumue/internal/fault"
)

// Config describes one identity provider, as syncd.yaml names it.
type Config struct {
	Name         string `yaml:"name"` // [a-z0-9-], at most 32; part of the callback's address, never changed once used
	Label        Label  `yaml:"label"`
	Issuer       string `yaml:"issuer"` // to the letter as the provider writes it, a slash at the end included
	ClientID     string `yaml:"client_id"`
	ClientSecret string `yaml:"client_secret"`

	Endpoints Endpoints `yaml:"endpoints"` // empty: the provider is asked (discovery)
	Scopes    []string  `yaml:"scopes"`    // empty: openid profile email
	Claims    ClaimMap  `yaml:"claims"`

	SecretTransform string        `yaml:"secret_transform"` // none (or empty) | dga-md5x7
	LogoutParam     string        `yaml:"logout_param"`     // empty: post_logout_redirect_uri; DGA: post_logout_redirect_url
	MinIAL          float64       `yaml:"min_ial"`          // least identity assurance level, such as 1.3; 0: not asked for
	RegisterURL     string        `yaml:"register_url"`     // where a person gets or raises an identity; may be empty
	Leeway          time.Duration `yaml:"leeway"`           // how far the two clocks may differ, at most 5 min; 0: 1 min
}

// Label is what the button on the sign-in page says.
type Label struct {
	TH string `yaml:"th"`
	EN string `yaml:"en"`
}

// Endpoints are the addresses of a provider without discovery: then authorize,
// token and jwks are all needed. With discovery, userinfo and end_session may
// still be given, and win.
type Endpoints struct {
	Authorize  string `yaml:"authorize"`
	Token      string `yaml:"token"`
	UserInfo   string `yaml:"userinfo"`
	JWKS       string `yaml:"jwks"`
	EndSession string `yaml:"end_session"`
}

func (e Endpoints) explicit() bool { return e.Authorize != "" || e.Token != "" || e.JWKS != "" }

// ClaimMap says under which names a provider tells of a person. An empty name
// is the standard one.
type ClaimMap struct {
	Sub           string `yaml:"sub"`
	Name          string `yaml:"name"`
	GivenName     string `yaml:"given_name"`
	FamilyName    string `yaml:"family_name"`
	Email         string `yaml:"email"`
	EmailVerified string `yaml:"email_verified"`
	IAL           string `yaml:"ial"` // standard: ial; DGA: ial_level
}

const maxLeeway = 5 * time.Minute

// withDefaults fills what may be left out.
func (c Config) withDefaults() Config {
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"openid", "profile", "email"}
	}
	c.LogoutParam = cmp.Or(c.LogoutParam, "post_logout_redirect_uri")
	c.Leeway = cmp.Or(c.Leeway, time.Minute)
	m := &c.Claims
	m.Sub = cmp.Or(m.Sub, "sub")
	m.Name = cmp.Or(m.Name, "name")
	m.GivenName = cmp.Or(m.GivenName, "given_name")
	m.FamilyName = cmp.Or(m.FamilyName, "family_name")
	m.Email = cmp.Or(m.Email, "email")
	m.EmailVerified = cmp.Or(m.EmailVerified, "email_verified")
	m.IAL = cmp.Or(m.IAL, "ial")
	return c
}

var (
	nameForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
	paramForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)
)

// Check returns all that is wrong with c. The problems name keys, not files:
// whoever read the file sets File and Line.
func (c Config) Check() fault.Problems {
	ps := &checker{}
	ps.unless(nameForm.MatchString(c.Name), fault.Textf("name %q ใช้ไม่ได้", "name %q is not usable", c.Name),
		fault.Text{TH: "ใช้ a-z 0-9 และ - ไม่เกิน 32 ตัว", EN: "write a-z, 0-9 and -, at most 32"})
	ps.filled("label.th", c.Label.TH)
	ps.filled("label.en", c.Label.EN)
	ps.filled("client_id", c.ClientID)
	ps.filled("client_secret", c.ClientSecret)
	ps.address("issuer", c.Issuer)
	ps.endpoints(c.Endpoints)
	if c.RegisterURL != "" {
		ps.address("register_url", c.RegisterURL)
	}
	ps.unless(len(c.Scopes) == 0 || slices.Contains(c.Scopes, "openid"),
		fault.Text{TH: "scopes ไม่มี openid", EN: "scopes lacks openid"}, fault.Text{TH: "เพิ่ม openid", EN: "add openid"})
	ps.unless(!slices.ContainsFunc(c.Scopes, func(s string) bool { return s == "" || strings.ContainsAny(s, " \t\r\n\"\\") }),
		fault.Text{TH: "scopes มีชื่อที่ใช้ไม่ได้", EN: "scopes holds a name that is not usable"}, fault.Text{TH: "เขียนรายการละหนึ่งชื่อ", EN: "write one name per entry"})
	_, known := transforms[c.SecretTransform]
	ps.unless(known, fault.Textf("ไม่รู้จัก secret_transform %q", "secret_transform %q is not known", c.SecretTransform),
		fault.Text{TH: "ใช้ none หรือ dga-md5x7", EN: "write none or dga-md5x7"})
	ps.unless(c.LogoutParam == "" || paramForm.MatchString(c.LogoutParam), fault.Textf("logout_param %q ใช้ไม่ได้", "logout_param %q is not usable", c.LogoutParam),
		fault.Text{TH: "เช่น post_logout_redirect_uri", EN: "for example post_logout_redirect_uri"})
	ps.unless(c.MinIAL >= 0 && c.MinIAL < 10, fault.Textf("min_ial %v ใช้ไม่ได้", "min_ial %v is not usable", c.MinIAL),
		fault.Text{TH: "เขียนตัวเลขตั้งแต่ 0 ถึง 9.9 เช่น 1.3", EN: "write a number from 0 to 9.9, such as 1.3"})
	ps.unless(c.Leeway >= 0 && c.Leeway <= maxLeeway, fault.Textf("leeway %v ใช้ไม่ได้", "leeway %v is not usable", c.Leeway),
		fault.Text{TH: "ไม่เกิน 5m", EN: "write at most 5m"})
	return ps.found
}

// checker collects problems.
type checker struct{ found fault.Problems }

func (ps *checker) unless(ok bool, what, hint fault.Text) {
	if !ok {
		ps.found = append(ps.found, fault.Problem{Severity: fault.Wrong, What: what, Hint: hint})
	}
}

func (ps *checker) filled(key, value string) {
	ps.unless(value != "", fault.Textf("ไม่ได้ระบุ %s", "%s is missing", key), fault.Textf("ระบุ %s", "write %s", key))
}

func (ps *checker) address(key, value string) {
	ps.unless(safeAddress(value), fault.Textf("%s %q ใช้ไม่ได้", "%s %q is not usable", key, value),
		fault.Text{TH: "เขียนที่อยู่เต็มที่ขึ้นต้นด้วย https:// (http:// ได้เฉพาะเครื่องนี้เอง)", EN: "write a whole address with https:// (http:// only on this machine itself)"})
}

func (ps *checker) endpoints(e Endpoints) {
	given := []struct{ key, value string }{
		{"endpoints.authorize", e.Authorize}, {"endpoints.token", e.Token}, {"endpoints.jwks", e.JWKS},
		{"endpoints.userinfo", e.UserInfo}, {"endpoints.end_session", e.EndSession},
	}
	for i, g := range given {
		needed := i < 3 && e.explicit()
		switch {
		case g.value != "":
			ps.address(g.key, g.value)
		case needed:
			ps.filled(g.key, g.value)
		}
	}
}

// safeAddress reports whether an address is a whole https one without user or
// fragment; plain http is for this machine alone.
func safeAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
