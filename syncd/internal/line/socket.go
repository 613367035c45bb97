package line

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
)

// errStripped says that no websocket is to be had, though something answered.
var errStripped = errors.New("line: the upgrade was not made")

// socket is an open websocket. One goroutine reads it, and one pings.
type socket struct {
	ws      *websocket.Conn
	replies chan wire.Message
	done    chan struct{} // closed when it has ended
	once    sync.Once
	err     error        // why it has ended
	size    atomic.Int64 // bytes that are not answered yet
}

// socket returns the open websocket, or opens one.
func (l *Line) socket(ctx context.Context) (*socket, error) {
	l.mu.Lock()
	s := l.sock
	l.mu.Unlock()
	if s != nil {
		select {
		case <-s.done:
		default:
			return s, nil
		}
	}
	header, err := l.header()
	if err != nil {
		return nil, err
	}
	d := &websocket.Dialer{Proxy: http.ProxyFromEnvironment, NetDialContext: l.connect, TLSClientConfig: l.TLS,
		HandshakeTimeout: 2 * dialTime, Subprotocols: []string{wire.Protocol}}
	ws, resp, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(l.Address, "http")+wire.Socket, header)
	if err != nil {
		return nil, unopened(resp, err)
	}
	if ws.Subprotocol() != wire.Protocol {
		return nil, errors.Join(errStripped, ws.Close())
	}
	s = &socket{ws: ws, replies: make(chan wire.Message, 16), done: make(chan struct{})}
	ws.SetReadLimit(wire.MaxMessage)
	l.mu.Lock()
	l.sock = s
	l.mu.Unlock()
	go s.read()
	go s.ping()
	return s, nil
}

// unopened says why there is no websocket. What answers, and is not the centre, may
// still let a POST through.
func unopened(resp *http.Response, err error) error {
	if resp == nil {
		return unreached(err)
	}
	defer resp.Body.Close()
	_, wrong := read(resp)
	var t *courier.Trouble
	if errors.As(wrong, &t) && (t.Kind == courier.SignIn || t.Kind == courier.Busy) {
		return wrong
	}
	return errStripped
}

// end ends the websocket, for the first reason that is given.
func (s *socket) end(why error) {
	s.once.Do(func() {
		s.err = why
		close(s.done)
		_ = s.ws.Close() // whatever it says, it is closed
	})
}

// alive extends the time until which something has to be heard: longer behind what
// is on its way, for a ping does not overtake it.
func (s *socket) alive() { _ = s.ws.SetReadDeadline(time.Now().Add(pongTime + slow(s.size.Load()))) }

func (s *socket) read() {
	s.ws.SetPongHandler(func(string) error { s.alive(); return nil })
	for {
		s.alive()
		_, r, err := s.ws.NextReader()
		if err != nil {
			s.end(closed(err))
			return
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, living{r, s}); err != nil {
			s.end(closed(err))
			return
		}
		m, err := wire.Read(b.Bytes())
		if err != nil {
			s.end(&courier.Trouble{Kind: courier.Broken, Err: err})
			return
		}
		select {
		case s.replies <- m:
		case <-s.done:
			return
		}
	}
}

// living reads a message that comes slowly, as long as it comes.
type living struct {
	io.Reader
	s *socket
}

// Read reads what is there.
func (l living) Read(b []byte) (int, error) {
	l.s.alive()
	return l.Reader.Read(b)
}

// closed says what the end of a websocket means.
func closed(err error) error {
	if websocket.IsCloseError(err, websocket.CloseMessageTooBig) {
		return &courier.Trouble{Kind: courier.TooLarge, Err: err}
	}
	return &courier.Trouble{Kind: courier.Cut, Err: err}
}

// ping asks for a sign of life.
func (s *socket) ping() {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-t.C:
			// One that can not be sent, as behind a large message, shows when nothing is heard.
			_ = s.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		}
	}
}

// exchange sends messages, each before the answer to the one before it is there, and
// gathers the replies by their nonces.
func (s *socket) exchange(ctx context.Context, messages []wire.Message) ([]wire.Message, error) {
	var sources [][]byte
	size := 0
	for _, m := range messages {
		sources = append(sources, m.Append(nil))
		size += len(sources[len(sources)-1])
	}
	s.size.Store(int64(size))
	defer s.size.Store(0)
	s.alive()
	ctx, cancel := context.WithTimeout(ctx, limit(size))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { s.end(&courier.Trouble{Kind: courier.Cut, Err: context.Cause(ctx)}) })
	defer stop()
	wrote := make(chan struct{})
	defer func() { <-wrote }()
	go func() { // so that answers are read meanwhile
		defer close(wrote)
		for _, src := range sources {
			if err := errors.Join(s.ws.SetWriteDeadline(time.Now().Add(limit(size))), s.ws.WriteMessage(websocket.TextMessage, src)); err != nil {
				s.end(&courier.Trouble{Kind: courier.Cut, Err: err})
				return
			}
		}
	}()
	return s.gather(messages)
}

// gather returns the replies to messages as far as they come, those in front
// without a gap. What answers nothing that was asked is passed over.
func (s *socket) gather(messages []wire.Message) ([]wire.Message, error) {
	got := map[string]wire.Message{}
	for len(got) < len(messages) {
		select {
		case m := <-s.replies:
			if m.Nonce == "" && m.Type == wire.Refusal { // of the first that has no answer: they are answered in order
				m.Nonce = messages[len(got)].Nonce
			}
			got[m.Nonce] = m
			if !asked(messages, m.Nonce) {
				delete(got, m.Nonce)
			}
		case <-s.done:
			return inOrder(messages, got), s.err
		}
	}
	return inOrder(messages, got), nil
}

func asked(messages []wire.Message, nonce string) bool {
	for _, m := range messages {
		if m.Nonce == nonce {
			return true
		}
	}
	return false
}

func inOrder(messages []wire.Message, got map[string]wire.Message) (out []wire.Message) {
	for _, m := range messages {
		r, there := got[m.Nonce]
		if !there {
			return out
		}
		out = append(out, r)
	}
	return out
}
