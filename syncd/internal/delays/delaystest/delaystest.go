// Package delaystest holds what every delays.Store promises, as tests that any
// store runs. Only tests import it.
package delaystest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

// Run tests a store. open returns an empty one, for one test.
func Run(t *testing.T, open func(testing.TB) delays.Store) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Book)
	}{
		{"a case is kept with its letters and its applicant", kept},
		{"a version is kept once", versions},
		{"cases are found", found},
		{"of the cases of a request the open one is found, else the newest", ofOneRequest},
		{"an applicant is forgotten", forgotten},
		{"letters and late cases are counted", tallies},
		{"a command is carried out once", commands},
		{"what was mended is kept with what it was", mended},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, Book{t, open(t)}) })
	}
}

// Book asks a store for one thing at a time, and fails the test when that fails.
type Book struct {
	T     testing.TB
	Store delays.Store
}

// Write runs one transaction that has to succeed.
func (b Book) Write(do func(delays.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); err != nil {
		b.T.Fatal(err)
	}
}

// Read returns what one reading transaction finds.
func Read[V any](b Book, do func(delays.Records) (V, error)) (v V) {
	b.T.Helper()
	if err := b.Store.Read(context.Background(), func(r delays.Records) (err error) { v, err = do(r); return err }); err != nil {
		b.T.Fatal(err)
	}
	return v
}

// same fails the test where two values differ.
func same[V any](b Book, what string, got, want V) {
	b.T.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.T.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func day(s string) calendar.Date {
	d, err := calendar.ParseISO(s)
	if err != nil {
		panic(err)
	}
	return d
}

var opened = time.Date(2026, 4, 9, 3, 0, 0, 0, time.UTC)

func id(n int) string { return fmt.Sprintf("0190ca5c-0000-7000-8000-%012d", n) }

// Record is the n-th case, due on the n-th of April.
func Record(n int) delays.Record {
	return delays.Record{
		ID: id(n), Version: 1, Agency: "dlt", Point: catalog.PointCode(fmt.Sprintf("dlt-p%d", n%2)), Manual: "dlt-7f3k5q",
		Title: catalog.Text{TH: "ใบอนุญาต 100%", EN: "Licence"}, Revision: 3, Commit: "abc",
		Case: delay.Case{Request: fmt.Sprintf("คข. %d/2569", n), Filed: day("2026-03-02"), Complete: day("2026-03-02"), Promised: catalog.Duration{Value: 30, Unit: "day"},
			Due: calendar.NewDate(2026, time.April, n), Province: "10", State: delay.Open},
		Lookup: fmt.Sprintf("%032d", n), Code: []byte{1, 2, byte(n)}, Person: vault.Sealed{Key: []byte{3, 4}, Text: []byte{5, 6}},
		Wakes: calendar.NewDate(2026, time.April, n+8), Opened: opened, OpenedBy: "o-1",
	}
}

// Letter is a letter of a day.
func Letter(seq int, date string) delay.Letter {
	return delay.Letter{Seq: seq, Number: fmt.Sprintf("คค 1/%d", seq), Date: day(date), Reason: delay.Volume, Text: "มาก 100%_", Expected: day(date).AddDays(9), Signer: "นาย ก", Position: "ขนส่ง", Edition: 1}
}

func (b Book) put(list ...delays.Record) {
	b.T.Helper()
	b.Write(func(r delays.Records) error {
		for _, v := range list {
			if err := r.PutCase(v); err != nil {
				return err
			}
		}
		return nil
	})
}

// Fill keeps cases, one with a letter and one whose applicant was erased.
func Fill(b Book) {
	b.T.Helper()
	open, over := Record(1), Record(2)
	was := Letter(1, "2026-04-08")
	open.Case.Letters, open.Case.Replaced, open.Case.Reopened = []delay.Letter{again(was)}, []delay.Letter{was}, []delay.Reopening{Reopening("2026-04-09")}
	b.put(open, over)
	over.Case.State, over.Case.Ended, over.Wakes = delay.Returned, day("2026-04-05"), calendar.Date{}
	over.Version, over.Erased, over.Person = 2, opened, vault.Sealed{}
	b.put(over)
}

// Reopening is an end that was taken back on a day.
func Reopening(date string) delay.Reopening {
	return delay.Reopening{State: delay.Finished, Ended: day(date).AddDays(-1), Result: delay.Granted, Notified: day(date), NoticeWay: delay.Email, On: day(date), Role: catalog.RoleCentral, Why: "ลงผลผิด 100%_"}
}

// again is the next edition of a letter.
func again(l delay.Letter) delay.Letter {
	l.Edition, l.Mended, l.Why, l.Text = l.Edition+1, l.Date.AddDays(1), "พิมพ์ตก", l.Text+"กว่าเดิม"
	l.Way, l.Sent, l.Copied = "", calendar.Date{}, calendar.Date{}
	return l
}

// All returns all cases.
func All(b Book) []delays.Record {
	b.T.Helper()
	return Read(b, func(r delays.Records) ([]delays.Record, error) {
		return r.Cases(delays.Filter{Page: trail.Page{Limit: 1000}})
	})
}

func (b Book) get(id string) delays.Record {
	b.T.Helper()
	return Read(b, func(r delays.Records) (delays.Record, error) { return r.Case(id) })
}

func kept(t *testing.T, b Book) {
	v := Record(1)
	b.put(v, Record(2))
	same(b, "a new case", b.get(v.ID), v)
	v.Version, v.Case.Letters, v.Wakes = 2, []delay.Letter{Letter(1, "2026-04-08")}, day("2026-04-17")
	b.put(v)
	v.Case.Letters = append(v.Case.Letters, Letter(2, "2026-04-16"))
	v.Case.Letters[0].Way, v.Case.Letters[0].Sent, v.Case.Letters[0].Copied = delay.Post, day("2026-04-08"), day("2026-04-09")
	v.Version, v.Case.State, v.Case.Ended, v.Case.Result, v.Case.Notified, v.Case.NoticeWay, v.Wakes = 3, delay.Finished, day("2026-04-20"), delay.Granted, day("2026-04-21"), delay.Email, calendar.Date{}
	b.put(v)
	same(b, "a case that ended", b.get(v.ID), v)
	same(b, "by its look-up", Read(b, func(r delays.Records) (delays.Record, error) { return r.CaseAt(v.Lookup) }), v)
	same(b, "by its number", Read(b, func(r delays.Records) (delays.Record, error) {
		return r.CaseOf(v.Point, lookup.Normal("คข.๑/2569"))
	}), v)
	for name, ask := range map[string]func(delays.Records) error{
		"another id":                  func(r delays.Records) error { _, err := r.Case(id(9)); return err },
		"another look-up":             func(r delays.Records) error { _, err := r.CaseAt("x"); return err },
		"the number at another point": func(r delays.Records) error { _, err := r.CaseOf("dlt-p0", lookup.Normal(v.Case.Request)); return err },
	} {
		if err := b.Store.Read(t.Context(), ask); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func versions(t *testing.T, b Book) {
	v := Record(1)
	b.put(v)
	for name, version := range map[string]int{"the first again": 1, "one that skips one": 3} {
		again := v
		again.Version = version
		if err := b.Store.Write(t.Context(), func(r delays.Records) error { return r.PutCase(again) }); !errors.Is(err, fault.Conflict) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	same(b, "the case", b.get(v.ID), v)
}

func found(_ *testing.T, b Book) {
	one, two, three, four := Record(1), Record(2), Record(3), Record(4)
	two.Agency, two.Point = "excise", "excise-p1"
	three.Case.State, three.Case.Ended, three.Wakes = delay.Withdrawn, day("2026-04-05"), calendar.Date{}
	b.put(four, three, two, one)
	ids := func(f delays.Filter) (out []string) {
		b.T.Helper()
		list := Read(b, func(r delays.Records) ([]delays.Record, error) { return r.Cases(f) })
		n := Read(b, func(r delays.Records) (int, error) { return r.CountCases(f) })
		if f.Page == (trail.Page{}) && n != len(list) {
			b.T.Errorf("%+v: %d of %d", f, n, len(list))
		}
		for _, v := range list {
			out = append(out, v.ID)
		}
		return out
	}
	same(b, "all, the longest waiting first", ids(delays.Filter{}), []string{one.ID, two.ID, four.ID, three.ID})
	same(b, "a page", ids(delays.Filter{Page: trail.Page{Offset: 1, Limit: 2}}), []string{two.ID, four.ID})
	same(b, "of agencies", ids(delays.Filter{Agencies: []catalog.AgencyCode{"excise"}}), []string{two.ID})
	same(b, "of agencies or points", ids(delays.Filter{Agencies: []catalog.AgencyCode{"excise"}, Points: []catalog.PointCode{"dlt-p0"}}), []string{two.ID, four.ID})
	same(b, "of points", ids(delays.Filter{Points: []catalog.PointCode{"dlt-p1"}}), []string{one.ID, three.ID})
	same(b, "of nothing", ids(delays.Filter{Agencies: []catalog.AgencyCode{}, Points: []catalog.PointCode{}}), nil)
	same(b, "of one point among these", ids(delays.Filter{Agencies: []catalog.AgencyCode{"dlt"}, Point: "dlt-p1"}), []string{one.ID, three.ID})
	same(b, "of a state", ids(delays.Filter{States: []delay.State{delay.Withdrawn}}), []string{three.ID})
	same(b, "red today", ids(delays.Filter{Red: day("2026-04-10")}), []string{one.ID, two.ID})
	same(b, "by a part of the number", ids(delays.Filter{Request: lookup.Normal("ข. 4/")}), []string{four.ID})
	same(b, "by what looks like a pattern", ids(delays.Filter{Request: "%"}), nil)
	same(b, "in the order in which they were opened", ids(delays.Filter{ByID: true}), []string{one.ID, two.ID, three.ID, four.ID})
	same(b, "of these, those behind one", ids(delays.Filter{ByID: true, After: two.ID, Points: []catalog.PointCode{"dlt-p1", "dlt-p0"}}), []string{three.ID, four.ID})
	recent := Read(b, func(r delays.Records) ([]delays.Record, error) { return r.Recent(day("2026-04-06"), one.ID, 9) })
	same(b, "open or ended lately, behind one", recent, []delays.Record{two, four})
}

func ofOneRequest(_ *testing.T, b Book) {
	older, newer := Record(1), Record(3)
	newer.Case.Request, newer.Case.State, newer.Case.Ended, newer.Wakes = older.Case.Request, delay.Withdrawn, day("2026-04-05"), calendar.Date{}
	b.put(older, newer)
	of := func() delays.Record {
		return Read(b, func(r delays.Records) (delays.Record, error) {
			return r.CaseOf(older.Point, lookup.Normal(older.Case.Request))
		})
	}
	same(b, "the older is open", of(), older)
	older.Version, older.Case.State, older.Case.Ended, older.Wakes = 2, delay.Returned, day("2026-04-06"), calendar.Date{}
	b.put(older)
	same(b, "both are over", of(), newer)
	newer.Version, newer.Case.State, newer.Case.Ended, newer.Wakes = 2, delay.Open, calendar.Date{}, day("2026-04-11")
	b.put(newer)
	same(b, "the newer is open", of(), newer)
}

func forgotten(_ *testing.T, b Book) {
	open, over := Record(1), Record(2)
	over.Case.State, over.Case.Ended, over.Wakes = delay.Returned, day("2026-04-05"), calendar.Date{}
	b.put(open, over)
	remembered := func(before string) []delays.Record {
		return Read(b, func(r delays.Records) ([]delays.Record, error) { return r.Remembered(day(before), 9) })
	}
	same(b, "on the day", remembered("2026-04-05"), nil)
	same(b, "the day after", remembered("2026-04-06"), []delays.Record{over})
	over.Version, over.Erased, over.Person = 2, opened, vault.Sealed{}
	b.put(over)
	same(b, "what is left", b.get(over.ID), over)
	same(b, "none is remembered", remembered("2026-04-06"), nil)
	same(b, "the other", b.get(open.ID), open)
	b.Write(func(r delays.Records) error {
		return r.Record(trail.Entry{ID: id(7), At: opened, Action: "delay.erase"})
	})
}

func tallies(_ *testing.T, b Book) {
	one, two, three := Record(1), Record(2), Record(3)
	one.Case.Letters = []delay.Letter{Letter(1, "2026-04-08"), Letter(2, "2026-05-01"), Letter(3, "2026-05-31"), Letter(4, "2026-06-01")}
	three.Case.State, three.Case.Ended = delay.Withdrawn, day("2026-05-31")
	b.put(one, two, three)
	of := func(points []catalog.PointCode, from, to string) []delays.Tally {
		return Read(b, func(r delays.Records) ([]delays.Tally, error) {
			return r.Tallies(points, calendar.Period{From: day(from), To: day(to)})
		})
	}
	same(b, "of a month", of(nil, "2026-05-01", "2026-05-31"), []delays.Tally{
		{Point: "dlt-p0", Manual: "dlt-7f3k5q", Late: 1}, {Point: "dlt-p1", Manual: "dlt-7f3k5q", Letters: 2, Late: 1},
	})
	same(b, "of one point, before the end of a case", of([]catalog.PointCode{"dlt-p1"}, "2026-05-01", "2026-05-30"), []delays.Tally{{Point: "dlt-p1", Manual: "dlt-7f3k5q", Letters: 1, Late: 2}})
	same(b, "on the due day nothing is late", of(nil, "2026-03-01", "2026-04-01"), nil)
}

func commands(_ *testing.T, b Book) {
	done := func() bool { return Read(b, func(r delays.Records) (bool, error) { return r.Done("c1 k1") }) }
	same(b, "before", done(), false)
	b.Write(func(r delays.Records) error { return r.Did("c1 k1", id(1), opened) })
	same(b, "after", done(), true)
	b.Write(func(r delays.Records) error { return r.Did("c1 k2", id(1), opened.Add(31*24*time.Hour)) })
	same(b, "long after", done(), false)
}

func mended(_ *testing.T, b Book) {
	v, other := Record(1), Record(2)
	first, second := Letter(1, "2026-04-08"), Letter(2, "2026-04-16")
	first.Way, first.Sent, first.Copied = delay.Post, day("2026-04-08"), day("2026-04-09")
	v.Case.Letters, other.Case.Letters = []delay.Letter{first}, []delay.Letter{first}
	b.put(v, other)
	next := again(first)
	v.Version, v.Case.Letters, v.Case.Replaced = 2, []delay.Letter{next}, []delay.Letter{first}
	b.put(v)
	third := again(next)
	third.Number, third.Date, third.Reason, third.Expected, third.Signer, third.Position = "คค 9", day("2026-04-07"), delay.Other, day("2026-05-01"), "นาง ข", "รักษาการ"
	v.Version, v.Case.Letters, v.Case.Replaced = 3, []delay.Letter{third, second}, []delay.Letter{first, next}
	b.put(v)
	same(b, "a letter that was corrected twice", b.get(v.ID), v)
	v.Version, v.Case.State, v.Case.Ended, v.Wakes = 4, delay.Returned, day("2026-04-20"), calendar.Date{}
	b.put(v)
	v.Version, v.Case.State, v.Case.Ended, v.Wakes = 5, delay.Open, calendar.Date{}, day("2026-04-23")
	v.Case.Reopened = []delay.Reopening{{State: delay.Returned, Ended: day("2026-04-20"), On: day("2026-04-21"), Role: catalog.RolePoint, Why: "ผิดเรื่อง"}, Reopening("2026-04-22")}
	b.put(v)
	same(b, "a case that was opened again", b.get(v.ID), v)
	same(b, "the other", b.get(other.ID), other)
	same(b, "by the newest edition's day", Read(b, func(r delays.Records) ([]delays.Tally, error) {
		return r.Tallies([]catalog.PointCode{v.Point}, calendar.Period{From: day("2026-04-07"), To: day("2026-04-07")})
	}), []delays.Tally{{Point: v.Point, Manual: v.Manual, Letters: 1, Late: 1}})
	same(b, "it is not to be forgotten", Read(b, func(r delays.Records) ([]delays.Record, error) { return r.Remembered(day("2027-01-01"), 9) }), nil)
}
