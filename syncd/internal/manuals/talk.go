package manuals

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

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

// Said is something that is said about a revision, or taken back, told so wholly that
// it can be said again elsewhere.
type Said struct {
	ID     string           `json:"id"` // of the comment
	Manual catalog.ManualID `json:"manual"`
	Draft  string           `json:"draft,omitempty"`  // key of the draft that it is about
	Number int              `json:"number,omitempty"` // or of the submission
	Tree   review.Tree      `json:"tree,omitempty"`   // of the text that it is about
	Field  string           `json:"field,omitempty"`
	Text   string           `json:"text,omitempty"`
	Back   bool             `json:"back,omitempty"` // it is taken back; nothing else is told
}

// SayAgain says here what was said at an office. What is there already is left as it
// is; the id of another's comment is an error of kind Conflict. Errors are else as of
// Comment and RemoveComment.
func (d *Desk) SayAgain(ctx context.Context, by staff.Acting, s Said) error {
	if id, err := uuid.Parse(s.ID); err != nil || id.Version() != 7 || id.String() != s.ID {
		return fault.New(fault.Invalid, fault.Text{TH: "รหัสของความเห็นไม่ถูกต้อง", EN: "This is no id of a comment."})
	}
	if s.Back {
		return d.RemoveComment(ctx, by, s.Manual, s.ID)
	}
	ref := review.Ref{State: review.Draft, Manual: s.Manual, Key: s.Draft}
	if _, err := d.load(ref); s.Draft == "" || errors.Is(err, fault.NotFound) {
		if ref, err = d.submitted(by, Again{Manual: s.Manual, Tree: s.Tree, Number: s.Number}); err != nil {
			return err
		}
	}
	_, err := d.say(ctx, by, ref, s.ID, s.Field, s.Text)
	return err
}

// Comment says something about a revision under way, or about one field of it.
// Whoever may see it may talk about it.
func (d *Desk) Comment(ctx context.Context, by staff.Acting, ref review.Ref, field, text string) (Comment, error) {
	return d.say(ctx, by, ref, d.id(), field, text)
}

// said has what is said written down, where somebody does that.
func (d *Desk) said(ctx context.Context, by staff.Acting, s Said) (context.Context, error) {
	if d.Note == nil {
		return ctx, nil
	}
	return d.Note(ctx, by, s)
}

func (d *Desk) say(ctx context.Context, by staff.Acting, ref review.Ref, id, field, text string) (Comment, error) {
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
	c := Comment{ID: id, Manual: o.Manual, Number: o.Number, Field: field, By: by.ID, At: d.now(), Text: text}
	if c.Number == 0 {
		c.Key = ref.Key
	}
	if ctx, err = d.said(ctx, by, Said{ID: id, Manual: c.Manual, Draft: ref.Key, Number: c.Number, Tree: o.Tree, Field: field, Text: text}); err != nil {
		return Comment{}, err
	}
	as := d.as(by, rights.SeeDrafts, owner).As
	var notices []Notice
	err = d.Store.Write(ctx, func(r Records) error {
		all, err := r.Comments(o.Manual)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(other Comment) bool { return other.ID == id }); i >= 0 {
			if all[i].By != by.ID {
				return fault.New(fault.Conflict, fault.Text{TH: "มีความเห็นอื่นใช้รหัสเดียวกัน", EN: "Another comment has this id."})
			}
			c = all[i]
			return nil
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
	ctx, err := d.said(ctx, by, Said{ID: comment, Manual: id, Back: true})
	if err != nil {
		return err
	}
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
