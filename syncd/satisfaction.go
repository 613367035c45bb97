package main

import (
	"context"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/satisfaction"
	"khumue/syncd/internal/structure"
)

// openReports makes the reports of answers, and tells the desk of tablets where
// points stand.
func (c *centre) openReports() *satisfaction.Reports {
	places := &standing{current: c.current, direct: c.direct, now: time.Now}
	c.surveys.desk.Where = func(point catalog.PointCode) (catalog.AgencyCode, bool) {
		agency, _, ok := places.Point(point)
		return agency, ok
	}
	return &satisfaction.Reports{
		Columns: &satisfaction.Columns{Store: c.store.Answers()}, Sets: c.surveys.intake.Sets, Titles: c.direct.Titles, Places: places,
	}
}

// readAnswers reads all answers, so that who asks for the first report need not
// wait for it.
func (c *centre) readAnswers(ctx context.Context) {
	if err := c.reports.Columns.Follow(ctx); err != nil && ctx.Err() == nil {
		c.log.Error("answers are read with the first report", "error", err)
	}
}

// standingFor is how long where points stand is taken to be as it was: a report
// asks it of every point that was answered.
const standingFor = time.Second

// standing tells where points stand.
type standing struct {
	current *structure.Current
	direct  *immediate.Desk
	now     func() time.Time

	mu     sync.Mutex
	points map[catalog.PointCode]immediate.Point
	at     time.Time
}

var _ satisfaction.Places = (*standing)(nil)

// Point returns the agency and the name of a point. While points can not be read
// they stand where they stood.
func (s *standing) Point(code catalog.PointCode) (catalog.AgencyCode, catalog.Text, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); now.Sub(s.at) > standingFor {
		if list, err := s.direct.Points(immediate.PointFilter{}); err == nil {
			s.points = make(map[catalog.PointCode]immediate.Point, len(list))
			for _, p := range list {
				s.points[p.Code] = p
			}
			s.at = now
		}
	}
	p, ok := s.points[code]
	return p.Agency, p.Name, ok
}

// Agency returns an agency of now.
func (s *standing) Agency(code catalog.AgencyCode) (*catalog.Agency, bool) {
	return s.current.Tree().Agency(code)
}

// Children returns the agencies right below one.
func (s *standing) Children(code catalog.AgencyCode) []*catalog.Agency {
	return s.current.Tree().Children(code)
}
