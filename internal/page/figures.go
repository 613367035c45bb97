package page

import (
	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// Figures are what is counted of a manual or a point: they come from the
// daemon and never stand in content.
type Figures struct {
	Satisfaction Score   `json:"satisfaction"`
	Monthly      Monthly `json:"monthly"`
	Years        []Year  `json:"years,omitempty"` // fiscal years that are over, the latest first; MostYears at most
}

// Year are the requests of a fiscal year, as the licence reports tell them.
type Year struct {
	Year     calendar.FiscalYear `json:"year"`
	Received int                 `json:"received"`
	Decided  int                 `json:"decided"` // 0 also where it may not be told
	OnTime   int                 `json:"on_time"` // of Decided
}

// MostYears is how many fiscal years are told of.
const MostYears = 3

// FewestDecided is how many decisions a share of those in time needs to be shown.
const FewestDecided = 5

func (y Year) valid() bool {
	return y.Year > 2500 && y.Year < 2700 && y.Received >= 0 && y.OnTime >= 0 && y.OnTime <= y.Decided
}

// Score is the mean of answers to the first question of the survey.
type Score struct {
	Answers int     `json:"answers"`
	Mean    float64 `json:"mean"` // 1 to 5
}

// Monthly are the requests of a month, as the licence reports tell them.
type Monthly struct {
	Average int `json:"average"`
	Most    int `json:"most"`
	Least   int `json:"least"`
}

// FewestAnswers is how many answers a score needs to be shown: fewer would tell
// what single persons said.
const FewestAnswers = 5

// Valid reports whether the figures can be.
func (f Figures) Valid() bool {
	s, m := f.Satisfaction, f.Monthly
	for i, y := range f.Years {
		if i >= MostYears || !y.valid() || i > 0 && y.Year >= f.Years[i-1].Year {
			return false
		}
	}
	return s.Answers >= 0 && (s.Answers == 0 && s.Mean == 0 || s.Mean >= 1 && s.Mean <= 5) && m.Least >= 0 && m.Least <= m.Average && m.Average <= m.Most
}

// score says how satisfied people are; "" when too few have said so.
func (b *Builder) score(f Figures) string {
	s := f.Satisfaction
	if s.Answers < FewestAnswers {
		return ""
	}
	mean := catalog.Amount(s.Mean*100 + 0.5)
	return b.msg.Get("score", mean.Percent(), b.msg.Count("score.answers", s.Answers))
}

// statistics are the rows of the reference block that tell of requests
// (DOMAIN: ข้อมูลสถิติ).
func (b *Builder) statistics(f Figures) []Row {
	var rows []Row
	for _, y := range f.Years {
		text := b.msg.Count("ref.requests", y.Received)
		if y.Decided >= FewestDecided {
			text = b.msg.Get("ref.yearly.on-time", text, catalog.Amount((y.OnTime*20000+y.Decided)/(2*y.Decided)).Percent())
		}
		rows = append(rows, Row{Label: b.msg.Get("ref.yearly", y.Year.Text(string(b.Lang))), Value: Words{Text: text}})
	}
	m := f.Monthly
	if m.Most == 0 {
		return rows
	}
	for _, r := range []struct {
		key string
		n   int
	}{{"average", m.Average}, {"most", m.Most}, {"least", m.Least}} {
		rows = append(rows, Row{Label: b.msg.Get("ref.monthly." + r.key), Value: Words{Text: b.msg.Count("ref.requests", r.n)}})
	}
	return rows
}
