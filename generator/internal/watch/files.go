package watch

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// Text files from smallText to largeText bytes are compressed as they are
// served; larger ones would take too much memory.
const (
	smallText = 1 << 10
	largeText = 8 << 20
)

// serveSite answers with a file of the site, a redirect to the address of a
// folder, or the site's page for what does not exist.
func (s *Server) serveSite(w http.ResponseWriter, r *http.Request) {
	base := s.base()
	clean := path.Clean("/" + r.URL.Path)
	folder := strings.HasSuffix(r.URL.Path, "/")
	if folder && clean != "/" {
		clean += "/"
	}
	if clean+"/" == base || clean == "/" && base != "/" {
		clean = base
	}
	if clean != r.URL.Path {
		redirect(w, r, clean)
		return
	}
	name, below := strings.CutPrefix(clean, base)
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		s.missing(w, r, nil, "")
		return
	}
	defer root.Close()
	if folder {
		name += "index.html"
	}
	if !below || !public(name) {
		s.missing(w, r, root, "")
		return
	}
	s.serveName(w, r, root, name)
}

func (s *Server) serveName(w http.ResponseWriter, r *http.Request, root *os.Root, name string) {
	info, err := root.Stat(name)
	switch {
	case err == nil && info.IsDir():
		if page, err := root.Stat(path.Join(name, "index.html")); err == nil && page.Mode().IsRegular() {
			redirect(w, r, r.URL.Path+"/")
			return
		}
	case err == nil && info.Mode().IsRegular():
		if err := s.serveFile(w, r, root, name); err == nil {
			return
		}
	}
	s.missing(w, r, root, name)
}

func redirect(w http.ResponseWriter, r *http.Request, to string) {
	u := url.URL{Path: to, RawQuery: r.URL.RawQuery}
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, u.String(), http.StatusMovedPermanently)
}

// public reports whether a path may be asked for at all: clean, without a
// hidden part, and without what only some systems read as a separator.
func public(name string) bool {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00") {
		return false
	}
	return !strings.Contains("/"+strings.TrimPrefix(name, ".well-known/"), "/.")
}

// body is what is sent of a file.
type body struct {
	content  io.ReadSeeker
	close    func() error
	modified time.Time
	size     int64
	encoding string // "", "br" or "gzip"
	kind     string // content type
	live     bool   // told to reload: it is not the file's bytes alone
}

// serveFile answers with a file, or returns an error before it has answered.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, root *os.Root, name string) error {
	b, err := s.open(r, root, name)
	if err != nil {
		return err
	}
	defer b.close() //nolint:errcheck // it was only read
	h := w.Header()
	h.Set("Content-Type", b.kind)
	if compressible(b.kind) {
		h.Add("Vary", "Accept-Encoding")
	}
	if b.encoding != "" {
		h.Set("Content-Encoding", b.encoding)
	}
	h.Set("Cache-Control", s.caching(name, b.live))
	if !b.live {
		h.Set("ETag", b.tag())
	}
	if r.Header.Get("Service-Worker") == "script" {
		h.Set("Service-Worker-Allowed", s.base())
	}
	http.ServeContent(w, r, "", b.modified, b.content)
	return nil
}

func (s *Server) caching(name string, live bool) string {
	switch {
	case live:
		return "no-store"
	case s.Immutable != nil && s.Immutable(name):
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

// tag changes whenever the file or its encoding does.
func (b body) tag() string {
	t := strconv.FormatInt(b.modified.UnixNano(), 36) + "-" + strconv.FormatInt(b.size, 36)
	if b.encoding != "" {
		t += "-" + b.encoding
	}
	return `"` + t + `"`
}

// open opens a file in the best encoding that the client takes.
func (s *Server) open(r *http.Request, root *os.Root, name string) (body, error) {
	kind := typeOf(name)
	live := s.Live != nil && strings.HasPrefix(kind, "text/html")
	takes := accepted(r.Header.Get("Accept-Encoding"))
	if !live && compressible(kind) {
		for _, v := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
			if !takes(v.encoding) {
				continue
			}
			if b, err := openFile(root, name+v.suffix); err == nil {
				b.kind, b.encoding = kind, v.encoding
				return b, nil
			}
		}
	}
	b, err := openFile(root, name)
	if err != nil {
		return body{}, err
	}
	b.kind = kind
	if live {
		return b.with(s.Live)
	}
	if takes("gzip") && r.Header.Get("Range") == "" {
		return b.compressed()
	}
	return b, nil
}

func openFile(root *os.Root, name string) (body, error) {
	f, err := root.Open(name)
	if err != nil {
		return body{}, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return body{}, errors.Join(fmt.Errorf("%s: not a file", name), err, f.Close())
	}
	return body{content: f, close: f.Close, modified: info.ModTime(), size: info.Size()}, nil
}

// all reads the file into memory and closes it.
func (b body) all() ([]byte, error) {
	data, err := io.ReadAll(b.content)
	return data, errors.Join(err, b.close())
}

func (b body) holding(data []byte) body {
	b.content, b.close = bytes.NewReader(data), func() error { return nil }
	return b
}

// with tells the page of what l knows.
func (b body) with(l *Live) (body, error) {
	data, err := b.all()
	if err != nil {
		return body{}, err
	}
	b.live, b.modified = true, time.Time{}
	return b.holding(l.inject(data)), nil
}

func (b body) compressed() (body, error) {
	if !compressible(b.kind) || b.size < smallText || b.size > largeText {
		return b, nil
	}
	data, err := b.all()
	if err != nil {
		return body{}, err
	}
	b.encoding = "gzip"
	return b.holding(gzipped(data)), nil
}

func gzipped(data []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(data) // a buffer takes everything
	z.Close()
	return out.Bytes()
}

// accepted returns which encodings an Accept-Encoding header allows
// (RFC 9110, 12.5.3).
func accepted(header string) func(encoding string) bool {
	allowed := map[string]bool{}
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			weight, _ = strconv.ParseFloat(q, 64) // what is no number refuses it
		}
		if name != "" {
			allowed[name] = weight > 0
		}
	}
	return func(encoding string) bool {
		if ok, named := allowed[encoding]; named {
			return ok
		}
		return allowed["*"]
	}
}

// missing answers 404 with the nearest 404.html above the address.
func (s *Server) missing(w http.ResponseWriter, r *http.Request, root *os.Root, name string) {
	page := noPage
	if root != nil {
		if found, ok := nearest(root, name); ok {
			page = found
		}
	}
	if s.Live != nil {
		page = s.Live.inject(page)
	}
	h := w.Header()
	h.Set("Content-Type", types[".html"])
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Encoding")
	if accepted(r.Header.Get("Accept-Encoding"))("gzip") {
		h.Set("Content-Encoding", "gzip")
		page = gzipped(page)
	}
	h.Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		w.Write(page)
	}
}

func nearest(root *os.Root, name string) ([]byte, bool) {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if data, err := root.ReadFile(path.Join(dir, "404.html")); err == nil {
			return data, true
		}
		if dir == "." || dir == "/" {
			return nil, false
		}
	}
}
