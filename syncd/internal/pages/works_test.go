package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/syncd/internal/immediate"
)

func TestProcessesAreListedForWhoMayChangeOrLinkThem(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	all := o.get(central, "/processes")
	all.want(t, http.StatusOK, "5 รายการ", "ออกใบอนุญาต", "11 จุดบริการ", "10 มี.ค. 2569")
	if !all.links("/processes/dlt-67bh3p") || !all.links("/processes/new?unit=dlt") {
		t.Error("the list leads neither to a process nor to a new one")
	}
	o.get(central, "/processes?licence=yes").want(t, http.StatusOK, "2 รายการ")
	o.get(central, "/processes?licence=no&q=%E0%B8%A0%E0%B8%B2%E0%B8%A9%E0%B8%B5").want(t, http.StatusOK, "1 รายการ", "ภาษี")
	o.get(central, "/processes?due=1").want(t, http.StatusOK, "ไม่พบรายการ")
	o.get(central, "/processes?unlinked=1").want(t, http.StatusOK, "ไม่พบรายการ")
	o.get(central, "/processes?unit=moph").want(t, http.StatusOK, "ไม่พบหน่วยงาน")
	o.get(central, "/processes?page=999999999").want(t, http.StatusOK)

	ministry := o.hire("กระทรวง", grant(catalog.RoleCentral, "mot"))
	o.get(ministry, "/processes?unit=mot").want(t, http.StatusOK, "ไม่พบรายการ")
	o.get(ministry, "/processes?unit=mot&below=1").want(t, http.StatusOK, "5 รายการ")
	point := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	seen := o.get(point, "/processes")
	seen.want(t, http.StatusOK, "5 รายการ")
	if seen.links("/processes/new?unit=dlt") {
		t.Error("who may edit none is led to a new one")
	}
	away := o.hire("อื่น", grant(catalog.RoleCentral, "moph"))
	o.get(away, "/processes").want(t, http.StatusOK, "ยังไม่มีกระบวนงาน")
	o.get(o.hire("กพร", grant(catalog.RoleOPDC, "")), "/processes").want(t, http.StatusForbidden)
	o.get(o.hire("ตรวจ", grant(catalog.RoleReviewer, "dlt")), "/processes").want(t, http.StatusForbidden)
}

func TestAProcessSaysWhatNamesAndServesIt(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	const at = "/processes/dlt-67bh3p"
	page := o.get(central, at)
	page.want(t, http.StatusOK, "พระราชบัญญัติรถยนต์", "ส่วนภูมิภาค", "คู่มือที่อ้างถึง", "1 คู่มือ", "11 จุดบริการ")
	for _, to := range []string{at + "/edit", at + "/history", at + "/points", manualURL(plates), pointURL(area2)} {
		if !page.links(to) {
			t.Errorf("it does not lead to %s", to)
		}
	}
	o.post(central, at+"/reviewed").wantLed(t, at)
	o.get(central, at).want(t, http.StatusOK, "22 พ.ย. 2569", "ทบทวน")

	point := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	page = o.get(point, at)
	page.want(t, http.StatusOK, "11 จุดบริการ")
	if page.links(at+"/edit") || page.links(pointURL(area3)) || page.links(manualURL(plates)) || !page.links("https://site.example/procedure/"+string(plates)+"/") {
		t.Error("it leads an officer of one point elsewhere")
	}
	o.post(point, at+"/reviewed").want(t, http.StatusForbidden)
	away := o.hire("อื่น", grant(catalog.RoleCentral, "moph"))
	for _, path := range []string{at, at + "/points", "/processes/no-such", "/processes/" + string(plates)} {
		o.get(away, path).want(t, http.StatusNotFound)
	}
	o.post(away, at+"/reviewed").want(t, http.StatusNotFound)
	o.post(away, at+"/points", "op", "add", "point", string(area2)).want(t, http.StatusNotFound)
}

func TestAProcessIsLinkedToPointsFromBothSides(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	const id, at = catalog.ProcessID("dlt-67bh3p"), "/processes/dlt-67bh3p/points"
	serving := func() (out []catalog.PointCode) {
		points, err := o.direct.Points(immediate.PointFilter{Process: id})
		o.must(err)
		for _, p := range points {
			out = append(out, p.Code)
		}
		return out
	}
	o.get(central, at).want(t, http.StatusOK, "ให้บริการรวม 11 จุดทั่วประเทศ", "เชื่อมโยงที่เลือก")
	o.send(central, at, url.Values{"op": {"remove"}, "all": {"1"}}).wantLed(t, at)
	if left := serving(); len(left) > 0 {
		t.Fatalf("still served by %v", left)
	}
	o.send(central, at, url.Values{"op": {"add"}, "point": {string(area2), string(songkhla)}}).wantLed(t, at)
	o.send(central, pointURL(area3)+"/links", url.Values{"op": {"add"}, "process": {string(id)}}).wantLed(t, pointURL(area3)+"/links")
	o.send(central, pointURL(songkhla)+"/links", url.Values{"op": {"remove"}, "process": {string(id)}}).wantLed(t, pointURL(songkhla)+"/links")
	if got := serving(); !slices.Equal(got, []catalog.PointCode{area2, area3}) {
		t.Errorf("served by %v", got)
	}
	view := o.get(central, "/processes/dlt-67bh3p")
	for code, served := range map[catalog.PointCode]bool{area2: true, area3: true, songkhla: false} {
		there := strings.Contains(o.get(central, pointURL(code)+"/links").text, string(id))
		if view.links(pointURL(code)) != served || there != served {
			t.Errorf("%s: the process's page says %v, the point's %v, want %v", code, view.links(pointURL(code)), there, served)
		}
	}
	o.send(central, at, url.Values{"op": {"add"}}).want(t, http.StatusBadRequest, "ยังไม่ได้เลือก")
	point := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	o.send(point, at, url.Values{"op": {"remove"}, "point": {string(area3)}}).want(t, http.StatusForbidden)
}

// advise adds another service to the department, and returns its address.
func (o *office) advise(by *officer) string {
	o.t.Helper()
	saved, err := o.direct.Create(o.t.Context(), o.by(by), immediate.New{Agency: "dlt", Value: &catalog.Service{
		Title: catalog.Text{TH: "ให้คำปรึกษาเรื่องรถ", EN: "Advice about vehicles"}, CommonNames: catalog.Some([]string{"ถามเรื่องทะเบียน"}), Categories: []catalog.Slug{"transport"},
		Channels: []catalog.Channel{{Kind: catalog.Counter}}, Body: catalog.Body{Markdown: "มาได้ทุกวันทำการ\n"},
	}})
	o.must(err)
	return "/services/" + saved.ID
}

func TestOtherServicesAreListedForTheirAgencies(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(central, "/services").want(t, http.StatusOK, "ยังไม่มีบริการอื่นๆ")
	at := o.advise(central)
	list := o.get(central, "/services")
	list.want(t, http.StatusOK, "1 รายการ", "ให้คำปรึกษาเรื่องรถ", "ไม่ได้ระบุ")
	if !list.links("/services/new?unit=dlt") || !list.links(at) {
		t.Error("it leads neither to the service nor to a new one")
	}
	o.get(central, "/services?q=%E0%B8%97%E0%B8%B0%E0%B9%80%E0%B8%9A%E0%B8%B5%E0%B8%A2%E0%B8%99").want(t, http.StatusOK, "1 รายการ")
	o.get(central, "/services?q=none").want(t, http.StatusOK, "ไม่พบรายการ")
	page := o.get(central, at)
	page.want(t, http.StatusOK, "ถามเรื่องทะเบียน", "ติดต่อด้วยตนเอง")
	if !page.links(at+"/edit") || !page.links(at+"/history") || !page.links("https://site.example/service/"+strings.TrimPrefix(at, "/services/")+"/") {
		t.Error("it leads neither to its form nor to the site")
	}
	o.get(central, strings.Replace(at, "services", "processes", 1)).want(t, http.StatusNotFound)
	o.get(o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2)), at).want(t, http.StatusOK)
	o.get(o.hire("อื่น", grant(catalog.RoleCentral, "moph")), at).want(t, http.StatusNotFound)
	o.get(o.hire("กพร", grant(catalog.RoleOPDC, "")), "/services").want(t, http.StatusForbidden)
}

func TestWhatIsDueIsConfirmedRowByRowAndTogether(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	badge := func(p *officer) string {
		for _, n := range o.get(p, "/structure/confirm?due=fresh").all("span", func(a func(string) string) bool { return a("data-badge") == "due" }) {
			return strings.TrimSpace(n.FirstChild.Data)
		}
		return ""
	}
	late := o.get(central, "/structure/confirm")
	late.want(t, http.StatusOK, "ถึงเวลาแล้ว 2", "ยืนยันแล้ว 16", "กรมการขนส่งทางบก", "สำนักงานขนส่งจังหวัดชัยภูมิ", "ยังไม่เคยยืนยัน")
	if got := badge(central); got != "2" {
		t.Errorf("the menu counts %q", got)
	}
	o.get(central, "/structure/confirm?kind=process&due=fresh").want(t, http.StatusOK, "ทบทวนวันนี้แล้ว", "ยืนยันแล้ว 5")
	o.get(central, "/structure/confirm?unit=moph").want(t, http.StatusOK, "ไม่พบหน่วยงาน")
	o.post(central, "/structure/confirm/ticked?kind=point").want(t, http.StatusBadRequest, "ยังไม่ได้เลือก")
	o.post(central, "/structure/confirm/ticked?kind=point", "one", "dlt-chaiyaphum").wantLed(t, "/structure/confirm?kind=point")
	o.get(central, "/structure/confirm?kind=point").want(t, http.StatusOK, "ยืนยันแล้ว 1 รายการ", "ไม่มีรายการในกลุ่มนี้")
	o.send(central, "/structure/confirm/ticked", url.Values{"id": {"dlt", "dlt-67bh3p"}}).wantLed(t, "/structure/confirm")
	if got := badge(central); got != "0" {
		t.Errorf("the menu counts %q after all is confirmed", got)
	}

	point := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	o.get(point, "/structure/confirm?due=fresh").want(t, http.StatusOK, "ยืนยันแล้ว 1", "พื้นที่ 2")
	o.send(point, "/structure/confirm/ticked", url.Values{"id": {string(area2), string(area3)}}).want(t, http.StatusForbidden)
	author := o.hire("อารี", grant(catalog.RoleAuthor, "dlt"))
	o.get(author, "/structure/confirm").want(t, http.StatusForbidden)
	o.post(author, "/structure/confirm/ticked", "one", "dlt").want(t, http.StatusForbidden)
}

func TestANoticeOfClosureIsTakenBackWhereItWasMade(t *testing.T) {
	o := openStructure(t)
	const quiet = catalog.PointCode("dlt-area5") // has no notice of its own yet
	central, point := o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), o.hire("กานดา", grant(catalog.RolePoint, "dlt", quiet))
	o.post(central, "/structure/closure?unit=dlt", "shut-from", "4/1/2570", "shut-th", "ย้ายระบบ").wantLed(t, "/structure?unit=dlt")
	o.post(point, pointURL(quiet)+"/closure", "shut-from", "5/1/2570", "shut-th", "อบรม").wantLed(t, pointURL(quiet))
	at, err := o.direct.File("dlt")
	o.must(err)
	s, err := o.direct.Open(o.by(central), at.Path)
	o.must(err)
	o.state.agencies["dlt"].Closures = s.Value.(*catalog.Agency).Closures

	page := o.get(point, pointURL(quiet))
	page.want(t, http.StatusOK, "ย้ายระบบ จากหน่วยงาน กรมการขนส่งทางบก", "อบรม", "ยกเลิกประกาศ")
	if got := page.input("from"); got != "2027-01-05" || strings.Count(page.text, "ยกเลิกประกาศ") != 1 {
		t.Errorf("the point takes back %q", got)
	}
	o.post(point, pointURL(quiet)+"/closure/remove", "from", "2027-01-04").want(t, http.StatusNotFound)
	o.post(point, pointURL(quiet)+"/closure/remove", "from", "soon").want(t, http.StatusNotFound)
	o.post(point, pointURL(area3)+"/closure/remove", "from", "2027-01-05").want(t, http.StatusNotFound)
	o.post(point, pointURL(quiet)+"/closure/remove", "from", "2027-01-05").wantLed(t, pointURL(quiet))
	if left := o.pointNow(quiet).Closures; len(left) > 0 {
		t.Errorf("the point has %v", left)
	}
	o.post(point, "/structure/closure/remove?unit=dlt", "from", "2027-01-04").want(t, http.StatusForbidden)
	o.post(central, "/structure/closure/remove?unit=dlt", "from", "2027-01-04").wantLed(t, "/structure?unit=dlt")
	o.get(central, "/structure?unit=dlt").wantNot(t, "ย้ายระบบ")
}

func TestAnAgencysPageLeadsToWhatThePersonMayDo(t *testing.T) {
	o := openStructure(t)
	change := []string{"/agencies/dlt/edit", "/agencies/dlt/hours", "/agencies/dlt/history"}
	build := []string{"/points/new?unit=dlt", "/agencies/new?above=dlt", "/agencies/dlt/retire"}
	rooms := []string{"/processes?unit=dlt", "/services?unit=dlt"}
	for name, c := range map[string]struct {
		who   *officer
		leads [][]string
		not   [][]string
	}{
		"a central officer":       {o.hire("ก", grant(catalog.RoleCentral, "dlt")), [][]string{change, build, rooms}, nil},
		"a writer":                {o.hire("ข", grant(catalog.RoleAuthor, "dlt")), [][]string{rooms}, [][]string{change, build}},
		"an officer of one point": {o.hire("ค", grant(catalog.RolePoint, "dlt", area2)), nil, [][]string{change, build, rooms}},
		"DGA":                     {o.hire("ง", grant(catalog.RoleDGA, "")), [][]string{change, build}, [][]string{rooms}},
	} {
		a := o.get(c.who, "/structure?unit=dlt")
		for _, list := range c.leads {
			for _, to := range list {
				if !a.links(to) {
					t.Errorf("%s is not led to %s", name, to)
				}
			}
		}
		for _, list := range c.not {
			for _, to := range list {
				if a.links(to) {
					t.Errorf("%s is led to %s", name, to)
				}
			}
		}
	}
	if a := o.get(o.hire("จ", grant(catalog.RolePoint, "dlt", area2)), pointURL(area2)); !a.links(pointURL(area2) + "/edit") {
		t.Error("the officer of a point is not led to its form")
	}
}
