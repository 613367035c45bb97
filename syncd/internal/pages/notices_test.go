package pages

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/staff"
)

// tell keeps a notice for a person.
func (o *office) tell(p *officer, n manuals.Notice) manuals.Notice {
	o.t.Helper()
	n.ID, n.To, n.At = uuid.Must(uuid.NewV7()).String(), p.id, o.at
	err := o.pages.Manuals.Store.Write(o.t.Context(), func(r manuals.Records) error { return r.AddNotice(n) })
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

func awaits(by *officer) manuals.Notice {
	return manuals.Notice{Topic: manuals.Awaits, Manual: "dlt-7f3k5q", Number: 3, Title: catalog.Text{TH: "ต่ออายุใบอนุญาตขับรถ", EN: "Renew a driving licence"}, By: by.id}
}

// acting is a person who acts.
func (o *office) acting(p *officer) staff.Acting {
	o.t.Helper()
	v, known, err := o.desk.Recognise(o.t.Context(), p.secret)
	if err != nil || !known {
		o.t.Fatalf("somebody is not recognised: %v", err)
	}
	return v.By("test")
}

// shows is want, and returns the answer.
func (a answer) shows(t testing.TB, status int, words ...string) answer {
	t.Helper()
	a.want(t, status, words...)
	return a
}

// linksTo are the links of a page to an address.
func (a answer) linksTo(path string) int {
	return len(a.all("a", func(attr func(string) string) bool { return attr("href") == path }))
}

func TestANoticeLeadsToWhatItIsAbout(t *testing.T) {
	o := open(t)
	author := o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt"))
	p := o.hire("รัตนา", grant(catalog.RoleReviewer, "dlt"))
	o.get(p, "/notices").shows(t, http.StatusOK, "ยังไม่มีการแจ้งเตือน")
	n := o.tell(p, awaits(author))
	a := o.get(p, "/notices").shows(t, http.StatusOK, "รออนุมัติ", "ต่ออายุใบอนุญาตขับรถ", "อารี สุขสันต์", "ยังไม่อ่าน 1 เรื่อง", "22 พ.ย. 2569 10:42")
	if a.linksTo("/manuals/dlt-7f3k5q/revisions/3") != 1 || !strings.Contains(a.body, `data-read="/notices/`+n.ID+`/read"`) {
		t.Error("it leads nowhere")
	}
	o.post(p, "/notices/"+n.ID+"/read").wantLed(t, "/notices")
	o.get(p, "/notices").shows(t, http.StatusOK, "อ่านครบแล้ว")
}

func TestWhereNoticesLead(t *testing.T) {
	for want, n := range map[string]manuals.Notice{
		"/manuals/dlt-7f3k5q/revisions/3":  {Manual: "dlt-7f3k5q", Number: 3, Key: "abcdef"},
		"/manuals/dlt-7f3k5q/draft/abcdef": {Manual: "dlt-7f3k5q", Key: "abcdef"},
		"/manuals/dlt-7f3k5q":              {Manual: "dlt-7f3k5q"},
		"/me/delegation":                   {Topic: manuals.Deputised},
		"/notices":                         {},
	} {
		if got := NoticePath(n); got != want {
			t.Errorf("%+v leads to %s, want %s", n, got, want)
		}
	}
}

func TestNoticesOfOthersAreNotSeenNorRead(t *testing.T) {
	o := open(t)
	p, other := o.hire("หนึ่ง", grant(catalog.RoleReviewer, "dlt")), o.hire("สอง", grant(catalog.RoleReviewer, "dlt"))
	n := o.tell(p, awaits(other))
	o.get(other, "/notices").wantNot(t, "ต่ออายุใบอนุญาตขับรถ")
	o.post(other, "/notices/"+n.ID+"/read").wantLed(t, "/notices")
	o.post(other, "/notices/read").wantLed(t, "/notices")
	o.get(p, "/notices").shows(t, http.StatusOK, "ยังไม่อ่าน 1 เรื่อง")
	o.get(nil, "/notices").wantLed(t, "/signin?next=%2Fnotices")
}

func TestTheMenuCountsWhatIsNotRead(t *testing.T) {
	o := open(t)
	p := o.hire("รัตนา", grant(catalog.RoleReviewer, "dlt"))
	badge := func() string {
		t.Helper()
		found := o.get(p, "/").all("span", func(attr func(string) string) bool { return attr("data-badge") == "unread" })
		if len(found) != 1 {
			t.Fatal("the menu counts nothing")
		}
		s := fold(found[0])
		for _, a := range found[0].Attr {
			if a.Key == "hidden" {
				s += " hidden"
			}
		}
		return s
	}
	if got := badge(); got != "0 รายการ hidden" {
		t.Errorf("got %q", got)
	}
	for range 3 {
		o.tell(p, awaits(p))
	}
	if got := badge(); got != "3 รายการ" {
		t.Errorf("got %q", got)
	}
	o.post(p, "/notices/read").wantLed(t, "/notices")
	if got := badge(); got != "0 รายการ hidden" {
		t.Errorf("got %q", got)
	}
}

func TestManyNoticesHavePages(t *testing.T) {
	o := open(t)
	p := o.hire("รัตนา", grant(catalog.RoleReviewer, "dlt"))
	for i := range 60 {
		n := awaits(p)
		n.Title = catalog.Text{TH: fmt.Sprintf("คู่มือที่ %d.", i)}
		o.tell(p, n)
		o.at = o.at.Add(time.Second)
	}
	a := o.get(p, "/notices").shows(t, http.StatusOK, "คู่มือที่ 59.", "คู่มือที่ 35.")
	a.wantNot(t, "คู่มือที่ 34.")
	if a.linksTo("/notices?page=2") != 1 {
		t.Error("there is no second page")
	}
	a = o.get(p, "/notices?page=3").shows(t, http.StatusOK, "คู่มือที่ 9.", "คู่มือที่ 0.")
	if a.linksTo("/notices?page=2") != 1 || a.linksTo("/notices?page=4") != 0 {
		t.Error("the third page is not the last")
	}
}

func TestWhatOthersWroteIsText(t *testing.T) {
	o := open(t)
	p := o.hire("รัตนา", grant(catalog.RoleReviewer, "dlt"))
	n := awaits(p)
	n.Topic, n.Title, n.Text, n.For = manuals.Returned, catalog.Text{TH: "<script>alert(1)</script>"}, "<b>เหตุผล</b>", p.id
	o.tell(p, n)
	o.get(p, "/notices").shows(t, http.StatusOK, "<script>alert(1)</script>", "<b>เหตุผล</b>", "แทน รัตนา", "ส่งกลับแก้ไข")
}

func TestMailIsChosenWhereItIsSent(t *testing.T) {
	o := open(t)
	p := o.hire("รัตนา", grant(catalog.RoleReviewer, "dlt"))
	o.get(p, "/notices").shows(t, http.StatusOK, "ยังไม่ได้ตั้งค่าให้ส่งอีเมล")
	o.post(p, "/notices/mail", "way", "none").shows(t, http.StatusConflict, "ยังไม่ส่งอีเมล")

	o = open(t, func(c *Config) { c.Mails = true })
	p = o.hire("รัตนา", grant(catalog.RoleReviewer, "dlt"))
	chosen := func() (way string) {
		for _, n := range o.get(p, "/notices").all("input", func(attr func(string) string) bool { return attr("name") == "way" }) {
			for _, a := range n.Attr {
				if a.Key == "checked" {
					way += attr(n, "value")
				}
			}
		}
		return way
	}
	if got := chosen(); got != "daily" {
		t.Errorf("at first %q is chosen", got)
	}
	o.post(p, "/notices/mail", "way", "none").wantLed(t, "/notices#mail")
	if got := chosen(); got != "none" {
		t.Errorf("then %q is chosen", got)
	}
	o.post(p, "/notices/mail", "way", "hourly").shows(t, http.StatusBadRequest)
}

func TestWorkIsGivenToAColleague(t *testing.T) {
	o := open(t)
	p := o.hire("รัตนา", grant(catalog.RoleReviewer, "dlt"))
	o.get(p, "/me/delegation").shows(t, http.StatusOK, "ไม่มีผู้อื่นที่มีบทบาทนี้")
	deputy := o.hire("สมชาย", grant(catalog.RoleReviewer, "dlt"))
	stranger := o.hire("คนอื่น", grant(catalog.RoleReviewer, "doh"))
	o.get(p, "/me/delegation").shows(t, http.StatusOK, "สมชาย", "กรมการขนส่งทางบก").wantNot(t, "คนอื่น")
	give := func(to, first, last string) answer {
		return o.post(p, "/me/delegation", "role", p.grants[0], "to", to, "first", first, "last", last)
	}
	give("", "", "40/1/2569").shows(t, http.StatusBadRequest, "ยังไม่ได้เลือกผู้รับงาน", "ยังไม่ได้ระบุวันแรก", "อ่านวันที่นี้ไม่ได้")
	a := give(string(stranger.id), "22/11/2569", "30/11/2569").shows(t, http.StatusBadRequest, "ไม่ได้มีบทบาทเดียวกัน")
	if len(a.all("input", func(attr func(string) string) bool { return attr("name") == "last" && attr("value") == "30/11/2569" })) != 1 {
		t.Error("what was typed is lost")
	}
	give(string(deputy.id), "22/11/2569", "22/11/2570").shows(t, http.StatusBadRequest, "ไม่เกิน 90 วัน")
	give(string(deputy.id), "22/11/2569", "30 พ.ย. 2569").wantLed(t, "/me/delegation")
	o.get(p, "/me/delegation").shows(t, http.StatusOK, "มอบงานให้ สมชาย แล้ว 22–30 พ.ย. 2569", "งานที่มอบให้ผู้อื่น", "อยู่ระหว่างมอบ")
	give(string(deputy.id), "25/11/2569", "26/11/2569").shows(t, http.StatusConflict, "มอบงานนี้ไว้แล้ว")
	o.get(deputy, "/me/delegation").shows(t, http.StatusOK, "งานที่รับแทนผู้อื่น", "รัตนา")
	o.get(deputy, "/notices").shows(t, http.StatusOK, "ได้รับมอบงานแทน", "22–30 พ.ย. 2569", "รัตนา")

	list, err := o.pages.Manuals.Delegations(t.Context(), o.acting(p))
	if err != nil || len(list) != 1 {
		t.Fatalf("got %v, %v", list, err)
	}
	o.post(deputy, "/me/delegation/"+list[0].ID+"/end").shows(t, http.StatusNotFound)
	o.post(p, "/me/delegation/"+list[0].ID+"/end").wantLed(t, "/me/delegation")
	o.get(p, "/me/delegation").shows(t, http.StatusOK, "สิ้นสุดเมื่อ 22 พ.ย. 2569 10:42")
	o.get(o.hire("ผู้ดูแล", grant(catalog.RoleDGA, "")), "/trail?action=delegation.").shows(t, http.StatusOK, "มอบงานของเจ้าหน้าที่รีวิวคู่มือให้ สมชาย", "สิ้นสุดการมอบงานของเจ้าหน้าที่รีวิวคู่มือให้ สมชาย")
}

func TestWhoHasNoQueueHasNothingToGive(t *testing.T) {
	o := open(t)
	p := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"), grant(catalog.RoleAuthor, "dlt"), grant(catalog.RoleReviewer, "long"))
	a := o.get(p, "/me/delegation").shows(t, http.StatusOK, "เจ้าหน้าที่จัดทำคู่มือ · กรมการขนส่งทางบก")
	if a.linksTo("/me/delegation?role="+p.grants[2]) != 1 || a.linksTo("/me/delegation?role="+p.grants[0]) != 0 {
		t.Error("the roles to choose from are others")
	}
	o.post(p, "/me/delegation", "role", p.grants[0], "to", "o-x", "first", "22/11/2569", "last", "22/11/2569").shows(t, http.StatusForbidden)
	only := o.hire("จุดบริการ", grant(catalog.RolePoint, "dlt"))
	o.get(only, "/me/delegation").shows(t, http.StatusOK, "ไม่มีคิวงานคู่มือ")
}
