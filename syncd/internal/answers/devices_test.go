package answers_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

func TestADeviceIsRegisteredWithACode(t *testing.T) {
	o := opened(t, plenty)
	ctx := t.Context()
	code, d, err := o.desk.NewDevice(ctx, officer(catalog.RolePoint), "dlt", "dlt-p1", " แท็บเล็ตช่อง 3 ")
	if err != nil || d.Name != "แท็บเล็ตช่อง 3" || len(code) != 16 {
		t.Fatalf("got %q %+v, %v", code, d, err)
	}
	lost, _, err1 := o.desk.Claim(ctx, home.Address, code) // and the answer never came
	token, _, err2 := o.desk.Claim(ctx, home.Address, strings.ToUpper(code[:8]+" - "+code[8:]))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	got, err := o.desk.Admit(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	o.same("admitted", got.ID, d.ID)
	refused := func(what string, err error, kind fault.Kind) {
		t.Helper()
		if !errors.Is(err, kind) {
			t.Errorf("%s: got %v, want an error of kind %q", what, err, kind)
		}
	}
	_, err = o.desk.Admit(ctx, lost)
	refused("the secret that was replaced", err, fault.Forbidden)
	o.pass(6 * time.Minute)
	_, _, err = o.desk.Claim(ctx, home.Address, code)
	refused("a code that was used", err, fault.Invalid)

	o.Heard(d.ID, 12)
	o.Accept(answers.Sender{Address: home.Address, Device: &got}, [][]byte{item(1), item(2), item(1)})
	keeping, stop := context.WithCancel(ctx)
	stop()
	o.Keep(keeping) // what it keeps at the end
	list, err := o.desk.Devices(ctx, officer(catalog.RoleCentral), "dlt", "dlt-p1")
	if err != nil || len(list) != 1 || list[0].Pending != 12 || list[0].Taken != 2 || !list[0].Contact.Equal(o.clock().Truncate(time.Minute)) {
		t.Errorf("got %+v, %v", list, err)
	}

	if err := o.desk.Revoke(ctx, officer(catalog.RolePoint), d.ID); err != nil {
		t.Fatal(err)
	}
	_, err = o.desk.Admit(ctx, token)
	refused("a device that was revoked", err, fault.Forbidden)
	refused("its open connection", o.desk.Still(ctx, got), fault.Forbidden)
	_, err = o.desk.NewCode(ctx, officer(catalog.RolePoint), d.ID)
	refused("a code for it", err, fault.Conflict)

	var entries []trail.Entry
	if err := o.store.Read(ctx, func(r staff.Records) (err error) {
		entries, err = r.FindEntries(trail.Filter{Action: "kiosk."})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, e := range entries {
		actions = append(actions, e.Action)
		if strings.Contains(e.Before+e.After, code) || e.Scope.Point != "dlt-p1" || e.Officer == "" {
			t.Errorf("got %+v", e)
		}
	}
	o.same("the trail", actions, []string{"kiosk.revoke", "kiosk.make"})
}

func TestWhoMayLookAfterDevices(t *testing.T) {
	o := opened(t, plenty)
	may := map[catalog.Role]bool{catalog.RoleDGA: true, catalog.RoleOPDC: true, catalog.RoleCentral: true, catalog.RolePoint: true}
	for _, role := range []catalog.Role{catalog.RoleDGA, catalog.RoleOPDC, catalog.RoleCentral, catalog.RolePoint, catalog.RoleAuthor, catalog.RoleReviewer} {
		_, _, err := o.desk.NewDevice(t.Context(), officer(role), "dlt", "dlt-p1", "x")
		if (err == nil) != may[role] || err != nil && !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s: got %v", role, err)
		}
	}
	_, _, err := o.desk.NewDevice(t.Context(), officer(catalog.RoleCentral), "dlt", "dlt-none", "x")
	if !errors.Is(err, fault.Forbidden) {
		t.Errorf("a point that there is not: got %v", err)
	}
	if err := o.desk.Revoke(t.Context(), officer(catalog.RoleCentral), "none"); !errors.Is(err, fault.Forbidden) {
		t.Errorf("a device that there is not: got %v", err)
	}
	for _, name := range []string{"", "   ", strings.Repeat("ก", 61), "a\nb"} {
		if _, _, err := o.desk.NewDevice(t.Context(), officer(catalog.RoleCentral), "dlt", "dlt-p1", name); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

// A tablet belongs to whoever its point belongs to.
func TestATabletFollowsItsPoint(t *testing.T) {
	o := opened(t, plenty)
	ctx := t.Context()
	before, after := officer(catalog.RoleCentral), officer(catalog.RoleCentral)
	after.Grants = []rights.Grant{{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "drt"}}}
	code, v, err := o.desk.NewDevice(ctx, before, "dlt", "dlt-p1", "แท็บเล็ตช่อง 3")
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := o.desk.Claim(ctx, home.Address, code)
	if err != nil {
		t.Fatal(err)
	}

	o.stand = "drt"
	place := []rights.Scope{{Agency: "drt", Point: "dlt-p1"}}
	list, err1 := o.desk.DevicesOf(ctx, after, place)
	same, err2 := o.desk.Devices(ctx, after, "drt", "dlt-p1")
	one, err3 := o.desk.Device(ctx, after, v.ID)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	for _, got := range append(append(list, same...), one) {
		o.same("its agency", string(got.Agency), "drt")
	}
	o.same("it is in both lists", len(list)+len(same), 2)
	if _, err := o.desk.Admit(ctx, token); err != nil {
		t.Errorf("it is not admitted any more: %v", err)
	}
	if _, err := o.desk.Device(ctx, before, v.ID); !errors.Is(err, fault.Forbidden) {
		t.Errorf("who had it before still sees it: %v", err)
	}
	if err := o.desk.Revoke(ctx, before, v.ID); !errors.Is(err, fault.Forbidden) {
		t.Errorf("who had it before still revokes it: %v", err)
	}
	if err := o.desk.Revoke(ctx, after, v.ID); err != nil {
		t.Fatal(err)
	}
	if err := o.store.Read(ctx, func(r staff.Records) error {
		entries, err := r.FindEntries(trail.Filter{Action: "kiosk.revoke"})
		o.same("whose trail", entries[0].Scope, rights.Scope{Agency: "drt", Point: "dlt-p1"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestCodesAreNotGuessed(t *testing.T) {
	o := opened(t, plenty)
	var slow answers.Wait
	n := 0
	for ; n < 100 && !errors.As(func() error { _, _, err := o.desk.Claim(t.Context(), home.Address, "0000000000000000"); return err }(), &slow); n++ {
	}
	if n > 10 || slow.For <= 0 || !errors.Is(slow, fault.Unavailable) {
		t.Errorf("after %d tries: %v, wait %v", n, slow, slow.For)
	}
}
