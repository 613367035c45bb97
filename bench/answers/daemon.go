package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"khumue/bench/office"
)

// daemon is one that runs, with a folder that goes when it stops.
type daemon struct {
	site, operators string // addresses
	points          []string
	dir             string
	command         *exec.Cmd
	said            bytes.Buffer
}

// start starts a daemon as an operator would, behind a proxy on the same machine:
// each websocket says which address it comes from.
func start(ctx context.Context, s settings) (*daemon, error) {
	dir, err := os.MkdirTemp("", "khumue-answers-")
	if err != nil {
		return nil, err
	}
	ports, err := office.Free(ctx, 3)
	if err != nil {
		return nil, err
	}
	generator, err := filepath.Abs(s.generator)
	if err != nil {
		return nil, err
	}
	d := &daemon{site: "http://" + ports[0], operators: "http://" + ports[2], dir: dir}
	if d.points, err = pointsOf(s.content); err != nil {
		return nil, err
	}
	env := append(os.Environ(), "KHUMUE_DATA="+filepath.Join(dir, "data"), "KHUMUE_GENERATOR="+generator, "KHUMUE_DATABASE="+s.database,
		"KHUMUE_PUBLIC_LISTEN="+ports[0], "KHUMUE_PUBLIC_ADDRESS="+d.site, "KHUMUE_BACK_OFFICE_LISTEN="+ports[1], "KHUMUE_BACK_OFFICE_ADDRESS=http://"+ports[1],
		"KHUMUE_METRICS_LISTEN="+ports[2], "KHUMUE_TRUSTED_PROXIES=127.0.0.1/32,::1/128", "KHUMUE_SURVEYS_PER_NETWORK=100000000", "KHUMUE_LOG_LEVEL=warn")
	prepare := exec.CommandContext(ctx, s.syncd, "import", s.content)
	prepare.Env = env
	if said, err := prepare.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("importing the content: %w: %s", err, said)
	}
	d.command = exec.CommandContext(ctx, s.syncd, "serve")
	d.command.Env, d.command.Stderr = env, &d.said
	out, err := d.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.command.Start(); err != nil {
		return nil, err
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return nil, errors.Join(err, d.stop())
	}
	return d, d.ready(ctx)
}

// ready waits until the daemon has read and built all, which is no part of what
// is measured.
func (d *daemon) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.operators+"/readyz", nil)
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
			return fmt.Errorf("the daemon is not ready: %s", &d.said)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (d *daemon) stop() error {
	defer os.RemoveAll(d.dir)
	_ = d.command.Process.Signal(os.Interrupt) // or it has ended
	if err := d.command.Wait(); err != nil {
		return fmt.Errorf("the daemon: %w: %s", err, d.said.String()[:min(2000, d.said.Len())])
	}
	return nil
}

// memory is what the daemon holds, in bytes; 0 where the system does not tell.
func (d *daemon) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.command.Process.Pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		return 0, nil
	}
	kb, err := strconv.ParseInt(string(m[1]), 10, 64)
	return kb << 10, err
}

// processor is how long the daemon had a processor; 0 where the system does not
// tell.
func (d *daemon) processor() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", d.command.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // behind the name, which may have spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err1 != nil || err2 != nil {
		return 0
	}
	return time.Duration(user+system) * (time.Second / 100) // ticks, of which every Linux has a hundred
}

// own is how long this process had a processor.
func own() time.Duration {
	d := daemon{command: &exec.Cmd{Process: &os.Process{Pid: os.Getpid()}}}
	return d.processor()
}

// figure is one of the daemon's metrics.
func (d *daemon) figure(ctx context.Context, name string) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.operators+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			return int64(v), err
		}
	}
	return 0, fmt.Errorf("there is no figure %s", name)
}

// pointsOf are the codes of the points of a content.
func pointsOf(content string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(content, func(p string, e os.DirEntry, err error) error {
		if err == nil && filepath.Base(filepath.Dir(p)) == "points" && filepath.Ext(p) == ".yaml" {
			out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
		}
		return err
	})
	if len(out) == 0 {
		err = cmp.Or(err, errors.New("the content has no points"))
	}
	return out, err
}

// bare is how many rows a second the database keeps by itself, a hundred in each
// transaction, as the package's own benchmark tells.
func bare(ctx context.Context) (rows float64, err error) {
	c := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkBareAnswers$", "-benchtime", "3s", "./syncd/internal/sqlstore")
	said, err := c.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("the bare database: %w: %s", err, said)
	}
	m := regexp.MustCompile(`([\d.]+) rows/s`).FindSubmatch(said)
	if m == nil {
		return 0, fmt.Errorf("the bare database told no figure: %s", said)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// loadOf is how busy the machine was before: processes that wanted to run, on an
// average of the last minute.
func loadOf() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "–"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
