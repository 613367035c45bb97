package edge

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"
)

// Observer gives each request its id and its client's address, counts it, and
// writes one line of log: method, route, status, bytes, duration and id. No
// address, query, cookie or user agent is written, and of the paths of surveys
// nothing at all.
type Observer struct {
	Name    string         // of the server
	Log     *slog.Logger   // at level Info
	Metrics *Metrics       // nil: not counted
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	Now     func() time.Time
}

// Wrap is the Observer's Middleware.
func (o *Observer) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &record{id: newID(), client: clientOf(r, o.Proxies)}
		r = r.WithContext(context.WithValue(r.Context(), recordKey{}, rec))
		ww := &writer{ResponseWriter: w}
		ww.Header().Set("X-Request-Id", rec.id)
		began := o.Now()
		o.Metrics.begin(o.Name)
		defer func() {
			if rec.route == "" {
				rec.route = pathOf(r.Pattern)
			}
			o.note(r, rec, ww, o.Now().Sub(began))
		}()
		next.ServeHTTP(ww, r)
	})
}

func (o *Observer) note(r *http.Request, rec *record, w *writer, took time.Duration) {
	w.begin() // the server answers 200 when nothing was written
	o.Metrics.end(o.Name, r.Method, rec.route, w, took)
	if aboutSurvey(r.URL.Path) {
		return
	}
	o.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("server", o.Name), slog.String("id", rec.id), slog.String("method", knownMethod(r.Method)), slog.String("route", rec.route),
		slog.Int("status", w.status), slog.Int64("bytes", w.bytes), slog.Float64("ms", float64(took.Microseconds())/1000))
}

// surveyPaths are those whose use says when somebody answered a survey, or searched
// in vain.
var surveyPaths = []string{"/survey", "/en/survey", "/api/survey", "/ws/survey", "/api/miss"}

// aboutSurvey reports whether a path is one of surveys, in whichever way it is
// written.
func aboutSurvey(p string) bool {
	p = strings.ToLower(path.Clean("/" + p))
	return slices.ContainsFunc(surveyPaths, func(s string) bool { return p == s || strings.HasPrefix(p, s+"/") })
}

// knownMethod keeps what a stranger writes as a method out of logs and metrics.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}
