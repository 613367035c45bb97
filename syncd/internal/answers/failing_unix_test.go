//go:build unix

package answers_test

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"khumue/syncd/internal/answers"
)

// F12: after a write that the disk refused nothing more is acknowledged until the
// daemon starts anew, and all that was acknowledged before is there then. The
// test runs itself in a process that may not make its files any longer, so that
// the disk refuses in earnest.
func TestAfterAFailedWriteNoAnswerIsAcknowledged(t *testing.T) {
	if path := os.Getenv("KHUMUE_TEST_LIMITED"); path != "" {
		failingWrites(t, path)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), "KHUMUE_TEST_LIMITED="+filepath.Join(t.TempDir(), "test.db"))
	if said, err := child.CombinedOutput(); err != nil || !bytes.Contains(said, []byte("--- PASS: "+t.Name())) {
		t.Errorf("%v\n%s", err, said)
	}
}

func failingWrites(t *testing.T, path string) {
	o := build(t, path, plenty, plainly)
	o.run()
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	acked, n := 0, 0
	for ; n < 20_000; n += 20 {
		var items [][]byte
		for i := range 20 {
			items = append(items, item(n+i, replies(map[string]any{"q1": 1, "q12": strings.Repeat("ก", 100)})))
		}
		got := o.sent(items...)
		if got[0].Status != answers.Stored {
			o.same("when the disk refuses", statuses(got[:1]), []string{"retry_later not-now"})
			break
		}
		acked += len(got)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	o.same("after that", statuses(o.sent(item(n))), []string{"retry_later not-now"})
	if acked == 0 || acked >= 20_000 {
		t.Fatalf("%d answers were acknowledged before the disk refused", acked)
	}
	o.same("reading goes on", len(o.kept()), acked)
	o.store.Close()
	again := build(t, path, plenty, plainly)
	again.run()
	again.same("kept", len(again.kept()), acked)
	again.same("when it starts anew", statuses(again.sent(item(n), item(0, replies(map[string]any{"q1": 1, "q12": strings.Repeat("ก", 100)})))), []string{"stored", "duplicate"})
}
