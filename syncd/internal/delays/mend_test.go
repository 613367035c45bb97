package delays_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/staff"
)

// kindOf is the kind of an error that is told in both languages, or "yes".
func kindOf(err error) string {
	var told *fault.Error
	var ps delay.Problems
	switch {
	case err == nil:
		return "yes"
	case errors.As(err, &ps):
		return "invalid " + ps[0].Field
	case errors.As(err, &told) && told.What.TH != "" && told.What.EN != "":
		return string(told.Kind)
	}
	return err.Error()
}

// ended is a case that ended on 9 April: with the holidays its point may open it
// again until the 16th.
func (o *office) ended(request string) delays.Sheet {
	o.t.Helper()
	o.today = on("2026-04-09")
	s := o.begin(request)
	s, err := o.End(o.t.Context(), clerk, command(s), delay.Finished, delay.Granted, o.today)
	o.must(err)
	return s
}

func TestACaseIsOpenedAgainByEachRoleOnEachSideOfTheDay(t *testing.T) {
	o := open(t)
	roles := []struct {
		name        string
		by          staff.Acting
		soon, later string
		as          catalog.Role // in the trail when it is late
	}{
		{"an officer of the point", clerk, "yes", "conflict", ""},
		{"an officer of all points of the agency", person("o", grant(catalog.RolePoint, "dlt", "")), "yes", "conflict", ""},
		{"an officer of another point", person("o", grant(catalog.RolePoint, "dlt", "dlt-p2")), "not found", "not found", ""},
		{"the central officer of the agency", person("o", grant(catalog.RoleCentral, "dlt", "")), "yes", "yes", catalog.RoleCentral},
		{"the central officer of the ministry", person("o", grant(catalog.RoleCentral, "mot", "")), "yes", "yes", catalog.RoleCentral},
		{"one who is both", person("o", grant(catalog.RolePoint, "dlt", "dlt-p1"), grant(catalog.RoleCentral, "dlt", "")), "yes", "yes", catalog.RoleCentral},
		{"the central officer of an office below", person("o", grant(catalog.RoleCentral, "cmi", "")), "not found", "not found", ""},
		{"the central officer of another ministry", person("o", grant(catalog.RoleCentral, "moph", "")), "not found", "not found", ""},
		{"the OPDC", person("o", grant(catalog.RoleOPDC, "", "")), "forbidden", "forbidden", ""},
		{"the DGA", person("o", grant(catalog.RoleDGA, "", "")), "not found", "not found", ""},
		{"an author", person("o", grant(catalog.RoleAuthor, "dlt", "")), "not found", "not found", ""},
		{"a reviewer", person("o", grant(catalog.RoleReviewer, "dlt", "")), "not found", "not found", ""},
		{"nobody", person(""), "not found", "not found", ""},
	}
	for i, role := range roles {
		for day, want := range map[string]string{"2026-04-16": role.soon, "2026-04-17": role.later} {
			t.Run(role.name+" on "+day, func(t *testing.T) {
				s := o.ended(fmt.Sprint(day, " ", i))
				o.today = on(day)
				seen, err := o.Case(t.Context(), role.by, s.ID)
				if err == nil && seen.MayReopen != (want == "yes") {
					t.Errorf("it is offered: %v", seen.MayReopen)
				}
				got, err := o.Reopen(t.Context(), role.by, command(s), "ลงผลผิดเรื่อง")
				if kindOf(err) != want {
					t.Fatalf("got %v, want %s", err, want)
				}
				if err != nil {
					return
				}
				if got.Case.State != delay.Open || got.MayReopen || got.Alarm != delay.LetterLate {
					t.Errorf("got %+v", got)
				}
				entry := o.trail()[0]
				if entry.Action != delays.Undone || day == "2026-04-17" && entry.Role != role.as || !strings.Contains(entry.After, `"reopened":[{"state":"finished"`) || strings.Contains(entry.After, "ลงผลผิดเรื่อง") {
					t.Errorf("the trail says %+v", entry)
				}
			})
		}
	}
}

func TestACaseThatWasOpenedAgainIsOneThatNeverEnded(t *testing.T) {
	o := open(t)
	changes := 0
	o.Changed = func() { changes++ }
	s := o.ended("1/2569")
	code, err := lookup.ParseCode(s.Printed)
	o.must(err)
	central := person("o-central", grant(catalog.RoleCentral, "dlt", ""))
	o.today = s.Case.Ended.AddDays(lookup.KeptDays + 1)
	if _, found, _ := o.Look(t.Context(), "1/2569", code); found {
		t.Error("it is shown for ever")
	}
	s, err = o.Reopen(t.Context(), central, command(s), "ลงผลผิดเรื่อง")
	o.must(err)
	if changes != 3 {
		t.Errorf("the look-up was told %d times", changes)
	}
	r, found, err := o.Look(t.Context(), "1/2569", code)
	if err != nil || !found || r.State != "open" || !r.Ended.IsZero() {
		t.Errorf("the citizen sees %+v, %v, %v", r, found, err)
	}
	files, err := o.Shards(t.Context())
	o.must(err)
	keys := lookup.KeysOf("1/2569", code)
	if r, found, err := lookup.Find(files[lookup.Index{Bits: 0}.Name(keys)], keys); err != nil || !found || r.State != "open" {
		t.Errorf("the file says %+v, %v, %v", r, found, err)
	}
	again, err := o.Reopen(t.Context(), central, delays.Command{ID: s.ID, Version: s.Version - 1, Key: fmt.Sprint("k", s.Version-1)}, "ลงผลผิดเรื่อง")
	if err != nil || again.Version != s.Version || len(again.Case.Reopened) != 1 {
		t.Errorf("sent twice: %+v, %v", again.Case.Reopened, err)
	}
	o.today = o.today.AddDays(10 * o.KeptDays)
	if n, err := o.Forget(t.Context()); n != 0 || err != nil {
		t.Errorf("an open case was forgotten: %d, %v", n, err)
	}
	if red, err := o.List(t.Context(), clerk, delays.Question{Red: true}); err != nil || red.All != 1 {
		t.Errorf("the red list has %d, %v", red.All, err)
	}
	s, err = o.End(t.Context(), clerk, command(s), delay.Withdrawn, "", o.today)
	o.must(err)
	o.today = s.Case.Ended.AddDays(o.KeptDays + 1)
	if n, err := o.Forget(t.Context()); n != 1 || err != nil {
		t.Errorf("kept from its last end on: %d, %v", n, err)
	}
}

func TestACaseStaysOver(t *testing.T) {
	for name, test := range map[string]struct {
		before func(*office, delays.Sheet) delays.Sheet
		why    string
		want   string
	}{
		"where its applicant was erased": {func(o *office, s delays.Sheet) delays.Sheet {
			s, err := o.Erase(o.t.Context(), clerk, s.ID)
			o.must(err)
			return s
		}, "ผิดเรื่อง", "conflict"},
		"where its request was opened anew": {func(o *office, s delays.Sheet) delays.Sheet { o.begin(" ๑/2569"); return s }, "ผิดเรื่อง", "conflict"},
		"where an earlier case of its request was opened again": {func(o *office, first delays.Sheet) delays.Sheet {
			second := o.ended(" ๑/2569")
			_, err := o.Reopen(o.t.Context(), clerk, command(first), "ผิดเรื่อง")
			o.must(err)
			if _, err := o.Begin(o.t.Context(), clerk, o.new("1/2569")); kindOf(err) != "conflict" {
				o.t.Errorf("a third case beside the open one: got %v", err)
			}
			return second
		}, "ผิดเรื่อง", "conflict"},
		"without a reason":                    {func(_ *office, s delays.Sheet) delays.Sheet { return s }, "", "invalid why"},
		"for a reason that tells of a person": {func(_ *office, s delays.Sheet) delays.Sheet { return s }, "โทร 081-234-5678", "invalid why"},
		"in another version":                  {func(_ *office, s delays.Sheet) delays.Sheet { s.Version++; return s }, "ผิดเรื่อง", "conflict"},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			s := test.before(o, o.ended("1/2569"))
			if _, err := o.Reopen(t.Context(), clerk, command(s), test.why); kindOf(err) != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if is, err := o.Case(t.Context(), clerk, s.ID); err != nil || is.Case.State != delay.Finished || is.MayReopen != is.Erased.IsZero() {
				t.Errorf("got %+v, %v", is, err)
			}
		})
	}
}

func TestALetterIsCorrectedByWhoWritesIt(t *testing.T) {
	o := open(t)
	s := o.begin("1/2569")
	s, err := o.Write(t.Context(), clerk, command(s), letter("คค 1/1", o.today))
	o.must(err)
	s, err = o.Send(t.Context(), clerk, command(s), 1, delay.Post, o.today, o.today)
	o.must(err)
	right := letter("คค 1/1", o.today)
	right.Text = "รอประชุม"
	for name, test := range map[string]struct {
		by        staff.Acting
		text, why string
		want      string
	}{
		"the central officer of the agency": {person("o", grant(catalog.RoleCentral, "dlt", "")), "รอ", "ตก", "forbidden"},
		"the OPDC":                          {person("o", grant(catalog.RoleOPDC, "", "")), "รอ", "ตก", "forbidden"},
		"the DGA":                           {person("o", grant(catalog.RoleDGA, "", "")), "รอ", "ตก", "not found"},
		"an officer of another point":       {person("o", grant(catalog.RolePoint, "dlt", "dlt-p2")), "รอ", "ตก", "not found"},
		"a text that tells of a person":     {clerk, "โทร 081-234-5678", "ตก", "invalid text"},
		"a reason that tells of a person":   {clerk, "รอ", "บัตร 1-1017-00230-70-8", "invalid why"},
		"no reason":                         {clerk, "รอ", "", "invalid why"},
		"what is the same":                  {clerk, "", "ตก", "invalid text"},
	} {
		l := right
		l.Text = test.text
		if _, err := o.Correct(t.Context(), test.by, command(s), 1, l, test.why); kindOf(err) != test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
	o.today = o.today.AddDays(1)
	s, err = o.Correct(t.Context(), clerk, command(s), 1, right, "พิมพ์เหตุตกไป")
	o.must(err)
	if all := s.Case.Editions(1); len(all) != 2 || all[0].Text != "รอประชุม" || all[1].Text != "" || all[1].Sent.IsZero() || !all[0].Sent.IsZero() {
		t.Errorf("got %+v", all)
	}
	code, err := lookup.ParseCode(s.Printed)
	o.must(err)
	if r, _, err := o.Look(t.Context(), "1/2569", code); err != nil || len(r.Letters) != 1 || r.Letters[0].Text != "รอประชุม" {
		t.Errorf("the citizen sees %+v, %v", r, err)
	}
	if e := o.trail()[0]; e.Action != delays.Mended || !strings.Contains(e.After, `"edition":2}`) || strings.Contains(e.After, "รอประชุม") || strings.Contains(e.After, "พิมพ์เหตุตกไป") {
		t.Errorf("the trail says %+v", e)
	}
}

func TestTheTrailTellsNeitherTheNumberOfARequestNorWhatWasWritten(t *testing.T) {
	o := open(t)
	s := o.ended("ลับ-77/2569")
	s, err := o.Reopen(t.Context(), clerk, command(s), "ลับผิดเรื่อง")
	o.must(err)
	if s.Case.Reopened[0].Why != "ลับผิดเรื่อง" {
		t.Errorf("the case says %+v", s.Case.Reopened)
	}
	for _, e := range o.trail() {
		if strings.Contains(e.Before+e.After, "ลับ") || e.Subject != s.ID {
			t.Errorf("%s tells %s of %s", e.Action, e.After, e.Subject)
		}
		if delays.Shown(e.After) != e.After {
			t.Errorf("shown is %s, kept %s", delays.Shown(e.After), e.After)
		}
	}
	for kept, want := range map[string]string{
		"": "",
		`{"request":"ลับ-77/2569","manual":"m","revision":2}`:                                       `{"manual":"m","revision":2}`,
		`{"letters":[{"number":"1","edition":2,"why":"นาย ก ลืม"},{"number":"2"}],"manual":"m"}`:    `{"letters":[{"edition":2,"number":"1"},{"number":"2"}],"manual":"m"}`,
		`{"manual":"m","reopened":[{"on":"2026-04-09","why":"นาย ก ลืม"}],"request":"ลับ-77/2569"}`: `{"manual":"m","reopened":[{"on":"2026-04-09"}]}`,
		`{"letters":"นาย ก ลืม"}`:                                                                   "",
		`{"letters":null}`:                                                                          `{"letters":null}`,
		`{"manual":"m"}`:                                                                            `{"manual":"m"}`,
		`{"request":"ลับ-77`:                                                                        "",
		`"ลับ-77"`:                                                                                  "",
	} {
		got := delays.Shown(kept)
		if got != want || got != "" && !json.Valid([]byte(got)) {
			t.Errorf("of %s: got %s, want %s", kept, got, want)
		}
	}
}

func TestANumberOfARequestIsNotAPersons(t *testing.T) {
	o := open(t)
	tests := []struct{ name, request, want string }{
		{"a number of an office", "คข. 123/2569", "yes"},
		{"thirteen digits that check nothing", "1101700230700", "yes"},
		{"twenty digits, of which some thirteen check", "11017002307081234567", "yes"},
		{"a year and thirteen digits in groups of an office", "2569-110170-0230708", "yes"},
		{"ten digits that are a telephone's behind the letters of an office", "คข. 0812345678/2569", "yes"},
		{"a citizen's number", "1101700230708", "invalid request"},
		{"the same in Thai digits", "๑๑๐๑๗๐๐๒๓๐๗๐๘", "invalid request"},
		{"the same as on the card", "1-1017-00230-70-8", "invalid request"},
		{"the same with the year", "1101700230708/2569", "invalid request"},
		{"the same as on the card with the year", "คข. 1 1017 00230 70 8 / 2569", "invalid request"},
		{"the same in other groups", "110170-0230708", "invalid request"},
		{"a telephone alone", "081-234-5678", "invalid request"},
		{"an address for mail", "ก a@example.com", "invalid request"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := o.Begin(t.Context(), clerk, o.new(test.request)); kindOf(err) != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
