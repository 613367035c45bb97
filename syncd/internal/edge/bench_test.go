package edge

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// BenchmarkRim is what the whole edge adds to a request that does nothing.
func BenchmarkRim(b *testing.B) {
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	faults := &Faults{Log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /user/{id}", func(http.ResponseWriter, *http.Request) {})
	cross, err := CrossOrigin(faults)
	if err != nil {
		b.Fatal(err)
	}
	inner := Chain(mux, cross, BodyLimit(faults, func(*http.Request) int64 { return 1 << 20 }), Routes)
	hosts := NewHosts(faults, map[string]http.Handler{"https://office.example.go.th": inner})
	o := &Observer{Name: "office", Log: log, Metrics: NewMetrics(), Now: time.Now}
	h := Chain(hosts, o.Wrap, Headers{CSP: policy, HTTPS: true}.Wrap, faults.Recover)
	r := httptest.NewRequest("GET", "https://office.example.go.th/user/7", nil)
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}
