package staff_test

import (
	"slices"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

func TestTheNewestTokenOfEachRoleIsTheOwnAgencys(t *testing.T) {
	h := open(t)
	boss := h.hired("boss", catalog.RoleCentral, "dlt")
	for _, g := range []rights.Grant{author("dlt"), author("dlt"), author("dlt-north"), author("moi")} {
		h.now = h.now.Add(time.Minute)
		_, _, err := h.Issue(h.ctx, staff.Console, g)
		h.must(err)
	}
	latest, err := h.LatestTokens(h.ctx, boss, "dlt")
	h.must(err)
	if len(latest) != 2 || !latest[author("dlt")].RevokedAt.IsZero() || latest[central("dlt")].UsedBy != boss.ID {
		t.Errorf("got %+v", latest)
	}
	_, err = h.LatestTokens(h.ctx, boss, "moi")
	wantKind(t, "another agency's", err, fault.Forbidden)
	_, err = h.LatestTokens(h.ctx, boss, "")
	wantKind(t, "the country's", err, fault.Forbidden)

	if token, ok, err := h.LiveToken(h.ctx, boss, author("dlt")); !ok || err != nil || token.ID != latest[author("dlt")].ID {
		t.Errorf("the live token: got %v %v", ok, err)
	}
	if _, ok, err := h.LiveToken(h.ctx, boss, central("dlt")); ok || err != nil {
		t.Errorf("a used token is live: %v", err)
	}
	_, _, err = h.LiveToken(h.ctx, boss, author("moi"))
	wantKind(t, "another agency's live token", err, fault.Forbidden)
	h.now = h.now.Add(31 * 24 * time.Hour)
	if _, ok, err := h.LiveToken(h.ctx, boss, author("dlt")); ok || err != nil {
		t.Errorf("an expired token is live: %v", err)
	}
}

func TestARoleIsVacantThatNobodyHoldsAndNobodyCanTake(t *testing.T) {
	h := open(t)
	boss := h.hired("boss", catalog.RoleCentral, "dlt")
	roles := []catalog.Role{catalog.RoleCentral, catalog.RolePoint, catalog.RoleAuthor, catalog.RoleReviewer}
	want := func(want ...catalog.Role) {
		t.Helper()
		got, err := h.Vacant(h.ctx, boss, "dlt", roles)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v %v, want %v", got, err, want)
		}
	}
	h.hired("below", catalog.RoleReviewer, "dlt-north")
	want(catalog.RolePoint, catalog.RoleAuthor, catalog.RoleReviewer)
	_, _, err := h.Issue(h.ctx, boss, author("dlt"))
	h.must(err)
	want(catalog.RolePoint, catalog.RoleReviewer)
	h.now = h.now.Add(31 * 24 * time.Hour)
	want(catalog.RolePoint, catalog.RoleAuthor, catalog.RoleReviewer)
	_, err = h.Vacant(h.ctx, boss, "moi", roles)
	wantKind(t, "another agency's", err, fault.Forbidden)
}

func TestNamesAreOfThoseWhoAreThere(t *testing.T) {
	h := open(t)
	a := h.hired("somchai", catalog.RoleAuthor, "dlt")
	names, err := h.Names(h.ctx, a.ID, "o-aaaaaaaaaaaaaaaa", "", a.ID)
	if err != nil || len(names) != 1 || names[a.ID] != "somchai" {
		t.Errorf("got %v %v", names, err)
	}
}
