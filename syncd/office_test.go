package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/strongbox"
)

// localPhrase is the passphrase of the officer of a machine.
const localPhrase = "กล้วย รถไฟ หน้าต่าง ฝน"

// guest is a browser on a machine of an office.
type guest struct {
	t *testing.T
	http.Client
	address string
}

func (n *node) guest(t *testing.T) *guest {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &guest{t, http.Client{Jar: jar}, n.address()}
}

// sees follows where a request leads, and returns the path and the page there.
func (b *guest) sees(r *http.Request) (int, string, string) {
	b.t.Helper()
	a, err := b.Do(r)
	must(b.t, err)
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	must(b.t, err)
	return a.StatusCode, a.Request.URL.Path, string(body)
}

func (b *guest) get(at string) (int, string, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.address+at, nil)
	must(b.t, err)
	return b.sees(r)
}

func (b *guest) post(at string, form url.Values) (int, string, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.address+at, strings.NewReader(form.Encode()))
	must(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.sees(r)
}

// machine is an office's machine that runs, with a folder of its own.
func machine(t *testing.T, centre string) *node {
	t.Helper()
	return runs(t, officeOpenCommand{officePlace: officePlace{Data: filepath.Join(t.TempDir(), "office"), Centre: centre, Cost: strongbox.Cost{Passes: 1, Memory: 64, Lanes: 1}},
		Listen: freeAddresses(t, 1)[0], Lobby: freeAddresses(t, 1)[0], Generator: generator, LogLevel: "error"}, func(*node) {})
}

// runs runs a machine until the test ends.
func runs(t *testing.T, c officeOpenCommand, change func(*node)) *node {
	t.Helper()
	n, err := c.node(streams{in: new(bytes.Buffer), out: io.Discard, err: os.Stderr})
	must(t, err)
	change(n)
	ctx, stop := context.WithCancel(context.Background())
	up, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- n.serve(ctx, func() { close(up) }) }()
	t.Cleanup(func() { stop(); must(t, <-ended) })
	select {
	case <-up:
	case err := <-ended:
		ended <- err
		t.Fatal(err)
	}
	return n
}

// soon waits until something is so, which two programs bring about.
func soon(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-tick.C {
		if so() {
			return
		}
	}
	t.Fatalf("%s: not within a minute", what)
}

// TestAnOfficeBehindItsDoor takes a machine of an office, in its browser, from a code
// to the back office, to a change that the centre publishes, and to its end.
func TestAnOfficeBehindItsDoor(t *testing.T) {
	c, address := ready(t)
	by := c.person(t, "central")
	code, _, err := c.offices.enrol.NewCode(t.Context(), by, sampleAgency, "", "โน้ตบุ๊กตัวอย่าง")
	must(t, err)
	n := machine(t, address)
	b := n.guest(t)

	if status, at, page := b.get("/manuals"); status != http.StatusOK || at != "/door" || !strings.Contains(page, address) {
		t.Fatalf("a bare machine shows %d at %s", status, at)
	}
	me := url.Values{"centre": {address}, "code": {code}, "user": {"central@example.invalid"}, "passphrase": {localPhrase}, "again": {localPhrase}}
	if status, at, page := b.post("/door/enrol", me); status != http.StatusOK || at != "/door" || !strings.Contains(page, "โน้ตบุ๊กตัวอย่าง") {
		t.Fatalf("it is enrolled: %d at %s\n%s", status, at, page)
	}
	soon(t, "the content comes in", func() bool { return n.inside.Load() != nil })
	soon(t, "the people come in", func() bool { _, err := n.office.Rooms().Recognise(t.Context(), by.ID); return err == nil })
	if status, at, _ := b.get("/manuals"); status != http.StatusOK || at != "/signin" {
		t.Errorf("who is not signed in sees %d at %s", status, at)
	}
	if status, at, page := b.post("/signin/office", nil); status != http.StatusOK || at != "/" || !strings.Contains(page, "กมล ตัวอย่าง") {
		t.Fatalf("who unlocked the machine is signed in: %d at %s\n%s", status, at, page)
	}
	if status, _, page := b.get("/manuals"); status != http.StatusOK || !strings.Contains(page, taxManual) {
		t.Errorf("the manuals of the office: %d\n%s", status, page)
	}
	if status, _, page := b.get("/sync"); status != http.StatusOK || !strings.Contains(page, `href="/sync"`) || strings.Contains(page, `href="/users"`) {
		t.Errorf("what it sends, and a menu of what it has: %d\n%s", status, page)
	}
	if status, _, _ := b.get("/users"); status != http.StatusForbidden {
		t.Errorf("what the centre would never hear of: %d", status)
	}
	n.othersAreTurnedAway(t)

	const file = "agencies/mot/dlt/points/dlt-area5.yaml"
	desk := n.inside.Load().desks.direct
	sheet, err := desk.Open(by, file)
	must(t, err)
	sheet.Value.(*catalog.Point).Directions.TH = "ข้างตลาด จากสำนักงาน"
	_, err = desk.Save(t.Context(), by, immediate.Change{File: file, Was: sheet.Was, Value: sheet.Value, Why: "ย้ายทางเข้า"})
	must(t, err)
	soon(t, "the centre has the change", func() bool {
		_, main, err := c.repo.Resolve(gitrepo.Main)
		must(t, err)
		src, err := c.repo.File(main.Tree, file)
		must(t, err)
		return strings.Contains(string(src), "จากสำนักงาน")
	})

	soon(t, "the office has its copy of the site", func() bool { return n.inside.Load().desks.builds.Ready(t.Context()) == nil })
	if _, err := os.Stat(filepath.Join(n.site(), "index.html")); err != nil {
		t.Error(err)
	}

	c.enrolsAtACommandLine(t, by, address)
	must(t, c.offices.enrol.Revoke(t.Context(), by, n.office.Rooms().Device))
	soon(t, "the machine hears that it was shut out", func() bool {
		n.office.Rooms().Courier.Try()
		_, at, _ := b.get("/manuals")
		return at == "/door"
	})
	if _, _, page := b.get("/door"); !strings.Contains(page, "ศูนย์กลางยกเลิกเครื่องนี้แล้ว") {
		t.Errorf("it says\n%s", page)
	}
}

// othersAreTurnedAway asks as a page would whose name somebody has lead here (S3), and
// as another site's form.
func (n *node) othersAreTurnedAway(t *testing.T) {
	t.Helper()
	b := n.guest(t)
	for _, at := range []string{"/", "/door"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.address+at, nil)
		must(t, err)
		r.Host = "evil.example"
		if status, _, _ := b.sees(r); status != http.StatusMisdirectedRequest {
			t.Errorf("%s for another host: %d", at, status)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+"/door/unlock", strings.NewReader(url.Values{"user": {"central@example.invalid"}, "passphrase": {localPhrase}}.Encode()))
	must(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://evil.example")
	if status, _, _ := b.sees(r); status != http.StatusForbidden {
		t.Errorf("a form of another site: %d", status)
	}
	if status, at, _ := b.post("/signin/office", nil); status != http.StatusOK || at != "/door" {
		t.Errorf("another browser is asked for a passphrase: %d at %s", status, at)
	}
}

// enrolsAtACommandLine enrols another machine without a browser.
func (c *centre) enrolsAtACommandLine(t *testing.T, by staff.Acting, address string) {
	t.Helper()
	code, _, err := c.offices.enrol.NewCode(t.Context(), by, sampleAgency, "", "เครื่องที่สอง")
	must(t, err)
	var out bytes.Buffer
	e := officeEnrolCommand{officePlace: officePlace{Data: filepath.Join(t.TempDir(), "office"), Centre: address, Cost: strongbox.Cost{Passes: 1, Memory: 64, Lanes: 1}},
		Code: code, User: "central@example.invalid"}
	must(t, e.Run(t.Context(), streams{in: strings.NewReader(localPhrase + "\n"), out: &out, err: io.Discard}))
	if !strings.Contains(out.String(), "เครื่องที่สอง") {
		t.Errorf("it says %q", out.String())
	}
	o, err := openOffice(e.officePlace, c.log, nil)
	must(t, err)
	if id, err := o.Unlock(t.Context(), "central@example.invalid", localPhrase); err != nil || id != by.ID {
		t.Errorf("it is unlocked by %s, %v", id, err)
	}
	must(t, o.Close())
}

func TestWhatAnOfficeRefuses(t *testing.T) {
	quiet := streams{in: new(bytes.Buffer), out: io.Discard, err: io.Discard}
	for name, do := range map[string]func(dir string) error{
		"an address that others reach": func(dir string) error {
			_, err := (&officeOpenCommand{officePlace: officePlace{Data: dir}, Listen: "0.0.0.0:8081", Lobby: "none", LogLevel: "error"}).node(quiet)
			return err
		},
		"a code without a centre": func(dir string) error {
			return (&officeEnrolCommand{officePlace: officePlace{Data: dir}, Code: "x", User: "a@example.invalid"}).Run(t.Context(), quiet)
		},
		"a code without a passphrase": func(dir string) error {
			return (&officeEnrolCommand{officePlace: officePlace{Data: dir, Centre: "http://localhost:1"}, Code: "x", User: "a@example.invalid"}).Run(t.Context(), quiet)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := do(t.TempDir()); !errors.Is(err, fault.Invalid) {
				t.Errorf("got %v", err)
			}
		})
	}
}
