package main

import (
	"testing"
	"time"

	"khumue/internal/testkit"
	"khumue/syncd/internal/staff"
)

// charge puts another sum in the place of the fee of 100 baht, or of what it
// became, as a person does: by the field in the form.
func (v *visitor) charge(from, to string) {
	v.t.Helper()
	field := `[...document.querySelectorAll('#fees input')].find(i => i.value == "` + from + `")`
	v.Until(`(() => { const f = ` + field + `; if (!f) return false; f.closest('details')?.setAttribute('open', ''); f.focus(); f.select(); return document.activeElement == f })()`)
	v.Press(to)
}

// An author raises a fee in the form, the reviewer of the agency returns it, the
// author mends it, the reviewer approves, the OPDC officer approves, and the
// public page shows the new fee.
func TestAFeeIsRaisedInTheBrowser(t *testing.T) {
	data := t.TempDir()
	d := startDemo(t, "--data", data)
	author := d.open(t, "fee-author", testkit.View{Width: 1366, Height: 768})
	author.signIn("author")
	author.Go("/manuals/" + taxManual)
	author.look("manual")
	author.Click(`form[action$="/revise"] button`)
	author.Until(`location.pathname.endsWith("/edit") && document.readyState == "complete"`)
	author.look("form")
	author.charge("100", "110")
	author.Click(`[data-save]`)
	author.Until(`!document.querySelector('[data-state]').hasAttribute('data-dirty')`)
	author.look("saved")
	author.Click(`button[name=op][value=submit]`)
	author.Until(`location.pathname.includes("/revisions/1") && document.readyState == "complete"`)
	author.look("submitted")

	reviewer := d.open(t, "fee-reviewer", testkit.View{Width: 360, Height: 740})
	reviewer.signIn("reviewer")
	reviewer.Go("/queue")
	reviewer.look("queue")
	reviewer.Click(`a[href$="/` + taxManual + `/revisions/1"]`)
	reviewer.says("110 บาท")
	reviewer.look("revision")
	reviewer.Click(`details.judge-other summary`)
	reviewer.Type(`#reason`, "กฎกระทรวงกำหนด 120 บาท")
	reviewer.Click(`form[action$="/return"] button`)
	reviewer.Until(`location.pathname == "/queue" && document.readyState == "complete"`)
	reviewer.look("returned")

	author.Go("/drafts")
	author.says("กฎกระทรวงกำหนด 120 บาท")
	author.look("came-back")
	author.Go("/manuals/" + taxManual + "/revisions/1")
	author.Click(`a[href$="/edit"]`)
	author.charge("110", "120")
	author.Click(`button[name=op][value=submit]`)
	author.Until(`location.pathname.includes("/revisions/1") && document.readyState == "complete"`)

	reviewer.Go("/manuals/" + taxManual + "/revisions/1")
	reviewer.Click(`form[action$="/approve"] button`)
	reviewer.Until(`location.pathname == "/queue" && document.readyState == "complete"`)

	opdc := d.open(t, "fee-opdc", testkit.View{Width: 1366, Height: 768, Scheme: "dark"})
	opdc.signIn("opdc")
	opdc.Go("/manuals/" + taxManual + "/revisions/1")
	opdc.look("revision")
	opdc.Until(`[...document.querySelectorAll('.checks input[type=checkbox]')].map(c => (c.checked = true)).length > 0`)
	began := time.Now()
	opdc.Click(`form[action$="/approve"] button`)
	opdc.Until(`document.querySelector('.going-live')`)
	t.Logf("live %v after the click", time.Since(began).Round(time.Millisecond))
	opdc.look("live")

	public := browser.Open(t, &testkit.Server{URL: d.public}, testkit.View{Width: 360, Height: 740})
	public.Go("/procedure/" + taxManual + "/")
	public.Until(`document.querySelector('main').textContent.includes("120")`)
	w := d.worker(t, data, "opdc", staff.ReadContent)
	w.clone()
	w.proven(data, d.worker(t, data, "reviewer", staff.ReadContent).id, w.id)
}
