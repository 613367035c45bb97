package dock

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
)

// BenchmarkOffices has two hundred machines come at once, each with two hundred
// operations in two pushes over its websocket, and obey when they are sent away; what
// the machines take is in it.
func BenchmarkOffices(b *testing.B) {
	const machines = 200
	store := sqlstoretest.Open(b, filepath.Join(b.TempDir(), "test.db"))
	defer store.Close()
	inboxtest.Book{T: b, Store: store.Inbox()}.Write(func(r inbox.Records) (err error) {
		for n := range machines {
			err = errors.Join(err, r.PutDevice(inboxtest.Device(n)))
		}
		return err
	})
	desk := &inbox.Desk{Store: store.Inbox(), Epoch: store.Epoch, Now: time.Now}
	caps := Usual()
	caps.Opening = machines
	h := over(b, caps, desk)
	desk.Log, desk.Random = h.Log, h.Random
	phones := make([]*phone, machines)
	for n := range phones {
		phones[n] = h.joined(as(fmt.Sprint("secret", n)))
	}
	var away atomic.Int64
	b.ResetTimer()
	for round := range b.N {
		var all sync.WaitGroup
		for n, p := range phones {
			all.Go(func() {
				for part := range 2 {
					m := wire.Message{Type: wire.Push, Nonce: "n", Stream: inboxtest.StreamID(round)}
					for i := range wire.MaxOps {
						o := inboxtest.Op(((round*machines+n)*2+part)*wire.MaxOps + i)
						o.Seq = int64(part*wire.MaxOps + i + 1)
						m.Ops = append(m.Ops, o)
					}
					p.say(m)
					reply := p.hear()
					for ; reply.Type == wire.Wait; reply = p.hear() {
						away.Add(1)
						time.Sleep(time.Duration(reply.After) * time.Millisecond)
						p.say(m)
					}
					if len(reply.Results) != wire.MaxOps || reply.Results[0].Status != wire.Stored {
						b.Errorf("got %+v", reply)
					}
				}
			})
		}
		all.Wait()
	}
	b.ReportMetric(float64(b.N*machines*200)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64(away.Load())/float64(b.N), "sent-away")
}
