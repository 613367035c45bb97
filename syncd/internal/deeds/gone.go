package deeds

import (
	"context"
	"errors"
	"fmt"

	"khumue/internal/calendar"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/review"
)

// gone says that what was changed at an office is not there any more.
type gone struct{ text fault.Text }

// Error says so for the log.
func (g *gone) Error() string { return g.text.EN }

// orGone is why a change can not be made: of a file that somebody took away or moved
// since, who that was and when. Other errors stay as they are, those too of the
// office's own.
func (d *Doer) orGone(why error, files []immediate.File) error {
	if !errors.Is(why, fault.NotFound) && !errors.Is(why, fault.Conflict) && !errors.Is(why, fault.Invalid) {
		return why
	}
	at, main, err := d.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Was.IsZero() {
			continue
		}
		if there, err := d.has(main.Tree, f.Path); err != nil {
			return err
		} else if there {
			continue
		}
		c, err := d.removal(at, f.Path)
		if err != nil {
			return err
		}
		if c != nil {
			day := calendar.DateOf(c.Author.At)
			return &gone{fault.Text{
				TH: fmt.Sprintf("%s ถูกลบหรือย้ายไปแล้ว โดย %s เมื่อวันที่ %d/%d/%d สิ่งที่แก้ไว้ยังอยู่ในเครื่องนี้", f.Path, c.Author.Name, day.Day, int(day.Month), day.YearBE()),
				EN: fmt.Sprintf("%s was removed or moved by %s on %s. What you changed is still on this computer.", f.Path, c.Author.Name, day.ISO()),
			}}
		}
	}
	return why
}

// orGivenUp is why a step can not be taken: of a draft that somebody gave up since, who
// that was and when.
func (d *Doer) orGivenUp(ctx context.Context, why error, s step) error {
	_, err := d.Repo.Refs().Get(review.Ref{State: review.Ended, Manual: s.Manual, Key: s.Draft}.String())
	if s.Draft == "" || errors.Is(err, fault.NotFound) {
		return why
	} else if err != nil {
		return err
	}
	by, at, err := d.GaveUp(inbox.Settle(ctx, nil), s.Manual, s.Draft)
	if err != nil {
		return err
	}
	who := fault.Text{}
	if by != "" {
		day := calendar.DateOf(at)
		who.TH = fmt.Sprintf(" โดย %s เมื่อวันที่ %d/%d/%d", by, day.Day, int(day.Month), day.YearBE())
		who.EN = fmt.Sprintf(" by %s on %s", by, day.ISO())
	}
	return &gone{fault.Text{
		TH: "ร่างของ " + string(s.Manual) + " ถูกเลิกไปแล้ว" + who.TH + " สิ่งที่แก้ไว้ยังอยู่ในเครื่องนี้",
		EN: "The draft of " + string(s.Manual) + " was given up" + who.EN + ". What you changed is still on this computer.",
	}}
}

func (d *Doer) has(tree gitrepo.Hash, path string) (bool, error) {
	_, err := d.Repo.Find(tree, path)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// removal finds the newest commit since which a file is not there; nil where it never
// was, or that is long ago.
func (d *Doer) removal(at gitrepo.Hash, path string) (*gitrepo.Change, error) {
	for range longestLook {
		c, err := d.Repo.Commit(at)
		if err != nil || len(c.Parents) == 0 {
			return nil, err
		}
		before, err := d.Repo.Commit(c.Parents[0])
		if err != nil {
			return nil, err
		}
		if was, err := d.has(before.Tree, path); err != nil {
			return nil, err
		} else if was {
			return c, nil
		}
		at = c.Parents[0]
	}
	return nil, nil //nolint:nilnil // too long ago to be told
}
