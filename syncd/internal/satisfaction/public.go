package satisfaction

import (
	"context"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/page"
	"khumue/internal/survey"
)

// monthsTold is how many months the public figure of a point is made of.
const monthsTold = 12

// Public is what the public site shows of points whose agency publishes it: the
// mean of the whole months before a day, twelve at the most, of what a report of
// each of them tells. So the figure changes by whole blocks of a month.
func (r *Reports) Public(ctx context.Context, today calendar.Date) (map[catalog.PointCode]page.Figures, error) {
	if err := r.Columns.Follow(ctx); err != nil {
		return nil, err
	}
	m := newMaker(r)
	defer r.Columns.hold(m.overall)()
	last := calendar.MonthOf(today).Add(-1)
	first := last.Add(1 - monthsTold)
	m.stand(first.FiscalYear(), last.FiscalYear())
	told := map[*node]*tally{}
	for _, b := range m.blocks {
		if b.at.point == "" || b.from != b.to || b.from < monthNumber(first) || b.to > monthNumber(last) {
			continue
		}
		if a, known := r.Places.Agency(b.at.agency); !known || !a.PublishScores {
			continue
		}
		if told[b.at] == nil {
			told[b.at] = &tally{}
		}
		t := told[b.at]
		t.rated, t.sum = t.rated+b.rated, t.sum+b.sum
	}
	out := map[catalog.PointCode]page.Figures{}
	for at, t := range told {
		if t.rated >= Fewest {
			mean := float64(survey.Hundredths(t.sum, t.rated)) / 100
			out[at.point] = page.Figures{Satisfaction: page.Score{Answers: t.rated, Mean: mean}}
		}
	}
	return out, nil
}
