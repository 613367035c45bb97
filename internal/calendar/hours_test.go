package calendar

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func spans(t testing.TB, texts ...string) []Span {
	t.Helper()
	var list []Span
	for _, text := range texts {
		s, err := ParseSpan(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

func TestParseSpan(t *testing.T) {
	tests := []struct {
		name, in string
		want     Span
		says     string
	}{
		{"a morning", "08:30-12:00", Span{510, 720}, ""},
		{"blanks and a long dash", "08:30 – 12:00", Span{510, 720}, ""},
		{"until midnight", "22:00-24:00", Span{1320, 1440}, ""},
		{"over midnight", "22:00-02:00", Span{}, "08:30-16:30"},
		{"no time at all", "08:30-08:30", Span{}, "08:30-16:30"},
		{"one time", "08:30", Span{}, "08:30-16:30"},
		{"three times", "08:30-12:00-13:00", Span{}, "08:30-16:30"},
		{"no such hour", "08:30-25:00", Span{}, "08:30-16:30"},
		{"nothing", "", Span{}, "08:30-16:30"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseSpan(test.in)
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			checkError(t, err, test.says)
		})
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, seed := range []string{"08:30-12:00", "08:30 – 12:00", "22:00-24:00", "-", "08:30-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpan(text)
		if err != nil {
			return
		}
		if again, err := ParseSpan(s.String()); err != nil || again != s || s.Closes <= s.Opens {
			t.Errorf("%q was read as %v and then as %v, %v", text, s, again, err)
		}
	})
}

func TestHoursAsJSON(t *testing.T) {
	tests := []struct {
		name  string
		hours Hours
		want  string
	}{
		{"nothing stated", Hours{}, `{}`},
		{"day and night", Hours{Always: true}, `{"always":true}`},
		{"mornings, on holidays too", Hours{Week: Week{Sat: spans(t, "09:00-12:00")}, OpenOnHolidays: true},
			`{"week":{"sat":["09:00-12:00"]},"open_on_holidays":true}`},
		{"closed for works", Hours{Week: Week{Mon: spans(t, "08:30-12:00", "13:00-16:30")}, Closures: []Closure{
			{day(t, "2026-12-01"), day(t, "2026-12-04"), "ปรับปรุงอาคาร", "Renovation"}, {From: day(t, "2027-01-04")}}},
			`{"week":{"mon":["08:30-12:00","13:00-16:30"]},"closures":[{"from":"2026-12-01","to":"2026-12-04","th":"ปรับปรุงอาคาร","en":"Renovation"},{"from":"2027-01-04"}]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, err := json.Marshal(test.hours)
			if err != nil || string(text) != test.want {
				t.Errorf("got %s, %v, want %s", text, err, test.want)
			}
			var back Hours
			if err := json.Unmarshal(text, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.hours, back); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProblemsOfHours(t *testing.T) {
	from, to := day(t, "2026-12-01"), day(t, "2026-12-04")
	tests := []struct {
		name  string
		hours Hours
		want  []string
	}{
		{"ordinary hours have none", Hours{Week: OfficeHours(true), Closures: []Closure{{From: from, To: to}}}, nil},
		{"two spans overlap", Hours{Week: Week{Tue: spans(t, "08:30-12:30", "12:00-16:30")}},
			[]string{"Tuesday: 12:00-16:30 overlaps 08:30-12:30 (write spans in order, apart)"}},
		{"always and a week", Hours{Always: true, Week: OfficeHours(false)},
			[]string{"always and week contradict each other: remove one"}},
		{"closures without end and the wrong way round", Hours{Closures: []Closure{{From: from}, {From: to, To: from}}},
			[]string{
				"a closure needs from and to (the same date for a single day)",
				"closure: to 2026-12-01 is before from 2026-12-04 (swap them)",
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, problem := range test.hours.Problems() {
				got = append(got, problem.Text("en"))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHoursAreShown(t *testing.T) {
	saturday := OfficeHours(false)
	saturday.Sat = spans(t, "09:00-12:00")
	daily := spans(t, "08:00-20:00")
	tests := []struct {
		name   string
		hours  Hours
		th, en string
	}{
		{"an office", Hours{Week: OfficeHours(false)},
			"จันทร์–ศุกร์ 08:30–16:30 น. ยกเว้นวันหยุดราชการ", "Monday–Friday 08:30–16:30, except public holidays"},
		{"an office with a lunch break", Hours{Week: OfficeHours(true)},
			"จันทร์–ศุกร์ 08:30–12:00, 13:00–16:30 น. ยกเว้นวันหยุดราชการ",
			"Monday–Friday 08:30–12:00, 13:00–16:30, except public holidays"},
		{"an office open on Saturdays", Hours{Week: saturday},
			"จันทร์–ศุกร์ 08:30–16:30 น. · เสาร์ 09:00–12:00 น. ยกเว้นวันหยุดราชการ",
			"Monday–Friday 08:30–16:30; Saturday 09:00–12:00, except public holidays"},
		{"a counter in a shopping centre", Hours{OpenOnHolidays: true,
			Week: Week{daily, daily, daily, daily, daily, daily, daily}}, "ทุกวัน 08:00–20:00 น.", "Every day 08:00–20:00"},
		{"an emergency room", Hours{Always: true}, "ทุกวัน ตลอด 24 ชั่วโมง", "Every day 24 hours"},
		{"nothing stated", Hours{}, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.hours.Text("th"); got != test.th {
				t.Errorf("got %q, want %q", got, test.th)
			}
			if got := test.hours.Text("en"); got != test.en {
				t.Errorf("got %q, want %q", got, test.en)
			}
		})
	}
}

func TestLinesMarkToday(t *testing.T) {
	lines := Hours{Week: OfficeHours(false)}.Lines("th")
	if len(lines) != 2 || lines[1].Days != "เสาร์–อาทิตย์" || lines[1].Times != "ปิด" {
		t.Fatalf("got %+v, want the working week and a closed weekend", lines)
	}
	if !lines[0].Has(time.Friday) || lines[0].Has(time.Sunday) || !lines[1].Has(time.Sunday) {
		t.Errorf("got %+v, want Friday in the first line and Sunday in the second", lines)
	}
}

func TestSpansOnADate(t *testing.T) {
	table := holidays(t)
	untidy := Hours{Week: Week{Mon: spans(t, "13:00-16:30", "08:30-12:00", "11:00-12:30")}}
	tests := []struct {
		name  string
		hours Hours
		day   string
		want  string
	}{
		{"an ordinary Monday", untidy, "2026-11-23", "08:30–12:30, 13:00–16:30"},
		{"a Monday that is a holiday", untidy, "2026-12-07", "Closed"},
		{"a day off", untidy, "2026-11-24", "Closed"},
		{"an emergency room on a holiday", Hours{Always: true}, "2026-12-07", "24 hours"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := SpansText(test.hours.On(day(t, test.day), table, ""), "en"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
