// Package live tells open pages of the back office how long their session
// lasts and what waits for its person: live.v1, over a websocket, and the same
// over POST where a proxy strips the upgrade.
//
// What the server says:
//
//	{"type":"session","officer":"o-…","ends":"2026-11-22T10:42:00Z","left":300,"by":"idle"}
//	{"type":"notices","unread":3,"judge":2,"mine":1,"latest":{"topic":"awaits","th":"…","en":"…","path":"/manuals/…"}}
//	{"type":"ended","why":"signed-out"}
//
// The first comes at the start, whenever the end moves, and again and again once
// it is near; after the last the connection is closed with 4001. The second comes
// at the start, without latest, and when something has happened that the person
// is told of, at most once a second: of what happened in between, latest is the
// last; with "quiet":true it concerns nobody but who has the page of its path open.
// Without latest the numbers alone have changed. The answer to a POST is one
// message, and a session's holds the second under "notices". Numbers are those of
// the moment at which they are sent. A page has nothing to say and is cut off when
// it does.
//
// It knows sockets and nothing of people: how a session stands is told by a
// Sessions, and asked often enough that a session that ended anywhere is known
// here within a minute. An open page never keeps a session alive.
package live

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Protocol is the subprotocol that a page has to ask for.
const Protocol = "live.v1"

// Ended is the status with which a connection is closed whose session is over.
const Ended = 4001

// Times of a connection.
const (
	lookEvery     = 30 * time.Second // how old what is known of a session may become
	lookTime      = 10 * time.Second // for an answer about a session
	soon          = 5 * time.Minute  // before its end, how it stands is repeated
	handshakeTime = 5 * time.Second
	pongTime      = 60 * time.Second // without a sign of life
	writeTime     = 5 * time.Second
	closeTime     = time.Second // for the other side to agree that it is over
	newsEvery     = time.Second // between two messages on what waits
)

// maxMessage is how much a page may send at once, in bytes, before what it says
// is not even looked at.
const maxMessage = 512

// Outlook is how a session stands.
type Outlook struct {
	Officer string    // id of whose it is
	Session string    // its id
	Ends    time.Time // unless its person asks for something before
	By      string    // what will end it, or has: idle, absolute or signed-out
	Over    bool      // then Officer, Session and Ends may be empty
}

// Sessions tells how sessions stand.
type Sessions interface {
	// Look tells whose a cookie's value is and until when. It must not count as
	// a sign of life of the person.
	Look(ctx context.Context, secret string) (Outlook, error)
}

// Standing is how much waits for a person.
type Standing struct {
	Unread int // notices that are not read
	Judge  int // revisions to approve or return
	Mine   int // its own drafts
}

// Latest is what has just happened, for who looks on: in some words, without a
// person's name. The zero Latest is nothing in particular.
type Latest struct {
	Topic string // a word for it, as "awaits"
	TH    string
	EN    string
	Path  string // of the page about it
	Quiet bool   // for those alone who have that page open
}

// Caps limit how many connections are open at once.
type Caps struct{ Session, Officer, Total int }

// Config is what a Server needs.
type Config struct {
	Origins  []string // of the pages that may connect: scheme, host and port unless it is the scheme's own
	Sessions Sessions
	Secret   func(*http.Request) string                                 // the session cookie's value; "" when there is none
	Standing func(ctx context.Context, secret string) (Standing, error) // of the person of a session that goes on; nil: pages are not told
	Caps     Caps                                                       // each at least 1
	Log      *slog.Logger
	Now      func() time.Time
}

// Server holds the connections.
type Server struct {
	Config
	upgrader websocket.Upgrader
	ctx      context.Context // ends when the server stops
	stop     context.CancelFunc
	open     sync.WaitGroup

	mu      sync.Mutex
	stopped bool
	total   int
	conns   map[string]map[*conn]bool // by officer
}

// New makes a server; an error where an origin is none.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, conns: map[string]map[*conn]bool{}}
	s.Origins = nil
	for _, o := range c.Origins {
		origin, err := originOf(o)
		if err != nil {
			return nil, err
		}
		s.Origins = append(s.Origins, origin)
	}
	s.upgrader = websocket.Upgrader{
		HandshakeTimeout: handshakeTime, ReadBufferSize: 2 * maxMessage, WriteBufferSize: 2 * maxMessage,
		Subprotocols: []string{Protocol}, CheckOrigin: s.known,
		Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) { refuse(w, status) },
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// originOf is an address as a browser names it as an origin.
func originOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	ports := map[string]string{"http": "80", "https": "443"}
	if ports[u.Scheme] == "" || u.Hostname() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("no origin: " + address)
	}
	return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":"+ports[u.Scheme]), nil
}

// known reports whether a request says that it comes from one of our pages, and
// says so once. A browser always says where from.
func (s *Server) known(r *http.Request) bool {
	origin := r.Header.Values("Origin")
	return len(origin) == 1 && slices.Contains(s.Origins, origin[0])
}

// ServeHTTP answers GET with a connection, and POST with how the session stands
// now.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		h.Set("Allow", "GET, POST")
		refuse(w, http.StatusMethodNotAllowed)
	case !s.known(r):
		refuse(w, http.StatusForbidden)
	case r.URL.RawQuery != "": // addresses are logged on the way; no secret is taken from one
		refuse(w, http.StatusBadRequest)
	case r.Method == http.MethodPost:
		s.tell(w, r)
	default:
		s.connect(w, r)
	}
}

func refuse(w http.ResponseWriter, status int) {
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	http.Error(w, http.StatusText(status), status)
}

// look tells how the session of a cookie's value stands.
func (s *Server) look(ctx context.Context, secret string) (Outlook, error) {
	if secret == "" {
		return Outlook{By: "signed-out", Over: true}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	o, err := s.Sessions.Look(ctx, secret)
	if err != nil && s.ctx.Err() == nil && !errors.Is(err, context.Canceled) {
		s.Log.LogAttrs(ctx, slog.LevelError, "how a session stands is not known", slog.String("error", err.Error()))
	}
	return o, err
}

// tell answers once.
func (s *Server) tell(w http.ResponseWriter, r *http.Request) {
	o, err := s.look(r.Context(), s.Secret(r))
	if err != nil {
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	var news *notices
	if !o.Over && s.Standing != nil {
		if standing, err := s.standing(r.Context(), s.Secret(r)); err == nil {
			news = told(standing, Latest{})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(message(o, s.Now(), news)) // a page that is gone needs no answer
}

// standing tells how much waits for the person of a session.
func (s *Server) standing(ctx context.Context, secret string) (Standing, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	standing, err := s.Standing(ctx, secret)
	if err != nil && s.ctx.Err() == nil && !errors.Is(err, context.Canceled) {
		s.Log.LogAttrs(ctx, slog.LevelError, "what waits for a person is not known", slog.String("error", err.Error()))
	}
	return standing, err
}

// connect upgrades a request of somebody who is signed in.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	if !slices.Contains(websocket.Subprotocols(r), Protocol) {
		refuse(w, http.StatusBadRequest)
		return
	}
	secret := s.Secret(r)
	o, err := s.look(r.Context(), secret)
	switch {
	case err != nil:
		refuse(w, http.StatusServiceUnavailable)
		return
	case o.Over:
		refuse(w, http.StatusUnauthorized)
		return
	}
	c := &conn{Server: s, officer: o.Officer, session: o.Session, secret: secret, wake: make(chan struct{}, 1), news: make(chan struct{}, 1), gone: make(chan struct{})}
	if s.Standing != nil {
		c.news <- struct{}{} // how it stands at the start
	}
	if status := s.enter(c); status != 0 {
		refuse(w, status)
		return
	}
	if c.ws, err = s.upgrader.Upgrade(w, r, nil); err != nil { // it has answered
		s.leave(c)
		return
	}
	go c.listen()
	go c.talk(o)
}

// enter counts a connection in; the status of a refusal where there are too many.
func (s *Server) enter(c *conn) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	same := 0
	for other := range s.conns[c.officer] {
		if other.session == c.session {
			same++
		}
	}
	switch {
	case s.stopped:
		return http.StatusServiceUnavailable
	case s.total >= s.Caps.Total, len(s.conns[c.officer]) >= s.Caps.Officer, same >= s.Caps.Session:
		return http.StatusTooManyRequests
	}
	if s.conns[c.officer] == nil {
		s.conns[c.officer] = map[*conn]bool{}
	}
	s.conns[c.officer][c] = true
	s.total++
	s.open.Add(1)
	return 0
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns[c.officer], c)
	if len(s.conns[c.officer]) == 0 {
		delete(s.conns, c.officer)
	}
	s.total--
	s.open.Done()
}

// Wake looks at the sessions of an officer at once. It does not wait.
func (s *Server) Wake(officer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns[officer] {
		mark(c.wake)
	}
}

// mark leaves a mark, where there is none yet.
func mark(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Tell tells the open pages of an officer what has happened, and how much waits
// now. It does not wait.
func (s *Server) Tell(officer string, latest Latest) {
	if s.Standing == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns[officer] {
		if latest != (Latest{}) && (!latest.Quiet || c.latest.Quiet || c.latest == (Latest{})) {
			c.latest = latest
		}
		mark(c.news)
	}
}

// take takes what a connection has not told of yet.
func (s *Server) take(c *conn) Latest {
	s.mu.Lock()
	defer s.mu.Unlock()
	latest := c.latest
	c.latest = Latest{}
	return latest
}

// Stop closes all connections, lets no more in, and returns when all have ended:
// within some seconds.
func (s *Server) Stop() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.stop()
	s.open.Wait()
}
