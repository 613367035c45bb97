package simulator_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/licence"
	"khumue/internal/proof"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

// What the desks work on.
const (
	theManual  = catalog.ManualID("dlt-xgveak")
	theProcess = catalog.ProcessID("dlt-u3iddp")
	thePoint   = catalog.PointCode("dlt-area5")
	thePlace   = "agencies/mot/dlt/points/dlt-area5.yaml"
)

// roles are what the officers hold, in their order.
var roles = []catalog.Role{catalog.RolePoint, catalog.RoleAuthor, catalog.RoleReviewer}

// acting is an officer with the rights that were given at first.
func acting(n int) staff.Acting {
	g := rights.Grant{Role: roles[n], Scope: rights.Scope{Agency: "dlt"}}
	return staff.Acting{Officer: rights.Officer{ID: officers[n], Grants: []rights.Grant{g}}, Request: "r"}
}

// signer signs what the centre begins with.
var signer = sync.OnceValue(func() *proof.Signer {
	s, _, err := proof.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return s
})

// rooms are the desks of one side.
type rooms struct {
	*structure.Current
	manuals *manuals.Desk
	direct  *immediate.Desk
	reports *licences.Desk
	doer    inbox.Doer
}

// newRooms makes desks over a database and a repository.
func newRooms(ctx context.Context, store *sqlstore.Store, book *ledger.Ledger) (*rooms, error) {
	r := &rooms{Current: &structure.Current{}}
	_, main, err := book.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	agencies, err := structure.Read(book.Repo.FS(main.Tree))
	if err != nil {
		return nil, err
	}
	r.Set(agencies)
	r.manuals = &manuals.Desk{Ledger: book, Store: store.Manuals(), Structure: r.Current, People: r, Now: book.Now, Random: book.Random, Limits: manuals.Usual(), Log: quiet}
	r.direct = &immediate.Desk{Ledger: book, Now: book.Now, Random: book.Random, Log: quiet, Record: func(ctx context.Context, e trail.Entry) error {
		return store.Write(ctx, func(s staff.Records) error { return s.Record(e) })
	}}
	r.reports = &licences.Desk{Store: store.Licences(), Structure: r.Current, Places: r, People: r, Now: book.Now, Random: book.Random, Log: quiet}
	return r, errors.Join(r.manuals.CatchUp(ctx), r.reports.Follow(ctx))
}

// What the desks ask of content and people, answered for one point.

func (*rooms) Holders(context.Context, rights.Action, catalog.AgencyCode) ([]catalog.OfficerID, error) {
	return nil, nil
}
func (*rooms) Keepers(context.Context, rights.Action) (*staff.Keepers, error) {
	return &staff.Keepers{}, nil
}
func (*rooms) Centrals(context.Context, ...catalog.AgencyCode) (map[catalog.AgencyCode][]catalog.OfficerID, error) {
	return nil, nil
}
func (*rooms) Everywhere(context.Context, catalog.Role) ([]catalog.OfficerID, error) { return nil, nil }
func (*rooms) Version() (string, error)                                              { return "1", nil }
func (*rooms) Places() ([]licences.Place, error) {
	return []licences.Place{{Code: thePoint, Agency: "dlt", Processes: []catalog.ProcessID{theProcess}}}, nil
}
func (*rooms) Titles(...catalog.ProcessID) (map[catalog.ProcessID]catalog.Text, error) {
	return map[catalog.ProcessID]catalog.Text{theProcess: {TH: "กระบวนงาน"}}, nil
}

func (*rooms) Agency(a catalog.AgencyCode) (*catalog.Agency, bool) {
	return &catalog.Agency{Code: a, Name: catalog.Text{TH: string(a)}, Kind: "department"}, true
}
func (*rooms) Children(catalog.AgencyCode) []*catalog.Agency { return nil }
func (*rooms) AgencyReports(catalog.AgencyCode) bool         { return false }
func (*rooms) Holidays() (calendar.Holidays, error)          { return calendar.NewHolidays(nil), nil }

// furnish makes what a machine has besides its outbox.
func (m *machine) furnish(random io.Reader, safe *vault.Vault) {
	m.mirror = &mirror.Mirror{Store: mirrorDisk{m.store.Mirror(), m}, Repo: m.repo, Ledger: &ledger.Ledger{Repo: m.repo, Now: m.wall, Random: random}, Vault: safe, Box: m.box, ID: m.device.ID,
		Now: m.steady, Random: random, Log: quiet, Ahead: m.ahead}
	m.rooms, m.random, m.doubted = nil, random, map[string]bool{}
}

// open opens the desks, once there is content.
func (m *machine) open() *rooms {
	if m.rooms != nil || !m.w.desks {
		return m.rooms
	}
	w := &deeds.Writer{Box: m.out, Repo: m.repo, Put: func(_ context.Context, f wire.File, data []byte) error { m.shelf[f.SHA256] = string(data); return nil },
		Seal: func(text []byte, _ string) ([]byte, error) { return text, nil }}
	book := &ledger.Ledger{Repo: m.repo, Now: m.wall, Random: m.random, Note: w.Ledger}
	r, err := newRooms(m.w.t.Context(), m.store, book)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	m.w.must(err)
	r.reports.Note = w.Licences
	m.rooms = r
	m.mirror.Changed = func() { m.w.must(r.manuals.CatchUp(m.w.t.Context())) }
	return r
}

// ahead is what officers did here and the centre has not done.
type ahead struct {
	things  map[deeds.Thing]bool
	records []mirror.Entity
}

func (a ahead) Has(kind, id string) bool {
	if kind == cargo.Revision {
		ref, err := review.ParseRef(id)
		return err == nil && a.things[deeds.Thing{Kind: kind, ID: string(ref.Manual)}]
	}
	return a.things[deeds.Thing{Kind: kind, ID: id}]
}

func (a ahead) Records() []mirror.Entity { return a.records }

func (m *machine) ahead(ctx context.Context) (mirror.Ahead, error) {
	list, err := m.out.Items(ctx, outbox.Filter{States: []outbox.State{outbox.Ready, outbox.Sending, outbox.Stored}})
	a := ahead{things: map[deeds.Thing]bool{}}
	for _, i := range list {
		things, err := deeds.About(i.Kind, i.Body)
		if err != nil {
			return nil, err
		}
		for _, t := range things {
			if !a.things[t] {
				a.records = append(a.records, m.recordsOf(t)...)
			}
			a.things[t] = true
		}
	}
	return a, err
}

// recordsOf are the records that a thing is.
func (m *machine) recordsOf(t deeds.Thing) (list []mirror.Entity) {
	switch t.Kind {
	case cargo.File:
		return nil
	case cargo.Revision:
		for _, state := range []review.State{review.Draft, review.InReview, review.Endorsed} {
			refs, err := m.mirror.Ledger.Find(state, catalog.ManualID(t.ID))
			m.w.must(err)
			for _, ref := range refs {
				list = append(list, mirror.Entity{Kind: t.Kind, ID: ref.String()})
			}
		}
		return list
	}
	return []mirror.Entity{{Kind: t.Kind, ID: t.ID}}
}

// inlet is the mirror, which doubts what the centre refused.
type inlet struct {
	*mirror.Mirror
	m *machine
}

func (m *machine) inlet() courier.Inlet {
	if !m.w.fetches {
		return nil
	}
	return inlet{m.mirror, m}
}

// Cursor is that of the mirror.
func (i inlet) Cursor(ctx context.Context) (string, []byte, error) {
	list, err := i.m.out.Items(ctx, outbox.Filter{States: []outbox.State{outbox.Attention}})
	if err != nil {
		return "", nil, err
	}
	for _, one := range list {
		if i.m.doubted[one.ID] || one.Status == "" || one.Emptied {
			continue
		}
		things, err := deeds.About(one.Kind, one.Body)
		if err != nil {
			return "", nil, err
		}
		for _, t := range things {
			if err := i.Doubt(ctx, i.m.recordsOf(t)...); err != nil {
				return "", nil, err
			}
		}
		i.m.doubted[one.ID] = true
	}
	return i.Mirror.Cursor(ctx)
}

// furnish opens the centre's desks.
func (c *centre) furnish(random io.Reader, _ *vault.Vault) {
	if !c.w.desks {
		return
	}
	book := &ledger.Ledger{Repo: c.repo, Sign: signer().Sign, Now: c.now, Random: random}
	r, err := newRooms(c.w.t.Context(), c.store, book)
	c.w.must(err)
	r.doer = &deeds.Doer{Officer: c.officer, Repo: c.repo, Manuals: r.manuals, Direct: r.direct, Licences: r.reports,
		Structure: r.Current, Log: quiet, GaveUp: nobodyTells, Signers: everybody,
		Serves: func(dev inbox.Device, point catalog.PointCode) (bool, error) {
			return dev.Agency == "dlt" && point == thePoint, nil
		},
		Open:   func(device string, f wire.File) (io.ReadCloser, error) { return c.desk.Files.Open(device, f.SHA256) },
		Drop:   func(device string, f wire.File) error { return c.desk.Files.Drop(device, f.SHA256) },
		Unseal: func(sealed []byte, _ string) ([]byte, error) { return sealed, nil }}
	c.rooms = r
}

// nobodyTells who gave a draft up.
func nobodyTells(context.Context, catalog.ManualID, string) (by catalog.OfficerID, at time.Time, err error) {
	return by, at, nil
}

// everybody has joined each machine.
func everybody(_ context.Context, device string) (list []enrol.Signer, err error) {
	for _, id := range officers {
		list = append(list, enrol.Signer{Device: device, Officer: id})
	}
	return list, nil
}

// bootstrap begins the centre's content.
func (c *centre) bootstrap(repo *gitrepo.Repository, tree gitrepo.Hash) error {
	message, err := proof.Trailers{Stage: proof.Bootstrap, Officer: opdc.ID}.Message("First content")
	if err != nil {
		return err
	}
	b := repo.NewBatch()
	by := gitrepo.Person{Name: string(opdc.ID), Email: string(opdc.ID) + "@users.invalid", At: c.now()}
	root, err := b.NewCommit(gitrepo.Change{Tree: tree, Author: by, Committer: by, Message: message}, signer().Sign)
	if err := errors.Join(err, b.Close()); err != nil {
		return err
	}
	return repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: root})
}

// actAtDesk has an officer work at a desk of a machine.
func (m *machine) actAtDesk() {
	what, err := m.w.deskWork(m.open())
	m.w.say("%s: at a desk: %s, %v", m.name, what, err)
}

// actAtDesk has an officer work at the centre.
func (c *centre) actAtDesk() {
	what, err := c.w.deskWork(c.rooms)
	c.w.say("the centre: at a desk: %s, %v", what, err)
}

// deskWork is something that an officer does at a desk.
func (w *world) deskWork(r *rooms) (what string, err error) {
	ctx := w.t.Context()
	w.deeds++
	words := fmt.Sprintf("ข้อความที่ %d", w.deeds)
	switch w.dice.IntN(4) {
	case 0, 1:
		sheet, err := r.direct.Open(acting(0), thePlace)
		if err != nil {
			return "open the point", err
		}
		p := sheet.Value.(*catalog.Point)
		if w.chance(60) {
			p.Directions.TH = words
		} else {
			p.Contact.Email = fmt.Sprintf("p%d@example.go.th", w.deeds)
		}
		_, err = r.direct.Save(ctx, acting(0), immediate.Change{File: thePlace, Was: sheet.Was, Value: p})
		return "change the point", err
	case 2:
		month := calendar.MonthOf(calendar.DateOf(w.now)).Add(-1)
		g, err := r.reports.Grid(ctx, acting(0), thePoint, month, month)
		if err != nil || len(g.Rows) == 0 {
			return "read the reports", err
		}
		entry := licence.Entry{}
		entry.Received = w.dice.IntN(9)
		entry.ApprovedOn = entry.Received
		_, err = r.reports.Write(ctx, acting(0), licences.Written{Point: thePoint, File: w.chance(50), Changes: []licences.Change{{Process: theProcess, Month: month, Edition: g.Rows[0].Edition, Entry: entry}}})
		return "report", err
	}
	return w.revise(r, words)
}

// revise takes a revision of the manual one step on.
func (w *world) revise(r *rooms, words string) (what string, err error) {
	ctx := w.t.Context()
	for _, state := range []review.State{review.InReview, review.Draft} {
		refs, err := r.manuals.Ledger.Find(state, theManual)
		if err != nil || len(refs) == 0 {
			continue
		}
		ref := refs[0]
		if state == review.InReview {
			h, err := r.manuals.Ledger.Load(ref)
			if err != nil {
				return "load", err
			}
			if w.chance(50) {
				_, err = r.manuals.Endorse(ctx, acting(2), ref, h.Tree)
				return "endorse", err
			}
			_, err = r.manuals.Return(ctx, acting(2), ref, "แก้ชื่อ", nil)
			return "return", err
		}
		if w.chance(30) {
			_, err = r.manuals.Submit(ctx, acting(1), ref)
			return "submit", err
		}
		s, err := r.manuals.Revision(ctx, acting(1), ref)
		if err != nil {
			return "open the revision", err
		}
		s.Manual.Title.TH = words
		_, err = r.manuals.Save(ctx, acting(1), ref, manuals.Change{Was: s.Commit, Manual: s.Manual})
		return "save the revision", err
	}
	_, err = r.manuals.Revise(ctx, acting(1), theManual, true)
	return "begin a revision", err
}
