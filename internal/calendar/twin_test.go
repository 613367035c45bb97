package calendar

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const twin = "../../themes/default/assets/js/hours.js"

type twinCase struct {
	Hours    Hours     `json:"hours"`
	Holidays []Holiday `json:"holidays"`
	Province string    `json:"province"`
	Now      int64     `json:"now"` // milliseconds, as browsers count
}

type twinAnswer struct {
	Day     string `json:"day"`
	Open    bool   `json:"open"`
	Until   int64  `json:"until"`
	OpensAt int64  `json:"opensAt"`
	Reason  Reason `json:"reason"`
	NameTH  string `json:"th"`
	NameEN  string `json:"en"`
	Thai    string `json:"thai"`
	English string `json:"english"`
	Next    int64  `json:"next"`
	Spans   []Span `json:"spans"`
}

// TestBrowserSaysTheSame asks hours.js and this package the same questions, on
// devices in three zones.
func TestBrowserSaysTheSame(t *testing.T) {
	cases := twinCases(rand.New(rand.NewPCG(2569, 11)), 4000)
	var want []twinAnswer
	for _, c := range cases {
		want = append(want, goAnswer(c))
	}
	checkSpread(t, want)
	for _, zone := range []string{"Asia/Bangkok", "America/St_Johns", "Pacific/Kiritimati"} {
		t.Run("on a device in "+zone, func(t *testing.T) {
			got := browserAnswers(t, zone, cases)
			for i := range cases {
				if diff := cmp.Diff(want[i], got[i]); diff != "" {
					question, _ := json.Marshal(cases[i])
					t.Fatalf("question %d: %s\n(-Go +browser)\n%s", i, question, diff)
				}
			}
		})
	}
}

// checkSpread guards the generator: answers of every kind must come up, or the
// comparison would prove little.
func checkSpread(t *testing.T, answers []twinAnswer) {
	t.Helper()
	count := map[Reason]int{}
	for _, a := range answers {
		count[a.Reason]++
	}
	for _, reason := range []Reason{"", AfterHours, LunchBreak, OtherBreak, Weekend, DayOff, OnHoliday, Closed, Unknown} {
		if count[reason] < 20 {
			t.Errorf("only %d answers with reason %q", count[reason], reason)
		}
	}
}

func goAnswer(c twinCase) twinAnswer {
	table := NewHolidays(c.Holidays)
	s := c.Hours.At(time.UnixMilli(c.Now), table, c.Province)
	return twinAnswer{
		Day: s.Day.ISO(), Open: s.Open, Until: millis(s.Until), OpensAt: millis(s.OpensAt),
		Reason: s.Reason, NameTH: s.NameTH, NameEN: s.NameEN,
		Thai: s.Sentence("th"), English: s.Sentence("en"), Next: millis(s.NextChange()),
		Spans: slices.Clip(append([]Span{}, c.Hours.On(s.Day, table, c.Province)...)),
	}
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func browserAnswers(t *testing.T, zone string, cases []twinCase) []twinAnswer {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is missing, and with it the proof that browsers say the same: install nodejs (18 or later)")
	}
	questions, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(node, driver(t))
	command.Env = append(os.Environ(), "TZ="+zone)
	command.Stdin = bytes.NewReader(questions)
	var trouble bytes.Buffer
	command.Stderr = &trouble
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &trouble)
	}
	var answers []twinAnswer
	if err := json.Unmarshal(output, &answers); err != nil || len(answers) != len(cases) {
		t.Fatalf("got %d answers, %v, want %d", len(answers), err, len(cases))
	}
	return answers
}

// driver puts the module beside its driver under a name that every node takes
// for a module.
func driver(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, source := range map[string]string{"hours.mjs": twin, "driver.mjs": "testdata/driver.mjs"} {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "driver.mjs")
}

func twinCases(random *rand.Rand, n int) []twinCase {
	cases := make([]twinCase, n)
	for i := range cases {
		base := NewDate(2026, time.January, 1+random.IntN(700))
		cases[i] = twinCase{
			Hours:    randomHours(random, base),
			Holidays: randomHolidays(random, base),
			Province: []string{"", "10", "94"}[random.IntN(3)],
			Now:      base.Start().UnixMilli() + randomMoment(random),
		}
	}
	return cases
}

// randomMoment is often a quarter of an hour sharp, where rules change, and
// often about noon, where offices have their break.
func randomMoment(random *rand.Rand) int64 {
	const quarter, quarters = 15 * 60 * 1000, 96
	switch random.IntN(4) {
	case 0:
		return int64(random.IntN(quarters)) * quarter
	case 1:
		return int64(46+random.IntN(8)) * quarter
	}
	return int64(random.IntN(quarters * quarter))
}

func randomHours(random *rand.Rand, base Date) Hours {
	hours := Hours{Always: random.IntN(8) == 0, OpenOnHolidays: random.IntN(4) == 0}
	switch random.IntN(6) {
	case 0:
	case 1:
		hours.Week = OfficeHours(true)
	case 2:
		hours.Week = OfficeHours(false)
	default:
		hours.Week = randomWeek(random)
	}
	for range random.IntN(3) {
		from := base.AddDays(random.IntN(30) - 15)
		c := Closure{From: from, To: from.AddDays(random.IntN(20)), TH: "ปรับปรุงอาคาร", EN: "Renovation"}
		switch random.IntN(8) {
		case 0:
			c.To = Date{}
		case 1:
			c.TH, c.EN = "", ""
		case 2:
			c.EN = ""
		case 3:
			c.To = from.AddDays(50 + random.IntN(30))
		}
		hours.Closures = append(hours.Closures, c)
	}
	return hours
}

func randomWeek(random *rand.Rand) Week {
	var week Week
	for _, day := range []*[]Span{&week.Mon, &week.Tue, &week.Wed, &week.Thu, &week.Fri, &week.Sat, &week.Sun} {
		switch random.IntN(4) {
		case 0:
		case 1:
			*day = []Span{{0, midnight}}
		default:
			for range random.IntN(4) {
				opens := TimeOfDay(random.IntN(95) * 15)
				closes := opens + TimeOfDay(1+random.IntN(24))*15
				*day = append(*day, Span{opens, min(closes, midnight)})
			}
		}
	}
	return week
}

func randomHolidays(random *rand.Rand, base Date) []Holiday {
	list := []Holiday{}
	for range random.IntN(12) {
		h := Holiday{Date: base.AddDays(random.IntN(20) - 2), NameTH: "วันสงกรานต์", NameEN: "Songkran Festival"}
		switch random.IntN(4) {
		case 0:
			h.Scope = []string{"90", "94"}
		case 1:
			h.NameTH, h.NameEN = "วันหยุดพิเศษ", ""
		}
		list = append(list, h)
	}
	return list
}
