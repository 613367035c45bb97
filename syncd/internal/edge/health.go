package edge

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"khumue/internal/fault"
)

// Check is one thing that the daemon cannot work without.
type Check struct {
	Name    string     // a word for programs: database
	Missing fault.Text // what is missing when it fails, and what to do
	Run     func(context.Context) error
}

// Health answers whether the daemon lives, and whether it is ready.
type Health struct {
	log      *slog.Logger
	timeout  time.Duration
	checks   []Check
	stopping atomic.Bool
	running  singleflight.Group // a check that hangs is not begun again meanwhile

	mu   sync.Mutex
	last map[string]string // the error of each check that failed last time
}

// NewHealth returns the health of a daemon. A check that takes longer than the
// timeout has failed.
func NewHealth(log *slog.Logger, timeout time.Duration, checks ...Check) *Health {
	return &Health{log: log, timeout: timeout, checks: checks, last: map[string]string{}}
}

// Stopping makes the daemon not ready for good, so that nothing new is sent to
// it.
func (h *Health) Stopping() { h.stopping.Store(true) }

// Register adds /healthz and /readyz. They belong on a listener of operators.
func (h *Health) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		report(w, http.StatusOK, map[string]bool{"alive": true})
	})
	mux.HandleFunc("GET /readyz", h.ready)
}

// checked is the outcome of a check, as it is told.
type checked struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Missing *words `json:"missing,omitempty"`
}

type readiness struct {
	Ready    bool      `json:"ready"`
	Stopping bool      `json:"stopping"`
	Checks   []checked `json:"checks"`
}

func (h *Health) ready(w http.ResponseWriter, r *http.Request) {
	out := readiness{Stopping: h.stopping.Load(), Checks: h.run(r.Context())}
	out.Ready = !out.Stopping
	for _, c := range out.Checks {
		out.Ready = out.Ready && c.OK
	}
	status := http.StatusOK
	if !out.Ready {
		status = http.StatusServiceUnavailable
	}
	report(w, status, out)
}

func report(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that is gone is told nothing
}

// run does all checks at once.
func (h *Health) run(ctx context.Context) []checked {
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	out := make([]checked, len(h.checks))
	var wg sync.WaitGroup
	for i, c := range h.checks {
		wg.Go(func() {
			err := h.runCheck(ctx, c)
			out[i] = checked{Name: c.Name, OK: err == nil}
			if err != nil {
				out[i].Missing = &words{c.Missing.TH, c.Missing.EN}
			}
			h.note(ctx, c.Name, err)
		})
	}
	wg.Wait()
	return out
}

// runCheck returns at the timeout even when the check does not. Those who ask
// at the same time share one run.
func (h *Health) runCheck(ctx context.Context, c Check) error {
	done := h.running.DoChan(c.Name, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.timeout)
		defer cancel()
		return nil, c.Run(ctx)
	})
	select {
	case result := <-done:
		return result.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// note logs a check when its outcome changes: the error is for those who read
// the log, not for those who ask.
func (h *Health) note(ctx context.Context, name string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, failed := h.last[name]
	switch {
	case err == nil && failed:
		delete(h.last, name)
		h.log.LogAttrs(ctx, slog.LevelInfo, "ready again", slog.String("check", name))
	case err != nil && before != err.Error():
		h.last[name] = err.Error()
		h.log.LogAttrs(ctx, slog.LevelWarn, "not ready", slog.String("check", name), slog.String("error", err.Error()))
	}
}
