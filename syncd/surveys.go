package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/postbox"
)

// surveys is what takes citizens' answers in.
type surveys struct {
	*places
	intake *answers.Intake
	desk   *answers.Desk
	box    *postbox.Server
	repo   *gitrepo.Repository
	own    func() []string              // origins of the daemon's pages
	frame  atomic.Pointer[corpus.Frame] // of the content of now; nil before it is read
	from   atomic.Pointer[[]string]     // origins of other pages whose answers are taken
}

// openSurveys knows the question sets before anything listens.
func (c *centre) openSurveys(ctx context.Context) (*surveys, error) {
	s := &surveys{places: &places{direct: c.direct, log: c.log, now: time.Now}, repo: c.repo, own: c.origins}
	if s.own == nil {
		public := []string{originOf(c.cfg.Public.Address)}
		s.own = func() []string { return public }
	}
	limits := answers.Limits{Network: c.cfg.Surveys.PerNetwork, Device: c.cfg.Surveys.PerDevice, Texts: time.Duration(c.cfg.Surveys.TextDays) * 24 * time.Hour}
	s.intake = &answers.Intake{Store: c.store.Answers(), Places: s.places, Limits: limits, Now: time.Now, Random: rand.Reader, Log: c.log}
	if c.writer != nil {
		s.intake.Note, s.intake.Serves = c.writer.Answers, s.Here
	}
	s.desk = &answers.Desk{Store: c.store.Answers(), Structure: c.current, Now: time.Now, Random: rand.Reader, Intake: s.intake}
	site := func() string { return strings.TrimSuffix(c.cfg.Public.Address, "/") }
	if c.origins != nil {
		site = func() string { return "" } // it is where the form is, whatever the address
	}
	var err error
	s.box, err = postbox.New(postbox.Config{
		Intake: s.intake, Desk: s.desk, Origins: s.origins, Client: edge.Client, Epoch: c.store.Epoch, Place: s.Place, Forms: s.published,
		Site: site, Caps: postbox.Usual(), Log: c.log, Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		return nil, err
	}
	if err := s.learn(ctx); err != nil && !errors.Is(err, fault.Unavailable) { // reads go on where nothing can be written
		return nil, err
	}
	return s, nil
}

// run takes answers in until ctx ends.
func (s *surveys) run(ctx context.Context, g *errgroup.Group, m *edge.Metrics) {
	g.Go(func() error { s.intake.Run(ctx); return nil })
	g.Go(func() error { s.intake.Keep(ctx); return nil })
	g.Go(func() error { s.box.Run(ctx); return nil })
	one := func(read func() float64) func() map[string]float64 {
		return func() map[string]float64 { return map[string]float64{"": read()} }
	}
	m.Watch("khumue_survey_answers_total", "Answers to surveys, by what became of them.", "status", true, s.intake.Figures)
	m.Watch("khumue_survey_commits_total", "Transactions that kept answers.", "", true, one(s.intake.Commits))
	m.Watch("khumue_survey_waiting", "Messages that wait for a commit.", "", false, one(s.intake.Waiting))
	m.Watch("khumue_survey_sockets", "Websockets that are open for answers.", "", false, one(s.box.Figures))
}

// follow learns what the content says now of surveys.
func (s *surveys) follow(ctx context.Context) {
	err := s.learn(ctx)
	if err != nil && ctx.Err() == nil {
		s.log.Error("the content's surveys can not be learnt", "error", err)
	}
}

func (s *surveys) learn(ctx context.Context) error {
	s.forget()
	_, change, err := s.repo.Resolve(gitrepo.Main)
	if err != nil {
		return err
	}
	frame, _, err := corpus.ReadFrame(s.repo.FS(change.Tree))
	if err != nil {
		return err
	}
	s.frame.Store(frame)
	var from []string
	if public := originOf(frame.Site.Public); public != "" {
		from = append(from, public)
	}
	s.from.Store(&from)
	return s.intake.Learn(ctx, frame.Surveys)
}

// origins are those of pages whose answers are taken: of the site, and the
// daemon's own.
func (s *surveys) origins() []string {
	if from := s.from.Load(); from != nil {
		return slices.Concat(s.own(), *from)
	}
	return s.own()
}

// published are the question sets of the content of now.
func (s *surveys) published() []*catalog.Survey {
	if frame := s.frame.Load(); frame != nil {
		return frame.Surveys
	}
	return nil
}

// places remembers for a while what the content says of points, so that a
// thousand answers ask once.
type places struct {
	direct *immediate.Desk
	log    *slog.Logger
	now    func() time.Time

	mu    sync.Mutex
	known map[catalog.PointCode]known
}

// known is what is known of a point.
type known struct {
	serves map[catalog.ManualID]bool // nil: there is no such point
	asked  time.Time
}

// knownFor is how long it holds; a change of the content ends it too.
const knownFor = time.Minute

// mostKnown bounds the memory that strangers' codes can take.
const mostKnown = 100_000

func (p *places) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = nil
}

// serves tells which manuals a point serves; false where there is no such point,
// or it can not be told.
func (p *places) serves(code catalog.PointCode) (map[catalog.ManualID]bool, error) {
	p.mu.Lock()
	k, ok := p.known[code]
	p.mu.Unlock()
	if ok && p.now().Sub(k.asked) < knownFor {
		return k.serves, nil
	}
	links, err := p.direct.Serves(code)
	k = known{asked: p.now()}
	switch {
	case err == nil:
		k.serves = map[catalog.ManualID]bool{}
		for _, id := range links.Manuals {
			k.serves[id] = true
		}
	case !errors.Is(err, fault.NotFound):
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= mostKnown {
		p.known = map[catalog.PointCode]known{}
	}
	p.known[code] = k
	return k.serves, nil
}

// Known reports whether there is such a point, and such a manual. What can not be
// told is taken to be there.
func (p *places) Known(point catalog.PointCode, manual catalog.ManualID) (pointKnown, manualKnown bool) {
	serves, err := p.serves(point)
	if err != nil {
		return true, true
	}
	if manual == "" || serves[manual] {
		return serves != nil, true
	}
	titles, err := p.direct.Titles(string(manual)) // it may be served elsewhere, or no more
	return serves != nil, err != nil || len(titles) > 0
}

// Here reports whether a point is one of an office's. What can not be told is taken to
// be.
func (p *places) Here(point catalog.PointCode) bool {
	serves, err := p.serves(point)
	return err != nil || serves != nil
}

// Place is a point as the form shows it.
func (p *places) Place(code catalog.PointCode) (postbox.Place, bool) {
	if code == "" {
		return postbox.Place{}, false
	}
	links, err := p.direct.Serves(code)
	if errors.Is(err, fault.NotFound) {
		return postbox.Place{}, false
	}
	ids := []string{string(code)}
	for _, m := range links.Manuals {
		ids = append(ids, string(m))
	}
	titles, err := p.direct.Titles(ids...)
	if err != nil {
		p.log.Warn("a point's services can not be read", "point", code, "error", err)
	}
	place := postbox.Place{Name: titles[string(code)]}
	for _, m := range links.Manuals {
		if title, ok := titles[string(m)]; ok {
			place.Manuals = append(place.Manuals, postbox.Manual{ID: m, Title: title})
		}
	}
	return place, true
}
