package site

import (
	"context"
	"iter"
	"strings"

	"khumue/generator/internal/search"
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/render"
)

// searchDir holds the search index below the site's root.
const searchDir = "search-index/"

// searchPointer names the manifest of the present index.
const searchPointer = "/data/search.json"

// writeSearch writes the index of everything that can be found.
func (b *builder) writeSearch(ctx context.Context) error {
	m, err := search.Build(b.documents(ctx), search.Options{Synonyms: b.portal.Synonyms}, func(path string, data []byte) error {
		return b.out.WriteAsset(searchDir+path, data)
	}, nil)
	if err != nil {
		return err
	}
	b.index = m
	b.search = b.base + "/" + searchDir + m.Path
	return b.writeJSON(searchPointer, map[string]string{"manifest": b.search})
}

// documents are the pages that search finds: no withdrawn manual, no hidden
// point, no retired agency.
func (b *builder) documents(ctx context.Context) iter.Seq2[search.Document, error] {
	d := documents{b, b.langs[0], b.langs[len(b.langs)-1]}
	makers := d.makers()
	return func(yield func(search.Document, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		made := make(chan search.Document, 4*workers())
		go func() {
			defer close(made)
			_ = each(ctx, makers, func(make func() search.Document) error {
				select {
				case made <- make():
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}) // its only error is the context's, which is asked below
		}()
		for doc := range made {
			if !yield(doc, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(search.Document{}, err)
		}
	}
}

// makers make the documents, one each; the index is the same in any order.
func (d documents) makers() []func() search.Document {
	var out []func() search.Document
	for _, m := range d.portal.Manuals {
		if !m.Withdrawn.IsGiven() {
			out = append(out, func() search.Document { return d.manual(m) })
		}
	}
	for _, s := range d.portal.Services {
		out = append(out, func() search.Document { return d.service(s) })
	}
	for _, a := range d.portal.Agencies {
		if !a.Retired.IsGiven() {
			out = append(out, func() search.Document { return d.agency(a) })
		}
	}
	for _, pt := range d.portal.Points {
		if pt.Visible() {
			out = append(out, func() search.Document { return d.point(pt) })
		}
	}
	return out
}

type documents struct {
	*builder
	th, en *page.Builder
}

func (d documents) of(kind search.Kind, path string, title, summary catalog.Text, owner catalog.AgencyCode) search.Document {
	doc := search.Document{
		Kind: kind, URL: path, TitleTH: title.TH, TitleEN: title.EN, SummaryTH: summary.TH, SummaryEN: summary.EN,
		AgencyCode: string(owner), HasEN: title.Has(catalog.EN),
	}
	if a, ok := d.portal.Agency(owner); ok {
		doc.AgencyTH, doc.AgencyEN = a.Name.TH, a.Name.In(catalog.EN)
	}
	for _, a := range d.portal.Ancestors(owner) {
		doc.Agencies = append(doc.Agencies, string(a.Code))
	}
	doc.Agencies = append(doc.Agencies, string(owner))
	return doc
}

func (d documents) manual(m *catalog.Manual) search.Document {
	doc := d.of(search.Manual, "/procedure/"+string(m.ID)+"/", m.Title, m.Summary, m.Owner)
	doc.CommonNames = m.CommonNames.Value
	doc.FactsTH, doc.FactsEN = d.facts(d.th.ManualEntry(m)), d.facts(d.en.ManualEntry(m))
	d.classify(&doc, m.Categories, m.Groups, m.Tags)
	for _, f := range m.Forms.Value {
		doc.Keywords = append(doc.Keywords, f.Name.TH)
	}
	doc.Online = m.Online()
	doc.Weight = float64(len(d.portal.PointsServing(m.ID)))
	doc.Body = d.body(m)
	return doc
}

// body is a manual's text: what to bring and what happens, then the criteria.
func (d documents) body(m *catalog.Manual) string {
	var b strings.Builder
	for _, doc := range m.Documents.Value {
		b.WriteString(doc.Name.TH + "\n")
	}
	for _, f := range m.Fees.Value {
		b.WriteString(f.Name.TH + "\n")
	}
	b.WriteString(render.Markdown(m.Body.Markdown, render.Options{}).Text)
	return b.String()
}

func (d documents) service(s *catalog.Service) search.Document {
	doc := d.of(search.Service, "/service/"+string(s.ID)+"/", s.Title, s.Summary, s.Owner)
	doc.CommonNames = s.CommonNames.Value
	doc.FactsTH, doc.FactsEN = d.facts(d.th.ServiceEntry(s)), d.facts(d.en.ServiceEntry(s))
	d.classify(&doc, s.Categories, s.Groups, s.Tags)
	doc.Online = s.ESubmission.IsGiven()
	doc.Body = render.Markdown(s.Body.Markdown, render.Options{}).Text
	return doc
}

func (d documents) agency(a *catalog.Agency) search.Document {
	doc := d.of(search.Agency, "/agency/"+string(a.Code)+"/", a.Name, catalog.Text{}, a.Parent)
	doc.AgencyCode = string(a.Code)
	if a.ShortName.TH != "" {
		doc.CommonNames = []string{a.ShortName.TH}
	}
	doc.Agencies = append(doc.Agencies, string(a.Code))
	doc.FactsTH, doc.FactsEN = d.facts(d.th.AgencyEntry(a)), d.facts(d.en.AgencyEntry(a))
	doc.Body = a.About.TH
	return doc
}

func (d documents) point(pt *catalog.Point) search.Document {
	doc := d.of(search.Point, "/point/"+string(pt.Code)+"/", pt.Name, catalog.Text{}, pt.Owner)
	doc.FactsTH, doc.FactsEN = pt.Address.Area.TH, pt.Address.Area.In(catalog.EN)
	doc.Keywords = []string{pt.Address.Area.TH}
	return doc
}

func (d documents) facts(e page.Entry) string { return strings.Join(e.Facts, " · ") }

// classify gives a document its labels: slugs to filter by, names to find.
func (d documents) classify(doc *search.Document, categories, groups, tags []catalog.Slug) {
	add := func(list []catalog.Label, slugs []catalog.Slug, keep *[]string) {
		for _, s := range slugs {
			if l, ok := d.portal.Label(list, s); ok {
				doc.Keywords = append(doc.Keywords, l.TH, l.EN)
				if keep != nil {
					*keep = append(*keep, string(l.Slug))
				}
			}
		}
	}
	add(d.portal.Labels.Categories, categories, &doc.Categories)
	add(d.portal.Labels.Groups, groups, &doc.Groups)
	add(d.portal.Labels.Tags, tags, nil)
}
