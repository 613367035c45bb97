// Package publish makes a set of files the live site, as a whole or not at all.
//
// A publication is staged in a working folder beside the target, on the same
// file system, and synced. Then its journal is written, and that is the moment
// when it happens: before it the site is the old one, after it the new one.
// Files are renamed into place one by one, or, when most of the site is new,
// a whole fresh tree is swapped in. Whoever opens the target after a crash
// finds the journal and finishes what it says, or finds none and drops what
// was staged.
//
//	public/             the site, and nothing else
//	.public.khumue/     lock      who is publishing
//	                    journal   what is going live; absent when nothing is
//	                    stage/    what is being prepared
//	                    old/      the tree that was swapped out, until it is removed
//	                    state/    what is known about the live site, here and by the caller; may be lost
//
// The package knows nothing of pages or content: it is given addresses of
// files and bytes. It holds no file's bytes longer than a call.
package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"khumue/internal/fault"
)

// AssetLife is how long a content-hashed asset outlives the last site that
// referred to it, for caches and service workers that still do.
const AssetLife = 30 * 24 * time.Hour

// Options say how a target is opened. The zero value is ready for use.
type Options struct {
	// Now is the clock that dates the lock and the retirement of assets.
	// Nil is time.Now.
	Now func() time.Time

	// Wait, when set, is told once who holds the target, and Open then waits
	// until it is free or its context ends. Nil makes Open return a HeldError.
	Wait func(Holder)

	// Mark is the path of a file that every site of this program has. A target
	// that holds files but neither this one nor a state of ours beside it is
	// somebody's folder, and Open refuses it.
	Mark string

	// InPlace forbids swapping the whole tree, for a target that something
	// holds by its inode, such as a bind mount into a container.
	InPlace bool

	disk disk // the real one; tests break it
}

// Recovery is what Open found and did about an interrupted publication.
type Recovery string

// What Open may have found.
const (
	Clean     Recovery = "clean"     // nothing was interrupted
	Dropped   Recovery = "dropped"   // it had not gone live: its staging was removed
	Completed Recovery = "completed" // it had gone live: what it began was finished
	Damaged   Recovery = "damaged"   // its journal or staging is damaged: publish the whole site anew
)

// Target is a live site that this process alone may change, until Close.
type Target struct {
	dir, work string // absolute
	staging   string // the staged tree, with a separator behind it
	opts      Options
	disk      disk
	lock      *lock
	recovery  Recovery

	mu         sync.Mutex
	open       bool // a publication has begun and not ended
	unfinished bool // a journal is written and could not be carried out
}

// Open takes the target for this process and finishes or drops what an
// earlier one left behind. The folder need not exist; its parent is made.
func Open(ctx context.Context, dir string, o Options) (*Target, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	t := &Target{opts: o, disk: o.disk}
	if err := t.locate(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(t.StateDir(), 0o755); err != nil {
		return nil, outside(t.work, err)
	}
	if err := t.disk.syncDir(filepath.Dir(t.work)); err != nil {
		return nil, outside(t.work, err)
	}
	if err := t.checkDevice(); err != nil {
		return nil, err
	}
	lock, err := takeLock(ctx, t.work, o)
	if err != nil {
		return nil, err
	}
	t.lock = lock
	if err := t.start(); err != nil {
		lock.release()
		return nil, err
	}
	return t, nil
}

// locate resolves the target to where it really stands, so that a swap moves
// the folder and not a link to it.
func (t *Target) locate(dir string) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return outside(dir, err)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	parent, base := filepath.Split(abs)
	if base == "" {
		return fault.New(fault.Invalid, fault.Textf(
			"%s เป็นโฟลเดอร์สำหรับเว็บไซต์ไม่ได้", "%s cannot hold the site", abs))
	}
	t.dir, t.work = abs, filepath.Join(parent, "."+base+".khumue")
	t.staging = t.tree() + string(filepath.Separator)
	return nil
}

// checkDevice refuses a target that cannot be renamed into.
func (t *Target) checkDevice() error {
	here, err := os.Stat(t.work)
	if err != nil {
		return outside(t.work, err)
	}
	live, err := os.Stat(t.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return outside(t.dir, err)
	}
	if !live.IsDir() {
		return fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่โฟลเดอร์", "%s is not a folder", t.dir))
	}
	if device(here) != device(live) {
		return fault.New(fault.Invalid,
			fault.Textf("%s อยู่บนระบบไฟล์อื่น", "%s is a file system of its own", t.dir),
			fault.Textf("เลือกโฟลเดอร์ที่อยู่ภายใน", "choose a folder inside it"))
	}
	return nil
}

// start recovers, and then makes sure that the target is ours.
func (t *Target) start() error {
	r, err := t.recover()
	if err != nil {
		return err
	}
	t.recovery = r
	return t.checkOurs()
}

// checkOurs refuses a folder with files that no publication has put there.
func (t *Target) checkOurs() error {
	if _, err := os.Stat(t.statePath(recordName)); err == nil {
		return nil
	}
	if t.opts.Mark != "" {
		if _, err := os.Stat(t.live(t.opts.Mark)); err == nil {
			return nil
		}
	}
	name, err := firstVisible(t.dir)
	if err != nil {
		return outside(t.dir, err)
	}
	if name == "" {
		return nil
	}
	return fault.New(fault.Invalid,
		fault.Textf("%s มีไฟล์อื่นอยู่ เช่น %s", "%s holds other files, such as %s", t.dir, name),
		fault.Textf("เลือกโฟลเดอร์ว่าง หรือย้ายไฟล์เหล่านั้นออกก่อน", "choose an empty folder, or move these files away first"))
}

// Dir returns the absolute path of the live site.
func (t *Target) Dir() string { return t.dir }

// Recovery returns what Open found of an interrupted publication.
func (t *Target) Recovery() Recovery { return t.recovery }

// Close lets others publish. A publication that is still open is aborted by
// whoever opens the target next.
func (t *Target) Close() error { return t.lock.release() }

// Begin starts the publication of a whole site: what of the old one is neither
// written nor kept will be removed.
func (t *Target) Begin() (*Publication, error) { return t.begin(true) }

// Amend starts a publication of changes: what of the old site is not named
// stays as it is. Its cost does not depend on the size of the site.
func (t *Target) Amend() (*Publication, error) { return t.begin(false) }

func (t *Target) begin(whole bool) (*Publication, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open {
		return nil, fmt.Errorf("publish: a publication of %s is open already", t.dir)
	}
	if t.unfinished {
		if _, err := t.recover(); err != nil {
			return nil, &UnfinishedError{err}
		}
		t.unfinished = false
	}
	if err := t.clear(); err != nil {
		return nil, err
	}
	p, err := newPublication(t, whole)
	if err != nil {
		return nil, err
	}
	t.open = true
	return p, nil
}

func (t *Target) ended(unfinished bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open, t.unfinished = false, unfinished
}

// Paths of the working folder and of the site.

func (t *Target) live(path string) string      { return filepath.Join(t.dir, filepath.FromSlash(path)) }
func (t *Target) stage() string                { return filepath.Join(t.work, "stage") }
func (t *Target) tree() string                 { return filepath.Join(t.work, "stage", "tree") }
func (t *Target) staged(path string) string    { return t.staging + filepath.FromSlash(path) }
func (t *Target) stagedState(n string) string  { return filepath.Join(t.work, "stage", "state", n) }
func (t *Target) statePath(name string) string { return filepath.Join(t.work, "state", name) }
func (t *Target) old() string                  { return filepath.Join(t.work, "old") }
func (t *Target) journal() string              { return filepath.Join(t.work, "journal") }

// UnfinishedError is a failure after the publication had happened: part of the
// site may still be the old one, and the next Open or Begin finishes it.
type UnfinishedError struct{ Err error }

func (e *UnfinishedError) Error() string {
	return "the new site is decided on, but not all of it is in place; the next build finishes it: " + e.Err.Error()
}

func (e *UnfinishedError) Unwrap() error { return e.Err }

// outside tells of a failure of the disk under path.
func outside(path string, err error) error {
	return fault.New(fault.Unavailable, fault.Textf(
		"เขียนเว็บไซต์ที่ %s ไม่ได้ เว็บไซต์เดิมยังอยู่ครบ", "cannot write the site at %s; the old one is untouched", path)).Because(err)
}

// firstVisible returns the name of an entry of dir that does not begin with a
// dot, or "" when there is none or no dir.
func firstVisible(dir string) (string, error) {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	for {
		names, err := f.Readdirnames(64)
		for _, name := range names {
			if !strings.HasPrefix(name, ".") {
				return name, nil
			}
		}
		if err != nil {
			return "", nil // io.EOF
		}
	}
}
