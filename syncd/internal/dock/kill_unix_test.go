//go:build unix

package dock

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/wire"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

// noting does an operation by an entry of the trail.
type noting struct{ store *sqlstore.Store }

// Do makes the entry.
func (n noting) Do(ctx context.Context, _ inbox.Device, op wire.Op) (inbox.Outcome, error) {
	return inbox.Outcome{}, n.store.Write(ctx, func(r staff.Records) error {
		return r.Record(trail.Entry{ID: rand.Text(), At: time.Now(), Action: "office.did", Subject: op.ID})
	})
}

// Done knows of nothing outside of the database.
func (noting) Done(context.Context, inbox.Device, wire.Op) (bool, inbox.Outcome, error) {
	return false, inbox.Outcome{}, nil
}

const killedFile = "KHUMUE_TEST_KILLED"

// F8: the centre's process is killed again and again while it takes in and does
// operations. Each that was acknowledged is there, and took effect once. The test
// runs itself as that process.
func TestF8ACentreThatIsKilledKeepsItsWord(t *testing.T) {
	if file := os.Getenv(killedFile); file != "" {
		centre(t, file)
		return
	}
	file := filepath.Join(t.TempDir(), "test.db")
	store := sqlstoretest.Open(t, file)
	inboxtest.Book{T: t, Store: store.Inbox()}.Write(func(r inbox.Records) error { return r.PutDevice(inboxtest.Device(1)) })
	store.Close()
	o := &sending{t: t, file: file, acked: map[string]bool{}}
	for kill := range 4 {
		o.start()
		o.send(o.made+1, 30*(kill+1))
		o.kill()
	}
	o.start()
	o.send(1, 0)
	for begin := time.Now(); !o.done(); {
		if time.Since(begin) > 30*time.Second {
			t.Fatal("not all is done")
		}
	}
	o.kill()
	o.judge()
}

// centre serves until it is killed.
func centre(t *testing.T, file string) {
	store := sqlstoretest.Open(t, file)
	log := slog.New(slog.DiscardHandler)
	desk := &inbox.Desk{Store: store.Inbox(), Doer: noting{store}, Epoch: store.Epoch, Now: time.Now, Random: rand.Reader, Log: log}
	go desk.Run(t.Context(), 2)
	mux := http.NewServeMux()
	New(Config{Desk: desk, Caps: Usual(), Log: log, Now: time.Now, Random: rand.Reader}).Register(mux)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("at", l.Addr())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	t.Log(srv.Serve(l))
}

// sending is a machine that sends to a centre which is killed.
type sending struct {
	t     *testing.T
	file  string
	child *exec.Cmd
	at    string
	made  int
	acked map[string]bool
}

func (o *sending) start() {
	o.t.Helper()
	o.child = exec.Command(os.Args[0], "-test.run=^"+o.t.Name()+"$")
	o.child.Env = append(os.Environ(), killedFile+"="+o.file)
	out, err := o.child.StdoutPipe()
	if err == nil {
		err = o.child.Start()
	}
	if err != nil {
		o.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "at "); ok {
			o.at = at
			return
		}
	}
	o.t.Fatal("the centre does not start")
}

func (o *sending) kill() {
	o.t.Helper()
	if err := o.child.Process.Kill(); err != nil {
		o.t.Fatal(err)
	}
	_ = o.child.Wait() // which tells that it was killed
}

// say says a message; false where no answer came.
func (o *sending) say(m wire.Message) (reply wire.Message, ok bool) {
	m.Nonce = "n"
	r, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, "http://"+o.at+wire.API, bytes.NewReader(m.Append(nil)))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer secret1"}, "Content-Type": {wire.ContentType}}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return reply, false
	}
	defer answer.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(answer.Body); err != nil {
		return reply, false
	}
	reply, err = wire.Read(b.Bytes())
	return reply, err == nil && reply.Nonce == "n"
}

// send pushes what was made from a number on, after making some more, ten at a time.
// While the last are on their way the centre is killed, where there are new ones.
func (o *sending) send(from, more int) {
	if o.made += more; more > 0 {
		late := time.AfterFunc(time.Duration(more)*time.Millisecond, func() { _ = o.child.Process.Kill() }) // it is killed by and by anyway
		defer late.Stop()
	}
	for first := from; first <= o.made; first += 10 {
		m := wire.Message{Type: wire.Push, Stream: inboxtest.StreamID(1)}
		for n := first; n <= min(first+9, o.made); n++ {
			m.Ops = append(m.Ops, inboxtest.Op(n))
		}
		reply, _ := o.say(m)
		for _, r := range reply.Results {
			if r.Status == wire.Stored || r.Status == wire.Duplicate {
				o.acked[r.ID] = true
			}
		}
	}
}

// done reports whether the centre has done all.
func (o *sending) done() bool {
	for first := 1; first <= o.made; first += wire.MaxOps {
		m := wire.Message{Type: wire.Ask}
		for n := first; n < min(first+wire.MaxOps, o.made+1); n++ {
			m.IDs = append(m.IDs, inboxtest.Op(n).ID)
		}
		reply, ok := o.say(m)
		for _, r := range reply.Results {
			if r.Status == wire.Later && o.acked[r.ID] {
				o.t.Fatalf("%s was acknowledged, and is not there", r.ID)
			}
			ok = ok && r.Processed
		}
		if !ok {
			return false
		}
	}
	return true
}

// judge looks into the database.
func (o *sending) judge() {
	store := sqlstoretest.Open(o.t, o.file)
	defer store.Close()
	counts := map[string]int{}
	err := store.Read(context.Background(), func(r staff.Records) error {
		list, err := r.FindEntries(trail.Filter{Action: "office.did", Page: trail.Page{Limit: 1000}})
		for _, e := range list {
			counts[e.Subject]++
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	for n := 1; n <= o.made; n++ {
		if id := inboxtest.Op(n).ID; counts[id] != 1 {
			o.t.Errorf("%s took effect %d times", id, counts[id])
		}
	}
	if len(o.acked) != o.made {
		o.t.Errorf("%d of %d were acknowledged in the end", len(o.acked), o.made)
	}
}
