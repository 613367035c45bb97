package staff_test

import (
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/staff"
)

// visits asks for a page.
func visits(h *house, cookie string) bool {
	_, ok, err := h.Recognise(h.ctx, cookie)
	h.must(err)
	return ok
}

func TestLookingTellsHowASessionStands(t *testing.T) {
	for _, tc := range []struct {
		name string
		then func(h *house, v staff.Visit, cookie string)
		left time.Duration // 0: it is over
		by   staff.Ending
	}{
		{"new", func(*house, staff.Visit, string) {}, 30 * time.Minute, staff.ByIdle},
		{"unseen for ten minutes", func(h *house, _ staff.Visit, _ string) { h.now = h.now.Add(10 * time.Minute) }, 20 * time.Minute, staff.ByIdle},
		{"used after ten minutes", func(h *house, _ staff.Visit, cookie string) {
			h.now = h.now.Add(10 * time.Minute)
			visits(h, cookie)
		}, 30 * time.Minute, staff.ByIdle},
		{"used until shortly before the last moment", func(h *house, _ staff.Visit, cookie string) { use(h, cookie, 35) }, 20 * time.Minute, staff.ByAbsolute},
		{"unseen for thirty minutes", func(h *house, _ staff.Visit, _ string) { h.now = h.now.Add(30 * time.Minute) }, 0, staff.ByIdle},
		{"used for twelve hours", func(h *house, _ staff.Visit, cookie string) { use(h, cookie, 36) }, 0, staff.ByAbsolute},
		{"signed out", func(h *house, v staff.Visit, _ string) { h.must(h.SignOutEverywhere(h.ctx, v.By("r"))) }, 0, staff.BySignOut},
		{"of a disabled person", func(h *house, v staff.Visit, _ string) {
			h.must(h.Disable(h.ctx, h.hired("dga", catalog.RoleDGA, ""), v.User.ID, true))
		}, 0, staff.BySignOut},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := open(t)
			v, cookie := h.signIn("a")
			tc.then(h, v, cookie)
			o, err := h.Look(h.ctx, cookie)
			h.must(err)
			if o.By != tc.by || o.Over != (tc.left == 0) || !o.Over && o.Ends.Sub(h.now) != tc.left {
				t.Errorf("got %s in %v, over: %v; want %s in %v", o.By, o.Ends.Sub(h.now), o.Over, tc.by, tc.left)
			}
		})
	}
}

// use asks for a page every twenty minutes, n times.
func use(h *house, cookie string, n int) {
	for range n {
		h.now = h.now.Add(20 * time.Minute)
		visits(h, cookie)
	}
}

func TestLookingIsNoVisit(t *testing.T) {
	h := open(t)
	_, cookie := h.signIn("a")
	for range 29 {
		h.now = h.now.Add(time.Minute)
		if o, err := h.Look(h.ctx, cookie); err != nil || o.Over {
			t.Fatalf("it ended early: %v", err)
		}
	}
	h.now = h.now.Add(time.Minute)
	if visits(h, cookie) {
		t.Error("an open page keeps it alive")
	}
}

func TestOfCookiesThatAreNoSecretsNothingIsTold(t *testing.T) {
	h := open(t)
	for _, cookie := range []string{"", "x"} {
		if o, err := h.Look(h.ctx, cookie); err != nil || !o.Over || o.User.ID != "" {
			t.Errorf("%q: got %+v, %v", cookie, o, err)
		}
	}
}

func TestWhoseSessionsEndIsTold(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(h *house, v staff.Visit, cookie string) error
	}{
		{"signing out", func(h *house, _ staff.Visit, cookie string) error {
			_, err := h.SignOut(h.ctx, cookie, "r")
			return err
		}},
		{"signing out everywhere", func(h *house, v staff.Visit, _ string) error { return h.SignOutEverywhere(h.ctx, v.By("r")) }},
		{"signing one device out", func(h *house, v staff.Visit, _ string) error {
			return h.EndSession(h.ctx, v.By("r"), v.Session.ID)
		}},
		{"disabling", func(h *house, v staff.Visit, _ string) error {
			return h.Disable(h.ctx, staff.Console, v.User.ID, true)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := open(t)
			v, cookie := h.signIn("a")
			var told []catalog.OfficerID
			h.SignedOut = func(id catalog.OfficerID) { told = append(told, id) }
			h.must(tc.end(h, v, cookie))
			if len(told) != 1 || told[0] != v.User.ID {
				t.Errorf("got %v, want %v once", told, v.User.ID)
			}
		})
	}
	h := open(t)
	by := h.hired("a", catalog.RoleAuthor, "dlt")
	var told []catalog.OfficerID
	h.SignedOut = func(id catalog.OfficerID) { told = append(told, id) }
	p, err := h.Person(h.ctx, staff.Console, by.ID)
	h.must(err)
	h.must(h.Remove(h.ctx, staff.Console, by.ID, p.Grants[0].ID))
	h.must(h.Disable(h.ctx, staff.Console, by.ID, false))
	if len(told) != 1 || told[0] != by.ID {
		t.Errorf("removing: got %v, want %v once", told, by.ID)
	}
}
