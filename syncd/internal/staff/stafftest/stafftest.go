// Package stafftest holds what every staff.Store promises, as tests that any
// store runs. Only tests import it.
package stafftest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Run tests a store. open returns an empty one, for one test.
func Run(t *testing.T, open func(testing.TB) staff.Store) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Book)
	}{
		{"transactions", transactions},
		{"users", users},
		{"lists of users", userLists},
		{"grants", grants},
		{"up to where grants have followed", followed},
		{"tokens", tokens},
		{"sessions", sessions},
		{"access tokens", accesses},
		{"tries", tries},
		{"trail", entries},
		{"texts", texts},
		{"many at once", manyAtOnce},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, Book{t, open(t)}) })
	}
}

// Book asks a store for one thing at a time, and fails the test when that fails.
type Book struct {
	T     testing.TB
	Store staff.Store
}

// Write runs one transaction that has to succeed.
func (b Book) Write(do func(staff.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); err != nil {
		b.T.Fatal(err)
	}
}

// Refuse runs one transaction that has to fail with an error of a kind.
func (b Book) Refuse(what string, kind fault.Kind, do func(staff.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); !errors.Is(err, kind) {
		b.T.Errorf("%s: got error %v, want one of kind %q", what, err, kind)
	}
}

// Read returns what one reading transaction finds.
func Read[V any](b Book, do func(staff.Records) (V, error)) (v V) {
	b.T.Helper()
	err := b.Store.Read(context.Background(), func(r staff.Records) (err error) { v, err = do(r); return err })
	if err != nil {
		b.T.Fatal(err)
	}
	return v
}

// missing fails the test unless do finds nothing.
func (b Book) missing(what string, do func(staff.Records) error) {
	b.T.Helper()
	if err := b.Store.Read(context.Background(), do); !errors.Is(err, fault.NotFound) {
		b.T.Errorf("%s: got error %v, want one of kind %q", what, err, fault.NotFound)
	}
}

func equal[V any](t testing.TB, what string, got, want V) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: want -, got +\n%s", what, diff)
	}
}

// At is a moment of the tests, n seconds after their first.
func At(n int) time.Time {
	return time.Date(2026, 11, 22, 3, 0, n, 123_456_000, time.UTC)
}

// ID is the n-th officer's.
func ID(n int) catalog.OfficerID {
	return catalog.NewOfficerID([]byte(fmt.Sprintf("%016d", n)))
}

// UUID is the n-th of the tests, which grow with n.
func UUID(n int) string { return fmt.Sprintf("0190ca5c-0000-7000-8000-%012d", n) }

// Hash is the n-th of the tests.
func Hash(n int) (h staff.Hash) {
	copy(h[:], fmt.Sprintf("%032d", n))
	return h
}

// User is the n-th person of the tests.
func User(n int) staff.User {
	return staff.User{ID: ID(n), Issuer: "https://id.example", Subject: fmt.Sprint("s", n), Name: fmt.Sprint("สมชาย ", n),
		Email: fmt.Sprintf("S%d@Example.go.th", n), Created: At(n)}
}

// Held is what the tests grant.
func Held(role catalog.Role, agency catalog.AgencyCode, point catalog.PointCode) rights.Grant {
	return rights.Grant{Role: role, Scope: rights.Scope{Agency: agency, Point: point}}
}

// Grant is the n-th grant of the tests, of a person.
func Grant(n int, user catalog.OfficerID, g rights.Grant) staff.Grant {
	return staff.Grant{Grant: g, ID: UUID(n), User: user, Source: staff.ByToken, From: At(n), By: ID(99)}
}

// Token is the n-th token of the tests.
func Token(n int, g rights.Grant) staff.Token {
	return staff.Token{Grant: g, ID: UUID(n), Hash: Hash(n), IssuedAt: At(n), IssuedBy: ID(99), Expires: At(1000)}
}

// Session is the n-th session of the tests.
func Session(n int, user catalog.OfficerID) staff.Session {
	return staff.Session{Hash: Hash(n), ID: UUID(n), User: user, Device: "Chrome, Windows", Hint: "a.b.c", Via: "digital-id", Created: At(n), Seen: At(n)}
}

// Entry is the n-th entry of the tests.
func Entry(n int, officer catalog.OfficerID, action string, agency catalog.AgencyCode) trail.Entry {
	return trail.Entry{ID: UUID(n), At: At(n), Officer: officer, Role: catalog.RoleCentral, Action: action, Scope: rights.Scope{Agency: agency},
		Subject: UUID(n), Before: `{"role":"author"}`, After: `{"role":"reviewer"}`, Request: "r-1"}
}
