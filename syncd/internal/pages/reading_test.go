package pages

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
)

// judged are the fields of a form by which stage 2 is approved.
func judged(read review.Tree, more ...string) url.Values {
	form := url.Values{"read": {string(read)}, "stage": {"2"}}
	for _, q := range questions {
		form.Set("check."+q, "1")
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// send sends a form with fields that repeat.
func (o *office) send(p *officer, path string, form url.Values) answer {
	o.t.Helper()
	a := o.ask(p, http.MethodPost, path, form)
	p.keep(a)
	return a
}

func TestAFeeIsReturnedMendedApprovedTwiceAndLive(t *testing.T) {
	o := open(t)
	b := o.bureau()
	draft := o.draft(b.author, vehicleTax, raiseFee)
	o.get(b.author, "/drafts").want(t, http.StatusOK, "การชำระภาษีรถประจำปี", "ฉบับร่าง")
	page := o.get(b.author, revisionURL(draft.Ref))
	page.want(t, http.StatusOK, "ค่าธรรมเนียม “ภาษีรถจักรยานยนต์ส่วนบุคคล” 100 → เปลี่ยนเป็น 200 บาท", "เสนออนุมัติ")
	page.wantNot(t, "/approve", "/return")

	rev := numberURL(vehicleTax, 1)
	o.post(b.author, revisionURL(draft.Ref)+"/submit").wantLed(t, rev)
	o.get(b.reviewer, "/").want(t, http.StatusOK, "รอคุณอนุมัติ", "การชำระภาษีรถประจำปี")
	o.get(b.reviewer, "/queue").want(t, http.StatusOK, "1 ฉบับรออนุมัติ", "จัดทำโดย อารี สุขสันต์", "ภายใน 29 พ.ย. 2569")

	o.post(b.reviewer, rev+"/return").want(t, http.StatusBadRequest, "ยังไม่ได้บอกว่าต้องแก้อะไร", "100 → เปลี่ยนเป็น 200 บาท")
	form := url.Values{"reason": {"ต้องเป็น 250 บาท\nตามกฎกระทรวง"}, "field": {"fees", "no-such-field"}}
	o.send(b.reviewer, rev+"/return", form).wantLed(t, "/queue")
	o.get(b.author, "/drafts").want(t, http.StatusOK, "ส่งกลับแก้ไข", "ต้องเป็น 250 บาท ตามกฎกระทรวง")

	back := o.get(b.author, rev)
	at := back.Header.Get("Location")
	if !strings.HasPrefix(at, manualURL(vehicleTax)+"/draft/") {
		t.Fatalf("what came back stands at %q", at)
	}
	o.get(b.author, at).want(t, http.StatusOK, "ส่งกลับแก้ไข (ขั้นที่ 1) รัตนา ศรีสุวรรณ", "ต้องเป็น 250 บาท", "เรื่อง ค่าธรรมเนียม")

	ref, err := review.ParseRef("refs/heads/draft/" + strings.ReplaceAll(strings.TrimPrefix(at, "/manuals/"), "/draft/", "/"))
	o.must(err)
	mended := o.submit(b.author, o.save(b.author, ref, func(m *catalog.Manual) { m.Fees.Value[slot(m)].Min = 25000 }).Ref)
	o.get(b.reviewer, rev).want(t, http.StatusOK, "100 → เปลี่ยนเป็น 250 บาท", "อนุมัติขั้นที่ 1")
	o.post(b.reviewer, rev+"/approve", "read", string(mended.Tree)).wantLed(t, "/queue")

	read := o.get(b.opdc, rev)
	read.want(t, http.StatusOK, "พิจารณาขั้นที่ 2", "ตรวจตามพระราชบัญญัติการอำนวยความสะดวกฯ", "อนุมัติขั้นที่ 1 โดย รัตนา ศรีสุวรรณ")
	if got := read.input("read"); got != string(mended.Tree) {
		t.Errorf("the form carries %q, want the text that was read: %q", got, mended.Tree)
	}
	done := o.send(b.opdc, rev+"/approve", judged(mended.Tree, "check.time", "", "note.time", "ตามมติ ก.พ.ร."))
	live := done.Header.Get("Location")
	if done.StatusCode != http.StatusSeeOther || !strings.HasPrefix(live, rev+"/live?commit=") {
		t.Fatalf("got %d to %q: %s", done.StatusCode, live, done.text)
	}
	o.until(b.opdc, live, manuals.IsLive)
	o.get(b.opdc, live).want(t, http.StatusOK, "เผยแพร่แล้ว ประชาชนเห็นแล้ว", "https://site.example/procedure/dlt-xgveak/")
	o.get(b.author, rev).want(t, http.StatusOK, "อนุมัติขั้นที่ 2 และเผยแพร่", "– ระยะเวลาเหมาะสม และไม่เกินที่กฎหมายกำหนด — ตามมติ ก.พ.ร.", "✓ ระบุเอกสารครบ")
	o.get(b.author, manualURL(vehicleTax)).want(t, http.StatusOK, "ฉบับที่ 1", "ฉบับนำเข้า", "แก้ไขคู่มือนี้", "ส่งกลับแก้ไข")
	if n := o.pages.theme.Left(); n > 0 {
		t.Errorf("%d pages were left to html/template", n)
	}
}

// slot is the place of the first fee that is a fixed sum.
func slot(m *catalog.Manual) int {
	for i, f := range m.Fees.Value {
		if f.Kind == catalog.FeeFixed {
			return i
		}
	}
	return 0
}

// until asks as the script does until a publication has come so far.
func (o *office) until(p *officer, live string, want manuals.Stage) {
	o.t.Helper()
	address := strings.Replace(live, "/live?", "/live.json?", 1)
	for range 100 {
		var news struct{ Stage manuals.Stage }
		a := o.get(p, address+"&seen="+string(manuals.Building))
		if err := json.Unmarshal([]byte(a.body), &news); err != nil {
			o.t.Fatalf("%v: %s", err, a.body)
		}
		if news.Stage == want {
			return
		}
	}
	o.t.Fatalf("it never was %s", want)
}

func TestNothingIsApprovedBesideWhatWasRead(t *testing.T) {
	o := open(t)
	b := o.bureau()
	in := o.submit(b.author, o.draft(b.author, vehicleTax, raiseFee).Ref)
	rev := revisionURL(in.Ref)
	o.post(b.reviewer, rev+"/approve", "read", strings.Repeat("0", 40)).want(t, http.StatusConflict, "ข้อความเปลี่ยนไปจากที่อ่าน", "100 → เปลี่ยนเป็น 200 บาท")
	o.post(b.reviewer, rev+"/approve").want(t, http.StatusConflict, "ข้อความเปลี่ยนไปจากที่อ่าน")
	if got := o.refOf(b.author, 1); got.State != review.InReview {
		t.Errorf("it stands at %v", got)
	}
}

func (o *office) refOf(p *officer, n int) review.Ref {
	o.t.Helper()
	ref, err := o.manuals.Find(o.t.Context(), o.by(p), vehicleTax, n)
	o.must(err)
	return ref
}

func TestTheCheckListHasToBeAnsweredAndIsKept(t *testing.T) {
	o := open(t)
	b := o.bureau()
	end := o.endorse(b.reviewer, o.submit(b.author, o.draft(b.author, vehicleTax, raiseFee).Ref))
	rev := revisionURL(end.Ref)
	form := judged(end.Tree, "note.steps", "ควรเพิ่มผู้รับผิดชอบ")
	form.Del("check.fees")
	a := o.send(b.opdc, rev+"/approve", form)
	a.want(t, http.StatusBadRequest, "ยังไม่ได้ตอบ “ระบุค่าธรรมเนียมครบ และมีกฎหมายรองรับ”")
	if !a.links("#check-fees") || a.links("#check-time") || a.input("note.steps") != "ควรเพิ่มผู้รับผิดชอบ" {
		t.Error("the page does not lead to the question, or forgot what was typed")
	}
	s, err := o.manuals.Revision(t.Context(), o.by(b.opdc), end.Ref)
	o.must(err)
	if len(s.Comments) != 0 {
		t.Errorf("nothing was approved, and said: %v", s.Comments)
	}
	o.send(b.opdc, rev+"/approve", judged(review.Tree(strings.Repeat("0", 40)))).want(t, http.StatusConflict, "ข้อความเปลี่ยนไปจากที่อ่าน", "ลบความเห็นนี้แล้ว")
}

func TestWhoMayNotIsToldWhy(t *testing.T) {
	o := open(t)
	b := o.bureau()
	both := o.hire("สองบทบาท", grant(catalog.RoleAuthor, "dlt"), grant(catalog.RoleReviewer, "dlt"))
	in := o.submit(both, o.draft(both, vehicleTax, raiseFee).Ref)
	rev := revisionURL(in.Ref)
	page := o.get(both, rev)
	page.want(t, http.StatusOK, "ผู้ที่มีส่วนเขียนฉบับนี้ อนุมัติหรือส่งกลับเองไม่ได้", "ถอนคืนมาแก้ไข")
	page.wantNot(t, rev+"/approve", rev+"/return")
	o.post(both, rev+"/approve", "read", string(in.Tree)).want(t, http.StatusForbidden, "ผู้ที่มีส่วนเขียนฉบับนี้")
	o.get(b.author, rev).want(t, http.StatusOK, "ผู้ที่ไม่ได้เขียนฉบับนี้ ถอนคืนไม่ได้")
	o.post(b.author, rev+"/recall").want(t, http.StatusForbidden, "ผู้ที่ไม่ได้เขียนฉบับนี้ ถอนคืนไม่ได้")
	o.post(b.author, rev+"/approve", "read", string(in.Tree)).want(t, http.StatusForbidden)
	o.get(both, rev+"/recall").want(t, http.StatusOK, "การอนุมัติที่ได้แล้วเป็นโมฆะ")
	if a := o.post(both, rev+"/recall"); !strings.Contains(a.Header.Get("Location"), "/draft/") {
		t.Errorf("got %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
}

func TestTheSecondToPressIsShownHowItStands(t *testing.T) {
	o := open(t)
	b := o.bureau()
	end := o.endorse(b.reviewer, o.submit(b.author, o.draft(b.author, vehicleTax, raiseFee).Ref))
	rev := revisionURL(end.Ref)
	o.post(b.reviewer, rev+"/approve", "read", string(end.Tree)).want(t, http.StatusConflict, "ทำรายการไม่ได้ เพราะมีผู้ดำเนินการไปก่อนแล้ว", "“รออนุมัติขั้นที่ 2”")
	o.send(b.reviewer, rev+"/approve", judged(end.Tree)).want(t, http.StatusForbidden)
	o.send(b.opdc, rev+"/approve", judged(end.Tree))
	for path, form := range map[string]url.Values{"/approve": judged(end.Tree), "/return": {"reason": {"ช้าไป"}}, "/comments": {"text": {"ช้าไป"}}} {
		o.send(b.deputy, rev+path, form).want(t, http.StatusConflict, "ทำรายการไม่ได้ เพราะมีผู้ดำเนินการไปก่อนแล้ว", "“เผยแพร่”")
	}
	draft := o.draft(b.author, vehicleTax, raiseFee)
	o.submit(b.author, draft.Ref)
	o.post(b.author, revisionURL(draft.Ref)+"/submit").want(t, http.StatusConflict, "ฉบับร่างนี้มีผู้ดำเนินการไปแล้ว")
	o.post(b.author, revisionURL(draft.Ref)+"/give-up").want(t, http.StatusConflict, "ฉบับร่างนี้มีผู้ดำเนินการไปแล้ว")
	o.get(b.author, revisionURL(draft.Ref)).want(t, http.StatusNotFound, "เปิดรายการคู่มือเพื่อดูสถานะล่าสุด")
}

func TestAConflictShowsBothAndLosesNothing(t *testing.T) {
	o := open(t)
	b := o.bureau()
	title := func(s string) func(*catalog.Manual) { return func(m *catalog.Manual) { m.Title.TH = s } }
	draft := o.draft(b.author, vehicleTax, title("ภาษีรถ แบบหนึ่ง"))
	judgedDraft := o.submit(b.second, o.draft(b.second, vehicleTax, title("ภาษีรถ แบบสาม")).Ref)
	o.publish(b.opdc, o.endorse(b.reviewer, o.submit(b.second, o.draft(b.second, vehicleTax, title("ภาษีรถ แบบสอง")).Ref)))
	at := revisionURL(draft.Ref)

	o.get(b.author, at).want(t, http.StatusOK, "มีฉบับอื่นเผยแพร่ไปแล้วหลังจากเริ่มร่างนี้")
	clash := o.post(b.author, at+"/refresh")
	clash.want(t, http.StatusConflict, "แก้ไขไม่ตรงกัน", "ภาษีรถ แบบ หนึ่ง", "ภาษีรถ แบบ สอง", "เดิม การชำระภาษีรถประจำปี", "ตามฉบับนี้", "ตามที่เผยแพร่อยู่")
	take := clash.all("input", func(attr func(string) string) bool { return attr("type") == "radio" && attr("value") == "another" })
	if len(take) != 1 {
		t.Fatalf("%d ways to write another text", len(take))
	}
	name := attr(take[0], "name")
	id := strings.TrimPrefix(name, "take.")
	o.post(b.author, at+"/refresh", name, "another", "value."+id, "ภาษีรถ แบบที่สี่").wantLed(t, at)
	o.get(b.author, at).want(t, http.StatusOK, "แบบที่สี่")

	o.post(b.reviewer, revisionURL(judgedDraft.Ref)+"/approve", "read", string(judgedDraft.Tree)).
		want(t, http.StatusConflict, "ส่งกลับให้ผู้จัดทำเลือกข้อความที่ถูกต้อง", "แบบ สาม", "แบบ สอง")
}

func TestATextThatMeetsAnotherIsReadAnew(t *testing.T) {
	o := open(t)
	b := o.bureau()
	in := o.submit(b.author, o.draft(b.author, vehicleTax, raiseFee).Ref)
	o.publish(b.opdc, o.endorse(b.reviewer, o.submit(b.second, o.draft(b.second, vehicleTax, func(m *catalog.Manual) { m.Title.TH = "ภาษีรถ" }).Ref)))
	a := o.post(b.reviewer, revisionURL(in.Ref)+"/approve", "read", string(in.Tree))
	a.want(t, http.StatusConflict, "ยังไม่อนุมัติ เพราะข้อความเปลี่ยนไปจากที่อ่าน", "ไม่มีข้อความใดหาย")
	f, err := o.manuals.Manual(t.Context(), o.by(b.author), vehicleTax)
	o.must(err)
	next := revisionURL(f.Open[0].Ref)
	if !a.links(next) {
		t.Errorf("the page does not lead to %s", next)
	}
	o.get(b.reviewer, next).want(t, http.StatusOK, "รออนุมัติขั้นที่ 1", "100 → เปลี่ยนเป็น 200 บาท")
}

func TestAnEmergencyIsSeenUntilItIsInOrder(t *testing.T) {
	o := open(t)
	b := o.bureau()
	draft := o.draft(b.author, vehicleTax, raiseFee)
	at := revisionURL(draft.Ref)
	o.post(b.reviewer, at+"/hasten", "hurry", "ด่วน", "read", string(draft.Tree)).want(t, http.StatusForbidden)
	o.get(b.opdc, at).want(t, http.StatusOK, "เผยแพร่กรณีเร่งด่วน", "โดยยังไม่อนุมัติครบสองขั้น")
	o.post(b.opdc, at+"/hasten", "read", string(draft.Tree)).want(t, http.StatusBadRequest, "ยังไม่ได้บอกเหตุที่รอไม่ได้")
	if a := o.post(b.opdc, at+"/hasten", "hurry", "ข้อมูลเดิมผิด", "read", string(draft.Tree)); !strings.Contains(a.Header.Get("Location"), "/live?commit=") {
		t.Fatalf("got %d: %s", a.StatusCode, a.text)
	}
	for _, p := range []*officer{b.author, b.reviewer, b.opdc} {
		o.get(p, "/emergencies").want(t, http.StatusOK, "1 คู่มือ", "ข้อมูลเดิมผิด", "ปกรณ์ วัฒนกุล")
	}
	in, err := o.manuals.Revision(t.Context(), o.by(b.opdc), o.refOf(b.author, 2))
	o.must(err)
	end := o.endorse(b.reviewer, in.Open)
	o.send(b.deputy, revisionURL(end.Ref)+"/approve", judged(end.Tree))
	o.get(b.author, "/emergencies").want(t, http.StatusOK, "ไม่มีรายการ")
}

func TestAFailedBuildIsNamed(t *testing.T) {
	o := open(t)
	b := o.bureau()
	o.builds.failed = fault.New(fault.Unavailable, fault.Text{TH: "สร้างเว็บไซต์ไม่สำเร็จ", EN: "The site could not be built"}, fault.Text{TH: "site.yaml:3: ไม่รู้จัก naem", EN: "site.yaml:3: naem is not known"})
	p := o.publish(b.opdc, o.endorse(b.reviewer, o.submit(b.author, o.draft(b.author, vehicleTax, raiseFee).Ref)))
	live := fmt.Sprintf("%s/live?commit=%s", numberURL(vehicleTax, p.Number), p.Commit)
	o.until(b.opdc, live, manuals.Failed)
	o.get(b.opdc, live).want(t, http.StatusOK, "สร้างหน้าเว็บไซต์ไม่สำเร็จ", "เว็บไซต์ยังเป็นฉบับเดิม", "site.yaml:3: ไม่รู้จัก naem")
	o.get(b.opdc, strings.Replace(live, p.Commit.String(), strings.Repeat("0", 40), 1)).want(t, http.StatusOK, "อนุมัติและเผยแพร่แล้ว")
	o.get(b.opdc, numberURL(vehicleTax, p.Number)+"/live?commit=none").want(t, http.StatusNotFound)
}

func TestWhatIsSaidStandsWithWhoSaidIt(t *testing.T) {
	o := open(t)
	b := o.bureau()
	in := o.submit(b.author, o.draft(b.author, vehicleTax, raiseFee).Ref)
	rev := revisionURL(in.Ref)
	o.post(b.reviewer, rev+"/comments", "text", " \n").want(t, http.StatusBadRequest, "ยังไม่ได้เขียนความเห็น")
	o.post(b.reviewer, rev+"/comments", "about", "fees", "text", "อ้างกฎใด\n<script>").wantLed(t, rev+"#talk")
	page := o.get(b.author, rev)
	page.want(t, http.StatusOK, "ความเห็น 1 รายการ", "อ้างกฎใด <script>", "ค่าธรรมเนียม")
	if len(page.all("script", func(attr func(string) string) bool { return attr("src") == "" })) > 0 || strings.Contains(page.body, "/remove") {
		t.Error("a comment acts, or somebody else's can be removed")
	}
	s, err := o.manuals.Revision(t.Context(), o.by(b.author), in.Ref)
	o.must(err)
	remove := rev + "/comments/" + s.Comments[0].ID + "/remove"
	o.post(b.author, remove).want(t, http.StatusNotFound)
	o.post(b.reviewer, remove).wantLed(t, rev+"#talk")
	o.get(b.author, rev).want(t, http.StatusOK, "ลบความเห็นนี้แล้ว")
}

func TestOthersAreSeenWhileTheyRead(t *testing.T) {
	o := open(t)
	b := o.bureau()
	in := o.submit(b.author, o.draft(b.author, vehicleTax, raiseFee).Ref)
	rev := revisionURL(in.Ref)
	o.post(b.reviewer, rev+"/here").want(t, http.StatusOK)
	a := o.post(b.author, rev+"/here")
	if want := `{"present":["รัตนา ศรีสุวรรณ กำลังอ่านฉบับนี้ ตั้งแต่ ` + o.clock() + `"],"moved":false}`; a.body != want {
		t.Errorf("got %s, want %s", a.body, want)
	}
	o.get(b.author, rev).want(t, http.StatusOK, "รัตนา ศรีสุวรรณ กำลังอ่านฉบับนี้")
	o.at = o.at.Add(2 * time.Minute)
	o.get(b.author, rev).wantNot(t, "กำลังอ่านฉบับนี้")
	stranger := o.hire("คนอื่น", grant(catalog.RoleAuthor, "moph"))
	if a := o.post(stranger, rev+"/here"); a.body != `{"present":[],"moved":true}` { // as of what is not there
		t.Errorf("a stranger is told %s", a.body)
	}
}

// clock is the time of day as pages show it.
func (o *office) clock() string {
	return o.at.In(time.FixedZone("", 7*60*60)).Format("15:04") + "\u00a0น."
}

func TestTwoDraftsStandBesideEachOther(t *testing.T) {
	o := open(t)
	b := o.bureau()
	first := o.draft(b.author, vehicleTax, raiseFee)
	second := o.submit(b.second, o.draft(b.second, vehicleTax, func(m *catalog.Manual) { m.Title.TH = "ภาษีรถ" }).Ref)
	o.get(b.author, revisionURL(first.Ref)).want(t, http.StatusOK, "มีฉบับอื่นของคู่มือนี้กำลังดำเนินการอยู่")
	at := manualURL(vehicleTax) + "/compare?a=" + first.Ref.Key + "&b=" + fmt.Sprint(second.Number)
	o.get(b.reviewer, at).want(t, http.StatusOK, "ต่างกัน 3 รายการ", "200 → เปลี่ยนเป็น 100 บาท", "การชำระภาษีรถประจำปี → เปลี่ยนเป็น ภาษีรถ")
	for _, wrong := range []string{"", "?a=1&b=9", "?a=" + first.Ref.Key, "?a=../x&b=1", "?a=aaaaaa&b=bbbbbb"} {
		o.get(b.reviewer, manualURL(vehicleTax)+"/compare"+wrong).want(t, http.StatusNotFound)
	}
}

func TestDraftsOfOthersAreNotThere(t *testing.T) {
	o := open(t)
	b := o.bureau()
	stranger := o.hire("คนอื่น", grant(catalog.RoleAuthor, "moph"), grant(catalog.RoleReviewer, "moph"))
	draft := o.draft(b.author, vehicleTax, raiseFee)
	in := o.submit(b.second, o.draft(b.second, vehicleTax, raiseFee).Ref)
	for _, at := range []string{revisionURL(draft.Ref), revisionURL(in.Ref), manualURL(vehicleTax), manualURL(vehicleTax) + "/compare?a=" + draft.Ref.Key + "&b=1", revisionURL(draft.Ref) + "/give-up"} {
		a, none := o.get(stranger, at), o.get(stranger, strings.Replace(at, string(vehicleTax), "dlt-nonono", 1))
		hide := strings.NewReplacer(string(vehicleTax), "…", "dlt-nonono", "…")
		if a.StatusCode != http.StatusNotFound || hide.Replace(a.body) != hide.Replace(none.body) {
			t.Errorf("%s: got %d and %d, which differ", at, a.StatusCode, none.StatusCode)
		}
	}
	for path, form := range map[string]url.Values{"/approve": judged(in.Tree), "/return": {"reason": {"x"}}, "/comments": {"text": {"x"}}, "/recall": {}} {
		o.send(stranger, revisionURL(in.Ref)+path, form).want(t, http.StatusNotFound)
	}
	queue := o.get(stranger, "/queue")
	queue.want(t, http.StatusOK, "ไม่มีฉบับรออนุมัติ")
	queue.wantNot(t, "ภาษีรถ")
	o.get(stranger, "/manuals").wantNot(t, "ภาษีรถ")
	o.get(stranger, "/manuals?unit=dlt").want(t, http.StatusOK, "ไม่พบหน่วยงานชื่อนี้")
}

func TestFormsAreHandedOutAsFiles(t *testing.T) {
	o := open(t)
	b := o.bureau()
	draft := o.draft(b.author, vehicleTax, raiseFee)
	pdf := []byte("%PDF-1.4\n%%EOF\n")
	o.at = o.at.Add(time.Minute)
	saved, err := o.manuals.Save(t.Context(), o.by(b.author), draft.Ref, manuals.Change{Was: draft.Commit, Files: map[string][]byte{"คำขอ.pdf": pdf}})
	o.must(err)
	at := revisionURL(saved.Ref)
	o.get(b.author, at).want(t, http.StatusOK, "ไฟล์แบบฟอร์ม", "คำขอ.pdf", "ไฟล์ใหม่")
	a := o.get(b.reviewer, at+"/files/"+url.PathEscape("คำขอ.pdf"))
	if a.StatusCode != http.StatusOK || a.body != string(pdf) || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment;") || a.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("got %d %v", a.StatusCode, a.Header)
	}
	o.get(b.reviewer, at+"/files/manual.md").want(t, http.StatusNotFound)
	o.get(b.reviewer, at+"/files/none.pdf").want(t, http.StatusNotFound)
}

func TestListsAreCutAndSayWhatIsEmpty(t *testing.T) {
	o := open(t)
	b := o.bureau()
	o.get(b.opdc, "/queue").want(t, http.StatusOK, "ไม่มีฉบับรออนุมัติ")
	o.get(b.author, "/drafts").want(t, http.StatusOK, "ไม่มีฉบับร่าง")
	o.get(b.opdc, "/emergencies").want(t, http.StatusOK, "ไม่มีรายการ")
	o.submit(b.author, o.draft(b.author, vehicleTax, raiseFee).Ref)
	all := o.get(b.opdc, "/manuals")
	all.want(t, http.StatusOK, "7 คู่มือ", "รออนุมัติขั้นที่ 1", "เจ้าหน้าที่รีวิวคู่มือ", "ฉบับนำเข้า")
	o.get(b.opdc, "/manuals?status=review").want(t, http.StatusOK, "1 คู่มือ", "การชำระภาษีรถประจำปี")
	o.get(b.opdc, "/manuals?q="+url.QueryEscape("ต่อทะเบียน")).want(t, http.StatusOK, "การชำระภาษีรถประจำปี")
	o.get(b.opdc, "/manuals?q=none&status=no-such").want(t, http.StatusOK, "ไม่พบคู่มือตามที่ค้นหา")
	o.get(b.opdc, "/manuals?unit=doh").want(t, http.StatusOK, "ไม่พบคู่มือตามที่ค้นหา")
	o.get(b.reviewer, "/queue?q=none").want(t, http.StatusOK, "ไม่พบฉบับตามที่ค้นหา")
	o.get(b.reviewer, "/agencies/drafts/find?q=dlt").want(t, http.StatusOK, "กรมการขนส่งทางบก")
	if a := o.get(b.reviewer, "/agencies/drafts/find?q=moph"); a.body != "[]" {
		t.Errorf("got %s", a.body)
	}
}

func TestTheMenuCountsWhatWaits(t *testing.T) {
	o := open(t)
	b := o.bureau()
	badge := func(p *officer, name string) string {
		found := o.get(p, "/me").all("span", func(attr func(string) string) bool { return attr("data-badge") == name })
		if len(found) != 1 {
			return "none"
		}
		return strings.Fields(fold(found[0]))[0]
	}
	o.submit(b.author, o.draft(b.author, vehicleTax, raiseFee).Ref)
	o.draft(b.author, plates, raiseFee)
	for _, c := range []struct {
		who         string
		p           *officer
		judge, mine string
	}{{"author", b.author, "none", "1"}, {"reviewer", b.reviewer, "1", "none"}, {"opdc", b.opdc, "0", "none"}} {
		if judge, mine := badge(c.p, "judge"), badge(c.p, "mine"); judge != c.judge || mine != c.mine {
			t.Errorf("%s: got %s to judge and %s drafts, want %s and %s", c.who, judge, mine, c.judge, c.mine)
		}
	}
}

func TestEveryFieldOfAManualHasANameAndAPart(t *testing.T) {
	o := open(t)
	x := o.pages.exchange(nil, &http.Request{Header: http.Header{}})
	for _, p := range parts {
		if x.words["part."+p.key] == "" {
			t.Errorf("%s has no name", p.key)
		}
		for _, f := range p.fields {
			if x.fieldName(f+"[0].x") == f {
				t.Errorf("%s has no name", f)
			}
		}
	}
	for _, f := range append((&catalog.Manual{}).Missing(), "id", "body") {
		if !strings.Contains(fmt.Sprint(parts), " "+f) && !strings.Contains(fmt.Sprint(parts), "["+f) {
			t.Errorf("%s is in no part", f)
		}
	}
}
