package office_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/rights"
)

// TestWhatTheCentreRefusedIsAskedForAnew has a late request refused that was noted here:
// it is ahead until then, and in doubt from then on. An operation that this program can
// not read hinders nothing.
func TestWhatTheCentreRefusedIsAskedForAnew(t *testing.T) {
	w, r := open(t)
	w.talks = true
	act := delays.Deed{Verb: delays.Ended, Command: delays.Command{ID: "case-1"}}
	do, err := json.Marshal(act)
	if err != nil {
		t.Fatal(err)
	}
	ctx, _, err := r.Box.Note(t.Context(), outbox.Deed{Kind: delays.Ended, Entity: "case:case-1", By: somsri, As: rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}, Do: do})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Store.Mirror().Write(ctx, func(m mirror.Records) error { return m.Hold(cargo.Case, "case-1", "v1") }); err != nil {
		t.Fatal(err)
	}
	ctx, _, err = r.Box.Note(t.Context(), outbox.Deed{Kind: deeds.Content, Entity: "content", By: somsri, As: rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}, Do: []byte(`{"files":"of another release"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Store.Mirror().Write(ctx, func(m mirror.Records) error { return m.Hold(cargo.Case, "case-3", "v1") }); err != nil {
		t.Fatal(err)
	}
	ahead := func() bool {
		a, err := r.Mirror.Ahead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		is := a.Has(cargo.Case, "case-1")
		if named := slices.Contains(a.Records(), mirror.Entity{Kind: cargo.Case, ID: "case-1"}); named != is || a.Has(cargo.Case, "case-2") {
			t.Errorf("it is ahead: %v, and named: %v", is, named)
		}
		return is
	}
	if !ahead() {
		t.Error("what was done here is not ahead")
	}
	for range 20 {
		if _, err := r.Courier.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(2 * time.Minute)
	}
	if ahead() {
		t.Error("what the centre refused is ahead")
	}
	asked := 0
	for _, have := range w.told {
		h, err := cargo.ReadHave(have)
		if err != nil {
			t.Fatal(err)
		}
		if version, is := h.Holds[cargo.Case].Versions["case-1"]; is && version == "" {
			asked++
		}
	}
	if asked == 0 {
		t.Errorf("in %d pulls it does not ask for what the centre has: %+v", len(w.told), r.Courier.Status())
	}
}

// TestWhatCameToNothingStaysUntilSomebodyKnows has a late request with its applicant
// refused, and another change put aside that the centre never got.
func TestWhatCameToNothingStaysUntilSomebodyKnows(t *testing.T) {
	w, r := open(t)
	w.talks = true
	note := func(about string, secret []byte) string {
		t.Helper()
		do, err := json.Marshal(delays.Deed{Verb: delays.Ended, Command: delays.Command{ID: about}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, slip, err := r.Box.Note(t.Context(), outbox.Deed{Kind: delays.Ended, Entity: "case:" + about, By: somsri, Secret: secret, As: rights.Grant{Role: catalog.RoleCentral, Scope: rights.Scope{Agency: "dlt"}}, Do: do})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Store.Mirror().Write(ctx, func(m mirror.Records) error { return m.Hold(cargo.Case, about, "v1") }); err != nil {
			t.Fatal(err)
		}
		return slip.ID()
	}
	refused, aside := note("with-applicant", []byte("sealed")), note("put-aside", nil)
	if err := r.Box.SetAside(t.Context(), aside, outbox.CodeTooLarge, fault.Text{TH: "ใหญ่", EN: "large"}); err != nil {
		t.Fatal(err)
	}
	ahead := func(about string) bool {
		for range 20 {
			if _, err := r.Courier.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.now = w.now.Add(2 * time.Minute)
		}
		a, err := r.Mirror.Ahead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return a.Has(cargo.Case, about)
	}
	if !ahead("with-applicant") || !ahead("put-aside") {
		t.Error("what is nowhere else does not stay")
	}
	list, err := r.Box.Items(t.Context(), outbox.Filter{States: []outbox.State{outbox.Attention}, There: true})
	if err != nil || len(list) != 1 || list[0].ID != refused {
		t.Fatalf("the centre refused %+v, %v", list, err)
	}
	if err := r.Box.Know(t.Context(), refused); err != nil {
		t.Fatal(err)
	}
	if ahead("with-applicant") || !ahead("put-aside") {
		t.Error("what somebody knows of stays, or what is not at the centre does not")
	}
}
