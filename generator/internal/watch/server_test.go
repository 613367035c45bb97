package watch

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
)

const home = "<!doctype html><html><body><h1>คู่มือ</h1></body></html>"

// portal writes a small site and returns a server for it.
func portal(t *testing.T) *Server {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{
		"index.html":                   home,
		"404.html":                     "<h1>ไม่มีหน้านี้</h1>",
		"en/404.html":                  "<h1>Not found</h1>",
		"procedure/a/index.html":       "<p>a",
		"en/index.html":                "<p>home",
		"assets/site.0123.css":         strings.Repeat("a{b:c}", 500),
		"assets/site.0123.css.br":      "brotli",
		"assets/site.0123.css.gz":      "gzip",
		"assets/plain.js":              strings.Repeat("let a=1;", 500),
		"assets/small.js":              "1",
		"sw.js":                        "self",
		"form.pdf":                     "0123456789",
		"data/x.bin":                   "\x00\x01",
		"manifest.webmanifest":         "{}",
		"แบบคำขอ 1.pdf":                "thai",
		".gitignore":                   "*",
		".well-known/security.txt":     "Contact: mailto:a@example.org",
		"procedure/.hidden/index.html": "hidden",
	} {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), data)
	}
	return &Server{Dir: dir, Immutable: func(p string) bool { return strings.Contains(p, ".0123.") }}
}

// ask sends one request to the server.
func ask(s *Server, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, "http://localhost/", nil)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(target, "?")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func content(t *testing.T, r *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestHeaders(t *testing.T) {
	s := portal(t)
	s.Headers = http.Header{"Content-Security-Policy": {"default-src 'self'"}, "referrer-policy": {"no-referrer"}}
	for _, path := range []string{"/", "/none", "/procedure/a"} {
		h := ask(s, "GET", path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'",
			"Referrer-Policy":         "no-referrer",
			"X-Content-Type-Options":  "nosniff",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: got %s %q, want %q", path, name, got, want)
			}
		}
	}
	if got := ask(s, "GET", "/sw.js", "Service-Worker", "script").Header.Get("Service-Worker-Allowed"); got != "/" {
		t.Errorf("got Service-Worker-Allowed %q, want /", got)
	}
}

// A page of evil.example may make its own name point to 127.0.0.1, and would
// then be allowed to read what this server shows.
func TestAForeignHostIsRefused(t *testing.T) {
	s := portal(t)
	s.Hosts = []string{"Office.test"}
	for host, want := range map[string]int{
		"localhost":         200,
		"localhost:8080":    200,
		"portal.localhost":  200,
		"127.0.0.1:8080":    200,
		"[::1]:8080":        200,
		"office.test:8080":  200,
		"evil.example":      421,
		"127.evil.example":  421,
		"localhost.evil.th": 421,
		"":                  421,
	} {
		if got := ask(s, "GET", "/", "Host", host).StatusCode; got != want {
			t.Errorf("%q: got %d, want %d", host, got, want)
		}
	}
}

func TestASiteThatIsNotThereYet(t *testing.T) {
	s := &Server{Dir: filepath.Join(t.TempDir(), "public"), Live: NewLive()}
	r := ask(s, "GET", "/")
	got := content(t, r)
	if r.StatusCode != 404 || !strings.Contains(got, "ยังไม่ถูกสร้าง") || !strings.Contains(got, "/_khumue/live.js") {
		t.Errorf("got %d %q, want a page that will show the problems", r.StatusCode, got)
	}
}

func TestLivePagesBearTheScript(t *testing.T) {
	l := NewLive()
	tag := `<script src="/_khumue/live.js" data-build="` + l.run + `-0" defer></script>`
	for page, want := range map[string]string{
		home:                  strings.Replace(home, "</body>", tag+"</body>", 1),
		"<p>minified":         "<p>minified" + tag,
		"<BODY>a</BODY>":      "<BODY>a" + tag + "</BODY>",
		"<pre></body></body>": "<pre></body>" + tag + "</body>",
	} {
		if got := string(l.inject([]byte(page))); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	s := portal(t)
	s.Live = l
	r := ask(s, "GET", "/", "Accept-Encoding", "gzip")
	if got := content(t, r); !strings.Contains(got, tag) || r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("ETag") != "" {
		t.Errorf("got %q with headers %v, want the script and no caching", got, r.Header)
	}
	if got := content(t, ask(s, "GET", "/assets/small.js")); got != "1" {
		t.Errorf("got %q, want a script as it is", got)
	}
	for path, kind := range map[string]string{"/_khumue/live.js": "text/javascript; charset=utf-8", "/_khumue/live.css": "text/css; charset=utf-8"} {
		if r := ask(s, "GET", path); r.StatusCode != 200 || r.Header.Get("Content-Type") != kind {
			t.Errorf("%s: got %d %s, want 200 %s", path, r.StatusCode, r.Header.Get("Content-Type"), kind)
		}
	}
	if got := ask(s, "GET", "/_khumue/other").StatusCode; got != 404 {
		t.Errorf("got %d, want 404", got)
	}
}

var sample = fault.Problems{{File: "agencies/dlt/agency.yaml", Line: 12, What: fault.Text{TH: "ชื่อว่าง", EN: "the name is empty"}}}

const sampleJSON = `[{"file":"agencies/dlt/agency.yaml","line":12,"what":{"th":"ชื่อว่าง","en":"the name is empty"},"hint":{"th":"","en":""}}]`

// pipes is a network inside one process, whose time may be made.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		p.conns <- theirs
		return ours, nil
	}}}
}

func TestEvents(t *testing.T) {
	s := &Server{Dir: t.TempDir(), Live: NewLive()}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p, served := newPipes(), make(chan error)
		go func() { served <- s.Serve(ctx, p) }()
		client := p.client()
		r, err := client.Get("http://localhost/_khumue/events?build=" + s.Live.run + "-0")
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Header.Get("Content-Type"); got != "text/event-stream; charset=utf-8" {
			t.Errorf("got type %q, want an event stream", got)
		}
		events := bufio.NewReader(r.Body)
		want := func(event string) {
			t.Helper()
			if got := nextEvent(t, events); got != event {
				t.Errorf("got event %q, want %q", got, event)
			}
		}
		want("event: problems\ndata: []\n")
		s.Live.Report(sample)
		want("event: problems\ndata: " + sampleJSON + "\n")
		for range 20 { // eight minutes, in which all deadlines of a request pass
			want(": still here\n")
		}
		s.Live.Report(nil)
		want("event: problems\ndata: []\n")
		s.Live.Reload()
		want("event: reload\ndata: " + s.Live.run + "-1\n")

		cancel()
		if err := <-served; err != nil {
			t.Errorf("got error %v of the stop, want none", err)
		}
		if _, err := io.ReadAll(events); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("got error %v at the end of the stream, want its end", err)
		}
		client.CloseIdleConnections()
	})
}

func nextEvent(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	var event strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("got error %v after %q, want an event", err, event.String())
		}
		if line == "\n" {
			return event.String()
		}
		event.WriteString(line)
	}
}

func TestTooManyPages(t *testing.T) {
	l := NewLive()
	for range maxViewers {
		if !l.enter() {
			t.Fatal("got a page refused, want room")
		}
	}
	s := &Server{Dir: t.TempDir(), Live: l}
	if r := ask(s, "GET", "/_khumue/events"); r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
		t.Errorf("got %d, want 503 with the time to wait", r.StatusCode)
	}
	if r := ask(s, "POST", "/_khumue/events"); r.StatusCode != 405 {
		t.Errorf("got %d, want 405", r.StatusCode)
	}
}

func TestServeOnARealListener(t *testing.T) {
	l, err := Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	if host, _, _ := net.SplitHostPort(l.Addr().String()); !net.ParseIP(host).IsLoopback() {
		t.Errorf("got %s, want the loopback interface", host)
	}
	if _, err := Listen(l.Addr().String()); !errors.Is(err, fault.Unavailable) {
		t.Errorf("got error %v of an address in use, want %v", err, fault.Unavailable)
	}
	if _, err := Listen("8080"); !errors.Is(err, fault.Invalid) {
		t.Errorf("got error %v of no address, want %v", err, fault.Invalid)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	s := portal(t)
	go func() { served <- s.Serve(ctx, l) }()
	r, err := http.Get("http://" + l.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if diff := cmp.Diff(home, content(t, r)); diff != "" {
		t.Errorf("home (-want +got):\n%s", diff)
	}
	raw(t, l.Addr().String(), "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 301 ")
	raw(t, l.Addr().String(), "GET /..%5c..%5cetc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 404 ")
	cancel()
	if err := <-served; err != nil {
		t.Errorf("got error %v of the stop, want none", err)
	}
}

// raw sends bytes as no client of Go would.
func raw(t *testing.T, addr, request, want string) {
	t.Helper()
	c, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil || !bytes.HasPrefix(got, []byte(want)) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}
