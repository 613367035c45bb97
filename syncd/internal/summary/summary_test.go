package summary_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/summary"
)

// country is a ministry with two departments, one of which has an office below it,
// and points that report; its clock stands still.
type country struct {
	*summary.Desk
	t     *testing.T
	db    *sqlstore.Store
	at    time.Time
	posts []licences.Named
	gone  catalog.PointCode // has a post, and is no point any more
}

var parents = map[catalog.AgencyCode]catalog.AgencyCode{"mot": "", "dlt": "mot", "dlt-cmi": "dlt", "doh": "mot", "moph": ""}

const (
	renewal = catalog.ProcessID("dlt-aaaaaa")
	first   = catalog.ProcessID("dlt-bbbbbb")
	road    = catalog.ProcessID("doh-aaaaaa")
)

func (c *country) Target(a catalog.AgencyCode, p catalog.PointCode) (rights.Target, error) {
	if _, ok := parents[a]; !ok || p != "" && p == c.gone {
		return rights.Target{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
	}
	t := rights.Target{Point: p}
	for ; a != ""; a = parents[a] {
		t.Chain = append(t.Chain, a)
	}
	return t, nil
}

func (c *country) Below(a catalog.AgencyCode) []catalog.AgencyCode {
	out := []catalog.AgencyCode{a}
	for _, below := range []catalog.AgencyCode{"dlt", "doh", "dlt-cmi"} {
		if parents[below] == a {
			out = append(out, c.Below(below)...)
		}
	}
	return out
}

func (c *country) Posts(context.Context) ([]licences.Named, error)      { return c.posts, nil }
func (c *country) Serves(catalog.PointCode) ([]catalog.ManualID, error) { return nil, nil }
func (c *country) Agency(a catalog.AgencyCode) (*catalog.Agency, bool) {
	return &catalog.Agency{Code: a, Name: catalog.Text{TH: string(a)}}, true
}
func (c *country) Titles(...catalog.ProcessID) (map[catalog.ProcessID]catalog.Text, error) {
	return nil, nil
}
func (c *country) Categories(...catalog.ProcessID) (map[catalog.ProcessID][]catalog.Slug, error) {
	return map[catalog.ProcessID][]catalog.Slug{renewal: {"transport"}, first: {"transport", "youth"}, road: {"youth"}}, nil
}
func (c *country) Labels() ([]catalog.Label, error) {
	return []catalog.Label{{Slug: "transport"}, {Slug: "youth"}, {Slug: "nothing"}}, nil
}
func (c *country) Holidays() (calendar.Holidays, error) {
	text, err := os.ReadFile("../../../internal/calendar/testdata/holidays.json")
	if err != nil {
		return calendar.Holidays{}, err
	}
	var file struct{ Holidays []calendar.Holiday }
	err = json.Unmarshal(text, &file)
	return calendar.NewHolidays(file.Holidays), err
}

var october = calendar.Month{Year: 2026, Month: time.October}

func open(t *testing.T) *country {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "khumue.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	c := &country{t: t, db: db, at: time.Date(2026, 12, 1, 9, 0, 0, 0, calendar.Bangkok())}
	begin := october.Add(-2)
	post := func(agency catalog.AgencyCode, point catalog.PointCode, held ...licences.Held) {
		c.posts = append(c.posts, licences.Named{Post: licences.Post{Point: point, Agency: agency, Held: held}, Name: catalog.Text{TH: string(point)}})
	}
	post("dlt", "dlt-1", licences.Held{Process: renewal, From: begin}, licences.Held{Process: first, From: begin, Until: october})
	post("dlt-cmi", "cmi-1", licences.Held{Process: renewal, From: october})
	post("doh", "doh-1", licences.Held{Process: road, From: begin})
	c.Desk = &summary.Desk{Store: db.Summary(), Structure: c, Places: c, Now: func() time.Time { return c.at }, Log: slog.New(slog.DiscardHandler)}
	return c
}

// file keeps a report as it was handed in.
func (c *country) file(agency catalog.AgencyCode, point catalog.PointCode, process catalog.ProcessID, m calendar.Month, edition int, f licence.Figures) {
	c.t.Helper()
	err := c.db.Licences().Write(c.t.Context(), func(r licences.Records) error {
		return r.PutReport(agency, licence.Report{Key: licence.Key{Point: point, Process: process, Month: m}, Edition: edition,
			Filed: licence.Filing{Entry: licence.Entry{Figures: f}, Version: edition, At: c.at, By: "o-a", Cause: licence.First}})
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// filed is a country of which most has reported.
func filed(t *testing.T) *country {
	c := open(t)
	for n, m := range october.Add(-2).MonthsTo(october) {
		c.file("dlt", "dlt-1", renewal, m, 1, licence.Figures{CarriedIn: n, Received: 100, ApprovedOn: 90, ApprovedLate: 9, PendingInTime: 0, PendingLate: n + 1, Letters: 2})
	}
	c.file("dlt", "dlt-1", first, october, 1, licence.Figures{Received: 10, ApprovedOn: 4, RejectedLate: 1, PendingInTime: 5})
	c.file("dlt-cmi", "cmi-1", renewal, october, 1, licence.Figures{Received: 20, ApprovedOn: 20})
	c.file("doh", "doh-1", road, october, 1, licence.Figures{Received: 3, RejectedOn: 3})
	return c
}

func who(role catalog.Role, agency catalog.AgencyCode, point catalog.PointCode) staff.Acting {
	return staff.Acting{Officer: rights.Officer{ID: "o-a", Grants: []rights.Grant{{Role: role, Scope: rights.Scope{Agency: agency, Point: point}}}}}
}

func TestWhatASummaryAddsUpTo(t *testing.T) {
	c := filed(t)
	quarter := calendar.Quarter{Year: 2570, N: 1}.Period()
	opdc := who(catalog.RoleOPDC, "", "")
	for _, test := range []struct {
		name                                 string
		by                                   staff.Acting
		q                                    summary.Query
		received, late, pending, filed, owed int
		parts                                string // with what they received
	}{
		{"the country in October", opdc, summary.Query{Period: october.Period()}, 133, 10, 8, 4, 4, "mot 133"},
		{"a ministry in October", opdc, summary.Query{Unit: "mot", Period: october.Period()}, 133, 10, 8, 4, 4, "dlt 130, doh 3"},
		{"a department with its office and its point", opdc, summary.Query{Unit: "dlt", Period: october.Period()}, 130, 10, 8, 3, 3, "dlt-cmi 20, dlt-1 110"},
		{"a point", opdc, summary.Query{Point: "dlt-1", Period: october.Period()}, 110, 10, 8, 2, 2, ""},
		{"a process", opdc, summary.Query{Process: renewal, Period: october.Period()}, 120, 9, 3, 2, 2, "mot 120"},
		{"a category", opdc, summary.Query{Category: "youth", Period: october.Period()}, 13, 1, 5, 2, 2, "mot 13"},
		{"a category without processes", opdc, summary.Query{Category: "nothing", Period: october.Period()}, 0, 0, 0, 0, 0, ""},
		{"a quarter that goes on is owed for the months that are over", opdc, summary.Query{Period: quarter}, 133, 10, 8, 4, 7, "mot 133"},
		{"over months what is pending is that of the last", opdc, summary.Query{Period: calendar.Period{From: calendar.NewDate(2026, 8, 1), To: calendar.NewDate(2026, 10, 31)}}, 333, 28, 8, 6, 10, "mot 333"},
		{"a year without anything", opdc, summary.Query{Period: calendar.FiscalYear(2565).Period()}, 0, 0, 0, 0, 0, ""},
		{"what lies ahead", opdc, summary.Query{Period: calendar.FiscalYear(2575).Period()}, 0, 0, 0, 0, 0, ""},
		{"an officer of all points of a department sees no office below it", who(catalog.RolePoint, "dlt", ""), summary.Query{Unit: "dlt", Period: october.Period()}, 110, 10, 8, 2, 2, "dlt-1 110"},
		{"an office's central officer sees the office", who(catalog.RoleCentral, "dlt-cmi", ""), summary.Query{Unit: "dlt-cmi", Period: october.Period()}, 20, 0, 0, 1, 1, "cmi-1 20"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := c.Make(t.Context(), test.by, test.q)
			if err != nil {
				t.Fatal(err)
			}
			got := []int{r.Received, r.ApprovedLate + r.RejectedLate, r.Pending(), r.Reports, r.Expected}
			if d := cmp.Diff([]int{test.received, test.late, test.pending, test.filed, test.owed}, got); d != "" {
				t.Error(d)
			}
			var parts []string
			for _, p := range append(r.ByPart, r.ByPoint...) {
				parts = append(parts, p.ID+" "+number(p.Received))
			}
			if got := strings.Join(parts, ", "); got != test.parts {
				t.Errorf("parts: %s, want %s", got, test.parts)
			}
			n := 0
			for _, p := range r.ByProcess {
				n += p.Received
			}
			if n != r.Received {
				t.Errorf("processes add up to %d of %d", n, r.Received)
			}
			rows := 0
			if err := c.Rows(t.Context(), test.by, test.q, func(licences.Line) error { rows++; return nil }); err != nil || rows != r.Reports {
				t.Errorf("%d single reports of %d: %v", rows, r.Reports, err)
			}
		})
	}
}

// A point that was merged into another reported until then, and so did its agency.
func TestWhatAPointReportedOutlastsIt(t *testing.T) {
	c := filed(t)
	c.gone = "cmi-0"
	august := october.Add(-2)
	c.posts = append(c.posts, licences.Named{Post: licences.Post{Point: c.gone, Agency: "dlt-cmi", Held: []licences.Held{{Process: renewal, From: august, Until: august}}}, Name: catalog.Text{TH: "cmi-0"}})
	c.file("dlt-cmi", c.gone, renewal, august, 1, licence.Figures{Received: 7, ApprovedOn: 7})
	for _, test := range []struct {
		name           string
		by             staff.Acting
		q              summary.Query
		received, owed int
		parts          string
	}{
		{"the country", who(catalog.RoleOPDC, "", ""), summary.Query{}, 107, 4, "mot 107"},
		{"its ministry", who(catalog.RoleCentral, "mot", ""), summary.Query{Unit: "mot"}, 107, 4, "dlt 107, doh 0"},
		{"its department", who(catalog.RoleCentral, "dlt", ""), summary.Query{Unit: "dlt"}, 107, 3, "dlt-cmi 7, dlt-1 100"},
		{"its office", who(catalog.RoleCentral, "dlt-cmi", ""), summary.Query{Unit: "dlt-cmi"}, 7, 1, "cmi-0 7"},
		{"itself, for its ministry", who(catalog.RoleCentral, "mot", ""), summary.Query{Point: c.gone}, 7, 1, ""},
		{"itself, for its department", who(catalog.RoleCentral, "dlt", ""), summary.Query{Point: c.gone}, 7, 1, ""},
		{"itself, for the country", who(catalog.RoleOPDC, "", ""), summary.Query{Point: c.gone}, 7, 1, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.q.Period = august.Period()
			r, err := c.Make(t.Context(), test.by, test.q)
			if err != nil {
				t.Fatal(err)
			}
			var parts []string
			for _, p := range append(r.ByPart, r.ByPoint...) {
				parts = append(parts, p.ID+" "+number(p.Received))
			}
			if got := strings.Join(parts, ", "); r.Received != test.received || r.Expected != test.owed || got != test.parts {
				t.Errorf("received %d, %d are expected, of %s", r.Received, r.Expected, got)
			}
			rows := 0
			if err := c.Rows(t.Context(), test.by, test.q, func(licences.Line) error { rows++; return nil }); err != nil || rows != r.Reports {
				t.Errorf("%d single reports of %d: %v", rows, r.Reports, err)
			}
		})
	}
	for name, by := range map[string]staff.Acting{"another department": who(catalog.RoleCentral, "doh", ""), "another point": who(catalog.RolePoint, "dlt-cmi", "cmi-1")} {
		if _, err := c.Make(t.Context(), by, summary.Query{Point: c.gone, Period: august.Period()}); !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func number(n int) string { b, _ := json.Marshal(n); return string(b) }

func TestWhoMayNotSeeASummaryIsRefused(t *testing.T) {
	c := filed(t)
	for _, test := range []struct {
		name string
		by   staff.Acting
		q    summary.Query
		ok   bool
	}{
		{"a central officer, its department", who(catalog.RoleCentral, "dlt", ""), summary.Query{Unit: "dlt"}, true},
		{"a central officer, an office below", who(catalog.RoleCentral, "dlt", ""), summary.Query{Unit: "dlt-cmi"}, true},
		{"a central officer, the ministry above", who(catalog.RoleCentral, "dlt", ""), summary.Query{Unit: "mot"}, false},
		{"a central officer, the country", who(catalog.RoleCentral, "dlt", ""), summary.Query{}, false},
		{"a central officer, a point of another", who(catalog.RoleCentral, "dlt", ""), summary.Query{Point: "doh-1"}, false},
		{"a central officer, its unit with another's point", who(catalog.RoleCentral, "dlt", ""), summary.Query{Unit: "dlt", Point: "doh-1"}, false},
		{"a point's officer, the point", who(catalog.RolePoint, "dlt", "dlt-1"), summary.Query{Point: "dlt-1"}, true},
		{"a point's officer, its department", who(catalog.RolePoint, "dlt", "dlt-1"), summary.Query{Unit: "dlt"}, false},
		{"a point's officer, another point", who(catalog.RolePoint, "dlt", "dlt-1"), summary.Query{Point: "cmi-1"}, false},
		{"an author", who(catalog.RoleAuthor, "dlt", ""), summary.Query{Unit: "dlt"}, false},
		{"a reviewer", who(catalog.RoleReviewer, "dlt", ""), summary.Query{Unit: "dlt"}, false},
		{"nobody", staff.Acting{}, summary.Query{}, false},
		{"OPDC, an agency that is not there", who(catalog.RoleOPDC, "", ""), summary.Query{Unit: "none"}, false},
		{"OPDC, a point that is not there", who(catalog.RoleOPDC, "", ""), summary.Query{Point: "none"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.q.Period = october.Period()
			r, err := c.Make(t.Context(), test.by, test.q)
			if test.ok != (err == nil) || err != nil && (r != nil || !errors.Is(err, fault.Forbidden)) {
				t.Errorf("%v", err)
			}
			seen := 0
			err = c.Rows(t.Context(), test.by, test.q, func(licences.Line) error { seen++; return nil })
			if !test.ok && (err == nil || seen > 0) {
				t.Errorf("%d single reports, %v", seen, err)
			}
			if _, err := c.Manuals(t.Context(), test.by, test.q); test.ok != (err == nil) {
				t.Errorf("manuals: %v", err)
			}
		})
	}
}

// A month that is closed is counted once; a correction has it counted anew, and the
// time says so.
func TestACorrectionChangesAClosedMonth(t *testing.T) {
	c := filed(t)
	opdc, q := who(catalog.RoleOPDC, "", ""), summary.Query{Period: october.Period()}
	made := func() *summary.Report {
		t.Helper()
		r, err := c.Make(t.Context(), opdc, q)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := made()
	if !r.AsOf.Equal(c.at) || r.Behind || len(r.Open) > 0 || r.Last != october {
		t.Errorf("as of %v, behind %v, open %v, pending at the end of %v", r.AsOf, r.Behind, r.Open, r.Last)
	}
	counted := c.at
	c.at = c.at.Add(time.Hour)
	if r := made(); !r.AsOf.Equal(counted) {
		t.Errorf("it was counted again at %v", r.AsOf)
	}
	c.file("doh", "doh-1", road, october, 2, licence.Figures{Received: 4, RejectedOn: 4})
	if r := made(); !r.AsOf.Equal(c.at) || r.Received != 134 || r.Reports != 4 {
		t.Errorf("as of %v: %+v", r.AsOf, r.Tally)
	}
	c.at = time.Date(2026, 11, 5, 9, 0, 0, 0, calendar.Bangkok())
	if r := made(); len(r.Open) != 1 {
		t.Errorf("before the tenth working day October is open: %v", r.Open)
	}
}

func TestThePublicIsToldOfClosedMonthsAlone(t *testing.T) {
	c := filed(t)
	c.file("doh", "doh-1", road, october.Add(-1), 1, licence.Figures{Received: 4, RejectedOn: 4})
	got, err := c.Public(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[catalog.ProcessID]summary.Requests{
		renewal: {Average: 107, Most: 120, Least: 100, Years: []summary.Year{{Year: 2569, Received: 200, Decided: 198, OnTime: 180}}},
		first:   {Average: 10, Most: 10, Least: 10},
		road:    {Average: 4, Most: 4, Least: 3, Years: []summary.Year{{Year: 2569, Received: 4}}}, // four decisions: too few
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	c.at = time.Date(2026, 11, 5, 9, 0, 0, 0, calendar.Bangkok()) // October can still be reported
	if got, err := c.Public(t.Context()); err != nil || got[renewal].Most != 100 || len(got[first].Years) != 0 || got[first].Most != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
