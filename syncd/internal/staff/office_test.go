package staff_test

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
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
	store := sqlstoretest.Open(t, filepath.Join(t.TempDir(), "khumue.db"))
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

// S36: whoever guesses tokens is stopped after five, also with the right one.

// S18: a cookie that was there before the sign-in is worth nothing after it.

// S12: one answer of the provider opens one session.

// S19: who has a copy of the database can not sign in with it.

// S17: whoever was disabled stays out, whatever the provider says.

// S16: a person is issuer and subject; an e-mail address opens nothing but an

// imported account that waits for it, once, and only when it was verified.

func errorKind(err error) fault.Kind {
	var told *fault.Error
	if errors.As(err, &told) {
		return told.Kind
	}
	return fault.Kind(err.Error())
}

// A form that was sent twice makes one token: the second is told which is live.
