package pages

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/syncd/internal/form"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/preview"
	"khumue/themes"
)

// imported finds the parts of the public site's style sheet.
var imported = regexp.MustCompile(`@import "\./([a-z-]+\.css)";`)

// siteSheet is the style sheet of the public site in one file, for previews.
func siteSheet(files fs.FS) ([]byte, error) {
	src, err := fs.ReadFile(files, "assets/css/site.css")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, m := range imported.FindAllSubmatch(src, -1) {
		part, err := fs.ReadFile(themes.Default(), "assets/css/"+string(m[1]))
		if err != nil {
			return nil, err
		}
		out.Write(part)
	}
	return out.Bytes(), nil
}

// openPreview is the room in which pages of the public site are rendered.
func (p *Pages) openPreview() *preview.Room {
	frame := func() (*corpus.Frame, error) { return p.Manuals.Frame() }
	return preview.New(themes.Default(), frame, p.Structure, p.Site, p.assets.address)
}

// previewDraft renders the page that the form would give.
func (x *exchange) previewDraft() error {
	w, err := x.writing()
	if err != nil {
		return err
	}
	s, err := x.sent()
	if err != nil {
		return err
	}
	m, _, err := form.Read(s.values, w.sheet.Manual)
	if err != nil {
		return err
	}
	m.Owner = w.sheet.Agency
	lang := x.lang
	if m.Title.EN == "" {
		lang = catalog.TH
	}
	return x.showRendered(lang, m, w.sheet.Files, revisionURL(w.ref)+"/files/")
}

// renderedPage is the page of a revision as citizens see it, or would: in the
// language that the address asks for.
func (x *exchange) renderedPage() error {
	r, err := x.revision()
	if err != nil {
		return err
	}
	if r.sheet.Manual == nil {
		return notHere()
	}
	m := *r.sheet.Manual
	m.Owner = r.sheet.Agency
	lang := catalog.TH
	if x.asked("lang") == string(catalog.EN) {
		lang = catalog.EN
	}
	return x.showRendered(lang, &m, r.sheet.Files, r.url(r.sheet.Number)+"/files/")
}

// showRendered answers with the page that a manual would have on the public site.
// Files are those beside it, which stand below an address. The answer may be
// shown in a frame of the back office.
func (x *exchange) showRendered(lang catalog.Lang, m *catalog.Manual, files []manuals.Attachment, below string) error {
	about := map[string]preview.File{}
	for _, f := range files {
		about[f.Name] = preview.File{Size: f.Size, URL: below + url.PathEscape(f.Name)}
	}
	out, err := x.preview.Render(x.ctx(), lang, m, about)
	if err != nil {
		return err
	}
	return x.showFramed(lang, out)
}

// showFramed answers with a page of the public site, which may be shown in a frame
// of the back office and can do nothing there.
func (x *exchange) showFramed(lang catalog.Lang, out []byte) error {
	x.guard()
	h := x.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(lang))
	h.Set("Content-Length", strconv.Itoa(len(out)))
	x.w.WriteHeader(http.StatusOK)
	if _, err := x.w.Write(out); err != nil {
		return errGone
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
