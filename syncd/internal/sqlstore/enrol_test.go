package sqlstore

import (
	"errors"
	"slices"
	"testing"
	"time"

	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

func TestMachinesAreFoundByTheirScopeAndMove(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			s := mustOpen(t, d.empty(t))
			whole, point, to := rights.Scope{Agency: "doe"}, rights.Scope{Agency: "doe", Point: "doe-one"}, rights.Scope{Agency: "sso"}
			err := s.Enrol().Write(t.Context(), func(r enrol.Records) error {
				at := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
				return errors.Join(
					r.PutDevice(enrol.Device{ID: "m2", Agency: "doe", Name: "x", Enrolled: at}),
					r.PutDevice(enrol.Device{ID: "m1", Agency: "doe", Name: "x", Enrolled: at, Revoked: at}),
					r.PutDevice(enrol.Device{ID: "m3", Agency: "doe", Point: "doe-one", Name: "x", Enrolled: at}))
			})
			if err != nil {
				t.Fatal(err)
			}
			of := func(s rights.Scope, want ...string) func(staff.Records) error {
				return func(r staff.Records) error {
					if got, err := r.Machines(s); err != nil || !slices.Equal(got, want) {
						t.Errorf("%+v has %v, %v, want %v", s, got, err, want)
					}
					return nil
				}
			}
			for _, do := range []func(staff.Records) error{of(whole, "m1", "m2"), of(point, "m3"), func(r staff.Records) error { return r.MoveMachine("m2", to) }, of(whole, "m1"), of(to, "m2")} {
				if err := s.Write(t.Context(), do); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
