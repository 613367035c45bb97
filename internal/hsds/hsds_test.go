package hsds

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"khumue/internal/fault"
)

const nested = `[{"id": "o1", "name": "Office", "description": "", "phones": [{"id": "p", "number": "1584"}],
 "locations": [{"id": "l1", "location_type": "physical", "name": "Hall", "addresses": [{"id": "a", "address_1": "1 Road", "city": "Town", "state_province": "Land"}], "schedules": [{"id": "h", "byday": "SU,MO", "opens_at": "08:30:00", "closes_at": "16:30+07:00"}]}],
 "services": [{"id": "s1", "name": "Advice", "status": "active", "service_at_locations": [{"id": "x", "location": {"id": "l1", "location_type": "physical"}}]}]}]`

const tabular = `{"organizations": [{"id": "o1", "name": "Office", "description": ""}],
 "services": [{"id": "s1", "organization_id": "o1", "name": "Advice", "status": "active"}],
 "locations": [{"id": "l1", "organization_id": "o1", "location_type": "physical", "name": "Hall"}],
 "service_at_locations": [{"id": "x", "service_id": "s1", "location_id": "l1"}],
 "phones": [{"id": "p", "organization_id": "o1", "number": "1584"}],
 "addresses": [{"id": "a", "location_id": "l1", "address_1": "1 Road", "city": "Town", "state_province": "Land"}],
 "schedules": [{"id": "h", "location_id": "l1", "byday": "SU,MO", "opens_at": "08:30", "closes_at": "16:30"}]}`

const services = `{"total_items": 1, "contents": [{"id": "s1", "name": "Advice", "status": "active", "organization": {"id": "o1", "name": "Office", "description": "", "phones": [{"id": "p", "number": "1584"}]},
 "service_at_locations": [{"id": "x", "location": {"id": "l1", "location_type": "physical", "name": "Hall", "addresses": [{"id": "a", "address_1": "1 Road", "city": "Town", "state_province": "Land"}], "schedules": [{"id": "h", "byday": "SU,MO", "opens_at": "08:30", "closes_at": "16:30"}]}}]}]}`

func TestAPackageSaysTheSameInEachShape(t *testing.T) {
	var want *Set
	for _, tc := range []struct{ name, src string }{
		{"organizations with what belongs to them", nested},
		{"the same with the mark of UTF-8", "\xef\xbb\xbf" + nested},
		{"the tables of a data package", tabular},
		{"a page of services", services},
	} {
		got, err := Read(strings.NewReader(tc.src))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if len(got.Left) > 0 {
			t.Errorf("%s: left out %v", tc.name, got.Left)
		}
		if want == nil {
			want = got
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", tc.name, *got.Locations[0], *want.Locations[0])
		}
	}
	if h := want.Locations[0].Schedules[0]; h.Days[0] != "MO" || h.Opens != "08:30" || h.Closes != "16:30" {
		t.Errorf("the hours are %v", h)
	}
}

func TestWhatIsNoPackageIsRefused(t *testing.T) {
	for _, tc := range []struct{ name, src string }{
		{"nothing", ""},
		{"no JSON", "<html>"},
		{"a word", `"x"`},
		{"a list of words", `["x"]`},
		{"an object without an id", `[{"name": "x"}]`},
		{"nothing of HSDS", `{"a": [1]}`},
		{"something behind the package", nested + `{}`},
		{"a package that is cut off", nested[:200]},
		{"nesting without end", strings.Repeat(`[`, 20_000)},
	} {
		if _, err := Read(strings.NewReader(tc.src)); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", tc.name, err)
		}
	}
}

func TestWhatHasNoPlaceIsCounted(t *testing.T) {
	src := strings.Replace(nested, `"status": "active"`, `"status": "active", "minimum_age": 12, "funding": [{"id": "f"}], "accreditations": "", "licenses": null`, 1)
	src = strings.Replace(src, `"byday": "SU,MO"`, `"freq": "MONTHLY", "byday": "2MO"`, 1)
	set, err := Read(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"service.minimum_age": 1, "service.funding": 1, "schedule: MONTHLY 2MO": 1}
	if !reflect.DeepEqual(set.Left, want) {
		t.Errorf("got %v, want %v", set.Left, want)
	}
}

func TestCityAndProvinceAreTakenApartAsTheyWerePutTogether(t *testing.T) {
	for _, tc := range [][2]string{{"MyCity", "MyState"}, {"MyCity", "My State"}, {"แขวงจอมพล เขตจตุจักร", "กรุงเทพมหานคร"}, {"A, B", "C"}} {
		if city, state := place(area(tc[0], tc[1])); city != tc[0] || state != tc[1] {
			t.Errorf("%v came back as %q and %q", tc, city, state)
		}
	}
}

func TestAServiceIsTakenApartAsItWasPutTogether(t *testing.T) {
	for _, v := range []Service{
		{Description: "a\n\nb", Eligibility: "c", Application: "d\n\ne"}, {Description: "a"}, {Eligibility: "c"}, {Application: "d"}, {},
	} {
		if d, e, a := told(v.text()); d != v.Description || e != v.Eligibility || a != v.Application {
			t.Errorf("%+v came back as %q, %q, %q", v, d, e, a)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, src := range []string{nested, tabular, services, "[]", "{}", `[{"id": 1}]`} {
		f.Add(src)
	}
	if src, err := os.ReadFile("../../generator/testdata/hsds.json"); err == nil {
		f.Add(string(src))
	}
	f.Fuzz(func(t *testing.T, src string) {
		set, err := Read(strings.NewReader(src))
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("an error that is nobody's: %v", err)
			}
			return
		}
		for _, table := range []Table{set.Agencies(), set.Manuals(), set.Others(), set.Points()} {
			for _, row := range table.Rows {
				if len(row) > len(table.Head) {
					t.Fatalf("a row of %d cells under %d headings", len(row), len(table.Head))
				}
			}
		}
		var out bytes.Buffer
		if err := set.Write(&out); err != nil {
			return // a number that is none
		}
		if _, err := Read(&out); err != nil {
			t.Fatalf("what was written can not be read: %v", err)
		}
	})
}
