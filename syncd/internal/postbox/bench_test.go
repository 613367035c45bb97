package postbox

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"
)

// BenchmarkSocket is an answer that is sent over one of two hundred websockets,
// until it is acknowledged; what the devices take is in it.
func BenchmarkSocket(b *testing.B) {
	h := build(b, Usual(), plenty)
	mux := http.NewServeMux()
	h.Register(mux)
	web := httptest.NewServer(mux)
	defer web.Close()
	sockets := make([]*websocket.Conn, 200)
	for i := range sockets {
		d := &websocket.Dialer{Subprotocols: []string{Protocol}}
		ws, _, err := d.Dial("ws"+strings.TrimPrefix(web.URL, "http")+Socket, http.Header{"Origin": {site}})
		if err != nil {
			b.Fatal(err)
		}
		defer ws.Close()
		if _, _, err := ws.ReadMessage(); err != nil {
			b.Fatal(err)
		}
		sockets[i] = ws
	}
	var next atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, ws := range sockets {
		wg.Go(func() {
			for {
				n := int(next.Add(1))
				if n > b.N {
					return
				}
				if err := ws.WriteMessage(websocket.TextMessage, fmt.Append(nil, submit(item(n)))); err != nil {
					b.Error(err)
					return
				}
				if _, said, err := ws.ReadMessage(); err != nil || !strings.Contains(string(said), "stored") {
					b.Errorf("%s, %v", said, err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
}
