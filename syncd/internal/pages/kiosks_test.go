package pages

import (
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/trail"
)

// kiosks is the desk of tablets and of what people wrote.
func (o *office) kiosks(now func() time.Time) *answers.Desk {
	return &answers.Desk{Store: o.store.answers, Structure: o.state, Now: now, Random: rand.Reader}
}

// tablet keeps a tablet as it stands.
func (o *office) tablet(v answers.Device) answers.Device {
	o.t.Helper()
	v.Agency, v.Made = "dlt", o.at.Add(-30*24*time.Hour)
	o.must(o.store.answers.Write(o.t.Context(), func(r answers.Records) error { return r.PutDevice(v) }))
	return v
}

// devices are all tablets.
func (o *office) devices() (list []answers.Device) {
	o.t.Helper()
	o.must(o.store.answers.Read(o.t.Context(), func(r answers.Records) (err error) {
		list, err = r.Devices(nil)
		return err
	}))
	return list
}

// says reports whether a page has a text anywhere.
func (a answer) says(text string) bool { return strings.Contains(a.body, text) }

var registering = regexp.MustCompile(`https://site\.example/survey/([a-z0-9-]+)/\?kiosk=1#device=([0-9a-hjkmnp-tv-z]{16})`)

func TestATabletIsRegisteredRenewedAndRevoked(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(central, "/kiosks").want(t, http.StatusOK, "ยังไม่มีแท็บเล็ตที่ลงทะเบียน", "ลงทะเบียนแท็บเล็ต")
	a := o.post(central, "/kiosks?unit=dlt", "point", string(area2), "name", "แท็บเล็ตช่อง 3")
	a.want(t, http.StatusOK, "ลิงก์นี้แสดงครั้งเดียว", "แท็บเล็ตช่อง 3", "29 พ.ย. 2569")
	first := registering.FindStringSubmatch(a.body)
	if first == nil || first[1] != string(area2) || !strings.Contains(a.body, `class="qr"`) {
		t.Fatalf("no link and code to register with: %s", a.text)
	}
	o.post(central, "/kiosks?unit=dlt", "point", string(area2), "name", "แท็บเล็ตช่อง 3").want(t, http.StatusConflict, "จุดบริการนี้มีเครื่องชื่อนี้แล้ว")
	list := o.devices()
	if len(list) != 1 || list[0].Point != area2 || list[0].Agency != "dlt" || list[0].Code != sha256.Sum256([]byte(first[2])) {
		t.Fatalf("got %+v", list)
	}
	o.get(central, "/kiosks?unit=dlt").want(t, http.StatusOK, "รอลงทะเบียน", "รหัสใช้ได้ถึง 29 พ.ย. 2569")
	if o.get(central, "/kiosks?unit=dlt").says(first[2]) {
		t.Error("the list shows a code")
	}
	at := "/kiosks/" + list[0].ID
	again := registering.FindStringSubmatch(o.post(central, at+"/code").body)
	if again == nil || again[2] == first[2] {
		t.Errorf("another code is %v", again)
	}
	o.get(central, at+"/revoke").want(t, http.StatusOK, "ยกเลิกแท็บเล็ตนี้", "แท็บเล็ตช่อง 3")
	o.post(central, at+"/revoke").wantLed(t, "/kiosks?unit=dlt")
	o.get(central, "/kiosks?unit=dlt").want(t, http.StatusOK, "ยกเลิก “แท็บเล็ตช่อง 3” แล้ว", "ยกเลิกแล้ว")
	o.post(central, at+"/code").want(t, http.StatusConflict, "อุปกรณ์นี้ถูกยกเลิกแล้ว")
	o.get(central, "/trail?action=kiosk.").want(t, http.StatusOK, "ลงทะเบียนแท็บเล็ตของจุดบริการ", "ออกรหัสลงทะเบียนใหม่ให้แท็บเล็ต", "ยกเลิกแท็บเล็ต")
}

func TestTheListTellsHowTabletsStand(t *testing.T) {
	o := openStructure(t)
	o.fillTablets()
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	o.get(central, "/kiosks").want(t, http.StatusOK, "มี 2 เครื่องที่ควรไปดู", "ทำงานอยู่", "เงียบเกิน 1 วัน", "รหัสหมดอายุ", "รอลงทะเบียน", "ยกเลิกแล้ว", "1,204", "22 พ.ย. 2569 10:32")
	o.get(central, "/kiosks?unit=dlt&point=dlt-area3").want(t, http.StatusOK, "ห้องทำใบขับขี่")
	if o.get(central, "/kiosks?unit=dlt&point=dlt-area3").says("เคาน์เตอร์ชั้น 2") {
		t.Error("a tablet of another point is shown")
	}
	o.get(central, "/kiosks?unit=nothing").want(t, http.StatusOK, "ไม่พบหน่วยงานชื่อนี้")
}

// fillTablets keeps a tablet of each state.
func (o *office) fillTablets() {
	ago := func(d time.Duration) time.Time { return o.at.Add(-d).Truncate(time.Minute) }
	token := func(s string) [32]byte { return sha256.Sum256([]byte(s)) }
	o.tablet(answers.Device{ID: "k-1", Point: area2, Name: "เคาน์เตอร์ชั้น 2", Token: token("1"), Claimed: ago(600 * time.Hour), Contact: ago(10 * time.Minute), Pending: 0, Taken: 1204})
	o.tablet(answers.Device{ID: "k-2", Point: area3, Name: "ห้องทำใบขับขี่", Token: token("2"), Claimed: ago(600 * time.Hour), Contact: ago(74 * time.Hour), Pending: 87, Taken: 310})
	o.tablet(answers.Device{ID: "k-3", Point: area2, Name: "โต๊ะประชาสัมพันธ์", Code: token("3"), CodeUntil: ago(-72 * time.Hour)})
	o.tablet(answers.Device{ID: "k-4", Point: area2, Name: "old tablet with a rather long name, by the door of the hall", Code: token("4"), CodeUntil: ago(72 * time.Hour)})
	o.tablet(answers.Device{ID: "k-5", Point: area2, Name: "เครื่องที่หาย", Claimed: ago(600 * time.Hour), Revoked: ago(24 * time.Hour), Contact: ago(90 * time.Hour), Taken: 12})
}

func TestTabletsAreForWhoLooksAfterThem(t *testing.T) {
	o := openStructure(t)
	o.fillTablets()
	central, other := o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), o.hire("อื่น", grant(catalog.RoleCentral, "moph"))
	point, author := o.hire("จุดบริการ", grant(catalog.RolePoint, "dlt", area2)), o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt"))
	tests := []struct {
		name, method, at string
		who              *officer
		status           int
	}{
		{"nobody is asked to sign in", http.MethodGet, "/kiosks", nil, http.StatusSeeOther},
		{"an author sees none", http.MethodGet, "/kiosks", author, http.StatusForbidden},
		{"an author registers none", http.MethodPost, "/kiosks?unit=dlt", author, http.StatusForbidden},
		{"another agency registers none", http.MethodPost, "/kiosks?unit=moph", other, http.StatusForbidden},
		{"another agency has no code", http.MethodPost, "/kiosks/k-1/code", other, http.StatusNotFound},
		{"another agency is not asked whether to revoke", http.MethodGet, "/kiosks/k-1/revoke", other, http.StatusNotFound},
		{"another agency does not revoke", http.MethodPost, "/kiosks/k-1/revoke", other, http.StatusNotFound},
		{"a point's officer has no code of another point", http.MethodPost, "/kiosks/k-2/code", point, http.StatusNotFound},
		{"a point's officer does not revoke another's", http.MethodPost, "/kiosks/k-2/revoke", point, http.StatusNotFound},
		{"one that is not there", http.MethodPost, "/kiosks/k-9/revoke", central, http.StatusNotFound},
	}
	before := o.devices()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var form url.Values
			if test.method == http.MethodPost {
				form = url.Values{"point": {string(area3)}, "name": {"x"}}
			}
			if a := o.ask(test.who, test.method, test.at, form); a.StatusCode != test.status {
				t.Errorf("got %d, want %d: %s", a.StatusCode, test.status, a.text)
			}
		})
	}
	for i, v := range o.devices() {
		if v != before[i] {
			t.Errorf("%s was changed", v.ID)
		}
	}
	a := o.get(point, "/kiosks")
	a.want(t, http.StatusOK, "เคาน์เตอร์ชั้น 2")
	if a.says("ห้องทำใบขับขี่") {
		t.Error("a point's officer sees a tablet of another point")
	}
	o.post(point, "/kiosks?unit=dlt", "point", string(area2), "name", "ช่อง 9").want(t, http.StatusOK, "ลิงก์นี้แสดงครั้งเดียว")
}

func TestATabletThatCanNotBeRegisteredKeepsWhatWasTyped(t *testing.T) {
	o := openStructure(t)
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	for name, test := range map[string]struct{ point, called, want string }{
		"no name":               {string(area2), "", "ชื่ออุปกรณ์ต้องยาว 1 ถึง 60 ตัวอักษร"},
		"a long name":           {string(area2), strings.Repeat("ก", 61), "ชื่ออุปกรณ์ต้องยาว 1 ถึง 60 ตัวอักษร"},
		"no point":              {"", "<b>x</b>", "เลือกจุดบริการที่ตั้งแท็บเล็ต"},
		"what is no point code": {"../../etc", `"><script>`, "เลือกจุดบริการที่ตั้งแท็บเล็ต"},
	} {
		a := o.post(central, "/kiosks?unit=dlt", "point", test.point, "name", test.called)
		a.want(t, http.StatusBadRequest, test.want)
		if a.input("name") != test.called {
			t.Errorf("%s: %q is lost", name, test.called)
		}
	}
	if n := len(o.devices()); n != 0 {
		t.Errorf("%d tablets were registered", n)
	}
	if list, err := o.desk.Trail(t.Context(), staffConsole, "", trail.Filter{Action: "kiosk."}); err != nil || list.All != 0 {
		t.Errorf("the trail has %d entries, %v", list.All, err)
	}
}

// fillKiosks puts tablets up at the points of a busy agency.
func (s *stage) fillKiosks() {
	points, err := s.direct.Points(immediate.PointFilter{Agency: "dlt"})
	s.must(err)
	for _, p := range points {
		s.state.points["dlt"] = append(s.state.points["dlt"], &catalog.Point{Code: p.Code, Name: p.Name})
	}
	s.fillTablets()
}

// kioskScenes are the pages of tablets.
var kioskScenes = []scene{
	{"kiosks", "/kiosks?unit=dlt", "central"}, {"kiosks-begin", "/kiosks", "dga"}, {"kiosks-none", "/kiosks?unit=dlt&point=dlt-songkhla", "central"}, {"kiosk-revoke", "/kiosks/k-2/revoke", "central"},
}
