package page

import (
	"fmt"

	"khumue/internal/catalog"
)

// Structured data of schema.org, as JSON-LD in each page: what search engines
// and assistants read.

const schemaOrg = "https://schema.org"

type ldOrganization struct {
	Context string          `json:"@context,omitempty"`
	Type    string          `json:"@type"`
	Name    string          `json:"name"`
	URL     string          `json:"url"`
	Phone   string          `json:"telephone,omitempty"`
	Parent  *ldOrganization `json:"parentOrganization,omitempty"`
}

type ldOffice struct {
	Context string          `json:"@context,omitempty"`
	Type    string          `json:"@type"`
	Name    string          `json:"name"`
	URL     string          `json:"url"`
	Phone   string          `json:"telephone,omitempty"`
	Address *ldAddress      `json:"address,omitempty"`
	Geo     *ldGeo          `json:"geo,omitempty"`
	Hours   []ldHours       `json:"openingHoursSpecification,omitempty"`
	Parent  *ldOrganization `json:"parentOrganization,omitempty"`
}

type ldAddress struct {
	Type     string `json:"@type"`
	Street   string `json:"streetAddress,omitempty"`
	Locality string `json:"addressLocality,omitempty"`
	Postcode string `json:"postalCode,omitempty"`
	Country  string `json:"addressCountry"`
}

type ldGeo struct {
	Type string `json:"@type"`
	Lat  string `json:"latitude"`
	Lng  string `json:"longitude"`
}

type ldHours struct {
	Type   string   `json:"@type"`
	Days   []string `json:"dayOfWeek"`
	Opens  string   `json:"opens"`
	Closes string   `json:"closes"`
}

type ldService struct {
	Context     string          `json:"@context"`
	Type        string          `json:"@type"`
	ID          string          `json:"@id"`
	Name        string          `json:"name"`
	Alternate   []string        `json:"alternateName,omitempty"`
	Description string          `json:"description,omitempty"`
	URL         string          `json:"url"`
	Language    string          `json:"inLanguage"`
	Identifier  string          `json:"identifier"`
	Area        string          `json:"areaServed"`
	Operator    *ldOrganization `json:"serviceOperator,omitempty"`
	Category    []string        `json:"category,omitempty"`
	Channels    []ldChannel     `json:"availableChannel,omitempty"`
}

type ldChannel struct {
	Type  string `json:"@type"`
	Name  string `json:"name,omitempty"`
	URL   string `json:"serviceUrl,omitempty"`
	Phone string `json:"servicePhone,omitempty"`
}

func (b *Builder) organization(a *catalog.Agency) *ldOrganization {
	if a == nil {
		return nil
	}
	link := b.AgencyLink(a)
	o := &ldOrganization{Type: "GovernmentOrganization", Name: link.Text.Text, URL: b.absolute(link.URL)}
	if len(a.Contact.Phones) > 0 {
		o.Phone = a.Contact.Phones[0]
	}
	return o
}

// absolute makes a full address of one below the base.
func (b *Builder) absolute(path string) string { return b.Site.Origin + path[len(b.Base):] }

func (b *Builder) governmentService(m *catalog.Manual, p *Manual, chain catalog.Chain) any {
	s := ldService{
		Context: schemaOrg, Type: "GovernmentService", ID: p.Absolute() + "#service", Name: p.Title.Text, Alternate: p.Also,
		Description: p.Description, URL: p.Absolute(), Language: string(b.Lang), Identifier: string(m.ID), Area: "TH", Operator: b.organization(chain.Own()),
	}
	for _, c := range p.Categories {
		s.Category = append(s.Category, c.Text.Text)
	}
	for _, c := range p.Channels {
		s.Channels = append(s.Channels, ldChannel{"ServiceChannel", c.Name.Text, c.URL, c.Phone})
	}
	return s
}

func (b *Builder) otherService(sv *catalog.Service, p *Service, chain catalog.Chain) any {
	return ldService{
		Context: schemaOrg, Type: "GovernmentService", ID: p.Absolute() + "#service", Name: p.Title.Text, Alternate: p.Also,
		Description: p.Description, URL: p.Absolute(), Language: string(b.Lang), Identifier: string(sv.ID), Area: "TH", Operator: b.organization(chain.Own()),
	}
}

func (b *Builder) governmentOrganization(p *Agency, chain catalog.Chain) any {
	o := b.organization(chain.Own())
	o.Context = schemaOrg
	if len(chain) > 1 {
		o.Parent = b.organization(chain[1])
	}
	o.URL = p.Absolute()
	return o
}

func (b *Builder) governmentOffice(pt *catalog.Point, p *Point, chain catalog.Chain) any {
	o := ldOffice{Context: schemaOrg, Type: "GovernmentOffice", Name: p.Title.Text, URL: p.Absolute(), Parent: b.organization(chain.Own())}
	if len(p.Contact.Phones) > 0 {
		o.Phone = p.Contact.Phones[0].Shown
	}
	o.Address = &ldAddress{"PostalAddress", b.words(pt.Address.Line).Text, p.Area.Text, pt.Address.Postcode, "TH"}
	if p.Contact.Lat != "" {
		o.Geo = &ldGeo{"GeoCoordinates", p.Contact.Lat, p.Contact.Lng}
	}
	o.Hours = openingHours(chain.HoursOf(pt))
	return o
}

var dayNames = map[catalog.Weekday]string{
	"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
}

func openingHours(h catalog.Hours) []ldHours {
	var out []ldHours
	for _, s := range h.Week {
		var days []string
		for _, d := range s.Days {
			days = append(days, dayNames[d])
		}
		for _, span := range spansOf(s) {
			out = append(out, ldHours{"OpeningHoursSpecification", days, fmt.Sprint(span.Opens), fmt.Sprint(span.Closes)})
		}
	}
	return out
}
