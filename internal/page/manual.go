package page

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"path"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/qr"
	"khumue/internal/render"
)

// ShownPoints is how many points a manual's page lists; a page of the nearest
// ones finds the others.
const ShownPoints = 60

// ManualAround is what the page of a manual tells of others.
type ManualAround struct {
	Agency    catalog.Chain // that owns it
	Successor catalog.Text  // title of the manual that replaces it; zero when none does
	Points    []Spot        // where it is served: the first ShownPoints
	Serving   int           // how many points serve it in all
	Sizes     Sizes
	Figures   Figures
	Criteria  render.Doc // its body, as Criteria makes it
	Standing  *Standing  // which revision it is; nil where that is not known
	// Files tells where an attachment is published, below base; nil: where
	// AttachmentPath says.
	Files func(name string) string
}

// Sizes tells how many bytes an attachment beside the object's file has; 0 when
// that is not known.
type Sizes func(name string) int64

// Criteria makes a manual's body into HTML, the same for all languages, with its
// text for search.
func Criteria(m *catalog.Manual, base string) render.Doc {
	return render.Markdown(m.Body.Markdown, render.Options{IDPrefix: "c-", TopHeading: 3, Base: base, Text: true})
}

// Manual makes the page of a manual.
func (b *Builder) Manual(m *catalog.Manual, around ManualAround) Manual {
	p := b.manual(m, around)
	p.Score = b.score(around.Figures)
	p.Reference = append(p.Reference, b.statistics(around.Figures)...)
	p.Structured = b.governmentService(m, &p, around.Agency)
	p.QR = b.code(p.Shell)
	return p
}

// manual is what the page of a manual and those of its revisions have in common.
func (b *Builder) manual(m *catalog.Manual, around ManualAround) Manual {
	above, own := b.above(around.Agency)
	p := Manual{
		Shell: b.objectShell("manual", "/procedure/"+string(m.ID)+"/", m.Title, b.describe(m.Summary, m.Title)),
		ID:    string(m.ID), Summary: b.words(m.Summary), Also: m.CommonNames.Value, Agency: own, Above: above,
		Categories: b.labelLinks("category", b.Frame.Labels.Categories, m.Categories),
		Groups:     b.labelLinks("group", b.Frame.Labels.Groups, m.Groups),
		Tags:       b.labelLinks("tag", b.Frame.Labels.Tags, m.Tags),
		Withdrawn:  b.withdrawn(m, around.Successor), Online: b.online(m.ESubmission),
		Channels: b.channels(m.Channels), StepSets: b.stepSets(m),
		Documents: b.documents(m.Documents), Fees: b.fees(m.Fees), Complaints: b.complaints(m.Complaints),
		Forms: b.forms(m, around), Remarks: b.paragraphs(m.Remarks), Reference: b.reference(m, own),
	}
	p.Criteria, p.CriteriaIn = around.Criteria.HTML, b.foreign()
	for _, l := range m.Laws.Value {
		p.Laws = append(p.Laws, b.law(l))
	}
	if !m.ReviewedOn.IsZero() {
		p.Reviewed = m.ReviewedOn.Short(string(b.Lang))
	}
	b.where(&p, around)
	p.Facts = b.Facts(m, around.Serving)
	p.Crumbs = append(append(p.Crumbs, above...), own)
	p.Contents = b.contents(&p)
	p.Revision = b.revision(m.ID, around.Standing)
	return p
}

// code is the QR code of a page's address; a page whose address no code can
// hold has none.
func (b *Builder) code(s Shell) template.HTML {
	svg, err := qr.SVG(s.Absolute(), b.msg.Get("print.code"))
	if err != nil {
		return ""
	}
	return svg
}

// foreign marks a text of which there is only Thai.
func (b *Builder) foreign() Words {
	if b.Lang == catalog.EN {
		return Words{Lang: string(catalog.TH)}
	}
	return Words{}
}

// describe is what search engines show.
func (b *Builder) describe(summary, title catalog.Text) string {
	if s := b.words(summary).Text; s != "" {
		return s
	}
	return b.words(title).Text
}

func (b *Builder) withdrawn(m *catalog.Manual, successor catalog.Text) *Withdrawn {
	if !m.Withdrawn.IsGiven() {
		return nil
	}
	w := &Withdrawn{On: m.Withdrawn.Value.On.Short(string(b.Lang)), Reason: b.words(m.Withdrawn.Value.Reason)}
	if next := m.Withdrawn.Value.Successor; next != "" {
		link := b.manualLink(next, successor)
		w.Successor = &link
	}
	return w
}

func (b *Builder) online(e catalog.Stated[catalog.ESubmission]) *Online {
	if !e.IsGiven() {
		return nil
	}
	return &Online{URL: e.Value.URL, Note: b.words(e.Value.Note)}
}

// Facts are the four things that a citizen asks of a manual first; serving is
// how many points serve it.
func (b *Builder) Facts(m *catalog.Manual, serving int) Facts {
	f := Facts{Fee: b.feeSummary(m.Fees)}
	for _, s := range m.StepSets {
		d, ok := m.StepSetTotal(s)
		if !ok {
			continue
		}
		name := ""
		if len(m.StepSets) > 1 {
			name = b.words(s.Name).Text
		}
		f.Times = append(f.Times, Fact{name, b.duration(d)})
	}
	switch m.Documents.State {
	case catalog.None:
		f.Documents = b.msg.Get("facts.documents.none")
	case catalog.Given:
		f.Documents = b.msg.Count("facts.documents.count", len(m.Documents.Value))
	default:
		f.Documents = b.msg.Get("facts.documents.absent")
	}
	f.Where = b.whereFact(serving, m.Online(), m.Channels)
	return f
}

// whereFact says where to go; where no service point is named, how to apply.
func (b *Builder) whereFact(points int, online bool, channels []catalog.Channel) string {
	var where []string
	if points > 0 {
		where = append(where, b.msg.Count("facts.where.points", points))
	}
	if online {
		where = append(where, b.msg.Get("facts.where.online"))
	}
	for _, c := range channels {
		if kind := b.msg.Get("channel." + string(c.Kind)); points == 0 && !online && !slices.Contains(where, kind) {
			where = append(where, kind)
		}
	}
	if len(where) == 0 {
		return b.msg.Get("facts.where.ask")
	}
	return strings.Join(where, " · ")
}

func (b *Builder) where(p *Manual, around ManualAround) {
	p.OneOnly = around.Serving == 1
	p.More = around.Serving - len(around.Points)
	p.Points = make([]PointRow, 0, len(around.Points))
	for i := range around.Points {
		p.Points = append(p.Points, b.PointRow(&around.Points[i]))
	}
	p.Rate = b.rate(p.ID, around)
}

// rate is where the service of a manual is rated: at its point, or at one to be
// chosen of the list; "" where nothing is asked, or nowhere.
func (b *Builder) rate(id string, around ManualAround) string {
	switch {
	case b.Frame.Satisfaction() == nil || len(around.Points) == 0:
		return ""
	case around.Serving == 1:
		return b.To("/survey/"+string(around.Points[0].Code)+"/") + "?procedure=" + id
	}
	return "#points"
}

func (b *Builder) channels(list []catalog.Channel) []Channel {
	out := make([]Channel, 0, len(list))
	for _, c := range list {
		out = append(out, Channel{
			Kind: b.msg.Get("channel." + string(c.Kind)), Icon: string(c.Kind), Name: b.words(c.Name), URL: c.URL,
			Address: b.words(c.Address), Phone: c.Phone, Email: c.Email, Hours: b.hours(c.Hours), Note: b.words(c.Note),
		})
	}
	return out
}

func (b *Builder) stepSets(m *catalog.Manual) []StepSet {
	out := make([]StepSet, 0, len(m.StepSets))
	for i, s := range m.StepSets {
		set := StepSet{ID: fmt.Sprintf("steps-%d", i+1)}
		if len(m.StepSets) > 1 {
			set.Name = b.words(s.Name)
		}
		set.Steps = make([]Step, 0, len(s.Steps))
		for _, st := range s.Steps {
			set.Steps = append(set.Steps, Step{
				Kind: b.msg.Get("step." + string(st.Kind)), Text: b.paragraphs(st.Text), Time: b.duration(st.Time),
				Unit: b.words(st.Unit), Note: b.words(st.Note),
			})
		}
		if d, ok := m.StepSetTotal(s); ok {
			set.Total = b.duration(d)
		}
		out = append(out, set)
	}
	return out
}

func (b *Builder) documents(list catalog.Stated[[]catalog.Document]) Documents {
	d := Documents{State: list.State, Count: len(list.Value)}
	rows := make([]Document, 0, d.Count) // of all groups
	for _, kind := range []catalog.DocumentKind{catalog.IdentityDocument, catalog.OtherDocument} {
		from := len(rows)
		for _, doc := range list.Value {
			if doc.Kind == kind {
				rows = append(rows, b.document(doc))
			}
		}
		if to := len(rows); to > from {
			d.Groups = append(d.Groups, DocumentGroup{Title: b.msg.Get("doc." + string(kind)), Rows: rows[from:to:to]})
		}
	}
	return d
}

func (b *Builder) document(d catalog.Document) Document {
	unit := b.words(d.Unit).Text
	if unit == "" {
		unit = b.msg.Get("doc.unit")
	}
	out := Document{Key: rowKey(d.Name.TH + "\n" + d.Condition.TH), Name: b.words(d.Name), Issuer: b.words(d.Issuer), Condition: b.words(d.Condition)}
	var amount []string
	if d.Originals > 0 {
		out.Originals = b.msg.Get("doc.original", d.Originals, unit)
		amount = append(amount, out.Originals)
	}
	if d.Copies > 0 {
		out.Copies = b.msg.Get("doc.copy", d.Copies, unit)
		amount = append(amount, out.Copies)
	}
	out.Amount = strings.Join(amount, " · ")
	return out
}

// rowKey identifies a row by its text, so that a tick on the citizen's device
// stays with the document when others come or go.
func rowKey(s string) string {
	h := fnv.New64a()
	h.Write([]byte(s))
	return strconv.FormatUint(h.Sum64(), 36)
}

func (b *Builder) fees(list catalog.Stated[[]catalog.Fee]) Fees {
	f := Fees{State: list.State, Rows: make([]Fee, 0, len(list.Value))}
	for _, fee := range list.Value {
		f.Rows = append(f.Rows, Fee{Name: b.words(fee.Name), Amount: b.feeAmount(fee), Note: b.words(fee.Note)})
	}
	return f
}

func (b *Builder) complaints(own []catalog.Complaint) []Complaint {
	if len(own) == 0 {
		own = b.Frame.Site.Complaints
	}
	out := make([]Complaint, 0, len(own))
	for _, c := range own {
		out = append(out, Complaint{Name: b.words(c.Name), Address: b.words(c.Address), Note: b.words(c.Note), Phone: c.Phone, Fax: c.Fax, Website: c.Website})
	}
	return out
}

func (b *Builder) forms(m *catalog.Manual, around ManualAround) Forms {
	f := Forms{State: m.Forms.State}
	for _, form := range m.Forms.Value {
		row := Form{Name: b.words(form.Name), Kind: b.msg.Get("form." + string(form.Kind)), URL: form.URL}
		if form.File != "" {
			row.URL = b.Base + AttachmentPath(m.ID, form.File)
			if around.Files != nil {
				row.URL = b.Base + around.Files(form.File)
			}
			row.Type = strings.ToUpper(strings.TrimPrefix(path.Ext(form.File), "."))
			row.Size = Size(around.Sizes(form.File))
		}
		f.Rows = append(f.Rows, row)
	}
	return f
}

// AttachmentPath is where a manual's attachment is published.
func AttachmentPath(id catalog.ManualID, file string) string {
	return "/procedure/" + string(id) + "/" + file
}

// mostRows is how many rows a reference has, if hardly ever more.
const mostRows = 16

// reference is the official block at the end of a manual (DOMAIN.md §1.1).
func (b *Builder) reference(m *catalog.Manual, own Link) []Row {
	rows := make([]Row, 0, mostRows)
	rows = append(rows,
		Row{Label: b.msg.Get("ref.title"), Value: b.words(m.Title)},
		Row{Label: b.msg.Get("ref.owner"), Value: own.Text, URL: own.URL},
	)
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, Row{Label: b.msg.Get(key), Value: Words{Text: value}})
		}
	}
	enum := func(prefix, word string) string {
		if word == "" {
			return ""
		}
		return b.msg.Get(prefix + "." + word)
	}
	add("ref.service-type", enum("service_type", string(m.ServiceType)))
	add("ref.work-kind", enum("work_kind", string(m.WorkKind)))
	add("ref.impact", enum("impact", string(m.Impact)))
	var areas []string
	for _, a := range m.Areas {
		areas = append(areas, b.msg.Get("area."+string(a)))
	}
	add("ref.areas", strings.Join(areas, ", "))
	lt := m.LegalTime
	add("ref.legal-time-name", b.words(lt.Value.Name).Text)
	add("ref.legal-time", b.stated(lt.State, catalog.Duration{Value: lt.Value.Value, Unit: lt.Value.Unit}))
	add("ref.reduced", b.stated(m.Reduced.State, catalog.Duration{Value: m.Reduced.Value.Value, Unit: m.Reduced.Value.Unit}))
	add("ref.total-time", b.shortest(m))
	switch m.CopyFee.State {
	case catalog.None:
		add("ref.copy-fee", b.msg.Get("ref.none"))
	case catalog.Given:
		add("ref.copy-fee", b.msg.Get("fee.baht", m.CopyFee.Value))
	}
	add("ref.id", string(m.ID))
	if !m.ReviewedOn.IsZero() {
		add("ref.published", m.ReviewedOn.Long(string(b.Lang)))
	}
	return rows
}

func (b *Builder) stated(s catalog.State, d catalog.Duration) string {
	switch s {
	case catalog.None:
		return b.msg.Get("ref.none")
	case catalog.Given:
		return b.duration(d)
	}
	return ""
}

// contents lists the sections that the page has, in their order.
func (b *Builder) contents(p *Manual) []Link {
	sections := []struct {
		at    string
		there bool
	}{
		{"#documents", true},
		{"#steps", len(p.StepSets) > 0},
		{"#fees", true},
		{"#channels", len(p.Channels) > 0},
		{"#points", len(p.Points) > 0},
		{"#forms", true},
		{"#criteria", p.Criteria != ""},
		{"#remarks", len(p.Remarks) > 0},
		{"#laws", len(p.Laws) > 0},
		{"#complaints", len(p.Complaints) > 0},
		{"#reference", true},
	}
	out := make([]Link, 0, len(sections))
	for _, s := range sections {
		if s.there {
			out = append(out, Link{URL: s.at, Text: Words{Text: b.msg.Get("section." + s.at[1:])}})
		}
	}
	return out
}
