package watch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"khumue/internal/fault"
	"khumue/internal/webroot"
)

// largeText is the size in bytes of the largest text that is compressed as it
// is served; more would take too much memory.
const largeText = 8 << 20

// Server shows a site from its folder. Its fields must not change while it
// serves. It answers GET and HEAD, for hosts that are this machine.
type Server struct {
	// Dir is the folder of the site. It is opened anew for each request,
	// because a publication may swap it, and need not exist.
	Dir string

	// Base is the path below which the site expects to live; "" is "/".
	Base string

	// Headers go with every answer, in place of the server's own of that name.
	Headers http.Header

	// Immutable reports paths, relative to Dir, whose bytes never change. Nil
	// is none: browsers then ask each time whether a file is still the same.
	Immutable func(path string) bool

	// Hosts are names by which this machine may be asked, beside localhost and
	// addresses. A page elsewhere that makes its own name point here is refused.
	Hosts []string

	// Live, when set, is told to the pages that are served.
	Live *Live
}

// How long a client may take, and how long a stop waits for the last answers.
const (
	headerTime = 5 * time.Second
	readTime   = 10 * time.Second
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	stopTime   = 3 * time.Second
)

// Listen takes a TCP address such as "localhost:8080". Without a host it
// listens on the loopback interface alone: showing drafts to a network has to
// be asked for, as "0.0.0.0:8080".
func Listen(addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.Textf(
			"%q ไม่ใช่ที่อยู่สำหรับเปิดเว็บไซต์", "%q is not an address to listen on", addr),
			fault.Text{TH: "เขียนเช่น localhost:8080", EN: "write for example localhost:8080"}).Because(err)
	}
	if host == "" {
		host = "localhost"
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fault.New(fault.Unavailable, fault.Textf(
			"เปิดเว็บไซต์ที่ %s ไม่ได้", "cannot listen on %s", addr),
			fault.Text{TH: "ปิดโปรแกรมที่ใช้ที่อยู่นี้ หรือเลือกเลขพอร์ตอื่น", EN: "stop what uses this address, or choose another port"}).Because(err)
	}
	return l, nil
}

// Serve answers on l until ctx ends, lets the last answers finish, and returns
// nil. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      writeTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		stopped <- errors.Join(srv.Shutdown(last), srv.Close())
	})
	err := srv.Serve(l)
	if stop() {
		return errors.Join(err, srv.Close()) // it failed by itself
	}
	if err := <-stopped; err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.setHeaders(w.Header())
	switch {
	case !s.knows(r.Host):
		http.Error(w, "this server does not answer for "+hostName(r.Host), http.StatusMisdirectedRequest)
	case s.Live != nil && strings.HasPrefix(r.URL.Path, livePath):
		s.Live.ServeHTTP(w, r)
	default:
		s.site().ServeHTTP(w, r)
	}
}

// site is the folder as it is shown: with the pages told of what Live knows.
func (s *Server) site() *webroot.Folder {
	f := &webroot.Folder{Dir: s.Dir, Base: s.Base, Immutable: s.Immutable, CompressUpTo: largeText}
	if s.Live != nil {
		f.Amend = s.Live.inject
	}
	return f
}

// setHeaders sets what every answer bears, and then what the caller wants.
func (s *Server) setHeaders(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	for name, values := range s.Headers {
		h[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
}

// knows reports whether a request's host is a name of this machine. Addresses
// are: nobody can make one of theirs point here.
func (s *Server) knows(hostport string) bool {
	host := hostName(hostport)
	if net.ParseIP(host) != nil || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	return slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

func hostName(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}
