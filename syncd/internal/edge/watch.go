package edge

import "github.com/prometheus/client_golang/prometheus"

// Watch shows figures that another part keeps, as they are whenever somebody
// looks: by the words of a label, or one alone where the label is "". Those that
// only grow are totals. A nil *Metrics shows nothing.
func (m *Metrics) Watch(name, help, label string, total bool, read func() map[string]float64) {
	if m == nil {
		return
	}
	var labels []string
	if label != "" {
		labels = []string{label}
	}
	kind := prometheus.GaugeValue
	if total {
		kind = prometheus.CounterValue
	}
	m.registry.MustRegister(lookOut{prometheus.NewDesc(name, help, labels, nil), labels, kind, read})
}

// lookOut asks for figures when they are collected.
type lookOut struct {
	desc   *prometheus.Desc
	labels []string
	kind   prometheus.ValueType
	read   func() map[string]float64
}

// Describe tells of the figures.
func (w lookOut) Describe(out chan<- *prometheus.Desc) { out <- w.desc }

// Collect asks for them.
func (w lookOut) Collect(out chan<- prometheus.Metric) {
	for word, value := range w.read() {
		if w.labels == nil {
			out <- prometheus.MustNewConstMetric(w.desc, w.kind, value)
			continue
		}
		out <- prometheus.MustNewConstMetric(w.desc, w.kind, value, word)
	}
}
