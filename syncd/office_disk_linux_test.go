package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// limitedEnv is set for a program whose files a test keeps from growing.
const limitedEnv = "KHUMUE_TEST_LIMITED_FILES"

func init() {
	if os.Getenv(limitedEnv) != "" {
		begin = func() error { signal.Ignore(unix.SIGXFSZ); return os.Unsetenv(limitedEnv) }
	}
	patient["F10: the disk of the centre is full"] = centreFull
	patient["F11: the disk of an office is full"] = officeFull
}

// disk is a small disk that can be filled up. Where this system lets nobody have one,
// the program's files are kept from growing instead, which its disk refuses in the same
// calls with another word.
type disk struct {
	t       *testing.T
	dir     string
	mounted bool
	of      *program
}

// newDisk is one in a folder of its own.
func newDisk(t *testing.T) *disk {
	t.Helper()
	d := &disk{t: t, dir: t.TempDir()}
	err := unix.Mount("tmpfs", d.dir, "tmpfs", 0, "size=48m,mode=0700")
	if d.mounted = err == nil; d.mounted {
		t.Cleanup(func() { must(t, unix.Unmount(d.dir, unix.MNT_DETACH)) })
	} else {
		t.Logf("this system gives no disk (%v): the program's files are kept from growing instead", err)
	}
	return d
}

func (d *disk) ballast() string { return filepath.Join(d.dir, "ballast") }

// fill leaves no room.
func (d *disk) fill() {
	d.t.Helper()
	if !d.mounted {
		d.limit(1)
		return
	}
	f, err := os.Create(d.ballast())
	must(d.t, err)
	_, err = io.Copy(f, zeros{})
	if !errors.Is(err, unix.ENOSPC) {
		d.t.Errorf("the disk is not full: %v", err)
	}
	must(d.t, f.Close())
}

// empty makes room again.
func (d *disk) empty() {
	d.t.Helper()
	if !d.mounted {
		d.limit(unix.RLIM_INFINITY)
		return
	}
	must(d.t, os.Remove(d.ballast()))
}

func (d *disk) limit(size uint64) {
	d.t.Helper()
	d.of.mu.Lock()
	defer d.of.mu.Unlock()
	must(d.t, unix.Prlimit(d.of.pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}, nil))
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// centreFull fills the centre's disk while an office sends.
func centreFull(t *testing.T) {
	d := newDisk(t)
	c := newCentreIn(t, d.dir)
	c.env = append(c.env, limitedEnv+"=1")
	d.of = &c.program
	c.start()
	o := newOffice(t, c, "point")
	o.opens()
	must(t, o.opensCase("คข. 1/2569"))
	o.sends()
	was := len(c.stored().places)
	d.fill()
	must(t, o.opensCase("คข. 2/2569"))
	o.asksTwice()
	if _, _, page, err := o.b.ask("/sync", nil); err != nil || strings.Contains(page, "sync-sent") {
		t.Errorf("what the centre could not keep counts as sent, %v", err)
	}
	r, err := http.Get(c.address + "/signin")
	must(t, err)
	must(t, r.Body.Close())
	if r.StatusCode != http.StatusOK || len(c.stored().places) != was {
		t.Errorf("reading: %s, and the centre has %d operations", r.Status, len(c.stored().places))
	}
	d.empty()
	if !d.mounted { // which counts as a fault of the disk, after which nothing is acknowledged before a restart
		c.kill()
		c.start()
	}
	arrives(t, c, o, "คข. 1/2569", "คข. 2/2569")
}

// asksTwice returns once the centre was asked two times more, whatever it said.
func (o *officeProgram) asksTwice() {
	o.t.Helper()
	for range 2 {
		at := o.way.Carried(1)
		must(o.t, o.tries())
		soon(o.t, "the centre answers", func() bool { return o.way.Carried(1) > at })
	}
}

// officeFull fills the disk of an office's machine.
func officeFull(t *testing.T) {
	c := newCentre(t)
	c.start()
	d := newDisk(t)
	o := newOfficeIn(t, c, "point", filepath.Join(d.dir, "office"))
	o.env = append(o.env, limitedEnv+"=1")
	d.of = &o.program
	o.opens()
	must(t, o.opensCase("คข. 1/2569"))
	o.sends()
	d.fill()
	err := o.opensCase("คข. 2/2569")
	if err == nil {
		t.Fatal("it says that it has kept what it could not")
	}
	if said := err.Error(); !strings.Contains(said, "ดิสก์") && !strings.Contains(said, "พื้นที่") {
		t.Errorf("nobody is told of the disk: %.3000s", said)
	}
	_, _, page, err := o.b.ask("/delays", nil)
	if err != nil || strings.Contains(page, "คข. 2/2569") || !strings.Contains(page, "คข. 1/2569") {
		t.Errorf("what was refused is shown, or nothing: %v", err)
	}
	d.empty()
	must(t, o.opensCase("คข. 2/2569"))
	arrives(t, c, o, "คข. 1/2569", "คข. 2/2569")
}
