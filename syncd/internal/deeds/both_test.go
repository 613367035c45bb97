package deeds_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/licence"
	"khumue/internal/wire"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/outbox"
)

// TestALetterOfACaseThatTheCentreChangedIsAConflict has both sides write to one applicant.
func TestALetterOfACaseThatTheCentreChangedIsAConflict(t *testing.T) {
	p := openPair(t)
	id := late(p)
	p.send()
	write := func(s *side, number string) {
		t.Helper()
		c, err := s.late.Case(t.Context(), clerk, id)
		must(t, err)
		_, err = s.late.Write(t.Context(), clerk, delays.Command{ID: id, Version: c.Version, Key: number}, delay.Letter{Number: number, Date: day(t, "2026-11-05"), Reason: delay.Other, Text: "ระบบขัดข้อง", Expected: day(t, "2026-12-30")})
		must(t, err)
	}
	write(p.centre, "คค 0401/8")
	write(p.office, "คค 0401/9")
	all := p.send()
	got := all[len(all)-1]
	if got.Status != wire.Conflict || !bytes.Contains(got.Value, []byte("คค 0401/8")) || !bytes.Contains(got.Value, []byte(`"Version":3`)) || !strings.HasPrefix(got.Text.EN, "Somebody else has changed this case") {
		t.Errorf("the office is told %s %s, %s", got.Status, got.Text.EN, got.Value)
	}
}

// TestADraftThatWasGivenUpIsGone saves at the office what a colleague gave up at the
// centre (F35).
func TestADraftThatWasGivenUpIsGone(t *testing.T) {
	p := openPair(t)
	d, err := p.office.manuals.Revise(t.Context(), author, subject, true)
	must(t, err)
	p.send()
	must(t, p.centre.manuals.GiveUp(t.Context(), author, d.Ref))
	r, err := p.office.manuals.Revision(t.Context(), author, d.Ref)
	must(t, err)
	r.Manual.Title.TH += " ฉบับสำนักงาน"
	_, err = p.office.manuals.Save(t.Context(), author, d.Ref, manuals.Change{Was: r.Commit, Manual: r.Manual})
	must(t, err)
	all := p.send()
	if got := all[len(all)-1]; got.Status != wire.Gone || got.Text.EN != "The draft of dlt-xgveak was given up by "+string(author.ID)+" on 2026-11-04. What you changed is still on this computer." || !strings.Contains(got.Text.TH, "4/11/2569") {
		t.Errorf("the office is told %+v", got)
	}
}

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseISO(s)
	must(t, err)
	return d
}

// TestACorrectionThatReachesLaterMonthsSaysSo corrects a report at the office, which does
// not know that the next month was handed in.
func TestACorrectionThatReachesLaterMonthsSaysSo(t *testing.T) {
	p := openPair(t)
	ctx, desk := t.Context(), p.centre.reports
	central := acting("c", catalog.RoleCentral, "dlt")
	october := calendar.Month{Year: 2026, Month: time.October}
	written := func(m calendar.Month, received, edition int) licences.Written {
		e := licence.Entry{Figures: licence.Figures{Received: received, PendingInTime: received}}
		if m != october {
			e.PendingInTime = 3 + received
		}
		return licences.Written{Point: point, File: true, Changes: []licences.Change{{Process: process, Month: m, Entry: e, Edition: edition}}}
	}
	k := licence.Key{Point: point, Process: process, Month: october}
	now := func() (r licence.Report) {
		must(t, p.centre.store.Licences().Read(ctx, func(x licences.Records) (err error) { r, err = x.Report(k); return err }))
		return r
	}
	_, err := desk.Write(ctx, clerk, written(october, 3, 0))
	must(t, err)
	p.centre.pass(26 * 24 * time.Hour)
	_, err = desk.Write(ctx, clerk, written(october.Add(1), 2, 0))
	must(t, err)
	_, err = desk.Ask(ctx, clerk, point, []licence.Key{k}, "พบคำขอที่ตกหล่นสองคำขอ")
	must(t, err)
	_, err = desk.Decide(ctx, central, []string{now().Unlock.ID}, true, "")
	must(t, err)

	w := written(october, 5, now().Edition)
	do, err := json.Marshal(licences.Deed{Written: &w})
	must(t, err)
	body, err := outbox.Act{By: clerk.ID, As: clerk.Grants[0], At: p.centre.clock(), Do: do}.Append(nil)
	must(t, err)
	got := p.arrive(wire.Op{ID: "0192f0c1-7c7b-7000-8000-00000000000a", Kind: deeds.Licence, Entity: "reports:" + string(point), Body: body})
	if got.Status != wire.Conflict || !strings.Contains(got.Text.EN, "later months (Nov 2026)") || !strings.Contains(got.Text.TH, "พ.ย. 2569") || !bytes.Contains(got.Value, []byte(`"later":[`)) {
		t.Errorf("the office is told %s %+v, %s", got.Status, got.Text, got.Value)
	}
	if now().Filed.Received != 3 {
		t.Error("the report was corrected")
	}
}
