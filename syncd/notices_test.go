package main

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/live"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/staff"
)

// Two reviewers of one agency: one goes on leave and gives the other its work,
// whose open page says so at once.
func TestWorkThatIsGivenAwayIsSeenAtOnce(t *testing.T) {
	d := startDemo(t)
	central := d.open(t, "notices-central", testkit.View{})
	central.signIn("central")
	token := central.issue("dlt", "reviewer")
	deputy := d.open(t, "notices-deputy", testkit.View{})
	deputy.signIn("new-1")
	deputy.redeem(token)
	deputy.Until(`location.pathname === "/"`)
	deputy.Until(`document.querySelector(".toast")`)

	reviewer := d.open(t, "notices-reviewer", phone)
	reviewer.signIn("reviewer")
	reviewer.Go("/me/delegation")
	reviewer.Text(`document.querySelector("#to").value = [...document.querySelectorAll("#to option")].at(-1).value`)
	reviewer.Text(`document.querySelector("#last").value = document.querySelector("#first").value`)
	reviewer.look("give")
	reviewer.Click(`form[action="/me/delegation"] button`)
	reviewer.says("อยู่ระหว่างมอบ")
	reviewer.look("given")

	deputy.Until(`document.querySelector(".toast").hasAttribute("data-shown")`)
	deputy.Until(`document.querySelector("[data-badge=unread]").firstChild.data === "1"`)
	deputy.look("told")
	deputy.Click(".toast a")
	deputy.says("งานที่รับแทนผู้อื่น")
	deputy.Go("/notices")
	deputy.says("รัตนา ตัวอย่าง")
	deputy.look("notices")
}

// mailing is a daemon of sample people whose mail goes to a mailbox.
func mailing(t *testing.T, box *testkit.Mailbox) *centre {
	t.Helper()
	cfg, err := config.Read(config.Source{Name: "test", Env: []string{
		"KHUMUE_DATA=" + t.TempDir(), "KHUMUE_GENERATOR=" + generator, "KHUMUE_REVIEW_DUE_OPDC=3", "KHUMUE_SMTP_TLS=none",
		"KHUMUE_SMTP_HOST=" + box.Host, "KHUMUE_SMTP_PORT=" + strconv.Itoa(box.Port), "KHUMUE_SMTP_FROM=khumue@example.go.th",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := importContent("../content", cfg, time.Now()); err != nil {
		t.Fatal(err)
	}
	c, err := openCentre(t.Context(), cfg, slog.New(slog.DiscardHandler), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestANoticeComesToAMailbox(t *testing.T) {
	box := testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "none"})
	c := mailing(t, box)
	if c.manuals.Limits.Due != [2]int{7, 3} || !c.mails() {
		t.Errorf("what is configured does not count: %v", c.manuals.Limits)
	}
	id := catalog.OfficerID("o-7f3k5qaaaa")
	err := c.store.Write(t.Context(), func(r staff.Records) error {
		return r.PutUser(staff.User{ID: id, Name: "รัตนา ตัวอย่าง", Email: "reviewer@example.go.th", Created: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	n := manuals.Notice{ID: "0190a000-0000-7000-8000-000000000001", To: id, By: id, Topic: manuals.Awaits, Manual: "dlt-7f3k5q", Number: 3, At: time.Now().Add(-2 * time.Minute), Title: catalog.Text{TH: "ต่ออายุใบอนุญาตขับรถ"}}
	err = c.store.Manuals().Write(t.Context(), func(r manuals.Records) error {
		if err := r.SetMailOf(id, manuals.MailEach); err != nil {
			return err
		}
		return r.AddNotice(n)
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	box.OnTaken(cancel) // the daemon ends with the first letter
	if err := c.mail(ctx); err != nil {
		t.Error(err)
	}
	mails := box.Mails()
	if len(mails) != 1 || mails[0].To != "reviewer@example.go.th" || !strings.Contains(string(mails[0].Data), "Auto-Submitted") {
		t.Fatalf("got %v", mails)
	}
	err = c.store.Manuals().Read(t.Context(), func(r manuals.Records) error {
		due, err := r.DueMail(manuals.MailEach, time.Now(), 10)
		if len(due) != 0 {
			t.Errorf("%d wait still", len(due))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := c.forgetNotices(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWhatAnOpenPageSays(t *testing.T) {
	n := manuals.Notice{Topic: manuals.Awaits, Manual: "dlt-7f3k5q", Number: 3, Title: catalog.Text{TH: "ต่ออายุใบอนุญาตขับรถ"}}
	want := live.Latest{Topic: "awaits", TH: "รออนุมัติ: ต่ออายุใบอนุญาตขับรถ", EN: "Awaits approval: ต่ออายุใบอนุญาตขับรถ", Path: "/manuals/dlt-7f3k5q/revisions/3"}
	if got := latest(n); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	n.Topic = manuals.Stepped
	if got := latest(n); !got.Quiet || got.Path != want.Path {
		t.Errorf("got %+v", got)
	}
	n.Manual = ""
	if got := latest(n); got != (live.Latest{}) {
		t.Errorf("got %+v", got)
	}
}
