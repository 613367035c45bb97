// Package staff knows the people of the back office: how one who was recognised
// by an identity provider becomes a user, what tokens give, which roles a person
// holds and held, and how long a session lasts.
//
// Rules are functions on values; Desk surrounds them with the store, the clock
// and the audit trail. It refuses to know SQL, HTTP and OpenID Connect.
package staff

import (
	"context"
	"crypto/sha256"
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

// Identity is what an identity provider says of a person.
type Identity struct {
	Issuer, Subject string // together they are the person, for ever
	Name            string
	Email           string
	EmailVerified   bool
}

// User is a person who signed in, or was imported, once.
type User struct {
	ID              catalog.OfficerID
	Issuer, Subject string // "" both, of an imported account whose person has not signed in
	Name            string
	Email           string // that the provider vouches for, or of an import; "" when there is none
	Created         time.Time
	LastSignIn      time.Time // zero: never
	Disabled        time.Time // zero: not disabled
	Grants          []Grant   // those in force, oldest first
}

// Officer is the user as an acting person.
func (u User) Officer() rights.Officer {
	o := rights.Officer{ID: u.ID, Name: u.Name}
	for _, g := range u.Grants {
		o.Grants = append(o.Grants, g.Grant)
	}
	return o
}

// Source says how a grant came about.
type Source string

// The sources of a grant.
const (
	ByToken  Source = "token"
	ByImport Source = "import"
	ByChange Source = "change" // a central officer changed the role
	ByMove   Source = "move"   // it followed what it is for, when agencies were reorganised
)

// Grant is a role that a person holds, or held, with its history.
type Grant struct {
	rights.Grant
	ID      string // UUIDv7
	User    catalog.OfficerID
	Source  Source
	From    time.Time
	By      catalog.OfficerID // who gave it: of a token, who issued it; "" from a command line
	Ended   time.Time         // zero: in force
	EndedBy catalog.OfficerID
}

// Hash is what is stored of a secret: its SHA-256. Secrets have at least 128
// random bits, so that a plain hash can not be searched.
type Hash [sha256.Size]byte

// Token is a รหัสผู้ใช้งาน: it gives one person one role, once.
type Token struct {
	rights.Grant
	ID        string // UUIDv7
	Hash      Hash
	IssuedAt  time.Time
	IssuedBy  catalog.OfficerID // "" from a command line
	Expires   time.Time
	UsedAt    time.Time // zero: not used
	UsedBy    catalog.OfficerID
	RevokedAt time.Time // zero: not revoked
	RevokedBy catalog.OfficerID
}

// Session is a signed-in browser.
type Session struct {
	Hash    Hash   // of its cookie's value
	ID      string // UUIDv7, by which its owner may end it
	User    catalog.OfficerID
	Device  string // as "Chrome, Windows": what its owner knows it by
	Hint    string // the provider's id token, for signing out there; "" when it takes none
	Via     string // name of the provider
	Created time.Time
	Seen    time.Time // to the minute
}

// UserFilter says which users are wanted.
type UserFilter struct {
	Text     string               // part of a name or e-mail address, in any case; "": all
	Role     catalog.Role         // who hold it; "": any
	Agencies []catalog.AgencyCode // who hold a role for one of them; nil: all users, also those without a role
	Points   []catalog.PointCode  // and for one of these points; nil: no restriction
	Sort     UserOrder
	Down     bool // from the end
	Page     trail.Page
}

// UserOrder is what a list of users is ordered by. No other is accepted.
type UserOrder string

// The orders of users.
const (
	ByName    UserOrder = "name" // as the store collates; ties by id
	ByCreated UserOrder = "created"
	BySignIn  UserOrder = "sign-in"
)

// TokenFilter says which tokens are wanted, the newest first.
type TokenFilter struct {
	Role     catalog.Role
	Agencies []catalog.AgencyCode // nil: all
	Live     bool                 // only those that can be redeemed at Now
	Now      time.Time
	Page     trail.Page
}

// Store keeps the records. What Write's function does happens wholly or not at
// all, durably, and as if alone; it may be run again when the database asks for
// it, so it does nothing outside. An error of it undoes all and is returned as
// it is. A lost database is an error of kind Unavailable.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}

// Records are what a transaction sees. What is not there is an error of kind
// NotFound; what breaks a promise of the store, as a second live token of one
// scope and role, one of kind Conflict.
type Records interface {
	Users
	Grants
	Tokens
	Sessions
	Accesses
	Trail
}

// Users keeps people.
type Users interface {
	User(id catalog.OfficerID) (User, error)
	UserOf(issuer, subject string) (User, error)
	UsersWithEmail(email string) ([]User, error)          // in any case; few
	FindUsers(f UserFilter) (us []User, all int, _ error) // all: how many there are without the page
	PutUser(u User) error                                 // new or changed; its grants are left alone
}

// Grants keeps what people hold and held.
type Grants interface {
	PutGrant(g Grant) error // new, or ended
	// GrantsOn returns the grants in force at a moment, for any of the agencies
	// (nil: all), by agency, point, role and user.
	GrantsOn(at time.Time, agencies []catalog.AgencyCode) ([]Grant, error)
	// GrantsOf returns all grants that a person holds and held, oldest first.
	GrantsOf(user catalog.OfficerID) ([]Grant, error)

	// Followed is the commit of the content up to which grants have followed
	// reorganisations, in hexadecimal; "" before the first was looked at.
	Followed() (commit string, err error)
	SetFollowed(commit string) error

	// Machines returns the ids of the offices' machines that are enrolled for exactly
	// a scope, those that were revoked too.
	Machines(s rights.Scope) ([]string, error)
	MoveMachine(id string, to rights.Scope) error
}

// Tokens keeps tokens. At most one of a grant's role and scope is live: neither
// used nor revoked.
type Tokens interface {
	TokenWith(h Hash) (Token, error)
	LiveToken(g rights.Grant) (Token, error)
	FindTokens(f TokenFilter) (ts []Token, all int, _ error)
	PutToken(t Token) error // new or changed
}

// Sessions keeps signed-in browsers, and counts failed tries.
type Sessions interface {
	Session(h Hash) (Session, error)
	SessionsOf(user catalog.OfficerID) ([]Session, error) // newest first
	PutSession(s Session) error
	DropSession(h Hash) error
	DropSessionsOf(user catalog.OfficerID) error
	DropSessionsBefore(created, seen time.Time) (int, error) // created or seen before

	// Tries counts what was noted under a key since a moment.
	Tries(key string, since time.Time) (int, error)
	Try(key string, at time.Time) error // notes one
	DropTriesBefore(at time.Time) error // forgets old ones
}

// Accesses keeps access tokens.
type Accesses interface {
	AccessWith(h Hash) (AccessToken, error)
	AccessOf(user catalog.OfficerID) ([]AccessToken, error) // newest first
	PutAccess(t AccessToken) error                          // new or changed
}

// Trail writes the audit trail.
type Trail interface {
	Record(e trail.Entry) error
	FindEntries(f trail.Filter) ([]trail.Entry, error) // newest first
	CountEntries(f trail.Filter) (int, error)
}

// Structure tells how agencies and points stand to each other now.
type Structure interface {
	// Target returns an agency or, where point is not "", a point of it; an
	// error of kind NotFound when there is none.
	Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error)
	// Below returns the agency and all below it.
	Below(agency catalog.AgencyCode) []catalog.AgencyCode
}
