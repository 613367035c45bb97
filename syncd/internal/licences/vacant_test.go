package licences_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
)

// TestWhoDecidesWhereNobodyCentralStandsAbove has each role decide on a request while
// some of the central officers above can not, and asks each for its queue.
func TestWhoDecidesWhereNobodyCentralStandsAbove(t *testing.T) {
	cmi := licence.Key{Point: "cmi-1", Process: renewal, Month: october}
	doh := licence.Key{Point: "doh-1", Process: road, Month: october}
	for _, test := range []struct {
		name   string
		key    licence.Key
		itself string // agencies that report for their points
		asker  string
		left   string // central officers who may not sign in any more
		want   string // who may decide, of those that are left
	}{
		{"a point of a department", area5, "doh", "point", "", "central, ministry"},
		{"a point whose department has nobody, and its ministry somebody", area5, "doh", "point", "central", "ministry"},
		{"a point with nobody central above", area5, "doh", "point", "central, ministry", "opdc"},
		{"a point whose only central officer asks itself", area5, "doh", "central", "ministry", "opdc"},
		{"a point whose ministry can decide on what its department asks", area5, "doh", "central", "", "ministry"},
		{"a point of an office, whose own central officer alone is left", cmi, "doh", "cmi point", "central, ministry", "province"},
		{"a point of an office with nobody central above", cmi, "doh", "cmi point", "province, central, ministry", "opdc"},
		{"a department that reports itself", doh, "doh", "doh central", "", "ministry, opdc"},
		{"a department that reports itself, without a ministry", doh, "doh", "doh central", "ministry", "opdc"},
		{"an office below a department that reports itself", cmi, "dlt-cmi", "province", "", "central, ministry"},
		{"such an office with nobody central above", cmi, "dlt-cmi", "province", "central, ministry", "opdc"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := open(t)
			o.Begin = october.Add(-40)
			o.at = clock(t, "2026-12-01 09:00")
			o.itself = []catalog.AgencyCode{catalog.AgencyCode(test.itself)}
			names := strings.Split(test.left, ", ")
			for _, name := range names {
				o.leave(name)
			}
			var got []string
			k := test.key // of another month for each
			for who, by := range o.people {
				if slices.Contains(names, who) || who == test.asker {
					continue
				}
				k.Month = k.Month.Add(-1)
				id := o.asked(k, test.asker)
				queue, refused := o.Queue(t.Context(), by)
				_, err := o.Decide(t.Context(), by, []string{id}, true, "")
				if err == nil {
					got = append(got, who)
				} else if !errors.Is(err, fault.Forbidden) {
					t.Errorf("%s: %v", who, err)
				}
				if shown := refused == nil && len(queue) > 0; shown != (err == nil) {
					t.Errorf("%s is shown %d requests, and decides: %v", who, len(queue), err)
				}
				if err != nil { // the next is asked alone
					_, err := o.Decide(t.Context(), o.people[decider(test.want)], []string{id}, false, "ระบุหมายเลขคำขอที่ตกหล่นด้วย")
					o.must(err)
				}
			}
			slices.Sort(got)
			if strings.Join(got, ", ") != test.want {
				t.Errorf("got %q, want %q", strings.Join(got, ", "), test.want)
			}
			o.told = nil
			k.Month = k.Month.Add(-1)
			o.asked(k, test.asker)
			if to := o.told[0].To; slices.Contains(to, "o-opdc") != strings.Contains(test.want, "opdc") {
				t.Errorf("told are %v", to)
			}
		})
	}
}

// decider is somebody who may decide.
func decider(want string) string {
	name, _, _ := strings.Cut(want, ", ")
	return name
}
