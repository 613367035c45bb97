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
	wake             chan struct{}    // holds a wish to look at the session now
	news             chan struct{}    // holds a wish to tell what waits
	latest           Latest           // that happened and is not told; Server.mu guards it
	quiet            <-chan time.Time // until then nothing is told of what waits; nil: it may be
	gone             chan struct{}    // closed when nothing more is read
}

// session is the message on a session that goes on.
type session struct {
	Type    string    `json:"type"` // session
	Officer string    `json:"officer"`
	Ends    time.Time `json:"ends"`
	Left    int64     `json:"left"` // seconds, rounded up
	By      string    `json:"by"`
	Notices *notices  `json:"notices,omitempty"` // in the answer to a POST
}

// notices is the message on what waits.
type notices struct {
	Type   string  `json:"type"` // notices
	Unread int     `json:"unread"`
	Judge  int     `json:"judge"`
	Mine   int     `json:"mine"`
	Latest *latest `json:"latest,omitempty"`
}

type latest struct {
	Topic string `json:"topic"`
	TH    string `json:"th"`
	EN    string `json:"en"`
	Path  string `json:"path"`
	Quiet bool   `json:"quiet,omitempty"`
}

func told(s Standing, l Latest) *notices {
	n := &notices{Type: "notices", Unread: s.Unread, Judge: s.Judge, Mine: s.Mine}
	if l != (Latest{}) {
		n.Latest = &latest{l.Topic, l.TH, l.EN, l.Path, l.Quiet}
	}
	return n
}

// ended is the message on one that is over.
type ended struct {
	Type string `json:"type"` // ended
	Why  string `json:"why"`
}

// message says how a session stands, and what waits where news are given.
func message(o Outlook, now time.Time, news *notices) []byte {
	if o.Over {
		return encode(ended{"ended", o.By})
	}
	left := int64((o.Ends.Sub(now) + time.Second - 1) / time.Second)
	return encode(session{"session", o.Officer, o.Ends.UTC().Truncate(time.Second), left, o.By, news})
}

func encode(m any) []byte {
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
			if !c.write(websocket.TextMessage, message(o, now, nil)) {
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
		if status, over := c.attend(timer.C); over {
			return status
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

// attend tells what waits until the session has to be looked at again. Where the
// conversation is over it returns the status to close with.
func (c *conn) attend(next <-chan time.Time) (status int, over bool) {
	for {
		news := c.news
		if c.quiet != nil {
			news = nil
		}
		select {
		case <-c.ctx.Done():
			return websocket.CloseGoingAway, true
		case <-c.gone:
			return 0, true
		case <-c.wake:
			return 0, false
		case <-next:
			return 0, false
		case <-c.quiet:
			c.quiet = nil
		case <-news:
			latest := c.take(c)
			standing, err := c.standing(c.ctx, c.secret)
			if err != nil {
				return 0, false // the session may be over
			}
			if !c.write(websocket.TextMessage, encode(told(standing, latest))) {
				return 0, true
			}
			c.quiet = time.After(newsEvery)
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
