//go:build unix

package sqlstore

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
	"khumue/syncd/internal/trail"
)

// TestAfterAFailedWriteNothingIsAcknowledged runs itself in a process that may
// not make its files any longer, so that the disk refuses in earnest.
func TestAfterAFailedWriteNothingIsAcknowledged(t *testing.T) {
	if path := os.Getenv("KHUMUE_TEST_LIMITED"); path != "" {
		failingWrites(t, path)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), "KHUMUE_TEST_LIMITED="+databases[0].empty(t))
	if said, err := child.CombinedOutput(); err != nil || !bytes.Contains(said, []byte("--- PASS: "+t.Name())) {
		t.Errorf("%v\n%s", err, said)
	}
}

func failingWrites(t *testing.T, path string) {
	s := mustOpen(t, path)
	b := book(t, s)
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	big := stafftest.User(1)
	big.Name = strings.Repeat("ก", 1<<20)
	b.Refuse("a disk that fails", fault.Unavailable, func(r staff.Records) error { return r.PutUser(big) })
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	b.Refuse("a write after one that failed", fault.Unavailable, func(r staff.Records) error { return r.PutUser(stafftest.User(2)) })
	if err := s.Ping(t.Context()); !errors.Is(err, fault.Unavailable) {
		t.Errorf("got error %v, want one of kind %q", err, fault.Unavailable)
	}
	stafftest.Read(b, func(r staff.Records) (int, error) { return r.CountEntries(trail.Filter{}) })
	s.Close()
	s = mustOpen(t, path)
	book(t, s).Write(func(r staff.Records) error { return r.PutUser(stafftest.User(2)) })
}
