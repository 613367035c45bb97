package live

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/gorilla/websocket"
)

// conn is a page's connection. Two goroutines serve it: listen reads, talk
// writes and ends it.
type conn struct {
	*Server
	ws               *websocket.Conn
	officer, session string
	secret           string
	wake             chan struct{} // holds a wish to look at the session now
	gone             chan struct{} // closed when nothing more is read
}

// session is the message on a session that goes on.
type session struct {
	Type    string    `json:"type"` // session
	Officer string    `json:"officer"`
	Ends    time.Time `json:"ends"`
	Left    int64     `json:"left"` // seconds, rounded up
	By      string    `json:"by"`
}

// ended is the message on one that is over.
type ended struct {
	Type string `json:"type"` // ended
	Why  string `json:"why"`
}

// message says how a session stands.
func message(o Outlook, now time.Time) []byte {
	var m any = ended{"ended", o.By}
	if !o.Over {
		m = session{"session", o.Officer, o.Ends.UTC().Truncate(time.Second), int64((o.Ends.Sub(now) + time.Second - 1) / time.Second), o.By}
	}
	out, err := json.Marshal(m)
	if err != nil {
		panic("live: strings and times are never refused: " + err.Error())
	}
	return out
}

// talk says how the session stands until there is nothing more to say.
func (c *conn) talk(o Outlook) {
	defer c.leave(c)
	c.end(c.converse(o))
}

// converse returns the status to close with; 0 when nobody is there any more.
func (c *conn) converse(o Outlook) int {
	var told time.Time // the end that the page knows
	timer := time.NewTimer(lookEvery)
	defer timer.Stop()
	for {
		now := c.Now()
		if o.Over || !o.Ends.Equal(told) || o.Ends.Sub(now) <= soon {
			if !c.write(websocket.TextMessage, message(o, now)) {
				return 0
			}
			told = o.Ends
		}
		if o.Over {
			return Ended
		}
		if !c.write(websocket.PingMessage, nil) {
			return 0
		}
		timer.Reset(pause(o.Ends.Sub(now)))
		select {
		case <-c.ctx.Done():
			return websocket.CloseGoingAway
		case <-c.gone:
			return 0
		case <-c.wake:
		case <-timer.C:
		}
		var err error
		if o, err = c.look(c.ctx, c.secret); err != nil {
			if c.ctx.Err() != nil {
				return websocket.CloseGoingAway
			}
			return websocket.CloseTryAgainLater // whose session is not known is not talked to
		}
	}
}

// pause is how long to wait before looking at a session that has so much time
// left: to what happens next, or lookEvery.
func pause(left time.Duration) time.Duration {
	next := left
	if left > soon {
		next = left - soon
	}
	return max(min(next, lookEvery), 10*time.Millisecond)
}

func (c *conn) write(kind int, data []byte) bool {
	return c.ws.SetWriteDeadline(c.Now().Add(writeTime)) == nil && c.ws.WriteMessage(kind, data) == nil
}

// listen reads until the page is gone, silent for too long, or says something.
func (c *conn) listen() {
	defer close(c.gone)
	c.ws.SetReadLimit(maxMessage)
	alive := func(string) error { return c.ws.SetReadDeadline(c.Now().Add(pongTime)) }
	c.ws.SetPongHandler(alive)
	if alive("") != nil {
		return
	}
	_, _, err := c.ws.NextReader()
	switch {
	case err == nil: // a page has nothing to say
		c.bye(websocket.ClosePolicyViolation)
	case !errors.Is(err, websocket.ErrReadLimit): // told by the reader itself
		return
	}
	c.drain()
}

func (c *conn) bye(status int) {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(status, ""), c.Now().Add(writeTime)) // the connection ends anyway
}

// drain takes what is still on its way, so that the last word is not lost with
// it: closing on unread data resets the connection.
func (c *conn) drain() {
	raw := c.ws.NetConn()
	if raw.SetReadDeadline(c.Now().Add(closeTime)) == nil {
		_, _ = io.CopyN(io.Discard, raw, 1<<20) // to its end, the deadline or the limit
	}
}

// end closes the connection: politely with a status, at once with 0.
func (c *conn) end(status int) {
	if status != 0 {
		c.bye(status)
		patience := time.NewTimer(closeTime)
		defer patience.Stop()
		select {
		case <-c.gone:
		case <-patience.C:
		}
	}
	_ = c.ws.Close() // whatever it says, it is closed
	<-c.gone
}
