package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
)

// machines enrols so many.
func (c *centre) machines(n int) {
	inboxtest.Book{T: c.t, Store: c.store.Inbox()}.Write(func(r inbox.Records) (err error) {
		for i := range n {
			err = errors.Join(err, r.PutDevice(inboxtest.Device(i+1)))
		}
		return err
	})
}

// BenchmarkAbsorb has machines push a hundred operations each, sixteen at a time.
func BenchmarkAbsorb(b *testing.B) {
	c := opened(b)
	c.machines(200)
	b.ResetTimer()
	var all sync.WaitGroup
	next := make(chan int)
	for range 16 {
		all.Go(func() {
			for n := range next {
				m := wire.Message{Type: wire.Push, Nonce: "n", Stream: inboxtest.StreamID(n)}
				for i := range 100 {
					o := inboxtest.Op(n*100 + i)
					o.Seq, o.Body = int64(i+1), []byte(fmt.Sprintf(`{"do":"write","n":%d,"report":{"point":"dlt-p1","process":"dlt-7f3k5q","month":"2026-10","received":12,"approved":9,"note":"ทดสอบความเร็ว"}}`, n))
					m.Ops = append(m.Ops, o)
				}
				read, err := wire.Read(m.Append(nil))
				if err != nil {
					b.Error(err)
					return
				}
				if got := c.Talk(context.Background(), inboxtest.Device(1+n%200), read); len(got.Results) != 100 || got.Results[99].Status != wire.Stored {
					b.Errorf("got %+v", got)
				}
			}
		})
	}
	for n := range b.N {
		next <- n
	}
	close(next)
	all.Wait()
	b.ReportMetric(float64(b.N*100)/b.Elapsed().Seconds(), "ops/s")
}

// BenchmarkDo does operations of a hundred machines, each with a small effect.
func BenchmarkDo(b *testing.B) {
	c := opened(b)
	c.machines(100)
	for n := 0; n < b.N; n += 100 {
		m := wire.Message{Type: wire.Push, Nonce: "n", Stream: inboxtest.StreamID(n)}
		for i := range min(100, b.N-n) {
			o := op(n+i, plain)
			o.Seq = int64(i + 1)
			m.Ops = append(m.Ops, o)
		}
		c.Talk(context.Background(), inboxtest.Device(1+n/100%100), m)
	}
	b.ResetTimer()
	for {
		if did, err := c.Step(context.Background()); err != nil || !did {
			break
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
	if len(c.order) != b.N {
		b.Errorf("%d of %d are done", len(c.order), b.N)
	}
}
