package delay_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
)

// off are holidays of 2569, with one of the south alone.
var off = calendar.NewHolidays([]calendar.Holiday{
	{Date: on("2026-03-03"), NameTH: "วันมาฆบูชา", NameEN: "Makha Bucha Day"},
	{Date: on("2026-03-20"), NameTH: "วันฮารีรายอ", NameEN: "Hari Raya", Scope: []string{"94"}},
	{Date: on("2026-04-06"), NameTH: "วันจักรี", NameEN: "Chakri Day"},
	{Date: on("2026-04-13"), NameTH: "วันสงกรานต์", NameEN: "Songkran"},
	{Date: on("2026-04-14"), NameTH: "วันสงกรานต์", NameEN: "Songkran"},
	{Date: on("2026-04-15"), NameTH: "วันสงกรานต์", NameEN: "Songkran"},
})

func on(s string) calendar.Date {
	d, err := calendar.ParseISO(s)
	if err != nil {
		panic(err)
	}
	return d
}

func days(n int, unit string) catalog.Duration {
	return catalog.Duration{Value: n, Unit: catalog.TimeUnit(unit)}
}

func TestTheDueDateIsCountedAsTheCodeSays(t *testing.T) {
	tests := []struct {
		name     string
		complete string
		promised catalog.Duration
		province string
		want     string
	}{
		{"thirty days do not count the first", "2026-03-02", days(30, "day"), "", "2026-04-01"},
		{"days that end on a Saturday end on Monday", "2026-03-05", days(2, "day"), "", "2026-03-09"},
		{"days that end on a holiday end after the last of them", "2026-03-31", days(13, "day"), "", "2026-04-16"},
		{"working days leave holidays out", "2026-04-10", days(5, "working-day"), "", "2026-04-22"},
		{"working days from a holiday on", "2026-04-14", days(1, "working-day"), "", "2026-04-16"},
		{"a holiday of the province", "2026-03-19", days(1, "working-day"), "94", "2026-03-23"},
		{"and of another", "2026-03-19", days(1, "working-day"), "10", "2026-03-20"},
		{"a month has the same number of the day", "2026-03-02", days(1, "month"), "", "2026-04-02"},
		{"a month from the last of January", "2026-01-31", days(1, "month"), "", "2026-03-02"}, // 28 February is a Saturday
		{"a month from the last of February", "2026-02-28", days(1, "month"), "", "2026-03-31"},
		{"a month into one that is shorter", "2026-05-30", days(1, "month"), "", "2026-06-30"},
		{"a year from a leap day", "2024-02-29", days(1, "year"), "", "2025-02-28"},
		{"minutes end on the day", "2026-03-02", days(30, "minute"), "", "2026-03-02"},
		{"hours end on the day", "2026-03-02", days(4, "hour"), "", "2026-03-02"},
		{"hours of two days", "2026-03-04", days(48, "hour"), "", "2026-03-06"},
		{"minutes that were complete on a Sunday", "2026-03-01", days(30, "minute"), "", "2026-03-02"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := delay.DueOf(on(test.complete), test.promised, test.province, off)
			if d.Due != on(test.want) {
				t.Errorf("got %s (%s), want %s", d.Due, d.Explain("th"), test.want)
			}
		})
	}
}

func TestTheDueDateIsExplained(t *testing.T) {
	d := delay.DueOf(on("2026-03-31"), days(13, "day"), "", off)
	for lang, want := range map[string]string{
		"th": "เอกสารครบ 31 มี.ค. 2569 คู่มือกำหนด 13 วัน เริ่มนับวันถัดไป ครบกำหนด 13 เม.ย. 2569 ซึ่งตรงกับวันหยุด (วันสงกรานต์) จึงเลื่อนเป็นวันทำการถัดไป 16 เม.ย. 2569",
		"en": "The papers were complete on 31 Mar 2026 and the manual gives 13 days. Counted from the day after, the time ends on 13 Apr 2026, which is a holiday (Songkran). It moves to the next working day, 16 Apr 2026.",
	} {
		if got := d.Explain(lang); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if got := delay.DueOf(on("2026-03-05"), days(2, "day"), "", off).Explain("th"); !strings.Contains(got, "ตรงกับวันเสาร์ จึงเลื่อน") {
		t.Errorf("got %s", got)
	}
	if got := delay.DueOf(on("2026-03-02"), days(1, "hour"), "", off).Explain("en"); got != "The papers were complete on 2 Mar 2026 and the manual gives 1 hour, so that it had to be done on 2 Mar 2026." {
		t.Errorf("got %s", got)
	}
}

// late is a case that was due on Wednesday 1 April 2569.
func late(t *testing.T) delay.Case {
	t.Helper()
	c, err := delay.Begin(delay.Case{Request: "123/2569", Filed: on("2026-03-02"), Complete: on("2026-03-02"), Promised: days(30, "day")}, on("2026-03-02"), off)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func letter(number, date string) delay.Letter {
	return delay.Letter{Number: number, Date: on(date), Reason: delay.Volume, Expected: on(date).AddDays(10)}
}

// written is a case with letters of some days; # behind a day makes one of another
// number.
func written(t *testing.T, dates ...string) delay.Case {
	t.Helper()
	c := late(t)
	for _, date := range dates {
		var err error
		day := strings.TrimRight(date, "#")
		if c, err = c.Write(letter("คค 1/"+date, day), on(day)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestALetterIsDueEverySevenDays(t *testing.T) {
	tests := []struct {
		name    string
		letters []string
		want    string
		missed  int
	}{
		{"the first a week after the time was over", nil, "2026-04-08", 0},
		{"the second moves behind the holiday", []string{"2026-04-08"}, "2026-04-16", 0},
		{"one that was early stands for its week", []string{"2026-04-02"}, "2026-04-16", 0},
		{"one that was a day late stands for its week", []string{"2026-04-09"}, "2026-04-16", 0},
		{"one that moved stands for its week", []string{"2026-04-08", "2026-04-16"}, "2026-04-22", 0},
		{"one after four weeks stands for those before", []string{"2026-04-29"}, "2026-05-06", 3},
		{"one four days before the fourth week is over stands for the three before", []string{"2026-04-25"}, "2026-04-29", 2},
		{"one a day late leaves the week that it is dated in its own", []string{"2026-04-09", "2026-04-10"}, "2026-04-22", 0},
		{"an office that is always a day late writes every week", []string{"2026-04-09", "2026-04-16", "2026-04-23"}, "2026-04-29", 0},
		{"two in the first week stand for it alone", []string{"2026-04-07", "2026-04-08"}, "2026-04-16", 0},
		{"two on one day stand for one", []string{"2026-04-08", "2026-04-08#"}, "2026-04-16", 0},
		{"five in the first week stand for it alone", []string{"2026-04-02", "2026-04-03", "2026-04-04", "2026-04-07", "2026-04-08"}, "2026-04-16", 0},
		{"further ones of a later week stand for it alone", []string{"2026-04-08", "2026-04-10", "2026-04-11", "2026-04-12"}, "2026-04-22", 0},
		{"further ones leave what is missed later to be told", []string{"2026-04-02", "2026-04-03", "2026-04-29"}, "2026-05-06", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			next, ok := written(t, test.letters...).NextLetter(off)
			if !ok || next.Day != on(test.want) || next.Missed != test.missed {
				t.Errorf("got %+v, want %s, %d missed", next, test.want, test.missed)
			}
		})
	}
}

func end(t *testing.T, c delay.Case, to delay.State, result delay.Result, day string) delay.Case {
	t.Helper()
	c, err := c.End(to, result, on(day), on(day))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheRedListOnEverySideOfEachDeadline(t *testing.T) {
	sent := func(c delay.Case, copied string) delay.Case {
		c, err := c.Send(len(c.Letters), delay.Post, c.Letters[len(c.Letters)-1].Date, on(copied), on(copied))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	finished := end(t, late(t), delay.Finished, delay.Granted, "2026-04-07")
	told, err := finished.Notify(delay.Post, on("2026-04-20"), on("2026-04-20"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		c    delay.Case
		day  string
		want delay.Alarm
	}{
		{"on the due day nothing is late", late(t), "2026-04-01", delay.NoAlarm},
		{"the day after nothing is to be done at once", late(t), "2026-04-02", delay.NoAlarm},
		{"three days before the letter it is soon", late(t), "2026-04-05", delay.LetterSoon},
		{"on the letter's day it is soon", late(t), "2026-04-08", delay.LetterSoon},
		{"the day after the case is on the red list", late(t), "2026-04-09", delay.LetterLate},
		{"with a letter it is not", sent(written(t, "2026-04-09"), "2026-04-09"), "2026-04-09", delay.NoAlarm},
		{"the moved day is not late", sent(written(t, "2026-04-08"), "2026-04-09"), "2026-04-16", delay.LetterSoon},
		{"the day after the moved day is", sent(written(t, "2026-04-08"), "2026-04-09"), "2026-04-17", delay.LetterLate},
		{"seven days without a copy are not late", written(t, "2026-04-08"), "2026-04-15", delay.LetterSoon},
		{"eight days without a copy are", written(t, "2026-04-08"), "2026-04-16", delay.UncopiedLate},
		{"on the last day of the notice nothing is late", finished, "2026-04-16", delay.NoAlarm}, // 14 April is Songkran
		{"the day after it is", finished, "2026-04-17", delay.NoticeLate},
		{"a notice that was late ends it", told, "2026-05-17", delay.NoAlarm},
		{"who withdrew is told nothing", end(t, late(t), delay.Withdrawn, "", "2026-04-07"), "2026-05-17", delay.NoAlarm},
		{"what was returned is told", end(t, late(t), delay.Returned, "", "2026-04-07"), "2026-05-17", delay.NoticeLate},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := test.c.Alarm(on(test.day), off)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			red := got == delay.LetterLate || got == delay.NoticeLate
			if wakes := test.c.WakesOn(off); red != (!wakes.IsZero() && !on(test.day).Before(wakes)) {
				t.Errorf("red is %v, and it wakes on %s", red, wakes)
			}
		})
	}
}

// fields are the fields that an error names, or the kind of another.
func fields(err error) string {
	var ps delay.Problems
	if errors.As(err, &ps) {
		var out []string
		for _, p := range ps {
			if p.What.TH == "" || p.What.EN == "" {
				return "a problem without words"
			}
			out = append(out, p.Field)
		}
		return strings.Join(out, " ")
	}
	var told *fault.Error
	if errors.As(err, &told) && told.What.TH != "" && told.What.EN != "" {
		return string(told.Kind)
	}
	if err != nil {
		return "an error without words"
	}
	return ""
}

func TestACaseBegins(t *testing.T) {
	good := delay.Case{Request: "123/2569", Filed: on("2026-03-01"), Complete: on("2026-03-02"), Promised: days(30, "day")}
	tests := []struct {
		name string
		edit func(*delay.Case)
		want string
	}{
		{"with all", func(*delay.Case) {}, ""},
		{"on the day of filing", func(c *delay.Case) { c.Filed = c.Complete }, ""},
		{"today", func(c *delay.Case) { c.Filed, c.Complete = on("2026-04-09"), on("2026-04-09") }, ""},
		{"not tomorrow", func(c *delay.Case) { c.Complete = on("2026-04-10") }, "complete"},
		{"not complete before it was filed", func(c *delay.Case) { c.Complete = on("2026-02-28") }, "complete"},
		{"not without days", func(c *delay.Case) { c.Filed, c.Complete = calendar.Date{}, calendar.Date{} }, "filed complete"},
		{"not without a number", func(c *delay.Case) { c.Request = "" }, "request"},
		{"not with a number of two lines", func(c *delay.Case) { c.Request = "1\n2" }, "request"},
		{"not with a number that is too long", func(c *delay.Case) { c.Request = strings.Repeat("ก", delay.LongestRequest+1) }, "request"},
		{"not without a promise", func(c *delay.Case) { c.Promised = catalog.Duration{} }, "manual"},
		{"not with a unit that there is not", func(c *delay.Case) { c.Promised.Unit = "fortnight" }, "manual"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := good
			test.edit(&c)
			got, err := delay.Begin(c, on("2026-04-09"), off)
			if fields(err) != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if err == nil && (got.State != delay.Open || got.Due.IsZero()) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestALetterIsWritten(t *testing.T) {
	tests := []struct {
		name  string
		c     func(*testing.T) delay.Case
		edit  func(*delay.Letter)
		today string
		want  string
	}{
		{"the day after the time was over", late, func(*delay.Letter) {}, "2026-04-02", ""},
		{"not on the last day of it", late, func(l *delay.Letter) { l.Date = on("2026-04-01") }, "2026-04-01", "conflict"},
		{"not dated before it was over", late, func(l *delay.Letter) { l.Date = on("2026-04-01") }, "2026-04-02", "date"},
		{"not dated tomorrow", late, func(l *delay.Letter) { l.Date = on("2026-04-03"); l.Expected = on("2026-04-03") }, "2026-04-02", "date"},
		{"expected on its own day", late, func(l *delay.Letter) { l.Expected = l.Date }, "2026-04-02", ""},
		{"not expected before", late, func(l *delay.Letter) { l.Expected = on("2026-04-01") }, "2026-04-02", "expected"},
		{"not without a number, a reason and a day", late, func(l *delay.Letter) { *l = delay.Letter{} }, "2026-04-02", "number date reason expected"},
		{"not for another reason without words", late, func(l *delay.Letter) { l.Reason = delay.Other }, "2026-04-02", "text"},
		{"for another reason with words", late, func(l *delay.Letter) { l.Reason, l.Text = delay.Other, "ย้ายสำนักงาน" }, "2026-04-02", ""},
		{"not with a text too long", late, func(l *delay.Letter) { l.Text = strings.Repeat("ก", 301) }, "2026-04-02", "text"},
		{"not with a number that is there", func(t *testing.T) delay.Case { return written(t, "2026-04-02") }, func(l *delay.Letter) { l.Number = "คค 1/2026-04-02" }, "2026-04-02", "number"},
		{"not dated before the one before", func(t *testing.T) delay.Case { return written(t, "2026-04-08") }, func(l *delay.Letter) { l.Date = on("2026-04-07") }, "2026-04-09", "date"},
		{"not once it is finished", func(t *testing.T) delay.Case { return end(t, late(t), delay.Finished, delay.Granted, "2026-04-02") }, func(*delay.Letter) {}, "2026-04-02", "conflict"},
		{"not once it is returned", func(t *testing.T) delay.Case { return end(t, late(t), delay.Returned, "", "2026-04-02") }, func(*delay.Letter) {}, "2026-04-02", "conflict"},
		{"not once it is withdrawn", func(t *testing.T) delay.Case { return end(t, late(t), delay.Withdrawn, "", "2026-04-02") }, func(*delay.Letter) {}, "2026-04-02", "conflict"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := test.c(t)
			before := len(c.Letters)
			l := letter("คค 2/1", "2026-04-02")
			test.edit(&l)
			got, err := c.Write(l, on(test.today))
			if fields(err) != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if err == nil && got.Letters[len(got.Letters)-1].Seq != before+1 || len(c.Letters) != before {
				t.Errorf("the case has %+v", got.Letters)
			}
		})
	}
}

func TestALetterIsSent(t *testing.T) {
	tests := []struct {
		name         string
		seq          int
		way          delay.Way
		sent, copied string
		want         string
	}{
		{"on its day", 1, delay.Post, "2026-04-08", "2026-04-08", ""},
		{"the copy alone", 1, "", "", "2026-04-09", ""},
		{"not nothing", 1, delay.Post, "", "", "sent"},
		{"not without a way", 1, "", "2026-04-08", "", "way"},
		{"not by pigeon", 1, "pigeon", "2026-04-08", "", "way"},
		{"not before its day", 1, delay.Post, "2026-04-07", "2026-04-07", "sent copied"},
		{"not tomorrow", 1, delay.Post, "2026-04-10", "2026-04-10", "sent copied"},
		{"not one that is not there", 2, delay.Post, "2026-04-08", "", "not found"},
		{"not the one before the first", 0, delay.Post, "2026-04-08", "", "not found"},
	}
	day := func(s string) (d calendar.Date) {
		if s != "" {
			d = on(s)
		}
		return d
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := written(t, "2026-04-08")
			got, err := c.Send(test.seq, test.way, day(test.sent), day(test.copied), on("2026-04-09"))
			if fields(err) != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if err == nil && got.Letters[0].Copied != day(test.copied) || !c.Letters[0].Copied.IsZero() {
				t.Errorf("got %+v", got.Letters)
			}
		})
	}
}

func TestACaseEndsOnce(t *testing.T) {
	states := map[string]func(*testing.T) delay.Case{
		"open":      func(t *testing.T) delay.Case { return written(t, "2026-04-08") },
		"finished":  func(t *testing.T) delay.Case { return end(t, late(t), delay.Finished, delay.Granted, "2026-04-08") },
		"returned":  func(t *testing.T) delay.Case { return end(t, late(t), delay.Returned, "", "2026-04-08") },
		"withdrawn": func(t *testing.T) delay.Case { return end(t, late(t), delay.Withdrawn, "", "2026-04-08") },
	}
	tests := []struct {
		name   string
		to     delay.State
		result delay.Result
		on     string
		want   string
	}{
		{"granted", delay.Finished, delay.Granted, "2026-04-09", ""},
		{"refused", delay.Finished, delay.Refused, "2026-04-09", ""},
		{"on the day of the last letter", delay.Finished, delay.Granted, "2026-04-08", ""},
		{"not before it", delay.Finished, delay.Granted, "2026-04-07", "ended"},
		{"not tomorrow", delay.Finished, delay.Granted, "2026-04-10", "ended"},
		{"not without a result", delay.Finished, "", "2026-04-09", "result"},
		{"returned", delay.Returned, "", "2026-04-09", ""},
		{"withdrawn", delay.Withdrawn, "", "2026-04-09", ""},
		{"not open", delay.Open, "", "2026-04-09", "state"},
		{"not to what there is not", "lost", "", "2026-04-09", "state"},
	}
	for name, in := range states {
		for _, test := range tests {
			t.Run(name+" "+test.name, func(t *testing.T) {
				want := test.want
				if name != "open" {
					want = "conflict"
				}
				got, err := in(t).End(test.to, test.result, on(test.on), on("2026-04-09"))
				if fields(err) != want {
					t.Errorf("got %v, want %q", err, want)
				}
				if err == nil && (got.State != test.to || got.Result != test.result && test.to == delay.Finished) {
					t.Errorf("got %+v", got)
				}
			})
		}
	}
}

func TestTheResultIsTold(t *testing.T) {
	finished := func(t *testing.T) delay.Case { return end(t, late(t), delay.Finished, delay.Granted, "2026-04-07") }
	tests := []struct {
		name string
		c    func(*testing.T) delay.Case
		way  delay.Way
		on   string
		want string
	}{
		{"on the day", finished, delay.Post, "2026-04-07", ""},
		{"on the last day", finished, delay.Post, "2026-04-16", ""},
		{"late is noted all the same", finished, delay.Post, "2026-04-17", ""},
		{"not before the end", finished, delay.Post, "2026-04-06", "notified"},
		{"not tomorrow", finished, delay.Post, "2026-04-21", "notified"},
		{"not without a way", finished, "", "2026-04-07", "way"},
		{"not while it is open", late, delay.Post, "2026-04-07", "conflict"},
		{"not of what was withdrawn", func(t *testing.T) delay.Case { return end(t, late(t), delay.Withdrawn, "", "2026-04-07") }, delay.Post, "2026-04-07", "conflict"},
		{"of what was returned", func(t *testing.T) delay.Case { return end(t, late(t), delay.Returned, "", "2026-04-07") }, delay.Email, "2026-04-07", ""},
		{"not twice", func(t *testing.T) delay.Case {
			c, err := finished(t).Notify(delay.Post, on("2026-04-07"), on("2026-04-07"))
			if err != nil {
				t.Fatal(err)
			}
			return c
		}, delay.Post, "2026-04-08", "conflict"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := test.c(t).Notify(test.way, on(test.on), on("2026-04-20")); fields(err) != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestEachWordHasANameInBothLanguages(t *testing.T) {
	var names []fault.Text
	for _, v := range delay.States() {
		names = append(names, v.Name())
	}
	for _, v := range delay.Results() {
		names = append(names, v.Name())
	}
	for _, v := range delay.Reasons() {
		names = append(names, v.Name())
	}
	for _, v := range delay.Ways() {
		names = append(names, v.Name())
	}
	for i, n := range names {
		if n.TH == "" || n.EN == "" {
			t.Errorf("word %d has no name", i)
		}
	}
}

func TestHowLongARequestIsLate(t *testing.T) {
	if got := late(t).Since(on("2026-04-09")); got != 8 {
		t.Errorf("an open one: got %d", got)
	}
	if got := end(t, late(t), delay.Returned, "", "2026-04-07").Since(on("2026-05-09")); got != 6 {
		t.Errorf("one that is over: got %d", got)
	}
	if c := late(t); c.Late(on("2026-04-01")) || !c.Late(on("2026-04-02")) || c.Since(on("2026-03-05")) != 0 {
		t.Error("it is late after the due date, and not before")
	}
}

func TestActingLeavesTheCaseThatWasGiven(t *testing.T) {
	c := written(t, "2026-04-08")
	was := c
	was.Letters = append([]delay.Letter{}, c.Letters...)
	c.Write(letter("x", "2026-04-09"), on("2026-04-09"))
	c.Send(1, delay.Post, on("2026-04-09"), on("2026-04-09"), on("2026-04-09"))
	c.End(delay.Finished, delay.Granted, on("2026-04-09"), on("2026-04-09"))
	if !reflect.DeepEqual(c, was) {
		t.Errorf("got %+v, want %+v", c, was)
	}
}
