package edge

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts what the servers do. A nil *Metrics counts nothing.
type Metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	inFlight    *prometheus.GaugeVec
	connections *prometheus.GaugeVec
	refused     *prometheus.CounterVec
}

// NewMetrics returns counters of requests and connections, and of the process.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "khumue_http_requests_total", Help: "Requests answered, by route and class of status."},
			[]string{"server", "method", "route", "class"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "khumue_http_request_duration_seconds", Help: "How long answers took; connections that left HTTP are not among them.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}},
			[]string{"server", "route"}),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "khumue_http_in_flight", Help: "Requests being answered."}, []string{"server"}),
		connections: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "khumue_http_connections", Help: "Connections that are open."}, []string{"server"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "khumue_http_connections_refused_total", Help: "Connections closed at once, because their address had too many."}, []string{"server"}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.inFlight, m.connections, m.refused,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Registerer takes what other parts count.
func (m *Metrics) Registerer() prometheus.Registerer { return m.registry }

// Handler answers with all figures.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

func (m *Metrics) begin(server string) {
	if m != nil {
		m.inFlight.WithLabelValues(server).Inc()
	}
}

func (m *Metrics) end(server, method, route string, w *writer, took time.Duration) {
	if m == nil {
		return
	}
	if route == "" {
		route = "none"
	}
	m.inFlight.WithLabelValues(server).Dec()
	m.requests.WithLabelValues(server, knownMethod(method), route, strconv.Itoa(w.status/100)+"xx").Inc()
	if !w.taken {
		m.duration.WithLabelValues(server, route).Observe(took.Seconds())
	}
}

func (m *Metrics) connected(server string, by float64) {
	if m != nil {
		m.connections.WithLabelValues(server).Add(by)
	}
}

func (m *Metrics) refuse(server string) {
	if m != nil {
		m.refused.WithLabelValues(server).Inc()
	}
}
