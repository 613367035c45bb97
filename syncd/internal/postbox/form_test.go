package postbox

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"khumue/syncd/internal/answers"
)

// got is a page that was shown.
type got struct {
	status int
	header http.Header
	text   string
}

// visit asks for an address of the form, as a browser that knows nothing; sent is
// what it sends, nil to read.
func (h *house) visit(query string, sent url.Values) got {
	h.t.Helper()
	return h.visitAs(nil, query, sent)
}

// visitAs is a visit of a browser with cookies.
func (h *house) visitAs(jar http.CookieJar, query string, sent url.Values) got {
	h.t.Helper()
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequest(http.MethodGet, h.web.URL+Form+query, nil)
	if sent != nil {
		r, err = http.NewRequest(http.MethodPost, h.web.URL+Form, strings.NewReader(sent.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "null") // as a browser says that does not tell where from
	}
	if err != nil {
		h.t.Fatal(err)
	}
	a, err := client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return got{a.StatusCode, a.Header, string(text)}
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// fill is what a citizen sends who was shown a page.
func (g got) fill(replies map[string]string) url.Values {
	v := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(g.text, -1) {
		v.Set(m[1], m[2])
	}
	for name, value := range replies {
		v.Set(prefix+name, value)
	}
	return v
}

func (h *house) says(g got, status int, words ...string) {
	h.t.Helper()
	if g.status != status {
		h.t.Errorf("got status %d, want %d: %s", g.status, status, g.text)
	}
	for _, w := range words {
		if !strings.Contains(g.text, w) {
			h.t.Errorf("the page does not say %q: %s", w, g.text)
		}
	}
}

func TestAFormWithoutScriptsIsAnswered(t *testing.T) {
	h := opened(t, Usual(), plenty)
	g := h.visit("?point=dlt-p1&lang=en", nil)
	h.says(g, 200, "How was it?", "สำนักงานตัวอย่าง", `lang="th"`, "Renew a licence", "Overall", `name="key"`)
	if csp := g.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "form-action 'self'") || g.header.Get("Cache-Control") != "no-store" || strings.Contains(g.text, "<script") {
		t.Errorf("got %v", g.header)
	}
	filled := g.fill(map[string]string{"q0": "dlt-7f3k5q", "q1": "4", "q6": "more", "q12": "โทร 0812345678\r\nดี"})
	sent := h.visit("", filled)
	h.same("sent", sent.status, 303)
	where := sent.header.Get("Location")
	if !strings.HasPrefix(where, Form+"?done=1") {
		t.Fatalf("led to %s", where)
	}
	done := h.visit(strings.TrimPrefix(where, Form), nil)
	h.says(done, 200, "Thank you", site+"/en/point/dlt-p1/")
	h.says(h.visit(strings.TrimPrefix(where, Form), nil), 200, "Thank you") // reading it again sends nothing

	h.same("sent again", h.visit("", filled).status, 303)
	filled.Set(prefix+"q1", "1")
	h.says(h.visit("", filled), 200, "the first ones stay")
	h.same("kept", h.kept(), 1)
	err := h.store.Answers().Read(t.Context(), func(r answers.Records) error {
		list, err := r.After(0, 10)
		h.same("what", list[0].Picks, map[string]string{"q0": "dlt-7f3k5q", "q1": "4", "q12": "text", "q6": "more"})
		h.same("which service", list[0].Procedure, "dlt-7f3k5q")
		comments, err2 := r.Comments(answers.CommentFilter{})
		h.same("text", comments[0].Text, "โทร [เบอร์]\nดี")
		if err == nil {
			err = err2
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFormThatIsNotWholeIsShownAgain(t *testing.T) {
	h := opened(t, Usual(), plenty)
	g := h.visit("?point=dlt-p1&procedure=dlt-7f3k5q&channel=counter", nil)
	if strings.Contains(g.text, "เรื่องใด") {
		t.Error("it asks for the service that is known")
	}
	for _, c := range []struct {
		name    string
		replies map[string]string
		says    []string
	}{
		{"what must be answered is not", map[string]string{"q6": "more", "q12": "ดี & <b>"}, []string{"ยังไม่ได้ตอบข้อ “โดยรวม”", `href="#q-q1"`, `value="more" checked`, "ดี &amp; &lt;b&gt;"}},
		{"a text that is too long", map[string]string{"q1": "3", "q12": strings.Repeat("ก", 41)}, []string{"ยาวเกิน 40", `value="3" checked`}},
		{"a choice that there is not", map[string]string{"q1": "3", "q6": "never"}, []string{"ไม่ตรงกับตัวเลือก"}},
		{"a point beyond the scale", map[string]string{"q1": "6"}, []string{"ไม่ตรงกับตัวเลือก"}},
	} {
		filled := g.fill(c.replies)
		again := h.visit("", filled)
		h.says(again, 422, append(c.says, `role="alert"`, filled.Get("key"))...)
	}
	h.same("kept", h.kept(), 0)
	h.same("when it is whole", h.visit("", g.fill(map[string]string{"q1": "3"})).status, 303)
}

func TestAFormWithoutAKeyIsShownOnceMoreFilledIn(t *testing.T) {
	h := opened(t, Usual(), plenty)
	fromTheSite := url.Values{"point": {"dlt-p1"}, "form": {"satisfaction-1"}, "q1": {"5"}, "a-q12": {"ดีมาก"}}
	g := h.visit("", fromTheSite)
	h.says(g, 200, "ตรวจคำตอบ แล้วกดส่ง", `value="5" checked`, "ดีมาก", `name="key"`)
	h.same("kept", h.kept(), 0)
	h.same("sent", h.visit("", g.fill(map[string]string{"q1": "5", "q12": "ดีมาก"})).status, 303)
	h.same("kept", h.kept(), 1)
}

func TestWhileNothingCanBeKeptAFormStaysFilledIn(t *testing.T) {
	h := opened(t, Usual(), plenty)
	g := h.visit("?point=dlt-p1", nil)
	h.held.set(nil, full)
	filled := g.fill(map[string]string{"q1": "2"})
	late := h.visit("", filled)
	h.says(late, 503, "ยังบันทึกคำตอบไม่ได้", `value="2" checked`, filled.Get("key"))
	if late.header.Get("Retry-After") == "" {
		t.Error("it is not told when to come again")
	}
	h.held.set(nil, nil)
	h.same("then", h.visit("", filled).status, 303)
}

func TestAFormOfNoPointAndWhatABotFillsIn(t *testing.T) {
	h := opened(t, Usual(), plenty)
	for _, query := range []string{"", "?point=dlt-none", "?point=../../x", "?lang=en"} {
		g := h.visit(query, nil)
		if g.status != 404 || !strings.Contains(g.text, "ไม่พบแบบประเมินนี้") && !strings.Contains(g.text, "There is no such survey") {
			t.Errorf("%q: got %d", query, g.status)
		}
	}
	g := h.visit("?point=dlt-p1", nil)
	filled := g.fill(map[string]string{"q1": "5"})
	filled.Set("homepage", "http://spam.example")
	h.same("a bot is thanked", h.visit("", filled).status, 303)
	err := h.store.Answers().Read(t.Context(), func(r answers.Records) error {
		list, err := r.After(0, 10)
		h.same("marked", list[0].Marks, answers.Bait)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	big := g.fill(map[string]string{"q12": strings.Repeat("x", MaxBody)})
	h.same("a body that is too large", h.visit("", big).status, 413)
}

func TestThePagesFiles(t *testing.T) {
	h := opened(t, Usual(), plenty)
	for name, status := range map[string]int{"survey.css": 200, "css/tokens.css": 200, "fonts/sarabun-thai-400.woff2": 200, "survey.html": 404, "../layouts/home.html": 404, "fonts/OFL.txt": 404} {
		a, err := http.Get(h.web.URL + Look + name)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		h.same(name, a.StatusCode, status)
	}
}

// S1 for POST, and what a browser asks before it lets a page of another origin ask.
func TestWhoMayPost(t *testing.T) {
	h := opened(t, Usual(), plenty)
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			if r.Header.Set(name, value); value == "" {
				r.Header.Del(name)
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		status int
	}{
		{"a foreign page", set("Origin", "https://evil.example"), 403},
		{"nobody says where from", set("Origin", ""), 403},
		{"a form", set("Content-Type", "application/x-www-form-urlencoded"), 415},
		{"no type", set("Content-Type", ""), 415},
		{"reading", func(r *http.Request) { r.Method = http.MethodGet }, 405},
		{"a browser that asks before", func(r *http.Request) { r.Method = http.MethodOptions }, 204},
		{"a browser that asks before for a foreign page", func(r *http.Request) { r.Method = http.MethodOptions; r.Header.Set("Origin", "https://evil.example") }, 403},
		{"a page of ours", func(*http.Request) {}, 200},
	} {
		a, _ := h.post(submit(item(1)), c.change)
		if a.StatusCode != c.status {
			t.Errorf("%s: got %s, want %d", c.name, a.Status, c.status)
		}
		if allowed := a.Header.Get("Access-Control-Allow-Origin"); allowed != "" && allowed != site {
			t.Errorf("%s: %s is allowed", c.name, allowed)
		}
	}
	h.same("kept", h.kept(), 1)
}

func FuzzRead(f *testing.F) {
	f.Add("point=dlt-p1&key=0190a1b2-c3d4-7000-8000-000000000001&a-q1=5&a-q12=x")
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		filled := read(v)
		if a := filled.answer(set()); filled.key != "" && len(a.ID) != 36 {
			t.Errorf("%q is the key of %q", filled.key, query)
		}
	})
}
