package calendar

import (
	"testing"
	"time"
)

// bangkokTime reads "2026-11-23 10:42" as a time in Bangkok.
func bangkokTime(t testing.TB, text string) time.Time {
	t.Helper()
	instant, err := time.ParseInLocation("2006-01-02 15:04", text, Bangkok())
	if err != nil {
		t.Fatal(err)
	}
	return instant.UTC()
}

func TestStatusOfACounter(t *testing.T) {
	office := Hours{Week: OfficeHours(false)}
	lunch := Hours{Week: OfficeHours(true)}
	evening := Hours{Week: Week{Mon: spans(t, "08:30-16:30", "17:30-20:00")}}
	always := Hours{Always: true}
	works := Hours{Week: OfficeHours(false), Closures: []Closure{
		{day(t, "2026-11-23"), day(t, "2026-12-04"), "ปรับปรุงอาคาร", "Renovation"}}}
	nameless := Hours{Always: true, Closures: []Closure{{From: day(t, "2026-11-23")}}}
	moving := Hours{Always: true, Closures: []Closure{{day(t, "2026-11-25"), day(t, "2026-11-26"), "ย้ายสถานที่", "Moving"}}}
	night := Hours{Week: Week{Mon: spans(t, "22:00-24:00"), Tue: spans(t, "00:00-04:00")}}
	weeklong := Hours{Week: Week{Mon: spans(t, "00:00-24:00"), Tue: spans(t, "00:00-24:00"), Wed: spans(t, "00:00-24:00")}}
	mall := Hours{Week: OfficeHours(false), OpenOnHolidays: true}
	fridays := Hours{Week: Week{Fri: spans(t, "09:00-12:00")}}

	tests := []struct {
		name   string
		hours  Hours
		at     string
		reason Reason
		th, en string
	}{
		{"open", office, "2026-11-23 10:42", "", "เปิดอยู่ ถึง 16:30 น.", "Open until 16:30"},
		{"the minute of opening", office, "2026-11-23 08:30", "", "เปิดอยู่ ถึง 16:30 น.", "Open until 16:30"},
		{"the minute of closing", office, "2026-11-23 16:30", AfterHours, "ปิดอยู่ เปิดพรุ่งนี้ 08:30 น.", "Closed, opens tomorrow at 08:30"},
		{"early in the morning", office, "2026-11-23 06:00", AfterHours, "ปิดอยู่ เปิด 08:30 น.", "Closed, opens at 08:30"},
		{"Friday evening", office, "2026-11-27 18:00", AfterHours, "ปิดอยู่ เปิดวันจันทร์ 08:30 น.", "Closed, opens Monday at 08:30"},
		{"Saturday", office, "2026-11-28 10:00", Weekend, "ปิดอยู่ เปิดวันจันทร์ 08:30 น.", "Closed, opens Monday at 08:30"},
		{"Sunday", office, "2026-11-29 10:00", Weekend, "ปิดอยู่ เปิดพรุ่งนี้ 08:30 น.", "Closed, opens tomorrow at 08:30"},
		{"lunch", lunch, "2026-11-23 12:10", LunchBreak, "พักเที่ยง เปิดอีกครั้ง 13:00 น.", "Lunch break, opens again at 13:00"},
		{"before lunch", lunch, "2026-11-23 11:59", "", "เปิดอยู่ ถึง 12:00 น.", "Open until 12:00"},
		{"between two shifts", evening, "2026-11-23 17:00", OtherBreak, "พัก เปิดอีกครั้ง 17:30 น.", "Break, opens again at 17:30"},
		{"a day off", evening, "2026-11-24 10:00", DayOff, "ปิดอยู่ เปิดวันจันทร์ 08:30 น.", "Closed, opens Monday at 08:30"},
		{"Songkran", office, "2026-04-13 10:00", OnHoliday, "ปิด: วันสงกรานต์ เปิดวันพฤหัสบดี 08:30 น.", "Closed: Songkran Festival, opens Thursday at 08:30"},
		{"the last day of Songkran", office, "2026-04-15 10:00", OnHoliday, "ปิด: วันสงกรานต์ เปิดพรุ่งนี้ 08:30 น.", "Closed: Songkran Festival, opens tomorrow at 08:30"},
		{"Songkran in a shopping centre", mall, "2026-04-13 10:00", "", "เปิดอยู่ ถึง 16:30 น.", "Open until 16:30"},
		{"closed for works, for longer than a week", works, "2026-11-23 10:00", Closed,
			"ปิด: ปรับปรุงอาคาร เปิดวันอังคารที่ 8 ธ.ค. 2569 08:30 น.", "Closed: Renovation, opens Tuesday 8 Dec 2026 at 08:30"},
		{"the same weekday a week ahead bears its date", fridays, "2026-11-27 13:00", AfterHours,
			"ปิดอยู่ เปิดวันศุกร์ที่ 4 ธ.ค. 2569 09:00 น.", "Closed, opens Friday 4 Dec 2026 at 09:00"},
		{"closed without end or reason", nameless, "2026-11-23 10:00", Closed, "ปิดชั่วคราว", "Temporarily closed"},
		{"always open", always, "2026-04-13 03:00", "", "เปิดตลอด 24 ชั่วโมง", "Open 24 hours"},
		{"always open but for a removal ahead", moving, "2026-11-23 03:00", "", "เปิดอยู่ ถึงพรุ่งนี้ 24:00 น.", "Open until 24:00 tomorrow"},
		{"always open, the evening before a removal", moving, "2026-11-24 23:59", "", "เปิดอยู่ ถึง 24:00 น.", "Open until 24:00"},
		{"always open, closed for a removal", moving, "2026-11-25 12:00", Closed, "ปิด: ย้ายสถานที่ เปิดวันศุกร์ 00:00 น.", "Closed: Moving, opens Friday at 00:00"},
		{"a night counter before midnight", night, "2026-11-23 23:00", "", "เปิดอยู่ ถึงพรุ่งนี้ 04:00 น.", "Open until 04:00 tomorrow"},
		{"a night counter after midnight", night, "2026-11-24 03:59", "", "เปิดอยู่ ถึง 04:00 น.", "Open until 04:00"},
		{"three days without a break", weeklong, "2026-11-23 01:00", "", "เปิดอยู่ ถึงวันพุธ 24:00 น.", "Open until 24:00 on Wednesday"},
		{"nothing stated", Hours{}, "2026-11-23 10:00", Unknown, "ยังไม่มีข้อมูลเวลาทำการ", "Opening hours are not given"},
		{"nothing stated, on a holiday", Hours{}, "2026-04-13 10:00", Unknown, "ยังไม่มีข้อมูลเวลาทำการ", "Opening hours are not given"},
	}
	table := holidays(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := test.hours.At(bangkokTime(t, test.at), table, "10")
			if got.Reason != test.reason || got.Open != (test.reason == "") {
				t.Errorf("got open %v, reason %q, want reason %q", got.Open, got.Reason, test.reason)
			}
			if th := got.Sentence("th"); th != test.th {
				t.Errorf("got  %q\nwant %q", th, test.th)
			}
			if en := got.Sentence("en"); en != test.en {
				t.Errorf("got  %q\nwant %q", en, test.en)
			}
		})
	}
}

func TestStatusKnowsTheProvince(t *testing.T) {
	office, table := Hours{Week: OfficeHours(false)}, holidays(t)
	at := bangkokTime(t, "2026-02-17 10:00")
	if got, want := office.At(at, table, "94").Sentence("th"), "ปิด: วันตรุษจีน เปิดพรุ่งนี้ 08:30 น."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := office.At(at, table, "10"); !got.Open {
		t.Errorf("got %+v, want open in Bangkok", got)
	}
}

func TestStatusLooksSixtyDaysAhead(t *testing.T) {
	closedUntil := func(last string) Hours {
		return Hours{Always: true, Closures: []Closure{{From: day(t, "2026-01-01"), To: day(t, last)}}}
	}
	at := bangkokTime(t, "2026-01-01 12:00")
	if got, want := closedUntil("2026-03-01").At(at, Holidays{}, "").OpensAt, day(t, "2026-03-02").Start(); !got.Equal(want) {
		t.Errorf("sixty days ahead: got %v, want %v", got, want)
	}
	if got := closedUntil("2026-03-02").At(at, Holidays{}, "").OpensAt; !got.IsZero() {
		t.Errorf("sixty-one days ahead: got %v, want none", got)
	}
}

func TestNextChange(t *testing.T) {
	office, table := Hours{Week: OfficeHours(true)}, holidays(t)
	for at, want := range map[string]string{
		"2026-11-23 06:00": "2026-11-23 08:30",
		"2026-11-23 10:00": "2026-11-23 12:00",
		"2026-11-23 12:30": "2026-11-23 13:00",
		"2026-11-23 18:00": "2026-11-24 00:00",
		"2026-11-28 10:00": "2026-11-29 00:00",
	} {
		got := office.At(bangkokTime(t, at), table, "").NextChange()
		if !got.Equal(bangkokTime(t, want)) {
			t.Errorf("%s: got %v, want %s", at, got.In(Bangkok()), want)
		}
	}
}
