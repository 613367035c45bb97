package sqlstore

import (
	"fmt"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/proof"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/manuals/manualstest"
	"khumue/syncd/internal/trail"
)

// BenchmarkUnconfirmed asks what the list and the menu of an agency ask, and what
// the country asks, of 100,000 imported manuals of 1,000 agencies.
func BenchmarkUnconfirmed(b *testing.B) {
	s, err := Open(b.Context(), b.TempDir()+"/test.db")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	for part := range 20 {
		err := s.Manuals().Write(b.Context(), func(r manuals.Records) error {
			for i := range 5000 {
				n := part*5000 + i
				agency := catalog.AgencyCode(fmt.Sprintf("a%03d", n%1000))
				m := manuals.Manual{ID: catalog.ManualID(fmt.Sprintf("%s-%06d", agency, n)), Agency: agency, Title: catalog.Text{TH: fmt.Sprintf("การขออนุญาต %d", n)}}
				m.Published = manuals.Publication{Manual: m.ID, Commit: manualstest.Commit(n + 1), Tree: manualstest.Tree(n + 1), Stage: proof.Import, At: time.Unix(1, 0), InOrder: true}
				if err := r.PutManual(m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, of := range []struct {
		name     string
		agencies []catalog.AgencyCode
		want     int
	}{{"an agency", []catalog.AgencyCode{"a007"}, 100}, {"the country", nil, 100_000}} {
		b.Run(of.name, func(b *testing.B) {
			for b.Loop() {
				err := s.Manuals().Read(b.Context(), func(r manuals.Records) error {
					f := manuals.Filter{Agencies: of.agencies, Page: trail.Page{Limit: 25}}
					list, err := r.Unconfirmed(f)
					if err != nil {
						return err
					}
					n, err := r.CountUnconfirmed(f)
					if err == nil && (n != of.want || len(list) != 25) {
						b.Errorf("%d of %d", len(list), n)
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
