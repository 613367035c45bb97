package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/testkit"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/counter"
	"khumue/syncd/internal/deeds"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/strongbox"
)

var hallShots = flag.String("screenshots", "", "folder for pictures; none are taken unless given")

// cable is the network between an office and its centre, which can be cut.
type cable struct {
	address string

	mu    sync.Mutex
	down  bool
	conns map[net.Conn]bool
}

// cableTo opens a way from an address of this machine to another.
func cableTo(t *testing.T, from, to string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", from)
	must(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	must(t, err)
	g := &cable{address: "http://localhost:" + port, conns: map[net.Conn]bool{}}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil || !g.keep(c, far) {
				c.Close()
				continue
			}
			open.Go(func() { io.Copy(far, c); far.Close() })
			open.Go(func() { io.Copy(c, far); c.Close() })
		}
	})
	t.Cleanup(func() { l.Close(); g.cut(true); open.Wait() })
	return g
}

// keep notes connections; false while the way is cut.
func (g *cable) keep(list ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range list {
		if g.down {
			c.Close()
		} else {
			g.conns[c] = true
		}
	}
	return !g.down
}

// cut ends all that goes through, and lets nothing more, or lets it again.
func (g *cable) cut(down bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down = down; down {
		for c := range g.conns {
			c.Close()
		}
		clear(g.conns)
	}
}

// The office's machine on its network: its address, its name, and where a browser that
// knows the name gets a way to it that can be cut.
const (
	hallHost = "127.0.0.2"
	hallName = "office-pc.local"
	hallWay  = "127.0.0.1"
)

// network is the office's own, with a tablet's tab on one of the machine's halls.
type network struct {
	*testkit.Tab
	cable *cable
}

// onNetwork opens a tab on a hall.
func (h *halls) onNetwork(t *testing.T, b *testkit.Browser, at hall, v testkit.View) network {
	t.Helper()
	w := cableTo(t, net.JoinHostPort(hallWay, at.port), net.JoinHostPort(hallHost, at.port))
	return network{b.Open(t, &testkit.Server{URL: at.scheme + "://" + net.JoinHostPort(hallName, at.port)}, v), w}
}

// offline takes the tablet off the network, or back on.
func (n network) offline(is bool) {
	n.cable.cut(is)
	n.Offline(is)
}

// hosting is a machine that offers its halls, unlocked, with a browser that is signed
// in to its back office.
func hosting(t *testing.T, c *centre, to string) (*node, *guest) {
	t.Helper()
	addr := freeAddresses(t, 3)
	n := runs(t, officeOpenCommand{officePlace: officePlace{Data: filepath.Join(t.TempDir(), "office"), Centre: to, Cost: strongbox.Cost{Passes: 1, Memory: 64, Lanes: 1}},
		Listen: addr[0], Lobby: hallHost + strings.TrimPrefix(addr[1], "localhost"), Kiosk: hallHost + strings.TrimPrefix(addr[2], "localhost"),
		Generator: generator, LogLevel: "error"}, func(n *node) {
		n.halls.look = func() counter.Place {
			return counter.Place{Addresses: []netip.Addr{netip.MustParseAddr(hallHost)}, Names: []string{hallName, "localhost"}}
		}
	})
	by := c.person(t, "central")
	code, _, err := c.offices.enrol.NewCode(t.Context(), by, sampleAgency, "", "โน้ตบุ๊กหน้าเคาน์เตอร์")
	must(t, err)
	b := n.guest(t)
	b.post("/door/enrol", url.Values{"centre": {to}, "code": {code}, "user": {"central@example.invalid"}, "passphrase": {localPhrase}, "again": {localPhrase}})
	soon(t, "the content comes in", func() bool { return n.inside.Load() != nil })
	soon(t, "the people come in", func() bool { _, err := n.office.Rooms().Recognise(t.Context(), by.ID); return err == nil })
	if status, at, _ := b.post("/signin/office", nil); status != http.StatusOK || at != "/" {
		t.Fatalf("nobody is signed in: %d at %s", status, at)
	}
	soon(t, "the office has its copy of the site", func() bool { return n.inside.Load().desks.builds.Ready(t.Context()) == nil })
	return n, b
}

// answersIn are the ids of all answers that a database has, in their order.
func answersIn(t *testing.T, s *sqlstore.Store) (ids []string) {
	t.Helper()
	must(t, s.Answers().Read(context.WithoutCancel(t.Context()), func(r answers.Records) error {
		ids = nil
		list, err := r.After(0, 1000)
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		return err
	}))
	slices.Sort(ids)
	return ids
}

var kioskLink = regexp.MustCompile(`https://office-pc\.local:\d+(/survey/[^"<#]+)#device=([a-z0-9]+)`)

// TestTabletsAtAnOfficesCounter links a tablet over TLS, has citizens answer while the
// centre can not be reached, on the tablet and in the clear, and then all of it is at
// the centre, each once.
func TestTabletsAtAnOfficesCounter(t *testing.T) {
	c, address := ready(t)
	g := cableTo(t, "localhost:0", strings.TrimPrefix(address, "http://"))
	n, b := hosting(t, c, g.address)
	n.halls.othersAreTurnedAway(t)
	c.servesItsOwn(t)
	soon(t, "the point is there", func() bool {
		_, _, page := b.get("/kiosks?unit=" + string(sampleAgency))
		return strings.Contains(page, string(ratedPoint))
	})
	_, _, page := b.get("/kiosks?unit=" + string(sampleAgency))
	authority, err := n.halls.certs.Authority()
	must(t, err)
	for _, want := range []string{"https://" + hallName, authority.Fingerprint(), counter.Path, `class="qr"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of tablets does not tell %s", want)
		}
	}
	g.cut(true)
	_, _, page = b.post("/kiosks", url.Values{"point": {string(ratedPoint)}, "name": {"แท็บเล็ตช่อง 3"}})
	link := kioskLink.FindStringSubmatch(strings.ReplaceAll(page, "&amp;", "&"))
	if link == nil {
		t.Fatalf("there is no link\n%s", page)
	}

	tablet := testkit.Browser{AnyCertificate: true, Names: []string{hallName}}
	defer tablet.Close()
	tab := n.halls.onNetwork(t, &tablet, n.halls.kiosk, testkit.View{Width: 1024, Height: 768})
	tab.Allow("ERR_", "WebSocket", "Permissions check failed")
	comes(tab.Tab, surveyOf)
	tab.Go(link[1] + "#device=" + link[2])
	tab.Until(atHome + ` && location.hash === "" && document.querySelector("[data-device]").textContent.includes("ส่งครบแล้ว")`)
	if testkit.Value[bool](tab.Tab, `!document.querySelector("[data-live]").hidden`) {
		t.Error("over TLS it says that nothing is kept")
	}
	kept(tab.Tab)
	answer := func(n int) {
		tab.Until(atHome)
		tab.Click("[data-start] [data-begin]")
		rate(tab.Tab, 1+n%5)
		tab.Reload()
	}
	for i := range 3 {
		answer(i)
	}
	const allSent = `document.querySelector("[data-device]").textContent.includes("ส่งครบแล้ว")`
	tab.Until(allSent)
	tab.offline(true) // the office's own network is gone, too
	for i := range 2 {
		answer(i)
	}
	tab.Until(atHome + ` && document.querySelector("[data-device]").textContent.includes("รอส่ง 2 คำตอบ")`)
	tab.offline(false)
	tab.Until(allSent)
	clearly(t, n, &tablet)

	here := answersIn(t, n.office.Rooms().Store)
	if there := answersIn(t, c.store); len(here) != 7 || len(there) != 0 {
		t.Errorf("the office has %d answers, the centre %d", len(here), len(there))
	}
	ops, err := n.office.Rooms().Box.Items(t.Context(), outbox.Filter{Kinds: []string{deeds.Survey}})
	must(t, err)
	if len(ops) != 7 {
		t.Errorf("%d operations", len(ops))
	}
	if _, _, page := b.get("/sync"); !strings.Contains(page, "ประชาชน") || !strings.Contains(page, "7") {
		t.Errorf("what is sent does not tell of it\n%s", page)
	}
	g.cut(false)
	soon(t, "the centre has all", func() bool {
		n.office.Rooms().Courier.Try()
		return slices.Equal(answersIn(t, c.store), here)
	})
	soon(t, "all is sent, and it says so", func() bool {
		tally, err := n.office.Rooms().Box.Look(t.Context())
		must(t, err)
		n.office.Rooms().Courier.Try()
		return tally.AllSent() && tally.Processed >= 7 && tally.Attention == 0
	})
	if there := answersIn(t, c.store); !slices.Equal(there, here) {
		t.Errorf("the centre has %v, the office %v", there, here)
	}
}

// servesItsOwn asks which points a machine answers for.
func (c *centre) servesItsOwn(t *testing.T) {
	t.Helper()
	for name, w := range map[string]struct {
		dev   inbox.Device
		point catalog.PointCode
		want  bool
	}{
		"the agency's machine":             {inbox.Device{Agency: sampleAgency}, ratedPoint, true},
		"one of an agency above":           {inbox.Device{Agency: "mot"}, ratedPoint, true},
		"one of another agency":            {inbox.Device{Agency: "doh"}, ratedPoint, false},
		"the point's own":                  {inbox.Device{Agency: sampleAgency, Point: ratedPoint}, ratedPoint, true},
		"another point's":                  {inbox.Device{Agency: sampleAgency, Point: "dlt-area2"}, ratedPoint, false},
		"of a point that there is nowhere": {inbox.Device{Agency: sampleAgency}, "dlt-gone", false},
	} {
		if got, err := c.servesPoint(w.dev, w.point); got != w.want || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// clearly has a citizen answer over an address in the clear: it says before that nothing
// is kept, and thanks for nothing that has not arrived.
func clearly(t *testing.T, n *node, b *testkit.Browser) {
	t.Helper()
	tab := n.halls.onNetwork(t, b, n.halls.lobby, phone)
	tab.Allow("ERR_", "WebSocket", "Failed to load", "Cross-Origin-Opener-Policy")
	const says, failed = `!document.querySelector("[data-live]").hidden`, `!document.querySelector("[data-problem]").hidden`
	tab.Go(surveyOf)
	tab.Until(`!window.isSecureContext && ` + asking + ` && ` + says)
	hallPicture(t, tab.Tab, "clear")
	for _, v := range tab.Axe() {
		t.Error(v)
	}
	rate(tab.Tab, 4)
	tab.Until(`document.querySelector("[data-status]").textContent === "ส่งคำตอบแล้ว"`)

	tab.Reload()
	tab.Until(asking)
	tab.offline(true)
	for tab.Text(asking) != "q1" {
		was := tab.Text(asking)
		tab.Click("[data-skip]")
		tab.Until(fmt.Sprintf(`%s !== %q`, asking, was))
	}
	tab.Click(`.ask.now .ask-option:has([value="2"])`)
	tab.Until(asking + ` === "q2"`)
	tab.Click("[data-finish]")
	tab.Until(failed + ` && document.querySelector("[data-thanks]").hidden`)
	hallPicture(t, tab.Tab, "clear-failed")
	tab.offline(false)
	tab.Until(`(document.querySelector("[data-finish]").click(), ` + thanked + `)`)

	tab.Go(surveyOf + "?kiosk=1#device=aaaabbbbccccdddd")
	tab.Until(atHome + ` && ` + says + ` && document.querySelector("[data-device]").textContent.includes("ส่งทันทีเท่านั้น")`)
	if got := tab.Dialogs(); len(got) != 1 || got[0] != "alert" {
		t.Errorf("a tablet is registered in the clear: %v", got)
	}
	hallPicture(t, tab.Tab, "clear-kiosk")
	tab.Go(counter.Path)
	tab.Until(`document.querySelector("a[href='/tablet/office.crt']")`)
}

func hallPicture(t *testing.T, tab *testkit.Tab, name string) {
	t.Helper()
	if *hallShots != "" {
		must(t, os.WriteFile(filepath.Join(*hallShots, name+".png"), tab.Picture(), 0o600))
	}
}

// othersAreTurnedAway asks for what no hall offers, for hosts by which the machine is
// not found, and without trust.
func (h *halls) othersAreTurnedAway(t *testing.T) {
	t.Helper()
	authority, err := h.certs.Authority()
	must(t, err)
	cert, err := x509.ParseCertificate(authority.Certificate())
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	ask := func(method, at, host, origin string) int {
		t.Helper()
		body := map[string]string{http.MethodPost: `{"type":"hello","version":1}`}[method]
		r, err := http.NewRequestWithContext(t.Context(), method, at, strings.NewReader(body))
		must(t, err)
		r.Host = host
		r.Header.Set("Content-Type", "application/json")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		a, err := client.Do(r)
		must(t, err)
		a.Body.Close()
		return a.StatusCode
	}
	for _, hall := range []hall{h.lobby, h.kiosk} {
		at := h.bound(hall)[0]
		for path, want := range map[string]int{"/": 200, "/signin": 404, "/door": 404, "/kiosks": 404, "/sync": 404, "/ws/live": 404, "/api/enrol": 404} {
			if got := ask(http.MethodGet, at+path, "", ""); got != want {
				t.Errorf("%s%s: %d", hall.scheme, path, got)
			}
		}
		if got := ask(http.MethodGet, at+"/", "evil.example", ""); got != http.StatusMisdirectedRequest {
			t.Errorf("%s for another host: %d", hall.scheme, got)
		}
		if got := ask(http.MethodPost, at+"/api/survey", "", at); got != http.StatusOK {
			t.Errorf("%s, its own page: %d", hall.scheme, got)
		}
		if got := ask(http.MethodPost, at+"/api/survey", "", "https://evil.example"); got != http.StatusForbidden {
			t.Errorf("%s, another site's page: %d", hall.scheme, got)
		}
	}
}

func TestWhatAHallNeeds(t *testing.T) {
	quiet := streams{in: new(bytes.Buffer), out: io.Discard, err: io.Discard}
	for name, c := range map[string]struct {
		command officeOpenCommand
		kind    fault.Kind
	}{
		"TLS without a page that hands the certificate out": {officeOpenCommand{Lobby: "none", Kiosk: ":8443", Generator: generator}, fault.Invalid},
		"a certificate that is not there":                   {officeOpenCommand{Kiosk: ":8443", TLSCert: "none.pem", TLSKey: "none.pem", Generator: generator}, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			c.command.Data, c.command.Listen, c.command.LogLevel = t.TempDir(), "localhost:8081", "error"
			if _, err := c.command.node(quiet); !errors.Is(err, c.kind) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTheCopyOfTheSiteSpeaksToItsOwnMachine(t *testing.T) {
	for in, want := range map[string]string{
		"name: {th: ก}\nservice: https://svc.example.go.th\nowner: x\n": "name: {th: ก}\nowner: x\n",
		"service: \"https://svc.example.go.th\"":                        "",
		"name: x\nhotline: service\n":                                   "name: x\nhotline: service\n",
	} {
		if got := string(withoutService([]byte(in))); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}
