package counter

import (
	"bytes"
	_ "embed"
	"html/template"
	"log/slog"
	"net/http"

	"khumue/internal/fault"
)

// Path is where the page stands that hands the authority's certificate out.
const Path = "/tablet/"

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS []byte

var page = template.Must(template.New("page").Parse(pageHTML))

// Page hands the authority's certificate out, in plain HTTP.
type Page struct {
	Certificates *Certificates
	Secure       func() string // address by which tablets open the site; "" while there is none
	Log          *slog.Logger
}

// view is what the page shows.
type view struct {
	Problem, Hint             fault.Text
	Name, Fingerprint, Secure string
}

// Register puts the page into a router.
func (p *Page) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET "+Path+"{$}", p.show)
	mux.HandleFunc("GET "+Path+"page.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.Write(pageCSS)
	})
	mux.HandleFunc("GET "+Path+"office.crt", p.certificate)
}

func (p *Page) show(w http.ResponseWriter, _ *http.Request) {
	v, status := view{Secure: p.Secure()}, http.StatusOK
	if a, err := p.Certificates.Authority(); err != nil {
		p.Log.Warn("the authority's certificate can not be handed out", "error", err)
		status = http.StatusServiceUnavailable
		v.Problem = fault.Text{TH: "เครื่องของสำนักงานยังไม่ได้ปลดล็อก", EN: "The office's machine is not unlocked yet."}
		v.Hint = fault.Text{TH: "ให้เจ้าหน้าที่ปลดล็อกเครื่อง แล้วเปิดหน้านี้อีกครั้ง", EN: "Have an officer unlock it, then open this page again."}
	} else {
		v.Name, v.Fingerprint = a.Name(), a.Fingerprint()
	}
	var out bytes.Buffer
	if err := page.Execute(&out, v); err != nil {
		panic(err) // the page and its view are ours
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(out.Bytes())
}

func (p *Page) certificate(w http.ResponseWriter, _ *http.Request) {
	a, err := p.Certificates.Authority()
	if err != nil {
		http.Error(w, "the machine is locked", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-x509-ca-cert")
	h.Set("Content-Disposition", `attachment; filename="khumue-office.crt"`)
	h.Set("Cache-Control", "no-store")
	w.Write(a.Certificate())
}
