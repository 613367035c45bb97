// Package misses counts what people searched for on the public site and found
// nothing of, so that whoever keeps the catalog learns which words to add.
//
// A phrase is kept with how often and on which day it was last asked, and nothing
// else: no address, no hour, no mark of a person. What looks like personal data is
// dropped before it is counted. From one network a phrase counts once a day, which
// a secret in memory alone can tell, so that nobody fills the list alone; and no
// phrase is shown before it was asked often enough.
//
// The package refuses to know HTTP and SQL.
package misses

import (
	"context"
	"time"

	"github.com/google/uuid"

	"khumue/internal/calendar"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Miss is a phrase of which nothing was found.
type Miss struct {
	Phrase string // in normal form
	Count  int    // how often it was asked
	Last   calendar.Date
}

// Filter says which phrases are wanted. Zero fields do not restrict.
type Filter struct {
	Least int    // asked so often at least
	Text  string // in normal form; it stands anywhere in the phrase
	Page  trail.Page
}

// Records are what one transaction sees.
type Records interface {
	// AddMiss counts a phrase some more times. One that was put away is counted
	// and stays away.
	AddMiss(phrase string, times int, on calendar.Date) error
	// Misses returns phrases that were not put away, the most asked first, and
	// how many there are in all.
	Misses(f Filter) (list []Miss, all int, err error)
	// DismissMiss puts a phrase away; one that is not there is an error of kind
	// NotFound.
	DismissMiss(phrase string) error
	// ForgetMisses forgets the phrases last asked before a day, and of the
	// others the rarest and oldest beyond so many.
	ForgetMisses(before calendar.Date, keep int) error
	Record(e trail.Entry) error
}

// Store keeps them.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}

const (
	kept     = 20_000 // phrases
	keptDays = 365    // since a phrase was last asked
)

// Desk shows the list to whoever keeps the catalog.
type Desk struct {
	Store Store
	Least int // how often a phrase was asked before it is shown; 0: 1
	Now   func() time.Time
}

// List returns a page of the phrases, the most asked first, and how many there are
// in all.
func (d *Desk) List(ctx context.Context, by staff.Acting, text string, page trail.Page) (list []Miss, all int, err error) {
	if err := by.May(rights.EditCatalog, rights.Target{}); err != nil {
		return nil, 0, err
	}
	err = d.Store.Read(ctx, func(r Records) error {
		list, all, err = r.Misses(Filter{d.Least, normal(text), page})
		return err
	})
	return list, all, err
}

// Dismiss puts a phrase away that asks for nothing of the portal's.
func (d *Desk) Dismiss(ctx context.Context, by staff.Acting, phrase string) error {
	g, may := by.As(rights.EditCatalog, rights.Target{})
	if !may {
		return rights.Refused()
	}
	phrase, fit := Fit(phrase)
	if !fit {
		return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบคำนี้ในรายการ", EN: "These words are not on the list."})
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return d.Store.Write(ctx, func(r Records) error {
		if err := r.DismissMiss(phrase); err != nil {
			return err
		}
		return r.Record(trail.Entry{
			ID: id.String(), At: d.Now().UTC().Truncate(time.Microsecond), Officer: by.ID, Role: g.Role, Action: "miss.dismiss",
			Scope: g.Scope, Subject: phrase, Request: by.Request,
		})
	})
}
