package issuer

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/op"

	"khumue/internal/fault"
	"khumue/themes"
)

//go:embed pages
var files embed.FS

// pages are what a person sees of the issuer.
type pages struct {
	cfg      Config
	store    *store
	provider *op.Provider
	templ    *template.Template
	policy   string
}

func newPages(cfg Config, s *store, provider *op.Provider) (*pages, error) {
	templ, err := template.ParseFS(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	// A browser holds the redirects that follow a form to form-action too.
	policy := "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' " +
		strings.Join(s.origins(), " ")
	return &pages{cfg, s, provider, templ, policy}, nil
}

// view is what the one template shows.
type view struct {
	Lang, Other, OtherURL string
	Words                 words
	Request               string // of the sign-in; empty when there is none to answer
	People                []shown
	Note                  string // said in place of the people
}

type shown struct{ ID, Name, Email, IAL, About string }

// words are the sentences of the page in one language.
type words struct{ Title, Warning, Lead, Cancel, Switch, Level string }

func wordsIn(lang string) words {
	t := func(th, en string) string { return fault.Text{TH: th, EN: en}.In(lang) }
	return words{
		Title:   t("เข้าสู่ระบบตัวอย่าง", "Demo sign-in"),
		Warning: t("นี่คือระบบสาธิต ใครก็เลือกเป็นใครก็ได้โดยไม่ต้องใช้รหัสผ่าน อย่าใช้กับข้อมูลจริง", "This is a demonstration. Anyone can be anyone here, without a password. Do not use it with real data."),
		Lead:    t("เลือกว่าจะเข้าสู่ระบบเป็นใคร", "Choose who to sign in as"),
		Cancel:  t("ยกเลิก", "Cancel"),
		Switch:  t("English", "ภาษาไทย"),
		Level:   t("ระดับการยืนยันตัวตน", "Identity proven at level"),
	}
}

func language(r *http.Request) string {
	if r.FormValue("lang") == "en" {
		return "en"
	}
	return "th"
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	id := r.FormValue("request")
	asked, ok := p.store.requests.get(id)
	if !ok || asked.Done() {
		p.say(w, r, http.StatusNotFound, fault.Text{
			TH: "การเข้าสู่ระบบนี้หมดอายุหรือใช้ไปแล้ว กลับไปเริ่มใหม่จากหน้าที่มา",
			EN: "This sign-in has expired or was used. Go back to where you came from and start again.",
		})
		return
	}
	v := view{Request: id}
	for _, person := range p.cfg.People {
		v.People = append(v.People, shown{person.ID, person.Name, person.Email, person.IAL, person.About.In(lang)})
	}
	p.render(w, r, http.StatusOK, v)
}

// choose answers a request as the chosen person, or as one who said no.
func (p *pages) choose(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("request")
	if r.PostFormValue("cancel") != "" {
		if asked, ok := p.store.requests.take(id); ok {
			http.Redirect(w, r, asked.refusal(), http.StatusSeeOther)
			return
		}
	}
	if !p.store.choose(id, r.PostFormValue("person")) {
		p.show(w, r)
		return
	}
	http.Redirect(w, r, p.provider.AuthorizationEndpoint().Relative()+"/callback?id="+url.QueryEscape(id), http.StatusSeeOther)
}

func (p *pages) signedOut(w http.ResponseWriter, r *http.Request) {
	p.say(w, r, http.StatusOK, fault.Text{TH: "ออกจากระบบแล้ว", EN: "You are signed out."})
}

func (p *pages) home(w http.ResponseWriter, r *http.Request) {
	p.say(w, r, http.StatusOK, fault.Text{TH: "เริ่มเข้าสู่ระบบจากหน้าของระบบหลังบ้าน", EN: "Start signing in from the back office."})
}

func (p *pages) say(w http.ResponseWriter, r *http.Request, status int, text fault.Text) {
	p.render(w, r, status, view{Note: text.In(language(r))})
}

func (p *pages) render(w http.ResponseWriter, r *http.Request, status int, v view) {
	v.Lang, v.Other = language(r), "en"
	if v.Lang == "en" {
		v.Other = "th"
	}
	v.Words = wordsIn(v.Lang)
	q := url.Values{"lang": {v.Other}}
	if v.Request != "" {
		q.Set("request", v.Request)
	}
	v.OtherURL = r.URL.Path + "?" + q.Encode()
	var out strings.Builder
	if err := p.templ.ExecuteTemplate(&out, "page.html", v); err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", p.policy)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(out.String()))
}

// assets serves the theme's tokens and fonts, and the one sheet of this page.
func (p *pages) assets() http.Handler {
	theme := themes.Default()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		from := theme
		switch {
		case name == "assets/css/issuer.css":
			from, name = files, "pages/issuer.css"
		case name == "assets/css/tokens.css", name == "assets/css/fonts.css", name == "assets/css/base.css",
			name == "assets/icon.svg", strings.HasPrefix(name, "assets/fonts/") && strings.HasSuffix(name, ".woff2"):
		default:
			http.NotFound(w, r)
			return
		}
		http.ServeFileFS(w, r, from, name)
	})
}
