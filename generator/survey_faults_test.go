package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"khumue/generator/internal/watch"
	"khumue/internal/testkit"
)

const (
	saysWaiting = `document.querySelector("[data-status]").textContent.includes("รอส่ง 1 คำตอบ")`
	deviceLine  = `document.querySelector("[data-device]").textContent`
	online      = `(dispatchEvent(new Event("online")), true)`
)

// onceEach fails unless so many answers are stored, and none is kept any more.
func onceEach(t *testing.T, d *taker, tab *testkit.Tab, want int) {
	t.Helper()
	tab.Until(`await ` + inBox + ` === "0 wait, 0 refused"`)
	if got := d.count(); got != want {
		t.Errorf("%d answers are stored, want %d", got, want)
	}
}

// F4: neither a second tap nor a second tab makes an answer two.
func TestASecondTapAndASecondTabAreNoAnswers(t *testing.T) {
	d, server := newTaker(t, misbehaviour{portal: true})
	tab := browser.Open(t, server, testkit.View{})
	tab.Allow("WebSocket")
	other := tab.Beside(testkit.View{})
	other.Allow("WebSocket")
	for _, one := range []*testkit.Tab{tab, other} {
		one.Go(surveyPage + "?procedure=dlt-xgveak")
		one.Until(asking + ` === "q1"`)
		one.Click(`.ask.now .ask-option:has([value="5"])`)
		one.Until(asking + ` === "q2"`)
		one.Until(`(() => { const b = document.querySelector("[data-finish]"); b.click(); b.click(); return true })()`)
		one.Until(`!document.querySelector("[data-thanks]").hidden`)
	}
	tab.Until(`await ` + inBox + ` === "2 wait, 0 refused"`)
	d.behaves(misbehaviour{})
	tab.Until(online)
	other.Until(online)
	onceEach(t, d, tab, 2)
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, times := range d.times {
		if times != 1 {
			t.Errorf("%s was sent %d times", id, times)
		}
	}
}

// F24: a line that is open and dead is given up after a while, and the answer goes
// another way. The page's long timers run twenty times as fast.
func TestADeadLineIsGivenUp(t *testing.T) {
	const hurry = `{ const later = setTimeout; window.setTimeout = (act, ms) => later(act, ms >= 10000 ? ms / 20 : ms); }`
	for name, how := range map[string]misbehaviour{"nothing is answered": {silent: true}, "nobody says hello": {wordless: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, server := newTaker(t, how)
			tab := browser.Open(t, server, testkit.View{Before: hurry})
			tab.Allow("WebSocket")
			tab.Go(surveyPage)
			answerOne(tab, 5)
			tab.Until(saysSent)
			onceEach(t, d, tab, 1)
			if got := strings.Join(d.ways, " "); got != "post" {
				t.Errorf("it came by %s, want post", got)
			}
		})
	}
}

// F31: the clock of the device may say anything.
func TestAClockThatIsWrongLosesNoAnswer(t *testing.T) {
	for name, years := range map[string]int{"of the Buddhist era": 543, "of long ago": -20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, server := newTaker(t, misbehaviour{})
			tab := browser.Open(t, server, testkit.View{Before: fmt.Sprintf(`{ const now = Date.now; Date.now = () => { const d = new Date(now()); return d.setFullYear(d.getFullYear() + %d); }; }`, years)})
			tab.Go(surveyPage)
			year := testkit.Value[int](tab, `new Date().getFullYear()`) + years
			answerOne(tab, 5)
			tab.Until(saysSent)
			onceEach(t, d, tab, 1)
			for _, body := range d.stored {
				if !strings.Contains(body, fmt.Sprintf(`"answered":"%d-`, year)) {
					t.Errorf("%s is not of the year %d", body, year)
				}
			}
		})
	}
}

// F41: after ten minutes without progress somebody is told, until it goes on.
func TestAQueueThatIsStuckIsToldOf(t *testing.T) {
	d, server := newTaker(t, misbehaviour{portal: true})
	tab := browser.Open(t, server, testkit.View{Before: `{ const now = Date.now; window.ahead = 0; Date.now = () => now() + window.ahead; }`})
	tab.Allow("WebSocket", "Permissions check failed")
	tab.Go(surveyPage + "?kiosk=1")
	tab.Click("[data-start] [data-begin]")
	answerOne(tab, 1)
	tab.Until(deviceLine + `.includes("รอส่ง 1 คำตอบ")`)
	const stuck = deviceLine + `.includes("เกินสิบนาที") && document.querySelector("[data-device]").classList.contains("alarm")`
	if testkit.Value[bool](tab, stuck) {
		t.Error("it is told of at once")
	}
	tab.Until(`(window.ahead = 11 * 60000, true)`)
	tab.Until(online)
	tab.Until(stuck)
	d.behaves(misbehaviour{})
	tab.Until(online)
	tab.Until(deviceLine + `.includes("ส่งครบแล้ว") && !document.querySelector("[data-device]").classList.contains("alarm")`)
	onceEach(t, d, tab, 1)
}

// F38: the browser is asked to keep what waits, and whoever waits is told where it
// does not promise to. What was cleared away is not said to have been sent.
func TestF38ABrowserThatForgetsIsNotTrusted(t *testing.T) {
	for name, promises := range map[string]bool{"it promises": true, "it does not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, server := newTaker(t, misbehaviour{portal: true})
			tab := browser.Open(t, server, testkit.View{Before: fmt.Sprintf(`StorageManager.prototype.persist = async () => { window.persistAsked = true; return %t; };`, promises)})
			tab.Allow("WebSocket", "Permissions check failed")
			tab.Go(surveyPage)
			answerOne(tab, 2)
			tab.Until(fmt.Sprintf(`window.persistAsked && %s && document.querySelector("[data-unkept]").hidden === %t`, saysWaiting, promises))

			tab.Until(`await new Promise((done) => { const r = indexedDB.deleteDatabase("khumue-survey"); r.onsuccess = () => done(true); })`)
			tab.Until(`(localStorage.clear(), true)`)
			tab.Go(surveyPage + "?kiosk=1")
			tab.Until(deviceLine + `.startsWith("ไม่มีคำตอบรอส่ง")`)
			if got := tab.Text(deviceLine); strings.Contains(got, "ส่งครบแล้ว") {
				t.Errorf("it says %s", got)
			}
		})
	}
}

// F32, F39: a new build with other scripts and a new question set comes while
// answers wait. They are there after it, and are sent once, as they were given.
func TestWhatWaitsOutlivesANewBuild(t *testing.T) {
	dir := t.TempDir()
	content, theme, site := filepath.Join(dir, "content"), filepath.Join(dir, "theme"), filepath.Join(dir, "public")
	for to, from := range map[string]string{content: sample.content, theme: "../themes/default"} {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	build := func() {
		t.Helper()
		var told bytes.Buffer
		if code := run(t.Context(), []string{"build", "--content", content, "--theme", theme, "--out", site}, streams{in: strings.NewReader(""), out: &told, err: &told}); code != 0 {
			t.Fatalf("exit %d: %s", code, told.String())
		}
	}
	build()
	d := &taker{site: &watch.Server{Dir: site}, stored: map[string]string{}, times: map[string]int{}, how: misbehaviour{portal: true}}
	tab := browser.Open(t, testkit.Serve(t, d), testkit.View{})
	tab.Allow("WebSocket")
	tab.Go(surveyPage)
	kept(tab)
	for range 5 {
		tab.Reload()
		answerOne(tab, 3)
	}
	tab.Until(`await ` + inBox + ` === "5 wait, 0 refused"`)

	first, err := os.ReadFile(filepath.Join(content, "surveys/satisfaction-1.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(content, "surveys/satisfaction-2.yaml"), bytes.Replace(first, []byte("id: satisfaction-1"), []byte("id: satisfaction-2"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	rewrite(t, filepath.Join(theme, "assets/js/survey.js"), "export function start(article) {", "export function start(article) {\n  article.dataset.build = \"second\";")
	build()
	tab.Reload()
	tab.Until(`await navigator.serviceWorker.getRegistration().then((r) => !r.installing && !r.waiting && r.active.state === "activated")`)
	tab.Go(surveyPage)
	tab.Until(`document.querySelector("[data-survey]").dataset.build === "second" && document.querySelector("[data-survey]").dataset.form === "satisfaction-2"`)
	tab.Until(`await ` + inBox + ` === "5 wait, 0 refused"`)
	answerOne(tab, 4)
	d.behaves(misbehaviour{})
	tab.Until(online)
	onceEach(t, d, tab, 6)
	forms := map[string]int{}
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, body := range d.stored {
		_, rest, _ := strings.Cut(body, `"form":"`)
		forms[rest[:len("satisfaction-1")]]++
		if d.times[id] != 1 {
			t.Errorf("%s was sent %d times", id, d.times[id])
		}
	}
	if forms["satisfaction-1"] != 5 || forms["satisfaction-2"] != 1 {
		t.Errorf("the answers are of %v", forms)
	}
}

// A reader of a manual finds where to rate its service.
func TestAManualLeadsToItsSurvey(t *testing.T) {
	tab := open(t, &sample, testkit.View{Width: 360, Height: 740})
	tab.Go("/procedure/dlt-xgveak/")
	tab.Click(".rate a")
	tab.Until(`location.hash === "#points"`)
	for _, v := range tab.Axe() {
		t.Error(v)
	}
}

// looked holds once the page has looked at what the device keeps.
const looked = `document.querySelector("[data-status]").textContent !== ""`

// registered makes the device one that an officer registered.
const registered = `await new Promise((done) => {
	const open = indexedDB.open("khumue-survey");
	open.onsuccess = () => {
		const t = open.result.transaction(["about"], "readwrite");
		t.objectStore("about").put({ token: "khumue_kiosk_x", name: "x" }, "device");
		t.oncomplete = () => { open.result.close(); done(true); };
	};
})`

// laid is how many answers the device keeps that the daemon has.
const laid = `await new Promise((done) => {
	const open = indexedDB.open("khumue-survey");
	open.onsuccess = () => {
		const all = open.result.transaction(["sent"]).objectStore("sent").count();
		all.onsuccess = () => { open.result.close(); done(all.result); };
	};
})`

// F13, F40: the centre is restored from a backup that has none of the last answers.
// A registered tablet says no longer that all was sent, sends them again, and they
// count once; a citizen's own device keeps nothing that was sent.
func TestARestoredCentreGetsItsAnswersAgain(t *testing.T) {
	for name, tablet := range map[string]bool{"a registered tablet": true, "a citizen's own device": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, server := newTaker(t, misbehaviour{})
			d.epoch = "first"
			tab := browser.Open(t, server, testkit.View{})
			tab.Allow("WebSocket", "Permissions check failed", "ERR_")
			want := 1
			if tab.Go(surveyPage); tablet {
				tab.Until(looked)
				tab.Until(registered)
				want = 4
			}
			for range 3 {
				tab.Reload()
				answerOne(tab, 4)
				tab.Until(saysSent)
			}
			onceEach(t, d, tab, 3)
			tab.Until(fmt.Sprintf(`%s === %d`, laid, want-1))

			d.restore("second")
			tab.Go(surveyPage + "?kiosk=1")
			tab.Until(deviceLine + `.includes("ส่งครบแล้ว")`)
			d.behaves(misbehaviour{mute: 1}) // and the line is cut while they are sent again
			tab.Click("[data-start] [data-begin]")
			answerOne(tab, 5)
			tab.Until(online)
			tab.Until(deviceLine + `.includes("ส่งครบแล้ว")`)
			onceEach(t, d, tab, want)
			tab.Until(fmt.Sprintf(`%s === %d`, laid, map[bool]int{true: 4, false: 0}[tablet]))
		})
	}
}

// A counter's script comes later than what it has to tell of: it says so all the
// same, and not that nothing was ever sent.
func TestATabletWhoseScriptComesLateSaysWhatIsSent(t *testing.T) {
	d, server := newTaker(t, misbehaviour{})
	d.late = make(chan struct{})
	tab := browser.Open(t, server, testkit.View{})
	tab.Allow("Permissions check failed")
	tab.Go(surveyPage)
	answerOne(tab, 4)
	tab.Until(saysSent)
	tab.Go(surveyPage + "?kiosk=1")
	tab.Until(`document.querySelector("[data-status]").textContent !== ""`) // it was told once, and will not be again
	close(d.late)
	tab.Until(deviceLine + `.includes("ส่งครบแล้ว")`)
}

// restore forgets what was stored, as a daemon does that begins with an older backup.
func (d *taker) restore(epoch string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stored, d.times, d.epoch = map[string]string{}, map[string]int{}, epoch
}

// F39: the device's database has the layout of a former build, and a full queue,
// while a page of that build has it open. All is there after, and is sent as it was;
// and a page of now goes on where a later build has made another layout.
func TestF39AFullQueueOutlivesAnotherLayout(t *testing.T) {
	const queue = 60
	former := fmt.Sprintf(`await new Promise((done) => {
		const open = indexedDB.open("khumue-survey", 1);
		open.onupgradeneeded = () => {
			open.result.createObjectStore("waiting", { keyPath: "id" });
			open.result.createObjectStore("about");
		};
		open.onsuccess = () => {
			const db = open.result;
			db.onversionchange = () => db.close();
			const t = db.transaction(["waiting", "about"], "readwrite");
			for (let i = 0; i < %d; i++) t.objectStore("waiting").put({ id: "old-" + i, body: JSON.stringify({ id: "old-" + i, form: "satisfaction-1" }), problem: "" });
			t.objectStore("waiting").put({ id: "refused", body: "{}", problem: "no such set" });
			t.objectStore("about").put({ token: "khumue_kiosk_x", name: "x" }, "device");
			t.oncomplete = () => done(true);
		};
	})`, queue)
	d, server := newTaker(t, misbehaviour{portal: true})
	old := browser.Open(t, server, testkit.View{})
	old.Go("/agency/dlt/")
	old.Until(former)
	tab := old.Beside(testkit.View{})
	tab.Allow("WebSocket", "Permissions check failed")
	tab.Go(surveyPage + "?kiosk=1")
	tab.Until(fmt.Sprintf(`%s.includes("รอส่ง %d คำตอบ")`, deviceLine, queue))
	d.behaves(misbehaviour{})
	tab.Until(online)
	tab.Until(`await ` + inBox + ` === "0 wait, 1 refused"`)
	if got := d.count(); got != queue {
		t.Errorf("%d answers are stored, want %d", got, queue)
	}
	for id, body := range d.stored {
		if want := `{"id":"` + id + `","form":"satisfaction-1"}`; body != want || d.times[id] != 1 {
			t.Errorf("%s was sent %d times, as %s", id, d.times[id], body)
		}
	}
	tab.Until(fmt.Sprintf(`%s === %d`, laid, queue))

	tab.Until(`await new Promise((done) => {
		const open = indexedDB.open("khumue-survey", 99);
		open.onupgradeneeded = () => open.result.createObjectStore("more");
		open.onsuccess = () => { open.result.close(); done(true); };
	})`)
	tab.Reload()
	tab.Click("[data-start] [data-begin]")
	answerOne(tab, 3)
	tab.Until(`await ` + inBox + ` === "0 wait, 1 refused"`)
	if got := d.count(); got != queue+1 {
		t.Errorf("%d answers are stored, want %d", got, queue+1)
	}
}

// F23: a line that carries little before a device gives up, or loses every second
// message, carries a backlog in the end: each message is smaller than the one that
// was lost. Long timers run twenty times as fast.
func TestAPoorLineCarriesABacklog(t *testing.T) {
	const hurry = `{ const later = setTimeout; window.setTimeout = (act, ms) => later(act, ms >= 10000 ? ms / 20 : ms); }`
	const text = `ควรมีป้ายบอกทางและที่นั่งรอมากกว่านี้ `
	for name, how := range map[string]misbehaviour{"it is slow": {slow: 4000}, "it loses every second message": {lossy: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, server := newTaker(t, misbehaviour{portal: true})
			tab := browser.Open(t, server, testkit.View{Before: hurry})
			tab.Allow("WebSocket", "ERR_", "Failed to fetch")
			tab.Go(surveyPage)
			tab.Until(looked)
			tab.Until(fmt.Sprintf(`await new Promise((done) => {
				const open = indexedDB.open("khumue-survey");
				open.onsuccess = () => {
					const t = open.result.transaction(["waiting"], "readwrite");
					for (let i = 0; i < 12; i++) t.objectStore("waiting").put({ id: "long-" + i, body: JSON.stringify({ id: "long-" + i, text: %q.repeat(12) }), problem: "" });
					t.oncomplete = () => { open.result.close(); done(true); };
				};
			})`, text))
			d.behaves(how)
			tab.Until(`(dispatchEvent(new Event("online")), await ` + inBox + ` === "0 wait, 0 refused")`)
			onceEach(t, d, tab, 12)
		})
	}
}
