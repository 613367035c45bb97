package licence

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
)

// table are the holidays that the deadlines of these tests are counted by.
func table(t testing.TB) Calendar {
	t.Helper()
	text, err := os.ReadFile("../calendar/testdata/holidays.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Holidays []calendar.Holiday }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return Calendar{Holidays: calendar.NewHolidays(file.Holidays), Province: "10"}
}

var october = calendar.Month{Year: 2026, Month: time.October}

func key(m calendar.Month) Key { return Key{"dlt-area5", "dlt-u3iddp", m} }

func TestWhatKeepsAReportFromBeingHandedIn(t *testing.T) {
	full := Figures{CarriedIn: 3, Received: 10, ApprovedOn: 6, ApprovedLate: 1, RejectedOn: 1, RejectedLate: 1, Returned: 1, Withdrawn: 1, PendingInTime: 1, PendingLate: 1, Letters: 2}
	without := func(change func(*Figures)) Figures { f := full; change(&f); return f }
	tests := []struct {
		name  string
		entry Entry
		field Field
		th    string
	}{
		{"in balance", Entry{Figures: full}, "", ""},
		{"letters are no part of the balance", Entry{Figures: without(func(f *Figures) { f.Letters = 99 })}, "", ""},
		{"one request is missing", Entry{Figures: without(func(f *Figures) { f.PendingLate = 0 })}, PendingInTime, "ยกมา 3 + รับใหม่ 10 = 13 แต่ผลรวมของช่องอื่นคือ 12 ยังขาดอีก 1 คำขอ"},
		{"two too many", Entry{Figures: without(func(f *Figures) { f.Received = 8 })}, PendingInTime, "เกินไป 2 คำขอ"},
		{"a number below 0", Entry{Figures: without(func(f *Figures) { f.Returned = -1 })}, Returned, "ติดลบไม่ได้"},
		{"a number beyond reason", Entry{Figures: without(func(f *Figures) { f.Received = Most + 1 })}, Received, "มากเกินไป"},
		{"nothing at all is not a statement", Entry{}, Received, "ไม่มีคำขอ"},
		{"the statement that there were none", Entry{Zero: true}, "", ""},
		{"the statement beside a number", Entry{Zero: true, Figures: Figures{CarriedIn: 2, PendingInTime: 2}}, CarriedIn, "แจ้งว่าไม่มีคำขอ แต่ช่อง “ยกมา”"},
		{"a note of many characters", Entry{Zero: true, Note: strings.Repeat("ก", MostNote+1)}, Note, "หมายเหตุ"},
		{"a note with a control character", Entry{Zero: true, Note: "a\x00b"}, Note, "หมายเหตุ"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wrong := test.entry.Check()
			if (test.field == "") != (len(wrong) == 0) {
				t.Fatalf("got %v", wrong)
			}
			if len(wrong) > 0 && (wrong[0].Field != test.field || !strings.Contains(wrong[0].What.TH, test.th) || wrong[0].What.EN == "") {
				t.Errorf("got %v", wrong[0])
			}
		})
	}
}

func TestTheRegisterOfDelaysIsHeldAgainstTheReport(t *testing.T) {
	late := Entry{Figures: Figures{Received: 2, PendingLate: 2, Letters: 1}}
	for name, test := range map[string]struct {
		cases Cases
		want  int
	}{
		"no register":               {Cases{}, 0},
		"both agree":                {Cases{Known: true, Open: 2, Letters: 1}, 0},
		"no case is open":           {Cases{Known: true, Letters: 1}, 1},
		"more letters than it says": {Cases{Known: true, Open: 1, Letters: 3}, 1},
		"nothing agrees":            {Cases{Known: true}, 2},
	} {
		if got := late.Doubts(test.cases); len(got) != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestTheShareOfDecisionsInTime(t *testing.T) {
	for want, f := range map[int]Figures{
		10000: {ApprovedOn: 5}, 0: {RejectedLate: 1}, 6667: {ApprovedOn: 1, RejectedOn: 1, ApprovedLate: 1}, 8571: {ApprovedOn: 6, ApprovedLate: 1},
	} {
		if got, ok := f.OnTime(); !ok || got != want {
			t.Errorf("%+v: got %d, want %d", f, got, want)
		}
	}
	if _, ok := (Figures{Received: 3, Returned: 3}).OnTime(); ok {
		t.Error("nothing was decided, and there is a share")
	}
}

func TestSumsOverPointsAndOverMonths(t *testing.T) {
	var first, second Sum
	first.Add(Entry{Figures: Figures{CarriedIn: 2, Received: 5, ApprovedOn: 4, PendingInTime: 3}})
	first.Add(Entry{Zero: true})
	second.Add(Entry{Figures: Figures{CarriedIn: 3, Received: 1, ApprovedOn: 2, PendingLate: 2}})
	got := first.Then(second)
	want := Sum{Figures{CarriedIn: 2, Received: 6, ApprovedOn: 6, PendingLate: 2}, 3, 1}
	if got != want || got.Missing() != 0 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if (Sum{}).Then(first) != first || first.Then(Sum{}) != first {
		t.Error("a month without reports changes a sum")
	}
}

// TestAnySequenceKeepsTheBalanceOverMonths has somebody report, correct and carry
// through at random. Each report is in balance, and each that was carried through
// begins with what the one before left.
func TestAnySequenceKeepsTheBalanceOverMonths(t *testing.T) {
	c := table(t)
	me := Hand{"o-1", Reporter}
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 8))
		months := calendar.Month{Year: 2025, Month: time.October}.MonthsTo(calendar.Month{Year: 2026, Month: time.September})
		reports := make([]Report, len(months))
		for i, m := range months {
			reports[i].Key = key(m)
		}
		for range 60 {
			i := rnd.IntN(len(months))
			now := c.Over(months[i]).Add(time.Hour)
			e := random(rnd, OpeningOf(reports, months[i]))
			filed, err := reports[i].HandIn(e, me, now, c)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			reports[i] = filed
			if rnd.IntN(4) == 0 {
				continue // it is not carried through
			}
			changed, stopped := Carry(filed.Filed.Pending(), reports[i+1:], "o-1", now)
			for _, r := range changed {
				if r.Filed.Cause != Carried {
					t.Fatalf("seed %d: %v", seed, r)
				}
				reports[index(months, r.Month)] = r
			}
			for _, s := range OutOfStep(reports[i:]) {
				if stopped.IsZero() || s.Month.Compare(stopped) < 0 {
					t.Fatalf("seed %d: %v does not begin with what %v left, and nothing stopped before %v", seed, s.Month, s.Before, stopped)
				}
			}
		}
		for _, r := range reports {
			if wrong := r.Filed.Check(); r.Filed.Version > 0 && len(wrong) > 0 {
				t.Fatalf("seed %d: %v: %v", seed, r.Month, wrong)
			}
		}
	}
}

func index(months []calendar.Month, m calendar.Month) int {
	return (m.Year-months[0].Year)*12 + int(m.Month-months[0].Month)
}

// random is an entry in balance.
func random(rnd *rand.Rand, o Opening) Entry {
	var e Entry
	e.CarriedIn = o.N
	if !o.Known {
		e.CarriedIn = rnd.IntN(5)
	}
	e.Received = rnd.IntN(20)
	left := e.In()
	for _, f := range []Field{ApprovedOn, ApprovedLate, RejectedOn, RejectedLate, Returned, Withdrawn, PendingLate} {
		n := rnd.IntN(left + 1)
		*e.Count(f) = n
		left -= n
	}
	e.PendingInTime = left
	e.Zero = e.Figures == (Figures{})
	return e
}

func TestACarryStopsWhereMoreWouldBeTakenThanIsPending(t *testing.T) {
	report := func(m int, f Figures) Report {
		return Report{Key: key(october.Add(m)), Filed: Filing{Entry: Entry{Figures: f}, Version: 1}}
	}
	following := []Report{
		report(1, Figures{CarriedIn: 5, ApprovedOn: 1, PendingInTime: 1, PendingLate: 3}),
		{Key: key(october.Add(2))},
		report(3, Figures{CarriedIn: 4, ApprovedOn: 3, PendingInTime: 1}),
	}
	changed, stopped := Carry(3, following, "o-1", time.Unix(1, 0))
	if len(changed) != 1 || changed[0].Filed.Figures != (Figures{CarriedIn: 3, ApprovedOn: 1, PendingLate: 2}) || stopped != october.Add(3) {
		t.Errorf("got %+v, stopped at %v", changed, stopped)
	}
	if changed, stopped := Carry(5, following, "o-1", time.Unix(1, 0)); len(changed) > 0 || !stopped.IsZero() {
		t.Errorf("nothing differs: got %+v, %v", changed, stopped)
	}
	if changed, _ := Carry(0, []Report{report(1, Figures{CarriedIn: 2, PendingInTime: 2})}, "o-1", time.Unix(1, 0)); len(changed) != 1 || !changed[0].Filed.Zero {
		t.Errorf("a month of which nothing is left states so: got %+v", changed)
	}
}
