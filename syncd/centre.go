package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/webroot"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/live"
	"khumue/syncd/internal/oidc"
	"khumue/syncd/internal/pages"
	"khumue/syncd/internal/rebuild"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
)

// centre is the daemon with all that it keeps open.
type centre struct {
	cfg     config.Config
	log     *slog.Logger
	store   *sqlstore.Store
	repo    *gitrepo.Repository
	current *structure.Current
	desk    *staff.Desk
	builds  *rebuild.Queue
	demo    bool // every page says that anyone may be anyone
}

// databaseFile is the SQLite database in the data folder.
const databaseFile = "khumue.db"

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
	if c.desk, c.store, err = openDesk(ctx, cfg); err != nil {
		return nil, err
	}
	c.desk.Structure = c.current
	if c.repo, err = gitrepo.Open(cfg.Content); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	c.builds = rebuild.New(program, rebuild.Job{Content: cfg.Content, Out: cfg.Site, BaseURL: cfg.Public.Address, Compress: !demo}, log, time.Now)
	return c, nil
}

func (c *centre) close() error { return errors.Join(c.repo.Close(), c.store.Close()) }

// listeners are the daemon's, in order of their names.
type listeners struct {
	public, office, metrics net.Listener // office is public where both are one; metrics may be nil
}

func (c *centre) listen(metrics *edge.Metrics) (l listeners, err error) {
	// An office is often one address, and each page that somebody looks at holds a connection.
	caps := edge.Caps{Total: 4096, PerAddress: 256, Exempt: c.cfg.TrustedProxies}
	if l.public, err = listen(c.cfg.Public.Listen, "public.listen"); err != nil {
		return l, err
	}
	l.public = edge.Limit(l.public, caps, "public", metrics)
	l.office = l.public
	if c.cfg.BackOffice.Listen != c.cfg.Public.Listen {
		if l.office, err = listen(c.cfg.BackOffice.Listen, "back_office.listen"); err != nil {
			return l, errors.Join(err, l.public.Close())
		}
		l.office = edge.Limit(l.office, caps, "back-office", metrics)
	}
	if c.cfg.Metrics.Listen == "none" {
		return l, nil
	}
	if l.metrics, err = listen(c.cfg.Metrics.Listen, "metrics.listen"); err != nil {
		return l, errors.Join(err, l.public.Close(), l.office.Close())
	}
	l.metrics = edge.Limit(l.metrics, caps, "metrics", metrics)
	return l, nil
}

func listen(addr, key string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fault.New(fault.Unavailable, fault.Textf("เปิดที่ %s ไม่ได้", "cannot listen on %s", addr),
			fault.Textf("มีโปรแกรมอื่นใช้อยู่ หยุดโปรแกรมนั้น หรือเปลี่ยน %s", "another program may use it: end it, or change %s", key)).Because(err)
	}
	return l, nil
}

// serve runs the daemon until ctx ends. Ready is called once all listen; extra
// servers run and stop with its own.
func (c *centre) serve(ctx context.Context, ready func(), extra ...edge.Server) error {
	metrics := edge.NewMetrics()
	health := edge.NewHealth(c.log, 5*time.Second, c.checks()...)
	servers, err := c.servers(metrics, health)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	following := follower{repo: c.repo, current: c.current, changed: func() { c.builds.Ask() }, log: c.log}
	g.Go(func() error { following.follow(ctx); return nil })
	g.Go(func() error { c.builds.Run(ctx); return nil })
	g.Go(func() error { c.tidy(ctx); return nil })
	g.Go(func() error {
		<-ctx.Done()
		health.Stopping()
		return nil
	})
	g.Go(func() error { return edge.Run(ctx, c.log, append(servers, extra...)...) })
	ready()
	return g.Wait()
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

// tidyEvery is how often sessions that are over are forgotten.
const tidyEvery = 10 * time.Minute

func (c *centre) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := c.desk.Tidy(ctx); err != nil && ctx.Err() == nil {
				c.log.Error("tidying", "error", err)
			}
		}
	}
}

// servers are the public site, the back office and what operators look at.
func (c *centre) servers(metrics *edge.Metrics, health *edge.Health) ([]edge.Server, error) {
	office, open, err := c.office()
	if err != nil {
		return nil, err
	}
	l, err := c.listen(metrics)
	if err != nil {
		return nil, err
	}
	faults := &edge.Faults{Log: c.log}
	public := c.public(faults)
	rim := func(name string, hosts map[string]http.Handler) http.Handler {
		observer := &edge.Observer{Name: name, Log: c.log, Metrics: metrics, Proxies: c.cfg.TrustedProxies, Now: time.Now}
		return edge.Chain(edge.NewHosts(faults, hosts), observer.Wrap, faults.Recover)
	}
	var out []edge.Server
	if l.office == l.public {
		both := map[string]http.Handler{c.cfg.Public.Address: public, c.cfg.BackOffice.Address: office}
		out = append(out, edge.Server{Name: "web", Listener: l.public, Handler: rim("web", both), OnStop: open.Stop})
	} else {
		out = append(out,
			edge.Server{Name: "public", Listener: l.public, Handler: rim("public", map[string]http.Handler{c.cfg.Public.Address: public})},
			edge.Server{Name: "back-office", Listener: l.office, Handler: rim("back-office", map[string]http.Handler{c.cfg.BackOffice.Address: office}), OnStop: open.Stop})
	}
	if l.metrics != nil {
		mux := http.NewServeMux()
		health.Register(mux)
		mux.Handle("GET /metrics", metrics.Handler())
		out = append(out, edge.Server{Name: "metrics", Listener: l.metrics, Handler: mux})
	}
	return out, nil
}

// sitePermissions are what pages of the public site may use of a device: where it
// is, for the nearest points.
const sitePermissions = "camera=(), display-capture=(), geolocation=(self), microphone=(), payment=(), usb=()"

// compressUpTo is the size in bytes up to which a file of a demonstration's site
// is compressed as it is served.
const compressUpTo = 1 << 20

// public is the built site. Its pages bring their own content security policy.
func (c *centre) public(faults *edge.Faults) http.Handler {
	site := &webroot.Folder{Dir: c.cfg.Site, Immutable: webroot.Immutable}
	if c.demo {
		site.CompressUpTo = compressUpTo // it is built without compressed files, to be there sooner
	}
	headers := edge.Headers{Permissions: sitePermissions, HTTPS: secure(c.cfg.Public.Address)}
	none := edge.BodyLimit(faults, func(*http.Request) int64 { return 0 })
	return edge.Chain(edge.Routes(named("/", site)), headers.Wrap, none)
}

// named answers under one pattern, so that a stranger's addresses do not become
// names in the metrics.
func named(pattern string, h http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(pattern, h)
	return mux
}

func secure(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https"
}

// livePath is where live.v1 is spoken on the back office's address.
const livePath = "/ws/live"

// openPages is how many pages may listen at once.
var openPages = live.Caps{Session: 32, Officer: 64, Total: 10_000}

// office are the pages of the back office, and who tells those that are open how
// long their session lasts.
func (c *centre) office() (http.Handler, *live.Server, error) {
	address, err := url.Parse(c.cfg.BackOffice.Address)
	if err != nil {
		return nil, nil, err
	}
	site, err := url.Parse(c.cfg.Public.Address)
	if err != nil {
		return nil, nil, err
	}
	name, err := c.portalName()
	if err != nil {
		return nil, nil, err
	}
	p, err := pages.New(pages.Config{
		Name: name, Desk: c.desk, Providers: c.providers(), Structure: names{c.current, c.log}, Address: address, Site: site,
		Contact: contact(c.cfg.Contact), Live: livePath, Demo: c.demo, Log: c.log, Now: time.Now, Request: edge.RequestID,
	})
	if err != nil {
		return nil, nil, err
	}
	open, err := live.New(live.Config{
		Origins: []string{c.cfg.BackOffice.Address}, Sessions: sessions{c.desk}, Secret: p.Secret,
		Caps: openPages, Log: c.log, Now: time.Now,
	})
	if err != nil {
		return nil, nil, err
	}
	c.desk.SignedOut = func(id catalog.OfficerID) { open.Wake(string(id)) }
	mux := http.NewServeMux()
	mux.Handle(livePath, open)
	mux.Handle("/", p.Handler())
	return edge.Routes(mux), open, nil
}

// portalName is what the content calls the portal.
func (c *centre) portalName() (fault.Text, error) {
	_, change, err := c.repo.Resolve(gitrepo.Main)
	if err != nil {
		return fault.Text{}, err
	}
	frame, _, err := corpus.ReadFrame(c.repo.FS(change.Tree))
	if err != nil {
		return fault.Text{}, err
	}
	name := frame.Site.Name
	return fault.Text{TH: name.In(catalog.TH), EN: name.In(catalog.EN)}, nil
}

func (c *centre) providers() []pages.Provider {
	var out []pages.Provider
	for _, p := range c.cfg.Providers {
		out = append(out, provider{oidc.New(identityProvider(p), http.DefaultClient, time.Now)})
	}
	return slices.Clip(out)
}
