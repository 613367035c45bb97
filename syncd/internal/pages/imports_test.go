package pages

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/intake"
	"khumue/syncd/internal/rights"
)

// intake is a room of imports that works until the test ends.
func (o *office) intake() *intake.Room {
	o.t.Helper()
	at := o.at
	room := &intake.Room{
		Ledger: o.manuals.Ledger, Store: o.store.notes, Manuals: o.manuals, Direct: o.direct, Structure: o.state, Dir: filepath.Join(o.t.TempDir(), "intake"),
		Record: o.store.record, Now: func() time.Time { return at }, Random: rand.Reader, Log: o.logger(),
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- room.Run(ctx) }()
	o.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			o.t.Error(err)
		}
	})
	return room
}

// sheetOf are rows of the plain form of manuals.
func sheetOf(rows ...string) string {
	return "id,agency,title,legal_time,reviewed_on,fees\n" + strings.Join(rows, "\n") + "\n"
}

const (
	goodRow  = "90001,dlt,การขอใบรับรองตัวอย่าง,0.0,1/10/2569,ไม่มี"
	wrongRow = "90002,dlt,การขอป้ายตัวอย่าง,สามสิบวัน,2026-10-01,ไม่มี"
	nextRow  = "90003,dlt,การโอนรถตัวอย่าง,30 วัน,2026-10-01,\"ค่าโอน|1,234.50|คัน\""
)

// send sends a table, and returns what is answered.
func (o *office) sendTable(p *officer, query, form, name string, table []byte) answer {
	o.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	o.must(w.WriteField("form", form))
	part, err := w.CreateFormFile("table", name)
	o.must(err)
	_, err = part.Write(table)
	o.must(err)
	o.must(w.Close())
	return o.ask(p, http.MethodPost, "/import?"+query, url.Values{}, func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(&body), int64(body.Len())
		r.Header.Set("Content-Type", w.FormDataContentType())
	})
}

// sent sends a table and shows the page that it leads to.
func (o *office) sent(p *officer, name string, table []byte) (at string, page answer) {
	o.t.Helper()
	a := o.sendTable(p, "unit=dlt&kind=manual", "generic-manuals", name, table)
	if a.StatusCode != http.StatusSeeOther {
		o.t.Fatalf("%s: got %d: %s", name, a.StatusCode, a.text)
	}
	at = a.Header.Get("Location")
	return at, o.get(p, at)
}

func TestATableIsSentLookedAtAndConfirmed(t *testing.T) {
	o := open(t)
	dga, author := o.hire("ผู้ดูแล", grant(catalog.RoleDGA, "")), o.hire("ผู้จัดทำ", grant(catalog.RoleAuthor, "dlt"))
	o.get(dga, "/import?unit=dlt&kind=manual").want(t, http.StatusOK, "ส่งตาราง", "ถือว่าอนุมัติแล้ว", "ดาวน์โหลดแม่แบบ")
	template := o.get(dga, "/import/template/manual")
	if template.StatusCode != http.StatusOK || !strings.HasPrefix(template.body, "PK") || !strings.HasPrefix(template.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the template: %d %v", template.StatusCode, template.Header)
	}
	at, page := o.sent(dga, "คู่มือ.csv", []byte(sheetOf(goodRow, wrongRow, nextRow)))
	page.want(t, http.StatusOK, "ตรวจผลก่อนนำเข้า", "จะเพิ่มหรือเปลี่ยน 2 รายการ", "แถว 3", "สามสิบวัน")
	if report := o.get(dga, at+"/report.xlsx"); report.StatusCode != http.StatusOK || !strings.HasPrefix(report.body, "PK") || !strings.Contains(report.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the report: %d %v", report.StatusCode, report.Header)
	}
	o.get(dga, at+"?view=all").want(t, http.StatusOK, "การขอใบรับรองตัวอย่าง", "การโอนรถตัวอย่าง")
	other := o.hire("ผู้ดูแลอีกคน", grant(catalog.RoleDGA, ""))
	o.get(other, at).want(t, http.StatusNotFound)
	if a := o.post(other, at+"/confirm"); a.StatusCode != http.StatusSeeOther || o.get(other, at).StatusCode != http.StatusNotFound {
		if a.StatusCode != http.StatusNotFound {
			t.Errorf("another person confirms: %d", a.StatusCode)
		}
	}
	o.post(dga, at+"/confirm")
	o.get(dga, at).want(t, http.StatusOK, "นำเข้าเสร็จแล้ว")
	o.must(o.manuals.Follow(t.Context()))
	report := o.verified()
	if report.Count(proof.ByImport) != 2 {
		t.Errorf("%d by import", report.Count(proof.ByImport))
	}
	list := o.get(author, "/imported?q=ใบรับรองตัวอย่าง")
	list.want(t, http.StatusOK, "รอยืนยัน 1 เล่ม", "การขอใบรับรองตัวอย่าง", "ปรับแก้แล้ว", "ยืนยันว่าถูกต้อง", "เริ่มแก้ไข")
	value := list.value("manual")
	o.post(author, "/imported?q=ใบรับรองตัวอย่าง").want(t, http.StatusBadRequest, "เลือกอย่างน้อยหนึ่งเล่ม")
	if a := o.post(author, "/imported", "manual", value); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("confirming: %d %s", a.StatusCode, a.text)
	}
	o.get(author, "/imported?q=ใบรับรองตัวอย่าง").want(t, http.StatusOK, "ไม่พบคู่มือที่รอยืนยัน")
	if n := o.verified().Confirmed(); n != 1 {
		t.Errorf("%d confirmed", n)
	}
	_, again := o.sent(dga, "คู่มือ.csv", []byte(sheetOf(goodRow, nextRow)))
	again.want(t, http.StatusOK, "ไม่มีอะไรต้องนำเข้า", "เหมือนเดิม")
}

// value is the value of the first field of a name.
func (a answer) value(name string) string {
	for _, n := range a.all("input", func(get func(string) string) bool { return get("name") == name }) {
		for _, at := range n.Attr {
			if at.Key == "value" {
				return at.Val
			}
		}
	}
	return ""
}

// verified holds the history to what anyone's check would.
func (o *office) verified() *proof.Report {
	o.t.Helper()
	tip, err := o.manuals.Ledger.Repo.Refs().Get(gitrepo.Main)
	o.must(err)
	trust, err := proof.ParseTrust(approvals().Key().Fingerprint())
	o.must(err)
	r, err := proof.Verify(o.t.Context(), objects{o.manuals.Ledger.Repo}, proof.Hash(tip), proof.Options{Trust: trust})
	o.must(err)
	o.must(r.Err())
	return r
}

// objects are a repository as proof reads it.
type objects struct{ *gitrepo.Repository }

func (o objects) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	kinds := map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}
	return o.Repository.Read(kinds[k], gitrepo.Hash(h))
}

func TestWhoSeesWhichImport(t *testing.T) {
	o := open(t)
	for _, c := range everyone(o) {
		if c.who == nil || len(c.grants) == 0 {
			continue
		}
		who := rights.Officer{Grants: c.grants}
		brings, manualsToo := who.MayAnywhere(rights.EditStructure), who.MayAnywhere(rights.ImportManuals)
		page := o.get(c.who, "/import?unit=dlt&kind=manual")
		if (page.StatusCode == http.StatusOK) != brings || strings.Contains(page.text, "ส่งตาราง") != manualsToo {
			t.Errorf("%s: got %d, manuals %v", c.name, page.StatusCode, strings.Contains(page.text, "ส่งตาราง"))
		}
		if a := o.sendTable(c.who, "unit=dlt&kind=manual", "generic-manuals", "a.csv", []byte(sheetOf(goodRow))); (a.StatusCode == http.StatusSeeOther) != manualsToo {
			t.Errorf("%s sends manuals: got %d", c.name, a.StatusCode)
		}
		list := o.get(c.who, "/imported")
		if (list.StatusCode == http.StatusOK) != who.MayAnywhere(rights.SeeDrafts) || (list.value("manual") != "") != who.MayAnywhere(rights.ConfirmImport) {
			t.Errorf("%s looks at the list: got %d and %q", c.name, list.StatusCode, list.value("manual"))
		}
	}
}
