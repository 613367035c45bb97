// Package dock is where offices that worked offline come alongside: sync.v1 over a
// websocket, and the same messages over POST where a proxy strips the upgrade.
//
// A machine shows its token as a bearer, and nothing else counts: no cookie, no
// query, and no page of a browser may ask. Each message is answered before the next
// is read, so nothing piles up, and a machine that does not read is dropped. Only so
// many are answered at once; the others are told when to come back, one after the
// other, and keep what they have meanwhile.
//
// The package knows sockets, and nothing of what a message means.
package dock

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
)

// Desk knows machines and answers what they say, as inbox.Desk does.
type Desk interface {
	// Admit returns the machine of a token, a revoked one too. An unknown token is
	// an error of kind Forbidden.
	Admit(ctx context.Context, token string) (inbox.Device, error)
	// Still returns a machine as it is now.
	Still(ctx context.Context, id string) (inbox.Device, error)
	// Talk answers a message. It looks itself whether the machine was revoked.
	Talk(ctx context.Context, dev inbox.Device, m wire.Message) wire.Message
}

// Caps limit what is open at once.
type Caps struct {
	Total   int           // websockets
	Device  int           // of them, of one machine
	Opening int           // how many may open in a second
	Posts   int           // requests that are read at once
	Talking int           // messages that are answered at once
	Each    int           // of the requests that are read, and of the messages that are answered, of one machine
	Pace    time.Duration // between two that are told to come back, at least
}

// Usual are the caps of one machine.
func Usual() Caps {
	return Caps{Total: 10_000, Device: 2, Opening: 200, Posts: 256, Talking: 16, Each: 2, Pace: 5 * time.Millisecond}
}

// MaxBody is how much a request may bring, in bytes.
const MaxBody = wire.MaxMessage

// Config is what a Server needs.
type Config struct {
	Desk   Desk
	Caps   Caps
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader // that several goroutines may read at once
}

// Server answers at the addresses.
type Server struct {
	Config
	upgrader websocket.Upgrader
	posts    chan struct{} // one for each request that is read
	talking  chan struct{} // one for each message that is answered
	open     sync.WaitGroup

	mu      sync.Mutex
	stopped bool
	conns   map[*conn]bool
	devices tally
	reading tally         // requests, by machine
	asking  tally         // messages that are answered, by machine
	opening time.Time     // until when the allowance of new connections is used up
	back    time.Time     // when the last comes back of those that were sent away
	took    time.Duration // an answer, of late
}

// New makes a server. Run has to run beside it.
func New(c Config) *Server {
	s := &Server{Config: c, conns: map[*conn]bool{}, devices: tally{}, reading: tally{}, asking: tally{}, posts: make(chan struct{}, c.Caps.Posts), talking: make(chan struct{}, c.Caps.Talking)}
	s.upgrader = websocket.Upgrader{
		HandshakeTimeout: handshakeTime, ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{},
		Subprotocols: []string{wire.Protocol}, CheckOrigin: func(*http.Request) bool { return true }, // it was checked
		Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) { s.refuse(w, status, unfit()) },
	}
	return s
}

// Register puts the addresses into a router.
func (s *Server) Register(mux *http.ServeMux) {
	mux.HandleFunc(wire.Socket, s.socket)
	mux.HandleFunc(wire.API, s.api)
}

// Takes reports whether requests for a path may have a body.
func Takes(path string) bool { return path == wire.API }

// mostToken is how long a token may be, in bytes.
const mostToken = 200

// bearer is the token that a request shows; "" where it shows none.
func bearer(r *http.Request) string {
	said := r.Header.Values("Authorization")
	if len(said) != 1 || len(said[0]) > mostToken {
		return ""
	}
	token, ok := strings.CutPrefix(said[0], "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// admit tells which machine sends a request. It answers those whom it refuses.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (dev inbox.Device, ok bool) {
	switch token := bearer(r); {
	case len(r.Header.Values("Origin")) > 0:
		s.refuse(w, http.StatusForbidden, foreign())
	case r.URL.RawQuery != "": // addresses are logged on the way; no secret is taken from one
		s.refuse(w, http.StatusBadRequest, unfit())
	case token == "":
		s.refuse(w, http.StatusUnauthorized, unknown())
	default:
		var err error
		if dev, err = s.Desk.Admit(r.Context(), token); err == nil {
			return dev, true
		}
		s.fail(w, err)
	}
	return dev, false
}

// fail answers an error of the desk.
func (s *Server) fail(w http.ResponseWriter, err error) {
	if errors.Is(err, fault.Forbidden) {
		s.refuse(w, http.StatusUnauthorized, unknown())
		return
	}
	s.Log.Error("it can not be told which machine asks", "error", err)
	s.refuse(w, http.StatusServiceUnavailable, busy())
}

func refusal(code, th, en string) wire.Message {
	return wire.Message{Type: wire.Refusal, Code: code, Text: fault.Text{TH: th, EN: en}}
}

func foreign() wire.Message {
	return refusal("origin", "ที่อยู่นี้ไม่รับคำขอจากหน้าเว็บ", "No page of a browser may ask here.")
}

func unfit() wire.Message {
	return refusal(wire.BadMessage, "รับคำขอนี้ไม่ได้ ข้อมูลยังอยู่ในเครื่อง", "This request was not taken. What it was to bring stays on the machine.")
}

func unknown() wire.Message {
	return refusal("sign_in", "ไม่รู้จักเครื่องของสำนักงานนี้ ลงทะเบียนเครื่องใหม่ ข้อมูลที่ยังไม่ได้ส่งยังอยู่ในเครื่อง", "This office's machine is not known here. Enrol it anew; what was not sent stays on it.")
}

func revoked() wire.Message {
	return refusal(wire.RevokedCode, "เครื่องนี้ถูกยกเลิกแล้ว ศูนย์กลางไม่รับข้อมูลจากเครื่องนี้ ข้อมูลที่ยังไม่ได้ส่งส่งออกเป็นไฟล์ได้", "This machine was revoked, and nothing is taken from it. What was not sent can be exported to a file.")
}

func busy() wire.Message {
	return refusal(wire.NotNow, "ขณะนี้มีสำนักงานติดต่อเข้ามาจำนวนมาก จะส่งใหม่ให้เองในอีกสักครู่", "Many offices are in contact now. It will be sent again in a moment.")
}

// unread is what is said of a message that could not be read, with its status.
func unread(err error) (wire.Message, int) {
	var told *fault.Error
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		m := refusal(wire.TooLarge, "ข้อความใหญ่เกินไป จะแบ่งส่งทีละน้อย", "The message is too large. Less will be sent at once.")
		if errors.As(err, &told) {
			m.Text = told.What
		}
		return m, http.StatusRequestEntityTooLarge
	case errors.As(err, &told):
		return refusal(wire.BadMessage, told.What.TH, told.What.EN), http.StatusBadRequest
	}
	return unfit(), http.StatusBadRequest
}

// refuse answers with a status, and why.
func (s *Server) refuse(w http.ResponseWriter, status int, why wire.Message) {
	h := w.Header()
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", seconds(time.Second+s.jitter(29*time.Second)))
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	}
	s.write(w, status, why)
}

func (s *Server) write(w http.ResponseWriter, status int, m wire.Message) {
	h := w.Header()
	h.Set("Content-Type", wire.ContentType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(m.Append(nil))
}

// seconds is a time as Retry-After says it, rounded up.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// jitter is a time of at most so much.
func (s *Server) jitter(most time.Duration) time.Duration {
	var b [2]byte
	if _, err := io.ReadFull(s.Random, b[:]); err != nil {
		return most
	}
	return time.Duration(binary.LittleEndian.Uint16(b[:])) * most / (1 << 16)
}

// longestWait is for how long a machine is sent away at most.
const longestWait = 5 * time.Minute

// tally counts what is under way, by machine.
type tally map[string]int

// enters counts one more of a machine, unless it has so many.
func (s *Server) enters(t tally, device string, most int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t[device] >= most {
		return false
	}
	t[device]++
	return true
}

func (s *Server) leaves(t tally, device string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t[device]--; t[device] == 0 {
		delete(t, device)
	}
}

// talk has a message answered, where not too many are. Who is sent away gets a time
// behind those before, with some chance in it; a machine that is being answered as
// often as one may be is sent away without holding up the others.
func (s *Server) talk(ctx context.Context, dev inbox.Device, m wire.Message) wire.Message {
	if !s.enters(s.asking, dev.ID, s.Caps.Each) {
		return wire.Message{Type: wire.Wait, Nonce: m.Nonce, After: (time.Second + s.jitter(time.Second)).Milliseconds()}
	}
	defer s.leaves(s.asking, dev.ID)
	select {
	case s.talking <- struct{}{}:
		began := s.Now()
		defer func() {
			s.noteTime(s.Now().Sub(began))
			<-s.talking
		}()
		return s.Desk.Talk(ctx, dev, m)
	default:
	}
	wait := s.sendAway()
	return wire.Message{Type: wire.Wait, Nonce: m.Nonce, After: (wait + time.Second/10 + s.jitter(time.Second+wait/4)).Milliseconds()}
}

// noteTime learns how long an answer takes.
func (s *Server) noteTime(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took += (took - s.took) / 8
}

// sendAway is for how long one more machine is sent away: behind the last, by as
// much as an answer takes where so many are made at once.
func (s *Server) sendAway() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	if s.back.Before(now) {
		s.back = now
	}
	if s.back.Sub(now) < longestWait {
		s.back = s.back.Add(max(s.Caps.Pace, s.took/time.Duration(s.Caps.Talking)))
	}
	return s.back.Sub(now)
}

// Figures tell how many websockets are open, and how many messages are answered.
func (s *Server) Figures() (open, talking float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(len(s.conns)), float64(len(s.talking))
}
