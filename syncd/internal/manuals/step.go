package manuals

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// taking is a step that is being taken on a revision.
type taking struct {
	by     staff.Acting
	step   review.Step
	head   ledger.Head
	owner  rights.Target
	acting ledger.Acting
	number int // that the revision has from this step on, when it takes one
	manual Manual
}

// take takes a step on the revision of a ref: it loads it, holds the rights to see
// it, lets do move git, and tells the index, the trail and whom it concerns.
func (d *Desk) take(ctx context.Context, by staff.Acting, ref review.Ref, step review.Step, do func(taking) (ledger.Head, error)) (Open, error) {
	leave, err := d.enter(ctx)
	if err != nil {
		return Open{}, err
	}
	defer leave()
	defer d.lock(ref.Manual)()
	d.moving.RLock()
	defer d.moving.RUnlock()
	if err := d.flush(ctx); err != nil {
		return Open{}, err // the index does not know of what came before
	}
	t, err := d.prepare(ctx, by, ref, step)
	if err != nil {
		return Open{}, err
	}
	after, err := do(t)
	if changed := (*ledger.Changed)(nil); errors.As(err, &changed) {
		_, told := d.settle(ctx, t, changed.Now, Remade)
		return Open{}, errors.Join(err, told)
	}
	if err != nil {
		return Open{}, err
	}
	if after.Commit == t.head.Commit && after.Ref == t.head.Ref {
		return d.entitled(after) // there was nothing to do
	}
	return d.settle(ctx, t, after, topicOf(step))
}

// enter goes through the gate that a backup closes.
func (d *Desk) enter(ctx context.Context) (func(), error) {
	if d.Enter == nil {
		return func() {}, nil
	}
	return d.Enter(ctx)
}

// prepare finds what a step needs to know.
func (d *Desk) prepare(ctx context.Context, by staff.Acting, ref review.Ref, step review.Step) (t taking, err error) {
	t.by, t.step = by, step
	if t.head, err = d.Ledger.Load(ref); err != nil {
		return t, absent(err)
	}
	if t.owner, err = d.owner(t.head.Agency); err != nil {
		return t, absent(err)
	}
	if by.May(rights.SeeDrafts, t.owner) != nil {
		return t, gone()
	}
	t.acting = d.as(by, actionOf(step), t.owner)
	if step == review.SendBack && t.head.State == review.Endorsed {
		t.acting = d.as(by, rights.Publish, t.owner)
	} else if step == review.SendBack {
		t.acting = d.as(by, rights.Endorse, t.owner)
	}
	if t.manual, err = d.of(ctx, t.head.Manual); errors.Is(err, fault.NotFound) {
		t.manual, err = Manual{ID: t.head.Manual, Agency: t.head.Agency, Folder: t.head.Folder}, nil
	}
	if err != nil {
		return t, err
	}
	t.number, err = d.number(ctx, t.head)
	return t, err
}

// absent tells of what is not there as of what may not be known.
func absent(err error) error {
	if errors.Is(err, fault.NotFound) {
		return gone()
	}
	return err
}

// number is the number under which a revision goes on: its own, unless a later one
// has been published meanwhile, or the next that no revision of the manual has.
func (d *Desk) number(ctx context.Context, h ledger.Head) (int, error) {
	last, err := d.lastPublished(ctx, h.Manual)
	if err != nil {
		return 0, err
	}
	if h.Number > last {
		return h.Number, nil
	}
	opens, err := d.opens(ctx, OpenFilter{Manual: h.Manual, Page: trail.Page{Limit: 1000}})
	if err != nil {
		return 0, err
	}
	for _, o := range opens {
		last = max(last, o.Number)
	}
	ended, err := d.Ledger.Find(review.Ended, h.Manual)
	if err != nil {
		return 0, err
	}
	for _, ref := range ended {
		if old, err := d.Ledger.Load(ref); err == nil {
			last = max(last, old.Number)
		}
	}
	return last + 1, nil
}

// lastPublished is the highest number of a manual's that is published, whether the
// index knows of it yet or not; 0 when none is.
func (d *Desk) lastPublished(ctx context.Context, id catalog.ManualID) (last int, err error) {
	var known []Publication
	var mark gitrepo.Hash
	err = d.Store.Read(ctx, func(r Records) (err error) {
		if mark, err = r.Mark(); err == nil {
			known, err = r.Publications(id)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if mark.IsZero() {
		return 0, fault.New(fault.Unavailable, fault.Text{TH: "ระบบกำลังทำดัชนีคู่มือ", EN: "The index of manuals is being made."}, fault.Text{TH: "ลองอีกครั้งในอีกสักครู่", EN: "Try again in a minute."})
	}
	tip, err := d.Ledger.Repo.Refs().Get(gitrepo.Main)
	if err != nil {
		return 0, err
	}
	if tip != mark {
		h, err := d.history(ctx, tip, mark)
		if errors.Is(err, errRewritten) {
			h, err = d.history(ctx, tip, gitrepo.Hash{})
		}
		if err != nil {
			return 0, err
		}
		known = append(known, h.publications...)
	}
	for _, p := range known {
		if p.Manual == id {
			last = max(last, p.Number)
		}
	}
	return last, nil
}

// settle tells the index, the trail and people of a step that git has.
func (d *Desk) settle(ctx context.Context, t taking, after ledger.Head, topic Topic) (Open, error) {
	o, err := d.entitled(after)
	if err != nil {
		d.Log.Error("what a step made can not be read", "ref", after.Ref.String(), "error", err)
	}
	note, err := d.noting(o)
	if err != nil {
		d.Log.Error("the index is told of a step later", "ref", after.Ref.String(), "error", err)
		note = func(Records) error { return nil } // CatchUp finds it
	}
	news, err := d.news(ctx, topic, o)
	if err != nil {
		d.Log.Error("who has to be told can not be found", "manual", after.Manual, "error", err)
	}
	entry := d.entry(t.by, t.acting.As, "revision."+string(t.step), after.Agency, subjectOf(after), toldOf(t.head), toldOf(after))
	d.keep(ctx, func(r Records) ([]Notice, error) {
		if t.head.Ref != (review.Ref{}) && (t.head.Ref != after.Ref || after.State == review.Published) {
			if err := r.DropOpen(t.head.Ref.String()); err != nil {
				return nil, err
			}
		}
		if err := errors.Join(note(r), r.Record(entry)); err != nil {
			return nil, err
		}
		var notices []Notice
		for _, one := range news {
			one.By = t.by.ID
			told, err := d.tell(r, one.Notice, one.to...)
			if err != nil {
				return nil, err
			}
			notices = append(notices, told...)
		}
		return notices, nil
	})
	d.stir(ctx, t, after)
	return o, nil
}

// noting is how the index is told where a revision stands now.
func (d *Desk) noting(o Open) (func(Records) error, error) {
	switch o.State {
	case review.Ended:
		return func(r Records) error { return dropUnborn(r, o.Manual) }, nil
	case review.Published:
		return d.publishing(o)
	}
	return func(r Records) error { return putOpen(r, o) }, nil
}

// publishing tells the index of a publication, as CatchUp would. Where it was an
// emergency, what awaits approval in order has come, too.
func (d *Desk) publishing(o Open) (func(Records) error, error) {
	c, err := d.Ledger.Repo.Commit(o.Commit)
	if err != nil {
		return nil, err
	}
	p, _, err := d.publication(gitrepo.Ancestor{Hash: o.Commit, Change: c})
	if err != nil {
		return nil, err
	}
	e, err := d.Ledger.Repo.Find(c.Tree, o.Folder)
	if err != nil {
		return nil, err
	}
	m, err := d.read(o.Folder, e.Hash)
	if err != nil {
		return nil, err
	}
	var next *Open
	if p.Stage == proof.Emergency {
		in, err := d.load(review.Ref{State: review.InReview, Manual: o.Manual, Number: o.Number + 1})
		if err != nil {
			return nil, err
		}
		next = &in
	}
	return func(r Records) error {
		if err := errors.Join(r.PutPublication(p), putManual(r, m)); err != nil {
			return err
		}
		if next != nil {
			if err := putOpen(r, *next); err != nil {
				return err
			}
		}
		if mark, err := r.Mark(); err != nil || len(c.Parents) == 0 || mark != c.Parents[0] {
			return err // CatchUp has more to read
		}
		return r.SetMark(o.Commit)
	}, nil
}

// dropUnborn forgets a manual of which nothing is left.
func dropUnborn(r Records, id catalog.ManualID) error {
	m, err := r.Manual(id)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || !m.Published.Commit.IsZero() {
		return err
	}
	n, err := r.CountOpens(OpenFilter{Manual: id})
	if err != nil || n > 0 {
		return err
	}
	return r.DropManual(id)
}

// topicOf is what a step is told as; "" is told to nobody.
func topicOf(s review.Step) Topic {
	return map[review.Step]Topic{
		review.Submit: Awaits, review.Recall: Recalled, review.Endorse: Approved, review.SendBack: Returned,
		review.Publish: Appeared, review.Hasten: Hastened,
	}[s]
}

// told is a notice and whom it concerns.
type told struct {
	Notice
	to []catalog.OfficerID
}

// news are what people are told of a step: those whose move it is, and those who
// wrote the revision.
func (d *Desk) news(ctx context.Context, topic Topic, o Open) ([]told, error) {
	if topic == "" {
		return nil, nil
	}
	n := Notice{Topic: topic, Manual: o.Manual, Number: o.Number, Key: o.Ref.Key, Title: o.Title}
	if o.Returned != nil && topic == Returned {
		n.Text = o.Returned.Reason
	}
	agency, err1 := d.judges(ctx, rights.Endorse, o.Head)
	country, err2 := d.judges(ctx, rights.Publish, o.Head)
	authors := o.Contributors
	switch topic {
	case Awaits, Recalled:
		return []told{{n, agency}}, err1
	case Approved:
		next := n
		next.Topic = Awaits
		return []told{{n, authors}, {next, country}}, err2
	case Appeared:
		return []told{{n, append(slices.Clone(authors), o.EndorsedBy)}}, nil
	case Remade, Hastened:
		return []told{{n, append(slices.Clone(authors), agency...)}}, err1
	}
	return []told{{n, authors}}, nil
}

// judges are who may judge a revision in a stage: nobody who wrote any of it, nor
// who approved it before.
func (d *Desk) judges(ctx context.Context, a rights.Action, h ledger.Head) ([]catalog.OfficerID, error) {
	if d.People == nil {
		return nil, nil
	}
	all, err := d.People.Holders(ctx, a, h.Agency)
	return slices.DeleteFunc(slices.Clone(all), func(id catalog.OfficerID) bool {
		return slices.Contains(h.Contributors, id) || id == h.EndorsedBy
	}), err
}

// stir has open pages of those look again whose queue or draft a step changed.
func (d *Desk) stir(ctx context.Context, t taking, h ledger.Head) {
	to := slices.Clone(h.Contributors)
	if t.step != review.Save && t.step != beginStep {
		for _, a := range []rights.Action{rights.Endorse, rights.Publish} {
			some, err := d.judges(ctx, a, h)
			if err != nil {
				return // it is a comfort, no more
			}
			to = append(to, some...)
		}
	}
	slices.Sort(to)
	var quiet []Notice
	for _, id := range slices.Compact(to) {
		if id != t.by.ID {
			quiet = append(quiet, Notice{To: id, Topic: Stepped, Manual: h.Manual, Number: h.Number, Key: h.Ref.Key, By: t.by.ID, At: d.now()})
		}
	}
	d.announce(quiet)
}

// entry begins an entry of the trail.
func (d *Desk) entry(by staff.Acting, as rights.Grant, action string, agency catalog.AgencyCode, subject, before, after string) trail.Entry {
	return trail.Entry{ID: d.id(), At: d.now(), Officer: by.ID, Role: as.Role, Action: action, Scope: rights.Scope{Agency: agency},
		Subject: subject, Before: before, After: after, Request: by.Request}
}

// now is the time as stores keep it.
func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

// subjectOf names a revision in the trail.
func subjectOf(h ledger.Head) string {
	if h.Number > 0 {
		return string(h.Manual) + "/" + strconv.Itoa(h.Number)
	}
	return string(h.Manual) + "/" + h.Ref.Key
}

// toldOf is a revision as the trail shows it; "" of none.
func toldOf(h ledger.Head) string {
	if h.Ref == (review.Ref{}) {
		return ""
	}
	b, err := json.Marshal(struct {
		State  review.State `json:"state"`
		Tree   review.Tree  `json:"tree"`
		Commit string       `json:"commit"`
	}{h.State, h.Tree, h.Commit.String()})
	if err != nil {
		panic("manuals: the trail holds plain values only: " + err.Error())
	}
	return string(b)
}
