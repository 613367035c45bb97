package licence

import (
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Opening is what a report's carried-in has to be.
type Opening struct {
	Known bool           // an earlier report tells; false: it is the first, and its reporter says
	N     int            // how many requests were pending
	From  calendar.Month // the month that tells
}

// OpeningOf is the opening that the reports before a month give: what the latest
// of them left pending that was handed in. Earlier are of one point and process,
// in any order.
func OpeningOf(earlier []Report, m calendar.Month) (o Opening) {
	for _, r := range earlier {
		if r.Filed.Version > 0 && r.Month.Compare(m) < 0 && (!o.Known || r.Month.Compare(o.From) > 0) {
			o = Opening{true, r.Filed.Pending(), r.Month}
		}
	}
	return o
}

// Carry carries what a month leaves pending through the reports that follow it and
// were handed in, in the order of their months: each begins with what the one
// before left, and the difference stays pending. It returns those that change, and
// the month at which it had to stop because more would have to be taken off than is
// pending there; the zero Month when it did not.
func Carry(pending int, following []Report, by catalog.OfficerID, now time.Time) (changed []Report, stopped calendar.Month) {
	for _, r := range following {
		if r.Filed.Version == 0 {
			continue
		}
		e, ok := r.Filed.begunWith(pending)
		if !ok {
			return changed, r.Month
		}
		if e != r.Filed.Entry {
			draft := r.Draft
			r = r.filed(e, by, now, Carried)
			r.Draft = draft // what somebody is writing is theirs
			changed = append(changed, r)
		}
		pending = e.Pending()
	}
	return changed, calendar.Month{}
}

// begunWith is the entry with another carried-in, the difference of which is
// pending; false when there is less pending than has to be taken off, or more than
// a report may say.
func (e Entry) begunWith(n int) (Entry, bool) {
	d := n - e.CarriedIn
	e.CarriedIn = n
	e.PendingInTime += d
	if e.PendingInTime < 0 {
		e.PendingLate += e.PendingInTime
		e.PendingInTime = 0
	}
	if e.PendingLate < 0 || e.PendingInTime > Most || n > Most {
		return e, false
	}
	e.Zero = e.Figures == (Figures{})
	return e, true
}

// Step is whether a month begins with what the one before left.
type Step struct {
	Month   calendar.Month
	Before  calendar.Month // the month before that was handed in
	Pending int            // what that left
	Has     int            // with what this one begins
}

// OutOfStep returns the reports that were handed in and do not begin with what the
// one before left. Reports are of one point and process, in the order of their
// months.
func OutOfStep(reports []Report) (out []Step) {
	var before *Report
	for i := range reports {
		r := &reports[i]
		if r.Filed.Version == 0 {
			continue
		}
		if before != nil && before.Filed.Pending() != r.Filed.CarriedIn {
			out = append(out, Step{r.Month, before.Month, before.Filed.Pending(), r.Filed.CarriedIn})
		}
		before = r
	}
	return out
}

// Sum is what several reports come to.
type Sum struct {
	Figures
	Reports int // how many were handed in
	Zeros   int // those of them that state that there were no requests
}

// Add adds a report of the same month, of another point or process.
func (s *Sum) Add(e Entry) {
	s.Reports++
	if e.Zero {
		s.Zeros++
	}
	s.add(e.Figures)
}

// Join adds a sum of the same months.
func (s *Sum) Join(o Sum) {
	s.Reports += o.Reports
	s.Zeros += o.Zeros
	s.add(o.Figures)
}

func (s *Sum) add(f Figures) {
	for _, c := range Fields {
		*s.Count(c) += *f.Count(c)
	}
}

// Then is the sum of a run of months with the one after it: what was carried in is
// that of the first, what is pending that of the last, all else adds up.
func (s Sum) Then(next Sum) Sum {
	if s.Reports == 0 {
		return next
	}
	if next.Reports == 0 {
		return s
	}
	out := s
	out.Join(next)
	out.CarriedIn, out.PendingInTime, out.PendingLate = s.CarriedIn, next.PendingInTime, next.PendingLate
	return out
}

// OnTime is the share of decisions that came in time, in hundredths of a per cent
// (10000 is all); false when nothing was decided.
func (f Figures) OnTime() (share int, ok bool) {
	all := f.ApprovedOn + f.ApprovedLate + f.RejectedOn + f.RejectedLate
	if all == 0 {
		return 0, false
	}
	return ((f.ApprovedOn+f.RejectedOn)*20000 + all) / (2 * all), true
}
