package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/office"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/strongbox"
)

// quietMachine is an office's machine whose network is there when it is told so: it
// speaks with the centre by carry alone.
type quietMachine struct {
	t *testing.T
	c *centre
	*node
	rooms *office.Rooms
}

// quiet enrols a machine for an officer of the centre, and fetches what is there.
func (c *centre) quiet(t *testing.T, address, who string) *quietMachine {
	t.Helper()
	o := officeOpenCommand{officePlace: officePlace{Data: filepath.Join(t.TempDir(), "office"), Centre: address, Cost: strongbox.Cost{Passes: 1, Memory: 64, Lanes: 1}},
		Listen: freeAddresses(t, 1)[0], Lobby: "none", Generator: generator, LogLevel: "error"}
	n, err := o.node(streams{in: new(bytes.Buffer), out: io.Discard, err: os.Stderr})
	must(t, err)
	code, _, err := c.offices.enrol.NewCode(t.Context(), c.person(t, who), sampleAgency, "", "โน้ตบุ๊กตัวอย่าง")
	must(t, err)
	_, err = n.office.Enrol(t.Context(), address, code, who+"@example.invalid", localPhrase)
	must(t, err)
	_, err = n.office.Unlock(t.Context(), who+"@example.invalid", localPhrase)
	must(t, err)
	m := &quietMachine{t: t, c: c, node: n, rooms: n.office.Rooms()}
	ctx, stop := context.WithCancel(context.Background())
	n.group, n.ctx = errgroup.WithContext(ctx)
	t.Cleanup(func() { stop(); must(t, errors.Join(n.group.Wait(), n.office.Close())) })
	m.fetch("the content comes in", func() bool {
		_, err := m.rooms.Recognise(t.Context(), c.person(t, who).ID)
		return err == nil
	})
	in, err := n.furnish(m.rooms)
	must(t, err)
	n.inside.Store(in)
	return m
}

// joins lets another officer work on it.
func (m *quietMachine) joins(who string) {
	m.t.Helper()
	code, _, err := m.c.offices.enrol.JoinCode(m.t.Context(), m.c.person(m.t, who), m.rooms.Device)
	must(m.t, err)
	_, err = m.office.Join(m.t.Context(), code, who+"@example.invalid", localPhrase+" "+who)
	must(m.t, err)
}

// carry has the network there until something is so.
func (m *quietMachine) carry(what string, so func(courier.Status) bool) {
	m.t.Helper()
	soon(m.t, what, func() bool {
		wait, err := m.rooms.Courier.Step(m.t.Context())
		must(m.t, err)
		s, err := m.rooms.Courier.Look(m.t.Context())
		must(m.t, err)
		if wait > 0 {
			m.rooms.Courier.Try()
		}
		return so(s)
	})
}

// fetch has the network there until something has come in, and the desks know of it.
func (m *quietMachine) fetch(what string, so func() bool) {
	m.t.Helper()
	m.carry(what, func(s courier.Status) bool {
		return !s.Fetching && m.rooms.Mirror.Progress().Complete && so()
	})
	if in := m.inside.Load(); in != nil {
		must(m.t, in.desks.manuals.CatchUp(m.t.Context()))
	}
}

// sees has the network there until the office has a revision as the centre has it.
func (m *quietMachine) sees(d manuals.Open) {
	m.t.Helper()
	m.fetch("a revision comes in", func() bool {
		h, err := m.inside.Load().desks.manuals.Ledger.Load(d.Ref)
		return err == nil && h.Tree == d.Tree && h.State == d.State
	})
}

// settled has the network there until the centre has done, or refused, what was sent.
func (m *quietMachine) settled() {
	m.t.Helper()
	m.carry("all is settled", func(courier.Status) bool {
		list, err := m.rooms.Box.Items(m.t.Context(), outbox.Filter{States: []outbox.State{outbox.Ready, outbox.Sending, outbox.Stored}})
		must(m.t, err)
		return len(list) == 0
	})
}

// proposed is a revision of a manual that is submitted at the centre.
func (c *centre) proposed(t *testing.T, by staff.Acting, id catalog.ManualID, title string) manuals.Open {
	t.Helper()
	d, err := c.manuals.Revise(t.Context(), by, id, true)
	must(t, err)
	return c.again(t, by, d.Ref, title)
}

// again gives a draft another title, and submits it.
func (c *centre) again(t *testing.T, by staff.Acting, ref review.Ref, title string) manuals.Open {
	t.Helper()
	s, err := c.manuals.Revision(t.Context(), by, ref)
	must(t, err)
	s.Manual.Title.TH = title
	saved, err := c.manuals.Save(t.Context(), by, ref, manuals.Change{Was: s.Commit, Manual: s.Manual})
	must(t, err)
	d, err := c.manuals.Submit(t.Context(), by, saved.Ref)
	must(t, err)
	return d
}

// TestAReviewerApprovesWithoutANetwork has a reviewer approve two revisions at an office
// without a network. The one goes on to stage 2 at the centre, is published, and proves
// who signed it where; the other was changed meanwhile, and is refused with words.
func TestAReviewerApprovesWithoutANetwork(t *testing.T) {
	c, address := ready(t)
	author, reviewer, opdc := c.person(t, "author"), c.person(t, "reviewer"), c.person(t, "opdc")
	const other = catalog.ManualID("dlt-p6buqz")
	must(t, c.manuals.CatchUp(t.Context()))
	good, stale := c.proposed(t, author, taxManual, "ชำระภาษีรถประจำปี ฉบับสำนักงาน"), c.proposed(t, author, other, "ฉบับแรก")
	m := c.quiet(t, address, "central")
	m.joins("reviewer")
	m.sees(good)
	m.sees(stale)

	desk := m.inside.Load().desks.manuals // the network is away
	for _, d := range []manuals.Open{good, stale} {
		read, err := desk.Revision(t.Context(), reviewer, d.Ref)
		must(t, err)
		if read.Tree != d.Tree {
			t.Fatalf("the office shows %s, the centre has %s", read.Tree, d.Tree)
		}
		_, err = desk.Endorse(t.Context(), reviewer, d.Ref, read.Tree)
		must(t, err)
	}
	back, err := c.manuals.Recall(t.Context(), author, stale.Ref)
	must(t, err)
	changed := c.again(t, author, back.Ref, "ฉบับที่แก้ใหม่")

	m.settled() // it is back
	endorsed, err := c.manuals.Ledger.Find(review.Endorsed, taxManual)
	if err != nil || len(endorsed) != 1 {
		t.Fatalf("awaiting stage 2: %v, %v", endorsed, err)
	}
	asks, err := m.rooms.Box.Items(t.Context(), outbox.Filter{States: []outbox.State{outbox.Attention}})
	must(t, err)
	if len(asks) != 1 || asks[0].Entity != "manual:"+string(other) || asks[0].Status != wire.Rejected || asks[0].Code != "changed" || !strings.Contains(asks[0].Text.TH, "ข้อความต่างจากที่อ่าน") || !strings.Contains(asks[0].Text.EN, "another text") {
		t.Fatalf("what needs attention is %+v", asks)
	}
	if refs, err := c.manuals.Ledger.Find(review.Endorsed, other); err != nil || len(refs) > 0 {
		t.Errorf("what was changed was approved: %v, %v", refs, err)
	}
	m.sees(changed)

	h, err := c.manuals.Ledger.Load(endorsed[0])
	must(t, err)
	_, err = c.manuals.Publish(t.Context(), opdc, endorsed[0], h.Tree)
	must(t, err)
	c.proves(t, m.rooms.Device, reviewer.ID, good)
}

// proves holds what was published against its history, as generator verify does.
func (c *centre) proves(t *testing.T, device string, reviewer catalog.OfficerID, d manuals.Open) {
	t.Helper()
	trust, err := proof.ParseTrust(c.key.Key().Fingerprint())
	must(t, err)
	tip, err := c.repo.Refs().Get(gitrepo.Main)
	must(t, err)
	report, err := proof.Verify(t.Context(), provable{c.repo}, proof.Hash(tip), proof.Options{Trust: trust})
	must(t, err)
	must(t, report.Err())
	for _, a := range report.Manuals {
		if a.Manual != d.Manual {
			continue
		}
		if a.How != proof.ByApproval || a.Stage1 == nil || a.Stage1.Via != device || a.Stage1.Officer != reviewer {
			t.Errorf("it is covered as %+v", a)
		}
		commit, err := c.repo.Commit(gitrepo.Hash(a.Stage1.Commit))
		must(t, err)
		s, err := proof.ParseSigned(commit.Trailer("Khumue-Statement"))
		must(t, err)
		if s.Commit != proof.Hash(d.Commit) || s.Officer != reviewer || s.Device != device || string(d.Tree) != s.Tree.String() {
			t.Errorf("the reviewer signed %+v, of the commit %s", s.Statement, d.Commit)
		}
	}
}

// provable is a repository as proof reads it.
type provable struct{ *gitrepo.Repository }

// Read returns an object.
func (p provable) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	kinds := map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}
	return p.Repository.Read(kinds[k], gitrepo.Hash(h))
}
