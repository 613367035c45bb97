package pages

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"khumue/internal/catalog"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// secretOf is the secret that a result page shows.
func secretOf(t *testing.T, a answer) string {
	t.Helper()
	found := a.all("p", func(attr func(string) string) bool { return attr("id") == "secret" })
	if len(found) != 1 {
		t.Fatalf("the page shows no secret: %s", a.text)
	}
	return strings.ReplaceAll(fold(found[0]), " ", "")
}

func TestFromTheFirstTokenToAnAuthorAtWork(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	o.get(dga, "/tokens").want(t, http.StatusOK, "บทบาทระดับประเทศ", "เจ้าหน้าที่ ก.พ.ร.")
	o.get(dga, "/tokens?unit="+url.QueryEscape("ขนส่งทางบก")).want(t, http.StatusOK, "กรมการขนส่งทางบก", "ยังไม่เคยสร้าง", "Token ของแต่ละจุดบริการ")

	a := o.post(dga, "/tokens/issue", "agency", "dlt", "point", "", "role", "central", "seen", "")
	a.want(t, http.StatusOK, "รหัสนี้แสดงครั้งเดียว", "เจ้าหน้าที่ส่วนกลาง", "กรมการขนส่งทางบก", "22 ธ.ค. 2569", host+"/signin", "02 612 6060")
	secret := secretOf(t, a)
	if len(strings.Split(secret, "-")) != 7 {
		t.Errorf("got %q, want seven groups", secret)
	}

	o.id.who = staff.Identity{Name: "สมหญิง ใจดี"}
	central := &officer{}
	o.signIn(central, "central")
	o.post(central, "/token", "token", strings.ToLower(secret)).wantLed(t, "/")
	o.get(central, "/").want(t, http.StatusOK, "ใช้รหัสแล้ว เป็นเจ้าหน้าที่ส่วนกลาง ของกรมการขนส่งทางบก", "ยังไม่มีเจ้าหน้าที่จัดทำคู่มือ", "คนใหม่ใน 7 วัน")

	second := &officer{}
	o.signIn(second, "second")
	b := o.post(second, "/token", "token", secret)
	b.want(t, http.StatusBadRequest, "รหัสนี้ใช้ไม่ได้ อาจพิมพ์ผิด ใช้ไปแล้ว หมดอายุ หรือถูกยกเลิก", "มีสิ่งที่ต้องแก้ไข")
	if b.input("token") != secret || !b.links("#token") {
		t.Error("what was typed is lost, or the summary leads to no field")
	}

	c := o.post(central, "/tokens/issue", "agency", "dlt", "role", "author", "point", "", "seen", "")
	author := &officer{}
	o.signIn(author, "author")
	o.post(author, "/token", "token", secretOf(t, c)).wantLed(t, "/")
	d := o.get(author, "/")
	d.want(t, http.StatusOK, "เจ้าหน้าที่จัดทำคู่มือ", "กรมการขนส่งทางบก", "ไม่มีฉบับร่าง")
	d.wantNot(t, "/tokens", "/users", "/trail")
	o.get(central, "/tokens").want(t, http.StatusOK, "ใช้แล้ว", "สมหญิง ใจดี")
}

func TestATokenIsNotMadeTwiceByOneForm(t *testing.T) {
	o := open(t)
	central := o.hire("ส่วนกลาง", grant(catalog.RoleCentral, "dlt"))
	form := []string{"agency", "dlt", "role", "author", "point", "", "seen", ""}
	first := secretOf(t, o.post(central, "/tokens/issue", form...))
	again := o.post(central, "/tokens/issue", form...)
	again.want(t, http.StatusConflict, "มี Token ที่สร้างเมื่อ 22 พ.ย. 2569 10:42 น. อยู่แล้ว", "กด Refresh")
	again.wantNot(t, first)

	ask := o.get(central, "/tokens/refresh?agency=dlt&role=author")
	ask.want(t, http.StatusOK, "สร้าง Token ใหม่แทนรหัสเดิม", "จะใช้ไม่ได้ทันที")
	next := secretOf(t, o.post(central, "/tokens/issue", "agency", "dlt", "role", "author", "point", "", "seen", ask.input("seen")))
	if next == first {
		t.Error("the secret is the old one")
	}
	author := &officer{}
	o.signIn(author, "author")
	o.post(author, "/token", "token", first).want(t, http.StatusBadRequest)
	o.post(author, "/token", "token", next).wantLed(t, "/")
}

func TestARevokedTokenGivesNothing(t *testing.T) {
	o := open(t)
	central := o.hire("ส่วนกลาง", grant(catalog.RoleCentral, "dlt"))
	secret := secretOf(t, o.post(central, "/tokens/issue", "agency", "dlt", "role", "point", "point", "dlt-p03", "seen", ""))
	o.get(central, "/tokens?unit=dlt&point=dlt-p03").want(t, http.StatusOK, "ใช้ได้", "สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 4")
	o.get(central, "/tokens/revoke?agency=dlt&role=point&point=dlt-p03").want(t, http.StatusOK, "ผู้ที่ใช้รหัสไปแล้วยังทำงานได้ตามเดิม")
	o.post(central, "/tokens/revoke", "agency", "dlt", "role", "point", "point", "dlt-p03").wantLed(t, "/tokens?unit=dlt&point=dlt-p03#points")
	o.get(central, "/tokens?unit=dlt&point=dlt-p03").want(t, http.StatusOK, "ยกเลิก Token ของเจ้าหน้าที่จุดบริการแล้ว", "ยกเลิกเมื่อ 22 พ.ย. 2569 10:42 น.")
	p := &officer{}
	o.signIn(p, "p")
	o.post(p, "/token", "token", secret).want(t, http.StatusBadRequest)
}

func TestTokensAreTheOwnAgencysAndThoseBelow(t *testing.T) {
	o := open(t)
	central := o.hire("ส่วนกลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(central, "/tokens").want(t, http.StatusOK, "กรมการขนส่งทางบก")
	o.get(central, "/tokens?unit=dlt-cmi").want(t, http.StatusOK, "สำนักงานขนส่งจังหวัดเชียงใหม่")
	for _, agency := range []string{"mot", "doh", "moph", "none"} {
		o.post(central, "/tokens/issue", "agency", agency, "role", "author", "point", "", "seen", "").want(t, http.StatusForbidden, "ไม่มีสิทธิ์ทำรายการนี้")
	}
	o.post(central, "/tokens/issue", "agency", "", "role", "dga", "point", "", "seen", "").want(t, http.StatusForbidden)
	o.post(central, "/tokens/issue", "agency", "dlt", "role", "king", "point", "", "seen", "").want(t, http.StatusBadRequest)
	o.post(central, "/tokens/issue", "agency", "dlt", "role", "author", "point", "dlt-p01", "seen", "").want(t, http.StatusBadRequest)
}

func TestPointsArePagedAndFound(t *testing.T) {
	o := open(t)
	central := o.hire("ส่วนกลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(central, "/tokens").want(t, http.StatusOK, "1–25 จาก 60")
	o.get(central, "/tokens?page=3").want(t, http.StatusOK, "51–60 จาก 60", "พื้นที่ 60")
	o.get(central, "/tokens?page=99").want(t, http.StatusOK)
	o.get(central, "/tokens?point="+url.QueryEscape("พื้นที่ 42")).want(t, http.StatusOK, "พื้นที่ 42")
	o.get(central, "/tokens?point=none").want(t, http.StatusOK, "ไม่พบจุดบริการชื่อนี้")
}

func TestAnAgencyIsNamedInManyWays(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	for typed, want := range map[string]string{"dlt": "กรมการขนส่งทางบก", "กรมการขนส่งทางบก (dlt)": "กรมการขนส่งทางบก", "ทางหลวง": "กรมทางหลวง"} {
		o.get(dga, "/tokens?unit="+url.QueryEscape(typed)).want(t, http.StatusOK, want, "ยังไม่เคยสร้าง")
	}
	o.get(dga, "/tokens?unit="+url.QueryEscape("กระทรวง")).want(t, http.StatusOK, "หมายถึงหน่วยงานใด", "กระทรวงคมนาคม", "กระทรวงสาธารณสุข")
	a := o.get(dga, "/users?unit=nothing")
	a.want(t, http.StatusOK, "ไม่พบหน่วยงานชื่อนี้")
	if a.input("unit") != "nothing" || !a.links("#unit") {
		t.Error("what was typed is lost, or the summary leads to no field")
	}
	if got := o.get(dga, "/agencies/find?q=dlt").body; !strings.Contains(got, `"value":"กรมการขนส่งทางบก (dlt)"`) {
		t.Errorf("got %s", got)
	}
}

func TestUsersAreSoughtSortedAndPaged(t *testing.T) {
	o := open(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	for i := range 30 {
		o.at = o.at.Add(time.Minute)
		o.hire("ผู้จัดทำ "+string(rune('ก'+i)), grant(catalog.RoleAuthor, "dlt"))
	}
	o.at = o.at.Add(time.Minute)
	both := o.hire("สองหน่วยงาน", grant(catalog.RoleReviewer, "dlt-cmi"), grant(catalog.RoleAuthor, "moph"))
	o.hire("ลับ", grant(catalog.RoleAuthor, "moph"))
	central = o.again(central)
	a := o.get(central, "/users")
	a.want(t, http.StatusOK, "ผู้ใช้ 32 คน", "1–25 จาก 32")
	a.wantNot(t, "ลับ")
	o.get(central, "/users?page=2").want(t, http.StatusOK, "26–32 จาก 32")
	b := o.get(central, "/users?role=reviewer")
	b.want(t, http.StatusOK, "ผู้ใช้ 1 คน", "สองหน่วยงาน", "สำนักงานขนส่งจังหวัดเชียงใหม่")
	b.wantNot(t, "สาธารณสุข")
	o.get(central, "/users?q="+url.QueryEscape("ไม่มีใคร")).want(t, http.StatusOK, "ไม่พบผู้ใช้ตามที่ค้นหา")
	c := o.get(central, "/users/"+string(both.id))
	c.want(t, http.StatusOK, "สองหน่วยงาน", "เจ้าหน้าที่รีวิวคู่มือ", "ได้จาก Token")
	c.wantNot(t, "สาธารณสุข")
	d := o.get(central, "/users?sort=created&down=1")
	first := d.all("tr", func(func(string) string) bool { return true })[1]
	if !strings.Contains(fold(first), "สองหน่วยงาน") {
		t.Errorf("the newest is not the first: %s", fold(first))
	}
	if th := d.all("th", func(attr func(string) string) bool { return attr("aria-sort") == "descending" }); len(th) != 1 {
		t.Error("the order is not said")
	}
	for _, odd := range []string{"?sort=name;DROP", "?sort=password", "?page=-1", "?page=1e9", "?page=999999999999", "?role=x", "?q=%00%ff"} {
		o.get(central, "/users"+odd).want(t, http.StatusOK)
	}
}

func TestARoleIsChanged(t *testing.T) {
	o := open(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	p := o.hire("สมชาย", grant(catalog.RoleAuthor, "dlt"), grant(catalog.RoleReviewer, "dlt"))
	at := "/users/" + string(p.id) + "/grants/" + p.grants[0]
	o.get(central, at).want(t, http.StatusOK, "ตอนนี้เป็นเจ้าหน้าที่จัดทำคู่มือ", "เจ้าหน้าที่จุดบริการ")
	o.post(central, at).want(t, http.StatusBadRequest, "ยังไม่ได้เลือกบทบาทใหม่")
	a := o.post(central, at, "role", "reviewer")
	a.want(t, http.StatusConflict, "ผู้ใช้มีบทบาทนี้อยู่แล้ว")
	if chosen := a.all("input", func(attr func(string) string) bool { return attr("value") == "reviewer" }); len(chosen) != 1 || !has(chosen[0], "checked") {
		t.Error("what was chosen is lost")
	}
	o.post(central, at, "role", "dga").want(t, http.StatusBadRequest)
	o.post(central, at, "role", "point").wantLed(t, "/users/"+string(p.id))
	o.get(central, "/users/"+string(p.id)).want(t, http.StatusOK, "เปลี่ยนบทบาทของ สมชาย เป็นเจ้าหน้าที่จุดบริการแล้ว", "บทบาทที่ผ่านมา", "22 พ.ย. 2569 – 22 พ.ย. 2569")
	o.post(central, at, "role", "author").want(t, http.StatusNotFound, "อาจถูกเปลี่ยนไปแล้ว")
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func TestWhoIsRemovedIsSignedOutAtOnce(t *testing.T) {
	o := open(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	p := o.hire("สมชาย", grant(catalog.RoleAuthor, "dlt"))
	at := "/users/" + string(p.id) + "/grants/" + p.grants[0] + "/remove"
	o.get(central, at).want(t, http.StatusOK, "ผู้ใช้ถูกออกจากระบบทุกอุปกรณ์ทันที")
	o.get(p, "/").want(t, http.StatusOK)
	o.post(central, at).wantLed(t, "/users")
	o.get(central, "/users").want(t, http.StatusOK, "ลบ สมชาย จากบทบาทเจ้าหน้าที่จัดทำคู่มือแล้ว")
	o.get(p, "/").wantLed(t, "/signin?next=%2F")
	own := "/users/" + string(central.id) + "/grants/" + central.grants[0]
	a := o.post(central, own+"/remove")
	a.want(t, http.StatusConflict, "เป็นเจ้าหน้าที่ส่วนกลางคนสุดท้ายของหน่วยงาน", "ตั้งเจ้าหน้าที่ส่วนกลางคนใหม่ก่อน หรือติดต่อ สพร.")
	o.post(central, own, "role", "author").want(t, http.StatusConflict, "เป็นเจ้าหน้าที่ส่วนกลางคนสุดท้ายของหน่วยงาน")
}

func TestTheDGADisablesAndEnables(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	p := o.hire("สมชาย", grant(catalog.RoleAuthor, "dlt"))
	at := "/users/" + string(p.id)
	o.get(dga, at).want(t, http.StatusOK, "ระงับบัญชี")
	o.get(dga, at+"/disable").want(t, http.StatusOK, "บทบาทยังอยู่")
	o.post(dga, at+"/disable").wantLed(t, at)
	o.get(p, "/").wantLed(t, "/signin?next=%2F")
	o.get(dga, at).want(t, http.StatusOK, "บัญชีถูกระงับตั้งแต่ 22 พ.ย. 2569 10:42 น.", "ยกเลิกการระงับ")
	o.post(dga, at+"/enable").wantLed(t, at)
	o.post(dga, "/users/"+string(dga.id)+"/disable").want(t, http.StatusConflict, "ระงับบัญชีของตนเองไม่ได้")
}

// rows reads a CSV answer and checks its form.
func rows(t *testing.T, a answer) [][]string {
	t.Helper()
	body, marked := strings.CutPrefix(a.body, "\ufeff")
	if !marked || strings.Count(body, "\n") != strings.Count(body, "\r\n") || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment; ") {
		t.Errorf("not a file for spreadsheets: %q %v", body, a.Header)
	}
	all, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhoHadAccessOnADay(t *testing.T) {
	o := open(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	p := o.hire("=HYPERLINK(1)", grant(catalog.RoleAuthor, "dlt"))
	o.at = o.at.Add(48 * time.Hour)
	if err := o.desk.Remove(t.Context(), staff.Console, p.id, p.grants[0]); err != nil {
		t.Fatal(err)
	}
	central = o.again(central)
	o.get(central, "/access?on=22/11/2569").want(t, http.StatusOK, "ผู้มีสิทธิ์ ณ 22 พฤศจิกายน 2569", "2 บทบาท", "=HYPERLINK(1)", "22 พ.ย. 2569 – 24 พ.ย. 2569")
	a := o.get(central, "/access")
	a.want(t, http.StatusOK, "ผู้มีสิทธิ์ ณ 24 พฤศจิกายน 2569", "1 บทบาท")
	a.wantNot(t, "HYPERLINK")
	o.get(central, "/access?on="+url.QueryEscape("21 พ.ย. 2569")).want(t, http.StatusOK, "ไม่มีผู้มีสิทธิ์ ณ 21 พฤศจิกายน 2569")
	wrong := o.get(central, "/access?on=32/1/2569")
	wrong.want(t, http.StatusOK, "อ่านวันที่นี้ไม่ได้")
	if wrong.input("on") != "32/1/2569" || !wrong.links("#on") {
		t.Error("what was typed is lost, or the summary leads to no field")
	}
	file := rows(t, o.get(central, "/access.csv?on=2026-11-22"))
	if len(file) != 3 || file[1][0] != "'=HYPERLINK(1)" || file[1][6] != "2026-11-22T10:42:00+07:00" {
		t.Errorf("got %q", file)
	}
	o.get(central, "/access.csv?on=nonsense").wantLed(t, "/access?on=nonsense")
}

func TestTheTrailSaysWhoDidWhat(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	p := o.hire("สมชาย", grant(catalog.RoleAuthor, "dlt"))
	other := o.hire("คนนอก", grant(catalog.RoleAuthor, "moph"))
	o.at = o.at.Add(time.Minute)
	o.post(central, "/users/"+string(p.id)+"/grants/"+p.grants[0], "role", "reviewer")
	a := o.get(central, "/trail")
	a.want(t, http.StatusOK, "กลาง (เจ้าหน้าที่ส่วนกลาง) เปลี่ยนบทบาทของ สมชาย จากเจ้าหน้าที่จัดทำคู่มือ เป็นเจ้าหน้าที่รีวิวคู่มือ", "22 พ.ย. 2569 10:43 น.", "ผู้ดูแลเครื่องแม่ข่าย สร้าง Token บทบาท")
	a.wantNot(t, "คนนอก", string(other.id), "ลงชื่อเข้าใช้</span>")
	o.get(dga, "/trail?person="+string(other.id)).want(t, http.StatusOK, "คนนอก", "ใช้ Token และได้บทบาทเจ้าหน้าที่จัดทำคู่มือ")
	o.get(dga, "/trail?action=user.").want(t, http.StatusOK, "1 รายการ")
	o.get(dga, "/trail?from=23/11/2569").want(t, http.StatusOK, "ไม่มีรายการตามที่เลือก")
	o.get(dga, "/trail?from=23/11/2569&to=22/11/2569").want(t, http.StatusOK, "วันที่สิ้นสุดต้องไม่มาก่อนวันที่เริ่ม")
	o.get(dga, "/trail?unit=moph").want(t, http.StatusOK, "คนนอก")
	file := rows(t, o.get(dga, "/trail.csv?action=user."))
	if len(file) != 2 || file[1][7] != "user.change-role" || file[1][1] != "กลาง" {
		t.Errorf("got %q", file)
	}
}

func TestALongTrailIsExportedWhole(t *testing.T) {
	o := open(t)
	dga := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, ""))
	err := o.store.Write(t.Context(), func(r staff.Records) error {
		for range 2*entriesPerRead + 5 {
			e := trail.Entry{ID: uuid.Must(uuid.NewV7()).String(), At: o.at.Add(-time.Hour), Action: "future.action", Scope: rights.Scope{Agency: "dlt"}, Before: `{"a":1}`}
			if err := r.Record(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	file := rows(t, o.get(dga, "/trail.csv?to=22/11/2569&unit=dlt"))
	if len(file) != 2*entriesPerRead+6 || !strings.Contains(file[1][4], "future.action") {
		t.Errorf("got %d lines, want %d", len(file), 2*entriesPerRead+6)
	}
	o.get(dga, "/trail?unit=dlt").want(t, http.StatusOK, "2005 รายการ", "ทำรายการ future.action")
}

func TestEverythingThatTheDeskWritesDownHasASentence(t *testing.T) {
	o := open(t)
	for _, action := range []string{"sign-in", "sign-in.refused", "sign-out", "sign-out.everywhere", "sign-out.device", "token.issue", "token.revoke", "token.redeem", "token.refused", "user.import", "user.change-role", "user.remove", "user.disable", "user.enable", "point.show", "point.close", "point.confirm", "point.edit", "point.create", "point.link", "change.revert", "agency.close", "agency.confirm", "agency.edit", "agency.create", "agency.retire", "point.reopen", "agency.reopen", "process.confirm", "structure.confirm"} {
		for _, lang := range []string{"th", "en"} {
			x := o.pages.exchange(nil, (&http.Request{URL: &url.URL{Path: "/"}, Header: http.Header{"Cookie": {"__Host-lang=" + lang}}}))
			s := x.sentence(trail.Entry{Action: action, Before: `{"role":"author"}`, After: `{"role":"point"}`, Subject: "o-aaaaaaaaaaaaaaaa"}, nil)
			if strings.Contains(s, action) || strings.ContainsAny(s, "[%") {
				t.Errorf("%s, %s: got %q", action, lang, s)
			}
		}
	}
}

func TestAPersonSeesAndEndsTheOwnSessions(t *testing.T) {
	o := open(t)
	p := o.hire("สมชาย", grant(catalog.RoleAuthor, "dlt"))
	q := o.again(p)
	a := o.get(p, "/me")
	a.want(t, http.StatusOK, "สมชาย", "Chrome, Windows", "เครื่องนี้", "อุปกรณ์ที่ไม่รู้จัก", "เจ้าหน้าที่จัดทำคู่มือ")
	v, _, _ := o.desk.Recognise(t.Context(), q.secret)
	other := o.hire("คนอื่น")
	o.post(other, "/me/sessions/"+v.Session.ID+"/end").wantLed(t, "/me")
	o.get(q, "/me").want(t, http.StatusOK)
	o.post(p, "/me/sessions/"+v.Session.ID+"/end").wantLed(t, "/me")
	o.get(q, "/me").wantLed(t, "/signin?next=%2Fme")
	r := o.again(p)
	o.post(p, "/me/sessions/end").wantLed(t, "/signed-out")
	o.get(r, "/me").wantLed(t, "/signin?next=%2Fme")
}

func TestSixWrongTokensAreTooMany(t *testing.T) {
	o := open(t)
	p := &officer{}
	o.signIn(p, "1")
	for range 5 {
		o.post(p, "/token", "token", "0000-0000-0000-0000-0000-0000-0000").want(t, http.StatusBadRequest)
	}
	a := o.post(p, "/token", "token", "0000-0000-0000-0000-0000-0000-0000")
	a.want(t, http.StatusTooManyRequests, "ลองรหัสหลายครั้งเกินไป", "รอ 15 นาที")
	if got := a.Header.Get("Retry-After"); got != "900" {
		t.Errorf("got Retry-After %q, want 900", got)
	}
	o.post(p, "/token").want(t, http.StatusBadRequest, "ยังไม่ได้ใส่รหัส")
	o.post(p, "/token", "token", strings.Repeat("x", maxForm)).want(t, http.StatusRequestEntityTooLarge)
}

func TestAPersonOfSeveralRolesChoosesOne(t *testing.T) {
	o := open(t)
	p := o.hire("สมชาย", grant(catalog.RoleAuthor, "dlt"), grant(catalog.RoleCentral, "moph"))
	o.get(p, "/").want(t, http.StatusOK, "อีก 1 บทบาท")
	o.post(p, "/preferences", "as", p.grants[1], "back", "/tokens").wantLed(t, "/tokens")
	a := o.get(p, "/me")
	seat := a.all("p", func(attr func(string) string) bool { return attr("class") == "seat-as" })
	if got := fold(seat[0]); !strings.Contains(got, "เจ้าหน้าที่ส่วนกลาง กระทรวงสาธารณสุข") {
		t.Errorf("got %q", got)
	}
	o.post(p, "/preferences", "as", "other", "back", "//evil.example").wantLed(t, "/")
}

func TestLanguageAndColoursAreKept(t *testing.T) {
	o := open(t)
	p := o.hire("สมชาย", grant(catalog.RoleCentral, "dlt"))
	o.post(p, "/preferences", "lang", "en", "scheme", "dark", "back", "/me").wantLed(t, "/me")
	a := o.get(p, "/me")
	a.want(t, http.StatusOK, "My account", "Central officer", "Department of Land Transport")
	root := a.all("html", func(func(string) string) bool { return true })[0]
	if attr(root, "lang") != "en" || attr(root, "data-scheme") != "dark" {
		t.Errorf("got %v", root.Attr)
	}
	if name := a.all("a", func(attr func(string) string) bool { return attr("href") == "/me" && attr("lang") == "th" }); len(name) == 0 {
		t.Error("a Thai name on an English page is not marked")
	}
}

func TestAFlashCanNotBeForged(t *testing.T) {
	o := open(t)
	p := o.hire("สมชาย", grant(catalog.RoleAuthor, "dlt"))
	q := o.hire("สมหญิง", grant(catalog.RoleAuthor, "dlt"))
	o.post(q, "/me/sessions/other/end").wantLed(t, "/me")
	sealed := q.cookies[0].Value
	for _, value := range []string{"x", "eyJrIjoiZmxhc2guZGV2aWNlIn0", sealed[:len(sealed)/2], strings.Repeat("A", 43) + sealed[43:]} {
		p.cookies = []*http.Cookie{{Name: "__Host-flash", Value: value}}
		o.get(p, "/me").wantNot(t, "ออกจากระบบของอุปกรณ์นั้นแล้ว")
	}
	o.get(q, "/me").want(t, http.StatusOK, "ออกจากระบบของอุปกรณ์นั้นแล้ว")
}
