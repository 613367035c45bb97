package pages

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/syncd/internal/staff"
)

func TestAnAccessTokenIsMadeShownOnceAndEnded(t *testing.T) {
	o := open(t)
	author := o.hire("อารี", grant(catalog.RoleAuthor, "dlt"))
	o.get(author, "/me").want(t, http.StatusOK, "จัดการรหัสเข้าถึง")
	o.get(author, "/me/programs").want(t, http.StatusOK, "ยังไม่มีรหัส", "อ่านคู่มือ", "ส่งฉบับร่าง", "90 วัน")

	a := o.post(author, "/me/programs", "name", "โน้ตบุ๊ก", "permit", "read", "days", "90")
	a.want(t, http.StatusOK, "รหัสนี้แสดงครั้งเดียว", "โน้ตบุ๊ก", "git clone --depth 1 --no-single-branch --filter=blob:none --sparse", string(author.id)+"@", "/git/content.git", "user.email "+string(author.id)+"@users.invalid")
	secret := secretOf(t, a)
	u, err := o.desk.Admit(t.Context(), secret, staff.ReadContent)
	if err != nil || u.ID != author.id {
		t.Errorf("the secret is %v's, %v", u.ID, err)
	}
	if _, err := o.desk.Admit(t.Context(), secret, staff.WriteDrafts); err == nil {
		t.Error("it may be used for what was not chosen")
	}
	again := o.post(author, "/me/programs", "name", "โน้ตบุ๊ก", "permit", "read", "days", "90")
	again.want(t, http.StatusConflict, "มีรหัสชื่อนี้อยู่แล้ว")
	list := o.get(author, "/me/programs")
	list.want(t, http.StatusOK, "โน้ตบุ๊ก", "ใช้ล่าสุด")
	if strings.Contains(list.text, secret) {
		t.Error("the list shows the secret")
	}

	tokens, err := o.desk.AccessOf(t.Context(), staff.Acting{Officer: u.Officer()})
	if err != nil || len(tokens) != 1 {
		t.Fatalf("got %v, %v, want one token", tokens, err)
	}
	other := o.hire("คนอื่น", grant(catalog.RoleAuthor, "dlt"))
	o.post(other, "/me/programs/"+tokens[0].ID+"/end").wantLed(t, "/me/programs")
	if _, err := o.desk.Admit(t.Context(), secret, staff.ReadContent); err != nil {
		t.Errorf("somebody else ended it: %v", err)
	}
	o.post(author, "/me/programs/"+tokens[0].ID+"/end").wantLed(t, "/me/programs")
	if _, err := o.desk.Admit(t.Context(), secret, staff.ReadContent); err == nil {
		t.Error("it still serves")
	}
	o.get(author, "/me/programs").want(t, http.StatusOK, "ยกเลิกรหัสเข้าถึงแล้ว", "รหัสที่ใช้ไม่ได้แล้ว", "โน้ตบุ๊ก")
}

func TestAnAccessTokenLendsWhatThePersonHas(t *testing.T) {
	o := open(t)
	for role, want := range map[catalog.Role]string{catalog.RoleAuthor: "read write", catalog.RoleReviewer: "read judge", catalog.RoleOPDC: "read judge", catalog.RolePoint: "read"} {
		g := grant(role, "dlt")
		if role.Everywhere() {
			g = grant(role, "")
		}
		p := o.hire(string(role), g)
		a := o.get(p, "/me/programs")
		for _, permit := range staff.Permits {
			offered := len(a.all("input", func(attr func(string) string) bool { return attr("value") == string(permit) })) > 0
			if offered != strings.Contains(want, string(permit)) {
				t.Errorf("%s: %s is offered: %v", role, permit, offered)
			}
		}
		o.post(p, "/me/programs", "name", "ทั้งหมด", "permit", "read", "days", "30").want(t, http.StatusOK)
	}
	p := o.hire("จุด", grant(catalog.RolePoint, "dlt"))
	o.post(p, "/me/programs", "name", "เกิน", "permit", "judge", "days", "30").want(t, http.StatusBadRequest, "เลือกอย่างน้อยหนึ่งอย่าง")
}

func TestAllThatIsWrongWithAnAccessTokenIsToldAtOnce(t *testing.T) {
	o := open(t)
	p := o.hire("อารี", grant(catalog.RoleAuthor, "dlt"))
	a := o.post(p, "/me/programs", "name", " ", "days", "9999")
	a.want(t, http.StatusBadRequest, "ยังไม่ได้ตั้งชื่อ", "เลือกอย่างน้อยหนึ่งอย่าง", "เลือกระยะเวลา")
	for _, field := range []string{"#name", "#permits", "#days"} {
		if !a.links(field) {
			t.Errorf("the summary does not lead to %s", field)
		}
	}
	long := o.post(p, "/me/programs", "name", strings.Repeat("ก", 101), "permit", "read", "days", "30")
	long.want(t, http.StatusBadRequest, "ชื่อยาวเกิน 100")
	if got := long.input("name"); len([]rune(got)) != 101 {
		t.Errorf("what was typed is lost: %q", got)
	}
	for n := range 20 {
		o.post(p, "/me/programs", "name", fmt.Sprint(n), "permit", "read", "days", "30").want(t, http.StatusOK)
	}
	o.post(p, "/me/programs", "name", "20", "permit", "read", "days", "30").want(t, http.StatusConflict, "20 รหัสแล้ว", "ยกเลิกรหัสที่ไม่ใช้ก่อน")
}
