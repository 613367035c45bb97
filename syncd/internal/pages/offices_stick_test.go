package pages

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/testkit"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/stick"
)

// parcels hands out what waits in an outbox, as laptop(7) of a centre.
type parcels struct {
	box    *outbox.Box
	sign   ed25519.PrivateKey
	own    *ecdh.PrivateKey
	centre []byte // the centre's public key
	most   int    // operations of a part
}

// parcel gives a node what a stick is written with.
func (n *node) parcel(centre *ecdh.PrivateKey) *parcels {
	n.t.Helper()
	own, err := ecdh.X25519().GenerateKey(rand.Reader)
	n.must(err)
	_, sign, err := ed25519.GenerateKey(rand.Reader)
	n.must(err)
	return &parcels{n.box, sign, own, centre.PublicKey().Bytes(), 100}
}

func (p *parcels) waiting(ctx context.Context) ([]outbox.Item, error) {
	return p.box.Items(ctx, outbox.Filter{States: []outbox.State{outbox.Ready, outbox.Sending}})
}

// Parts are of so many operations each.
func (p *parcels) Parts(ctx context.Context) (parts []stick.Part, err error) {
	list, err := p.waiting(ctx)
	for len(list) > 0 {
		n := min(p.most, len(list))
		parts = append(parts, stick.Part{First: list[0].ID, Last: list[n-1].ID, Operations: n, Bytes: 800 << (10 * len(parts))})
		list = list[n:]
	}
	return parts, err
}

// Export writes a part.
func (p *parcels) Export(ctx context.Context, w io.Writer, part stick.Part) (int, error) {
	list, err := p.waiting(ctx)
	if err != nil {
		return 0, err
	}
	out, err := stick.Begin(w, stick.Head{Kind: stick.Work, Device: laptop(7), File: strings.Repeat("a", 32), Made: time.Now(), Operations: len(list)},
		func(text []byte, about string) ([]byte, error) { return cargo.Seal(p.centre, text, about) })
	for _, i := range list {
		if err == nil && i.ID >= part.First && i.ID <= part.Last {
			err = out.Put(wire.Message{Type: wire.Push, Nonce: "n", Stream: i.Stream, Ops: []wire.Op{i.Op}})
		}
	}
	if err == nil {
		err = out.Close(func(text []byte) []byte { return ed25519.Sign(p.sign, text) })
	}
	return len(list), err
}

// Receive takes a receipt in.
func (p *parcels) Receive(ctx context.Context, receipt io.ReadSeeker) (news int, err error) {
	r, err := stick.Open(receipt)
	if err != nil {
		return 0, err
	}
	shared, err := stick.Between(p.own, p.centre, rand.Reader)
	if err == nil {
		err = r.Proven(shared.Check)
	}
	if err == nil {
		err = r.Each(shared.Open, func(m wire.Message) error {
			news, err = p.box.Settle(ctx, m.Results, false)
			return err
		})
	}
	return news, err
}

// machine keeps the device of parcels at a centre.
func (o *office) machine(p *parcels, revoked time.Time) {
	o.t.Helper()
	o.must(o.pages.Offices.Store.Write(o.t.Context(), func(r inbox.Records) error {
		return r.PutDevice(inbox.Device{ID: laptop(7), Agency: "dlt", Name: "โน้ตบุ๊กห้องทะเบียน", Sign: p.sign.Public().(ed25519.PublicKey), Box: p.own.PublicKey().Bytes(), Token: inbox.HashOf("t"), Enrolled: o.at, Revoked: revoked})
	}))
}

// withSticks has a centre take files.
func (o *office) withSticks() *ecdh.PrivateKey {
	o.t.Helper()
	o.pages.Sticks = o.sticks(o.pages.Offices)
	return o.pages.Sticks.Box
}

// sticks takes files for an inbox.
func (o *office) sticks(in *inbox.Desk) *stick.Desk {
	o.t.Helper()
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	o.must(err)
	return &stick.Desk{Inbox: in, Box: key, Epoch: in.Epoch, Now: func() time.Time { return o.at }, Dir: o.t.TempDir()}
}

// bringsOne has somebody bring what waits at a node, and answers with where that is
// shown.
func (s *stage) bringsOne(n *node, p *parcels, in *stick.Desk) http.HandlerFunc {
	s.t.Helper()
	s.machine(p, s.at.Add(-time.Hour))
	parts, err := p.Parts(s.t.Context())
	s.must(err)
	var b bytes.Buffer
	_, err = p.Export(s.t.Context(), &b, parts[0])
	s.must(err)
	by := staff.Acting{Officer: rights.Officer{ID: s.people["central"].id, Grants: []rights.Grant{grant(catalog.RoleCentral, "dlt")}}}
	got, err := in.Import(s.t.Context(), by, &b)
	s.must(err)
	return func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, stickPath+"/receipts/"+got.ID, http.StatusSeeOther)
	}
}

// stickScenes are the pages of files that are brought.
var stickScenes = []scene{{"stick", "/offices/stick", "central"}, {"brought", "/brought", "central"}}

func TestF42AStickGoesFromPageToPage(t *testing.T) {
	c := openStructure(t)
	key := c.withSticks()
	central, elsewhere, dga := c.hire("ประภา", grant(catalog.RoleCentral, "dlt")), c.hire("คนอื่น", grant(catalog.RoleCentral, "moph")), c.hire("ดวงใจ", grant(catalog.RoleDGA, ""))
	n := openNode(t)
	p := n.parcel(key)
	n.pages.Sync.Stick = p
	author := n.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))
	n.get(author, "/sync").want(t, http.StatusOK, "ไม่มีงานใดที่ศูนย์กลางยังไม่ได้รับ")
	n.did(author, "manual.save", "manual:passport")
	n.did(author, "manual.submit", "manual:passport")
	c.machine(p, time.Time{})

	n.get(author, "/sync").want(t, http.StatusOK, "บันทึกลงแท่งความจำ · 2 รายการ", "นำเข้าใบรับจากศูนย์กลาง")
	parts, err := p.Parts(t.Context())
	n.must(err)
	file := n.post(author, "/sync/stick", "first", parts[0].First, "last", parts[0].Last)
	if file.StatusCode != http.StatusOK || !strings.Contains(file.Header.Get("Content-Disposition"), ".stick") || !strings.HasPrefix(file.body, "Khumue stick 1") {
		t.Fatalf("it is handed out as %d %v", file.StatusCode, file.Header)
	}
	if a := n.post(nil, "/sync/stick"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("to nobody: %d", a.StatusCode)
	}

	c.get(central, "/offices").want(t, http.StatusOK, "นำเข้าไฟล์จากเครื่องของสำนักงาน")
	c.get(central, "/offices/stick").want(t, http.StatusOK, "ใบรับ", "64 MB")
	for name, tc := range map[string]struct {
		who    *officer
		field  string
		data   string
		status int
		says   string
	}{
		"one that was changed": {central, "file", file.body[:len(file.body)-1] + "x", http.StatusBadRequest, "ไฟล์นี้ถูกแก้ไข"},
		"a table":              {central, "file", "PK", http.StatusBadRequest, "ไม่ใช่ไฟล์งาน"},
		"another field":        {central, "table", file.body, http.StatusBadRequest, "ไม่ได้เลือกไฟล์"},
		"another agency's":     {elsewhere, "file", file.body, http.StatusForbidden, "ไม่ได้มาจากเครื่องของหน่วยงาน"},
	} {
		c.upload(tc.who, "/offices/stick", nil, tc.field, "a.stick", []byte(tc.data)).want(t, tc.status, tc.says)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	for _, who := range []*officer{dga, nil} { // who works on no machine brings no file
		if a := c.upload(who, "/offices/stick", nil, "file", "a.stick", []byte(file.body)); a.StatusCode == http.StatusOK || a.Header.Get("Location") != "" && !strings.HasPrefix(a.Header.Get("Location"), "/signin") {
			t.Errorf("it is taken: %d %s", a.StatusCode, a.Header.Get("Location"))
		}
	}
	led := c.upload(central, "/offices/stick", nil, "file", "a.stick", []byte(file.body))
	at := led.Header.Get("Location")
	c.get(central, at).want(t, http.StatusOK, "โน้ตบุ๊กห้องทะเบียน", "รายการใหม่ 2", "มีอยู่ก่อนแล้ว 0", "บันทึกใบรับ")
	c.get(elsewhere, at).want(t, http.StatusNotFound)
	receipt := c.get(central, at+"/file")
	if receipt.StatusCode != http.StatusOK || !strings.Contains(receipt.Header.Get("Content-Disposition"), ".receipt") {
		t.Fatalf("the receipt is %d %v", receipt.StatusCode, receipt.Header)
	}
	n.upload(author, "/sync/receipt", nil, "file", "a.receipt", []byte(receipt.body[:200])).want(t, http.StatusBadRequest, "ไฟล์เสียหาย")
	n.upload(author, "/sync/receipt", nil, "file", "a.receipt", []byte(receipt.body)).wantLed(t, "/sync")
	n.get(author, "/sync").want(t, http.StatusOK, "มีผลใหม่ 2 รายการ", "ถึงศูนย์กลางแล้ว รอทำ 2", "ไม่มีงานใดที่ศูนย์กลางยังไม่ได้รับ")

	again := c.upload(central, "/offices/stick", nil, "file", "a.stick", []byte(file.body))
	c.get(central, again.Header.Get("Location")).want(t, http.StatusOK, "รายการใหม่ 0", "มีอยู่ก่อนแล้ว 2")
}

func TestAStickOfAMachineThatWasShutOutWaitsForAPerson(t *testing.T) {
	c := openStructure(t)
	key := c.withSticks()
	central := c.hire("ประภา", grant(catalog.RoleCentral, "dlt"))
	n := openNode(t)
	p := n.parcel(key)
	p.most, n.pages.Sync.Stick = 1, p
	who := n.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))
	n.did(who, "manual.save", "manual:passport")
	n.did(who, "manual.submit", "manual:passport")
	c.machine(p, c.at.Add(-time.Hour))
	n.get(who, "/sync").want(t, http.StatusOK, "บันทึกให้ครบ 2 ไฟล์", "บันทึกไฟล์ที่ 1 · 1 รายการ", "บันทึกไฟล์ที่ 2 · 1 รายการ")
	parts, err := p.Parts(t.Context())
	n.must(err)
	file := n.post(who, "/sync/stick", "first", parts[0].First, "last", parts[0].Last)
	led := c.upload(central, "/offices/stick", nil, "file", "a.stick", []byte(file.body))
	c.get(central, led.Header.Get("Location")).want(t, http.StatusOK, "รอเจ้าหน้าที่ตรวจดู 1", "เครื่องนี้ถูกยกเลิกแล้ว")
	c.get(central, "/offices/attention").want(t, http.StatusOK, "มาจากเครื่องที่ถูกยกเลิกแล้ว")
	c.get(central, "/").want(t, http.StatusOK, "สำนักงานที่ทำงานออฟไลน์ 1 รายการ")
}

func TestWhatWasWrittenInWhatCameToNothingIsKept(t *testing.T) {
	n := openNode(t)
	author, other := n.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt")), n.hire("คนอื่น", grant(catalog.RoleAuthor, "dlt"))
	id := n.wrote(author, "manual.save", "manual:passport", `{"verb":"save","manual":"passport","text":{"manual.md":{"text":"`+strings.Repeat("คำ", 3000)+`จบ"}}}`)
	n.results[id] = wire.Result{Status: wire.Rejected, Code: "changed", Text: fault.Text{TH: "ถูกแก้ไขแล้ว", EN: "It was changed."}}
	n.carry()
	page := n.get(author, "/sync")
	page.want(t, http.StatusOK, "ข้อความที่เขียนไว้", "manual.md", "คำคำคำ", "ยังมีต่อ", "ข้อความในร่างคู่มือ")
	if page.says("จบ</pre>") {
		t.Error("the page shows a text of any length")
	}
	saved := n.get(author, "/sync/"+id+"/text")
	if saved.StatusCode != http.StatusOK || !strings.Contains(saved.body, "=== manual.md ===\nคำคำ") || !strings.Contains(saved.body, "จบ") || !strings.HasPrefix(saved.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("it is saved as %d %v", saved.StatusCode, saved.Header)
	}
	n.get(other, "/sync/"+id+"/text").want(t, http.StatusNotFound)
	if p := n.get(other, "/sync"); p.says("คำคำคำ") {
		t.Error("somebody else reads it")
	}
}

// wrote writes an operation with a command into the outbox.
func (n *node) wrote(p *officer, kind, entity, do string) string {
	n.t.Helper()
	ctx, slip, err := n.box.Note(n.t.Context(), outbox.Deed{Kind: kind, Entity: entity, By: p.id, As: grant(catalog.RoleAuthor, "dlt"), At: n.at, Do: []byte(do)})
	n.must(err)
	n.must(n.happens(ctx, p))
	return slip.ID()
}

// TestThePageOfWhatIsSentKeepsItselfFresh has something happen while the page is open,
// and while somebody reads in it.
func TestThePageOfWhatIsSentKeepsItselfFresh(t *testing.T) {
	s := set(t)
	tab := browser.Open(t, s.server, testkit.View{})
	s.show(tab, scene{path: "/sync", as: "central"}, "th")
	const asks = `document.querySelectorAll(".office-ask").length`
	before := tab.Text(asks)
	again := func() { tab.Text(`document.dispatchEvent(new Event("visibilitychange"))`) }
	tab.Text(`document.querySelector(".office-ask summary").click()`)
	tab.Text(`fetch(document.querySelector('[action$="/seen"]').action, {method: "POST"}).then(() => { window.known = true })`)
	tab.Until(`window.known`)
	again()
	tab.Until(`document.querySelector('[data-fresh="now"] .sync-counts div:last-of-type dd').textContent === "3"`)
	if now := tab.Text(asks); now != before {
		t.Errorf("under the eyes of who reads, of %s there are %s", before, now)
	}
	tab.Text(`document.querySelector(".office-ask summary").click()`)
	again()
	tab.Until(asks + ` < ` + before)
}
