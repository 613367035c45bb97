package dock

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
)

// patience is how long one message may be on its way, on a slow line, where
// something of it comes in every quiet.
const (
	patience = 15 * time.Minute
	quiet    = 60 * time.Second
)

// patient reads what comes slowly, as long as it comes.
type patient struct {
	from  io.Reader
	more  func(until time.Time) error // sets until when something has to come
	now   func() time.Time
	until time.Time // when all has to be there
}

// Read reads what comes within some time.
func (p *patient) Read(b []byte) (int, error) {
	next := p.now().Add(quiet)
	if next.After(p.until) {
		next = p.until
	}
	if err := p.more(next); err != nil {
		return 0, err
	}
	return p.from.Read(b)
}

// api answers one message by POST, as a websocket would. Whatever the desk says
// has the status 200, but for wait, which is a 503.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		s.refuse(w, http.StatusMethodNotAllowed, unfit())
		return
	}
	select {
	case s.posts <- struct{}{}:
		defer func() { <-s.posts }()
	default:
		s.refuse(w, http.StatusServiceUnavailable, busy())
		return
	}
	dev, ok := s.admit(w, r)
	if !ok {
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != wire.ContentType {
		s.refuse(w, http.StatusUnsupportedMediaType, unfit())
		return
	}
	if !s.enters(s.reading, dev.ID, s.Caps.Each) {
		s.refuse(w, http.StatusTooManyRequests, busy())
		return
	}
	defer s.leaves(s.reading, dev.ID)
	body, err := s.body(w, r, mostOf(dev))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			if !dev.Revoked.IsZero() {
				s.refuse(w, http.StatusTooManyRequests, revoked())
				return
			}
			err = wire.ErrTooLarge
		}
		why, status := unread(err)
		s.refuse(w, status, why)
		return
	}
	m, err := wire.Read(body)
	if err != nil {
		why, status := unread(err)
		s.refuse(w, status, why)
		return
	}
	reply := s.talk(r.Context(), dev, m)
	status := http.StatusOK
	if reply.Type == wire.Wait {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", seconds(time.Duration(reply.After)*time.Millisecond))
	}
	s.write(w, status, reply)
}

// mostGreeting is how large a message of a machine may be that was revoked, in bytes:
// it greets, and is told so.
const mostGreeting = 4 << 10

// mostOf is how large a message of a machine may be, in bytes.
func mostOf(dev inbox.Device) int64 {
	if !dev.Revoked.IsZero() {
		return mostGreeting
	}
	return MaxBody
}

// body reads what a request brings, however slow the line.
func (s *Server) body(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	control := http.NewResponseController(w)
	in := &patient{from: http.MaxBytesReader(w, r.Body, most), now: s.Now, until: s.Now().Add(patience), more: func(until time.Time) error {
		if err := control.SetReadDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		return nil
	}}
	var b bytes.Buffer
	_, err := b.ReadFrom(in)
	if deadline := control.SetWriteDeadline(s.Now().Add(quiet)); deadline != nil && !errors.Is(deadline, http.ErrNotSupported) {
		err = errors.Join(err, deadline)
	}
	return b.Bytes(), err
}
