package config

import (
	"cmp"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"khumue/internal/fault"
)

// check tells what makes no sense, alone or together.
func (r *reading) check(c *Config) {
	r.checkPlaces(c)
	r.checkListeners(c)
	r.checkProxies(c)
	r.checkProviders(c)
	r.checkContact(c.Contact)
	r.within("session.idle", c.Session.Idle, time.Minute, 12*time.Hour)
	r.within("session.absolute", c.Session.Absolute, time.Minute, 7*24*time.Hour)
	if c.Session.Absolute < c.Session.Idle {
		r.wrong(r.at("session.absolute"), fault.Textf("session.absolute (%s) สั้นกว่า session.idle (%s)",
			"session.absolute (%s) is shorter than session.idle (%s)", durationText(c.Session.Absolute), durationText(c.Session.Idle)))
	}
	r.within("token.expiry", c.Token.Expiry, time.Hour, 366*24*time.Hour)
	r.numberWithin("review.due.agency", c.Review.Due.Agency, 1, 365)
	r.numberWithin("review.due.opdc", c.Review.Due.OPDC, 1, 365)
	r.numberWithin("misses.least", c.Misses.Least, 1, 1000)
	r.numberWithin("surveys.per_network", c.Surveys.PerNetwork, 1, 100_000_000)
	r.numberWithin("surveys.per_device", c.Surveys.PerDevice, 1, 100_000_000)
	r.numberWithin("surveys.text_days", c.Surveys.TextDays, 1, 365)
	r.numberWithin("delays.personal_days", c.Delays.PersonalDays, 90, 3652)
	r.numberWithin("offices.offline_days", c.Offices.OfflineDays, 1, 366)
	r.checkSMTP(c.SMTP)
	r.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
}

// at is where a setting was given, or the nearest that holds it, or the file.
func (r *reading) at(path string) place {
	for path != "" {
		if p, ok := r.places[path]; ok {
			return p
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return place{file: r.src.Name}
}

func (r *reading) checkPlaces(c *Config) {
	if strings.TrimSpace(c.Data) == "" {
		r.empty("data")
	}
	if c.Database == "" {
		return
	}
	u, err := parseURL(c.Database.Reveal())
	if err != nil || !postgres(u) {
		r.wrong(r.at("database"), fault.Text{TH: "database ไม่ใช่ที่อยู่ของ PostgreSQL", EN: "database is not an address of PostgreSQL"},
			fault.Text{TH: "เขียนเช่น postgres://khumue@db.example.go.th/khumue หรือเว้นว่างเพื่อใช้ SQLite",
				EN: "write for example postgres://khumue@db.example.go.th/khumue, or leave it empty for SQLite"})
	}
}

func (r *reading) empty(path string) {
	r.wrong(r.at(path), fault.Textf("ยังไม่ได้ระบุ %s", "%s is not set", path))
}

func (r *reading) checkListeners(c *Config) {
	r.listens("public.listen", c.Public.Listen)
	r.listens("back_office.listen", c.BackOffice.Listen)
	if c.Metrics.Listen != "none" {
		r.listens("metrics.listen", c.Metrics.Listen)
		for path, other := range map[string]string{"public.listen": c.Public.Listen, "back_office.listen": c.BackOffice.Listen} {
			if c.Metrics.Listen == other && !anyPort(other) {
				r.wrong(r.at("metrics.listen"), fault.Textf("metrics.listen ใช้ที่อยู่เดียวกับ %s", "metrics.listen is the same as %s", path),
					fault.Text{TH: "เลือกพอร์ตอื่น หรือเขียน none", EN: "choose another port, or write none"})
			}
		}
	}
	public, ok1 := r.address("public.address", &c.Public.Address)
	office, ok2 := r.address("back_office.address", &c.BackOffice.Address)
	if ok1 && ok2 && public == office {
		r.wrong(r.at("back_office.address"), fault.Text{TH: "public.address กับ back_office.address เป็นที่อยู่เดียวกัน", EN: "public.address and back_office.address are the same"},
			fault.Text{TH: "ใช้คนละชื่อหรือคนละพอร์ต", EN: "give them two names or two ports"})
	}
}

// anyPort reports whether an address leaves its port to the system.
func anyPort(listen string) bool {
	_, port, err := net.SplitHostPort(listen)
	return err == nil && port == "0"
}

func (r *reading) listens(path, addr string) {
	_, port, err := net.SplitHostPort(addr)
	n, bad := strconv.Atoi(port)
	if err != nil || bad != nil || n < 0 || n > 65535 {
		r.wrong(r.at(path), fault.Textf("%s: %q ไม่ใช่ที่อยู่สำหรับรับฟัง", "%s: %q is not an address to listen on", path, addr),
			fault.Text{TH: "เขียนเช่น localhost:8080", EN: "write for example localhost:8080"})
	}
}

// address checks how browsers call a server and writes it in its one form.
func (r *reading) address(path string, addr *string) (string, bool) {
	u, what, hint := webAddress(*addr)
	if what.IsZero() && strings.Trim(u.Path, "/") != "" || u != nil && u.RawQuery != "" {
		what = fault.Textf("%q มีส่วนหลังชื่อเครื่อง", "%q goes on behind the host", *addr)
		hint = fault.Text{TH: "เขียนเพียง https://ชื่อเครื่อง", EN: "write https:// and the host alone"}
	}
	if !what.IsZero() {
		r.wrong(r.at(path), of(path, what), hint)
		return "", false
	}
	*addr = origin(u)
	return *addr, true
}

func of(path string, t fault.Text) fault.Text {
	return fault.Text{TH: path + ": " + t.TH, EN: path + ": " + t.EN}
}

// checkProxies refuses to believe everybody, and an https address without the
// proxy that must stand before it: all of its visitors would seem to be one,
// and share what one may do in a quarter of an hour.
func (r *reading) checkProxies(c *Config) {
	for _, p := range c.TrustedProxies {
		if p.Bits() == 0 {
			r.wrong(r.at("trusted_proxies"), fault.Textf("trusted_proxies: %s คือทุกเครื่อง", "trusted_proxies: %s is everybody", p.String()),
				fault.Text{TH: "ระบุเฉพาะที่อยู่ของพร็อกซี", EN: "name the addresses of the proxies alone"})
		}
	}
	secure := strings.HasPrefix(c.Public.Address, "https:") || strings.HasPrefix(c.BackOffice.Address, "https:")
	if secure && len(c.TrustedProxies) == 0 {
		r.wrong(r.at("trusted_proxies"), fault.Text{TH: "ที่อยู่ https ต้องมีพร็อกซี แต่ไม่ได้ระบุ trusted_proxies", EN: "an https address needs a proxy, and trusted_proxies names none"},
			fault.Text{TH: "ถ้าพร็อกซีอยู่เครื่องเดียวกัน เขียน [127.0.0.1, ::1]", EN: "if it is on this machine, write [127.0.0.1, ::1]"})
	}
}

var (
	phoneForm = regexp.MustCompile(`^\+?[0-9][0-9 #*()-]{1,30}$`)
	emailForm = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
)

func (r *reading) checkContact(c Contact) {
	r.form("contact.phone", c.Phone, phoneForm, "02 612 6060")
	r.form("contact.email", c.Email, emailForm, "contact@example.go.th")
	r.bothOrNone("contact.text", c.Text)
}

// form checks a value that may be empty.
func (r *reading) form(path, value string, form *regexp.Regexp, example string) bool {
	if value == "" || form.MatchString(value) {
		return true
	}
	r.wrong(r.at(path), fault.Textf("%s: %q ใช้ไม่ได้", "%s: %q has the wrong form", path, value),
		fault.Textf("เขียนเช่น %s", "write for example %s", example))
	return false
}

func (r *reading) bothOrNone(path string, t fault.Text) {
	if (t.TH == "") != (t.EN == "") {
		r.wrong(r.at(path), fault.Textf("%s ต้องมีทั้ง th และ en", "%s needs both th and en", path))
	}
}

func (r *reading) within(path string, d, least, most time.Duration) {
	if d < least || d > most {
		r.wrong(r.at(path), fault.Textf("%s ต้องอยู่ระหว่าง %s ถึง %s", "%s lies between %s and %s", path, durationText(least), durationText(most)))
	}
}

func (r *reading) oneOf(path, value string, words ...string) {
	if !slices.Contains(words, value) {
		r.wrong(r.at(path), fault.Textf("%s ไม่รู้จักค่า %q", "%s does not know %q", path, value), fault.DidYouMean(value, words))
	}
}

var (
	nameForm  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)
	wordForm  = regexp.MustCompile(`^[!#-\[\]-~]{1,100}$`) // a scope: RFC 6749, 3.3
	paramForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	ialForm   = regexp.MustCompile(`^(none|[0-9](\.[0-9]{1,2})?)$`)
)

func (r *reading) checkProviders(c *Config) {
	if len(c.Providers) > maxProviders {
		r.wrong(r.at("providers"), fault.Textf("มีผู้ให้บริการเกิน %d ราย", "there are more than %d providers", maxProviders))
		return
	}
	first := map[string]int{}
	for i, p := range c.Providers {
		at := "providers[" + strconv.Itoa(i) + "]"
		if j, twice := first[p.Name]; twice && p.Name != "" {
			r.wrong(r.at(at+".name"), fault.Textf("%s.name: %s เป็นของรายที่ %d แล้ว", "%s.name: %s is the name of provider %d already", at, p.Name, j+1))
		} else {
			first[p.Name] = i
		}
		r.checkProvider(at, p)
	}
}

func (r *reading) checkProvider(at string, p Provider) {
	for _, needed := range []struct{ key, value string }{
		{"name", p.Name}, {"label", cmp.Or(p.Label.TH, p.Label.EN)}, {"issuer", p.Issuer}, {"client_id", p.ClientID},
		{"logout_param", p.LogoutParam}, {"min_ial", p.MinIAL},
	} {
		if needed.value == "" {
			r.empty(at + "." + needed.key)
		}
	}
	if p.MinIAL != "none" && p.Claims.IAL == "" {
		r.empty(at + ".claims.ial")
	}
	r.form(at+".name", p.Name, nameForm, "digital-id")
	r.bothOrNone(at+".label", p.Label)
	r.form(at+".logout_param", p.LogoutParam, paramForm, "post_logout_redirect_uri")
	r.form(at+".min_ial", p.MinIAL, ialForm, "1.3")
	r.oneOf(at+".secret_transform", p.SecretTransform, "none", "dga-md5x7")
	if p.SecretTransform == "dga-md5x7" && p.ClientSecret == "" {
		r.empty(at + ".client_secret")
	}
	for _, s := range p.Scopes {
		r.form(at+".scopes", s, wordForm, "openid")
	}
	if !slices.Contains(p.Scopes, "openid") {
		r.wrong(r.at(at+".scopes"), fault.Textf("%s.scopes ต้องมี openid", "%s.scopes needs openid", at))
	}
	r.checkProviderAddresses(at, p)
}

func (r *reading) checkProviderAddresses(at string, p Provider) {
	e := p.Endpoints
	for _, u := range []struct{ key, value string }{
		{"issuer", p.Issuer}, {"register_url", p.RegisterURL}, {"endpoints.authorize", e.Authorize}, {"endpoints.token", e.Token},
		{"endpoints.userinfo", e.Userinfo}, {"endpoints.jwks", e.JWKS}, {"endpoints.end_session", e.EndSession},
	} {
		if u.value == "" {
			continue
		}
		parsed, what, hint := webAddress(u.value)
		if what.IsZero() && u.key == "issuer" && parsed.RawQuery != "" {
			what = fault.Textf("%q มีส่วนหลังเครื่องหมาย ?", "%q has a query", u.value)
		}
		if !what.IsZero() {
			path := at + "." + u.key
			r.wrong(r.at(path), of(path, what), hint)
		}
	}
	some := e.Authorize != "" || e.Token != "" || e.JWKS != ""
	if some && (e.Authorize == "" || e.Token == "" || e.JWKS == "") {
		r.wrong(r.at(at+".endpoints"), fault.Textf("%s.endpoints ต้องมี authorize, token และ jwks ครบ", "%s.endpoints needs authorize, token and jwks together", at),
			fault.Text{TH: "หรือเว้นทั้งสามไว้ เพื่อใช้ discovery", EN: "or leave all three out, for discovery"})
	}
}

// Loopback reports whether a host, without a port, is this machine alone.
func Loopback(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
