package postbox

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
)

const site = "https://portal.example"

// house is a server over a database of its own.
type house struct {
	*Server
	t     testing.TB
	store *sqlstore.Store
	desk  *answers.Desk
	web   *httptest.Server
	held  *holding

	mu   sync.Mutex
	from netip.Addr // where requests come from
}

// holding is a store that can be made to wait, or to fail.
type holding struct {
	answers.Store
	mu   sync.Mutex
	wait chan struct{}
	err  error
	here chan struct{} // gets one for each that waits
}

// Write waits and fails as told.
func (h *holding) Write(ctx context.Context, do func(answers.Records) error) error {
	h.mu.Lock()
	wait, err := h.wait, h.err
	h.mu.Unlock()
	if wait != nil {
		h.here <- struct{}{}
		<-wait
	}
	if err != nil {
		return err
	}
	return h.Store.Write(ctx, do)
}

// reached returns when so many wait.
func (h *holding) reached(n int) {
	for range n {
		<-h.here
	}
}

func (h *holding) set(wait chan struct{}, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wait, h.err = wait, err
}

// Known knows one point.
func (*house) Known(point catalog.PointCode, _ catalog.ManualID) (bool, bool) {
	return point == "dlt-p1", true
}

// Target knows it, too.
func (*house) Target(agency catalog.AgencyCode, point catalog.PointCode) (rights.Target, error) {
	return rights.Target{Chain: []catalog.AgencyCode{agency}, Point: point}, nil
}

// Below is not asked for.
func (*house) Below(catalog.AgencyCode) []catalog.AgencyCode { return nil }

func (h *house) place(code catalog.PointCode) (Place, bool) {
	return Place{Name: catalog.Text{TH: "สำนักงานตัวอย่าง"}, Manuals: []Manual{{"dlt-7f3k5q", catalog.Text{TH: "ต่ออายุใบขับขี่", EN: "Renew a licence"}}}}, code == "dlt-p1"
}

// set has a question of each kind.
func set() *catalog.Survey {
	return &catalog.Survey{ID: "satisfaction-1", Title: catalog.Text{TH: "แบบประเมิน", EN: "How was it?"}, Questions: []catalog.Question{
		{Code: "q0", Kind: "service", Text: catalog.Text{TH: "เรื่องใด", EN: "Which service?"}},
		{Code: "q1", Kind: "scale", Required: true, Text: catalog.Text{TH: "โดยรวม", EN: "Overall"}},
		{Code: "q6", Kind: "choice", Text: catalog.Text{TH: "เอกสาร", EN: "Documents"}, Choices: []catalog.Choice{{Value: "same", Text: catalog.Text{TH: "ตรง", EN: "Same"}}, {Value: "more", Text: catalog.Text{TH: "เพิ่ม", EN: "More"}}}},
		{Code: "q12", Kind: "text", Max: 40, Text: catalog.Text{TH: "ควรปรับปรุง", EN: "Better"}},
	}}
}

var plenty = answers.Limits{Network: 1e8, Device: 1e8, Texts: 365 * 24 * time.Hour}

// build makes a house whose intake runs, and that does not listen yet.
func build(t testing.TB, caps Caps, limits answers.Limits) *house {
	t.Helper()
	store := sqlstoretest.Open(t, filepath.Join(t.TempDir(), "test.db"))
	h := &house{t: t, store: store, held: &holding{Store: store.Answers(), here: make(chan struct{}, 100)}, from: netip.MustParseAddr("203.0.113.7")}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	in := &answers.Intake{Store: h.held, Places: h, Limits: limits, Now: time.Now, Random: rand.Reader, Log: log}
	h.desk = &answers.Desk{Store: store.Answers(), Structure: h, Now: time.Now, Random: rand.Reader, Intake: in}
	var err error
	h.Server, err = New(Config{
		Intake: in, Desk: h.desk, Origins: func() []string { return []string{site} }, Epoch: store.Epoch, Place: h.place,
		Client: func(context.Context) netip.Addr { h.mu.Lock(); defer h.mu.Unlock(); return h.from },
		Forms:  func() []*catalog.Survey { return []*catalog.Survey{set()} }, Site: func() string { return site },
		Caps: caps, Log: log, Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Learn(context.Background(), []*catalog.Survey{set()}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { in.Run(ctx) })
	running.Go(func() { h.Run(ctx) })
	t.Cleanup(func() { h.Stop(); stop(); running.Wait(); store.Close() })
	return h
}

// opened listens on loopback until the test ends.
func opened(t *testing.T, caps Caps, limits answers.Limits) *house {
	t.Helper()
	h := build(t, caps, limits)
	mux := http.NewServeMux()
	h.Register(mux)
	h.web = httptest.NewServer(mux)
	t.Cleanup(h.web.Close)
	return h
}

func (h *house) comeFrom(a string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.from = netip.MustParseAddr(a)
}

func id(n int) string { return fmt.Sprintf("0190a1b2-c3d4-7000-8000-%012x", n) }

func item(n int) string {
	return fmt.Sprintf(`{"id":"%s","form":"satisfaction-1","point":"dlt-p1","answered":"%s","answers":{"q1":%d}}`, id(n), time.Now().Format(time.DateOnly), 1+n%5)
}

func submit(items ...string) string {
	return `{"type":"submit","nonce":"n-1","pending":7,"items":[` + strings.Join(items, ",") + `]}`
}

// heard is any message of the server.
type heard struct {
	Type, Nonce, Epoch, Token, ID, Point string
	Version, Items, Bytes                int
	Reason                               *words
	Results                              []result
}

func (m heard) statuses() (out []string) {
	for _, r := range m.Results {
		s := string(r.Status)
		if r.Reason != nil {
			s += " " + r.Reason.Code
		}
		out = append(out, s)
	}
	return out
}

// phone is a device with a websocket.
type phone struct {
	*websocket.Conn
	t testing.TB
}

type asking func(http.Header, *websocket.Dialer)

// dial opens a websocket; the status where it is refused.
func (h *house) dial(change ...asking) (*phone, *http.Response) {
	h.t.Helper()
	header, d := http.Header{"Origin": {site}}, &websocket.Dialer{Subprotocols: []string{Protocol}}
	for _, c := range change {
		c(header, d)
	}
	ws, a, err := d.Dial("ws"+strings.TrimPrefix(h.web.URL, "http")+Socket, header)
	if err != nil && !errors.Is(err, websocket.ErrBadHandshake) {
		h.t.Fatal(err)
	}
	if err != nil {
		return nil, a
	}
	h.t.Cleanup(func() { ws.Close() })
	return &phone{ws, h.t}, a
}

// joined is a websocket that has heard hello.
func (h *house) joined(change ...asking) *phone {
	h.t.Helper()
	p, a := h.dial(change...)
	if p == nil {
		h.t.Fatalf("it is refused: %s", a.Status)
	}
	if m := p.hear(); m.Type != "hello" || m.Version != 1 || m.Items != 50 || m.Bytes != 64<<10 || len(m.Epoch) != 32 {
		h.t.Fatalf("got %+v, want hello", m)
	}
	return p
}

func (p *phone) say(message string) {
	p.t.Helper()
	if err := p.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *phone) hear() (m heard) {
	p.t.Helper()
	_, said, err := p.ReadMessage()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := json.Unmarshal(said, &m); err != nil {
		p.t.Fatalf("%s: %v", said, err)
	}
	return m
}

// left is the status with which the server closes.
func (p *phone) left() int {
	p.t.Helper()
	p.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		_, _, err := p.ReadMessage()
		var closed *websocket.CloseError
		switch {
		case err == nil:
		case errors.As(err, &closed):
			return closed.Code
		default:
			p.t.Fatalf("it was not closed: %v", err)
		}
	}
}

func (h *house) kept() (n int) {
	h.t.Helper()
	err := h.store.Answers().Read(context.Background(), func(r answers.Records) error {
		list, err := r.After(0, 1e6)
		n = len(list)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) same(what string, got, want any) {
	h.t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		h.t.Errorf("%s: got %s, want %s", what, g, w)
	}
}

// device registers a tablet, and returns its token.
func (h *house) device() (token string, d answers.Device) {
	h.t.Helper()
	by := staff.Acting{Officer: rights.Officer{ID: "o-1", Grants: []rights.Grant{{Role: catalog.RoleDGA}}}}
	code, d, err := h.desk.NewDevice(context.Background(), by, "dlt", "dlt-p1", "ช่อง 3")
	if err == nil {
		token, d, err = h.desk.Claim(context.Background(), h.from, code)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return token, d
}

func (h *house) revoke(d answers.Device) {
	h.t.Helper()
	by := staff.Acting{Officer: rights.Officer{ID: "o-1", Grants: []rights.Grant{{Role: catalog.RoleDGA}}}}
	if err := h.desk.Revoke(context.Background(), by, d.ID); err != nil {
		h.t.Fatal(err)
	}
}

func header(name string, values ...string) asking {
	return func(h http.Header, _ *websocket.Dialer) {
		h.Del(name)
		for _, v := range values {
			h.Add(name, v)
		}
	}
}

// post sends a message by POST.
func (h *house) post(body string, change ...func(*http.Request)) (*http.Response, heard) {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodPost, h.web.URL+API, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Origin", site)
	r.Header.Set("Content-Type", "application/json")
	for _, c := range change {
		c(r)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer a.Body.Close()
	said, err := io.ReadAll(a.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	var m heard
	if len(said) > 0 {
		if err := json.Unmarshal(said, &m); err != nil {
			h.t.Fatalf("%s: %s", a.Status, said)
		}
	}
	return a, m
}

var full = fault.New(fault.Unavailable, fault.Text{TH: "เต็ม", EN: "full"})
