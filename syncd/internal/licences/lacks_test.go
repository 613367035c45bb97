package licences_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

func TestWhatIsMissingIsNamedReportByReport(t *testing.T) {
	o := open(t)
	_, err := o.write("point", area5, entry(2, 4, 3, 3))
	o.must(err)
	_, err = o.write("cmi point", licence.Key{Point: "cmi-1", Process: renewal, Month: october}, licence.Entry{Zero: true})
	o.must(err)
	o.must(o.Follow(t.Context()))
	o.turn, o.points = o.turn+1, append(o.points, licences.Place{Code: "dlt-2", Agency: "moph", Name: catalog.Text{TH: "ไม่มีคน"}, Processes: []catalog.ProcessID{road}})
	missing := func(who string, m calendar.Month) (out []string) {
		t.Helper()
		r, err := o.Rollup(t.Context(), o.people[who], "", "", m.Add(-1), m)
		o.must(err)
		n := 0
		for _, g := range r.Gaps {
			n += g.Missing()
		}
		o.must(o.Lacks(t.Context(), o.people[who], r, func(l licences.Lack) error {
			out = append(out, fmt.Sprintf("%s %s %s by %s of %d", l.Point, l.Process, l.Month.ISO(), calendar.DateOf(l.Locks).ISO(), l.Keepers))
			return nil
		}))
		if len(out) != n {
			t.Errorf("%s: %d are named, and %d missing", who, len(out), n)
		}
		return out
	}
	for _, test := range []struct {
		who   string
		month calendar.Month
		want  []string
	}{
		{"opdc", october, []string{"dlt-area5 " + string(first) + " 2026-10 by 2026-11-14 of 1", "doh-1 doh-aaaaaa 2026-10 by 2026-11-14 of 1"}},
		{"central", october, []string{"dlt-area5 " + string(first) + " 2026-10 by 2026-11-14 of 1"}},
		{"cmi point", october, nil},
		{"moph central", november, []string{"dlt-2 doh-aaaaaa 2026-11 by 2026-12-17 of 0"}},
	} {
		if got := missing(test.who, test.month); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.who, got, test.want)
		}
	}
	r, err := o.Rollup(t.Context(), o.people["opdc"], "", "", october, october)
	o.must(err)
	if err := o.Lacks(t.Context(), o.people["opdc"], r, func(licences.Lack) error { return fault.Unavailable }); !errors.Is(err, fault.Unavailable) {
		t.Errorf("an error does not end it: %v", err)
	}
	r.Unit = "dlt"
	if err := o.Lacks(t.Context(), o.people["moph central"], r, func(licences.Lack) error { t.Error("told"); return nil }); !errors.Is(err, fault.Forbidden) {
		t.Errorf("another ministry: %v", err)
	}
}
