package deeds_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/licence"
	"khumue/internal/proof"
	"khumue/internal/wire"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
	"khumue/syncd/internal/trail"
	"khumue/syncd/internal/vault"
)

const (
	subject = catalog.ManualID("dlt-xgveak")
	process = catalog.ProcessID("dlt-u3iddp")
	point   = catalog.PointCode("dlt-area5")
	file    = "agencies/mot/dlt/points/dlt-area5.yaml"
)

func acting(id string, role catalog.Role, agency catalog.AgencyCode) staff.Acting {
	g := rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
	return staff.Acting{Officer: rights.Officer{ID: catalog.OfficerID("o-" + strings.Repeat(id, 16)), Grants: []rights.Grant{g}}, Request: "r"}
}

var (
	author   = acting("a", catalog.RoleAuthor, "dlt")
	reviewer = acting("r", catalog.RoleReviewer, "dlt")
	clerk    = acting("k", catalog.RolePoint, "dlt")
	opdc     = acting("p", catalog.RoleOPDC, "")
)

// sample is the sample content, whose root is the same commit on both sides.
var sample = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	return p.AddFS(os.DirFS("../../../content"), corpus.Ignored)
}}

// side is the desks of one side over a database and a repository of its own.
type side struct {
	*structure.Current
	t       *testing.T
	store   *sqlstore.Store
	repo    *gitrepo.Repository
	manuals *manuals.Desk
	direct  *immediate.Desk
	late    *delays.Desk
	reports *licences.Desk
	mu      sync.Mutex
	now     time.Time
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// signer signs on both sides, so that both begin with the same commit.
var signer = sync.OnceValue(func() *proof.Signer {
	s, _, err := proof.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return s
})

// open opens a side; refs in its database are an office's.
func open(t *testing.T, office bool) *side {
	t.Helper()
	dir := t.TempDir()
	repo, tree := sample.Copy(t, filepath.Join(dir, "content.git"))
	s := &side{t: t, Current: &structure.Current{}, store: sqlstoretest.Open(t, filepath.Join(dir, "test.db")), repo: repo, now: time.Date(2026, 11, 5, 3, 42, 0, 0, time.UTC)}
	if office {
		must(t, repo.Close())
		var err error
		s.repo, err = gitrepo.OpenWith(filepath.Join(dir, "content.git"), s.store.Refs())
		must(t, err)
	}
	s.bootstrap(tree)
	agencies, err := structure.Read(s.repo.FS(tree))
	must(t, err)
	s.Set(agencies)
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	book := &ledger.Ledger{Repo: s.repo, Sign: signer().Sign, Now: s.clock, Random: rand.Reader}
	s.manuals = &manuals.Desk{Ledger: book, Store: s.store.Manuals(), Structure: s.Current, People: s, Now: s.clock, Random: rand.Reader, Limits: manuals.Usual(), Log: quiet}
	s.direct = &immediate.Desk{Ledger: book, Record: func(ctx context.Context, e trail.Entry) error {
		return s.store.Write(ctx, func(r staff.Records) error { return r.Record(e) })
	}, Now: s.clock, Random: rand.Reader, Log: quiet}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	safe, err := vault.New(key)
	must(t, err)
	s.late = &delays.Desk{Store: s.store.Delays(), Structure: s.Current, Content: s, Vault: safe, KeptDays: 100, Now: s.clock, Random: rand.Reader}
	s.reports = &licences.Desk{Store: s.store.Licences(), Structure: s.Current, Places: s, People: s, Now: s.clock, Random: rand.Reader, Log: quiet}
	must(t, s.manuals.CatchUp(t.Context()))
	must(t, s.reports.Follow(t.Context()))
	t.Cleanup(func() { must(t, errors.Join(s.store.Close(), s.repo.Close())) })
	return s
}

func (s *side) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(1400 * time.Millisecond)
	return s.now
}

func (s *side) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *side) bootstrap(tree gitrepo.Hash) {
	s.t.Helper()
	message, err := proof.Trailers{Stage: proof.Bootstrap, Officer: opdc.ID}.Message("First content")
	must(s.t, err)
	b := s.repo.NewBatch()
	who := gitrepo.Person{Name: string(opdc.ID), Email: string(opdc.ID) + "@users.invalid", At: s.now}
	root, err := b.NewCommit(gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: message}, signer().Sign)
	must(s.t, err)
	must(s.t, b.Close())
	must(s.t, s.repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: root}))
}

// What the desks ask of content and people, answered for one point.

func (*side) Holders(context.Context, rights.Action, catalog.AgencyCode) ([]catalog.OfficerID, error) {
	return nil, nil
}
func (s *side) Keepers(ctx context.Context, a rights.Action) (*staff.Keepers, error) {
	return (&staff.Desk{Store: s.store, Structure: s.Current, Now: s.clock}).Keepers(ctx, a)
}
func (*side) Centrals(context.Context, ...catalog.AgencyCode) (map[catalog.AgencyCode][]catalog.OfficerID, error) {
	return nil, nil
}
func (*side) Everywhere(context.Context, catalog.Role) ([]catalog.OfficerID, error) { return nil, nil }
func (*side) Version() (string, error)                                              { return "1", nil }
func (*side) Places() ([]licences.Place, error) {
	return []licences.Place{{Code: point, Agency: "dlt", Processes: []catalog.ProcessID{process}}}, nil
}
func (*side) Titles(...catalog.ProcessID) (map[catalog.ProcessID]catalog.Text, error) {
	return map[catalog.ProcessID]catalog.Text{process: {TH: "กระบวนงาน"}}, nil
}
func (*side) Agency(a catalog.AgencyCode) (*catalog.Agency, bool) {
	return &catalog.Agency{Code: a, Name: catalog.Text{TH: string(a)}, Kind: "department"}, true
}
func (*side) Children(catalog.AgencyCode) []*catalog.Agency { return nil }
func (*side) AgencyReports(catalog.AgencyCode) bool         { return false }
func (*side) Holidays() (calendar.Holidays, error)          { return calendar.NewHolidays(nil), nil }
func (*side) Spot(catalog.PointCode) (delays.Spot, error) {
	return delays.Spot{Agency: "dlt", Province: "10", Manuals: []catalog.ManualID{subject}}, nil
}
func (*side) Edition(context.Context, catalog.ManualID, calendar.Date) (delays.Edition, error) {
	return delays.Edition{Title: catalog.Text{TH: "คู่มือ"}, Revision: 1, Commit: "c0ffee", Sets: []delays.Set{{Time: catalog.Duration{Value: 30, Unit: "day"}}}}, nil
}

// pair is an office and the centre with what lies between, but for the line.
type pair struct {
	t              *testing.T
	office, centre *side
	box            *outbox.Box
	in             *inbox.Desk
	device         inbox.Device
	writer         *deeds.Writer
	doer           *deeds.Doer
	files          map[string][]byte
	signs          map[catalog.OfficerID]ed25519.PrivateKey // at the office
	machine        ed25519.PrivateKey
	known          []enrol.Signer // at the centre
}

func openPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{t: t, office: open(t, true), centre: open(t, false), files: map[string][]byte{}, signs: map[catalog.OfficerID]ed25519.PrivateKey{}, machine: seeded("m")}
	for _, who := range []staff.Acting{author, reviewer} {
		p.signs[who.ID] = seeded(string(who.ID[2:3]))
		p.known = append(p.known, enrol.Signer{Device: device, Officer: who.ID, Key: p.signs[who.ID].Public().(ed25519.PublicKey), Since: p.centre.clock()})
	}
	p.known = append(p.known, enrol.Signer{Device: device, Officer: clerk.ID, Since: p.centre.clock()})
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	must(t, err)
	suite := func() (hpke.KDF, hpke.AEAD) { return hpke.HKDFSHA256(), hpke.AES256GCM() }
	p.box, err = outbox.Open(t.Context(), outbox.Options{Store: p.office.store.Outbox(), Mark: outbox.MarkFile(filepath.Join(t.TempDir(), "mark")), Now: p.office.clock, Random: rand.Reader})
	must(t, err)
	w := &deeds.Writer{Box: p.box, Repo: p.office.repo, State: p.state,
		Put: func(_ context.Context, f wire.File, data []byte) error { p.files[f.SHA256] = data; return nil },
		Seal: func(text []byte, about string) ([]byte, error) {
			to, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(key.PublicKey().Bytes())
			if err != nil {
				return nil, err
			}
			kdf, aead := suite()
			return hpke.Seal(to, kdf, aead, []byte(about), text)
		}}
	p.office.manuals.Ledger.Note, p.office.late.Note, p.office.reports.Note = w.Ledger, w.Delays, w.Licences
	d := &deeds.Doer{Signers: func(context.Context, string) ([]enrol.Signer, error) { return p.known, nil }, Repo: p.centre.repo, Manuals: p.centre.manuals, Direct: p.centre.direct, Licences: p.centre.reports, Late: p.centre.late,
		GaveUp: func(context.Context, catalog.ManualID, string) (catalog.OfficerID, time.Time, error) {
			return author.ID, time.Date(2026, 11, 4, 3, 0, 0, 0, time.UTC), nil
		},
		Structure: p.centre.Current, Log: slog.New(slog.DiscardHandler),
		Serves: func(dev inbox.Device, at catalog.PointCode) (bool, error) {
			return strings.HasPrefix(string(at), string(dev.Agency)+"-") && (dev.Point == "" || dev.Point == at), nil
		},
		Officer: func(_ context.Context, id catalog.OfficerID) (staff.Acting, error) {
			for _, who := range []staff.Acting{author, reviewer, clerk} {
				if who.ID == id {
					return who, nil
				}
			}
			return staff.Acting{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "none"})
		},
		Open: func(_ string, f wire.File) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(p.files[f.SHA256])), nil
		},
		Drop: func(device string, f wire.File) error { return p.in.Files.Drop(device, f.SHA256) },
		Unseal: func(sealed []byte, about string) ([]byte, error) {
			from, err := hpke.NewDHKEMPrivateKey(key)
			if err != nil {
				return nil, err
			}
			kdf, aead := suite()
			return hpke.Open(from, kdf, aead, []byte(about), sealed)
		}}
	p.writer, p.doer = w, d
	p.in = &inbox.Desk{Store: p.centre.store.Inbox(), Doer: d, Structure: p.centre.Current, Epoch: func(context.Context) (string, error) { return "e", nil },
		Now: p.centre.clock, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Files: &inbox.Files{Dir: t.TempDir(), Quota: 1 << 30}}
	p.device = inbox.Device{ID: device, Sign: p.machine.Public().(ed25519.PublicKey), Agency: "dlt", Name: "โน้ตบุ๊ก", Enrolled: p.centre.clock()}
	must(t, p.in.Store.Write(t.Context(), func(r inbox.Records) error { return r.PutDevice(p.device) }))
	return p
}

// send brings what waits at the office to the centre, has it done, and returns what
// became of it, by kind.
func (p *pair) send() []wire.Result {
	p.t.Helper()
	list, err := p.box.Items(p.t.Context(), outbox.Filter{States: []outbox.State{outbox.Ready}})
	must(p.t, err)
	var ops []wire.Op
	var ids []string
	for _, i := range list {
		for _, f := range i.Files {
			got := p.in.Talk(p.t.Context(), p.device, wire.Message{Type: wire.Chunk, Nonce: "n", Piece: &wire.Piece{SHA256: f.SHA256, Size: f.Size, Data: p.files[f.SHA256]}})
			if len(got.Got) != 1 || !got.Got[0].Complete {
				p.t.Fatalf("of a file the centre says %+v", got)
			}
		}
		ops, ids = append(ops, i.Op), append(ids, i.ID)
	}
	got := p.in.Talk(p.t.Context(), p.device, wire.Message{Type: wire.Push, Nonce: "n", Stream: p.box.Stream(), Ops: ops})
	if got.Type != wire.Results {
		p.t.Fatalf("the centre says %+v", got)
	}
	for {
		did, err := p.in.Step(p.t.Context())
		must(p.t, err)
		if !did {
			break
		}
	}
	return p.in.Talk(p.t.Context(), p.device, wire.Message{Type: wire.Ask, Nonce: "n", IDs: ids}).Results
}

// TestADayAtAnOfficeIsDoneAgainAtTheCentre writes a revision and has it approved,
// changes a profile, hands a report in and opens a late request, all at the office.
func TestADayAtAnOfficeIsDoneAgainAtTheCentre(t *testing.T) {
	p := openPair(t)
	ctx := t.Context()
	revise(p)
	sheet, err := p.office.direct.Open(clerk, file)
	must(t, err)
	sheet.Value.(*catalog.Point).Directions.TH = "ข้างตลาด"
	_, err = p.office.direct.Save(ctx, clerk, immediate.Change{File: file, Was: sheet.Was, Value: sheet.Value})
	must(t, err)
	october := calendar.Month{Year: 2026, Month: time.October}
	entry := licence.Entry{}
	entry.Received, entry.ApprovedOn = 5, 5
	_, err = p.office.reports.Write(ctx, clerk, licences.Written{Point: point, File: true, Changes: []licences.Change{{Process: process, Month: october, Entry: entry}}})
	must(t, err)
	id := late(p)

	for _, r := range p.send() {
		if r.Status != wire.Stored && r.Was != wire.Stored || !r.Processed {
			t.Errorf("an operation became %+v", r)
		}
	}
	if refs, err := p.centre.manuals.Ledger.Find(review.Endorsed, subject); err != nil || len(refs) != 1 {
		t.Errorf("the centre has %v, %v", refs, err)
	}
	_, main, err := p.centre.repo.Resolve(gitrepo.Main)
	must(t, err)
	src, err := p.centre.repo.File(main.Tree, file)
	if err != nil || !strings.Contains(string(src), "ข้างตลาด") {
		t.Errorf("the centre's point is\n%s", src)
	}
	g, err := p.centre.reports.Grid(ctx, clerk, point, october, october)
	must(t, err)
	if len(g.Rows) != 1 || g.Rows[0].Shown.Received != 5 {
		t.Errorf("the centre's report is %+v", g.Rows)
	}
	there, err := p.centre.late.Case(ctx, clerk, id)
	must(t, err)
	here, err := p.office.late.Case(ctx, clerk, id)
	must(t, err)
	if there.Who.Name != "นางสาวลำดวน ตัวอย่าง" || there.Printed != here.Printed || len(there.Case.Letters) != 1 || there.Version != here.Version {
		t.Errorf("the centre's case is %+v, the office's %+v", there, here)
	}
	p.nobodyIsNamed()
}

// revise writes a revision at the office, with a form beside it, and approves it.
func revise(p *pair) {
	p.t.Helper()
	ctx := p.t.Context()
	d, err := p.office.manuals.Revise(ctx, author, subject, true)
	must(p.t, err)
	s, err := p.office.manuals.Revision(ctx, author, d.Ref)
	must(p.t, err)
	s.Manual.Title.TH += " ฉบับสำนักงาน"
	paper := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte{0xff, 0}, 50_000)...)
	s.Manual.Forms = catalog.Some(append(s.Manual.Forms.Value, catalog.Form{Name: catalog.Text{TH: "แบบคำขอตัวอย่าง"}, Kind: "form", File: "form-9.pdf"}))
	saved, err := p.office.manuals.Save(ctx, author, d.Ref, manuals.Change{Was: s.Commit, Manual: s.Manual, Files: map[string][]byte{"form-9.pdf": paper}})
	must(p.t, err)
	d, err = p.office.manuals.Submit(ctx, author, saved.Ref)
	must(p.t, err)
	_, err = p.office.manuals.Endorse(ctx, reviewer, d.Ref, d.Tree)
	must(p.t, err)
}

// late opens a late request with one letter.
func late(p *pair) string {
	p.t.Helper()
	ctx := p.t.Context()
	day := func(s string) calendar.Date { d, err := calendar.ParseISO(s); must(p.t, err); return d }
	s, err := p.office.late.Begin(ctx, clerk, delays.New{ID: p.office.late.NewID(), Point: point, Manual: subject, Request: "กต 12/2569", Filed: day("2026-09-15"), Complete: day("2026-09-15"),
		Person: delays.Person{Name: "นางสาวลำดวน ตัวอย่าง", Contact: "99 ถนนตัวอย่าง"}})
	must(p.t, err)
	_, err = p.office.late.Write(ctx, clerk, delays.Command{ID: s.ID, Version: s.Version, Key: "k1"}, delay.Letter{Number: "คค 0401/1", Date: day("2026-11-04"), Reason: delay.Other, Text: "ระบบขัดข้อง", Expected: day("2026-11-30")})
	must(p.t, err)
	return s.ID
}

// nobodyIsNamed looks for the applicant in what was written down and sent.
func (p *pair) nobodyIsNamed() {
	p.t.Helper()
	list, err := p.box.Items(p.t.Context(), outbox.Filter{})
	must(p.t, err)
	for _, i := range list {
		if bytes.Contains(i.Body, []byte("ลำดวน")) || bytes.Contains(i.Secret, []byte("ลำดวน")) {
			p.t.Errorf("%s names the applicant", i.Kind)
		}
	}
}

// TestWhatTheCentreRefusesIsTold sends deeds that the centre can not do.
func TestWhatTheCentreRefusesIsTold(t *testing.T) {
	tests := []struct {
		name string
		at   func(*pair) // at the centre, before
		do   func(*pair)
		want wire.Status
	}{
		{"F21: a field that the centre changed too", func(p *pair) { direct(p, p.centre, "หลังวัด") }, func(p *pair) { direct(p, p.office, "ข้างตลาด") }, wire.Conflict},
		{"F22: a report that somebody wrote first", func(p *pair) { report(p, p.centre, 3) }, func(p *pair) { report(p, p.office, 5) }, wire.Conflict},
		{"a report of a month that has locked", func(p *pair) { p.centre.now = p.centre.now.AddDate(0, 2, 0) }, func(p *pair) { report(p, p.office, 5) }, wire.Rejected},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := openPair(t)
			test.at(p)
			test.do(p)
			got := p.send()
			if len(got) != 1 || got[0].Status != test.want && got[0].Was != test.want || got[0].Text.TH == "" || got[0].Text.EN == "" {
				t.Errorf("the office is told %+v", got)
			}
		})
	}
}

// TestF21TwoRevisionsOfOneManualAreBothKept revises the same field of a manual at the
// office and, first, at the centre.
func TestF21TwoRevisionsOfOneManualAreBothKept(t *testing.T) {
	p := openPair(t)
	ctx := t.Context()
	d, err := p.office.manuals.Revise(ctx, author, subject, true)
	must(t, err)
	p.send()
	title := func(s *side, words string) {
		t.Helper()
		r, err := s.manuals.Revision(ctx, author, d.Ref)
		must(t, err)
		r.Manual.Title.TH = words
		_, err = s.manuals.Save(ctx, author, d.Ref, manuals.Change{Was: r.Commit, Manual: r.Manual})
		must(t, err)
	}
	title(p.centre, "ชื่อของศูนย์กลาง")
	title(p.office, "ชื่อของสำนักงาน")
	all := p.send()
	got := all[len(all)-1]
	if got.Status != wire.Conflict || !bytes.Contains(got.Value, []byte("ชื่อของศูนย์กลาง")) || !bytes.Contains(got.Value, []byte("ชื่อของสำนักงาน")) {
		t.Errorf("the office is told %s %s, %s", got.Status, got.Text.EN, got.Value)
	}
	r, err := p.centre.manuals.Revision(ctx, author, d.Ref)
	must(t, err)
	if r.Manual.Title.TH != "ชื่อของศูนย์กลาง" {
		t.Errorf("the centre has %s", r.Manual.Title.TH)
	}
}

// TestF22AReportThatWasCorrectedCountsOnce files a month at the office, and corrects it.
func TestF22AReportThatWasCorrectedCountsOnce(t *testing.T) {
	p := openPair(t)
	october := calendar.Month{Year: 2026, Month: time.October}
	report(p, p.office, 5)
	entry := licence.Entry{}
	entry.Received, entry.ApprovedOn = 6, 6
	g, err := p.office.reports.Grid(t.Context(), clerk, point, october, october)
	must(t, err)
	_, err = p.office.reports.Write(t.Context(), clerk, licences.Written{Point: point, File: true, Changes: []licences.Change{{Process: process, Month: october, Edition: g.Rows[0].Edition, Entry: entry}}})
	must(t, err)
	for range 2 { // the second time all of it comes once more
		p.send()
	}
	if g, err = p.centre.reports.Grid(t.Context(), clerk, point, october, october); err != nil || len(g.Rows) != 1 || g.Rows[0].Shown.Received != 6 {
		t.Errorf("the centre counts %+v, %v", g.Rows, err)
	}
	must(t, p.centre.store.Licences().Read(t.Context(), func(r licences.Records) error {
		list, err := r.Versions(licence.Key{Point: point, Process: process, Month: october})
		if len(list) != 1 || list[0].Received != 5 {
			t.Errorf("of what was filed before there is %+v", list)
		}
		return err
	}))
}

// TestF35WhatTheCentreTookAwayIsSaidWithWhoAndWhen changes a point at the office that
// the centre takes away.
func TestF35WhatTheCentreTookAwayIsSaidWithWhoAndWhen(t *testing.T) {
	p := openPair(t)
	direct(p, p.office, "ข้างตลาด")
	p.tidied(gitrepo.Remove(file))
	got := p.send()
	if len(got) != 1 || got[0].Status != wire.Gone || !strings.Contains(got[0].Text.TH, string(reviewer.ID)+" เมื่อวันที่ 4/11/2569") || !strings.Contains(got[0].Text.EN, "2026-11-04") {
		t.Errorf("the office is told %+v", got)
	}
	list, err := p.box.Items(t.Context(), outbox.Filter{})
	must(t, err)
	_, main, err := p.office.repo.Resolve(gitrepo.Main)
	if err != nil || len(list) != 1 {
		t.Fatalf("of operations there are %d, %v", len(list), err)
	}
	if src, err := p.office.repo.File(main.Tree, file); err != nil || !strings.Contains(string(src), "ข้างตลาด") {
		t.Errorf("the office has %s, %v", src, err)
	}
}

// tidied has the reviewer change the centre's content.
func (p *pair) tidied(edits ...gitrepo.Edit) {
	p.t.Helper()
	at, main, err := p.centre.repo.Resolve(gitrepo.Main)
	must(p.t, err)
	b := p.centre.repo.NewBatch()
	tree, err := b.Put(main.Tree, edits...)
	must(p.t, err)
	who := gitrepo.Person{Name: string(reviewer.ID), Email: "r@users.invalid", At: time.Date(2026, 11, 4, 3, 0, 0, 0, time.UTC)}
	next, err := b.NewCommit(gitrepo.Change{Tree: tree, Parents: []gitrepo.Hash{at}, Author: who, Committer: who, Message: "Tidy up\n"}, nil)
	must(p.t, errors.Join(err, b.Close()))
	must(p.t, p.centre.repo.Refs().Update(p.t.Context(), gitrepo.Move{Ref: gitrepo.Main, Old: at, New: next}))
}

func direct(p *pair, s *side, words string) {
	p.t.Helper()
	sheet, err := s.direct.Open(clerk, file)
	must(p.t, err)
	sheet.Value.(*catalog.Point).Directions.TH = words
	_, err = s.direct.Save(p.t.Context(), clerk, immediate.Change{File: file, Was: sheet.Was, Value: sheet.Value})
	must(p.t, err)
}

func report(p *pair, s *side, n int) {
	p.t.Helper()
	entry := licence.Entry{}
	entry.Received, entry.ApprovedOn = n, n
	_, err := s.reports.Write(p.t.Context(), clerk, licences.Written{Point: point, File: true, Changes: []licences.Change{{Process: process, Month: calendar.Month{Year: 2026, Month: time.October}, Entry: entry}}})
	must(p.t, err)
}

// TestAnActionAndItsOperationAreThereTogether stops a move of refs: neither the
// effect nor the operation is there.
func TestAnActionAndItsOperationAreThereTogether(t *testing.T) {
	p := openPair(t)
	before, err := p.office.repo.Refs().Get(gitrepo.Main)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sheet, err := p.office.direct.Open(clerk, file)
	must(t, err)
	sheet.Value.(*catalog.Point).Directions.TH = "ข้างตลาด"
	_, failed := p.office.direct.Save(ctx, clerk, immediate.Change{File: file, Was: sheet.Was, Value: sheet.Value})
	after, err := p.office.repo.Refs().Get(gitrepo.Main)
	must(t, err)
	list, err := p.box.Items(t.Context(), outbox.Filter{})
	must(t, err)
	if moved := after != before; moved != (failed == nil) || moved != (len(list) == 1) {
		t.Errorf("moved: %v, failed: %v, operations: %d", moved, failed, len(list))
	}
	direct(p, p.office, "หลังวัด")
	if list, err = p.box.Items(t.Context(), outbox.Filter{}); err != nil || !slices.ContainsFunc(list, func(i outbox.Item) bool { return i.Entity == "file:"+file }) {
		t.Errorf("the operations are %+v, %v", list, err)
	}
}

// TestOperationsOfANewerProgram wait for that of the centre (F32).
func TestOperationsOfANewerProgram(t *testing.T) {
	p := openPair(t)
	by := `{"by":"` + string(clerk.ID) + `","role":"point","agency":"dlt","at":"2026-11-22T03:42:00Z",`
	for name, op := range map[string]wire.Op{
		"of no kind":              {Kind: "payment.make", Entity: "x", Body: []byte(by + `"do":{}}`)},
		"of no step on revisions": {Kind: "manual.translate", Entity: "manual:dlt-xgveak", Body: []byte(by + `"do":{"verb":"translate","into":"ms"}}`)},
		"of no step on cases":     {Kind: "delay.split", Entity: "case:x", Body: []byte(by + `"do":{}}`)},
		"with a field too many":   {Kind: deeds.Content, Entity: "content", Body: []byte(by + `"do":{"subject":"x","files":[],"more":1}}`)},
		"an act that says more":   {Kind: deeds.Content, Entity: "content", Body: []byte(by + `"from":"phone","do":{"subject":"x","files":[]}}`)},
	} {
		op.ID = "0192f0c1-7c7b-7000-8000-00000000000a"
		out, err := p.in.Doer.Do(t.Context(), p.device, op)
		if err != nil || out.Status != wire.Held || out.Text.TH == "" || !strings.Contains(out.Text.EN, "until that is newer") {
			t.Errorf("%s: became %+v, %v", name, out, err)
		}
	}
}

// TestOperationsOfNoForm are refused with words, and do nothing.
func TestOperationsOfNoForm(t *testing.T) {
	p := openPair(t)
	good := func(kind, entity, do string) wire.Op {
		return wire.Op{Kind: kind, Entity: entity, Body: []byte(`{"by":"` + string(clerk.ID) + `","role":"point","agency":"dlt","at":"2026-11-22T03:42:00Z","do":` + do + `}`)}
	}
	for name, op := range map[string]wire.Op{
		"of another entity":       good("manual.submit", "manual:other", `{"verb":"submit","manual":"dlt-xgveak","draft":"abc234"}`),
		"of another verb":         good("manual.submit", "manual:dlt-xgveak", `{"verb":"endorse","manual":"dlt-xgveak"}`),
		"a file that it lacks":    good(deeds.Content, "content", `{"subject":"x","files":[{"path":"`+file+`","now":{"beside":{"SHA256":"00","Size":1}}}]}`),
		"a file both ways":        good(deeds.Content, "content", `{"subject":"x","files":[{"path":"`+file+`","now":{"text":"a","beside":{"SHA256":"00","Size":1}}}]}`),
		"a case without a secret": good("delay.begin", "case:x", `{"verb":"delay.begin","new":{"ID":"x"}}`),
		"a report of nothing":     good(deeds.Licence, "reports:x", `{}`),
		"by nobody":               {Kind: deeds.Licence, Entity: "x", Body: []byte(`{"by":"o-nobody","role":"point","at":"2026-11-22T03:42:00Z","do":{}}`)},
		"no act":                  {Kind: deeds.Licence, Entity: "x", Body: []byte(`{}`)},
	} {
		op.ID = "0192f0c1-7c7b-7000-8000-00000000000a"
		out, err := p.in.Doer.Do(t.Context(), p.device, op)
		if err == nil && out.Status != wire.Rejected {
			t.Errorf("%s: became %+v", name, out)
		}
		var words *fault.Error
		if err != nil && !errors.As(err, &words) {
			t.Errorf("%s: nobody is told why: %v", name, err)
		}
	}
}
