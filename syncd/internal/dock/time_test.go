package dock

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
)

// listens reads in the background, and returns when the connection ended.
func (p *phone) listens() <-chan time.Time {
	end := make(chan time.Time, 1)
	go func() {
		for {
			if _, _, err := p.ReadMessage(); err != nil {
				end <- time.Now()
				return
			}
		}
	}()
	return end
}

// F24: a connection of which nothing is heard is closed within 90 seconds; one
// that answers pings stays.
func TestAHalfOpenConnectionIsClosed(t *testing.T) {
	inBubble(t, Usual(), func(t *testing.T, h *house) {
		silent, lively := h.joined(), h.joined(as("ben"))
		silent.SetPingHandler(func(string) error { return nil })
		begin := time.Now()
		ended, stays := silent.listens(), lively.listens()
		if after := (<-ended).Sub(begin); after > 90*time.Second {
			t.Errorf("it was closed after %v", after)
		}
		time.Sleep(10 * time.Minute)
		select {
		case <-stays:
			t.Error("one that answers pings was closed")
		default:
		}
	})
}

// F24, S6: a machine whose connections are all half open comes in at once, in the place
// of that of which nothing was heard for the longest time. There are never more of it.
func TestF24AMachineThatComesAgainHasLostTheOthers(t *testing.T) {
	inBubble(t, Usual(), func(t *testing.T, h *house) {
		lost, answered := h.joined(), h.joined()
		time.Sleep(time.Second)
		answered.say(pull("c"))
		h.same("answered", answered.hear().Cursor, "c")
		ended, stays := lost.listens(), answered.listens()
		third := h.joined()
		third.say(pull("d"))
		h.same("the third", third.hear().Cursor, "d")
		synctest.Wait()
		select {
		case <-ended:
		default:
			t.Error("that of which nothing was heard goes on")
		}
		select {
		case <-stays:
			t.Error("another was ended too")
		default:
		}
		for range 5 {
			h.joined()
			synctest.Wait()
			if open, _ := h.Figures(); open != 2 {
				t.Errorf("%v are open", open)
			}
		}
		<-stays
	})
}

// S6: while a message of a machine is answered its place is not free, though another
// connection has it.
func TestAConnectionThatLostItsPlaceEndsWithItsAnswer(t *testing.T) {
	inBubble(t, Usual(), func(t *testing.T, h *house) {
		hold := make(chan struct{})
		h.book.change(func() { h.book.hold = hold })
		var asked []*phone
		for range h.Caps.Device {
			p := h.joined()
			p.say(pull("c"))
			<-h.book.here
			asked = append(asked, p)
		}
		third := h.joined()
		third.say(pull("d"))
		if m := third.hear(); m.Type != wire.Wait {
			t.Errorf("while two are answered a third gets %+v", m)
		}
		close(hold)
		h.same("the first is answered", asked[0].hear().Cursor, "c")
		h.same("and ended", asked[0].left(), websocket.CloseAbnormalClosure)
		h.same("the second is answered", asked[1].hear().Cursor, "c")
	})
}

// S7: a machine that is revoked while it is connected is closed within a minute.
func TestARevokedMachineIsClosed(t *testing.T) {
	for name, change := range map[string]func(*book){
		"revoked": func(b *book) {
			dev := machine("ann")
			dev.Revoked = time.Now()
			b.of["ann"] = dev
		},
		"another token": func(b *book) {
			dev := machine("ann")
			dev.Token[0]++
			b.of["ann"] = dev
		},
		"gone": func(b *book) { delete(b.of, "ann") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Usual(), func(t *testing.T, h *house) {
				p := h.joined()
				h.book.change(func() { change(h.book) })
				begin := time.Now()
				if got := p.left(); got != DeviceRefused {
					t.Errorf("closed with %d", got)
				}
				if after := time.Since(begin); after > time.Minute {
					t.Errorf("closed after %v", after)
				}
			})
		})
	}
}

// F23: a message on a slow line comes through as long as something of it comes.
func TestASlowLineIsWaitedFor(t *testing.T) {
	inBubble(t, Usual(), func(t *testing.T, h *house) {
		p := h.joined()
		p.SetPingHandler(func(string) error { return nil }) // its answer has to wait for the frame to end
		heard := make(chan wire.Message, 1)
		go func() { heard <- p.hear() }()
		src := pull("c").Append(nil)
		frame := append([]byte{0x81, 0x80 | byte(len(src)), 0, 0, 0, 0}, src...) // masked with nothing
		for i := range frame {
			time.Sleep(5 * time.Second)
			if _, err := p.NetConn().Write(frame[i : i+1]); err != nil {
				t.Fatal(err)
			}
		}
		h.same("answered", (<-heard).Nonce, "n-c")
	})
}

// F28: a machine that does not read is dropped, and others are not held up.
func TestF28AMachineThatDoesNotReadIsDropped(t *testing.T) {
	inBubble(t, Usual(), func(t *testing.T, h *house) {
		deaf, other := h.joined(), h.joined(as("ben"))
		begin := time.Now()
		deaf.say(pull("c"))
		other.say(pull("d"))
		h.same("another", other.hear().Cursor, "d")
		stays := other.listens()
		for open := 2.0; open == 2; open, _ = h.Figures() {
			time.Sleep(time.Second)
		}
		if after := time.Since(begin); after > 90*time.Second {
			t.Errorf("dropped after %v", after)
		}
		select {
		case <-stays:
			t.Error("the other was dropped too")
		default:
		}
	})
}

// slowDesk takes some time for each message, and counts how many it answers at once.
type slowDesk struct {
	*book
	now, most int
}

// Talk answers after a while.
func (d *slowDesk) Talk(ctx context.Context, dev inbox.Device, m wire.Message) wire.Message {
	d.change(func() { d.now++; d.most = max(d.most, d.now) })
	time.Sleep(20 * time.Millisecond)
	d.change(func() { d.now-- })
	return d.book.Talk(ctx, dev, m)
}

// F27: 8,000 machines come at once on a Monday morning. No more are answered at a
// time than are let in, and each has said what it had to say soon.
func TestF27OnMondayMorningAllGetTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const machines, messages = 8000, 3
		desk := &slowDesk{book: newBook()}
		h := build(t, Usual(), desk)
		begin := time.Now()
		var all sync.WaitGroup
		var sentAway atomic.Int64
		for n := range machines {
			all.Go(func() {
				one := machine(strconv.Itoa(n))
				for said := 0; said < messages; {
					reply := h.talk(t.Context(), one, pull("c"))
					if reply.Type != wire.Wait {
						said++
						continue
					}
					sentAway.Add(1)
					time.Sleep(time.Duration(reply.After) * time.Millisecond)
				}
			})
		}
		all.Wait()
		took := time.Since(begin)
		t.Logf("%d messages in %v, and %d were sent away", desk.told, took, sentAway.Load())
		if desk.told != machines*messages || desk.most > h.Caps.Talking {
			t.Errorf("%d messages were answered, %d at once", desk.told, desk.most)
		}
		if took > 10*time.Minute {
			t.Errorf("the last was answered after %v", took)
		}
		if n := sentAway.Load(); n > 5*machines*messages {
			t.Errorf("machines were sent away %d times", n)
		}
	})
}
