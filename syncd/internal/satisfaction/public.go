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
// mean of the whole months before a day, twelve at the most, and of those alone
// in which enough people answered. So the figure changes by whole months, and
// what it changes by is never what few people said.
func (r *Reports) Public(ctx context.Context, today calendar.Date) (map[catalog.PointCode]page.Figures, error) {
	if err := r.Columns.Follow(ctx); err != nil {
		return nil, err
	}
	var points []catalog.PointCode
	at := map[catalog.PointCode]int{}
	for _, code := range r.Columns.Points() {
		agency, _, ok := r.Places.Point(code)
		if a, known := r.Places.Agency(agency); ok && known && a.PublishScores {
			at[code], points = len(points), append(points, code)
		}
	}
	sums, counts := make([]int, len(points)), make([]int, len(points))
	m := newMaker(r)
	for i := range monthsTold {
		month := calendar.MonthOf(today).Add(-1 - i)
		parts := m.grouped(Query{Period: month.Period()}, By{Point: func(code catalog.PointCode) int {
			if g, ok := at[code]; ok {
				return g
			}
			return -1
		}}, len(points))
		for g, p := range parts {
			if p.Mean.N >= Fewest {
				sums[g], counts[g] = sums[g]+p.sum, counts[g]+p.Mean.N
			}
		}
	}
	out := map[catalog.PointCode]page.Figures{}
	for g, code := range points {
		if counts[g] >= Fewest {
			mean := float64(survey.Hundredths(sums[g], counts[g])) / 100
			out[code] = page.Figures{Satisfaction: page.Score{Answers: counts[g], Mean: mean}}
		}
	}
	return out, nil
}
