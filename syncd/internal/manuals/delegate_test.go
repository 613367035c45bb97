package manuals

import (
	"errors"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
)

func nov(n int) calendar.Date { return calendar.NewDate(2026, time.November, n) }

func TestAQueueIsGivenToAColleague(t *testing.T) {
	tests := []struct {
		name        string
		from, to    catalog.OfficerID
		as          rights.Grant
		first, last calendar.Date
		want        error
	}{
		{"from today on", "ann", "bob", asReviewer, nov(22), nov(30), nil},
		{"for one day", "ann", "bob", asReviewer, nov(22), nov(22), nil},
		{"for ninety days", "ann", "bob", asReviewer, nov(22), nov(22).AddDays(89), nil},
		{"by OPDC to OPDC", "fay", "gus", asOPDC, nov(23), nov(30), nil},
		{"by an author to an author", "dan", "eve", asAuthor, nov(23), nov(30), nil},
		{"not for ninety-one days", "ann", "bob", asReviewer, nov(22), nov(22).AddDays(90), fault.Invalid},
		{"not to oneself", "ann", "ann", asReviewer, nov(22), nov(30), fault.Invalid},
		{"not to nobody", "ann", "", asReviewer, nov(22), nov(30), fault.Invalid},
		{"not to another role", "ann", "dan", asReviewer, nov(22), nov(30), fault.Invalid},
		{"not to another agency", "ann", "ivy", asReviewer, nov(22), nov(30), fault.Invalid},
		{"not by who does not hold the role", "dan", "bob", asReviewer, nov(22), nov(30), fault.Forbidden},
		{"not for a role without a queue", "hal", "bob", asCentral, nov(22), nov(30), fault.Forbidden},
		{"not backwards", "ann", "bob", asReviewer, nov(30), nov(29), fault.Invalid},
		{"not from yesterday", "ann", "bob", asReviewer, nov(21), nov(30), fault.Invalid},
		{"not without days", "ann", "bob", asReviewer, calendar.Date{}, nov(30), fault.Invalid},
		{"not without an end", "ann", "bob", asReviewer, nov(22), calendar.Date{}, fault.Invalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := openBureau(t)
			_, err := b.Delegate(t.Context(), b.staff.by(test.from), test.to, test.as, test.first, test.last)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			kept := len(b.shelf.delegations) + len(b.shelf.entries) + len(b.told)
			if err != nil && kept != 0 {
				t.Error("it was refused and kept")
			}
			if err == nil && (kept != 3 || whom(b.told) != string(test.to) || b.told[0].Topic != Deputised || b.shelf.entries[0].Action != "delegation.give") {
				t.Errorf("kept %v, told %v, wrote %v", b.shelf.delegations, b.told, b.shelf.entries)
			}
		})
	}
}

func TestAQueueIsGivenAwayOnceAtATime(t *testing.T) {
	b := openBureau(t)
	ann := b.staff.by("ann")
	first, err := b.Delegate(t.Context(), ann, "bob", asReviewer, nov(24), nov(26))
	if err != nil {
		t.Fatal(err)
	}
	for _, days := range [][2]int{{22, 24}, {26, 28}, {25, 25}, {22, 30}} {
		if _, err := b.Delegate(t.Context(), ann, "cat", asReviewer, nov(days[0]), nov(days[1])); !errors.Is(err, fault.Conflict) {
			t.Errorf("%v: got %v", days, err)
		}
	}
	if _, err := b.Delegate(t.Context(), ann, "cat", asReviewer, nov(27), nov(28)); err != nil {
		t.Errorf("other days: %v", err)
	}
	if err := b.EndDelegation(t.Context(), ann, first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Delegate(t.Context(), ann, "cat", asReviewer, nov(24), nov(26)); err != nil {
		t.Errorf("after the end: %v", err)
	}
}

func TestWhoGaveAQueueTakesItBack(t *testing.T) {
	b := openBureau(t)
	ann, bob := b.staff.by("ann"), b.staff.by("bob")
	given, err := b.Delegate(t.Context(), ann, "bob", asReviewer, nov(22), nov(26))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.EndDelegation(t.Context(), bob, given.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("the deputy ended it: %v", err)
	}
	for range 2 { // twice is once
		if err := b.EndDelegation(t.Context(), ann, given.ID); err != nil {
			t.Error(err)
		}
	}
	list, err := b.Delegations(t.Context(), bob)
	if err != nil || len(list) != 1 || list[0].InForce(b.at) || !list[0].Over(b.at) || list[0].Days() != (calendar.Period{From: nov(22), To: nov(26)}) {
		t.Errorf("got %+v, %v", list, err)
	}
	if n := len(b.shelf.entries); n != 2 || b.shelf.entries[1].Action != "delegation.end" || b.shelf.entries[1].Before == "" {
		t.Errorf("got %v", b.shelf.entries)
	}
	if got, err := b.tell(b.shelf, Notice{Topic: Recalled, Manual: "dlt-aaaaaa", By: "dan"}, "ann"); err != nil || whom(got) != "ann" {
		t.Errorf("got %q, %v", whom(got), err)
	}
}

func TestColleaguesHoldTheSameRole(t *testing.T) {
	b := openBureau(t)
	got, err := b.Colleagues(t.Context(), b.staff.by("ann"), asReviewer)
	if err != nil || len(got) != 2 || got[0] != "bob" || got[1] != "cat" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := b.Colleagues(t.Context(), b.staff.by("dan"), asReviewer); !errors.Is(err, fault.Forbidden) {
		t.Errorf("got %v", err)
	}
}
