package compare

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
)

// each calls check for random changes of two sides to real manuals.
func each(t *testing.T, rounds int, check func(t *testing.T, base, ours, theirs *catalog.Manual)) {
	all := manuals(t)
	for n := range rounds {
		seed := uint64(n)
		base := all[n%len(all)]
		one, other := newEditor(seed, "ก"), newEditor(seed+1_000_000, "ข")
		one.at = []string{"", "", "body", "documents", "step_sets", "fees", "common_names"}[n%7] // where they meet more often
		other.at = one.at
		ours, theirs := one.edited(base, 1+n%4), other.edited(base, 1+n%5)
		if !t.Run(fmt.Sprintf("%s %d", base.ID, n), func(t *testing.T) { check(t, base, ours, theirs) }) {
			return
		}
	}
}

// rounds are as many as a test takes for a property.
const rounds = 1000

func TestOneSideAloneIsTaken(t *testing.T) {
	each(t, rounds, func(t *testing.T, b, x, _ *catalog.Manual) {
		for name, three := range map[string][3]*catalog.Manual{
			"theirs alone": {b, b, x}, "ours alone": {b, x, b}, "both the same": {b, x, copyOf(x)},
		} {
			merged, conflicts := Merge(three[0], three[1], three[2])
			if len(conflicts) > 0 {
				t.Errorf("%s: conflict %s", name, conflicts[0].Words.EN)
			}
			if !same(merged, x) {
				t.Errorf("%s: merged is not what was written", name)
				for _, c := range Manuals(x, merged) {
					t.Log(c.Path, c.Words.TH)
				}
			}
		}
	})
}

// sorted puts every list in one order, so that only what stands in them counts.
func sorted(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == bodyType {
			return
		}
		for i := range v.NumField() {
			sorted(v.Field(i))
		}
	case reflect.Slice:
		items := make([]reflect.Value, v.Len())
		for i := range items {
			sorted(v.Index(i))
			items[i] = clone(v.Index(i))
		}
		slices.SortStableFunc(items, func(a, b reflect.Value) int {
			return strings.Compare(fmt.Sprint(a.Interface()), fmt.Sprint(b.Interface()))
		})
		for i := range items {
			v.Index(i).Set(items[i])
		}
	}
}

func TestWithoutConflictsSidesMayBeSwapped(t *testing.T) {
	clean := 0
	each(t, rounds, func(t *testing.T, b, x, y *catalog.Manual) {
		one, conflicts := Merge(b, x, y)
		two, others := Merge(b, y, x)
		if len(conflicts) != len(others) {
			t.Fatalf("%d conflicts, and %d the other way round", len(conflicts), len(others))
		}
		if len(conflicts) > 0 {
			return
		}
		clean++
		sorted(reflect.ValueOf(one).Elem())
		sorted(reflect.ValueOf(two).Elem())
		if !same(one, two) {
			t.Error("merging the other way round gives other rows")
			for _, c := range Manuals(one, two) {
				t.Log(c.Path, c.Words.TH)
			}
		}
	})
	if clean < rounds/4 {
		t.Errorf("only %d of %d merges had no conflict", clean, rounds)
	}
}

func TestNothingIsLost(t *testing.T) {
	each(t, rounds, func(t *testing.T, b, x, y *catalog.Manual) {
		merged, conflicts := Merge(b, x, y)
		found, was := map[string]int{}, map[string]int{}
		leaves(valueOf(merged), found)
		leaves(valueOf(b), was)
		for _, c := range conflicts {
			for _, v := range []Value{c.Ours, c.Theirs} {
				if v.Raw == nil {
					continue
				}
				if s, ok := v.Raw.(string); ok && c.Clash == Passage {
					leaves(reflect.ValueOf(catalog.Body{Markdown: s}), found)
				}
				leaves(reflect.ValueOf(v.Raw), found)
			}
		}
		for name, m := range map[string]*catalog.Manual{"ours": x, "theirs": y} {
			wrote := map[string]int{}
			leaves(valueOf(m), wrote)
			for leaf, n := range wrote {
				if n > was[leaf] && found[leaf] == 0 {
					t.Errorf("%s wrote %q, which is neither merged nor in a conflict", name, leaf)
				}
			}
		}
	})
}

func TestNothingOfASideIsChangedOrShared(t *testing.T) {
	each(t, 200, func(t *testing.T, b, x, y *catalog.Manual) {
		keep := []*catalog.Manual{copyOf(b), copyOf(x), copyOf(y)}
		merged, _ := Merge(b, x, y)
		for range 30 {
			newEditor(1, "ค").edit(shapeOf(reflect.TypeFor[catalog.Manual]()), reflect.ValueOf(merged).Elem())
		}
		for i, m := range []*catalog.Manual{b, x, y} {
			if !same(m, keep[i]) {
				t.Errorf("side %d changed", i)
			}
		}
	})
}

func TestChoicesEndEveryConflict(t *testing.T) {
	each(t, rounds, func(t *testing.T, b, x, y *catalog.Manual) {
		merged, conflicts := Merge(b, x, y)
		for _, take := range []Take{Ours, Theirs} {
			choices := map[string]Choice{}
			for _, c := range conflicts {
				choices[c.ID] = Choice{Take: take}
			}
			if len(choices) != len(conflicts) {
				t.Fatal("two conflicts have one ID")
			}
			got, err := Resolve(merged, conflicts, choices)
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]int{}
			leaves(valueOf(got), found)
			for _, c := range conflicts {
				v := c.Ours
				if take == Theirs {
					v = c.Theirs
				}
				want := map[string]int{}
				if s, ok := v.Raw.(string); ok && c.Clash == Passage {
					leaves(reflect.ValueOf(catalog.Body{Markdown: s}), want)
				} else if v.Raw != nil {
					leaves(reflect.ValueOf(v.Raw), want)
				}
				for leaf := range want {
					if found[leaf] == 0 && c.Clash != Order {
						t.Errorf("%s: %s is chosen, but %q is missing", c.Path, take, leaf)
					}
				}
			}
		}
	})
}

// The other nouns of the catalog take the same way.
func TestEveryNounOfTheCatalogMerges(t *testing.T) {
	t.Run("agency", holds[catalog.Agency])
	t.Run("point", holds[catalog.Point])
	t.Run("process", holds[catalog.Process])
	t.Run("service", holds[catalog.Service])
	t.Run("labels", holds[catalog.Labels])
	t.Run("synonyms", holds[catalog.Synonyms])
	t.Run("holidays", holds[catalog.HolidayYear])
	t.Run("page", holds[catalog.Page])
}

func holds[T any](t *testing.T) {
	edited := func(from *T, seed uint64, who string) *T {
		v := clone(valueOf(from))
		e := newEditor(seed, who)
		for range 12 {
			e.edit(shapeOf(v.Type()), v)
		}
		out := v.Interface().(T)
		return &out
	}
	for seed := range uint64(100) {
		base := edited(new(T), seed, "ก")
		ours, theirs := edited(base, seed+1000, "ข"), edited(base, seed+2000, "ค")
		if m, conflicts := merge(base, base, ours); !equal(valueOf(m), valueOf(ours)) || len(conflicts) > 0 {
			t.Errorf("seed %d: theirs alone gives %v, %d conflicts", seed, changes(ours, m), len(conflicts))
		}
		merged, conflicts := merge(base, ours, theirs)
		choices := map[string]Choice{}
		for _, c := range conflicts {
			choices[c.ID] = Choice{Take: Theirs}
		}
		if _, err := resolve(merged, conflicts, choices); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}
