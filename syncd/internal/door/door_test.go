package door_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/wire"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/door"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/office"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/strongbox"
)

const (
	somsri = catalog.OfficerID("o-aaaaaaaaaaaaaaaa")
	user   = "somsri@example.go.th"
	phrase = "กล้วย รถไฟ หน้าต่าง ฝน"
)

// hall is a machine behind its door, with a browser in front of it.
type hall struct {
	*door.Server
	http.Client
	t       *testing.T
	now     time.Time
	address string
	handler http.Handler
	inside  int // requests that came in
	ready   bool
	told    bool // the centre told of the officer
}

// centre admits whoever shows a code.
type centre struct{ now func() time.Time }

// Ask answers a claim.
func (c centre) Ask(_ context.Context, _ string, message []byte) ([]byte, error) {
	q, err := enrol.ReadRequest(message)
	if err != nil {
		return nil, err
	}
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	a := enrol.Admission{Nonce: q.Nonce, Device: "d", Token: "t", Agency: "dlt", Name: "โน้ตบุ๊กสาขา", Officer: somsri, OfficerName: "สมศรี", Box: key.PublicKey().Bytes(), Time: c.now()}
	return a.Bytes(), nil
}

// silent is a line on which nobody answers.
type silent struct{}

// Watch has nothing to tell.
func (silent) Watch(context.Context, func()) {}

func (silent) Exchange(context.Context, ...wire.Message) ([]wire.Message, error) {
	return nil, &courier.Trouble{Kind: courier.Offline, Err: errors.New("no network")}
}
func (silent) Reset() {}
func (silent) Close() {}

func begin(t *testing.T) *hall {
	t.Helper()
	h := &hall{t: t, now: time.Date(2026, 11, 2, 8, 30, 0, 0, time.UTC), ready: true, told: true}
	clock := func() time.Time { return h.now }
	quiet := slog.New(slog.DiscardHandler)
	o, err := office.New(office.Options{
		Dir: filepath.Join(t.TempDir(), "office"), Cost: strongbox.Cost{Passes: 1, Memory: 64, Lanes: 1},
		Ask:  func(string) (enrol.Asker, error) { return centre{clock}, nil },
		Line: func(string, func() (string, error)) office.Line { return silent{} },
		Opened: func(ctx context.Context, r *office.Rooms) error {
			if !h.told {
				return nil
			}
			return r.Store.Mirror().Write(ctx, func(m mirror.Records) error {
				return m.PutPerson(staff.User{ID: somsri, Name: "สมศรี", Created: h.now})
			})
		},
		Now: clock, Random: rand.Reader, Log: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Server = &door.Server{Office: o, Centre: "https://admin.example.go.th", Ready: func() bool { return h.ready }, Now: clock, Log: quiet}
	h.handler = h.Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { h.inside++ }))
	s := httptest.NewServer(h.handler)
	t.Cleanup(func() {
		s.Close()
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	h.address = s.URL
	h.Jar, err = cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return h
}

// asks returns the status, where the answer leads, and the page.
func (h *hall) asks(method, at string, form url.Values) (status int, to, page string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.address+at, strings.NewReader(form.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := h.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return a.StatusCode, a.Header.Get("Location"), string(body)
}

var me = url.Values{"centre": {"https://admin.example.go.th"}, "code": {"abc"}, "user": {user}, "passphrase": {phrase}, "again": {phrase}}

// enrolled is a hall whose machine is enrolled and open.
func enrolled(t *testing.T) *hall {
	t.Helper()
	h := begin(t)
	if status, to, page := h.asks("POST", "/door/enrol", me); status != http.StatusTemporaryRedirect || to != "/signin/office" {
		t.Fatalf("it is enrolled: %d to %s\n%s", status, to, page)
	}
	return h
}

func TestNobodyComesInWhileTheDoorIsShut(t *testing.T) {
	h := begin(t)
	for _, c := range []struct {
		method string
		status int
	}{{"GET", http.StatusSeeOther}, {"HEAD", http.StatusSeeOther}, {"POST", http.StatusForbidden}, {"DELETE", http.StatusForbidden}} {
		if status, _, _ := h.asks(c.method, "/manuals", nil); status != c.status {
			t.Errorf("%s: %d", c.method, status)
		}
	}
	if h.inside != 0 {
		t.Errorf("%d came in", h.inside)
	}
	h = enrolled(t)
	if h.asks("GET", "/manuals", nil); h.inside != 1 {
		t.Error("nobody comes in while it is open")
	}
	h.ready = false
	if status, to, _ := h.asks("GET", "/manuals", nil); to != door.Path || h.inside != 1 {
		t.Errorf("before there is something inside: %d to %s", status, to)
	}
	h.ready = true
	h.now = h.now.Add(31 * 24 * time.Hour)
	if _, to, _ := h.asks("GET", "/manuals", nil); to != door.Path || h.inside != 1 {
		t.Errorf("when rights are over it leads to %q", to)
	}
	if _, _, page := h.asks("GET", "/door", nil); !strings.Contains(page, "สิทธิการทำงานจึงหยุดไว้ก่อน") {
		t.Errorf("it says\n%s", page)
	}
}

func TestWhomTheCentreHasNotToldOfWaits(t *testing.T) {
	h := begin(t)
	h.told = false
	status, to, page := h.asks("POST", "/door/enrol", me)
	if status != http.StatusForbidden || to != "" || !strings.Contains(page, "has not told this machine") {
		t.Errorf("it is enrolled, and nobody is known: %d to %s\n%s", status, to, page)
	}
}

func TestWhatWasTypedStaysButThePassphrase(t *testing.T) {
	h := begin(t)
	wrong := url.Values{"centre": {"https://elsewhere.example"}, "code": {"x<y"}, "user": {user}, "passphrase": {"too short"}, "again": {"too short"}}
	status, _, page := h.asks("POST", "/door/enrol", wrong)
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `role="alert"`) {
		t.Errorf("%d\n%s", status, page)
	}
	for _, typed := range []string{"https://elsewhere.example", "x&lt;y", user} {
		if !strings.Contains(page, typed) {
			t.Errorf("%q is gone", typed)
		}
	}
	wrong.Set("again", "too shor")
	if status, _, page := h.asks("POST", "/door/enrol", wrong); status != http.StatusUnprocessableEntity || !strings.Contains(page, "once more") || !strings.Contains(page, "the same both times") {
		t.Errorf("a slip of a finger: %d\n%s", status, page)
	}
	if strings.Contains(page, "too short") {
		t.Error("the page tells the passphrase")
	}
}

func TestASignInByPassphrase(t *testing.T) {
	const back = "http://localhost/signin/office/callback"
	h := enrolled(t)
	t.Run("of who has just unlocked the machine asks for nothing", func(t *testing.T) {
		at, state := h.Begin(back)
		_, to, _ := h.asks("GET", at, nil)
		u, err := url.Parse(to)
		if err != nil || !strings.HasPrefix(to, back) || finish(h, state, u.Query()) != nil {
			t.Errorf("it leads to %q, %v", to, err)
		}
		at, _ = h.Begin(back)
		if status, _, page := h.asks("GET", at, nil); status != http.StatusOK || !strings.Contains(page, "passphrase") {
			t.Errorf("the next asks for a passphrase: %d\n%s", status, page)
		}
	})
	// ticket signs in and returns what the browser brings back.
	ticket := func(h *hall, state string) url.Values {
		form := url.Values{"user": {user}, "passphrase": {phrase}, "state": {state}}
		_, to, _ := h.asks("POST", "/door/unlock", form)
		u, err := url.Parse(to)
		if err != nil {
			h.t.Fatal(err)
		}
		return u.Query()
	}
	for name, c := range map[string]struct {
		take func(h *hall, state string, got url.Values) error
		ok   bool
	}{
		"serves": {func(h *hall, state string, got url.Values) error { return finish(h, state, got) }, true},
		"serves once": {func(h *hall, state string, got url.Values) error {
			return errors.Join(finish(h, state, got), finish(h, state, got))
		}, false},
		"serves in two minutes": {func(h *hall, state string, got url.Values) error {
			h.now = h.now.Add(2*time.Minute + time.Second)
			return finish(h, state, got)
		}, false},
		"serves the sign-in for which it is": {func(h *hall, _ string, got url.Values) error {
			_, other := h.Begin(back)
			got.Set("state", other)
			return finish(h, other, got)
		}, false},
		"is not guessed": {func(h *hall, state string, got url.Values) error {
			got.Set("code", "guess")
			return finish(h, state, got)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			_, state := h.Begin(back)
			if err := c.take(h, state, ticket(h, state)); (err == nil) != c.ok || err != nil && !errors.Is(err, fault.Invalid) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("with a wrong passphrase comes to nothing", func(t *testing.T) {
		_, state := h.Begin(back)
		status, _, page := h.asks("POST", "/door/unlock", url.Values{"user": {user}, "passphrase": {"a passphrase that is wrong"}, "state": {state}})
		if status != http.StatusForbidden || !strings.Contains(page, state) {
			t.Errorf("%d\n%s", status, page)
		}
	})
	t.Run("is asked for before what was not sent is handed out", func(t *testing.T) {
		if status, _, page := h.asks("POST", "/door/unsent", url.Values{"user": {user}, "passphrase": {"a passphrase that is wrong"}}); status != http.StatusForbidden {
			t.Errorf("without the passphrase: %d\n%s", status, page)
		}
		if status, _, page := h.asks("POST", "/door/unsent", me); status != http.StatusOK || !strings.HasPrefix(page, "Khumue stick 1") {
			t.Errorf("of nothing: %d\n%s", status, page)
		}
	})
}

func finish(h *hall, state string, got url.Values) error {
	id, err := h.Finish(state, got)
	if err == nil && id != somsri {
		h.t.Errorf("it is %s", id)
	}
	return err
}

func TestAMachineThatNobodyCanUnlockBeginsAnew(t *testing.T) {
	h := enrolled(t)
	sure := url.Values{"sure": {"yes"}}
	if status, _, page := h.asks("POST", "/door/aside", sure); status != http.StatusConflict {
		t.Errorf("an open machine: %d\n%s", status, page)
	}
	if err := h.Office.Close(); err != nil {
		t.Fatal(err)
	}
	if status, _, page := h.asks("POST", "/door/aside", nil); status != http.StatusUnprocessableEntity || h.Office.State() != office.Locked {
		t.Errorf("without a word: %d\n%s", status, page)
	}
	if status, to, page := h.asks("POST", "/door/aside", sure); status != http.StatusSeeOther || to != door.Path || h.Office.State() != office.Bare {
		t.Errorf("it begins anew: %d to %s\n%s", status, to, page)
	}
	kept, err := filepath.Glob(filepath.Join(h.Office.Dir, "office-*", "strongbox*"))
	if err != nil || len(kept) != 1 {
		t.Errorf("what it had: %v, %v", kept, err)
	}
	if status, to, page := h.asks("POST", "/door/enrol", me); status != http.StatusTemporaryRedirect {
		t.Errorf("it is enrolled: %d to %s\n%s", status, to, page)
	}
}
