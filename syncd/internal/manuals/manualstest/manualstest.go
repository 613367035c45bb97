// Package manualstest holds what every manuals.Store promises, as tests that any
// store runs. Only tests import it.
package manualstest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
)

// Run tests a store. open returns an empty one, for one test, with the people of
// the same database.
func Run(t *testing.T, open func(testing.TB) (manuals.Store, staff.Store)) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Book)
	}{
		{"transactions", transactions},
		{"the mark", mark},
		{"manuals", single},
		{"lists of manuals", lists},
		{"statuses", statuses},
		{"publications", publications},
		{"revisions under way", opens},
		{"lists of revisions", openLists},
		{"making the index anew", clearing},
		{"imported manuals", confirmations},
		{"comments", comments},
		{"delegations", delegations},
		{"notices", notices},
		{"mail", mail},
		{"texts", texts},
		{"many at once", manyAtOnce},
	} {
		t.Run(part.name, func(t *testing.T) {
			store, people := open(t)
			part.test(t, Book{t, store, stafftest.Book{T: t, Store: people}})
		})
	}
}

// Book asks a store for one thing at a time, and fails the test when that fails.
type Book struct {
	T      testing.TB
	Store  manuals.Store
	People stafftest.Book
}

// Write runs one transaction that has to succeed.
func (b Book) Write(do func(manuals.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); err != nil {
		b.T.Fatal(err)
	}
}

// Refuse runs one transaction that has to fail with an error of a kind.
func (b Book) Refuse(what string, kind fault.Kind, do func(manuals.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); !errors.Is(err, kind) {
		b.T.Errorf("%s: got error %v, want one of kind %q", what, err, kind)
	}
}

// Read returns what one reading transaction finds.
func Read[V any](b Book, do func(manuals.Records) (V, error)) (v V) {
	b.T.Helper()
	err := b.Store.Read(context.Background(), func(r manuals.Records) (err error) { v, err = do(r); return err })
	if err != nil {
		b.T.Fatal(err)
	}
	return v
}

// missing fails the test unless do finds nothing.
func (b Book) missing(what string, do func(manuals.Records) error) {
	b.T.Helper()
	if err := b.Store.Read(context.Background(), do); !errors.Is(err, fault.NotFound) {
		b.T.Errorf("%s: got error %v, want one of kind %q", what, err, fault.NotFound)
	}
}

// put keeps manuals, publications and revisions, in this order.
func (b Book) put(things ...any) {
	b.T.Helper()
	b.Write(func(r manuals.Records) error {
		for _, v := range things {
			if err := put(r, v); err != nil {
				return err
			}
		}
		return nil
	})
}

func put(r manuals.Records, v any) error {
	switch v := v.(type) {
	case manuals.Manual:
		return r.PutManual(v)
	case manuals.Publication:
		return r.PutPublication(v)
	case manuals.Open:
		return r.PutOpen(v)
	case manuals.Comment:
		return r.PutComment(v)
	case manuals.Delegation:
		return r.PutDelegation(v)
	case manuals.Notice:
		return r.AddNotice(v)
	}
	return fmt.Errorf("%T is not kept", v)
}

func equal[V any](t testing.TB, what string, got, want V) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: want -, got +\n%s", what, diff)
	}
}

// at, id and uuid are moments, officers and ids of the tests.
var (
	at   = stafftest.At
	id   = stafftest.ID
	uuid = stafftest.UUID
)

// Commit is the n-th object of git of the tests.
func Commit(n int) (h gitrepo.Hash) {
	copy(h[:], fmt.Sprintf("%020d", n))
	return h
}

// Tree is the n-th tree of the tests.
func Tree(n int) review.Tree { return review.Tree(Commit(n).String()) }

// ID is the n-th manual's of an agency.
func ID(agency catalog.AgencyCode, n int) catalog.ManualID {
	const digits = catalog.IDAlphabet
	var tail [6]byte
	for i := range tail {
		tail[len(tail)-1-i] = digits[n&31]
		n >>= 5
	}
	return catalog.ManualID(string(agency) + "-" + string(tail[:]))
}

// Manual is the n-th manual of an agency, of which nothing is published.
func Manual(n int, agency catalog.AgencyCode) manuals.Manual {
	return manuals.Manual{ID: ID(agency, n), Agency: agency, Folder: "agencies/" + string(agency) + "/manuals/" + string(ID(agency, n)),
		Title: catalog.Text{TH: fmt.Sprint("การขอใบอนุญาต ", n), EN: fmt.Sprint("Applying for licence ", n)}, Names: fmt.Sprint("ใบขับขี่ ", n)}
}

// Published is a manual after its n-th revision was published.
func Published(m manuals.Manual, n int) manuals.Manual {
	m.Published = Publication(m, n)
	return m
}

// Publication is the n-th of a manual.
func Publication(m manuals.Manual, n int) manuals.Publication {
	return manuals.Publication{Manual: m.ID, Number: n, Commit: Commit(n), Tree: Tree(100 + n), Stage: proof.Publish, At: at(n), By: id(2), Endorsed: id(3),
		InOrder: true}
}

// Draft is the n-th draft of a manual, by an officer.
func Draft(m manuals.Manual, n int, by catalog.OfficerID) manuals.Open {
	key := string(ID("x", n))[2:]
	return manuals.Open{Head: ledger.Head{
		Revision: review.Revision{Manual: m.ID, Agency: m.Agency, State: review.Draft, Tree: Tree(n), Contributors: []catalog.OfficerID{by}},
		Ref:      review.Ref{State: review.Draft, Manual: m.ID, Key: key}, Commit: Commit(n),
		Base: proof.Base{Commit: proof.Hash(Commit(n + 1)), Tree: proof.Hash(Commit(n + 2))}, Folder: m.Folder,
		Changed: at(n), By: by, Began: at(n - 1),
	}, Title: m.Title}
}

// Submitted is a draft that was submitted, as a number, at a moment.
func Submitted(o manuals.Open, number, n int) manuals.Open {
	o.Number, o.State, o.Submitted, o.Changed = number, review.InReview, at(n), at(n)
	o.Ref = review.Ref{State: review.InReview, Manual: o.Manual, Number: number}
	return o
}

// Endorsed is what was submitted after stage 1, by an officer, at a moment.
func Endorsed(o manuals.Open, by catalog.OfficerID, n int) manuals.Open {
	o.State, o.EndorsedBy, o.Changed, o.By = review.Endorsed, by, at(n), by
	o.Ref.State = review.Endorsed
	return o
}
