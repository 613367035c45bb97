package page

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// AgencyAround is what the page of an agency tells of others.
type AgencyAround struct {
	Agency    catalog.Chain   // the agency itself and those above
	Successor *catalog.Agency // of a retired one; nil when there is none
	Leads     bool            // the page leads on to that
	Children  []Entry
	Points    []PointRow
	Manuals   []Entry
	Services  []Entry
	Totals    Totals
}

// Agency makes the page of an agency.
func (b *Builder) Agency(around AgencyAround) Agency {
	a := around.Agency.Own()
	above, _ := b.above(around.Agency)
	p := Agency{
		Shell: b.objectShell("agency", "/agency/"+string(a.Code)+"/", a.Name, b.describe(a.About, a.Name)),
		Code:  string(a.Code), Short: b.words(a.ShortName), Kind: b.msg.Get("agency_kind." + string(a.Kind)), Org: a.OrgCode,
		About: b.paragraphs(a.About), Contact: b.contact(a.Contact, a.Address, catalog.Stated[catalog.Place]{}), Hours: b.week(a.Hours),
		Children: around.Children, Points: around.Points, Manuals: around.Manuals, Services: around.Services, Totals: around.Totals,
	}
	p.Crumbs = append(p.Crumbs, above...)
	if n := len(above); n > 0 {
		p.Parent = &above[n-1]
	}
	if a.Retired.IsGiven() {
		p.Retired = &Retired{On: a.Retired.Value.On.Short(string(b.Lang))}
		if around.Successor != nil {
			link := b.AgencyLink(around.Successor)
			p.Retired.Successor = &link
			if around.Leads {
				p.NoIndex, p.Refresh = true, link.URL
			}
		}
	}
	p.Save = []string{b.Base + p.Path}
	for _, row := range p.Points {
		p.Save = append(p.Save, row.URL)
	}
	for _, e := range slices.Concat(p.Manuals, p.Services) {
		p.Save = append(p.Save, e.URL)
	}
	p.Structured = b.governmentOrganization(&p, around.Agency)
	return p
}

// PointAround is what the page of a point tells of others.
type PointAround struct {
	Agency    catalog.Chain
	Week      string // the hours as JSON, as in its Spot
	Figures   Figures
	Manuals   []Linked // in the order in which the point names them
	Processes []NamedProcess
}

// Linked is a manual that is served at a point.
type Linked struct {
	ID       catalog.ManualID
	Entry    Entry
	Category catalog.Slug // its first; "" when it has none
	Process  catalog.ProcessID
}

// NamedProcess is a process that a point names.
type NamedProcess struct {
	ID    catalog.ProcessID
	Title catalog.Text
}

// Point makes the page of a point.
func (b *Builder) Point(pt *catalog.Point, around PointAround) Point {
	above, own := b.above(around.Agency)
	hours := around.Agency.HoursOf(pt)
	p := Point{
		Shell: b.objectShell("point", "/point/"+string(pt.Code)+"/", pt.Name, b.words(pt.Name).Text+" "+b.area(pt)),
		Code:  string(pt.Code), Agency: own, Above: above, Contact: b.contact(pt.Contact, pt.Address, pt.Place),
		Area: b.words(pt.Address.Area), Directions: b.paragraphs(pt.Directions), Hours: b.week(hours),
		HoursNote: b.words(hours.Note), Week: template.JS(around.Week), QueueURL: pt.QueueURL,
	}
	p.Crumbs = append(append(p.Crumbs, above...), own)
	if pt.Status == catalog.ClosedTemporarily {
		p.Status = b.msg.Get("closed.tag")
		c := pt.Closed.Value
		p.Closed = &ClosedNow{Period: b.period(c), Reason: b.words(c.Reason)}
	}
	for _, c := range around.Agency.ClosuresOf(pt) {
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
	p.Score = b.score(around.Figures)
	if b.Frame.Satisfaction() != nil {
		p.Rate = b.To("/survey/" + string(pt.Code) + "/")
	}
	b.linked(&p, around)
	p.Structured = b.governmentOffice(pt, &p, around.Agency)
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
// order of the catalog, those without one last, and lists the processes that
// none of them tells of.
func (b *Builder) linked(p *Point, around PointAround) {
	told := map[catalog.ProcessID]bool{}
	slugs := make([]catalog.Slug, len(around.Manuals))
	p.Count = len(around.Manuals)
	p.Save = append(make([]string, 0, 1+p.Count), b.Base+p.Path)
	for i, m := range around.Manuals {
		label, _ := b.Frame.Label(b.Frame.Labels.Categories, m.Category)
		slugs[i] = label.Slug
		told[m.Process] = true
		p.Save = append(p.Save, m.Entry.URL)
	}
	entries := make([]Entry, 0, p.Count) // of all groups
	group := func(slug catalog.Slug, name func() Link) {
		from := len(entries)
		for i, s := range slugs {
			if s == slug {
				entries = append(entries, around.Manuals[i].Entry)
			}
		}
		if to := len(entries); to > from {
			p.Groups = append(p.Groups, EntryGroup{name(), entries[from:to:to]})
		}
	}
	for _, l := range b.Frame.Labels.Categories {
		group(l.Slug, func() Link { return b.LabelLink("category", l) })
	}
	group("", func() Link { return Link{Text: Words{Text: b.msg.Get("point.uncategorised")}} })
	for _, pr := range around.Processes {
		if !told[pr.ID] {
			p.Processes = append(p.Processes, b.words(pr.Title))
		}
	}
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
