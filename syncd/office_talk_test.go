package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/trail"
)

// TestWhatIsSaidOfARevisionReachesBothSides has a reviewer talk about a submission at an
// office and its author at the centre: each reads the other, and what the reviewer is
// told at the centre is shown at the office.
func TestWhatIsSaidOfARevisionReachesBothSides(t *testing.T) {
	c, address := ready(t)
	author, reviewer := c.person(t, "author"), c.person(t, "reviewer")
	ctx := t.Context()
	must(t, c.manuals.Follow(ctx))
	draft, err := c.manuals.Revise(ctx, author, taxManual, false)
	must(t, err)
	sheet, err := c.manuals.Revision(ctx, author, draft.Ref)
	must(t, err)
	sheet.Manual.Title.TH += " ฉบับปรับปรุง"
	saved, err := c.manuals.Save(ctx, author, draft.Ref, manuals.Change{Was: sheet.Commit, Manual: sheet.Manual})
	must(t, err)
	sub, err := c.manuals.Submit(ctx, author, saved.Ref)
	must(t, err)

	code, _, err := c.offices.enrol.NewCode(ctx, c.person(t, "central"), sampleAgency, "", "โน้ตบุ๊กตัวอย่าง")
	must(t, err)
	n := machine(t, address)
	b := n.guest(t)
	b.post("/door/enrol", url.Values{"centre": {address}, "code": {code}, "user": {"central@example.invalid"}, "passphrase": {localPhrase}, "again": {localPhrase}})
	code, _, err = c.offices.enrol.JoinCode(ctx, reviewer, n.office.Rooms().Device)
	must(t, err)
	b = n.guest(t)
	b.post("/door/join", url.Values{"code": {code}, "user": {"reviewer@example.invalid"}, "passphrase": {localPhrase}, "again": {localPhrase}})
	soon(t, "the desks open", func() bool { return n.inside.Load() != nil })
	soon(t, "the people come in", func() bool { _, err := n.office.Rooms().Recognise(ctx, reviewer.ID); return err == nil })
	desk := n.inside.Load().desks.manuals
	told := func() (list []manuals.Notice, unread int) {
		list, unread, err := desk.Notices(ctx, reviewer, trail.Page{Limit: 100})
		must(t, err)
		return list, unread
	}
	soon(t, "the office has the submission, and what its reviewer was told of it", func() bool {
		_, err := desk.Revision(ctx, reviewer, sub.Ref)
		list, unread := told()
		return err == nil && len(list) == 1 && unread == 1 && list[0].Topic == manuals.Awaits
	})
	must(t, desk.MarkRead(ctx, reviewer, ""))

	b.post("/signin/office", nil)
	if status, _, page := b.get("/queue"); status != http.StatusOK || !strings.Contains(page, "ฉบับปรับปรุง") {
		t.Errorf("what awaits the reviewer: %d\n%s", status, page)
	}
	at := "/manuals/" + taxManual + "/revisions/1"
	if status, _, page := b.post(at+"/comments", url.Values{"text": {"ค่าธรรมเนียมข้อ 2 ตรงกับกฎหมายใดคะ"}}); status != http.StatusOK || !strings.Contains(page, "ค่าธรรมเนียมข้อ 2") {
		t.Fatalf("the comment: %d\n%s", status, page)
	}
	said := func(s *manuals.Desk) []manuals.Comment {
		sheet, err := s.Revision(ctx, reviewer, sub.Ref)
		must(t, err)
		return sheet.Comments
	}
	soon(t, "the centre hears it", func() bool { return len(said(c.manuals)) == 1 })
	if got, want := said(c.manuals)[0], said(desk)[0]; got.ID != want.ID || got.Text != want.Text || got.By != reviewer.ID {
		t.Errorf("the centre has %+v, the office %+v", got, want)
	}
	_, err = c.manuals.Comment(ctx, author, sub.Ref, "", "กฎกระทรวงตามข้อ 4")
	must(t, err)
	soon(t, "the office hears the answer, and that there is one", func() bool {
		n.office.Rooms().Courier.Try()
		list, unread := told()
		return len(said(desk)) == 2 && len(list) == 2 && unread == 1 && list[0].Topic == manuals.Talked
	})
	items, err := n.office.Rooms().Box.Items(ctx, outbox.Filter{})
	if err != nil || len(items) != 1 || items[0].State != outbox.Processed {
		t.Errorf("its outbox has %+v, %v", items, err)
	}
}
