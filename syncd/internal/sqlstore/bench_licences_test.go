package sqlstore

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

var licenceRows = flag.Int("licences", 60_000, "reports that the benchmark of licence reports reads among")

// BenchmarkLicenceReports reads a month of an agency, a year of the country and
// every single report, among those of a year of 30 processes at each point.
func BenchmarkLicenceReports(b *testing.B) {
	for _, d := range databases {
		b.Run(d.name, func(b *testing.B) {
			s := mustOpen(b, d.empty(b)).Licences()
			first := calendar.Month{Year: 2025, Month: time.October}
			last, points := first.Add(11), max(1, *licenceRows/12/30)
			fillReturns(b, s, first, points)
			span := licences.Span{From: first, To: last}
			agency := licences.Span{Agencies: []catalog.AgencyCode{"a-00001"}, From: last, To: last}
			read := func(name string, do func(licences.Records) (int, error)) {
				b.Run(name, func(b *testing.B) {
					n := 0
					for b.Loop() {
						if err := s.Read(context.Background(), func(r licences.Records) (err error) { n, err = do(r); return err }); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(n), "rows")
				})
			}
			cells := func(s licences.Span) func(licences.Records) (int, error) {
				return func(r licences.Records) (int, error) { list, err := r.Cells(s); return len(list), err }
			}
			read("an agency's month", cells(agency))
			read("the country's month", cells(licences.Span{From: last, To: last}))
			read("the country's year", cells(span))
			read("one by one", func(r licences.Records) (n int, err error) {
				return n, r.Each(span, func(licences.Line) error { n++; return nil })
			})
		})
	}
}

// fillReturns keeps a year of reports, five points to an agency.
func fillReturns(b *testing.B, s licences.Store, first calendar.Month, points int) {
	b.Helper()
	for m := range 12 {
		for from := 0; from < points; from += 200 {
			err := s.Write(context.Background(), func(r licences.Records) error {
				for p := from; p < min(from+200, points); p++ {
					for n := range 30 {
						k := licence.Key{Point: catalog.PointCode(fmt.Sprintf("p-%05d", p)), Process: catalog.ProcessID(fmt.Sprintf("process-%04d", n)), Month: first.Add(m)}
						e := licence.Entry{Figures: licence.Figures{Received: 10 + n, ApprovedOn: 8 + n, ApprovedLate: 1, PendingInTime: 1}}
						report := licence.Report{Key: k, Edition: 1, Filed: licence.Filing{Entry: e, Version: 1, At: time.Unix(1_790_000_000, 0), By: "o-aaaaaaaaaaaaaaaa", Cause: licence.First}}
						if err := r.PutReport(catalog.AgencyCode(fmt.Sprintf("a-%05d", p/5)), report); err != nil {
							return err
						}
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
