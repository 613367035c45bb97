package page

import "khumue/internal/catalog"

// Figures are what is counted of a manual or a point: they come from the
// daemon and never stand in content.
type Figures struct {
	Satisfaction Score   `json:"satisfaction"`
	Monthly      Monthly `json:"monthly"`
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
func (b *Builder) statistics(m Monthly) []Row {
	if m.Most == 0 {
		return nil
	}
	var rows []Row
	for _, r := range []struct {
		key string
		n   int
	}{{"average", m.Average}, {"most", m.Most}, {"least", m.Least}} {
		rows = append(rows, Row{Label: b.msg.Get("ref.monthly." + r.key), Value: Words{Text: b.msg.Count("ref.requests", r.n)}})
	}
	return rows
}
