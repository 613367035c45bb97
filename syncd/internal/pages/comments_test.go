package pages

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/survey"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/trail"
)

// write has somebody answer with a text, and returns the comment's id.
func (o *office) write(point catalog.PointCode, day, text string, marks answers.Marks) string {
	o.t.Helper()
	d, err := calendar.ParseISO(day)
	o.must(err)
	id, err := uuid.NewV7FromReader(rand.Reader)
	o.must(err)
	a := &answers.Answer{ID: id.String(), Form: asked.ID, Point: point, Procedure: "dlt-67bh3i", Day: d, Received: d, Marks: marks, Picks: survey.Picks{"q1": "4", "q12": survey.Wrote}, Comments: []survey.Comment{{Question: "q12", Text: text}}}
	o.must(o.store.answers.Write(o.t.Context(), func(r answers.Records) error {
		_, err := r.Take([]*answers.Answer{a})
		return err
	}))
	return a.ID + "/q12"
}

// remarkOf is a comment as it is kept.
func (o *office) remarkOf(id string) (c answers.Comment) {
	o.t.Helper()
	o.must(o.store.answers.Read(o.t.Context(), func(r answers.Records) (err error) {
		c, err = r.Comment(id)
		return err
	}))
	return c
}

// commented is a back office with comments at a busy point and a quiet one.
func commented(t testing.TB) (o *office, busy, other, quiet string) {
	o = answered(t)
	busy = o.write(area2, "2026-05-12", "ที่จอดรถน้อย <script>alert(1)</script>", 0)
	other = o.write(area3, "2026-01-12", "รอนานมาก โทร 081-234-5678", answers.Flood)
	quiet = o.write(songkhla, "2026-02-02", "คนเดียวที่เขียน", 0)
	return o, busy, other, quiet
}

func TestCommentsAreForWhoSeesTheReport(t *testing.T) {
	o, _, _, _ := commented(t)
	central, point := o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), o.hire("จุดบริการ", grant(catalog.RolePoint, "dlt", area2))
	author, other := o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt")), o.hire("อื่น", grant(catalog.RoleCentral, "moph"))
	opdc := o.hire("กพร", grant(catalog.RoleOPDC, ""))
	tests := []struct {
		name   string
		who    *officer
		at     string
		status int
		want   []string
		not    []string
	}{
		{"central reads those of its agency", central, "?period=y2569", http.StatusOK, []string{"ที่จอดรถน้อย", "รอนานมาก", "ยังไม่อ่าน 2", "ไม่นับ: มาจากเครือข่ายเดียวกันมากผิดปกติ"}, []string{"คนเดียวที่เขียน", "081-234-5678", "<script>alert"}},
		{"a point's officer reads those of its point", point, "?period=y2569", http.StatusOK, []string{"ที่จอดรถน้อย"}, []string{"รอนานมาก"}},
		{"a point's officer reads none of another point", point, "?point=dlt-area3", http.StatusForbidden, nil, []string{"รอนานมาก"}},
		{"an author reads none", author, "?period=y2569", http.StatusForbidden, nil, []string{"ที่จอดรถน้อย"}},
		{"another agency reads none of them", other, "?period=y2569&point=dlt-area2", http.StatusForbidden, nil, []string{"ที่จอดรถน้อย"}},
		{"another agency reads its own", other, "?period=y2569", http.StatusOK, []string{"ไม่มีข้อเสนอแนะที่แสดงได้"}, []string{"ที่จอดรถน้อย"}},
		{"OPDC reads those of the country", opdc, "?period=y2569", http.StatusOK, []string{"ที่จอดรถน้อย"}, []string{"คนเดียวที่เขียน"}},
		{"few are told of nowhere", central, "?period=y2569&point=dlt-songkhla", http.StatusOK, []string{"ไม่มีข้อเสนอแนะที่แสดงได้", "ตั้งแต่ 5 คน"}, []string{"คนเดียวที่เขียน"}},
		{"neither the day nor the channel is told", central, "?period=y2569", http.StatusOK, []string{"พฤษภาคม 2569"}, []string{"12 พ.ค. 2569", "2026-05-12"}},
		{"a month", central, "?period=2026-05", http.StatusOK, []string{"ที่จอดรถน้อย"}, []string{"รอนานมาก"}},
		{"words", central, "?period=y2569&q=" + url.QueryEscape("จอดรถ"), http.StatusOK, []string{"ที่จอดรถน้อย"}, []string{"รอนานมาก"}},
		{"a tag that none has", central, "?period=y2569&tag=nothing", http.StatusOK, []string{"ไม่มีข้อเสนอแนะที่แสดงได้"}, []string{"ที่จอดรถน้อย"}},
		{"a manual that none came for", central, "?period=y2569&manual=other", http.StatusOK, []string{"ไม่มีข้อเสนอแนะที่แสดงได้"}, []string{"ที่จอดรถน้อย"}},
		{"a far page", central, "?period=y2569&page=99999", http.StatusOK, []string{"ไม่มีข้อเสนอแนะที่แสดงได้"}, nil},
		{"a long search", central, "?q=" + strings.Repeat("x", 101), http.StatusBadRequest, []string{"คำที่ค้นยาวได้ 100 ตัวอักษร"}, nil},
		{"what would be a pattern is none", central, "?period=y2569&q=%25&tag=%25&page=-1", http.StatusOK, []string{"ไม่มีข้อเสนอแนะที่แสดงได้"}, []string{"ที่จอดรถน้อย"}},
		{"what would be SQL is a word", central, "?period=y2569&q=" + url.QueryEscape("' OR 1=1 --") + "&manual=" + url.QueryEscape("' OR ''='") + "&point=" + url.QueryEscape("x');DROP TABLE answers"), http.StatusOK, []string{"ไม่มีข้อเสนอแนะที่แสดงได้"}, []string{"ที่จอดรถน้อย"}},
		{"what would be markup is text", central, "?q=" + url.QueryEscape(`"><script>x</script>`) + "&tag=" + url.QueryEscape(`"><img src=x>`), http.StatusOK, nil, []string{"<script>x", "<img src=x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := o.get(test.who, commentsPath+test.at)
			a.want(t, test.status, test.want...)
			for _, not := range test.not {
				if a.says(not) {
					t.Errorf("the page tells %q", not)
				}
			}
		})
	}
}

func TestCommentsAreReadAndTagged(t *testing.T) {
	o, busy, other, _ := commented(t)
	central, point := o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), o.hire("จุดบริการ", grant(catalog.RolePoint, "dlt", area2))
	here := "?period=y2569"
	o.post(central, commentsPath+"/read"+here, "one", busy).wantLed(t, commentsPath+here)
	if c := o.remarkOf(busy); c.ReadBy != central.id || !c.Read.Equal(o.at) {
		t.Errorf("read by %q at %v", c.ReadBy, c.Read)
	}
	o.get(central, commentsPath+here+"&unread=1").want(t, http.StatusOK, "รอนานมาก", "ยังไม่อ่าน 1")
	o.post(point, commentsPath+"/read"+here, "one", busy).wantLed(t, commentsPath+here)
	if c := o.remarkOf(busy); c.ReadBy != central.id {
		t.Error("who read first is not kept")
	}
	o.post(point, commentsPath+"/read"+here, "one", other).want(t, http.StatusNotFound)
	o.post(central, commentsPath+"/read"+here).want(t, http.StatusBadRequest, "ยังไม่ได้เลือกรายการ")
	o.post(central, commentsPath+"/read"+here, "one", "no-such").want(t, http.StatusNotFound)
	if c := o.remarkOf(other); !c.Read.IsZero() {
		t.Error("an officer of another point read it")
	}
	o.post(central, commentsPath+"/tag"+here, "id", busy, "tag", " ที่จอดรถ ชั้น 2 ").wantLed(t, commentsPath+here)
	o.post(central, commentsPath+"/tag"+here, "id", busy, "tag", "Parking").wantLed(t, commentsPath+here)
	if got := strings.Join(o.remarkOf(busy).Tags, " "); got != "ที่จอดรถ-ชั้น-2 parking" {
		t.Errorf("got the tags %q", got)
	}
	a := o.get(central, commentsPath+here+"&tag=parking")
	a.want(t, http.StatusOK, "ที่จอดรถน้อย", "อ่านโดย กลาง 22 พ.ย. 2569")
	if a.says("รอนานมาก") {
		t.Error("a comment without the tag is shown")
	}
	o.post(central, commentsPath+"/tag"+here, "id", busy, "away", "parking").wantLed(t, commentsPath+here)
	for name, tag := range map[string]string{"none": "  ", "long": strings.Repeat("ก", 31), "markup": "<b>", "a telephone number": "0812345678", "a pattern": "%"} {
		a := o.post(central, commentsPath+"/tag"+here, "id", busy, "tag", tag)
		a.want(t, http.StatusBadRequest, "ป้ายเป็นคำสั้นๆ")
		typed := a.all("input", func(attr func(string) string) bool {
			return attr("id") == "c-1-tag" && attr("value") == strings.TrimSpace(tag)
		})
		if !a.links("#c-1-tag") || len(typed) != 1 {
			t.Errorf("%s: what was typed is lost, or the summary leads to no field", name)
		}
	}
	o.post(point, commentsPath+"/tag"+here, "id", other, "tag", "x").want(t, http.StatusNotFound)
	if got := o.remarkOf(other).Tags; len(got) != 0 {
		t.Errorf("an officer of another point tagged it %q", got)
	}
	for i := range answers.MostTags - 1 {
		o.post(central, commentsPath+"/tag"+here, "id", busy, "tag", strings.Repeat("x", i+1))
	}
	o.post(central, commentsPath+"/tag"+here, "id", busy, "tag", "onemore").want(t, http.StatusConflict, "มีป้าย 8 ป้ายแล้ว")
	list, err := o.desk.Trail(t.Context(), staffConsole, "", trail.Filter{Action: "comment."})
	o.must(err)
	if want := 2 + 1 + answers.MostTags - 1; list.All != want {
		t.Errorf("the trail has %d entries, want %d", list.All, want)
	}
	for _, e := range list.Entries {
		if strings.Contains(e.Before+e.After, "จอดรถน้อย") {
			t.Error("the trail has the text")
		}
	}
}

func TestCommentsAreReadFromPageToPage(t *testing.T) {
	o, _, _, _ := commented(t)
	for range 60 {
		o.write(area2, "2026-04-20", "ดีมาก", 0)
	}
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	first := o.get(central, commentsPath+"?period=y2569")
	first.want(t, http.StatusOK, "หน้า 1", "ยังไม่อ่าน 62")
	second := o.get(central, commentsPath+"?period=y2569&page=2")
	second.want(t, http.StatusOK, "หน้า 2")
	count := func(a answer) int { return strings.Count(a.body, `class="comment-text"`) }
	if count(first) != 50 || count(second) != 12 {
		t.Errorf("%d and %d comments", count(first), count(second))
	}
}

func TestTheMenuCountsWhatIsUnread(t *testing.T) {
	o, _, _, _ := commented(t)
	o.respond(area2, "2026-11-02", 6, survey.Picks{"q1": "4"})
	o.respond(area3, "2026-11-02", 2, survey.Picks{"q1": "4"})
	for range 3 {
		o.write(area2, "2026-11-03", "ดี", 0)
	}
	o.write(area3, "2026-11-03", "ไม่ดี", 0) // of too few to be told
	central := o.hire("กลาง", grant(catalog.RoleCentral, "dlt"))
	for at, want := range map[string]string{"/satisfaction": "3", commentsPath: "3", "/": ""} {
		badges := o.get(central, at).all("span", func(attr func(string) string) bool { return attr("data-badge") == "comments" })
		got := ""
		for _, b := range badges {
			got += strings.TrimSpace(fold(b))
		}
		if got, _, _ = strings.Cut(got, " "); got != want {
			t.Errorf("%s counts %q, want %q", at, got, want)
		}
	}
}

// setAside keeps what could not be taken.
func (o *office) setAside(list ...answers.Aside) {
	o.t.Helper()
	for _, a := range list {
		a.Day = calendar.NewDate(2026, 11, 20)
		o.must(o.store.answers.Write(o.t.Context(), func(r answers.Records) error { return r.SetAside(a) }))
	}
}

func (o *office) fillAsides() {
	o.setAside(
		answers.Aside{ID: "a1-other-bytes", Answer: "0190", Code: answers.OtherBytes, Point: string(area2), Body: `{"q12":"โทร 081-234-5678","id":"0190"}`},
		answers.Aside{ID: "a2", Code: "bad-json", Body: "<script>alert(1)</script>\n" + strings.Repeat("ยาว ", 900)},
		answers.Aside{ID: "a3", Code: "never-heard-of", Point: `"><b>x</b>`, Body: "{}"},
		answers.Aside{ID: "a4", Code: "bad-point", Point: "no-such", Body: "{}"},
	)
}

func TestWhatCouldNotBeTakenIsForThoseWhoKeepTheQuestions(t *testing.T) {
	o := answered(t)
	o.fillAsides()
	for name, who := range map[string]*officer{
		"central": o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), "a point's officer": o.hire("จุด", grant(catalog.RolePoint, "dlt", area2)), "an author": o.hire("ผู้เขียน", grant(catalog.RoleAuthor, "dlt")),
	} {
		if a := o.get(who, asidesPath); a.StatusCode != http.StatusForbidden || a.says("0190") {
			t.Errorf("%s: got %d", name, a.StatusCode)
		}
		if a := o.post(who, asidesPath, "one", "a2"); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: got %d", name, a.StatusCode)
		}
		if o.get(who, "/").links(asidesPath) {
			t.Errorf("%s: the menu leads there", name)
		}
	}
	opdc, dga := o.hire("กพร", grant(catalog.RoleOPDC, "")), o.hire("สพร", grant(catalog.RoleDGA, ""))
	a := o.get(opdc, asidesPath)
	a.want(t, http.StatusOK, "มีคำตอบอื่นใช้รหัสนี้แล้ว คำตอบแรกยังอยู่", "อ่านสิ่งที่ส่งมาไม่ได้", "รับคำตอบนี้ไม่ได้", "รหัสจุดบริการผิดรูปแบบ", "no-such", "20 พ.ย. 2569")
	for _, not := range []string{"081-234-5678", "<script>alert", "<b>x</b>", strings.Repeat("ยาว ", 600)} {
		if a.says(not) {
			t.Errorf("the page tells %q", not)
		}
	}
	o.post(dga, asidesPath, "one", "a2").wantLed(t, asidesPath+"?")
	o.post(dga, asidesPath, "one", "no-such").wantLed(t, asidesPath+"?")
	o.post(dga, asidesPath).want(t, http.StatusBadRequest, "ยังไม่ได้เลือกรายการ")
	o.get(opdc, asidesPath).want(t, http.StatusOK, "อ่านโดย สพร 22 พ.ย. 2569")
	seen := 0
	o.must(o.store.answers.Read(t.Context(), func(r answers.Records) error {
		list, err := r.Asides(trail.Page{})
		for _, a := range list {
			if !a.Seen.IsZero() {
				seen++
			}
		}
		return err
	}))
	if seen != 1 {
		t.Errorf("%d are seen, want 1", seen)
	}
}

func TestTheReportLeadsToCommentsAndToThePublicFigure(t *testing.T) {
	o := answered(t)
	central, point := o.hire("กลาง", grant(catalog.RoleCentral, "dlt")), o.hire("จุด", grant(catalog.RolePoint, "dlt", area2))
	a := o.get(central, "/satisfaction?period=2026-03&point=dlt-area2")
	if !a.links(commentsPath + "?period=2026-03&point=dlt-area2") {
		t.Error("the report does not lead to its comments")
	}
	o.get(central, "/satisfaction?period=y2569").want(t, http.StatusOK, "หน่วยงานนี้ยังไม่แสดงคะแนนให้ประชาชนเห็น")
	if o.get(point, "/satisfaction?period=y2569").says("ยังไม่แสดงคะแนน") {
		t.Error("who can not change it is told so")
	}
	if b := o.get(central, commentsPath+"?period=2026-03&point=dlt-area2"); !b.links("/satisfaction?period=2026-03&point=dlt-area2") {
		t.Error("the comments do not lead to their report")
	}
}

// fillComments has people write at a busy agency, and puts something aside.
func (s *stage) fillComments() {
	for i, text := range []string{
		"เจ้าหน้าที่พูดจาดี ช่วยเหลือดีมาก ขอบคุณ", "ที่จอดรถไม่พอ ต้องวนหาเกือบครึ่งชั่วโมง อยากให้มีที่จอดสำหรับผู้พิการใกล้ทางเข้ามากกว่านี้", "The sign at the entrance is only in Thai.",
		"ควรเปิดช่วงพักกลางวัน\nเพราะคนทำงานลางานยาก", "ติดต่อกลับที่ [ปิดไว้] ด้วย", "ดี",
	} {
		marks := []answers.Marks{0, 0, 0, answers.Flood | answers.Clock, answers.WasMasked, 0}[i]
		id := s.write("dlt-p01", calendar.NewDate(2026, 3, 3+i).ISO(), text, marks)
		if i%3 != 1 {
			continue
		}
		s.must(s.store.answers.Write(s.t.Context(), func(r answers.Records) error {
			c, err := r.Comment(id)
			if err == nil {
				c.Tags, c.Read, c.ReadBy = []string{"ที่จอดรถ", "accessibility"}, s.at, s.people["central"].id
				err = r.PutComment(c)
			}
			return err
		}))
	}
	s.fillAsides()
}

// commentScenes are the pages of what people wrote.
var commentScenes = []scene{
	{"comments", "/satisfaction/comments?period=y2569", "central"}, {"comments-none", "/satisfaction/comments?period=y2567", "central"}, {"comments-wrong", "/satisfaction/comments?unit=nothing", "central"},
	{"asides", "/satisfaction/asides", "dga"},
}
