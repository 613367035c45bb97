package satisfaction

import (
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
		times(9, answer("2026-02-01", "m0d0p1", "4")), times(1, suspicious), times(6, manual),
		times(3, answer("2026-03-01", "m0d0p1", "2")),  // few: told with the smallest of the quarter
		times(7, answer("2026-03-01", "m0d0p2", "2")),  // another point's
		times(8, answer("2026-04-01", "m0d0p1", "5")),  // another quarter's
		times(40, answer("2026-03-02", "m1d1p1", "5")), // elsewhere
		times(4, answer("2026-05-02", "m2d1p1", "5")),  // few in all: told with the smallest of the country
	)
	tests := []struct {
		name  string
		query Query
		n     int
		kept  bool
	}{
		{"a point has all of its year, the suspicious one too", Query{Point: "m0d0p1", Period: year2569}, 27, false},
		{"and of a month what the few do not follow from", Query{Point: "m0d0p1", Period: period("2026-02-01", "2026-02-28")}, 10, true},
		{"and nothing of the few", Query{Point: "m0d0p1", Period: period("2026-03-01", "2026-03-31")}, 0, true},
		{"the smallest of the country is told of the country alone", Query{Point: "m0d0p2", Period: year2569}, 0, true},
		{"with the few", Query{Period: year2569}, 78, false},
		{"elsewhere all is told", Query{Unit: "m1", Period: year2569}, 40, false},
		{"a manual that the few are told with", Query{Unit: "m0d0", Manual: "dlt-xgveak", Period: year2569}, 0, true},
		{"nothing of few", Query{Unit: "m2", Period: year2569}, 0, true},
		{"a time without answers", Query{Unit: "m1", Period: period("2024-10-01", "2025-09-30")}, 0, false},
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
				if row.Form != set.ID || row.Picks["q1"] == "" || row.LeftOut != (row.Picks["q1"] == "1") {
					t.Fatalf("%+v", row)
				}
			}
			if listed != rows.N || rows.N != test.n || rows.Kept != test.kept {
				t.Errorf("%d told, listed %d, others kept back: %v; want %d, %v", rows.N, listed, rows.Kept, test.n, test.kept)
			}
		})
	}
}

func TestWhatIsListedOfMixedAnswers(t *testing.T) {
	var list []answers.Answer
	for i, manual := range []catalog.ManualID{"a", "b", "c", "d", "e"} {
		a := answer("2026-02-02", "m0d0p1", "3")
		a.Procedure, a.Channel = manual, "kiosk"
		a.Day.Day += i
		if i < 3 {
			a.Picks["q5"] = "2"
		}
		list = append(list, a)
	}
	rows, err := newReports(list).Rows(t.Context(), Query{Period: year2569})
	if err != nil {
		t.Fatal(err)
	}
	for row := range rows.All() {
		if want := (Stands{period("2026-02-01", "2026-02-28"), "m0d0", "m0d0p1", "", "kiosk"}); row.Stands != want || row.Picks["q1"] != "3" || row.Picks["q5"] != "" {
			t.Errorf("%+v", row)
		}
	}
	if rows.N != 5 {
		t.Errorf("%d rows", rows.N)
	}
}
