package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed layouts partials i18n assets
var own embed.FS

// sheets are the style sheets that every page has, as one file; the first ones
// are the public site's.
var sheets = []string{"tokens", "fonts", "base", "shell", "controls", "office", "tables", "slip", "live", "notices", "reading", "editor", "editor-rows", "portal", "thing", "intake", "poster", "satisfaction", "kiosks", "offices", "comments", "delays", "licences", "summary"}

// kinds are the types of the assets that are served, and of no others.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".png": "image/png", ".txt": "text/plain; charset=utf-8",
}

// modules are the scripts of the back office.
const modules = "js/office.js js/unit.js js/live.js js/notice.js js/news.js js/reading.js js/poster.js " +
	"js/licences.js js/licences-keep.js js/editor.js js/editor-rows.js js/editor-keep.js js/editor-look.js js/sync.js js/texts.js js/thing.js"

// assets are the files that pages refer to, at addresses that change when any of
// them does.
type assets struct {
	base  string // "/assets/" and a hash
	files map[string][]byte
}

// gather reads the assets.
func gather(files fs.FS) (*assets, error) {
	a := &assets{files: map[string][]byte{}}
	var sheet bytes.Buffer
	var err error
	for _, name := range sheets {
		src, err := fs.ReadFile(files, "assets/css/"+name+".css")
		if err != nil {
			return nil, err
		}
		sheet.Write(src)
	}
	a.files["css/pages.css"] = sheet.Bytes()
	if a.files["css/site.css"], err = siteSheet(files); err != nil {
		return nil, err
	}
	names := append(strings.Fields(modules), "icon.svg", "icon-192.png", "icons.svg", "icons-office.svg", "icons-reading.svg", "icons-editor.svg", "fonts/OFL.txt")
	for _, weight := range []string{"400", "700"} {
		names = append(names, "fonts/sarabun-thai-"+weight+".woff2", "fonts/sarabun-latin-"+weight+".woff2")
	}
	for _, name := range names {
		src, err := fs.ReadFile(files, "assets/"+name)
		if err != nil {
			return nil, err
		}
		a.files[name] = src
	}
	a.base = "/assets/" + a.hash() + "/"
	return a, nil
}

// hash is one hash of all assets.
func (a *assets) hash() string {
	names := make([]string, 0, len(a.files))
	for name := range a.files {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		h.Write([]byte(name))
		h.Write(a.files[name])
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// address is where an asset stands; "" when there is none.
func (a *assets) address(name string) string {
	if _, ok := a.files[name]; !ok {
		return ""
	}
	return a.base + name
}

// asset serves a file. One under a hash of another day is not there: its page is
// gone too.
func (x *exchange) asset() error {
	name, ok := strings.CutPrefix(x.r.URL.Path, x.assets.base)
	file, known := x.assets.files[name]
	if !ok || !known {
		return notHere()
	}
	h := x.w.Header()
	h.Set("Content-Type", kinds[path.Ext(name)])
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	http.ServeContent(x.w, x.r, "", time.Time{}, bytes.NewReader(file))
	return nil
}
