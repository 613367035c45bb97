package gitserve

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"khumue/internal/fault"
)

// errNobody is what whoever shows no token that serves is told, whatever is
// wrong with it.
var errNobody = fault.New(fault.NotFound, fault.Text{TH: "ต้องใช้รหัสเข้าถึงเป็นรหัสผ่าน ชื่อผู้ใช้เป็นอะไรก็ได้", EN: "The password is an access token; any user name will do."},
	fault.Text{TH: "สร้างรหัสเข้าถึงในหน้า “บัญชีของฉัน” ของระบบหลังบ้าน", EN: "Make one on the page “My account” of the back office."})

// errNoRole is what a person is told who holds no role any more.
var errNoRole = fault.New(fault.Forbidden, fault.Text{TH: "บัญชีนี้ยังไม่มีบทบาท", EN: "This account holds no role."},
	fault.Text{TH: "ขอ Token จากเจ้าหน้าที่ส่วนกลางของหน่วยงาน", EN: "Ask your agency's central officer for a token."})

// tooOften is why somebody has to wait.
type tooOften struct {
	told *fault.Error
	wait time.Duration
}

func (t *tooOften) Error() string { return t.told.Error() }

func (t *tooOften) Unwrap() error { return t.told }

// admit finds out who asks.
func (s *Server) admit(x *exchange, write bool) error {
	_, secret, shown := x.r.BasicAuth()
	if !shown {
		return errNobody // so every client begins
	}
	by, err := s.Desk.Admit(x.r.Context(), secret, write)
	switch {
	case errors.Is(err, fault.NotFound):
		if wait := s.losers.lose(s.Client(x.r.Context()), s.Now()); wait > 0 {
			return &tooOften{fault.New(fault.Unavailable, fault.Text{TH: "ใช้รหัสที่ไม่ถูกต้องหลายครั้งเกินไป", EN: "Too many tokens that do not serve were shown."},
				fault.Text{TH: "รอ 15 นาทีแล้วลองใหม่", EN: "Wait 15 minutes, then try again."}), wait}
		}
		return errNobody
	case err != nil:
		return err
	case len(by.Grants) == 0:
		return errNoRole
	}
	x.by = by
	return nil
}

// How many tokens that do not serve a network may show in what time until it is
// told to wait. A token is longer than anybody can guess, so one that serves is
// let in all the same: a colleague's forgotten program keeps nobody out.
const (
	losses     = 10
	lossWindow = 15 * time.Minute
	mostLosers = 10_000 // networks that are remembered
)

// losers counts tokens that did not serve, by network.
type losers struct {
	mu   sync.Mutex
	held map[netip.Prefix]lost
}

type lost struct {
	since time.Time
	times int
}

// lose counts one more, and tells how long its network has to wait.
func (l *losers) lose(from netip.Addr, now time.Time) time.Duration {
	network := networkOf(from)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.held) >= mostLosers || l.held == nil {
		l.held = map[netip.Prefix]lost{}
	}
	is := l.held[network]
	if now.Sub(is.since) >= lossWindow {
		is = lost{since: now}
	}
	is.times++
	l.held[network] = is
	if is.times <= losses {
		return 0
	}
	return lossWindow - now.Sub(is.since)
}

// networkOf is an IPv4 address, or 64 bits of an IPv6 one: what one customer of a
// network has.
func networkOf(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // of those that are not known
	}
	return p
}

// statuses is the table from kinds of failure to HTTP. What is not in it is a
// fault of ours.
var statuses = []struct {
	kind   fault.Kind
	status int
}{
	{fault.Invalid, http.StatusBadRequest}, {fault.NotFound, http.StatusNotFound}, {fault.Forbidden, http.StatusForbidden},
	{fault.Conflict, http.StatusConflict}, {fault.Unavailable, http.StatusServiceUnavailable},
}

// refuse answers with an error, in plain text, which git shows.
func (s *Server) refuse(x *exchange, err error) {
	status, told := s.failure(x, err)
	h := x.w.Header()
	var often *tooOften
	switch {
	case errors.Is(err, error(errNobody)):
		h.Set("WWW-Authenticate", `Basic realm="Khumue", charset="UTF-8"`)
	case errors.As(err, &often):
		h.Set("Retry-After", strconv.Itoa(int(often.wait/time.Second)+1))
	case status == http.StatusServiceUnavailable:
		h.Set("Retry-After", "10")
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	x.w.WriteHeader(status)
	for _, lang := range []string{"th", "en"} {
		fmt.Fprintln(x.w, told.What.In(lang))
		if !told.Hint.IsZero() {
			fmt.Fprintln(x.w, told.Hint.In(lang))
		}
	}
}

// failure is what may be told of an error.
func (s *Server) failure(x *exchange, err error) (int, *fault.Error) {
	var large *http.MaxBytesError
	var often *tooOften
	switch {
	case errors.Is(err, error(errNobody)):
		return http.StatusUnauthorized, errNobody
	case errors.As(err, &often):
		return http.StatusTooManyRequests, often.told
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, fault.New(fault.Invalid, fault.Textf("ส่งได้ไม่เกิน %d MiB ต่อครั้ง", "At most %d MiB can be pushed at once.", s.Limits.Push>>20))
	}
	var own *fault.Error
	for _, k := range statuses {
		if errors.Is(err, k.kind) && errors.As(err, &own) {
			return k.status, own
		}
	}
	id := s.Request(x.r.Context())
	s.Log.LogAttrs(x.r.Context(), slog.LevelError, "fault", slog.String("id", id), slog.String("error", err.Error()))
	return http.StatusInternalServerError, fault.New(fault.Unavailable, fault.Text{TH: "เกิดข้อผิดพลาดในระบบ", EN: "Something went wrong on our side."},
		fault.Textf("ลองใหม่ หากยังไม่ได้ แจ้งหมายเลข %s แก่ผู้ดูแลระบบ", "Try again. If it stays so, tell those who run the service the number %s.", id))
}
