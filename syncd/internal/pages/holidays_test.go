package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

func TestDGAAloneKeepsHolidays(t *testing.T) {
	o := openStructure(t)
	for _, p := range []*officer{
		keeperOf(o), o.hire("ข", grant(catalog.RoleCentral, "dlt")), o.hire("ค", grant(catalog.RolePoint, "dlt", area2)), o.hire("ง", grant(catalog.RoleAuthor, "dlt")), o.hire("จ", grant(catalog.RoleReviewer, "dlt")),
	} {
		for _, at := range []string{"/holidays", "/holidays/2570", "/holidays/2570/history"} {
			o.get(p, at).want(t, http.StatusForbidden)
		}
		for _, at := range []string{"/holidays/2571", "/holidays/2570/history"} {
			o.post(p, at, "r.0.date", "1/1/2571", "r.0.th", "ปีใหม่").want(t, http.StatusForbidden)
		}
	}
}

func TestTheNextYearOfHolidaysIsMissedFromNovember(t *testing.T) {
	o := open(t)
	p := o.hire("วิภาดา", grant(catalog.RoleDGA, ""))
	o.get(p, "/").wantNot(t, "ยังไม่มีตารางวันหยุด")
	o.get(p, "/holidays").wantNot(t, "ยังไม่มีตารางวันหยุดปี")
	o.at = time.Date(2027, 10, 31, 16, 59, 0, 0, time.UTC)
	p = o.again(p)
	o.get(p, "/").wantNot(t, "ยังไม่มีตารางวันหยุด")
	o.at = o.at.Add(2 * time.Minute) // the first of November in Thailand
	home := o.get(p, "/")
	home.want(t, http.StatusOK, "ยังไม่มีตารางวันหยุดปี 2571")
	if !home.links("/holidays/2571") {
		t.Error("the first page does not lead to the year")
	}
	o.get(p, "/holidays").want(t, http.StatusOK, "ยังไม่มีตารางวันหยุดปี 2571")
	if q := o.hire("กลาง", grant(catalog.RoleCentral, "dlt")); strings.Contains(o.get(q, "/").text, "ยังไม่มีตารางวันหยุด") {
		t.Error("who can do nothing about it is told")
	}

	at := "/holidays/2571"
	o.get(p, at).want(t, http.StatusOK, "ปีนี้ยังไม่มีตารางวันหยุด")
	offered := o.post(p, at, "op", "fixed", "r.0.date", "๑ ม.ค. ๒๕๗๑", "r.0.th", "วันขึ้นปีใหม่")
	offered.want(t, http.StatusOK, "ตรวจกับประกาศ")
	var dates []string
	for i := range 20 {
		if d := offered.input(rowID(i) + ".date"); d != "" {
			dates = append(dates, d)
		}
	}
	if !slices.Contains(dates, "6 เม.ย. 2571") || slices.Contains(dates, "1 ม.ค. 2571") || dates[0] != "๑ ม.ค. ๒๕๗๑" || slices.Contains(dates, "31 ธ.ค. 2570") || strings.Contains(offered.body, `value="วันมาฆบูชา`) || strings.Contains(offered.body, `value="ชดเชย`) {
		t.Errorf("offered %q", dates)
	}
	o.post(p, at, "r.0.date", "1/1/2571", "r.0.th", "วันขึ้นปีใหม่", "r.0.en", "New Year's Day", "r.2.date", "28 ก.พ. 2571", "r.2.th", "วันรายอ", "r.2.scope", "ยะลา, สตูล").wantLed(t, at)
	o.get(p, at).want(t, http.StatusOK, "บันทึกวันหยุดปี 2571", "วันเสาร์")
	sheet, err := o.direct.Open(o.by(p), "holidays/2571.yaml")
	o.must(err)
	days := sheet.Value.(*catalog.HolidayYear).Holidays
	if len(days) != 2 || days[0].Date.ISO() != "2028-01-01" || !slices.Equal([]string(days[1].Scope), []string{"91", "95"}) || sheet.Was.IsZero() {
		t.Errorf("got %+v", days)
	}
	o.get(p, "/").wantNot(t, "ยังไม่มีตารางวันหยุด")
	o.get(p, at+"/history").want(t, http.StatusOK, "วิภาดา")
}

func TestWhatIsWrongWithAYearIsToldByTheRow(t *testing.T) {
	o := open(t)
	p := o.hire("วิภาดา", grant(catalog.RoleDGA, ""))
	for name, c := range map[string]struct {
		fields []string
		says   string
	}{
		"no day":           {[]string{"r.0.date", "32/1/2571", "r.0.th", "ก"}, "แถวที่ 1 อ่านวันที่นี้ไม่ได้"},
		"no date":          {[]string{"r.1.th", "ก"}, "แถวที่ 2 อ่านวันที่นี้ไม่ได้"},
		"another year":     {[]string{"r.0.date", "1/1/2570", "r.0.th", "ก"}, "แถวที่ 1 วันที่ไม่ได้อยู่ในปี 2571"},
		"no name":          {[]string{"r.0.date", "1/1/2571"}, "แถวที่ 1 กรอกชื่อวันหยุดภาษาไทย"},
		"no province":      {[]string{"r.0.date", "1/1/2571", "r.0.th", "ก", "r.0.scope", "เมืองทอง"}, "ไม่รู้จักจังหวัด เมืองทอง"},
		"nothing":          {nil, "ใส่วันหยุดอย่างน้อยหนึ่งวัน"},
		"the same twice":   {[]string{"r.0.date", "1/1/2571", "r.0.th", "ก", "r.1.date", "1/1/2571", "r.1.th", "ข"}, "ซ้ำ"},
		"no lines to read": {[]string{"op", "paste", "paste", "วันหยุด\nปีใหม่"}, "อ่านไม่ได้ 2 บรรทัด"},
	} {
		t.Run(name, func(t *testing.T) {
			a := o.post(p, "/holidays/2571", c.fields...)
			a.want(t, http.StatusBadRequest, c.says)
			for i := 0; i < len(c.fields); i += 2 {
				if !strings.Contains(a.body, c.fields[i+1]) && c.fields[i] != "op" {
					t.Errorf("%s is gone", c.fields[i])
				}
			}
		})
	}
	o.get(p, "/holidays/1999").want(t, http.StatusNotFound)
	o.get(p, "/holidays/next").want(t, http.StatusNotFound)
}

func TestATableIsPasted(t *testing.T) {
	days, left := pastedHolidays("ที่\tวันที่\tวันหยุด\n1\tวันเสาร์ที่ ๑ มกราคม ๒๕๗๑\tวันขึ้นปีใหม่\tNew Year's Day\n2.\t6 เม.ย. 2571\tวันจักรี\tChakri Day\tall\r\n\r\n13/4/2571  วันสงกรานต์\n20 มี.ค. 2571 | วันรายอ | ยะลา, สตูล\n")
	var got []string
	for _, h := range days {
		got = append(got, h.Date.ISO()+" "+h.Name.TH+"/"+h.Name.EN+" "+strings.Join(h.Scope, " "))
	}
	want := []string{"2028-01-01 วันขึ้นปีใหม่/New Year's Day ", "2028-04-06 วันจักรี/Chakri Day ", "2028-04-13 วันสงกรานต์/ ", "2028-03-20 วันรายอ/ 91 95"}
	if !slices.Equal(got, want) || len(left) != 1 {
		t.Errorf("got %q, left %q", got, left)
	}
}

func TestTwoWhoChangeTheSameDaySeeBoth(t *testing.T) {
	o := open(t)
	p, q := o.hire("ก", grant(catalog.RoleDGA, "")), o.hire("ข", grant(catalog.RoleDGA, ""))
	form := func(p *officer) url.Values {
		a := o.get(p, "/holidays/2570")
		f := url.Values{"was": {a.input("was")}}
		for i := range mostHolidays {
			for _, field := range []string{".date", ".th", ".en", ".scope"} {
				if v := a.input(rowID(i) + field); v != "" {
					f.Set(rowID(i)+field, v)
				}
			}
		}
		return f
	}
	mine, theirs := form(p), form(q)
	o.send(q, "/holidays/2570", altered(theirs, "r.0.en", "New Year")).wantLed(t, "/holidays/2570")
	o.send(p, "/holidays/2570", altered(mine, "r.0.en", "First of January")).want(t, http.StatusConflict, "มีผู้อื่นเปลี่ยนข้อมูลเดียวกัน")
}

// FuzzPastedHolidays reads any text: what is read can be read again as it is shown.
func FuzzPastedHolidays(f *testing.F) {
	f.Add("1/1/2571\tวันขึ้นปีใหม่\tNew Year")
	f.Add("วันเสาร์ที่ ๑ มกราคม ๒๕๗๑ | ก | ยะลา")
	f.Fuzz(func(t *testing.T, text string) {
		days, left := pastedHolidays(text)
		if len(days) > mostHolidays {
			t.Fatalf("%d days", len(days))
		}
		for _, h := range days {
			if d, err := calendar.ParseThai(h.Date.Short("th")); err != nil || d != h.Date || h.Name.TH == "" {
				t.Errorf("%+v is not read again: %v", h, err)
			}
		}
		for _, l := range left {
			if strings.Contains(l, "\n") || l == "" {
				t.Errorf("left %q", l)
			}
		}
	})
}
