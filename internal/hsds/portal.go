package hsds

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
)

// space is that of the ids which follow from identifiers of a portal.
var space = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://khumue.invalid/hsds"))

// ID is the id of an object that has none of another system's.
func ID(kind, id string) string { return uuid.NewSHA1(space, []byte(kind+"/"+id)).String() }

// Of returns what a portal has, as a set. Known returns the id that an object
// came with, and "" where it came with none. Manuals that are withdrawn, agencies
// that are retired and points that the public does not see are no part of it.
func Of(p *corpus.Portal, known func(kind, id string) string) *Set {
	w := &ofPortal{portal: p, known: known, set: &Set{Left: map[string]int{}}, offered: map[string]string{}}
	for _, a := range p.Agencies {
		w.agency(a)
	}
	for _, m := range p.Manuals {
		if !m.Withdrawn.IsGiven() {
			w.manual(m)
		}
	}
	for _, v := range p.Services {
		w.service(v)
	}
	for _, pt := range p.Points {
		if pt.Visible() {
			w.point(pt)
		}
	}
	return w.set
}

type ofPortal struct {
	portal  *corpus.Portal
	known   func(kind, id string) string
	set     *Set
	offered map[string]string // ids of services, by the identifiers of manuals
}

// id returns the id of an object; where it follows from the identifier, it is
// noted how the object is called here.
func (w *ofPortal) id(kind, id string, e Extra) string {
	if kept := w.known(kind, id); kept != "" {
		return kept
	}
	e.add("code", id)
	return ID(kind, id)
}

// ref is the id of an agency that something belongs to.
func (w *ofPortal) ref(code catalog.AgencyCode) string {
	if code == "" {
		return ""
	}
	return w.id("agency", string(code), Extra{})
}

// unknownKind is what an organization of another system becomes, which does not
// say what it is.
const unknownKind = "independent"

func (w *ofPortal) agency(a *catalog.Agency) {
	if a.Retired.IsGiven() {
		return
	}
	o := &Organization{Name: a.Name.TH, Alternate: a.ShortName.TH, Description: a.About.TH, Email: a.Contact.Email, Website: a.Contact.Website,
		Parent: w.ref(a.Parent), Phones: phonesOf(a.Contact), Extra: Extra{}}
	o.ID = w.id("agency", string(a.Code), o.Extra)
	if a.Kind != unknownKind || o.Extra.first("code") != "" {
		o.Extra.add("kind", string(a.Kind))
	}
	o.Extra.add("name_en", a.Name.EN)
	o.Extra.add("province", a.Province)
	o.Extra.add("line", a.Contact.LINE)
	o.Extra.add("facebook", a.Contact.Facebook)
	if a.OrgCode != "" {
		o.Identifiers = []Identifier{{orgScheme, a.OrgCode}}
	}
	w.set.Organizations = append(w.set.Organizations, o)
}

// withExtension finds the extension of a number.
var withExtension = regexp.MustCompile(`^(.*\S) ต่อ (\d[\d -]*)$`)

func phonesOf(c catalog.Contact) []Phone {
	var out []Phone
	for _, number := range c.Phones {
		out = append(out, phoneOf(number))
	}
	if c.Fax != "" {
		out = append(out, Phone{c.Fax, "fax", ""})
	}
	return out
}

func phoneOf(number string) Phone {
	if m := withExtension.FindStringSubmatch(number); m != nil {
		return Phone{m[1], "voice", m[2]}
	}
	return Phone{number, "voice", ""}
}

func (w *ofPortal) manual(m *catalog.Manual) {
	v := &Service{Name: m.Title.TH, Extra: Extra{}}
	v.ID = w.id("manual", string(m.ID), v.Extra)
	if v.Extra.first("code") != "" && m.Legacy.UUID != "" {
		v.ID = m.Legacy.UUID
		v.Extra.add("uuid", m.Legacy.UUID)
	}
	if m.Legacy.Number != 0 {
		v.Extra.add("number", fmt.Sprint(m.Legacy.Number))
	}
	w.offered[string(m.ID)] = v.ID
	w.fill(v, common{m.Owner, m.Title, m.Summary, m.CommonNames, m.Body.Markdown, m.Categories, m.Groups, m.Tags, m.Channels, m.Documents, m.Fees, m.ESubmission})
	v.Assured = m.ReviewedOn.ISO()
	w.set.Services = append(w.set.Services, v)
}

func (w *ofPortal) service(s *catalog.Service) {
	v := &Service{Extra: Extra{}}
	v.ID = w.id("service", string(s.ID), v.Extra)
	v.Extra.add("kind", "service")
	w.fill(v, common{s.Owner, s.Title, s.Summary, s.CommonNames, s.Body.Markdown, s.Categories, s.Groups, s.Tags, s.Channels, s.Documents, s.Fees, s.ESubmission})
	v.Assured = s.ReviewedOn.ISO()
	w.set.Services = append(w.set.Services, v)
}

// common is what a manual and another service both have.
type common struct {
	owner          catalog.AgencyCode
	title, summary catalog.Text
	names          catalog.Stated[[]string]
	body           string
	cats           []catalog.Slug
	groups         []catalog.Slug
	tags           []catalog.Slug
	channels       []catalog.Channel
	documents      catalog.Stated[[]catalog.Document]
	fees           catalog.Stated[[]catalog.Fee]
	online         catalog.Stated[catalog.ESubmission]
}

func (w *ofPortal) fill(v *Service, c common) {
	v.Organization, v.Name = w.ref(c.owner), c.title.TH
	v.Extra.add("name_en", c.title.EN)
	v.Extra.add("summary", c.summary.TH)
	v.Alternate = strings.Join(c.names.Value, "; ")
	v.Description, v.Eligibility, v.Application = told(c.body)
	v.URL = c.online.Value.URL
	for _, labels := range []struct {
		kind  string
		slugs []catalog.Slug
	}{{"category", c.cats}, {"group", c.groups}, {"tag", c.tags}} {
		for _, slug := range labels.slugs {
			v.Terms = append(v.Terms, w.term(labels.kind, slug))
		}
	}
	for _, ch := range c.channels {
		switch {
		case ch.Kind == "email" && ch.Email != "" && v.Email == "":
			v.Email = ch.Email
		case ch.Kind == "telephone" && ch.Phone != "":
			v.Phones = append(v.Phones, phoneOf(ch.Phone))
		default:
			v.Extra.add("channel", strings.TrimRight(strings.Join([]string{string(ch.Kind), oneLine(ch.Name.TH), ch.URL}, between), between))
		}
	}
	for _, d := range c.documents.Value {
		v.Documents = append(v.Documents, oneLine(d.Name.TH))
	}
	if c.documents.IsNone() {
		v.Extra.add("documents", string(catalog.None))
	}
	v.charge(c.fees)
}

// charge says what is paid.
func (v *Service) charge(fees catalog.Stated[[]catalog.Fee]) {
	if fees.IsNone() {
		v.Fees = noFees
	}
	if f := fees.Value; len(f) == 1 && f[0].Kind == catalog.FeeFormula && f[0].Name.TH == allFees {
		v.Fees = oneLine(f[0].Note.TH)
		return
	}
	for _, f := range fees.Value {
		name := oneLine(f.Name.TH)
		switch {
		case f.Kind != catalog.FeeFormula && f.InBaht():
			v.Costs = append(v.Costs, Cost{name, amount(f.Min), "THB", oneLine(f.Per.TH)})
		case f.Kind != catalog.FeeFormula && currency.MatchString(f.Unit.TH):
			v.Costs = append(v.Costs, Cost{name, amount(f.Min), f.Unit.TH, oneLine(f.Per.TH)})
		default:
			v.Costs = append(v.Costs, Cost{Option: name, About: inWords(f)})
		}
	}
}

// currency finds the code of one that is not the baht.
var currency = regexp.MustCompile(`^[A-Z]{3}$`)

// amount writes a sum of baht as JSON writes a number.
func amount(a catalog.Amount) string {
	if a%100 == 0 {
		return fmt.Sprint(int64(a) / 100)
	}
	return strings.TrimRight(fmt.Sprintf("%d.%02d", int64(a)/100, int64(a)%100), "0")
}

// inWords tells a fee that is no sum of baht.
func inWords(f catalog.Fee) string {
	if f.Kind == catalog.FeeFormula {
		return oneLine(f.Note.TH)
	}
	unit := f.Unit.TH
	if unit == "" && f.InPercent() {
		unit = "ร้อยละ"
	}
	words := unit + " " + amount(f.Min)
	if f.Max > 0 {
		words += " - " + amount(f.Max)
	}
	return oneLine(words + " " + f.Base.TH + " " + f.Per.TH + " " + f.Note.TH)
}

func (w *ofPortal) term(kind string, slug catalog.Slug) Term {
	labels := map[string][]catalog.Label{"category": w.portal.Labels.Categories, "group": w.portal.Labels.Groups, "tag": w.portal.Labels.Tags}[kind]
	t := Term{Kind: kind, Code: string(slug), Name: string(slug), English: string(slug)}
	if l, ok := w.portal.Label(labels, slug); ok {
		t.Code, t.Name, t.English = string(l.Slug), l.TH, l.EN
	}
	return t
}

func (w *ofPortal) point(p *catalog.Point) {
	l := &Location{Organization: w.ref(p.Owner), Name: p.Name.TH, Transportation: p.Directions.TH, Phones: phonesOf(p.Contact), Email: p.Contact.Email,
		Postcode: p.Address.Postcode, Country: "TH", Extra: Extra{}}
	l.ID = w.id("point", string(p.Code), l.Extra)
	l.Line1, l.Line2, _ = strings.Cut(p.Address.Line.TH, "\n")
	if l.Line1 == noAddress {
		l.Line1 = ""
	}
	l.City, l.State = place(p.Address.Area.TH)
	if p.Place.IsGiven() {
		l.Lat, l.Lng = degrees(p.Place.Value.Lat), degrees(p.Place.Value.Lng)
	}
	l.Extra.add("name_en", p.Name.EN)
	l.Extra.add("subdistrict", p.Address.Subdistrict)
	l.Extra.add("website", p.Contact.Website)
	l.Extra.add("line", p.Contact.LINE)
	l.Extra.add("facebook", p.Contact.Facebook)
	l.Extra.add("queue_url", p.QueueURL)
	l.Extra.add("confirmed_on", p.ConfirmedOn.ISO())
	for _, f := range p.Facilities {
		l.Extra.add("facility", string(f))
	}
	l.Schedules = w.hours(p)
	w.set.Locations = append(w.set.Locations, l)
	for _, m := range p.Manuals {
		if id := w.offered[string(m)]; id != "" {
			w.set.Links = append(w.set.Links, Link{id, l.ID})
		}
	}
}

func degrees(d float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.7f", d), "0"), ".")
}

// hours are those of a point, else of the nearest agency above it. A break for
// lunch parts a day in two.
func (w *ofPortal) hours(p *catalog.Point) []Schedule {
	h := w.portal.Chain(p.Owner).HoursOf(p)
	if h.Always {
		return []Schedule{{weekdays, midnight, dayEnd}}
	}
	var out []Schedule
	for _, span := range h.Week {
		var days []string
		for _, day := range weekdays {
			for _, d := range span.Days {
				if strings.EqualFold(day, string(d)[:2]) {
					days = append(days, day)
				}
			}
		}
		if span.Lunch.IsGiven() {
			out = append(out, Schedule{days, span.Opens.String(), span.Lunch.Value.From.String()}, Schedule{days, span.Lunch.Value.To.String(), span.Closes.String()})
			continue
		}
		out = append(out, Schedule{days, span.Opens.String(), span.Closes.String()})
	}
	return out
}
