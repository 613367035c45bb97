package site

import (
	"fmt"
	"slices"

	"khumue/internal/catalog"
)

// CPSV-AP 3.2, the core vocabulary of public services of the European
// Commission (SEMIC), as JSON-LD with the names that its context defines.

const cpsvContext = "https://semiceu.github.io/CPSV-AP/releases/3.2.0/context/cpsv-ap.jsonld"

type ldText struct {
	Language string `json:"@language"`
	Value    string `json:"@value"`
}

type publicService struct {
	Context    string     `json:"@context"`
	ID         string     `json:"@id"`
	Type       string     `json:"@type"`
	Identifier string     `json:"identifier"`
	Name       []ldText   `json:"name"`
	About      []ldText   `json:"description"`
	Language   []string   `json:"language"`
	Keyword    []ldText   `json:"keyword,omitempty"`
	Status     string     `json:"status,omitempty"`
	Time       string     `json:"processingTime,omitempty"`
	Authority  *authority `json:"hasCompetentAuthority,omitempty"`
	Thematic   []string   `json:"thematicArea,omitempty"`
	Spatial    string     `json:"spatial"`
	Channels   []cpsvNode `json:"hasChannel,omitempty"`
	Costs      []cpsvCost `json:"hasCost,omitempty"`
	Inputs     []cpsvNode `json:"hasInput,omitempty"`
	Rules      []cpsvNode `json:"hasLegalResource,omitempty"`
	Output     []cpsvNode `json:"produces,omitempty"`
}

type authority struct {
	ID   string   `json:"@id"`
	Type string   `json:"@type"`
	Name []ldText `json:"prefLabel"`
}

type cpsvNode struct {
	Type string   `json:"@type"`
	Name []ldText `json:"name"`
	Kind string   `json:"type,omitempty"`
	URL  string   `json:"page,omitempty"`
}

type cpsvCost struct {
	Type     string   `json:"@type"`
	About    []ldText `json:"description"`
	Value    string   `json:"value,omitempty"`
	Currency string   `json:"currency,omitempty"`
}

func both(t catalog.Text) []ldText {
	out := []ldText{{"th", t.TH}}
	if t.EN != "" {
		out = append(out, ldText{"en", t.EN})
	}
	return out
}

// publicService is a manual in the words of CPSV-AP.
func (b *builder) publicService(m *catalog.Manual, owner *catalog.Agency) publicService {
	s := publicService{
		Context: cpsvContext, ID: b.origin + "/procedure/" + string(m.ID) + "/#service", Type: "PublicService", Identifier: string(m.ID),
		Name: both(m.Title), About: both(m.Title), Language: []string{"http://publications.europa.eu/resource/authority/language/THA"},
		Spatial: "http://publications.europa.eu/resource/authority/country/THA",
	}
	if !m.Summary.IsZero() {
		s.About = both(m.Summary)
	}
	for _, name := range m.CommonNames.Value {
		s.Keyword = append(s.Keyword, ldText{"th", name})
	}
	if a := owner; a != nil {
		s.Authority = &authority{b.origin + "/agency/" + string(a.Code) + "/", "PublicOrganisation", both(a.Name)}
	}
	for _, slug := range m.Categories {
		s.Thematic = append(s.Thematic, b.origin+"/category/"+string(slug)+"/")
	}
	if len(m.StepSets) > 0 {
		if d, ok := m.StepSetTotal(m.StepSets[0]); ok {
			s.Time = isoDuration(d)
		}
	}
	s.Channels = slices.Grow(s.Channels, len(m.Channels))
	for _, c := range m.Channels {
		s.Channels = append(s.Channels, cpsvNode{"Channel", both(c.Name), string(c.Kind), c.URL})
	}
	s.Inputs = slices.Grow(s.Inputs, len(m.Documents.Value))
	for _, d := range m.Documents.Value {
		s.Inputs = append(s.Inputs, cpsvNode{"Evidence", both(d.Name), string(d.Kind), ""})
	}
	s.Rules = slices.Grow(s.Rules, len(m.Laws.Value))
	for _, l := range m.Laws.Value {
		s.Rules = append(s.Rules, cpsvNode{"LegalResource", both(l.Name), string(l.Kind), ""})
	}
	s.Costs = costs(m.Fees)
	return s
}

func costs(fees catalog.Stated[[]catalog.Fee]) []cpsvCost {
	if fees.IsNone() {
		return []cpsvCost{{"Cost", []ldText{{"th", "ไม่มีค่าธรรมเนียม"}, {"en", "No fee"}}, "0", "THB"}}
	}
	var out []cpsvCost
	for _, f := range fees.Value {
		c := cpsvCost{Type: "Cost", About: both(f.Name)}
		if f.Kind == catalog.FeeFixed && f.InBaht() {
			c.Value, c.Currency = f.Min.Percent(), "THB"
		}
		out = append(out, c)
	}
	return out
}

// isoDuration writes a duration of ISO 8601. Working days have no letter there
// and are left out rather than converted.
func isoDuration(d catalog.Duration) string {
	switch d.Unit {
	case "minute":
		return fmt.Sprintf("PT%dM", d.Value)
	case "hour":
		return fmt.Sprintf("PT%dH", d.Value)
	case "day":
		return fmt.Sprintf("P%dD", d.Value)
	case "month":
		return fmt.Sprintf("P%dM", d.Value)
	case "year":
		return fmt.Sprintf("P%dY", d.Value)
	}
	return ""
}
