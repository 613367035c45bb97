package webroot

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const home = "<!doctype html><html><body><h1>คู่มือ</h1></body></html>"

// portal writes a small site and returns a server for it.
func portal(t *testing.T) *Folder {
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
	return &Folder{Dir: dir, CompressUpTo: 1 << 20, Immutable: func(p string) bool { return strings.Contains(p, ".0123.") }}
}

// ask sends one request to the server.
func ask(s *Folder, method, target string, header ...string) *http.Response {
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

func write(t *testing.T, name, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAddresses(t *testing.T) {
	tests := []struct {
		name, path string
		status     int
		location   string
		kind, body string
	}{
		{"the home page", "/", 200, "", "text/html; charset=utf-8", home},
		{"the page of a folder", "/procedure/a/", 200, "", "text/html; charset=utf-8", "<p>a"},
		{"a folder without its slash", "/procedure/a?x=1&y=2", 301, "/procedure/a/?x=1&y=2", "", ""},
		{"a file", "/sw.js", 200, "", "text/javascript; charset=utf-8", "self"},
		{"a file that the types do not know", "/data/x.bin", 200, "", "application/octet-stream", "\x00\x01"},
		{"a manifest", "/manifest.webmanifest", 200, "", "application/manifest+json", "{}"},
		{"a name in Thai", "/แบบคำขอ 1.pdf", 200, "", "application/pdf", "thai"},
		{"a file as if it were a folder", "/sw.js/", 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
		{"a folder without a page", "/assets/", 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
		{"nothing", "/no/such/", 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
		{"nothing in English", "/en/no/such", 404, "", "text/html; charset=utf-8", "<h1>Not found</h1>"},
		{"a double slash", "//procedure//a/", 301, "/procedure/a/", "", ""},
		{"a path that leads to another host", "//example.org/..", 301, "/", "", ""},
		{"dots", "/procedure/../sw.js", 301, "/sw.js", "", ""},
		{"dots above the site", "/../../etc/passwd", 301, "/etc/passwd", "", ""},
		{"what that leads to", "/etc/passwd", 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
		{"a backslash", `/..\..\sw.js`, 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
		{"a stream of NTFS", "/index.html::$DATA", 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
		{"a NUL", "/index.html\x00.txt", 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
		{"a hidden file", "/.gitignore", 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
		{"a hidden folder", "/procedure/.hidden/", 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
		{"a well-known file", "/.well-known/security.txt", 200, "", "text/plain; charset=utf-8", "Contact: mailto:a@example.org"},
		{"the server's own addresses, when no page is told anything", "/_khumue/live.js", 404, "", "text/html; charset=utf-8", "<h1>ไม่มีหน้านี้</h1>"},
	}
	s := portal(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := ask(s, "GET", test.path)
			if r.StatusCode != test.status || r.Header.Get("Location") != test.location {
				t.Fatalf("got %d to %q, want %d to %q", r.StatusCode, r.Header.Get("Location"), test.status, test.location)
			}
			if test.kind == "" {
				return
			}
			if got := r.Header.Get("Content-Type"); got != test.kind {
				t.Errorf("got type %q, want %q", got, test.kind)
			}
			if got := content(t, r); got != test.body {
				t.Errorf("got body %q, want %q", got, test.body)
			}
		})
	}
}

func TestALinkThatLeavesTheSiteIsNotFollowed(t *testing.T) {
	s := portal(t)
	outside := filepath.Join(t.TempDir(), "secret.txt")
	write(t, outside, "secret")
	if err := os.Symlink(outside, filepath.Join(s.Dir, "leak.txt")); err != nil {
		t.Fatal(err)
	}
	if r := ask(s, "GET", "/leak.txt"); r.StatusCode != 404 {
		t.Errorf("got %d %q, want 404", r.StatusCode, content(t, r))
	}
}

func TestEncodings(t *testing.T) {
	tests := []struct {
		name, path, accept, encoding string
		compressed                   bool // by the server
	}{
		{"nothing is asked for", "/assets/site.0123.css", "", "", false},
		{"the best that is there", "/assets/site.0123.css", "gzip, deflate, br", "br", false},
		{"the client refuses one", "/assets/site.0123.css", "br;q=0, gzip;q=0.5", "gzip", false},
		{"anything", "/assets/site.0123.css", "*", "br", false},
		{"anything but", "/assets/site.0123.css", "*;q=0", "", false},
		{"a weight that is no number", "/assets/site.0123.css", "br;q=x", "", false},
		{"none is there", "/assets/plain.js", "br, gzip", "gzip", true},
		{"it is too small", "/assets/small.js", "gzip", "", false},
		{"it is no text", "/form.pdf", "gzip", "", false},
	}
	s := portal(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := ask(s, "GET", test.path, "Accept-Encoding", test.accept)
			if got := r.Header.Get("Content-Encoding"); got != test.encoding {
				t.Fatalf("got encoding %q, want %q", got, test.encoding)
			}
			if got, want := r.Header.Get("Vary") != "", test.path != "/form.pdf"; got != want {
				t.Errorf("got Vary %v, want %v", got, want)
			}
			if !test.compressed {
				return
			}
			z, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Repeat("let a=1;", 500); string(data) != want {
				t.Errorf("got %d bytes, want %d", len(data), len(want))
			}
		})
	}
}

func TestCaching(t *testing.T) {
	s := portal(t)
	for path, want := range map[string]string{
		"/":                     "no-cache",
		"/sw.js":                "no-cache",
		"/assets/site.0123.css": "public, max-age=31536000, immutable",
		"/none":                 "no-store",
	} {
		if got := ask(s, "GET", path).Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	first := ask(s, "GET", "/", "Accept-Encoding", "gzip")
	tag, date := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
	if tag == "" || date == "" {
		t.Fatalf("got tag %q and date %q, want both", tag, date)
	}
	if got := ask(s, "GET", "/", "If-None-Match", tag).StatusCode; got != 304 {
		t.Errorf("got %d for the same tag, want 304", got)
	}
	if got := ask(s, "GET", "/", "If-Modified-Since", date).StatusCode; got != 304 {
		t.Errorf("got %d for the same date, want 304", got)
	}
	plain, br := ask(s, "GET", "/assets/site.0123.css"), ask(s, "GET", "/assets/site.0123.css", "Accept-Encoding", "br")
	if plain.Header.Get("ETag") == br.Header.Get("ETag") {
		t.Error("got one tag for two encodings, want two")
	}
	write(t, filepath.Join(s.Dir, "index.html"), home+"<!-- longer -->")
	if got := ask(s, "GET", "/", "If-None-Match", tag).StatusCode; got != 200 {
		t.Errorf("got %d for a tag of before the change, want 200", got)
	}
}

func TestRangesAndMethods(t *testing.T) {
	s := portal(t)
	r := ask(s, "GET", "/form.pdf", "Range", "bytes=2-4")
	if got := content(t, r); r.StatusCode != 206 || got != "234" || r.Header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("got %d %q %q, want 206 with bytes 2 to 4", r.StatusCode, got, r.Header.Get("Content-Range"))
	}
	r = ask(s, "GET", "/assets/plain.js", "Range", "bytes=0-2", "Accept-Encoding", "gzip")
	if got := content(t, r); r.StatusCode != 206 || got != "let" {
		t.Errorf("got %d %q, want a range of the file and not of its compressed form", r.StatusCode, got)
	}
	if got := ask(s, "GET", "/form.pdf", "Range", "bytes=20-").StatusCode; got != 416 {
		t.Errorf("got %d for a range behind the end, want 416", got)
	}
	for _, path := range []string{"/form.pdf", "/none"} {
		r = ask(s, "HEAD", path)
		if got := content(t, r); got != "" || r.Header.Get("Content-Length") == "" {
			t.Errorf("%s: got body %q and length %q of HEAD, want a length alone", path, got, r.Header.Get("Content-Length"))
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "TRACE"} {
		r := ask(s, method, "/")
		if r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: got %d, Allow %q, want 405", method, r.StatusCode, r.Header.Get("Allow"))
		}
	}
}

func TestASiteBelowAPath(t *testing.T) {
	s := portal(t)
	s.Base = "/manuals"
	for path, want := range map[string]string{
		"/":                     "/manuals/",
		"/manuals":              "/manuals/",
		"/manuals/procedure/a":  "/manuals/procedure/a/",
		"/manuals/procedure/a/": "",
	} {
		if got := ask(s, "GET", path).Header.Get("Location"); got != want {
			t.Errorf("%s: got a redirect to %q, want %q", path, got, want)
		}
	}
	if got := ask(s, "GET", "/sw.js").StatusCode; got != 404 {
		t.Errorf("got %d outside the path, want 404", got)
	}
	if got := ask(s, "GET", "/manuals/sw.js", "Service-Worker", "script").Header.Get("Service-Worker-Allowed"); got != "/manuals/" {
		t.Errorf("got Service-Worker-Allowed %q, want /manuals/", got)
	}
}

func TestASwappedSiteIsServed(t *testing.T) {
	s := portal(t)
	ask(s, "GET", "/")
	if err := os.Rename(s.Dir, s.Dir+".old"); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.Dir, "index.html"), "new")
	if got := content(t, ask(s, "GET", "/")); got != "new" {
		t.Errorf("got %q, want the new site", got)
	}
	os.RemoveAll(s.Dir + ".old")
}

func FuzzAddressesStayInside(f *testing.F) {
	for _, s := range []string{"/", "/../x", `/..\x`, "/procedure/a", "//x", "/\x00", "/.gitignore", "/sw.js/"} {
		f.Add(s)
	}
	root := f.TempDir()
	if err := os.WriteFile(filepath.Join(root, "secret"), []byte("secret"), 0o644); err != nil {
		f.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "site"), 0o755); err != nil {
		f.Fatal(err)
	}
	s := &Folder{Dir: filepath.Join(root, "site")}
	f.Fuzz(func(t *testing.T, path string) {
		r := ask(s, "GET", path)
		if to := r.Header.Get("Location"); strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) {
			t.Errorf("got a redirect to %q, want one that stays here", to)
		}
		if strings.Contains(content(t, r), "secret") {
			t.Errorf("got a file outside the site at %q", path)
		}
	})
}

func TestAPageIsAmended(t *testing.T) {
	f := portal(t)
	f.Amend = func(page []byte) []byte { return append(page, "<!-- amended -->"...) }
	for path, want := range map[string]string{
		"/":                home + "<!-- amended -->",
		"/en/no":           "<h1>Not found</h1><!-- amended -->",
		"/assets/small.js": "1",
	} {
		r := ask(f, "GET", path, "Accept-Encoding", "gzip, br")
		if got := content(t, r); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
		page := strings.HasPrefix(r.Header.Get("Content-Type"), "text/html")
		if kept := r.Header.Get("Cache-Control") != "no-store"; page == kept {
			t.Errorf("%s: got a browser that keeps it: %v, want %v", path, kept, !page)
		}
	}
}

// Whoever can make a server compress megabytes by a line of text can stop it.
func TestNothingIsCompressedOnDemandUnlessAllowed(t *testing.T) {
	f := portal(t)
	f.CompressUpTo = 0
	write(t, filepath.Join(f.Dir, "404.html.gz"), "smaller")
	for path, want := range map[string]string{
		"/assets/plain.js":      "",
		"/assets/site.0123.css": "gzip", // stands beside the file
		"/none":                 "gzip",
	} {
		if got := ask(f, "GET", path, "Accept-Encoding", "gzip").Header.Get("Content-Encoding"); got != want {
			t.Errorf("%s: got encoding %q, want %q", path, got, want)
		}
	}
	f.CompressUpTo = int64(len("let a=1;")*500) - 1
	if got := ask(f, "GET", "/assets/plain.js", "Accept-Encoding", "gzip").Header.Get("Content-Encoding"); got != "" {
		t.Errorf("got encoding %q above the bound, want none", got)
	}
}

func TestASiteIsSwappedWhileItServes(t *testing.T) {
	f := portal(t)
	spare := f.Dir + ".next"
	write(t, filepath.Join(spare, "index.html"), "new")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 { // old, then nothing, then new, and back
			for _, move := range [][2]string{{f.Dir, f.Dir + ".old"}, {spare, f.Dir}, {f.Dir, spare}, {f.Dir + ".old", f.Dir}} {
				if err := os.Rename(move[0], move[1]); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	for {
		r := ask(f, "GET", "/")
		if got := content(t, r); got != home && got != "new" && r.StatusCode != http.StatusNotFound {
			t.Fatalf("got %d %q, want a page of one site or that there is none", r.StatusCode, got)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

func TestASiteThatIsNotThereYet(t *testing.T) {
	r := ask(&Folder{Dir: filepath.Join(t.TempDir(), "public")}, "GET", "/")
	if got := content(t, r); r.StatusCode != 404 || !strings.Contains(got, "ยังไม่ถูกสร้าง") || r.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("got %d %q, want a page that says so", r.StatusCode, got)
	}
}
