package form

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// kinds are those beside manuals.
var kinds = map[string]Kind{"agency": Agencies, "point": Points, "process": Processes, "service": Services}

// things are the agencies, points, processes and services of the sample portal.
func things(t testing.TB) (values []any, sources [][]byte) {
	t.Helper()
	content := os.DirFS("../../../content")
	err := fs.WalkDir(content, "agencies", func(p string, e fs.DirEntry, err error) error {
		at, ok := corpus.FileAt(p)
		if err != nil || !ok || at.Kind == corpus.ManualFile {
			return err
		}
		value, problems, err := at.Read(content)
		if err != nil || len(problems.Of(fault.Wrong)) > 0 {
			t.Fatal(p, problems, err)
		}
		src, err := fs.ReadFile(content, p)
		values, sources = append(values, value), append(sources, src)
		return err
	})
	if err != nil || len(values) < 100 {
		t.Fatal(len(values), err)
	}
	return values, sources
}

func TestEachThingComesBackFromItsFormAsItWas(t *testing.T) {
	values, sources := things(t)
	seen := map[string]bool{}
	for i, value := range values {
		k, ok := Of(value)
		if !ok {
			t.Fatalf("%T has no form", value)
		}
		seen[k.dir] = true
		got, faults, err := k.Read(k.Values(value, sources[i]), value)
		if err != nil || len(faults) > 0 {
			t.Fatalf("%+v: %+v %v", value, faults, err)
		}
		if b := body(value); b != nil {
			b.Line = 0
		}
		if diff := cmp.Diff(value, got); diff != "" {
			t.Errorf("(-was +is):\n%s", diff)
		}
	}
	if len(seen) != len(kinds) {
		t.Errorf("the sample portal has %v", seen)
	}
}

func TestAnyThingComesBackFromItsForm(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, k := range kinds {
		for range 300 {
			value := k.New()
			invent(r, reflect.ValueOf(value).Elem())
			reflect.ValueOf(value).Elem().Field(0).SetString("dlt-7f3k5q")
			if b := body(value); b != nil {
				*b = catalog.Body{Markdown: "\nก\n\n- ข\n"}
			}
			v := k.Values(value, nil)
			got, faults, err := k.Read(v, value)
			if err != nil || len(faults) > 0 {
				t.Fatalf("%s: %+v %v\n%s", name, faults, err, k.Write(v, value).Source)
			}
			at := k.fileOf(value)
			want, _ := corpus.Format(at, value)
			is, _ := corpus.Format(at, got)
			if !bytes.Equal(want, is) {
				t.Fatalf("%s (-was +is):\n%s\n%s", name, cmp.Diff(string(want), string(is)), k.Write(v, value).Source)
			}
		}
	}
}

func TestEachFieldIsShownOrStaysAsItIs(t *testing.T) {
	for name, k := range kinds {
		var shown []string
		for _, s := range k.sections {
			shown = append(shown, s.fields...)
		}
		for _, f := range k.shape.fields {
			if slices.Contains(shown, f.name) == !k.shows(f.name) && f.name != "code" {
				t.Errorf("%s: %s is shown and hidden, or neither", name, f.name)
			}
		}
	}
}

func TestWhatIsNotShownOfAPointStays(t *testing.T) {
	old := &catalog.Point{Code: "dlt-1", Owner: "dlt", Name: catalog.Text{TH: "ก"}, Address: catalog.Address{Line: catalog.Text{TH: "1"}}, Status: catalog.Hidden,
		Manuals: []catalog.ManualID{"dlt-7f3k5q"}, Closures: []catalog.Closure{{Reason: catalog.Text{TH: "ข"}}}, Hours: catalog.Hours{Always: true}}
	v := Points.Values(old, nil)
	v.Set("name.th", "ค")
	v.Set("status", "cancelled")
	v.Set("code", "other")
	v["manuals"] = []string{"other"}
	value, _, err := Points.Read(v, old)
	got := value.(*catalog.Point)
	want := *old
	want.Name.TH = "ค"
	if diff := cmp.Diff(&want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestAFieldThatAPersonMayNotChangeStays(t *testing.T) {
	old := &catalog.Agency{Code: "dlt", Name: catalog.Text{TH: "กรม"}, Kind: "department", LicenceReports: "agency", PublishScores: true, Parent: "mot"}
	k := Agencies.Without("code", "name", "licence_reports")
	v := url.Values{endMark: {"1"}, "kind": {"department"}, "name.th": {"อื่น"}, "licence_reports": {"point"}, "code": {"x"}}
	value, faults, err := k.Read(v, old)
	got := value.(*catalog.Agency)
	if err != nil || len(faults) > 0 || got.Name != old.Name || got.Code != "dlt" || got.LicenceReports != "agency" || got.PublishScores || got.Parent != "mot" {
		t.Errorf("got %+v %+v %v", got, faults, err)
	}
	for _, s := range k.Show(v, nil, Around{}, "th").Sections {
		for _, f := range s.Fields {
			if slices.Contains([]string{"code", "name", "licence_reports"}, f.ID) {
				t.Errorf("%s is shown", f.ID)
			}
		}
	}
}

func TestWhatIsWrongWithAThingIsToldAtItsField(t *testing.T) {
	for name, c := range map[string]struct {
		kind          Kind
		field, typed  string
		at, th, en    string
		mayBeMissing  bool
		wrongIsUnread bool
	}{
		"a position that is none":        {kind: Points, field: "place.value", typed: "ใกล้ตลาด", at: "place.value", en: "can not be read"},
		"a position that is swapped":     {kind: Points, field: "place.value", typed: "100.5548, 13.80713", at: "place.value", en: "more than 90"},
		"a position in Japan":            {kind: Points, field: "place.value", typed: "35.68, 139.76", at: "place.value", en: "not in Thailand"},
		"a short link":                   {kind: Points, field: "place.value", typed: "https://maps.app.goo.gl/abc", at: "place.value", en: "short link"},
		"a postal code with a letter":    {kind: Points, field: "address.postcode", typed: "1090O", at: "address.postcode"},
		"no name":                        {kind: Points, field: "name.th", typed: "", at: "name.th", en: "Not filled in"},
		"no address":                     {kind: Points, field: "address.line.th", typed: "", at: "address.line.th", en: "Not filled in"},
		"an address of the web":          {kind: Points, field: "queue_url", typed: "queue", at: "queue_url", en: "web address"},
		"an address of mail":             {kind: Agencies, field: "contact.email", typed: "dlt", at: "contact.email"},
		"no kind of agency":              {kind: Agencies, field: "kind", typed: "", at: "kind", en: "Not filled in"},
		"a process without kind of act":  {kind: Processes, field: "work_kind", typed: "", at: "work_kind", en: "Not filled in"},
		"a service without a category":   {kind: Services, field: "categories", typed: "", at: "categories", en: "Not filled in"},
		"a service without description":  {kind: Services, field: "body", typed: " ", at: "body", en: "Not filled in"},
		"a photo that nobody can see":    {kind: Points, field: "photos.0.file", typed: "a.jpg", at: "photos.0.alt.th", en: "Not filled in"},
		"a number of telephones too big": {kind: Agencies, field: "contact.phones", typed: strings.Repeat("1\n", 11), at: "contact.phones"},
	} {
		v := filled(c.kind)
		v["photos.rows"] = []string{"0"}
		v.Set(c.field, c.typed)
		_, faults, err := c.kind.Read(v, c.kind.New())
		if err != nil || !slices.ContainsFunc(faults, func(f Fault) bool {
			return f.Field == c.at && f.Severity == fault.Wrong && strings.Contains(f.What.EN, c.en) && f.What.TH != ""
		}) {
			t.Errorf("%s: got %+v %v, want %q at %s", name, faults, err, c.en, c.at)
		}
	}
}

// filled is a form of a kind in which what has to be is filled in.
func filled(k Kind) url.Values {
	return url.Values{endMark: {"1"}, "code": {"dlt"}, "name.th": {"ก"}, "title.th": {"ก"}, "kind": {"department"}, "work_kind": {"other"}, "address.line.th": {"1"},
		"categories": {"transport"}, "channels": {"given"}, "channels.rows": {"0"}, "channels.0.kind": {"counter"}, "channels.0.name.th": {"ก"}, "body": {"ข"}}
}

func TestWhatHasToBeFilledInIsEnough(t *testing.T) {
	for name, k := range kinds {
		if _, faults, err := k.Read(filled(k), k.New()); err != nil || len(faults) > 0 {
			t.Errorf("%s: %+v %v", name, faults, err)
		}
	}
}

func TestAPositionIsReadFromALink(t *testing.T) {
	v := filled(Points)
	v.Set("place.value", "https://www.google.com/maps/place/x/@13.7,100.5,17z/data=!3m1!4b1!8m2!3d13.8071311!4d100.5548021")
	value, faults, err := Points.Read(v, Points.New())
	got := value.(*catalog.Point).Place
	if err != nil || len(faults) > 0 || got != catalog.Some(catalog.Place{Lat: 13.807131, Lng: 100.554802}) {
		t.Errorf("got %+v %+v %v", got, faults, err)
	}
}

func TestAPositionAbroadStaysWhereItIsNotTouched(t *testing.T) {
	old := &catalog.Point{Code: "mfa-1", Name: catalog.Text{TH: "ก"}, Address: catalog.Address{Line: catalog.Text{TH: "1"}}, Place: catalog.Some(catalog.Place{Lat: 35.68, Lng: 139.76})}
	value, faults, err := Points.Read(Points.Values(old, nil), old)
	if err != nil || len(faults) > 0 || value.(*catalog.Point).Place != old.Place {
		t.Errorf("got %+v %+v %v", value, faults, err)
	}
}

func TestEachFieldOfAThingIsShownOnce(t *testing.T) {
	values, sources := things(t)
	for _, lang := range []string{"th", "en"} {
		for i, value := range values {
			k, _ := Of(value)
			v := k.Values(value, sources[i])
			posts := url.Values{}
			for _, s := range k.Show(v, nil, Around{}, lang).Sections {
				for _, in := range s.Fields {
					post(t, posts, in)
				}
			}
			for name, list := range v {
				field, _, _ := strings.Cut(name, ".")
				if got := posts[name]; k.shows(field) && name != endMark && name != English && !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(list))) {
					t.Errorf("%T: %s says %q, want %q", value, name, got, list)
				}
			}
		}
	}
}

func TestRowsOfEachKind(t *testing.T) {
	for name, c := range map[string]struct {
		kind  Kind
		op    string
		focus string // "" where it is refused
	}{
		"a photo":                        {Points, "add:photos", "photos.0.file"},
		"a law of a process":             {Processes, "add:laws", "laws.0.kind"},
		"a channel of a service":         {Services, "add:channels", "channels.0.kind"},
		"hours, which a point's has not": {Points, "add:hours.week", ""},
		"fees of a process":              {Processes, "add:fees", ""},
		"closures, which no form shows":  {Agencies, "add:closures", ""},
	} {
		focus, err := c.kind.Apply(url.Values{endMark: {"1"}}, c.op)
		if focus != c.focus || (err == nil) != (c.focus != "") {
			t.Errorf("%s: got %q %v", name, focus, err)
		}
	}
}

// FuzzThing checks that any form of a kind gives a value, whose form gives it again.
func FuzzThing(f *testing.F) {
	values, sources := things(f)
	for i, value := range values {
		if i%20 == 0 {
			k, _ := Of(value)
			f.Add(k.Values(value, sources[i]).Encode(), "up:photos.1")
		}
	}
	f.Add("end=1&name.th=a&place.value=%00&photos.rows=0&photos.0.alt.en=x", "add:photos")
	f.Fuzz(func(t *testing.T, query, op string) {
		posted, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		for name, k := range kinds {
			v := url.Values{}
			for key, list := range posted {
				v[key] = slices.Clone(list)
			}
			old := k.New()
			_, _ = k.Apply(v, op)
			value, faults, err := k.Read(v, old)
			if err != nil {
				continue
			}
			k.Show(v, faults, Around{}, "th")
			again, _, err := k.Read(k.Values(value, nil), value)
			if err != nil {
				t.Fatal(name, err)
			}
			at := k.fileOf(value)
			was, _ := corpus.Format(at, value)
			is, _ := corpus.Format(at, again)
			if !bytes.Equal(was, is) {
				t.Errorf("%s (-was +is):\n%s", name, cmp.Diff(string(was), string(is)))
			}
		}
	})
}
