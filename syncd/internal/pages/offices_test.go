package pages

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/trail"
)

// machines are the desks of offices' machines.
func (o *office) machines(now func() time.Time) (*inbox.Desk, *enrol.Desk) {
	store := o.store.Store.(*sqlstore.Store)
	return &inbox.Desk{Store: store.Inbox(), Structure: o.state, Epoch: store.Epoch, Now: now, Random: rand.Reader, Log: o.logger()},
		&enrol.Desk{Store: store.Enrol(), Structure: o.state, Now: now, Random: rand.Reader}
}

// laptop is the id of a machine of the tests.
func laptop(n int) string { return fmt.Sprintf("0192f0c1-7c7b-7000-8000-0000000001%02d", n) }

// operation is one that an office sent.
func operation(n int, kind, entity string, who catalog.OfficerID, at time.Time) wire.Op {
	body, err := outbox.Act{By: who, As: grant(catalog.RolePoint, "dlt", area2), At: at, Do: []byte(`{"n":1}`)}.Append(nil)
	if err != nil {
		panic(err)
	}
	return wire.Op{ID: fmt.Sprintf("0192f0c1-7c7b-7000-8000-0000000002%02d", n), Seq: int64(n), Kind: kind, Entity: entity, Body: body}
}

// fillMachines keeps a machine in each state, and operations that need a decision.
func (o *office) fillMachines(by catalog.OfficerID) {
	o.t.Helper()
	ago := func(d time.Duration) time.Time { return o.at.Add(-d).Truncate(time.Minute) }
	stream := strings.Repeat("a", 32)
	list := []inbox.Device{
		{Name: "โน้ตบุ๊กห้องทะเบียน", Point: area2, Contact: ago(18 * time.Hour), Waiting: 12, Since: ago(40 * time.Hour), Program: "1.4.0", Stream: stream},
		{Name: "เครื่องหน่วยเคลื่อนที่", Contact: ago(10 * time.Minute), Program: "1.4.0"},
		{Name: "an old laptop with a rather long name, in the cupboard", Point: area3, Contact: ago(20 * 24 * time.Hour), Offset: 200 * 365 * 24 * time.Hour, Program: "1.2.0"},
		{Name: "เครื่องที่เพิ่งลงทะเบียน", Point: area3},
		{Name: "เครื่องที่หาย", Point: area2, Contact: ago(90 * time.Hour), Revoked: ago(24 * time.Hour), RevokedBy: by},
		{Name: "เครื่องของหน่วยที่ยุบ", Agency: "gone", Contact: ago(50 * time.Hour)},
	}
	desk := o.pages.Offices
	o.must(desk.Store.Write(o.t.Context(), func(r inbox.Records) error {
		for i, d := range list {
			if d.ID, d.Enrolled, d.EnrolledBy = laptop(i), ago(600*time.Hour), by; d.Agency == "" {
				d.Agency = "dlt"
			}
			d.Token = inbox.HashOf(d.ID)
			if err := r.PutDevice(d); err != nil {
				return err
			}
		}
		if err := r.PutStream(inbox.Stream{Device: laptop(1), ID: stream, Began: ago(500 * time.Hour), Seq: 40, Last: 60, Told: 60}); err != nil {
			return err
		}
		if err := r.PutStream(inbox.Stream{Device: laptop(0), ID: stream, Began: ago(500 * time.Hour), Seq: 3, Last: 3, Told: 15}); err != nil {
			return err
		}
		var places []inbox.Place
		for _, n := range []int64{58, 60} {
			places = append(places, inbox.Place{Device: laptop(1), Stream: stream, Seq: n, Op: fmt.Sprintf("0192f0c1-7c7b-7000-8000-0000000003%02d", n)})
		}
		if err := r.AddPlaces(places); err != nil {
			return err
		}
		stale := []byte(`{"Rows":[{"Point":"dlt-area2","Process":"dlt-licence","Month":"2026-10","Filed":{"received":310},"Mine":{"received":301}}]}`)
		clash := []byte(`{"Fields":[{"Label":{"TH":"โทรศัพท์","EN":"Phone"},"Ours":{"Words":{"TH":"02 111 1111","EN":"02 111 1111"}},"Theirs":{"Words":{"TH":"02 222 2222","EN":"02 222 2222"}}}]}`)
		why := fault.Text{TH: "ศูนย์กลางได้รับแล้วแต่ทำรายการนี้ไม่สำเร็จ", EN: "The centre has it and fails to carry it out."}
		for n, i := range []inbox.Item{
			{Op: operation(1, "licence.report", "reports:dlt-area2", by, ago(44*time.Hour)), State: inbox.Attention, Outcome: inbox.Outcome{Status: wire.Stored, Code: wire.Poison, Text: why, Value: stale}, Tries: 5},
			{Op: operation(2, "content.edit", "file:agencies/mot/dlt/points/dlt-area2.yaml", by, ago(43*time.Hour)), State: inbox.Attention, Held: ago(9 * 24 * time.Hour), Outcome: inbox.Outcome{Status: wire.Held, Value: clash}},
			{Op: operation(3, "manual.save", "manual:passport", by, ago(42*time.Hour)), State: inbox.Waiting, Outcome: inbox.Outcome{Status: wire.Stored}},
		} {
			i.Device, i.Agency, i.Point, i.Stream, i.Received = laptop(0), "dlt", area2, stream, ago(time.Duration(18-n)*time.Hour)
			if err := r.Add([]*inbox.Item{&i}); err != nil {
				return err
			}
			if err := r.Update(i); err != nil {
				return err
			}
		}
		return r.PutAside(inbox.Aside{ID: uuid.NewString(), Device: laptop(1), Stream: stream, Op: operation(9, "delay.begin", "case:x", by, ago(time.Hour)), Code: wire.OtherBytes, Received: ago(time.Hour)})
	}))
}

// enrolled are all machines, as the store has them.
func (o *office) enrolled() (list []inbox.Device) {
	o.t.Helper()
	o.must(o.pages.Offices.Store.Read(o.t.Context(), func(r inbox.Records) (err error) { list, err = r.Devices(); return err }))
	return list
}

var machineCode = regexp.MustCompile(`(?:[0-9a-hjkmnp-tv-z]{4}){4}`)

// secretOf is the code that a page shows.
func (a answer) secretOf(t *testing.T) string {
	t.Helper()
	found := a.all("p", func(attr func(string) string) bool { return attr("id") == "secret" })
	if len(found) != 1 {
		t.Fatalf("no secret: %d %s", a.StatusCode, a.text)
	}
	code := strings.NewReplacer("-", "", " ", "").Replace(fold(found[0]))
	if !machineCode.MatchString(code) {
		t.Fatalf("%q is no code", code)
	}
	return code
}

func TestAMachineOfAnOfficeIsEnrolledJoinedAndRevoked(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(central, "/offices").want(t, http.StatusOK, "ยังไม่มีเครื่องของสำนักงาน", "ลงทะเบียนเครื่องใหม่")
	o.get(central, "/offices/new").want(t, http.StatusOK, "กรมการขนส่งทางบก", "ทั้งหน่วยงาน")
	page := o.post(central, "/offices/new?unit=dlt", "place", string(area2), "name", "โน้ตบุ๊กช่อง 3")
	page.want(t, http.StatusOK, "รหัสนี้แสดงครั้งเดียว", "โน้ตบุ๊กช่อง 3", "23 พ.ย. 2569 10:42", "https://admin.example")
	code := page.secretOf(t)
	keys, err := enrol.NewKeys(rand.Reader)
	o.must(err)
	claimed, err := enrol.Claim(t.Context(), asker{o.pages.Enrolment}, "", code, keys, "n-1")
	o.must(err)
	if claimed.Point != area2 || claimed.Officer != central.id {
		t.Errorf("the machine is told %+v", claimed)
	}
	at := "/offices/" + claimed.Device
	list := o.get(central, "/offices")
	list.want(t, http.StatusOK, "โน้ตบุ๊กช่อง 3", "ยังไม่เคยติดต่อ")
	if list.says(code) {
		t.Error("the list shows a code")
	}
	author := o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))
	o.post(author, at+"/join").want(t, http.StatusOK, "รหัสเข้าใช้เครื่อง")
	o.post(central, at+"/join").want(t, http.StatusOK, "รหัสเข้าใช้เครื่อง", "อย่าให้ผู้อื่นใช้")
	o.get(central, at).want(t, http.StatusOK, "ลงทะเบียน", "กลาง", "ทำงานบนเครื่องนี้")
	o.get(central, at+"/revoke").want(t, http.StatusOK, "ศูนย์กลางไม่รับอะไรจากเครื่องนี้อีก")
	o.post(central, at+"/revoke").wantLed(t, at)
	o.get(central, at).want(t, http.StatusOK, "ยกเลิก “โน้ตบุ๊กช่อง 3” แล้ว", "ยกเลิกเมื่อ 22 พ.ย. 2569", "โดย กลาง")
	o.post(central, at+"/revoke").wantLed(t, at)
	o.post(central, at+"/join").want(t, http.StatusNotFound)
	if v := o.enrolled(); len(v) != 1 || v[0].RevokedBy != central.id {
		t.Errorf("got %+v", v)
	}
	o.get(central, "/trail?action=office.").want(t, http.StatusOK, "ออกรหัสลงทะเบียนเครื่องของสำนักงาน", "ยกเลิกเครื่องของสำนักงาน")
}

// asker brings claims to a desk of the same process.
type asker struct{ desk *enrol.Desk }

func (a asker) Ask(ctx context.Context, token string, message []byte) ([]byte, error) {
	answer, _ := a.desk.Answer(ctx, loopbackAddr, token, message)
	return answer, nil
}

func TestAMachineThatCanNotBeEnrolledKeepsWhatWasTyped(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	for name, test := range map[string]struct{ place, called, want string }{
		"no name":         {string(area2), "", "ชื่อเครื่องต้องยาว 1 ถึง 60 ตัวอักษร"},
		"a long name":     {string(area2), strings.Repeat("ก", 61), "ชื่อเครื่องต้องยาว 1 ถึง 60 ตัวอักษร"},
		"no place":        {"", "<b>x</b>", "เลือกหน่วยงานและที่ใช้เครื่อง"},
		"no point's code": {"../../etc", `"><script>`, "เลือกหน่วยงานและที่ใช้เครื่อง"},
	} {
		a := o.post(central, "/offices/new?unit=dlt", "place", test.place, "name", test.called)
		a.want(t, http.StatusBadRequest, test.want)
		if a.input("name") != test.called {
			t.Errorf("%s: %q is lost", name, test.called)
		}
	}
	for range 10 {
		o.post(central, "/offices/new?unit=dlt", "place", "*", "name", "x").want(t, http.StatusOK, "รหัสนี้แสดงครั้งเดียว")
	}
	o.post(central, "/offices/new?unit=dlt", "place", "*", "name", "x").want(t, http.StatusConflict, "มีรหัสที่ยังไม่ได้ใช้ 10 รหัสแล้ว")
}

func TestTheListTellsHowMachinesStand(t *testing.T) {
	o := openStructure(t)
	central, dga := o.hire("ประภา", grant(catalog.RoleCentral, "dlt")), o.hire("ดูแล", grant(catalog.RoleDGA, ""))
	o.fillMachines(central.id)
	list := o.get(central, "/offices")
	list.want(t, http.StatusOK, "มี 3 เครื่องที่ควรดู", "ต้องตัดสิน 2 รายการ", "เมื่อวาน 16:42", "12 รายการ ตั้งแต่วันที่ 20 พ.ย. 2569 18:42", "นาฬิกาไม่ตรง", "ยังไม่เคยติดต่อ", "ยกเลิกแล้ว", "วันนี้ 10:32", "20 วันก่อน")
	if list.says("เครื่องของหน่วยที่ยุบ") {
		t.Error("an agency's officer sees a machine of another")
	}
	o.get(dga, "/offices").want(t, http.StatusOK, "ไม่มีหน่วยงานนี้แล้ว", "เครื่องของหน่วยที่ยุบ")
	o.get(dga, "/offices?unit=moph").want(t, http.StatusOK, "ยังไม่มีเครื่องของสำนักงาน")
	o.get(dga, "/offices?unit=nothing").want(t, http.StatusOK, "ไม่พบหน่วยงานชื่อนี้")
	o.get(central, "/offices/"+laptop(1)).want(t, http.StatusOK, "รายการ 41–57 ยังไม่มาถึง", "รายการ 59 ยังไม่มาถึง", "1.4.0")
	o.get(central, "/offices/"+laptop(2)).want(t, http.StatusOK, "นาฬิกาของเครื่องเร็วกว่าศูนย์กลางหลายร้อยปี", "พ.ศ. แทน ค.ศ.")
	o.get(central, "/offices/"+laptop(0)+"/revoke").want(t, http.StatusOK, "ยังมี 12 รายการที่เครื่องนี้ไม่ได้ส่ง")
	o.get(dga, "/offices/"+laptop(5)).want(t, http.StatusOK, "หน่วยงานหรือจุดบริการของเครื่องนี้ไม่มีแล้ว")
	o.post(dga, "/offices/"+laptop(5)+"/revoke").wantLed(t, "/offices/"+laptop(5))
	english := o.hire("Eve", grant(catalog.RoleCentral, "dlt"))
	english.cookies = append(english.cookies, &http.Cookie{Name: "__Host-lang", Value: "en"})
	o.get(english, "/offices/"+laptop(1)).want(t, http.StatusOK, "Operations 41–57 have not come")
}

func TestWhatOfficesSentIsDecided(t *testing.T) {
	o := openStructure(t)
	central := o.hire("ประภา", grant(catalog.RoleCentral, "dlt"))
	o.fillMachines(o.hire("ลำดวน", grant(catalog.RolePoint, "dlt", area2)).id)
	page := o.get(central, "/offices/attention")
	page.want(t, http.StatusOK, "รายงานใบอนุญาต", "ทำไม่สำเร็จ 5 ครั้ง", "รับคำขอใหม่", "301", "310", "โทรศัพท์ 02 111 1111 02 222 2222", "ผู้ทำ ลำดวน · 20 พ.ย. 2569 14:42 น. ตามนาฬิกาของเครื่อง", "มาในเลขรายการเดิมแต่เนื้อหาไม่เหมือนเดิม")
	if !page.links("/licences/points/dlt-area2") || !page.links("/points/dlt-area2") {
		t.Error("it does not lead to what it is about")
	}
	first, second := operation(1, "", "", "", o.at).ID, operation(2, "", "", "", o.at).ID
	o.post(central, "/offices/attention", "id", second, "what", "refuse", "reason", "").want(t, http.StatusBadRequest, "เขียนเหตุผล")
	o.post(central, "/offices/attention", "id", second, "what", "wrong", "reason", "x").want(t, http.StatusBadRequest)
	o.post(central, "/offices/attention", "id", second, "what", "refuse", "reason", "โทรแจ้งแล้ว ไม่ต้องแก้").wantLed(t, "/offices/attention")
	o.post(central, "/offices/attention", "id", first, "what", "again").wantLed(t, "/offices/attention")
	o.get(central, "/offices/attention").want(t, http.StatusOK, "จะลองทำรายการนี้ใหม่", "ไม่มีรายการที่ต้องตัดสิน")
	o.post(central, "/offices/attention", "id", first, "what", "again").want(t, http.StatusConflict, "ไม่ต้องตัดสินแล้ว")
	var items []inbox.Item
	o.must(o.pages.Offices.Store.Read(t.Context(), func(r inbox.Records) (err error) { items, err = r.Items([]string{first, second}); return err }))
	for _, i := range items {
		if i.ID == first && i.State != inbox.Waiting || i.ID == second && (i.Outcome.Status != wire.Rejected || i.Outcome.Text.TH != "โทรแจ้งแล้ว ไม่ต้องแก้") {
			t.Errorf("it stands so: %s %+v", i.State, i.Outcome)
		}
	}
}

func TestMachinesAreForWhoLooksAfterThem(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.fillMachines(central.id)
	other, point := o.hire("อื่น", grant(catalog.RoleCentral, "moph")), o.hire("จุดบริการ", grant(catalog.RolePoint, "dlt", area2))
	author, opdc, dga := o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt")), o.hire("กพร", grant(catalog.RoleOPDC, "")), o.hire("สพร", grant(catalog.RoleDGA, ""))
	at := func(n int, rest string) string { return "/offices/" + laptop(n) + rest }
	ask := operation(1, "", "", "", o.at).ID
	tests := []struct {
		name, method, at string
		who              *officer
		status           int
	}{
		{"nobody is asked to sign in", http.MethodGet, "/offices", nil, http.StatusSeeOther},
		{"another agency sees no machine", http.MethodGet, at(0, ""), other, http.StatusNotFound},
		{"another agency is not asked whether to revoke", http.MethodGet, at(0, "/revoke"), other, http.StatusNotFound},
		{"another agency does not revoke", http.MethodPost, at(0, "/revoke"), other, http.StatusNotFound},
		{"another agency has no code", http.MethodPost, at(0, "/join"), other, http.StatusNotFound},
		{"another agency enrols none", http.MethodPost, "/offices/new?unit=dlt", other, http.StatusBadRequest},
		{"another agency decides nothing", http.MethodPost, "/offices/attention", other, http.StatusNotFound},
		{"a point's officer sees no machine of another point", http.MethodGet, at(2, ""), point, http.StatusNotFound},
		{"a point's officer does not revoke another's", http.MethodPost, at(2, "/revoke"), point, http.StatusNotFound},
		{"a point's officer has no code for another's", http.MethodPost, at(2, "/join"), point, http.StatusNotFound},
		{"a point's officer enrols none of another point", http.MethodPost, "/offices/new?unit=dlt", point, http.StatusForbidden},
		{"a point's officer decides nothing", http.MethodPost, "/offices/attention", point, http.StatusForbidden},
		{"an author does not see how a machine stands", http.MethodGet, at(1, ""), author, http.StatusForbidden},
		{"an author enrols none", http.MethodPost, "/offices/new?unit=dlt", author, http.StatusForbidden},
		{"an author revokes none", http.MethodPost, at(1, "/revoke"), author, http.StatusForbidden},
		{"OPDC revokes none", http.MethodPost, at(0, "/revoke"), opdc, http.StatusForbidden},
		{"OPDC decides nothing", http.MethodPost, "/offices/attention", opdc, http.StatusForbidden},
		{"DGA enrols none", http.MethodPost, "/offices/new?unit=dlt", dga, http.StatusForbidden},
		{"DGA has no code", http.MethodPost, at(0, "/join"), dga, http.StatusForbidden},
		{"one that is not there", http.MethodPost, at(77, "/revoke"), central, http.StatusNotFound},
		{"the centre has nothing to send", http.MethodGet, "/sync", central, http.StatusNotFound},
		{"the centre has nothing to try", http.MethodPost, "/sync/try", central, http.StatusNotFound},
	}
	before := o.enrolled()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var form url.Values
			if test.method == http.MethodPost {
				form = url.Values{"place": {string(area3)}, "name": {"x"}, "id": {ask}, "what": {"again"}}
			}
			if a := o.ask(test.who, test.method, test.at, form); a.StatusCode != test.status {
				t.Errorf("got %d, want %d: %s", a.StatusCode, test.status, a.text)
			}
		})
	}
	for i, v := range o.enrolled() {
		if v.Revoked != before[i].Revoked {
			t.Errorf("%s was revoked", v.Name)
		}
	}
	if list, err := o.desk.Trail(t.Context(), staffConsole, "", trail.Filter{Action: "office."}); err != nil || list.All != 0 {
		t.Errorf("the trail has %d entries, %v", list.All, err)
	}
	o.must(o.pages.Offices.Store.Read(t.Context(), func(r inbox.Records) error {
		items, err := r.Items([]string{ask})
		if err == nil && items[0].State != inbox.Attention {
			t.Errorf("it was decided: %+v", items[0])
		}
		return err
	}))
	list := o.get(author, "/offices")
	list.want(t, http.StatusOK, "เครื่องหน่วยเคลื่อนที่", "ขอรหัสเข้าใช้ เครื่องหน่วยเคลื่อนที่")
	if list.says("มีรายการที่ยังไม่มาถึง") || list.links(at(1, "")) {
		t.Error("an author sees how a machine stands")
	}
	o.post(author, at(1, "/join")).want(t, http.StatusOK, "รหัสเข้าใช้เครื่อง")
	if page := o.get(point, "/offices"); page.says("เครื่องหน่วยเคลื่อนที่") || !page.says("โน้ตบุ๊กห้องทะเบียน") {
		t.Errorf("a point's officer sees %s", page.text)
	}
}

// machineScenes are the pages of machines.
var machineScenes = []scene{
	{"offices", "/offices", "central"}, {"offices-dga", "/offices", "dga"}, {"offices-none", "/offices?unit=moph", "dga"}, {"machine", "/offices/" + laptop(1), "central"}, {"machine-clock", "/offices/" + laptop(2), "central"},
	{"machine-new", "/offices/new", "central"}, {"machine-revoke", "/offices/" + laptop(0) + "/revoke", "central"}, {"office-asks", "/offices/attention", "central"},
}

// loopbackAddr is where claims come from.
var loopbackAddr = netip.MustParseAddr("127.0.0.1")
