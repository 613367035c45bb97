package stafftest

import (
	"errors"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

// access is an access token of a person.
func access(n int, user catalog.OfficerID) staff.AccessToken {
	return staff.AccessToken{ID: UUID(n), Hash: Hash(n), User: user, Name: "เครื่องที่บ้าน", Permits: []staff.Permit{staff.ReadContent, staff.Judge}, Created: At(n), Expires: At(n + 100)}
}

func accesses(t *testing.T, b Book) {
	first, second, other := access(1, ID(1)), access(2, ID(1)), access(3, ID(2))
	b.Write(func(r staff.Records) error {
		return errors.Join(r.PutUser(User(1)), r.PutUser(User(2)), r.PutAccess(first), r.PutAccess(second), r.PutAccess(other))
	})
	of := func(id catalog.OfficerID) []staff.AccessToken {
		return Read(b, func(r staff.Records) ([]staff.AccessToken, error) { return r.AccessOf(id) })
	}
	equal(t, "an access token is found by its hash", Read(b, func(r staff.Records) (staff.AccessToken, error) { return r.AccessWith(Hash(1)) }), first)
	b.missing("none has that hash", func(r staff.Records) error { _, err := r.AccessWith(Hash(9)); return err })
	equal(t, "a person's, newest first", of(ID(1)), []staff.AccessToken{second, first})
	first.Used, first.Ended = At(60), At(61)
	b.Write(func(r staff.Records) error { return r.PutAccess(first) })
	equal(t, "one that was ended", of(ID(1)), []staff.AccessToken{second, first})
	b.Refuse("one of nobody", fault.Conflict, func(r staff.Records) error { return r.PutAccess(access(4, ID(9))) })
	same := access(5, ID(1))
	same.Hash = Hash(3)
	b.Refuse("the secret of another", fault.Conflict, func(r staff.Records) error { return r.PutAccess(same) })
}
