//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/licence"
	"khumue/internal/testkit"
	"khumue/internal/testkit/badline"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
)

// slowest is what a contact has in the country: 23 kbit a second.
const slowest = 23_000 / 8

// village is a portal with everything, as a demonstration in a process of its own, and
// a machine of a rural office far from it.
type village struct {
	t *testing.T
	d demo
	c *centreProgram
	o *officeProgram

	lobby string // where citizens answer
}

// newVillage starts the portal. The sample point may hand in its reports of a month
// late.
func newVillage(t *testing.T, month calendar.Month) *village {
	t.Helper()
	addr := freeAddresses(t, 3)
	c := &centreProgram{program: program{t: t, address: "http://" + addr[1]}, demo: true}
	c.at(t.TempDir(), addr)
	issuer := "http://" + addr[2]
	must(t, importContent("../content", c.cfg, time.Now()))
	c.inside(func(in *centre) {
		must(t, (&demoCommand{Agency: sampleAgency}).hire(t.Context(), in.desk, issuer))
		in.unlocks(t, issuer, month)
	})
	c.env = os.Environ()
	c.args = []string{"demo", "--content", "../content", "--generator", generator, "--data", c.cfg.Data, "--no-past", "--public", addr[0], "--office", addr[1], "--issuer", addr[2]}
	c.complains()
	c.start()
	way, err := badline.New(c.address, 1)
	must(t, err)
	t.Cleanup(func() { must(t, way.Close()) })
	o := &officeProgram{dir: filepath.Join(t.TempDir(), "office"), way: way, centre: way.Address(), person: "point"}
	o.t = t
	own := freeAddresses(t, 2)
	o.settle(own[0])
	o.args = append(o.args, "--lobby", own[1], "--generator", generator)
	o.complains()
	o.start()
	return &village{t, demo{public: "http://" + addr[0], office: c.address, issuer: issuer}, c, o, "http://" + own[1]}
}

// signedInAs is a sample person of an identity provider.
func (c *centre) signedInAs(t *testing.T, issuer, subject string) (by staff.Acting) {
	t.Helper()
	must(t, c.store.Read(t.Context(), func(r staff.Records) error {
		u, err := r.UserOf(issuer, subject)
		by = staff.Acting{Officer: u.Officer()}
		return err
	}))
	return by
}

// unlocks lets the sample point hand in its reports of a month.
func (c *centre) unlocks(t *testing.T, issuer string, month calendar.Month) {
	t.Helper()
	point, central := c.signedInAs(t, issuer, "point"), c.signedInAs(t, issuer, "central")
	g, err := c.licences.Grid(t.Context(), point, demoPoint, month, month)
	must(t, err)
	var keys []licence.Key
	for _, r := range g.Rows {
		keys = append(keys, r.Key)
	}
	_, err = c.licences.Ask(t.Context(), point, demoPoint, keys, "สำนักงานไม่มีเครือข่ายตลอดเดือน")
	must(t, err)
	list, err := c.licences.Queue(t.Context(), central)
	must(t, err)
	var ids []string
	for _, w := range list {
		ids = append(ids, w.ID)
	}
	_, err = c.licences.Decide(t.Context(), central, ids, true, "")
	must(t, err)
}

// enrols has the officer of the point get a code and enrol the machine, both in a browser.
func (v *village) enrols() *visitor {
	v.t.Helper()
	there := v.d.open(v.t, "rural-there", testkit.View{Width: 1366, Height: 768})
	there.signIn("point")
	there.Go("/offices/new")
	there.Until(`document.querySelector("#place")`)
	there.fills("#place", string(demoPoint), "#name", "โน้ตบุ๊กสาขา")
	there.Click(`form.form .actions .button`)
	there.Until(`document.querySelector("#secret")`)
	code := there.Text(`document.querySelector("#secret").textContent.trim()`)
	there.Close()

	here := v.at("rural-here")
	here.Go("/door")
	here.fills("[name=centre]", v.o.way.Address(), "[name=code]", code, "[name=user]", "point@example.invalid", "[name=passphrase]", localPhrase, "[name=again]", localPhrase)
	here.look("enrolling")
	here.Click(`form[action="/door/enrol"] button`)
	here.Until(`document.querySelector('form[action="/door/join"], form[action="/signout"]')`)
	soon(v.t, "the machine is open", func() bool {
		_, _, page, err := v.o.b.ask("/door", nil)
		must(v.t, err)
		return strings.Contains(page, `action="/signin/office"`)
	})
	return here
}

// at opens a browser of its own at the machine.
func (v *village) at(name string) *visitor {
	tab := browser.Open(v.t, &testkit.Server{URL: v.o.address}, testkit.View{Width: 1366, Height: 768})
	tab.Allow("net::ERR_CONNECTION_REFUSED") // once the program has ended
	return &visitor{Tab: tab, t: v.t, name: name}
}

// joins lets other officers use the machine, each with a code of their own.
func (v *village) joins(people ...string) {
	v.t.Helper()
	for _, person := range people {
		var code string
		v.c.inside(func(in *centre) {
			by := in.signedInAs(v.t, v.d.issuer, person)
			s := v.c.stored()
			var err error
			code, _, err = in.offices.enrol.JoinCode(v.t.Context(), by, s.devices[0].ID)
			must(v.t, err)
		})
		status, at, page, err := v.o.b.ask("/door/join", url.Values{"code": {code}, "user": {person + "@example.invalid"}, "passphrase": {localPhrase}, "again": {localPhrase}})
		if at == "/" { // signed in
			at = "/door"
		}
		must(v.t, did(status, at, "/door", page, err))
		v.o.newBrowser()
	}
}

// signsIn signs an officer in at the machine, by the passphrase.
func (v *village) signsIn(person string) *visitor {
	v.t.Helper()
	b := v.at("rural-" + person)
	b.Go("/signin")
	b.Click(`form[action^="/signin/"] button`)
	b.Until(`document.querySelector('form[action="/door/unlock"]')`)
	b.fills("[name=user]", person+"@example.invalid", "[name=passphrase]", localPhrase)
	b.Click(`form[action="/door/unlock"] button`)
	b.Until(`document.querySelector('form[action="/signout"]')`)
	return b
}

// counts are what the sync page says: what waits, is stored, is done, came in, and
// needs attention.
type counts struct{ waits, stored, done, came, asks int }

func (v *visitor) counts() (c counts, all bool) {
	v.t.Helper()
	v.Go("/sync")
	v.Until(`document.querySelectorAll(".sync-counts dd:first-of-type").length === 5`)
	n := testkit.Value[[]int](v.Tab, `[...document.querySelectorAll(".sync-counts > div")].map((d) => +d.querySelector("dd").textContent)`)
	return counts{n[0], n[1], n[2], n[3], n[4]}, v.Text(`document.querySelector(".sync-now use")?.getAttribute("href") ?? document.querySelector(".sync-now").className`) != "" && v.Text(`document.querySelector(".sync-now strong").textContent`) == "ส่งครบแล้ว"
}

// reports files the sample point's report of a month in which it had 40 requests.
func (v *visitor) reports(month calendar.Month) {
	v.t.Helper()
	v.Go("/licences/points/" + string(demoPoint) + "?month=" + month.ISO())
	v.Until(`document.querySelector("input[value='dlt-qfgdkp']")`)
	row := v.Text(`document.querySelector("input[value='dlt-qfgdkp']").name.split(".")[0]`)
	field := func(name string) string { return fmt.Sprintf("[id=%q]", row+"."+name) }
	v.fills(field("carried_in"), "0", field("received"), "40", field("approved_on"), "35", field("approved_late"), "4", field("rejected_late"), "1", field("pending_in_time"), "0", field("letters"), "0")
	v.Click(`.licence-bar button[value=file]`)
	v.Until(`document.querySelector(".flash") && document.querySelector("#row` + row[1:] + ` .standing-licence-locked")`)
	v.look("report")
}

// works is what is done at the office while there is no network.
func (v *village) works(month calendar.Month, reviewer *visitor) *visitor {
	v.t.Helper()
	author := v.signsIn("author")
	author.Go("/manuals/" + lateManual)
	author.Click(`form[action$="/revise"] button`)
	author.Until(`location.pathname.endsWith("/edit") && document.readyState == "complete"`)
	author.charge("5", "6")
	author.Click(`[data-save]`)
	author.Until(`!document.querySelector('[data-state]').hasAttribute('data-dirty')`)
	author.Click(`button[name=op][value=submit]`)
	author.Until(`location.pathname.includes("/revisions/1") && document.readyState == "complete"`)
	author.look("submitted")

	officer := v.signsIn("point")
	officer.reports(month)
	officer.Go("/delays/new")
	filed := calendar.DateOf(time.Now()).AddDays(-60).Numeric("th")
	officer.fills("#manual", lateManual, "#request", "คข. 7/2569", "#filed", filed, "#complete", filed, "#name", "นางสาวลำดวน ใจดี", "#contact", "081-234-5678")
	officer.Click(`button[value=open]`)
	officer.says("เลยกำหนดหนังสือฉบับที่ 1")
	officer.writesLetter("คค 0401/1", 10)

	reviewer.Go("/manuals/" + lateManual + "/revisions/1")
	reviewer.Click(`form[action$="/approve"] button`)
	reviewer.Until(`location.pathname == "/queue" && document.readyState == "complete"`)
	return officer
}

// answered has citizens answer the survey in the office's lobby.
func (v *village) answered(n int) {
	v.t.Helper()
	items := make([]string, n)
	for i := range items {
		items[i] = someAnswer()
	}
	for part := range slices.Chunk(items, 5) {
		r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.lobby+"/api/survey", strings.NewReader(`{"type":"submit","items":[`+strings.Join(part, ",")+`]}`))
		must(v.t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", v.lobby)
		a, err := http.DefaultClient.Do(r)
		must(v.t, err)
		said, err := io.ReadAll(a.Body)
		must(v.t, errors.Join(err, a.Body.Close()))
		if a.StatusCode != http.StatusOK || strings.Count(string(said), `"stored"`) != len(part) {
			v.t.Fatalf("citizens answer: %d %s", a.StatusCode, said)
		}
	}
}

// contactTime is how long the network is there, and cutAfter when it is cut meanwhile.
const (
	contactTime = 20 * time.Second
	cutAfter    = 7 * time.Second
)

// contacts lets the machine have the network for a while, cut once meanwhile, and
// returns what its officer is told after it.
func (v *village) contacts(officer *visitor) (c counts, all bool) {
	v.t.Helper()
	must(v.t, v.o.way.Set(badline.Weather{Rate: slowest, Delay: 300 * time.Millisecond}))
	end, cut, look := time.NewTimer(contactTime), time.NewTimer(cutAfter), time.NewTicker(time.Second)
	defer look.Stop()
	for over := false; !over; {
		select {
		case <-end.C:
			over = true
		case <-cut.C:
			v.o.way.Cut()
		case <-look.C:
			c, all = officer.counts()
			over = all && c.stored == 0
		}
	}
	must(v.t, v.o.way.Set(badline.Weather{Down: true}))
	return officer.counts()
}

// citizens is how many answer the survey of the rural office.
const citizens = 50

// The officers of a rural office do a month's work without a network: a revision is
// written and approved, a report filed, a delay letter recorded, and 50 citizens answer
// the survey. The network then comes
// back for 20 seconds at a time, at 23 kbit/s, and is cut. All of it comes to the
// centre once, and the page says truthfully how it stands.
func ruralOffice(t *testing.T) {
	month := calendar.MonthOf(calendar.DateOf(time.Now())).Add(-2)
	v := newVillage(t, month)
	v.enrols()
	v.joins("author", "reviewer")
	reviewer := v.signsIn("reviewer")
	must(t, v.o.way.Set(badline.Weather{Down: true}))
	officer := v.works(month, reviewer)
	v.answered(citizens)

	const done = 7 + citizens // begun, saved, submitted, reported, opened, written, approved
	c, all := officer.counts()
	officer.look("before")
	if c.waits != done || all || c.stored+c.done+c.asks > 0 {
		t.Fatalf("before anything is sent the page says %+v, all: %t", c, all)
	}
	up, n := v.o.way.Carried(badline.Out), 0
	for n < 8 && !(all && c.stored == 0) {
		c, all = v.contacts(officer)
		n++
		officer.look(fmt.Sprintf("after-%d", n))
		there := len(v.c.stored().places)
		if c.waits+c.stored+c.done+c.asks != done || there < done-c.waits || all && there != done {
			t.Errorf("of %d the page says %+v, all: %t, and the centre has %d", done, c, all, there)
		}
	}
	t.Logf("%d operations in %d contacts, %d bytes up", done, n, v.o.way.Carried(badline.Out)-up)
	if !all || c.done != done || c.asks > 0 {
		t.Errorf("in the end the page says %+v, all: %t", c, all)
	}
	v.c.stop()
	v.o.kill()
	for _, i := range judge(t, v.c, v.o) {
		if i.State != outbox.Processed {
			t.Errorf("%s: %s %s %s", i.Kind, i.State, i.Code, i.Text.EN)
		}
	}
	v.c.inside(func(in *centre) {
		if refs, err := in.manuals.Ledger.Find(review.Endorsed, lateManual); err != nil || len(refs) != 1 {
			t.Errorf("the revision is approved %d times, %v", len(refs), err)
		}
		if ids := answersIn(t, in.store); len(ids) != citizens {
			t.Errorf("the centre has %d answers", len(ids))
		}
	})
}
