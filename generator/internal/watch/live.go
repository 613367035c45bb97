package watch

import (
	"bytes"
	"crypto/rand"
	_ "embed" // the script and the style of the server itself
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"sync"
	"time"

	"khumue/internal/fault"
	"khumue/internal/webroot"
)

// livePath begins the addresses that are the server's and not the site's.
const livePath = "/_khumue/"

var (
	//go:embed live.js
	liveScript []byte
	//go:embed live.css
	liveStyle []byte
)

// Live tells pages that are open in browsers how the site stands. Its zero
// value is not ready; NewLive makes one. It may be used concurrently.
type Live struct {
	run string // tells this process from those before it

	mu       sync.Mutex
	build    int
	problems fault.Problems
	changed  chan struct{} // closed when anything above changes
	viewers  int
}

// NewLive returns a Live of the first build, without problems.
func NewLive() *Live {
	return &Live{run: rand.Text()[:8], changed: make(chan struct{})}
}

// Reload tells every page that the site was built anew, and that its problems
// are mended.
func (l *Live) Reload() {
	l.update(func() { l.build, l.problems = l.build+1, nil })
}

// Report shows problems over every page. None closes what was shown.
func (l *Live) Report(problems fault.Problems) {
	l.update(func() { l.problems = problems })
}

func (l *Live) update(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	close(l.changed)
	l.changed = make(chan struct{})
}

// now returns how the site stands, and what is closed when it changes.
func (l *Live) now() (build string, problems fault.Problems, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.run + "-" + strconv.Itoa(l.build), l.problems, l.changed
}

// inject adds the script to a page, at the end of its body.
func (l *Live) inject(page []byte) []byte {
	build, _, _ := l.now()
	tag := fmt.Sprintf(`<script src="%slive.js" data-build="%s" defer></script>`, livePath, html.EscapeString(build))
	at := max(bytes.LastIndex(page, []byte("</body>")), bytes.LastIndex(page, []byte("</BODY>")))
	if at < 0 {
		at = len(page) // a minifier may have left it out
	}
	out := make([]byte, 0, len(page)+len(tag))
	out = append(out, page[:at]...)
	out = append(out, tag...)
	return append(out, page[at:]...)
}

// ServeHTTP answers for the addresses that are the server's own.
func (l *Live) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch r.URL.Path {
	case livePath + "events":
		l.serveEvents(w, r)
	case livePath + "live.js":
		serveBytes(w, r, webroot.TypeOf(".js"), liveScript)
	case livePath + "live.css":
		serveBytes(w, r, webroot.TypeOf(".css"), liveStyle)
	default:
		http.NotFound(w, r)
	}
}

func serveBytes(w http.ResponseWriter, r *http.Request, kind string, data []byte) {
	w.Header().Set("Content-Type", kind)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

const (
	maxViewers = 100
	heartbeat  = 25 * time.Second // shorter than what proxies take for silence
	eventTime  = 10 * time.Second // for one event to be taken by a client
)

// serveEvents sends "reload" once a page's build is not the newest, and
// "problems", a list, whenever that changes.
func (l *Live) serveEvents(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	if !l.enter() {
		w.Header().Set("Retry-After", "10")
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer l.leave()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // nothing more is read; not every writer has one
	theirs := r.URL.Query().Get("build")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		build, problems, changed := l.now()
		event := fmt.Sprintf("event: problems\ndata: %s\n\n", encode(problems))
		if theirs != build {
			event = fmt.Sprintf("event: reload\ndata: %s\n\n", build)
		}
		if send(w, event) != nil || !l.wait(w, r, changed, beat.C) {
			return
		}
	}
}

// wait keeps the connection alive until something changes, and reports
// whether it still is.
func (l *Live) wait(w http.ResponseWriter, r *http.Request, changed <-chan struct{}, beat <-chan time.Time) bool {
	for {
		select {
		case <-r.Context().Done():
			return false
		case <-changed:
			return true
		case <-beat:
			if send(w, ": still here\n\n") != nil {
				return false
			}
		}
	}
}

func send(w http.ResponseWriter, event string) error {
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Now().Add(eventTime)) // not every writer has one
	if _, err := w.Write([]byte(event)); err != nil {
		return err
	}
	return c.Flush()
}

func (l *Live) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.viewers >= maxViewers {
		return false
	}
	l.viewers++
	return true
}

func (l *Live) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.viewers--
}

// shown is a problem as the script reads it.
type shown struct {
	File string `json:"file"`
	Line int    `json:"line"`
	What text   `json:"what"`
	Hint text   `json:"hint"`
}

type text struct {
	TH string `json:"th"`
	EN string `json:"en"`
}

func encode(problems fault.Problems) []byte {
	list := make([]shown, len(problems))
	for i, p := range problems {
		list[i] = shown{p.File, p.Line, text(p.What), text(p.Hint)}
	}
	data, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings and numbers alone
	}
	return data
}
