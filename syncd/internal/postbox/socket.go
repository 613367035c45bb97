package postbox

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"khumue/internal/fault"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
)

// Times of a connection. One that is half open is closed within 90 seconds.
const (
	handshakeTime = 5 * time.Second
	pingEvery     = 30 * time.Second
	pongTime      = 75 * time.Second // without a sign of life, or for one whole message
	writeTime     = 10 * time.Second // for one message to a device that reads slowly
	pingTime      = 100 * time.Millisecond
	admitEvery    = 15 * time.Second // how old what is known of a device may become
	closeTime     = time.Second
	stopTime      = 4 * time.Second
)

// Statuses of closing, beside those of the protocol.
const (
	UpgradeRequired = 4002 // another version of the messages is spoken here
	DeviceRefused   = 4003 // the token serves no more; answers stay on the device
)

// mostWrong is how many messages that can not be read a connection may send.
const mostWrong = 10

// conn is a device's connection. One goroutine reads a message, has it kept and
// answers it before it reads the next: nothing piles up, and a device that does
// not read is dropped when its answer can not be written.
type conn struct {
	*Server
	ws      *websocket.Conn
	network netip.Prefix
	address netip.Addr
	ctx     context.Context // of the connection

	device  atomic.Pointer[answers.Device] // nil: anybody
	token   string                         // of the device; written by serve alone
	checked time.Time                      // when the device was admitted last; serve's alone
	wrong   int
	next    atomic.Int64 // when it is pinged, in Unix nanoseconds
}

// buffers hold messages while they are kept.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// socket upgrades a request of a page of ours, or of a registered device.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		s.refuse(w, http.StatusMethodNotAllowed, nil)
		return
	}
	from, ok := s.admit(w, r)
	switch {
	case !ok:
		return
	case r.URL.RawQuery != "" || !slices.Contains(websocket.Subprotocols(r), Protocol):
		s.refuse(w, http.StatusBadRequest, nil)
		return
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	c := &conn{Server: s, network: networkOf(from.Address), address: from.Address, ctx: ctx, token: bearer(r), checked: s.Now()}
	c.device.Store(from.Device)
	if status := s.enter(c); status != 0 {
		cancel()
		s.refuse(w, status, busy())
		return
	}
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil { // it has answered
		cancel()
		s.leave(c)
		return
	}
	s.mu.Lock()
	c.ws = ws
	s.mu.Unlock()
	go func() {
		defer cancel()
		defer s.leave(c)
		c.serve()
	}()
}

func networkOf(a netip.Addr) netip.Prefix {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, _ := a.Prefix(bits) // the length fits the address
	return p
}

// enter counts a connection in; the status of a refusal where there are too many,
// or too many at once.
func (s *Server) enter(c *conn) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	if s.opening.Before(now) {
		s.opening = now
	}
	each := time.Second / time.Duration(s.Caps.Opening)
	switch {
	case s.stopped, s.opening.Sub(now) > time.Second, len(s.conns) >= s.Caps.Total:
		return http.StatusServiceUnavailable
	case c.device.Load() == nil && s.networks[c.network] >= s.Caps.Network:
		return http.StatusTooManyRequests
	}
	s.opening = s.opening.Add(each)
	s.networks[c.network]++
	s.conns[c] = true
	s.open.Add(1)
	c.next.Store(now.Add(pingEvery).UnixNano())
	return 0
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if s.networks[c.network]--; s.networks[c.network] == 0 {
		delete(s.networks, c.network)
	}
	s.open.Done()
}

// serve answers messages until the connection ends.
func (c *conn) serve() {
	defer func() { _ = c.ws.Close() }() // whatever it says, it is closed
	c.ws.SetReadLimit(survey.MaxMessage)
	c.ws.SetPongHandler(func(string) error { return c.alive() })
	if !c.write(c.hello(c.ctx, c.device.Load())) {
		return
	}
	for {
		if c.alive() != nil || c.stopping() {
			c.bye(websocket.CloseGoingAway)
			return
		}
		if status := c.one(); status != 0 {
			c.bye(status)
			return
		}
	}
}

// alive gives the device time for its next sign of life.
func (c *conn) alive() error { return c.ws.SetReadDeadline(c.Now().Add(pongTime)) }

func (c *conn) stopping() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

// gone is the status of a connection that ended without a word.
const gone = -1

// one reads a message and answers it. It returns with which status to close; 0
// where the connection goes on.
func (c *conn) one() (status int) {
	kind, r, err := c.ws.NextReader()
	if err != nil {
		if c.stopping() {
			return websocket.CloseGoingAway
		}
		return gone
	}
	if kind != websocket.TextMessage {
		return websocket.CloseUnsupportedData
	}
	b, ok := buffers.Get().(*bytes.Buffer)
	if !ok {
		return websocket.CloseInternalServerErr
	}
	defer buffers.Put(b)
	b.Reset()
	if _, err := b.ReadFrom(r); err != nil {
		return gone // a frame that is too large was told so
	}
	m, err := survey.ReadMessage(b.Bytes())
	var reason *survey.Reason
	if errors.As(err, &reason) {
		if c.wrong++; c.wrong > mostWrong {
			return websocket.ClosePolicyViolation
		}
		return c.say(problem{"error", wordsOf(reason), 0})
	}
	return c.answer(m)
}

// answer answers a message that was read.
func (c *conn) answer(m survey.Message) int {
	switch m.Type {
	case survey.Claim:
		d, err := c.claim(c.ctx, m)
		if err != nil {
			return c.say(problemOf(err))
		}
		return c.say(d)
	case survey.Hello:
		if m.Version != survey.Version {
			c.write(problem{"upgrade_required", wordsOf(otherVersion()), 0})
			return UpgradeRequired
		}
		if m.Token != "" {
			c.token, c.checked = m.Token, time.Time{}
		}
	}
	if !c.admitted() {
		c.write(problem{"refused", wordsOf(refusedDevice()), 0})
		return DeviceRefused
	}
	d := c.device.Load()
	if m.Type == survey.Hello {
		if d != nil {
			c.Intake.Heard(d.ID, m.Pending)
		}
		return c.say(c.hello(c.ctx, d))
	}
	return c.say(c.accept(c.ctx, answers.Sender{Address: c.address, Device: d}, m))
}

// admitted looks again whether a device's token serves, when that was not done
// for a while. While it can not be told, what was known holds.
func (c *conn) admitted() bool {
	now := c.Now()
	if c.token == "" || now.Sub(c.checked) < admitEvery {
		return true
	}
	d, err := c.Desk.Admit(c.ctx, c.token)
	switch {
	case err == nil:
		c.device.Store(&d)
	case errors.Is(err, fault.Forbidden):
		return false
	}
	c.checked = now
	return true
}

func problemOf(err error) problem {
	_, reason, wait := told(err)
	return problem{"error", wordsOf(reason), wait.Milliseconds()}
}

func otherVersion() *survey.Reason {
	return &survey.Reason{Code: "version", Text: fault.Text{TH: "หน้านี้เป็นรุ่นที่ระบบไม่รู้จัก โหลดหน้าใหม่ คำตอบที่รอส่งยังอยู่ในเครื่อง", EN: "This page is of a version that is not spoken here. Load it anew; the answers stay on the device."}}
}

func refusedDevice() *survey.Reason {
	return &survey.Reason{Code: "device", Text: fault.Text{TH: "อุปกรณ์นี้ไม่ได้ลงทะเบียน หรือถูกยกเลิกแล้ว คำตอบที่รอส่งยังอยู่ในเครื่อง", EN: "This device is not registered, or was revoked. The answers stay on it."}}
}

// say writes a message; the connection goes on where that succeeds.
func (c *conn) say(m any) int {
	if !c.write(m) {
		return gone
	}
	return 0
}

func (c *conn) write(m any) bool {
	return c.ws.SetWriteDeadline(c.Now().Add(writeTime)) == nil && c.ws.WriteMessage(websocket.TextMessage, encode(m)) == nil
}

func (c *conn) bye(status int) {
	if status == gone {
		return
	}
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(status, ""), c.Now().Add(closeTime)) // it ends anyway
	if c.ws.SetReadDeadline(c.Now().Add(closeTime)) != nil {
		return
	}
	for { // what is on its way is taken, so that the last word is not lost with it
		if _, _, err := c.ws.NextReader(); err != nil {
			return
		}
	}
}

// Run pings connections, each when it is due, and ends those of devices that were
// revoked, until the context ends.
func (s *Server) Run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, c := range s.due() {
				c.ping()
			}
		}
	}
}

// due are the connections that are to be pinged.
func (s *Server) due() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	var out []*conn
	for c := range s.conns {
		if c.ws != nil && c.next.Load() <= now.UnixNano() {
			c.next.Store(now.Add(pingEvery).UnixNano())
			out = append(out, c)
		}
	}
	return out
}

// ping asks for a sign of life. A connection that can not be written to is busy
// with an answer, which has a deadline of its own, or ends by its reading one.
func (c *conn) ping() {
	if d := c.device.Load(); d != nil {
		now := *d
		err := c.Desk.Still(c.ctx, now)
		if errors.Is(err, fault.Forbidden) {
			_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(DeviceRefused, ""), c.Now().Add(pingTime)) // closed next
			_ = c.ws.Close()                                                                                                      // whatever it says, it is closed
			return
		}
	}
	_ = c.ws.WriteControl(websocket.PingMessage, nil, c.Now().Add(pingTime)) // see above
}

// Stop lets no more in, ends all connections when their message is answered, and
// returns when all have ended, within some seconds.
func (s *Server) Stop() {
	s.mu.Lock()
	s.stopped = true
	for c := range s.conns {
		if c.ws != nil {
			_ = c.ws.NetConn().SetReadDeadline(s.Now()) // who waits for a message waits no more
		}
	}
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() { s.open.Wait(); close(ended) }()
	late := time.NewTimer(stopTime)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C:
		s.mu.Lock()
		for c := range s.conns {
			if c.ws != nil {
				_ = c.ws.Close() // it had its time
			}
		}
		s.mu.Unlock()
		<-ended
	}
}
