package licence

import (
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
)

// State is where a report stands at a moment. It is never stored: it follows from
// the record and the clock.
type State string

// The states.
const (
	Open            State = "open"             // not handed in, and it can be
	Submitted       State = "submitted"        // handed in, and it can be corrected
	Locked          State = "locked"           // the deadline is over, or a correction was handed in
	UnlockRequested State = "unlock-requested" // somebody asked for it to be opened
	Unlocked        State = "unlocked"         // opened, until the window ends
	Final           State = "final"            // the window ended unused: closed for ever
)

// How long things take, in working days.
const (
	LockDays   = 10 // a month locks at the end of this one of the next
	WindowDays = 5  // an unlock ends at the end of this one after the grant
)

// Calendar is by which days the deadlines of a point are counted.
type Calendar struct {
	Holidays calendar.Holidays
	Province string // two digits; "" keeps the holidays of the whole country only
}

// Over is the first instant after a month: from then on its report can be handed
// in.
func (c Calendar) Over(m calendar.Month) time.Time { return m.Last().End() }

// Locks is the first instant at which a month is locked.
func (c Calendar) Locks(m calendar.Month) time.Time {
	return c.Holidays.WorkingDayOfNext(m, LockDays, c.Province).End()
}

// Window is the first instant after an unlock that is granted at a moment.
func (c Calendar) Window(granted time.Time) time.Time {
	return c.Holidays.WindowEnd(granted, WindowDays, c.Province)
}

// Cause says why a report was handed in.
type Cause string

// The causes.
const (
	First      Cause = "first"      // it was not handed in before
	Correction Cause = "correction" // somebody corrected it
	Carried    Cause = "carried"    // a correction of an earlier month was carried through
)

// Filing is a version of a report that was handed in.
type Filing struct {
	Entry
	Version int // from 1; 0: none was handed in
	At      time.Time
	By      catalog.OfficerID
	Cause   Cause
}

// Sketch is what was saved and not handed in.
type Sketch struct {
	Entry
	At time.Time // zero: there is none
	By catalog.OfficerID
}

// Unlock is a request for a locked report to be opened, and what became of it.
type Unlock struct {
	ID      string // "" none
	Asked   time.Time
	By      catalog.OfficerID
	Reason  string
	Decided time.Time // zero: it waits
	Judge   catalog.OfficerID
	Granted bool
	Answer  string    // why it was refused; may be empty of a grant
	Until   time.Time // the first instant after the window of a grant
	Used    time.Time // when the report was handed in within the window; zero: it was not
}

// Waits reports whether nobody has decided on it.
func (u Unlock) Waits() bool { return u.ID != "" && u.Decided.IsZero() }

// Lapsed reports whether it was granted and its window ended unused.
func (u Unlock) Lapsed(now time.Time) bool {
	return u.Granted && u.Used.IsZero() && !now.Before(u.Until)
}

// Report is the record of one report. The zero Report with a key is one that
// nobody touched.
type Report struct {
	Key
	Edition int // counts the changes of the record, drafts and unlocks among them
	Filed   Filing
	Draft   Sketch
	Unlock  Unlock // the latest
}

// State tells where the report stands.
func (r Report) State(now time.Time, c Calendar) State {
	switch u := r.Unlock; {
	case u.Granted && u.Used.IsZero() && now.Before(u.Until):
		return Unlocked
	case u.Lapsed(now):
		return Final
	case u.Waits():
		return UnlockRequested
	case !now.Before(c.Locks(r.Month)):
		return Locked
	case r.Filed.Version > 0:
		return Submitted
	}
	return Open
}

// Missing reports whether the report is locked without ever having been handed in.
func (r Report) Missing(now time.Time, c Calendar) bool {
	return r.Filed.Version == 0 && !now.Before(c.Locks(r.Month))
}

// Shown is what the report says to whoever may change it: the draft if there is
// one, else what was handed in.
func (r Report) Shown() Entry {
	if !r.Draft.At.IsZero() {
		return r.Draft.Entry
	}
	return r.Filed.Entry
}
