package manuals_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
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
	"khumue/internal/compare"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
	"khumue/syncd/internal/trail"
)

const subject = catalog.ManualID("dlt-xgveak")

func acting(id string, role catalog.Role, agency catalog.AgencyCode) staff.Acting {
	g := rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
	officer := catalog.OfficerID("o-" + strings.Repeat(id, 16))
	return staff.Acting{Officer: rights.Officer{ID: officer, Grants: []rights.Grant{g}}, Request: "r"}
}

var (
	author   = acting("a", catalog.RoleAuthor, "dlt")
	second   = acting("b", catalog.RoleAuthor, "dlt")
	reviewer = acting("r", catalog.RoleReviewer, "dlt")
	opdc     = acting("p", catalog.RoleOPDC, "")
	central  = acting("c", catalog.RoleCentral, "mot")
	stranger = acting("s", catalog.RoleAuthor, "dopa")
)

// people are those above.
type people struct{}

func (people) Holders(_ context.Context, a rights.Action, agency catalog.AgencyCode) (ids []catalog.OfficerID, err error) {
	for _, p := range []staff.Acting{author, second, reviewer, opdc, central, stranger} {
		if p.May(a, rights.Target{Chain: []catalog.AgencyCode{agency, "mot"}}) == nil {
			ids = append(ids, p.ID)
		}
	}
	return ids, nil
}

// office is a desk over the sample content, with a real repository and database.
type office struct {
	*manuals.Desk
	t      *testing.T
	store  *sqlstore.Store
	signer *proof.Signer
	told   []manuals.Notice
	mu     sync.Mutex
	now    time.Time
}

func open(t *testing.T) *office {
	t.Helper()
	return openWith(t, &sample)
}

// sample is the sample content.
var sample = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	return p.AddFS(os.DirFS("../../../content"), corpus.Ignored)
}}

func openWith(t *testing.T, content *gitrepotest.Template) *office {
	t.Helper()
	dir := t.TempDir()
	repo, tree := content.Copy(t, filepath.Join(dir, "content.git"))
	signer, key, err := proof.GenerateKey(rand.Reader)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "key"), key, 0o600))
	store := sqlstoretest.Open(t, filepath.Join(dir, "test.db"))
	o := &office{t: t, store: store, signer: signer, now: time.Date(2026, 11, 22, 3, 42, 0, 0, time.UTC)}
	o.bootstrap(repo, tree)
	agencies, err := structure.Read(repo.FS(tree))
	must(t, err)
	current := &structure.Current{}
	current.Set(agencies)
	clock := func() time.Time {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.now = o.now.Add(1400 * time.Millisecond) // between two seconds of git
		return o.now
	}
	o.Desk = &manuals.Desk{
		Ledger: &ledger.Ledger{Repo: repo, Sign: signer.Sign, Now: clock, Random: rand.Reader},
		Store:  store.Manuals(), Structure: current, People: people{}, Now: clock, Random: rand.Reader,
		Limits: manuals.Usual(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Told: func(_ catalog.OfficerID, n manuals.Notice) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.told = append(o.told, n)
		},
	}
	must(t, o.CatchUp(t.Context()))
	t.Cleanup(func() {
		must(t, errors.Join(store.Close(), repo.Close()))
	})
	return o
}

// bootstrap commits a content, signed.
func (o *office) bootstrap(repo *gitrepo.Repository, tree gitrepo.Hash) {
	o.t.Helper()
	message, err := proof.Trailers{Stage: proof.Bootstrap, Officer: opdc.ID}.Message("First content")
	must(o.t, err)
	b := repo.NewBatch()
	who := gitrepo.Person{Name: string(opdc.ID), Email: string(opdc.ID) + "@users.invalid", At: o.now}
	root, err := b.NewCommit(gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: message}, o.signer.Sign)
	must(o.t, err)
	must(o.t, b.Close())
	must(o.t, repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: root}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// with is a change of a sheet's manual.
func with(s manuals.Sheet, change func(*catalog.Manual)) manuals.Change {
	change(s.Manual)
	return manuals.Change{Was: s.Commit, Manual: s.Manual}
}

func retitle(words string) func(*catalog.Manual) {
	return func(m *catalog.Manual) { m.Title.TH += words }
}

func rebody(words string) func(*catalog.Manual) {
	return func(m *catalog.Manual) { m.Body.Markdown += "\n" + words + "\n" }
}

// sheet opens a revision.
func (o *office) sheet(by staff.Acting, ref review.Ref) manuals.Sheet {
	o.t.Helper()
	s, err := o.Revision(o.t.Context(), by, ref)
	must(o.t, err)
	return s
}

// revised is a draft of the subject with a change, by the author.
func (o *office) revised(change func(*catalog.Manual)) manuals.Open {
	o.t.Helper()
	d, err := o.Revise(o.t.Context(), author, subject, true)
	must(o.t, err)
	saved, err := o.Save(o.t.Context(), author, d.Ref, with(o.sheet(author, d.Ref), change))
	must(o.t, err)
	return saved.Open
}

// approved takes a draft through both stages.
func (o *office) approved(d manuals.Open) manuals.Publication {
	o.t.Helper()
	ctx := o.t.Context()
	d, err := o.Submit(ctx, author, d.Ref)
	must(o.t, err)
	d, err = o.Endorse(ctx, reviewer, d.Ref, d.Tree)
	must(o.t, err)
	p, err := o.Publish(ctx, opdc, d.Ref, d.Tree)
	must(o.t, err)
	return p
}

// sound fails the test when the index says otherwise than one that is made anew
// from git, or when something published is not proven.
func (o *office) sound() {
	o.t.Helper()
	found, err := o.Doctor(o.t.Context(), false)
	must(o.t, err)
	if len(found) > 0 {
		o.t.Errorf("the doctor finds %v", found)
	}
}

func TestARevisionGoesFromADraftToTheSite(t *testing.T) {
	o, ctx := open(t), t.Context()
	d := o.revised(retitle(" (ใหม่)"))
	if s := o.sheet(reviewer, d.Ref); len(s.Changes) != 1 || s.May[review.Submit] == nil || s.Behind {
		t.Errorf("a reviewer sees %+v, may %v", s.Changes, s.May)
	}
	sub, err := o.Submit(ctx, author, d.Ref)
	must(t, err)
	if sub.Number != 1 {
		t.Errorf("submitted as number %d", sub.Number)
	}
	q, err := o.Queue(ctx, reviewer, manuals.QueueFilter{})
	must(t, err)
	if len(q.Items) != 1 || q.All != 1 || q.Items[0].Ref != sub.Ref || !q.Items[0].Due.Equal(sub.Submitted.AddDate(0, 0, 7)) {
		t.Errorf("the reviewer's queue is %+v", q)
	}
	back, err := o.Return(ctx, reviewer, sub.Ref, "ชื่อยาวไป", []string{"title"})
	must(t, err)
	if back.State != review.Draft || back.Number != 1 {
		t.Errorf("returned as %+v", back.Head)
	}
	mine, err := o.Queue(ctx, author, manuals.QueueFilter{Mine: true})
	must(t, err)
	if len(mine.Items) != 1 || mine.Items[0].Returned == nil || mine.Items[0].Returned.Reason != "ชื่อยาวไป" {
		t.Errorf("the author's drafts are %+v", mine.Items)
	}
	saved, err := o.Save(ctx, author, back.Ref, with(o.sheet(author, back.Ref), func(m *catalog.Manual) { m.Title.TH = "ชำระภาษีรถ" }))
	must(t, err)
	p := o.approved(saved.Open)
	if p.Number != 1 || p.Endorsed != reviewer.ID || p.By != opdc.ID {
		t.Errorf("published %+v", p)
	}
	f, err := o.Manual(ctx, author, subject)
	must(t, err)
	if f.Title.TH != "ชำระภาษีรถ" || len(f.Open) != 0 || len(f.Published) != 2 || f.Published[1].Stage != proof.Bootstrap || !f.May.Revise {
		t.Errorf("the manual is %+v", f)
	}
	o.sound()

	topics := map[string]int{}
	for _, n := range o.told {
		topics[string(n.To)[2:3]+" "+string(n.Topic)]++
	}
	for what, n := range map[string]int{"r awaits": 2, "a returned": 1, "a endorsed": 1, "p awaits": 1, "a published": 1, "r published": 1} {
		if topics[what] != n {
			t.Errorf("%s: told %d times, want %d; all: %v", what, topics[what], n, topics)
		}
	}
	var log []trail.Entry
	must(t, o.store.Read(ctx, func(r staff.Records) (err error) {
		log, err = r.FindEntries(trail.Filter{Action: "revision."})
		return err
	}))
	var actions []string
	for _, e := range slices.Backward(log) {
		actions = append(actions, strings.TrimPrefix(e.Action, "revision."))
	}
	if got := strings.Join(actions, " "); got != "begin save submit return save submit endorse publish" {
		t.Errorf("the trail says %s", got)
	}
}

func TestWhoMayNotSeeARevisionLearnsNothing(t *testing.T) {
	o, ctx := open(t), t.Context()
	d := o.revised(retitle(" (ใหม่)"))
	refused := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, fault.NotFound) && !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	_, err := o.Revision(ctx, stranger, d.Ref)
	refused("open", err)
	_, err = o.Manual(ctx, stranger, subject)
	refused("the manual", err)
	_, err = o.Timeline(ctx, stranger, subject)
	refused("the timeline", err)
	_, err = o.Save(ctx, stranger, d.Ref, manuals.Change{Was: d.Commit})
	refused("save", err)
	_, err = o.Submit(ctx, stranger, d.Ref)
	refused("submit", err)
	refused("give up", o.GiveUp(ctx, stranger, d.Ref))
	_, err = o.Comment(ctx, stranger, d.Ref, "", "อ่านได้")
	refused("comment", err)
	_, err = o.Revise(ctx, stranger, subject, true)
	refused("revise", err)
	_, err = o.Begin(ctx, stranger, "dlt", catalog.Text{TH: "ของคนอื่น"})
	refused("begin", err)
	_, err = o.File(ctx, stranger, d.Ref, "x.pdf")
	refused("a form", err)
	l, err := o.List(ctx, stranger, "", manuals.Filter{})
	must(t, err)
	for _, row := range l.Rows {
		if row.Agency != "dopa" {
			t.Errorf("the list has a manual of %s", row.Agency)
		}
	}
	if _, err := o.List(ctx, stranger, "dlt", manuals.Filter{}); !errors.Is(err, fault.Forbidden) {
		t.Errorf("another agency's list: got %v", err)
	}
	if _, err := o.Revision(ctx, central, d.Ref); err != nil {
		t.Errorf("the central officer above sees drafts: %v", err)
	}
}

func TestTwoWhoWriteOneDraftMeetByField(t *testing.T) {
	o, ctx := open(t), t.Context()
	d := o.revised(retitle(" (ใหม่)"))
	mine, theirs := o.sheet(author, d.Ref), o.sheet(second, d.Ref)
	_, err := o.Save(ctx, second, d.Ref, with(theirs, rebody("ของเพื่อน")))
	must(t, err)
	saved, err := o.Save(ctx, author, d.Ref, with(mine, retitle(" (ของฉัน)")))
	must(t, err)
	now := o.sheet(author, d.Ref)
	if !saved.Merged || !strings.Contains(now.Manual.Title.TH, "ของฉัน") || !strings.Contains(now.Manual.Body.Markdown, "ของเพื่อน") {
		t.Errorf("merged %v: %s", saved.Merged, now.Source)
	}
	stale := o.sheet(author, d.Ref)
	_, err = o.Save(ctx, second, d.Ref, with(now, retitle(" หนึ่ง")))
	must(t, err)
	change := with(stale, retitle(" สอง"))
	_, err = o.Save(ctx, author, d.Ref, change)
	var c *ledger.Conflicts
	if !errors.As(err, &c) || len(c.Fields) != 1 {
		t.Fatalf("got %v", err)
	}
	change.Choices = map[string]compare.Choice{c.Fields[0].ID: {Take: compare.Ours}}
	_, err = o.Save(ctx, author, d.Ref, change)
	must(t, err)
	if now := o.sheet(author, d.Ref); !strings.HasSuffix(now.Manual.Title.TH, " สอง") || len(now.Contributors) != 2 {
		t.Errorf("got %q by %v", now.Manual.Title.TH, now.Contributors)
	}
}

func TestASecondRevisionShowsTheFirst(t *testing.T) {
	o, ctx := open(t), t.Context()
	first := o.revised(retitle(" (หนึ่ง)"))
	_, err := o.Revise(ctx, second, subject, false)
	var others *manuals.Others
	if !errors.As(err, &others) || len(others.Open) != 1 || others.Open[0].Ref != first.Ref {
		t.Fatalf("got %v", err)
	}
	beside, err := o.Revise(ctx, second, subject, true)
	must(t, err)
	if s := o.sheet(second, beside.Ref); len(s.Others) != 1 || s.Others[0].Ref != first.Ref {
		t.Errorf("the second one's others are %v", s.Others)
	}
}

func TestADraftMeetsWhatIsPublished(t *testing.T) {
	o, ctx := open(t), t.Context()
	slow := o.revised(rebody("เพิ่ม"))
	o.approved(o.revised(retitle(" (เร็ว)")))
	s := o.sheet(author, slow.Ref)
	if !s.Behind {
		t.Fatal("it does not say that it is behind")
	}
	met, err := o.Refresh(ctx, author, slow.Ref, nil)
	must(t, err)
	if s := o.sheet(author, met.Ref); s.Behind || !strings.Contains(s.Manual.Title.TH, "(เร็ว)") || !strings.Contains(s.Manual.Body.Markdown, "เพิ่ม") {
		t.Errorf("behind %v: %s", s.Behind, s.Source)
	}
	if p := o.approved(met.Open); p.Number != 2 {
		t.Errorf("published as %d", p.Number)
	}
	o.sound()
}

func TestNumbersRiseAsRevisionsArePublished(t *testing.T) {
	o, ctx := open(t), t.Context()
	one, two := o.revised(rebody("หนึ่ง")), o.revised(retitle(" (สอง)"))
	one, err := o.Submit(ctx, author, one.Ref)
	must(t, err)
	if p := o.approved(two); p.Number != 2 {
		t.Fatalf("published as %d", p.Number)
	}
	_, err = o.Endorse(ctx, reviewer, one.Ref, one.Tree)
	var changed *ledger.Changed
	if !errors.As(err, &changed) || changed.Now.Number != 3 {
		t.Fatalf("got %v, want the merged text as revision 3", err)
	}
	ref, err := o.Find(ctx, reviewer, subject, 3)
	must(t, err)
	s := o.sheet(reviewer, ref)
	next, err := o.Endorse(ctx, reviewer, ref, s.Tree)
	must(t, err)
	_, err = o.Publish(ctx, opdc, next.Ref, next.Tree)
	must(t, err)
	o.sound()
}

func TestAnEmergencyStaysOnTheListUntilItIsApprovedInOrder(t *testing.T) {
	o, ctx := open(t), t.Context()
	d := o.revised(retitle(" (ด่วน)"))
	if _, err := o.Hasten(ctx, opdc, d.Ref, d.Tree, " "); !errors.Is(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	p, err := o.Hasten(ctx, opdc, d.Ref, d.Tree, "น้ำท่วม")
	must(t, err)
	list, err := o.Hurried(ctx, central)
	must(t, err)
	if len(list) != 1 || list[0].Published.Reason != "น้ำท่วม" || list[0].Published.Commit != p.Commit {
		t.Fatalf("the list is %+v", list)
	}
	o.sound()
	ref, err := o.Find(ctx, reviewer, subject, p.Number+1)
	must(t, err)
	s := o.sheet(reviewer, ref)
	next, err := o.Endorse(ctx, reviewer, ref, s.Tree)
	must(t, err)
	if _, err := o.Publish(ctx, opdc, next.Ref, next.Tree); !errors.Is(err, fault.Forbidden) {
		t.Errorf("who published it alone approves it: %v", err)
	}
	_, err = o.Publish(ctx, acting("q", catalog.RoleOPDC, ""), next.Ref, next.Tree)
	must(t, err)
	list, err = o.Hurried(ctx, central)
	must(t, err)
	if len(list) != 0 {
		t.Errorf("it is still on the list: %+v", list)
	}
	o.sound()
}

func TestAManualIsBegunWithdrawnAndRestored(t *testing.T) {
	o, ctx := open(t), t.Context()
	d, err := o.Begin(ctx, author, "dlt", catalog.Text{TH: "คู่มือใหม่"})
	must(t, err)
	f, err := o.Manual(ctx, author, d.Manual)
	must(t, err)
	if f.Title.TH != "คู่มือใหม่" || !f.Manual.Published.Commit.IsZero() || f.May.Revise {
		t.Errorf("begun: %+v", f)
	}
	_, err = o.Submit(ctx, author, d.Ref)
	var ps fault.Problems
	if !errors.As(err, &ps) || len(ps) < 5 {
		t.Errorf("an empty manual is submitted: %v", err)
	}
	must(t, o.GiveUp(ctx, author, d.Ref))
	if _, err := o.Manual(ctx, author, d.Manual); !errors.Is(err, fault.NotFound) {
		t.Errorf("what was given up is there: %v", err)
	}
	w, err := o.Withdraw(ctx, author, subject, catalog.Withdrawal{On: calendar.NewDate(2026, time.December, 1), Reason: catalog.Text{TH: "กฎหมายยกเลิก"}}, false)
	must(t, err)
	o.approved(w)
	f, err = o.Manual(ctx, author, subject)
	must(t, err)
	if !f.Withdrawn || f.May.Withdraw {
		t.Fatalf("withdrawn: %+v", f.Manual)
	}
	r, err := o.Restore(ctx, author, subject, f.Published[1].Commit, false)
	must(t, err)
	o.approved(r)
	f, err = o.Manual(ctx, author, subject)
	must(t, err)
	if f.Withdrawn || f.Manual.Published.Tree != f.Published[2].Tree {
		t.Errorf("restored: %+v", f.Manual)
	}
	o.sound()
}

func TestTheTimelineIsToldFromGit(t *testing.T) {
	o, ctx := open(t), t.Context()
	d := o.revised(retitle(" (ใหม่)"))
	_, err := o.Save(ctx, author, d.Ref, with(o.sheet(author, d.Ref), rebody("อีก")))
	must(t, err)
	o.approved(o.sheet(author, d.Ref).Open)
	events, err := o.Timeline(ctx, reviewer, subject)
	must(t, err)
	var got []string
	for _, e := range events {
		got = append(got, fmt.Sprintf("%s/%d/%s/%d", e.Stage, e.Number, string(e.By)[2:3], e.Saves))
	}
	if s := strings.Join(got, " "); s != "publish/1/p/0 review/1/r/0 submit/1/a/0 /1/a/3 bootstrap/0/p/0" {
		t.Errorf("got %s", s)
	}
}

func TestADiscussionBelongsToItsRevision(t *testing.T) {
	o, ctx := open(t), t.Context()
	d := o.revised(retitle(" (ใหม่)"))
	c, err := o.Comment(ctx, second, d.Ref, "title", "ชื่อนี้ยาว")
	must(t, err)
	if err := o.RemoveComment(ctx, author, subject, c.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("another's comment is removed: %v", err)
	}
	sub, err := o.Submit(ctx, author, d.Ref)
	must(t, err)
	_, err = o.Comment(ctx, reviewer, sub.Ref, "", strings.Repeat("ก", 4001))
	if !errors.Is(err, fault.Invalid) {
		t.Errorf("a long comment: %v", err)
	}
	_, err = o.Comment(ctx, reviewer, sub.Ref, "", "ดี")
	must(t, err)
	if s := o.sheet(author, sub.Ref); len(s.Comments) != 1 || s.Comments[0].Text != "ดี" {
		t.Errorf("got %+v", s.Comments)
	}
}

func TestManyAtOnceLoseNothing(t *testing.T) {
	o, ctx := open(t), t.Context()
	l, err := o.List(ctx, author, "dlt", manuals.Filter{})
	must(t, err)
	if len(l.Rows) < 5 {
		t.Fatalf("the sample has %d manuals of the agency", len(l.Rows))
	}
	var wg sync.WaitGroup
	errs := make([]error, len(l.Rows))
	for i, row := range l.Rows {
		wg.Go(func() {
			errs[i] = func() error {
				d, err := o.Revise(ctx, author, row.ID, false)
				if err != nil {
					return err
				}
				s, err := o.Revision(ctx, author, d.Ref)
				if err != nil {
					return err
				}
				saved, err := o.Save(ctx, author, d.Ref, with(s, retitle(" (พร้อมกัน)")))
				if err != nil {
					return err
				}
				sub, err := o.Submit(ctx, author, saved.Ref)
				if err != nil {
					return err
				}
				end, err := o.Endorse(ctx, reviewer, sub.Ref, sub.Tree)
				if err != nil {
					return err
				}
				_, err = o.Publish(ctx, opdc, end.Ref, end.Tree)
				return err
			}()
		})
	}
	wg.Wait()
	must(t, errors.Join(errs...))
	l, err = o.List(ctx, author, "dlt", manuals.Filter{})
	must(t, err)
	for _, row := range l.Rows {
		if !strings.HasSuffix(row.Title.TH, "(พร้อมกัน)") || len(row.Open) > 0 || row.Published.Number != 1 {
			t.Errorf("%s is lost: %+v", row.ID, row)
		}
	}
	o.sound()
}

func TestTheIndexIsMadeAnewFromGit(t *testing.T) {
	o, ctx := open(t), t.Context()
	o.approved(o.revised(retitle(" (หนึ่ง)")))
	d := o.revised(retitle(" (สอง)"))
	o.sound()
	must(t, o.store.Manuals().Write(ctx, func(r manuals.Records) error { // damage of every kind
		m, err := r.Manual(subject)
		m.Title.TH = "ผิด"
		return errors.Join(err, r.PutManual(m), r.DropOpen(d.Ref.String()))
	}))
	found, err := o.Doctor(ctx, false)
	must(t, err)
	if len(found) != 2 {
		t.Errorf("the doctor finds %v", found)
	}
	_, err = o.Doctor(ctx, true)
	must(t, err)
	o.sound()
}

func TestAFormIsKeptWithItsManual(t *testing.T) {
	o, ctx := open(t), t.Context()
	d := o.revised(retitle(" (ใหม่)"))
	s := o.sheet(author, d.Ref)
	_, err := o.Save(ctx, author, d.Ref, manuals.Change{Was: s.Commit, Files: map[string][]byte{"new.pdf": []byte("%PDF-1.4\n%%EOF\n")}})
	must(t, err)
	data, err := o.File(ctx, reviewer, d.Ref, "new.pdf")
	must(t, err)
	if !bytes.HasPrefix(data, []byte("%PDF")) {
		t.Errorf("got %q", data)
	}
	if s := o.sheet(author, d.Ref); len(s.FileChanges) != 1 || s.FileChanges[0].Name != "new.pdf" || len(s.Problems) == 0 {
		t.Errorf("changes %v, problems %v: a form that no row names is told", s.FileChanges, s.Problems)
	}
	if _, err := o.File(ctx, reviewer, d.Ref, "manual.md"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the manual as a form: %v", err)
	}
}
