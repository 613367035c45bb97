package staff_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

const month = 30 * 24 * time.Hour

func TestAnAccessTokenLendsWhatItWasMadeFor(t *testing.T) {
	h := open(t)
	author := h.hired("author", catalog.RoleAuthor, "dlt")
	secret, made, err := h.NewAccess(h.ctx, author, " เครื่องที่บ้าน ", []staff.Permit{staff.ReadContent, staff.WriteDrafts}, month)
	h.must(err)
	if made.Name != "เครื่องที่บ้าน" || !strings.HasPrefix(secret, "khumue_") {
		t.Errorf("got %+v", made)
	}
	for _, p := range []staff.Permit{staff.ReadContent, staff.WriteDrafts} {
		u, err := h.Admit(h.ctx, secret, p)
		if err != nil || u.ID != author.ID || len(u.Grants) != 1 {
			t.Errorf("%s: got %+v and %v", p, u, err)
		}
	}
	_, err = h.Admit(h.ctx, secret, staff.Judge)
	wantKind(t, "S20: what it was not made for", err, fault.Forbidden)
	all, err := h.AccessOf(h.ctx, author)
	h.must(err)
	if len(all) != 1 || all[0].Used.IsZero() || all[0].Used.Hour() != 0 {
		t.Errorf("its use is known to the day: got %+v", all)
	}
}

func TestAccessTokensThatServeNoMore(t *testing.T) {
	h := open(t)
	dga := h.hired("dga", catalog.RoleDGA, "")
	author := h.hired("author", catalog.RoleAuthor, "dlt")
	make := func() (string, staff.AccessToken) {
		secret, tok, err := h.NewAccess(h.ctx, author, "a", staff.Permits, month)
		h.must(err)
		return secret, tok
	}
	ended, tok := make()
	h.must(h.EndAccess(h.ctx, dga, tok.ID)) // somebody else's: nothing happens
	if _, err := h.Admit(h.ctx, ended, staff.Judge); err != nil {
		t.Errorf("somebody else ended it: %v", err)
	}
	h.must(h.EndAccess(h.ctx, author, tok.ID))
	h.must(h.EndAccess(h.ctx, author, tok.ID))
	disabled, _ := make()
	h.must(h.Disable(h.ctx, dga, author.ID, true))
	texts := map[string]bool{}
	for _, secret := range []string{ended, disabled, "", "khumue_", "khumue_" + strings.Repeat("A", 52), strings.ToLower(disabled), disabled + "A", strings.Repeat("x", 100_000)} {
		_, err := h.Admit(h.ctx, secret, staff.ReadContent)
		wantKind(t, secret[:min(len(secret), 12)], err, fault.NotFound)
		texts[err.Error()] = true
	}
	if len(texts) != 1 {
		t.Errorf("what is told differs: %v", texts)
	}
	h.must(h.Disable(h.ctx, dga, author.ID, false))
	expired, _ := make()
	h.now = h.now.Add(month)
	_, err := h.Admit(h.ctx, expired, staff.ReadContent)
	wantKind(t, "one that expired", err, fault.NotFound)
}

func TestAccessTokensAreBounded(t *testing.T) {
	h := open(t)
	author := h.hired("author", catalog.RoleAuthor, "dlt")
	for _, tc := range []struct {
		name    string
		called  string
		permits []staff.Permit
		lasts   time.Duration
	}{
		{"without a name", " ", staff.Permits, month},
		{"with too long a name", strings.Repeat("ก", 101), staff.Permits, month},
		{"for nothing", "a", nil, month},
		{"for something unknown", "a", []staff.Permit{"rule"}, month},
		{"for ever", "a", staff.Permits, 400 * 24 * time.Hour},
		{"for no time", "a", staff.Permits, 0},
	} {
		if _, _, err := h.NewAccess(h.ctx, author, tc.called, tc.permits, tc.lasts); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", tc.name, err)
		}
	}
	for range 20 {
		_, _, err := h.NewAccess(h.ctx, author, "a", staff.Permits, month)
		h.must(err)
	}
	_, _, err := h.NewAccess(h.ctx, author, "a", staff.Permits, month)
	wantKind(t, "the twenty-first", err, fault.Conflict)
	all, err := h.AccessOf(h.ctx, author)
	h.must(err)
	h.must(h.EndAccess(h.ctx, author, all[3].ID))
	_, _, err = h.NewAccess(h.ctx, author, "a", staff.Permits, month)
	h.must(err)
}
