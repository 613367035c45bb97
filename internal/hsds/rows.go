package hsds

import (
	"fmt"
	"slices"
	"strings"

	"khumue/internal/catalog"
)

// Table is the rows of a kind of object, for an import.
type Table struct {
	Head []string
	Rows [][]string
}

// numbered are how many phones, hours, fees and the like a row has columns for.
const numbered = 40

// Agencies are the organizations as rows.
func (s *Set) Agencies() Table {
	t := Table{Head: []string{"id", "code", "name", "name_en", "short_name", "kind", "parent", "org_code", "province", "description", "email", "website", "phones", "fax", "line", "facebook"}}
	codes := s.codes()
	for _, o := range s.Organizations {
		voice, fax := split(o.Phones)
		t.Rows = append(t.Rows, []string{o.ID, o.Extra.first("code"), o.Name, o.Extra.first("name_en"), o.Alternate, o.Extra.first("kind"), codes[o.Parent],
			o.identifier(), o.Extra.first("province"), o.Description, o.Email, o.Website, voice, fax, o.Extra.first("line"), o.Extra.first("facebook")})
	}
	return t
}

// orgScheme is that of the state's codes of its organisations.
const orgScheme = "TH-GOV"

func (o *Organization) identifier() string {
	for _, i := range o.Identifiers {
		if i.Scheme == orgScheme {
			return i.Value
		}
	}
	return ""
}

// codes are the identifiers under which objects stand in a portal, where the
// package says so, else their ids.
func (s *Set) codes() map[string]string {
	codes := map[string]string{}
	put := func(id string, e Extra) {
		if codes[id] = e.first("code"); codes[id] == "" {
			codes[id] = id
		}
	}
	for _, o := range s.Organizations {
		put(o.ID, o.Extra)
	}
	for _, v := range s.Services {
		put(v.ID, v.Extra)
	}
	for _, l := range s.Locations {
		put(l.ID, l.Extra)
	}
	return codes
}

// split returns the numbers of telephones and that of a fax.
func split(phones []Phone) (voice, fax string) {
	var all []string
	for _, p := range phones {
		if p.Type == "fax" {
			fax = p.Number
			continue
		}
		number := p.Number
		if p.Extension != "" {
			number += " ต่อ " + p.Extension
		}
		all = append(all, number)
	}
	return strings.Join(all, "\n"), fax
}

// isOther reports whether a service is none of the Act's, which have manuals.
func (v *Service) isOther() bool { return v.Extra.first("kind") == "service" }

// Manuals are the services as rows, without those that are other services.
func (s *Set) Manuals() Table { return s.offered(false) }

// Others are the other services as rows.
func (s *Set) Others() Table { return s.offered(true) }

func (s *Set) offered(other bool) Table {
	t := Table{Head: []string{"id", "code", "uuid", "number", "organization", "name", "name_en", "summary", "alternate_name", "text", "url",
		"channels", "category", "group", "tag", "documents", "fees", "assured_date"}}
	codes := s.codes()
	for _, v := range s.Services {
		if v.isOther() != other {
			continue
		}
		uuid := v.Extra.first("uuid")
		if v.Extra.first("code") == "" {
			uuid = v.ID
		}
		t.Rows = append(t.Rows, []string{v.ID, v.Extra.first("code"), uuid, v.Extra.first("number"), codes[v.Organization], v.Name, v.Extra.first("name_en"), v.Extra.first("summary"),
			v.Alternate, v.text(), v.URL, v.channels(), v.terms("category"), v.terms("group"), v.terms("tag"),
			v.documents(), v.fees(), v.Assured})
	}
	return t
}

func (v *Service) terms(kind string) string {
	var codes []string
	for _, t := range v.Terms {
		if t.Kind != kind {
			continue
		}
		if t.Code != "" {
			codes = append(codes, t.Code)
		} else {
			codes = append(codes, t.Name)
		}
	}
	return strings.Join(codes, "\n")
}

// The headings that part what a service says from who may use it and how.
const (
	eligibility = "\n\n## ใครใช้บริการนี้ได้\n\n"
	application = "\n\n## วิธีขอรับบริการ\n\n"
)

// text is what a service says, as the text of a manual.
func (v *Service) text() string {
	text := v.Description
	if v.Eligibility != "" {
		text += eligibility + v.Eligibility
	}
	if v.Application != "" {
		text += application + v.Application
	}
	return strings.TrimSpace(text)
}

// told takes the text of a manual apart.
func told(text string) (description, eligible, applied string) {
	text = "\n\n" + text
	text, applied, _ = strings.Cut(text, application)
	text, eligible, _ = strings.Cut(text, eligibility)
	return strings.TrimSpace(text), strings.TrimSpace(eligible), strings.TrimSpace(applied)
}

// channels are lines of kind, name, address of the web, telephone and e-mail
// address.
func (v *Service) channels() string {
	lines := slices.Clone(v.Extra["channel"])
	voice, _ := split(v.Phones)
	for number := range strings.Lines(voice) {
		lines = append(lines, "telephone"+between+between+between+strings.TrimSpace(number))
	}
	if v.Email != "" {
		lines = append(lines, "email"+between+between+between+between+v.Email)
	}
	return strings.Join(lines, "\n")
}

func (v *Service) documents() string {
	if len(v.Documents) == 0 {
		return v.Extra.first("documents") // none
	}
	lines := make([]string, len(v.Documents))
	for i, d := range v.Documents {
		lines[i] = oneLine(d)
	}
	return strings.Join(lines, "\n")
}

// noFees is what is said where nothing is paid.
const noFees = "ไม่มีค่าธรรมเนียม"

// allFees names fees that are told in words alone.
const allFees = "ค่าธรรมเนียม"

// fees are lines of name, kind, amount, per what, note and unit.
func (v *Service) fees() string {
	var lines []string
	for _, c := range v.Costs {
		name := oneLine(c.Option)
		if name == "" {
			name = allFees
		}
		switch {
		case c.Amount == "":
			lines = append(lines, strings.Join([]string{name, "formula", "", "", oneLine(c.About)}, between))
		case c.Currency == "THB" || currency.MatchString(c.Currency):
			lines = append(lines, strings.Join([]string{name, "fixed", c.Amount, oneLine(c.About), "", strings.TrimSuffix(c.Currency, "THB")}, between))
		default: // of no currency
			lines = append(lines, strings.Join([]string{name, "formula", "", "", strings.TrimSpace(c.Amount + " " + c.Currency + " " + oneLine(c.About))}, between))
		}
	}
	switch {
	case len(lines) > 0:
		return strings.Join(lines, "\n")
	case v.Fees == noFees:
		return string(catalog.None)
	case v.Fees != "":
		return strings.Join([]string{allFees, "formula", "", "", oneLine(v.Fees)}, between)
	}
	return ""
}

// between parts what is told in a line.
const between = "¦"

// oneLine is a text as a part of a line.
func oneLine(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), between, "|")
}

// Points are the locations as rows, with what is served there.
func (s *Set) Points() Table {
	t := Table{Head: []string{"id", "code", "organization", "name", "name_en", "line", "area", "subdistrict", "postcode", "latitude", "longitude", "transportation",
		"phones", "fax", "email", "website", "line_id", "facebook", "always", "facilities", "queue_url", "assured_date", "services"}}
	for n := range numbered {
		t.Head = append(t.Head, numberedHead("days", n), numberedHead("opens", n), numberedHead("closes", n))
	}
	codes, served := s.codes(), map[string][]string{}
	for _, l := range s.Links {
		if codes[l.Service] != "" {
			served[l.Location] = append(served[l.Location], codes[l.Service])
		}
	}
	for _, l := range s.Locations {
		voice, fax := split(l.Phones)
		always := ""
		if l.always() {
			always = "true"
		}
		row := []string{l.ID, l.Extra.first("code"), codes[l.Organization], l.name(), l.Extra.first("name_en"), l.lines(), area(l.City, l.State),
			l.Extra.first("subdistrict"), l.Postcode, l.Lat, l.Lng, l.Transportation, voice, fax, l.Email, l.Extra.first("website"), l.Extra.first("line"), l.Extra.first("facebook"),
			always, strings.Join(l.Extra["facility"], "\n"), l.Extra.first("queue_url"), l.Extra.first("confirmed_on"), strings.Join(served[l.ID], "\n")}
		if always == "" {
			for _, h := range l.Schedules[:min(len(l.Schedules), numbered)] {
				row = append(row, dayNames(h.Days), h.Opens, h.Closes)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// dayNames writes weekdays as content files do.
func dayNames(days []string) string {
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = map[string]string{"MO": "mon", "TU": "tue", "WE": "wed", "TH": "thu", "FR": "fri", "SA": "sat", "SU": "sun"}[d]
	}
	return strings.Join(names, ",")
}

func numberedHead(name string, n int) string { return fmt.Sprint(name, " ", n+1) }

// noAddress stands for an address that nobody told.
const noAddress = "-"

func (l *Location) lines() string {
	if lines := strings.Trim(l.Line1+"\n"+l.Line2, "\n"); lines != "" {
		return lines
	}
	return noAddress
}

// name is what a location is called, else where it is.
func (l *Location) name() string {
	if l.Name == "" {
		return l.Line1
	}
	return l.Name
}

// always reports whether a location is open day and night.
func (l *Location) always() bool {
	return len(l.Schedules) == 1 && len(l.Schedules[0].Days) == 7 && l.Schedules[0].Opens == midnight && l.Schedules[0].Closes == dayEnd
}

// The bounds of a whole day.
const (
	midnight = "00:00"
	dayEnd   = "24:00"
)

// area is city and province in words; place takes them apart again.
func area(city, state string) string {
	switch {
	case city == "" || state == "" || city == state:
		return city + strings.TrimPrefix(state, city)
	case strings.Contains(state, " ") || strings.Contains(city, ", "):
		return city + ", " + state
	}
	return city + " " + state
}

func place(area string) (city, state string) {
	for _, between := range []string{", ", " "} {
		if at := strings.LastIndex(area, between); at > 0 {
			return strings.TrimSpace(area[:at]), area[at+len(between):]
		}
	}
	return area, area
}

// sorted are the keys of a map in order.
func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
