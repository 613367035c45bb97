// Package inbox is the centre's side of sync.v1: it takes in what offices did while
// they were offline, tells them what became of it, and has it done again.
//
// A device speaks under a token of its own. What it did comes as operations, each
// with an id that is its only key and a place in the device's stream. An operation
// is answered when it is durable, and not before; whoever never heard so sends it
// again, and it is there once. The first bytes under an id stay. Other bytes under
// it, or under the id of another agency's, are put aside for a person.
//
// To have an operation and to have done it are two things. Doing is the work of a
// Doer, one operation of a device at a time: those of one entity in their order,
// past those that have to wait, and in turns, so that no device holds up the
// others. That an operation was done is written in the transaction of its effect.
//
// No clock but the centre's decides anything. The package refuses to know HTTP, SQL
// and what an operation means.
package inbox

import (
	"context"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// Device is an office's machine that was enrolled.
type Device struct {
	ID         string // UUIDv7
	Agency     catalog.AgencyCode
	Point      catalog.PointCode // "" where it serves the whole agency
	Name       string            // what officers call it
	Token      staff.Hash        // of its secret; zero: it has none yet
	Sign       []byte            // its Ed25519 public key; nil: none
	Box        []byte            // its X25519 public key; nil: none
	Enrolled   time.Time
	EnrolledBy catalog.OfficerID
	Revoked    time.Time // zero: it is not
	RevokedBy  catalog.OfficerID

	// What it said when it greeted last, which nothing relies on.
	Contact time.Time     // last heard of; zero: never
	Program string        // its version
	Waiting int           // operations that waited on it
	Since   time.Time     // since when the oldest of those waited, by the centre's clock
	Offset  time.Duration // by how much its clock is ahead of the centre's, in whole seconds
	Stream  string        // in which it speaks
}

// oddClock is by how much a clock may be wrong before people are told.
const oddClock = 5 * time.Minute

// ClockOdd reports whether the device's clock is so wrong that people are told.
func (dev Device) ClockOdd() bool { return dev.Offset.Abs() > oddClock }

// Stream is the sequence of a device's operations from one database of its.
type Stream struct {
	Device string
	ID     string // 32 hexadecimal digits
	Began  time.Time
	Seq    int64       // all up to here are there
	Last   int64       // the last that is there
	Told   int64       // the last that the device said it has made
	Gap    time.Time   // since when the first after Seq is missing; zero: Seq is Last
	Digest wire.Digest // of what stands at its places, as it came
	Forked time.Time   // since when two are known to send in it; zero: not
}

// Place is what came at a place of a stream.
type Place struct {
	Device, Stream string
	Seq            int64
	Op             string
	Sum            staff.Hash // of the operation as it came, which need not be what was kept
}

// State says what is to be done with an operation that is kept.
type State string

// The states.
const (
	Waiting   State = "waiting"   // it will be done
	Held      State = "held"      // it waits for something that has not come
	Attention State = "attention" // nothing more is tried before a person decides
	Done      State = "done"      // nothing more will become of it
)

// Outcome is what became of an operation.
type Outcome struct {
	Status wire.Status // Stored: it was done
	Code   string
	Text   fault.Text
	Value  []byte // JSON for the office; nil: nothing
	// Of Held the entity that has to come first; "" where that is not known. A Doer
	// names what it lacks of Rejected too, which may have come before that.
	Awaits string
}

// Item is an operation that is kept, with what became of it.
type Item struct {
	wire.Op
	Sum      staff.Hash
	Device   string
	Agency   catalog.AgencyCode // of the device, when it came
	Point    catalog.PointCode  // the same
	Stream   string
	Began    time.Time // the stream, the older one's operations come first
	Received time.Time
	State    State
	Outcome  Outcome
	Tries    int       // how often the centre failed over it
	Next     time.Time // before which it is not tried
	Held     time.Time // since when it waits for something; zero: it does not
	Settled  time.Time // when it was done; zero: it is not
}

// Pending is what is to be known of an operation before it is its turn.
type Pending struct {
	Began    time.Time // its stream
	ID       string
	Entity   string
	Stream   string
	Seq      int64
	Received time.Time
	Next     time.Time
}

// OpWeight is for how many bytes an operation counts beside its body and secret.
const OpWeight = 1000

// Weight is for how many bytes an operation counts.
func (i Item) Weight() int64 { return int64(len(i.Body) + len(i.Secret) + OpWeight) }

// Aside is what could not be kept under its id, for a person to look at.
type Aside struct {
	ID             string // of the device, the sum and the code, so that it is there once
	Device, Stream string
	Op             wire.Op // without its secret, which nobody here could erase: Sum tells of it
	Code           string  // wire.OtherBytes, wire.NotYours or wire.ForkedCode
	Sum            staff.Hash
	Received       time.Time
}

// Turn says when a device's operations are looked at next.
type Turn struct {
	Device string
	Next   time.Time
	Work   int64 // grows whenever there is more to do
}

// Backlog is what of a device is not done.
type Backlog struct {
	Pending   int
	Oldest    time.Time // when the oldest of those came; zero: there is none
	Attention int
	Asides    int
}

// Brought is a file that a device's operation brings.
type Brought struct{ Device, SHA256 string }

// Store keeps the records, as staff.Store does.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
	// Gather is for who does one thing after another: what is written under the context
	// that it returns may come back before it is durable, in its order, and is durable
	// when kept returns nil. After an error of kept nothing is known of any, but that
	// none lasts that rests on one that does not. What is read under the context,
	// outside of a transaction that writes, has what was written before.
	Gather(ctx context.Context) (_ context.Context, kept func() error)
}

// Records are what a transaction sees.
type Records interface {
	Devices() ([]Device, error) // by agency, point and name
	Device(id string) (Device, error)
	DeviceWith(token staff.Hash) (Device, error)
	PutDevice(d Device) error
	// Beside returns the ids of the other devices of a device's agency and point, which
	// may be what it was before it was enrolled anew, or is now.
	Beside(d Device) ([]string, error)

	Streams(device string) ([]Stream, error) // the newest last
	Stream(device, id string) (Stream, error)
	// Behind returns the streams of which something has not come, in the order of
	// their devices, the newest last; "": all devices'.
	Behind(device string) ([]Stream, error)
	PutStream(s Stream) error

	// AddPlaces notes what came, at places where nothing stands.
	AddPlaces(list []Place) error
	// Places returns what stands at the places from first to last, at most so many.
	Places(device, stream string, first, last int64, most int) ([]Place, error)
	// Gaps returns the first and last of places without anything, between one place
	// and the last that has something.
	Gaps(device, stream string, after int64, most int) ([][2]int64, error)

	// Add keeps operations whose ids are not there.
	Add(list []*Item) error
	Items(ids []string) ([]Item, error) // those that are there, in no order
	// Update keeps what became of an operation. One that is done already is an
	// error of kind Conflict, which undoes the transaction. The secret of what is
	// settled is forgotten: from then on the desk that it was for answers for it, and
	// nothing else keeps what may have to be erased.
	Update(i Item) error
	// Tell keeps what is said of an operation that is done.
	Tell(id string, o Outcome) error
	// Pending returns a device's operations that are waiting or held, in the order
	// in which they were made, from behind one on, the zero one being none.
	Pending(device string, after Pending, most int) ([]Pending, error)
	Attention(devices []string, p trail.Page) ([]Item, error) // the oldest first
	Backlog(device string) (Backlog, error)
	Backlogs() (map[string]Backlog, error) // of all devices that have one
	// Weight returns about how many bytes of a device's operations are not done, each
	// counting for OpWeight more than its body and secret.
	Weight(device string) (int64, error)
	// Brought returns the files that a device's operations name which are not done;
	// "": all devices'.
	Brought(device string) ([]Brought, error)

	PutAside(a Aside) error                                 // again and again is once; the secret is not kept
	Asides(devices []string, p trail.Page) ([]Aside, error) // the newest first

	// Wake has a device's operations looked at from a time on.
	Wake(device string, at time.Time) error
	// Arrived lets those that await an entity, or a file, be tried from a time on.
	Arrived(entity string, at time.Time) error
	// Turns returns those that are due, the longest first.
	Turns(now time.Time, most int) ([]Turn, error)
	// EndTurn sets when a device is looked at next, zero being never, unless there
	// is more to do since the turn began.
	EndTurn(t Turn, next time.Time) error

	Record(e trail.Entry) error
}
