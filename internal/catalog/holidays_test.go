package catalog

import (
	"slices"
	"testing"

	"khumue/internal/calendar"
)

func holiday(iso, th string, scope ...string) Holiday {
	d, err := calendar.ParseISO(iso)
	if err != nil {
		panic(err)
	}
	return Holiday{Date: d, Name: Text{TH: th}, Scope: scope}
}

func TestOnlyDaysThatNeverMoveAreOffered(t *testing.T) {
	before := []Holiday{
		holiday("2025-01-01", "วันขึ้นปีใหม่"), holiday("2025-02-12", "วันมาฆบูชา"), holiday("2025-04-06", "วันจักรี"), holiday("2025-04-07", "ชดเชยวันจักรี"),
		holiday("2025-06-02", "วันหยุดพิเศษ"), holiday("2025-08-12", "วันเฉลิมพระชนมพรรษา"), holiday("2025-03-01", "วันถิ่น", "96"),
	}
	last := []Holiday{
		holiday("2026-01-01", "วันขึ้นปีใหม่"), holiday("2026-03-03", "วันมาฆบูชา"), holiday("2026-04-06", "วันจักรี"), holiday("2026-04-07", "ชดเชยวันจักรี"),
		holiday("2026-06-02", "วันหยุดพิเศษ"), holiday("2026-08-12", "วันแม่แห่งชาติ"), holiday("2026-03-01", "วันถิ่น", "96"), holiday("2026-12-31", "วันใหม่"),
	}
	var got []string
	for _, h := range FixedHolidays(2570, before, last) {
		got = append(got, h.Date.ISO()+" "+h.Name.TH)
	}
	if want := []string{"2027-01-01 วันขึ้นปีใหม่", "2027-04-06 วันจักรี", "2027-03-01 วันถิ่น"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	leap := []Holiday{holiday("2028-02-29", "วันที่มีสี่ปีครั้ง")}
	if got := FixedHolidays(2572, leap, leap); len(got) != 0 {
		t.Errorf("a day that the year lacks is offered: %v", got)
	}
}

func TestScopesAreReadAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]struct {
		scope   []string
		unknown string
	}{
		"": {}, "all": {}, " ทั้งประเทศ ": {}, "ทุกจังหวัด": {},
		"ยะลา, ปัตตานี":      {scope: []string{"94", "95"}},
		"จ.ยะลา;จังหวัดสตูล": {scope: []string{"91", "95"}},
		"96/๙๑/96":         {scope: []string{"91", "96"}},
		"Yala, narathiwat": {scope: []string{"95", "96"}},
		"ยะลา, เมืองใหม่": {unknown: "เมืองใหม่"},
		"99": {unknown: "99"},
	} {
		got, unknown := ParseScope(in)
		if !slices.Equal([]string(got), want.scope) || unknown != want.unknown {
			t.Errorf("%q: got %v, %q", in, got, unknown)
		}
		if again, _ := ParseScope(got.In(TH)); !slices.Equal(again, got) {
			t.Errorf("%q is shown as %q, which is read as %v", in, got.In(TH), again)
		}
	}
}

func FuzzParseScope(f *testing.F) {
	f.Add("ยะลา, สตูล")
	f.Add("all")
	f.Fuzz(func(t *testing.T, s string) {
		scope, unknown := ParseScope(s)
		if unknown != "" && scope != nil {
			t.Errorf("%q: %v and %q", s, scope, unknown)
		}
		for _, lang := range []Lang{TH, EN} {
			if again, u := ParseScope(scope.In(lang)); u != "" || !slices.Equal(again, scope) {
				t.Errorf("%v is shown as %q", scope, scope.In(lang))
			}
		}
	})
}
