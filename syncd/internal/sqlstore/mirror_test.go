package sqlstore

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/delays/delaystest"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
	"khumue/syncd/internal/vault"
)

// tell runs one transaction of the mirror.
func tell(t *testing.T, s *Store, do func(mirror.Records) error) {
	t.Helper()
	if err := s.Mirror().Write(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func TestWhatTheCentreTellsTakesThePlaceOfWhatIsThere(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s := mustOpen(t, name)
		t.Run("an officer with what it holds", func(t *testing.T) { toldPeople(t, s) })
		t.Run("a report with its versions and sums", func(t *testing.T) { toldReports(t, s) })
		t.Run("a late request with its letters and its applicant", func(t *testing.T) { toldCases(t, s) })
		t.Run("notes, versions and settings", func(t *testing.T) { toldState(t, s) })
	})
}

func toldPeople(t *testing.T, s *Store) {
	u := stafftest.User(1)
	book := stafftest.Book{T: t, Store: s}
	book.Write(func(r staff.Records) error { return r.PutUser(u) })
	other := staff.User{ID: u.ID, Name: "สมหญิง", Created: u.Created, Grants: []staff.Grant{stafftest.Grant(1, u.ID, stafftest.Held(catalog.RolePoint, "dlt", "dlt-p1"))}}
	tell(t, s, func(r mirror.Records) error { return r.PutPerson(other) })
	tell(t, s, func(r mirror.Records) error { return r.PutPerson(other) })
	got := stafftest.Read(book, func(r staff.Records) (staff.User, error) { return r.User(u.ID) })
	want := u
	want.Name, want.Grants = other.Name, other.Grants
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the officer (-want +got):\n%s", diff)
	}
	book.Write(func(r staff.Records) error { return r.PutSession(stafftest.Session(1, u.ID)) })
	tell(t, s, func(r mirror.Records) error { return r.DropPerson(u.ID) })
	tell(t, s, func(r mirror.Records) error { return r.DropPerson(u.ID) })
	left := stafftest.Read(book, func(r staff.Records) (int, error) {
		_, n, err := r.FindUsers(staff.UserFilter{})
		return n, err
	})
	if left != 0 {
		t.Errorf("%d officers are left", left)
	}
}

func toldReports(t *testing.T, s *Store) {
	k := licence.Key{Point: "p-1", Process: "dlt-a", Month: calendar.Month{Year: 2026, Month: 10}}
	filed := func(version, received int) cargo.FilingBody {
		return cargo.FilingBody{Entry: licence.Entry{Figures: licence.Figures{Received: received, PendingInTime: received}}, Version: version, At: stafftest.At(version), By: "o-1", Cause: "first"}
	}
	b := cargo.ReportBody{Agency: "dlt", Point: "p-1", Process: "dlt-a", Month: k.Month, Edition: 7, Filed: filed(2, 5), Versions: []cargo.FilingBody{filed(1, 3)}}
	for range 2 {
		tell(t, s, func(r mirror.Records) error { return r.PutReport(b) })
	}
	sums := func() (list []licences.Cell) {
		t.Helper()
		err := s.Licences().Read(t.Context(), func(r licences.Records) (err error) {
			list, err = r.Cells(licences.Span{From: k.Month, To: k.Month})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	err := s.Licences().Read(t.Context(), func(r licences.Records) error {
		is, err := r.Report(k)
		if err != nil {
			return err
		}
		before, err := r.Versions(k)
		if diff := cmp.Diff(b.Report(), is); diff != "" || len(before) != 1 || before[0].Received != 3 {
			t.Errorf("the report (-want +got):\n%s\nversions %v", diff, before)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := sums(); len(got) != 1 || got[0].Received != 5 || got[0].Agency != "dlt" {
		t.Errorf("sums %v", got)
	}
	tell(t, s, func(r mirror.Records) error { return r.DropReport(cargo.ReportID(k)) })
	tell(t, s, func(r mirror.Records) error { return r.DropReport(cargo.ReportID(k)) })
	if got := sums(); len(got) != 0 {
		t.Errorf("sums of what is gone: %v", got)
	}
}

func toldCases(t *testing.T, s *Store) {
	v := delaystest.Record(1)
	v.Version, v.Case.Letters = 5, nil
	v.Case.Letters = append(v.Case.Letters, delaystest.Letter(1, "2026-04-08"), delaystest.Letter(2, "2026-04-16"))
	has := func(when string, want ...delays.Record) {
		t.Helper()
		got := delaystest.All(delaystest.Book{T: t, Store: s.Delays()})
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	tell(t, s, func(r mirror.Records) error { return r.PutCase(v) })
	has("told", v)
	v.Version, v.Case.Letters, v.Person = 2, v.Case.Letters[:1], vault.Sealed{} // as after a restore of the centre
	tell(t, s, func(r mirror.Records) error { return r.PutCase(v) })
	has("told as it was before", v)
	tell(t, s, func(r mirror.Records) error { return r.DropCase(v.ID) })
	has("gone")
}

func toldState(t *testing.T, s *Store) {
	tell(t, s, func(r mirror.Records) error {
		for _, err := range []error{r.SetNote("cursor", "a"), r.SetNote("cursor", "b"), r.Hold("person", "o-1", "v1"), r.Hold("person", "o-2", "v2"), r.Hold("personal", "o-3", "v3"),
			r.Unhold("person", "o-2"), r.PutSetting("rights_days", "30"), r.PutSetting("gone", "1"), r.DropSetting("gone")} {
			if err != nil {
				return err
			}
		}
		cursor, err := r.Note("cursor")
		held, err2 := r.Held("person")
		if err != nil || err2 != nil || cursor != "b" || len(held) != 1 || held["o-1"] != "v1" {
			t.Errorf("cursor %q, held %v, %v, %v", cursor, held, err, err2)
		}
		return nil
	})
	for name, want := range map[string]string{"rights_days": "30", "gone": ""} {
		if got, err := s.Setting(t.Context(), name); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
}
