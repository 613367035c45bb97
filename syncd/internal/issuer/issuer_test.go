package issuer

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/testkit"
)

var chrome testkit.Browser

func TestMain(m *testing.M) {
	code := m.Run()
	chrome.Close()
	os.Exit(code)
}

const back = "http://localhost:8081/back"

func sample(address string) Config {
	return Config{
		URL:     address,
		Clients: []Client{{ID: "khumue", Secret: "s3cret", Redirects: []string{back}, LogoutRedirects: []string{"http://localhost:8081/"}}},
		People: []Person{
			{ID: "central", Name: "สมหญิง รักงาน", Email: "somying@example.com", IAL: "2.3", About: fault.Text{TH: "เจ้าหน้าที่ส่วนกลาง กรมการขนส่งทางบก", EN: "Central officer of the Department of Land Transport"}},
			{ID: "author", Name: "สมชาย ใจดี", About: fault.Text{TH: "เจ้าหน้าที่จัดทำคู่มือ", EN: "Author"}},
		},
	}
}

// open serves an issuer until the test ends.
func open(t *testing.T, change ...func(*Config)) *testkit.Server {
	t.Helper()
	var h http.Handler
	s := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	cfg := sample(s.URL)
	for _, f := range change {
		f(&cfg)
	}
	var err error
	if h, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	return s
}

// visitor is a browser that follows no redirect by itself.
func visitor(t *testing.T) *http.Client {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func ask(base string, change func(url.Values)) string {
	q := url.Values{
		"client_id": {"khumue"}, "response_type": {"code"}, "scope": {"openid profile"}, "redirect_uri": {back}, "state": {"st"}, "nonce": {"no"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	if change != nil {
		change(q)
	}
	return base + "/authorize?" + q.Encode()
}

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // of RFC 7636, appendix B

func get(t *testing.T, c *http.Client, address string) (*http.Response, string) {
	t.Helper()
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body(t, resp)
}

func post(t *testing.T, c *http.Client, address string, form url.Values) (*http.Response, string) {
	t.Helper()
	resp, err := c.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body(t, resp)
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// code goes through the page as a person and returns the code.
func code(t *testing.T, c *http.Client, base string) string {
	t.Helper()
	resp, _ := get(t, c, ask(base, nil))
	page, err := resp.Location()
	if err != nil {
		t.Fatalf("got %s, want to be led to the page", resp.Status)
	}
	resp, _ = post(t, c, base+"/sign-in", url.Values{"request": {page.Query().Get("request")}, "person": {"central"}})
	next, err := resp.Location()
	if err != nil {
		t.Fatalf("got %s, want to be led on", resp.Status)
	}
	resp, _ = get(t, c, next.String())
	home, err := resp.Location()
	if err != nil || !strings.HasPrefix(home.String(), back) || home.Query().Get("state") != "st" {
		t.Fatalf("got %v, want to be led back", home)
	}
	return home.Query().Get("code")
}

func redeem(t *testing.T, base, code, secret, verifier string) (*http.Response, string) {
	t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {back}, "code_verifier": {verifier}}
	req, _ := http.NewRequest(http.MethodPost, base+"/oauth/token", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("khumue", secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body(t, resp)
}

func TestACodeIsWorthOneTokenToItsClient(t *testing.T) {
	s := open(t)
	for _, tc := range []struct {
		name, secret, verifier string
		want                   int
	}{
		{"with secret and verifier", "s3cret", verifier, http.StatusOK},
		{"with another verifier", "s3cret", strings.Repeat("x", 43), http.StatusBadRequest},
		{"without a verifier", "s3cret", "", http.StatusBadRequest},
		{"with another secret", "wrong", verifier, http.StatusUnauthorized},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := code(t, visitor(t), s.URL)
			if resp, text := redeem(t, s.URL, c, tc.secret, tc.verifier); resp.StatusCode != tc.want {
				t.Errorf("got %s %s, want %d", resp.Status, text, tc.want)
			}
			if resp, _ := redeem(t, s.URL, c, "s3cret", verifier); resp.StatusCode != http.StatusBadRequest {
				t.Errorf("the code served twice: %s", resp.Status)
			}
		})
	}
}

func TestARequestThatIsNotInOrderIsNotShownToAnyone(t *testing.T) {
	s := open(t)
	for _, tc := range []struct {
		name   string
		change func(url.Values)
	}{
		{"no PKCE", func(q url.Values) { q.Del("code_challenge"); q.Del("code_challenge_method") }},
		{"plain PKCE", func(q url.Values) { q.Set("code_challenge_method", "plain") }},
		{"another client", func(q url.Values) { q.Set("client_id", "other") }},
		{"another address to come back to", func(q url.Values) { q.Set("redirect_uri", "http://localhost:8081/other") }},
		{"tokens in the address", func(q url.Values) { q.Set("response_type", "id_token token") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			resp, _ := get(t, visitor(t), ask(s.URL, tc.change))
			to, err := resp.Location()
			if err == nil && (strings.HasPrefix(to.Path, signIn) || to.Query().Get("code") != "") {
				t.Errorf("got %s %v, want a refusal", resp.Status, to)
			}
		})
	}
}

func TestCancellingIsToldToTheClient(t *testing.T) {
	s := open(t)
	c := visitor(t)
	resp, _ := get(t, c, ask(s.URL, nil))
	page, _ := resp.Location()
	resp, _ = post(t, c, s.URL+"/sign-in", url.Values{"request": {page.Query().Get("request")}, "cancel": {"1"}})
	home, err := resp.Location()
	if err != nil || home.Query().Get("error") != "access_denied" || home.Query().Get("state") != "st" {
		t.Errorf("got %v, want access_denied", home)
	}
}

func TestNothingButSignInIsOpen(t *testing.T) {
	s := open(t)
	for _, path := range []string{"/oauth/introspect", "/revoke", "/device_authorization", "/healthz", "/assets/js/settings.js", "/assets/../issuer.go"} {
		if resp, _ := get(t, visitor(t), s.URL+path); resp.StatusCode == http.StatusOK {
			t.Errorf("%s answers %s", path, resp.Status)
		}
	}
}

func TestAnotherSiteChoosesForNobody(t *testing.T) {
	s := open(t)
	c := visitor(t)
	resp, _ := get(t, c, ask(s.URL, nil))
	page, _ := resp.Location()
	form := url.Values{"request": {page.Query().Get("request")}, "person": {"central"}}
	req, _ := http.NewRequest(http.MethodPost, s.URL+"/sign-in", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body(t, resp)
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("got %s, want 403", resp.Status)
	}
}

func TestARequestExpires(t *testing.T) {
	at := time.Now()
	s := open(t, func(c *Config) { c.Now = func() time.Time { return at } })
	c := visitor(t)
	resp, _ := get(t, c, ask(s.URL, nil))
	page, _ := resp.Location()
	at = at.Add(requestLife)
	resp, text := get(t, c, page.String())
	if resp.StatusCode != http.StatusNotFound || !strings.Contains(text, "หมดอายุ") {
		t.Errorf("got %s, want to be told that it has expired", resp.Status)
	}
}

func TestThePageInBothLanguages(t *testing.T) {
	s := open(t)
	tab := chrome.Open(t, s, testkit.View{Width: 360, NoScript: true})
	for lang, want := range map[string]string{"th": "ใครก็เลือกเป็นใครก็ได้", "en": "Anyone can be anyone"} {
		resp, _ := get(t, visitor(t), ask(s.URL, nil))
		page, _ := resp.Location()
		tab.Go(page.RequestURI() + "&lang=" + lang)
		if got := tab.Text(`document.body.innerText`); !strings.Contains(got, want) || !strings.Contains(got, "สมหญิง รักงาน") {
			t.Errorf("%s: got %q, want %q and the people", lang, got, want)
		}
	}
}

func TestThePageHasNoInlineCodeAndKeepsItsPolicy(t *testing.T) {
	s := open(t)
	c := visitor(t)
	resp, _ := get(t, c, ask(s.URL, nil))
	page, _ := resp.Location()
	resp, text := get(t, c, page.String())
	if p := resp.Header.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'") || !strings.Contains(p, "form-action 'self' http://localhost:8081") {
		t.Errorf("got policy %q", p)
	}
	if regexp.MustCompile(`<script|<style| style=| on[a-z]+=`).MatchString(text) {
		t.Error("there is inline code in the page")
	}
	for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(text, -1) {
		if resp, _ := get(t, c, s.URL+m[1]); resp.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", m[1], resp.Status)
		}
	}
}

func TestWhatIsNoIssuerIsRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Config)
	}{
		{"plain http for others", func(c *Config) { c.URL = "http://id.example" }},
		{"a path in the address", func(c *Config) { c.URL = "http://localhost:8082/" }},
		{"no address", func(c *Config) { c.URL = "" }},
		{"nobody to be", func(c *Config) { c.People = nil }},
		{"two of the same id", func(c *Config) { c.People = append(c.People, c.People[0]) }},
		{"an id that the library splits", func(c *Config) { c.People[0].ID = "a:b" }},
		{"a client without a secret", func(c *Config) { c.Clients[0].Secret = "" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cfg := sample("http://localhost:8082")
			tc.change(&cfg)
			if _, err := New(cfg); err == nil {
				t.Error("it was taken")
			}
		})
	}
}

func TestAShelfIsBoundedAndForgets(t *testing.T) {
	at := time.Now()
	s := newShelf[int](func() time.Time { return at }, time.Minute, 10)
	var keys []string
	for i := range 1000 {
		keys = append(keys, s.put(i))
		if i%3 == 0 {
			s.take(keys[i])
		}
	}
	if len(s.items) > 10 || len(s.order) > 20 {
		t.Errorf("got %d things in a line of %d, want at most 10 and 20", len(s.items), len(s.order))
	}
	if v, ok := s.get(keys[998]); !ok || v != 998 {
		t.Errorf("got %d %v, want the newest", v, ok)
	}
	if _, ok := s.get(keys[0]); ok {
		t.Error("the oldest is still there")
	}
	at = at.Add(time.Minute)
	if _, ok := s.get(keys[998]); ok {
		t.Error("what expired is still there")
	}
	s.put(1)
	if len(s.items) != 1 {
		t.Errorf("got %d things, want what expired to go", len(s.items))
	}
}

func TestTheHandlerNeedsNoServer(t *testing.T) {
	h, err := New(sample("https://demo.example"))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"issuer":"https://demo.example"`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}
