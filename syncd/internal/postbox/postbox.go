// Package postbox is where citizens' answers arrive: survey.v1 over a websocket,
// the same messages over POST where a proxy strips the upgrade, and a plain form
// for browsers without scripts.
//
// A device says
//
//	{"type":"hello","version":1,"token":"…","pending":3}
//	{"type":"submit","pending":3,"nonce":"…","items":[answer,…]}
//	{"type":"claim","code":"…"}
//
// and hears
//
//	{"type":"hello","version":1,"epoch":"…","today":"2026-11-22","items":50,"bytes":65536}
//	{"type":"results","nonce":"…","epoch":"…","results":[{"id":"…","status":"stored"},…]}
//	{"type":"device","token":"…","id":"…","name":"…","point":"…"}
//	{"type":"error","reason":{"code":"…","th":"…","en":"…"}}
//
// The first hello comes by itself when a websocket opens; hello of a device is
// needed of registered ones alone. A result that is not stored or duplicate has a
// reason, retry_later with ms before it is tried again. An answer without a result
// was not delivered. When epoch is another than before, a backup was restored:
// what was acknowledged since may be sent again, and counts once.
//
// The package knows sockets and pages, and nothing of what an answer is worth. It
// keeps no address.
package postbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
)

// Protocol is the subprotocol that a websocket has to ask for.
const Protocol = "survey.v1"

// The addresses. Look has files of the form's page below it.
const (
	Socket = "/ws/survey"
	API    = "/api/survey"
	Form   = "/survey"
	Look   = "/api/survey/look/"
)

// MaxBody is how much a request may bring, in bytes.
const MaxBody = survey.MaxMessage

// Caps limit what is open at once.
type Caps struct {
	Total   int // websockets
	Network int // of them, of one network, 24 bits of IPv4 or 48 of IPv6
	Opening int // how many may open in a second
	Posts   int // requests that are answered at once
}

// Usual are the caps of one machine.
func Usual() Caps { return Caps{Total: 12_000, Network: 512, Opening: 500, Posts: 1024} }

// Place is a service point as the form shows it.
type Place struct {
	Name    catalog.Text
	Manuals []Manual // that it serves, in the order in which they are shown
}

// Manual is a service to choose.
type Manual struct {
	ID    catalog.ManualID
	Title catalog.Text
}

// Config is what a Server needs.
type Config struct {
	Intake  *answers.Intake
	Desk    *answers.Desk
	Origins func() []string                       // of pages whose answers are taken: scheme, host and port unless it is the scheme's own
	Client  func(context.Context) netip.Addr      // who sent a request
	Epoch   func(context.Context) (string, error) // of the database
	Place   func(catalog.PointCode) (Place, bool) // false where there is no such point
	Forms   func() []*catalog.Survey              // published now
	Site    func() string                         // address of the public site, "" or without a slash at its end
	Caps    Caps
	Log     *slog.Logger
	Now     func() time.Time
	Random  io.Reader
}

// Server answers at the addresses.
type Server struct {
	Config
	upgrader websocket.Upgrader
	posts    chan struct{} // one for each request that is answered
	open     sync.WaitGroup
	page     *page

	mu       sync.Mutex
	stopped  bool
	conns    map[*conn]bool
	networks map[netip.Prefix]int
	opening  time.Time // until when the allowance of new connections is used up

	epochMu sync.Mutex
	epoch   string // "" until it is known
}

// New makes a server. Run has to run beside it.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, conns: map[*conn]bool{}, networks: map[netip.Prefix]int{}, posts: make(chan struct{}, c.Caps.Posts)}
	s.upgrader = websocket.Upgrader{
		HandshakeTimeout: handshakeTime, ReadBufferSize: 1 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{},
		Subprotocols: []string{Protocol}, CheckOrigin: func(*http.Request) bool { return true }, // it was checked
		Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) { s.refuse(w, status, nil) },
	}
	var err error
	s.page, err = newPage()
	return s, err
}

// Register puts the addresses into a router.
func (s *Server) Register(mux *http.ServeMux) {
	mux.HandleFunc(Socket, s.socket)
	mux.HandleFunc(API, s.api)
	mux.HandleFunc("GET "+Form, s.ask)
	mux.HandleFunc("POST "+Form, s.take)
	mux.Handle("GET "+Look, http.StripPrefix(strings.TrimSuffix(Look, "/"), s.page.assets()))
}

// Takes reports whether requests for a path may have a body.
func Takes(path string) bool { return path == API || path == Form }

// words is a reason as it is written.
type words struct {
	Code     string `json:"code"`
	Question string `json:"question,omitempty"`
	TH       string `json:"th"`
	EN       string `json:"en"`
}

func wordsOf(r *survey.Reason) *words {
	if r == nil {
		return nil
	}
	return &words{r.Code, r.Question, r.Text.TH, r.Text.EN}
}

type result struct {
	ID     string         `json:"id"`
	Status answers.Status `json:"status"`
	Reason *words         `json:"reason,omitempty"`
	MS     int64          `json:"ms,omitempty"`
}

type results struct {
	Type    string   `json:"type"` // results
	Nonce   string   `json:"nonce,omitempty"`
	Epoch   string   `json:"epoch"`
	Results []result `json:"results"`
}

type hello struct {
	Type    string `json:"type"` // hello
	Version int    `json:"version"`
	Epoch   string `json:"epoch"`
	Today   string `json:"today"`
	Items   int    `json:"items"`
	Bytes   int    `json:"bytes"`
	Name    string `json:"name,omitempty"`  // of a registered device
	Point   string `json:"point,omitempty"` // the same
}

type device struct {
	Type  string `json:"type"` // device
	Token string `json:"token"`
	ID    string `json:"id"`
	Name  string `json:"name"`
	Point string `json:"point"`
}

type problem struct {
	Type   string `json:"type"` // error, or upgrade_required, or refused
	Reason *words `json:"reason"`
	MS     int64  `json:"ms,omitempty"`
}

func encode(m any) []byte {
	out, err := json.Marshal(m)
	if err != nil {
		panic("postbox: texts and numbers are never refused: " + err.Error())
	}
	return out
}

// epochNow is the database's epoch; "" while it can not be read.
func (s *Server) epochNow(ctx context.Context) string {
	s.epochMu.Lock()
	defer s.epochMu.Unlock()
	if s.epoch == "" {
		epoch, err := s.Epoch(ctx)
		if err != nil {
			return ""
		}
		s.epoch = epoch
	}
	return s.epoch
}

func (s *Server) hello(ctx context.Context, d *answers.Device) hello {
	h := hello{Type: "hello", Version: survey.Version, Epoch: s.epochNow(ctx), Today: calendar.DateOf(s.Now()).ISO(), Items: survey.MaxItems, Bytes: survey.MaxMessage}
	if d != nil {
		h.Name, h.Point = d.Name, string(d.Point)
	}
	return h
}

// accept takes the answers of a message, and tells what became of them.
func (s *Server) accept(ctx context.Context, from answers.Sender, m survey.Message) results {
	if from.Device != nil {
		s.Intake.Heard(from.Device.ID, m.Pending)
	}
	out := results{Type: "results", Nonce: m.Nonce, Epoch: s.epochNow(ctx), Results: make([]result, len(m.Items))}
	for i, r := range s.Intake.Accept(from, m.Items) {
		out.Results[i] = result{r.ID, r.Status, wordsOf(r.Reason), r.Wait.Milliseconds()}
	}
	return out
}

// claim gives a device its token.
func (s *Server) claim(ctx context.Context, m survey.Message) (device, error) {
	token, d, err := s.Desk.Claim(ctx, s.Client(ctx), m.Code)
	return device{"device", token, d.ID, d.Name, string(d.Point)}, err
}

// known reports whether a request says, once, that it comes from one of our
// pages.
func (s *Server) known(r *http.Request) bool {
	origin := r.Header.Values("Origin")
	return len(origin) == 1 && slices.Contains(s.Origins(), origin[0])
}

// bearer is the token that a request shows; "" where it shows none.
func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// admit tells who sends a request: anybody, from one of our pages, or a
// registered device from anywhere. It answers those whom it refuses.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (from answers.Sender, ok bool) {
	from.Address = s.Client(r.Context())
	token := bearer(r)
	if len(r.Header.Values("Origin")) > 0 || token == "" {
		if !s.known(r) {
			s.refuse(w, http.StatusForbidden, foreign())
			return from, false
		}
	}
	if token == "" {
		return from, true
	}
	d, err := s.Desk.Admit(r.Context(), token)
	if err != nil {
		s.fail(w, err)
		return from, false
	}
	from.Device = &d
	return from, true
}

func foreign() *survey.Reason {
	return &survey.Reason{Code: "origin", Text: fault.Text{TH: "คำขอนี้ไม่ได้มาจากเว็บไซต์ของเรา", EN: "This request does not come from a page of ours."}}
}

// fail answers an error of the desk.
func (s *Server) fail(w http.ResponseWriter, err error) {
	status, reason, wait := told(err)
	if wait > 0 {
		w.Header().Set("Retry-After", seconds(wait))
	}
	if status == http.StatusInternalServerError {
		s.Log.Error("a request of a device failed", "error", err)
	}
	s.refuse(w, status, reason)
}

// told is what a device is told of an error.
func told(err error) (status int, reason *survey.Reason, wait time.Duration) {
	var own *fault.Error
	var slow answers.Wait
	if errors.As(err, &slow) {
		wait = slow.For
	}
	if !errors.As(err, &own) {
		return http.StatusInternalServerError, &survey.Reason{Code: "fault", Text: fault.Text{TH: "เกิดข้อผิดพลาดในระบบ จะส่งใหม่ให้เองภายหลัง", EN: "Something went wrong on our side. It will be sent again later."}}, time.Minute
	}
	text := fault.Text{TH: strings.TrimSpace(own.What.TH + " " + own.Hint.TH), EN: strings.TrimSpace(own.What.EN + " " + own.Hint.EN)}
	switch {
	case wait > 0:
		return http.StatusTooManyRequests, &survey.Reason{Code: answers.Limited, Text: text}, wait
	case own.Kind == fault.Forbidden:
		return http.StatusUnauthorized, &survey.Reason{Code: "device", Text: text}, 0
	case own.Kind == fault.Invalid:
		return http.StatusBadRequest, &survey.Reason{Code: "code", Text: text}, 0
	}
	return http.StatusServiceUnavailable, &survey.Reason{Code: answers.NotNow, Text: text}, 10 * time.Second
}

// seconds is a time as Retry-After says it, rounded up.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// refuse answers with a status, and a reason where there is one.
func (s *Server) refuse(w http.ResponseWriter, status int, reason *survey.Reason) {
	h := w.Header()
	if (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) && h.Get("Retry-After") == "" {
		h.Set("Retry-After", seconds(s.jitter()))
	}
	if reason == nil {
		reason = &survey.Reason{Code: "refused", Text: fault.Text{TH: "รับคำขอนี้ไม่ได้ คำตอบยังอยู่ในเครื่อง", EN: "This request was not taken. The answers stay on the device."}}
	}
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(encode(problem{"error", wordsOf(reason), 0}))
}

// jitter is a time from 1 to 30 seconds, so that those who were refused together
// do not come again together.
func (s *Server) jitter() time.Duration {
	var b [2]byte
	if _, err := io.ReadFull(s.Random, b[:]); err != nil {
		return 30 * time.Second
	}
	return time.Second + time.Duration(int(b[0])<<8|int(b[1]))*29*time.Second/65536
}

// Figures tell how many websockets are open.
func (s *Server) Figures() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(len(s.conns))
}
