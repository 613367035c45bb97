package page

import (
	"strconv"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Agency makes the page of an agency.
func (b *Builder) Agency(a *catalog.Agency) Agency {
	above, _ := b.above(a.Code)
	p := Agency{
		Shell: b.objectShell("agency", "/agency/"+string(a.Code)+"/", a.Name, b.describe(a.About, a.Name)),
		Code:  string(a.Code), Short: b.words(a.ShortName), Kind: b.msg.Get("agency_kind." + string(a.Kind)), Org: a.OrgCode,
		About: b.paragraphs(a.About), Contact: b.contact(a.Contact, a.Address, catalog.Stated[catalog.Place]{}), Hours: b.week(a.Hours),
	}
	p.Crumbs = append(p.Crumbs, above...)
	if n := len(above); n > 0 {
		p.Parent = &above[n-1]
	}
	if a.Retired.IsGiven() {
		p.Retired = &Retired{On: a.Retired.Value.On.Short(string(b.Lang))}
		if next, ok := b.Portal.Agency(a.Retired.Value.Successor); ok {
			link := b.AgencyLink(next)
			p.Retired.Successor = &link
		}
	}
	b.served(&p, a)
	p.Structured = b.governmentOrganization(a, &p)
	return p
}

// served lists what an agency has: agencies below, points, manuals, services.
func (b *Builder) served(p *Agency, a *catalog.Agency) {
	p.Save = []string{b.Base + p.Path}
	for _, child := range b.Portal.Children(a.Code) {
		p.Children = append(p.Children, b.AgencyEntry(child))
	}
	for _, pt := range b.Portal.PointsOf(a.Code) {
		row := b.PointRow(pt)
		p.Points, p.Save = append(p.Points, row), append(p.Save, row.URL)
	}
	for _, m := range b.Portal.ManualsOf(a.Code) {
		e := b.ManualEntry(m)
		p.Manuals, p.Save = append(p.Manuals, e), append(p.Save, e.URL)
	}
	for _, s := range b.Portal.ServicesOf(a.Code) {
		e := b.ServiceEntry(s)
		p.Services, p.Save = append(p.Services, e), append(p.Save, e.URL)
	}
}

// Point makes the page of a point.
func (b *Builder) Point(pt *catalog.Point) Point {
	above, own := b.above(pt.Owner)
	hours := b.Portal.HoursOf(pt)
	p := Point{
		Shell: b.objectShell("point", "/point/"+string(pt.Code)+"/", pt.Name, b.words(pt.Name).Text+" "+b.area(pt)),
		Code:  string(pt.Code), Agency: own, Above: above, Contact: b.contact(pt.Contact, pt.Address, pt.Place),
		Area: b.words(pt.Address.Area), Directions: b.paragraphs(pt.Directions), Hours: b.week(hours),
		HoursNote: b.words(hours.Note), Week: b.weekData(pt), QueueURL: pt.QueueURL,
	}
	p.Crumbs = append(append(p.Crumbs, above...), own)
	if pt.Status == catalog.ClosedTemporarily {
		p.Status = b.msg.Get("closed.tag")
		c := pt.Closed.Value
		p.Closed = &ClosedNow{Period: b.period(c), Reason: b.words(c.Reason)}
	}
	for _, c := range b.Portal.ClosuresOf(pt) {
		p.Closures = append(p.Closures, Closure{From: c.From.ISO(), To: lastDay(c).ISO(), Period: b.period(c), Reason: b.words(c.Reason)})
	}
	for _, f := range pt.Facilities {
		p.Facilities = append(p.Facilities, Facility{string(f), b.msg.Get("facility." + string(f))})
	}
	for _, ph := range pt.Photos {
		p.Photos = append(p.Photos, Photo{b.Base + "/point/" + string(pt.Code) + "/" + ph.File, b.words(ph.Alt)})
	}
	if !pt.ConfirmedOn.IsZero() {
		p.Confirmed = pt.ConfirmedOn.Short(string(b.Lang))
	}
	b.linked(&p, pt)
	p.Structured = b.governmentOffice(pt, &p)
	return p
}

func lastDay(c catalog.Closure) calendar.Date {
	if c.To.IsZero() {
		return c.From
	}
	return c.To
}

func (b *Builder) period(c catalog.Closure) string {
	return calendar.Period{From: c.From, To: lastDay(c)}.Short(string(b.Lang))
}

// linked groups the manuals served at a point by their first category, in the
// order of the catalog, those without one last, and lists the processes that none of them tells of.
func (b *Builder) linked(p *Point, pt *catalog.Point) {
	byCategory := map[catalog.Slug][]Entry{}
	told := map[catalog.ProcessID]bool{}
	p.Save = []string{b.Base + p.Path}
	for _, id := range pt.Manuals {
		m, ok := b.Portal.Manual(id)
		if !ok || m.Withdrawn.IsGiven() {
			continue
		}
		var label catalog.Label
		if len(m.Categories) > 0 {
			label, _ = b.Portal.Label(b.Portal.Labels.Categories, m.Categories[0])
		}
		e := b.ManualEntry(m)
		byCategory[label.Slug] = append(byCategory[label.Slug], e)
		told[m.Process] = true
		p.Count++
		p.Save = append(p.Save, e.URL)
	}
	for _, l := range b.Portal.Labels.Categories {
		if list := byCategory[l.Slug]; len(list) > 0 {
			p.Groups = append(p.Groups, EntryGroup{b.LabelLink("category", l), list})
		}
	}
	if list := byCategory[""]; len(list) > 0 {
		p.Groups = append(p.Groups, EntryGroup{Link{Text: Words{Text: b.msg.Get("point.uncategorised")}}, list})
	}
	for _, id := range pt.Processes {
		if pr, ok := b.Portal.Process(id); ok && !told[id] {
			p.Processes = append(p.Processes, b.words(pr.Title))
		}
	}
}

// PointRow is a point as a line of a list of places to go.
func (b *Builder) PointRow(pt *catalog.Point) PointRow {
	hours := b.Portal.HoursOf(pt)
	r := PointRow{
		Link: b.PointLink(pt), Area: b.words(pt.Address.Area), Province: pt.Address.Province(),
		Hours: b.hours(hours), Week: b.weekData(pt),
	}
	if pt.Place.IsGiven() {
		r.Lat, r.Lng = degrees(pt.Place.Value.Lat), degrees(pt.Place.Value.Lng)
	}
	if len(pt.Contact.Phones) > 0 {
		r.Phone = pt.Contact.Phones[0]
	}
	if pt.Status == catalog.ClosedTemporarily {
		r.Note = b.msg.Get("closed.tag")
	}
	return r
}

// WeekData is what the browser needs to say whether a point is open now.
type WeekData struct {
	Hours    calendar.Hours `json:"hours"`
	Province string         `json:"province,omitempty"`
}

func (b *Builder) weekData(pt *catalog.Point) any {
	h := calendarHours(b.Portal.HoursOf(pt), b.Portal.ClosuresOf(pt))
	if h.IsZero() {
		return nil
	}
	return WeekData{h, pt.Address.Province()}
}

func (b *Builder) week(h catalog.Hours) []HourLine {
	cal := calendarHours(h, nil)
	if cal.IsZero() {
		return nil
	}
	var out []HourLine
	for _, l := range cal.Lines(string(b.Lang)) {
		var days strings.Builder
		for _, d := range l.Weekdays {
			days.WriteString(strconv.Itoa(int(d - time.Sunday)))
		}
		out = append(out, HourLine{l.Days, l.Times, days.String()})
	}
	return out
}

func (b *Builder) contact(c catalog.Contact, a catalog.Address, place catalog.Stated[catalog.Place]) Contact {
	out := Contact{Fax: c.Fax, Email: c.Email, Website: c.Website, LINE: c.LINE, Facebook: c.Facebook, Address: b.address(a)}
	for _, p := range c.Phones {
		out.Phones = append(out.Phones, dial(p))
	}
	if place.IsGiven() {
		out.Map = mapURL(place.Value)
		out.Lat, out.Lng = degrees(place.Value.Lat), degrees(place.Value.Lng)
	}
	return out
}

func (b *Builder) address(a catalog.Address) Words {
	line, area := b.words(a.Line), b.words(a.Area)
	parts := strings.TrimSpace(strings.Join([]string{line.Text, area.Text, a.Postcode}, " "))
	lang := line.Lang
	if lang == "" {
		lang = area.Lang
	}
	return Words{strings.Join(strings.Fields(parts), " "), lang}
}

func (b *Builder) area(pt *catalog.Point) string { return b.words(pt.Address.Area).Text }

// degrees writes a coordinate to about one metre.
func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
