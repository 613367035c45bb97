package immediate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// officers are who try each change: seen from the department dlt, of mot.
var officers = map[string]staff.Acting{
	"dga": dga, "opdc": opdc, "central": central, "above": above, "unit": unit, "counter": counter, "author": author, "other": other,
	"reviewer":      acting("r", of(catalog.RoleReviewer, "dlt")),
	"other-author":  acting("t", of(catalog.RoleAuthor, "dol")),
	"other-counter": acting("v", rights.Grant{Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt", Point: "dlt-area2"}}),
	"nobody":        {},
}

// changing saves a change of a file as it stands, whoever may open it.
func changing[T any](file string, change func(*T)) func(*office, staff.Acting) error {
	return func(o *office, by staff.Acting) error {
		v, c := opened[T](o, everyone, file)
		change(v)
		_, err := o.Save(o.t.Context(), by, c)
		return err
	}
}

// everyone may open whatever there is.
var everyone = staff.Acting{Officer: rights.Officer{ID: "o-zzzzzzzzzzzzzzzz", Grants: []rights.Grant{
	{Role: catalog.RoleDGA}, {Role: catalog.RoleOPDC}, of(catalog.RoleCentral, "mot"),
}}}

func creating(n immediate.New) func(*office, staff.Acting) error {
	return func(o *office, by staff.Acting) error {
		_, err := o.Create(o.t.Context(), by, n)
		return err
	}
}

var service = &catalog.Service{
	Title: catalog.Text{TH: "ให้คำปรึกษา"}, Categories: []catalog.Slug{"transport"}, Channels: []catalog.Channel{{Kind: catalog.Counter}},
	Body: catalog.Body{Markdown: "มาได้ทุกวันทำการ\n"},
}

// TestWhoMayChangeWhat is DOMAIN §3.1 for what is published at once. Each change is
// tried by each officer on the content as it was.
func TestWhoMayChangeWhat(t *testing.T) {
	for _, tc := range []struct {
		name string
		try  func(*office, staff.Acting) error
		may  string
	}{
		{"an agency's contact", changing(dltFile, func(a *catalog.Agency) { a.Contact.Fax = "02 111 1111" }), "dga central above unit"},
		{"an agency's name", changing(dltFile, func(a *catalog.Agency) { a.Name.TH += " (ใหม่)" }), "dga central above"},
		{"who reports on licences", changing(dltFile, func(a *catalog.Agency) { a.LicenceReports = "agency" }), "dga"},
		{"a point's hours", changing(area5File, func(p *catalog.Point) { p.Hours = catalog.Hours{Always: true} }), "dga central above unit counter"},
		{"whether a point is shown", changing(area5File, func(p *catalog.Point) { p.Status = catalog.Hidden }), "dga central above unit counter"},
		{"what a point serves", changing(area5File, func(p *catalog.Point) { p.Manuals = p.Manuals[1:] }), "central above unit counter author"},
		{"a point's hours and what it serves, in one", changing(area5File, func(p *catalog.Point) { p.Hours = catalog.Hours{Always: true}; p.Manuals = p.Manuals[1:] }), "central above unit counter"},
		{"a new point", creating(immediate.New{Agency: "dlt", Value: &catalog.Point{Name: catalog.Text{TH: "ใหม่"}, Address: catalog.Address{Line: catalog.Text{TH: "1"}}}}), "dga central above"},
		{"a new agency below", creating(immediate.New{Agency: "dlt", Code: "dlt-n", Value: &catalog.Agency{Name: catalog.Text{TH: "ใหม่"}, Kind: "division"}}), "dga central above"},
		{"a new ministry", creating(immediate.New{Code: "mxx", Value: &catalog.Agency{Name: catalog.Text{TH: "ใหม่"}, Kind: "ministry"}}), "dga"},
		{"a new process", creating(immediate.New{Agency: "dlt", Value: process("ใหม่")}), "central above author"},
		{"a new service", creating(immediate.New{Agency: "dlt", Value: service}), "central above unit author"},
		{"a tag's label", changing("catalog.yaml", func(l *catalog.Labels) { l.Tags[0].TH += "ใหม่" }), "opdc"},
		{"synonyms", changing("synonyms.yaml", func(s *catalog.Synonyms) {
			s.Groups = append(s.Groups, []string{"ใบขับขี่ใหม่", "บัตรขับขี่ใหม่"})
		}), "opdc"},
		{"holidays", changing("holidays/2569.yaml", func(h *catalog.HolidayYear) { h.Holidays[0].Name.TH += "ใหม่" }), "dga"},
		{"a page of text", changing("pages/faq.md", func(p *catalog.Page) { p.Body.Markdown += "\nใหม่\n" }), "dga"},
		{"the site's name", changing("site.yaml", func(s *catalog.Site) { s.Name.TH += "ใหม่" }), "dga"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := open(t)
			for name, by := range officers {
				if len(o.landed) > 0 {
					o = open(t)
				}
				err := tc.try(o, by)
				may := slices.Contains(strings.Fields(tc.may), name)
				switch {
				case may && err != nil:
					t.Errorf("%s: %v", name, err)
				case !may && !errors.Is(err, fault.Forbidden):
					t.Errorf("%s: got %v, want Forbidden", name, err)
				case may != (len(o.landed) == 1) || may != (len(o.trail()) == 1):
					t.Errorf("%s: %d commits, %d entries of the trail", name, len(o.landed), len(o.trail()))
				case may:
					if e := o.trail()[0]; e.Officer != by.ID || e.Role != by.Grants[0].Role {
						t.Errorf("%s: the trail has %+v", name, e)
					}
				}
			}
		})
	}
}

func TestWhatIsNotChangedAtOnce(t *testing.T) {
	o := open(t)
	for name, c := range map[string]immediate.Change{
		"a manual":               {File: "agencies/mot/dlt/manuals/dlt-xgveak/manual.md", Value: &catalog.Manual{ID: manual}},
		"a question set":         {File: "surveys/satisfaction-2.yaml", Value: &catalog.Survey{ID: "satisfaction-2"}},
		"no file of the content": {File: "../key", Value: &catalog.Page{}},
		"another kind of value":  {File: "agencies/mot/dlt/points/dlt-bbbbbb.yaml", Value: &catalog.Page{}},
		"nothing":                {File: "agencies/mot/dlt/points/dlt-bbbbbb.yaml"},
	} {
		if _, err := o.Save(t.Context(), everyone, c); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTheServiceCatalogKeepsItsSlugs(t *testing.T) {
	o := open(t)
	l, c := opened[catalog.Labels](o, opdc, "catalog.yaml")
	gone := l.Tags[0].Slug
	l.Tags = l.Tags[1:]
	if _, err := o.Save(t.Context(), opdc, c); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), string(gone)) {
		t.Errorf("a tag that goes: %v", err)
	}
	if l.Aliases == nil {
		l.Aliases = map[catalog.Slug]catalog.Slug{}
	}
	l.Aliases[gone] = l.Tags[0].Slug
	_, err := o.Save(t.Context(), opdc, c)
	must(t, err)
	if text := o.text("catalog.yaml"); !strings.Contains(text, string(gone)+": "+string(l.Tags[0].Slug)) {
		t.Error("it is not kept as a former slug")
	}
}

func TestPhotosComeAndGoWithThePointThatNamesThem(t *testing.T) {
	o := open(t)
	jpeg := []byte("\xff\xd8\xff\xe0 a picture")
	p, c := opened[catalog.Point](o, counter, area5File)
	p.Photos = []catalog.Photo{{File: "dlt-area5-1.jpg", Alt: catalog.Text{TH: "ด้านหน้า"}}}
	if _, err := o.Save(t.Context(), counter, c); !errors.Is(err, fault.Invalid) {
		t.Errorf("a photo that is not there: %v", err)
	}
	c.Beside = map[string][]byte{"dlt-area5-1.jpg": []byte("<script>")}
	if _, err := o.Save(t.Context(), counter, c); !errors.Is(err, fault.Invalid) {
		t.Errorf("a photo that is none: %v", err)
	}
	for _, name := range []string{"../x.jpg", "a/b.jpg", "x.html", "", "agency.yaml"} {
		c.Beside = map[string][]byte{name: jpeg}
		if _, err := o.Save(t.Context(), counter, c); !errors.Is(err, fault.Invalid) {
			t.Errorf("a file named %q: %v", name, err)
		}
	}
	c.Beside = map[string][]byte{"dlt-area5-1.jpg": jpeg}
	added, err := o.Save(t.Context(), counter, c)
	must(t, err)
	const photo = "agencies/mot/dlt/points/dlt-area5-1.jpg"
	if o.text(photo) != string(jpeg) {
		t.Error("it is not there")
	}
	q, c2 := opened[catalog.Point](o, central, "agencies/mot/dlt/points/dlt-area2.yaml")
	q.Photos = p.Photos
	c2.Beside = map[string][]byte{"dlt-area5-1.jpg": append(jpeg, '!')}
	if _, err := o.Save(t.Context(), central, c2); !errors.Is(err, fault.Invalid) {
		t.Errorf("over another point's: %v", err)
	}
	back, err := o.Revert(t.Context(), counter, added.Commit)
	must(t, err)
	_, main, err := o.Ledger.Repo.Resolve(back.Commit.String())
	must(t, err)
	if _, err := o.Ledger.Repo.File(main.Tree, photo); !errors.Is(err, fault.NotFound) {
		t.Errorf("it is still there: %v", err)
	}
	_, err = o.Revert(t.Context(), counter, back.Commit)
	must(t, err)
	if o.text(photo) != string(jpeg) {
		t.Error("it has not come back")
	}
	o.verified()
}

func TestANewYearOfHolidays(t *testing.T) {
	o := open(t)
	year := &catalog.HolidayYear{Year: 2571, Holidays: []catalog.Holiday{{Date: calendar.NewDate(2028, 1, 1), Name: catalog.Text{TH: "วันขึ้นปีใหม่", EN: "New Year's Day"}}}}
	saved, err := o.Save(t.Context(), dga, immediate.Change{File: "holidays/2571.yaml", Value: year})
	must(t, err)
	if o.trail()[0].Action != "holidays.create" || o.trail()[0].Subject != "2571" || !strings.Contains(o.text(saved.File), "2028-01-01") {
		t.Errorf("got %+v", o.trail()[0])
	}
	if _, err := o.Save(t.Context(), dga, immediate.Change{File: "holidays/2571.yaml", Value: year}); !errors.Is(err, fault.Conflict) {
		t.Errorf("once more: %v", err)
	}
}
