package staff_test

import (
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

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

func TestASignInServesOnce(t *testing.T) {
	h := open(t)
	a := arrival("a")
	_, err := h.SignIn(h.ctx, a)
	h.must(err)
	_, err = h.SignIn(h.ctx, a)
	wantKind(t, "the second", err, fault.Invalid)
}

func TestCookiesThatAreNoSecretsOpenNothing(t *testing.T) {
	h := open(t)
	v, _ := h.signIn("a")
	for _, cookie := range []string{"", "x", v.Session.ID, string(v.Session.Hash[:]), strings.Repeat("A", 43), strings.Repeat("A", 4096)} {
		if _, ok, err := h.Recognise(h.ctx, cookie); ok || err != nil {
			t.Errorf("%q: got %v %v", cookie, ok, err)
		}
	}
}

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
