package form

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// samples are the manuals of the sample portal, with their files.
func samples(t testing.TB) (manuals []*catalog.Manual, sources [][]byte) {
	t.Helper()
	content := os.DirFS("../../../content")
	err := fs.WalkDir(content, "agencies", func(p string, e fs.DirEntry, err error) error {
		if err != nil || path.Base(p) != "manual.md" {
			return err
		}
		at, _ := corpus.FileAt(p)
		value, problems, err := at.Read(content)
		if err != nil || len(problems.Of(fault.Wrong)) > 0 {
			t.Fatal(p, problems, err)
		}
		src, err := fs.ReadFile(content, p)
		manuals, sources = append(manuals, value.(*catalog.Manual)), append(sources, src)
		return err
	})
	if err != nil || len(manuals) < 50 {
		t.Fatal(len(manuals), err)
	}
	return manuals, sources
}

func TestAManualComesBackFromItsFormAsItWas(t *testing.T) {
	manuals, sources := samples(t)
	for i, m := range manuals {
		got, faults, err := Read(Values(m, sources[i]), m)
		if err != nil || len(faults) > 0 {
			t.Fatalf("%s: %v %v", m.ID, faults, err)
		}
		want := *m
		want.Body.Line = 0
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s (-was +is):\n%s", m.ID, diff)
		}
		if problems := Write(Values(m, sources[i]), m); !bytes.Contains(problems.Source, []byte("title:")) {
			t.Errorf("%s: its file says nothing", m.ID)
		}
	}
}

func TestAnyManualComesBackFromItsForm(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		m := &catalog.Manual{}
		invent(r, reflect.ValueOf(m).Elem())
		m.ID, m.Body = "dlt-7f3k5q", catalog.Body{Markdown: []string{"", "\nก\n", "ก\n\n- ข\n"}[r.IntN(3)]}
		v := Values(m, nil)
		got, faults, err := Read(v, m)
		if err != nil || len(faults) > 0 {
			t.Fatalf("%v %v\n%s", faults, err, Write(v, m).Source)
		}
		at := Manuals.fileOf(m)
		want, _ := corpus.Format(at, m)
		is, _ := corpus.Format(at, got)
		if !bytes.Equal(want, is) {
			t.Fatalf("(-was +is):\n%s\n%s", cmp.Diff(string(want), string(is)), Write(v, m).Source)
		}
	}
}

// invent fills a value of the catalog with what is valid.
func invent(r *rand.Rand, v reflect.Value) {
	some := func(list ...string) string { return list[r.IntN(len(list))] }
	switch t := v.Type(); {
	case t == textType:
		v.Field(0).SetString(some("ก", "a: b # c", "ข้อ 1\nข้อ 2", "none", "null", "~", "\"ก\"", "- x", "<b>&"))
		v.Field(1).SetString(some("", "A", "line\nline"))
	case t == placeType:
		v.Set(reflect.ValueOf(catalog.Place{Lat: float64(r.IntN(180)-90) + 0.123456, Lng: 100}))
	case t == amountType:
		v.SetInt(1 + r.Int64N(100_00))
	case t == dateType:
		v.Set(reflect.ValueOf(calendar.Date{Year: 2000 + r.IntN(40), Month: 2, Day: 1 + r.IntN(28)}))
	case t == clockType:
		v.SetInt(int64(r.IntN(1441)))
	case strings.HasPrefix(t.Name(), "Stated["):
		v.Field(0).SetString(some("", "none", "given", "given"))
		if v.Field(0).String() == given {
			invent(r, v.Field(1))
		}
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			inventField(r, t.Field(i), v.Field(i))
		}
	case t.Kind() == reflect.Slice:
		n := 1 + r.IntN(3)
		v.Set(reflect.MakeSlice(t, n, n))
		for i := range n {
			invent(r, v.Index(i))
		}
		if w := wordsOf(t.Elem()); w != nil || t.Elem() == slugType {
			v.SetLen(1) // each is ticked once
		}
	case t.Kind() == reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case t.Kind() == reflect.Int:
		v.SetInt(int64(1 + r.IntN(90)))
	case wordsOf(t) != nil:
		v.SetString(some(wordsOf(t)...))
	default:
		v.SetString(some("aa", "b-1", "none"))
	}
}

func inventField(r *rand.Rand, f reflect.StructField, v reflect.Value) {
	rule := f.Tag.Get("rule")
	switch name := f.Tag.Get("yaml"); {
	case name == "" || name == "-" || name == "legacy":
	case strings.Contains(rule, "url"):
		v.SetString("https://example.go.th/a")
	case strings.Contains(rule, "email"):
		v.SetString("a@example.go.th")
	case strings.Contains(rule, "digits"):
		_, n, _ := strings.Cut(rule, "digits=")
		v.SetString("1030020"[:n[0]-'0'])
	case name == "year":
		v.SetInt(2500)
	case strings.Contains(rule, "required") || r.IntN(4) > 0:
		invent(r, v)
	}
}

func TestWhatAFormDoesNotShowStays(t *testing.T) {
	old := &catalog.Manual{ID: "dlt-7f3k5q", Owner: "dlt", Legacy: catalog.Legacy{UUID: "94e56d14-f82f-4203-8916-a84631e0af15", Number: 205}}
	v := Values(old, nil)
	v.Set("title.th", "ต่อใบขับขี่")
	v.Set("legacy.number", "9")
	v.Set("id", "other-1")
	m, faults, err := Read(v, old)
	if err != nil || len(faults) > 0 || m.Legacy != old.Legacy || m.ID != old.ID || m.Owner != "dlt" {
		t.Errorf("got %+v %v %v", m, faults, err)
	}
}

func TestThreeStates(t *testing.T) {
	old := &catalog.Manual{ID: "dlt-7f3k5q", Title: catalog.Text{TH: "ก"}}
	for name, c := range map[string]struct {
		typed url.Values
		want  catalog.State
	}{
		"nothing is said":                   {url.Values{}, catalog.Absent},
		"there is none":                     {url.Values{"fees": {"none"}}, catalog.None},
		"there are some, but no row":        {url.Values{"fees": {"given"}}, catalog.Absent},
		"there are some, and a row":         {url.Values{"fees": {"given"}, "fees.rows": {"7"}, "fees.7.name.th": {"ก"}, "fees.7.kind": {"fixed"}, "fees.7.min": {"๒๐๐"}}, catalog.Given},
		"a row, and nobody says that it is": {url.Values{"fees.rows": {"7"}, "fees.7.name.th": {"ก"}, "fees.7.kind": {"fixed"}, "fees.7.min": {"200"}}, catalog.Given},
		"none, and a row that is left":      {url.Values{"fees": {"none"}, "fees.rows": {"7"}, "fees.7.name.th": {"ก"}}, catalog.None},
		"a new row that nobody touched":     {url.Values{"fees": {"given"}, "fees.rows": {"7"}, "fees.7.kind": {"fixed"}}, catalog.Absent},
		"a word that is no state":           {url.Values{"fees": {"maybe"}}, catalog.Absent},
	} {
		v := Values(old, nil)
		for k, list := range c.typed {
			v[k] = list
		}
		m, faults, err := Read(v, old)
		if err != nil || len(faults) > 0 || m.Fees.State != c.want {
			t.Errorf("%s: got %q %v %v, want %q", name, m.Fees.State, faults, err, c.want)
		}
		if c.want == catalog.Given && m.Fees.Value[0].Min != 200_00 {
			t.Errorf("%s: got %v", name, m.Fees.Value)
		}
	}
}

func TestWhatIsWrongIsToldAtItsField(t *testing.T) {
	old := &catalog.Manual{ID: "dlt-7f3k5q", Title: catalog.Text{TH: "ก"}}
	for name, c := range map[string]struct{ field, typed, at, en string }{
		"a sum with letters":         {"fees.3.min", "20o", "fees.3.min", `"20o" is not an amount`},
		"a number that is no time":   {"step_sets.0.steps.0.time.value", "0", "step_sets.0.steps.0.time.value", "0 is not between 1 and 100000"},
		"no address":                 {"e_submission.url", "example", "e_submission.url", `"example" is not a web address`},
		"no day":                     {"reviewed_on", "32/13/2569", "reviewed_on", ""},
		"a title that is too long":   {"title.th", strings.Repeat("ก", 501), "title.th", "the text has 501 characters, more than 500"},
		"no title":                   {"title.th", "", "title.th", "Not filled in"},
		"English alone":              {"remarks.en", "Remark", "remarks.th", "There is English but no Thai"},
		"a row without its name":     {"fees.3.note.th", "ก", "fees.3.name.th", "Not filled in"},
		"a time that is none":        {"channels.0.hours.week.0.opens", "8.30", "channels.0.hours.week.0.opens", ""},
		"a process that is no id":    {"process", "A B", "process", `"A B" is not a valid identifier`},
		"a character nobody can see": {"title.th", "ก\u202eข", "title.th", "there is an invisible control character (U+202E)"},
	} {
		v := Values(old, nil)
		v["fees.rows"], v["channels.rows"], v["channels.0.hours.week.rows"] = []string{"3"}, []string{"0"}, []string{"0"}
		v["step_sets.rows"], v["step_sets.0.steps.rows"] = []string{"0"}, []string{"0"}
		v.Set(c.field, c.typed)
		_, faults, err := Read(v, old)
		if err != nil || !slices.ContainsFunc(faults, func(f Fault) bool { return f.Field == c.at && strings.Contains(f.What.EN, c.en) && f.What.TH != "" }) {
			t.Errorf("%s: got %+v %v, want %q at %s", name, faults, err, c.en, c.at)
		}
	}
}

func TestRowsComeMoveAndGo(t *testing.T) {
	v := url.Values{endMark: {"1"}}
	var got []string
	for _, op := range []string{"add:fees", "add:fees", "add:fees", "up:fees.2", "down:fees.0", "remove:fees.2", "add:fees", "add:step_sets", "add:step_sets.0.steps", "add:channels", "add:channels.0.hours.week"} {
		focus, err := Apply(v, op)
		if err != nil {
			t.Fatal(op, err)
		}
		got = append(got, strings.Join(v["fees.rows"], "")+" "+focus)
	}
	want := []string{"0 fees.0.name.th", "01 fees.1.name.th", "012 fees.2.name.th", "021 fees.2", "201 fees.0", "01 fees.0", "012 fees.2.name.th",
		"012 step_sets.0.name.th", "012 step_sets.0.steps.1.kind", "012 channels.0.kind", "012 channels.0.hours.week.0.days"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if v.Get("fees") != given || v.Get("fees.2.kind") != "fixed" || v.Get("step_sets.0.steps.1.time.unit") != "minute" {
		t.Errorf("got %v", v)
	}
}

func TestRowsThatNoFormHasAreRefused(t *testing.T) {
	for _, op := range []string{"", "add:", "add:title", "add:nothing", "add:fees.0", "up:fees.9", "remove:fees", "add:step_sets.4.steps", "turn:fees.0", "add:id", "up:.0", "add:common_names"} {
		v := url.Values{endMark: {"1"}, "fees.rows": {"0"}}
		if _, err := Apply(v, op); err == nil || len(v) != 2 {
			t.Errorf("%q: got %v %v", op, err, v)
		}
	}
	v := url.Values{endMark: {"1"}}
	for range 61 {
		if _, err := Apply(v, "add:fees"); err != nil {
			return
		}
	}
	t.Error("there are more fees than a manual may have")
}

func TestAFormThatDidNotComeWholeIsRefused(t *testing.T) {
	many := url.Values{endMark: {"1"}, "fees.rows": make([]string, 100)}
	for name, v := range map[string]url.Values{
		"cut off": {"title.th": {"ก"}}, "too many values": {endMark: {"1"}, "tags": make([]string, MaxValues)}, "too large": {endMark: {"1"}, "body": {strings.Repeat("a", MaxBytes)}}, "too many rows": many,
	} {
		if _, _, err := Read(v, &catalog.Manual{ID: "aa"}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestTheFormShowsEachFieldOnce(t *testing.T) {
	manuals, sources := samples(t)
	for _, lang := range []string{"th", "en"} {
		for i, m := range manuals {
			v := Values(m, sources[i])
			f := Show(v, Missing(m), Around{}, lang)
			posts := url.Values{}
			for _, s := range f.Sections {
				for _, in := range s.Fields {
					post(t, posts, in)
				}
			}
			for name := range v {
				if _, ok := posts[name]; !ok && !slices.Contains([]string{endMark, English, "id"}, name) && !strings.HasPrefix(name, "legacy") {
					t.Errorf("%s: the form does not show %s", m.ID, name)
				}
			}
			for name, list := range posts {
				if want := v[name]; len(want) > 0 && !slices.Equal(slices.Sorted(slices.Values(list)), slices.Sorted(slices.Values(want))) {
					t.Errorf("%s: %s says %q, want %q", m.ID, name, list, want)
				}
			}
		}
	}
}

// post collects what a field would post.
func post(t *testing.T, v url.Values, f Field) {
	t.Helper()
	if f.Label == "" {
		t.Errorf("%s has no label", f.ID)
	}
	for _, o := range f.States {
		if o.Chosen && o.Value != "" {
			v.Add(f.ID, o.Value)
		}
	}
	switch f.Kind {
	case "stated", "group":
	case "text":
		v.Add(f.ID+".th", f.Value)
		v.Add(f.ID+".en", f.EN)
	case "rows":
		for _, r := range f.Rows {
			v.Add(r.List, r.Key)
			for _, in := range append(slices.Clone(r.Fields), r.More...) {
				post(t, v, in)
			}
		}
	case "word", "words":
		for _, o := range f.Options {
			if o.Text == "" {
				t.Errorf("%s: %s has no name", f.ID, o.Value)
			}
			if o.Chosen {
				v.Add(f.ID, o.Value)
			}
		}
	default:
		v.Add(f.ID, f.Value)
	}
	for _, in := range f.Fields {
		post(t, v, in)
	}
}

func TestAFieldIsNamedForPeople(t *testing.T) {
	v := url.Values{"fees.rows": {"4", "2"}, "step_sets.rows": {"0"}, "step_sets.0.steps.rows": {"5", "9"}}
	for id, want := range map[string]string{
		"fees.2.min": "ค่าธรรมเนียม 2 › จำนวน/ต่ำสุด", "title.th": "ชื่อคู่มือ", "body": "หลักเกณฑ์ วิธีการ และเงื่อนไข", "step_sets.0.steps.9.time.value": "ชุดขั้นตอน 1 › ขั้นตอน 2 › ระยะเวลา › จำนวน", "fees": "ค่าธรรมเนียม", "nothing": "",
	} {
		if got := Named(v, id, "th"); got != want {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
}

func TestOnlyTheFieldsOfTheManualAreInSections(t *testing.T) {
	var shown []string
	for _, s := range sections {
		shown = append(shown, s.fields...)
	}
	for _, f := range manualShape().fields {
		if !slices.Contains(shown, f.name) && !slices.Contains(hidden, f.name) {
			t.Errorf("no section shows %s", f.name)
		}
	}
}

// FuzzRead checks that any form gives a manual, whose form gives it again.
func FuzzRead(f *testing.F) {
	manuals, sources := samples(f)
	f.Add("end=1&title.th=a&fees.rows=0&fees.0.min=x", "add:fees")
	f.Add(Values(manuals[0], sources[0]).Encode(), "up:fees.1")
	f.Add("end=1&categories=a%00b&categories=transport&common_names.list=%00%0Aa", "")
	f.Add("end=1&step_sets.rows=0&step_sets.0.steps.rows=0&step_sets.0.steps.0.text.en=%00", "remove:step_sets.0")
	f.Fuzz(func(t *testing.T, query, op string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		old := &catalog.Manual{ID: "dlt-7f3k5q", Owner: "dlt"}
		_, _ = Apply(v, op)
		m, faults, err := Read(v, old)
		if err != nil {
			return
		}
		Show(v, append(faults, Missing(m)...), Around{}, "th")
		again, _, err := Read(Values(m, nil), m)
		if err != nil {
			t.Fatal(err)
		}
		at := Manuals.fileOf(old)
		was, _ := corpus.Format(at, m)
		is, _ := corpus.Format(at, again)
		if !bytes.Equal(was, is) {
			t.Errorf("(-was +is):\n%s", cmp.Diff(string(was), string(is)))
		}
	})
}
