// Package enroltest holds what every enrol.Store promises, as tests that any store
// runs. Only tests import it.
package enroltest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Run tests a store. open returns an empty one, for one test.
func Run(t *testing.T, open func(testing.TB) enrol.Store) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Book)
	}{
		{"machines are kept, and found by their tokens", devices},
		{"codes are kept, counted, and ended with their machine", codes},
		{"who works on a machine is kept in order", signers},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, Book{t, open(t)}) })
	}
}

// Book asks a store for one thing at a time, and fails the test when that fails.
type Book struct {
	T     testing.TB
	Store enrol.Store
}

// Write runs one transaction that has to succeed.
func (b Book) Write(do func(enrol.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); err != nil {
		b.T.Fatal(err)
	}
}

// Read returns what one reading transaction finds.
func Read[V any](b Book, do func(enrol.Records) (V, error)) (v V) {
	b.T.Helper()
	if err := b.Store.Read(context.Background(), func(r enrol.Records) (err error) { v, err = do(r); return err }); err != nil {
		b.T.Fatal(err)
	}
	return v
}

// missing fails the test unless nothing is found.
func missing[V any](b Book, what string, do func(enrol.Records) (V, error)) {
	b.T.Helper()
	err := b.Store.Read(context.Background(), func(r enrol.Records) error { _, err := do(r); return err })
	if !errors.Is(err, fault.NotFound) {
		b.T.Errorf("%s: got error %v, want one of kind %q", what, err, fault.NotFound)
	}
}

// same fails the test unless two values are alike.
func same[V any](t testing.TB, what string, got, want V) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

var noon = time.Date(2026, 11, 26, 5, 0, 0, 123_000, time.UTC)

// Machine is a machine of a number.
func Machine(n byte) enrol.Device {
	return enrol.Device{ID: "machine-" + string('0'+rune(n)), Agency: "dlt", Point: "dlt-p1", Name: "โน้ตบุ๊ก", Token: staff.Hash{n}, Sign: []byte{n, 1}, Box: []byte{n, 2}, Enrolled: noon, EnrolledBy: "o-a"}
}

// Code is a code of a number.
func Code(n byte) enrol.Code {
	return enrol.Code{ID: "code-" + string('0'+rune(n)), Hash: staff.Hash{n}, Officer: "o-a", Agency: "dlt", Point: "dlt-p1", Name: "โน้ตบุ๊ก", Made: noon, Until: noon.Add(time.Hour)}
}

// Signer is somebody who works on a machine.
func Signer(n byte, device string) enrol.Signer {
	return enrol.Signer{ID: "signer-" + string('0'+rune(n)), Device: device, Officer: "o-a", Key: []byte{n}, Since: noon.Add(time.Duration(n) * time.Minute)}
}

// Fill keeps one of each.
func Fill(b Book) {
	b.Write(func(r enrol.Records) error {
		return errors.Join(r.PutDevice(Machine(9)), r.PutCode(Code(9)), r.PutSigner(Signer(9, Machine(9).ID)))
	})
}

func devices(t *testing.T, b Book) {
	one, two := Machine(1), Machine(2)
	two.Point, two.Token, two.Sign, two.Box = "", staff.Hash{}, nil, nil
	b.Write(func(r enrol.Records) error { return errors.Join(r.PutDevice(one), r.PutDevice(two)) })
	same(t, "one", Read(b, func(r enrol.Records) (enrol.Device, error) { return r.Device(one.ID) }), one)
	same(t, "two", Read(b, func(r enrol.Records) (enrol.Device, error) { return r.Device(two.ID) }), two)
	same(t, "by its token", Read(b, func(r enrol.Records) (enrol.Device, error) { return r.DeviceWith(one.Token) }), one)
	missing(b, "no token", func(r enrol.Records) (enrol.Device, error) { return r.DeviceWith(staff.Hash{}) })
	missing(b, "another id", func(r enrol.Records) (enrol.Device, error) { return r.Device("x") })
	count := func(point catalog.PointCode) int {
		return Read(b, func(r enrol.Records) (int, error) { return r.CountDevices("dlt", point) })
	}
	same(t, "at the point", count("dlt-p1"), 1)
	same(t, "of the agency", count(""), 1)
	one.Revoked, one.RevokedBy, one.Token = noon, "o-b", staff.Hash{7}
	b.Write(func(r enrol.Records) error { return r.PutDevice(one) })
	same(t, "revoked", Read(b, func(r enrol.Records) (enrol.Device, error) { return r.DeviceWith(staff.Hash{7}) }), one)
	same(t, "at the point", count("dlt-p1"), 0)
	two.Token = staff.Hash{7}
	if err := b.Store.Write(t.Context(), func(r enrol.Records) error { return r.PutDevice(two) }); !errors.Is(err, fault.Conflict) {
		t.Errorf("a token twice: got error %v, want one of kind %q", err, fault.Conflict)
	}
}

func codes(t *testing.T, b Book) {
	one, two := Code(1), Code(2)
	two.Join, two.Device = true, "machine-1"
	b.Write(func(r enrol.Records) error { return errors.Join(r.PutCode(one), r.PutCode(two)) })
	for _, want := range []enrol.Code{one, two} {
		same(t, "a code", Read(b, func(r enrol.Records) (enrol.Code, error) { return r.CodeWith(want.Hash) }), want)
	}
	missing(b, "another code", func(r enrol.Records) (enrol.Code, error) { return r.CodeWith(staff.Hash{3}) })
	count := func(at time.Time) int {
		return Read(b, func(r enrol.Records) (int, error) { return r.CountCodes("o-a", at) })
	}
	same(t, "codes", count(noon), 2)
	same(t, "codes when they have expired", count(one.Until), 0)
	one.Used, one.Device = noon, "machine-2"
	b.Write(func(r enrol.Records) error {
		return errors.Join(r.PutCode(one), r.EndCodes("machine-1", noon.Add(time.Minute)))
	})
	two.Until = noon.Add(time.Minute)
	for _, want := range []enrol.Code{one, two} {
		same(t, "a code", Read(b, func(r enrol.Records) (enrol.Code, error) { return r.CodeWith(want.Hash) }), want)
	}
	same(t, "codes that were not used", count(noon), 1)
}

func signers(t *testing.T, b Book) {
	one, two := Signer(1, "machine-1"), Signer(2, "machine-1")
	b.Write(func(r enrol.Records) error {
		return errors.Join(r.PutSigner(two), r.PutSigner(one), r.PutSigner(Signer(3, "machine-2")))
	})
	one.Ended = noon
	b.Write(func(r enrol.Records) error {
		return errors.Join(r.PutSigner(one), r.Record(trail.Entry{ID: "e-1", At: noon, Officer: "o-a", Action: "office.join"}))
	})
	same(t, "who works there", Read(b, func(r enrol.Records) ([]enrol.Signer, error) { return r.Signers("machine-1") }), []enrol.Signer{one, two})
}
