package sqlstore

import (
	"context"
	"errors"
	"testing"

	"khumue/internal/catalog"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
)

// BenchmarkPageView is what each page of the back office asks: whose session it
// is, and what that person holds.
func BenchmarkPageView(b *testing.B) {
	for _, d := range databases {
		b.Run(d.name, func(b *testing.B) {
			s := mustOpen(b, d.empty(b))
			fill(b, s)
			ctx, cancel := context.WithCancel(context.Background()) // as a request has one
			defer cancel()
			b.ResetTimer()
			for n := 0; b.Loop(); n++ {
				err := s.Read(ctx, func(r staff.Records) error {
					v, err := r.Session(stafftest.Hash(n % 1000))
					if err != nil {
						return err
					}
					_, err = r.User(v.User)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkWrite is one change with its entry in the trail, durable.
func BenchmarkWrite(b *testing.B) {
	for _, d := range databases {
		b.Run(d.name, func(b *testing.B) {
			s := mustOpen(b, d.empty(b))
			fill(b, s)
			b.ResetTimer()
			for n := 0; b.Loop(); n++ {
				err := s.Write(context.Background(), func(r staff.Records) error {
					return errors.Join(r.PutUser(stafftest.User(n%1000)), r.Record(stafftest.Entry(n, stafftest.ID(1), "user.change", "dlt")))
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fill makes a thousand people who hold something and are signed in.
func fill(b *testing.B, s *Store) {
	stafftest.Book{T: b, Store: s}.Write(func(r staff.Records) error {
		for n := range 1000 {
			id := stafftest.ID(n)
			err := errors.Join(r.PutUser(stafftest.User(n)), r.PutSession(stafftest.Session(n, id)),
				r.PutGrant(stafftest.Grant(2*n, id, stafftest.Held(catalog.RoleCentral, "dlt", ""))),
				r.PutGrant(stafftest.Grant(2*n+1, id, stafftest.Held(catalog.RolePoint, "dlt", "dlt-chatuchak"))))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
