package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/thai"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/manuals/manualstest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
)

func deskBook(t testing.TB, s *Store) manualstest.Book {
	return manualstest.Book{T: t, Store: s.Manuals(), People: book(t, s)}
}

// listOf are the ids of the manuals of a filter.
func listOf(r manuals.Records, f manuals.Filter) ([]catalog.ManualID, error) {
	var ids []catalog.ManualID
	ms, err := r.Manuals(f)
	for _, m := range ms {
		ids = append(ids, m.ID)
	}
	return ids, err
}

func listIn(t testing.TB, s *Store, f manuals.Filter) []catalog.ManualID {
	t.Helper()
	return manualstest.Read(deskBook(t, s), func(r manuals.Records) ([]catalog.ManualID, error) { return listOf(r, f) })
}

func TestWhatFollowsChangesIsWhatIsReadAnew(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s, other := mustOpen(t, name), mustOpen(t, name) // as another process has it
		random := rand.New(rand.NewPCG(1, 2570))
		titles := []string{"ก", "กา", "เก", "ขอ", "ข้อ", "ข๑", "ใบ", "Zoo", "zebra", "๑", "2", "é", "", "เเก่"}
		for round := range 12 {
			deskBook(t, s).Write(func(r manuals.Records) error {
				for range 1 + random.IntN(40) {
					m := manualstest.Manual(random.IntN(60), "dlt")
					m.Title.TH, m.Title.EN = titles[random.IntN(len(titles))]+titles[random.IntN(len(titles))], titles[random.IntN(len(titles))]
					err := r.PutManual(m)
					switch random.IntN(8) {
					case 0, 1, 2:
						err = errors.Join(err, r.DropManual(manualstest.ID("dlt", random.IntN(60))))
					case 3:
						err = errors.Join(err, r.PutOpen(manualstest.Draft(m, random.IntN(9), stafftest.ID(1))))
					}
					if err != nil {
						return err
					}
				}
				if round == 7 {
					return errors.Join(r.ClearManuals(), r.PutManual(manualstest.Manual(1, "dlt")))
				}
				return nil
			})
			for _, f := range []manuals.Filter{{}, {Status: manuals.IsDraft}, {Text: "ก"}} {
				f.Page.Limit = 100
				got, elsewhere := listIn(t, s, f), listIn(t, other, f)
				s.shelf.views = nil
				want := listIn(t, s, f)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("round %d: want -, got +\n%s", round, diff)
				}
				if diff := cmp.Diff(want, elsewhere); diff != "" {
					t.Fatalf("round %d, by another process: want -, got +\n%s", round, diff)
				}
			}
		}
		if len(other.shelf.views) > oldViews {
			t.Errorf("%d views are kept", len(other.shelf.views))
		}
	})
}

func TestAListIsOfTheMomentThatItsTransactionSees(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s := mustOpen(t, name)
		b := deskBook(t, s)
		add := func(n int) func(manuals.Records) error {
			return func(r manuals.Records) error { return r.PutManual(manualstest.Manual(n, "dlt")) }
		}
		count := func(r manuals.Records) int {
			n, err := r.CountManuals(manuals.Filter{})
			if err != nil {
				t.Error(err)
			}
			return n
		}
		b.Write(add(1))
		changes := errors.New("changed my mind")
		err := b.Store.Write(context.Background(), func(r manuals.Records) error {
			equalInt(t, "before it wrote", count(r), 1)
			if err := add(2)(r); err != nil {
				return err
			}
			equalInt(t, "a transaction sees what it wrote", count(r), 2)
			if err := add(3)(r); err != nil {
				return err
			}
			equalInt(t, "and what it wrote after it looked", count(r), 3)
			return changes
		})
		if !errors.Is(err, changes) {
			t.Fatal(err)
		}
		equalInt(t, "what was undone is nobody's", len(listIn(t, s, manuals.Filter{})), 1)
		b.Write(add(4))
		if got, want := listIn(t, s, manuals.Filter{}), []catalog.ManualID{manualstest.ID("dlt", 1), manualstest.ID("dlt", 4)}; !slices.Equal(got, want) {
			t.Errorf("what came instead: got %v, want %v", got, want)
		}
		manualstest.Read(b, func(r manuals.Records) (none int, _ error) {
			if _, err := r.Mark(); err != nil { // now it sees something
				return 0, err
			}
			for n := range oldViews + 2 {
				b.Write(add(10 + n))
				equalInt(t, "for those who come now", len(listIn(t, s, manuals.Filter{})), 3+n)
			}
			equalInt(t, "for one who began before", count(r), 2)
			return none, nil
		})
	})
}

func TestADatabaseOfBeforeManualsIsBroughtUp(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		if err := migrate(t.Context(), at(name), 2); err != nil {
			t.Fatal(err)
		}
		old, err := openAsIs(t.Context(), at(name))
		if err != nil {
			t.Fatal(err)
		}
		book(t, old).Write(func(r staff.Records) error { return r.PutUser(stafftest.User(1)) })
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		s := mustOpen(t, name)
		stafftest.Read(book(t, s), func(r staff.Records) (staff.User, error) { return r.User(stafftest.ID(1)) })
		equalInt(t, "manuals", len(listIn(t, s, manuals.Filter{})), 0)
		deskBook(t, s).Write(func(r manuals.Records) error { return r.PutManual(manualstest.Manual(1, "dlt")) })
		equalInt(t, "manuals", len(listIn(t, s, manuals.Filter{})), 1)
	})
}

func TestAnIndexThatAnotherVersionOrderedIsForgotten(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s := mustOpen(t, name)
		deskBook(t, s).Write(func(r manuals.Records) error {
			return errors.Join(r.PutManual(manualstest.Manual(1, "dlt")), r.SetMark(manualstest.Commit(1)))
		})
		s.Close()
		raw(t, name, `UPDATE meta SET value = 'older' WHERE name = 'name_order'`)
		s = mustOpen(t, name)
		equalInt(t, "manuals", len(listIn(t, s, manuals.Filter{})), 0)
		if mark := manualstest.Read(deskBook(t, s), manuals.Records.Mark); !mark.IsZero() {
			t.Errorf("the mark is still %s", mark)
		}
	})
}

func TestFoldedTextsHoldWhatTheTextsHold(t *testing.T) {
	for _, c := range []struct{ text, part string }{
		{"การขออนุญาต", "อนุญาต"}, {"การ", "กา"}, {"ก้า", "า"}, {"é𝒳—฿", "𝒳"}, {"é", "\u00e8"}, {"abc\nd", "c\nd"}, {"๛ฯ", "๛"}, {"", "x"}, {"\ufffd", "\ufffd"},
	} {
		checkFold(t, c.text, c.part)
	}
}

func checkFold(t *testing.T, text, part string) {
	t.Helper()
	if got := unfold(fold(text)); got != text {
		t.Errorf("%q: got %q back", text, got)
	}
	if got, want := strings.Contains(fold(text), fold(part)), strings.Contains(text, part); got != want {
		t.Errorf("%q holds %q: got %v, want %v", text, part, got, want)
	}
}

func FuzzFold(f *testing.F) {
	f.Add("การขออนุญาต", "ขอ")
	f.Add("é𝒳\x00", "\x00")
	f.Fuzz(func(t *testing.T, text, part string) {
		text, part = thai.Normalize(text), thai.Normalize(part) // which is what is folded
		checkFold(t, text, part)
		checkFold(t, fmt.Sprint(text, part, text), part)
	})
}
