package netns

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// laid are two places whose cable is in.
func laid(t *testing.T) (near, far *Place) {
	t.Helper()
	near, far, err := Lay()
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) {
		t.Skipf("this system lets nobody have networks of their own: %v", err)
	}
	must(t, err)
	t.Cleanup(func() { must(t, errors.Join(near.Close(), far.Close())) })
	must(t, errors.Join(near.Settle(Near), far.Settle(Far), near.Plug(true), far.Plug(true)))
	return near, far
}

// says has somebody at the far end repeat what they hear.
func says(t *testing.T, far *Place) (address string) {
	t.Helper()
	l, err := far.Listen(t.Context(), netip.AddrPortFrom(Far, 0))
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			go func() { _, _ = io.Copy(c, c) }()
		}
	}()
	return l.Addr().String()
}

// asks says something over a connection, and returns what came back within a time.
func asks(t *testing.T, c net.Conn, within time.Duration) (string, error) {
	t.Helper()
	must(t, c.SetDeadline(time.Now().Add(within)))
	_, err := c.Write([]byte("x"))
	must(t, err)
	b := make([]byte, 10)
	n, err := c.Read(b)
	return string(b[:n]), err
}

func dial(t *testing.T, p *Place, address string) (net.Conn, error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	c, err := p.Dial(ctx, "tcp", address)
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

func TestWhatIsSentOverACable(t *testing.T) {
	near, far := laid(t)
	address := says(t, far)
	c, err := dial(t, near, address)
	must(t, err)
	if said, err := asks(t, c, 10*time.Second); said != "x" {
		t.Fatalf("got %q, %v", said, err)
	}
	if here, err := net.DialTimeout("tcp", address, 100*time.Millisecond); err == nil {
		here.Close()
		t.Error("it can be reached from this machine's network")
	}

	must(t, far.Plug(false)) // nobody is told
	if said, err := asks(t, c, 50*time.Millisecond); !isTimeout(err) {
		t.Errorf("over a dead cable came %q, %v", said, err)
	}
	must(t, far.Plug(true)) // what was lost is sent again
	must(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	b := make([]byte, 1)
	if _, err := io.ReadFull(c, b); err != nil {
		t.Errorf("after it was put back: %v", err)
	}

	must(t, near.Settle(Other))
	if said, err := asks(t, c, 50*time.Millisecond); !isTimeout(err) {
		t.Errorf("by an address that is gone came %q, %v", said, err)
	}
	fresh, err := dial(t, near, address)
	must(t, err)
	if said, err := asks(t, fresh, 10*time.Second); said != "x" || !strings.HasPrefix(fresh.LocalAddr().String(), Other.String()) {
		t.Errorf("from %s came %q, %v", fresh.LocalAddr(), said, err)
	}

	must(t, near.Plug(false))
	if _, err := dial(t, near, address); !errors.Is(err, unix.ENETUNREACH) {
		t.Errorf("with the cable out: %v", err)
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func TestAProgramIsInItsPlace(t *testing.T) {
	near, _ := laid(t)
	c := exec.CommandContext(t.Context(), "cat", "/proc/net/dev")
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, near.Start(c))
	said, err := io.ReadAll(out)
	must(t, errors.Join(err, c.Wait()))
	if n := strings.Count(string(said), ":"); n != 2 || !strings.Contains(string(said), cable+":") {
		t.Errorf("it has %d interfaces:\n%s", n, said)
	}
}
