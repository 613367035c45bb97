package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// crowd are citizens at their telephones, each with a websocket.
type crowd struct {
	people []*citizen
	today  string
}

// citizen sends answers and counts what is said of them. What is sent and not
// answered is in line.
type citizen struct {
	ws     *websocket.Conn
	points []string
	today  string

	mu   sync.Mutex
	line []sent // oldest first
	took []time.Duration
	ids  []string // of acknowledged answers, some of them
	acks int
	odd  map[string]int // other statuses, and errors
	idle chan struct{}  // gets one when the line is empty
	gone atomic.Bool
}

type sent struct {
	due  time.Time
	id   string
	said []byte
}

// opening is how many websockets are opened in a second: fewer than the daemon
// lets in.
const opening = 400

// gather opens so many websockets.
func gather(ctx context.Context, d *daemon, n int) (*crowd, error) {
	c := &crowd{people: make([]*citizen, n), today: time.Now().Format(time.DateOnly)}
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	began := time.Now()
	for i := range n {
		time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / opening)))
		wg.Go(func() {
			p, err := join(ctx, d, i)
			if err != nil {
				failed.Store(&err)
				return
			}
			p.today, p.points = c.today, d.points
			c.people[i] = p
			go p.listen()
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	return c, nil
}

// join opens a websocket from an address of its own.
func join(ctx context.Context, d *daemon, i int) (*citizen, error) {
	from := fmt.Sprintf("%d.%d.%d.7", 11+i/65536, i/256%256, i%256)
	dialer := websocket.Dialer{Subprotocols: []string{"survey.v1"}, HandshakeTimeout: 30 * time.Second, ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10}
	header := http.Header{"Origin": {d.site}, "X-Forwarded-For": {from}}
	ws, a, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(d.site, "http")+"/ws/survey", header)
	if a != nil {
		a.Body.Close()
	}
	if err != nil {
		if a != nil {
			err = fmt.Errorf("%w: %s", err, a.Status)
		}
		return nil, err
	}
	if _, _, err := ws.ReadMessage(); err != nil { // hello
		return nil, err
	}
	return &citizen{ws: ws, odd: map[string]int{}, idle: make(chan struct{}, 1)}, nil
}

// message is an answer to all questions, with some random replies.
func (p *citizen) message() (id string, said []byte) {
	var raw [16]byte
	ms := time.Now().UnixMilli()
	for i := range 6 {
		raw[i] = byte(ms >> (40 - 8*i))
	}
	for i := 6; i < 16; i++ {
		raw[i] = byte(rand.Uint32())
	}
	raw[6], raw[8] = raw[6]&15|0x70, raw[8]&63|0x80
	h := hex.EncodeToString(raw[:])
	id = h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	n := func() int { return 1 + rand.IntN(5) }
	comment := ""
	if rand.IntN(5) == 0 { // few write something
		comment = `"q12":"รอ 15 นาที เจ้าหน้าที่พูดจาดี อยากให้มีที่จอดรถมากขึ้น",`
	}
	return id, fmt.Appendf(nil, `{"type":"submit","items":[{"id":"%s","form":"satisfaction-1","point":"%s","channel":"counter","answered":"%s",`+
		`"answers":{"q1":%d,"q2":%d,"q3":%d,"q4":%d,"q5":%d,"q6":"same","q7":"same","q8":%d,"q9":%d,"q10":"absent","q11":"counter",%s"q13a":"unsaid","q13b":"20-39","q13c":"self"}}]}`,
		id, p.points[rand.IntN(len(p.points))], p.today, n(), n(), n(), n(), n(), n(), n(), comment)
}

// send sends a message that was due at a time.
func (p *citizen) send(due time.Time, id string, said []byte) {
	p.mu.Lock()
	p.line = append(p.line, sent{due, id, said})
	p.mu.Unlock()
	if err := p.ws.WriteMessage(websocket.TextMessage, said); err != nil {
		p.lost(err)
	}
}

func (p *citizen) lost(err error) {
	if p.gone.Swap(true) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.odd[err.Error()]++
	p.signal()
}

func (p *citizen) signal() {
	select {
	case p.idle <- struct{}{}:
	default:
	}
}

// listen reads what is said of each answer, which comes in their order.
func (p *citizen) listen() {
	for {
		_, said, err := p.ws.ReadMessage()
		if err != nil {
			p.lost(err)
			return
		}
		p.heard(said, time.Now())
	}
}

var statusMark = []byte(`"status":"`)

func (p *citizen) heard(said []byte, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := bytes.Index(said, statusMark)
	if i < 0 || len(p.line) == 0 {
		p.odd[string(said[:min(len(said), 100)])]++
		return
	}
	of := p.line[0]
	p.line = p.line[1:]
	status, _, _ := bytes.Cut(said[i+len(statusMark):], []byte(`"`))
	if string(status) == "stored" && bytes.Contains(said, []byte(of.id)) {
		p.acks++
		p.took = append(p.took, at.Sub(of.due))
		if len(p.ids) < 50 || rand.IntN(10) == 0 {
			p.ids = append(p.ids, of.id+" "+string(of.said))
		}
	} else {
		p.odd[string(status)]++
	}
	if len(p.line) == 0 {
		p.signal()
	}
}

// reset forgets how long answers took.
func (c *crowd) reset() (acks int) {
	for _, p := range c.people {
		p.mu.Lock()
		p.took = nil
		acks += p.acks
		p.mu.Unlock()
	}
	return acks
}

// measured is what came of a load.
type measured struct {
	rate int // that was asked for; 0: as many as go
	span time.Duration
	took []time.Duration // sorted
	odd  map[string]int
}

func (c *crowd) measure(rate int, span time.Duration) measured {
	m := measured{rate: rate, span: span, odd: map[string]int{}}
	for _, p := range c.people {
		p.mu.Lock()
		m.took = append(m.took, p.took...)
		for what, n := range p.odd {
			m.odd[what] += n
		}
		p.odd = map[string]int{}
		p.mu.Unlock()
	}
	slices.Sort(m.took)
	return m
}

// most has each citizen send an answer as soon as the one before is acknowledged.
func (c *crowd) most(span time.Duration) measured {
	c.reset()
	began := time.Now()
	var wg sync.WaitGroup
	for _, p := range c.people {
		wg.Go(func() {
			for time.Since(began) < span && !p.gone.Load() {
				id, said := p.message()
				p.send(time.Now(), id, said)
				<-p.idle
			}
		})
	}
	wg.Wait()
	return c.measure(0, time.Since(began))
}

// steady has answers sent at a rate, whether those before are acknowledged or
// not.
func (c *crowd) steady(rate int, span time.Duration) measured {
	c.reset()
	began := time.Now()
	each := time.Duration(len(c.people)) * time.Second / time.Duration(rate) // of one citizen
	var wg sync.WaitGroup
	for i, p := range c.people {
		first := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		wg.Go(func() {
			for due := first; due.Sub(began) < span && !p.gone.Load(); due = due.Add(each) {
				time.Sleep(time.Until(due))
				id, said := p.message()
				p.send(due, id, said)
			}
		})
	}
	wg.Wait()
	sent := time.Since(began)
	c.wait()
	return c.measure(rate, sent)
}

// wait waits until all that was sent is answered.
func (c *crowd) wait() {
	for _, p := range c.people {
		for {
			p.mu.Lock()
			empty := len(p.line) == 0 || p.gone.Load()
			p.mu.Unlock()
			if empty {
				break
			}
			<-p.idle
		}
	}
}

// again sends some acknowledged answers once more, and tells how many of them
// were not there.
func (c *crowd) again(most int) (sent, missing int) {
	p := c.people[0]
	p.mu.Lock()
	p.odd = map[string]int{}
	p.mu.Unlock()
	for i := range most {
		of := c.people[i%len(c.people)]
		of.mu.Lock()
		kept := slices.Clone(of.ids)
		of.mu.Unlock()
		if len(kept) == 0 {
			continue
		}
		id, said, _ := strings.Cut(kept[rand.IntN(len(kept))], " ")
		select {
		case <-p.idle: // of before
		default:
		}
		p.send(time.Now(), id, []byte(said))
		<-p.idle
		sent++
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return sent, sent - p.odd["duplicate"]
}

func (c *crowd) acknowledged() (n int) {
	for _, p := range c.people {
		p.mu.Lock()
		n += p.acks
		p.mu.Unlock()
	}
	return n
}

func (c *crowd) close() {
	for _, p := range c.people {
		p.gone.Store(true)
		_ = p.ws.Close() // it is measured no more
	}
}

// err tells what was said that is no acknowledgement.
func (m measured) err() error {
	if len(m.odd) == 0 {
		return nil
	}
	return errors.New(fmt.Sprint(m.odd))
}
