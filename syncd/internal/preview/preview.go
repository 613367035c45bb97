// Package preview renders the page that a manual or another service would have on
// the public site, in the site's own theme, for those who write it and judge it.
//
// The page is to be looked at and no more: it has no script, and what it links to
// is the public site. It refuses to know HTTP, drafts, and who may look.
package preview

import (
	"bytes"
	"context"
	"io/fs"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
)

// Around tells of what a manual's page shows beside the manual.
type Around interface {
	// Agency returns an agency, whose Parent leads upwards; false when there is
	// none.
	Agency(code catalog.AgencyCode) (*catalog.Agency, bool)
	// Points returns the points of the agency itself.
	Points(code catalog.AgencyCode) []*catalog.Point
}

// Room renders pages. It may be used by any number of goroutines.
type Room struct {
	theme  func() (*page.Theme, error)
	frame  func() (*corpus.Frame, error)
	around Around
	site   string
}

// New makes a room, which reads the theme with the first page. Frame tells what is
// published beside the manuals; site is the address of the public site; asset gives
// the addresses of the theme's files where pages of the room are shown, "" of those
// that they do without.
func New(theme fs.FS, frame func() (*corpus.Frame, error), around Around, site *url.URL, asset func(name string) string) *Room {
	r := &Room{frame: frame, around: around, site: strings.TrimSuffix(site.String(), "/")}
	r.theme = sync.OnceValues(func() (*page.Theme, error) {
		return page.LoadTheme(theme, page.Env{Base: r.site, Asset: func(name string) string {
			if a := asset(name); a != "" {
				return a
			}
			return r.site + "/assets/" + name
		}})
	})
	return r
}

// File is a form beside a manual.
type File struct {
	Size int64  // bytes
	URL  string // where it is to be had; "" where the published one stands
}

// Render renders a manual of an agency in a language. Files are those beside it,
// by name. It does not change the manual.
func (r *Room) Render(ctx context.Context, lang catalog.Lang, m *catalog.Manual, files map[string]File) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	thai, english, err := r.builders()
	if err != nil {
		return nil, err
	}
	b := thai
	if lang == catalog.EN {
		b = english
	}
	chain := r.chain(m.Owner)
	around := page.ManualAround{Agency: chain, Criteria: page.Criteria(m, r.site), Sizes: func(name string) int64 { return files[name].Size }}
	for _, pt := range r.around.Points(m.Owner) {
		if pt.Visible() && serves(pt, m.ID) {
			if around.Serving++; around.Serving <= page.ShownPoints {
				around.Points = append(around.Points, page.Builders{thai, english}.Spot(pt, chain))
			}
		}
	}
	p := b.Manual(m, around)
	for i, f := range m.Forms.Value {
		if file, ok := files[f.File]; ok && file.URL != "" {
			p.Forms.Rows[i].URL = file.URL
		}
	}
	p.NoIndex, p.Structured = true, nil
	return r.print(p.Shell, p)
}

// Service renders another service of an agency in a language. It does not change
// the service.
func (r *Room) Service(ctx context.Context, lang catalog.Lang, s *catalog.Service) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, english, err := r.builders()
	if err != nil {
		return nil, err
	}
	if lang == catalog.EN {
		b = english
	}
	p := b.Service(s, r.chain(s.Owner))
	p.NoIndex, p.Structured = true, nil
	return r.print(p.Shell, p)
}

// builders make pages in both languages.
func (r *Room) builders() (thai, english *page.Builder, err error) {
	frame, err := r.frame()
	if err != nil {
		return nil, nil, err
	}
	theme, err := r.theme()
	if err != nil {
		return nil, nil, err
	}
	return page.NewBuilder(catalog.TH, frame, theme, r.site, r.site), page.NewBuilder(catalog.EN, frame, theme, r.site, r.site), nil
}

// print renders a page that does nothing.
func (r *Room) print(s page.Shell, p any) ([]byte, error) {
	theme, err := r.theme()
	if err != nil {
		return nil, err
	}
	out, err := theme.Append(nil, s, p)
	return quiet(out), err
}

func serves(pt *catalog.Point, id catalog.ManualID) bool {
	for _, m := range pt.Manuals {
		if m == id {
			return true
		}
	}
	return false
}

// chain is an agency with those above it.
func (r *Room) chain(code catalog.AgencyCode) catalog.Chain {
	var out catalog.Chain
	for len(out) < 20 {
		a, ok := r.around.Agency(code)
		if !ok {
			break
		}
		out, code = append(out, a), a.Parent
	}
	return out
}

// scripts, and what fetches for them. A manual's own text can hold none: it is
// escaped, or made by package render.
var scripts = regexp.MustCompile(`(?s)<script\b.*?</script>\n?|<link rel="(?:modulepreload|manifest|canonical|alternate)"[^>]*>\n?`)

// quiet takes the scripts out of a page, and leads its links to tabs of their
// own.
func quiet(p []byte) []byte {
	p = scripts.ReplaceAll(p, nil)
	return bytes.Replace(p, []byte("<head>"), []byte("<head>\n<base target=\"_blank\">"), 1)
}
