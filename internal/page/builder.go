package page

import (
	"net/url"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
)

// Builder makes the data of pages in one language from a portal.
type Builder struct {
	Lang   catalog.Lang
	Portal *corpus.Portal
	Site   Site
	Base   string // path below which the site lives; "" at the root
	msg    Messages
}

// NewBuilder returns a Builder for one language of a site.
func NewBuilder(lang catalog.Lang, portal *corpus.Portal, theme *Theme, origin, base string) *Builder {
	b := &Builder{Lang: lang, Portal: portal, Base: base, msg: theme.Messages(lang)}
	s := portal.Site
	b.Site = Site{
		Name: b.words(s.Name), Owner: b.words(s.Owner), Tagline: b.words(s.Tagline), Notice: b.words(s.Notice),
		Copyright: b.words(s.Copyright), Address: b.words(s.Address), Hotline: s.Hotline, Contact: s.Contact,
		Origin: origin, Bilingual: len(s.Languages) != 1,
	}
	for _, e := range s.Examples {
		b.Site.Examples = append(b.Site.Examples, b.words(e))
	}
	for _, p := range portal.Pages {
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

// ManualLink leads to a manual's page.
func (b *Builder) ManualLink(m *catalog.Manual) Link {
	return b.object("/procedure/"+string(m.ID)+"/", m.Title)
}

// PointLink leads to a point's page.
func (b *Builder) PointLink(p *catalog.Point) Link {
	return b.object("/point/"+string(p.Code)+"/", p.Name)
}

// ServiceLink leads to another service's page.
func (b *Builder) ServiceLink(s *catalog.Service) Link {
	return b.object("/service/"+string(s.ID)+"/", s.Title)
}

// LabelLink leads to the page of a category, group or tag.
func (b *Builder) LabelLink(kind string, l catalog.Label) Link {
	return Link{URL: b.To("/" + kind + "/" + string(l.Slug) + "/"), Text: b.words(l.Text()), Icon: l.Icon}
}

func (b *Builder) labelLinks(kind string, list []catalog.Label, slugs []catalog.Slug) []Link {
	var out []Link
	for _, s := range slugs {
		if l, ok := b.Portal.Label(list, s); ok {
			out = append(out, b.LabelLink(kind, l))
		}
	}
	return out
}

// above lists the agencies over code, the topmost first, and code's own link.
func (b *Builder) above(code catalog.AgencyCode) (above []Link, own Link) {
	for _, a := range b.Portal.Ancestors(code) {
		above = append(above, b.AgencyLink(a))
	}
	if a, ok := b.Portal.Agency(code); ok {
		own = b.AgencyLink(a)
	}
	return above, own
}

// agencyName is the name of an agency in the page's language.
func (b *Builder) agencyName(code catalog.AgencyCode) Words {
	a, ok := b.Portal.Agency(code)
	if !ok {
		return Words{}
	}
	return b.words(a.Name)
}

// ManualEntry is a manual as a line of a list.
func (b *Builder) ManualEntry(m *catalog.Manual) Entry {
	e := Entry{
		Link: b.ManualLink(m), Kind: "manual", Also: strings.Join(m.CommonNames.Value, ", "), Summary: b.words(m.Summary),
		Agency: b.agencyName(m.Owner), Facts: b.factLine(m), Online: m.Online(),
	}
	if m.Withdrawn.IsGiven() {
		e.Note, e.Facts = b.msg.Get("withdrawn.tag"), nil
	}
	return e
}

// ServiceEntry is another service as a line of a list.
func (b *Builder) ServiceEntry(s *catalog.Service) Entry {
	e := Entry{
		Link: b.ServiceLink(s), Kind: "service", Also: strings.Join(s.CommonNames.Value, ", "), Summary: b.words(s.Summary),
		Agency: b.agencyName(s.Owner), Online: s.ESubmission.IsGiven(), Facts: []string{b.feeSummary(s.Fees)},
	}
	if e.Online {
		e.Facts = append(e.Facts, b.msg.Get("facts.online"))
	}
	return e
}

// AgencyEntry is an agency as a line of a list.
func (b *Builder) AgencyEntry(a *catalog.Agency) Entry {
	e := Entry{Link: b.AgencyLink(a), Kind: "agency", Also: b.words(a.ShortName).Text, Facts: []string{b.msg.Get("agency_kind." + string(a.Kind))}}
	e.Agency = b.agencyName(a.Parent)
	return e
}

// factLine is the one line of facts in a list: how long, how much, online.
func (b *Builder) factLine(m *catalog.Manual) []string {
	var out []string
	if t := b.shortest(m); t != "" {
		out = append(out, t)
	}
	out = append(out, b.feeSummary(m.Fees))
	if m.Online() {
		out = append(out, b.msg.Get("facts.online"))
	}
	return out
}

// shortest is the time of the first step set: the ordinary way.
func (b *Builder) shortest(m *catalog.Manual) string {
	if len(m.StepSets) > 0 {
		if d, ok := m.StepSetTotal(m.StepSets[0]); ok {
			return b.duration(d)
		}
	}
	return ""
}

// mapURL opens a map application at a place.
func mapURL(p catalog.Place) string {
	q := url.Values{"api": {"1"}, "query": {degrees(p.Lat) + "," + degrees(p.Lng)}}
	return "https://www.google.com/maps/search/?" + q.Encode()
}
