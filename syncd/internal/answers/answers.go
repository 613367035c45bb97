// Package answers takes citizens' answers to surveys in, and keeps what an office
// learns from them.
//
// An answer is acknowledged when it is durable, and not before. Its id says
// whether it is there already: whoever never heard that it was stored sends it
// again, and it counts once. What does not fit a question set, or bears the id of
// another answer, is put aside for a person; it holds up nothing behind it. Many
// connections share one commit.
//
// Nothing is kept of who answered, whence and at what hour. How much one network
// sends is counted in memory, under a key that nobody knows the next day.
//
// The package refuses to know HTTP, SQL, and how a report looks.
package answers

import (
	"context"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/survey"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Marks say what is odd about an answer. They are kept as bits of a number.
type Marks int64

// The marks. With one of LeftOut an answer is kept and shown, and does not count
// in means.
const (
	Bait      Marks = 1 << iota // a field that people do not see was filled in
	Flood                       // its network sent more for this point within an hour than people do
	Repeated                    // the same replies came from its network again and again
	Clock                       // the device's clock was wrong
	NoPoint                     // the content has no such point
	NoManual                    // the content has no such manual
	WasMasked                   // something personal was masked here, and not where it was written

	LeftOut = Bait | Flood | Repeated
)

// Answer is an answer as it is kept: what was chosen, without the texts.
type Answer struct {
	Seq       int64      // order of receipt, which the store gives
	ID        string     // UUIDv7 of the device
	Digest    staff.Hash // of its canonical bytes, masked
	Form      string
	Point     catalog.PointCode
	Procedure catalog.ManualID // "" when none was chosen
	Channel   string           // "" when not said
	Day       calendar.Date    // to which it belongs
	Received  calendar.Date
	Marks     Marks
	Picks     survey.Picks
	Comments  []survey.Comment // only on the way in; kept as Comment
	Sent      survey.Answer    // only on the way in: as it came, masked
}

// Taken is what became of an answer that was to be kept.
type Taken string

// What becomes of one.
const (
	Fresh  Taken = "fresh"  // it is kept now
	Same   Taken = "same"   // it was there
	Differ Taken = "differ" // another one has its id, and stays
)

// Aside is what could not be taken as an answer, kept for a person to look at.
type Aside struct {
	ID     string // digest of what was sent, with the code, so that it is there once
	Answer string // its id; "" when it could not be read
	Code   string // of the survey.Reason, or one of this package
	Point  string // as far as it could be read
	Body   string // what was sent, masked, as text
	Day    calendar.Date
	Seen   time.Time // by a person; zero: not yet
	SeenBy catalog.OfficerID
}

// Comment is a text of an answer.
type Comment struct {
	ID        string // of the answer, with the question
	Seq       int64  // of the answer
	Form      string
	Point     catalog.PointCode
	Procedure catalog.ManualID
	Channel   string
	Day       calendar.Date
	Question  string
	Marks     Marks
	Text      string   // masked; "" once it is as old as texts may become
	Tags      []string // that people gave it
	Read      time.Time
	ReadBy    catalog.OfficerID
}

// CommentFilter says which comments are wanted, the newest first. Zero fields do
// not restrict.
type CommentFilter struct {
	Points    []catalog.PointCode // any of them; nil: all
	Procedure catalog.ManualID
	From, To  calendar.Date // both included
	Unread    bool
	Tag       string
	Text      string // a part of the text
	Page      trail.Page
}

// Form is a question set as it was published once. Content may correct a set's
// words; answers to what stood there before are still taken.
type Form struct {
	Survey  *catalog.Survey
	Version int // from 1, by the order in which the set's versions were seen
	Seen    calendar.Date
}

// Device is a tablet at a counter that an officer registered.
type Device struct {
	ID        string // UUIDv7
	Agency    catalog.AgencyCode
	Point     catalog.PointCode
	Name      string     // what officers call it
	Code      staff.Hash // of the one-time code that it is registered with; zero: used or none
	CodeUntil time.Time
	Token     staff.Hash // of its secret; zero: not registered yet
	Made      time.Time
	MadeBy    catalog.OfficerID
	Claimed   time.Time // when its secret was given; zero: not yet
	Revoked   time.Time // zero: it is not
	RevokedBy catalog.OfficerID
	Contact   time.Time // last heard of, to the minute
	Pending   int       // how many answers waited on it then
	Taken     int       // how many it has sent in all
}

// Store keeps the records, as staff.Store does.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}

// Records are what a transaction sees.
type Records interface {
	// Take keeps answers, of which no two have one id, with their comments, and
	// tells of each what became of it. Seq of those that are fresh is set, and
	// is higher than that of any answer of an earlier transaction.
	Take(list []*Answer) ([]Taken, error)
	SetAside(a Aside) error // again and again is once
	Asides(p trail.Page) ([]Aside, error)
	CountAsides() (int, error)

	Forms() ([]Form, error) // oldest version first
	PutForm(f Form) error

	Devices(points []catalog.PointCode) ([]Device, error) // nil: all; by point and name
	Device(id string) (Device, error)
	DeviceWith(token staff.Hash) (Device, error)
	DeviceOf(code staff.Hash) (Device, error)
	PutDevice(d Device) error

	// After returns answers in the order of receipt, from behind a number on.
	After(seq int64, most int) ([]Answer, error)

	Comments(f CommentFilter) ([]Comment, error)
	Comment(id string) (Comment, error)
	PutComment(c Comment) error // its tags and who read it
	// Redact empties texts, and forgets what was put aside, from before a day.
	Redact(before calendar.Date) (int, error)

	Record(e trail.Entry) error
}
