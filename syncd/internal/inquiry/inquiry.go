// Package inquiry answers citizens who look up a delayed request without scripts:
// the form of the public site's page sends number and code here, and the answer
// says what the page would say, in the same words.
//
// A wrong code and a request that there is not are answered alike, by the same
// work. Neither number nor code is logged or kept. How much one network asks is
// counted in memory, under a key that is thrown away each minute.
package inquiry

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/internal/page"
	"khumue/themes"
)

// Path is where the form is sent, and look the folder of what its answer looks
// like.
const (
	Path = "/delay"
	look = "/delay-look/"
)

// MaxBody is how long the form may be, in bytes.
const MaxBody = 8 << 10

//go:embed pages
var files embed.FS

// policy lets the answer use its own files alone.
const policy = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// Config is what a server needs.
type Config struct {
	// Look returns what is known of the request of a number and a code; false
	// when there is none.
	Look   func(ctx context.Context, request string, code lookup.Code) (lookup.Record, bool, error)
	Client func(context.Context) netip.Addr // who asks
	Site   func() string                    // address of the public site; "": this host
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader // a cryptographic source
}

// Server answers. It may be used by any number of goroutines.
type Server struct {
	Config
	templ *template.Template
	words map[catalog.Lang]page.Messages
	rate  rate
}

// New prepares a server.
func New(c Config) (*Server, error) {
	words, err := page.ReadMessages(themes.Default())
	if err != nil {
		return nil, err
	}
	templ, err := template.ParseFS(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	return &Server{Config: c, templ: templ, words: words}, nil
}

// Register adds the server's addresses.
func (s *Server) Register(mux *http.ServeMux) {
	mux.HandleFunc("POST "+Path, s.answer)
	mux.Handle("GET "+look, http.StripPrefix(look, assets()))
}

// view is what the template shows.
type view struct {
	Lang   string
	Look   string
	Back   string // the form of the site
	Title  string
	Words  page.Messages
	Bad    string // why nothing is shown; "" when something is
	Number string // as typed
	State  string
	Facts  []fact
	None   string // there are no letters
	More   string
	Rows   []row
}

type fact struct{ Name, Value string }

type row struct{ Date, Reason, Text, Expected string }

// answer answers a form.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.show(w, http.StatusBadRequest, s.blank(catalog.TH, ""), "failed")
		return
	}
	lang := catalog.TH
	if r.PostForm.Get("lang") == string(catalog.EN) {
		lang = catalog.EN
	}
	number := strings.TrimSpace(strings.ToValidUTF8(r.PostForm.Get("number"), ""))
	v := s.blank(lang, number)
	if !s.rate.take(s.Client(r.Context()), s.Now(), s.Random) {
		w.Header().Set("Retry-After", "60")
		s.show(w, http.StatusTooManyRequests, v, "busy")
		return
	}
	code, err := lookup.ParseCode(r.PostForm.Get("code"))
	switch {
	case number == "":
		s.show(w, http.StatusBadRequest, v, "number.empty")
		return
	case err != nil:
		s.show(w, http.StatusBadRequest, v, "code.wrong")
		return
	}
	record, found, err := s.Look(r.Context(), number, code)
	switch {
	case errors.Is(err, context.Canceled):
	case err != nil:
		if !errors.Is(err, fault.Unavailable) {
			s.Log.Error("a delayed request can not be looked up", "error", err)
		}
		s.show(w, http.StatusServiceUnavailable, v, "failed")
	case !found:
		s.show(w, http.StatusNotFound, v, "none")
	default:
		s.fill(&v, lang, record)
		s.show(w, http.StatusOK, v, "")
	}
}

func (s *Server) blank(lang catalog.Lang, number string) view {
	v := view{Lang: string(lang), Look: look, Title: s.words[lang].Get("title.delay"), Words: s.words[lang], Number: number}
	v.Back = strings.TrimSuffix(s.Site(), "/") + map[catalog.Lang]string{catalog.EN: "/en"}[lang] + "/delay/"
	return v
}

func (s *Server) fill(v *view, lang catalog.Lang, r lookup.Record) {
	say := func(key string, args ...any) string { return s.words[lang].Get("later.delay."+key, args...) }
	day := func(d calendar.Date) string { return d.Short(string(lang)) }
	v.State = say("state." + r.State)
	v.Facts = []fact{{say("due"), day(r.Due)}}
	if !r.Ended.IsZero() {
		v.Facts = append(v.Facts, fact{say("ended"), day(r.Ended)})
	}
	if len(r.Letters) == 0 {
		v.None = say("letters.none")
	}
	for _, l := range r.Letters {
		one := row{Date: say("letter", day(l.Date)), Reason: say("reason." + l.Reason), Text: l.Text}
		if !l.Expected.IsZero() {
			one.Expected = say("expected", day(l.Expected))
		}
		v.Rows = append(v.Rows, one)
	}
	if r.More > 0 {
		v.More = say("more", r.More)
	}
}

// show answers with the page, and with what keeps it from saying more.
func (s *Server) show(w http.ResponseWriter, status int, v view, bad string) {
	if bad != "" {
		v.Bad = v.Words.Get("later.delay." + bad)
	}
	var out strings.Builder
	if err := s.templ.ExecuteTemplate(&out, "answer.html", v); err != nil {
		s.Log.Error("the answer can not be made", "error", err)
		http.Error(w, "the answer can not be made", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(out.Len()))
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, out.String()) // whoever went away does not read it
}

// Say is a sentence of the answer.
func (v view) Say(key string) string { return v.Words.Get(key) }

// assets serves the theme's files that the answer uses.
func assets() http.Handler {
	theme := themes.Default()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path
		switch {
		case name == "page.css":
			w.Header().Set("Cache-Control", "max-age=3600")
			http.ServeFileFS(w, r, files, "pages/page.css")
		case name == "css/tokens.css", name == "css/fonts.css", name == "css/base.css", name == "css/delay.css", name == "icon.svg",
			strings.HasPrefix(name, "fonts/") && strings.HasSuffix(name, ".woff2"):
			w.Header().Set("Cache-Control", "max-age=3600")
			http.ServeFileFS(w, r, theme, "assets/"+name)
		default:
			http.NotFound(w, r)
		}
	})
}
