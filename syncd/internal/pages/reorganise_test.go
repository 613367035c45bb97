package pages

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/reorganise"
)

// moves is the desk of reorganisations. The state of the tests follows it by hand.
func (o *office) moves(now func() time.Time) *reorganise.Desk {
	return &reorganise.Desk{
		Ledger: o.manuals.Ledger, Direct: o.direct, People: o.store, Papers: library{o.store}, Now: now, Random: rand.Reader, Log: o.logger(),
		Landed: func(ctx context.Context, _ ledger.Landed) { o.must(o.manuals.CatchUp(ctx)) },
	}
}

// published reports whether something stands at a path of what is published.
func (o *office) published(at string) bool {
	o.t.Helper()
	_, main, err := o.manuals.Ledger.Repo.Resolve(gitrepo.Main)
	o.must(err)
	_, err = o.manuals.Ledger.Repo.Find(main.Tree, at)
	return err == nil
}

func TestADepartmentIsMovedAfterADryRunAndTakenBack(t *testing.T) {
	o := openStructure(t)
	dga := o.hire("ดวงใจ", grant(catalog.RoleDGA, ""))
	o.hire("มานี", grant(catalog.RoleCentral, "mot"))
	const at = "/structure/dlt/reorganise"
	if !o.get(dga, "/structure?unit=dlt").links(at) {
		t.Error("the agency's page does not lead there")
	}
	ways := o.get(dga, at)
	ways.want(t, http.StatusOK, "ย้ายไปสังกัดหน่วยงานอื่น", "แยกบางส่วนเป็นหน่วยงานใหม่", "ยังไม่เคยปรับโครงสร้าง")
	o.get(dga, at+"?how=move").want(t, http.StatusOK, "สังกัดใหม่")

	o.post(dga, at, "how", "move", "op", "look").want(t, http.StatusBadRequest, "บอกชื่อหรือรหัสของหน่วยงาน")
	o.post(dga, at, "how", "move", "op", "look", "to", "ไม่มี").want(t, http.StatusBadRequest, "ไม่มี")
	o.post(dga, at, "how", "move", "op", "look", "to", "กระทรวง").want(t, http.StatusBadRequest, "เลือกหนึ่งแห่ง", "กระทรวงสาธารณสุข")
	o.post(dga, at, "how", "move", "op", "look", "to", "กระทรวงคมนาคม (mot)").want(t, http.StatusBadRequest, "อยู่ที่นั่นอยู่แล้ว")
	dry := o.post(dga, at, "how", "move", "op", "look", "top", "1")
	dry.want(t, http.StatusOK, "เป็นหน่วยงานระดับบนสุด", "จุดบริการ", "คู่มือ", "ไม่เห็นอีกต่อไป", "มานี")
	if o.published("agencies/dlt") {
		t.Fatal("a dry run moved it")
	}
	seen := dry.input("seen")
	o.post(dga, at, "how", "move", "op", "do", "top", "1", "seen", seen).want(t, http.StatusBadRequest, "บอกเหตุผล")
	o.hire("ชูใจ", grant(catalog.RoleCentral, "mot"))
	again := o.post(dga, at, "how", "move", "op", "do", "top", "1", "seen", seen, "why", "พระราชกฤษฎีกา")
	again.want(t, http.StatusConflict, "ข้อมูลเปลี่ยนไป", "ชูใจ", "พระราชกฤษฎีกา")
	o.post(dga, at, "how", "move", "op", "do", "top", "1", "seen", again.input("seen"), "why", "พระราชกฤษฎีกา").wantLed(t, "/structure?unit=dlt")
	if !o.published("agencies/dlt/manuals/" + string(vehicleTax)) {
		t.Fatal("it was not moved")
	}
	o.get(dga, "/trail?action=agency.").want(t, http.StatusOK, "ย้ายหน่วยงาน", "ดวงใจ")

	past := o.get(dga, at)
	past.want(t, http.StatusOK, "เป็นหน่วยงานระดับบนสุด", "พระราชกฤษฎีกา", "ย้อนกลับ")
	dry = o.post(dga, at, "how", "undo", "commit", past.input("commit"))
	dry.want(t, http.StatusOK, "ย้อนกลับ: ย้าย กรมการขนส่งทางบก ไปสังกัด กระทรวงคมนาคม", "เห็นและดูแลเพิ่มขึ้น")
	o.post(dga, at, "how", "undo", "commit", past.input("commit"), "op", "do", "seen", dry.input("seen"), "why", "ผิด").wantLed(t, "/structure?unit=dlt")
	if !o.published("agencies/mot/dlt") || o.published("agencies/dlt") {
		t.Error("it was not taken back")
	}
	o.post(dga, at, "how", "undo", "commit", past.input("commit")).want(t, http.StatusConflict, "ย้อนกลับไปแล้ว")
}

func TestANewAgencyTakesWhatIsTicked(t *testing.T) {
	o := openStructure(t)
	above := o.hire("กลาง", grant(catalog.RoleCentral, "mot"))
	const at = "/structure/dlt/reorganise"
	form := o.get(above, at+"?how=split")
	form.want(t, http.StatusOK, "รหัสของหน่วยงานใหม่", "dlt-xgveak", "dlt-area2")
	o.post(above, at, "how", "split", "op", "look", "to", "dlt-2", "kind", "department", "pick", string(area2)).want(t, http.StatusBadRequest, "ยังไม่ได้ระบุชื่อภาษาไทย")
	kept := o.post(above, at, "how", "split", "op", "look", "to", "dlt", "th", "กรมใหม่", "kind", "department", "pick", string(area2))
	kept.want(t, http.StatusConflict, "ใช้แล้ว")
	if kept.input("th") != "กรมใหม่" || !strings.Contains(kept.body, `value="dlt-area2" checked`) {
		t.Error("what was filled in is gone")
	}
	dry := o.post(above, at, "how", "split", "op", "look", "to", "dlt-2", "th", "กรมใหม่", "kind", "department", "pick", string(area2), "codes", string(vehicleTax)+"\n"+string(area3))
	dry.want(t, http.StatusOK, "แยกบางส่วนของ กรมการขนส่งทางบก เป็น กรมใหม่")
	o.post(above, at, "how", "split", "op", "do", "to", "dlt-2", "th", "กรมใหม่", "kind", "department", "pick", string(area2), "codes", string(vehicleTax)+" "+string(area3),
		"seen", dry.input("seen"), "why", "แยก").wantLed(t, "/structure?unit=dlt")
	if !o.published("agencies/mot/dlt-2/points/dlt-area2.yaml") || !o.published("agencies/mot/dlt-2/manuals/"+string(vehicleTax)) || o.published("agencies/mot/dlt/points/dlt-area3.yaml") {
		t.Error("the new agency does not have what was ticked")
	}
}

func TestANameIsChangedAfterADryRun(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	const at = "/structure/dlt/reorganise"
	if got := o.get(central, at+"?how=rename").input("th"); got != "กรมการขนส่งทางบก" {
		t.Errorf("the form begins with %q", got)
	}
	dry := o.post(central, at, "how", "rename", "op", "look", "th", "กรมการขนส่ง", "en", "Transport")
	dry.want(t, http.StatusOK, "เปลี่ยนชื่อ", "กรมการขนส่ง", "ไม่มีผู้ใดที่สิทธิ์เปลี่ยนไป")
	o.post(central, at, "how", "rename", "op", "do", "th", "กรมการขนส่ง", "en", "Transport", "seen", dry.input("seen"), "why", "ชื่อใหม่").wantLed(t, "/structure?unit=dlt")
	o.post(central, at, "how", "move", "op", "look", "top", "1").want(t, http.StatusForbidden)
}

func TestOthersLearnNothingOfAReorganisation(t *testing.T) {
	o := openStructure(t)
	for name, who := range map[string]*officer{
		"another ministry": o.hire("ก", grant(catalog.RoleCentral, "moph")), "who writes": o.hire("ข", grant(catalog.RoleAuthor, "dlt")),
		"who reviews": o.hire("ค", grant(catalog.RoleReviewer, "dlt")), "a point": o.hire("ง", grant(catalog.RolePoint, "dlt", area2)), "OPDC": o.hire("จ", grant(catalog.RoleOPDC, "")),
	} {
		t.Run(name, func(t *testing.T) {
			for _, a := range []answer{o.get(who, "/structure/dlt/reorganise"), o.get(who, "/structure/none/reorganise"), o.post(who, "/structure/dlt/reorganise", "how", "move", "top", "1"), o.post(who, "/structure/dlt/reorganise", "how", "move", "top", "1", "op", "do", "seen", "x", "why", "x")} {
				if a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusNotFound {
					t.Errorf("got %d: %.200s", a.StatusCode, a.text)
				}
			}
		})
	}
	if !o.published("agencies/mot/dlt") {
		t.Error("it was moved")
	}
}
