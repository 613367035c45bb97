package page

import (
	"encoding/json"
	"html/template"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Brief is what lists and other pages tell of a manual or another service, in
// both languages. It names its agency by code alone.
type Brief struct {
	Kind        string // manual or service
	ID          string
	Owner       catalog.AgencyCode
	Title       catalog.Text
	Summary     catalog.Text
	CommonNames []string
	Facts       [2][]string // in Thai and English
	Online      bool
	Withdrawn   bool
}

// nth numbers the languages.
func nth(l catalog.Lang) int {
	if l == catalog.EN {
		return 1
	}
	return 0
}

// Builders are those of a site's languages, Thai first.
type Builders []*Builder

// Manual returns what others tell of a manual.
func (all Builders) Manual(m *catalog.Manual) Brief {
	br := Brief{Kind: "manual", ID: string(m.ID), Owner: m.Owner, Title: m.Title, Summary: m.Summary, CommonNames: m.CommonNames.Value,
		Online: m.Online(), Withdrawn: m.Withdrawn.IsGiven()}
	for _, b := range all {
		br.Facts[nth(b.Lang)] = b.factLine(m)
	}
	return br
}

// Service returns what others tell of another service.
func (all Builders) Service(s *catalog.Service) Brief {
	br := Brief{Kind: "service", ID: string(s.ID), Owner: s.Owner, Title: s.Title, Summary: s.Summary, CommonNames: s.CommonNames.Value, Online: s.ESubmission.IsGiven()}
	for _, b := range all {
		facts := []string{b.feeSummary(s.Fees)}
		if br.Online {
			facts = append(facts, b.msg.Get("facts.online"))
		}
		br.Facts[nth(b.Lang)] = facts
	}
	return br
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

// Path returns the address of a brief's page, without base and language.
func (br *Brief) Path() string {
	if br.Kind == "service" {
		return "/service/" + br.ID + "/"
	}
	return "/procedure/" + br.ID + "/"
}

// Entry is a manual or service as a line of a list, with the name of its
// agency.
func (b *Builder) Entry(br *Brief, agency catalog.Text) Entry {
	e := Entry{
		Link: b.object(br.Path(), br.Title), Kind: br.Kind, Also: strings.Join(br.CommonNames, ", "), Summary: b.words(br.Summary),
		Agency: b.words(agency), Facts: br.Facts[nth(b.Lang)], Online: br.Online,
	}
	if br.Withdrawn {
		e.Note, e.Facts = b.msg.Get("withdrawn.tag"), nil
	}
	return e
}

// AgencyEntry is an agency as a line of a list, with the name of the one above.
func (b *Builder) AgencyEntry(a *catalog.Agency, above catalog.Text) Entry {
	return Entry{Link: b.AgencyLink(a), Kind: "agency", Also: b.words(a.ShortName).Text, Agency: b.words(above), Facts: []string{b.msg.Get("agency_kind." + string(a.Kind))}}
}

// Spot is what lists and other pages tell of a point, in both languages.
type Spot struct {
	Code     catalog.PointCode
	Name     catalog.Text
	Area     catalog.Text
	Province string
	Hours    [2]string // in words, Thai and English
	Week     string    // the hours as JSON for the browser; "" when unknown
	Lat, Lng string    // degrees; "" when unknown
	Phone    string
	Closed   bool // for a time
}

// Spot returns what others tell of a point of an agency.
func (all Builders) Spot(pt *catalog.Point, chain catalog.Chain) Spot {
	s := Spot{Code: pt.Code, Name: pt.Name, Area: pt.Address.Area, Province: pt.Address.Province(), Closed: pt.Status == catalog.ClosedTemporarily, Week: week(pt, chain)}
	hours := chain.HoursOf(pt)
	for _, b := range all {
		s.Hours[nth(b.Lang)] = b.hours(hours)
	}
	if pt.Place.IsGiven() {
		s.Lat, s.Lng = degrees(pt.Place.Value.Lat), degrees(pt.Place.Value.Lng)
	}
	if len(pt.Contact.Phones) > 0 {
		s.Phone = pt.Contact.Phones[0]
	}
	return s
}

// WeekData is what the browser needs to say whether a point is open now.
type WeekData struct {
	Hours    calendar.Hours `json:"hours"`
	Province string         `json:"province,omitempty"`
}

func week(pt *catalog.Point, chain catalog.Chain) string {
	h := calendarHours(chain.HoursOf(pt), chain.ClosuresOf(pt))
	if h.IsZero() {
		return ""
	}
	out, err := json.Marshal(WeekData{h, pt.Address.Province()})
	if err != nil {
		panic("page: hours are data: " + err.Error())
	}
	return string(out)
}

// PointRow is a point as a line of a list of places to go.
func (b *Builder) PointRow(s *Spot) PointRow {
	r := PointRow{
		Link: b.object("/point/"+string(s.Code)+"/", s.Name), Area: b.words(s.Area), Province: s.Province,
		Hours: s.Hours[nth(b.Lang)], Week: template.JS(s.Week), Lat: s.Lat, Lng: s.Lng, Phone: s.Phone,
	}
	if s.Closed {
		r.Note = b.msg.Get("closed.tag")
	}
	return r
}
