package main

import (
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/internal/testkit"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/summary"
	"khumue/syncd/internal/trail"
)

// A view that is sent is told once for each month that is closed, and not to who
// may not see it any more.
func TestTheFiguresOfAMonthAreToldOnce(t *testing.T) {
	c := mailing(t, testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "none"}))
	if _, err := c.follows.look(); err != nil {
		t.Fatal(err)
	}
	month := calendar.Month{Year: 2026, Month: time.October}
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, calendar.Bangkok())
	c.summary.Now, c.licences.Begin = func() time.Time { return now }, month
	err := c.store.Licences().Write(t.Context(), func(r licences.Records) error {
		e := licence.Entry{Figures: licence.Figures{Received: 40, ApprovedOn: 30, ApprovedLate: 10}}
		return r.PutReport("dlt", licence.Report{Key: licence.Key{Point: "dlt-area5", Process: "dlt-u3iddp", Month: month}, Edition: 1, Filed: licence.Filing{Entry: e, Version: 1, At: now, By: "o-a", Cause: licence.First}})
	})
	if err != nil {
		t.Fatal(err)
	}
	central, author := catalog.OfficerID("o-aaaaaaaaaaaaaaaa"), catalog.OfficerID("o-bbbbbbbbbbbbbbbb")
	if err := c.store.Write(t.Context(), func(r staff.Records) error {
		for id, role := range map[catalog.OfficerID]catalog.Role{central: catalog.RoleCentral, author: catalog.RoleAuthor} {
			u := staff.User{ID: id, Issuer: "https://id.example", Subject: string(id), Name: "ผู้ทดสอบ", Created: now}
			if err := r.PutUser(u); err != nil {
				return err
			}
			if err := r.PutGrant(staff.Grant{ID: "g-" + string(id), User: id, Grant: rights.Grant{Role: role, Scope: rights.Scope{Agency: "dlt"}}, From: now}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []catalog.OfficerID{central, author} {
		err := c.store.Summary().Write(t.Context(), func(r summary.Records) error {
			return r.PutView(summary.View{ID: string(id) + " ขบ.", Officer: id, Name: "ขบ.", Asked: "unit=dlt&period=y2569", Monthly: true, Made: now})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	told := func(id catalog.OfficerID) []manuals.Notice {
		t.Helper()
		for range 2 {
			if err := c.tellMonth(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		list, _, err := c.manuals.Notices(t.Context(), staff.Acting{Officer: rights.Officer{ID: id}}, trail.Page{})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	list := told(central)
	if len(list) != 1 || list[0].Key != "period=2026-10&unit=dlt" || !strings.Contains(list[0].Title.TH, "ขบ. · ตุลาคม 2569 · ทันกำหนด 75.0% · รับใหม่ 40") || !strings.Contains(list[0].Title.EN, "received 40") {
		t.Errorf("%+v", list)
	}
	if list := told(author); len(list) != 0 {
		t.Errorf("an author is told %+v", list)
	}
	now = now.AddDate(0, 1, 0)
	if list := told(central); len(list) != 2 {
		t.Errorf("%d months are told, want 2", len(list))
	}
}
