// Package pages is the back office as people see it: server-rendered pages in
// Thai and English that work without scripts, the addresses they stand at, and
// who may ask for each.
//
// It reads a request, asks the desks of packages staff, manuals and immediate and the
// room of package intake, and shows what comes back; no rule lives here that a command line could go round. All
// addresses stand in one table, in routes.go. It refuses to know SQL, OpenID
// Connect and how content is kept: a Provider recognises people, a Structure
// tells what agencies and points are called.
package pages

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/page"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/intake"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/misses"
	"khumue/syncd/internal/preview"
	"khumue/syncd/internal/reorganise"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/satisfaction"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/stick"
	"khumue/syncd/internal/summary"
	"khumue/themes"
)

// Provider recognises people: an OpenID provider.
type Provider interface {
	Name() string                                                                // in addresses: [a-z0-9-]
	Label() fault.Text                                                           // what people call it
	Begin(ctx context.Context, redirect string) (url string, p Pending, _ error) // where to send the browser
	Finish(ctx context.Context, redirect string, p Pending, back url.Values) (Arrived, error)
	LogoutURL(hint, back string) string // where signing out there happens; "" when it does not
	RegisterURL() string                // where one gets an account there; "" when nowhere
	Origins() []string                  // scheme and host of all that Begin and LogoutURL lead to
	Up(ctx context.Context) error       // why nobody can sign in there now; nil when it works. Answers at once.
}

// Pending is what a browser keeps of a sign-in that has begun.
type Pending struct{ State, Nonce, Verifier string }

// Arrived is who came back from a provider.
type Arrived struct {
	Identity staff.Identity
	Hint     string // for LogoutURL; may be empty
}

// Structure tells what agencies and points are called.
type Structure interface {
	// Agency returns an agency, whose Parent leads upwards; false when there is
	// none.
	Agency(code catalog.AgencyCode) (*catalog.Agency, bool)
	// Children returns the agencies right below one, or at the top, in the order
	// of their names.
	Children(code catalog.AgencyCode) []*catalog.Agency
	// Points returns the points of the agency itself, in the order of its lists.
	Points(code catalog.AgencyCode) []*catalog.Point
	// Find returns agencies that a text may mean, by name, short name or code,
	// the likeliest first, of those alone that may be named.
	Find(text string, most int, may func(catalog.AgencyCode) bool) []*catalog.Agency
}

// Contact is whom to ask.
type Contact struct {
	Name  fault.Text
	Phone string
	Email string
	Hours fault.Text // when; may be empty
}

// Config is what the pages need.
type Config struct {
	Desk         *staff.Desk
	Manuals      *manuals.Desk
	Direct       *immediate.Desk // of what needs no approval
	Misses       *misses.Desk    // searches of the public site that found nothing
	Imports      *intake.Room    // where tables of other systems come in
	Moves        *reorganise.Desk
	Satisfaction *satisfaction.Reports
	Kiosks       *answers.Desk // of tablets, and of what people wrote
	Licences     *licences.Desk
	Late         *delays.Desk // of late requests
	Summary      *summary.Desk
	Offices      *inbox.Desk // what offices that work offline sent; nil at an office
	Enrolment    *enrol.Desk // of their machines; nil at an office
	Sticks       *stick.Desk // files of theirs that are brought; nil at an office
	Sync         *Sync       // what an office sends; nil at the centre
	Here         func() Here // what an office's machine offers to tablets; nil at the centre
	Targets      interface { // what a right is asked for
		Target(catalog.AgencyCode, catalog.PointCode) (rights.Target, error)
	}
	Providers []Provider // in the order in which they are offered
	Structure Structure
	Address   *url.URL   // of the back office: scheme and host. Plain HTTP on loopback only.
	Site      *url.URL   // of the public site
	Name      fault.Text // of the portal
	Contact   Contact
	Live      string // where live.v1 is spoken: a path; "": nowhere
	Mails     bool   // notices go out by e-mail
	Demo      bool   // anyone can be anyone here, and every page says so
	Log       *slog.Logger
	Now       func() time.Time
	Request   func(context.Context) string // the request's id, as the log has it; nil: one is made for each
}

// Pages is the back office.
type Pages struct {
	Config
	theme     *page.Theme
	assets    *assets
	preview   *preview.Room
	providers map[string]Provider
	secure    bool // cookies go over TLS alone
	seal      [32]byte
	printing  atomic.Int32 // files of posters that are being made
	exports   atomic.Int32 // files of single reports that are being made
}

// New prepares the pages. It fails where the address would carry cookies in the
// clear, and where a template, a message or an asset is broken.
func New(c Config) (*Pages, error) {
	p := &Pages{Config: c, providers: map[string]Provider{}, secure: c.Address.Scheme == "https"}
	if !p.secure && !loopback(c.Address) {
		return nil, fault.New(fault.Invalid, fault.Textf("ที่อยู่หลังบ้าน %s ต้องเป็น https", "the back office's address %s has to be https", c.Address),
			fault.Text{TH: "http ใช้ได้เฉพาะในเครื่องนี้ เช่น http://localhost:8081", EN: "http is for this machine alone, as http://localhost:8081"})
	}
	if _, err := rand.Read(p.seal[:]); err != nil {
		return nil, fmt.Errorf("no randomness: %w", err)
	}
	for _, provider := range c.Providers {
		p.providers[provider.Name()] = provider
	}
	return p, p.load()
}

// policy is the content security policy of every page. Forms may lead to the
// providers, whose addresses may become known late.
func (p *Pages) policy() string {
	var b strings.Builder
	b.WriteString("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'")
	if p.Live != "" {
		b.WriteString(" " + p.socket())
	}
	b.WriteString("; form-action 'self'")
	for _, provider := range p.Providers {
		for _, o := range provider.Origins() {
			b.WriteString(" " + o)
		}
	}
	b.WriteString("; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'")
	return b.String()
}

// load reads templates, messages and assets.
func (p *Pages) load() error {
	look, err := readLook()
	if err != nil {
		return err
	}
	p.assets, p.theme = look.assets, look.theme
	p.preview = p.openPreview()
	return nil
}

// look is how pages look and speak.
type look struct {
	assets *assets
	theme  *page.Theme
}

// readLook reads the look that is in the program, once.
var readLook = sync.OnceValues(func() (*look, error) {
	files := stacked{own, themes.Default()}
	assets, err := gather(files)
	if err != nil {
		return nil, err
	}
	theme, err := page.LoadTheme(files, page.Env{Asset: assets.address})
	if err != nil {
		return nil, err
	}
	return &look{assets, theme}, theme.Expect(views)
})

// loopback reports whether an address is this machine's.
func loopback(u *url.URL) bool {
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}

// Handler answers all requests for the back office's host.
func (p *Pages) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range p.routes() {
		mux.Handle(r.at, p.serve(r))
	}
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(p.serve(route{"", public, (*exchange).foreign}))
	return foreign.Handler(mux)
}

// stacked are two trees of files as one; what the first has stands before the
// second.
type stacked [2]fs.FS

// Open opens a file of the first tree that has it.
func (s stacked) Open(name string) (fs.File, error) {
	f, err := s[0].Open(name)
	if err != nil {
		return s[1].Open(name)
	}
	return f, nil
}

// ReadDir lists what the first tree has, and among the assets the second's icons:
// layouts and messages are never the other's.
func (s stacked) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s[0], name)
	if err != nil || name != "assets" {
		return entries, err
	}
	more, err := fs.ReadDir(s[1], name)
	for _, e := range more {
		if e.Name() == "icons.svg" {
			entries = append(entries, e)
		}
	}
	return entries, err
}
