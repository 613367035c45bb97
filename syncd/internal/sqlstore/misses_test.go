package sqlstore

import (
	"errors"
	"reflect"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/fault"
	"khumue/syncd/internal/misses"
	"khumue/syncd/internal/trail"
)

func TestBothDatabasesCountSearchesThatFoundNothing(t *testing.T) {
	onEach(t, func(t *testing.T, name string) {
		s := mustOpen(t, name).Misses()
		do := func(what func(misses.Records) error) {
			t.Helper()
			if err := s.Write(t.Context(), what); err != nil {
				t.Fatal(err)
			}
		}
		one, two := calendar.NewDate(2026, 11, 21), calendar.NewDate(2026, 11, 22)
		do(func(r misses.Records) error {
			return errors.Join(r.AddMiss("แมว 100%", 2, one), r.AddMiss("หมา", 1, one), r.AddMiss("หมา", 4, two), r.AddMiss("ปลา_ทอง", 3, two), r.AddMiss("นก", 1, one))
		})
		list := func(f misses.Filter) (got []misses.Miss, all int) {
			t.Helper()
			if err := s.Read(t.Context(), func(r misses.Records) (err error) { got, all, err = r.Misses(f); return err }); err != nil {
				t.Fatal(err)
			}
			return got, all
		}
		want := []misses.Miss{{Phrase: "หมา", Count: 5, Last: two}, {Phrase: "ปลา_ทอง", Count: 3, Last: two}, {Phrase: "แมว 100%", Count: 2, Last: one}}
		if got, all := list(misses.Filter{Least: 2}); all != 3 || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v of %d", got, all)
		}
		if got, all := list(misses.Filter{Least: 2, Page: trail.Page{Offset: 1, Limit: 1}}); all != 3 || !reflect.DeepEqual(got, want[1:2]) {
			t.Errorf("a page is %v of %d", got, all)
		}
		for text, n := range map[string]int{"%": 1, "_": 1, "แมว": 1, `\`: 0, "": 4} {
			if _, all := list(misses.Filter{Text: text}); all != n {
				t.Errorf("%q is found %d times, want %d", text, all, n)
			}
		}
		do(func(r misses.Records) error { return r.DismissMiss("หมา") })
		do(func(r misses.Records) error { return r.AddMiss("หมา", 9, two) })
		if got, _ := list(misses.Filter{Least: 2}); len(got) != 2 {
			t.Errorf("what was put away is back: %v", got)
		}
		if err := s.Write(t.Context(), func(r misses.Records) error { return r.DismissMiss("เต่า") }); !errors.Is(err, fault.NotFound) {
			t.Errorf("what is not there: %v", err)
		}
		do(func(r misses.Records) error { return r.ForgetMisses(one, 2) })
		if got, _ := list(misses.Filter{}); !reflect.DeepEqual(got, want[1:2]) {
			t.Errorf("of what is too much, %v is left", got)
		}
		do(func(r misses.Records) error { return r.ForgetMisses(calendar.NewDate(2026, 12, 1), 10) })
		if got, _ := list(misses.Filter{}); len(got) != 0 {
			t.Errorf("what is old stays: %v", got)
		}
	})
}
