package summary

import (
	"context"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/licence"
)

// fewest is how many decisions it takes for the public to be told how many of them
// were in time.
const fewest = 5

// Requests is what the public is told of a process, of all its points together.
type Requests struct {
	Average, Most, Least int    // in a month, of the last twelve that are closed
	Years                []Year // fiscal years that are closed and have reports, the latest first
}

// Year is a fiscal year of a process. Decided and OnTime are 0 where there were
// fewer than five decisions.
type Year struct {
	Year                      calendar.FiscalYear
	Received, Decided, OnTime int
}

// publicYears is how many fiscal years the public is told of.
const publicYears = 3

// Public is what the public is told of processes, by what was reported until a
// month that nobody can report on any more. It asks for no right.
func (d *Desk) Public(ctx context.Context) (map[catalog.ProcessID]Requests, error) {
	if err := d.Count(ctx); err != nil {
		return nil, err
	}
	last, err := d.Closed()
	if err != nil {
		return nil, err
	}
	var out map[catalog.ProcessID]Requests
	err = d.Store.Read(ctx, func(r Records) (err error) { out, err = public(r, last); return err })
	return out, err
}

// Closed is the last month that nobody can report on any more without an unlock.
func (d *Desk) Closed() (last calendar.Month, err error) {
	holidays, err := d.Places.Holidays()
	now := d.Now()
	last = calendar.MonthOf(calendar.DateOf(now)).Add(-1)
	for err == nil && now.Before(closes(holidays, last)) {
		last = last.Add(-1)
	}
	return last, err
}

// public reads the last twelve months, one by one, and then the years.
func public(r Records, last calendar.Month) (map[catalog.ProcessID]Requests, error) {
	type year struct{ sum, months int }
	out, twelve := map[catalog.ProcessID]Requests{}, map[catalog.ProcessID]year{}
	for n := -11; n <= 0; n++ {
		m := last.Add(n)
		rows, err := r.ByProcess(Span{From: m, To: m, First: m, Last: m})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			id := catalog.ProcessID(row.ID)
			t, q := twelve[id], out[id]
			if t.months == 0 || row.Received < q.Least {
				q.Least = row.Received
			}
			q.Most = max(q.Most, row.Received)
			twelve[id], out[id] = year{t.sum + row.Received, t.months + 1}, q
		}
	}
	for id, t := range twelve {
		q := out[id]
		q.Average = (2*t.sum + t.months) / (2 * t.months)
		out[id] = q
	}
	end := last.FiscalYear()
	if calendar.MonthOf(end.Last()) != last {
		end--
	}
	for y := end; y > end-publicYears; y-- {
		from, to := calendar.MonthOf(y.First()), calendar.MonthOf(y.Last())
		rows, err := r.ByProcess(Span{From: from, To: to, First: from, Last: to})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			q := out[catalog.ProcessID(row.ID)]
			q.Years = append(q.Years, yearOf(y, row.Figures))
			out[catalog.ProcessID(row.ID)] = q
		}
	}
	return out, nil
}

func yearOf(y calendar.FiscalYear, f licence.Figures) Year {
	out := Year{Year: y, Received: f.Received, Decided: f.ApprovedOn + f.ApprovedLate + f.RejectedOn + f.RejectedLate, OnTime: f.ApprovedOn + f.RejectedOn}
	if out.Decided < fewest {
		out.Decided, out.OnTime = 0, 0
	}
	return out
}
