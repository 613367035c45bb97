package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"khumue/syncd/internal/answers"
	"khumue/syncd/internal/sqlstore"
)

var kills = flag.Int("kills", 5, "how often the daemon is killed while it takes answers in")

// daemon is a daemon in a process of its own, that can be killed and started
// again over the same data.
type daemon struct {
	t    *testing.T
	env  []string
	site string

	mu      sync.Mutex
	process *exec.Cmd
}

// newDaemon imports the sample content and starts a daemon. Its site is not
// built: that is no part of this.
func newDaemon(t *testing.T, data string) *daemon {
	t.Helper()
	addr := freeAddresses(t, 3)
	nothing, err := exec.LookPath("true")
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{t: t, site: "http://" + addr[0], env: append(os.Environ(), "KHUMUE_DATA="+data, "KHUMUE_GENERATOR="+nothing, "KHUMUE_LOG_LEVEL=error",
		"KHUMUE_PUBLIC_LISTEN="+addr[0], "KHUMUE_PUBLIC_ADDRESS=http://"+addr[0], "KHUMUE_BACK_OFFICE_LISTEN="+addr[1], "KHUMUE_BACK_OFFICE_ADDRESS=http://"+addr[1],
		"KHUMUE_METRICS_LISTEN="+addr[2], "KHUMUE_SURVEYS_PER_NETWORK=100000000")}
	if said, err := d.command("import", "../content").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	d.start()
	t.Cleanup(d.kill)
	return d
}

// command is the test binary as the program.
func (d *daemon) command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Args[0], c.Env = "syncd", d.env
	return c
}

// start starts the daemon, and returns when it listens.
func (d *daemon) start() {
	d.t.Helper()
	c := d.command("serve")
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		d.t.Fatal(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.process = c
}

// kill ends it as a power cut would end the process.
func (d *daemon) kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.process != nil {
		d.process.Process.Kill()
		d.process.Wait()
		d.process = nil
	}
}

// kiosk sends answers for as long as it is told, each until it is acknowledged,
// through whatever happens to its connection.
type kiosk struct {
	t     *testing.T
	site  string
	acked map[string]bool
	tried int // how often an answer was sent
	again int // how often one was there already
}

// run sends answers until stop is closed.
func (k *kiosk) run(stop <-chan struct{}) {
	var queue []string // answers, oldest first
	for {
		select {
		case <-stop:
			if len(queue) == 0 {
				return
			}
		default:
			for len(queue) < 20 {
				queue = append(queue, someAnswer())
			}
		}
		queue = k.connection(stop, queue)
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond) // so that not all come back at once
	}
}

func someAnswer() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"id":"%s","form":"satisfaction-1","point":"dlt-area5","channel":"kiosk","answered":"%s","answers":{"q1":%d,"q12":"ข้อความ %d"}}`,
		id, time.Now().Format(time.DateOnly), 1+rand.IntN(5), rand.IntN(1000))
}

// connection sends over one connection until it breaks, or all is sent and it is
// time to stop. It returns what was not acknowledged.
func (k *kiosk) connection(stop <-chan struct{}, queue []string) []string {
	dialer := websocket.Dialer{Subprotocols: []string{"survey.v1"}, HandshakeTimeout: 5 * time.Second}
	ws, _, err := dialer.Dial("ws"+strings.TrimPrefix(k.site, "http")+"/ws/survey", http.Header{"Origin": {k.site}})
	if err != nil {
		return queue
	}
	defer ws.Close()
	if _, _, err := ws.ReadMessage(); err != nil {
		return queue
	}
	for len(queue) > 0 {
		n := 1 + rand.IntN(min(5, len(queue)))
		if ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"submit","items":[`+strings.Join(queue[:n], ",")+`]}`)) != nil {
			return queue
		}
		k.tried += n
		_, said, err := ws.ReadMessage()
		if err != nil {
			return queue
		}
		queue = k.heard(queue, said)
		select {
		case <-stop:
		default:
			for len(queue) < 20 {
				queue = append(queue, someAnswer())
			}
		}
	}
	return queue
}

// heard takes what is acknowledged out of the queue.
func (k *kiosk) heard(queue []string, said []byte) []string {
	var m struct {
		Results []struct{ ID, Status string }
	}
	if err := json.Unmarshal(said, &m); err != nil {
		k.t.Errorf("%s: %v", said, err)
	}
	for _, r := range m.Results {
		switch r.Status {
		case "duplicate":
			k.again++
			fallthrough
		case "stored":
			k.acked[r.ID] = true
		case "rejected":
			k.t.Errorf("rejected: %s", said)
		}
	}
	var left []string
	for _, a := range queue {
		if !k.acked[a[len(`{"id":"`):len(`{"id":"`)+36]] {
			left = append(left, a)
		}
	}
	return left
}

// F8: however often the daemon is killed while it takes answers in, each that it
// acknowledged is there, once, and those that it did not are when they are sent
// again.
func TestAKilledDaemonHasAllThatItAcknowledged(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	d := newDaemon(t, data)
	stop := make(chan struct{})
	kiosks := make([]*kiosk, 16)
	var running sync.WaitGroup
	for i := range kiosks {
		kiosks[i] = &kiosk{t: t, site: d.site, acked: map[string]bool{}}
		running.Go(func() { kiosks[i].run(stop) })
	}
	for range *kills {
		time.Sleep(time.Duration(50+rand.IntN(400)) * time.Millisecond)
		d.kill()
		d.start()
	}
	close(stop)
	running.Wait()
	d.kill() // and the last acknowledgements are as durable as all others

	store, err := sqlstore.Open(t.Context(), filepath.Join(data, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	stored := map[string]int{}
	if err := store.Answers().Read(t.Context(), func(r answers.Records) error {
		list, err := r.After(0, 10_000_000)
		for _, a := range list {
			stored[a.ID]++
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	acked, tried, again := 0, 0, 0
	for _, k := range kiosks {
		tried, again = tried+k.tried, again+k.again
		for id := range k.acked {
			acked++
			if stored[id] != 1 {
				t.Errorf("%s was acknowledged and is there %d times", id, stored[id])
			}
		}
	}
	if len(stored) != acked || acked < 20**kills {
		t.Errorf("%d answers are acknowledged, %d are stored", acked, len(stored))
	}
	t.Logf("%d kills: %d answers, sent %d times, %d were there already", *kills, acked, tried, again)
}
