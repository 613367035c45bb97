package testkit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres is one PostgreSQL server, started when the first database is asked
// for, in a temporary folder and reached through a socket there. The zero value
// is ready. A test binary keeps one and closes it in TestMain; on Linux the
// server ends with the binary even when that is killed.
//
// It does not sync its files: what is tested with it is not what a power cut
// leaves.
type Postgres struct {
	start  sync.Once
	err    error
	dir    string
	server *exec.Cmd
	ended  chan error // gets the one answer of Wait
	made   atomic.Int64
	closed atomic.Bool
}

// superuser is the name of the user to whom the server belongs.
const superuser = "khumue"

// startTime is how long the server may take to start and to answer.
const startTime = time.Minute

// Database makes an empty database and returns its address. It is dropped when
// the test ends.
func (p *Postgres) Database(t testing.TB) string {
	t.Helper()
	if p.start.Do(func() { p.err = p.open() }); p.err != nil {
		t.Fatal(p.err)
	}
	name := fmt.Sprintf("test%d", p.made.Add(1))
	if err := p.run("CREATE DATABASE " + name + " TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil && !p.closed.Load() {
			t.Error(err)
		}
	})
	return p.address(name)
}

func (p *Postgres) address(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: url.Values{"host": {p.dir}}.Encode()}
	return u.String()
}

// run runs a statement of the superuser's.
func (p *Postgres) run(statement string) error {
	ctx, late := context.WithTimeout(context.Background(), startTime)
	defer late()
	c, err := pgx.Connect(ctx, p.address("postgres"))
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, statement)
	return errors.Join(err, c.Close(ctx))
}

// Close ends the server, where one was started, and removes its folder.
func (p *Postgres) Close() {
	p.closed.Store(true)
	if p.server != nil && p.server.Process != nil {
		if err := p.server.Process.Signal(syscall.SIGQUIT); err == nil {
			p.ended <- <-p.ended
		}
	}
	if p.dir != "" {
		os.RemoveAll(p.dir)
	}
}

// open makes a cluster and starts its server.
func (p *Postgres) open() (err error) {
	bin, err := postgresPrograms()
	if err != nil {
		return err
	}
	as, err := attributes()
	if err != nil {
		return err
	}
	if p.dir, err = os.MkdirTemp("", "khumue-pg-"); err != nil {
		return err
	}
	if err := own(p.dir, as); err != nil {
		return err
	}
	data := filepath.Join(p.dir, "data")
	initdb := exec.CommandContext(context.Background(), filepath.Join(bin, "initdb"), "-D", data, "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = p.dir, as
	if said, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, said)
	}
	log, err := os.Create(filepath.Join(p.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	p.server = exec.CommandContext(context.Background(), filepath.Join(bin, "postgres"), "-D", data, "-k", p.dir, "-h", "", "-F",
		"-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=200", "-c", "shared_buffers=32MB")
	p.server.Dir, p.server.SysProcAttr, p.server.Stdout, p.server.Stderr = p.dir, as, log, log
	return p.await()
}

// await starts the server and waits until it answers. The thread that starts it
// lives as long as it does, for Linux takes that thread's end for its parent's.
func (p *Postgres) await() error {
	p.ended = make(chan error, 1)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := p.server.Start()
		started <- err
		if err == nil {
			p.ended <- p.server.Wait()
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	for deadline := time.Now().Add(startTime); ; {
		err := p.run("SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case ended := <-p.ended:
			p.ended <- ended
			said, _ := os.ReadFile(filepath.Join(p.dir, "log"))
			return fmt.Errorf("postgres ended: %w: %s", ended, said)
		case <-time.After(pollTime):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("postgres does not answer: %w", err)
		}
	}
}

// postgresPrograms returns the folder of initdb and postgres: that on PATH, or
// the newest of Debian's, which are not there. tools/install.sh looks the same
// way.
func postgresPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("there is no PostgreSQL server on this machine (initdb, postgres); " + install)
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) // 9 before 15
	})), nil
}
