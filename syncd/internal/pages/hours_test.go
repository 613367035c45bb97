package pages

import (
	"net/http"
	"net/url"
	"reflect"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// altered is the form of a page with some fields changed; an empty value drops one.
func altered(form url.Values, fields ...string) url.Values {
	for i := 0; i < len(fields); i += 2 {
		if form.Del(fields[i]); fields[i+1] != "" {
			form.Set(fields[i], fields[i+1])
		}
	}
	return form
}

func TestAPointOfficerGivesItsPointHoursOfItsOwn(t *testing.T) {
	o := openStructure(t)
	office := calendar.TimeOfDay(8*60 + 30)
	o.state.agencies["dlt"].Hours = catalog.Hours{Week: []catalog.Span{{Days: []catalog.Weekday{"mon", "tue"}, Opens: office, Closes: 16*60 + 30}}}
	p := o.hire("กานดา แจ่มใส", grant(catalog.RolePoint, "dlt", area2))
	at := pointURL(area2) + "/hours"

	page := o.get(p, at)
	page.want(t, http.StatusOK, "ตามหน่วยงาน จ. อ. 08:30–16:30", "วันอาทิตย์")
	form := url.Values{"was": {page.input("was")}, "own": {"own"}, "mon.0.opens": {"8.30"}, "mon.0.closes": {"1630"}, "mon.0.from": {"12:00"}, "mon.0.to": {"13:00 น."}, "same": {"1"}, "sat.0.opens": {"9:00"}, "sat.0.closes": {"12:00"}, "sat.0.through": {"1"}}
	o.send(p, at, form).wantLed(t, pointURL(area2))
	want := []catalog.Span{
		{Days: []catalog.Weekday{"mon", "tue", "wed", "thu", "fri"}, Opens: office, Closes: 16*60 + 30, Lunch: catalog.Some(catalog.Break{From: 12 * 60, To: 13 * 60})},
		{Days: []catalog.Weekday{"sat"}, Opens: 9 * 60, Closes: 12 * 60, Lunch: catalog.Stated[catalog.Break]{State: catalog.None}},
	}
	if got := o.pointNow(area2).Hours.Week; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	o.get(p, pointURL(area2)).want(t, http.StatusOK, "ส. 09:00–12:00", "พัก 12:00–13:00")

	for name, c := range map[string]struct{ field, value, says string }{
		"no time":           {"mon.0.opens", "เช้า", "วันจันทร์: อ่านเวลานี้ไม่ได้"},
		"only the opening":  {"sun.0.opens", "9:00", "วันอาทิตย์: กรอกเวลาเปิดและเวลาปิดให้ครบ"},
		"half a break":      {"sat.0.from", "11:00", "วันเสาร์: กรอกเวลาเปิด"},
		"what a build bars": {"mon.0.closes", "07:00", "แก้ไขตามนี้"},
	} {
		t.Run(name, func(t *testing.T) {
			f := altered(o.formOf(p, at), c.field, c.value)
			a := o.send(p, at, f)
			if a.StatusCode != http.StatusBadRequest || a.input(c.field) != c.value {
				t.Errorf("got %d, typed %q: %s", a.StatusCode, a.input(c.field), a.text)
			}
			if c.says != "แก้ไขตามนี้" {
				a.want(t, http.StatusBadRequest, c.says)
			}
		})
	}

	o.send(p, at, altered(o.formOf(p, at), "own", "agency")).wantLed(t, pointURL(area2))
	if !o.pointNow(area2).Hours.IsZero() {
		t.Error("the point keeps hours of its own")
	}
	o.get(p, pointURL(area3)+"/hours").want(t, http.StatusNotFound)
}

// formOf is a page's form of hours as a browser would send it.
func (o *office) formOf(p *officer, at string) url.Values {
	o.t.Helper()
	form := hoursForm(o.pointNow(area2).Hours)
	form.Set("was", o.get(p, at).input("was"))
	form.Set("own", "own")
	return form
}

func TestTwoWhoChangeTheSameHoursSeeBoth(t *testing.T) {
	o := openStructure(t)
	p, q := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2)), o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	at := pointURL(area2) + "/hours"
	mine, theirs := altered(o.formOf(p, at), "own", "own", "mon.0.opens", "08:00", "mon.0.closes", "16:00"), altered(o.formOf(q, at), "own", "own", "mon.0.opens", "09:00", "mon.0.closes", "17:00")
	o.send(q, at, theirs).wantLed(t, pointURL(area2))
	o.send(p, at, mine).want(t, http.StatusConflict, "มีผู้อื่นเปลี่ยนข้อมูลเดียวกัน", "08:00", "09:00")
	if got := o.pointNow(area2).Hours.Week; len(got) != 1 || got[0].Opens != 9*60 {
		t.Errorf("got %+v", got)
	}
}

func TestHoursGoThroughTheFormUnchanged(t *testing.T) {
	x := &exchange{}
	for name, h := range map[string]catalog.Hours{
		"day and night":    {Always: true, Holidays: true},
		"a remark":         {Week: []catalog.Span{{Days: []catalog.Weekday{"mon"}, Opens: 1, Closes: 2}}, Note: catalog.Text{TH: "ก", EN: "a"}},
		"two times a day":  {Week: []catalog.Span{{Days: []catalog.Weekday{"mon", "fri"}, Opens: 540, Closes: 720}, {Days: []catalog.Weekday{"mon"}, Opens: 780, Closes: 1440}}},
		"in another order": {Week: []catalog.Span{{Days: []catalog.Weekday{"sun"}, Opens: 540, Closes: 720}, {Days: []catalog.Weekday{"tue", "mon"}, Opens: 540, Closes: 720}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, problems := x.readHours(altered(hoursForm(h), "own", "own"), h)
			if len(problems) > 0 || !reflect.DeepEqual(got, h) {
				t.Errorf("got %+v, %v", got, problems)
			}
		})
	}
}

// FuzzTime checks that a time that is read is the time that it is written as.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"08:30", "8.30", "830", "๐๘:๓๐ น.", "24:00", "", ":", "น."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := readTime(s)
		if err != nil {
			return
		}
		if again, err := readTime(got.String()); err != nil || again != got {
			t.Errorf("%q is %v, which is read as %v: %v", s, got, again, err)
		}
	})
}
