package site

import (
	"strings"

	"khumue/generator/internal/search"
	"khumue/internal/catalog"
)

// searchDir holds the search index below the site's root.
const searchDir = "search-index/"

// searchPointer names the manifest of the present index.
const searchPointer = "/data/search.json"

// document begins what search knows of an object of an agency.
func (b *builder) document(kind search.Kind, path string, title, summary catalog.Text, chain catalog.Chain) *search.Document {
	doc := &search.Document{
		Kind: kind, URL: path, TitleTH: title.TH, TitleEN: title.EN, SummaryTH: summary.TH, SummaryEN: summary.EN, HasEN: title.Has(catalog.EN),
	}
	if a := chain.Own(); a != nil {
		doc.AgencyCode, doc.AgencyTH, doc.AgencyEN = string(a.Code), a.Name.TH, a.Name.In(catalog.EN)
		for _, above := range chain.Above() {
			doc.Agencies = append(doc.Agencies, string(above.Code))
		}
		doc.Agencies = append(doc.Agencies, doc.AgencyCode)
	}
	return doc
}

func (b *builder) entryDocument(kind search.Kind, c *entryCard, chain catalog.Chain) *search.Document {
	doc := b.document(kind, c.Brief.Path(), c.Title, c.Summary, chain)
	doc.CommonNames, doc.Online = c.CommonNames, c.Online
	doc.FactsTH, doc.FactsEN = b.facts(c.Facts)
	b.classify(doc, c)
	return doc
}

// manualDocument is what search knows of a manual: its names and labels, what
// to bring, what is paid for, and the criteria.
func (b *builder) manualDocument(c *entryCard, m *catalog.Manual, chain catalog.Chain, serving int, plain string) *search.Document {
	doc := b.entryDocument(search.Manual, c, chain)
	for _, f := range m.Forms.Value {
		doc.Keywords = append(doc.Keywords, f.Name.TH)
	}
	doc.Weight = float64(serving)
	lines := make([]string, 0, len(m.Documents.Value)+len(m.Fees.Value)+1)
	for _, d := range m.Documents.Value {
		lines = append(lines, d.Name.TH)
	}
	for _, f := range m.Fees.Value {
		lines = append(lines, f.Name.TH)
	}
	doc.Body = strings.Join(append(lines, plain), "\n")
	return doc
}

func (b *builder) serviceDocument(c *entryCard, chain catalog.Chain, plain string) *search.Document {
	doc := b.entryDocument(search.Service, c, chain)
	doc.Body = plain
	return doc
}

// agencyDocument is what search knows of an agency; nil for a retired one.
func (b *builder) agencyDocument(c *agencyCard, chain catalog.Chain) *search.Document {
	a := &c.Agency
	if a.Retired.IsGiven() {
		return nil
	}
	doc := b.document(search.Agency, "/agency/"+c.id()+"/", a.Name, catalog.Text{}, chain[1:])
	doc.AgencyCode, doc.Agencies = c.id(), append(doc.Agencies, c.id())
	if a.ShortName.TH != "" {
		doc.CommonNames = []string{a.ShortName.TH}
	}
	var kinds [2][]string
	for i, pb := range b.langs {
		kinds[i] = []string{pb.Msg("agency_kind." + string(a.Kind))}
	}
	doc.FactsTH, doc.FactsEN = b.facts(kinds)
	doc.Body = a.About.TH
	return doc
}

func (b *builder) pointDocument(c *pointCard, chain catalog.Chain) *search.Document {
	area := c.Point.Address.Area
	doc := b.document(search.Point, "/point/"+c.id()+"/", c.Point.Name, catalog.Text{}, chain)
	doc.FactsTH, doc.FactsEN = area.TH, area.In(catalog.EN)
	doc.Keywords = []string{area.TH}
	return doc
}

// facts joins facts in both languages; a site in Thai alone has those twice.
func (b *builder) facts(facts [2][]string) (th, en string) {
	th = strings.Join(facts[0], " · ")
	if len(b.langs) == 1 {
		return th, th
	}
	return th, strings.Join(facts[1], " · ")
}

// classify gives a document its labels: slugs to filter by, names to find.
func (b *builder) classify(doc *search.Document, c *entryCard) {
	for _, kind := range labelKinds {
		for _, slug := range kind.of(c) {
			l, ok := b.frame.Label(kind.all(&b.frame.Labels), slug)
			if !ok {
				continue
			}
			doc.Keywords = append(doc.Keywords, l.TH, l.EN)
			switch kind.name {
			case "category":
				doc.Categories = append(doc.Categories, string(l.Slug))
			case "group":
				doc.Groups = append(doc.Groups, string(l.Slug))
			}
		}
	}
}
