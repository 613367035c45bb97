package page

import (
	"path"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/render"
)

// Service makes the page of another service.
func (b *Builder) Service(s *catalog.Service, chain catalog.Chain) Service {
	above, own := b.above(chain)
	p := Service{
		Shell: b.objectShell("service", "/service/"+string(s.ID)+"/", s.Title, b.describe(s.Summary, s.Title)),
		ID:    string(s.ID), Summary: b.words(s.Summary), Also: s.CommonNames.Value, Agency: own, Above: above,
		Categories: b.labelLinks("category", b.Frame.Labels.Categories, s.Categories),
		Groups:     b.labelLinks("group", b.Frame.Labels.Groups, s.Groups),
		Tags:       b.labelLinks("tag", b.Frame.Labels.Tags, s.Tags),
		Online:     b.online(s.ESubmission), Channels: b.channels(s.Channels), Documents: b.documents(s.Documents), Fees: b.fees(s.Fees),
	}
	p.Facts = Facts{Fee: b.feeSummary(s.Fees), Where: b.whereFact(0, s.ESubmission.IsGiven(), s.Channels)}
	doc := render.Markdown(s.Body.Markdown, render.Options{IDPrefix: "c-", TopHeading: 2, Base: b.Base, Text: true})
	p.Body, p.Plain, p.BodyIn = doc.HTML, doc.Text, b.foreign()
	if !s.ReviewedOn.IsZero() {
		p.Reviewed = s.ReviewedOn.Short(string(b.Lang))
	}
	p.Crumbs = append(append(p.Crumbs, above...), own)
	p.Structured = b.otherService(s, &p, chain)
	return p
}

// Text makes a page of text. Where it is written in Thai only, the English
// site shows the Thai text and marks it so.
func (b *Builder) Text(tp *catalog.Page, sizes Sizes) Text {
	lang := Words{}
	if b.Lang != tp.Lang {
		lang = b.foreign()
	}
	p := Text{
		Shell:   b.Shell("text", "/"+tp.Name+"/", Words{tp.Title, lang.Lang}, tp.Summary),
		Summary: Words{tp.Summary, lang.Lang}, BodyIn: lang,
	}
	doc := render.Markdown(tp.Body.Markdown, render.Options{IDPrefix: "h-", TopHeading: 2, Base: b.Base})
	p.Body = doc.HTML
	for _, h := range doc.Headings {
		if h.Level == 2 {
			p.Contents = append(p.Contents, Link{URL: "#" + h.ID, Text: Words{h.Text, lang.Lang}})
		}
	}
	for _, f := range tp.Files {
		row := Form{Name: b.words(f.Name), URL: f.URL}
		if f.File != "" {
			row.URL = b.Base + "/" + tp.Name + "/" + f.File
			row.Type = strings.ToUpper(strings.TrimPrefix(path.Ext(f.File), "."))
			row.Size = Size(sizes(f.File))
		}
		p.Files = append(p.Files, row)
	}
	p.Updated = tp.Updated.Short(string(b.Lang))
	return p
}
