package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/webroot"
	"khumue/syncd/internal/api"
	"khumue/syncd/internal/dock"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/inquiry"
	"khumue/syncd/internal/live"
	"khumue/syncd/internal/misses"
	"khumue/syncd/internal/oidc"
	"khumue/syncd/internal/pages"
	"khumue/syncd/internal/postbox"
)

// listeners are the daemon's, in order of their names.
type listeners struct {
	public, office, metrics net.Listener // office is public where both are one; metrics may be nil
}

func (c *centre) listen(ctx context.Context, metrics *edge.Metrics) (l listeners, err error) {
	// An office is often one address, and each page that somebody looks at holds a connection.
	caps := edge.Caps{Total: 4096, PerAddress: 256, Exempt: c.cfg.TrustedProxies}
	if l.public, err = listen(ctx, c.cfg.Public.Listen, "public.listen"); err != nil {
		return l, err
	}
	public := caps
	public.Total += postbox.Usual().Total
	l.public = edge.Limit(l.public, public, "public", metrics)
	l.office = l.public
	if c.cfg.BackOffice.Listen != c.cfg.Public.Listen {
		if l.office, err = listen(ctx, c.cfg.BackOffice.Listen, "back_office.listen"); err != nil {
			return l, errors.Join(err, l.public.Close())
		}
		office := caps
		office.Total += dock.Usual().Total
		l.office = edge.Limit(l.office, office, "back-office", metrics)
	}
	if c.cfg.Metrics.Listen == "none" {
		return l, nil
	}
	if l.metrics, err = listen(ctx, c.cfg.Metrics.Listen, "metrics.listen"); err != nil {
		return l, errors.Join(err, l.public.Close(), l.office.Close())
	}
	l.metrics = edge.Limit(l.metrics, caps, "metrics", metrics)
	return l, nil
}

func (l listeners) close() error {
	err := l.public.Close()
	if l.office != l.public {
		err = errors.Join(err, l.office.Close())
	}
	if l.metrics != nil {
		err = errors.Join(err, l.metrics.Close())
	}
	return err
}

func listen(ctx context.Context, addr, key string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fault.New(fault.Unavailable, fault.Textf("เปิดที่ %s ไม่ได้", "cannot listen on %s", addr),
			fault.Textf("มีโปรแกรมอื่นใช้อยู่ หยุดโปรแกรมนั้น หรือเปลี่ยน %s", "another program may use it: end it, or change %s", key)).Because(err)
	}
	return l, nil
}

// servers are the public site, the back office and what operators look at.
func (c *centre) servers(ctx context.Context, metrics *edge.Metrics, health *edge.Health) ([]edge.Server, error) {
	office, open, err := c.office()
	if err != nil {
		return nil, err
	}
	l, err := c.listen(ctx, metrics)
	if err != nil {
		return nil, err
	}
	faults := &edge.Faults{Log: c.log}
	public, err := c.public(faults)
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	rim := func(name string, hosts map[string]http.Handler) http.Handler {
		observer := &edge.Observer{Name: name, Log: c.log, Metrics: metrics, Proxies: c.cfg.TrustedProxies, Now: time.Now}
		return edge.Chain(edge.NewHosts(faults, hosts), observer.Wrap, faults.Recover)
	}
	var out []edge.Server
	if l.office == l.public {
		both := map[string]http.Handler{c.cfg.Public.Address: public, c.cfg.BackOffice.Address: office}
		out = append(out, edge.Server{Name: "web", Listener: l.public, Handler: rim("web", both), OnStop: func() { open.Stop(); c.offices.dock.Stop(); c.surveys.box.Stop() }})
	} else {
		out = append(out,
			edge.Server{Name: "public", Listener: l.public, Handler: rim("public", map[string]http.Handler{c.cfg.Public.Address: public}), OnStop: c.surveys.box.Stop},
			edge.Server{Name: "back-office", Listener: l.office, Handler: rim("back-office", map[string]http.Handler{c.cfg.BackOffice.Address: office}), OnStop: func() { open.Stop(); c.offices.dock.Stop() }})
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

// public is the built site, and what its pages ask of the daemon. They bring their
// own content security policy.
func (c *centre) public(faults *edge.Faults) (http.Handler, error) {
	site := &webroot.Folder{Dir: c.cfg.Site, Immutable: webroot.Immutable}
	if c.demo {
		site.CompressUpTo = compressUpTo // it is built without compressed files, to be there sooner
	}
	headers := edge.Headers{Permissions: sitePermissions, HTTPS: secure(c.cfg.Public.Address)}
	miss, err := c.missed(faults)
	if err != nil {
		return nil, err
	}
	bodies := edge.BodyLimit(faults, func(r *http.Request) int64 {
		switch {
		case postbox.Takes(r.URL.Path):
			return postbox.MaxBody
		case r.URL.Path == missPath:
			return maxMiss
		case r.URL.Path == inquiry.Path:
			return inquiry.MaxBody
		}
		return 0
	})
	mux := http.NewServeMux()
	mux.Handle("/", site)
	mux.Handle("POST "+missPath, miss)
	c.surveys.box.Register(mux)
	inquiries, err := c.inquiries()
	if err != nil {
		return nil, err
	}
	inquiries.Register(mux)
	return edge.Chain(edge.Routes(mux), headers.Wrap, bodies), nil
}

func secure(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https"
}

// livePath is where live.v1 is spoken on the back office's address.
const livePath = "/ws/live"

// openPages is how many pages may listen at once.
var openPages = live.Caps{Session: 32, Officer: 64, Total: 10_000}

// pages are those of the back office, and who tells those that are open how long
// their session lasts and what waits.
func (c *centre) pages(providers ...pages.Provider) (*pages.Pages, *live.Server, error) {
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
	of := pages.Config{
		Name: name, Desk: c.desk, Manuals: c.manuals, Direct: c.direct, Misses: &misses.Desk{Store: c.store.Misses(), Least: c.cfg.Misses.Least, Now: time.Now}, Imports: c.imports, Moves: c.moves, Satisfaction: c.reports, Kiosks: c.surveys.desk, Licences: c.licences, Late: c.late, Summary: c.summary, Targets: c.current, Providers: providers, Sync: c.sync, Structure: names{c.current, c.log}, Address: address, Site: site,
		Contact: contact(c.cfg.Contact), Live: livePath, Mails: c.mails(), Demo: c.demo, Log: c.log, Now: time.Now, Request: edge.RequestID,
	}
	of.Here = c.here
	if c.offices != nil {
		of.Offices, of.Enrolment, of.Sticks = c.offices.inbox, c.offices.enrol, c.offices.sticks
	}
	p, err := pages.New(of)
	if err != nil {
		return nil, nil, err
	}
	open, err := live.New(live.Config{
		Origins: []string{c.cfg.BackOffice.Address}, Sessions: sessions{c.desk}, Secret: p.Secret, Standing: c.standing,
		Caps: openPages, Log: c.log, Now: time.Now,
	})
	if err != nil {
		return nil, nil, err
	}
	c.desk.SignedOut = func(id catalog.OfficerID) { open.Wake(string(id)) }
	c.tellPages(open)
	return p, open, nil
}

// office are all addresses of the back office, and who speaks with its open pages.
func (c *centre) office() (http.Handler, *live.Server, error) {
	p, open, err := c.pages(c.providers()...)
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	git, err := c.git()
	if err != nil {
		return nil, nil, err
	}
	mux.Handle(livePath, open)
	mux.Handle("/git/", git)
	c.offices.register(mux)
	mux.Handle(api.Root, api.New(api.Config{Desk: c.manuals, Staff: c.desk, Log: c.log, Request: edge.RequestID}))
	mux.Handle("/", p.Handler())
	return edge.Chain(edge.Routes(mux), c.told(p).Recover), open, nil
}

// told has failures told as a page.
func (c *centre) told(p *pages.Pages) *edge.Faults {
	return &edge.Faults{Log: c.log, Show: func(w http.ResponseWriter, r *http.Request, f edge.Failure) {
		p.Refuse(w, r, f.Status, f.What, f.Hint, f.Reference)
	}}
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
