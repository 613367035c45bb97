package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"khumue/internal/fault"
)

func TestIdentifiers(t *testing.T) {
	for _, tc := range []struct {
		name, id string
		ok       bool
	}{
		{"a department's code", "dlt", true},
		{"a new manual's id", "dlt-7f3k5q", true},
		{"64 characters", strings.Repeat("a", 64), true},
		{"65 characters", strings.Repeat("a", 65), false},
		{"one character", "a", false},
		{"nothing", "", false},
		{"capitals", "DLT", false},
		{"Thai", "ขนส่ง", false},
		{"a hyphen at the start", "-dlt", false},
		{"a hyphen at the end", "dlt-", false},
		{"a path", "../x", false},
		{"a folder of the tree", "manuals", false},
		{"a name that Windows forbids", "com1", false},
		{"a blank", "d lt", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ParseManualID(tc.id)
			if (err == nil) != tc.ok {
				t.Errorf("ParseManualID(%q) = %v, want ok %v", tc.id, err, tc.ok)
			}
			if err != nil && !errors.Is(err, fault.Invalid) {
				t.Errorf("got %v, want it to be invalid input", err)
			}
		})
	}
}

func TestANewIdIsValidAndFromItsAgency(t *testing.T) {
	id := NewID("dlt", []byte{0, 31, 32, 255, 7, 100})
	if _, err := ParseManualID(id); err != nil || id != "dlt-a7a7he" {
		t.Errorf("got %q, %v", id, err)
	}
}

func TestAmounts(t *testing.T) {
	for _, tc := range []struct {
		in, money, percent string
	}{
		{"0", "0", "0"}, {"5", "5", "5"}, {"3.3", "3.30", "3.3"}, {"0.5", "0.50", "0.5"},
		{"1234.5", "1,234.50", "1,234.5"}, {"1,234,567", "1,234,567", "1,234,567"}, {"0.01", "0.01", "0.01"}, {"100", "100", "100"},
	} {
		a, err := ParseAmount(tc.in)
		if err != nil || a.String() != tc.money || a.Percent() != tc.percent {
			t.Errorf("ParseAmount(%q) = %s, %s, %v; want %s, %s", tc.in, a, a.Percent(), err, tc.money, tc.percent)
		}
	}
	for _, bad := range []string{"", "-1", "+1", "1e3", "1.234", "NaN", "๑๐", "1.", ".5", "99999999999999999999", "0x10", "1 000"} {
		if a, err := ParseAmount(bad); err == nil {
			t.Errorf("ParseAmount(%q) = %s, want an error", bad, a)
		}
	}
}

func FuzzParseAmount(f *testing.F) {
	f.Add("1,234.50")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAmount(s)
		if err != nil {
			return
		}
		if again, err := ParseAmount(a.String()); err != nil || again != a {
			t.Errorf("%q is %d, but its form %q is %d, %v", s, a, a, again, err)
		}
	})
}

func minutes(n int) Step {
	return Step{Kind: "check", Text: Text{TH: "ตรวจ"}, Time: Duration{n, "minute"}}
}

func TestTimesOfDifferentUnitsAreNeverAddedUp(t *testing.T) {
	days := Step{Time: Duration{3, "working-day"}}
	if got, ok := (StepSet{Steps: []Step{minutes(110), minutes(40)}}).Total(); !ok || got != (Duration{150, "minute"}) {
		t.Errorf("got %v, %v; want 150 minutes", got, ok)
	}
	if got, ok := (StepSet{Steps: []Step{minutes(10), days}}).Total(); ok {
		t.Errorf("got %v for minutes and working days, want no total", got)
	}
	m := Manual{StepSets: []StepSet{{Steps: []Step{minutes(10), days}}}}
	if !slices.Contains(m.Missing(), "total_time") {
		t.Errorf("got missing %v, want total_time among them", m.Missing())
	}
	m.TotalTime = Some(Duration{4, "working-day"})
	if got, ok := m.StepSetTotal(m.StepSets[0]); !ok || got.Value != 4 {
		t.Errorf("got %v, %v; want the stated total", got, ok)
	}
}

func TestWhatTheActAsksForIsMissedUntilItIsStated(t *testing.T) {
	var m Manual
	for _, field := range []string{"title", "documents", "fees", "step_sets", "channels", "body"} {
		if !slices.Contains(m.Missing(), field) {
			t.Errorf("an empty manual does not miss %s", field)
		}
	}
	m.Documents.State, m.Fees.State = None, None
	if missing := m.Missing(); slices.Contains(missing, "documents") || slices.Contains(missing, "fees") {
		t.Errorf("stated to be none, but still missing: %v", missing)
	}
}

func TestTextFallsBackToThai(t *testing.T) {
	th, both := Text{TH: "ไทย"}, Text{"ไทย", "English"}
	if th.In(EN) != "ไทย" || both.In(EN) != "English" || both.In(TH) != "ไทย" || th.Has(EN) || !both.Has(EN) {
		t.Error("a text is not given in the language it has")
	}
}

func TestThereAre77ProvincesInTheOrderOfTheirCodes(t *testing.T) {
	if len(Provinces) != 77 {
		t.Errorf("got %d provinces", len(Provinces))
	}
	if !slices.IsSortedFunc(Provinces, func(a, b Province) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error("provinces are not in the order of their codes")
	}
	if p, ok := ProvinceByCode("38"); !ok || p.Name.TH != "บึงกาฬ" {
		t.Errorf("got %v for 38", p)
	}
}
