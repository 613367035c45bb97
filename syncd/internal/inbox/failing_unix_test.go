//go:build unix

package inbox_test

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/inbox/inboxtest"
)

// F12: after a write that the disk refused nothing more is acknowledged until the
// daemon starts anew, and all that was acknowledged before is there then. The
// test runs itself in a process that may not make its files any longer, so that
// the disk refuses in earnest.
func TestF12AfterAFailedWriteNoOperationIsAcknowledged(t *testing.T) {
	if os.Getenv("KHUMUE_TEST_LIMITED") != "" {
		failingWrites(t)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), "KHUMUE_TEST_LIMITED=1")
	if said, err := child.CombinedOutput(); err != nil || !bytes.Contains(said, []byte("--- PASS: "+t.Name())) {
		t.Errorf("%v\n%s", err, said)
	}
}

func failingWrites(t *testing.T) {
	c := opened(t)
	large := `{"do":"write","needs":"` + strings.Repeat("x", 50_000) + `"}`
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	acked := 0
	for words(c.push(op(acked+1, large))) == "stored" {
		if acked++; acked > 1000 {
			t.Fatal("the disk takes all")
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	c.same("after that", words(c.push(op(acked+1, plain))), "retry_later not_now")
	c.same("reading goes on", c.hello(1, 1, 0).Seq, int64(acked))
	c.restart()
	c.same("when it starts anew", words(c.push(op(1, large), op(acked+1, plain))), "duplicate(stored), stored")
	kept := read(c, func(r inbox.Records) ([]inbox.Pending, error) {
		return r.Pending(inboxtest.Device(1).ID, inbox.Pending{}, 2000)
	})
	c.same("kept", len(kept), acked+1)
}
