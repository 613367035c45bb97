package publish

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"khumue/internal/fault"
)

// Holder is who has the target. It is zero while it is not known yet.
type Holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// HeldError says that another build has the target.
type HeldError struct {
	Dir    string
	Holder Holder
}

func (e *HeldError) Error() string { return e.fault().Error() }

// Unwrap gives the failure in both languages.
func (e *HeldError) Unwrap() error { return e.fault() }

func (e *HeldError) fault() *fault.Error {
	h := e.Holder
	pid, host, since := "?", cmp.Or(h.Host, "?"), "?"
	if h.PID != 0 {
		pid = fmt.Sprint(h.PID)
	}
	if !h.Since.IsZero() {
		since = h.Since.Format(time.RFC3339)
	}
	return fault.New(fault.Unavailable,
		fault.Textf("มีการสร้างเว็บไซต์ที่ %s อยู่แล้ว (โปรเซส %s เครื่อง %s ตั้งแต่ %s)",
			"another build is writing %s (process %s on %s, since %s)", e.Dir, pid, host, since),
		fault.Textf("รอให้เสร็จแล้วสั่งใหม่", "wait until it is done, and try again"))
}

// lock is an advisory lock of the system, which ends with the process however
// that ends. Its file stays, and tells who holds it.
type lock struct{ file *os.File }

// lockPoll is how often a waiting process asks again.
const lockPoll = 50 * time.Millisecond

func takeLock(ctx context.Context, work string, o Options) (*lock, error) {
	told := false
	for {
		l, holder, err := tryLock(filepath.Join(work, "lock"), o.Now)
		if l != nil || err != nil {
			return l, err
		}
		held := &HeldError{Dir: work, Holder: holder}
		if o.Wait == nil {
			return nil, held
		}
		if !told {
			told = true
			o.Wait(holder)
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(held, ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

// tryLock returns the lock, or who holds it.
func tryLock(path string, now func() time.Time) (*lock, Holder, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, Holder{}, outside(path, err)
	}
	free, err := flock(f)
	if err != nil {
		f.Close()
		return nil, Holder{}, outside(path, err)
	}
	if !free {
		defer f.Close()
		return nil, readHolder(f), nil
	}
	l := &lock{f}
	if !l.current(path) { // the working folder was removed under us
		return nil, Holder{}, l.release()
	}
	if err := l.sign(now()); err != nil {
		return nil, Holder{}, errors.Join(outside(path, err), l.release())
	}
	return l, Holder{}, nil
}

// readHolder is zero when the holder has not signed yet.
func readHolder(f *os.File) (h Holder) {
	data, err := io.ReadAll(io.LimitReader(f, 1<<12))
	if err != nil || json.Unmarshal(data, &h) != nil {
		return Holder{}
	}
	return h
}

func (l *lock) sign(now time.Time) error {
	host, _ := os.Hostname() // an unknown host is shown as "?"
	data, err := json.Marshal(Holder{PID: os.Getpid(), Host: host, Since: now.UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(data, 0)
	return err
}

// current reports whether path still names the file that is locked.
func (l *lock) current(path string) bool {
	mine, err1 := l.file.Stat()
	there, err2 := os.Stat(path)
	return err1 == nil && err2 == nil && os.SameFile(mine, there)
}

func (l *lock) release() error {
	if l.file == nil {
		return nil
	}
	err := errors.Join(l.file.Truncate(0), l.file.Close())
	l.file = nil
	return err
}
