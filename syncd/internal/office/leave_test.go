package office_test

import (
	"errors"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

func TestWhoLeftOpensTheMachineNoMore(t *testing.T) {
	w, r := open(t)
	tell := func(list ...staff.User) {
		t.Helper()
		err := r.Store.Mirror().Write(t.Context(), func(m mirror.Records) error {
			for _, u := range list {
				if err := errors.Join(m.PutPerson(u), m.Hold(cargo.Person, string(u.ID), "1")); err != nil {
					return err
				}
			}
			return nil
		})
		if err = errors.Join(err, r.Dismiss(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	opens := func(user, phrase string) bool {
		t.Helper()
		_, err := w.office.Unlock(t.Context(), user, phrase)
		if err != nil && !errors.Is(err, fault.Forbidden) {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Hour) // tries are counted
		return err == nil
	}
	if _, err := w.office.Join(t.Context(), "a2", "wichai@example.go.th", "เมฆ ส้ม โต๊ะ จักรยาน"); err != nil {
		t.Fatal(err)
	}
	works := func(id catalog.OfficerID) staff.User {
		return staff.User{ID: id, Name: string(id), Created: w.now, Grants: []staff.Grant{{Grant: rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}, ID: "g-" + string(id), User: id, From: w.now}}}
	}
	tell(works(somsri))
	if !opens("wichai@example.go.th", "เมฆ ส้ม โต๊ะ จักรยาน") {
		t.Error("of whom nothing has come yet is shut out")
	}
	tell(works(wichai))
	left := works(wichai)
	left.Grants = nil
	tell(left)
	if opens("wichai@example.go.th", "เมฆ ส้ม โต๊ะ จักรยาน") {
		t.Error("who holds nothing any more opens it")
	}
	gone := works(somsri)
	gone.Disabled = w.now
	tell(gone)
	if !opens(user, phrase) {
		t.Error("nobody can hand out what is kept")
	}
}
