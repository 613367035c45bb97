package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/misses"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// keeperOf is an officer of OPDC, who keeps the catalog.
func keeperOf(o *office) *officer {
	return o.hire("วิชัย ก.พ.ร.", grant(catalog.RoleOPDC, ""))
}

// missed counts phrases in the office's database.
func (o *office) missed(counts map[string]int) {
	o.t.Helper()
	o.must(o.store.missing.Write(o.t.Context(), func(r misses.Records) error {
		for phrase, n := range counts {
			if err := r.AddMiss(phrase, n, calendar.DateOf(o.at)); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestOnlyOPDCKeepsTheCatalog(t *testing.T) {
	o := openStructure(t)
	for name, p := range map[string]*officer{
		"DGA": o.hire("ก", grant(catalog.RoleDGA, "")), "central": o.hire("ข", grant(catalog.RoleCentral, "dlt")), "point": o.hire("ค", grant(catalog.RolePoint, "dlt", area2)),
		"author": o.hire("ง", grant(catalog.RoleAuthor, "dlt")), "reviewer": o.hire("จ", grant(catalog.RoleReviewer, "dlt")),
	} {
		for _, at := range []string{"/catalog", "/catalog/history", "/catalog/new/tag", "/catalog/tag/online", "/catalog/tag/online/merge", "/synonyms", "/synonyms/new", "/synonyms/history", "/synonyms/edit?word=x"} {
			o.get(p, at).want(t, http.StatusForbidden)
		}
		for _, at := range []string{"/catalog/history", "/catalog/new/tag", "/catalog/tag/online", "/catalog/tag/online/merge", "/synonyms/edit", "/synonyms/remove", "/synonyms/dismiss", "/synonyms/history"} {
			o.post(p, at, "into", "new", "slug", "zz", "th", "ก", "en", "A").want(t, http.StatusForbidden)
		}
		if o.get(p, "/").links("/catalog") {
			t.Errorf("the menu of %s leads to the catalog", name)
		}
	}
	if p := keeperOf(o); !o.get(p, "/").links("/catalog") || !o.get(p, "/").links("/synonyms") {
		t.Error("the menu of OPDC leads elsewhere")
	}
}

func TestATagIsAddedRenamedAndMerged(t *testing.T) {
	o := open(t)
	p := keeperOf(o)
	list := o.get(p, "/catalog?kind=tag")
	list.want(t, http.StatusOK, "ออนไลน์ได้", "Available online", "ป้ายคำ (")
	if !list.links("/catalog/new/tag") || !list.links("/catalog/tag/new") {
		t.Error("the list does not lead on")
	}
	for name, c := range map[string]struct {
		fields []string
		says   string
	}{
		"no names":            {[]string{"slug", "drone"}, "กรอกชื่อภาษาไทย"},
		"no English name":     {[]string{"slug", "drone", "th", "โดรน"}, "กรอกชื่อภาษาอังกฤษ"},
		"a slug of no form":   {[]string{"slug", "Drone!", "th", "โดรน", "en", "Drones"}, "ใช้ a-z 0-9 และ -"},
		"a slug that is used": {[]string{"slug", "transport", "th", "โดรน", "en", "Drones"}, "ใช้แล้ว หรือเคยใช้"},
	} {
		t.Run(name, func(t *testing.T) {
			a := o.post(p, "/catalog/new/tag", c.fields...)
			if a.StatusCode < 400 || a.input("slug") != c.fields[1] {
				t.Errorf("got %d, typed %q", a.StatusCode, a.input("slug"))
			}
			a.want(t, a.StatusCode, c.says)
		})
	}
	o.post(p, "/catalog/new/tag", "slug", "drone", "th", "โดรน", "en", "Drones").wantLed(t, "/catalog?kind=tag")
	o.get(p, "/catalog?kind=tag&q=DRONE").want(t, http.StatusOK, "เพิ่ม โดรน แล้ว", "1 รายการ", "ไม่มีที่ใช้")
	o.get(p, "/catalog?kind=tag&unused=1").want(t, http.StatusOK, "โดรน")

	o.post(p, "/catalog/tag/drone", "was.th", "โดรน", "was.en", "Drones", "th", "อากาศยานไร้คนขับ", "en", "Drones", "slug", "other").wantLed(t, "/catalog?kind=tag")
	o.post(p, "/catalog/tag/drone", "was.th", "โดรน", "was.en", "Drones", "th", "อื่น", "en", "Others").want(t, http.StatusConflict, "มีผู้อื่นแก้ไขรายการนี้ไปก่อน")
	o.get(p, "/catalog/tag/drone").want(t, http.StatusOK, "อากาศยานไร้คนขับ", "รวมเข้ากับรายการอื่น")

	o.get(p, "/catalog/tag/renewal/merge?into="+url.QueryEscape("ได้")).want(t, http.StatusOK, "หมายถึงรายการใด", "ออนไลน์ได้")
	o.get(p, "/catalog/tag/renewal/merge?into=none").want(t, http.StatusOK, "ไม่พบรายการชนิดเดียวกัน")
	sure := o.get(p, "/catalog/tag/renewal/merge?into="+url.QueryEscape("รายใหม่"))
	sure.want(t, http.StatusOK, "สิ่งที่จะเกิดขึ้น", "https://site.example/tag/renewal/ จะพาไปที่ https://site.example/tag/new/")
	if sure.input("into") != "new" {
		t.Errorf("it is merged into %q", sure.input("into"))
	}
	o.post(p, "/catalog/tag/renewal/merge", "into", "transport").want(t, http.StatusBadRequest, "ไม่พบรายการชนิดเดียวกัน")
	o.post(p, "/catalog/tag/renewal/merge", "into", "new").wantLed(t, "/catalog?kind=tag")
	o.get(p, "/catalog/tag/renewal").wantLed(t, "/catalog/tag/new")
	o.get(p, "/catalog/tag/new").want(t, http.StatusOK, "รหัสเดิมที่รวมเข้ามา renewal")
	o.get(p, "/catalog/tag/no-such").want(t, http.StatusNotFound)
	o.get(p, "/catalog/kind/no-such").want(t, http.StatusNotFound)

	past := o.get(p, "/catalog/history")
	past.want(t, http.StatusOK, "วิชัย ก.พ.ร.", "นำเข้าข้อมูล")
	o.post(p, "/catalog/history", "commit", past.input("commit")).wantLed(t, "/catalog/history")
	o.get(p, "/catalog/tag/renewal").want(t, http.StatusOK, "ต่ออายุ")
	o.get(p, "/trail").want(t, http.StatusForbidden)
	o.get(o.hire("ดูแล", grant(catalog.RoleDGA, "")), "/trail").want(t, http.StatusOK, "รวมป้ายคำ", "เพิ่มป้ายคำ", "แก้ป้ายคำ")
}

func TestACategoryMovesInItsList(t *testing.T) {
	o := open(t)
	p := keeperOf(o)
	l, err := o.direct.Labels(o.by(p))
	o.must(err)
	last := l.Categories[len(l.Categories)-1]
	fields := []string{"was.th", last.TH, "was.en", last.EN, "was.icon", last.Icon, "th", last.TH, "en", last.EN, "icon", last.Icon}
	o.post(p, labelURL(catalog.CategoryLabel, last.Slug), append(fields, "at", "999")...).want(t, http.StatusBadRequest, "ลำดับต้องอยู่ระหว่าง 1")
	o.post(p, labelURL(catalog.CategoryLabel, last.Slug), append(fields, "at", "๑")...).wantLed(t, "/catalog?kind=category")
	if l, err = o.direct.Labels(o.by(p)); err != nil || l.Categories[0] != last {
		t.Errorf("the first is %v, %v", l.Categories[0], err)
	}
}

func TestASearchThatFoundNothingBecomesASynonym(t *testing.T) {
	o := open(t)
	p := keeperOf(o)
	o.missed(map[string]int{"ต่อใบขับขี่รถเครื่อง": 7, "เรือเหาะ": 4, "นาน ๆ ที": 2})
	page := o.get(p, "/synonyms")
	page.want(t, http.StatusOK, "ต่อใบขับขี่รถเครื่อง", "7 ครั้ง", "เรือเหาะ", "2 คำ", "ใบขับขี่ = ")
	page.wantNot(t, "นาน ๆ ที")
	form := o.get(p, "/synonyms/new?"+url.Values{"word": {"ต่อใบขับขี่รถเครื่อง"}}.Encode())
	form.want(t, http.StatusOK, "เพิ่มเข้ากลุ่มที่มีอยู่", "ใบขับขี่")

	o.post(p, "/synonyms/edit", "words", "เรือเหาะ", "miss", "เรือเหาะ").want(t, http.StatusBadRequest, "ตั้งแต่ 2 ถึง 50 คำ", "เรือเหาะ")
	o.post(p, "/synonyms/edit", "words", "เรือเหาะ\r\nอากาศยานเบา\r\n\r\n", "miss", "เรือเหาะ").wantLed(t, "/synonyms")
	o.get(p, "/synonyms?q="+url.QueryEscape("เรือเหาะ")).want(t, http.StatusOK, "เรือเหาะ = อากาศยานเบา", "1 กลุ่ม", "1 คำ")
	edit := o.get(p, "/synonyms/edit?"+url.Values{"word": {"เรือเหาะ"}, "add": {"บอลลูน"}}.Encode())
	edit.want(t, http.StatusOK, "เรือเหาะ อากาศยานเบา บอลลูน")
	o.post(p, "/synonyms/edit", "was", "เรือเหาะ\r\nอากาศยานเบา", "words", "เรือเหาะ\r\nอากาศยานเบา\r\nบอลลูน").wantLed(t, "/synonyms")
	o.post(p, "/synonyms/remove", "was", "เรือเหาะ\r\nอากาศยานเบา").want(t, http.StatusConflict, "มีผู้อื่นแก้ไขกลุ่มคำนี้ไปก่อน")
	o.post(p, "/synonyms/remove", "was", "เรือเหาะ\r\nอากาศยานเบา\r\nบอลลูน").wantLed(t, "/synonyms")
	o.get(p, "/synonyms/edit?word=x").want(t, http.StatusNotFound, "ไม่พบกลุ่มคำนี้")

	o.post(p, "/synonyms/dismiss", "phrase", "ต่อใบขับขี่รถเครื่อง").wantLed(t, "/synonyms#misses")
	o.get(p, "/synonyms").want(t, http.StatusOK, "ยังไม่มีคำที่ค้นไม่พบ")
	o.post(p, "/synonyms/dismiss", "phrase", "ไม่มี").want(t, http.StatusNotFound)
}

// A catalog of 5,000 tags is searched and paged at once.
func BenchmarkLabels(b *testing.B) {
	o := open(b)
	p := keeperOf(o)
	s, err := o.direct.Open(o.by(p), "catalog.yaml")
	o.must(err)
	l := s.Value.(*catalog.Labels)
	for i := len(l.Tags); i < 5000; i++ {
		l.Tags = append(l.Tags, catalog.Label{Slug: catalog.Slug(fmt.Sprintf("tag-%04d", i)), TH: fmt.Sprintf("ป้ายคำที่ %d", i), EN: fmt.Sprintf("Tag %d", i)})
	}
	by := staff.Acting{Officer: rights.Officer{ID: p.id, Grants: []rights.Grant{grant(catalog.RoleOPDC, "")}}}
	_, err = o.direct.Save(b.Context(), by, immediate.Change{File: "catalog.yaml", Was: s.Was, Value: l})
	o.must(err)
	for b.Loop() {
		if a := o.get(p, "/catalog?kind=tag&unused=1&q="+url.QueryEscape("ป้ายคำ")); a.StatusCode != http.StatusOK || !strings.Contains(a.text, "รายการ") {
			b.Fatal(a.text)
		}
	}
}
