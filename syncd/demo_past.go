package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/licence"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/staff"
)

// past writes what has happened before a demonstration begins: a year of licence
// reports, unlocks, and late requests of invented people. It goes through the
// doors of the desks, at a clock of its own, in one transaction of each. The same
// content on the same day gives the same figures.
type past struct {
	*centre
	now    time.Time // when the demonstration begins
	clock  time.Time // when something is done
	off    calendar.Holidays
	clerk  staff.Acting // reports for all points but those of the samples
	point  staff.Acting // the sample officer of demoPoint
	judge  staff.Acting // the sample central officer
	writes *licences.Desk
}

// demoPoint is the service point of the samples.
const demoPoint catalog.PointCode = "dlt-area5"

// mostPosts is how many points have a past, those of the sample agency first.
const mostPosts = 60

// remember gives a demonstration of the sample agency its past, where it has none.
func (c *demoCommand) remember(ctx context.Context, of *centre, issuer string, now time.Time) error {
	if c.Agency != sampleAgency {
		return nil
	}
	if _, err := of.follows.look(); err != nil {
		return err
	}
	if err := of.manuals.CatchUp(ctx); err != nil {
		return err
	}
	list, err := of.licences.Posts(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b licences.Named) int { return cmp.Compare(foreign(a), foreign(b)) })
	list = list[:min(len(list), mostPosts)]
	p := &past{centre: of, now: now}
	filed, reported, err := p.known(ctx, list)
	if err != nil || reported || len(list) == 0 {
		return err
	}
	if p.off, err = of.late.Content.Holidays(); err != nil {
		return err
	}
	if err := p.hire(ctx, issuer, list); err != nil {
		return err
	}
	if !filed {
		if err := p.requests(ctx); err != nil {
			return err
		}
	}
	if err := p.reports(ctx, list); err != nil {
		return err
	}
	return p.tell(ctx)
}

// foreign orders points of other agencies behind those of the samples.
func foreign(p licences.Named) int {
	if p.Agency == sampleAgency {
		return 0
	}
	return 1
}

// tell counts what there is, and writes what the site shows of it, so that the
// first build has it.
func (p *past) tell(ctx context.Context) error {
	if err := p.summary.Count(ctx); err != nil {
		return err
	}
	if err := p.shards.write(ctx); err != nil {
		return err
	}
	return p.facts.write(ctx, calendar.DateOf(p.now))
}

// known reports whether late requests were opened and reports handed in already by
// some points' agencies, as in data that are kept. Of a demonstration that was
// stopped at its beginning it may be the requests alone.
func (p *past) known(ctx context.Context, list []licences.Named) (filed, reported bool, err error) {
	last := calendar.MonthOf(calendar.DateOf(p.now))
	agencies := []catalog.AgencyCode{}
	for _, post := range list {
		agencies = append(agencies, post.Agency)
	}
	err = p.store.Licences().Read(ctx, func(r licences.Records) error {
		cells, err := r.Cells(licences.Span{Agencies: agencies, From: last.Add(-demoMonths), To: last})
		reported = len(cells) > 0
		return err
	})
	if err != nil {
		return false, false, err
	}
	err = p.store.Delays().Read(ctx, func(r delays.Records) error {
		n, err := r.CountCases(delays.Filter{Agencies: agencies})
		filed = n > 0
		return err
	})
	return filed, reported, err
}

// hire finds the samples, and takes on who reports for all other points.
func (p *past) hire(ctx context.Context, issuer string, list []licences.Named) error {
	var accounts []staff.Account
	for _, post := range list {
		role := catalog.RolePoint
		if p.licences.Places.AgencyReports(post.Agency) {
			role = catalog.RoleCentral
		}
		a := staff.Account{Line: len(accounts) + 1, Issuer: issuer, Subject: "sample-clerk", Email: "sample-clerk@example.invalid", Name: "ข้อมูล ตัวอย่าง", Grant: at(role, post.Agency, "")}
		if !slices.ContainsFunc(accounts, func(b staff.Account) bool { return b.Grant == a.Grant }) {
			accounts = append(accounts, a)
		}
	}
	if _, err := p.desk.Import(ctx, staff.Console, "samples", accounts, false); err != nil {
		return err
	}
	return p.store.Read(ctx, func(r staff.Records) error {
		for subject, to := range map[string]*staff.Acting{"sample-clerk": &p.clerk, "point": &p.point, "central": &p.judge} {
			u, err := r.UserOf(issuer, subject)
			if err != nil {
				return err
			}
			*to = staff.Acting{Officer: u.Officer()}
		}
		return nil
	})
}

// at moves the clock to an hour of a day in Bangkok. It reports whether that has
// come.
func (p *past) at(d calendar.Date, hour int) bool {
	p.clock = d.Start().Add(time.Duration(hour) * time.Hour)
	return !p.clock.After(p.now)
}

// some is a number below n that follows from words alone.
func some(n int, words ...any) int {
	h := fnv.New32a()
	fmt.Fprint(h, words...)
	return int(h.Sum32()>>4) % n
}

// returned is a store whose transactions are all within one.
type returned struct{ licences.Records }

// Read reads within it.
func (r returned) Read(_ context.Context, do func(licences.Records) error) error {
	return do(r.Records)
}

// Write writes within it.
func (r returned) Write(_ context.Context, do func(licences.Records) error) error {
	return do(r.Records)
}

// deed is something that was done at an hour of a day.
type deed struct {
	on   calendar.Date
	hour int
	do   func() error
}

// reports hands reports in, in the order of time, but for some that are missing.
func (p *past) reports(ctx context.Context, list []licences.Named) error {
	last := calendar.MonthOf(calendar.DateOf(p.now)).Add(-1)
	return p.store.Licences().Write(ctx, func(r licences.Records) error {
		p.writes = p.openLicences()
		p.writes.Store, p.writes.People, p.writes.Tell = returned{r}, nil, nil
		p.writes.Now = func() time.Time { return p.clock }
		var deeds []deed
		for i, post := range list {
			for _, m := range last.Add(1 - demoMonths).MonthsTo(last) {
				deeds = append(deeds, p.report(ctx, i, post, m, last)...)
			}
		}
		slices.SortStableFunc(deeds, func(a, b deed) int { return cmp.Or(a.on.Compare(b.on), cmp.Compare(a.hour, b.hour)) })
		for _, d := range deeds {
			if !p.at(d.on, d.hour) {
				continue
			}
			if err := d.do(); err != nil {
				return err
			}
		}
		return nil
	})
}

// Reports that are missing, counted back from the last month.
const (
	gapAsked   = 3 // of the sample point: an unlock waits
	gapOpened  = 5 // unlocked, and handed in late
	gapRefused = 4 // not unlocked
	gapSilent  = 6 // nobody asked
)

// report is what was done about a point's reports of a month.
func (p *past) report(ctx context.Context, i int, post licences.Named, m, last calendar.Month) []deed {
	ago := 12*(last.Year-m.Year) + int(last.Month-m.Month)
	by := p.clerk
	if post.Point == demoPoint {
		by = p.point
	}
	file := func() error { return p.file(ctx, by, post, m) }
	on := p.off.WorkingDayOfNext(m, 2+some(7, post.Point, m.ISO()), "")
	locked := p.off.WorkingDayOfNext(m, 12, "")
	ask := func(reason string) func() error {
		return func() error {
			_, err := p.writes.Ask(ctx, by, post.Point, keysOf(post, m), reason)
			return err
		}
	}
	decide := func(grant bool, answer string) func() error {
		return func() error { return p.decide(ctx, post.Point, grant, answer) }
	}
	switch {
	case post.Point == demoPoint && ago == gapAsked:
		return []deed{{calendar.DateOf(p.now).AddDays(-1), 10, ask("ข้อมูลตัวอย่าง: ระบบของสำนักงานขัดข้องในช่วงส่งรายงาน ขอส่งย้อนหลัง")}}
	case post.Point == demoPoint && ago == 0 && p.now.Before(licence.Calendar{Holidays: p.off}.Locks(m)):
		return nil // the sample officer may hand it in
	case i == 1 && ago == gapOpened:
		return []deed{
			{locked, 9, ask("ข้อมูลตัวอย่าง: เจ้าหน้าที่ผู้รายงานลาป่วยในช่วงส่งรายงาน")},
			{p.off.AddWorkingDays(locked, 1, ""), 11, decide(true, "ข้อมูลตัวอย่าง: อนุญาตให้ส่งภายในเวลาที่เปิด")},
			{p.off.AddWorkingDays(locked, 3, ""), 14, file},
		}
	case i == 2 && ago == gapRefused:
		return []deed{
			{locked, 10, ask("ข้อมูลตัวอย่าง: ลืมส่งรายงาน")},
			{p.off.AddWorkingDays(locked, 2, ""), 15, decide(false, "ข้อมูลตัวอย่าง: เหตุผลยังไม่พอ ให้บอกว่าจะป้องกันอย่างไร แล้วขอใหม่")},
		}
	case i%7 == 3 && ago == gapSilent, i%5 == 3 && ago == 0:
		return nil
	}
	return []deed{{on, 9 + some(7, m.ISO(), post.Point), file}}
}

func keysOf(post licences.Named, m calendar.Month) (keys []licence.Key) {
	for _, id := range post.Expected(m) {
		keys = append(keys, licence.Key{Point: post.Point, Process: id, Month: m})
	}
	return keys
}

// decide decides on what waits of a point.
func (p *past) decide(ctx context.Context, point catalog.PointCode, grant bool, answer string) error {
	waiting, err := p.writes.Queue(ctx, p.judge)
	if err != nil {
		return err
	}
	var ids []string
	for _, w := range waiting {
		if w.Point == point {
			ids = append(ids, w.ID)
		}
	}
	_, err = p.writes.Decide(ctx, p.judge, ids, grant, answer)
	return err
}

// file hands a point's reports of a month in.
func (p *past) file(ctx context.Context, by staff.Acting, post licences.Named, m calendar.Month) error {
	w := licences.Written{Point: post.Point, File: true, Carry: licences.LeaveAlone}
	for _, k := range keysOf(post, m) {
		var cases licence.Cases
		var err error
		if slices.ContainsFunc(sampleCases, func(c sampleCase) bool { return c.point == k.Point }) {
			if cases, err = p.writes.Cases(ctx, k); err != nil {
				return err
			}
		}
		var was []licence.Report
		var now licence.Report
		if err = p.writes.Store.Read(ctx, func(r licences.Records) (err error) {
			if now, err = r.Report(k); err == nil {
				was, err = r.History(k.Point, k.Process)
			}
			return err
		}); err != nil {
			return err
		}
		w.Changes = append(w.Changes, licences.Change{Process: k.Process, Month: m, Entry: licence.Entry{Figures: invented(k, licence.OpeningOf(was, m), cases)}, Edition: now.Edition})
	}
	if len(w.Changes) == 0 {
		return nil
	}
	_, err := p.writes.Write(ctx, by, w)
	return err
}

// invented are figures in balance that differ by place, work and month, and agree
// with the register of late requests.
func invented(k licence.Key, begins licence.Opening, late licence.Cases) licence.Figures {
	f := licence.Figures{CarriedIn: 3, PendingLate: late.Open, Letters: late.Letters}
	if begins.Known {
		f.CarriedIn = begins.N
	}
	f.Received = (25 + some(160, k.Point, k.Process)) * (88 + some(25, k.Month.ISO(), k.Process, k.Point)) / 100
	f.PendingInTime = f.Received * (3 + some(4, k.Month.ISO(), k.Point)) / 100
	f.ApprovedLate = f.Received * some(1+some(9, k.Point), k.Process, k.Month.ISO()) / 100
	f.RejectedOn, f.RejectedLate = f.Received/45, f.Received/160
	f.Returned, f.Withdrawn = f.Received/70, f.Received/90
	f.ApprovedOn = f.Missing()
	return f
}

// sampleLate is a manual of the sample agency whose licences are reported.
const sampleLate catalog.ManualID = "dlt-qfgdkd"

// sampleCase is a late request. Its letters are dated a week apart, from the day
// on after it was due.
type sampleCase struct {
	point   catalog.PointCode
	ago     int // for how many days it has been filed
	letters []delay.Reason
	end     delay.State // after the last letter; "" while it is open
	result  delay.Result
}

var sampleCases = []sampleCase{
	{demoPoint, 190, []delay.Reason{delay.Inspection}, delay.Finished, delay.Granted},
	{demoPoint, 150, []delay.Reason{delay.OtherAgency, delay.OtherAgency}, delay.Finished, delay.Granted},
	{"dlt-area1", 130, []delay.Reason{delay.Volume}, delay.Withdrawn, ""},
	{demoPoint, 110, []delay.Reason{delay.Committee, delay.Committee, delay.Inspection}, delay.Finished, delay.Refused},
	{"dlt-chiangmai", 95, []delay.Reason{delay.System}, delay.Finished, delay.Granted},
	{demoPoint, 75, []delay.Reason{delay.Inspection, delay.Volume}, delay.Finished, delay.Granted},
	{"dlt-area3", 60, nil, "", ""},
	{demoPoint, 30, slices.Repeat([]delay.Reason{delay.OtherAgency}, 6), "", ""}, // the next is due within a week
	{demoPoint, 2, nil, "", ""},
}

// filed is a store whose transactions are all within one.
type filed struct{ delays.Records }

// Read reads within it.
func (r filed) Read(_ context.Context, do func(delays.Records) error) error { return do(r.Records) }

// Write writes within it.
func (r filed) Write(_ context.Context, do func(delays.Records) error) error { return do(r.Records) }

// requests opens the late requests at the points that there are.
func (p *past) requests(ctx context.Context) error {
	return p.store.Delays().Write(ctx, func(r delays.Records) error {
		d := &delays.Desk{Store: filed{r}, Structure: p.current, Content: p.late.Content, Vault: p.late.Vault, KeptDays: p.late.KeptDays,
			Now: func() time.Time { return p.clock }, Random: rand.Reader}
		for n, c := range sampleCases {
			spot, err := d.Content.Spot(c.point)
			if err != nil || !slices.Contains(spot.Manuals, sampleLate) {
				continue // another content
			}
			if err := p.request(ctx, d, n+1, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// request opens one, writes its letters and ends it.
func (p *past) request(ctx context.Context, d *delays.Desk, n int, c sampleCase) error {
	by := p.clerk
	if c.point == demoPoint {
		by = p.point
	}
	day := calendar.DateOf(p.now).AddDays(-c.ago)
	p.at(day, 11)
	s, err := d.Begin(ctx, by, delays.New{
		ID: d.NewID(), Point: c.point, Manual: sampleLate, Request: fmt.Sprintf("ตัวอย่าง %d/%d", n, day.YearBE()), Filed: day, Complete: day,
		Person: delays.Person{Name: fmt.Sprintf("ผู้ยื่นตัวอย่าง คนที่ %d", n), Contact: "ข้อมูลตัวอย่าง ไม่มีบุคคลนี้จริง"},
	})
	next := func() delays.Command { return delays.Command{ID: s.ID, Version: s.Version, Key: fmt.Sprint(s.Version)} }
	day = s.Case.Due
	for i, reason := range c.letters {
		day = s.Case.Due.AddDays(1 + delay.LetterEvery*i)
		if err != nil || !p.at(day, 14) {
			return err
		}
		s, err = d.Write(ctx, by, next(), delay.Letter{
			Number: fmt.Sprintf("ตย %04d/%d", 100*n+i, day.YearBE()), Date: day, Reason: reason, Expected: day.AddDays(delay.LetterEvery),
			Text: "หนังสือตัวอย่างของระบบสาธิต", Signer: "นางสาวจันทร์ ตัวอย่าง", Position: "เจ้าหน้าที่จุดบริการ",
		})
		if err == nil {
			s, err = d.Send(ctx, by, next(), i+1, delay.Post, day, day)
		}
	}
	if day = day.AddDays(4); err != nil || c.end == "" || !p.at(day, 15) {
		return err
	}
	s, err = d.End(ctx, by, next(), c.end, c.result, day)
	if day = day.AddDays(2); err != nil || c.end != delay.Finished || !p.at(day, 10) {
		return err
	}
	_, err = d.Notify(ctx, by, next(), delay.Post, day)
	return err
}
