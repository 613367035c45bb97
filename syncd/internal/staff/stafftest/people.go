package stafftest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

func users(t *testing.T, b Book) {
	full := User(1)
	full.LastSignIn, full.Disabled = At(5), At(6)
	imported := User(2)
	imported.Issuer, imported.Subject, imported.Email = "", "", "s1@EXAMPLE.go.th"
	b.Write(func(r staff.Records) error {
		return errors.Join(r.PutUser(full), r.PutUser(imported), r.PutUser(staff.User{ID: ID(3), Name: "", Created: At(3)}))
	})
	user := func(id catalog.OfficerID) staff.User {
		return Read(b, func(r staff.Records) (staff.User, error) { return r.User(id) })
	}
	equal(t, "a user comes back as it was put, in UTC and to the microsecond", user(ID(1)), full)
	equal(t, "one who was imported has no identity", user(ID(2)), imported)
	equal(t, "a user is found by identity",
		Read(b, func(r staff.Records) (staff.User, error) { return r.UserOf(full.Issuer, full.Subject) }), full)
	b.missing("nobody has that id", func(r staff.Records) error { _, err := r.User(ID(9)); return err })
	b.missing("the same subject of another issuer is another person", func(r staff.Records) error {
		_, err := r.UserOf("https://other.example", full.Subject)
		return err
	})
	b.missing("no identity is nobody's", func(r staff.Records) error { _, err := r.UserOf("", ""); return err })
	equal(t, "an address is found in any case",
		len(Read(b, func(r staff.Records) ([]staff.User, error) { return r.UsersWithEmail("S1@example.GO.TH") })), 2)
	equal(t, "a part of an address is none",
		len(Read(b, func(r staff.Records) ([]staff.User, error) { return r.UsersWithEmail("example.go.th") })), 0)

	twin := User(4)
	twin.Subject = full.Subject
	b.Refuse("a second user of one identity", fault.Conflict, func(r staff.Records) error { return r.PutUser(twin) })

	g := Grant(1, ID(1), Held(catalog.RoleAuthor, "dlt", ""))
	b.Write(func(r staff.Records) error { return r.PutGrant(g) })
	full.Name, full.Grants = "สมหญิง", []staff.Grant{g}
	b.Write(func(r staff.Records) error { return r.PutUser(full) })
	equal(t, "a changed user keeps its grants", user(ID(1)), full)
}

func userLists(t *testing.T, b Book) {
	people := []staff.User{
		{ID: ID(1), Name: "ไกรสร", Email: "krai@dlt.go.th", Created: At(4), LastSignIn: At(9)},
		{ID: ID(2), Name: "กานดา", Email: "kanda@dlt.go.th", Created: At(3)},
		{ID: ID(3), Name: "Anna 100%", Email: "ANNA@moi.go.th", Created: At(2), LastSignIn: At(8)},
		{ID: ID(4), Name: "ขวัญ_ใจ", Email: "", Created: At(1)},
		{ID: ID(5), Name: "กานดา", Email: "k2@moi.go.th", Created: At(5)},
	}
	held := []staff.Grant{
		Grant(1, ID(1), Held(catalog.RoleCentral, "dlt", "")),
		Grant(2, ID(2), Held(catalog.RolePoint, "dlt", "dlt-chatuchak")),
		Grant(3, ID(2), Held(catalog.RoleAuthor, "moi", "")),
		Grant(4, ID(3), Held(catalog.RoleAuthor, "dlt", "")),
	}
	held[3].Ended, held[3].EndedBy = At(50), ID(1)
	b.Write(func(r staff.Records) error {
		for _, u := range people {
			if err := r.PutUser(u); err != nil {
				return err
			}
		}
		for _, g := range held {
			if err := r.PutGrant(g); err != nil {
				return err
			}
		}
		return nil
	})
	agencies := func(codes ...catalog.AgencyCode) []catalog.AgencyCode {
		return append([]catalog.AgencyCode{}, codes...)
	}
	byName := []catalog.OfficerID{ID(1), ID(2), ID(3), ID(4), ID(5)}
	slices.SortFunc(byName, func(a, c catalog.OfficerID) int { return inDictionary[a] - inDictionary[c] })
	for _, c := range []struct {
		name string
		f    staff.UserFilter
		want []catalog.OfficerID
		all  int // 0: as many as want
	}{
		{"nothing asked for is all, as the dictionary orders names", staff.UserFilter{}, byName, 0},
		{"names from the end", staff.UserFilter{Sort: staff.ByName, Down: true}, reversed(byName), 0},
		{"by creation", staff.UserFilter{Sort: staff.ByCreated}, []catalog.OfficerID{ID(4), ID(3), ID(2), ID(1), ID(5)}, 0},
		{"by last sign-in, the latest first", staff.UserFilter{Sort: staff.BySignIn, Down: true, Page: trail.Page{Limit: 2}}, []catalog.OfficerID{ID(1), ID(3)}, 5},
		{"a part of a name", staff.UserFilter{Text: "นด"}, []catalog.OfficerID{ID(2), ID(5)}, 0},
		{"a part of an address in any case", staff.UserFilter{Text: " anna@MOI "}, []catalog.OfficerID{ID(3)}, 0},
		{"a per cent sign stands for itself", staff.UserFilter{Text: "0%"}, []catalog.OfficerID{ID(3)}, 0},
		{"an underscore stands for itself", staff.UserFilter{Text: "_"}, []catalog.OfficerID{ID(4)}, 0},
		{"a backslash stands for itself", staff.UserFilter{Text: `\`}, nil, 0},
		{"a quote is text", staff.UserFilter{Text: `' OR 1=1 --`}, nil, 0},
		{"by role", staff.UserFilter{Role: catalog.RoleCentral}, []catalog.OfficerID{ID(1)}, 0},
		{"a role that has ended is not held", staff.UserFilter{Role: catalog.RoleAuthor}, []catalog.OfficerID{ID(2)}, 0},
		{"by agency", staff.UserFilter{Agencies: agencies("dlt"), Sort: staff.ByCreated}, []catalog.OfficerID{ID(2), ID(1)}, 0},
		{"of several agencies, each person once", staff.UserFilter{Agencies: agencies("moi", "dlt", "none"), Sort: staff.ByCreated}, []catalog.OfficerID{ID(2), ID(1)}, 0},
		{"of no agency is nobody", staff.UserFilter{Agencies: agencies()}, nil, 0},
		{"role and agency are of one grant", staff.UserFilter{Role: catalog.RoleAuthor, Agencies: agencies("dlt")}, nil, 0},
		{"by point", staff.UserFilter{Points: []catalog.PointCode{"dlt-chatuchak"}}, []catalog.OfficerID{ID(2)}, 0},
		{"the second page", staff.UserFilter{Sort: staff.ByCreated, Page: trail.Page{Offset: 2, Limit: 2}}, []catalog.OfficerID{ID(2), ID(1)}, 5},
		{"behind the last page", staff.UserFilter{Page: trail.Page{Offset: 50}}, nil, 5},
		{"before the first page is the first", staff.UserFilter{Sort: staff.ByCreated, Page: trail.Page{Offset: -3, Limit: 1}}, []catalog.OfficerID{ID(4)}, 5},
	} {
		var got []catalog.OfficerID
		count := Read(b, func(r staff.Records) (int, error) {
			us, all, err := r.FindUsers(c.f)
			for _, u := range us {
				got = append(got, u.ID)
			}
			return all, err
		})
		equal(t, c.name, got, c.want)
		if c.all == 0 {
			c.all = len(c.want)
		}
		equal(t, c.name+": how many there are", count, c.all)
	}
	found := Read(b, func(r staff.Records) (us []staff.User, err error) {
		us, _, err = r.FindUsers(staff.UserFilter{Text: "kanda"})
		return
	})
	equal(t, "listed users have their grants in force, oldest first", found[0].Grants, held[1:3])
	b.Refuse("an order that is not in the list", fault.Invalid, func(r staff.Records) error {
		_, _, err := r.FindUsers(staff.UserFilter{Sort: "name; DROP TABLE users"})
		return err
	})
}

// inDictionary are the places of userLists' people: กานดา twice, by id, then
// ไกรสร under ก, ขวัญ_ใจ, and Latin letters last.
var inDictionary = map[catalog.OfficerID]int{ID(1): 2, ID(2): 0, ID(5): 1, ID(4): 3, ID(3): 4}

func reversed[T any](s []T) []T {
	s = slices.Clone(s)
	slices.Reverse(s)
	return s
}

func followed(t *testing.T, b Book) {
	mark := func() string { return Read(b, staff.Records.Followed) }
	equal(t, "before anything was looked at", mark(), "")
	for _, commit := range []string{"aa", "bb"} {
		b.Write(func(r staff.Records) error { return r.SetFollowed(commit) })
		equal(t, "the last that was looked at", mark(), commit)
	}
}

func grants(t *testing.T, b Book) {
	first := Grant(1, ID(1), Held(catalog.RoleAuthor, "dlt", ""))
	second := Grant(2, ID(1), Held(catalog.RolePoint, "dlt", "dlt-chatuchak"))
	third := Grant(3, ID(2), Held(catalog.RoleCentral, "dlt-a", ""))
	everywhere := Grant(4, ID(2), Held(catalog.RoleDGA, "", ""))
	ended := first
	ended.Ended, ended.EndedBy = At(10), ID(2)
	b.Write(func(r staff.Records) error {
		return errors.Join(r.PutUser(User(1)), r.PutUser(User(2)), r.PutGrant(first), r.PutGrant(second), r.PutGrant(third), r.PutGrant(everywhere))
	})
	b.Write(func(r staff.Records) error { return r.PutGrant(ended) })
	equal(t, "what a person held stays, oldest first",
		Read(b, func(r staff.Records) ([]staff.Grant, error) { return r.GrantsOf(ID(1)) }), []staff.Grant{ended, second})
	equal(t, "an ended grant is not in force",
		Read(b, func(r staff.Records) (staff.User, error) { return r.User(ID(1)) }).Grants, []staff.Grant{second})
	for _, c := range []struct {
		name     string
		at       time.Time
		agencies []catalog.AgencyCode
		want     []staff.Grant
	}{
		{"before the first nothing was in force", At(0), nil, nil},
		{"at its own moment a grant is in force", At(1), nil, []staff.Grant{ended}},
		{"all that was in force, by agency, point, role and user", At(9), nil, []staff.Grant{everywhere, ended, second, third}},
		{"at its end a grant is over", At(10), nil, []staff.Grant{everywhere, second, third}},
		{"of one agency, not of one whose code begins alike", At(9), []catalog.AgencyCode{"dlt"}, []staff.Grant{ended, second}},
		{"of no agency", At(9), []catalog.AgencyCode{}, nil},
	} {
		equal(t, c.name, Read(b, func(r staff.Records) ([]staff.Grant, error) { return r.GrantsOn(c.at, c.agencies) }), c.want)
	}
	b.Refuse("a grant of nobody", fault.Conflict, func(r staff.Records) error {
		return r.PutGrant(Grant(5, ID(9), Held(catalog.RoleAuthor, "dlt", "")))
	})
	b.Refuse("a grant that its person holds already", fault.Conflict, func(r staff.Records) error {
		return r.PutGrant(Grant(6, ID(1), Held(catalog.RolePoint, "dlt", "dlt-chatuchak")))
	})
	b.Write(func(r staff.Records) error { return r.PutGrant(Grant(7, ID(1), Held(catalog.RoleAuthor, "dlt", ""))) }) // held once, and again
}
