//go:build unix

package sqlstore

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
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

// TestASealedDatabaseOutlivesItsProcess kills a process of its own while it writes.
func TestASealedDatabaseOutlivesItsProcess(t *testing.T) {
	if path := os.Getenv("KHUMUE_TEST_KILLED"); path != "" {
		s := mustOpen(t, path)
		for n := 0; ; n++ {
			book(t, s).Write(func(r staff.Records) error { return r.PutUser(stafftest.User(n)) })
			os.Stdout.WriteString(".")
		}
	}
	path := databases[2].empty(t)
	most := 0
	for round := range 4 {
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), "KHUMUE_TEST_KILLED="+path)
		said, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		acked, err := io.ReadFull(said, make([]byte, 40+13*round))
		if err != nil {
			t.Error(err)
		}
		child.Process.Kill()
		rest, _ := io.ReadAll(said)
		child.Wait()
		most = max(most, acked+len(rest))
		s := mustOpen(t, path)
		sound(t, s)
		_, users, err := func() (us []staff.User, n int, err error) {
			err = s.Read(t.Context(), func(r staff.Records) error { us, n, err = r.FindUsers(staff.UserFilter{Down: true}); return err })
			return us, n, err
		}()
		if err != nil || users < most {
			t.Errorf("got %d users, %v, and %d were acknowledged", users, err, most)
		}
		s.Close()
	}
}

// TestWhatSharedACommitOutlivesTheProcess kills a process of its own in which many
// share commits: whatever was acknowledged is there.
func TestWhatSharedACommitOutlivesTheProcess(t *testing.T) {
	const writers = 8
	if path := os.Getenv("KHUMUE_TEST_SHARING"); path != "" {
		s := mustOpen(t, path)
		for w := range writers {
			go func() {
				for n := w; ; n += writers {
					if err := s.share(t.Context(), func(r *records) error { return r.PutUser(stafftest.User(n)) }); err != nil {
						panic(err)
					}
					os.Stdout.WriteString(string(rune('a' + w)))
				}
			}()
		}
		select {}
	}
	path := databases[0].empty(t)
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), "KHUMUE_TEST_SHARING="+path)
	said, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	acked := make([]byte, 150)
	if _, err := io.ReadFull(said, acked); err != nil {
		t.Error(err)
	}
	child.Process.Kill()
	rest, _ := io.ReadAll(said)
	child.Wait()
	s := mustOpen(t, path)
	sound(t, s)
	var done [writers]int // how many of each were acknowledged
	for _, b := range slices.Concat(acked, rest) {
		w := int(b - 'a')
		n := w + done[w]*writers
		done[w]++
		stafftest.Read(book(t, s), func(r staff.Records) (staff.User, error) { return r.User(stafftest.ID(n)) })
	}
}
