// Package answerstest holds what every answers.Store promises, as tests that any
// store runs. Only tests import it.
package answerstest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Run tests a store. open returns an empty one, for one test.
func Run(t *testing.T, open func(testing.TB) answers.Store) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Book)
	}{
		{"an answer is kept once", once},
		{"many are kept in one statement and in several", many},
		{"answers are numbered in the order of receipt", numbered},
		{"two transactions at once keep each answer once", atOnce},
		{"what is put aside is there once", asides},
		{"versions of question sets", forms},
		{"devices", devices},
		{"comments are found, tagged and emptied", comments},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, Book{t, open(t)}) })
	}
}

// Book asks a store for one thing at a time, and fails the test when that fails.
type Book struct {
	T     testing.TB
	Store answers.Store
}

// Write runs one transaction that has to succeed.
func (b Book) Write(do func(answers.Records) error) {
	b.T.Helper()
	if err := b.Store.Write(context.Background(), do); err != nil {
		b.T.Fatal(err)
	}
}

// Read returns what one reading transaction finds.
func Read[V any](b Book, do func(answers.Records) (V, error)) (v V) {
	b.T.Helper()
	if err := b.Store.Read(context.Background(), func(r answers.Records) (err error) { v, err = do(r); return err }); err != nil {
		b.T.Fatal(err)
	}
	return v
}

// Same fails the test where two values differ.
func (b Book) Same(what string, got, want any) {
	b.T.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.T.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var today = calendar.NewDate(2026, time.November, 26)

// Answer is the n-th answer, with a comment when n is even.
func Answer(n int) *answers.Answer {
	id := fmt.Sprintf("0190a1b2-c3d4-7000-8000-%012x", n)
	a := &answers.Answer{ID: id, Digest: sha256.Sum256([]byte(id)), Form: "satisfaction-1", Point: catalog.PointCode(fmt.Sprintf("dlt-p%d", n%3)), Procedure: "dlt-7f3k5q",
		Channel: "counter", Day: today.AddDays(-n % 40), Received: today, Picks: survey.Picks{"q1": fmt.Sprint(1 + n%5), "q6": "same"}}
	if n%2 == 0 {
		a.Picks["q12"] = survey.Wrote
		a.Comments = []survey.Comment{{Question: "q12", Text: fmt.Sprintf("ข้อความที่ %d 100%%", n)}}
	}
	return a
}

func list(from, to int) (out []*answers.Answer) {
	for n := from; n < to; n++ {
		out = append(out, Answer(n))
	}
	return out
}

func (b Book) take(list ...*answers.Answer) (out []answers.Taken) {
	b.T.Helper()
	b.Write(func(r answers.Records) (err error) { out, err = r.Take(list); return err })
	return out
}

func (b Book) all() []answers.Answer {
	b.T.Helper()
	return Read(b, func(r answers.Records) ([]answers.Answer, error) { return r.After(0, 10_000) })
}

func once(_ *testing.T, b Book) {
	first, other := Answer(2), Answer(2)
	other.Digest[0]++
	b.Same("taken", b.take(first), []answers.Taken{answers.Fresh})
	b.Same("taken again", b.take(Answer(2), Answer(3)), []answers.Taken{answers.Same, answers.Fresh})
	b.Same("taken with other bytes", b.take(other), []answers.Taken{answers.Differ})
	want := *first
	want.Comments = nil
	got := b.all()
	b.Same("how many", len(got), 2)
	b.Same("the first", got[0], want)
}

func many(_ *testing.T, b Book) {
	for _, taken := range b.take(list(0, 163)...) {
		b.Same("taken", taken, answers.Fresh)
	}
	b.Same("how many", len(b.all()), 163)
}

func numbered(_ *testing.T, b Book) {
	b.take(list(0, 61)...)
	b.take(list(60, 75)...)
	last, n := int64(0), 0
	for _, a := range b.all() {
		if a.Seq <= last || a.ID != Answer(n).ID {
			b.T.Errorf("%s has the number %d behind %d", a.ID, a.Seq, last)
		}
		last, n = a.Seq, n+1
	}
	rest := Read(b, func(r answers.Records) ([]answers.Answer, error) { return r.After(last-2, 1) })
	b.Same("the last but one", rest[0].ID, Answer(73).ID)
}

func atOnce(_ *testing.T, b Book) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	count := map[answers.Taken]int{}
	for range 4 {
		wg.Go(func() {
			for n := range 10 {
				var taken []answers.Taken
				err := b.Store.Write(context.Background(), func(r answers.Records) (err error) { taken, err = r.Take(list(n, n+3)); return err })
				if err != nil {
					b.T.Error(err)
					return
				}
				mu.Lock()
				for _, v := range taken {
					count[v]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	b.Same("taken", count, map[answers.Taken]int{answers.Fresh: 12, answers.Same: 4*30 - 12})
}

func asides(_ *testing.T, b Book) {
	a := answers.Aside{ID: "aa", Answer: Answer(1).ID, Code: "bad-json", Point: "dlt-p1", Body: "{…", Day: today}
	old := answers.Aside{ID: "bb", Code: "bad-id", Body: "x", Day: today.AddDays(-400)}
	for range 2 {
		b.Write(func(r answers.Records) error { return errors.Join(r.SetAside(a), r.SetAside(old)) })
	}
	b.Same("how many", Read(b, func(r answers.Records) (int, error) { return r.CountAsides() }), 2)
	got := Read(b, func(r answers.Records) ([]answers.Aside, error) { return r.Asides(trail.Page{}) })
	b.Same("what", got, []answers.Aside{a, old})
	b.Write(func(r answers.Records) error { _, err := r.Redact(today.AddDays(-365)); return err })
	b.Same("after a year", Read(b, func(r answers.Records) ([]answers.Aside, error) { return r.Asides(trail.Page{}) }), []answers.Aside{a})
}

func forms(_ *testing.T, b Book) {
	set := func(th string) *catalog.Survey {
		return &catalog.Survey{ID: "satisfaction-1", Title: catalog.Text{TH: th}, Questions: []catalog.Question{{Code: "q1", Kind: "scale", Required: true}}}
	}
	first, second := answers.Form{Survey: set("หนึ่ง"), Version: 1, Seen: today}, answers.Form{Survey: set("สอง"), Version: 2, Seen: today}
	b.Write(func(r answers.Records) error {
		return errors.Join(r.PutForm(second), r.PutForm(first), r.PutForm(first))
	})
	b.Same("versions", Read(b, func(r answers.Records) ([]answers.Form, error) { return r.Forms() }), []answers.Form{first, second})
}

func devices(_ *testing.T, b Book) {
	at := time.Date(2026, 11, 26, 3, 4, 5, 6000, time.UTC)
	d := answers.Device{ID: "d1", Agency: "dlt", Point: "dlt-p1", Name: "แท็บเล็ตช่อง 3", Code: sha256.Sum256([]byte("c")), CodeUntil: at, Made: at, MadeBy: "o-1"}
	other := answers.Device{ID: "d2", Agency: "dlt", Point: "dlt-p2", Name: "x", Made: at, MadeBy: "o-1"}
	b.Write(func(r answers.Records) error { return errors.Join(r.PutDevice(d), r.PutDevice(other)) })
	b.Same("by code", Read(b, func(r answers.Records) (answers.Device, error) { return r.DeviceOf(d.Code) }), d)
	d.Code, d.Token, d.Claimed, d.Contact, d.Pending, d.Taken = staff.Hash{}, sha256.Sum256([]byte("t")), at, at, 3, 4
	b.Write(func(r answers.Records) error { return r.PutDevice(d) })
	b.Same("by token", Read(b, func(r answers.Records) (answers.Device, error) { return r.DeviceWith(d.Token) }), d)
	b.Same("by id", Read(b, func(r answers.Records) (answers.Device, error) { return r.Device("d2") }), other)
	b.Same("of a point", Read(b, func(r answers.Records) ([]answers.Device, error) { return r.Devices([]catalog.PointCode{"dlt-p1"}) }), []answers.Device{d})
	b.Same("of all", len(Read(b, func(r answers.Records) ([]answers.Device, error) { return r.Devices(nil) })), 2)
	if err := b.Store.Read(context.Background(), func(r answers.Records) error { _, err := r.DeviceWith(staff.Hash{}); return err }); !errors.Is(err, fault.NotFound) {
		b.T.Errorf("a device without a token: got %v, want one of kind %q", err, fault.NotFound)
	}
	other.Token = d.Token
	if err := b.Store.Write(context.Background(), func(r answers.Records) error { return r.PutDevice(other) }); !errors.Is(err, fault.Conflict) {
		b.T.Errorf("a token twice: got %v, want one of kind %q", err, fault.Conflict)
	}
}

func comments(_ *testing.T, b Book) {
	b.take(list(0, 40)...)
	find := func(f answers.CommentFilter) []answers.Comment {
		return Read(b, func(r answers.Records) ([]answers.Comment, error) { return r.Comments(f) })
	}
	all := find(answers.CommentFilter{})
	b.Same("how many", len(all), 20)
	b.Same("the newest", all[0].Text, "ข้อความที่ 0 100%")
	b.Same("of a text", len(find(answers.CommentFilter{Text: "12 ที่"})), 1)
	b.Same("of a text with a sign of patterns", len(find(answers.CommentFilter{Text: "1_0%"})), 0)
	b.Same("of a point and days", len(find(answers.CommentFilter{Points: []catalog.PointCode{"dlt-p0"}, From: today.AddDays(-12), To: today})), 3)
	c := all[0]
	c.Tags, c.Read, c.ReadBy = []string{"ที่จอดรถ", "คำชม"}, time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC), "o-1"
	b.Write(func(r answers.Records) error { return r.PutComment(c) })
	b.Same("tagged", find(answers.CommentFilter{Tag: "คำชม"}), []answers.Comment{c})
	b.Same("by id", Read(b, func(r answers.Records) (answers.Comment, error) { return r.Comment(c.ID) }), c)
	b.Same("unread", len(find(answers.CommentFilter{Unread: true})), 19)
	var n int
	b.Write(func(r answers.Records) (err error) { n, err = r.Redact(today.AddDays(-20)); return err })
	b.Same("emptied", n, 9)
	b.Same("those that are left", len(find(answers.CommentFilter{})), 11)
	b.Same("answers", len(b.all()), 40)
}

// Fill keeps some of everything, in an odd text too.
func Fill(b Book) {
	b.T.Helper()
	odd := list(0, 3)
	odd[0].Comments[0].Text = "O'Brien <b> \\ \u2028 \"ขวัญ\"\n𝒳"
	b.take(odd...)
	b.Write(func(r answers.Records) error {
		return errors.Join(
			r.SetAside(answers.Aside{ID: "aa", Answer: Answer(1).ID, Code: "bad-json", Body: "{\n…", Day: today}),
			r.PutForm(answers.Form{Survey: &catalog.Survey{ID: "satisfaction-1", Questions: []catalog.Question{{Code: "q1", Kind: "scale"}}}, Version: 1, Seen: today}),
			r.PutDevice(answers.Device{ID: "d1", Agency: "dlt", Point: "dlt-p1", Name: "ช่อง 3", Token: sha256.Sum256([]byte("t")), Made: time.Unix(0, 0).UTC(), MadeBy: "o-1"}),
		)
	})
}

// Everything is all that a backup has to bring back.
type Everything struct {
	Answers  []answers.Answer
	Comments []answers.Comment
	Asides   []answers.Aside
	Forms    []answers.Form
	Devices  []answers.Device
}

// All reads everything.
func All(b Book) Everything {
	b.T.Helper()
	return Read(b, func(r answers.Records) (out Everything, err error) {
		var errs [5]error
		out.Answers, errs[0] = r.After(0, 1000)
		out.Comments, errs[1] = r.Comments(answers.CommentFilter{})
		out.Asides, errs[2] = r.Asides(trail.Page{})
		out.Forms, errs[3] = r.Forms()
		out.Devices, errs[4] = r.Devices(nil)
		return out, errors.Join(errs[:]...)
	})
}
