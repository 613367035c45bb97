package site

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSorter(t *testing.T) {
	for _, tt := range []struct {
		name  string
		keys  int
		bound int
	}{
		{"nothing has no order", 0, 100},
		{"few keys stay in memory", 10, 10_000},
		{"one load is written", 20, 300},
		{"many loads are merged", 3000, 500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSorter(t.TempDir())
			s.bound = tt.bound
			defer s.close()
			random := rand.New(rand.NewPCG(1, 2))
			var want []string
			for half := range 2 { // keys may come after a reading
				for range tt.keys / 2 {
					key := fmt.Sprintf("%x\x00%d", random.IntN(100), random.Int())
					want = append(want, key)
					if err := s.add([]byte(key[:1]), []byte(key[1:])); err != nil {
						t.Fatal(err)
					}
				}
				slices.Sort(want)
				var got []string
				if err := s.each(func(key []byte) error { got = append(got, string(key)); return nil }); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want) {
					t.Errorf("reading %d: got %d keys in another order than %d wanted", half, len(got), len(want))
				}
			}
		})
	}
}
