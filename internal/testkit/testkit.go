// Package testkit holds what tests of pages need: a headless Chromium that
// reaches this machine alone, tabs that fail the test on any error of a script,
// axe-core, and a server that can be cut off; and a PostgreSQL server for tests of
// what is stored. Only tests import it.
//
// It waits by asking again until a deadline, never by sleeping for a while and
// hoping. What it needs from outside the module (Chromium, axe-core, PostgreSQL)
// is installed by tools/install.sh; without it a test fails and says so.
package testkit

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// install is what a person does where something is missing.
const install = "run tools/install.sh, as make test does"

// Root returns the folder of the module that the test runs in.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("there is no go.mod above the working directory")
		}
		dir = parent
	}
}

// names are what Chromium is called, here and there. tools/install.sh looks
// for the same ones. First comes the one that has no windows to draw: it is the same
// engine at half of the work. Debian's name for it on PATH is a script that stays
// between the browser and who ends it.
var names = []string{
	"/usr/lib/chromium/chromium-headless-shell",
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
}

// chromium returns the path of the browser: $CHROMIUM, or what is installed.
func chromium() (string, error) {
	for _, name := range append([]string{os.Getenv("CHROMIUM")}, names...) {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium on this machine; " + install)
}

// Server serves a site on loopback.
type Server struct {
	URL string // without a slash at the end

	down atomic.Bool
	http *httptest.Server
}

// Serve serves what the handler answers until the test ends.
func Serve(t testing.TB, h http.Handler) *Server {
	t.Helper()
	s := &Server{}
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down.Load() {
			panic(http.ErrAbortHandler) // closes the connection without an answer
		}
		h.ServeHTTP(w, r)
	}))
	s.URL = s.http.URL
	t.Cleanup(s.http.Close)
	return s
}

// Cut makes the server unreachable, as a network that is gone does: service
// workers are cut off too. Cut(false) brings it back.
func (s *Server) Cut(down bool) {
	s.down.Store(down)
	if s.http != nil { // else it is a server of somebody else's, and the tab alone is cut off
		s.http.CloseClientConnections()
	}
}
