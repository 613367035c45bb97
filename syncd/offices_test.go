package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/line"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/porch"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

// ready is a daemon of the sample portal and people that listens, with its address.
func ready(t *testing.T) (*centre, string) {
	t.Helper()
	c := opened(t)
	_, err := c.follows.look()
	must(t, err)
	must(t, (&demoCommand{Agency: sampleAgency}).hire(t.Context(), c.desk, "https://id.example"))
	serves(t, c, func() {})
	return c, c.cfg.BackOffice.Address
}

// opened is a daemon of the sample portal before it serves.
func opened(t *testing.T) *centre {
	t.Helper()
	addr := freeAddresses(t, 2)
	cfg, err := config.Read(config.Source{Name: "test", Env: []string{
		"KHUMUE_DATA=" + t.TempDir(), "KHUMUE_GENERATOR=" + generator, "KHUMUE_METRICS_LISTEN=none", "KHUMUE_LOG_LEVEL=warn",
		"KHUMUE_PUBLIC_LISTEN=" + addr[0], "KHUMUE_PUBLIC_ADDRESS=http://" + addr[0], "KHUMUE_BACK_OFFICE_LISTEN=" + addr[1], "KHUMUE_BACK_OFFICE_ADDRESS=http://" + addr[1],
	}})
	must(t, err)
	must(t, importContent("../content", cfg, time.Now()))
	c, err := openCentre(t.Context(), cfg, slog.New(slog.DiscardHandler), true)
	must(t, err)
	return c
}

// serves has a daemon serve until the test ends, and does something when it says that
// it listens.
func serves(t *testing.T, c *centre, then func()) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	up, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- c.serve(ctx, func() { then(); close(up) }) }()
	t.Cleanup(func() { stop(); must(t, errors.Join(<-ended, c.close())) })
	select {
	case <-up:
	case err := <-ended:
		ended <- err
		t.Fatal(err)
	}
}

// TestADaemonThatListensKnowsTheAgencies asks at the first moment at which anybody can:
// whoever came before the agencies were read was told that the account may not.
func TestADaemonThatListensKnowsTheAgencies(t *testing.T) {
	c := opened(t)
	serves(t, c, func() {
		if _, err := c.current.Target(sampleAgency, samplePoint); err != nil {
			t.Errorf("got error %v, want the sample point", err)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person is one of the samples.
func (c *centre) person(t *testing.T, subject string) staff.Acting {
	t.Helper()
	var by staff.Acting
	must(t, c.store.Read(t.Context(), func(r staff.Records) error {
		u, err := r.UserOf("https://id.example", subject)
		by = staff.Acting{Officer: u.Officer()}
		return err
	}))
	return by
}

// rural is an office's machine.
type rural struct {
	t       *testing.T
	store   *sqlstore.Store
	repo    *gitrepo.Repository
	direct  *immediate.Desk
	box     *outbox.Box
	mirror  *mirror.Mirror
	courier *courier.Courier
}

// ahead are entities of operations that the centre has not done.
type ahead map[string]bool

func (a ahead) Has(kind, id string) bool { return a[kind+":"+id] }
func (a ahead) Records() []mirror.Entity { return nil }

// enrolled claims a code and makes a machine's rooms.
func enrolled(t *testing.T, address, code string) *rural {
	t.Helper()
	keys, err := enrol.NewKeys(rand.Reader)
	must(t, err)
	to, err := porch.ParseCentre(address, nil)
	must(t, err)
	a, err := enrol.Claim(t.Context(), to, "", code, keys, "n-1")
	must(t, err)
	dir := t.TempDir()
	m := &rural{t: t}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	m.store, err = sqlstore.OpenSealed(t.Context(), filepath.Join(dir, "office.db"), key)
	must(t, err)
	first, err := gitrepo.Init(filepath.Join(dir, "content.git"))
	must(t, err)
	must(t, first.Close())
	m.repo, err = gitrepo.OpenWith(filepath.Join(dir, "content.git"), m.store.Refs())
	must(t, err)
	t.Cleanup(func() { must(t, errors.Join(m.repo.Close(), m.store.Close())) })
	m.box, err = outbox.Open(t.Context(), outbox.Options{Store: m.store.Outbox(), Mark: outbox.MarkFile(filepath.Join(dir, "mark")), Now: time.Now, Random: rand.Reader})
	must(t, err)
	w := &deeds.Writer{Box: m.box, Repo: m.repo, Put: func(context.Context, wire.File, []byte) error { return nil },
		Seal: func(text []byte, about string) ([]byte, error) { return cargo.Seal(a.Box, text, about) }}
	quiet := slog.New(slog.DiscardHandler)
	book := &ledger.Ledger{Repo: m.repo, Now: time.Now, Random: rand.Reader, Note: w.Ledger}
	m.direct = &immediate.Desk{Ledger: book, Now: time.Now, Random: rand.Reader, Log: quiet, Record: func(ctx context.Context, e trail.Entry) error {
		return m.store.Write(ctx, func(r staff.Records) error { return r.Record(e) })
	}}
	safe, err := vault.New(key)
	must(t, err)
	m.mirror = &mirror.Mirror{Store: m.store.Mirror(), Repo: m.repo, Ledger: &ledger.Ledger{Repo: m.repo, Now: time.Now, Random: rand.Reader}, Vault: safe, Box: keys.Box, ID: a.Device,
		Now: time.Now, Random: rand.Reader, Log: quiet, Ahead: m.ahead}
	way := line.New(line.Config{Address: address, Token: func() (string, error) { return a.Token, nil }, Now: time.Now})
	t.Cleanup(way.Close)
	m.courier = courier.New(courier.Options{Box: m.box, Transport: way, Inlet: m.mirror, Program: "test", Now: time.Now, Random: rand.Reader, Log: quiet})
	return m
}

func (m *rural) ahead(ctx context.Context) (mirror.Ahead, error) {
	list, err := m.box.Items(ctx, outbox.Filter{States: []outbox.State{outbox.Ready, outbox.Sending, outbox.Stored}})
	out := ahead{}
	for _, i := range list {
		out[i.Entity] = true
	}
	return out, err
}

// carry steps the courier until something is so, or too many steps were taken.
func (m *rural) carry(so func(courier.Status) bool) {
	m.t.Helper()
	for range 3000 {
		wait, err := m.courier.Step(m.t.Context())
		must(m.t, err)
		s, err := m.courier.Look(m.t.Context())
		must(m.t, err)
		if so(s) {
			return
		}
		if wait > 0 {
			m.courier.Try()
		}
	}
	s, _ := m.courier.Look(m.t.Context())
	m.t.Fatalf("it stands so: %+v", s)
}

// TestAnOfficeEnrolsFetchesAndSends takes a machine from its code to a change of its
// own that is published by the centre.
func TestAnOfficeEnrolsFetchesAndSends(t *testing.T) {
	c, address := ready(t)
	by := c.person(t, "central")
	code, _, err := c.offices.enrol.NewCode(t.Context(), by, sampleAgency, "", "โน้ตบุ๊กตัวอย่าง")
	must(t, err)
	m := enrolled(t, address, code)
	m.carry(func(s courier.Status) bool {
		return !s.Fetching && m.mirror.Progress().Complete && len(m.mirror.Needs()) == 0 && s.CameIn > 0
	})

	const file = "agencies/mot/dlt/points/dlt-area5.yaml"
	sheet, err := m.direct.Open(by, file)
	must(t, err)
	sheet.Value.(*catalog.Point).Directions.TH = "ข้างตลาด จากสำนักงาน"
	_, err = m.direct.Save(t.Context(), by, immediate.Change{File: file, Was: sheet.Was, Value: sheet.Value, Why: "ย้ายทางเข้า"})
	must(t, err)
	if s, err := m.courier.Look(t.Context()); err != nil || s.AllSent() {
		t.Errorf("before anything was sent it stands so: %+v, %v", s, err)
	}
	m.carry(func(s courier.Status) bool { return s.AllSent() })
	m.carry(func(courier.Status) bool {
		list, err := m.box.Items(t.Context(), outbox.Filter{States: []outbox.State{outbox.Processed}})
		return err == nil && len(list) == 1
	})
	_, main, err := c.repo.Resolve(gitrepo.Main)
	must(t, err)
	src, err := c.repo.File(main.Tree, file)
	must(t, err)
	if !strings.Contains(string(src), "จากสำนักงาน") || main.Author.Name != string(by.ID) || main.Trailer("Khumue-Via") == "" {
		t.Errorf("the centre has\n%s\nby %s, saying\n%s", src, main.Author.Name, main.Message)
	}
	list, err := c.offices.inbox.Offices(t.Context(), by)
	if err != nil || len(list) != 1 || list[0].Contact.IsZero() || list[0].Pending != 0 {
		t.Errorf("the centre tells of offices %+v, %v", list, err)
	}
}
