package pages

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// errGone is that nobody reads the answer any more.
var errGone = errors.New("the browser is gone")

func notHere() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบหน้านี้", EN: "There is no such page"},
		fault.Text{TH: "ตรวจที่อยู่ หรือเริ่มจากหน้าแรก", EN: "Check the address, or start from the home page."})
}

func badForm(err error) error {
	return fault.New(fault.Invalid, fault.Text{TH: "อ่านข้อมูลที่ส่งมาไม่ได้", EN: "The form could not be read"},
		fault.Text{TH: "กลับไปหน้าเดิมแล้วส่งใหม่", EN: "Go back and send it again."}).Because(err)
}

// nowhere answers for addresses that are none.
func (x *exchange) nowhere() error { return notHere() }

// foreign answers a form that another site has sent.
func (x *exchange) foreign() error {
	return fault.New(fault.Forbidden, fault.Text{TH: "คำขอนี้มาจากเว็บไซต์อื่น จึงไม่ดำเนินการ", EN: "This request came from another site and was not carried out"},
		fault.Text{TH: "เปิดหน้าหลังบ้านโดยตรงแล้วทำรายการใหม่", EN: "Open the back office itself and try again."})
}

// statuses map the kinds of failure to HTTP, once.
var statuses = []struct {
	kind   error
	status int
}{
	{fault.Invalid, http.StatusBadRequest},
	{fault.NotFound, http.StatusNotFound},
	{fault.Forbidden, http.StatusForbidden},
	{fault.Conflict, http.StatusConflict},
	{fault.Unavailable, http.StatusServiceUnavailable},
}

func statusOf(err error) int {
	var large *http.MaxBytesError
	var wait *staff.Wait
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &wait):
		return http.StatusTooManyRequests
	}
	for _, s := range statuses {
		if errors.Is(err, s.kind) {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// failed is a page that says what went wrong.
type failed struct {
	Shell
	What, Hint string
	Reference  string // for what is our fault; "" else
	Back       string // where to go from here
	BackWord   string
}

// fail answers for an error: it leads on who has to sign in first, and tells all
// others what happened and what to do.
func (x *exchange) fail(err error) {
	switch {
	case errors.Is(err, errGone), errors.Is(err, context.Canceled):
		return
	case errors.Is(err, errSignIn):
		_ = x.lead("/signin?next=" + url.QueryEscape(x.returnTo()))
		return
	case errors.Is(err, errNoRole) && x.reads():
		_ = x.lead("/token")
		return
	case errors.Is(err, errNoRole):
		err = rights.Refused()
	}
	status := statusOf(err)
	var wait *staff.Wait
	if errors.As(err, &wait) {
		x.w.Header().Set("Retry-After", strconv.Itoa(int(wait.RetryAfter()/time.Second)))
	}
	if status >= http.StatusInternalServerError {
		x.Log.LogAttrs(x.ctx(), slog.LevelError, "a page failed", slog.String("request", x.id), slog.Int("status", status), slog.String("error", err.Error()))
	}
	if err := x.show(status, "failed", x.failure(status, err)); err != nil && !errors.Is(err, errGone) {
		x.Log.LogAttrs(x.ctx(), slog.LevelError, "the page of an error failed", slog.String("request", x.id), slog.String("error", err.Error()))
		x.guard()
		http.Error(x.w, "500", http.StatusInternalServerError)
	}
}

// failure is the page of an error.
func (x *exchange) failure(status int, err error) failed {
	v := failed{Back: "/", BackWord: x.t("failed.home")}
	if x.back != "" {
		v.Back, v.BackWord = x.back, x.t("failed.back")
	}
	var told *fault.Error
	switch {
	case status == http.StatusRequestEntityTooLarge:
		v.What = x.t("failed.large")
	case errors.As(err, &told) && status != http.StatusInternalServerError:
		v.What, v.Hint = capital(told.What.In(string(x.lang))), capital(told.Hint.In(string(x.lang)))
	case status == http.StatusServiceUnavailable:
		v.What, v.Hint = x.t("failed.503"), x.t("failed.503.hint")
	default:
		v.What, v.Hint, v.Reference = x.t("failed.500"), x.t("failed.500.hint"), x.id
	}
	v.Shell = x.shell("failed")
	v.Title, v.Purpose = v.What, ""
	return v
}

// reads reports whether the request asks for a page.
func (x *exchange) reads() bool {
	return x.r.Method == http.MethodGet || x.r.Method == http.MethodHead
}

// returnTo is the page to come back to after signing in: the one asked for, or
// the one whose form was sent.
func (x *exchange) returnTo() string {
	if x.reads() {
		return localPath(x.r.URL.RequestURI())
	}
	from, err := url.Parse(x.r.Referer())
	if err != nil || from.Host != x.Address.Host {
		return "/"
	}
	return localPath(from.RequestURI())
}

// told is what an error that a person can mend says, in the page's language;
// false for all others.
func (x *exchange) told(err error) (string, bool) {
	var e *fault.Error
	if !errors.As(err, &e) || errors.Is(err, fault.Unavailable) {
		return "", false
	}
	s := capital(e.What.In(string(x.lang)))
	if hint := e.Hint.In(string(x.lang)); hint != "" {
		s += " " + capital(hint)
	}
	return s, true
}

// capital begins a text with a capital letter: what an error says may stand in
// the middle of a line of a log.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// Refuse answers for what never came to a page, as the rim of a server refuses
// it: a request too large, a panic. The reference is "" unless it is in the log.
func (p *Pages) Refuse(w http.ResponseWriter, r *http.Request, status int, what, hint fault.Text, reference string) {
	x := p.exchange(w, r)
	v := failed{What: capital(what.In(string(x.lang))), Hint: capital(hint.In(string(x.lang))), Reference: reference, Back: "/", BackWord: x.t("failed.home"), Shell: x.shell("failed")}
	v.Title, v.Purpose = v.What, ""
	if err := x.show(status, "failed", v); err != nil && !errors.Is(err, errGone) {
		http.Error(w, http.StatusText(status), status)
	}
}
