package sqlstore

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/summary"
)

// entryOf is a report in balance that differs by its numbers.
func entryOf(n int) licence.Entry {
	return licence.Entry{Figures: licence.Figures{CarriedIn: n, Received: 10 * n, ApprovedOn: 9 * n, ApprovedLate: n, PendingLate: n, Letters: n}}
}

// TestSumsAreThoseOfTheReports keeps reports, corrects one, moves a point, and
// compares what is kept with the reports themselves after each.
func TestSumsAreThoseOfTheReports(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		db := mustOpen(t, name)
		first := calendar.Month{Year: 2026, Month: time.August}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		write := func(do func(licences.Records) error) { t.Helper(); must(db.Licences().Write(t.Context(), do)) }
		put := func(agency, point, process string, month, n, edition int) {
			t.Helper()
			r := licence.Report{Key: licence.Key{Point: catalog.PointCode(point), Process: catalog.ProcessID(process), Month: first.Add(month)}, Edition: edition}
			r.Filed = licence.Filing{Entry: entryOf(n), Version: edition, At: time.Unix(1, 0), By: "o-a", Cause: licence.First}
			write(func(s licences.Records) error { return s.PutReport(catalog.AgencyCode(agency), r) })
		}
		n := 0
		for month := range 3 {
			for p := range 4 {
				for _, process := range []string{"x-aaaaaa", "x-bbbbbb"} {
					n++
					put(fmt.Sprintf("a%d", p%3), fmt.Sprintf("p%d", p), process, month, n, 1)
				}
			}
		}
		compare := func(when string) {
			t.Helper()
			for more := true; more; {
				must(db.Summary().Write(t.Context(), func(r summary.Records) (err error) { more, err = r.Count(time.Unix(99, 0), 2); return err }))
			}
			checkSums(t, db, when, first)
			checkCells(t, db, when, first)
		}
		compare("at first")
		put("a1", "p1", "x-aaaaaa", 1, 100, 2)
		compare("after a correction")
		write(func(s licences.Records) error { return s.PutPost(licences.Post{Point: "p0", Agency: "a2"}) })
		compare("after a point went to another agency")
		must(db.Summary().Read(t.Context(), func(r summary.Records) error {
			if behind, err := r.Behind(); err != nil || behind {
				t.Errorf("behind: %v, %v", behind, err)
			}
			return nil
		}))
	})
}

// checkCells compares the sums that are kept by points with those by processes: where
// nothing is to be counted they come to the same for an agency's month.
func checkCells(t *testing.T, db *Store, when string, first calendar.Month) {
	t.Helper()
	for _, agency := range []catalog.AgencyCode{"a0", "a1", "a2"} {
		byPoint, byProcess := map[calendar.Month]licence.Sum{}, map[calendar.Month]licence.Sum{}
		among, last := []catalog.AgencyCode{agency}, first.Add(2)
		err := db.Licences().Read(context.Background(), func(r licences.Records) error {
			cells, err := r.Cells(licences.Span{Agencies: among, From: first, To: last})
			for _, c := range cells {
				sum := byPoint[c.Month]
				sum.Join(c.Sum)
				byPoint[c.Month] = sum
			}
			return err
		})
		if err == nil {
			err = db.Summary().Read(context.Background(), func(r summary.Records) error {
				rows, err := r.ByMonth(summary.Span{Agencies: among, From: first, To: last, First: first, Last: last})
				for _, row := range rows {
					byProcess[row.Month] = row.Sum
				}
				return err
			})
		}
		if diff := cmp.Diff(byPoint, byProcess); err != nil || diff != "" || len(byPoint) == 0 {
			t.Errorf("%s, %s: %v\n%s", when, agency, err, diff)
		}
	}
}

// checkSums compares all kinds of sums with the reports one by one.
func checkSums(t *testing.T, db *Store, when string, first calendar.Month) {
	t.Helper()
	last := first.Add(2)
	for _, s := range []summary.Span{
		{}, {Agencies: []catalog.AgencyCode{"a0", "a2"}}, {Processes: []catalog.ProcessID{"x-bbbbbb"}},
		{Agencies: []catalog.AgencyCode{"a1"}, Processes: []catalog.ProcessID{"x-aaaaaa"}}, {Agencies: []catalog.AgencyCode{}}, {Point: "p1"},
	} {
		s.From, s.To, s.First, s.Last = first, last, first, last
		want := map[string]map[string]licence.Sum{"month": {}, "agency": {}, "process": {}, "point": {}}
		add := func(by, id string, e licence.Entry) {
			sum := want[by][id]
			sum.Add(e)
			want[by][id] = sum
		}
		err := db.Summary().Each(context.Background(), s, func(l licences.Line) error {
			add("month", l.Month.ISO(), l.Entry)
			if l.Month != first {
				l.CarriedIn = 0
			}
			if l.Month != last {
				l.PendingLate = 0
			}
			add("agency", string(l.Agency), l.Entry)
			add("process", string(l.Process), l.Entry)
			add("point", string(l.Point), l.Entry)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]map[string]licence.Sum{"month": {}, "agency": {}, "process": {}, "point": {}}
		err = db.Summary().Read(context.Background(), func(r summary.Records) error {
			for by, read := range map[string]func(summary.Span) ([]summary.Row, error){"month": r.ByMonth, "agency": r.ByAgency, "process": r.ByProcess, "point": r.ByPoint} {
				if by == "agency" && s.Point != "" {
					got[by] = want[by]
					continue
				}
				rows, err := read(s)
				if err != nil {
					return err
				}
				for _, row := range rows {
					id := row.ID
					if by == "month" {
						id = row.Month.ISO()
					}
					got[by][id] = row.Sum
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s, %+v: %s", when, s, d)
		}
	}
}
