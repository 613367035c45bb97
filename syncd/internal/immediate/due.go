package immediate

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/thai"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Due is whether something that is to be looked at from time to time has to be.
type Due string

// The words.
const (
	Late  Due = "late"  // it was never looked at, or too long ago
	Soon  Due = "soon"  // it will be late within weeks
	Fresh Due = "fresh" // nothing is to be done
)

// Confirmed tells of a profile that was last confirmed on a day: it is late after
// a year, and soon after eleven months. The zero Date is never.
func Confirmed(on, today calendar.Date) Due {
	return dueAfter(on, monthsBefore(today, 12), monthsBefore(today, 11))
}

// Reviewed tells of a process that was last reviewed on a day: the Act's section 6
// has that done every five years, and in the last half year it is soon.
func Reviewed(on, today calendar.Date) Due {
	return dueAfter(on, monthsBefore(today, 60), monthsBefore(today, 54))
}

func monthsBefore(d calendar.Date, n int) calendar.Date {
	return calendar.DateOf(d.Start().AddDate(0, -n, 0))
}

func dueAfter(on, late, soon calendar.Date) Due {
	switch {
	case on.IsZero(), on.Before(late):
		return Late
	case on.Before(soon):
		return Soon
	}
	return Fresh
}

// Task is something that an officer is to look at.
type Task struct {
	ID     string
	Kind   corpus.Kind // AgencyFile, PointFile or ProcessFile
	Agency catalog.AgencyCode
	Name   catalog.Text
	On     calendar.Date // when it was last done; zero: never
	Due    Due

	found string // what is searched
}

// TaskFilter says what is wanted. Zero fields do not restrict.
type TaskFilter struct {
	Kind   corpus.Kind // AgencyFile, PointFile or ProcessFile
	Due    Due
	Agency catalog.AgencyCode
	Below  bool
	Text   string // words that a name or a code holds
	Offset int
	Limit  int
}

// Tasks are some of what an officer is to look at, with how many there are of
// each state among what the other fields of the filter let through.
type Tasks struct {
	List   []Task
	All    int
	Counts map[Due]int
}

// Tasks returns agencies, service points and processes that the officer may
// confirm or review: never done first, then the longest ago. Agencies that are
// retired and points that the public does not see are left out.
func (d *Desk) Tasks(by staff.Acting, f TaskFilter) (Tasks, error) {
	_, release, err := d.now()
	if err != nil {
		return Tasks{}, err
	}
	defer release()
	within, err := d.index.within(f.Agency, f.Below)
	if err != nil {
		return Tasks{}, err
	}
	out, words := Tasks{Counts: map[Due]int{}}, strings.Fields(thai.Normalize(f.Text))
	var list []Task
	d.index.tasks(by, calendar.DateOf(d.Now()), func(t Task, file string) {
		if f.Kind != "" && t.Kind != f.Kind || !within(t.Agency, file) || !holds(t.found, words) {
			return
		}
		if out.Counts[t.Due]++; f.Due == "" || t.Due == f.Due {
			list = append(list, t)
		}
	})
	slices.SortFunc(list, func(a, b Task) int {
		return cmp.Or(a.On.Compare(b.On), cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	out.All = len(list)
	out.List = list[min(f.Offset, len(list)):min(f.Offset+f.Limit, len(list))]
	return out, nil
}

// tasks gives all that an officer may confirm or review, with the file of each.
func (x *index) tasks(by staff.Acting, today calendar.Date, each func(t Task, file string)) {
	x.each(x.mayBy(by, rights.EditProfile), x.mayBy(by, rights.EditProcess), today, each)
}

// each gives what can be due of the agencies and points that are asked for.
func (x *index) each(profiles, processes func(catalog.AgencyCode, catalog.PointCode) bool, today calendar.Date, each func(t Task, file string)) {
	for _, a := range x.agencies {
		if !a.Retired && profiles(a.Code, "") {
			each(Task{string(a.Code), corpus.AgencyFile, a.Code, a.Name, a.ConfirmedOn, Confirmed(a.ConfirmedOn, today), a.found}, a.path)
		}
	}
	for _, p := range x.ordered.list {
		if (p.Status == catalog.Shown || p.Status == catalog.ClosedTemporarily) && profiles(p.Agency, p.Code) {
			each(Task{string(p.Code), corpus.PointFile, p.Agency, p.Name, p.ConfirmedOn, Confirmed(p.ConfirmedOn, today), p.found}, p.path)
		}
	}
	for _, w := range x.titled.list {
		if w.Kind == corpus.ProcessFile && processes(w.Agency, "") {
			each(Task{w.ID, corpus.ProcessFile, w.Agency, w.Title, w.ReviewedOn, Reviewed(w.ReviewedOn, today), w.found}, w.path)
		}
	}
}

// counted remembers how much is late for whom, of one content and day: every page
// shows it.
type counted struct {
	mu   sync.Mutex
	day  calendar.Date
	late map[string]int // by what an officer holds
}

func (c *counted) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.late = nil
}

// Overdue returns how much is late of what an officer is to confirm or review. Of
// who reaches the whole country it is 0: that is nobody's to do alone. So it is
// until the content has been read once, so that no page waits for a number.
func (d *Desk) Overdue(by staff.Acting) (int, error) {
	if _, everywhere := by.Range(rights.EditProfile); everywhere || !d.index.ready.Load() {
		return 0, nil
	}
	_, release, err := d.now()
	if err != nil {
		return 0, err
	}
	defer release()
	today, holds := calendar.DateOf(d.Now()), holding(by)
	c := &d.index.counted
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.late == nil || c.day != today {
		c.day, c.late = today, map[string]int{}
	}
	n, known := c.late[holds]
	if !known {
		d.index.tasks(by, today, func(t Task, _ string) {
			if t.Due == Late {
				n++
			}
		})
		c.late[holds] = n
	}
	return n, nil
}

// holding is what an officer holds, as a word.
func holding(by staff.Acting) string {
	var b strings.Builder
	for _, g := range by.Grants {
		b.WriteString(string(g.Role) + " " + string(g.Scope.Agency) + " " + string(g.Scope.Point) + "\n")
	}
	return b.String()
}

// Turn is something that became due lately, or was never confirmed.
type Turn struct {
	Task
	Day calendar.Date // on which it became so; zero: nobody ever did it
}

// turnedFor is for how many days after something became due Turned tells of it: as
// long as a daemon may stand still without anybody missing a reminder.
const turnedFor = 30

// Turned returns what became due, or soon due, in the last days, and what nobody
// ever confirmed, of the whole country: for those who remind.
func (d *Desk) Turned() ([]Turn, error) {
	_, release, err := d.now()
	if err != nil {
		return nil, err
	}
	defer release()
	today := calendar.DateOf(d.Now())
	everyone := func(catalog.AgencyCode, catalog.PointCode) bool { return true }
	var out []Turn
	d.index.each(everyone, everyone, today, func(t Task, _ string) {
		switch day, turned := turnOf(t, today); {
		case t.On.IsZero():
			out = append(out, Turn{Task: t})
		case turned:
			out = append(out, Turn{t, day})
		}
	})
	return out, nil
}

// turnOf is the day on which something became what it is today, and false where
// that was long ago or it is fresh.
func turnOf(t Task, today calendar.Date) (day calendar.Date, turned bool) {
	of := Confirmed
	if t.Kind == corpus.ProcessFile {
		of = Reviewed
	}
	if t.Due == Fresh || of(t.On, today.AddDays(-turnedFor)) == t.Due {
		return day, false
	}
	day = today
	for of(t.On, day.AddDays(-1)) == t.Due {
		day = day.AddDays(-1)
	}
	return day, true
}
