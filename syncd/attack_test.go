package main

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// caller is a program that speaks HTTP to the demonstration, with cookies of its
// own and without following redirects.
type caller struct {
	*http.Client
	t *testing.T
}

func newCaller(t *testing.T) caller {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return caller{&http.Client{Jar: jar}, t}
}

// ask sends a request with headers in pairs, and returns the answer's last
// status and body.
func (c caller) ask(method, to string, form url.Values, headers ...string) (status int, body string) {
	c.t.Helper()
	r, err := http.NewRequest(method, to, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for pair := range slices.Chunk(headers, 2) {
		if r.Header.Set(pair[0], pair[1]); pair[0] == "Host" {
			r.Host = pair[1]
		}
	}
	a, err := c.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer a.Body.Close()
	data, err := io.ReadAll(a.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return a.StatusCode, string(data)
}

var hidden = regexp.MustCompile(`name="request" value="([^"]+)"`)

// signIn signs in as a sample person.
func (c caller) signIn(d demo, person string) {
	c.t.Helper()
	_, page := c.ask("POST", d.office+"/signin/demo", url.Values{"next": {"/"}})
	m := hidden.FindStringSubmatch(page)
	if m == nil {
		c.t.Fatalf("the provider's page has no request: %s", page)
	}
	if status, _ := c.ask("POST", d.issuer+"/sign-in", url.Values{"request": {m[1]}, "person": {person}}); status != http.StatusOK {
		c.t.Fatalf("signing in answers %d", status)
	}
	if !strings.Contains(c.get(d.office+"/me"), "/signout") {
		c.t.Fatalf("%s is not signed in", person)
	}
}

func (c caller) get(to string) string {
	c.t.Helper()
	_, body := c.ask("GET", to, nil)
	return body
}

// session is the value of the session's cookie.
func (c caller) session(d demo) string {
	at, _ := url.Parse(d.office)
	for _, k := range c.Jar.Cookies(at) {
		if k.Name == "khumue" {
			return k.Value
		}
	}
	c.t.Fatal("there is no session")
	return ""
}

func TestAttacksOnTheWholeDaemon(t *testing.T) {
	d := startDemo(t)
	officer := newCaller(t)
	officer.signIn(d, "central")
	secret := officer.session(d)

	t.Run("S8, S20: a session shown in any other way than its cookie is nobody's", func(t *testing.T) {
		for name, headers := range map[string][]string{
			"as a bearer token":            {"Authorization", "Bearer " + secret},
			"as a password":                {"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("khumue:"+secret))},
			"as another cookie":            {"Cookie", "session=" + secret},
			"as the cookie of https":       {"Cookie", "__Host-khumue=" + secret},
			"as a cookie in capitals":      {"Cookie", "KHUMUE=" + secret},
			"as a header of its own":       {"X-Session", secret},
			"with a space before it":       {"Cookie", "khumue=%20" + secret},
			"with something behind it":     {"Cookie", "khumue=" + secret + "A"},
			"as a digest, from a database": {"Cookie", "khumue=" + strings.Repeat("ab", 32)},
		} {
			if _, body := newCaller(t).ask("GET", d.office+"/me", nil, headers...); strings.Contains(body, "/signout") {
				t.Errorf("%s it is believed", name)
			}
		}
		for _, query := range []string{"khumue=", "session=", "token=", "access_token="} {
			if body := newCaller(t).get(d.office + "/me?" + query + secret); strings.Contains(body, "/signout") {
				t.Errorf("in the query as %s it is believed", query)
			}
		}
	})
	// What no keyboard types is dropped, so that a question of it alone asks nothing.
	t.Run("S35: filters and orders are words, not SQL", func(t *testing.T) {
		plain := officer.get(d.office + "/users")
		if !strings.Contains(plain, "ขวัญ ตัวอย่าง") {
			t.Fatal("the list of users has no author")
		}
		for _, evil := range []string{"'", "' OR 1=1 --", "name; DROP TABLE users", "\\", "%", "_", "\x00", "\xff", "(SELECT 1)", "name DESC, (SELECT hash FROM sessions)"} {
			for _, field := range []string{"q", "unit", "role", "sort", "down", "page"} {
				status, body := officer.ask("GET", d.office+"/users?"+url.Values{field: {evil}}.Encode(), nil)
				if status >= 500 || strings.Contains(body, "SQL") || strings.Contains(body, "syntax") {
					t.Errorf("%s=%q answers %d", field, evil, status)
				}
				if field == "q" && evil[0] != 0 && evil[0] != 0xff && strings.Contains(body, "ขวัญ ตัวอย่าง") {
					t.Errorf("q=%q finds everybody", evil)
				}
			}
			for _, path := range []string{"/trail", "/access", "/tokens"} {
				for _, field := range []string{"unit", "who", "what", "from", "to", "on", "point", "page"} {
					if status, _ := officer.ask("GET", d.office+path+"?"+url.Values{field: {evil}}.Encode(), nil); status >= 500 {
						t.Errorf("%s: %s=%q answers %d", path, field, evil, status)
					}
				}
			}
		}
		if after := officer.get(d.office + "/users"); !strings.Contains(after, "ขวัญ ตัวอย่าง") {
			t.Error("the users are gone")
		}
	})
	t.Run("S11: a form on another site changes nothing, whoever is signed in", func(t *testing.T) {
		for _, origin := range []string{"http://evil.example", d.public, d.issuer, "null"} {
			status, _ := officer.ask("POST", d.office+"/me/sessions/end", url.Values{}, "Origin", origin, "Sec-Fetch-Site", "cross-site")
			if status != http.StatusForbidden {
				t.Errorf("from %s: got %d, want 403", origin, status)
			}
		}
		if !strings.Contains(officer.get(d.office+"/me"), "/signout") {
			t.Error("the session ended")
		}
	})
	t.Run("a name that is not ours is misdirected", func(t *testing.T) {
		for _, host := range []string{"evil.example", "localhost.evil.example", "127.evil.example", "127.0.0.1"} {
			if status, _ := newCaller(t).ask("GET", d.office+"/signin", nil, "Host", host); status != http.StatusMisdirectedRequest {
				t.Errorf("%s: got %d, want 421", host, status)
			}
		}
	})
	t.Run("S37: what goes wrong tells no path, no SQL and no trace", func(t *testing.T) {
		for _, path := range []string{"/users/o-aaaaaaaaaaaaaaaa", "/users/%00", "/users/..%2f..%2fetc%2fpasswd", "/assets/../../syncd.yaml", "/nothing", "/signin/none/callback?code=1&state=2"} {
			_, body := officer.ask("GET", d.office+path, nil)
			for _, trace := range []string{"goroutine", ".go:", "sql", "/tmp/", "panic"} {
				if strings.Contains(body, trace) {
					t.Errorf("%s tells %q", path, trace)
				}
			}
		}
	})
}
