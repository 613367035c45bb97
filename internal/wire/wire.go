// Package wire is what an office and the centre say to each other: the messages
// of sync.v1, how they are written and strictly read, and the digest by which
// both sides know that they have the same.
//
// One message is one JSON object. The same bytes go through a websocket, as one
// text frame each, and as the body of an HTTPS POST, where the reply is the body of
// the response. Every message bears a nonce, which the reply repeats: what does not
// repeat it is no reply, whatever a proxy or a sign-in page of a hotel says.
//
// The package knows no database, no network, no clock and no meaning of an
// operation's body.
package wire

import (
	"khumue/internal/fault"
)

// Version is the version of the messages that this program speaks, and Least the
// oldest that it still understands.
const (
	Version = 1
	Least   = 1
)

// Protocol is the name of the websocket's subprotocol.
const Protocol = "sync.v1"

// ContentType is that of messages by POST, both ways. What comes as anything else,
// or does not repeat the nonce, was not said by the centre.
const ContentType = "application/json"

// Where sync.v1 is spoken on the back office's address.
const (
	Socket = "/ws/sync"
	API    = "/api/sync"
)

// Limits of a message, which hold before anything in it is understood.
const (
	MaxMessage = 2 << 20   // bytes of one message
	MaxOps     = 100       // operations in one push
	MaxPush    = 1 << 20   // bytes of the operations of one push
	MaxBody    = 512 << 10 // bytes of one operation's body; files travel beside it
	MaxSecret  = 64 << 10  // bytes of what is kept apart from a body
	MaxFiles   = 20        // that one operation brings
	MaxChunk   = 256 << 10 // bytes of one piece of a file
	MaxFile    = 20 << 20  // bytes of a file
	MaxChanges = 256 << 10 // bytes of changes in one reply to a pull, unless one alone is larger
)

// Type says what a message is.
type Type string

// What an office says, and what it is answered. Any of them may be answered by
// Wait or by Refusal instead.
const (
	Hello   Type = "hello"   // both: who is there, and how far each is
	Push    Type = "push"    // operations → Results
	Results Type = "results" // one result for each; what has none was not delivered
	Ask     Type = "ask"     // what became of operations → Results
	Have    Type = "have"    // which pieces of files are there → Have
	Chunk   Type = "chunk"   // a piece of a file → Have, of that file
	Pull    Type = "pull"    // what changed since a cursor → Changes
	Changes Type = "changes"
	Compare Type = "compare" // counts and digests by ranges of a stream → Compare
	Wait    Type = "wait"    // come back after so many milliseconds: nothing was done
	Refusal Type = "refusal" // and why: nothing was done
)

// Op is one operation: something that an officer did at an office, to be done again
// at the centre. Its bytes never change once it was sent for the first time; its
// place in a stream may, when the office begins another stream.
type Op struct {
	ID     string // UUIDv7 in small letters; its only key
	Seq    int64  // 1, 2, 3… within the device's stream
	Kind   string // as "licence.write"; the centre knows what it means
	Entity string // what it is about, as "case:0192…": operations of one entity are done in order, others do not wait
	Body   []byte // one JSON object, exactly as it was kept
	Secret []byte // what is to be kept apart from the body, sealed for the centre; nil: nothing
	Files  []File // that the body names; at most MaxFiles
}

// File is a file that an operation brings, by its contents.
type File struct {
	SHA256 string // in hexadecimal
	Size   int64  // bytes
}

// Status is what became of an operation.
type Status string

// The statuses. Each is said only after it is durable.
const (
	Stored    Status = "stored"      // the centre has it; Processed tells whether its effect is there too
	Duplicate Status = "duplicate"   // it was there before; what became of it comes along
	Conflict  Status = "conflict"    // somebody changed the same, or other bytes came under this id: both are kept, a person decides
	Rejected  Status = "rejected"    // it can not be done; the reason is for people. The bytes are kept
	Held      Status = "held"        // the centre has it, and it waits for something that has not come
	Gone      Status = "gone"        // what it is about is not there any more, and who took it away when
	Later     Status = "retry_later" // the centre does not have it
)

// Final reports whether the centre will say nothing else of an operation.
func (s Status) Final() bool { return s == Conflict || s == Rejected || s == Gone }

// Result is what the centre says of one operation.
type Result struct {
	ID        string
	Status    Status
	Was       Status     // of a duplicate: what was said of it first
	Processed bool       // its effect is there, or it will never be
	Code      string     // a word for programs; "" with stored
	Text      fault.Text // for people
	Value     []byte     // JSON that the effect gave, as the number of a revision; nil: nothing
	After     int64      // milliseconds, of retry_later
}

// Greeting is what an office says first.
type Greeting struct {
	Version int
	Program string // version of the program
	Stream  string // 32 hexadecimal digits, made when the office's database was
	MaxSeq  int64  // of the last operation that it has made
	Acked   int64  // up to which all were stored at the centre, as far as it knows
	Waiting int    // operations that are not stored
	Since   string // since when the oldest of them waits, RFC 3339 by its clock; "" when none does
	Digest  string // of all that it holds for stored, as Digest writes it
	Clock   string // RFC 3339; noted, never believed
	Epoch   string // of the centre's database, as it knows it; "" when it does not
}

// Standing is what a device is to the centre.
type Standing string

// The standings.
const (
	Welcome  Standing = ""                 // all is well
	Revoked  Standing = "revoked"          // nothing more is taken from it; what it has can be exported
	Forked   Standing = "stream_fork"      // another office sends under its name: it enrols anew
	Outdated Standing = "upgrade_required" // its program is too old; what it has stays there
)

// Reception is what the centre answers to a greeting.
type Reception struct {
	Version  int
	Least    int // the oldest version that it understands
	Standing Standing
	Epoch    string     // of its database: another one after each restore
	Seq      int64      // up to which it has all of the stream
	Gaps     [][2]int64 // that are missing between Seq and the last that it has, first and last of each; at most MaxGaps
	Count    int64      // operations of the stream that it has
	Digest   string     // of those
	Time     string     // RFC 3339
	Ops      int        // how many operations it takes at a time
	Bytes    int        // and how many bytes of them
}

// MaxGaps is how many gaps a reception names.
const MaxGaps = 100

// Piece is a part of a file that is being sent.
type Piece struct {
	SHA256 string // of the whole file
	Size   int64  // of the whole file, in bytes
	At     int64  // where the part begins
	Data   []byte
}

// Got is how much of a file the centre has.
type Got struct {
	SHA256   string
	Have     int64 // bytes from the beginning
	Complete bool  // all of it is there and its sum is right
}

// Change is something of the office's scope that is new, other than it was, or gone.
type Change struct {
	Kind    string // as "file", "report", "case", "person"
	ID      string // within the kind
	Version string // by which two copies are known to be the same
	Body    []byte // JSON; nil: it is gone, or no longer in scope
}

// Range is a part of a stream, for finding what is missing.
type Range struct {
	First, Last int64
	Count       int64
	Digest      string
}

// Message is one message of either side. Only what its type needs is set.
type Message struct {
	Type      Type
	Nonce     string // at most MaxNonce characters; never "" but in a refusal of what could not be read
	Stream    string // of push and compare: the sender's, as in its greeting
	Greeting  *Greeting
	Reception *Reception
	Ops       []Op     // of push
	IDs       []string // of ask
	Results   []Result
	Files     []File // of have, from the office
	Piece     *Piece // of chunk
	Got       []Got  // of have, from the centre
	Cursor    string // of pull and changes; opaque to the office
	Have      []byte // of pull: JSON that the centre asked for, see Changes; nil: nothing
	Changes   []Change
	More      bool // of changes: ask again at once
	Ranges    []Range
	After     int64      // of wait, in milliseconds
	Code      string     // of refusal
	Text      fault.Text // of refusal
}

// MaxNonce is how long a nonce may be, in characters.
const MaxNonce = 64

// Codes of refusals, and of results that are not stored. A room that does
// operations has more of its own.
const (
	BadMessage  = "bad_message" // it is not one; the sender finds the operation that spoils it by halving
	TooLarge    = "too_large"   // it is larger than can be taken; halving helps
	RevokedCode = "revoked"     // the device was revoked: the sender stops and asks
	ForkedCode  = "stream_fork" // another operation stands at this place of the stream: the sender stops and asks
	OtherBytes  = "other_bytes" // the centre has another operation under this id
	NotYours    = "forbidden"   // it claims what the device is not
	NotNow      = "not_now"     // for a fault of the centre's, or a full disk
	Waiting     = "waiting"     // it waits for what has not come
	AwaitsFile  = "awaits_file" // for a file that it names: the sender asks how much of that is there
	Poison      = "poison"      // the centre fails over it again and again
)
