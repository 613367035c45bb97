package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"khumue/bench/office"
	"khumue/internal/wire"
)

// fleet is what came of the offices' coming.
type fleet struct {
	away    atomic.Int64 // messages that were answered by wait
	refused atomic.Int64 // connections that were told to come again
	results atomic.Int64
}

// come has all offices send all that they did, and returns when it is acknowledged.
func come(ctx context.Context, w *world, o *office.Office) (*fleet, error) {
	f := &fleet{}
	var all sync.WaitGroup
	failed := make(chan error, w.offices)
	for n := range w.offices {
		all.Go(func() {
			if err := f.office(ctx, w, o, n); err != nil {
				failed <- fmt.Errorf("office %d: %w", n, err)
			}
		})
	}
	all.Wait()
	close(failed)
	var errs []error
	for err := range failed {
		if errs = append(errs, err); len(errs) == 5 {
			break
		}
	}
	return f, errors.Join(errs...)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// office is one office: it greets, and sends a hundred operations at a time.
func (f *fleet) office(ctx context.Context, w *world, o *office.Office, n int) error {
	if err := pause(ctx, rand.N(w.spread)); err != nil {
		return err
	}
	ws, err := f.dial(ctx, o, n)
	if err != nil {
		return err
	}
	defer func() { _ = ws.Close() }() // all that counts was answered
	stream := fmt.Sprintf("%032x", n+1)
	greeting := wire.Greeting{Version: wire.Version, Program: "bench", Stream: stream, MaxSeq: int64(w.perOffice()), Waiting: w.perOffice(), Clock: time.Now().Format(time.RFC3339)}
	if _, err := f.say(ctx, ws, wire.Message{Type: wire.Hello, Greeting: &greeting}); err != nil {
		return err
	}
	ops, err := w.did(n)
	if err != nil {
		return err
	}
	for len(ops) > 0 {
		part := ops[:min(len(ops), wire.MaxOps)]
		reply, err := f.say(ctx, ws, wire.Message{Type: wire.Push, Stream: stream, Ops: part})
		if err != nil {
			return err
		}
		var left []wire.Op
		for i, r := range reply.Results {
			switch {
			case i >= len(part) || r.ID != part[i].ID:
				return errors.New("a result is of another operation")
			case r.Status == wire.Later:
				left = append(left, part[i])
			case r.Status != wire.Stored:
				return fmt.Errorf("%s is %s: %s", r.ID, r.Status, r.Text.EN)
			default:
				f.results.Add(1)
			}
		}
		ops = append(left, ops[len(part):]...)
		if len(left) > 0 {
			if err := pause(ctx, time.Second+rand.N(5*time.Second)); err != nil {
				return err
			}
		}
	}
	return ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
}

// dial opens the websocket, as often as it takes.
func (f *fleet) dial(ctx context.Context, o *office.Office, n int) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Subprotocols: []string{wire.Protocol}, HandshakeTimeout: 30 * time.Second, ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10}
	for backoff := time.Second; ; backoff = min(2*backoff, time.Minute) {
		ws, a, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(o.Address, "http")+wire.Socket, http.Header{"Authorization": {"Bearer " + tokenOf(n)}})
		if a != nil && a.Body != nil {
			a.Body.Close()
		}
		if err == nil {
			return ws, nil
		}
		if a == nil || a.StatusCode != http.StatusServiceUnavailable && a.StatusCode != http.StatusTooManyRequests {
			return nil, err
		}
		f.refused.Add(1)
		if err := pause(ctx, rand.N(backoff)); err != nil {
			return nil, err
		}
	}
}

// say says something until it is heard.
func (f *fleet) say(ctx context.Context, ws *websocket.Conn, m wire.Message) (wire.Message, error) {
	m.Nonce = fmt.Sprintf("%016x", rand.Uint64())
	text := m.Append(nil)
	for {
		if err := ws.WriteMessage(websocket.TextMessage, text); err != nil {
			return wire.Message{}, err
		}
		_, said, err := ws.ReadMessage()
		if err != nil {
			return wire.Message{}, err
		}
		reply, err := wire.Read(said)
		switch {
		case err != nil:
			return reply, err
		case reply.Nonce != m.Nonce:
			return reply, errors.New("the reply is to something else")
		case reply.Type == wire.Refusal:
			return reply, fmt.Errorf("refused: %s", reply.Text.EN)
		case reply.Type != wire.Wait:
			return reply, nil
		}
		f.away.Add(1)
		if err := pause(ctx, time.Duration(reply.After)*time.Millisecond+rand.N(time.Second/4)); err != nil {
			return reply, err
		}
	}
}
