package pages

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// away is a centre that a test lets answer.
type away struct {
	answer func(wire.Message) (wire.Message, error)
}

func (a *away) Exchange(_ context.Context, messages ...wire.Message) (out []wire.Message, err error) {
	for _, m := range messages {
		reply, err := a.answer(m)
		if err != nil {
			return out, err
		}
		reply.Nonce = m.Nonce
		out = append(out, reply)
	}
	return out, nil
}

func (*away) Reset() {}

// node is an office's machine: its pages, its outbox and what carries it.
type node struct {
	*office
	box     *outbox.Box
	courier *courier.Courier
	centre  *away
	results map[string]wire.Result // what the centre says of operations; what is not in it is stored
	kept    wire.Digest
	seq     int64
	epoch   string
}

// openNode is an office whose centre takes everything.
func openNode(t testing.TB) *node {
	t.Helper()
	n := sends(openStructure(t))
	n.pages.Sync, n.pages.Offices, n.pages.Enrolment = &Sync{Courier: n.courier, Box: n.box}, nil, nil
	return n
}

// sends gives an office an outbox, and what carries it.
func sends(o *office) *node {
	o.t.Helper()
	n := &node{office: o, centre: &away{}, epoch: "e-1", results: map[string]wire.Result{}}
	now := func() time.Time { return n.at }
	var err error
	n.box, err = outbox.Open(o.t.Context(), outbox.Options{Store: n.store.Store.(*sqlstore.Store).Outbox(), Mark: outbox.MarkFile(filepath.Join(o.t.TempDir(), "mark")), Now: now, Random: rand.Reader})
	n.must(err)
	n.courier = courier.New(courier.Options{Box: n.box, Transport: n.centre, Now: now, Random: rand.Reader, Log: n.logger(), Program: "test"})
	n.centre.answer = n.takes
	return n
}

// takes is a centre that keeps operations and says of each what the test has it say.
func (n *node) takes(m wire.Message) (wire.Message, error) {
	switch m.Type {
	case wire.Hello:
		return wire.Message{Type: wire.Hello, Reception: &wire.Reception{Version: wire.Version, Epoch: n.epoch, Time: n.at.UTC().Format(time.RFC3339), Seq: n.seq, Count: n.seq, Digest: n.kept.String()}}, nil
	case wire.Push:
		out := wire.Message{Type: wire.Results}
		for _, op := range m.Ops {
			n.kept.Add(op.ID, op.Sum())
			n.seq = op.Seq
			r, told := n.results[op.ID]
			if !told {
				r = wire.Result{Status: wire.Stored}
			}
			r.ID = op.ID
			out.Results = append(out.Results, r)
		}
		return out, nil
	}
	return wire.Message{Type: wire.Wait, After: 1000}, nil
}

// unreached is a centre that is not heard.
func unreached(wire.Message) (wire.Message, error) {
	return wire.Message{}, &courier.Trouble{Kind: courier.Offline, Err: fmt.Errorf("no network")}
}

// did writes an operation of an officer into the outbox.
func (n *node) did(p *officer, kind, entity string) string {
	n.t.Helper()
	ctx, slip, err := n.box.Note(n.t.Context(), outbox.Deed{Kind: kind, Entity: entity, By: p.id, At: n.at, Do: []byte(`{"n":1}`)})
	n.must(err)
	n.must(n.happens(ctx, p))
	if !slip.Written() {
		n.t.Fatal("the operation was not written down")
	}
	return slip.ID()
}

// happens is the effect of an operation that the context carries.
func (n *node) happens(ctx context.Context, p *officer) error {
	return n.desk.Store.Write(ctx, func(r staff.Records) error {
		return r.Record(trail.Entry{ID: uuid.NewString(), At: n.at, Officer: p.id, Action: "office.edit"})
	})
}

// carry steps the courier some times.
func (n *node) carry() {
	n.t.Helper()
	for range 8 {
		if _, err := n.courier.Step(n.t.Context()); err != nil {
			n.t.Fatal(err)
		}
		n.at = n.at.Add(time.Second)
		n.courier.Try()
	}
}

func TestAnOfficeSaysAllSentOnlyWhenTheCentreHasAll(t *testing.T) {
	n := openNode(t)
	central := n.hire("ประภา", grant(catalog.RoleCentral, "dlt"))
	n.centre.answer = unreached
	page := n.get(central, "/sync")
	if page.StatusCode != http.StatusOK || page.says("<strong>ส่งครบแล้ว</strong>") {
		t.Errorf("before the centre was heard the page says %d %s", page.StatusCode, page.text)
	}
	n.did(central, "licence.report", "reports:dlt-area2")
	n.did(central, "manual.save", "manual:passport")
	n.did(central, "manual.submit", "manual:passport")
	n.carry()
	page = n.get(central, "/sync")
	page.want(t, http.StatusOK, "ยังไม่ได้ส่ง 3 รายการ", "งานคู่มือประชาชน 2 รายการ", "รายงานใบอนุญาต 1 รายการ", "ติดต่อศูนย์กลางไม่ได้", "ทำงานต่อได้ตามปกติ", "รอส่ง 3 รายการ · ยังไม่เคยติดต่อศูนย์กลาง", "ประภา")
	if page.says("<strong>ส่งครบแล้ว</strong>") || !page.links("/manuals/passport") {
		t.Errorf("the page says %s", page.text)
	}
	n.get(central, "/").want(t, http.StatusOK, "การส่งข้อมูล 3 รายการ", "รอส่ง 3 รายการ")

	n.centre.answer = n.takes
	n.post(central, "/sync/try").wantLed(t, "/sync")
	n.carry()
	if s, err := n.courier.Look(t.Context()); err != nil || !s.AllSent() {
		t.Fatalf("it stands so: %+v, %v", s, err)
	}
	page = n.get(central, "/sync")
	page.want(t, http.StatusOK, "ถึงศูนย์กลางแล้ว รอทำ 3", "วันนี้")
	if !page.says("<strong>ส่งครบแล้ว</strong>") {
		t.Errorf("the page does not say that all is sent: %s", page.text)
	}
	n.get(central, "/").want(t, http.StatusOK, "ส่งครบแล้ว วันนี้")

	n.kept, n.seq, n.epoch = wire.Digest{}, 0, "e-2" // the centre was put back, and has nothing of it
	n.centre.answer = unreached
	n.did(central, "licence.report", "reports:dlt-area2")
	n.carry()
	n.centre.answer = func(m wire.Message) (wire.Message, error) {
		if m.Type == wire.Hello {
			return n.takes(m)
		}
		return wire.Message{Type: wire.Wait, After: 60_000}, nil
	}
	n.carry()
	page = n.get(central, "/sync")
	page.want(t, http.StatusOK, "ยังไม่ได้ส่ง 4 รายการ")
	if page.says("<strong>ส่งครบแล้ว</strong>") {
		t.Error("the page says that all is sent to a centre that lost it")
	}
}

func TestWhatNeedsAttentionAtAnOfficeIsLookedAfter(t *testing.T) {
	n := openNode(t)
	central, author, point := n.hire("ประภา", grant(catalog.RoleCentral, "dlt")), n.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt")), n.hire("คนอื่น", grant(catalog.RoleReviewer, "dlt"))
	refused := n.did(author, "manual.submit", "manual:passport")
	n.results[refused] = wire.Result{Status: wire.Rejected, Code: "forbidden", Text: fault.Text{TH: "ท่านไม่มีสิทธิ์ในคู่มือนี้แล้ว", EN: "You may not work on this manual any more."}}
	clash := n.did(central, "content.edit", "file:agencies/mot/dlt/points/dlt-area2.yaml")
	n.results[clash] = wire.Result{Status: wire.Conflict, Text: fault.Text{TH: "มีผู้อื่นแก้ไขช่องเดียวกันไปก่อน", EN: "Somebody else changed the same field first."},
		Value: []byte(`{"Fields":[{"Label":{"TH":"โทรศัพท์","EN":"Phone"},"Ours":{"Words":{"TH":"02 111 1111"}},"Theirs":{"Words":{"TH":"02 222 2222"}}}]}`)}
	n.carry()
	large := n.did(central, "delay.begin", "case:0192")
	n.must(n.box.SetAside(t.Context(), large, outbox.CodeTooLarge, fault.Text{TH: "รายการนี้ใหญ่เกินกว่าจะส่งได้", EN: "This is too large to be sent."}))

	page := n.get(central, "/sync")
	page.want(t, http.StatusOK, "ยังไม่ได้ส่ง 1 รายการ", "ต้องดู 3", "ท่านไม่มีสิทธิ์ในคู่มือนี้แล้ว", "โทรศัพท์ 02 111 1111 02 222 2222", "รายการนี้ใหญ่เกินกว่าจะส่งได้", "ยังไม่ถึงศูนย์กลาง")
	if !page.links("/points/dlt-area2") || page.says("/sync/"+clash+"/again") || !page.says("/sync/"+large+"/again") || page.says("/sync/"+large+"/seen") || page.says("<strong>ส่งครบแล้ว</strong>") {
		t.Errorf("what can be done is told wrongly: %s", page.text)
	}
	other := n.get(point, "/sync")
	other.want(t, http.StatusOK, "ผู้ทำรายการหรือผู้ดูแลเครื่อง")
	if other.says("/seen") {
		t.Error("somebody else may look after it")
	}
	for name, test := range map[string]struct {
		who    *officer
		at     string
		status int
	}{
		"somebody else has it not seen":        {point, "/sync/" + refused + "/seen", http.StatusNotFound},
		"somebody else does not send it again": {point, "/sync/" + large + "/again", http.StatusNotFound},
		"an author sees to nobody else's":      {author, "/sync/" + clash + "/seen", http.StatusNotFound},
		"nobody is asked to sign in":           {nil, "/sync/" + clash + "/seen", http.StatusSeeOther},
		"what is there is not sent again":      {central, "/sync/" + clash + "/again", http.StatusConflict},
		"what is not there yet is not settled": {central, "/sync/" + large + "/seen", http.StatusConflict},
		"what is not there":                    {central, "/sync/none/seen", http.StatusNotFound},
		"an office looks after no machines":    {central, "/offices/attention", http.StatusNotFound},
	} {
		if a := n.post(test.who, test.at); a.StatusCode != test.status {
			t.Errorf("%s: got %d, want %d", name, a.StatusCode, test.status)
		}
	}
	n.get(central, "/offices").want(t, http.StatusNotFound)
	n.post(author, "/sync/"+refused+"/seen").wantLed(t, "/sync")
	n.post(central, "/sync/"+clash+"/seen").wantLed(t, "/sync")
	n.post(central, "/sync/"+large+"/again").wantLed(t, "/sync")
	n.get(central, "/sync").want(t, http.StatusOK, "จะส่งรายการนี้ใหม่", "ต้องดู 0", "ยังไม่ได้ส่ง 1 รายการ")
}

func TestARevokedMachineSaysWhatHelps(t *testing.T) {
	n := openNode(t)
	central := n.hire("ประภา", grant(catalog.RoleCentral, "dlt"))
	n.did(central, "licence.report", "reports:dlt-area2")
	n.centre.answer = func(m wire.Message) (wire.Message, error) {
		return wire.Message{Type: wire.Hello, Reception: &wire.Reception{Version: wire.Version, Epoch: "e-1", Standing: wire.Revoked, Time: n.at.UTC().Format(time.RFC3339)}}, nil
	}
	if _, err := n.courier.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := n.get(central, "/sync")
	page.want(t, http.StatusOK, "หยุดส่ง", "ศูนย์กลางยกเลิกเครื่องนี้แล้ว", "ติดต่อเจ้าหน้าที่ส่วนกลาง", "ลองส่งอีกครั้ง", "ยังไม่ได้ส่ง 1")
	n.get(central, "/").want(t, http.StatusOK, "หยุดส่ง ต้องให้คนช่วย · รอส่ง 1 รายการ")
	n.centre.answer = n.takes
	n.post(central, "/sync/try").wantLed(t, "/sync")
	n.carry()
	if page := n.get(central, "/sync"); !page.says("<strong>ส่งครบแล้ว</strong>") {
		t.Errorf("after it was enrolled anew the page says %s", page.text)
	}
}

// snagged is a courier whose machine can not take what comes.
type snagged struct {
	*courier.Courier
	times int
}

func (s *snagged) Look(ctx context.Context) (courier.Status, error) {
	is, err := s.Courier.Look(ctx)
	is.In = courier.Snag{Since: is.Told.At, Times: s.times, Why: fault.Text{TH: "แฟ้มเสีย", EN: "A file is damaged."}}
	return is, err
}

func TestAMachineThatCanNotTakeWhatComesSaysSo(t *testing.T) {
	n := openNode(t)
	central := n.hire("ประภา", grant(catalog.RoleCentral, "dlt"))
	n.carry()
	s := &snagged{n.courier, 2}
	n.pages.Sync.Courier = s
	if page := n.get(central, "/sync"); page.says("แฟ้มเสีย") {
		t.Errorf("after two times the page says %s", page.text)
	}
	s.times = 3
	n.get(central, "/sync").want(t, http.StatusOK, "รับข้อมูลจากศูนย์กลางเข้าเครื่องนี้ไม่ได้ตั้งแต่วันนี้", "แฟ้มเสีย", "ระบบจะลองใหม่เอง")
}

// fillOutbox has an office's machine send some, have some looked at, and wait with
// the rest.
func (s *stage) fillOutbox(n *node, p *parcels, c Config) http.Handler {
	s.t.Helper()
	central, author := s.people["central"], s.people["author"]
	n.did(central, "licence.report", "reports:dlt-area3")
	refused, clash := n.did(author, "manual.submit", "manual:passport"), n.did(central, "content.edit", "file:agencies/mot/dlt/points/dlt-area2.yaml")
	n.results[refused] = wire.Result{Status: wire.Rejected, Code: "forbidden", Text: fault.Text{TH: "ท่านไม่มีสิทธิ์ในคู่มือนี้แล้ว ให้เจ้าหน้าที่จัดทำคู่มือคนปัจจุบันของหน่วยงานเป็นผู้เสนอ", EN: "You may not work on this manual any more. Have the agency's present author submit it."}}
	n.results[clash] = wire.Result{Status: wire.Conflict, Text: fault.Text{TH: "มีผู้อื่นแก้ไขช่องเดียวกันไปก่อน", EN: "Somebody else changed the same field first."},
		Value: []byte(`{"Fields":[{"Label":{"TH":"โทรศัพท์","EN":"Phone"},"Ours":{"Words":{"TH":"02 111 1111","EN":"02 111 1111"}},"Theirs":{"Words":{"TH":"02 222 2222 ต่อ 1 ถึง 9 ในวันและเวลาราชการ","EN":"02 222 2222 ext. 1 to 9, in office hours"}}}]}`)}
	lost := n.wrote(author, "manual.save", "manual:passport", `{"verb":"save","manual":"passport","text":{"manual.md":{"text":"---\ntitle:\n  th: การทำหนังสือเดินทาง\nfees:\n  - name: {th: ค่าธรรมเนียม}\n    min: 1000\n---\n\nยื่นคำขอด้วยตนเอง พร้อมบัตรประจำตัวประชาชน"}}}`)
	n.results[lost] = wire.Result{Status: wire.Rejected, Code: "changed", Text: fault.Text{TH: "ฉบับที่ท่านอ่านถูกแก้ไขแล้ว ฉบับที่รอพิจารณาอยู่ตอนนี้มีข้อความต่างจากที่อ่าน", EN: "What you read has been changed: what awaits a decision now has another text."}}
	n.carry()
	for i := range 23 {
		n.did(central, []string{"licence.report", "delay.begin", "manual.save"}[i%3], []string{"reports:dlt-area2", "case:0192", "manual:passport"}[i%3])
	}
	large := n.did(central, "delay.begin", "case:0192")
	n.must(n.box.SetAside(s.t.Context(), large, outbox.CodeTooLarge, fault.Text{TH: "รายการนี้ใหญ่เกินกว่าจะส่งได้", EN: "This is too large to be sent."}))
	n.centre.answer = unreached
	n.courier.Try()
	for range 2 {
		if _, err := n.courier.Step(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
	}
	c.Sync, c.Offices, c.Enrolment = &Sync{Courier: n.courier, Box: n.box, Stick: p}, nil, nil
	made, err := New(c)
	s.must(err)
	return made.Handler()
}

// syncScenes are what an office sends.
var syncScenes = []scene{{"sync", "/sync", "central"}, {"sync-other", "/sync", "author"}}

// FuzzBoth reads what an outcome tells, whatever it is.
func FuzzBoth(f *testing.F) {
	f.Add([]byte(`{"Fields":[{"Label":{"TH":"ก"},"Ours":{"Words":{"TH":"1"}}}],"Files":["a.pdf"],"Rows":[{"Month":"2026-10","Mine":{"received":1}}]}`))
	f.Add([]byte(`{"Rows":[{"Month":"9999-99"}]}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		x := &exchange{lang: catalog.EN}
		for _, row := range x.both(value) {
			if row.Label.Text == "" && row.Mine.Text == "" && row.Theirs.Text == "" && !json.Valid(value) {
				t.Errorf("%q gives %+v", value, row)
			}
		}
	})
}
