// Package door is the front door of an office's machine, in its browser: where it is
// enrolled, unlocked with an officer's passphrase, and where it says how it stands
// while nobody may come in.
//
// An officer who gave a passphrase gets a ticket, which the sign-in of the back office
// takes once. The package refuses to know what is behind the door.
package door

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/office"
	"khumue/syncd/internal/stick"
	"khumue/themes"
)

// Path is where all that the door answers begins.
const Path = "/door"

// Server answers for the door.
type Server struct {
	Office *office.Office
	Centre string      // address that a form begins with; "" when none is known
	Ready  func() bool // whether there is something behind the door
	Now    func() time.Time
	Log    *slog.Logger

	mu      sync.Mutex
	begun   map[string]begun  // sign-ins, by their state
	tickets map[string]ticket // by their secret
	may     bool              // officers may work, as was seen last
	seen    time.Time
}

// begun is a sign-in that the back office began.
type begun struct {
	back string // address where it waits for the ticket
	at   time.Time
}

// ticket tells that an officer gave a passphrase.
type ticket struct {
	officer catalog.OfficerID
	state   string // of the sign-in for which it is; "": of the next in the same browser
	at      time.Time
}

// How long a sign-in may take, and how long a ticket serves.
const (
	beginTime  = 10 * time.Minute
	ticketTime = 2 * time.Minute
)

// mostBegun bounds the sign-ins that are begun at a time.
const mostBegun = 1000

// passCookie brings the ticket of who has just unlocked the machine.
const passCookie = "pass"

// Begin begins a sign-in that goes on at an address, and returns where the browser is
// sent, and the state that comes back with it.
func (s *Server) Begin(back string) (to, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	state = rand.Text()
	if len(s.begun) >= mostBegun {
		clear(s.begun)
	}
	s.begun[state] = begun{back, s.Now()}
	return Path + "?" + url.Values{"state": {state}}.Encode(), state
}

// Finish takes a ticket of a sign-in, once, and returns whose it is. Any other is an
// error of kind Invalid.
func (s *Server) Finish(state string, back url.Values) (catalog.OfficerID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	code := back.Get("code")
	t, ok := s.tickets[code]
	delete(s.tickets, code)
	if !ok || state == "" || t.state != state || back.Get("state") != state {
		return "", fault.New(fault.Invalid, fault.Text{TH: "การลงชื่อเข้าใช้นี้ใช้ไม่ได้แล้ว", EN: "This sign-in can not be used any more."},
			fault.Text{TH: "เริ่มลงชื่อเข้าใช้ใหม่", EN: "Start signing in again."})
	}
	return t.officer, nil
}

// sweep forgets what is over.
func (s *Server) sweep() {
	if s.begun == nil {
		s.begun, s.tickets = map[string]begun{}, map[string]ticket{}
	}
	now := s.Now()
	for state, b := range s.begun {
		if now.Sub(b.at) > beginTime {
			delete(s.begun, state)
		}
	}
	for code, t := range s.tickets {
		if now.Sub(t.at) > ticketTime {
			delete(s.tickets, code)
		}
	}
}

// give makes a ticket, and returns where the sign-in goes on; "" where none was begun.
func (s *Server) give(id catalog.OfficerID, state string) (secret, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	b, ok := s.begun[state]
	delete(s.begun, state)
	if !ok {
		state = ""
	}
	secret = rand.Text()
	s.tickets[secret] = ticket{id, state, s.Now()}
	if ok {
		to = b.back + "?" + url.Values{"state": {state}, "code": {secret}}.Encode()
	}
	return secret, to
}

// pass takes the ticket of a browser that has just unlocked the machine.
func (s *Server) pass(r *http.Request) (id catalog.OfficerID, ok bool) {
	c, err := r.Cookie(passCookie)
	if err != nil {
		return "", false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	t, ok := s.tickets[c.Value]
	if ok = ok && t.state == ""; ok {
		delete(s.tickets, c.Value)
	}
	return t.officer, ok
}

// Guard lets requests in while officers may work; else it leads to the door. What
// begins with Path always is the door's.
func (s *Server) Guard(inside http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, s.show)
	mux.HandleFunc("GET "+Path+"/door.css", look)
	mux.HandleFunc("GET "+Path+"/fonts/{name}", font)
	for _, a := range []struct {
		at string
		do func(*Server, http.ResponseWriter, *http.Request) error
	}{{"enrol", (*Server).enrol}, {"unlock", (*Server).unlock}, {"join", (*Server).join}, {"renew", (*Server).renew}, {"try", (*Server).try}, {"unsent", (*Server).unsent}, {"aside", (*Server).aside}} {
		mux.HandleFunc("POST "+Path+"/"+a.at, func(w http.ResponseWriter, r *http.Request) { s.act(w, r, a.do) })
	}
	door := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == Path || strings.HasPrefix(r.URL.Path, Path+"/"):
			door.ServeHTTP(w, r)
		case s.open(r.Context()):
			inside.ServeHTTP(w, r)
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			http.Redirect(w, r, Path, http.StatusSeeOther)
		default:
			s.page(w, r, http.StatusForbidden, form{}, nil)
		}
	})
}

// open reports whether officers may work now.
func (s *Server) open(ctx context.Context) bool {
	r := s.Office.Rooms()
	if r == nil || !s.Ready() {
		return false
	}
	s.mu.Lock()
	may, fresh := s.may, !s.seen.IsZero() && s.Now().Sub(s.seen).Abs() < seenFor
	s.mu.Unlock()
	if fresh {
		return may
	}
	standing, err := r.Look(ctx)
	if err != nil {
		s.Log.Error("how the machine stands can not be read", "error", err)
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.may, s.seen = standing.May() == nil, s.Now()
	return s.may
}

// seenFor is for how long it holds whether officers may work: a page asks for many
// files.
const seenFor = time.Second

// maxForm is how much a form of the door may send, in bytes.
const maxForm = 16 << 10

// form is what was typed, but passphrases.
type form struct{ Centre, Code, User, State string }

// act does what a form asks for, or shows the door again with what was typed.
func (s *Server) act(w http.ResponseWriter, r *http.Request, do func(*Server, http.ResponseWriter, *http.Request) error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	if err := do(s, w, r); err != nil {
		p := r.PostForm
		s.page(w, r, status(err), form{p.Get("centre"), p.Get("code"), p.Get("user"), p.Get("state")}, err)
	}
}

// statuses are those of kinds of failures.
var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound, fault.Forbidden: http.StatusForbidden,
	fault.Conflict: http.StatusConflict, fault.Unavailable: http.StatusServiceUnavailable,
}

// status is that of a failure, whatever it came of.
func status(err error) int {
	if e, ok := errors.AsType[*fault.Error](err); ok && statuses[e.Kind] != 0 {
		return statuses[e.Kind]
	}
	return http.StatusInternalServerError
}

func (s *Server) enrol(w http.ResponseWriter, r *http.Request) error {
	p := r.PostForm
	if err := twice(r); err != nil {
		return err
	}
	if _, err := s.Office.Enrol(r.Context(), strings.TrimSuffix(strings.TrimSpace(p.Get("centre")), "/"), p.Get("code"), p.Get("user"), p.Get("passphrase")); err != nil {
		return err
	}
	return s.unlock(w, r)
}

// twice refuses a new passphrase that was not typed the same twice: a slip of a finger
// would lock the machine for good.
func twice(r *http.Request) error {
	if r.PostForm.Get("passphrase") == r.PostForm.Get("again") {
		return nil
	}
	return fault.New(fault.Invalid, fault.Text{TH: "รหัสผ่านที่พิมพ์สองครั้งไม่ตรงกัน", EN: "The passphrase is not the same both times."},
		fault.Text{TH: "พิมพ์รหัสผ่านใหม่ทั้งสองช่อง", EN: "Type it anew in both fields."})
}

func (s *Server) unlock(w http.ResponseWriter, r *http.Request) error {
	p := r.PostForm
	id, err := s.Office.Unlock(r.Context(), p.Get("user"), p.Get("passphrase"))
	if err != nil {
		return err
	}
	return s.let(w, r, id, p.Get("state"))
}

func (s *Server) join(w http.ResponseWriter, r *http.Request) error {
	p := r.PostForm
	if err := twice(r); err != nil {
		return err
	}
	id, err := s.Office.Join(r.Context(), p.Get("code"), p.Get("user"), p.Get("passphrase"))
	if err != nil {
		return err
	}
	return s.let(w, r, id, p.Get("state"))
}

// renew enrols a machine anew that the centre shut out.
func (s *Server) renew(w http.ResponseWriter, r *http.Request) error {
	if err := s.Office.Renew(r.Context(), r.PostForm.Get("code")); err != nil {
		return err
	}
	http.Redirect(w, r, Path, http.StatusSeeOther)
	return nil
}

// signIn is where the back office begins a sign-in at this machine.
const signIn = "/signin/" + office.Here

// let sends an officer on to where the sign-in waits, or begins one: a form that was
// sent to the door is sent to the back office, so that nobody is asked twice. Of whom
// the centre has told nothing yet, it is asked at once.
func (s *Server) let(w http.ResponseWriter, r *http.Request, id catalog.OfficerID, state string) error {
	rooms := s.Office.Rooms()
	if rooms != nil && s.open(r.Context()) {
		if _, err := rooms.Recognise(r.Context(), id); err != nil {
			rooms.Courier.Try()
			return err
		}
	}
	secret, to := s.give(id, state)
	if to == "" {
		http.SetCookie(w, &http.Cookie{Name: passCookie, Value: secret, Path: Path, MaxAge: int(ticketTime / time.Second), HttpOnly: true, SameSite: http.SameSiteStrictMode})
		if to = Path; s.open(r.Context()) {
			http.Redirect(w, r, signIn, http.StatusTemporaryRedirect)
			return nil
		}
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// aside puts away what a machine has whose passphrase nobody knows, for it to be enrolled.
func (s *Server) aside(w http.ResponseWriter, r *http.Request) error {
	if r.PostForm.Get("sure") != "yes" {
		return fault.New(fault.Invalid, fault.Text{TH: "ยังไม่ได้ยืนยันว่าไม่มีใครปลดล็อกเครื่องนี้ได้", EN: "It was not confirmed that nobody can unlock this machine."})
	}
	folder, err := s.Office.Aside()
	if err != nil {
		return err
	}
	s.Log.Warn("what the machine had was put aside", "folder", folder)
	http.Redirect(w, r, Path, http.StatusSeeOther)
	return nil
}

// try has the centre asked again at once.
func (s *Server) try(w http.ResponseWriter, r *http.Request) error {
	if rooms := s.Office.Rooms(); rooms != nil {
		rooms.Courier.Try()
	}
	http.Redirect(w, r, Path, http.StatusSeeOther)
	return nil
}

// unsent hands an officer what the centre does not have.
func (s *Server) unsent(w http.ResponseWriter, r *http.Request) error {
	p := r.PostForm
	if _, err := s.Office.Unlock(r.Context(), p.Get("user"), p.Get("passphrase")); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="khumue-`+s.Now().UTC().Format("20060102-150405")+`.stick"`)
	n, err := s.Office.Rooms().Export(r.Context(), w, stick.Part{First: p.Get("first"), Last: p.Get("last")})
	if err != nil {
		s.Log.Error("what was not sent could not be handed out", "operations", n, "error", err)
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

// show shows the door, or lets through who has just unlocked it.
func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	state := r.URL.Query().Get("state")
	if state != "" {
		if id, ok := s.pass(r); ok {
			if err := s.let(w, r, id, state); err != nil {
				s.page(w, r, status(err), form{Centre: s.Centre, State: state}, err)
			}
			return
		}
	}
	s.page(w, r, http.StatusOK, form{Centre: s.Centre, State: state}, nil)
}

// view is the door as it is shown.
type view struct {
	form
	State    office.State
	Name     string // of the machine; "" while it is locked
	Sign     string // of the sign-in that waits
	Problem  fault.Text
	Hint     fault.Text
	Why      fault.Text // why nobody may work; zero: they may
	WhatNow  fault.Text
	Fetching bool // the content of the office is on its way
	Inside   bool // the back office is open
	Progress mirror.Progress
	Share    int // of the bytes of the fetch, in hundredths
	Courier  courier.Status
	Shut     bool         // the centre takes nothing any more, and a code helps
	Waiting  int          // operations that the centre does not have
	Parts    []stick.Part // the files into which those go, while nobody may work
	Refresh  int          // seconds after which the page shows itself anew; 0: never
}

//go:embed door.html
var text string

//go:embed door.css
var css string

var layout = template.Must(template.New("door").Funcs(template.FuncMap{"add": func(a, b int) int { return a + b }}).Parse(text))

func look(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache") // the next program's may be another
	fonts, err := fs.ReadFile(themes.Default(), "assets/css/fonts.css")
	if err == nil {
		_, _ = io.WriteString(w, strings.ReplaceAll(string(fonts), "../fonts/", Path+"/fonts/"))
	}
	_, _ = io.WriteString(w, css)
}

// font answers with a font of the public site, so that Thai shows on any machine.
func font(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "font/woff2")
	w.Header().Set("Cache-Control", "max-age=3600")
	http.ServeFileFS(w, r, themes.Default(), path.Join("assets", "fonts", r.PathValue("name")))
}

func (s *Server) page(w http.ResponseWriter, r *http.Request, status int, typed form, problem error) {
	v := view{form: typed, State: s.Office.State(), Sign: typed.State}
	v.Problem, v.Hint = says(problem)
	if problem != nil && v.Problem.IsZero() {
		s.Log.Error("the door failed", "error", problem)
		v.Problem = fault.Text{TH: "ระบบขัดข้อง ทำรายการนี้ไม่ได้", EN: "Something went wrong on our side. It could not be done."}
		v.Hint = fault.Text{TH: "ลองใหม่ หากยังไม่ได้ ดูบันทึกของโปรแกรม", EN: "Try again. If that does not help, look into the program's log."}
	}
	if rooms := s.Office.Rooms(); rooms != nil {
		if err := s.stand(r.Context(), rooms, &v); err != nil {
			s.Log.Error("how the machine stands can not be read", "error", err)
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	if v.Refresh > 0 {
		w.Header().Set("Refresh", strconv.Itoa(v.Refresh))
	}
	w.WriteHeader(status)
	if err := layout.Execute(w, v); err != nil {
		s.Log.Debug("the door was not shown", "error", err)
	}
}

// stand tells how an open machine stands.
func (s *Server) stand(ctx context.Context, r *office.Rooms, v *view) error {
	v.Name = r.Name
	standing, err := r.Look(ctx)
	if err != nil {
		return err
	}
	if v.Courier, err = r.Courier.Look(ctx); err != nil {
		return err
	}
	for _, n := range v.Courier.Waiting {
		v.Waiting += n
	}
	v.Why, v.WhatNow = says(standing.May())
	if !v.Why.IsZero() {
		if v.Parts, err = r.Parts(ctx); err != nil {
			return err
		}
	}
	v.Shut = (!standing.Revoked.IsZero() || v.Courier.Code == courier.SignIn || v.Courier.Code == courier.Forked) && !standing.Renewed
	v.Inside = standing.May() == nil && s.Ready()
	v.Fetching = standing.May() == nil && !v.Inside
	if v.Progress = r.Mirror.Progress(); v.Progress.AllBytes > 0 {
		v.Share = int(100 * v.Progress.Bytes / v.Progress.AllBytes)
	}
	if v.Fetching && v.Problem.IsZero() && v.Sign == "" {
		v.Refresh = 5
	}
	return nil
}

// says is what people are told of a failure; nothing of one that is not for them.
func says(err error) (what, hint fault.Text) {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.What, f.Hint
	}
	return what, hint
}
