package postbox

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"khumue/internal/fault"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
)

// api answers one message by POST, as a websocket would. The status tells the
// same once more: 429 and 503 when nothing of it was taken.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	if s.known(r) {
		h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		h.Set("Access-Control-Expose-Headers", "Retry-After")
	}
	switch {
	case r.Method == http.MethodOptions:
		s.preflight(w, r)
		return
	case r.Method != http.MethodPost:
		h.Set("Allow", "POST, OPTIONS")
		s.refuse(w, http.StatusMethodNotAllowed, nil)
		return
	case r.URL.RawQuery != "": // addresses are logged on the way; no secret is taken from one
		s.refuse(w, http.StatusBadRequest, nil)
		return
	}
	from, ok := s.admit(w, r)
	if !ok {
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		s.refuse(w, http.StatusUnsupportedMediaType, nil)
		return
	}
	select {
	case s.posts <- struct{}{}:
		defer func() { <-s.posts }()
	default:
		s.refuse(w, http.StatusServiceUnavailable, busy())
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		s.unread(w, err)
		return
	}
	s.answer(w, r, from, body)
}

// preflight tells a browser that a page of ours may ask.
func (s *Server) preflight(w http.ResponseWriter, r *http.Request) {
	if !s.known(r) {
		s.refuse(w, http.StatusForbidden, foreign())
		return
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type, Authorization")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

func busy() *survey.Reason {
	return &survey.Reason{Code: answers.Busy, Text: fault.Text{TH: "ขณะนี้มีผู้ส่งคำตอบจำนวนมาก จะส่งใหม่ให้เองในอีกสักครู่", EN: "Many people are sending answers now. It will be sent again in a moment."}}
}

// unread answers a body that could not be read.
func (s *Server) unread(w http.ResponseWriter, err error) {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		s.refuse(w, http.StatusRequestEntityTooLarge, &survey.Reason{Code: survey.TooLarge, Text: fault.Textf("ส่งได้ครั้งละไม่เกิน %d ไบต์ แบ่งส่งทีละน้อย", "At most %d bytes can be sent at once; send fewer answers.", large.Limit)})
		return
	}
	s.refuse(w, http.StatusBadRequest, nil)
}

// answer answers a message.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, from answers.Sender, body []byte) {
	m, err := survey.ReadMessage(body)
	var reason *survey.Reason
	if errors.As(err, &reason) {
		status := http.StatusBadRequest
		if reason.Code == survey.TooLarge {
			status = http.StatusRequestEntityTooLarge
		}
		s.refuse(w, status, reason)
		return
	}
	if m.Token != "" && from.Device == nil {
		d, err := s.Desk.Admit(r.Context(), m.Token)
		if err != nil {
			s.fail(w, err)
			return
		}
		from.Device = &d
	}
	switch m.Type {
	case survey.Claim:
		d, err := s.claim(r.Context(), m)
		if err != nil {
			s.fail(w, err)
			return
		}
		s.write(w, http.StatusOK, d)
	case survey.Hello:
		if from.Device != nil {
			s.Intake.Heard(from.Device.ID, m.Pending)
		}
		s.write(w, http.StatusOK, s.hello(r.Context(), from.Device))
	default:
		out := s.accept(r.Context(), from, m)
		status, wait := statusOf(out)
		if wait > 0 {
			w.Header().Set("Retry-After", seconds(wait))
		}
		s.write(w, status, out)
	}
}

func (s *Server) write(w http.ResponseWriter, status int, m any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(encode(m))
}

// statusOf is the status of an answer with results: 200 when anything was taken,
// else how it is to be tried again, and after what time.
func statusOf(out results) (status int, wait time.Duration) {
	status = http.StatusTooManyRequests
	for _, r := range out.Results {
		if r.Status != answers.RetryLater {
			return http.StatusOK, 0
		}
		if r.Reason.Code != answers.Limited {
			status = http.StatusServiceUnavailable
		}
		wait = max(wait, time.Duration(r.MS)*time.Millisecond)
	}
	if len(out.Results) == 0 {
		return http.StatusOK, 0
	}
	return status, wait
}
