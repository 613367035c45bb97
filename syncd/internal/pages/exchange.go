package pages

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/staff"
)

// exchange is one request with what is known of it, and its answer.
type exchange struct {
	*Pages
	w       http.ResponseWriter
	r       *http.Request
	lang    catalog.Lang
	words   page.Messages
	id      string // of the request, as the log has it
	visit   staff.Visit
	known   bool            // somebody is signed in: visit says who
	sending *courier.Status // how sending stands, once it was asked for
	back    string          // where an error page leads back to; "" for the first page
}

// maxForm is how large a form may be, in bytes.
const maxForm = 64 << 10

func (p *Pages) exchange(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{Pages: p, w: w, r: r, lang: catalog.TH}
	if x.cookie(langCookie) == string(catalog.EN) {
		x.lang = catalog.EN
	}
	x.words = p.theme.Messages(x.lang)
	if p.Request != nil {
		x.id = p.Request(r.Context())
	}
	if x.id == "" {
		x.id = uuid.NewString()
	}
	if r.Body != nil {
		r.Body = http.MaxBytesReader(w, r.Body, formLimit(r))
	}
	return x
}

func (x *exchange) ctx() context.Context { return x.r.Context() }

// recognise finds who is signed in.
func (x *exchange) recognise() (err error) {
	if secret := x.cookie(sessionCookie); secret != "" {
		x.visit, x.known, err = x.Desk.Recognise(x.ctx(), secret)
	}
	return err
}

// by is the acting person.
func (x *exchange) by() staff.Acting { return x.visit.By(x.id) }

// t is a message.
func (x *exchange) t(key string, args ...any) string { return x.words.Get(key, args...) }

// form reads a form that was sent. Fields of the address do not count.
func (x *exchange) form() error {
	if err := x.r.ParseForm(); err != nil {
		return badForm(err)
	}
	return nil
}

// posted is a field of a form that was sent.
func (x *exchange) posted(name string) string { return clean(x.r.PostForm.Get(name)) }

// asked is a field of the address.
func (x *exchange) asked(name string) string { return clean(x.r.URL.Query().Get(name)) }

// offset is where the page that is asked for begins in a list.
func (x *exchange) offset(size int) int {
	n, err := strconv.Atoi(x.asked("page"))
	if err != nil || n < 1 || n > 100_000 {
		return 0
	}
	return (n - 1) * size
}

// now is the time of the request.
func (x *exchange) now() time.Time { return x.Now() }

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// show answers with a page. Data embeds a Shell of the same layout.
func (x *exchange) show(status int, layout string, data any) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	out, err := x.theme.Append((*buf)[:0], page.Shell{Lang: x.lang, Layout: layout}, data)
	if err != nil {
		return err
	}
	*buf = out
	x.guard()
	h := x.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(x.lang))
	h.Set("Content-Length", strconv.Itoa(len(out)))
	x.w.WriteHeader(status)
	_, err = x.w.Write(out)
	if err != nil {
		return errGone
	}
	return nil
}

// guard sets what every answer but a file's says about itself: it is for this
// person and this moment.
func (x *exchange) guard() {
	h := x.w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", x.policy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if x.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// lead sends the browser on, to be asked for with GET.
func (x *exchange) lead(to string) error {
	x.guard()
	http.Redirect(x.w, x.r, to, http.StatusSeeOther)
	return nil
}

// done sends the browser on and has the next page say what was done.
func (x *exchange) done(to, key string, args ...string) error {
	x.setFlash(key, args)
	return x.lead(to)
}
