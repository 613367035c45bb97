package inquiry

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/lookup"
	"khumue/internal/page"
	"khumue/themes"
)

// desk answers one request.
type desk struct {
	record lookup.Record
	down   error
	at     time.Time
	from   netip.Addr
	log    bytes.Buffer
}

var known = lookup.Code{1, 2, 3}

func (d *desk) look(_ context.Context, request string, code lookup.Code) (lookup.Record, bool, error) {
	if d.down != nil {
		return lookup.Record{}, false, d.down
	}
	if lookup.Normal(request) != "คข.1/2569" || code != known {
		return lookup.Record{}, false, nil
	}
	return d.record, true, nil
}

func open(t *testing.T) (*desk, http.Handler) {
	t.Helper()
	d := &desk{at: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC), from: netip.MustParseAddr("192.0.2.1")}
	day := func(n int) calendar.Date { return calendar.NewDate(2026, time.November, n) }
	d.record = lookup.Record{State: "open", Due: day(2), More: 3, Letters: []lookup.Letter{{Date: day(16), Reason: "other", Text: "<b>ย้าย</b>", Expected: day(30)}, {Date: day(9), Reason: "volume"}}}
	s, err := New(Config{
		Look: d.look, Client: func(context.Context) netip.Addr { return d.from }, Site: func() string { return "https://site.example/" },
		Log: slog.New(slog.NewJSONHandler(&d.log, nil)), Now: func() time.Time { return d.at }, Random: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.Register(mux)
	return d, mux
}

func ask(h http.Handler, fields ...string) (*http.Response, string) {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, Path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		panic(err) // of memory
	}
	return res, string(body)
}

func TestAnAnswerSaysWhatThePageWouldSay(t *testing.T) {
	_, h := open(t)
	for lang, words := range map[string][]string{
		"th": {"กำลังพิจารณา", "ครบกำหนดตามคู่มือ", "2 พ.ย. 2569", "ลงวันที่ 16 พ.ย. 2569", "เหตุอื่น", "&lt;b&gt;ย้าย&lt;/b&gt;", "คาดว่าจะแล้วเสร็จ 30 พ.ย. 2569", "มีคำขอจำนวนมาก", "อีก 3 ฉบับ", "https://site.example/delay/"},
		"en": {"Under consideration", "2 Nov 2026", "Dated 16 Nov 2026", "Another reason", "There are many requests", "3 earlier ones", "https://site.example/en/delay/"},
	} {
		res, body := ask(h, "number", "คข. ๑/๒๕๖๙", "code", strings.ToLower(known.String()), "lang", lang)
		if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("got %d %v", res.StatusCode, res.Header)
		}
		for _, w := range words {
			if !strings.Contains(body, w) {
				t.Errorf("%s: the answer lacks %q", lang, w)
			}
		}
	}
}

func TestWhatCanNotBeAnswered(t *testing.T) {
	d, h := open(t)
	other := lookup.Code{9}.String()
	tests := []struct {
		name, number, code string
		down               error
		status             int
		want               string
	}{
		{"a wrong code", "คข. 1/2569", other, nil, 404, "ไม่พบคำขอนี้"},
		{"an unknown request", "คข. 1/2569", lookup.Code{8}.String(), nil, 404, "ไม่พบคำขอนี้"},
		{"a slip", "คข. 1/2569", other[:33] + "0", nil, 400, "รหัสไม่ครบหรือพิมพ์ผิด"},
		{"no code", "คข. 1/2569", "", nil, 400, "รหัสไม่ครบหรือพิมพ์ผิด"},
		{"no number", " ", other, nil, 400, "กรอกเลขที่คำขอ"},
		{"no UTF-8", "\xff<script>", other, nil, 404, "&lt;script&gt;"},
		{"a database that is down", "คข. 1/2569", other, fault.Unavailable, 503, "ตรวจสถานะไม่ได้ในขณะนี้"},
		{"a fault of ours", "คข. 1/2569", other, errors.New("secret"), 503, "ตรวจสถานะไม่ได้ในขณะนี้"},
	}
	var bodies []string
	for _, test := range tests {
		d.down = test.down
		res, body := ask(h, "number", test.number, "code", test.code)
		if res.StatusCode != test.status || !strings.Contains(body, test.want) || strings.Contains(body, "secret") {
			t.Errorf("%s: got %d: %s", test.name, res.StatusCode, body)
		}
		bodies = append(bodies, body)
	}
	if bodies[0] != bodies[1] {
		t.Error("a wrong code and an unknown request are told apart")
	}
	if strings.Contains(d.log.String(), other) || strings.Contains(d.log.String(), "2569") {
		t.Errorf("the log tells what was asked: %s", d.log.String())
	}
}

func TestANetworkAsksOnlySoOften(t *testing.T) {
	d, h := open(t)
	status := func() int { res, _ := ask(h, "number", "1", "code", known.String()); return res.StatusCode }
	for n := range perMinute {
		if got := status(); got != http.StatusNotFound {
			t.Fatalf("look-up %d is answered %d", n, got)
		}
	}
	res, body := ask(h, "number", "1", "code", known.String())
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "60" || !strings.Contains(body, "รอ 1 นาที") {
		t.Errorf("the next is answered %d", res.StatusCode)
	}
	d.from = netip.MustParseAddr("192.0.2.2")
	if got := status(); got != http.StatusNotFound {
		t.Errorf("another network is answered %d", got)
	}
	d.from, d.at = netip.MustParseAddr("192.0.2.1"), d.at.Add(time.Minute)
	if got := status(); got != http.StatusNotFound {
		t.Errorf("a minute later it is answered %d", got)
	}
}

// The site's words for states and reasons are those of the letters.
func TestTheWordsAreThoseOfTheOffice(t *testing.T) {
	words, err := page.ReadMessages(themes.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range delay.Reasons() {
		for _, lang := range []catalog.Lang{catalog.TH, catalog.EN} {
			if got, want := words[lang].Get("later.delay.reason."+string(r)), r.Name().In(string(lang)); got != want {
				t.Errorf("%s: the site says %q, the letter %q", r, got, want)
			}
		}
	}
	for _, s := range delay.States() {
		if got := words[catalog.TH].Get("later.delay.state." + string(s)); strings.HasPrefix(got, "[") {
			t.Errorf("the site has no word for %s", s)
		}
	}
}

func TestTheAnswersFiles(t *testing.T) {
	_, h := open(t)
	for name, want := range map[string]int{"css/tokens.css": 200, "css/delay.css": 200, "page.css": 200, "icon.svg": 200, "css/site.css": 404, "fonts/../i18n/th.yaml": 404, "pages/answer.html": 404, "": 404} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, look+"x", nil)
		r.URL.Path = look + name
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Code; got != want && !(want == 404 && got >= 300) {
			t.Errorf("%s: got %d", name, got)
		}
	}
}
