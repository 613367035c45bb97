package licence

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

func clock(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s, calendar.Bangkok())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// October of 2026 is over on the 31st, and locks at the end of Friday 13 November.
// An unlock that is granted on Thursday 3 December ends with Monday the 14th.
const (
	during    = "2026-10-15 09:00:00"
	lastHour  = "2026-10-31 23:59:59"
	begins    = "2026-11-01 00:00:00"
	lastOpen  = "2026-11-13 23:59:59"
	locked    = "2026-11-14 00:00:00"
	granted   = "2026-12-03 10:00:00"
	lastGrace = "2026-12-14 23:59:59"
	lapsed    = "2026-12-15 00:00:00"
)

var good = Entry{Figures: Figures{Received: 4, ApprovedOn: 3, PendingInTime: 1}}

// made are reports as what happened to them made them.
func made(t testing.TB, name string) Report {
	t.Helper()
	r := Report{Key: key(october)}
	c := table(t)
	then := func(next Report, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r = next
	}
	steps := strings.Fields(name)
	if slices.Contains(steps, "filed") {
		then(r.HandIn(good, Hand{"reporter", Reporter}, clock(t, "2026-11-02 09:00:00"), c))
	}
	if slices.Contains(steps, "asked") {
		then(r.AskFor("u-1", "พบคำขอที่ตกหล่นสองคำขอ", Hand{"reporter", Reporter}, clock(t, "2026-12-01 09:00:00"), c))
	}
	if slices.Contains(steps, "granted") {
		then(r.Decide(true, "", Hand{"judge", Judge}, clock(t, granted), c))
	}
	if slices.Contains(steps, "refused") {
		then(r.Decide(false, "เหตุผลไม่เพียงพอ ระบุคำขอ", Hand{"judge", Judge}, clock(t, granted), c))
	}
	if slices.Contains(steps, "refiled") {
		then(r.HandIn(good, Hand{"reporter", Reporter}, clock(t, "2026-12-04 09:00:00"), c))
	}
	return r
}

// TestEveryTransition walks each record on each side of each deadline, and every
// part through every act.
func TestEveryTransition(t *testing.T) {
	c := table(t)
	tests := []struct {
		record, at string
		state      State
		may        string // acts that the parts whose they are can do
	}{
		{"new", "2026-09-30 23:59:59", Open, ""},
		{"new", during, Open, "save"},
		{"new", lastHour, Open, "save"},
		{"new", begins, Open, "save file"},
		{"new", lastOpen, Open, "save file"},
		{"new", locked, Locked, "ask"},
		{"filed", lastOpen, Submitted, "save file"},
		{"filed", locked, Locked, "ask"},
		{"filed asked", "2026-12-02 00:00:00", UnlockRequested, "grant refuse"},
		{"asked", "2027-03-02 00:00:00", UnlockRequested, "grant refuse"},
		{"filed asked refused", granted, Locked, "ask"},
		{"filed asked granted", granted, Unlocked, "save file"},
		{"filed asked granted", lastGrace, Unlocked, "save file"},
		{"filed asked granted", lapsed, Final, ""},
		{"asked granted", lastGrace, Unlocked, "save file"},
		{"asked granted", lapsed, Final, ""},
		{"asked granted", "2036-12-15 00:00:00", Final, ""},
		{"filed asked granted refiled", lastGrace, Locked, "ask"},
		{"filed asked granted refiled", lapsed, Locked, "ask"},
	}
	for _, test := range tests {
		t.Run(test.record+" at "+test.at, func(t *testing.T) {
			r, now := made(t, test.record), clock(t, test.at)
			if got := r.State(now, c); got != test.state {
				t.Fatalf("got %s, want %s", got, test.state)
			}
			for _, a := range Acts {
				for _, p := range Parts {
					mine, can := slices.Contains(may[a], p), slices.Contains(strings.Fields(test.may), string(a))
					err := r.Allowed(a, Hand{"o-" + catalog.OfficerID(p), p}, now, c)
					want := error(nil)
					switch {
					case !mine:
						want = fault.Forbidden
					case !can:
						want = fault.Conflict
					}
					if want == nil && err != nil || want != nil && !errors.Is(err, want) {
						t.Errorf("%s by the %s: got %v, want %v", a, p, err, want)
					}
					var told *fault.Error
					if err != nil && (!errors.As(err, &told) || told.What.TH == "" || told.What.EN == "" || told.Hint.TH == "" || told.Hint.EN == "") {
						t.Errorf("%s by the %s: %v does not say what to do", a, p, err)
					}
				}
			}
			s := r.Standing(now, c)
			for _, text := range []fault.Text{s.What, s.Next} {
				if text.TH == "" || text.EN == "" || strings.Contains(text.TH+text.EN, "%!") {
					t.Errorf("it stands: %+v", s)
				}
			}
			if !s.Until.IsZero() && !now.Before(s.Until) {
				t.Errorf("what is due was due at %v", s.Until)
			}
		})
	}
}

func TestNobodyDecidesOnARequestOfTheirOwn(t *testing.T) {
	r := made(t, "filed asked")
	for _, grant := range []bool{true, false} {
		if _, err := r.Decide(grant, "เหตุผลที่ยาวพอสมควร", Hand{"reporter", Judge}, clock(t, granted), table(t)); !errors.Is(err, fault.Forbidden) {
			t.Errorf("got %v", err)
		}
	}
}

func TestReasonsAreAskedFor(t *testing.T) {
	c, now := table(t), clock(t, granted)
	for name, text := range map[string]string{"none": "", "spaces": strings.Repeat(" ", 40), "a word": "แก้", "too many": strings.Repeat("ก", MostReason+1), "no text": "เหตุผลที่ยาวพอ\x00"} {
		if _, err := made(t, "filed").AskFor("u-1", text, Hand{"reporter", Reporter}, now, c); !errors.Is(err, fault.Invalid) {
			t.Errorf("a request with the reason %s: %v", name, err)
		}
		if _, err := made(t, "filed asked").Decide(false, text, Hand{"judge", Judge}, now, c); !errors.Is(err, fault.Invalid) {
			t.Errorf("a refusal with the reason %s: %v", name, err)
		}
	}
}

// TestTheClockAloneLocksAndLapses watches one report while time goes by.
func TestTheClockAloneLocksAndLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := table(t)
		start := clock(t, granted)
		time.Sleep(time.Until(start)) // the bubble's clock stands at the beginning of 2000
		r := made(t, "filed asked granted")
		time.Sleep(time.Until(r.Unlock.Until) - time.Nanosecond)
		if got := r.State(time.Now(), c); got != Unlocked {
			t.Errorf("in the last instant: %s", got)
		}
		time.Sleep(time.Nanosecond)
		if got := r.State(time.Now(), c); got != Final {
			t.Errorf("after it: %s", got)
		}
		if _, err := r.HandIn(good, Hand{"reporter", Reporter}, time.Now(), c); !errors.Is(err, fault.Conflict) {
			t.Errorf("handing in after it: %v", err)
		}
	})
}

func TestWhatIsWrittenDown(t *testing.T) {
	r := made(t, "filed asked granted refiled")
	if r.Filed.Version != 2 || r.Filed.Cause != Correction || r.Unlock.Used.IsZero() || r.Edition != 4 {
		t.Errorf("got %+v", r)
	}
	d, err := made(t, "filed").SaveDraft(Entry{Figures: Figures{Received: 9}}, Hand{"reporter", Reporter}, clock(t, lastOpen), table(t))
	if err != nil || d.Filed.Received != 4 || d.Shown().Received != 9 {
		t.Errorf("a draft of what was handed in: %+v, %v", d, err)
	}
}

func TestTheWordsForWhatIsDue(t *testing.T) {
	c := table(t)
	for _, test := range []struct{ record, at, want string }{
		{"new", begins, "ต้องส่งภายในสิ้นวันศุกร์ที่ 13 พฤศจิกายน 2569 ซึ่งเป็นวันทำการที่ 10 ของเดือนถัดไป"},
		{"new", during, "ส่งได้ตั้งแต่ 1 พ.ย. 2569 ถึงสิ้นวันศุกร์ที่ 13 พฤศจิกายน 2569"},
		{"new", locked, "ไม่ได้ส่งภายในสิ้นวันศุกร์ที่ 13 พฤศจิกายน 2569"},
		{"filed", locked, "ส่งแล้วเมื่อ 2 พ.ย. 2569 และล็อกตั้งแต่สิ้นวันศุกร์ที่ 13 พฤศจิกายน 2569"},
		{"filed asked granted", granted, "ต้องส่งภายในสิ้นวันจันทร์ที่ 14 ธันวาคม 2569 ซึ่งเป็นวันทำการที่ 5 หลังวันอนุมัติ"},
		{"filed asked granted", lapsed, "ขอปลดล็อกรายงานนี้อีกไม่ได้ ตัวเลขคงอยู่ตามที่ส่งไว้ล่าสุด"},
		{"asked granted", lapsed, "เดือนนี้จึงไม่มีรายงาน"},
		{"filed asked refused", granted, "คำขอปลดล็อกเมื่อ 1 ธ.ค. 2569 ไม่ได้รับอนุมัติเมื่อ 3 ธ.ค. 2569"},
	} {
		s := made(t, test.record).Standing(clock(t, test.at), c)
		if all := fmt.Sprint(s.What.TH, " ", s.Next.TH); !strings.Contains(all, test.want) {
			t.Errorf("%s at %s: %s", test.record, test.at, all)
		}
	}
	s := made(t, "filed asked granted").Standing(clock(t, granted), c)
	if got := s.Left(clock(t, granted)); got.TH != "เหลืออีก 11 วัน 14 ชั่วโมง" || got.EN != "11 days 14 hours left" {
		t.Errorf("left: %v", got)
	}
}
