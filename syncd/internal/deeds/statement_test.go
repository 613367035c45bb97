package deeds_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/proof"
	"khumue/internal/wire"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
)

const device = "0192f0c1-7c7b-7000-8000-000000000001"

// seeded is a key, the same for the same letter.
func seeded(letter string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(letter, ed25519.SeedSize)))
}

// state signs as the office does.
func (p *pair) state(_ context.Context, _ review.Ref, s proof.Statement) (proof.Signed, error) {
	s.Device = p.device.ID
	return p.sign(s, p.signs[s.Officer], p.machine), nil
}

func (p *pair) sign(s proof.Statement, officer, machine ed25519.PrivateKey) proof.Signed {
	by := func(k ed25519.PrivateKey) func([]byte) []byte {
		return func(text []byte) []byte { return ed25519.Sign(k, text) }
	}
	return s.Sign(officer.Public().(ed25519.PublicKey), machine.Public().(ed25519.PublicKey), by(officer), by(machine))
}

// submitted writes a revision at the office and submits it, which the centre then has.
func (p *pair) submitted(ref func(*catalog.Manual)) manuals.Open {
	p.t.Helper()
	ctx := p.t.Context()
	d, err := p.office.manuals.Revise(ctx, author, subject, true)
	must(p.t, err)
	s, err := p.office.manuals.Revision(ctx, author, d.Ref)
	must(p.t, err)
	ref(s.Manual)
	saved, err := p.office.manuals.Save(ctx, author, d.Ref, manuals.Change{Was: s.Commit, Manual: s.Manual})
	must(p.t, err)
	d, err = p.office.manuals.Submit(ctx, author, saved.Ref)
	must(p.t, err)
	for _, r := range p.send() {
		if !r.Processed {
			p.t.Fatalf("the centre says %+v", r)
		}
	}
	return d
}

// approval is the operation by which the reviewer approves at the office.
func (p *pair) approval(d manuals.Open) wire.Op {
	p.t.Helper()
	_, err := p.office.manuals.Endorse(p.t.Context(), reviewer, d.Ref, d.Tree)
	must(p.t, err)
	list, err := p.box.Items(p.t.Context(), outbox.Filter{Kinds: []string{"manual.endorse"}})
	must(p.t, err)
	if len(list) != 1 {
		p.t.Fatalf("the approval is %d operations", len(list))
	}
	return list[0].Op
}

// arrive has an operation come in as it is, and done.
func (p *pair) arrive(op wire.Op) wire.Result {
	p.t.Helper()
	op.Seq = 1
	got := p.in.Talk(p.t.Context(), p.device, wire.Message{Type: wire.Push, Nonce: "n", Stream: strings.Repeat("b", 32), Ops: []wire.Op{op}})
	if got.Type != wire.Results {
		p.t.Fatalf("the centre says %+v", got)
	}
	p.centre.later(time.Hour) // past what holds it
	for did := true; did; {
		var err error
		did, err = p.in.Step(p.t.Context())
		must(p.t, err)
	}
	return p.in.Talk(p.t.Context(), p.device, wire.Message{Type: wire.Ask, Nonce: "n", IDs: []string{op.ID}}).Results[0]
}

func (s *side) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func retitled(m *catalog.Manual) { m.Title.TH += " ฉบับสำนักงาน" }

// resigned is an approval with another statement, signed by keys.
func (p *pair) resigned(op wire.Op, officer, machine ed25519.PrivateKey, change func(*proof.Statement)) wire.Op {
	p.t.Helper()
	act, err := outbox.ReadAct(op.Body)
	must(p.t, err)
	var do map[string]json.RawMessage
	must(p.t, json.Unmarshal(act.Do, &do))
	var word string
	must(p.t, json.Unmarshal(do["statement"], &word))
	signed, err := proof.ParseSigned(word)
	must(p.t, err)
	s := signed.Statement
	change(&s)
	if s != signed.Statement || officer != nil {
		if officer == nil {
			officer, machine = p.signs[reviewer.ID], p.machine
		}
		do["statement"], err = json.Marshal(p.sign(s, officer, machine).String())
		must(p.t, err)
	}
	if act.Do, err = json.Marshal(do); err == nil {
		op.Body, err = act.Append(nil)
	}
	must(p.t, err)
	return op
}

// TestAnApprovalOfAnOfficeIsHeldAgainstItsStatement brings approvals to the centre with
// what may be wrong about them (S39).
func TestAnApprovalOfAnOfficeIsHeldAgainstItsStatement(t *testing.T) {
	same := func(*proof.Statement) {}
	for name, tc := range map[string]struct {
		at   func(p *pair, op wire.Op) wire.Op
		code string // "": it is approved
	}{
		"right": {func(_ *pair, op wire.Op) wire.Op { return op }, ""},
		"signed with a key that is not the officer's": {func(p *pair, op wire.Op) wire.Op { return p.resigned(op, seeded("x"), p.machine, same) }, deeds.NoSigner},
		"signed with a colleague's key":               {func(p *pair, op wire.Op) wire.Op { return p.resigned(op, p.signs[author.ID], p.machine, same) }, deeds.NoSigner},
		"signed by another machine":                   {func(p *pair, op wire.Op) wire.Op { return p.resigned(op, p.signs[reviewer.ID], seeded("x"), same) }, deeds.NoSigner},
		"naming another machine": {func(p *pair, op wire.Op) wire.Op {
			return p.resigned(op, nil, nil, func(s *proof.Statement) { s.Device = strings.Replace(device, "0001", "0002", 1) })
		}, deeds.NoSigner},
		"the officer's key ended before it came": {func(p *pair, op wire.Op) wire.Op { p.known[1].Ended = p.centre.clock(); return op }, deeds.Ended},
		"the officer's key ended after it came": {func(p *pair, op wire.Op) wire.Op {
			p.known[1].Ended = p.centre.clock().Add(30 * time.Minute)
			return op
		}, ""},
		"the officer's key came after it": {func(p *pair, op wire.Op) wire.Op { p.known[1].Since = p.centre.clock().Add(time.Hour); return op }, deeds.NoSigner},
		"about another tree": {func(p *pair, op wire.Op) wire.Op {
			return p.resigned(op, nil, nil, func(s *proof.Statement) { s.Tree = proof.Hash{7} })
		}, deeds.NoStatement},
		"about another manual": {func(p *pair, op wire.Op) wire.Op {
			return p.resigned(op, nil, nil, func(s *proof.Statement) { s.Manual = "dlt-other" })
		}, deeds.NoStatement},
		"replayed in another operation": {func(_ *pair, op wire.Op) wire.Op {
			op.ID = "0192f0c1-7c7b-7000-8000-00000000000b"
			return op
		}, deeds.NoStatement},
		"with a byte of it changed": {func(_ *pair, op wire.Op) wire.Op {
			i := bytes.Index(op.Body, []byte(`"statement":"`)) + 40
			op.Body = bytes.Clone(op.Body)
			op.Body[i] ^= 1
			return op
		}, deeds.NoStatement},
		"without any": {func(_ *pair, op wire.Op) wire.Op {
			i := bytes.Index(op.Body, []byte(`,"statement":"`))
			j := i + 14 + bytes.IndexByte(op.Body[i+14:], '"')
			op.Body = append(bytes.Clone(op.Body[:i]), op.Body[j+1:]...)
			return op
		}, deeds.NoStatement},
		"by somebody else than who signed": {func(_ *pair, op wire.Op) wire.Op {
			op.Body = bytes.Replace(op.Body, []byte(reviewer.ID), []byte(author.ID), 1)
			return op
		}, deeds.NoStatement},
		"by an officer who lost the right": {func(p *pair, op wire.Op) wire.Op { p.officer(reviewer, nobody); return op }, "forbidden"},
		"by its own author": {func(p *pair, op wire.Op) wire.Op {
			both := author
			both.Grants = append(both.Grants, reviewer.Grants...)
			p.officer(author, both)
			op.Body = bytes.Replace(op.Body, []byte(reviewer.ID), []byte(author.ID), 1)
			return p.resigned(op, p.signs[author.ID], p.machine, func(s *proof.Statement) { s.Officer = author.ID })
		}, "forbidden"},
		"of what was taken back and changed": {func(p *pair, op wire.Op) wire.Op { p.recalled(true); return op }, deeds.Changed},
		"of what was taken back":             {func(p *pair, op wire.Op) wire.Op { p.recalled(false); return op }, deeds.Changed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openPair(t)
			d := p.submitted(retitled)
			op := tc.at(p, p.approval(d))
			got := p.arrive(op)
			refs, err := p.centre.manuals.Ledger.Find(review.Endorsed, subject)
			must(t, err)
			if good := len(refs) == 1 && got.Status == wire.Stored && got.Processed; good != (tc.code == "") || got.Code != tc.code {
				t.Fatalf("it became %+v, and there are %v", got, refs)
			}
			if tc.code != "" {
				if got.Text.TH == "" || got.Text.EN == "" {
					t.Errorf("the office is told %+v", got.Text)
				}
				return
			}
			p.isTold(refs[0], op)
		})
	}
}

// isTold looks for the statement in the commit of an approval.
func (p *pair) isTold(ref review.Ref, op wire.Op) {
	p.t.Helper()
	h, err := p.centre.manuals.Ledger.Load(ref)
	must(p.t, err)
	c, err := p.centre.repo.Commit(h.Commit)
	must(p.t, err)
	trailers, err := proof.ParseMessage(c.Message)
	must(p.t, err)
	signed, err := proof.ParseSigned(trailers.Statement)
	if err != nil || signed.Op != op.ID || trailers.Op != op.ID || trailers.Via != device || !trailers.DecidedAt.Equal(signed.At) || signed.Tree != trailers.Tree || signed.Officer != reviewer.ID {
		p.t.Errorf("the approval says\n%s\nand its statement %+v, %v", c.Message, signed, err)
	}
	if there, out, err := p.doer.Done(p.t.Context(), p.device, op); err != nil || !there || out.Status != wire.Stored {
		p.t.Errorf("after a crash it is known as %v, %+v, %v", there, out, err)
	}
	if there, _, err := p.doer.Done(p.t.Context(), p.device, wire.Op{ID: "0192f0c1-7c7b-7000-8000-00000000000c", Kind: op.Kind, Entity: op.Entity}); err != nil || there {
		p.t.Errorf("another is known as done: %v", err)
	}
}

var nobody = staff.Acting{Officer: acting("r", catalog.RoleAuthor, "dlt").Officer}

// officer has the centre know somebody otherwise.
func (p *pair) officer(who, as staff.Acting) {
	was := p.doer.Officer
	as.ID = who.ID
	p.doer.Officer = func(ctx context.Context, id catalog.OfficerID) (staff.Acting, error) {
		if id == who.ID {
			return as, nil
		}
		return was(ctx, id)
	}
}

// TestAStepIsKnownThoughOthersWentOn asks after a submission whose revision was approved,
// and after one that was taken back, saved and submitted anew, since a crash.
func TestAStepIsKnownThoughOthersWentOn(t *testing.T) {
	for name, then := range map[string]func(*pair){
		"approved": func(p *pair) {
			refs, err := p.centre.manuals.Ledger.Find(review.InReview, subject)
			must(t, err)
			h, err := p.centre.manuals.Ledger.Load(refs[0])
			must(t, err)
			_, err = p.centre.manuals.Endorse(t.Context(), reviewer, h.Ref, h.Tree)
			must(t, err)
		},
		"taken back": func(p *pair) { p.recalled(false) },
		"anew":       func(p *pair) { p.recalled(true) },
	} {
		t.Run(name, func(t *testing.T) {
			p := openPair(t)
			p.submitted(retitled)
			then(p)
			list, err := p.box.Items(t.Context(), outbox.Filter{Kinds: []string{"manual.submit"}})
			must(t, err)
			if there, out, err := p.doer.Done(t.Context(), p.device, list[0].Op); err != nil || !there || out.Status != wire.Stored {
				t.Errorf("it is known as %v, %+v, %v", there, out, err)
			}
			other := list[0].Op
			other.ID = "0192f0c1-7c7b-7000-8000-00000000000c"
			if there, _, err := p.doer.Done(t.Context(), p.device, other); err != nil || there {
				t.Errorf("another is known as done: %v", err)
			}
		})
	}
}

// recalled has the author take the revision back at the centre, and submit another
// text where it is changed.
func (p *pair) recalled(changed bool) {
	p.t.Helper()
	ctx, desk := p.t.Context(), p.centre.manuals
	refs, err := desk.Ledger.Find(review.InReview, subject)
	must(p.t, err)
	d, err := desk.Recall(ctx, author, refs[0])
	must(p.t, err)
	if !changed {
		return
	}
	s, err := desk.Revision(ctx, author, d.Ref)
	must(p.t, err)
	s.Manual.Title.TH += " แก้อีกครั้ง"
	saved, err := desk.Save(ctx, author, d.Ref, manuals.Change{Was: s.Commit, Manual: s.Manual})
	must(p.t, err)
	_, err = desk.Submit(ctx, author, saved.Ref)
	must(p.t, err)
}
