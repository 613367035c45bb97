package deeds_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/licence"
	"khumue/internal/wire"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// edited changes a point at the office, and returns the operation.
func (p *pair) edited(words string) wire.Op {
	p.t.Helper()
	sheet, err := p.office.direct.Open(clerk, file)
	must(p.t, err)
	sheet.Value.(*catalog.Point).Directions.TH = words
	_, err = p.office.direct.Save(p.t.Context(), clerk, immediate.Change{File: file, Was: sheet.Was, Value: sheet.Value})
	must(p.t, err)
	list, err := p.box.Items(p.t.Context(), outbox.Filter{Kinds: []string{deeds.Content}})
	must(p.t, err)
	return list[len(list)-1].Op
}

// said tells whether the centre's point says something.
func (p *pair) says(words string) bool {
	p.t.Helper()
	sheet, err := p.centre.direct.Open(clerk, file)
	must(p.t, err)
	return sheet.Value.(*catalog.Point).Directions.TH == words
}

// as has an operation be somebody else's.
func as(op wire.Op, who staff.Acting) wire.Op {
	op.Body = bytes.Replace(op.Body, []byte(clerk.ID), []byte(who.ID), 1)
	return op
}

// TestAMachineSpeaksForThoseWhoJoinedIt has a machine send an edit in somebody's name
// (S9).
func TestAMachineSpeaksForThoseWhoJoinedIt(t *testing.T) {
	central := acting("c", catalog.RoleCentral, "mot")
	for name, tc := range map[string]struct {
		change func(p *pair, op wire.Op) wire.Op
		status wire.Status
		code   string
	}{
		"one who joined it": {func(_ *pair, op wire.Op) wire.Op { return op }, wire.Stored, ""},
		"one who may work on it, and has not joined": {func(p *pair, op wire.Op) wire.Op {
			p.officer(central, central)
			return as(op, central)
		}, wire.Held, deeds.NotJoined},
		"one who left before it came": {func(p *pair, op wire.Op) wire.Op {
			p.known[2].Ended = p.centre.clock()
			return op
		}, wire.Held, deeds.NotJoined},
		"one who left after it came": {func(p *pair, op wire.Op) wire.Op {
			p.known[2].Ended = p.centre.clock().Add(30 * time.Minute)
			return op
		}, wire.Stored, ""},
		"one who set a new passphrase": {func(p *pair, op wire.Op) wire.Op {
			p.known[2].Ended = p.centre.clock()
			p.known = append(p.known, enrol.Signer{Device: device, Officer: clerk.ID, Since: p.centre.clock()})
			return op
		}, wire.Stored, ""},
		"one of another agency": {func(p *pair, op wire.Op) wire.Op {
			far := acting("f", catalog.RoleCentral, "moph")
			p.officer(far, far)
			p.known = append(p.known, enrol.Signer{Device: device, Officer: far.ID})
			return as(op, far)
		}, wire.Rejected, "forbidden"},
		"the OPDC": {func(p *pair, op wire.Op) wire.Op {
			p.officer(opdc, opdc)
			return as(op, opdc)
		}, wire.Rejected, "forbidden"},
		"one who lost the right": {func(p *pair, op wire.Op) wire.Op {
			p.officer(clerk, staff.Acting{Officer: rights.Officer{ID: clerk.ID}})
			return op
		}, wire.Rejected, "forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openPair(t)
			got := p.arrive(tc.change(p, p.edited("ข้างตลาด")))
			if got.Status != tc.status || got.Code != tc.code || p.says("ข้างตลาด") != (tc.status == wire.Stored) {
				t.Errorf("it became %+v", got)
			}
			if tc.status != wire.Stored && (got.Text.TH == "" || got.Text.EN == "") {
				t.Errorf("the office is told %+v", got.Text)
			}
		})
	}
}

// TestWhatWaitsForItsOfficerIsDoneOnceTheyJoin has a machine that was enrolled anew wait
// for who worked on it before.
func TestWhatWaitsForItsOfficerIsDoneOnceTheyJoin(t *testing.T) {
	p := openPair(t)
	p.known = p.known[:2]
	op := p.edited("ข้างตลาด")
	if got := p.arrive(op); got.Status != wire.Held {
		t.Fatalf("it became %+v", got)
	}
	p.known = append(p.known, enrol.Signer{Device: device, Officer: clerk.ID, Since: p.centre.clock()})
	if got := p.arrive(op); !got.Processed || !p.says("ข้างตลาด") {
		t.Errorf("it became %+v", got)
	}
}

// TestWhoIsShutOutForAWhileLosesNothing has an account disabled when work of its officer
// comes (F33).
func TestWhoIsShutOutForAWhileLosesNothing(t *testing.T) {
	p := openPair(t)
	op, was := p.edited("ข้างตลาด"), p.doer.Officer
	p.doer.Officer = func(context.Context, catalog.OfficerID) (staff.Acting, error) {
		return staff.Acting{}, fault.New(fault.Forbidden, fault.Text{TH: "บัญชีนี้ถูกระงับ", EN: "this account is disabled"})
	}
	if got := p.arrive(op); got.Status != wire.Held || got.Code != deeds.Disabled || got.Text.TH == "" || p.says("ข้างตลาด") {
		t.Errorf("it became %+v", got)
	}
	p.doer.Officer = was
	if got := p.arrive(op); !got.Processed || !p.says("ข้างตลาด") {
		t.Errorf("it became %+v", got)
	}
}

// TestAStepWaitsForTheDraftThatHasNotCome has the operation that begins a revision come
// after the next one (F20).
func TestAStepWaitsForTheDraftThatHasNotCome(t *testing.T) {
	p := openPair(t)
	d, err := p.office.manuals.Revise(t.Context(), author, subject, true)
	must(t, err)
	must(t, p.office.manuals.GiveUp(t.Context(), author, d.Ref))
	list, err := p.box.Items(t.Context(), outbox.Filter{States: []outbox.State{outbox.Ready}})
	must(t, err)
	push := func(op wire.Op) {
		p.in.Talk(t.Context(), p.device, wire.Message{Type: wire.Push, Nonce: "n", Stream: p.box.Stream(), Ops: []wire.Op{op}})
		p.centre.pass(time.Hour)
		p.rest()
	}
	became := func() wire.Result {
		return p.in.Talk(t.Context(), p.device, wire.Message{Type: wire.Ask, Nonce: "n", IDs: []string{list[1].ID}}).Results[0]
	}
	push(list[1].Op)
	if got := became(); got.Status != wire.Held || got.Processed || got.Text.TH == "" || got.Text.EN == "" {
		t.Errorf("alone it became %+v", got)
	}
	push(list[0].Op)
	if got := became(); !got.Processed || got.Code != "" {
		t.Errorf("after the other it became %+v", got)
	}
	push(list[1].Op)
	if refs, err := p.centre.manuals.Ledger.Find(review.Ended, subject); err != nil || len(refs) != 1 {
		t.Errorf("the centre has %v, %v", refs, err)
	}
}

// TestWhatAPersonDecidesOfAMachineThatWasShutOut asks for the work of a machine whose
// officers ended with it.
func TestWhatAPersonDecidesOfAMachineThatWasShutOut(t *testing.T) {
	p := openPair(t)
	op := p.edited("ข้างตลาด")
	now := p.centre.clock()
	p.device.Revoked = now
	p.known[2].Ended = now
	must(t, p.in.Store.Write(t.Context(), func(r inbox.Records) error { return r.PutDevice(p.device) }))
	if out, err := p.doer.Do(t.Context(), p.device, op); err != nil || out.Status == wire.Held || !p.says("ข้างตลาด") {
		t.Errorf("it became %+v, %v", out, err)
	}
}

// everything is an operation of each kind at the office.
func (p *pair) everything() []wire.Op {
	p.t.Helper()
	ctx := p.t.Context()
	p.edited("ข้างตลาด")
	entry := licence.Entry{}
	entry.Received, entry.ApprovedOn = 5, 5
	_, err := p.office.reports.Write(ctx, clerk, licences.Written{Point: point, File: true, Changes: []licences.Change{{Process: process, Month: calendar.Month{Year: 2026, Month: time.October}, Entry: entry}}})
	must(p.t, err)
	late(p)
	d, err := p.office.manuals.Revise(ctx, author, subject, true)
	must(p.t, err)
	p.office.manuals.Note = p.writer.Talk
	_, err = p.office.manuals.Comment(ctx, author, d.Ref, "title", "ควรสั้นกว่านี้")
	must(p.t, err)
	list, err := p.box.Items(ctx, outbox.Filter{States: []outbox.State{outbox.Ready}})
	must(p.t, err)
	out := make([]wire.Op, len(list))
	for i := range list {
		out[i] = list[i].Op
	}
	return out
}

// TestAMachineChangesWhatIsOfItsAgencyOrPoint sends the same from machines of several
// places, by officers whose own rights reach further (S9).
func TestAMachineChangesWhatIsOfItsAgencyOrPoint(t *testing.T) {
	for name, tc := range map[string]struct {
		agency catalog.AgencyCode
		point  catalog.PointCode
		served bool // manuals and the point
	}{
		"of the agency":                            {"dlt", "", true},
		"of another agency":                        {"moph", "", false},
		"of the point":                             {"dlt", point, true},
		"of a point that serves none of it":        {"dlt", "dlt-plate", false},
		"of the point, as another agency would be": {"moph", point, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openPair(t)
			all := p.everything()
			p.doer.Structure = everywhere{}
			for _, who := range []staff.Acting{author, clerk} {
				far := who
				far.Grants = append(slices.Clone(who.Grants), rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: tc.agency}})
				p.officer(who, far)
			}
			dev := p.device
			dev.Agency, dev.Point = tc.agency, tc.point
			for _, op := range all {
				out, err := p.doer.Do(t.Context(), dev, op)
				must(t, err)
				// Of a case that was never opened the desk tells.
				if done := out.Status == ""; done != tc.served && op.Kind != delays.Wrote || !done && out.Code != "forbidden" && op.Kind != delays.Wrote {
					t.Errorf("%s became %+v", op.Kind, out)
				}
			}
			n := 0
			must(t, p.centre.store.Manuals().Read(t.Context(), func(r manuals.Records) error {
				list, err := r.Opens(manuals.OpenFilter{Page: trail.Page{Limit: 10}})
				n = len(list)
				return err
			}))
			if p.says("ข้างตลาด") != tc.served || (n == 1) != tc.served {
				t.Errorf("the centre has %d revisions", n)
			}
		})
	}
}

// everywhere is a structure of two agencies below one.
type everywhere struct{ staff.Structure }

func (everywhere) Target(a catalog.AgencyCode, p catalog.PointCode) (rights.Target, error) {
	return rights.Target{Chain: []catalog.AgencyCode{a, "mot"}, Point: p}, nil
}

// TestAnEditNamesTheFileThatChanges refuses a path that lies about whose something is.
func TestAnEditNamesTheFileThatChanges(t *testing.T) {
	p := openPair(t)
	op := p.edited("ข้างตลาด")
	for _, path := range []string{"agencies/mot/agency.yaml", "agencies/moph/agency.yaml", "site.yaml", "catalog.yaml", "pages/about.md", "agencies/mot/processes/" + string(process) + ".yaml", "agencies/dlt/moph/points/moph-1.yaml"} {
		bad := op
		bad.Body = bytes.Replace(op.Body, []byte(file), []byte(path), 1)
		bad.Entity = "file:" + path
		if strings.Contains(string(bad.Body), file) {
			t.Fatal("the path stands twice")
		}
		out, err := p.doer.Do(t.Context(), p.device, bad)
		if err != nil || out.Status != wire.Rejected || out.Code != "forbidden" {
			t.Errorf("%s became %+v, %v", path, out, err)
		}
	}
}

// TestF34AnEditOfWhatMovedIsDoneWhereItStands has an agency move under another ministry
// while a machine of it is away.
func TestF34AnEditOfWhatMovedIsDoneWhereItStands(t *testing.T) {
	p := openPair(t)
	direct(p, p.office, "ข้างตลาด")
	const was, is = "agencies/mot/dlt", "agencies/moi/dlt"
	_, main, err := p.centre.repo.Resolve(gitrepo.Main)
	must(t, err)
	folder, err := p.centre.repo.Find(main.Tree, was)
	must(t, err)
	p.tidied(gitrepo.Remove(was), gitrepo.SetFolder(is, folder.Hash))
	if got := p.send(); len(got) != 1 || got[0].Status != wire.Stored || !got[0].Processed {
		t.Errorf("the office is told %+v", got)
	}
	sheet, err := p.centre.direct.Open(clerk, strings.Replace(file, was, is, 1))
	must(t, err)
	if got := sheet.Value.(*catalog.Point).Directions.TH; got != "ข้างตลาด" {
		t.Errorf("the centre has %s", got)
	}
	_, main, err = p.centre.repo.Resolve(gitrepo.Main)
	must(t, err)
	if _, err := p.centre.repo.File(main.Tree, file); !errors.Is(err, fault.NotFound) {
		t.Errorf("something stands at the old place: %v", err)
	}
}
