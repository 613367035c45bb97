// Package porch carries claims of enrolment over HTTP: it is where machines ask at the
// centre, and how a machine finds the centre.
//
// One claim is one POST; the body is the message, and so is the body of every answer
// that comes from the centre, whatever its status. No page of a browser may ask.
package porch

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"khumue/internal/fault"
	"khumue/syncd/internal/enrol"
)

// ContentType is that of all messages. What comes under another is no answer of the
// centre.
const ContentType = "application/vnd.khumue.enrol+json"

// mostAtOnce is how many claims are answered at the same time; others come again.
const mostAtOnce = 16

// mostToken is how long a token may be, in bytes.
const mostToken = 200

// Server is the centre's end.
type Server struct {
	Desk   *enrol.Desk
	Client func(context.Context) netip.Addr // who asks
	Log    *slog.Logger

	turns chan struct{}
}

// New makes a server.
func New(desk *enrol.Desk, client func(context.Context) netip.Addr, log *slog.Logger) *Server {
	return &Server{desk, client, log, make(chan struct{}, mostAtOnce)}
}

// Register puts the address into a router.
func (s *Server) Register(mux *http.ServeMux) { mux.HandleFunc(enrol.Address, s.claim) }

// Takes reports whether requests for a path may have a body.
func Takes(path string) bool { return path == enrol.Address }

var (
	unfit = enrol.Refusal{Nonce: enrol.Unread, Kind: fault.Invalid, Text: fault.Text{TH: "รับคำขอนี้ไม่ได้", EN: "This request was not taken."},
		Hint: fault.Text{TH: "ปรับรุ่นโปรแกรมให้ตรงกัน", EN: "Bring both programs to the same version."}}
	busy = enrol.Refusal{Nonce: enrol.Unread, Kind: fault.Unavailable, Text: fault.Text{TH: "ขณะนี้มีเครื่องลงทะเบียนเข้ามาจำนวนมาก", EN: "Many machines are being enrolled now."},
		Hint: fault.Text{TH: "ลองใหม่ในอีกสักครู่", EN: "Try again in a moment."}}
)

// claim answers one claim.
func (s *Server) claim(w http.ResponseWriter, r *http.Request) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		write(w, http.StatusMethodNotAllowed, unfit.Bytes())
		return
	case len(r.Header.Values("Origin")) > 0:
		write(w, http.StatusForbidden, unfit.Bytes())
		return
	case r.URL.RawQuery != "": // addresses are logged on the way; no secret is taken from one
		write(w, http.StatusBadRequest, unfit.Bytes())
		return
	case err != nil || kind != ContentType:
		write(w, http.StatusUnsupportedMediaType, unfit.Bytes())
		return
	}
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	default:
		w.Header().Set("Retry-After", "5")
		write(w, http.StatusServiceUnavailable, busy.Bytes())
		return
	}
	message, err := io.ReadAll(http.MaxBytesReader(w, r.Body, enrol.MaxMessage))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		write(w, http.StatusRequestEntityTooLarge, unfit.Bytes())
		return
	} else if err != nil {
		write(w, http.StatusBadRequest, unfit.Bytes())
		return
	}
	answer, err := s.Desk.Answer(r.Context(), s.Client(r.Context()), bearer(r), message)
	s.told(w, err)
	write(w, status(err), answer)
}

// told logs what nobody else will hear of, and says how long to wait.
func (s *Server) told(w http.ResponseWriter, err error) {
	var wait enrol.Wait
	var known *fault.Error
	switch {
	case err == nil:
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.FormatInt(int64((wait.For+time.Second-1)/time.Second), 10))
	case !errors.As(err, &known) || errors.Is(err, fault.Unavailable):
		s.Log.Error("a claim could not be answered", "error", err)
	}
}

// status is the status of an answer.
func status(err error) int {
	var wait enrol.Wait
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &wait):
		return http.StatusTooManyRequests
	case errors.Is(err, fault.Forbidden):
		return http.StatusForbidden
	case errors.Is(err, fault.Conflict):
		return http.StatusConflict
	case errors.Is(err, fault.Invalid), errors.Is(err, fault.NotFound):
		return http.StatusBadRequest
	}
	return http.StatusServiceUnavailable
}

// bearer is the token that a request shows; "" where it shows none.
func bearer(r *http.Request) string {
	said := r.Header.Values("Authorization")
	if len(said) != 1 || len(said[0]) > mostToken {
		return ""
	}
	token, _ := strings.CutPrefix(said[0], "Bearer ")
	return token
}

func write(w http.ResponseWriter, status int, message []byte) {
	h := w.Header()
	h.Set("Content-Type", ContentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(message)
}
