// Package trail is the audit trail's form: what is written down of every change
// by a person. It refuses to know who may read it and where it is kept.
package trail

import (
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/rights"
)

// Entry is one change by a person, as it is kept for ever. It holds no name and
// no address: a person is an id, whose name can be erased elsewhere.
type Entry struct {
	ID      string            // UUIDv7, so that order of ids is order of time
	At      time.Time         // to the microsecond
	Officer catalog.OfficerID // "" when no one was signed in: a command line, or a refused sign-in
	Role    catalog.Role      // the role in which it was done; "" when none was needed
	Action  string            // what was done, as "token.issue"
	Scope   rights.Scope      // the agency or point that it concerns; zero: the country
	Subject string            // the id of what was changed; "" when the action says all
	Before  string            // what it was, as JSON; "" when it was not there. Never a secret.
	After   string            // what it is, as JSON; "" when it is gone
	Request string            // the id of the request in the log; "" from a command line
}

// Filter says which entries are wanted. Zero fields do not restrict.
type Filter struct {
	Officer  catalog.OfficerID
	Action   string // the beginning of an action, as "token."
	From, To time.Time
	Agencies []catalog.AgencyCode // any of them; nil: all, and those of no agency
	Page     Page
}

// Page is a part of a list, newest or smallest first as the list says.
type Page struct {
	Offset, Limit int // Limit 0 means 50; at most 1000, where nothing says otherwise
}

// Size returns the page's limit within its bounds.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return 50
	case p.Limit > 1000:
		return 1000
	}
	return p.Limit
}
