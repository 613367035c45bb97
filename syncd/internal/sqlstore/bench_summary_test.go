package sqlstore

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/syncd/internal/summary"
)

var summaryRows = flag.Int("summaries", 60_000, "reports that the benchmark of the summary report is of")

// BenchmarkSummary reads what a page of the country, a ministry and a department is
// made of, and counts a correction, over reports of 2,000 agencies with five
// processes at each point for 15 months.
func BenchmarkSummary(b *testing.B) {
	for _, d := range databases {
		b.Run(d.name, func(b *testing.B) {
			s := mustOpen(b, d.empty(b))
			first := calendar.Month{Year: 2025, Month: time.August}
			fillSums(b, s, first, max(1, *summaryRows/5/15))
			count := func() {
				for more := true; more; {
					if err := s.Summary().Write(context.Background(), func(r summary.Records) (err error) { more, err = r.Count(time.Now(), 400); return err }); err != nil {
						b.Fatal(err)
					}
				}
			}
			began := time.Now()
			count()
			if err := s.write(context.Background(), func(r *records) error { _, err := r.exec(`ANALYZE`); return err }); err != nil {
				b.Fatal(err) // as PostgreSQL does by itself in a while
			}
			b.Logf("counted for the first time in %v", time.Since(began))
			span := summary.Span{From: first.Add(2), To: first.Add(13), First: first.Add(2), Last: first.Add(13)}
			var ministry []catalog.AgencyCode
			for n := range 100 {
				ministry = append(ministry, catalog.AgencyCode(fmt.Sprintf("a%d", n)))
			}
			page := func(name string, agencies []catalog.AgencyCode, processes ...catalog.ProcessID) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						s := s.Summary()
						err := s.Read(context.Background(), func(r summary.Records) error {
							at := span
							at.Agencies, at.Processes = agencies, processes
							for _, read := range []func(summary.Span) ([]summary.Row, error){r.ByMonth, r.ByAgency, r.ByProcess} {
								if _, err := read(at); err != nil {
									return err
								}
							}
							if len(agencies) == 1 {
								_, err := r.ByPoint(at)
								return err
							}
							return nil
						})
						if err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			page("the country's year", nil)
			page("a process of the country", nil, "process-1")
			page("a ministry's year", ministry)
			page("a department's year", ministry[:1])
			b.Run("a correction is counted", func(b *testing.B) {
				for b.Loop() {
					if err := s.write(context.Background(), func(r *records) error { return r.staleReport("a7", first.ISO()) }); err != nil {
						b.Fatal(err)
					}
					count()
				}
			})
		})
	}
}

// fillSums keeps reports of 15 months as one statement.
func fillSums(b *testing.B, s *Store, first calendar.Month, points int) {
	b.Helper()
	var months []string
	for m := range 15 {
		months = append(months, "('"+first.Add(m).ISO()+"')")
	}
	err := s.write(context.Background(), func(r *records) error {
		if err := patient(r.ctx, r.handle, r.dialect); err != nil {
			return err
		}
		_, err := r.exec(`INSERT INTO licence_reports (id, agency, month, point, process, edition, version, filed, filed_by, cause, zero, ` + figureColumns + `, note, draft, draft_at, draft_by, unlock)
			WITH RECURSIVE p(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM p WHERE n < ` + fmt.Sprint(points-1) + `), m(month) AS (VALUES ` + strings.Join(months, ", ") + `), k(i) AS (VALUES (0), (1), (2), (3), (4))
			SELECT 'p' || CAST(n AS TEXT) || ' process-' || CAST(i AS TEXT) || ' ' || month, 'a' || CAST(n % 2000 AS TEXT), month, 'p' || CAST(n AS TEXT), 'process-' || CAST(i AS TEXT), 1, 1, 1, 'o-a', 'first', 0,
				5, 100 + n % 50, 80 + n % 50, 7, 5, 1, 2, 1, 3, 6, 6, '', '', 0, '', '' FROM p, k, m`)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
