package postbox

import (
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
	"khumue/themes"
)

//go:embed pages
var files embed.FS

// page is the one template of the form.
type page struct{ templ *template.Template }

func newPage() (*page, error) {
	templ, err := template.ParseFS(files, "pages/*.html")
	return &page{templ}, err
}

// policy lets the page use its own files alone.
const policy = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// view is what the template shows: questions, or something that is said.
type view struct {
	Lang, Other, OtherURL string
	Look, Action          string
	Words                 pageWords
	Title, Intro          string
	Place                 string
	PlaceThai             bool // on a page in another language
	Error                 *viewError
	Said                  []string
	Hidden                []field
	Questions             []question
	Again, Back           string // addresses; "" where there are none
}

type viewError struct{ What, Hint, Field string }

type field struct{ Name, Value string }

type question struct {
	ID, Name, Kind string
	Text, Help     string
	Required, List bool
	Max            int
	Value          string // of a text
	Options        []option
}

type option struct {
	Value, Text, Show string
	Chosen, Thai      bool
}

// pageWords are the sentences of the page in one language.
type pageWords struct {
	Switch, Skip, Must, Send, Privacy, Again, Back, Bait, GoThere, ErrorPrefix string
}

func wordsIn(lang catalog.Lang) pageWords {
	t := func(th, en string) string { return catalog.Text{TH: th, EN: en}.In(lang) }
	return pageWords{
		Switch:      t("English", "ภาษาไทย"),
		Skip:        t("ไม่ระบุ", "Not said"),
		Must:        t("(ต้องตอบ)", "(needed)"),
		Send:        t("ส่งคำตอบ", "Send my answers"),
		Privacy:     t("ไม่เก็บชื่อ ที่อยู่อินเทอร์เน็ต หรือเวลาที่ตอบ", "No name, network address or time is kept with your answers."),
		Again:       t("ตอบอีกชุด สำหรับคนถัดไปหรือเรื่องอื่น", "Answer once more, for the next person or about another service"),
		Back:        t("กลับไปหน้าจุดบริการ", "Back to the service point"),
		Bait:        t("ปล่อยช่องนี้ว่างไว้", "Leave this field empty"),
		GoThere:     t("ไปที่คำถามนี้", "Go to this question"),
		ErrorPrefix: t("แก้ไข:", "Error:"),
	}
}

// scaleWords are what the points of a scale are called, from 1.
func scaleWords(lang catalog.Lang) []string {
	if lang == catalog.EN {
		return []string{"Not at all", "A little", "Fairly", "Very", "Completely"}
	}
	return []string{"น้อยที่สุด", "น้อย", "ปานกลาง", "มาก", "มากที่สุด"}
}

// prefix begins the names of the form's fields that answer questions, so that no
// question is taken for another field. A form of the site may leave it out.
const prefix = "a-"

// asking is the form: a question set for a point, with what was filled in.
func (s *Server) asking(f filled, set *catalog.Survey) view {
	v := s.blank(f)
	v.Title, v.Intro = set.Title.In(f.lang), set.Intro.In(f.lang)
	place, _ := s.Place(f.point)
	v.place(place, f.lang)
	for _, h := range []field{{"key", f.key}, {"form", set.ID}, {"point", string(f.point)}, {"procedure", string(f.procedure)}, {"channel", f.channel}, {"lang", string(f.lang)}} {
		if h.Value != "" {
			v.Hidden = append(v.Hidden, h)
		}
	}
	for _, q := range set.Questions {
		if shown, ok := asked(q, f, place); ok {
			v.Questions = append(v.Questions, shown)
		}
	}
	return v
}

func (v *view) place(p Place, lang catalog.Lang) {
	v.Place, v.PlaceThai = p.Name.In(lang), lang != catalog.TH && !p.Name.Has(lang)
}

// asked is a question of the form. One for a service that the point has none of
// is not asked.
func asked(q catalog.Question, f filled, place Place) (question, bool) {
	out := question{ID: "q-" + q.Code, Name: prefix + q.Code, Kind: string(q.Kind), Text: q.Text.In(f.lang), Help: q.Help.In(f.lang), Required: q.Required}
	value := f.reply(q.Code)
	switch q.Kind {
	case "text":
		out.Value, out.Max = value, q.Max
		if out.Max == 0 {
			out.Max = 500
		}
	case "scale":
		for i, word := range scaleWords(f.lang) {
			n := strconv.Itoa(i + 1)
			out.Options = append(out.Options, option{Value: n, Text: word, Chosen: n == value})
		}
	case "service":
		if f.procedure != "" || len(place.Manuals) == 0 {
			return out, false
		}
		out.List = true
		for _, m := range place.Manuals {
			out.Options = append(out.Options, option{Value: string(m.ID), Text: m.Title.In(f.lang), Chosen: string(m.ID) == value, Thai: f.lang != catalog.TH && !m.Title.Has(f.lang)})
		}
		other := catalog.Text{TH: "อื่น ๆ", EN: "Other"}
		out.Options = append(out.Options, option{Value: survey.OtherService, Text: other.In(f.lang), Chosen: value == survey.OtherService})
	default:
		for _, c := range q.Choices {
			out.Options = append(out.Options, option{Value: c.Value, Text: c.Text.In(f.lang), Show: c.Show.In(f.lang), Chosen: c.Value == value})
		}
	}
	return out, true
}

// blank is a page without anything on it.
func (s *Server) blank(f filled) view {
	v := view{Lang: string(f.lang), Other: string(catalog.EN), Look: Look, Action: Form, Words: wordsIn(f.lang)}
	if f.lang == catalog.EN {
		v.Other = string(catalog.TH)
	}
	if f.point != "" {
		q := f.address()
		q.Set("lang", v.Other)
		v.OtherURL = Form + "?" + q.Encode()
		if site := s.Site(); site != "" {
			v.Back = site + map[catalog.Lang]string{catalog.EN: "/en"}[f.lang] + "/point/" + string(f.point) + "/"
		}
	}
	return v
}

// say is a page that tells something.
func (s *Server) say(f filled, title catalog.Text, said ...catalog.Text) view {
	v := s.blank(f)
	v.Title, v.OtherURL = title.In(f.lang), ""
	for _, t := range said {
		v.Said = append(v.Said, t.In(f.lang))
	}
	return v
}

// problem tells above the form what is wrong.
func (v *view) problem(what fault.Text, hint fault.Text, field string) {
	v.Error = &viewError{What: what.In(v.Lang), Hint: hint.In(v.Lang)}
	if field != "" {
		v.Error.Field = "q-" + field
	}
}

func (s *Server) show(w http.ResponseWriter, status int, v view) {
	var out strings.Builder
	if err := s.page.templ.ExecuteTemplate(&out, "survey.html", v); err != nil {
		s.Log.Error("the form can not be made", "error", err)
		http.Error(w, "the form can not be made", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(out.String()))
}

// assets serves the theme's tokens and fonts, and the one sheet of this page.
func (p *page) assets() http.Handler {
	theme := themes.Default()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		switch {
		case name == "survey.css":
			w.Header().Set("Cache-Control", "max-age=3600")
			http.ServeFileFS(w, r, files, "pages/survey.css")
		case name == "css/tokens.css", name == "css/fonts.css", name == "css/base.css", name == "icon.svg",
			strings.HasPrefix(name, "fonts/") && strings.HasSuffix(name, ".woff2"):
			w.Header().Set("Cache-Control", "max-age=3600")
			http.ServeFileFS(w, r, theme, "assets/"+name)
		default:
			http.NotFound(w, r)
		}
	})
}
