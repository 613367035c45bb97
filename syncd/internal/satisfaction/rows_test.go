package satisfaction

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"khumue/internal/catalog"
	"khumue/syncd/internal/answers"
)

func TestRowsOfAnswers(t *testing.T) {
	suspicious := answer("2026-02-01", "m0d0p1", "1")
	suspicious.Marks = answers.Bait
	manual := answer("2026-02-02", "m0d0p1", "3")
	manual.Procedure, manual.Channel = "dlt-xgveak", "kiosk"
	list := slices.Concat(
		times(9, answer("2026-02-01", "m0d0p1", "4")), times(1, suspicious), times(6, manual), // told
		times(3, answer("2026-03-01", "m0d0p1", "2")),  // few
		times(7, answer("2026-03-01", "m0d0p2", "2")),  // told, or not for the sake of the few
		times(8, answer("2026-04-01", "m0d0p1", "5")),  // the smallest beside the few
		times(40, answer("2026-03-02", "m1d1p1", "5")), // elsewhere
		times(4, answer("2026-05-02", "m2d1p1", "5")),  // few in all
	)
	tests := []struct {
		name      string
		query     Query
		n, hidden int
	}{
		{"a point keeps the smallest month back beside a small one", Query{Point: "m0d0p1", Period: year2569}, 16, 11},
		{"an agency keeps its month back with it", Query{Unit: "m0d0", Period: year2569}, 16, 18},
		{"elsewhere all is told", Query{Unit: "m1", Period: year2569}, 40, 0},
		{"a manual", Query{Unit: "m0d0", Manual: "dlt-xgveak", Period: year2569}, 6, 0},
		{"few are not told of, nor how many", Query{Unit: "m2", Period: year2569}, 0, 0},
		{"a time without answers", Query{Unit: "m1", Period: period("2024-10-01", "2025-09-30")}, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows, err := newReports(list).Rows(t.Context(), test.query)
			if err != nil {
				t.Fatal(err)
			}
			listed := 0
			for row := range rows.All() {
				listed++
				if row.Form != set.ID || row.Picks["q1"] == "" || row.Manual != "" && row.Channel != "kiosk" || row.LeftOut != (row.Picks["q1"] == "1") {
					t.Fatalf("%+v", row)
				}
			}
			suspicious := rows.N - test.n
			if listed != rows.N || suspicious < 0 || suspicious > 1 || rows.Hidden != test.hidden {
				t.Errorf("%d told and %d kept back, listed %d, want %d and %d", rows.N, rows.Hidden, listed, test.n, test.hidden)
			}
		})
	}
}

// Whatever is asked for, what is kept back of any sum that reports tell is of
// nobody or of five people at least, and two lists never differ in a cell.
func TestRowsTellNothingByDifference(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		var list []answers.Answer
		for m := range 3 {
			for d := range 3 {
				for p := range 4 {
					for month := 1; month <= 9; month++ {
						point := catalog.PointCode(fmt.Sprintf("m%dd%dp%d", m, d, p))
						list = append(list, times(r.IntN(12)*r.IntN(3), answer(fmt.Sprintf("2026-%02d-03", month), point, "4"))...)
					}
				}
			}
		}
		reports := newReports(list)
		told := newMaker(reports).cellsTold(year2569)
		counts, kept := map[margin]int{}, map[margin]int{}
		m := newMaker(reports)
		for _, a := range list {
			c := cell{a.Point, dayNumber(a.Day) / 100}
			for _, s := range m.margins(c) {
				counts[s]++
				if !told[c] {
					kept[s]++
				}
			}
		}
		for s, n := range kept {
			if n > 0 && n < Fewest && n < counts[s] {
				t.Fatalf("seed %d: %d of %d are kept back of %+v", seed, n, counts[s], s)
			}
		}
		for c, shown := range newMaker(reports).cellsTold(period("2026-02-01", "2026-02-28")) {
			if told[c] != shown {
				t.Fatalf("seed %d: %+v is told in one list alone", seed, c)
			}
		}
	}
}
