package edge

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"khumue/internal/fault"
)

// Headers are what an answer says to protect its page in a browser. A handler
// may set its own instead.
type Headers struct {
	// CSP is the content security policy; frame-ancestors 'none' is added
	// unless it says who may frame the page.
	CSP string

	// Permissions replaces the Permissions-Policy, by which pages may use no
	// device.
	Permissions string

	// HTTPS is how browsers reach the page: they are told to stay with it.
	HTTPS bool
}

// noDevices is the Permissions-Policy unless told otherwise.
const noDevices = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

// Wrap is the Headers' Middleware.
func (p Headers) Wrap(next http.Handler) http.Handler {
	set := map[string]string{
		"Content-Security-Policy":    p.policy(),
		"Cross-Origin-Opener-Policy": "same-origin",
		"Permissions-Policy":         noDevices,
		"Referrer-Policy":            "same-origin",
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
	}
	if p.Permissions != "" {
		set["Permissions-Policy"] = p.Permissions
	}
	if strings.Contains(set["Content-Security-Policy"], "frame-ancestors ") && !strings.Contains(set["Content-Security-Policy"], nobodyFrames) {
		delete(set, "X-Frame-Options") // it cannot say what the policy does
	}
	if p.HTTPS {
		set["Strict-Transport-Security"] = "max-age=31536000"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range set {
			h.Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}

const nobodyFrames = "frame-ancestors 'none'"

func (p Headers) policy() string {
	csp := strings.TrimRight(strings.TrimSpace(p.CSP), ";")
	switch {
	case csp == "":
		return nobodyFrames
	case strings.Contains(csp, "frame-ancestors "):
		return csp
	}
	return csp + "; " + nobodyFrames
}

var (
	notOurs = fault.Text{TH: "เครื่องนี้ไม่ได้ให้บริการในชื่อที่เรียกมา", EN: "This server does not answer for that name"}
	foreign = fault.Text{TH: "คำขอนี้มาจากเว็บไซต์อื่น เปิดหน้านี้ใหม่แล้วลองอีกครั้ง", EN: "This request came from another site. Open the page anew and try again"}
)

// Hosts leads a request to the server whose name it was sent to; others are
// answered 421. Names are compared, and ports only between servers of the same
// name: many proxies leave the port out.
type Hosts struct {
	faults *Faults
	exact  map[string]http.Handler // by host:port
	names  map[string]http.Handler // nil where two servers share the name
}

// NewHosts takes the servers by their addresses as browsers see them, such as
// https://portal.example.go.th. It panics on what is no address: those come
// from a configuration that was checked.
func NewHosts(faults *Faults, servers map[string]http.Handler) *Hosts {
	h := &Hosts{faults, map[string]http.Handler{}, map[string]http.Handler{}}
	for address, server := range servers {
		u, err := url.Parse(address)
		if err != nil || u.Hostname() == "" {
			panic("no address of a server: " + address)
		}
		name, port := strings.ToLower(u.Hostname()), u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		h.exact[net.JoinHostPort(name, port)] = server
		if _, shared := h.names[name]; shared {
			server = nil
		}
		h.names[name] = server
	}
	return h
}

// ServeHTTP answers by the server of that name.
func (h *Hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	server := h.find(strings.ToLower(r.Host))
	if server == nil {
		h.faults.Refuse(w, r, http.StatusMisdirectedRequest, notOurs)
		return
	}
	server.ServeHTTP(w, r)
}

func (h *Hosts) find(host string) http.Handler {
	if server := h.exact[host]; server != nil {
		return server
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
		for _, port := range []string{"443", "80"} {
			if server := h.exact[net.JoinHostPort(name, port)]; server != nil && h.names[name] == nil {
				return server
			}
		}
	}
	return h.names[name]
}

// CrossOrigin refuses requests that change something and that a page of
// another origin sent. Trusted are origins, scheme://host[:port], whose pages
// may; one that is no origin is an error.
func CrossOrigin(faults *Faults, trusted ...string) (Middleware, error) {
	p := http.NewCrossOriginProtection()
	for _, origin := range trusted {
		if err := p.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		faults.Refuse(w, r, http.StatusForbidden, foreign)
	}))
	return p.Handler, nil
}

// BodyLimit refuses a body of more bytes than limit says for a request: at once
// where its length is told, else when reading it passes the limit. Reading then
// fails with *http.MaxBytesError, which Faults answers with 413.
func BodyLimit(faults *Faults, limit func(*http.Request) int64) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			most := limit(r)
			if r.ContentLength > most {
				w.Header().Set("Connection", "close")
				faults.answer(watched(w), r, failureOf(r, &http.MaxBytesError{Limit: most}))
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, most)
			next.ServeHTTP(w, r)
		})
	}
}
