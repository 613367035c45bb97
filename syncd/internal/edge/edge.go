// Package edge is the rim of the daemon's HTTP servers: what holds for every
// request before a page or an interface sees it, and for every answer after.
//
// Its parts are handlers that wrap handlers, and Run, which serves several of
// them and stops them together. From the outside inwards:
//
//	Observer   an id, the client's address, one line of log, metrics
//	Headers    what protects the page in its browser
//	Faults     panics and errors become answers
//	Hosts      only names that are ours
//	CrossOrigin, BodyLimit
//	Routes     what the router found, for log and metrics
//
// It knows no page, no person and no rule of the office.
package edge

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Middleware wraps a handler.
type Middleware func(http.Handler) http.Handler

// Chain wraps a handler; the first of ms is the outermost.
func Chain(h http.Handler, ms ...Middleware) http.Handler {
	for _, m := range slices.Backward(ms) {
		h = m(h)
	}
	return h
}

// record is what is known of a request while it is answered.
type record struct {
	id     string
	client netip.Addr
	route  string
}

type recordKey struct{}

func recordOf(ctx context.Context) *record {
	if rec, ok := ctx.Value(recordKey{}).(*record); ok {
		return rec
	}
	return &record{}
}

// RequestID returns the id of the request that ctx belongs to, such as
// "K3QF-7ZUA-MM2D", or "" outside of an Observer. It is the reference number
// that a person is given when something goes wrong.
func RequestID(ctx context.Context) string { return recordOf(ctx).id }

// Client returns the address that the request came from, seen through listed
// proxies; invalid when it is not known. It must not be stored.
func Client(ctx context.Context) netip.Addr { return recordOf(ctx).client }

// newID returns sixty random bits in a form that can be read over a telephone.
func newID() string {
	t := rand.Text()
	return t[:4] + "-" + t[4:8] + "-" + t[8:12]
}

// Routes remembers which pattern of a router answered. It stands right around
// the router, so that whatever lies between may copy the request.
func Routes(router http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := recordOf(r.Context())
		defer func() { rec.route = pathOf(r.Pattern) }()
		router.ServeHTTP(w, r)
	})
}

// pathOf returns a pattern without its method.
func pathOf(pattern string) string {
	if _, path, found := strings.Cut(pattern, " "); found {
		return strings.TrimSpace(path)
	}
	return pattern
}
