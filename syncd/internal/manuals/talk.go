package manuals

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// Limits of a discussion.
const (
	maxComment  = 4000 // characters
	maxComments = 1000 // of one manual
)

// about reports whether a comment belongs to a revision: by its number, or by its
// draft before it had one.
func (c Comment) about(h ledger.Head) bool {
	if c.Number > 0 || h.Number > 0 && c.Key == "" {
		return c.Number == h.Number
	}
	return c.Key == h.Ref.Key
}

// Comment says something about a revision under way, or about one field of it.
// Whoever may see it may talk about it.
func (d *Desk) Comment(ctx context.Context, by staff.Acting, ref review.Ref, field, text string) (Comment, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return Comment{}, fault.New(fault.Invalid, fault.Text{TH: "ยังไม่ได้เขียนความเห็น", EN: "The comment is empty."})
	case n > maxComment || len(field) > 200:
		return Comment{}, fault.New(fault.Invalid, fault.Textf("ความเห็นยาวเกิน %d ตัวอักษร", "The comment is longer than %d characters.", maxComment))
	}
	o, owner, err := d.see(by, ref)
	if err != nil {
		return Comment{}, err
	}
	c := Comment{ID: d.id(), Manual: o.Manual, Number: o.Number, Field: field, By: by.ID, At: d.now(), Text: text}
	if c.Number == 0 {
		c.Key = ref.Key
	}
	as := d.as(by, rights.SeeDrafts, owner).As
	var notices []Notice
	err = d.Store.Write(ctx, func(r Records) error {
		all, err := r.Comments(o.Manual)
		if err != nil {
			return err
		}
		if len(all) >= maxComments {
			return fault.New(fault.Conflict, fault.Text{TH: "คู่มือนี้มีความเห็นเต็มจำนวนแล้ว", EN: "The manual has as many comments as it can have."})
		}
		if err := r.PutComment(c); err != nil {
			return err
		}
		if err := r.Record(d.entry(by, as, "revision.comment", o.Agency, subjectOf(o.Head), "", c.ID)); err != nil {
			return err
		}
		to := slices.Clone(o.Contributors)
		for _, other := range all {
			if other.about(o.Head) {
				to = append(to, other.By)
			}
		}
		n := Notice{Topic: Talked, Manual: o.Manual, Number: o.Number, Key: ref.Key, Title: o.Title, By: by.ID, Text: text}
		notices, err = d.tell(r, n, to...)
		return err
	})
	if err != nil {
		return Comment{}, err
	}
	d.announce(notices)
	return c, nil
}

// RemoveComment takes a comment of one's own back: that it was there stays.
func (d *Desk) RemoveComment(ctx context.Context, by staff.Acting, id catalog.ManualID, comment string) error {
	return d.Store.Write(ctx, func(r Records) error {
		all, err := r.Comments(id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(c Comment) bool { return c.ID == comment && c.By == by.ID })
		if i < 0 {
			return gone()
		}
		if !all[i].Removed.IsZero() {
			return nil
		}
		all[i].Text, all[i].Removed = "", d.now()
		return r.PutComment(all[i])
	})
}
