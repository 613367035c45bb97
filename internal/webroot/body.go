package webroot

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// smallText is the size in bytes below which compressing a file gains nothing.
const smallText = 1 << 10

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
	amended  bool   // it is not the file's bytes alone
}

// describe sets the headers that say what the bytes are.
func (b body) describe(h http.Header) {
	h.Set("Content-Type", b.kind)
	if compressible(b.kind) {
		h.Add("Vary", "Accept-Encoding")
	}
	if b.encoding != "" {
		h.Set("Content-Encoding", b.encoding)
	}
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
func (f *Folder) open(r *http.Request, root *os.Root, name string) (body, error) {
	kind := TypeOf(name)
	amend := f.Amend != nil && strings.HasPrefix(kind, "text/html")
	takes := accepted(r.Header.Get("Accept-Encoding"))
	if !amend && compressible(kind) {
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
	if amend {
		return b.with(f.Amend)
	}
	if takes("gzip") && r.Header.Get("Range") == "" && b.size <= f.CompressUpTo {
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

// with changes the page by amend.
func (b body) with(amend func([]byte) []byte) (body, error) {
	data, err := b.all()
	if err != nil {
		return body{}, err
	}
	b.amended, b.modified = true, time.Time{}
	return b.holding(amend(data)), nil
}

func (b body) compressed() (body, error) {
	if !compressible(b.kind) || b.size < smallText {
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
