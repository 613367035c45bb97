package pages

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The cookies, as they are called on loopback. Over TLS their names begin with
// __Host-, which no other host can set.
const (
	sessionCookie = "khumue"
	signInCookie  = "signin" // a sign-in that has begun
	flashCookie   = "flash"  // what the next page says
	langCookie    = "lang"
	schemeCookie  = "scheme"
	asCookie      = "as" // as what the person works, of several roles
)

// How long cookies live that do not end with the browser.
const (
	signInTime = 10 * time.Minute
	preferTime = 365 * 24 * time.Hour
	flashTime  = time.Minute
)

func (x *exchange) cookieName(name string) string {
	if x.secure {
		return "__Host-" + name
	}
	return name
}

// cookie is the value of a cookie; "" when there is none, or two.
func (x *exchange) cookie(name string) string {
	found := x.r.CookiesNamed(x.cookieName(name))
	if len(found) != 1 {
		return ""
	}
	return found[0].Value
}

// setCookie sets a cookie for so long; 0 is until the browser ends.
func (x *exchange) setCookie(name, value string, long time.Duration) {
	http.SetCookie(x.w, &http.Cookie{
		Name: x.cookieName(name), Value: value, Path: "/", MaxAge: int(long / time.Second),
		Secure: x.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (x *exchange) dropCookie(name string) { x.setCookie(name, "", -time.Second) }

// flash is what the page after a change says of it: the key of a message. It is
// sealed, so that nobody else can make a page say something.
type flash struct {
	Key  string   `json:"k"`
	Args []string `json:"a,omitempty"`
}

func (x *exchange) setFlash(key string, args []string) {
	plain, err := json.Marshal(flash{key, args})
	if err != nil {
		return // strings are never refused
	}
	x.setCookie(flashCookie, base64.RawURLEncoding.EncodeToString(append(x.mac(plain), plain...)), flashTime)
}

// takeFlash is what the page is to say, once; "" when nothing.
func (x *exchange) takeFlash() string {
	value := x.cookie(flashCookie)
	if value == "" {
		return ""
	}
	x.dropCookie(flashCookie)
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(raw) < sha256.Size || !hmac.Equal(raw[:sha256.Size], x.mac(raw[sha256.Size:])) {
		return ""
	}
	var f flash
	if json.Unmarshal(raw[sha256.Size:], &f) != nil {
		return ""
	}
	args := make([]any, len(f.Args))
	for i, a := range f.Args {
		args[i] = a
	}
	return x.t(f.Key, args...)
}

func (p *Pages) mac(plain []byte) []byte {
	h := hmac.New(sha256.New, p.seal[:])
	h.Write(plain)
	return h.Sum(nil)
}

// started is a sign-in that has begun in this browser.
type started struct {
	Provider string    `json:"p"`
	Next     string    `json:"n"`
	At       time.Time `json:"t"`
	Pending  Pending   `json:"s"`
}

func (x *exchange) keepStarted(s started) {
	plain, err := json.Marshal(s)
	if err != nil {
		return // strings and times are never refused
	}
	x.setCookie(signInCookie, base64.RawURLEncoding.EncodeToString(plain), signInTime)
}

// takeStarted is the sign-in that this browser began with the provider, once.
func (x *exchange) takeStarted(provider string) (s started, ok bool) {
	value := x.cookie(signInCookie)
	x.dropCookie(signInCookie)
	plain, err := base64.RawURLEncoding.DecodeString(value)
	if value == "" || err != nil || json.Unmarshal(plain, &s) != nil {
		return started{}, false
	}
	age := x.now().Sub(s.At)
	return s, s.Provider == provider && age >= 0 && age < signInTime && s.Pending.State != ""
}

// localPath returns an address of this back office as it is to be gone to; "/"
// for whatever else it is given.
func localPath(s string) string {
	if len(s) > 2000 || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || !utf8.ValidString(s) ||
		strings.ContainsFunc(s, func(r rune) bool { return r == '\\' || unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return "/"
	}
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.ContainsFunc(u.Path, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }) {
		return "/"
	}
	to := &url.URL{Path: u.Path, RawQuery: u.Query().Encode()}
	return to.String()
}

// clean drops what no field of ours holds: characters that are not text, and
// blanks around it.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}
