package edge

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"time"

	"golang.org/x/sync/errgroup"
)

// How long a client may take. A handler that needs more asks for it by Extend.
const (
	headerTime = 5 * time.Second
	readTime   = 30 * time.Second
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	maxHeader  = 32 << 10 // bytes
)

// A stop lets answers finish; after softStop their contexts end, after
// hardStop their connections do.
const (
	softStop = 8 * time.Second
	hardStop = 10 * time.Second
)

// errStopping is why the context of a request ends in a stop.
var errStopping = errors.New("the server is stopping")

// Server is a handler and where it listens.
type Server struct {
	Name     string // in the log
	Listener net.Listener
	Handler  http.Handler
	OnStop   func() // ends connections that left HTTP, and waits for them some seconds at most; may be nil
}

// Run serves until ctx ends, or one of the servers fails, and stops all of
// them within 10 seconds. It returns nil after a stop that was asked for.
func Run(ctx context.Context, logger *slog.Logger, servers ...Server) error {
	base, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cut(errStopping)
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range servers {
		srv := &http.Server{
			Handler:           s.Handler,
			ReadHeaderTimeout: headerTime,
			ReadTimeout:       readTime,
			WriteTimeout:      writeTime,
			IdleTimeout:       idleTime,
			MaxHeaderBytes:    maxHeader,
			BaseContext:       func(net.Listener) context.Context { return base },
			ErrorLog:          log.New(addressless{logger, s.Name}, "", 0),
		}
		g.Go(func() error {
			if err := srv.Serve(s.Listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
		g.Go(func() error {
			<-ctx.Done()
			if s.OnStop != nil {
				g.Go(func() error { s.OnStop(); return nil })
			}
			stop(base, srv, cut)
			return nil
		})
	}
	return g.Wait()
}

// stop ends a server: softly, then hard.
func stop(base context.Context, srv *http.Server, cut context.CancelCauseFunc) {
	soft := time.AfterFunc(softStop, func() { cut(errStopping) })
	defer soft.Stop()
	last, cancel := context.WithTimeout(context.WithoutCancel(base), hardStop)
	defer cancel()
	if srv.Shutdown(last) != nil {
		_ = srv.Close() // what is still open has had its time
	}
}

// Extend gives a request more time for its body and its answer, from now on;
// for large files and slow lines.
func Extend(w http.ResponseWriter, now time.Time, read, write time.Duration) error {
	c := http.NewResponseController(w)
	return errors.Join(c.SetReadDeadline(now.Add(read)), c.SetWriteDeadline(now.Add(write)))
}

// addressless writes what net/http has to say to the log, without addresses.
type addressless struct {
	log  *slog.Logger
	name string
}

// addresses are IPv4 and IPv6 with or without a port.
var addresses = regexp.MustCompile(`\[?[0-9a-fA-F]{0,4}(?:[.:][0-9a-fA-F]{0,4}){3,}(?:%\w+)?\]?(?::\d+)?`)

// Write logs one line.
func (a addressless) Write(line []byte) (int, error) {
	a.log.Warn("http", slog.String("server", a.name), slog.String("error", string(addresses.ReplaceAll(line, []byte("…")))))
	return len(line), nil
}
