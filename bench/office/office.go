// Package office runs a demonstration of the daemon and goes through its back
// office as people do: it signs them in, reads pages and sends their forms. It
// measures nothing and knows no address but those of signing in.
package office

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Settings say what is demonstrated, and where.
type Settings struct {
	Program string // the daemon
	Content string // folder that is imported, where the data has no repository yet
	Data    string // "": one that goes at the end
	Agency  string // of the sample people; "": theirs
	Public  string // address of the site, as localhost:8080; "": a free one
	Issuer  string // of the sample identity provider; "": a free one

	Database string // address of PostgreSQL; "": SQLite in the data

	Generator string // program that builds the site; "": the one beside the daemon

	Bare bool // without a year of sample reports and late requests
}

// Office is a demonstration that runs.
type Office struct {
	Address   string // of the back office
	Site      string // of the public site
	Operators string // of readiness

	command *exec.Cmd
	said    *tail
}

// Start starts a demonstration, and returns it once its back office answers, or
// why it ended before. It stops when ctx ends, too.
func Start(ctx context.Context, s Settings) (*Office, error) {
	ports, err := Free(ctx, 4)
	if err != nil {
		return nil, err
	}
	ports[0], ports[2] = cmp.Or(s.Public, ports[0]), cmp.Or(s.Issuer, ports[2])
	args := []string{"demo", "--content", s.Content, "--public", ports[0], "--office", ports[1], "--issuer", ports[2], "--operators", ports[3]}
	for _, o := range [][2]string{{"--data", s.Data}, {"--agency", s.Agency}, {"--generator", s.Generator}, {"--database", s.Database}} {
		if o[1] != "" {
			args = append(args, o[0], o[1])
		}
	}
	if s.Bare {
		args = append(args, "--no-past")
	}
	o := &Office{Address: "http://" + ports[1], Site: "http://" + ports[0], Operators: "http://" + ports[3], said: &tail{}}
	o.command = exec.CommandContext(ctx, s.Program, args...)
	o.command.Cancel = func() error { return o.command.Process.Signal(os.Interrupt) }
	o.command.WaitDelay = 30 * time.Second
	o.command.Stderr = o.said
	out, err := o.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := o.command.Start(); err != nil {
		return nil, err
	}
	if err := greeted(out); err != nil {
		return nil, errors.Join(err, o.Stop())
	}
	return o, nil
}

// greeted reads what a demonstration says until it has said who there is to be,
// by when it listens, and goes on reading.
func greeted(out io.Reader) error {
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return errors.New("the demonstration did not begin")
		}
		if strings.HasPrefix(line, "new-2 ") {
			go io.Copy(io.Discard, lines) //nolint:errcheck // nobody listens any more
			return nil
		}
	}
}

// Stop ends the demonstration, and tells what it said when it did not end well.
func (o *Office) Stop() error {
	_ = o.command.Process.Signal(os.Interrupt) // or it has ended
	if err := o.command.Wait(); err != nil {
		return fmt.Errorf("the demonstration: %w: %s", err, o.said)
	}
	return nil
}

// Said is the end of what the daemon logged: warnings and errors.
func (o *Office) Said() string { return o.said.String() }

// Ready waits until the daemon is ready, for as long as ctx lasts.
func (o *Office) Ready(ctx context.Context) error {
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Operators+"/readyz", nil)
		if err != nil {
			return err
		}
		if a, err := http.DefaultClient.Do(r); err == nil {
			a.Body.Close()
			if a.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the daemon is not ready: %w: %s", ctx.Err(), o.said)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Peak is the most memory that the daemon has held, in bytes; 0 where the system
// does not tell.
func (o *Office) Peak() int64 {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(o.command.Process.Pid), "status"))
	if err != nil {
		return 0
	}
	var kb int64
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			_, _ = fmt.Sscan(rest, &kb) // or it stays 0
		}
	}
	return kb << 10
}

// Used is how much of a processor the daemon has taken until now, without its
// children; 0 where the system does not tell.
func (o *Office) Used() time.Duration { return UsedBy(o.command.Process.Pid) }

// UsedBy is how much of a processor a process has taken until now; 0 where the system
// does not tell.
func UsedBy(pid int) time.Duration {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name may hold spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	ticks := 0
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond // a tick, as Linux tells it
}

// Free are addresses on which nobody listens.
func Free(ctx context.Context, n int) ([]string, error) {
	var out []string
	for range n {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		out = append(out, "localhost:"+port)
	}
	return out, nil
}

// tail keeps the last bytes that were written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const keptBytes = 4 << 10

// Write takes all.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if n := len(t.kept) - keptBytes; n > 0 {
		t.kept = t.kept[n:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
