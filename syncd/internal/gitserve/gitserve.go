// Package gitserve lets the stock git client clone, fetch and push the content
// over HTTP, by the smart protocol alone and through the git program.
//
// Who asks shows a personal access token as the password of HTTP Basic. What is
// shown are main and the revisions that the person may read; what is taken are
// drafts, after Check has read every commit of the push where git keeps it
// apart. A push that breaks off anywhere leaves nothing behind but files that
// gitrepo sweeps away.
//
// The package knows how git talks and what a draft may hold. It refuses to know
// what a token is, whose a revision is, and what happens to a draft afterwards.
package gitserve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/rights"
)

// Prefix is where the repository is on the back office's address.
const Prefix = "/git/content.git/"

// Admitter tells whose an access token is, when it may be used to read, or to
// write. A token that serves nobody is an error of kind NotFound, one that was
// not made for this of kind Forbidden.
type Admitter interface {
	Admit(ctx context.Context, secret string, write bool) (rights.Officer, error)
}

// Refs tells which refs a person may see beside main: names in full, or folders
// of refs without a slash at the end, such as refs/heads/draft/dlt-xgveak.
// What is not named is hidden.
type Refs interface {
	Visible(ctx context.Context, by rights.Officer) ([]string, error)
}

// Limits bound what one request, one person and all together may take. Zero ones
// are not allowed; Usual gives the rule.
type Limits struct {
	Push    int64         // bytes of a pack that is pushed
	All     int           // gits at once
	Person  int           // of them for one person
	Silence time.Duration // how long a client may neither send nor take anything
	Whole   time.Duration // for a request from beginning to end
	Wait    time.Duration // for a place among those that run
}

// Usual are 64 MiB, eight gits, three of them for one person, a minute of silence
// and half an hour in all.
func Usual() Limits {
	return Limits{Push: 64 << 20, All: 8, Person: 3, Silence: time.Minute, Whole: 30 * time.Minute, Wait: 20 * time.Second}
}

// Config is what a Server works with.
type Config struct {
	Repo   *gitrepo.Repository
	Work   string // folder of the server's own, which it may fill and empty
	Hook   string // program that, called with the word hook, runs Hook
	Desk   Admitter
	Refs   Refs
	Limits Limits

	// Pushed is told of drafts that a person pushed, after they were; it must not
	// wait long, because the client does. Nil: nobody wants to know.
	Pushed func(context.Context, rights.Officer, []gitrepo.Move)

	Client  func(context.Context) netip.Addr // where a request came from; may be invalid
	Request func(context.Context) string     // its reference in the log
	Now     func() time.Time
	Log     *slog.Logger
}

// Server is the handler of everything under Prefix.
type Server struct {
	Config
	dir    string // of the repository, from the root
	mux    *http.ServeMux
	seats  seats
	losers losers
}

// New makes a Server, and its folder ready.
func New(c Config) (*Server, error) {
	dir, err := filepath.Abs(c.Repo.Dir())
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, dir: dir, mux: http.NewServeMux(), seats: newSeats(c.Limits.All, c.Limits.Person)}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	s.mux.HandleFunc("GET "+Prefix+"info/refs", s.answer(s.advertise))
	s.mux.HandleFunc("POST "+Prefix+"git-upload-pack", s.answer(s.upload))
	s.mux.HandleFunc("POST "+Prefix+"git-receive-pack", s.answer(s.receive))
	s.mux.HandleFunc("/", s.answer(func(*exchange) error { return nothingHere() }))
	return s, nil
}

// ServeHTTP answers a request of a git client.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// script is the hook that git runs before it takes a push. A shell starts it, so
// that one file serves on every system that git runs on.
const script = "#!/bin/sh\nexec \"$KHUMUE_HOOK\" hook\n"

func (s *Server) hooks() string { return filepath.Join(s.Work, "hooks") }
func (s *Server) home() string  { return filepath.Join(s.Work, "home") }

// prepare empties the folder of what a killed server left, and puts the hook
// there.
func (s *Server) prepare() error {
	for _, dir := range []string{s.hooks(), s.home()} {
		if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
			return err
		}
	}
	left, err := filepath.Glob(filepath.Join(s.Work, "shown-*"))
	if err != nil {
		return err
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(s.hooks(), hookName), []byte(script), 0o700)
}

const hookName = "pre-receive"

// exchange is a request of a known person, and its answer.
type exchange struct {
	w       http.ResponseWriter
	r       *http.Request
	by      rights.Officer
	begun   bool // the answer has its status
	control *http.ResponseController
}

// answer makes a handler of a function that returns its error.
func (s *Server) answer(do func(*exchange) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{w: w, r: r, control: http.NewResponseController(w)}
		w.Header().Set("Cache-Control", "no-cache, max-age=0, must-revalidate")
		err := do(x)
		switch {
		case err == nil:
		case x.begun: // the client sees that the answer is not whole
			if r.Context().Err() == nil {
				s.Log.LogAttrs(r.Context(), slog.LevelWarn, "git", slog.String("id", s.Request(r.Context())), slog.String("error", err.Error()))
			}
			panic(http.ErrAbortHandler)
		default:
			s.refuse(x, err)
		}
	}
}

// services are the programs that a client may speak to, by the name of each, and
// whether it writes.
var services = map[string]bool{"git-upload-pack": false, "git-receive-pack": true}

// advertise tells what there is to fetch, or to push to.
func (s *Server) advertise(x *exchange) error {
	service := x.r.URL.Query().Get("service")
	writes, known := services[service]
	if !known {
		return errDumb
	}
	if err := s.admit(x, writes); err != nil {
		return err
	}
	job := job{service: service, advertise: true}
	if writes {
		job.push = &Push{By: x.by}
	}
	return s.run(x, job)
}

// protocol is what a client may say of the versions that it speaks.
var protocol = regexp.MustCompile(`^version=[012](:version=[012])*$`)

// versionOf is the protocol that a client asks for; "" for the oldest.
func versionOf(r *http.Request) string {
	if v := r.Header.Get("Git-Protocol"); protocol.MatchString(v) {
		return v
	}
	return ""
}

var (
	errDumb = fault.New(fault.Forbidden, fault.Text{TH: "ที่นี่ใช้ git แบบ smart HTTP เท่านั้น", EN: "Only the smart HTTP protocol of git is spoken here."},
		fault.Text{TH: "ใช้โปรแกรม git รุ่น 2.26 ขึ้นไป", EN: "Use git 2.26 or newer."})
	errKind = fault.New(fault.Invalid, fault.Text{TH: "คำขอนี้ไม่ได้มาจากโปรแกรม git", EN: "The request is not one of a git client."})
)

func nothingHere() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบสิ่งที่ขอ", EN: "There is nothing here."})
}

// expect holds a request to the content type that its service reads.
func expect(x *exchange, service string) error {
	if x.r.Header.Get("Content-Type") != fmt.Sprintf("application/x-%s-request", service) {
		return errKind
	}
	return nil
}
