package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/intake"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/misses"
	"khumue/syncd/internal/pages"
	"khumue/syncd/internal/rebuild"
	"khumue/syncd/internal/reorganise"
	"khumue/syncd/internal/satisfaction"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
	"khumue/syncd/internal/summary"
	"khumue/syncd/internal/testimony"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

// centre is the daemon with all that it keeps open.
type centre struct {
	cfg      config.Config
	log      *slog.Logger
	store    *sqlstore.Store
	repo     *gitrepo.Repository
	key      *proof.Signer // by which approvals are signed; nil at an office
	current  *structure.Current
	desk     *staff.Desk
	manuals  *manuals.Desk
	direct   *immediate.Desk // of what needs no approval
	misses   *misses.Counter
	imports  *intake.Room // where tables of other systems come in
	moves    *reorganise.Desk
	follows  *follower // of main
	builds   *rebuild.Queue
	surveys  *surveys
	reports  *satisfaction.Reports
	facts    *facts
	licences *licences.Desk
	late     *delays.Desk
	summary  *summary.Desk
	shards   *shards           // of the look-up of late requests
	offices  *offices          // that send; nil at an office
	sync     *pages.Sync       // what an office sends; nil at the centre
	demo     bool              // every page says that anyone may be anyone
	writer   *deeds.Writer     // writes down what is done, where this is an office; nil: it is the centre
	ask      func()            // asks for a build
	origins  func() []string   // of the pages on an office's network; nil at the centre
	here     func() pages.Here // what an office offers to tablets; nil at the centre
}

// databaseFile is the SQLite database in the data folder.
const databaseFile = "khumue.db"

// intakeFolder is the folder of tables that come in, in the data folder. What is in
// it does not outlive the daemon.
const intakeFolder = "intake"

// database names the store's place: an address of PostgreSQL, or a file.
func database(cfg config.Config) string {
	if cfg.Database != "" {
		return cfg.Database.Reveal()
	}
	return filepath.Join(cfg.Data, databaseFile)
}

// openDesk opens what a command line needs to act on people.
func openDesk(ctx context.Context, cfg config.Config) (*staff.Desk, *sqlstore.Store, error) {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, nil, fault.New(fault.Unavailable, fault.Textf("สร้างโฟลเดอร์ %s ไม่ได้", "the folder %s can not be made", cfg.Data)).Because(err)
	}
	store, err := sqlstore.Open(ctx, database(cfg))
	if err != nil {
		return nil, nil, err
	}
	limits := staff.Limits{Idle: cfg.Session.Idle, Absolute: cfg.Session.Absolute, TokenExpiry: cfg.Token.Expiry}
	return &staff.Desk{Store: store, Structure: &structure.Current{}, Now: time.Now, Random: rand.Reader, Limits: limits}, store, nil
}

// openCentre opens database and repository, and reads the structure, so that
// what is missing is told before anything listens.
func openCentre(ctx context.Context, cfg config.Config, log *slog.Logger, demo bool) (*centre, error) {
	program, err := rebuild.Find(cfg.Generator)
	if err != nil {
		return nil, err
	}
	c := &centre{cfg: cfg, log: log, current: &structure.Current{}, demo: demo}
	c.ask = func() { c.builds.Ask() }
	if !gitrepo.Is(cfg.Content) {
		return nil, noContent(cfg.Content)
	}
	if c.key, err = testimony.Open(cfg.Data); err != nil {
		return nil, err
	}
	if c.desk, c.store, err = openDesk(ctx, cfg); err != nil {
		return nil, err
	}
	c.desk.Structure = c.current
	if c.repo, err = openContent(ctx, cfg.Content); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	if c.key, err = changeKey(ctx, c.repo, cfg.Data, c.key); err != nil {
		return nil, errors.Join(err, c.close())
	}
	log.Info("approvals are signed", "key", c.key.Key().Fingerprint())
	job := rebuild.Job{Content: cfg.Content, BaseURL: cfg.Public.Address, Compress: !demo, Trust: testimony.Trust(cfg.Data)}
	keys, err := c.personalKey(ctx)
	if err == nil {
		err = c.openDesks(ctx, program, job, keys)
	}
	if err == nil {
		c.offices, err = c.openOffices()
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// openDesks opens the desks over a store, a repository and a desk of people that are
// open, and gets ready to build the site of a job. Applicants of late requests are
// sealed by keys.
func (c *centre) openDesks(ctx context.Context, program string, job rebuild.Job, keys *vault.Vault) (err error) {
	if c.facts, err = newFacts(filepath.Join(c.cfg.Data, factsFolder), c.log); err != nil {
		return err
	}
	job.Out, job.Facts = c.cfg.Site, c.facts.dir
	c.builds = rebuild.New(program, job, c.log, time.Now)
	c.manuals = c.openManuals()
	c.misses = misses.NewCounter(c.store.Misses(), time.Now, rand.Reader, c.log)
	c.follows = &follower{repo: c.repo, current: c.current, log: c.log}
	c.direct = &immediate.Desk{
		Ledger: c.manuals.Ledger, Record: c.record, Enter: gate(c.cfg).Enter,
		Landed: func(ledger.Landed) { c.ask(); c.follows.landed() }, Now: time.Now, Random: rand.Reader, Log: c.log,
	}
	c.imports = &intake.Room{
		Ledger: c.manuals.Ledger, Store: c.store.Intake(), Manuals: c.manuals, Direct: c.direct, Structure: c.current, Dir: filepath.Join(c.cfg.Data, intakeFolder),
		Enter: gate(c.cfg).Enter, Record: c.record, Landed: c.direct.Landed, Now: time.Now, Random: rand.Reader, Log: c.log,
	}
	c.moves = &reorganise.Desk{
		Ledger: c.manuals.Ledger, Direct: c.direct, People: c.store, Papers: c.store.Manuals(), Enter: gate(c.cfg).Enter,
		Landed: c.reorganised, Now: time.Now, Random: rand.Reader, Log: c.log,
	}
	if c.surveys, err = c.openSurveys(ctx); err != nil {
		return err
	}
	c.reports = c.openReports()
	c.licences = c.openLicences()
	c.summary = c.openSummary()
	c.openDelays(keys)
	c.facts.works = c.publicStatistics
	c.facts.figure, c.facts.build = c.publicFigures, c.ask
	return nil
}

// reorganised brings the structure and the index of manuals to what main says
// before anybody is answered, and has the site built.
func (c *centre) reorganised(ctx context.Context, _ ledger.Landed) {
	c.ask()
	if _, err := c.follows.look(); err != nil {
		c.log.Error("the agencies are read later", "error", err)
	}
	c.indexed(ctx, c.manuals.Follow(ctx))
	if err := c.late.Recount(ctx); err != nil {
		c.log.Error("late requests follow later", "error", err)
	}
}

// record keeps an entry of the trail.
func (c *centre) record(ctx context.Context, e trail.Entry) error {
	return c.store.Write(ctx, func(r staff.Records) error { return r.Record(e) })
}

// openManuals is the desk of the content's manuals.
func (c *centre) openManuals() *manuals.Desk {
	book := &ledger.Ledger{Repo: c.repo, Now: time.Now, Random: rand.Reader}
	if c.key != nil {
		book.Sign = c.key.Sign
	}
	desk := &manuals.Desk{
		Ledger: book,
		Store:  c.store.Manuals(), Structure: c.current, People: c.desk, Site: site{c.builds},
		Enter: gate(c.cfg).Enter, Now: time.Now, Random: rand.Reader, Limits: due(c.cfg), Log: c.log,
	}
	if c.writer != nil {
		book.Note, desk.Note, desk.Quiet = c.writer.Ledger, c.writer.Talk, true
	}
	return desk
}

// noContent is the error of a repository that is not there.
func noContent(dir string) error {
	return fault.New(fault.NotFound, fault.Textf("ไม่พบคลังเนื้อหา %s", "there is no repository of content at %s", dir),
		fault.Text{TH: "สร้างจากโฟลเดอร์เนื้อหาด้วย syncd import หรือกู้จากข้อมูลสำรองด้วย syncd restore", EN: "make it of a folder of content with syncd import, or restore a backup with syncd restore"})
}

// strayAfter is how old a file must be that a killed writer may have left in the
// repository, before it is swept away.
const strayAfter = time.Hour

// openContent opens the repository of the content, and finishes or undoes what a
// crash left in the middle.
func openContent(ctx context.Context, dir string) (*gitrepo.Repository, error) {
	repo, err := gitrepo.Open(dir)
	if err != nil {
		return nil, err
	}
	err = repo.Refs().Recover(ctx)
	if err == nil {
		_, err = repo.Sweep(time.Now().Add(-strayAfter))
	}
	if err != nil {
		return nil, errors.Join(err, repo.Close())
	}
	return repo, nil
}

func (c *centre) close() error { return errors.Join(c.repo.Close(), c.store.Close()) }

// serve runs the daemon until ctx ends. Ready is called once all listen; extra
// servers run and stop with its own.
func (c *centre) serve(ctx context.Context, ready func(), extra ...edge.Server) error {
	metrics := edge.NewMetrics()
	health := edge.NewHealth(c.log, 5*time.Second, c.checks()...)
	servers, err := c.servers(ctx, metrics, health)
	if err != nil {
		return err
	}
	c.follows.landed() // without the agencies it would tell whoever comes first that they may not
	g, ctx := errgroup.WithContext(ctx)
	c.work(ctx, g)
	c.surveys.run(ctx, g, metrics)
	c.offices.run(ctx, c, g, metrics)
	g.Go(func() error { c.builds.Run(ctx); return nil })
	g.Go(func() error { return c.imports.Run(ctx) })
	g.Go(func() error { c.facts.run(ctx); return nil })
	g.Go(func() error { c.shards.run(ctx); return nil })
	g.Go(func() error { c.remind(ctx); return nil })
	g.Go(func() error { c.misses.Run(ctx); return nil })
	g.Go(func() error { c.tendLicences(ctx); return nil })
	g.Go(func() error { return c.mail(ctx) })
	g.Go(func() error { c.maintain(ctx); return nil })
	g.Go(func() error {
		<-ctx.Done()
		health.Stopping()
		return nil
	})
	g.Go(func() error { return edge.Run(ctx, c.log, append(servers, extra...)...) })
	ready()
	return g.Wait()
}

// work does what desks need so that they answer with what is so, at the centre and at
// an office, until ctx ends.
func (c *centre) work(ctx context.Context, g *errgroup.Group) {
	c.follows.changed = func(at gitrepo.Hash) { c.moved(ctx, at) }
	g.Go(func() error { c.follows.follow(ctx); return nil })
	g.Go(func() error { c.index(ctx); return nil })
	g.Go(func() error { c.readAnswers(ctx); return nil })
	g.Go(func() error { c.keepDelays(ctx); return nil })
	g.Go(func() error {
		if err := c.direct.Ready(); err != nil && ctx.Err() == nil {
			c.log.Error("what points serve can not be read yet", "error", err)
		}
		return nil
	})
	g.Go(func() error { c.tidy(ctx); return nil })
	g.Go(func() error { c.countSummary(ctx); return nil })
}

// moved has the desks learn what main says now.
func (c *centre) moved(ctx context.Context, at gitrepo.Hash) {
	if c.manuals.Live(at).Stage == manuals.Unknown { // who publishes asks for the build at once
		c.ask()
	}
	c.indexed(ctx, c.manuals.Follow(ctx))
	c.surveys.follow(ctx)
	if c.writer == nil { // an office is told what its points have to report on
		c.followLicences(ctx)
	}
	c.facts.ask()
	c.shards.ask()
}

// checks are what the daemon is not ready without.
func (c *centre) checks() []edge.Check {
	return []edge.Check{
		{Name: "database", Missing: fault.Text{TH: "เข้าถึงฐานข้อมูลไม่ได้", EN: "the database can not be reached"}, Run: c.store.Ping},
		{Name: "content", Missing: fault.Text{TH: "อ่านเนื้อหาในคลังไม่ได้", EN: "the content can not be read"}, Run: func(context.Context) error {
			_, err := c.repo.Refs().Get(gitrepo.Main)
			return err
		}},
		{Name: "structure", Missing: fault.Text{TH: "ยังอ่านโครงสร้างหน่วยงานไม่เสร็จ", EN: "the agencies have not been read yet"}, Run: func(context.Context) error {
			if c.current.Tree().Len() == 0 {
				return errors.New("no agency")
			}
			return nil
		}},
		{Name: "site", Missing: fault.Text{TH: "ยังไม่ได้สร้างเว็บไซต์", EN: "the site has not been built yet"}, Run: c.builds.Ready},
	}
}

// lookAroundEvery is how often the index of manuals is held against all refs of
// revisions, which nobody but the daemon should have moved.
const lookAroundEvery = time.Minute

// index keeps the index of manuals at what git has.
func (c *centre) index(ctx context.Context) {
	tick := time.NewTicker(lookAroundEvery)
	defer tick.Stop()
	for {
		if err := c.moves.CatchUp(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("what people hold has not followed a reorganisation yet", "error", err)
		}
		c.indexed(ctx, c.manuals.CatchUp(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *centre) indexed(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		c.log.Error("the index of manuals is behind", "error", err)
	}
}

// maintainEvery is how often the repository is put in order: loose objects and
// refs packed, small packs joined. Nobody waits for it.
const maintainEvery = 30 * time.Minute

func (c *centre) maintain(ctx context.Context) {
	tick := time.NewTicker(maintainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := c.repo.Maintain(ctx); err != nil && ctx.Err() == nil {
				c.log.Error("putting the repository in order", "error", err)
			}
		}
	}
}

// tidyEvery is how often sessions that are over and notices that are old are
// forgotten.
const tidyEvery = 10 * time.Minute

func (c *centre) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := errors.Join(c.desk.Tidy(ctx), c.forgetNotices(ctx)); err != nil && ctx.Err() == nil {
				c.log.Error("tidying", "error", err)
			}
		}
	}
}
