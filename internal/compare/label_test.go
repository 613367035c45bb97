package compare

import (
	"reflect"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/themes"
)

// kinds are the nouns of the catalog that this package can compare.
var kinds = []reflect.Type{
	reflect.TypeFor[catalog.Manual](), reflect.TypeFor[catalog.Process](), reflect.TypeFor[catalog.Service](),
	reflect.TypeFor[catalog.Agency](), reflect.TypeFor[catalog.Point](),
	reflect.TypeFor[catalog.Labels](), reflect.TypeFor[catalog.Synonyms](), reflect.TypeFor[catalog.HolidayYear](), reflect.TypeFor[catalog.Page](),
}

// visit calls each for every cell below a shape.
func visit(s *shape, seen map[*shape]bool, each func(owner *shape, c cell)) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	visit(s.elem, seen, each)
	for _, c := range s.cells {
		each(s, c)
		visit(c.shape, seen, each)
	}
}

func TestEachFieldHasALabelInBothLanguages(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			visit(shapeOf(kind), map[*shape]bool{}, func(owner *shape, c cell) {
				if key := owner.typ.Name() + "." + c.name; key != "Text.th" && (c.label.TH == "" || c.label.EN == "") {
					t.Errorf("%s has no label", key)
				}
				list := c.shape
				if list.form == stated {
					list = list.elem
				}
				if noun := nouns[c.name]; (list.form == rows || list.form == set) && (noun.TH == "" || noun.EN == "") {
					t.Errorf("%s: a row of it has no noun", c.name)
				}
				if list.form == rows && len(list.elem.names) == 0 {
					t.Errorf("%s: nothing tells by what a row is known again", c.name)
				}
			})
		})
	}
}

func TestEachFieldOfAManualIsCompared(t *testing.T) {
	for i := range reflect.TypeFor[catalog.Manual]().NumField() {
		f := reflect.TypeFor[catalog.Manual]().Field(i)
		found := false
		for _, c := range shapeOf(reflect.TypeFor[catalog.Manual]()).cells {
			found = found || c.fields[0] == i
		}
		if !found {
			t.Errorf("%s is in no cell", f.Name)
		}
	}
}

func TestFieldsStandInTheOfficialOrder(t *testing.T) {
	var got []string
	for _, c := range shapeOf(kinds[0]).cells {
		got = append(got, c.name)
	}
	want := []string{"id", "title", "owner", "summary", "common_names", "process", "service_type", "work_kind", "laws", "impact", "areas", "legal_time",
		"categories", "groups", "tags", "body", "channels", "step_sets", "documents", "fees", "complaints", "forms", "e_submission", "copy_fee",
		"reduced", "total_time", "remarks", "reviewed_on", "withdrawn", "legacy"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The words of closed lists are those of the published pages.
func TestWordsAreThoseOfTheTheme(t *testing.T) {
	messages, err := page.ReadMessages(themes.Default())
	if err != nil {
		t.Fatal(err)
	}
	prefix := map[string]string{
		"ServiceType": "service_type", "WorkKind": "work_kind", "Impact": "impact", "Area": "area", "LawKind": "law", "StepKind": "step",
		"ChannelKind": "channel", "FormKind": "form", "AgencyKind": "agency_kind", "PointStatus": "point_status", "Facility": "facility",
	}
	check := func(typ reflect.Type, word string) {
		got := enumerations[typ.Name()+"."+word]
		if got.TH == "" || got.EN == "" {
			t.Errorf("%s.%s has no words", typ.Name(), word)
		}
		key := prefix[typ.Name()] + "." + word
		if prefix[typ.Name()] != "" && (got.TH != messages["th"].Get(key) || got.EN != messages["en"].Get(key)) {
			t.Errorf("%s: %q and %q, the theme says %q and %q", key, got.TH, got.EN, messages["th"].Get(key), messages["en"].Get(key))
		}
	}
	for _, kind := range kinds {
		visit(shapeOf(kind), map[*shape]bool{}, func(_ *shape, c cell) {
			s := c.shape
			if s.elem != nil {
				s = s.elem
			}
			for _, word := range enumeration(reflect.Zero(s.typ)) {
				check(s.typ, word)
			}
		})
	}
	for _, unit := range (catalog.TimeUnit("")).Values() {
		for _, n := range []int{1, 2, 30} {
			got := duration(n, catalog.TimeUnit(unit))
			if th, en := messages["th"].Count("unit."+unit, n), messages["en"].Count("unit."+unit, n); got.TH != th || got.EN != en {
				t.Errorf("%d %s: %q and %q, the theme says %q and %q", n, unit, got.TH, got.EN, th, en)
			}
		}
	}
}
