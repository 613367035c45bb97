// Package licencestest holds what every licences.Store promises, as tests that any
// store runs. Only tests import it.
package licencestest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

// Run tests a store. open returns an empty one, for one test.
func Run(t *testing.T, open func(testing.TB) licences.Store) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Book)
	}{
		{"a report is kept as it is, with its draft and its unlock", reports},
		{"an edition that somebody replaced is not replaced again", editions},
		{"versions are kept", versions},
		{"the reports of a process and of a point", histories},
		{"unlocks are found", unlocks},
		{"sums and single reports of a subtree and a run of months", sums},
		{"a point takes its reports to another agency", moves},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, Book{t, open(t)}) })
	}
}

// Book asks a store for one thing at a time, and fails the test when that fails.
type Book struct {
	T     testing.TB
	Store licences.Store
}

// Write runs one transaction that has to succeed.
func (b Book) Write(do func(licences.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); err != nil {
		b.T.Fatal(err)
	}
}

// Read returns what one reading transaction finds.
func Read[V any](b Book, do func(licences.Records) (V, error)) (v V) {
	b.T.Helper()
	if err := b.Store.Read(context.Background(), func(r licences.Records) (err error) { v, err = do(r); return err }); err != nil {
		b.T.Fatal(err)
	}
	return v
}

// Same fails the test where two values differ.
func (b Book) Same(what string, got, want any) {
	b.T.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.T.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var (
	noon    = time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)
	october = calendar.Month{Year: 2026, Month: time.October}
)

// Key is that of the n-th process of a point.
func Key(point string, n int, m calendar.Month) licence.Key {
	return licence.Key{Point: catalog.PointCode(point), Process: catalog.ProcessID(fmt.Sprintf("dlt-%04d", n)), Month: m}
}

// Filed is a report that was handed in, in its first edition.
func Filed(k licence.Key, received, pending int) licence.Report {
	e := licence.Entry{Figures: licence.Figures{Received: received, ApprovedOn: received - pending, PendingLate: pending}, Note: "หมายเหตุ"}
	e.Zero = e.Figures == licence.Figures{}
	return licence.Report{Key: k, Edition: 1, Filed: licence.Filing{Entry: e, Version: 1, At: noon, By: "o-1", Cause: licence.First}}
}

func (b Book) put(agency catalog.AgencyCode, list ...licence.Report) {
	b.T.Helper()
	b.Write(func(r licences.Records) error {
		for _, p := range list {
			if err := r.PutReport(agency, p); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b Book) report(k licence.Key) licence.Report {
	b.T.Helper()
	return Read(b, func(r licences.Records) (licence.Report, error) { return r.Report(k) })
}

func reports(t *testing.T, b Book) {
	k := Key("p-1", 1, october)
	b.Same("one that nobody touched", b.report(k), licence.Report{Key: k})
	p := Filed(k, 5, 2)
	p.Filed.Figures = licence.Figures{CarriedIn: 1, Received: 2, ApprovedOn: 3, ApprovedLate: 4, RejectedOn: 5, RejectedLate: 6, Returned: 7, Withdrawn: 8, PendingInTime: 9, PendingLate: 10, Letters: 11}
	b.put("dlt", p)
	b.Same("what was handed in", b.report(k), p)
	p.Edition = 2
	p.Draft = licence.Sketch{Entry: licence.Entry{Figures: licence.Figures{Received: 7}, Note: "ร่าง “1”\nสอง"}, At: noon.Add(time.Hour), By: "o-2"}
	p.Unlock = licence.Unlock{ID: "u-1", Asked: noon, By: "o-1", Reason: "เหตุผล", Decided: noon.Add(time.Minute), Judge: "o-3", Granted: true, Answer: "ตามที่ขอ", Until: noon.Add(time.Hour), Used: noon.Add(2 * time.Hour)}
	b.Write(func(r licences.Records) error {
		return errors.Join(r.PutUnlock(licences.Request{Unlock: p.Unlock, Key: k, Agency: "dlt"}), r.PutReport("dlt", p))
	})
	b.Same("with a draft and an unlock", b.report(k), p)
}

func editions(t *testing.T, b Book) {
	p := Filed(Key("p-1", 1, october), 5, 0)
	b.put("dlt", p)
	for name, edition := range map[string]int{"a new one over it": 1, "one that skips": 3} {
		p.Edition = edition
		if err := b.Store.Write(context.Background(), func(r licences.Records) error { return r.PutReport("dlt", p) }); !errors.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.Edition = 2
	b.put("dlt", p)
	b.Same("the next", b.report(p.Key).Edition, 2)
}

func versions(t *testing.T, b Book) {
	k := Key("p-1", 1, october)
	first, second := Filed(k, 5, 0).Filed, Filed(k, 9, 1).Filed
	second.Version, second.Cause = 2, licence.Carried
	b.Write(func(r licences.Records) error {
		return errors.Join(r.AddVersion(k, second), r.AddVersion(k, first), r.AddVersion(Key("p-1", 11, october), first))
	})
	b.Same("oldest first", Read(b, func(r licences.Records) ([]licence.Filing, error) { return r.Versions(k) }), []licence.Filing{first, second})
	if err := b.Store.Write(context.Background(), func(r licences.Records) error { return r.AddVersion(k, first) }); !errors.Is(err, fault.Conflict) {
		t.Errorf("the same again: %v", err)
	}
}

func histories(t *testing.T, b Book) {
	var want []licence.Report
	for _, m := range []calendar.Month{october.Add(-11), october.Add(-1), october} {
		want = append(want, Filed(Key("p-1", 1, m), 3, 0))
	}
	other, longer, neighbour := Filed(Key("p-1", 2, october), 1, 0), Filed(Key("p-1", 1, october), 1, 0), Filed(Key("p-11", 1, october), 1, 0)
	longer.Process += "x"
	b.put("dlt", want[2], other, longer, neighbour, want[0], want[1])
	b.Same("a process", Read(b, func(r licences.Records) ([]licence.Report, error) { return r.History("p-1", "dlt-0001") }), want)
	sketched := Filed(Key("p-1", 1, october.Add(-2)), 1, 0)
	sketched.Filed, sketched.Draft = licence.Filing{}, licence.Sketch{Entry: sketched.Filed.Entry, At: noon, By: "o-1"}
	b.put("dlt", sketched)
	for _, test := range []struct {
		key  calendar.Month
		want []licence.Report
	}{
		{october.Add(1), want[2:]}, {october, want[1:]}, {october.Add(-1), want}, {october.Add(-2), []licence.Report{want[0], sketched, want[1], want[2]}},
		{october.Add(-5), want}, {october.Add(-11), want}, {october.Add(-12), want},
	} {
		k := Key("p-1", 1, test.key)
		b.Same("since "+test.key.ISO(), Read(b, func(r licences.Records) ([]licence.Report, error) { return r.Since(k) }), test.want)
	}
	b.Same("a point", Read(b, func(r licences.Records) ([]licence.Report, error) { return r.Reports("p-1", october, october) }), []licence.Report{want[2], longer, other})
}

func unlocks(t *testing.T, b Book) {
	request := func(id string, agency catalog.AgencyCode, point string, hour int) licences.Request {
		return licences.Request{Unlock: licence.Unlock{ID: id, Asked: noon.Add(time.Duration(hour) * time.Hour), By: "o-1", Reason: "เหตุผล"}, Key: Key(point, 1, october), Agency: agency}
	}
	waits, refused, open, lapsed := request("u-4", "dlt", "p-1", 1), request("u-3", "dlt", "p-2", 2), request("u-2", "doh", "p-3", 3), request("u-1", "doh", "p-4", 4)
	refused.Decided = noon
	for _, q := range []*licences.Request{&open, &lapsed} {
		q.Decided, q.Granted, q.Until = noon, true, noon.Add(100*time.Hour)
	}
	lapsed.Until = noon.Add(10 * time.Hour)
	b.Write(func(r licences.Records) error {
		return errors.Join(r.PutUnlock(lapsed), r.PutUnlock(open), r.PutUnlock(refused), r.PutUnlock(waits))
	})
	for name, test := range map[string]struct {
		f    licences.RequestFilter
		want []licences.Request
	}{
		"all":                     {licences.RequestFilter{}, []licences.Request{waits, refused, open, lapsed}},
		"the latest two":          {licences.RequestFilter{Most: 2}, []licences.Request{open, lapsed}},
		"that wait":               {licences.RequestFilter{Waiting: true}, []licences.Request{waits}},
		"that wait elsewhere":     {licences.RequestFilter{Waiting: true, Agencies: []catalog.AgencyCode{"doh"}}, nil},
		"of nobody":               {licences.RequestFilter{Agencies: []catalog.AgencyCode{}}, nil},
		"of a point":              {licences.RequestFilter{Point: "p-2"}, []licences.Request{refused}},
		"asked for in two hours":  {licences.RequestFilter{From: noon.Add(2 * time.Hour), To: noon.Add(4 * time.Hour)}, []licences.Request{refused, open}},
		"lapsed":                  {licences.RequestFilter{Lapsed: noon.Add(10 * time.Hour)}, []licences.Request{lapsed}},
		"lapsed a moment earlier": {licences.RequestFilter{Lapsed: noon.Add(10*time.Hour - time.Microsecond)}, nil},
	} {
		b.Same(name, Read(b, func(r licences.Records) ([]licences.Request, error) { return r.Unlocks(test.f) }), test.want)
	}
	lapsed.Told = true
	b.Write(func(r licences.Records) error { return r.PutUnlock(lapsed) })
	b.Same("told", Read(b, func(r licences.Records) ([]licences.Request, error) {
		return r.Unlocks(licences.RequestFilter{Lapsed: noon.Add(10 * time.Hour)})
	}), []licences.Request(nil))
	b.Same("one", Read(b, func(r licences.Records) (licences.Request, error) { return r.Unlock("u-1") }), lapsed)
	if err := b.Store.Read(context.Background(), func(r licences.Records) error { _, err := r.Unlock("u-9"); return err }); !errors.Is(err, fault.NotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}

func sums(t *testing.T, b Book) {
	sketch := licence.Report{Key: Key("p-1", 3, october), Edition: 1, Draft: licence.Sketch{Entry: licence.Entry{Figures: licence.Figures{Received: 100}}, At: noon}}
	b.put("dlt", Filed(Key("p-1", 1, october), 5, 2), Filed(Key("p-1", 2, october), 0, 0), sketch, Filed(Key("p-1", 1, october.Add(1)), 7, 0), Filed(Key("p-2", 1, october), 1, 0))
	b.put("doh", Filed(Key("p-9", 1, october), 30, 0))
	cell := func(agency, point string, m calendar.Month, reports, zeros, received, pending int) licences.Cell {
		return licences.Cell{Agency: catalog.AgencyCode(agency), Point: catalog.PointCode(point), Month: m, Sum: licence.Sum{Reports: reports, Zeros: zeros,
			Figures: licence.Figures{Received: received, ApprovedOn: received - pending, PendingLate: pending}}}
	}
	for name, test := range map[string]struct {
		s    licences.Span
		want []licences.Cell
	}{
		"the country":   {licences.Span{From: october, To: october.Add(1)}, []licences.Cell{cell("dlt", "p-1", october, 2, 1, 5, 2), cell("dlt", "p-2", october, 1, 0, 1, 0), cell("doh", "p-9", october, 1, 0, 30, 0), cell("dlt", "p-1", october.Add(1), 1, 0, 7, 0)}},
		"an agency":     {licences.Span{Agencies: []catalog.AgencyCode{"doh", "none"}, From: october, To: october}, []licences.Cell{cell("doh", "p-9", october, 1, 0, 30, 0)}},
		"a point":       {licences.Span{Point: "p-2", From: october, To: october.Add(1)}, []licences.Cell{cell("dlt", "p-2", october, 1, 0, 1, 0)}},
		"nobody":        {licences.Span{Agencies: []catalog.AgencyCode{}, From: october, To: october}, nil},
		"another month": {licences.Span{From: october.Add(-1), To: october.Add(-1)}, nil},
	} {
		b.Same(name, Read(b, func(r licences.Records) ([]licences.Cell, error) { return r.Cells(test.s) }), test.want)
	}
	var got []licence.Key
	stop := errors.New("enough")
	err := b.Store.Read(context.Background(), func(r licences.Records) error {
		got = nil
		return r.Each(licences.Span{From: october, To: october.Add(1)}, func(l licences.Line) error {
			if got = append(got, l.Key); len(got) == 5 {
				return stop
			}
			return nil
		})
	})
	want := []licence.Key{Key("p-1", 1, october), Key("p-1", 2, october), Key("p-2", 1, october), Key("p-9", 1, october), Key("p-1", 1, october.Add(1))}
	b.Same("one by one", got, want)
	if !errors.Is(err, stop) {
		t.Errorf("it ended with %v", err)
	}
}

func moves(t *testing.T, b Book) {
	held := []licences.Held{{Process: "dlt-0001", From: october.Add(-3)}, {Process: "dlt-0002", From: october, Until: october.Add(1)}}
	b.put("dlt", Filed(Key("p-1", 1, october), 5, 0), Filed(Key("p-2", 1, october), 1, 0))
	b.Write(func(r licences.Records) error {
		return errors.Join(r.PutUnlock(licences.Request{Unlock: licence.Unlock{ID: "u-1", Asked: noon}, Key: Key("p-1", 1, october), Agency: "dlt"}),
			r.PutPost(licences.Post{Point: "p-1", Agency: "dlt", Held: held[:1]}), r.PutPost(licences.Post{Point: "p-1", Agency: "doh", Held: held}))
	})
	b.Same("what is expected", Read(b, func(r licences.Records) ([]licences.Post, error) { return r.Posts() }), []licences.Post{{Point: "p-1", Agency: "doh", Held: held}})
	cells := Read(b, func(r licences.Records) ([]licences.Cell, error) {
		return r.Cells(licences.Span{Agencies: []catalog.AgencyCode{"doh"}, From: october, To: october})
	})
	if len(cells) != 1 || cells[0].Point != "p-1" {
		t.Errorf("got %v", cells)
	}
	b.Same("its unlock", Read(b, func(r licences.Records) (licences.Request, error) { return r.Unlock("u-1") }).Agency, catalog.AgencyCode("doh"))
}
