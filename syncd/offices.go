package main

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/dock"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/porch"
	"khumue/syncd/internal/scope"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/stick"
	"khumue/syncd/internal/trail"
)

// offices is what the centre has for offices that work offline.
type offices struct {
	enrol  *enrol.Desk
	inbox  *inbox.Desk
	dock   *dock.Server
	porch  *porch.Server
	sticks *stick.Desk
}

// officesFolder is, in the data folder, where files of offices' operations are kept
// until nothing waits for them.
const officesFolder = "offices"

// officeQuota is how many bytes of files one machine may have there.
const officeQuota = 1 << 30

// officeWorkers is how many machines' operations are done at once. One has the database
// busy most of the time, for its turn waits for the disk once; while one waits for that,
// or for content, which is a commit of git each, the others go on. More do no more in the
// end: they take turns at the processors, and whoever asks for a page waits behind them.
const officeWorkers = 3

// openOffices opens the desks of offices. What machines seal for the centre opens by
// a key that follows from that of personal data, so that a backup with that key is
// enough.
func (c *centre) openOffices() (*offices, error) {
	box, err := ecdh.X25519().NewPrivateKey(c.late.Vault.Secret("offices box"))
	if err != nil {
		return nil, err
	}
	files := &inbox.Files{Dir: filepath.Join(c.cfg.Data, officesFolder), Quota: officeQuota}
	down := &scope.Desk{
		Ledger: c.manuals.Ledger, Staff: c.store, Licences: c.store.Licences(), Delays: c.store.Delays(), Vault: c.late.Vault,
		Manuals: c.store.Manuals(), Officers: func(ctx context.Context, device string) ([]catalog.OfficerID, error) {
			return c.offices.officers(ctx, device)
		},
		Settings: func() map[string]string {
			return map[string]string{cargo.OfflineDays: strconv.Itoa(c.cfg.Offices.OfflineDays)}
		},
		Key: c.late.Vault.Secret("offices cursor"), Now: time.Now, Log: c.log,
	}
	admits := &enrol.Desk{Store: c.store.Enrol(), Structure: c.current, Now: time.Now, Random: rand.Reader, Box: box.PublicKey().Bytes()}
	doer := &deeds.Doer{
		Officer: c.officerNow, Signers: admits.Signers, Repo: c.repo, Manuals: c.manuals, Direct: c.direct, Licences: c.licences, Late: c.late, Answers: c.surveys.intake, Serves: c.servesPoint, Structure: c.current, GaveUp: c.gaveUp, Log: c.log,
		Open:   func(device string, f wire.File) (io.ReadCloser, error) { return files.Open(device, f.SHA256) },
		Drop:   func(device string, f wire.File) error { return files.Drop(device, f.SHA256) },
		Unseal: func(sealed []byte, about string) ([]byte, error) { return cargo.Open(box, sealed, about) },
	}
	o := &offices{enrol: admits}
	o.inbox = &inbox.Desk{
		Store: c.store.Inbox(), Files: files, Doer: doer, Scope: scopes{down}, Structure: c.current, Epoch: c.store.Epoch,
		Now: time.Now, Random: rand.Reader, Log: c.log,
	}
	o.dock = dock.New(dock.Config{Desk: o.inbox, Caps: dock.Usual(), Log: c.log, Now: time.Now, Random: rand.Reader})
	o.sticks = &stick.Desk{Inbox: o.inbox, Box: box, Epoch: c.store.Epoch, Now: time.Now, Dir: c.cfg.Data}
	o.porch = porch.New(o.enrol, edge.Client, c.log)
	return o, nil
}

// scopes answers machines' pulls.
type scopes struct{ desk *scope.Desk }

func (s scopes) Pull(ctx context.Context, dev inbox.Device, cursor string, have []byte) ([]wire.Change, string, bool, error) {
	return s.desk.Pull(ctx, scope.Office{ID: dev.ID, Agency: dev.Agency, Point: dev.Point, Box: dev.Box}, cursor, have)
}

// officerNow is an officer with the rights of now; an error of kind Forbidden where the
// account is disabled.
func (c *centre) officerNow(ctx context.Context, id catalog.OfficerID) (by staff.Acting, err error) {
	err = c.store.Read(ctx, func(r staff.Records) error {
		u, err := r.User(id)
		if err == nil && !u.Disabled.IsZero() {
			err = fault.New(fault.Forbidden, fault.Text{TH: "บัญชีนี้ถูกระงับ", EN: "this account is disabled"})
		}
		by = staff.Acting{Officer: u.Officer()}
		return err
	})
	return by, err
}

// gaveUp is who gave a draft up, and when, as the trail tells; "" where it does not.
func (c *centre) gaveUp(ctx context.Context, manual catalog.ManualID, draft string) (by catalog.OfficerID, at time.Time, err error) {
	err = c.store.Read(ctx, func(r staff.Records) error {
		list, err := r.FindEntries(trail.Filter{Action: "revision.give-up", Page: trail.Page{Limit: 1000}})
		if i := slices.IndexFunc(list, func(e trail.Entry) bool { return e.Subject == string(manual)+"/"+draft }); i >= 0 {
			by, at = list[i].Officer, list[i].At
		}
		return err
	})
	return by, at, err
}

// officers are those who may work on a machine now.
func (o *offices) officers(ctx context.Context, device string) ([]catalog.OfficerID, error) {
	return o.enrol.Working(ctx, device)
}

// servesPoint tells whether a point is one that a machine of an office serves: its
// own, or where it has none any of its agency and of those below.
func (c *centre) servesPoint(dev inbox.Device, code catalog.PointCode) (bool, error) {
	if dev.Point != "" && dev.Point != code {
		return false, nil
	}
	agency, _, ok := c.reports.Places.Point(code)
	if !ok {
		if _, err := c.direct.Serves(code); errors.Is(err, fault.NotFound) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		return false, fault.New(fault.Unavailable, fault.Text{TH: "ยังอ่านจุดบริการไม่เสร็จ", EN: "the service points are not read yet"})
	}
	at, err := c.current.Target(agency, "")
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && slices.Contains(at.Chain, dev.Agency), err
}

// register puts the addresses of offices into the back office's router.
func (o *offices) register(mux *http.ServeMux) {
	o.dock.Register(mux)
	o.porch.Register(mux)
}

// run does what offices did, until ctx ends.
func (o *offices) run(ctx context.Context, c *centre, g *errgroup.Group, metrics *edge.Metrics) {
	metrics.Watch("khumue_office_sockets", "Websockets and messages of offices, by whether they are open or answered.", "state", false, func() map[string]float64 {
		open, talking := o.dock.Figures()
		return map[string]float64{"open": open, "answered": talking}
	})
	metrics.Watch("khumue_office_operations_total", "Operations of offices, by whether they were taken in or done.", "state", true, func() map[string]float64 {
		came, done := o.inbox.Figures()
		return map[string]float64{"stored": came, "done": done}
	})
	g.Go(func() error {
		if c.untilRead(ctx) {
			o.inbox.Run(ctx, officeWorkers)
		}
		return nil
	})
	g.Go(func() error { o.dock.Run(ctx); return nil })
	g.Go(func() error { o.tidy(ctx, c); return nil })
}

// readAgainEvery is how often the content is tried that could not be read.
const readAgainEvery = time.Second

// untilRead waits until the desks know all that the content has: until then they would
// answer that there is no such manual, which an office would be told for good. It returns
// false when ctx ends before.
func (c *centre) untilRead(ctx context.Context) bool {
	tick := time.NewTicker(readAgainEvery)
	defer tick.Stop()
	for {
		_, err := c.follows.look()
		if err = errors.Join(err, c.manuals.CatchUp(ctx), c.direct.Ready()); err == nil {
			return true
		}
		if ctx.Err() == nil {
			c.log.Error("what offices did waits until the content is read", "error", err)
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}

// officesTidyEvery is how often files that nothing waits for are let go of.
const officesTidyEvery = 24 * time.Hour

func (o *offices) tidy(ctx context.Context, c *centre) {
	tick := time.NewTicker(officesTidyEvery)
	defer tick.Stop()
	for {
		if err := o.inbox.Tidy(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) {
			c.log.Error("what offices sent is tidied later", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
