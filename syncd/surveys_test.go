package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"image/png"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"khumue/internal/catalog"
	"khumue/internal/poster"
	"khumue/internal/testkit"
	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
)

const (
	ratedPoint = catalog.PointCode("dlt-area5")
	surveyOf   = "/survey/" + string(ratedPoint) + "/"
	asking     = `document.querySelector(".ask.now")?.dataset.ask`
	atHome     = `!document.querySelector("[data-start]").hidden`
	thanked    = `!document.querySelector("[data-thanks]").hidden`
)

// front is a server before the public site's, as an office's network has one. It
// can be cut off.
func (d demo) front(t *testing.T, change func(*http.Request)) *testkit.Server {
	t.Helper()
	to, err := url.Parse(d.public)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		if r.In.Header.Get("Origin") == "http://"+r.In.Host { // its own pages are those of the site
			r.Out.Header.Set("Origin", d.public)
		}
	}}
	return testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		change(r)
		proxy.ServeHTTP(w, r)
	}))
}

func unchanged(*http.Request) {}

// comes waits until the site is there, and opens a page of it.
func comes(tab *testkit.Tab, path string) {
	tab.Allow("404") // until then
	for tab.Go(path); testkit.Value[bool](tab, `!document.querySelector("[data-survey]")`); {
		tab.Go(path)
	}
}

// kept waits until the page is on the device.
func kept(tab *testkit.Tab) {
	tab.Until(`(await navigator.serviceWorker.ready).active.state === "activated" && await caches.match(location.pathname)`)
}

// rate answers the overall question alone and sends.
func rate(tab *testkit.Tab, n int) {
	tab.Until(asking)
	for tab.Text(asking) != "q1" {
		was := tab.Text(asking)
		tab.Click("[data-skip]")
		tab.Until(fmt.Sprintf(`%s !== %q`, asking, was))
	}
	tab.Click(fmt.Sprintf(`.ask.now .ask-option:has([value="%d"])`, n))
	tab.Until(asking + ` === "q2"`)
	tab.Click("[data-finish]")
	tab.Until(thanked)
}

// tablet registers a tablet as the officer of the point does, and returns its
// one-time code.
func (d demo) tablet(t *testing.T, data string) string {
	t.Helper()
	tree, err := structure.Read(os.DirFS("../content"))
	if err != nil {
		t.Fatal(err)
	}
	current := &structure.Current{}
	current.Set(tree)
	people, store, err := openDesk(t.Context(), config.Config{Data: data, Session: config.Default().Session, Token: config.Default().Token})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	users, _, err := people.Users(t.Context(), staff.Console, "", staff.UserFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if u.Email != "point@example.invalid" {
			continue
		}
		desk := &answers.Desk{Store: store.Answers(), Structure: current, Now: time.Now, Random: rand.Reader}
		code, _, err := desk.NewDevice(t.Context(), staff.Acting{Officer: u.Officer()}, sampleAgency, ratedPoint, "แท็บเล็ตช่อง 3")
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	t.Fatal("the point has no officer")
	return ""
}

// taken are the answers and the tablets of a demonstration's database.
func taken(t *testing.T, data string) (rows []answers.Answer, tablets []answers.Device) {
	t.Helper()
	store, err := sqlstore.Open(context.WithoutCancel(t.Context()), filepath.Join(data, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	err = store.Answers().Read(context.WithoutCancel(t.Context()), func(r answers.Records) error {
		if rows, err = r.After(0, 1000); err != nil {
			return err
		}
		tablets, err = r.Devices([]catalog.PointCode{ratedPoint})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, tablets
}

// Ten citizens answer on a registered tablet without a network. The tab is closed,
// the browser started again, the network comes back: there are ten rows, no more.
func TestATabletWithoutANetworkLosesNothing(t *testing.T) {
	data, folder := t.TempDir(), t.TempDir()
	t.Cleanup(func() { tenOfATablet(t, data) }) // once the demonstration has ended, which notes what it heard of tablets
	d := startDemo(t, "--data", data)
	server := d.front(t, unchanged)
	code := d.tablet(t, data)
	first := testkit.Browser{Folder: folder}
	tab := first.Open(t, server, testkit.View{Width: 1024, Height: 768})
	tab.Allow("ERR_", "WebSocket", "Permissions check failed")
	comes(tab, surveyOf)
	tab.Go(surveyOf + "?kiosk=1#device=" + code)
	tab.Until(atHome + ` && location.hash === "" && document.querySelector("[data-device]").textContent.includes("ส่งครบแล้ว")`)
	kept(tab)
	tab.Offline(true)
	tab.Reload()
	for n := range 10 {
		tab.Until(atHome)
		tab.Click("[data-start] [data-begin]")
		rate(tab, 1+n%5)
		tab.Reload()
	}
	const waits = atHome + ` && document.querySelector("[data-device]").textContent.includes("รอส่ง 10 คำตอบ")`
	tab.Until(waits)
	tab.Close()
	first.Close()
	if rows, _ := taken(t, data); len(rows) != 0 {
		t.Fatalf("%d answers came while the network was cut", len(rows))
	}

	second := testkit.Browser{Folder: folder}
	defer second.Close()
	tab = second.Open(t, server, testkit.View{Width: 1024, Height: 768})
	tab.Allow("ERR_", "WebSocket", "Permissions check failed")
	tab.Go(surveyOf + "?kiosk=1")
	tab.Until(waits)
	began := time.Now()
	tab.Offline(false)
	tab.Until(`document.querySelector("[data-device]").textContent.includes("ส่งครบแล้ว")`)
	t.Logf("sent %v after the network came back", time.Since(began).Round(10*time.Millisecond))
	for _, v := range tab.Axe() {
		t.Error(v)
	}
	tab.Reload() // nothing is sent once more
	tab.Until(atHome + ` && document.querySelector("[data-device]").textContent.includes("ส่งครบแล้ว · ติดต่อล่าสุด")`)
}

// tenOfATablet holds the database of a demonstration that has ended to ten answers,
// each once, of one tablet.
func tenOfATablet(t *testing.T, data string) {
	rows, tablets := taken(t, data)
	ids := map[string]bool{}
	for _, a := range rows {
		ids[a.ID] = true
	}
	if len(rows) != 10 || len(ids) != 10 {
		t.Errorf("%d rows of %d answers, want 10 of 10", len(rows), len(ids))
	}
	if len(tablets) != 1 || tablets[0].Taken != 10 || tablets[0].Contact.IsZero() || tablets[0].Pending != 0 {
		t.Errorf("the tablets are %+v, want one that has sent 10, on which none waits", tablets)
	}
}

// F26: where a proxy takes the upgrade out of requests, the same answer goes by POST.
func TestAProxyWithoutWebsocketsHoldsNoAnswerUp(t *testing.T) {
	data := t.TempDir()
	d := startDemo(t, "--data", data)
	server := d.front(t, func(r *http.Request) {
		r.Header.Del("Upgrade")
		r.Header.Del("Connection")
	})
	tab := browser.Open(t, server, phone)
	tab.Allow("WebSocket")
	comes(tab, surveyOf)
	rate(tab, 4)
	tab.Until(`document.querySelector("[data-status]").textContent === "ส่งคำตอบแล้ว"`)
	if rows, _ := taken(t, data); len(rows) != 1 {
		t.Errorf("%d rows, want 1", len(rows))
	}
}

// Without scripts the site's page is a form, which the daemon shows once more with
// a key that serves once.
func TestTheSitesFormIsSentWithoutScripts(t *testing.T) {
	plain := testkit.View{Width: phone.Width, Height: phone.Height, NoScript: true}
	data := t.TempDir()
	d := startDemo(t, "--data", data)
	for i, lang := range []struct{ path, thanks string }{{"", "ได้รับคำตอบแล้ว"}, {"/en", "Your answers were received"}} {
		tab := browser.Open(t, &testkit.Server{URL: d.public}, plain)
		check := func(state string) {
			t.Helper()
			tab.View(phone) // axe-core is a script
			for _, v := range tab.Axe() {
				t.Errorf("%s%s: %s", state, lang.path, v)
			}
			tab.View(plain)
		}
		tab.Allow("ERR_CACHE_MISS")
		comes(tab, lang.path+surveyOf)
		check("the page")
		tab.Click(`[data-ask=q1] .ask-option:has([value="5"])`)
		tab.Type("[data-ask=q12] textarea", "เร็วดี 081-234-5678")
		tab.Click("[data-send]")
		tab.Until(`location.pathname === "/survey" && document.querySelector("form [name=key]")?.value && document.querySelector("[name$=q1]:checked")?.value === "5"`)
		check("with a key")
		tab.Click("form button")
		thanks := `location.search.includes("done=1") && document.querySelector("main").textContent.includes("` + lang.thanks + `")`
		tab.Until(thanks)
		check("thanks")
		tab.Reload()
		tab.Until(thanks)
		d.backAndAgain(t, tab, lang.path, thanks)
		check("another turn")
		if rows, _ := taken(t, data); len(rows) != 2*i+1 {
			t.Errorf("%d rows, want %d", len(rows), 2*i+1)
		}
		plainly(tab, 2)
		if rows, _ := taken(t, data); len(rows) != 2*i+2 {
			t.Errorf("after another turn %d rows, want %d", len(rows), 2*i+2)
		}
	}
}

// backAndAgain goes back from the thanks to the site's form and to the daemon's, and
// sends what it finds there. It ends where another turn begins.
func (d demo) backAndAgain(t *testing.T, tab *testkit.Tab, lang, thanks string) {
	t.Helper()
	again := func() { plainly(tab, 5) }
	tab.Back(2) // beyond the form that the site's was answered with
	tab.Until(`document.querySelector("[data-survey] [data-send]")`)
	tab.Until(`(document.querySelector("[data-survey] [data-send]")?.click(), true)`) // a page that was kept whole
	again()
	// A link to the daemon's form, as of another page: it is asked for again.
	tab.Go("/survey?point=" + string(ratedPoint) + map[string]string{"/en": "&lang=en"}[lang])
	again()
	tab.Back(1)
	tab.Until(`document.querySelector("form [name=key]")`)
	again()
	tab.Until(`(document.querySelector("main a[href*=turn]")?.click(), true)`)
	tab.Until(`location.search.includes("turn=2") && document.querySelector("form [name=key]")`)
}

// plainly answers the overall question of the daemon's form and sends it, until
// that is thanked for.
func plainly(tab *testkit.Tab, n int) {
	tab.Until(fmt.Sprintf(`(() => {
		const form = document.querySelector("form:has([name=key])");
		if (form && !form.dataset.sent) {
			form.dataset.sent = "yes";
			form.querySelector('[name$=q1][value="%d"]').checked = true;
			form.querySelector("button").click();
		}
		return !form && location.pathname === "/survey" && document.querySelector("main a[href*=turn]");
	})()`, n))
}

// A poster's code is read from its pixels, and what it says is opened.
func TestAPosterOpensTheSurveyOfItsPoint(t *testing.T) {
	const manual = catalog.ManualID("dlt-xgveak")
	d := startDemo(t)
	tab := browser.Open(t, &testkit.Server{URL: d.public}, phone)
	for _, of := range []catalog.ManualID{"", manual} {
		p := poster.Poster{
			Agency: catalog.Text{TH: "กรมการขนส่งทางบก", EN: "Department of Land Transport"}, Point: catalog.Text{TH: "สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5"},
			Code: ratedPoint, Manual: of, Address: poster.Address(d.public, ratedPoint, of),
		}
		if of != "" {
			p.Title = catalog.Text{TH: "การขอรับใบอนุญาตขับรถ"}
		}
		address := scanned(t, p)
		if address != p.Address {
			t.Fatalf("the code says %s, want %s", address, p.Address)
		}
		comes(tab, address[len(d.public):])
		first := "q0"
		if of != "" {
			first = "q1" // the address has answered which service it was
		}
		tab.Until(fmt.Sprintf(`document.querySelector("[data-survey]").dataset.point === %q && %s === %q`, ratedPoint, asking, first))
		if of != "" {
			tab.Until(fmt.Sprintf(`document.querySelector("[data-questions]").elements.q0.value === %q`, of))
		}
	}
}

// scanned is what a scanner reads from a poster.
func scanned(t *testing.T, p poster.Poster) string {
	t.Helper()
	style, err := poster.ParseStyle("", "")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Write(&b, style, poster.PNG); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	found, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatal(err)
	}
	return found.GetText()
}
