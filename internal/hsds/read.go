package hsds

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"khumue/internal/fault"
)

// MaxSize is how many bytes a package may have: it is held as a whole, as what
// it says of one thing may stand anywhere in it.
const MaxSize = 256 << 20

// maxObjects is how many objects a package may have.
const maxObjects = 2_000_000

// ours begins the link type of attributes that hold what is Khumue's own.
const ours = "khumue:"

// object is an object of the package; what was read of it is taken out.
type object map[string]any

func (o object) text(name string) string {
	v := o[name]
	delete(o, name)
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(strings.ToValidUTF8(v, "\uFFFD"))
	case json.Number:
		return v.String()
	}
	return ""
}

func (o object) list(name string) []object {
	all, _ := o[name].([]any)
	delete(o, name)
	var list []object
	for _, v := range all {
		if one, ok := v.(map[string]any); ok {
			list = append(list, one)
		}
	}
	return list
}

func (o object) one(name string) object {
	one, ok := o[name].(map[string]any)
	if ok {
		delete(o, name)
	}
	return one
}

// reader reads a package.
type reader struct {
	set           *Set
	organizations map[string]*Organization
	services      map[string]*Service
	locations     map[string]*Location
	links         map[Link]bool
	count         int
}

// Read reads a package: a list of organizations or of services with what belongs
// to them, a page of such a list from an API (contents), or the tables of a data
// package in one object (organizations, services, locations and so on). What can
// not be read is an error of kind Invalid.
func Read(r io.Reader) (*Set, error) {
	limited := &io.LimitedReader{R: r, N: MaxSize + 1}
	in := bufio.NewReader(limited)
	if mark, _ := in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3) // they are there
	}
	return read(in, limited)
}

func read(in io.Reader, limited *io.LimitedReader) (*Set, error) {
	dec := json.NewDecoder(in)
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something stands behind the package")
		}
	}
	switch {
	case limited.N <= 0:
		return nil, fault.New(fault.Invalid, fault.Textf("ไฟล์ใหญ่เกิน %d ไบต์", "the package has more than %d bytes", MaxSize))
	case err != nil:
		return nil, notHSDS(err)
	}
	to := &reader{
		set:           &Set{Left: map[string]int{}},
		organizations: map[string]*Organization{}, services: map[string]*Service{}, locations: map[string]*Location{}, links: map[Link]bool{},
	}
	if err := to.all(v); err != nil {
		return nil, err
	}
	if len(to.set.Organizations)+len(to.set.Services)+len(to.set.Locations) == 0 && !isEmptyList(v) {
		return nil, notHSDS(errors.New("no organization, service or location"))
	}
	return to.set, nil
}

func isEmptyList(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 0
}

func notHSDS(err error) error {
	return fault.New(fault.Invalid, fault.Text{TH: "อ่านเป็นข้อมูล HSDS ไม่ได้", EN: "it can not be read as HSDS"},
		fault.Text{TH: "ต้องเป็น JSON ของ HSDS 3 คือรายการ organization หรือ service", EN: "it must be JSON of HSDS 3: a list of organizations or services"}).Because(err)
}

// all reads what stands at the top of a package.
func (r *reader) all(v any) error {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			o, ok := one.(map[string]any)
			if !ok {
				return notHSDS(errors.New("an item is no object"))
			}
			if err := r.any(o); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		o := object(v)
		if page, ok := o["contents"].([]any); ok {
			return r.all(page)
		}
		if o["id"] != nil {
			return r.any(o)
		}
		return r.tables(o)
	}
	return notHSDS(errors.New("neither a list nor an object"))
}

// any reads an object that is told by what it has.
func (r *reader) any(o object) error {
	switch {
	case o["location_type"] != nil:
		return r.location(o, "")
	case o["status"] != nil || o["organization"] != nil || o["organization_id"] != nil:
		return r.service(o, "")
	}
	return r.organization(o)
}

// tables reads the tables of a data package. What belongs to an object of
// another table is hung to it first.
func (r *reader) tables(o object) error {
	homes := map[string]map[string]object{}
	tables := map[string][]object{}
	for _, name := range []string{"organizations", "services", "locations", "service_at_locations"} {
		tables[name] = o.list(name)
		key := strings.TrimSuffix(name, "s") + "_id"
		homes[key] = map[string]object{}
		for _, one := range tables[name] {
			if id, ok := one["id"].(string); ok {
				homes[key][id] = one
			}
		}
	}
	for _, name := range []string{"phones", "schedules", "addresses", "contacts", "cost_options", "required_documents", "organization_identifiers", "attributes"} {
		for _, part := range o.list(name) {
			hang(homes, name, part)
		}
	}
	r.left("package", o)
	for _, one := range tables["organizations"] {
		if err := r.organization(one); err != nil {
			return err
		}
	}
	for _, one := range tables["locations"] {
		if err := r.location(one, ""); err != nil {
			return err
		}
	}
	for _, one := range tables["services"] {
		if err := r.service(one, ""); err != nil {
			return err
		}
	}
	for _, one := range tables["service_at_locations"] {
		if err := r.at(one, one.text("service_id"), ""); err != nil {
			return err
		}
	}
	return nil
}

// hang puts a part into the list of the object that it belongs to.
func hang(homes map[string]map[string]object, name string, part object) {
	for key, objects := range homes {
		id, _ := part[key].(string)
		if entity, ok := part["link_entity"].(string); ok && entity+"_id" == key {
			id, _ = part["link_id"].(string)
		}
		if home, ok := objects[id]; ok {
			list, _ := home[name].([]any)
			home[name] = append(list, map[string]any(part))
			return
		}
	}
}

// begin counts an object and returns its id.
func (r *reader) begin(o object) (string, error) {
	if r.count++; r.count > maxObjects {
		return "", fault.New(fault.Invalid, fault.Textf("มีมากกว่า %d รายการ", "there are more than %d objects", maxObjects))
	}
	id := o.text("id")
	if id == "" {
		return "", notHSDS(errors.New("an object has no id"))
	}
	return id, nil
}

// left counts what was not read of an object.
func (r *reader) left(of string, o object) {
	for name, v := range o {
		if list, ok := v.([]any); v == nil || v == "" || ok && len(list) == 0 {
			continue
		}
		if len(r.set.Left) < 200 {
			r.set.Left[of+"."+name]++
		}
	}
}

func (r *reader) organization(o object) error {
	id, err := r.begin(o)
	if err != nil {
		return err
	}
	v := &Organization{ID: id, Name: o.text("name"), Alternate: o.text("alternate_name"), Description: o.text("description"),
		Email: o.text("email"), Website: o.text("website"), Parent: o.text("parent_organization_id"), Phones: phones(o), Extra: Extra{}}
	for _, i := range o.list("organization_identifiers") {
		v.Identifiers = append(v.Identifiers, Identifier{i.text("identifier_scheme"), i.text("identifier")})
	}
	_ = r.attributes("organization", o, v.Extra)
	if old, twice := r.organizations[id]; !twice {
		r.organizations[id] = v
		r.set.Organizations = append(r.set.Organizations, v)
	} else if old.Name == "" {
		*old = *v
	}
	for _, l := range o.list("locations") {
		if err := r.location(l, id); err != nil {
			return err
		}
	}
	for _, s := range o.list("services") {
		if err := r.service(s, id); err != nil {
			return err
		}
	}
	r.left("organization", o)
	return nil
}

func (r *reader) service(o object, organization string) error {
	id, err := r.begin(o)
	if err != nil {
		return err
	}
	if of := o.one("organization"); of != nil {
		organization, _ = of["id"].(string)
		if err := r.organization(of); err != nil {
			return err
		}
	}
	if of := o.text("organization_id"); of != "" {
		organization = of
	}
	status := o.text("status")
	if status != "" && status != "active" {
		r.set.Left["service.status: "+status]++
		return nil
	}
	v := &Service{ID: id, Organization: organization, Name: o.text("name"), Alternate: o.text("alternate_name"), Description: o.text("description"),
		Eligibility: o.text("eligibility_description"), Application: o.text("application_process"), URL: o.text("url"), Email: o.text("email"),
		Fees: o.text("fees_description"), Assured: o.text("assured_date"), Phones: phones(o), Extra: Extra{}}
	for _, c := range o.list("cost_options") {
		v.Costs = append(v.Costs, Cost{c.text("option"), c.text("amount"), strings.ToUpper(c.text("currency")), c.text("amount_description")})
	}
	for _, d := range o.list("required_documents") {
		if name := d.text("document"); name != "" {
			v.Documents = append(v.Documents, name)
		}
	}
	v.Terms = r.attributes("service", o, v.Extra)
	if _, twice := r.services[id]; !twice {
		r.services[id] = v
		r.set.Services = append(r.set.Services, v)
	}
	for _, at := range o.list("service_at_locations") {
		if err := r.at(at, id, organization); err != nil {
			return err
		}
	}
	r.left("service", o)
	return nil
}

// at reads that a service is at a location.
func (r *reader) at(o object, service, organization string) error {
	location := o.text("location_id")
	if of := o.one("location"); of != nil {
		location, _ = of["id"].(string)
		if err := r.location(of, organization); err != nil {
			return err
		}
	}
	l := Link{service, location}
	if location == "" || service == "" || r.links[l] {
		return nil
	}
	o.text("id")
	o.text("service_id")
	r.links[l] = true
	r.set.Links = append(r.set.Links, l)
	r.left("service_at_location", o)
	return nil
}

func (r *reader) location(o object, organization string) error {
	id, err := r.begin(o)
	if err != nil {
		return err
	}
	if of := o.text("organization_id"); of != "" {
		organization = of
	}
	o.text("location_type")
	v := &Location{ID: id, Organization: organization, Name: o.text("name"), Transportation: o.text("transportation"),
		Lat: o.text("latitude"), Lng: o.text("longitude"), Phones: phones(o), Schedules: r.schedules(o), Extra: Extra{}}
	v.Extra.add("name_en", o.text("alternate_name"))
	for i, a := range o.list("addresses") {
		if i > 0 {
			r.set.Left["location.addresses: 2"]++
			break
		}
		v.Line1, v.Line2, v.City, v.State = a.text("address_1"), a.text("address_2"), a.text("city"), a.text("state_province")
		v.Postcode, v.Country = a.text("postal_code"), a.text("country")
		for _, known := range []string{"id", "location_id", "address_type"} {
			a.text(known)
		}
		r.left("address", a)
	}
	for _, c := range o.list("contacts") {
		if v.Email == "" {
			v.Email = c.text("email")
		}
		for _, known := range []string{"id", "location_id"} {
			c.text(known)
		}
		r.left("contact", c)
	}
	_ = r.attributes("location", o, v.Extra)
	r.left("location", o)
	if old, twice := r.locations[id]; !twice {
		r.locations[id] = v
		r.set.Locations = append(r.set.Locations, v)
	} else if old.Line1 == "" && v.Line1 != "" { // where it was only named before
		if v.Organization == "" {
			v.Organization = old.Organization
		}
		*old = *v
	} else if old.Organization == "" {
		old.Organization = organization
	}
	return nil
}

func phones(o object) []Phone {
	var out []Phone
	for _, p := range o.list("phones") {
		one := Phone{p.text("number"), p.text("type"), p.text("extension")}
		one.Number = strings.Trim(one.Number, `"`)
		if one.Type == "" {
			one.Type = "voice"
		}
		if one.Number != "" {
			out = append(out, one)
		}
	}
	return out
}

// timeOfDay finds the hour and the minute, whatever stands behind them.
var timeOfDay = regexp.MustCompile(`^(\d\d):(\d\d)`)

// schedules reads weekly hours. What is monthly, or holds for a while only, is
// left out.
func (r *reader) schedules(o object) []Schedule {
	var out []Schedule
	for _, s := range o.list("schedules") {
		opens, closes := timeOfDay.FindString(s.text("opens_at")), timeOfDay.FindString(s.text("closes_at"))
		freq, byday := s.text("freq"), s.text("byday")
		interval := s.text("interval")
		var days []string
		for day := range strings.SplitSeq(byday, ",") {
			if day = strings.ToUpper(strings.TrimSpace(day)); slices.Contains(weekdays, day) && !slices.Contains(days, day) {
				days = append(days, day)
			}
		}
		if freq != "" && freq != "WEEKLY" || interval != "" && interval != "1" || len(days) == 0 || opens == "" || closes == "" {
			r.set.Left["schedule: "+freq+" "+byday]++
			continue
		}
		for _, known := range []string{"id", "location_id", "service_id", "timezone", "wkst"} {
			s.text(known)
		}
		r.left("schedule", s)
		slices.SortFunc(days, func(a, b string) int { return slices.Index(weekdays, a) - slices.Index(weekdays, b) })
		out = append(out, Schedule{days, opens, closes})
	}
	return out
}

var weekdays = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// attributes reads the terms of an object and what is Khumue's own.
func (r *reader) attributes(of string, o object, extra Extra) []Term {
	var terms []Term
	for _, a := range o.list("attributes") {
		kind := a.text("link_type")
		if name, own := strings.CutPrefix(kind, ours); own {
			extra.add(name, a.text("value"))
			continue
		}
		t := a.one("taxonomy_term")
		term := Term{Kind: kind, Code: t.text("code"), Name: t.text("name"), English: t.text("description")}
		if t == nil || of != "service" || !slices.Contains([]string{"category", "group", "tag"}, kind) {
			r.set.Left[of+".attributes"]++
			continue
		}
		terms = append(terms, term)
	}
	return terms
}
