// Package outbox keeps what an office did and the centre does not have yet, and
// what became of it there.
//
// An action of an officer is a deed. It is written down as an operation in the
// transaction of its effect: whoever carries it out notes the deed in the context,
// and the store writes it with the first of the action's transactions that changes
// anything. So there is no effect that the centre will not hear of, and no
// operation without its effect. From then on the operation's bytes do not change: to
// correct it is another deed.
//
// Operations are numbered within a stream, which belongs to one database on one
// machine. A copy of it, or one that was put back, begins a stream of its own.
//
// The package refuses to know the network, SQL, and what any kind of deed means.
package outbox

import (
	"context"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/rights"
)

// Deed is an action of an officer that is to be done again at the centre.
type Deed struct {
	ID     string            // as NewID makes them; "": one is made
	Kind   string            // as "licence.write"
	Entity string            // what it is about, as "case:0192…"
	By     catalog.OfficerID // "": no officer did it, and the machine alone answers for it
	As     rights.Grant      // none where no officer did it
	At     time.Time         // zero: now
	Base   string            // the version of the entity that the officer had before them; "" when there is none
	Do     []byte            // the command, one JSON object
	Secret []byte            // what is kept apart from it, sealed for the centre; nil: nothing
	Files  []wire.File       // that the command names
	// ByRefs says that the effect is a move of refs: no other transaction of the
	// action carries the operation.
	ByRefs bool
}

// State is where an operation stands at the office.
type State string

// The states.
const (
	Ready     State = "ready"     // the centre was never told
	Sending   State = "sending"   // it was, and it is not known whether it heard
	Stored    State = "stored"    // the centre has it, on its disk
	Processed State = "processed" // and has done it
	Attention State = "attention" // a person has to look at it
)

// Item is an operation with what became of it.
type Item struct {
	wire.Op
	Stream  string // in which Seq counts
	Sum     [32]byte
	By      catalog.OfficerID
	Made    time.Time // by the clock of this machine
	State   State
	There   bool        // the centre has its bytes
	Status  wire.Status // what the centre said last; "" before
	Code    string      // a word for programs, of a status or of this package
	Text    fault.Text  // for people, with Attention or Held
	Value   []byte      // JSON that the effect gave at the centre; nil: nothing
	Sent    time.Time   // when it was first tried to send it; zero: never
	Kept    time.Time   // when the centre first said that it has it
	Settled time.Time   // when it first said that all is done, or never will be
	Seen    time.Time   // when a person said that they know; zero: they have not
	Emptied bool        // its body is gone, for all was done long ago
}

// Waits reports whether the operation has still to come to the centre.
func (i Item) Waits() bool { return i.State == Ready || i.State == Sending }

// Asks reports whether a person has still to look after the operation: one that the
// centre does not have and that can be sent does so whoever has seen it.
func (i Item) Asks() bool {
	return i.State == Attention && (i.Seen.IsZero() || i.Lacks())
}

// Lacks reports whether the centre lacks the operation and nothing brings it there
// unless a person does something.
func (i Item) Lacks() bool { return i.State == Attention && !i.There && !i.Emptied }

// Codes of operations that need attention for what the office found itself.
const (
	CodeTooLarge = "too_large" // no way to the centre takes it
	CodeUnread   = "unread"    // the centre can not read it
	CodeLost     = "lost"      // the centre lost it, and its bytes are gone here too
	CodeNoFile   = "no_file"   // a file that it names is not here any more
)

// Filter says which operations are wanted, in the order in which they were made.
// Zero fields do not restrict.
type Filter struct {
	States []State
	Stream string
	NotIn  string // a stream
	Kinds  []string
	Entity string
	After  int64 // a number, as Stream counts
	To     int64 // the last number; 0: no end
	There  bool
	Whole  bool // those that are not emptied
	Asks   bool // those that a person has still to look after, of those in Attention: Item.Asks
	Files  bool // those that name files
	Bare   bool // what is found comes without Body, Secret and Value, which may be much
	Latest bool // the other way round
	Most   int  // 0: all
	Behind int  // so many that are left out before
}

// Count is how many operations of a kind stand in a state.
type Count struct {
	State  State
	Status wire.Status // what the centre said last
	Kind   string
	N      int
	Since  time.Time // when the oldest of them was made
}

// Named is what a digest is made of.
type Named struct {
	ID  string
	Seq int64
	Sum [32]byte
}

// Part is a file that operations name, on its way to the centre.
type Part struct {
	wire.File
	Have int64 // bytes from the beginning that the centre has, as far as is known
	Done bool  // all of it is there, and its sum is right
}

// Store keeps the outbox, as staff.Store keeps people.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}

// Records are what a transaction sees.
type Records interface {
	// Add keeps an operation, and reports false when there is one of its id
	// already, which stays as it is.
	Add(i Item) (bool, error)
	// Keep keeps what may change of an operation: everything but its bytes. A
	// number within a stream that another has is an error of kind Conflict.
	Keep(i Item) error
	Item(id string) (Item, error) // or an error of kind NotFound
	Items(f Filter) ([]Item, error)
	Counts() ([]Count, error)
	// Last returns the highest number in a stream, 0 when there is none.
	Last(stream string) (int64, error)
	// Acked returns up to which number the centre has all.
	Acked(stream string) (int64, error)
	// There returns what the centre has of a stream between two numbers, both
	// included, in their order.
	There(stream string, first, last int64) ([]Named, error)
	// Empty takes the bytes off the operations that were settled before a time and
	// need nobody's attention, but not their names and sums, and returns how many.
	Empty(before time.Time) (int, error)

	PutPart(p Part) error
	Part(sha256 string) (Part, error) // or an error of kind NotFound
	// Parts returns the files that are not done, of operations that the centre
	// has, those that were named first before.
	Parts(most int) ([]Part, error)
	// AskParts makes all files undone: the centre may have lost them.
	AskParts() error

	Note(name string) (string, error) // "" when nothing was set
	SetNote(name, value string) error
}

// What the outbox notes of itself.
const (
	noteStream = "stream" // the present stream
	noteEpoch  = "epoch"  // of the centre's database
	noteTold   = "told"   // what the centre said last, as JSON
)
