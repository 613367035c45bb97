package stafftest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

func transactions(t *testing.T, b Book) {
	mine := errors.New("changed my mind")
	err := b.Store.Write(context.Background(), func(r staff.Records) error {
		return errors.Join(r.PutUser(User(1)), r.Record(Entry(1, ID(1), "user.new", "dlt")), mine)
	})
	if !errors.Is(err, mine) {
		t.Errorf("got error %v, want the function's own", err)
	}
	nobody := func(what string) {
		b.missing(what, func(r staff.Records) error { _, err := r.User(ID(1)); return err })
		equal(t, what+": the trail", Read(b, func(r staff.Records) (int, error) { return r.CountEntries(trail.Filter{}) }), 0)
	}
	nobody("an error undoes all")

	b.Refuse("a failure that is passed over", fault.Conflict, func(r staff.Records) error {
		if err := errors.Join(r.PutUser(User(1)), r.Record(Entry(1, ID(1), "user.new", "dlt"))); err != nil {
			return err
		}
		_ = r.Record(Entry(1, ID(1), "user.new", "dlt"))
		return nil
	})
	nobody("a failure that is passed over undoes all")

	func() {
		defer func() {
			if recover() == nil {
				t.Error("a panic is swallowed")
			}
		}()
		b.Write(func(r staff.Records) error {
			if err := r.PutUser(User(1)); err != nil {
				return err
			}
			panic("in the middle")
		})
	}()
	nobody("a panic undoes all")

	ctx, cancel := context.WithCancel(context.Background())
	err = b.Store.Write(ctx, func(r staff.Records) error {
		defer cancel()
		return r.PutUser(User(1))
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	nobody("one who goes away before the end has done nothing")
	if err := b.Store.Read(ctx, func(staff.Records) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("reading for one who went away: got error %v", err)
	}

	if b.Store.Read(context.Background(), func(r staff.Records) error { return r.PutUser(User(1)) }) == nil {
		t.Error("reading wrote, and nobody said so")
	}
	nobody("reading does not write")

	b.Write(func(r staff.Records) error {
		if _, err := r.User(ID(1)); !errors.Is(err, fault.NotFound) {
			t.Errorf("got error %v", err)
		}
		if err := r.PutUser(User(1)); err != nil {
			return err
		}
		_, err := r.User(ID(1))
		return err
	})
	equal(t, "what is not found is no failure, and a transaction sees what it wrote",
		Read(b, func(r staff.Records) (staff.User, error) { return r.User(ID(1)) }), User(1))

	Read(b, func(r staff.Records) (none int, _ error) {
		_, before := r.User(ID(2))
		b.Write(func(r staff.Records) error { return r.PutUser(User(2)) })
		if _, after := r.User(ID(2)); !errors.Is(before, fault.NotFound) || !errors.Is(after, fault.NotFound) {
			t.Errorf("a read sees one moment: got %v, then %v", before, after)
		}
		return none, nil
	})
}

func tokens(t *testing.T, b Book) {
	author, central := Held(catalog.RoleAuthor, "dlt", ""), Held(catalog.RoleCentral, "moi", "")
	used, revoked, live := Token(1, author), Token(2, author), Token(3, author)
	used.UsedAt, used.UsedBy = At(5), ID(1)
	revoked.RevokedAt, revoked.RevokedBy = At(6), ID(2)
	late := Token(4, central)
	late.Expires = At(20)
	everywhere := Token(5, Held(catalog.RoleOPDC, "", ""))
	b.Write(func(r staff.Records) error {
		return errors.Join(r.PutToken(used), r.PutToken(revoked), r.PutToken(live), r.PutToken(late), r.PutToken(everywhere))
	})
	for _, want := range []staff.Token{used, revoked, live, late, everywhere} {
		equal(t, "a token is found by its hash", Read(b, func(r staff.Records) (staff.Token, error) { return r.TokenWith(want.Hash) }), want)
	}
	b.missing("no token has that hash", func(r staff.Records) error { _, err := r.TokenWith(Hash(9)); return err })
	equal(t, "neither used nor revoked is live", Read(b, func(r staff.Records) (staff.Token, error) { return r.LiveToken(author) }), live)
	equal(t, "an expired one too", Read(b, func(r staff.Records) (staff.Token, error) { return r.LiveToken(central) }), late)
	b.missing("a role of another agency has none", func(r staff.Records) error {
		_, err := r.LiveToken(Held(catalog.RoleAuthor, "moi", ""))
		return err
	})
	b.Refuse("a second live token of a role and scope", fault.Conflict, func(r staff.Records) error { return r.PutToken(Token(6, author)) })
	b.Refuse("a second live token of a role of the country", fault.Conflict, func(r staff.Records) error { return r.PutToken(Token(6, everywhere.Grant)) })
	twice := Token(6, Held(catalog.RoleReviewer, "dlt", ""))
	twice.Hash = used.Hash
	b.Refuse("a second token of one secret", fault.Conflict, func(r staff.Records) error { return r.PutToken(twice) })
	b.Refuse("bringing a token back beside a live one", fault.Conflict, func(r staff.Records) error {
		back := revoked
		back.RevokedAt = time.Time{}
		return r.PutToken(back)
	})
	for _, c := range []struct {
		name string
		f    staff.TokenFilter
		want []string
		all  int
	}{
		{"all, the newest first", staff.TokenFilter{}, []string{UUID(5), UUID(4), UUID(3), UUID(2), UUID(1)}, 5},
		{"of a role", staff.TokenFilter{Role: catalog.RoleAuthor}, []string{UUID(3), UUID(2), UUID(1)}, 3},
		{"of an agency", staff.TokenFilter{Agencies: []catalog.AgencyCode{"moi"}}, []string{UUID(4)}, 1},
		{"of no agency", staff.TokenFilter{Agencies: []catalog.AgencyCode{}}, nil, 0},
		{"those that can be redeemed", staff.TokenFilter{Live: true, Now: At(19)}, []string{UUID(5), UUID(4), UUID(3)}, 3},
		{"at its end a token can not", staff.TokenFilter{Live: true, Now: At(20)}, []string{UUID(5), UUID(3)}, 2},
		{"a page", staff.TokenFilter{Page: trail.Page{Offset: 1, Limit: 2}}, []string{UUID(4), UUID(3)}, 5},
	} {
		var got []string
		count := Read(b, func(r staff.Records) (int, error) {
			ts, all, err := r.FindTokens(c.f)
			for _, t := range ts {
				got = append(got, t.ID)
			}
			return all, err
		})
		equal(t, c.name, got, c.want)
		equal(t, c.name+": how many there are", count, c.all)
	}
	b.Write(func(r staff.Records) error { // used, so the next may come
		live.UsedAt, live.UsedBy = At(30), ID(3)
		return errors.Join(r.PutToken(live), r.PutToken(Token(7, author)))
	})
}

func sessions(t *testing.T, b Book) {
	first, second, other := Session(1, ID(1)), Session(2, ID(1)), Session(3, ID(2))
	b.Write(func(r staff.Records) error {
		return errors.Join(r.PutUser(User(1)), r.PutUser(User(2)), r.PutSession(first), r.PutSession(second), r.PutSession(other))
	})
	of := func(id catalog.OfficerID) []staff.Session {
		return Read(b, func(r staff.Records) ([]staff.Session, error) { return r.SessionsOf(id) })
	}
	equal(t, "a session is found by its hash", Read(b, func(r staff.Records) (staff.Session, error) { return r.Session(Hash(1)) }), first)
	b.missing("no session has that hash", func(r staff.Records) error { _, err := r.Session(Hash(9)); return err })
	equal(t, "a person's, newest first", of(ID(1)), []staff.Session{second, first})
	first.Seen = At(60)
	b.Write(func(r staff.Records) error { return r.PutSession(first) })
	equal(t, "a session that was seen", of(ID(1)), []staff.Session{second, first})
	b.Refuse("a session of nobody", fault.Conflict, func(r staff.Records) error { return r.PutSession(Session(4, ID(9))) })
	drop := func(created, seen int) int {
		var n int
		b.Write(func(r staff.Records) (err error) { n, err = r.DropSessionsBefore(At(created), At(seen)); return err })
		return n
	}
	equal(t, "none is that old", drop(1, 2), 0)
	equal(t, "seen before, however young", drop(0, 3), 1)
	equal(t, "created before, however lately seen", drop(2, 0), 1)
	equal(t, "what is left", of(ID(2)), []staff.Session{other})
	b.Write(func(r staff.Records) error { return errors.Join(r.DropSession(Hash(3)), r.DropSession(Hash(3))) })
	equal(t, "a session that was ended, twice", of(ID(2)), nil)
	b.Write(func(r staff.Records) error {
		return errors.Join(r.PutSession(Session(5, ID(1))), r.PutSession(Session(6, ID(1))), r.PutSession(Session(7, ID(2))))
	})
	b.Write(func(r staff.Records) error { return r.DropSessionsOf(ID(1)) })
	equal(t, "all of a person's end", len(of(ID(1))), 0)
	equal(t, "and of no other", len(of(ID(2))), 1)
}

func tries(t *testing.T, b Book) {
	b.Write(func(r staff.Records) error {
		return errors.Join(r.Try("a", At(1)), r.Try("a", At(1)), r.Try("a", At(2)), r.Try("b", At(3)))
	})
	count := func(key string, since int) int {
		return Read(b, func(r staff.Records) (int, error) { return r.Tries(key, At(since)) })
	}
	equal(t, "two at one moment are two", count("a", 0), 3)
	equal(t, "at the moment counts, before does not", count("a", 2), 1)
	equal(t, "each key has its own", count("b", 0), 1)
	equal(t, "nobody tried", count("c", 0), 0)
	b.Write(func(r staff.Records) error { return r.DropTriesBefore(At(2)) })
	equal(t, "old ones are forgotten", count("a", 0), 1)
}

func entries(t *testing.T, b Book) {
	all := []trail.Entry{
		Entry(1, ID(1), "token.issue", "dlt"), Entry(2, ID(1), "token.redeem", "moi"), Entry(3, ID(2), "user.remove", "dlt"),
		{ID: UUID(4), At: At(4), Action: "token_issue"},
	}
	b.Write(func(r staff.Records) error {
		for _, e := range all {
			if err := r.Record(e); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct {
		name string
		f    trail.Filter
		want []int
		all  int
	}{
		{"all, the newest first", trail.Filter{}, []int{4, 3, 2, 1}, 4},
		{"of an officer", trail.Filter{Officer: ID(1)}, []int{2, 1}, 2},
		{"by the beginning of an action", trail.Filter{Action: "token."}, []int{2, 1}, 2},
		{"an underscore stands for itself", trail.Filter{Action: "token_"}, []int{4}, 1},
		{"a per cent sign stands for itself", trail.Filter{Action: "%"}, nil, 0},
		{"from a moment on", trail.Filter{From: At(2)}, []int{4, 3, 2}, 3},
		{"until before a moment", trail.Filter{To: At(2)}, []int{1}, 1},
		{"of an agency", trail.Filter{Agencies: []catalog.AgencyCode{"dlt"}}, []int{3, 1}, 2},
		{"of no agency", trail.Filter{Agencies: []catalog.AgencyCode{}}, nil, 0},
		{"a page", trail.Filter{Page: trail.Page{Offset: 1, Limit: 2}}, []int{3, 2}, 4},
	} {
		var want []trail.Entry
		for _, n := range c.want {
			want = append(want, all[n-1])
		}
		equal(t, c.name, Read(b, func(r staff.Records) ([]trail.Entry, error) { return r.FindEntries(c.f) }), want)
		equal(t, c.name+": how many there are", Read(b, func(r staff.Records) (int, error) { return r.CountEntries(c.f) }), c.all)
	}
	b.Refuse("an entry is written once", fault.Conflict, func(r staff.Records) error { return r.Record(all[0]) })
}

func texts(t *testing.T, b Book) {
	u := User(1)
	u.Name, u.Email = "O'Brien; -- \"ขวัญ\" \\ \u00e9 𝒳 "+strings.Repeat("ก", 2000), ""
	b.Write(func(r staff.Records) error { return r.PutUser(u) })
	equal(t, "text comes back as it was", Read(b, func(r staff.Records) (staff.User, error) { return r.User(u.ID) }), u)
	for name, bad := range map[string]string{"a NUL": "a\x00b", "no UTF-8": "a\xffb"} {
		u.Name = bad
		b.Refuse(name, fault.Invalid, func(r staff.Records) error { return r.PutUser(u) })
		b.Refuse("looking for "+name, fault.Invalid, func(r staff.Records) error { _, err := r.UserOf(bad, "x"); return err })
	}
}

func manyAtOnce(t *testing.T, b Book) {
	const people = 20
	token := Token(1, Held(catalog.RoleAuthor, "dlt", ""))
	b.Write(func(r staff.Records) error {
		for n := range people {
			if err := r.PutUser(User(n)); err != nil {
				return err
			}
		}
		return r.PutToken(token)
	})
	var got, refused atomic.Int32
	var wg sync.WaitGroup
	for n := range people {
		wg.Go(func() {
			err := b.Store.Write(context.Background(), func(r staff.Records) error {
				t, err := r.TokenWith(token.Hash)
				if err != nil {
					return err
				}
				if !t.UsedAt.IsZero() {
					return fault.Conflict
				}
				t.UsedAt, t.UsedBy = At(n+1), ID(n)
				return errors.Join(r.PutToken(t), r.PutGrant(Grant(100+n, ID(n), t.Grant)), r.Record(Entry(100+n, ID(n), "token.redeem", "dlt")))
			})
			switch {
			case err == nil:
				got.Add(1)
			case errors.Is(err, fault.Conflict):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	equal(t, "of many who redeem a token, one gets it", got.Load(), 1)
	equal(t, "and the others are told", refused.Load(), people-1)
	equal(t, "one grant is in force", len(Read(b, func(r staff.Records) ([]staff.Grant, error) { return r.GrantsOn(At(500), nil) })), 1)

	for n := range people {
		wg.Go(func() {
			err := b.Store.Write(context.Background(), func(r staff.Records) error {
				tried, err := r.Tries("all", At(0))
				return errors.Join(err, r.Try("all", At(1)), r.Try("saw", At(tried+1)))
			})
			if err != nil {
				t.Errorf("writer %d: %v", n, err)
			}
		})
	}
	wg.Wait()
	for n := range people {
		equal(t, "each saw what the ones before had done",
			Read(b, func(r staff.Records) (int, error) { return r.Tries("saw", At(n+1)) }), people-n)
	}
}
