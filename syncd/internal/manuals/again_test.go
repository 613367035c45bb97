package manuals_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
)

// far is an office whose steps are written down, to be taken again at a centre.
type far struct {
	*office
	centre *office
	deeds  []ledger.Deed
}

// openFar opens an office and a centre that have the same content, but not the
// same commits.
func openFar(t *testing.T) *far {
	f := &far{office: open(t), centre: open(t)}
	f.Ledger.Note = func(ctx context.Context, d ledger.Deed) (context.Context, error) {
		f.deeds = append(f.deeds, d)
		return ctx, nil
	}
	return f
}

// sync takes the office's steps again at the centre, each by whom took it.
func (f *far) sync() error {
	f.t.Helper()
	main, err := f.centre.Ledger.Repo.Refs().Get(gitrepo.Main)
	must(f.t, err)
	var failed error
	for _, d := range f.deeds {
		a := manuals.Again{Verb: d.Verb, Manual: d.Manual, Folder: d.Folder, Main: main, Draft: d.From.Key, Number: d.From.Number, Was: d.Was, Tree: d.Tree, Reason: d.Reason, Fields: d.Fields}
		if a.Draft == "" {
			a.Draft = d.To.Key
		}
		if d.Verb == ledger.DidBegin || d.Verb == ledger.DidSave {
			a.Text, err = f.Ledger.Text(d.Tree)
			must(f.t, err)
		}
		who := map[catalog.OfficerID]staff.Acting{author.ID: author, second.ID: second, reviewer.ID: reviewer}[d.By.ID]
		_, err := f.centre.Again(f.t.Context(), who, a)
		failed = errors.Join(failed, err)
	}
	f.deeds = nil
	return failed
}

// TestARevisionWrittenAtAnOfficeIsApprovedThereToo goes the whole way at an office,
// and is published at the centre.
func TestARevisionWrittenAtAnOfficeIsApprovedThereToo(t *testing.T) {
	f := openFar(t)
	d := f.revised(retitle(" ฉบับสำนักงาน"))
	d, err := f.Submit(t.Context(), author, d.Ref)
	must(t, err)
	d, err = f.Return(t.Context(), reviewer, d.Ref, "เติมข้อความ", nil)
	must(t, err)
	saved, err := f.Save(t.Context(), second, d.Ref, with(f.sheet(second, d.Ref), rebody("เติมแล้ว")))
	must(t, err)
	d, err = f.Submit(t.Context(), author, saved.Ref)
	must(t, err)
	d, err = f.Endorse(t.Context(), reviewer, d.Ref, d.Tree)
	must(t, err)
	must(t, f.sync())
	refs, err := f.centre.Ledger.Find(review.Endorsed, subject)
	must(t, err)
	if len(refs) != 1 {
		t.Fatalf("the centre has %v", refs)
	}
	h, err := f.centre.Ledger.Load(refs[0])
	must(t, err)
	if h.Tree != d.Tree || h.EndorsedBy != reviewer.ID || len(h.Contributors) != 2 {
		t.Errorf("the centre has %+v", h)
	}
	_, err = f.centre.Publish(t.Context(), opdc, refs[0], h.Tree)
	must(t, err)
	f.centre.sound()
}

// TestAnApprovalIsOfWhatWasRead has the draft change at the centre before the
// office's approval comes.
func TestAnApprovalIsOfWhatWasRead(t *testing.T) {
	f := openFar(t)
	d := f.revised(retitle(" ฉบับสำนักงาน"))
	must(t, f.sync())
	there, err := f.centre.Save(t.Context(), second, d.Ref, with(f.centre.sheet(second, d.Ref), rebody("จากส่วนกลาง")))
	must(t, err)
	d, err = f.Submit(t.Context(), author, d.Ref)
	must(t, err)
	_, err = f.Endorse(t.Context(), reviewer, d.Ref, d.Tree)
	must(t, err)
	if err := f.sync(); !errors.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
	refs, err := f.centre.Ledger.Find(review.InReview, subject)
	must(t, err)
	h, err := f.centre.Ledger.Load(refs[0])
	must(t, err)
	if len(refs) != 1 || h.Tree != there.Tree {
		t.Errorf("%v awaits a decision", refs)
	}
	f.centre.sound()
}

// TestNobodyApprovesAtAnOfficeWhatTheyWrote though the office let it through.
func TestNobodyApprovesAtAnOfficeWhatTheyWrote(t *testing.T) {
	f := openFar(t)
	both := staff.Acting{Officer: author.Officer, Request: "r"}
	both.Grants = append(both.Grants, reviewer.Grants...)
	d := f.revised(retitle(" ฉบับสำนักงาน"))
	d, err := f.Submit(t.Context(), author, d.Ref)
	must(t, err)
	must(t, f.sync())
	_, err = f.centre.Again(t.Context(), both, manuals.Again{Verb: ledger.DidEndorse, Manual: subject, Number: d.Number, Tree: d.Tree})
	if !errors.Is(err, fault.Forbidden) && !errors.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
	if refs, _ := f.centre.Ledger.Find(review.Endorsed, subject); len(refs) > 0 {
		t.Error("it was approved")
	}
}

// TestAnOfficeAndTheCentreSaveOneDraft meets by field, or tells.
func TestAnOfficeAndTheCentreSaveOneDraft(t *testing.T) {
	for name, test := range map[string]struct {
		here, there func(*catalog.Manual)
		want        error
	}{
		"other fields": {retitle(" ก"), rebody("ข"), nil},
		"the same":     {retitle(" ก"), retitle(" ข"), fault.Conflict},
	} {
		for _, step := range []string{"submit", "give up"} {
			t.Run(name+", "+step, func(t *testing.T) {
				f := openFar(t)
				d := f.revised(func(m *catalog.Manual) { m.Remarks = catalog.Text{TH: "เริ่ม"} })
				must(t, f.sync())
				_, err := f.centre.Save(t.Context(), second, d.Ref, with(f.centre.sheet(second, d.Ref), test.there))
				must(t, err)
				_, err = f.Save(t.Context(), author, d.Ref, with(f.sheet(author, d.Ref), test.here))
				must(t, err)
				if err := f.sync(); !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				_, err = f.Save(t.Context(), author, d.Ref, with(f.sheet(author, d.Ref), func(m *catalog.Manual) { m.Remarks = catalog.Text{TH: "อีก"} }))
				must(t, err)
				must(t, f.sync()) // what nobody else changed goes in
				got := f.centre.sheet(author, d.Ref).Manual
				if test.want == nil && (!strings.HasSuffix(got.Title.TH, " ก") || !strings.Contains(got.Body.Markdown, "ข")) {
					t.Errorf("the draft holds %q and %q", got.Title.TH, got.Body.Markdown)
				}
				if test.want != nil && !strings.HasSuffix(got.Title.TH, " ข") {
					t.Errorf("the draft holds %q", got.Title.TH)
				}
				if step == "submit" {
					_, err = f.Submit(t.Context(), author, d.Ref)
				} else {
					err = f.GiveUp(t.Context(), author, d.Ref)
				}
				must(t, err)
				deeds := f.deeds
				if err := f.sync(); !errors.Is(err, test.want) {
					t.Errorf("a %s: got %v, want %v", step, err, test.want)
				}
				drafts, err := f.centre.Ledger.Find(review.Draft, subject)
				if err != nil || len(drafts) == 1 != (test.want != nil) {
					t.Errorf("after a %s there are %v, %v", step, drafts, err)
				}
				if f.deeds = deeds; step == "give up" && test.want == nil {
					must(t, f.sync()) // again
				}
				f.centre.sound()
			})
		}
	}
}

// TestStepsThatCameTwice are taken once.
func TestStepsThatCameTwice(t *testing.T) {
	f := openFar(t)
	d := f.revised(retitle(" ฉบับสำนักงาน"))
	deeds := f.deeds
	must(t, f.sync())
	before := f.centre.sheet(author, d.Ref).Commit
	f.deeds = deeds
	err := f.sync()
	if now := f.centre.sheet(author, d.Ref).Commit; now != before {
		t.Errorf("the draft moved to %s, with %v", now, err)
	}
	refs, err := f.centre.Ledger.Find(review.Draft, subject)
	if err != nil || len(refs) != 1 {
		t.Errorf("there are %v, %v", refs, err)
	}
}

// TestWhatAnOfficeMayNotBegin is refused.
func TestWhatAnOfficeMayNotBegin(t *testing.T) {
	f := openFar(t)
	d := f.revised(retitle(" ก"))
	text, err := f.Ledger.Text(d.Tree)
	must(t, err)
	main, err := f.centre.Ledger.Repo.Refs().Get(gitrepo.Main)
	must(t, err)
	good := manuals.Again{Verb: ledger.DidBegin, Manual: subject, Folder: f.deeds[0].Folder, Main: main, Draft: d.Ref.Key, Tree: d.Tree, Text: text}
	for name, change := range map[string]func(*manuals.Again){
		"another folder":        func(a *manuals.Again) { a.Folder = "agencies/mot" },
		"no folder":             func(a *manuals.Again) { a.Folder = "" },
		"a commit that is none": func(a *manuals.Again) { a.Main = gitrepo.Hash{1} },
		"a step that is none":   func(a *manuals.Again) { a.Verb = "publish" },
	} {
		a := good
		change(&a)
		if _, err := f.centre.Again(t.Context(), author, a); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := f.centre.Again(t.Context(), stranger, good); !errors.Is(err, fault.Forbidden) {
		t.Errorf("a stranger is told %v", err)
	}
	if refs, _ := f.centre.Ledger.Find(review.Draft, subject); len(refs) > 0 {
		t.Errorf("there are %v", refs)
	}
}
