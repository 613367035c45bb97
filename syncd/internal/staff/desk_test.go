package staff_test

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// forest is a structure: each agency with the one above.
type forest map[catalog.AgencyCode]catalog.AgencyCode

func (f forest) Target(a catalog.AgencyCode, p catalog.PointCode) (rights.Target, error) {
	if _, ok := f[a]; !ok || p != "" && !strings.HasPrefix(string(p), string(a)+"-") {
		return rights.Target{}, fault.New(fault.NotFound, fault.Text{TH: "ไม่มี", EN: "no such agency"})
	}
	t := rights.Target{Point: p}
	for ; a != ""; a = f[a] {
		t.Chain = append(t.Chain, a)
	}
	return t, nil
}

func (f forest) Below(a catalog.AgencyCode) []catalog.AgencyCode {
	out := []catalog.AgencyCode{a}
	for i := 0; i < len(out); i++ {
		for c, above := range f {
			if above == out[i] {
				out = append(out, c)
			}
		}
	}
	return out
}

// house is a desk with a clock that is moved by hand.
type house struct {
	*staff.Desk
	t   *testing.T
	ctx context.Context
	now time.Time
}

func open(t *testing.T) *house {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "khumue.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	h := &house{t: t, ctx: t.Context(), now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}
	h.Desk = &staff.Desk{
		Store: store, Now: func() time.Time { return h.now }, Random: rand.Reader, Limits: staff.Usual(),
		Structure: forest{"mot": "", "dlt": "mot", "dlt-north": "dlt", "md": "mot", "moi": ""},
	}
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// signIn lets a person in, and returns the visit and the cookie.
func (h *house) signIn(name string) (staff.Visit, string) {
	h.t.Helper()
	cookie, err := h.SignIn(h.ctx, arrival(name))
	h.must(err)
	v, ok, err := h.Recognise(h.ctx, cookie)
	if err != nil || !ok {
		h.t.Fatalf("%s is not recognised: %v", name, err)
	}
	return v, cookie
}

var states struct {
	sync.Mutex
	n int
}

func arrival(name string) staff.Arrival {
	states.Lock()
	defer states.Unlock()
	states.n++
	return staff.Arrival{Identity: staff.Identity{Issuer: "https://id.example", Subject: name, Name: name, Email: name + "@example.invalid", EmailVerified: true}, State: strings.Repeat("s", states.n), Via: "id", Device: "Chrome, Windows"}
}

// hired is a person who signed in and redeemed a token from the console.
func (h *house) hired(name string, role catalog.Role, agency catalog.AgencyCode) staff.Acting {
	h.t.Helper()
	v, cookie := h.signIn(name)
	secret, _, err := h.Issue(h.ctx, staff.Console, rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}})
	h.must(err)
	_, err = h.Redeem(h.ctx, v.By("r"), secret)
	h.must(err)
	v, _, err = h.Recognise(h.ctx, cookie)
	h.must(err)
	return v.By("r")
}

func central(agency catalog.AgencyCode) rights.Grant {
	return rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: agency}}
}

func author(agency catalog.AgencyCode) rights.Grant {
	return rights.Grant{Role: catalog.RoleAuthor, Scope: rights.Scope{Agency: agency}}
}

func wantKind(t *testing.T, name string, err error, want fault.Kind) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %s", name, err, want)
	}
}

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

// S36: whoever guesses tokens is stopped after five, also with the right one.
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

func TestASessionEnds(t *testing.T) {
	recognised := func(h *house, cookie string) bool {
		_, ok, err := h.Recognise(h.ctx, cookie)
		h.must(err)
		return ok
	}
	t.Run("after half an hour without a page", func(t *testing.T) {
		h := open(t)
		_, cookie := h.signIn("a")
		h.now = h.now.Add(29 * time.Minute)
		if !recognised(h, cookie) {
			t.Error("it ended after 29 minutes")
		}
		h.now = h.now.Add(30 * time.Minute)
		if recognised(h, cookie) {
			t.Error("it lasts longer than 30 minutes unseen")
		}
	})
	t.Run("after twelve hours of use", func(t *testing.T) {
		h := open(t)
		_, cookie := h.signIn("a")
		for range 35 {
			h.now = h.now.Add(20 * time.Minute)
			if !recognised(h, cookie) {
				t.Fatal("it ended early")
			}
		}
		h.now = h.now.Add(20 * time.Minute)
		if recognised(h, cookie) {
			t.Error("it lasts longer than 12 hours")
		}
	})
	t.Run("when its owner signs out, the others stay", func(t *testing.T) {
		h := open(t)
		_, one := h.signIn("a")
		_, two := h.signIn("a")
		_, err := h.SignOut(h.ctx, one, "r")
		h.must(err)
		if recognised(h, one) || !recognised(h, two) {
			t.Error("the wrong one ended")
		}
	})
	t.Run("everywhere at once, and nobody else's", func(t *testing.T) {
		h := open(t)
		v, one := h.signIn("a")
		_, two := h.signIn("a")
		_, other := h.signIn("b")
		h.must(h.SignOutEverywhere(h.ctx, v.By("r")))
		if recognised(h, one) || recognised(h, two) || !recognised(h, other) {
			t.Error("the wrong ones ended")
		}
	})
	t.Run("one device by its owner only", func(t *testing.T) {
		h := open(t)
		a, cookie := h.signIn("a")
		b, _ := h.signIn("b")
		h.must(h.EndSession(h.ctx, b.By("r"), a.Session.ID))
		if !recognised(h, cookie) {
			t.Error("someone else ended it")
		}
		h.must(h.EndSession(h.ctx, a.By("r"), a.Session.ID))
		if recognised(h, cookie) {
			t.Error("it goes on")
		}
	})
	t.Run("when it is tidied away", func(t *testing.T) {
		h := open(t)
		_, old := h.signIn("a")
		h.now = h.now.Add(31 * time.Minute)
		_, young := h.signIn("a")
		h.must(h.Tidy(h.ctx))
		if recognised(h, old) || !recognised(h, young) {
			t.Error("the wrong one was tidied away")
		}
	})
}

// S18: a cookie that was there before the sign-in is worth nothing after it.
func TestASessionFromBeforeTheSignInIsDead(t *testing.T) {
	h := open(t)
	_, old := h.signIn("mallory")
	a := arrival("victim")
	a.Old = old
	cookie, err := h.SignIn(h.ctx, a)
	h.must(err)
	if _, ok, _ := h.Recognise(h.ctx, old); ok || cookie == old {
		t.Error("the cookie from before still serves")
	}
}

// S12: one answer of the provider opens one session.
func TestASignInServesOnce(t *testing.T) {
	h := open(t)
	a := arrival("a")
	_, err := h.SignIn(h.ctx, a)
	h.must(err)
	_, err = h.SignIn(h.ctx, a)
	wantKind(t, "the second", err, fault.Invalid)
}

// S19: who has a copy of the database can not sign in with it.
func TestCookiesThatAreNoSecretsOpenNothing(t *testing.T) {
	h := open(t)
	v, _ := h.signIn("a")
	for _, cookie := range []string{"", "x", v.Session.ID, string(v.Session.Hash[:]), strings.Repeat("A", 43), strings.Repeat("A", 4096)} {
		if _, ok, err := h.Recognise(h.ctx, cookie); ok || err != nil {
			t.Errorf("%q: got %v %v", cookie, ok, err)
		}
	}
}

// S17: whoever was disabled stays out, whatever the provider says.
func TestADisabledUserStaysOut(t *testing.T) {
	h := open(t)
	dga := h.hired("dga", catalog.RoleDGA, "")
	v, cookie := h.signIn("a")
	wantKind(t, "oneself", h.Disable(h.ctx, dga, dga.ID, true), fault.Conflict)
	wantKind(t, "by anybody", h.Disable(h.ctx, v.By("r"), dga.ID, true), fault.Forbidden)
	h.must(h.Disable(h.ctx, dga, v.User.ID, true))
	if _, ok, _ := h.Recognise(h.ctx, cookie); ok {
		t.Error("the session goes on")
	}
	_, err := h.SignIn(h.ctx, arrival("a"))
	wantKind(t, "signing in again", err, fault.Forbidden)
	h.must(h.Disable(h.ctx, dga, v.User.ID, false))
	h.signIn("a")
}

// S16: a person is issuer and subject; an e-mail address opens nothing but an
// imported account that waits for it, once, and only when it was verified.
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

func errorKind(err error) fault.Kind {
	var told *fault.Error
	if errors.As(err, &told) {
		return told.Kind
	}
	return fault.Kind(err.Error())
}

// A form that was sent twice makes one token: the second is told which is live.
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
