package pages

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"khumue/internal/catalog"
	"khumue/syncd/internal/immediate"
)

// serving are the points that serve a manual.
func (o *office) serving(id catalog.ManualID) []catalog.PointCode {
	o.t.Helper()
	points, err := o.direct.Points(immediate.PointFilter{Manual: id})
	o.must(err)
	var out []catalog.PointCode
	for _, p := range points {
		out = append(out, p.Code)
	}
	return out
}

func TestACentralOfficerLinksAManualToThreePointsAndUnlinksOne(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	three := []catalog.PointCode{area2, area3, songkhla}
	o.send(p, pointURL(songkhla)+"/links", url.Values{"op": {"remove"}, "manual": {string(plates)}, "process": {"dlt-67bh3p"}}).wantLed(t, pointURL(songkhla)+"/links")
	if slices.Contains(o.serving(plates), songkhla) {
		t.Fatal("the manual is still linked")
	}
	for _, code := range three {
		o.send(p, pointURL(code)+"/links", url.Values{"op": {"add"}, "manual": {string(plates)}}).wantLed(t, pointURL(code)+"/links")
	}
	for _, code := range three {
		if !slices.Contains(o.serving(plates), code) {
			t.Errorf("%s does not serve the manual", code)
		}
	}
	o.get(p, pointURL(area3)+"/links").want(t, http.StatusOK, "ให้บริการอยู่", string(plates))
	o.send(p, pointURL(area3)+"/links", url.Values{"op": {"remove"}, "manual": {string(plates)}}).wantLed(t, pointURL(area3)+"/links")
	if slices.Contains(o.serving(plates), area3) || !slices.Contains(o.serving(plates), area2) {
		t.Errorf("served by %v", o.serving(plates))
	}
}

func TestWhatIsLinkedIsSearchedForTickedAndCopied(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	at := pointURL(area2) + "/links"
	o.get(p, at+"?q="+string(vehicleTax)).want(t, http.StatusOK, "พบ 1 คู่มือ", "ภาษีรถประจำปี")
	o.get(p, at+"?q=no-such-manual").want(t, http.StatusOK, "ไม่พบคู่มือหรือกระบวนงาน")
	o.get(p, at+"?q=dlt-xgveap").want(t, http.StatusOK, "กระบวนงาน")
	o.post(p, at, "op", "add").want(t, http.StatusBadRequest, "ยังไม่ได้เลือก")
	o.post(p, at, "op", "add", "manual", "dlt-nosuch").want(t, http.StatusBadRequest, "ไม่มีคู่มือ dlt-nosuch")
	o.post(p, at, "op", "add", "manual", "../etc").want(t, http.StatusBadRequest)
	o.post(p, at+"/copy", "from", "no-such").want(t, http.StatusBadRequest, "ไม่พบจุดบริการรหัสนี้")
	o.post(p, at+"/copy").want(t, http.StatusBadRequest, "ไม่พบจุดบริการรหัสนี้")
	o.post(p, at+"/copy", "from", string(songkhla)).wantLed(t, at)
	has := o.pointNow(area2).Manuals
	for _, id := range o.pointNow(songkhla).Manuals {
		if !slices.Contains(has, id) {
			t.Errorf("%s is not copied", id)
		}
	}
	o.get(p, pointURL(area3)+"/links").want(t, http.StatusNotFound)
	o.post(p, pointURL(area3)+"/links", "op", "add", "manual", string(plates)).want(t, http.StatusNotFound)
	author := o.hire("อารี", grant(catalog.RoleAuthor, "dlt"))
	o.get(author, pointURL(area2)).want(t, http.StatusOK, "แก้สิ่งที่ให้บริการ")
	o.get(author, pointURL(area2)+"/hours").want(t, http.StatusForbidden)
	o.post(author, pointURL(area2)+"/status", "status", "hidden").want(t, http.StatusForbidden)
}

func TestAManualIsLinkedToManyPointsAtOnce(t *testing.T) {
	o := openStructure(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	at := manualURL(plates) + "/points"
	form := func(op string, points ...string) url.Values { return url.Values{"op": {op}, "point": points} }

	o.send(p, at, url.Values{"op": {"remove"}, "all": {"1"}}).wantLed(t, at)
	if left := o.serving(plates); len(left) > 0 {
		t.Fatalf("still served by %v", left)
	}
	o.send(p, at, form("add", string(area2), string(area3), string(songkhla))).wantLed(t, at)
	o.send(p, at, form("remove", string(area3))).wantLed(t, at)
	if got := o.serving(plates); !slices.Equal(got, []catalog.PointCode{area2, songkhla}) {
		t.Errorf("served by %v", got)
	}
	o.get(p, at+"?province=90").want(t, http.StatusOK, "สำนักงานขนส่งจังหวัดสงขลา")
	o.send(p, at+"?province=90", url.Values{"op": {"remove"}, "all": {"1"}}).wantLed(t, at+"?province=90")
	if got := o.serving(plates); !slices.Equal(got, []catalog.PointCode{area2}) {
		t.Errorf("all of one province left %v", got)
	}
	o.send(p, at, form("add")).want(t, http.StatusBadRequest, "ยังไม่ได้เลือก")
	o.send(p, at+"?unit=no-such", url.Values{"op": {"add"}, "all": {"1"}}).want(t, http.StatusNotFound)
	o.get(p, "/manuals/"+string(area2)+"/points").want(t, http.StatusNotFound)

	point := o.hire("กานดา", grant(catalog.RolePoint, "dlt", area2))
	o.send(point, at, form("add", string(area3))).want(t, http.StatusForbidden)
	o.send(point, at, url.Values{"op": {"remove"}, "all": {"1"}}).wantLed(t, at)
	if got := o.serving(plates); len(got) > 0 {
		t.Errorf("the point officer left %v", got)
	}
}
