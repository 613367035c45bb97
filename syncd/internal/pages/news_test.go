package pages

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/testkit"
	"khumue/syncd/internal/live"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// told fills the stage with notices and with work that was given away.
func (s *stage) told() {
	central := s.people["central"]
	deputy := s.hire("ธัญญารัตน์ วงศ์สุวรรณ", grant(catalog.RoleReviewer, "long"))
	for i, topic := range []manuals.Topic{manuals.Appeared, manuals.Talked, manuals.Awaits, manuals.Returned} {
		n := awaits(deputy)
		n.Topic, n.Number = topic, i+1
		if topic == manuals.Awaits {
			n.For = deputy.id
			n.Title = catalog.Text{TH: "การขออนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพประเภทการผลิตแบตเตอรี่และการซ่อมบำรุงเครื่องจักรกลขนาดใหญ่ตามพระราชบัญญัติการสาธารณสุข"}
		}
		if topic == manuals.Returned || topic == manuals.Talked {
			n.Text = "ค่าธรรมเนียมไม่ตรงกับประกาศฉบับล่าสุด"
		}
		n = s.tell(central, n)
		if topic == manuals.Appeared {
			if err := s.pages.Manuals.MarkRead(s.t.Context(), s.acting(central), n.ID); err != nil {
				s.t.Fatal(err)
			}
		}
		s.at = s.at.Add(time.Minute)
	}
	today := calendar.DateOf(s.at)
	g := grant(catalog.RoleReviewer, "long")
	give := func(p, to *officer, first, last calendar.Date) {
		if _, err := s.pages.Manuals.Delegate(s.t.Context(), s.acting(p), to.id, g, first, last); err != nil {
			s.t.Fatal(err)
		}
	}
	give(central, deputy, today, today.AddDays(6))
	give(deputy, central, today.AddDays(20), today.AddDays(40))
}

// looks tells live.Server how sessions stand.
type looks struct{ desk *staff.Desk }

func (l looks) Look(ctx context.Context, secret string) (live.Outlook, error) {
	o, err := l.desk.Look(ctx, secret)
	return live.Outlook{Officer: string(o.User.ID), Session: o.Session.ID, Ends: o.Ends, By: string(o.By), Over: o.Over}, err
}

func TestAnOpenPageSaysWhatHasJustHappened(t *testing.T) {
	var handler http.Handler
	server := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, func(c *Config) { c.Address, c.Live = address, "/ws/live" })
	o.at = time.Now()
	open, err := live.New(live.Config{
		Origins: []string{server.URL}, Sessions: looks{o.desk}, Secret: o.pages.Secret, Caps: live.Caps{Session: 9, Officer: 9, Total: 9}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Standing: func(ctx context.Context, secret string) (live.Standing, error) {
			l, err := o.desk.Look(ctx, secret)
			if err != nil {
				return live.Standing{}, err
			}
			_, unread, err := o.pages.Manuals.Notices(ctx, l.Visit.By(""), trail.Page{Limit: 1})
			return live.Standing{Unread: unread}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(open.Stop)
	o.pages.Manuals.Told = func(id catalog.OfficerID, _ manuals.Notice) { open.Tell(string(id), live.Latest{}) }
	p := o.hire("รัตนา", grant(catalog.RoleReviewer, "dlt"))
	mux := http.NewServeMux()
	mux.Handle("/ws/live", open)
	mux.HandleFunc("/as/{who}", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "khumue", Path: "/", HttpOnly: true, Value: p.secret})
		http.Redirect(w, r, r.FormValue("to"), http.StatusSeeOther)
	})
	mux.Handle("/", o.pages.Handler())
	handler = mux
	o.tell(p, awaits(p))
	tell := func(path string) {
		o.tell(p, awaits(p))
		open.Tell(string(p.id), live.Latest{Topic: "awaits", TH: "รออนุมัติ: ต่อใบขับขี่", EN: "Awaits approval", Path: path})
	}
	const (
		badge = `document.querySelector("[data-badge=unread]")`
		toast = `document.querySelector(".toast")`
	)

	tab := browser.Open(t, server, testkit.View{Width: 1280, Height: 800})
	tab.Go("/as/reviewer?to=/me")
	tab.Until(badge + `.firstChild.data === "1" && !` + badge + `.hidden`)
	if testkit.Value[bool](tab, toast+`?.hasAttribute("data-shown") ?? true`) {
		t.Error("a page that was just opened speaks of what is old")
	}
	tell("/manuals/dlt-7f3k5q/revisions/3")
	tab.Until(toast + `.hasAttribute("data-shown")`)
	tab.Until(badge + `.firstChild.data === "2"`)
	if got := tab.Text(toast + `.querySelector("a").getAttribute("href") + " " + ` + toast + `.querySelector("a").textContent`); got != "/manuals/dlt-7f3k5q/revisions/3 รออนุมัติ: ต่อใบขับขี่" {
		t.Errorf("got %q", got)
	}
	for _, v := range tab.Axe() {
		t.Errorf("the toast: %v", v)
	}
	tab.Click(".toast button")
	tab.Until(`!` + toast + `.hasAttribute("data-shown") && ` + toast + `.querySelector(".toast-what").textContent === ""`)
	open.Tell(string(p.id), live.Latest{Topic: "moved", TH: "เงียบ", EN: "quiet", Path: "/users", Quiet: true})
	tell("/me")
	tab.Until(toast + `.textContent.includes("หน้านี้มีการเปลี่ยนแปลง")`)
	if err := o.pages.Manuals.MarkRead(t.Context(), o.acting(p), ""); err != nil {
		t.Fatal(err)
	}
	tab.Until(badge + `.hidden`)

	tell("/notices") // a link that is followed is read, without its page
	tab.Go("/notices")
	tab.Until(`document.querySelector("[data-read]")`)
	tab.Text(`document.querySelector("[data-read]").href = "/me"`)
	tab.Click("[data-read]")
	tab.Until(`location.pathname === "/me"`)
	tab.Until(badge + `.hidden`)
}
