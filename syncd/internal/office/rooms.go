package office

import (
	"context"
	"crypto/ecdh"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/strongbox"
	"khumue/syncd/internal/vault"
)

// Rooms are what is open of a machine, for the desks that officers work at.
type Rooms struct {
	Identity
	Store   *sqlstore.Store
	Repo    *gitrepo.Repository
	Box     *outbox.Box
	Writer  *deeds.Writer // whose methods are the Note of desks
	Mirror  *mirror.Mirror
	Courier *courier.Courier
	Vault   *vault.Vault // of the applicants of late requests

	papers papers
	book   *ledger.Ledger // that notes nothing
	opened *strongbox.Opened
	beside files
	now    func() time.Time // of this machine, as its files have it
	line   Line
	clock  *clock
	home   string // folder of what is kept

	log     *slog.Logger
	people  atomic.Bool                // it is known who may do what
	known   map[catalog.OfficerID]bool // officers of the machine of whom the centre told; of Dismiss alone
	noting  sync.Mutex                 // held while past is noted, so that what was seen last is noted last
	mu      sync.Mutex                 // never held while anything is written: who writes asks for what is ahead, and needs it
	doubted map[string]bool            // operations
	things  map[string][]deeds.Thing   // what operations are about that are ahead, by their ids
	past    past
	signers map[catalog.OfficerID]holding
	renewed bool // it is another machine from the next time on
}

// open opens everything with what is in the strongbox.
func (o *Office) open(ctx context.Context, opened *strongbox.Opened) (r *Rooms, err error) {
	p, err := readPapers(opened, o.in(papersFile))
	if err != nil {
		return nil, err
	}
	r = &Rooms{Identity: p.Identity, home: o.in(""), papers: p, opened: opened, log: o.Log, known: map[catalog.OfficerID]bool{}, doubted: map[string]bool{}, signers: map[catalog.OfficerID]holding{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.shut())
		}
	}()
	if r.Store, err = sqlstore.OpenSealed(ctx, o.in(databaseFile), opened.Secret("database")); err != nil {
		return nil, err
	}
	if err = r.openRepo(o.in(contentDir)); err != nil {
		return nil, err
	}
	if r.Vault, err = vault.New(opened.Secret("personal")); err != nil {
		return nil, err
	}
	if r.Box, err = outbox.Open(ctx, outbox.Options{Store: r.Store.Outbox(), Mark: outbox.MarkFile(o.in(markFile)), Now: o.Now, Random: o.Random}); err != nil {
		return nil, err
	}
	if err = r.carry(o); err != nil {
		return nil, err
	}
	if err = r.remember(ctx, o.Now); err != nil {
		return nil, err
	}
	if o.Opened != nil {
		err = o.Opened(ctx, r)
	}
	return r, err
}

// openRepo opens the content, and makes its repository where there is none.
func (r *Rooms) openRepo(dir string) error {
	if !gitrepo.Is(dir) {
		part := dir + ".part"
		if err := os.RemoveAll(part); err != nil {
			return full(err)
		}
		first, err := gitrepo.Init(part)
		if err != nil {
			return err
		}
		if err := errors.Join(first.Close(), os.Rename(part, dir)); err != nil {
			return full(err)
		}
	}
	repo, err := gitrepo.OpenWith(dir, r.Store.Refs())
	if err != nil {
		return err
	}
	r.Repo = repo
	return repo.Seal(r.opened.Secret("objects"))
}

// carry makes what speaks with the centre.
func (r *Rooms) carry(o *Office) error {
	box, err := ecdh.X25519().NewPrivateKey(r.papers.Box)
	if err != nil {
		return err
	}
	r.beside, r.now = files{o.in(filesDir), r.opened, &lastFile{}}, o.Now
	r.Writer = &deeds.Writer{Box: r.Box, Repo: r.Repo, Put: r.beside.put,
		Seal: func(text []byte, about string) ([]byte, error) { return cargo.Seal(r.papers.CentreBox, text, about) }, State: r.state}
	r.book = &ledger.Ledger{Repo: r.Repo, Now: o.Now, Random: o.Random}
	r.Mirror = &mirror.Mirror{Store: r.Store.Mirror(), Repo: r.Repo, Ledger: r.book, Ahead: r.ahead, Vault: r.Vault, Box: box, ID: r.Device,
		Now: o.Now, Random: o.Random, Log: o.Log}
	r.line = o.Line(r.Centre, func() (string, error) { return r.papers.Token, nil })
	r.Courier = courier.New(courier.Options{Box: r.Box, Transport: r.line, Inlet: inlet{r.Mirror, r}, Files: r.beside, Program: o.Program,
		Now: o.Now, Random: o.Random, Log: o.Log})
	return nil
}

// shut closes what was opened.
func (r *Rooms) shut() error {
	if r.line != nil {
		r.line.Close()
	}
	var err error
	if r.Repo != nil {
		err = r.Repo.Close()
	}
	if r.Store != nil {
		err = errors.Join(err, r.Store.Close())
	}
	return err
}

// close is shut, and forgets the keys.
func (r *Rooms) close() error {
	err := r.shut()
	r.forget(func(catalog.OfficerID, holding) bool { return true })
	r.opened.Close()
	return err
}
