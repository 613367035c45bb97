package dock

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
)

// Times of a connection. One that is half open is closed within 90 seconds.
const (
	handshakeTime = 5 * time.Second
	pingEvery     = 30 * time.Second
	pongTime      = 60 * time.Second // without a sign of life
	writeTime     = 60 * time.Second // for one message to a machine that reads slowly
	pingTime      = 100 * time.Millisecond
	closeTime     = time.Second
	stopTime      = 4 * time.Second
)

// DeviceRefused is the status with which a connection is closed whose machine was
// revoked, or has another token now.
const DeviceRefused = 4003

// mostWrong is how many messages that can not be read a connection may send.
const mostWrong = 10

// conn is a machine's connection. One goroutine reads a message and has it
// answered before it reads the next.
type conn struct {
	*Server
	ws    *websocket.Conn
	dev   inbox.Device
	ctx   context.Context // of the connection
	wrong int
	next  atomic.Int64 // when it is pinged, in Unix nanoseconds
	heard atomic.Int64 // when it last gave a sign of life, in those
	out   atomic.Bool  // another connection of its machine has its place
}

// socket upgrades a request of a machine.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		s.refuse(w, http.StatusMethodNotAllowed, unfit())
		return
	}
	if !s.opens() {
		s.refuse(w, http.StatusServiceUnavailable, busy())
		return
	}
	dev, ok := s.admit(w, r)
	if !ok {
		return
	}
	if !slices.Contains(websocket.Subprotocols(r), wire.Protocol) {
		s.refuse(w, http.StatusBadRequest, unfit())
		return
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	c := &conn{Server: s, dev: dev, ctx: ctx}
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

// opens uses up some of the allowance of new connections, and reports whether there
// was any. It stands before all that costs something.
func (s *Server) opens() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	if s.opening.Before(now) {
		s.opening = now
	}
	if s.stopped || s.opening.Sub(now) > time.Second {
		return false
	}
	s.opening = s.opening.Add(time.Second / time.Duration(s.Caps.Opening))
	return true
}

// enter counts a connection in; the status of a refusal where there are too many.
func (s *Server) enter(c *conn) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopped, len(s.conns) >= s.Caps.Total:
		return http.StatusServiceUnavailable
	case s.devices[c.dev.ID] >= s.Caps.Device && !s.makesRoom(c.dev.ID):
		return http.StatusTooManyRequests
	}
	s.devices[c.dev.ID]++
	s.conns[c] = true
	s.open.Add(1)
	now := s.Now()
	c.heard.Store(now.UnixNano())
	c.next.Store(now.Add(pingEvery).UnixNano())
	return 0
}

// makesRoom ends that connection of a machine of which nothing has been heard for the
// longest time; false where all are only just being made. A machine that comes again
// has lost the others, of which nobody told.
func (s *Server) makesRoom(device string) bool {
	var longest *conn
	for c := range s.conns {
		if c.dev.ID == device && c.ws != nil && !c.out.Load() && (longest == nil || c.heard.Load() < longest.heard.Load()) {
			longest = c
		}
	}
	if longest == nil {
		return false
	}
	longest.out.Store(true)
	s.forget(device)
	_ = longest.ws.NetConn().SetReadDeadline(s.Now()) // it may have ended by itself
	return true
}

func (s *Server) forget(device string) {
	if s.devices[device]--; s.devices[device] == 0 {
		delete(s.devices, device)
	}
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if !c.out.Load() {
		s.forget(c.dev.ID)
	}
	s.open.Done()
}

// serve answers messages until the connection ends.
func (c *conn) serve() {
	defer func() { _ = c.ws.Close() }() // whatever it says, it is closed
	c.ws.SetReadLimit(mostOf(c.dev))
	c.ws.SetPongHandler(func(string) error { return c.alive() })
	for {
		err := c.alive()
		if c.out.Load() {
			return
		}
		if err != nil || c.stopping() {
			c.bye(websocket.CloseGoingAway)
			return
		}
		if status := c.one(); status != 0 {
			c.bye(status)
			return
		}
	}
}

// errOut says that another connection has the place of this one.
var errOut = errors.New("dock: the machine came again")

// alive gives the machine time for its next sign of life.
func (c *conn) alive() error {
	now := c.Now()
	c.heard.Store(now.UnixNano())
	err := c.ws.SetReadDeadline(now.Add(pongTime))
	if c.out.Load() {
		return errOut
	}
	return err
}

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
	var b bytes.Buffer // what an answer keeps of it lives as long as it needs
	if _, err := b.ReadFrom(&patient{from: r, more: c.ws.SetReadDeadline, now: c.Now, until: c.Now().Add(patience)}); err != nil {
		return gone // a frame that is too large was told so
	}
	m, err := wire.Read(b.Bytes())
	if err != nil {
		if c.wrong++; c.wrong > mostWrong {
			return websocket.ClosePolicyViolation
		}
		why, _ := unread(err)
		return c.say(why)
	}
	return c.say(c.talk(c.ctx, c.dev, m))
}

// say writes a message; the connection goes on where that succeeds.
func (c *conn) say(m wire.Message) int {
	if c.ws.SetWriteDeadline(c.Now().Add(writeTime)) != nil || c.ws.WriteMessage(websocket.TextMessage, m.Append(nil)) != nil {
		return gone
	}
	return 0
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

// Run pings connections, each when it is due, and ends those of machines that were
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
	if c.refused() {
		_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(DeviceRefused, ""), c.Now().Add(pingTime)) // closed next
		_ = c.ws.Close()                                                                                                      // whatever it says, it is closed
		return
	}
	_ = c.ws.WriteControl(websocket.PingMessage, nil, c.Now().Add(pingTime)) // see above
}

// refused looks again whether the machine's token serves. While that can not be
// told, what was known holds.
func (c *conn) refused() bool {
	dev, err := c.Desk.Still(c.ctx, c.dev.ID)
	return errors.Is(err, fault.Forbidden) || err == nil && (!dev.Revoked.IsZero() || dev.Token != c.dev.Token)
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
