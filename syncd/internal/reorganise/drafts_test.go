package reorganise_test

import (
	"errors"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/reorganise"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// writers are those who take a revision through its steps.
type writers struct {
	*office
	author, reviewer, opdc, dga catalog.OfficerID
}

func openWriters(t *testing.T) *writers {
	o := open(t)
	return &writers{o,
		o.hire("เขียน", of(catalog.RoleAuthor, "dlt")), o.hire("รีวิว", of(catalog.RoleReviewer, "dlt")),
		o.hire("ก.พ.ร.", rights.Grant{Role: catalog.RoleOPDC}), o.hire("ดวง", rights.Grant{Role: catalog.RoleDGA})}
}

// rewrite changes the text of a draft.
func (o *writers) rewrite(d manuals.Open, words string) manuals.Open {
	o.t.Helper()
	s, err := o.papers.Revision(o.t.Context(), o.as(o.author), d.Ref)
	must(o.t, err)
	s.Manual.Body.Markdown += "\n" + words + "\n"
	saved, err := o.papers.Save(o.t.Context(), o.as(o.author), d.Ref, manuals.Change{Was: s.Commit, Manual: s.Manual})
	must(o.t, err)
	return saved.Open
}

// until takes a draft of the manual as far as a state.
func (o *writers) until(state review.State) manuals.Open {
	o.t.Helper()
	d, err := o.papers.Revise(o.t.Context(), o.as(o.author), tax, true)
	must(o.t, err)
	d = o.rewrite(d, "ก่อนย้าย")
	if state == review.Draft {
		return d
	}
	if d, err = o.papers.Submit(o.t.Context(), o.as(o.author), d.Ref); state == review.InReview {
		must(o.t, err)
		return d
	}
	must(o.t, err)
	d, err = o.papers.Endorse(o.t.Context(), o.as(o.reviewer), d.Ref, d.Tree)
	must(o.t, err)
	return d
}

// onward takes a revision from where it stands to the site.
func (o *writers) onward(d manuals.Open) manuals.Publication {
	o.t.Helper()
	ctx := o.t.Context()
	var err error
	if d.State == review.Draft {
		d, err = o.papers.Submit(ctx, o.as(o.author), d.Ref)
		must(o.t, err)
	}
	if d.State == review.InReview {
		d, err = o.papers.Endorse(ctx, o.as(o.reviewer), d.Ref, d.Tree)
		must(o.t, err)
	}
	p, err := o.papers.Publish(ctx, o.as(o.opdc), d.Ref, d.Tree)
	must(o.t, err)
	return p
}

// reorganisations are what may come between two steps, and where the manual stands
// then.
var reorganisations = map[string]struct {
	plan   reorganise.Plan
	folder string
	agency catalog.AgencyCode
}{
	"moved":  {reorganise.Plan{Kind: reorganise.Move, Agency: "dlt", To: "moi"}, "agencies/moi/dlt", "dlt"},
	"merged": {reorganise.Plan{Kind: reorganise.Merge, Agency: "dlt", To: "dopa"}, "agencies/moi/dopa", "dopa"},
}

func TestRevisionsUnderWayFollow(t *testing.T) {
	for name, c := range reorganisations {
		for what, then := range map[string]func(o *writers) manuals.Open{
			"a draft":             func(o *writers) manuals.Open { return o.until(review.Draft) },
			"what awaits stage 1": func(o *writers) manuals.Open { return o.until(review.InReview) },
			"what awaits stage 2": func(o *writers) manuals.Open { return o.until(review.Endorsed) },
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				t.Parallel()
				o := openWriters(t)
				d := then(o)
				o.does(o.dga, c.plan)
				o.sound()
				list, err := o.papers.Queue(t.Context(), o.as(o.author), manuals.QueueFilter{Mine: true})
				must(t, err)
				if d.State == review.Draft && (len(list.Items) != 1 || list.Items[0].Agency != c.agency || list.Items[0].Folder != c.folder+"/manuals/dlt-xgveak") {
					t.Errorf("the author's drafts are %+v", list.Items)
				}
				o.onward(d)
				o.landed(c.folder, "ก่อนย้าย")
			})
		}
	}
}

// landed holds the manual to standing in one place alone, with some words.
func (o *writers) landed(home, words string) {
	o.t.Helper()
	src, err := o.Ledger.Repo.File(o.tree(), home+"/manuals/dlt-xgveak/manual.md")
	must(o.t, err)
	if !strings.Contains(string(src), words) {
		o.t.Errorf("the published text does not have %q", words)
	}
	if o.has(taxFolder) {
		o.t.Error("the manual stands where it was, too")
	}
	o.proven()
	o.sound()
}

func TestADraftIsWrittenOnAfterAReorganisation(t *testing.T) {
	for name, c := range reorganisations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openWriters(t)
			ctx := t.Context()
			d := o.until(review.Draft)
			stale, err := o.papers.Revision(ctx, o.as(o.author), d.Ref)
			must(t, err)
			o.does(o.dga, c.plan)
			d = o.rewrite(d, "หลังย้าย")
			o.sound()
			s, err := o.papers.Revision(ctx, o.as(o.author), d.Ref)
			must(t, err)
			if s.Behind || s.Agency != c.agency {
				t.Errorf("the draft is behind %v, of %s", s.Behind, s.Agency)
			}
			if _, err := o.papers.Refresh(ctx, o.as(o.author), d.Ref, nil); err != nil {
				t.Fatal(err)
			}
			o.sound()
			stale.Manual.Title.TH += " (แก้)"
			if _, err := o.papers.Save(ctx, o.as(o.author), d.Ref, manuals.Change{Was: stale.Commit, Manual: stale.Manual}); err != nil {
				t.Fatalf("what was begun before the reorganisation: %v", err)
			}
			d, err = o.papers.Submit(ctx, o.as(o.author), d.Ref)
			must(t, err)
			o.onward(d)
			o.landed(c.folder, "หลังย้าย")
		})
	}
}

func TestOthersPublishBetween(t *testing.T) {
	for name, c := range reorganisations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openWriters(t)
			ctx := t.Context()
			first, second := o.until(review.Endorsed), o.until(review.InReview)
			o.does(o.dga, c.plan)
			o.onward(first)
			_, err := o.papers.Endorse(ctx, o.as(o.reviewer), second.Ref, second.Tree)
			if err != nil && !errors.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
			o.landed(c.folder, "ก่อนย้าย")
		})
	}
}

func TestWhatWasNeverPublishedFollows(t *testing.T) {
	for name, c := range reorganisations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openWriters(t)
			ctx := t.Context()
			d, err := o.papers.Begin(ctx, o.as(o.author), "dlt", catalog.Text{TH: "คู่มือใหม่"})
			must(t, err)
			o.does(o.dga, c.plan)
			o.sound()
			s, err := o.papers.Revision(ctx, o.as(o.author), d.Ref)
			must(t, err)
			if want := c.folder + "/manuals/" + string(d.Manual); s.Folder != want || s.Agency != c.agency {
				t.Errorf("it stands in %s, of %s; want %s", s.Folder, s.Agency, want)
			}
			full, err := o.papers.CopyFrom(ctx, o.as(o.author), tax)
			must(t, err)
			full.ID, full.Title = d.Manual, catalog.Text{TH: "คู่มือใหม่"}
			saved, err := o.papers.Save(ctx, o.as(o.author), d.Ref, manuals.Change{Was: s.Commit, Manual: full})
			must(t, err)
			o.onward(saved.Open)
			if !o.has(c.folder + "/manuals/" + string(d.Manual)) {
				t.Error("it was published elsewhere")
			}
			o.proven()
			o.sound()
		})
	}
}

func TestAReturnAndARecallFollow(t *testing.T) {
	o := openWriters(t)
	ctx := t.Context()
	d := o.until(review.Endorsed)
	o.does(o.dga, reorganisations["merged"].plan)
	back, err := o.papers.Return(ctx, o.as(o.opdc), d.Ref, "แก้ค่าธรรมเนียม", nil)
	must(t, err)
	o.sound()
	o.onward(o.rewrite(back, "แก้แล้ว"))
	o.landed("agencies/moi/dopa", "แก้แล้ว")
}

// A reviewer who read the revision before the agencies were merged approves what
// was read, as whoever they are now.
func TestAReorganisationIsTakenBackUnderARevision(t *testing.T) {
	o := openWriters(t)
	d := o.until(review.InReview)
	done := o.does(o.dga, reorganisations["merged"].plan)
	d, err := o.papers.Endorse(t.Context(), o.as(o.reviewer), d.Ref, d.Tree)
	must(t, err)
	o.does(o.dga, reorganise.Plan{Kind: reorganise.Undo, Agency: "dlt", Undoes: done.Commit})
	o.sound()
	o.onward(d)
	if !o.has(taxFolder) || o.has("agencies/moi/dopa/manuals/dlt-xgveak") {
		t.Error("the manual does not stand where it was")
	}
	o.proven()
	o.sound()
}
