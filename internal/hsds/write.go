package hsds

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// The objects of a package as they are written. Those that a Set has no ids for
// get some that follow from where they stand.
type (
	outOrganization struct {
		ID          string          `json:"id"`
		Name        string          `json:"name"`
		Alternate   string          `json:"alternate_name,omitempty"`
		Description string          `json:"description"`
		Email       string          `json:"email,omitempty"`
		Website     string          `json:"website,omitempty"`
		Parent      string          `json:"parent_organization_id,omitempty"`
		Identifiers []outIdentifier `json:"organization_identifiers,omitempty"`
		Phones      []outPhone      `json:"phones,omitempty"`
		Locations   []outLocation   `json:"locations,omitempty"`
		Services    []outService    `json:"services,omitempty"`
		Attributes  []outAttribute  `json:"attributes,omitempty"`
	}
	outIdentifier struct {
		ID     string `json:"id"`
		Scheme string `json:"identifier_scheme,omitempty"`
		Type   string `json:"identifier_type"`
		Value  string `json:"identifier"`
	}
	outPhone struct {
		ID        string `json:"id"`
		Number    string `json:"number"`
		Extension string `json:"extension,omitempty"`
		Type      string `json:"type,omitempty"`
	}
	outLocation struct {
		ID             string         `json:"id"`
		Type           string         `json:"location_type"`
		Name           string         `json:"name,omitempty"`
		Alternate      string         `json:"alternate_name,omitempty"`
		Transportation string         `json:"transportation,omitempty"`
		Lat            json.Number    `json:"latitude,omitempty"`
		Lng            json.Number    `json:"longitude,omitempty"`
		Addresses      []outAddress   `json:"addresses,omitempty"`
		Contacts       []outContact   `json:"contacts,omitempty"`
		Phones         []outPhone     `json:"phones,omitempty"`
		Schedules      []outSchedule  `json:"schedules,omitempty"`
		Attributes     []outAttribute `json:"attributes,omitempty"`
	}
	outAddress struct {
		ID       string `json:"id"`
		Line1    string `json:"address_1"`
		Line2    string `json:"address_2,omitempty"`
		City     string `json:"city"`
		State    string `json:"state_province"`
		Postcode string `json:"postal_code"`
		Country  string `json:"country"`
		Type     string `json:"address_type"`
	}
	outContact struct {
		ID    string `json:"id"`
		Email string `json:"email"`
	}
	outSchedule struct {
		ID     string `json:"id"`
		Freq   string `json:"freq"`
		Days   string `json:"byday"`
		Opens  string `json:"opens_at"`
		Closes string `json:"closes_at"`
	}
	outService struct {
		ID          string         `json:"id"`
		Name        string         `json:"name"`
		Alternate   string         `json:"alternate_name,omitempty"`
		Description string         `json:"description,omitempty"`
		Eligibility string         `json:"eligibility_description,omitempty"`
		Application string         `json:"application_process,omitempty"`
		URL         string         `json:"url,omitempty"`
		Email       string         `json:"email,omitempty"`
		Status      string         `json:"status"`
		Fees        string         `json:"fees_description,omitempty"`
		Assured     string         `json:"assured_date,omitempty"`
		Phones      []outPhone     `json:"phones,omitempty"`
		Costs       []outCost      `json:"cost_options,omitempty"`
		Documents   []outDocument  `json:"required_documents,omitempty"`
		At          []outAt        `json:"service_at_locations,omitempty"`
		Attributes  []outAttribute `json:"attributes,omitempty"`
	}
	outCost struct {
		ID       string      `json:"id"`
		Option   string      `json:"option,omitempty"`
		Currency string      `json:"currency,omitempty"`
		Amount   json.Number `json:"amount,omitempty"`
		About    string      `json:"amount_description,omitempty"`
	}
	outDocument struct {
		ID       string `json:"id"`
		Document string `json:"document"`
	}
	outAt struct {
		ID       string      `json:"id"`
		Location outLocation `json:"location"`
	}
	outAttribute struct {
		ID    string   `json:"id"`
		Type  string   `json:"link_type"`
		Value string   `json:"value,omitempty"`
		Term  *outTerm `json:"taxonomy_term,omitempty"`
	}
	outTerm struct {
		ID          string `json:"id"`
		Code        string `json:"code,omitempty"`
		Name        string `json:"name"`
		Description string `json:"description"`
	}
)

// Write writes a set as a list of organizations, each with its services and
// locations; the same set gives the same bytes. What belongs to an organization
// that is not there can not be told, and is left out.
func (s *Set) Write(to io.Writer) error {
	out := bufio.NewWriter(to)
	services, locations := map[string][]*Service{}, map[string][]*Location{}
	for _, v := range s.Services {
		services[v.Organization] = append(services[v.Organization], v)
	}
	byID, at := map[string]*Location{}, map[string][]string{}
	for _, l := range s.Locations {
		byID[l.ID] = l
		locations[l.Organization] = append(locations[l.Organization], l)
	}
	for _, l := range s.Links {
		if byID[l.Location] != nil {
			at[l.Service] = append(at[l.Service], l.Location)
		}
	}
	for i, o := range s.Organizations {
		between := ",\n"
		if i == 0 {
			between = "[\n"
		}
		v := o.out()
		for _, l := range locations[o.ID] {
			v.Locations = append(v.Locations, l.out())
		}
		for _, offered := range services[o.ID] {
			one := offered.out()
			for _, l := range at[offered.ID] {
				one.At = append(one.At, outAt{ID("at", offered.ID+l), outLocation{ID: l, Type: "physical", Name: byID[l].Name}})
			}
			v.Services = append(v.Services, one)
		}
		data, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprint(out, between, string(data)); err != nil {
			return err
		}
	}
	end := "\n]\n"
	if len(s.Organizations) == 0 {
		end = "[]\n"
	}
	if _, err := out.WriteString(end); err != nil {
		return err
	}
	return out.Flush()
}

func (o *Organization) out() outOrganization {
	v := outOrganization{ID: o.ID, Name: o.Name, Alternate: o.Alternate, Description: o.Description, Email: o.Email, Website: o.Website, Parent: o.Parent,
		Phones: outPhones(o.ID, o.Phones), Attributes: o.Extra.out(o.ID)}
	for _, i := range o.Identifiers {
		v.Identifiers = append(v.Identifiers, outIdentifier{ID("identifier", o.ID+i.Scheme), i.Scheme, "government organisation code", i.Value})
	}
	return v
}

func outPhones(of string, phones []Phone) []outPhone {
	var out []outPhone
	for i, p := range phones {
		out = append(out, outPhone{part("phone", of, i), p.Number, p.Extension, p.Type})
	}
	return out
}

// part is the id of a part of an object.
func part(kind, of string, n int) string { return ID(kind, fmt.Sprint(of, "/", n)) }

func (e Extra) out(of string) []outAttribute {
	var out []outAttribute
	for _, name := range sorted(e) {
		for i, value := range e[name] {
			out = append(out, outAttribute{ID: part(name, of, i), Type: ours + name, Value: value})
		}
	}
	return out
}

func (l *Location) out() outLocation {
	v := outLocation{ID: l.ID, Type: "physical", Name: l.Name, Alternate: l.Extra.first("name_en"), Transportation: l.Transportation,
		Lat: json.Number(l.Lat), Lng: json.Number(l.Lng), Phones: outPhones(l.ID, l.Phones)}
	more := Extra{}
	for name, values := range l.Extra {
		if name != "name_en" {
			more[name] = values
		}
	}
	v.Attributes = more.out(l.ID)
	if l.Line1 != "" || l.City != "" {
		v.Addresses = []outAddress{{ID("address", l.ID), l.Line1, l.Line2, l.City, l.State, l.Postcode, l.Country, "physical"}}
	}
	if l.Email != "" {
		v.Contacts = []outContact{{ID("contact", l.ID), l.Email}}
	}
	for i, h := range l.Schedules {
		v.Schedules = append(v.Schedules, outSchedule{part("schedule", l.ID, i), "WEEKLY", joined(h.Days), h.Opens + "+07:00", h.Closes + "+07:00"})
	}
	return v
}

func joined(days []string) string {
	out := ""
	for _, d := range days {
		out += "," + d
	}
	return out[min(1, len(out)):]
}

func (v *Service) out() outService {
	o := outService{ID: v.ID, Name: v.Name, Alternate: v.Alternate, Description: v.Description, Eligibility: v.Eligibility, Application: v.Application,
		URL: v.URL, Email: v.Email, Status: "active", Fees: v.Fees, Assured: v.Assured, Phones: outPhones(v.ID, v.Phones), Attributes: v.Extra.out(v.ID)}
	for i, c := range v.Costs {
		o.Costs = append(o.Costs, outCost{part("cost", v.ID, i), c.Option, c.Currency, json.Number(c.Amount), c.About})
	}
	for i, d := range v.Documents {
		o.Documents = append(o.Documents, outDocument{part("document", v.ID, i), d})
	}
	for _, t := range v.Terms {
		o.Attributes = append(o.Attributes, outAttribute{ID: ID("term of "+v.ID, t.Kind+"/"+t.Code), Type: t.Kind,
			Term: &outTerm{ID(t.Kind, t.Code), t.Code, t.Name, t.English}})
	}
	return o
}
