package page

import (
	"cmp"
	"net/url"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
)

// Builder makes the data of pages in one language. What an object's page tells
// of other objects is given to it together with the object: it looks nothing
// up, so that a page needs no more of a portal than what it shows. Several
// goroutines may use it.
type Builder struct {
	Lang  catalog.Lang
	Frame *corpus.Frame
	Site  Site
	Base  string // path below which the site lives; "" at the root
	msg   Messages
}

// NewBuilder returns a Builder for one language of a site.
func NewBuilder(lang catalog.Lang, frame *corpus.Frame, theme *Theme, origin, base string) *Builder {
	b := &Builder{Lang: lang, Frame: frame, Base: base, msg: theme.Messages(lang)}
	s := frame.Site
	b.Site = Site{
		Name: b.words(s.Name), Owner: b.words(s.Owner), Tagline: b.words(s.Tagline), Notice: b.words(s.Notice),
		Copyright: b.words(s.Copyright), Address: b.words(s.Address), Hotline: s.Hotline, Contact: s.Contact,
		Origin: origin, Bilingual: len(s.Languages) != 1,
		Misses: cmp.Or(strings.TrimRight(s.Service, "/"), base) + "/api/miss",
	}
	for _, e := range s.Examples {
		b.Site.Examples = append(b.Site.Examples, b.words(e))
	}
	for _, p := range frame.Pages {
		if p.Lang == catalog.TH {
			b.Site.Pages = append(b.Site.Pages, p.Name)
		}
	}
	return b
}

// Msg returns a sentence of the interface.
func (b *Builder) Msg(key string, args ...any) string { return b.msg.Get(key, args...) }

// Words returns a text in the page's language, or in Thai and marked so.
func (b *Builder) Words(t catalog.Text) Words { return b.words(t) }

// To is the address of a page in the builder's language.
func (b *Builder) To(p string) string {
	if b.Lang == catalog.EN {
		return b.Base + "/en" + p
	}
	return b.Base + p
}

// Shell begins a page that every language has. Path is without base and
// language.
func (b *Builder) Shell(layout, path string, title Words, description string) Shell {
	s := Shell{Lang: b.Lang, Layout: layout, Title: title, Description: description, Site: b.Site, Path: path, Other: b.Base + "/en" + path}
	if b.Lang == catalog.EN {
		s.Path, s.Other = "/en"+path, b.Base+path
	}
	if !b.Site.Bilingual {
		s.Other = ""
	}
	s.Crumbs = []Link{{URL: b.To("/"), Text: Words{Text: b.msg.Get("crumb.home")}}}
	return s
}

// hasPage reports whether an object has a page in the builder's language:
// English where its title is English.
func (b *Builder) hasPage(title catalog.Text) bool { return title.Has(b.Lang) }

// object is the address of an object's page: in this language where there is
// one, else the Thai page.
func (b *Builder) object(path string, title catalog.Text) Link {
	if b.hasPage(title) {
		return Link{URL: b.To(path), Text: b.words(title)}
	}
	return Link{URL: b.Base + path, Text: b.words(title)}
}

// objectShell begins the page of one object, which has an English page only
// where it has an English title.
func (b *Builder) objectShell(layout, path string, title catalog.Text, description string) Shell {
	s := b.Shell(layout, path, b.words(title), description)
	if !title.Has(catalog.EN) {
		s.Other = ""
	}
	return s
}

// AgencyLink leads to an agency's page.
func (b *Builder) AgencyLink(a *catalog.Agency) Link {
	return b.object("/agency/"+string(a.Code)+"/", a.Name)
}

// manualLink leads to a manual's page.
func (b *Builder) manualLink(id catalog.ManualID, title catalog.Text) Link {
	return b.object("/procedure/"+string(id)+"/", title)
}

// LabelLink leads to the page of a category, group or tag.
func (b *Builder) LabelLink(kind string, l catalog.Label) Link {
	return Link{URL: b.To("/" + kind + "/" + string(l.Slug) + "/"), Text: b.words(l.Text()), Icon: l.Icon}
}

func (b *Builder) labelLinks(kind string, list []catalog.Label, slugs []catalog.Slug) []Link {
	var out []Link
	for _, s := range slugs {
		if l, ok := b.Frame.Label(list, s); ok {
			out = append(out, b.LabelLink(kind, l))
		}
	}
	return out
}

// above lists the agencies over a chain's own, the topmost first, and its own
// link.
func (b *Builder) above(chain catalog.Chain) (above []Link, own Link) {
	for _, a := range chain.Above() {
		above = append(above, b.AgencyLink(a))
	}
	if a := chain.Own(); a != nil {
		own = b.AgencyLink(a)
	}
	return above, own
}

// mapURL opens a map application at a place.
func mapURL(p catalog.Place) string {
	q := url.Values{"api": {"1"}, "query": {degrees(p.Lat) + "," + degrees(p.Lng)}}
	return "https://www.google.com/maps/search/?" + q.Encode()
}
