package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/thai"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/manuals/manualstest"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff/stafftest"
	"khumue/syncd/internal/trail"
)

// The country of the benchmarks.
const (
	countryManuals  = 100_000
	countryAgencies = 12_000
	countryOpens    = 5_000
)

func countryAgency(n int) catalog.AgencyCode {
	return catalog.AgencyCode(fmt.Sprintf("agency-%05d", n%countryAgencies))
}

// countryManual is the n-th manual, whose texts are as long as real ones.
func countryManual(n int) manuals.Manual {
	verbs := []string{"การขอรับใบอนุญาต", "การจดทะเบียน", "การต่ออายุ", "การแจ้ง", "การขอหนังสือรับรอง", "การยกเลิก"}
	things := []string{"ก่อสร้างอาคาร ดัดแปลงอาคาร หรือรื้อถอนอาคาร", "ประกอบกิจการที่เป็นอันตรายต่อสุขภาพ", "ขับขี่รถยนต์ส่วนบุคคล", "จำหน่ายสินค้าในที่สาธารณะ", "นำเข้าสัตว์น้ำ", "ขุดดินและถมดิน", "สถานพยาบาล"}
	m := manualstest.Manual(n, countryAgency(n*7919))
	m.Title.TH = fmt.Sprint(verbs[n%len(verbs)], things[n/7%len(things)], " แบบที่ ", n*7907%countryManuals)
	m.Title.EN = fmt.Sprint("Applying for licence number ", n*7907%countryManuals)
	m.Names = thai.Normalize(strings.Repeat(things[n%len(things)]+" "+verbs[n/3%len(verbs)]+" ", 2))
	if n%40 == 0 {
		m.Withdrawn = true
	}
	return manualstest.Published(m, n%3+1)
}

// fillCountry makes all manuals, what was published of them, and revisions under
// way, as making the index anew does, and returns how many rows a second.
func fillCountry(b testing.TB, s *Store) float64 {
	began, rows := time.Now(), 0
	manualstest.Book{T: b, Store: s.Manuals()}.Write(func(r manuals.Records) error {
		for n := range countryManuals {
			m := countryManual(n)
			if err := r.PutManual(m); err != nil {
				return err
			}
			rows++
			for k := range n%3 + 1 + n%10/7 {
				rows++
				if err := r.PutPublication(manualstest.Publication(m, k+1)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	speed := float64(rows) / time.Since(began).Seconds()
	manualstest.Book{T: b, Store: s.Manuals()}.Write(func(r manuals.Records) error {
		for n := range countryOpens {
			o := manualstest.Draft(countryManual(n*19), n, stafftest.ID(n%500))
			if n%3 > 0 {
				o = manualstest.Submitted(o, 10, n)
			}
			if n%3 > 1 {
				o = manualstest.Endorsed(o, stafftest.ID(n%500+1), n)
			}
			if err := r.PutOpen(o); err != nil {
				return err
			}
		}
		return nil
	})
	return speed
}

// countryAgencies are the first agencies of the benchmarks.
func countryList(n int) []catalog.AgencyCode {
	out := make([]catalog.AgencyCode, n)
	for i := range out {
		out[i] = countryAgency(i)
	}
	return out
}

// BenchmarkLists are the pages of lists of manuals and queues: what stands on
// one, and how many there are. Each has to be there within 50 ms in SQLite.
func BenchmarkLists(b *testing.B) {
	last := trail.Page{Offset: countryManuals - 50}
	lists := []struct {
		name string
		f    manuals.Filter
	}{
		{"all", manuals.Filter{}},
		{"the last page", manuals.Filter{Page: last}},
		{"published", manuals.Filter{Status: manuals.IsPublic}},
		{"drafts", manuals.Filter{Status: manuals.IsDraft}},
		{"emergencies", manuals.Filter{Status: manuals.IsHastened}},
		{"withdrawn", manuals.Filter{Status: manuals.IsWithdrawn}},
		{"one agency", manuals.Filter{Agencies: countryList(1)}},
		{"one agency, published", manuals.Filter{Agencies: countryList(1), Status: manuals.IsPublic}},
		{"a hundred agencies", manuals.Filter{Agencies: countryList(100)}},
		{"two thousand agencies", manuals.Filter{Agencies: countryList(2000)}},
		{"all agencies", manuals.Filter{Agencies: countryList(countryAgencies)}},
		{"all agencies, the last page", manuals.Filter{Agencies: countryList(countryAgencies), Page: last}},
		{"all agencies, published", manuals.Filter{Agencies: countryList(countryAgencies), Status: manuals.IsPublic}},
		{"all agencies, drafts", manuals.Filter{Agencies: countryList(countryAgencies), Status: manuals.IsDraft}},
		{"a word of many", manuals.Filter{Text: "อนุญาต"}},
		{"a word of many, the last page", manuals.Filter{Text: "การ", Page: last}},
		{"a word of few", manuals.Filter{Text: "12345"}},
		{"a word of none", manuals.Filter{Text: "ไม่มีคำนี้"}},
		{"three words", manuals.Filter{Text: "ขับขี่ แบบที่ 777"}},
		{"a word of all agencies, published", manuals.Filter{Text: "อาคาร", Agencies: countryList(countryAgencies), Status: manuals.IsPublic}},
		{"a word of one agency", manuals.Filter{Text: "อาคาร", Agencies: countryList(1)}},
	}
	queues := []struct {
		name string
		f    manuals.OpenFilter
	}{
		{"queue of the country", manuals.OpenFilter{States: []review.State{review.Endorsed}, Not: stafftest.ID(7)}},
		{"queue of all agencies", manuals.OpenFilter{States: []review.State{review.InReview}, Agencies: countryList(countryAgencies), Not: stafftest.ID(7)}},
		{"queue of one agency", manuals.OpenFilter{States: []review.State{review.InReview}, Agencies: countryList(1), Not: stafftest.ID(7)}},
		{"a word in the queue", manuals.OpenFilter{Text: "อาคาร"}},
		{"drafts of one's own", manuals.OpenFilter{States: []review.State{review.Draft}, Writer: stafftest.ID(3)}},
	}
	for _, d := range databases {
		b.Run(d.name, func(b *testing.B) {
			s := mustOpen(b, d.empty(b))
			speed := fillCountry(b, s)
			b.Run("making the index anew", func(b *testing.B) { // which was done above
				for b.Loop() {
				}
				b.ReportMetric(speed, "rows/s")
			})
			b.Run("the first list after a start", func(b *testing.B) {
				for b.Loop() {
					s.shelf.views = nil
					manualstest.Read(manualstest.Book{T: b, Store: s.Manuals()}, func(r manuals.Records) (int, error) { return r.CountManuals(manuals.Filter{}) })
				}
			})
			b.Run("the first list after a step", func(b *testing.B) {
				for n := 0; b.Loop(); n++ {
					book := manualstest.Book{T: b, Store: s.Manuals()}
					b.StopTimer()
					book.Write(func(r manuals.Records) error { return r.PutManual(countryManual(n)) })
					b.StartTimer()
					manualstest.Read(book, func(r manuals.Records) ([]manuals.Manual, error) { return r.Manuals(manuals.Filter{}) })
				}
			})
			b.Run("a step", func(b *testing.B) {
				for n := 0; b.Loop(); n++ {
					m := countryManual(n)
					manualstest.Book{T: b, Store: s.Manuals()}.Write(func(r manuals.Records) error {
						return errors.Join(r.PutManual(m), r.PutPublication(m.Published), r.PutOpen(manualstest.Draft(m, n, stafftest.ID(1))))
					})
				}
			})
			ask := func(name string, list, count func(manuals.Records) error) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						for _, v := range s.shelf.views {
							v.last.Store(nil) // nobody asked before
						}
						if err := s.Manuals().Read(context.Background(), func(r manuals.Records) error { return errors.Join(list(r), count(r)) }); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			for _, l := range lists {
				ask(l.name, func(r manuals.Records) error { _, err := r.Manuals(l.f); return err },
					func(r manuals.Records) error { _, err := r.CountManuals(l.f); return err })
			}
			for _, q := range queues {
				ask(q.name, func(r manuals.Records) error { _, err := r.Opens(q.f); return err },
					func(r manuals.Records) error { _, err := r.CountOpens(q.f); return err })
			}
		})
	}
}
