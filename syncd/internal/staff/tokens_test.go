package staff_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

func TestATokenGivesOneRoleToOnePersonOnce(t *testing.T) {
	h := open(t)
	dga := h.hired("dga", catalog.RoleDGA, "")
	secret, _, err := h.Issue(h.ctx, dga, central("dlt"))
	h.must(err)
	first, cookie := h.signIn("somchai")
	g, err := h.Redeem(h.ctx, first.By("r"), strings.ToLower(strings.ReplaceAll(secret, "-", " ")))
	h.must(err)
	if g.Grant != central("dlt") || g.By != dga.ID || g.Source != staff.ByToken {
		t.Errorf("got %+v", g)
	}
	second, _ := h.signIn("somying")
	_, err = h.Redeem(h.ctx, second.By("r"), secret)
	wantKind(t, "the second use", err, fault.Invalid)

	v, _, err := h.Recognise(h.ctx, cookie)
	h.must(err)
	theirs, _, err := h.Issue(h.ctx, v.By("r"), author("dlt-north"))
	h.must(err)
	_, err = h.Redeem(h.ctx, second.By("r"), theirs)
	h.must(err)
	log, err := h.Trail(h.ctx, dga, "", trail.Filter{Action: "token."})
	h.must(err)
	var did []string
	for _, e := range log.Entries {
		did = append(did, e.Action)
	}
	want := []string{"token.redeem", "token.issue", "token.refused", "token.redeem", "token.issue", "token.redeem", "token.issue"}
	if !slices.Equal(did, want) || log.Names[first.User.ID] != "somchai" {
		t.Errorf("the trail: got %v with names %v, want %v", did, log.Names, want)
	}
	for _, e := range log.Entries {
		if strings.Contains(e.After+e.Before, strings.ReplaceAll(secret, "-", "")) || strings.Contains(e.After+e.Before, secret) {
			t.Errorf("the trail holds a secret: %+v", e)
		}
	}
}

func TestRedeemingInTwoWindowsAtOnceGivesOneGrant(t *testing.T) {
	h := open(t)
	secret, _, err := h.Issue(h.ctx, staff.Console, central("dlt"))
	h.must(err)
	var visitors []staff.Acting
	for _, name := range []string{"a", "a", "b", "c", "c", "d"} {
		v, _ := h.signIn(name)
		visitors = append(visitors, v.By("r"))
	}
	errs := make([]error, len(visitors))
	var wg sync.WaitGroup
	for i, by := range visitors {
		wg.Go(func() { _, errs[i] = h.Redeem(h.ctx, by, secret) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, fault.Invalid) && !errors.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	}
	var held int
	h.must(h.Store.Read(h.ctx, func(r staff.Records) error {
		gs, err := r.GrantsOn(h.now, nil)
		held = len(gs)
		return err
	}))
	if won != 1 || held != 1 {
		t.Errorf("%d redeemed, %d grants; want 1 and 1", won, held)
	}
}

func TestTokensThatGiveNothing(t *testing.T) {
	h := open(t)
	dga := h.hired("dga", catalog.RoleDGA, "")
	refreshed, _, err := h.Issue(h.ctx, dga, central("dlt"))
	h.must(err)
	_, _, err = h.Issue(h.ctx, dga, central("dlt"))
	h.must(err)
	revoked, _, err := h.Issue(h.ctx, dga, central("md"))
	h.must(err)
	h.must(h.Revoke(h.ctx, dga, central("md")))
	expired, _, err := h.Issue(h.ctx, dga, central("moi"))
	h.must(err)
	h.now = h.now.Add(h.Limits.TokenExpiry)
	var texts []string
	for i, secret := range []string{refreshed, revoked, expired, "", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA", "UUUU", strings.Repeat("0", 1000)} {
		v, _ := h.signIn(string(rune('a' + i)))
		_, err := h.Redeem(h.ctx, v.By("r"), secret)
		wantKind(t, secret, err, fault.Invalid)
		texts = append(texts, err.Error())
	}
	if len(slices.Compact(texts)) != 1 {
		t.Errorf("what is told differs: %q", texts)
	}
}

func TestAFullTokenIsNotSpentOnWhoHasTheRole(t *testing.T) {
	h := open(t)
	one := h.hired("one", catalog.RoleCentral, "dlt")
	secret, _, err := h.Issue(h.ctx, staff.Console, central("dlt"))
	h.must(err)
	_, err = h.Redeem(h.ctx, one, secret)
	wantKind(t, "who has the role", err, fault.Conflict)
	v, _ := h.signIn("two")
	_, err = h.Redeem(h.ctx, v.By("r"), secret)
	h.must(err)
}

func TestGuessingTokensIsStopped(t *testing.T) {
	h := open(t)
	secret, _, err := h.Issue(h.ctx, staff.Console, central("dlt"))
	h.must(err)
	v, _ := h.signIn("mallory")
	for range 5 {
		_, err := h.Redeem(h.ctx, v.By("r"), "wrong")
		wantKind(t, "a guess", err, fault.Invalid)
	}
	_, err = h.Redeem(h.ctx, v.By("r"), secret)
	var wait *staff.Wait
	if !errors.As(err, &wait) || wait.RetryAfter() != 15*time.Minute {
		t.Errorf("the sixth try: got %v, want to wait 15 minutes", err)
	}
	h.now = h.now.Add(15*time.Minute + time.Second)
	v, _ = h.signIn("mallory")
	_, err = h.Redeem(h.ctx, v.By("r"), secret)
	h.must(err)
}

func TestWhoMayIssueWhat(t *testing.T) {
	h := open(t)
	people := map[string]staff.Acting{
		"DGA": h.hired("dga", catalog.RoleDGA, ""), "OPDC": h.hired("opdc", catalog.RoleOPDC, ""),
		"central of dlt": h.hired("central", catalog.RoleCentral, "dlt"), "author of dlt": h.hired("author", catalog.RoleAuthor, "dlt"),
		"point of dlt": h.hired("point", catalog.RolePoint, "dlt"), "nobody": {Officer: rights.Officer{ID: "o-aaaaaaaaaaaaaaaa"}},
	}
	point := rights.Grant{Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt-north", Point: "dlt-north-1"}}
	for _, tc := range []struct {
		who  string
		g    rights.Grant
		want error
	}{
		{"DGA", central("mot"), nil},
		{"DGA", rights.Grant{Role: catalog.RoleOPDC}, nil},
		{"DGA", central("none"), fault.NotFound},
		{"DGA", rights.Grant{Role: catalog.RoleCentral}, fault.Invalid},
		{"OPDC", central("mot"), fault.Forbidden},
		{"central of dlt", central("dlt"), nil},
		{"central of dlt", author("dlt-north"), nil},
		{"central of dlt", point, nil},
		{"central of dlt", author("mot"), fault.Forbidden},
		{"central of dlt", author("md"), fault.Forbidden},
		{"central of dlt", author("none"), fault.Forbidden},
		{"central of dlt", rights.Grant{Role: catalog.RoleDGA}, fault.Forbidden},
		{"author of dlt", author("dlt"), fault.Forbidden},
		{"point of dlt", point, fault.Forbidden},
		{"nobody", author("dlt"), fault.Forbidden},
	} {
		secret, _, err := h.Issue(h.ctx, people[tc.who], tc.g)
		if !errors.Is(err, tc.want) || (err == nil) != (secret != "") {
			t.Errorf("%s issues %v: got %v, want %v", tc.who, tc.g, err, tc.want)
		}
	}
}

func TestPeopleAreLinkedByIssuerAndSubject(t *testing.T) {
	h := open(t)
	in := func(issuer, subject, email string, verified bool) staff.User {
		t.Helper()
		a := arrival(subject)
		a.Identity = staff.Identity{Issuer: issuer, Subject: subject, Name: subject, Email: email, EmailVerified: verified}
		cookie, err := h.SignIn(h.ctx, a)
		h.must(err)
		v, _, err := h.Recognise(h.ctx, cookie)
		h.must(err)
		return v.User
	}
	list, err := staff.ReadAccounts("users.csv", strings.NewReader("email,role,agency\nsuda@dlt.example,central,dlt\n"))
	h.must(err)
	_, err = h.Import(h.ctx, staff.Console, "users.csv", list, false)
	h.must(err)
	if u := in("https://one", "thief", "suda@dlt.example", false); len(u.Grants) != 0 {
		t.Error("an address that was not verified took the account over")
	}
	suda := in("https://one", "suda", "SUDA@dlt.example", true)
	if len(suda.Grants) != 1 {
		t.Error("the account that was imported is not taken over")
	}
	if u := in("https://two", "suda", "suda@dlt.example", true); u.ID == suda.ID || len(u.Grants) != 0 {
		t.Error("the same subject of another issuer, or an address used a second time, is the same person")
	}
	if u := in("https://one", "suda", "new@dlt.example", true); u.ID != suda.ID || len(u.Grants) != 1 {
		t.Error("a new address made another person")
	}
}

func TestATokenIsRenewedOnlyByWhoSawTheLiveOne(t *testing.T) {
	h := open(t)
	chief := h.hired("chief", catalog.RoleCentral, "dlt")
	_, first, err := h.Renew(h.ctx, chief, author("dlt"), "")
	h.must(err)
	var moved *staff.Moved
	if _, _, err := h.Renew(h.ctx, chief, author("dlt"), ""); !errors.As(err, &moved) || moved.Live.ID != first.ID || !errors.Is(err, fault.Conflict) {
		t.Errorf("the form sent twice: got %v", err)
	}
	_, second, err := h.Renew(h.ctx, chief, author("dlt"), first.ID)
	h.must(err)
	h.must(h.Revoke(h.ctx, chief, author("dlt")))
	if _, _, err := h.Renew(h.ctx, chief, author("dlt"), second.ID); !errors.As(err, &moved) || moved.Live.ID != "" {
		t.Errorf("a token that was revoked meanwhile: got %v", err)
	}
}
