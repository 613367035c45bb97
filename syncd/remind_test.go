package main

import (
	"slices"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// reminded is a daemon whose clock a test sets, with officers of one department.
type reminded struct {
	*centre
	t   *testing.T
	now time.Time
}

func (r *reminded) on(day string) {
	r.t.Helper()
	d, err := calendar.ParseISO(day)
	if err != nil {
		r.t.Fatal(err)
	}
	r.now = d.Start().Add(9 * time.Hour)
	for range 2 { // a second look, or another daemon's, tells nobody anything
		if err := r.remindNow(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
	}
}

// told are the topics and titles that a person was told, the oldest first.
func (r *reminded) told(who catalog.OfficerID) (out []string) {
	r.t.Helper()
	list, _, err := r.manuals.Notices(r.t.Context(), staff.Acting{Officer: rights.Officer{ID: who}}, trail.Page{Limit: 100})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, n := range slices.Backward(list) {
		out = append(out, string(n.Topic)+" "+n.Title.TH)
	}
	return out
}

func TestWhoLooksAfterSomethingIsRemindedOnce(t *testing.T) {
	r := &reminded{centre: mailing(t, testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "none"})), t: t}
	clock := func() time.Time { return r.now }
	r.direct.Now, r.manuals.Now, r.desk.Now = clock, clock, clock
	if _, err := r.follows.look(); err != nil {
		t.Fatal(err)
	}
	r.now = time.Date(2026, 11, 22, 9, 0, 0, 0, calendar.Bangkok())
	accounts := []staff.Account{
		{Line: 1, Issuer: "https://id.example", Subject: "central", Name: "กมล", Grant: at(catalog.RoleCentral, "dlt", "")},
		{Line: 2, Issuer: "https://id.example", Subject: "above", Name: "ปลัด", Grant: at(catalog.RoleCentral, "mot", "")},
		{Line: 3, Issuer: "https://id.example", Subject: "point", Name: "จันทร์", Grant: at(catalog.RolePoint, "dlt", "dlt-area5")},
		{Line: 4, Issuer: "https://id.example", Subject: "dga", Name: "ดวงใจ", Grant: at(catalog.RoleDGA, "", "")},
	}
	if _, err := r.desk.Import(t.Context(), staff.Console, "test", accounts, false); err != nil {
		t.Fatal(err)
	}
	ids := map[string]catalog.OfficerID{}
	err := r.store.Read(t.Context(), func(rec staff.Records) error {
		for _, a := range accounts {
			u, err := rec.UserOf(a.Issuer, a.Subject)
			if err != nil {
				return err
			}
			ids[a.Subject] = u.ID
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	tells := func(who string, want ...string) {
		t.Helper()
		if got := r.told(ids[who]); !slices.Equal(got, want) {
			t.Errorf("%s was told %q, want %q", who, got, want)
		}
	}

	r.on("2026-11-22") // the department was never confirmed, and one point is late since January
	tells("point")
	tells("central", "due กรมการขนส่งทางบก")
	tells("above", "due กระทรวงคมนาคม")
	tells("dga")
	r.on("2027-05-30") // area 5 was confirmed on 30 June 2026; it is soon after 30 May
	tells("point")
	r.on("2027-05-31")
	tells("point", "due-soon สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5 (จตุจักร)")
	r.on("2027-06-20")
	r.on("2027-07-01")
	const soon, late = "due-soon สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5 (จตุจักร)", "due สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5 (จตุจักร)"
	tells("point", soon, late)
	r.on("2027-07-29")
	r.on("2028-03-01")
	tells("point", soon, late)
	if _, err := r.direct.Confirm(t.Context(), staff.Acting{Officer: rights.Officer{ID: ids["point"], Grants: []rights.Grant{accounts[2].Grant}}}, "dlt-area5"); err != nil {
		t.Fatal(err)
	}
	r.on("2029-02-02")
	tells("point", soon, late, soon)
	if got := latest(manuals.Notice{Topic: manuals.DueSoon, Title: catalog.Text{TH: "จุด"}}); got.Path != "/structure/confirm?due=soon" || got.TH != "ใกล้ถึงเวลายืนยันข้อมูล: จุด" {
		t.Errorf("an open page says %+v", got)
	}
}
