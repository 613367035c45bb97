package manuals

import (
	"context"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/trail"
)

// Manual is a manual as the index has it: what is published of it, or that it is
// there at all. One that has never been published is there while a revision of it
// is under way.
type Manual struct {
	ID        catalog.ManualID
	Agency    catalog.AgencyCode
	Folder    string       // in the content, by slashes
	Title     catalog.Text // as published; of one that never was, of its latest revision
	Names     string       // what it is also found by: common names, summary; normalised
	Withdrawn bool         // published as withdrawn
	Published Publication  // what is in force; the zero Publication: nothing
}

// Publication is a revision that was published.
type Publication struct {
	Manual   catalog.ManualID
	Number   int          // from 1; 0 of what was imported
	Commit   gitrepo.Hash // of main
	Tree     review.Tree  // of the manual's folder
	Stage    proof.Stage  // publish, emergency, bootstrap or import
	At       time.Time
	By       catalog.OfficerID // stage 2, or who imported it; "" of what was there first
	Endorsed catalog.OfficerID // stage 1
	Reason   string            // of an emergency
	InOrder  bool              // not of an emergency, or approved in order since
}

// Confirmation is an officer's word that an imported text was read and found right.
type Confirmation struct {
	Manual catalog.ManualID
	Commit gitrepo.Hash // of main
	Tree   review.Tree  // that was read; of another text it says nothing
	By     catalog.OfficerID
	At     time.Time
}

// Open is a revision that is under way.
type Open struct {
	ledger.Head
	Title catalog.Text
}

// Comment is something that somebody said about a revision.
type Comment struct {
	ID      string // UUIDv7
	Manual  catalog.ManualID
	Number  int    // of the revision; 0: of the draft below
	Key     string // of a draft that has no number
	Field   string // that it is about, as compare.Path writes it; "": all
	By      catalog.OfficerID
	At      time.Time
	Text    string // "" when it was taken back
	Removed time.Time
}

// Delegation gives one's queue to a colleague with the same role, between dates.
type Delegation struct {
	ID       string // UUIDv7
	From, To catalog.OfficerID
	Role     catalog.Role
	Agency   catalog.AgencyCode // "" for OPDC
	First    time.Time          // from the beginning of this day
	Last     time.Time          // to the end of this one
	Made     time.Time
	Ended    time.Time // zero: not taken back
}

// Topic is what a notice tells.
type Topic string

// The topics.
const (
	Awaits    Topic = "awaits"    // a revision awaits your approval
	Returned  Topic = "returned"  // yours was sent back
	Recalled  Topic = "recalled"  // its authors took it back
	Approved  Topic = "endorsed"  // yours passed stage 1
	Appeared  Topic = "published" // yours was published
	Remade    Topic = "merged"    // it was merged with what is published and awaits approval anew
	Hastened  Topic = "emergency" // it was published in an emergency
	Talked    Topic = "comment"   // somebody said something about it
	Stepped   Topic = "moved"     // its queue changed; never kept, told to open pages alone
	Deputised Topic = "delegated" // a colleague gave you their queue
	DueSoon   Topic = "due-soon"  // an agency, point or process is to be confirmed within weeks
	DueNow    Topic = "due"       // the same is late

	UnlockAsked   Topic = "unlock-asked"   // somebody asks for a licence report to be unlocked
	UnlockGranted Topic = "unlock-granted" // it was unlocked
	UnlockRefused Topic = "unlock-refused" // it was not
	UnlockLapsed  Topic = "unlock-lapsed"  // it was, and was not handed in in time
	ReportMissing Topic = "report-missing" // a licence report is missing, and somebody reminds of it
	ReportDue     Topic = "report-due"     // a month of licence reports locks soon, and something of it is missing
	UnlockEnds    Topic = "unlock-ends"    // an unlock ends soon, and nothing was handed in
	MonthSummed   Topic = "month-summed"   // the figures of a month are complete
	LateSoon      Topic = "late-soon"      // something is to be done soon about a request that is late
	LateNow       Topic = "late"           // it should have been done
)

// Notice is what a person is told.
type Notice struct {
	ID      string // UUIDv7; of a reminder one that is always the same
	To      catalog.OfficerID
	Topic   Topic
	Manual  catalog.ManualID
	Number  int
	Key     string // of a draft
	Title   catalog.Text
	By      catalog.OfficerID
	At      time.Time
	Text    string            // a reason or a comment, its beginning
	For     catalog.OfficerID // whose queue it is about, where that was delegated
	Read    time.Time         // zero: not yet
	Mailed  time.Time         // zero: not yet, or not to be
	Address string            // read with it where mail is due: of the person; "" otherwise
}

// Mail is how a person wants to be told by e-mail.
type Mail string

// The ways.
const (
	MailEach  Mail = "each"  // of each notice
	MailDaily Mail = "daily" // once a day, of all; the way unless another was chosen
	MailNone  Mail = "none"
)

// Status is what a list of manuals can be cut to.
type Status string

// The statuses: those of package review, of the manual's latest movement.
const (
	AnyStatus   Status = ""
	IsDraft     Status = "draft"
	IsReview    Status = "review"
	IsEndorsed  Status = "endorsed"
	IsPublic    Status = "published" // in force, nothing under way
	IsWithdrawn Status = "withdrawn"
	IsHastened  Status = "emergency" // published in an emergency and not approved in order since
)

// Filter says which manuals are wanted. Zero fields do not restrict.
type Filter struct {
	Agencies []catalog.AgencyCode // nil: all
	Text     string               // words, each of which the title, a common name or the id holds
	Status   Status
	Public   bool       // those alone that are published and not withdrawn, whatever is under way
	Page     trail.Page // 50 unless said otherwise
}

// OpenFilter says which revisions under way are wanted.
type OpenFilter struct {
	Agencies []catalog.AgencyCode // nil: all
	States   []review.State       // empty: all
	Writer   catalog.OfficerID    // who wrote some of it; "": anyone
	Not      catalog.OfficerID    // who did not write any of it, nor approved it; "": nobody
	Manual   catalog.ManualID
	Text     string
	Page     trail.Page // the longest waiting first
}

// Records are what a transaction sees. What is not there is an error of kind
// NotFound.
type Records interface {
	// Mark is the commit of main up to which publications are in the index; the
	// zero Hash before the first.
	Mark() (gitrepo.Hash, error)
	SetMark(gitrepo.Hash) error

	Manual(id catalog.ManualID) (Manual, error)
	Manuals(f Filter) ([]Manual, error) // by title, in the order of the dictionary, then id
	CountManuals(f Filter) (int, error)
	PutManual(m Manual) error // new or changed
	DropManual(id catalog.ManualID) error
	ClearManuals() error // all manuals, publications and revisions under way: the index is made anew

	Publications(id catalog.ManualID) ([]Publication, error) // the latest first
	PutPublication(p Publication) error                      // by manual and commit
	SetInOrder(id catalog.ManualID, upTo int) error          // emergencies up to a number were approved in order

	Confirmations(id catalog.ManualID) ([]Confirmation, error) // the latest first
	PutConfirmation(c Confirmation) error                      // by manual and commit
	// Unconfirmed returns imported manuals that are in force and that nobody
	// confirmed, by title. Status and Public of the filter do not count.
	Unconfirmed(f Filter) ([]Manual, error)
	CountUnconfirmed(f Filter) (int, error)

	Open(ref string) (Open, error)
	Opens(f OpenFilter) ([]Open, error)
	CountOpens(f OpenFilter) (int, error)
	OpenRefs() (map[string]gitrepo.Hash, error) // all refs in the index, with what they name
	PutOpen(o Open) error                       // by ref
	DropOpen(ref string) error

	Comments(id catalog.ManualID) ([]Comment, error) // oldest first
	PutComment(c Comment) error

	Delegations(at time.Time) ([]Delegation, error)            // in force at a moment
	DelegationsOf(who catalog.OfficerID) ([]Delegation, error) // from and to a person, latest first
	PutDelegation(d Delegation) error

	AddNotice(n Notice) error
	Notices(to catalog.OfficerID, page trail.Page) ([]Notice, error) // latest first
	CountUnread(to catalog.OfficerID) (int, error)
	MarkRead(to catalog.OfficerID, id string, at time.Time) error // with id "": all
	// DueMail returns notices that nobody has mailed yet to persons who want
	// mail in one of the ways, by person, oldest first.
	DueMail(way Mail, before time.Time, limit int) ([]Notice, error)
	MarkMailed(ids []string, at time.Time) error
	MailOf(who catalog.OfficerID) (Mail, error)
	SetMailOf(who catalog.OfficerID, way Mail) error
	ForgetNotices(before time.Time) (int, error)

	Record(e trail.Entry) error // the audit trail
}

// Store keeps the records, as staff.Store does.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}
