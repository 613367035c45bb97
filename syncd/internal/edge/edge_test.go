package edge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
)

// rim is a whole edge around a router, and what it logs.
type rim struct {
	handler http.Handler
	faults  *Faults
	metrics *Metrics
	logged  *bytes.Buffer
}

// at is the hour that does not pass in these tests.
func at() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC) }

const policy = "default-src 'self'"

func newRim(t *testing.T, mux *http.ServeMux, proxies ...netip.Prefix) *rim {
	t.Helper()
	logged := &bytes.Buffer{}
	log := slog.New(slog.NewJSONHandler(logged, nil))
	r := &rim{faults: &Faults{Log: log}, metrics: NewMetrics(), logged: logged}
	cross, err := CrossOrigin(r.faults, "https://portal.example.go.th")
	if err != nil {
		t.Fatal(err)
	}
	o := &Observer{Name: "office", Log: log, Metrics: r.metrics, Proxies: proxies, Now: at}
	inner := Chain(mux, cross, BodyLimit(r.faults, func(*http.Request) int64 { return 10 }), Routes)
	hosts := NewHosts(r.faults, map[string]http.Handler{"https://office.example.go.th": inner})
	r.handler = Chain(hosts, o.Wrap, Headers{CSP: policy, HTTPS: true}.Wrap, r.faults.Recover)
	return r
}

func (r *rim) ask(method, target, body string, header ...string) *http.Response {
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Host = "office.example.go.th"
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, req)
	return w.Result()
}

func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// lines decodes what was logged.
func (r *rim) lines(t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(r.logged.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		delete(m, "time")
		out = append(out, m)
	}
	return out
}

func TestOneLineOfLogWithoutPersonalData(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /user/{id}", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, RequestID(r.Context())+" "+Client(r.Context()).String())
	})
	r := newRim(t, mux)
	answer := r.ask("GET", "/user/1100700000000?q=somchai", "", "User-Agent", "Kiosk/1", "Cookie", "session=abc")
	id := answer.Header.Get("X-Request-Id")
	body := bodyOf(t, answer)
	if body != id+" 192.0.2.1" || len(id) != 14 {
		t.Errorf("got %q, want the id %q of the header and the client", body, id)
	}
	want := []map[string]any{{"level": "INFO", "msg": "request", "server": "office", "id": id, "method": "GET",
		"route": "/user/{id}", "status": 200.0, "bytes": float64(len(body)), "ms": 0.0}}
	if diff := cmp.Diff(want, r.lines(t)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestASurveyLeavesNoLine(t *testing.T) {
	r := newRim(t, http.NewServeMux())
	for _, path := range []string{"/survey/dlt-chatuchak/", "/en/survey/x/", "/api/survey", "/ws/survey", "/api/miss", "//api//survey", "/API/Survey", "/x/../survey/y"} {
		r.ask("GET", path, "")
		if r.logged.Len() > 0 {
			t.Errorf("%s: got %s, want nothing", path, r.logged)
		}
		r.logged.Reset()
	}
	if r.ask("GET", "/surveys", ""); r.logged.Len() == 0 {
		t.Error("got no line of another path, want one")
	}
}

func TestWhatAStrangerWritesIsNoLabel(t *testing.T) {
	r := newRim(t, http.NewServeMux())
	r.ask("EVIL", "/a/b/c", "")
	w := httptest.NewRecorder()
	r.metrics.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`khumue_http_requests_total{class="4xx",method="other",route="none",server="office"} 1`,
		`khumue_http_request_duration_seconds_count{route="none",server="office"} 1`,
		`khumue_http_in_flight{server="office"} 0`, "go_goroutines ",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("got no %s in\n%s", want, w.Body)
		}
	}
}

func TestErrorsBecomeAnswers(t *testing.T) {
	own := fault.New(fault.Conflict, fault.Text{TH: "ชนกัน", EN: "it clashes"}, fault.Text{TH: "เลือก", EN: "choose"})
	tests := []struct {
		name   string
		err    error
		status int
		says   string // in English
		level  string // of the line about it; empty: none
	}{
		{"invalid", fault.Invalid, 400, "What was sent is not valid", ""},
		{"problems", fault.Problems{{File: "name", What: fault.Text{TH: "ว่าง", EN: "is empty"}}}, 400, "name: is empty", ""},
		{"not found, at depth", fmt.Errorf("reading: %w", fault.NotFound), 404, "There is nothing here", ""},
		{"forbidden", fault.Forbidden, 403, "You may not do this", ""},
		{"in its own words", fmt.Errorf("saving: %w", own), 409, "it clashes\nchoose\n", ""},
		{"unavailable", fault.New(fault.Unavailable, fault.Text{TH: "ก", EN: "the database is away"}).Because(errors.New("dial tcp")), 503, "the database is away", "WARN"},
		{"too large", fmt.Errorf("form: %w", &http.MaxBytesError{Limit: 10}), 413, "What was sent is too large\nAt most 10 bytes can be sent", ""},
		{"anything else", errors.New("unexpected EOF"), 500, "Something went wrong on our side", "ERROR"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			mux := http.NewServeMux()
			r := newRim(t, mux)
			mux.Handle("/", r.faults.Handle(func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Content-Type", "image/png")
				return test.err
			}))
			answer := r.ask("GET", "/", "")
			body := bodyOf(t, answer)
			if answer.StatusCode != test.status || !strings.Contains(body, test.says) || answer.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("got %d %q %q, want %d with %q", answer.StatusCode, answer.Header.Get("Content-Type"), body, test.status, test.says)
			}
			lines := r.lines(t)
			switch {
			case test.level == "" && len(lines) != 1:
				t.Errorf("got lines %v, want that of the request alone", lines)
			case test.level != "" && (len(lines) != 2 || lines[0]["level"] != test.level || lines[0]["error"] != test.err.Error()):
				t.Errorf("got lines %v, want one at %s with the error", lines, test.level)
			}
			answer = r.ask("GET", "/", "", "Accept", "application/json")
			var told shownFailure
			if err := json.NewDecoder(answer.Body).Decode(&told); err != nil || told.Status != test.status || told.What.TH == "" || told.What.EN == "" {
				t.Errorf("got %+v, %v as JSON, want %d in both languages", told, err, test.status)
			}
		})
	}
}

func TestNobodyIsToldWhenTheClientIsGone(t *testing.T) {
	mux := http.NewServeMux()
	r := newRim(t, mux)
	ctx, cancel := context.WithCancel(t.Context())
	mux.Handle("/", r.faults.Handle(func(_ http.ResponseWriter, r *http.Request) error {
		cancel()
		return fmt.Errorf("reading: %w", r.Context().Err())
	}))
	req := httptest.NewRequestWithContext(ctx, "GET", "/", nil)
	req.Host = "office.example.go.th"
	r.handler.ServeHTTP(httptest.NewRecorder(), req)
	if lines := r.lines(t); len(lines) != 1 || lines[0]["status"] != 499.0 {
		t.Errorf("got lines %v, want one of the status 499", lines)
	}
}

// S37: a stack trace, SQL or a path in an answer tells an attacker what to try.
func TestS37AnErrorShowsNoInside(t *testing.T) {
	secret := `ERROR: relation "users" /var/lib/khumue/db.sqlite at sqlstore.go:42`
	for name, handler := range map[string]func(*Faults) http.Handler{
		"an error": func(f *Faults) http.Handler {
			return f.Handle(func(http.ResponseWriter, *http.Request) error { return errors.New(secret) })
		},
		"a panic": func(*Faults) http.Handler {
			return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(secret) })
		},
		"a panic of an error": func(*Faults) http.Handler {
			return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(errors.New(secret)) })
		},
		"a cause of a known failure": func(f *Faults) http.Handler {
			return f.Handle(func(http.ResponseWriter, *http.Request) error {
				return fault.New(fault.Unavailable, fault.Text{TH: "ก", EN: "a"}).Because(errors.New(secret))
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			mux := http.NewServeMux()
			r := newRim(t, mux)
			mux.Handle("/", handler(r.faults))
			answer := r.ask("GET", "/", "")
			body := bodyOf(t, answer)
			for _, inside := range []string{"users", "/var", ".go", "goroutine"} {
				if strings.Contains(body, inside) {
					t.Errorf("got %q in the answer: %s", inside, body)
				}
			}
			id := answer.Header.Get("X-Request-Id")
			if answer.StatusCode == 500 && !strings.Contains(body, id) {
				t.Errorf("got %q, want the reference %s", body, id)
			}
			var found int
			for _, line := range r.lines(t) {
				if line["id"] == id && line["error"] != nil && strings.Contains(line["error"].(string), secret) {
					found++
				}
			}
			if found != 1 {
				t.Errorf("got the error %d times in the log, want once under its reference", found)
			}
		})
	}
}

// S38: a log is read by more people than a secret is meant for.
func TestS38TheLogHoldsNoSecretOfARequest(t *testing.T) {
	mux := http.NewServeMux()
	r := newRim(t, mux)
	mux.Handle("/", r.faults.Handle(func(http.ResponseWriter, *http.Request) error { return errors.New("broken") }))
	for _, status := range []string{"/?code=hunter2", "/callback/hunter2?token=hunter2"} {
		r.ask("POST", status, "p=hunter2", "Cookie", "__Host-session=hunter2", "Authorization", "Bearer hunter2", "Referer", "https://x/?hunter2")
	}
	if strings.Contains(r.logged.String(), "hunter2") {
		t.Errorf("got a secret in the log: %s", r.logged)
	}
	if _, err := (addressless{slog.New(slog.NewJSONHandler(r.logged, nil)), "a"}).Write([]byte("http: bad request from 203.0.113.9:4711 and [2001:db8::7]:80\n")); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"203.0.113", "2001:db8"} {
		if strings.Contains(r.logged.String(), address) {
			t.Errorf("got the address %s in the log: %s", address, r.logged)
		}
	}
}

func TestAnAnswerThatBeganIsCut(t *testing.T) {
	mux := http.NewServeMux()
	r := newRim(t, mux)
	mux.Handle("/", r.faults.Handle(func(w http.ResponseWriter, _ *http.Request) error {
		io.WriteString(w, "half")
		return errors.New("broken")
	}))
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("got %v, want the connection aborted", err)
		}
		if lines := r.lines(t); len(lines) != 2 {
			t.Errorf("got lines %v, want the fault and the request", lines)
		}
	}()
	r.ask("GET", "/", "")
}

// S11: a page of another site makes the browser of a signed-in officer send a
// form.
func TestS11ACrossSitePostIsRefused(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	r := newRim(t, mux)
	tests := []struct {
		name, method, key, value string
		want                     int
	}{
		{"from another site", "POST", "Sec-Fetch-Site", "cross-site", 403},
		{"from another host of the same site", "POST", "Sec-Fetch-Site", "same-site", 403},
		{"an old browser, from another site", "POST", "Origin", "https://evil.example", 403},
		{"from nowhere", "POST", "Origin", "null", 403},
		{"a deletion", "DELETE", "Sec-Fetch-Site", "cross-site", 403},
		{"from our own page", "POST", "Sec-Fetch-Site", "same-origin", 200},
		{"an old browser, from our own page", "POST", "Origin", "https://office.example.go.th", 200},
		{"from an origin that is trusted", "POST", "Origin", "https://portal.example.go.th", 200},
		{"from no browser", "POST", "X-Nothing", "", 200},
		{"a link", "GET", "Sec-Fetch-Site", "cross-site", 200},
	}
	for _, test := range tests {
		if got := r.ask(test.method, "/", "", test.key, test.value, "Cookie", "session=1").StatusCode; got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
	if _, err := CrossOrigin(r.faults, "portal.example"); err == nil {
		t.Error("got no error of a trusted origin that is none")
	}
}

func TestBodyLimit(t *testing.T) {
	mux := http.NewServeMux()
	r := newRim(t, mux)
	mux.Handle("/", r.faults.Handle(func(_ http.ResponseWriter, r *http.Request) error {
		_, err := io.ReadAll(r.Body)
		return err
	}))
	for body, want := range map[string]int{"": 200, "0123456789": 200, "01234567890": 413} {
		if got := r.ask("POST", "/", body).StatusCode; got != want {
			t.Errorf("%d bytes: got %d, want %d", len(body), got, want)
		}
		req := httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader(body))) // of unknown length
		req.Host = "office.example.go.th"
		w := httptest.NewRecorder()
		r.handler.ServeHTTP(w, req)
		if w.Code != want {
			t.Errorf("%d bytes, untold: got %d, want %d", len(body), w.Code, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/broken", func(http.ResponseWriter, *http.Request) { panic("x") })
	r := newRim(t, mux)
	for _, target := range []string{"/", "/broken"} {
		h := r.ask("GET", target, "").Header
		for name, want := range map[string]string{
			"Content-Security-Policy":    policy + "; frame-ancestors 'none'",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Permissions-Policy":         noDevices,
			"Referrer-Policy":            "same-origin",
			"Strict-Transport-Security":  "max-age=31536000",
			"X-Content-Type-Options":     "nosniff",
			"X-Frame-Options":            "DENY",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: got %s %q, want %q", target, name, got, want)
			}
		}
	}
	w := httptest.NewRecorder()
	Headers{CSP: "frame-ancestors 'self'", Permissions: "geolocation=(self)"}.Wrap(mux).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	for name, want := range map[string]string{
		"Content-Security-Policy": "frame-ancestors 'self'", "Permissions-Policy": "geolocation=(self)", "Strict-Transport-Security": "", "X-Frame-Options": "",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("got %s %q, want %q", name, got, want)
		}
	}
}

func TestHosts(t *testing.T) {
	named := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, name) })
	}
	log := slog.New(slog.DiscardHandler)
	two := NewHosts(&Faults{Log: log}, map[string]http.Handler{
		"https://portal.example.go.th": named("public"), "https://office.example.go.th:8443": named("office")})
	ports := NewHosts(&Faults{Log: log}, map[string]http.Handler{
		"https://a.example": named("public"), "https://a.example:8443": named("office"), "http://[::1]:8080": named("six")})
	tests := []struct {
		name  string
		hosts *Hosts
		host  string
		want  string // empty: 421
	}{
		{"a name", two, "portal.example.go.th", "public"},
		{"in capitals", two, "Portal.Example.Go.TH", "public"},
		{"with its port", two, "office.example.go.th:8443", "office"},
		{"a proxy left the port out", two, "office.example.go.th", "office"},
		{"a proxy put its own port in", two, "office.example.go.th:8081", "office"},
		{"another name", two, "evil.example", ""},
		{"a name that ends as ours", two, "evil-portal.example.go.th", ""},
		{"a name that begins as ours", two, "portal.example.go.th.evil.example", ""},
		{"an address", two, "127.0.0.1", ""},
		{"none", two, "", ""},
		{"a shared name by its port", ports, "a.example:8443", "office"},
		{"a shared name without one", ports, "a.example", "public"},
		{"a shared name by another port", ports, "a.example:9", ""},
		{"IPv6", ports, "[::1]:8080", "six"},
		{"IPv6 without a port", ports, "[::1]", "six"},
	}
	for _, test := range tests {
		req := httptest.NewRequest("GET", "/", nil)
		req.Host = test.host
		w := httptest.NewRecorder()
		test.hosts.ServeHTTP(w, req)
		if test.want == "" && w.Code != 421 || test.want != "" && w.Body.String() != test.want {
			t.Errorf("%s: got %d %q, want %q", test.name, w.Code, w.Body, test.want)
		}
	}
}

// S23: whoever writes X-Forwarded-For would otherwise choose whose tries are
// counted.
func TestS23AForgedForwardedForIsIgnored(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	tests := []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"nothing is forwarded", "203.0.113.9:1", nil, "203.0.113.9"},
		{"the peer is no proxy", "203.0.113.9:1", []string{"198.51.100.1"}, "203.0.113.9"},
		{"the peer is a proxy", "10.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"the client wrote one itself", "10.0.0.1:1", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"in a header of its own", "10.0.0.1:1", []string{"1.1.1.1", "198.51.100.1"}, "198.51.100.1"},
		{"through two proxies", "10.0.0.1:1", []string{"1.1.1.1, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		{"the client claims to be a proxy", "10.0.0.1:1", []string{"10.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"all are proxies", "10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"a proxy that says nothing", "10.0.0.1:1", nil, "10.0.0.1"},
		{"what is no address", "10.0.0.1:1", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		{"an empty header", "10.0.0.1:1", []string{""}, "10.0.0.1"},
		{"with a port", "10.0.0.1:1", []string{"198.51.100.1:555"}, "198.51.100.1"},
		{"IPv6", "[fd00::1]:1", []string{"2001:db8::7"}, "2001:db8::7"},
		{"IPv6 with a port", "[fd00::1]:1", []string{"[2001:db8::7]:555"}, "2001:db8::7"},
		{"IPv6 in brackets", "[fd00::1]:1", []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"a proxy seen as IPv4 in IPv6", "[::ffff:10.0.0.1]:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a client seen as IPv4 in IPv6", "10.0.0.1:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"no peer", "@", []string{"198.51.100.1"}, "invalid IP"},
	}
	for _, test := range tests {
		req := httptest.NewRequest("GET", "/", nil)
		req.RemoteAddr = test.peer
		req.Header["X-Forwarded-For"] = test.forwarded
		if got := clientOf(req, proxies).String(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func FuzzClient(f *testing.F) {
	f.Add("10.0.0.1:1", "1.2.3.4, [::1]:5")
	f.Add("[fe80::1%eth0]:1", ",,")
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		req := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {forwarded}}}
		got := clientOf(req, proxies)
		if direct, ok := parseAddr(peer); ok && !within(direct, proxies) && got != direct {
			t.Errorf("got %s of a peer that is no proxy, want %s", got, direct)
		}
	})
}
