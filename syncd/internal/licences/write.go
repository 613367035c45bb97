package licences

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Change is what a reporter writes of one report.
type Change struct {
	Process catalog.ProcessID
	Month   calendar.Month
	Entry   licence.Entry // what is carried in is the system's, where an earlier report tells it
	Edition int           // of the record that was seen
}

// Carrying is what becomes of later months that begin with what a corrected one
// left.
type Carrying string

// The ways.
const (
	AskCarry   Carrying = ""      // hand nothing in, and tell what would change
	CarryOn    Carrying = "carry" // change them, the difference being pending in each
	LeaveAlone Carrying = "leave" // leave them; they say that they do not fit
)

// Written is what a reporter sends.
type Written struct {
	Point   catalog.PointCode
	Changes []Change
	File    bool // hand them in; else keep them as drafts
	Carry   Carrying
}

// Outcome is what became of it.
type Outcome struct {
	Filed   int           // reports that were handed in
	Saved   int           // drafts that were kept
	Same    int           // that were so already
	Carried []licence.Key // later months that were changed with them
	Stopped []licence.Key // where more would have had to be taken off than is pending: to be corrected by hand
}

// RowFault is why one report was not taken.
type RowFault struct {
	licence.Key
	licence.Wrong            // Field is "" where it is about the whole
	Hint          fault.Text // what to do; may be empty
}

// Faulty says why nothing was taken.
type Faulty struct {
	Kind fault.Kind
	Rows []RowFault
}

// Error says the first of them in English.
func (f *Faulty) Error() string { return f.Rows[0].What.EN }

// Unwrap gives its kind.
func (f *Faulty) Unwrap() error { return f.Kind }

// Stale says that others wrote the same reports meanwhile. Nothing was taken.
type Stale struct{ Rows []StaleRow }

// StaleRow is one of them, as it is now.
type StaleRow struct {
	licence.Report
	Mine licence.Entry
}

// Error says it in English.
func (s *Stale) Error() string { return "somebody wrote the same report meanwhile" }

// Unwrap gives its kind.
func (s *Stale) Unwrap() error { return fault.Conflict }

// Chain is what a correction does to later months.
type Chain struct {
	licence.Key                  // what is corrected
	Pending     int              // what it leaves then
	Changed     []calendar.Month // that would begin with another number
	Stopped     calendar.Month   // where it could not go on; zero: nowhere
}

// Chained says that later months begin with what a correction changes, and that it
// was not said what shall become of them. Nothing was taken.
type Chained struct{ Rows []Chain }

// Error says it in English.
func (c *Chained) Error() string { return "later months begin with what this changes" }

// Unwrap gives its kind.
func (c *Chained) Unwrap() error { return fault.Conflict }

// now is the time as stores keep it: to the microsecond.
func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

func (d *Desk) id() string {
	id, err := uuid.NewV7FromReader(d.Random)
	if err != nil {
		panic("licences: no randomness: " + err.Error())
	}
	return id.String()
}

// session is one transaction of one person at one point.
type session struct {
	*Desk
	Records
	Spot
	by   staff.Acting
	now  time.Time
	past map[catalog.ProcessID][]licence.Report

	out     Outcome
	faults  []RowFault
	kind    fault.Kind
	stale   []StaleRow
	chained []Chain
}

// Write keeps drafts, or hands reports in, all or none. Sent again it is the same
// once. What is not in balance, locked, written by others meanwhile, or changes
// later months unasked is an error of type *Faulty, *Stale or *Chained.
func (d *Desk) Write(ctx context.Context, by staff.Acting, w Written) (Outcome, error) {
	spot, err := d.spot(ctx, by, w.Point)
	if err != nil {
		return Outcome{}, err
	}
	if !spot.May(by, licence.Save) {
		return Outcome{}, refused()
	}
	changes := slices.Clone(w.Changes)
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(strings.Compare(string(a.Process), string(b.Process)), a.Month.Compare(b.Month))
	})
	if ctx, err = d.noted(ctx, by, Deed{Written: &w}); err != nil {
		return Outcome{}, err
	}
	var s *session
	err = d.Store.Write(ctx, func(r Records) error {
		s = &session{Desk: d, Records: r, Spot: spot, by: by, now: d.now(), past: map[catalog.ProcessID][]licence.Report{}}
		for i, c := range changes {
			until := calendar.Month{}
			if i+1 < len(changes) && changes[i+1].Process == c.Process {
				until = changes[i+1].Month
			}
			if err := s.take(c, w, until); err != nil {
				return err
			}
		}
		return s.end(w)
	})
	if err != nil {
		return Outcome{}, err
	}
	return s.out, nil
}

// end tells why nothing is taken, if something was wrong.
func (s *session) end(w Written) error {
	switch {
	case len(s.faults) > 0:
		return &Faulty{s.kind, s.faults}
	case len(s.stale) > 0:
		return &Stale{s.stale}
	case len(s.chained) > 0:
		return &Chained{s.chained}
	case !w.File && s.out.Saved > 0:
		_, role := s.hand(s.by, licence.Save)
		return s.note(role, "licence.draft", string(s.Point), nil, drafted{s.out.Saved})
	}
	return nil
}

// drafted is how many drafts were kept, as the trail shows it.
type drafted struct {
	Drafts int `json:"drafts"`
}

// report is the record of a key. The first of a process that
// is asked for is the earliest: past has those that were handed in from the one before it
// on.
func (s *session) report(k licence.Key) (licence.Report, error) {
	past, known := s.past[k.Process]
	if !known {
		var err error
		if past, err = s.Since(k); err != nil {
			return licence.Report{}, err
		}
		s.past[k.Process] = past
	}
	for _, r := range past {
		if r.Month == k.Month {
			return r, nil
		}
	}
	return s.Report(k)
}

// keep writes a record, and the version that it replaces.
func (s *session) keep(was, is licence.Report) error {
	if was.Filed.Version > 0 && is.Filed.Version != was.Filed.Version {
		if err := s.AddVersion(is.Key, was.Filed); err != nil {
			return err
		}
	}
	if is.Unlock != was.Unlock {
		if err := s.PutUnlock(Request{Unlock: is.Unlock, Key: is.Key, Agency: s.Agency}); err != nil {
			return err
		}
	}
	past := s.past[is.Process]
	if i := slices.IndexFunc(past, func(r licence.Report) bool { return r.Month == is.Month }); i >= 0 {
		past[i] = is
	} else {
		past = append(past, is)
		slices.SortFunc(past, func(a, b licence.Report) int { return a.Month.Compare(b.Month) })
		s.past[is.Process] = past
	}
	return s.PutReport(s.Agency, is)
}

func (s *session) wrong(k licence.Key, kind fault.Kind, wrong ...licence.Wrong) {
	for _, w := range wrong {
		s.faults = append(s.faults, RowFault{Key: k, Wrong: w})
	}
	if s.kind == "" {
		s.kind = kind
	}
}

// refuse notes why a report can not be written.
func (s *session) refuse(k licence.Key, err error) error {
	var told *fault.Error
	if !errors.As(err, &told) {
		return err
	}
	s.faults = append(s.faults, RowFault{k, licence.Wrong{What: told.What}, told.Hint})
	if s.kind == "" {
		s.kind = told.Kind
	}
	return nil
}

// take takes one change. Later changes of its process begin with until; the zero
// Month is none.
func (s *session) take(c Change, w Written, until calendar.Month) error {
	k := licence.Key{Point: s.Point, Process: c.Process, Month: c.Month}
	if !slices.Contains(s.Expected(c.Month), c.Process) {
		return gone()
	}
	was, err := s.report(k)
	if err != nil {
		return err
	}
	e := c.Entry
	if o := licence.OpeningOf(s.past[c.Process], c.Month); o.Known {
		e.CarriedIn = o.N
	}
	unlocked := was.State(s.now, s.Calendar) == licence.Unlocked // handing in what was right ends the window, too
	if w.File && was.Filed.Version > 0 && was.Filed.Entry == e && was.Draft.At.IsZero() && !unlocked || !w.File && !was.Draft.At.IsZero() && was.Draft.Entry == e {
		s.out.Same++
		return nil
	}
	if was.Edition != c.Edition {
		s.stale = append(s.stale, StaleRow{was, e})
		return nil
	}
	act := licence.Save
	if w.File {
		act = licence.File
	}
	hand, role := s.hand(s.by, act)
	if err := was.Allowed(act, hand, s.now, s.Calendar); err != nil {
		return s.refuse(k, err)
	}
	if !w.File {
		return s.sketch(was, e, hand)
	}
	if wrong := e.Check(); len(wrong) > 0 {
		s.wrong(k, fault.Invalid, wrong...)
		return nil
	}
	is, err := was.HandIn(e, hand, s.now, s.Calendar)
	if err != nil {
		return err
	}
	s.out.Filed++
	if err := errors.Join(s.keep(was, is), s.noteFiling(role, was, is)); err != nil {
		return err
	}
	return s.carry(is, role, w.Carry, until)
}

func (s *session) sketch(was licence.Report, e licence.Entry, hand licence.Hand) error {
	if wrong := e.Draft(); len(wrong) > 0 {
		s.wrong(was.Key, fault.Invalid, wrong...)
		return nil
	}
	is, err := was.SaveDraft(e, hand, s.now, s.Calendar)
	if err != nil {
		return err
	}
	s.out.Saved++
	return s.keep(was, is)
}

// carry carries what a report leaves pending through those that follow it.
func (s *session) carry(from licence.Report, role catalog.Role, how Carrying, until calendar.Month) error {
	var following []licence.Report
	for _, r := range s.past[from.Process] {
		if r.Month.Compare(from.Month) > 0 && (until.IsZero() || r.Month.Compare(until) < 0) {
			following = append(following, r)
		}
	}
	changed, stopped := licence.Carry(from.Filed.Pending(), following, s.by.ID, s.now)
	if len(changed) == 0 && stopped.IsZero() || how == LeaveAlone {
		return nil
	}
	if how != CarryOn {
		c := Chain{Key: from.Key, Pending: from.Filed.Pending(), Stopped: stopped}
		for _, r := range changed {
			c.Changed = append(c.Changed, r.Month)
		}
		s.chained = append(s.chained, c)
		return nil
	}
	if !stopped.IsZero() {
		s.out.Stopped = append(s.out.Stopped, licence.Key{Point: from.Point, Process: from.Process, Month: stopped})
	}
	for _, is := range changed {
		was, err := s.report(is.Key)
		if err != nil {
			return err
		}
		if err := errors.Join(s.keep(was, is), s.noteFiling(role, was, is)); err != nil {
			return err
		}
		s.out.Carried = append(s.out.Carried, is.Key)
	}
	return nil
}

// subject names a report in the trail.
func subject(k licence.Key) string { return fmt.Sprintf("%s %s %s", k.Point, k.Process, k.Month) }

var filings = map[licence.Cause]string{licence.First: "licence.file", licence.Correction: "licence.correct", licence.Carried: "licence.carry"}

func (s *session) noteFiling(role catalog.Role, was, is licence.Report) error {
	var before any
	if was.Filed.Version > 0 {
		before = was.Filed.Entry
	}
	return s.note(role, filings[is.Filed.Cause], subject(is.Key), before, is.Filed.Entry)
}

// note writes the trail.
func (s *session) note(role catalog.Role, action, subject string, before, after any) error {
	return s.Record(trail.Entry{ID: s.id(), At: s.now, Officer: s.by.ID, Role: role, Action: action,
		Scope: rights.Scope{Agency: s.Agency, Point: s.Point}, Subject: subject, Before: text(before), After: text(after), Request: s.by.Request})
}

// text is a value as the trail keeps it.
func text(v any) string {
	if v == nil {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic("licences: the trail holds plain values only: " + err.Error())
	}
	return string(b)
}
