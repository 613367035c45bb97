package delay_test

import (
	"reflect"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
)

// told is a case of which the applicant was told that it ended.
func told(t *testing.T, c delay.Case, day string) delay.Case {
	t.Helper()
	c, err := c.Notify(delay.Post, on(day), on(day))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACaseIsOpenedAgainByWhomAndUntilWhen(t *testing.T) {
	// 7 April and seven days is the 14th, a holiday as the 15th: the 16th.
	states := map[string]func(*testing.T) delay.Case{
		"granted": func(t *testing.T) delay.Case { return end(t, late(t), delay.Finished, delay.Granted, "2026-04-07") },
		"refused": func(t *testing.T) delay.Case { return end(t, late(t), delay.Finished, delay.Refused, "2026-04-07") },
		"granted and told": func(t *testing.T) delay.Case {
			return told(t, end(t, late(t), delay.Finished, delay.Granted, "2026-04-07"), "2026-04-08")
		},
		"returned":  func(t *testing.T) delay.Case { return end(t, late(t), delay.Returned, "", "2026-04-07") },
		"withdrawn": func(t *testing.T) delay.Case { return end(t, late(t), delay.Withdrawn, "", "2026-04-07") },
	}
	tests := []struct {
		name  string
		role  catalog.Role
		today string
		why   string
		want  string
	}{
		{"by the point on the day", catalog.RolePoint, "2026-04-07", "ลงผลผิดเรื่อง", ""},
		{"by the point on the last day, which moved", catalog.RolePoint, "2026-04-16", "ลงผลผิดเรื่อง", ""},
		{"not by the point the day after", catalog.RolePoint, "2026-04-17", "ลงผลผิดเรื่อง", "conflict"},
		{"by a central officer within the days", catalog.RoleCentral, "2026-04-16", "ลงผลผิดเรื่อง", ""},
		{"by a central officer after them", catalog.RoleCentral, "2026-04-17", "ลงผลผิดเรื่อง", ""},
		{"by a central officer a year later", catalog.RoleCentral, "2027-04-17", "ลงผลผิดเรื่อง", ""},
		{"not by a central officer without a reason", catalog.RoleCentral, "2026-04-17", "", "why"},
		{"not with a reason of two lines", catalog.RolePoint, "2026-04-07", "ก\nข", "why"},
		{"not with a reason that is too long", catalog.RolePoint, "2026-04-07", strings.Repeat("ก", delay.LongestWhy+1), "why"},
		{"not in no role after the days", "", "2026-04-17", "ลงผลผิดเรื่อง", "conflict"},
	}
	for name, of := range states {
		for _, test := range tests {
			t.Run(name+" "+test.name, func(t *testing.T) {
				c := of(t)
				if by := c.ReopenBy(off); by != on("2026-04-16") {
					t.Errorf("the last day is %s", by)
				}
				got, err := c.Reopen(test.why, test.role, on(test.today), off)
				if fields(err) != test.want {
					t.Fatalf("got %v, want %q", err, test.want)
				}
				if err != nil {
					return
				}
				want := delay.Reopening{State: c.State, Ended: c.Ended, Result: c.Result, Notified: c.Notified, NoticeWay: c.NoticeWay, On: on(test.today), Role: test.role, Why: test.why}
				if len(got.Reopened) != 1 || got.Reopened[0] != want {
					t.Errorf("noted is %+v, want %+v", got.Reopened, want)
				}
				if got.Reopened = nil; !reflect.DeepEqual(got, late(t)) {
					t.Errorf("got %+v, want the case as it was before its end", got)
				}
			})
		}
	}
}

func TestAnOpenCaseIsNotOpenedAgain(t *testing.T) {
	for _, role := range []catalog.Role{catalog.RolePoint, catalog.RoleCentral} {
		if _, err := late(t).Reopen("เหตุ", role, on("2026-04-07"), off); fields(err) != "conflict" {
			t.Errorf("%s: got %v", role, err)
		}
	}
	if by := late(t).ReopenBy(off); !by.IsZero() {
		t.Errorf("it can be opened again by %s", by)
	}
	c := late(t)
	for range delay.MostReopens {
		var err error
		if c, err = end(t, c, delay.Returned, "", "2026-04-07").Reopen("เหตุ", catalog.RolePoint, on("2026-04-07"), off); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := end(t, c, delay.Returned, "", "2026-04-07").Reopen("เหตุ", catalog.RoleCentral, on("2026-04-07"), off); fields(err) != "conflict" {
		t.Errorf("opened again for ever: %v", err)
	}
}

func TestACaseThatWasOpenedAgainOwesItsLetters(t *testing.T) {
	c := end(t, written(t, "2026-04-08"), delay.Finished, delay.Granted, "2026-04-09")
	c, err := c.Reopen("ลงผลผิดเรื่อง", catalog.RoleCentral, on("2026-05-20"), off)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Alarm(on("2026-05-20"), off); got != delay.LetterLate {
		t.Errorf("got %q", got)
	}
	if wakes := c.WakesOn(off); wakes != on("2026-04-17") {
		t.Errorf("it is on the red list from %s on", wakes)
	}
	if c, err = c.Write(letter("คค 9", "2026-05-20"), on("2026-05-20")); err != nil {
		t.Fatal(err)
	}
	if next, _ := c.NextLetter(off); next.Day != on("2026-05-27") || next.Missed != 5 {
		t.Errorf("got %+v", next)
	}
	if end(t, c, delay.Finished, delay.Refused, "2026-05-21").State != delay.Finished {
		t.Error("it can not be ended again")
	}
}

func TestALetterIsCorrected(t *testing.T) {
	one := func(t *testing.T) delay.Case { return written(t, "2026-04-08") }
	sent := func(t *testing.T) delay.Case {
		c, err := one(t).Send(1, delay.Post, on("2026-04-08"), on("2026-04-09"), on("2026-04-09"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	text := func(l *delay.Letter) { l.Text = "รอประชุม" }
	copied := func(t *testing.T) delay.Case {
		c := one(t)
		c.Letters[0].Copied = on("2026-04-09")
		return c
	}
	again := func(t *testing.T) delay.Case {
		c := sent(t)
		l := c.Letters[0]
		l.Text = "รอ"
		c, err := c.Correct(1, l, "ตก", on("2026-04-10"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	tests := []struct {
		name string
		c    func(*testing.T) delay.Case
		seq  int
		edit func(*delay.Letter)
		why  string
		want string
	}{
		{"its words", one, 1, text, "พิมพ์ตกไป", ""},
		{"its date before it went out", one, 1, func(l *delay.Letter) { l.Date = on("2026-04-07") }, "ลงวันที่ผิด", ""},
		{"its number before it went out", one, 1, func(l *delay.Letter) { l.Number = "คค 7" }, "เลขผิด", ""},
		{"words of one that was sent", sent, 1, text, "พิมพ์ตกไป", ""},
		{"not the number of one that was sent", sent, 1, func(l *delay.Letter) { l.Number = "คค 7" }, "เลขผิด", "number"},
		{"not the number of one of which an edition was sent", again, 1, func(l *delay.Letter) { l.Number = "คค 7" }, "เลขผิด", "number"},
		{"not into one of a later week once it was sent", sent, 1, func(l *delay.Letter) { l.Date, l.Expected = on("2026-04-16"), on("2026-04-24") }, "วันที่", "date"},
		{"not into one of a later week once an edition was sent", again, 1, func(l *delay.Letter) { l.Date, l.Expected = on("2026-04-16"), on("2026-04-24") }, "วันที่", "date"},
		{"not into one of the day before once its copy was sent", copied, 1, func(l *delay.Letter) { l.Date = on("2026-04-07") }, "วันที่", "date"},
		{"not into one of another number and date once it was sent", sent, 1, func(l *delay.Letter) { l.Number, l.Date = "คค 7", on("2026-04-07") }, "ผิด", "number date"},
		{"not into one without number and date once it was sent", sent, 1, func(l *delay.Letter) { l.Number, l.Date = "", calendar.Date{} }, "ผิด", "number date"},
		{"not without a reason", one, 1, text, "", "why"},
		{"not for a reason too long", one, 1, text, strings.Repeat("ก", delay.LongestWhy+1), "why"},
		{"not into the same", one, 1, func(*delay.Letter) {}, "ไม่รู้", "text"},
		{"not into one dated tomorrow", one, 1, func(l *delay.Letter) { l.Date, l.Expected = on("2026-04-21"), on("2026-04-21") }, "วันที่", "date"},
		{"not into one dated before the time was over", one, 1, func(l *delay.Letter) { l.Date = on("2026-04-01") }, "วันที่", "date"},
		{"not into nothing", one, 1, func(l *delay.Letter) { *l = delay.Letter{Number: l.Number} }, "วันที่", "date reason expected"},
		{"not once a later one is there", func(t *testing.T) delay.Case { return written(t, "2026-04-08", "2026-04-16") }, 1, text, "พิมพ์ตกไป", "conflict"},
		{"the later one", func(t *testing.T) delay.Case { return written(t, "2026-04-08", "2026-04-16") }, 2, text, "พิมพ์ตกไป", ""},
		{"not into one dated before the one before", func(t *testing.T) delay.Case { return written(t, "2026-04-08", "2026-04-16") }, 2, func(l *delay.Letter) { l.Date = on("2026-04-07") }, "วันที่", "date"},
		{"not into one with the number of the one before", func(t *testing.T) delay.Case { return written(t, "2026-04-08", "2026-04-16") }, 2, func(l *delay.Letter) { l.Number = "คค 1/2026-04-08" }, "เลข", "number"},
		{"not once the case is over", func(t *testing.T) delay.Case { return end(t, one(t), delay.Finished, delay.Granted, "2026-04-09") }, 1, text, "พิมพ์ตกไป", "conflict"},
		{"not one that is not there", one, 2, text, "พิมพ์ตกไป", "not found"},
		{"not the one before the first", one, 0, text, "พิมพ์ตกไป", "not found"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := test.c(t)
			was := c.Letters[len(c.Letters)-1]
			l := was
			test.edit(&l)
			got, err := c.Correct(test.seq, l, test.why, on("2026-04-20"))
			if fields(err) != test.want {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if may := c.MayCorrect(test.seq); may == (test.want == "conflict" || test.want == "not found") {
				t.Errorf("it may be corrected: %v", may)
			}
			if err != nil {
				return
			}
			all := got.Editions(test.seq)
			if len(all) < 2 || all[1] != was {
				t.Fatalf("the editions are %+v", all)
			}
			is := all[0]
			if is.Edition != was.Edition+1 || is.Mended != on("2026-04-20") || is.Why != test.why || !is.Sent.IsZero() || !is.Copied.IsZero() || is.Way != "" {
				t.Errorf("got %+v", is)
			}
			if last := c.Letters[len(c.Letters)-1]; last != was {
				t.Error("the case that was given changed")
			}
		})
	}
}

func TestACorrectedLetterIsCopiedAnew(t *testing.T) {
	c := written(t, "2026-04-08")
	c, err := c.Send(1, delay.Post, on("2026-04-08"), on("2026-04-09"), on("2026-04-09"))
	if err != nil {
		t.Fatal(err)
	}
	l := c.Letters[0]
	l.Text = "รอประชุม"
	if c, err = c.Correct(1, l, "ตก", on("2026-04-10")); err != nil {
		t.Fatal(err)
	}
	over := end(t, c, delay.Withdrawn, "", "2026-04-10")
	if got := over.Alarm(on("2026-04-17"), off); got != delay.NoAlarm {
		t.Errorf("on the seventh day after the correction: got %q", got)
	}
	if got := over.Alarm(on("2026-04-18"), off); got != delay.UncopiedLate {
		t.Errorf("on the eighth: got %q", got)
	}
	for range delay.MostMends - 1 {
		l = c.Letters[0]
		l.Text += "."
		if c, err = c.Correct(1, l, "ตก", on("2026-04-10")); err != nil {
			t.Fatal(err)
		}
	}
	if l.Text += "."; len(c.Editions(1)) != delay.MostMends+1 {
		t.Errorf("there are %d editions", len(c.Editions(1)))
	}
	if _, err := c.Correct(1, l, "ตก", on("2026-04-10")); fields(err) != "conflict" {
		t.Errorf("corrected for ever: %v", err)
	}
	if c.Editions(0) != nil || c.Editions(2) != nil {
		t.Error("letters that are not there have editions")
	}
}
