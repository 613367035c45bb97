package pages

import (
	"net/http"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/syncd/internal/immediate"
)

// Points of the sample content.
const (
	area2    = catalog.PointCode("dlt-area2")
	area3    = catalog.PointCode("dlt-area3")
	songkhla = catalog.PointCode("dlt-songkhla")
)

// openStructure is a back office whose structure knows the points of the content.
func openStructure(t testing.TB, change ...func(*Config)) *office {
	t.Helper()
	o := open(t, change...)
	points, err := o.direct.Points(immediate.PointFilter{Agency: "dlt"})
	o.must(err)
	o.state.points["dlt"] = nil
	for _, p := range points {
		o.state.points["dlt"] = append(o.state.points["dlt"], &catalog.Point{Code: p.Code, Name: p.Name})
	}
	return o
}

// pointNow is a point as it is published.
func (o *office) pointNow(code catalog.PointCode) *catalog.Point {
	o.t.Helper()
	at, err := o.direct.File(string(code))
	o.must(err)
	dga := o.hire("ผู้ดู", grant(catalog.RoleDGA, ""))
	s, err := o.direct.Open(o.by(dga), at.Path)
	o.must(err)
	if at.Kind != corpus.PointFile {
		o.t.Fatalf("%s is no point", code)
	}
	return s.Value.(*catalog.Point)
}

func TestAPointOfficerHidesItsPointAndNoOther(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กานดา แจ่มใส", grant(catalog.RolePoint, "dlt", area2))
	at := pointURL(area2)

	list := o.get(p, "/structure?unit=dlt")
	list.want(t, http.StatusOK, "1 จุดบริการ", "แสดงผล")
	if !list.links(at) || list.links(pointURL(area3)) {
		t.Error("the list leads elsewhere than to the officer's own point")
	}
	page := o.get(p, at)
	page.want(t, http.StatusOK, "การแสดงผล", "ประวัติการเปลี่ยนแปลง", "นำเข้าข้อมูล")
	if !page.links("https://site.example/point/dlt-area2/") {
		t.Error("the page does not lead to the public's")
	}

	o.post(p, at+"/status", "status", "hidden", "why", "ย้ายสำนักงาน").wantLed(t, at)
	if got := o.pointNow(area2).Status; got != catalog.Hidden {
		t.Errorf("the point is %q", got)
	}
	hidden := o.get(p, at)
	hidden.want(t, http.StatusOK, "ไม่แสดงผล แล้ว", "กานดา แจ่มใส", "ย้ายสำนักงาน", "ย้อนกลับ")
	hidden.wantNot(t, "https://site.example/point/dlt-area2/")

	for _, path := range []string{"/status", "/confirm", "/closure", "/cancel"} {
		o.post(p, pointURL(area3)+path, "status", "hidden").want(t, http.StatusNotFound, "ไม่พบจุดบริการนี้")
	}
	o.get(p, pointURL(area3)).want(t, http.StatusNotFound, "ไม่พบจุดบริการนี้")
	o.get(p, "/points/no-such").want(t, http.StatusNotFound, "ไม่พบจุดบริการนี้")
	if got := o.pointNow(area3).Status; got == catalog.Hidden {
		t.Error("another's point is hidden")
	}

	o.post(p, at+"/revert", "commit", hidden.input("commit")).wantLed(t, at)
	if !o.pointNow(area2).Visible() {
		t.Error("the change is not taken back")
	}
}

func TestAPointClosesForATimeWithDaysAndAReason(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กานดา แจ่มใส", grant(catalog.RolePoint, "dlt", area2))
	at := pointURL(area2)
	for name, c := range map[string]struct {
		fields []string
		says   string
	}{
		"without a state":                {nil, "เลือกสถานะของจุดบริการ"},
		"a state of the person's making": {[]string{"status", "gone"}, "เลือกสถานะของจุดบริการ"},
		"without days":                   {[]string{"status", "closed-temporarily"}, "บอกวันแรกที่ปิด"},
		"without a reason":               {[]string{"status", "closed-temporarily", "closed-from", "1/12/2569"}, "บอกเหตุผลเป็นภาษาไทย"},
		"a day that is none":             {[]string{"status", "closed-temporarily", "closed-from", "32/12/2569", "closed-th", "ซ่อม"}, "อ่านวันที่นี้ไม่ได้"},
		"ending before it begins":        {[]string{"status", "closed-temporarily", "closed-from", "5/12/2569", "closed-to", "4/12/2569", "closed-th", "ซ่อม"}, "วันสุดท้ายอยู่ก่อนวันแรก"},
	} {
		t.Run(name, func(t *testing.T) {
			a := o.post(p, at+"/status", c.fields...)
			a.want(t, http.StatusBadRequest, c.says)
			if len(c.fields) > 2 && a.input("closed-from") != c.fields[3] {
				t.Errorf("what was typed is gone: %q", a.input("closed-from"))
			}
		})
	}
	o.post(p, at+"/status", "status", "closed-temporarily", "closed-from", "1/12/2569", "closed-to", "3/12/2569", "closed-th", "ปรับปรุงอาคาร").wantLed(t, at)
	got := o.pointNow(area2)
	if got.Status != catalog.ClosedTemporarily || got.Closed.Value.From.ISO() != "2026-12-01" || got.Closed.Value.To.ISO() != "2026-12-03" || got.Closed.Value.Reason.TH != "ปรับปรุงอาคาร" {
		t.Errorf("got %q %+v", got.Status, got.Closed)
	}
	o.post(p, at+"/closure", "shut-from", "31/12/2569", "shut-th", "วันสิ้นปี").wantLed(t, at)
	o.get(p, at).want(t, http.StatusOK, "1 ธ.ค. 2569 – 3 ธ.ค. 2569 · ปรับปรุงอาคาร", "31 ธ.ค. 2569", "วันสิ้นปี")
}

func TestCancellingAPointAsksFirst(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(p, pointURL(area2)+"/cancel").want(t, http.StatusOK, "สิ่งที่จะเกิดขึ้น")
	if o.pointNow(area2).Status == catalog.Cancelled {
		t.Fatal("asking cancels")
	}
	o.post(p, pointURL(area2)+"/cancel").wantLed(t, pointURL(area2))
	if got := o.pointNow(area2).Status; got != catalog.Cancelled {
		t.Errorf("the point is %q", got)
	}
}

func TestWhatNobodyConfirmedForAYearIsMarked(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.at = o.at.AddDate(0, 9, 0)
	p = o.again(p)
	o.get(p, pointURL(songkhla)).want(t, http.StatusOK, "27 ส.ค. 2569 ใกล้ครบ 1 ปี")
	o.at = o.at.AddDate(0, 1, 0)
	p = o.again(p)
	o.get(p, pointURL(songkhla)).want(t, http.StatusOK, "27 ส.ค. 2569 ถึงเวลายืนยัน")
	before := o.get(p, "/structure?unit=dlt").text
	o.post(p, pointURL(songkhla)+"/confirm").wantLed(t, pointURL(songkhla))
	o.get(p, pointURL(songkhla)).want(t, http.StatusOK, "22 ก.ย. 2570")
	if after := o.get(p, "/structure?unit=dlt").text; strings.Count(after, "ถึงเวลายืนยัน") >= strings.Count(before, "ถึงเวลายืนยัน") {
		t.Error("the list does not follow")
	}
}

func TestTheTreeBeginsWhereThePersonReaches(t *testing.T) {
	o := openStructure(t)
	for name, c := range map[string]struct {
		who        *officer
		path       string
		leads, not []string
	}{
		"the country":             {o.hire("ก", grant(catalog.RoleDGA, "")), "/structure", []string{"/structure?unit=mot", "/structure?unit=moph"}, []string{"/structure?unit=dlt"}},
		"a ministry":              {o.hire("ข", grant(catalog.RoleCentral, "mot")), "/structure", []string{"/structure?unit=mot"}, []string{"/structure?unit=dlt", "/structure?unit=moph"}},
		"what is below one":       {o.hire("ค", grant(catalog.RoleCentral, "mot")), "/structure?unit=dlt", []string{"/structure?unit=mot", "/structure?unit=dlt-cmi"}, []string{"/structure?unit=moph"}},
		"who writes manuals":      {o.hire("ง", grant(catalog.RoleAuthor, "dlt")), "/structure", []string{"/structure?unit=dlt"}, []string{"/structure?unit=dlt-cmi", "/structure?unit=mot"}},
		"by words":                {o.hire("จ", grant(catalog.RoleCentral, "mot")), "/structure?unit=Chiang", []string{"/structure?unit=mot", "/structure?unit=dlt"}, nil},
		"what one does not reach": {o.hire("ฉ", grant(catalog.RoleCentral, "mot")), "/structure?unit=moph", nil, []string{"/structure?unit=long"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := o.get(c.who, c.path)
			a.want(t, http.StatusOK)
			for _, to := range c.leads {
				if !a.links(to) {
					t.Errorf("does not lead to %s", to)
				}
			}
			for _, to := range c.not {
				if a.links(to) {
					t.Errorf("leads to %s", to)
				}
			}
		})
	}
}

func TestAClosureOfAnAgencyReachesItsPoints(t *testing.T) {
	o := openStructure(t)
	central, point := o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	o.post(central, "/structure/closure?unit=dlt", "shut-from", "4/1/2570").want(t, http.StatusBadRequest, "บอกเหตุผลเป็นภาษาไทย")
	o.post(central, "/structure/closure?unit=dlt", "shut-from", "4/1/2570", "shut-th", "ย้ายระบบ").wantLed(t, "/structure?unit=dlt")
	o.get(central, "/structure?unit=dlt").want(t, http.StatusOK, "4 ม.ค. 2570", "ย้ายระบบ")
	at, err := o.direct.File("dlt")
	o.must(err)
	s, err := o.direct.Open(o.by(central), at.Path)
	o.must(err)
	o.state.agencies["dlt"].Closures = s.Value.(*catalog.Agency).Closures
	o.get(point, pointURL(area2)).want(t, http.StatusOK, "ประกาศปิดทำการ", "ย้ายระบบ")
	o.post(point, "/structure/closure?unit=dlt", "shut-from", "4/1/2570", "shut-th", "ก").want(t, http.StatusForbidden)
	o.post(central, "/structure/closure?unit=moph", "shut-from", "4/1/2570", "shut-th", "ก").want(t, http.StatusNotFound)
	o.post(central, "/structure/confirm?unit=dlt").wantLed(t, "/structure?unit=dlt")
	if s, err = o.direct.Open(o.by(central), at.Path); err != nil || s.Value.(*catalog.Agency).ConfirmedOn.ISO() != "2026-11-22" {
		t.Errorf("got %+v, %v", s.Value, err)
	}
}
