package staff_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

func TestRolesAreChangedAndTaken(t *testing.T) {
	h := open(t)
	dga := h.hired("dga", catalog.RoleDGA, "")
	chief := h.hired("chief", catalog.RoleCentral, "dlt")
	other := h.hired("other", catalog.RoleCentral, "md")
	author := h.hired("author", catalog.RoleAuthor, "dlt")
	grant := func(by staff.Acting) string {
		t.Helper()
		p, err := h.Person(h.ctx, dga, by.ID)
		h.must(err)
		return p.Grants[0].ID
	}
	_, err := h.ChangeRole(h.ctx, other, author.ID, grant(author), catalog.RoleReviewer)
	wantKind(t, "by another agency", err, fault.Forbidden)
	_, err = h.Person(h.ctx, other, author.ID)
	wantKind(t, "seen by another agency", err, fault.NotFound)
	_, err = h.ChangeRole(h.ctx, chief, author.ID, grant(author), catalog.RoleDGA)
	wantKind(t, "to what is not given for an agency", err, fault.Invalid)
	_, err = h.ChangeRole(h.ctx, chief, author.ID, grant(author), catalog.RoleAuthor)
	wantKind(t, "to the same", err, fault.Conflict)
	_, err = h.ChangeRole(h.ctx, chief, author.ID, "none", catalog.RoleReviewer)
	wantKind(t, "a grant that is not there", err, fault.NotFound)
	before := h.now
	h.now = h.now.Add(time.Hour)
	_, err = h.ChangeRole(h.ctx, chief, author.ID, grant(author), catalog.RoleReviewer)
	h.must(err)

	wantKind(t, "the last central officer, by itself", h.Remove(h.ctx, chief, chief.ID, grant(chief)), fault.Conflict)
	_, err = h.ChangeRole(h.ctx, chief, chief.ID, grant(chief), catalog.RoleAuthor)
	wantKind(t, "the last central officer to another role", err, fault.Conflict)
	second := h.hired("second", catalog.RoleCentral, "dlt")
	h.must(h.Remove(h.ctx, second, chief.ID, grant(chief)))
	h.must(h.Remove(h.ctx, dga, second.ID, grant(second))) // the DGA overrules

	h.now = h.now.Add(time.Hour)
	for _, tc := range []struct {
		at   time.Time
		want string
	}{{before.Add(time.Minute), "author:author chief:central"}, {h.now, "author:reviewer"}} {
		list, err := h.AccessOn(h.ctx, dga, "dlt", tc.at)
		h.must(err)
		var got []string
		for _, a := range list {
			got = append(got, a.Name+":"+string(a.Role))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != tc.want {
			t.Errorf("who had access on %s: got %v, want %s", tc.at, got, tc.want)
		}
	}
}

func TestWhoIsRemovedIsSignedOutAtOnce(t *testing.T) {
	h := open(t)
	chief := h.hired("chief", catalog.RoleCentral, "dlt")
	author := h.hired("author", catalog.RoleAuthor, "dlt")
	_, cookie := h.signIn("author")
	p, err := h.Person(h.ctx, chief, author.ID)
	h.must(err)
	h.must(h.Remove(h.ctx, chief, author.ID, p.Grants[0].ID))
	if _, ok, _ := h.Recognise(h.ctx, cookie); ok {
		t.Error("the session goes on")
	}
	if v, _ := h.signIn("author"); len(v.User.Grants) != 0 {
		t.Error("the role is there again")
	}
}

func TestACentralOfficerSeesTheOwnTreeOnly(t *testing.T) {
	h := open(t)
	dga := h.hired("dga", catalog.RoleDGA, "")
	chief := h.hired("chief", catalog.RoleCentral, "dlt")
	h.hired("north", catalog.RoleAuthor, "dlt-north")
	h.hired("md", catalog.RoleAuthor, "md")
	h.hired("mot", catalog.RoleCentral, "mot")
	h.signIn("new")
	names := func(by staff.Acting, agency catalog.AgencyCode) string {
		us, all, err := h.Users(h.ctx, by, agency, staff.UserFilter{Sort: staff.ByName})
		if err != nil {
			return string(errorKind(err))
		}
		var out []string
		for _, u := range us {
			out = append(out, u.Name)
		}
		if all != len(out) {
			t.Errorf("%d users, %d shown", all, len(out))
		}
		return strings.Join(out, " ")
	}
	author := h.hired("author", catalog.RoleAuthor, "dlt")
	for _, tc := range []struct {
		name   string
		by     staff.Acting
		agency catalog.AgencyCode
		want   string
	}{
		{"a central officer sees the agency and all below", chief, "", "author chief north"},
		{"what is above is cut to what is reached", chief, "mot", "author chief north"},
		{"what is below", chief, "dlt-north", "north"},
		{"another agency's people are nobody's business", chief, "md", "forbidden"},
		{"an author sees no list", author, "", "forbidden"},
		{"the DGA sees everybody", dga, "", "author chief dga md mot new north"},
		{"and one agency with all below", dga, "mot", "author chief md mot north"},
	} {
		if got := names(tc.by, tc.agency); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
	_, _, err := h.Tokens(h.ctx, chief, "md", staff.TokenFilter{})
	wantKind(t, "another agency's tokens", err, fault.Forbidden)
	ts, _, err := h.Tokens(h.ctx, chief, "", staff.TokenFilter{})
	h.must(err)
	for _, tok := range ts {
		if tok.Scope.Agency != "dlt" && tok.Scope.Agency != "dlt-north" {
			t.Errorf("a token of %s is shown", tok.Scope.Agency)
		}
	}
	log, err := h.Trail(h.ctx, chief, "", trail.Filter{})
	h.must(err)
	for _, e := range log.Entries {
		if e.Scope.Agency != "dlt" && e.Scope.Agency != "dlt-north" {
			t.Errorf("the trail shows %+v", e)
		}
	}
}

func TestAListOfUsersShowsNoRolesElsewhere(t *testing.T) {
	h := open(t)
	chief := h.hired("chief", catalog.RoleCentral, "dlt")
	both := h.hired("both", catalog.RoleAuthor, "dlt")
	secret, _, err := h.Issue(h.ctx, staff.Console, author("md"))
	h.must(err)
	_, err = h.Redeem(h.ctx, both, secret)
	h.must(err)
	us, _, err := h.Users(h.ctx, chief, "", staff.UserFilter{Sort: staff.ByName})
	h.must(err)
	for _, u := range us {
		if len(u.Grants) != 1 || u.Grants[0].Scope.Agency != "dlt" {
			t.Errorf("%s is shown with %+v", u.Name, u.Grants)
		}
	}
	_, hidden := h.Person(h.ctx, chief, h.hired("hidden", catalog.RoleAuthor, "md").ID)
	_, nobody := h.Person(h.ctx, chief, "o-aaaaaaaaaaaaaaaa")
	if hidden == nil || nobody == nil || hidden.Error() != nobody.Error() {
		t.Errorf("whom one may not see differs from whom there is not: %v, %v", hidden, nobody)
	}
}
