package manuals

import (
	"errors"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/trail"
)

func TestANoticeGoesToEachPersonOnce(t *testing.T) {
	type give struct {
		from, to catalog.OfficerID
		as       rights.Grant
	}
	about := func(topic Topic) Notice {
		return Notice{Topic: topic, Manual: "dlt-aaaaaa", Number: 3, By: "dan"}
	}
	tests := []struct {
		name  string
		given []give
		n     Notice
		to    []catalog.OfficerID
		want  string
	}{
		{"to all who are named", nil, about(Awaits), []catalog.OfficerID{"ann", "bob"}, "ann, bob"},
		{"once, however often", nil, about(Awaits), []catalog.OfficerID{"ann", "ann", ""}, "ann"},
		{"not to who acts", nil, about(Talked), []catalog.OfficerID{"dan", "ann"}, "ann"},
		{"to the deputy instead", []give{{"ann", "bob", asReviewer}}, about(Awaits), []catalog.OfficerID{"ann", "bob", "cat"}, "bob for ann, cat"},
		{"to the deputy, whoever is named first", []give{{"bob", "ann", asReviewer}}, about(Awaits), []catalog.OfficerID{"ann", "bob"}, "ann for bob"},
		{"not to a deputy who may not judge it", []give{{"ann", "bob", asReviewer}}, about(Awaits), []catalog.OfficerID{"ann", "cat"}, "ann, cat"},
		{"to an author's deputy, who did not write it", []give{{"eve", "dan", asAuthor}}, Notice{Topic: Returned, Manual: "dlt-aaaaaa", By: "ann"}, []catalog.OfficerID{"eve"}, "dan for eve"},
		{"to a deputy's deputy", []give{{"ann", "bob", asReviewer}, {"bob", "cat", asReviewer}}, about(Recalled), []catalog.OfficerID{"ann"}, "cat for ann"},
		{"to the person where deputies go round in a circle", []give{{"ann", "bob", asReviewer}, {"bob", "ann", asReviewer}}, about(Recalled), []catalog.OfficerID{"ann", "bob"}, "ann, bob"},
		{"not to the deputy who acts", []give{{"eve", "dan", asAuthor}}, about(Returned), []catalog.OfficerID{"eve"}, ""},
		{"for manuals of any agency in place of OPDC", []give{{"fay", "gus", asOPDC}}, Notice{Topic: Awaits, Manual: "doh-aaaaaa", By: "dan"}, []catalog.OfficerID{"fay", "gus"}, "gus for fay"},
		{"to the person for another agency's manual", []give{{"ann", "bob", asReviewer}}, Notice{Topic: Talked, Manual: "doh-aaaaaa", By: "dan"}, []catalog.OfficerID{"ann"}, "ann"},
		{"to the person for a manual that is not in the index", []give{{"ann", "bob", asReviewer}}, Notice{Topic: Talked, Manual: "dlt-zzzzzz", By: "dan"}, []catalog.OfficerID{"ann"}, "ann"},
		{"to the person where another role was given away", []give{{"eve", "dan", asAuthor}}, Notice{Topic: Awaits, Manual: "dlt-aaaaaa", By: "ann"}, []catalog.OfficerID{"eve", "dan"}, "eve, dan"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := openBureau(t)
			for _, g := range test.given {
				b.shelf.delegations = append(b.shelf.delegations, Delegation{From: g.from, To: g.to, Role: g.as.Role, Agency: g.as.Scope.Agency, First: b.at.Add(-time.Hour), Last: b.at.Add(time.Hour)})
			}
			got, err := b.tell(b.shelf, test.n, test.to...)
			if err != nil || whom(got) != test.want || whom(b.shelf.notices) != test.want {
				t.Errorf("got %q, kept %q, %v, want %q", whom(got), whom(b.shelf.notices), err, test.want)
			}
			for _, n := range got {
				if n.ID == "" || !n.At.Equal(b.at) {
					t.Errorf("got %+v", n)
				}
			}
		})
	}
}

func TestADelegationHoldsOnItsDaysInBangkok(t *testing.T) {
	b := openBureau(t)
	given, err := b.Delegate(t.Context(), b.staff.by("ann"), "bob", asReviewer, nov(23), nov(24))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2026-11-22T16:59:59Z": "ann", "2026-11-22T17:00:00Z": "bob for ann", "2026-11-24T16:59:59Z": "bob for ann", "2026-11-24T17:00:00Z": "ann",
	} {
		b.at, err = time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.tell(b.shelf, Notice{Topic: Recalled, Manual: "dlt-aaaaaa", By: "dan"}, "ann")
		if err != nil || whom(got) != want || given.InForce(b.at) != (want != "ann") {
			t.Errorf("%s: got %q, %v, want %q", at, whom(got), err, want)
		}
	}
}

func TestWhatMovedIsToldAndNotKept(t *testing.T) {
	b := openBureau(t)
	got, err := b.tell(b.shelf, Notice{Topic: Stepped, Manual: "dlt-aaaaaa"}, "ann")
	if err != nil || whom(got) != "ann" || len(b.shelf.notices) != 0 {
		t.Errorf("got %v, kept %v, %v", got, b.shelf.notices, err)
	}
}

func TestANoticeHoldsTheBeginningOfAText(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"a short text stands":                   {" แก้ค่าธรรมเนียม\n", "แก้ค่าธรรมเนียม"},
		"a long one is cut":                     {strings.Repeat("ก", 300), strings.Repeat("ก", 280) + "…"},
		"a sign is not cut off its letter":      {strings.Repeat("ก", 279) + "กี่" + "ก", strings.Repeat("ก", 279) + "…"},
		"a text of signs alone is cut to a dot": {strings.Repeat("ี", 300), "…"},
	} {
		if got := beginning(test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestNoticesAreReadOneByOneOrAll(t *testing.T) {
	b := openBureau(t)
	for range 3 {
		if _, err := b.tell(b.shelf, Notice{Topic: Talked, By: "dan"}, "ann", "bob"); err != nil {
			t.Fatal(err)
		}
	}
	want := func(unread int) []Notice {
		t.Helper()
		list, got, err := b.Notices(t.Context(), b.staff.by("ann"), trail.Page{Limit: 2})
		if err != nil || got != unread || len(list) != 2 {
			t.Errorf("got %d of %d, %v, want %d", len(list), got, err, unread)
		}
		return list
	}
	read := func(id string) {
		t.Helper()
		if err := b.MarkRead(t.Context(), b.staff.by("ann"), id); err != nil {
			t.Error(err)
		}
	}
	first := want(3)[0]
	read(first.ID)
	read("0190-not-there")
	want(2)
	if err := b.MarkRead(t.Context(), b.staff.by("ann"), b.shelf.notices[1].ID); err != nil {
		t.Error(err)
	}
	want(2) // it is another person's
	read("")
	want(0)
	if n, err := b.shelf.CountUnread("bob"); n != 3 || err != nil {
		t.Errorf("the other has %d unread, %v", n, err)
	}
}

func TestTheWayOfMailIsDailyUnlessChosen(t *testing.T) {
	b := openBureau(t)
	ann := b.staff.by("ann")
	if got, err := b.MailWay(t.Context(), ann); got != MailDaily || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := b.SetMailWay(t.Context(), ann, MailNone); err != nil {
		t.Error(err)
	}
	if got, err := b.MailWay(t.Context(), ann); got != MailNone || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := b.SetMailWay(t.Context(), ann, "hourly"); !errors.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestEachTopicHasItsName(t *testing.T) {
	for _, topic := range []Topic{Awaits, Returned, Recalled, Approved, Appeared, Remade, Hastened, Talked, Stepped, Deputised, DueSoon, DueNow} {
		if n := topic.Name(); n.TH == "" || n.EN == "" {
			t.Errorf("%s has no name", topic)
		}
	}
	if got := (Notice{Topic: Awaits, Title: catalog.Text{TH: "ต่อใบขับขี่"}}).Heading(); got != (fault.Text{TH: "รออนุมัติ: ต่อใบขับขี่", EN: "Awaits approval: ต่อใบขับขี่"}) {
		t.Errorf("got %v", got)
	}
}
