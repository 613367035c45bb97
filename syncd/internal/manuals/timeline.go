package manuals

import (
	"context"
	"errors"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
)

// Limits of a timeline: so many of a manual's publications, and of each revision
// so many events.
const (
	maxTold   = 50
	maxEvents = 300
)

// Event is something that happened to a revision, as git tells it.
type Event struct {
	Commit gitrepo.Hash // the last, of saves by one person after another
	Stage  proof.Stage  // "" of saves
	Number int          // of the revision; 0 of a draft that has none
	By     catalog.OfficerID
	Role   catalog.Role // as what it was done; "" of a save
	At     time.Time
	Saves  int // how many, of saves
	Reason string
	Fields []string
}

// Timeline tells what happened to a manual, the latest first, from git: of the
// revisions under way, and of those that were published.
func (d *Desk) Timeline(ctx context.Context, by staff.Acting, id catalog.ManualID) ([]Event, error) {
	f, err := d.Manual(ctx, by, id)
	if err != nil {
		return nil, err
	}
	var out []Event
	for _, o := range f.Open {
		some, err := d.story(o.Commit, o.Number)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	for i, p := range f.Published {
		if i == maxTold || ctx.Err() != nil {
			break
		}
		some, err := d.story(p.Commit, p.Number)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortStableFunc(out, func(a, b Event) int { return b.At.Compare(a.At) })
	return out, ctx.Err()
}

// Story tells what happened to one revision, the latest first.
func (d *Desk) Story(s Sheet) ([]Event, error) { return d.story(s.Commit, s.Number) }

// story tells of a revision from the commit where it stands: a publication, a stage
// 1, or its own line.
func (d *Desk) story(at gitrepo.Hash, number int) ([]Event, error) {
	var out []Event
	for range 3 {
		c, err := d.Ledger.Repo.Commit(at)
		if err != nil {
			return out, err
		}
		t, err := proof.ParseMessage(c.Message)
		if err != nil || t.Stage != proof.Publish && t.Stage != proof.Review && t.Stage != proof.Emergency {
			break
		}
		out = append(out, event(at, c, t))
		if len(c.Parents) != 2 {
			return out, nil
		}
		at = c.Parents[1]
	}
	own, err := d.line(at, number)
	return append(out, own...), err
}

// line tells of a revision's own commits.
func (d *Desk) line(from gitrepo.Hash, number int) (out []Event, err error) {
	for a, err := range d.Ledger.Repo.FirstParents(from, maxEvents*10) {
		if err != nil {
			return out, err
		}
		says, first := ledger.Begins(a.Message)
		t, err := proof.ParseMessage(a.Message)
		switch {
		case a.Trailer(ledger.CentreTrailer) != "": // at an office, which knows no more of what was before
			return out, nil
		case says, errors.Is(err, fault.NotFound):
			out = saved(out, a, number)
		case err != nil:
			return out, err
		case t.Stage.OnMain():
			if (t.Stage == proof.Bootstrap || t.Stage == proof.Import) && len(out) == 0 { // it is what was imported
				out = append(out, event(a.Hash, a.Change, t))
			}
			return out, nil
		default:
			out = append(out, event(a.Hash, a.Change, t))
			number = t.Revision
		}
		if first || len(out) >= maxEvents {
			return out, nil
		}
	}
	return out, nil
}

// event is what a commit testifies.
func event(at gitrepo.Hash, c *gitrepo.Change, t proof.Trailers) Event {
	return Event{Commit: at, Stage: t.Stage, Number: t.Revision, By: t.Officer, Role: t.Role.Role, At: c.Author.At, Reason: t.Reason, Fields: t.Fields}
}

// saved adds a save to those before it, by the same person.
func saved(out []Event, a gitrepo.Ancestor, number int) []Event {
	who := catalog.OfficerID(a.Author.Name)
	if n := len(out); n > 0 && out[n-1].Stage == "" && out[n-1].By == who {
		out[n-1].Saves++
		return out
	}
	return append(out, Event{Commit: a.Hash, Number: number, By: who, At: a.Author.At, Saves: 1})
}

// Compare returns two revisions of one manual that are under way, and what differs
// from the first to the second.
func (d *Desk) Compare(ctx context.Context, by staff.Acting, a, b review.Ref) (first, second Sheet, err error) {
	if first, err = d.Revision(ctx, by, a); err != nil {
		return first, second, err
	}
	if second, err = d.Revision(ctx, by, b); err != nil {
		return first, second, err
	}
	if a.Manual != b.Manual {
		return first, second, gone()
	}
	return first, second, nil
}
