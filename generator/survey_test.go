package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"

	"khumue/generator/internal/watch"
	"khumue/internal/testkit"
)

// taker takes answers in as the daemon does, and fails as lines and daemons do.
type taker struct {
	site http.Handler

	mu     sync.Mutex
	stored map[string]string // bodies by id
	times  map[string]int    // how often each came
	order  []string          // the answers that came, by id, each where it came first
	ways   []string          // "socket" or "post", of each message
	epoch  string            // of what it has; "" says none
	how    misbehaviour
	beside int           // how many answers wait on the device, as the last message said
	late   chan struct{} // what a counter's script waits for; nil: nothing
}

// misbehaviour is what a taker does otherwise than it should.
type misbehaviour struct {
	noSocket bool // the upgrade is refused, as a proxy does
	portal   bool // whatever is posted is answered by a page of HTML
	mute     int  // so many messages are stored, and the connection cut before the answer
	deaf     int  // so many messages are cut off before anything is stored
	odd      bool // results come in another order, one twice, with one for nobody, and the first is left out once
	refuse   bool // every second answer is refused, in messages of whatever size
	silent   bool // a websocket takes what is said and never answers: the line behind it is gone
	wordless bool // a websocket opens and never says hello
	lossy    bool // every second message is lost on its way
	slow     int  // longer messages, in bytes, are still on their way when the device gives up; 0 is no limit
	most     int  // more answers than this in one message are too large; 0 is no limit
}

func newTaker(t *testing.T, how misbehaviour) (*taker, *testkit.Server) {
	d := &taker{site: &watch.Server{Dir: sample.built(t)}, stored: map[string]string{}, times: map[string]int{}, how: how}
	return d, testkit.Serve(t, d)
}

func (d *taker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/ws/survey":
		d.socket(w, r)
	case "/api/survey":
		d.post(w, r)
	default:
		if late := d.kioskScript(); late != nil && strings.Contains(r.URL.Path, "survey-kiosk") {
			select {
			case <-late:
			case <-r.Context().Done():
				return
			}
		}
		d.site.ServeHTTP(w, r)
	}
}

// kioskScript is what a counter's script waits for.
func (d *taker) kioskScript() chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.late
}

// behaves changes how it misbehaves from now on.
func (d *taker) behaves(how misbehaviour) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.how = how
}

func (d *taker) now() misbehaviour {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.how
}

func (d *taker) hello() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.helloNow()
}

func (d *taker) helloNow() []byte {
	return fmt.Appendf(nil, `{"type":"hello","version":1,"epoch":%q}`, d.epoch)
}

func (d *taker) socket(w http.ResponseWriter, r *http.Request) {
	how := d.now()
	if how.noSocket || how.portal {
		http.Error(w, "no upgrade here", http.StatusBadRequest)
		return
	}
	up := websocket.Upgrader{Subprotocols: []string{"survey.v1"}}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	if !how.wordless && c.WriteMessage(websocket.TextMessage, d.hello()) != nil {
		return
	}
	for {
		_, src, err := c.ReadMessage()
		if err != nil {
			return
		}
		if how := d.now(); how.silent || how.slow > 0 && len(src) > how.slow {
			continue
		}
		answer, _, cut := d.take("socket", src)
		if cut || c.WriteMessage(websocket.TextMessage, answer) != nil {
			return
		}
	}
}

func (d *taker) post(w http.ResponseWriter, r *http.Request) {
	src, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if how := d.now(); how.slow > 0 && len(src) > how.slow {
		<-r.Context().Done()
		return
	}
	if d.now().portal {
		fmt.Fprint(w, "<!doctype html><title>Sign in to the hotel's network</title>")
		return
	}
	answer, code, cut := d.take("post", src)
	if cut {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(answer)
}

type result struct {
	ID     string            `json:"id"`
	Status string            `json:"status"`
	Reason map[string]string `json:"reason,omitempty"`
}

func (d *taker) take(way string, src []byte) (answer []byte, code int, cut bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var m struct {
		Type, Nonce string
		Pending     int
		Items       []json.RawMessage
	}
	if err := json.Unmarshal(src, &m); err == nil && m.Type == "hello" {
		return d.helloNow(), http.StatusOK, false
	} else if err != nil || m.Type != "submit" {
		return []byte(`{"type":"error"}`), http.StatusBadRequest, false
	}
	d.ways, d.beside = append(d.ways, way), m.Pending
	if d.how.lossy && len(d.ways)%2 == 1 {
		return nil, 0, true
	}
	if d.how.deaf > 0 {
		d.how.deaf--
		return nil, 0, true
	}
	if d.how.most > 0 && len(m.Items) > d.how.most {
		return []byte(`{"type":"error"}`), http.StatusRequestEntityTooLarge, way == "socket"
	}
	results := d.store(m.Items)
	if d.how.mute > 0 {
		d.how.mute--
		return nil, 0, true
	}
	if d.how.odd && len(results) > 1 {
		d.how.odd = false
		results[0], results[len(results)-1] = results[len(results)-1], result{ID: "nobody", Status: "stored"}
		results = append(results, results[0])
	}
	answer, err := json.Marshal(map[string]any{"type": "results", "nonce": m.Nonce, "epoch": d.epoch, "results": results})
	if err != nil {
		panic(err) // strings alone
	}
	return answer, http.StatusOK, false
}

func (d *taker) store(items []json.RawMessage) []result {
	var out []result
	for _, item := range items {
		var a struct{ ID string }
		if err := json.Unmarshal(item, &a); err != nil {
			panic(err) // the page's own words
		}
		if d.times[a.ID]++; d.times[a.ID] == 1 {
			d.order = append(d.order, a.ID)
		}
		r := result{ID: a.ID, Status: "stored"}
		switch _, there := d.stored[a.ID]; {
		case d.how.refuse && slices.Index(d.order, a.ID)%2 == 1:
			r.Status, r.Reason = "rejected", map[string]string{"th": "ชุดคำถามนี้ไม่มี", "en": "no such set"}
		case there:
			r.Status = "duplicate"
		default:
			d.stored[a.ID] = string(item)
		}
		out = append(out, r)
	}
	return out
}

func (d *taker) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.stored)
}

const surveyPage = "/survey/dlt-area1/"

const asking = `document.querySelector(".ask.now")?.dataset.ask`

// answerOne answers the overall question alone and sends.
func answerOne(tab *testkit.Tab, n int) {
	tab.Until(asking)
	for tab.Text(asking) != "q1" {
		was := tab.Text(asking)
		tab.Click("[data-skip]")
		tab.Until(asking + ` !== ` + quoted(was))
	}
	tab.Click(fmt.Sprintf(`.ask.now .ask-option:has([value="%d"])`, n))
	tab.Until(asking + ` === "q2"`)
	tab.Click("[data-finish]")
	tab.Until(`!document.querySelector("[data-thanks]").hidden`)
}

const saysSent = `!document.querySelector("[data-thanks]").hidden && document.querySelector("[data-status]").textContent === "ส่งคำตอบแล้ว"`

// inBox asks the device what it keeps: how many wait, how many were refused.
const inBox = `new Promise((done) => {
	const open = indexedDB.open("khumue-survey");
	open.onsuccess = () => {
		const all = open.result.transaction(["waiting"]).objectStore("waiting").getAll();
		all.onsuccess = () => {
			open.result.close();
			const refused = all.result.filter((a) => a.problem !== "").length;
			done((all.result.length - refused) + " wait, " + refused + " refused");
		};
	};
})`

func TestASurveyIsAnsweredOneQuestionAtATime(t *testing.T) {
	d, server := newTaker(t, misbehaviour{})
	tab := browser.Open(t, server, testkit.View{Width: 360, Height: 740})
	tab.Go(surveyPage + "?procedure=dlt-xgveak")
	tab.Until(asking + ` === "q1"`) // the address answered the first
	settled(tab)
	tab.Click(`.ask.now .ask-option:has([value="4"])`)
	tab.Until(asking + ` === "q2"`)
	tab.Click("[data-back]")
	tab.Until(asking + ` === "q1" && document.querySelector("[name=q1]:checked").value === "4"`)
	tab.Click("[data-next]")
	for _, step := range []struct{ code, pick string }{
		{"q2", "5"}, {"q3", ""}, {"q4", "3"}, {"q5", ""}, {"q6", "more"}, {"q7", ""}, {"q8", "2"}, {"q9", ""}, {"q10", "asked"},
	} {
		tab.Until(asking + ` === ` + quoted(step.code))
		if step.pick == "" {
			tab.Click("[data-skip]")
			continue
		}
		tab.Click(fmt.Sprintf(`.ask.now .ask-option:has([value="%s"])`, step.pick))
	}
	// What has something to say stays until it is read.
	tab.Until(asking + ` === "q10" && document.querySelector(".ask.now .on").textContent.includes("1206")`)
	tab.Click("[data-next]")
	tab.Until(asking + ` === "q11"`)
	tab.Click(`.ask.now .ask-option:has([value="counter"])`)
	tab.Until(asking + ` === "q12"`)
	tab.Type(".ask.now textarea", "โทรกลับที่ 081-234-5678 หรือ a.b@example.go.th เลข 1 2345 67890 12 1")
	tab.Until(`!document.querySelector(".ask.now [data-personal]").hidden && document.querySelector(".ask.now [data-masked]").textContent.includes("[เบอร์]")`)
	for _, v := range tab.Axe() {
		t.Error(v)
	}
	tab.Click("[data-finish]")
	tab.Until(saysSent)
	for _, v := range tab.Axe() {
		t.Error(v)
	}
	if d.count() != 1 {
		t.Fatalf("%d answers came, want 1", d.count())
	}
	for _, body := range d.stored {
		_, answers, _ := strings.Cut(body, `"answers":`)
		const want = `{"q0":"dlt-xgveak","q1":4,"q2":5,"q4":3,"q6":"more","q8":2,"q10":"asked","q11":"counter","q12":"โทรกลับที่ [เบอร์] หรือ [เมล] เลข [เลขบัตร]"}}`
		if answers != want {
			t.Errorf("got %s, want %s", answers, want)
		}
		for _, part := range []string{`"form":"satisfaction-1"`, `"point":"dlt-area1"`, `"procedure":"dlt-xgveak"`, `"channel":"counter"`} {
			if !strings.Contains(body, part) {
				t.Errorf("%s is not in %s", part, body)
			}
		}
	}
	if got := testkit.Value[string](tab, inBox); got != "0 wait, 0 refused" {
		t.Errorf("on the device: %s", got)
	}
}

func TestASurveyIsAnsweredByKeyboard(t *testing.T) {
	d, server := newTaker(t, misbehaviour{})
	tab := browser.Open(t, server, testkit.View{})
	tab.Go("/en" + surveyPage + "?procedure=dlt-xgveak")
	tab.Until(asking + ` === "q1"`)
	tab.Until(`(document.querySelector(".ask.now input").focus(), document.activeElement.name) === "q1"`)
	tab.Press(testkit.Down) // arrows choose, and go no further by themselves
	tab.Until(`document.querySelector("[name=q1]:checked")?.value === "4" && ` + asking + ` === "q1"`)
	tab.Press(testkit.Enter)
	tab.Until(asking + ` === "q2" && document.activeElement.tagName === "LEGEND"`)
	tab.Click("[data-finish]")
	tab.Until(`!document.querySelector("[data-thanks]").hidden && document.activeElement.id === "survey-thanks"`)
	tab.Until(`document.querySelector("[data-status]").textContent === "Your answers have arrived"`)
	if d.count() != 1 {
		t.Errorf("%d answers came, want 1", d.count())
	}
}

// TestAnAnswerArrivesOnce sends over lines that fail in many ways. However it
// goes, each answer is there once, and the device keeps what is not.
func TestAnAnswerArrivesOnce(t *testing.T) {
	tests := []struct {
		name    string
		how     misbehaviour
		answers int
		ways    string // the messages that came
		allow   []string
		stored  int
		left    string // on the device
	}{
		{name: "all is well", answers: 1, ways: "socket", stored: 1},
		{name: "the connection is cut before the answer", how: misbehaviour{mute: 1}, answers: 1, ways: "socket post", stored: 1},
		{name: "the connection is cut before anything is stored", how: misbehaviour{deaf: 1}, answers: 1, ways: "socket post", stored: 1},
		{name: "both ways are cut once", how: misbehaviour{mute: 2}, answers: 1, allow: []string{"ERR_"}, stored: 1},
		{name: "a proxy knows no websockets", how: misbehaviour{noSocket: true}, answers: 1, ways: "post", allow: []string{"WebSocket"}, stored: 1},
		{name: "a network wants to be signed in to", how: misbehaviour{portal: true}, answers: 1, ways: "", allow: []string{"WebSocket"}, stored: 0, left: "1 wait, 0 refused"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, server := newTaker(t, test.how)
			tab := browser.Open(t, server, testkit.View{})
			tab.Allow(test.allow...)
			tab.Go(surveyPage)
			answerOne(tab, 5)
			if test.left == "" {
				tab.Until(saysSent)
				test.left = "0 wait, 0 refused"
			} else {
				tab.Until(`document.querySelector("[data-status]").textContent.includes("รอส่ง 1 คำตอบ")`)
			}
			if got := testkit.Value[string](tab, inBox); got != test.left {
				t.Errorf("on the device: %s, want %s", got, test.left)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if len(d.stored) != test.stored {
				t.Errorf("%d answers are stored, want %d", len(d.stored), test.stored)
			}
			if got := strings.Join(d.ways, " "); test.ways != "" && got != test.ways {
				t.Errorf("they came by %s, want %s", got, test.ways)
			}
		})
	}
}

// TestABacklogIsSentWhole lets many answers wait, as in an afternoon without a
// network, and sends them to daemons that are not what they should be.
func TestABacklogIsSentWhole(t *testing.T) {
	tests := []struct {
		name   string
		how    misbehaviour
		stored int
		left   string
	}{
		{"results come in any order, and one is missing", misbehaviour{odd: true}, 7, "0 wait, 0 refused"},
		{"every second answer is refused", misbehaviour{refuse: true}, 4, "0 wait, 3 refused"},
		{"seven are too many at once", misbehaviour{most: 2}, 7, "0 wait, 0 refused"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, server := newTaker(t, test.how)
			tab := browser.Open(t, server, testkit.View{})
			tab.Allow("ERR_", "WebSocket", "413")
			tab.Go(surveyPage)
			kept(tab)
			tab.Offline(true)
			for range 7 {
				tab.Reload()
				answerOne(tab, 3)
			}
			tab.Until(`await ` + inBox + ` === "7 wait, 0 refused"`)
			// Another tab of the same device wakes up at the same time.
			other := tab.Beside(testkit.View{})
			other.Allow("ERR_", "WebSocket", "413")
			other.Go(surveyPage)
			tab.Offline(false)
			tab.Until(`await ` + inBox + ` === ` + quoted(test.left))
			if d.count() != test.stored {
				t.Errorf("%d answers are stored, want %d", d.count(), test.stored)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.beside != 0 {
				t.Errorf("with the last of them %d are said to wait", d.beside)
			}
			for id, times := range d.times {
				if most := 2; times > most {
					t.Errorf("%s was sent %d times, want %d at most", id, times, most)
				}
			}
		})
	}
}

// TestAKioskLosesNothing cuts the network, has ten citizens answer, closes the
// tab, starts the browser again, and brings the network back.
func TestAKioskLosesNothing(t *testing.T) {
	d, server := newTaker(t, misbehaviour{})
	folder := t.TempDir()
	first := testkit.Browser{Folder: folder}
	tab := first.Open(t, server, testkit.View{Width: 1024, Height: 768})
	tab.Allow("ERR_", "WebSocket", "Permissions check failed")
	const home = `!document.querySelector("[data-start]").hidden`
	tab.Go(surveyPage + "?kiosk=1")
	tab.Until(home + ` && ` + keptSomewhere(surveyPage, "data-survey"))
	kept(tab)
	tab.Offline(true)
	tab.Reload()
	for n := range 10 {
		tab.Until(home)
		tab.Click("[data-start] [data-begin]")
		answerOne(tab, 1+n%5)
		tab.Click("[data-again] [data-begin]")
		tab.Until(asking + ` === "q0" && document.querySelector(".ask :checked") === null`)
		tab.Reload()
	}
	tab.Until(`document.querySelector("[data-device]").textContent.includes("รอส่ง 10 คำตอบ")`)
	tab.Close()
	first.Close()
	if d.count() != 0 {
		t.Fatalf("%d answers came while the network was cut", d.count())
	}

	second := testkit.Browser{Folder: folder}
	defer second.Close()
	tab = second.Open(t, server, testkit.View{Width: 1024, Height: 768})
	tab.Allow("ERR_", "WebSocket", "Permissions check failed")
	tab.Go(surveyPage + "?kiosk=1") // the server is still cut off: the page comes from the device
	tab.Until(home + ` && document.querySelector("[data-device]").textContent.includes("รอส่ง 10 คำตอบ")`)
	tab.Offline(false)
	tab.Until(`document.querySelector("[data-device]").textContent.includes("ส่งครบแล้ว")`)
	if d.count() != 10 {
		t.Errorf("%d answers are stored, want 10", d.count())
	}
	for _, v := range tab.Axe() {
		t.Error(v)
	}
}

// TestAnyPageSendsWhatWaits answers without a network and reads on later.
func TestAnyPageSendsWhatWaits(t *testing.T) {
	d, server := newTaker(t, misbehaviour{})
	tab := browser.Open(t, server, testkit.View{Width: 360, Height: 740})
	tab.Allow("ERR_", "WebSocket")
	tab.Go(surveyPage)
	kept(tab)
	tab.Offline(true)
	tab.Reload()
	answerOne(tab, 2)
	tab.Until(`document.querySelector("[data-status]").textContent.includes("รอส่ง 1 คำตอบ") && !document.querySelector("[data-unkept]").hidden`)
	tab.Offline(false)
	tab.Go("/agency/dlt/")
	tab.Until(`await ` + inBox + ` === "0 wait, 0 refused" && localStorage.getItem("khumue-survey") === null`)
	if d.count() != 1 {
		t.Errorf("%d answers are stored, want 1", d.count())
	}
}

// TestWhatCanNotBeKeptIsSaid fills the device up: without a network nobody is
// thanked for an answer that is kept nowhere.
func TestWhatCanNotBeKeptIsSaid(t *testing.T) {
	d, server := newTaker(t, misbehaviour{})
	tab := browser.Open(t, server, testkit.View{Before: `IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };`})
	tab.Allow("ERR_", "WebSocket")
	tab.Go(surveyPage + "?procedure=dlt-xgveak")
	kept(tab)
	tab.Offline(true)
	tab.Reload()
	tab.Until(asking + ` === "q1"`)
	tab.Click(`.ask.now .ask-option:has([value="5"])`)
	tab.Until(asking + ` === "q2"`)
	tab.Click("[data-finish]")
	tab.Until(`!document.querySelector("[data-problem]").hidden && document.querySelector("[data-thanks]").hidden`)
	tab.Offline(false)
	tab.Click("[data-finish]")
	tab.Until(`!document.querySelector("[data-thanks]").hidden`)
	if d.count() != 1 {
		t.Errorf("%d answers are stored, want 1", d.count())
	}
}
