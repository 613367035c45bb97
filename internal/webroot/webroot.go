// Package webroot answers HTTP requests with the files of a folder, as a built
// site needs it: pages of folders, the site's own page for what does not exist,
// conditional and range requests, compressed forms that stand beside a file,
// and how long a browser may keep what it got.
//
// It does not know for which hosts it answers, nor what else is said of a page
// in headers: both are its caller's part.
package webroot

import (
	_ "embed" // the page of a site without one
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
)

//go:embed missing.html
var noPage []byte

// Folder is a site in a folder. Its fields must not change while it serves. It
// answers GET and HEAD and follows no link that leads out of the folder.
type Folder struct {
	// Dir is the folder of the site. It is opened anew for each request,
	// because a publication may swap it, and need not exist.
	Dir string

	// Base is the path below which the site expects to live; "" is "/".
	Base string

	// Immutable reports paths, relative to Dir, whose bytes never change. Nil
	// is none: browsers then ask each time whether a file is still the same.
	Immutable func(path string) bool

	// CompressUpTo is the size in bytes of the largest text file that is
	// compressed as it is served, when no compressed form stands beside it. It
	// is held in memory meanwhile. At 0 nothing is: a stranger's request then
	// costs no more than reading a file.
	CompressUpTo int64

	// Amend, when set, changes each HTML page before it is sent. Such pages are
	// not kept by browsers.
	Amend func(page []byte) []byte
}

// ServeHTTP answers with a file of the site, a redirect to the address of a
// folder, or the site's page for what does not exist.
func (f *Folder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	clean, folder := f.canonical(r.URL.Path)
	if clean != r.URL.Path {
		redirect(w, r, clean)
		return
	}
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		f.missing(w, r, nil, "")
		return
	}
	defer root.Close()
	name, below := strings.CutPrefix(clean, f.base())
	if folder {
		name += "index.html"
	}
	if !below || !public(name) {
		f.missing(w, r, root, "")
		return
	}
	f.serveName(w, r, root, name)
}

// canonical returns the one form of an address, and whether it is a folder's.
func (f *Folder) canonical(asked string) (clean string, folder bool) {
	base := f.base()
	clean = path.Clean("/" + asked)
	folder = strings.HasSuffix(asked, "/")
	if folder && clean != "/" {
		clean += "/"
	}
	if clean+"/" == base || clean == "/" && base != "/" {
		clean = base
	}
	return clean, folder
}

// base returns Base with a slash at either end.
func (f *Folder) base() string {
	if b := strings.Trim(path.Clean("/"+f.Base), "/"); b != "" {
		return "/" + b + "/"
	}
	return "/"
}

func (f *Folder) serveName(w http.ResponseWriter, r *http.Request, root *os.Root, name string) {
	info, err := root.Stat(name)
	switch {
	case err == nil && info.IsDir():
		if page, err := root.Stat(path.Join(name, "index.html")); err == nil && page.Mode().IsRegular() {
			redirect(w, r, r.URL.Path+"/")
			return
		}
	case err == nil && info.Mode().IsRegular():
		if err := f.serveFile(w, r, root, name); err == nil {
			return
		}
	}
	f.missing(w, r, root, name)
}

func redirect(w http.ResponseWriter, r *http.Request, to string) {
	u := url.URL{Path: to, RawQuery: r.URL.RawQuery}
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, u.String(), http.StatusMovedPermanently)
}

// serveFile answers with a file, or returns an error before it has answered.
func (f *Folder) serveFile(w http.ResponseWriter, r *http.Request, root *os.Root, name string) error {
	b, err := f.open(r, root, name)
	if err != nil {
		return err
	}
	defer b.close() //nolint:errcheck // it was only read
	h := w.Header()
	b.describe(h)
	h.Set("Cache-Control", f.caching(name, b.amended))
	if !b.amended {
		h.Set("ETag", b.tag())
	}
	if r.Header.Get("Service-Worker") == "script" {
		h.Set("Service-Worker-Allowed", f.base())
	}
	http.ServeContent(w, r, "", b.modified, b.content)
	return nil
}

func (f *Folder) caching(name string, amended bool) string {
	switch {
	case amended:
		return "no-store"
	case f.Immutable != nil && f.Immutable(name):
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

// missing answers 404 with the nearest 404.html above the address.
func (f *Folder) missing(w http.ResponseWriter, r *http.Request, root *os.Root, name string) {
	b, data := f.missingPage(r, root, name)
	h := w.Header()
	b.describe(h)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		w.Write(data)
	}
}

// missingPage returns the page for an address that does not exist; one of our
// own when root is nil or has none that can be read.
func (f *Folder) missingPage(r *http.Request, root *os.Root, name string) (body, []byte) {
	for dir := name; root != nil && dir != "."; {
		dir = path.Dir(dir)
		b, err := f.open(r, root, path.Join(dir, "404.html"))
		if err != nil {
			continue
		}
		if data, err := b.all(); err == nil {
			return b, data
		}
	}
	b, data := body{kind: TypeOf("404.html")}, noPage
	if f.Amend != nil {
		data = f.Amend(data)
	}
	return b, data
}
