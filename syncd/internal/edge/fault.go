package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"khumue/internal/fault"
)

// kinds is the one table from kinds of failure to statuses, with what is said
// where an error has no words of its own.
var kinds = []struct {
	kind   fault.Kind
	status int
	what   fault.Text
}{
	{fault.Invalid, http.StatusBadRequest, fault.Text{TH: "ข้อมูลที่ส่งมาไม่ถูกต้อง", EN: "What was sent is not valid"}},
	{fault.NotFound, http.StatusNotFound, fault.Text{TH: "ไม่พบสิ่งที่ขอ", EN: "There is nothing here"}},
	{fault.Forbidden, http.StatusForbidden, fault.Text{TH: "ไม่มีสิทธิ์ทำรายการนี้", EN: "You may not do this"}},
	{fault.Conflict, http.StatusConflict, fault.Text{TH: "มีผู้อื่นแก้ไขไปก่อนแล้ว", EN: "Somebody else changed this meanwhile"}},
	{fault.Unavailable, http.StatusServiceUnavailable, fault.Text{TH: "ระบบยังไม่พร้อม ลองใหม่ในอีกสักครู่", EN: "The service is not ready. Try again in a moment"}},
}

var (
	ourFault = fault.Text{TH: "เกิดข้อผิดพลาดในระบบ", EN: "Something went wrong on our side"}
	askUs    = fault.Text{TH: "ลองใหม่อีกครั้ง หากยังไม่ได้ แจ้งหมายเลขอ้างอิงนี้แก่ผู้ดูแลระบบ", EN: "Try again. If it stays so, tell this reference number to those who run the service"}
	tooLarge = fault.Text{TH: "ข้อมูลที่ส่งมาใหญ่เกินไป", EN: "What was sent is too large"}
)

// closedByClient is the status in log and metrics of an answer that nobody
// waited for.
const closedByClient = 499

// Failure is a failed request, as it may be shown.
type Failure struct {
	Status    int
	What      fault.Text
	Hint      fault.Text     // may be empty
	Problems  fault.Problems // all that is wrong with what was sent; may be empty
	Reference string         // of the line in the log; empty but for faults of ours
}

// Faults turns errors and panics into answers. What a person is told holds
// neither the error's text nor a trace; that is in the log, once.
type Faults struct {
	Log *slog.Logger

	// Show writes a failure, its status included. Nil writes plain text, or
	// JSON where that is asked for.
	Show func(http.ResponseWriter, *http.Request, Failure)
}

// Handle makes a handler of a function that returns its error.
func (f *Faults) Handle(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := watched(w)
		if err := h(ww, r); err != nil {
			f.fail(ww, r, err)
		}
	})
}

// Recover answers for a handler that panics. http.ErrAbortHandler goes on.
func (f *Faults) Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := watched(w)
		defer func() {
			p := recover()
			if err, ok := p.(error); p == nil || ok && errors.Is(err, http.ErrAbortHandler) {
				if p != nil {
					panic(p)
				}
				return
			}
			f.Log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("id", RequestID(r.Context())),
				slog.String("error", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
			f.answer(ww, r, internal(r))
		}()
		next.ServeHTTP(ww, r)
	})
}

// Refuse answers with a status that is no kind of failure.
func (f *Faults) Refuse(w http.ResponseWriter, r *http.Request, status int, what fault.Text) {
	f.answer(watched(w), r, Failure{Status: status, What: what})
}

func (f *Faults) fail(w *writer, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		if errors.Is(context.Cause(r.Context()), errStopping) {
			err = fault.Unavailable
		} else {
			f.gone(w)
			return
		}
	}
	failure := failureOf(r, err)
	switch failure.Status {
	case http.StatusInternalServerError:
		f.Log.LogAttrs(r.Context(), slog.LevelError, "fault", slog.String("id", failure.Reference), slog.String("error", err.Error()))
	case http.StatusServiceUnavailable:
		f.Log.LogAttrs(r.Context(), slog.LevelWarn, "unavailable", slog.String("id", RequestID(r.Context())), slog.String("error", err.Error()))
	}
	f.answer(w, r, failure)
}

// gone notes that the client did not wait.
func (f *Faults) gone(w *writer) {
	if w.status == 0 {
		w.WriteHeader(closedByClient)
	}
}

// failureOf is what may be shown of an error.
func failureOf(r *http.Request, err error) Failure {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return Failure{Status: http.StatusRequestEntityTooLarge, What: tooLarge,
			Hint: fault.Textf("ส่งได้ไม่เกิน %d ไบต์", "At most %d bytes can be sent", large.Limit)}
	}
	for _, k := range kinds {
		if !errors.Is(err, k.kind) {
			continue
		}
		out := Failure{Status: k.status, What: k.what}
		var own *fault.Error
		if errors.As(err, &own) && own.Kind == k.kind {
			out.What, out.Hint = own.What, own.Hint
		}
		errors.As(err, &out.Problems)
		return out
	}
	return internal(r)
}

func internal(r *http.Request) Failure {
	return Failure{Status: http.StatusInternalServerError, What: ourFault, Hint: askUs, Reference: RequestID(r.Context())}
}

// answer shows a failure, or cuts an answer that has begun: what was sent of it
// must not seem whole.
func (f *Faults) answer(w *writer, r *http.Request, failure Failure) {
	switch {
	case w.taken:
		return
	case w.status != 0:
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	for _, name := range []string{"Content-Length", "Content-Encoding", "Content-Type", "Content-Disposition", "ETag", "Last-Modified"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	if failure.Status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", "10")
	}
	if f.Show != nil {
		f.Show(w, r, failure)
		return
	}
	plain(w, r, failure)
}

// plain writes a failure for programs, and for people where no page can be made.
func plain(w http.ResponseWriter, r *http.Request, f Failure) {
	if strings.Contains(r.Header.Get("Accept"), "application/json") || strings.HasPrefix(r.URL.Path, "/api/") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(f.Status)
		_ = json.NewEncoder(w).Encode(shown(f)) // a client that is gone is told nothing
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(f.Status)
	for _, lang := range []string{"th", "en"} {
		fmt.Fprintln(w, f.What.In(lang))
		if !f.Hint.IsZero() {
			fmt.Fprintln(w, f.Hint.In(lang))
		}
		for _, p := range f.Problems {
			fmt.Fprintln(w, p.In(lang))
		}
	}
	if f.Reference != "" {
		fmt.Fprintln(w, f.Reference)
	}
}

// words is a text as programs read it.
type words struct {
	TH string `json:"th"`
	EN string `json:"en"`
}

type shownProblem struct {
	Field string `json:"field"`
	Line  int    `json:"line,omitempty"`
	What  words  `json:"what"`
	Hint  words  `json:"hint"`
}

type shownFailure struct {
	Status    int            `json:"status"`
	What      words          `json:"what"`
	Hint      words          `json:"hint"`
	Problems  []shownProblem `json:"problems,omitempty"`
	Reference string         `json:"reference,omitempty"`
}

func shown(f Failure) shownFailure {
	out := shownFailure{Status: f.Status, What: words(f.What), Hint: words(f.Hint), Reference: f.Reference}
	for _, p := range f.Problems {
		out.Problems = append(out.Problems, shownProblem{p.File, p.Line, words(p.What), words(p.Hint)})
	}
	return out
}
