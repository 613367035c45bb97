package inbox

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"khumue/internal/fault"
	"khumue/internal/wire"
)

// ErrShare is what an error is, beside being of kind Unavailable, when a device has as
// many bytes of files here as it may.
var ErrShare = errors.New("the device has its share of files")

// leastFile is for how many bytes a file counts at least.
const leastFile = 4 << 10

// share is what a device has of files, each as large as it will be. It is locked while
// anything of the device is looked at or changed.
type share struct {
	sync.Mutex
	sizes map[string]int64 // by sum; nil: nobody has looked
	sum   int64
	full  bool      // the last piece did not fit
	freed time.Time // when room was looked for last
}

// share returns a device's share, locked.
func (f *Files) share(device string) *share {
	f.mu.Lock()
	if f.shares == nil {
		f.shares = map[string]*share{}
	}
	s := f.shares[device]
	if s == nil {
		s = &share{}
		f.shares[device] = s
	}
	f.mu.Unlock()
	s.Lock()
	return s
}

// take makes sure that a file of a size fits beside the others, and counts it.
func (s *share) take(folder, sum string, size, quota int64) error {
	if err := s.look(folder); err != nil {
		return notKept(err)
	}
	if s.full = s.sum-s.sizes[sum]+max(size, leastFile) > quota; s.full {
		return notKept(ErrShare)
	}
	s.count(sum, size)
	return nil
}

// count counts a file.
func (s *share) count(sum string, size int64) {
	size = max(size, leastFile)
	s.sum += size - s.sizes[sum]
	s.sizes[sum] = size
}

// look reads what there is, where nobody has.
func (s *share) look(folder string) error {
	if s.sizes != nil {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	names, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	s.sizes, s.sum = map[string]int64{}, 0
	for _, n := range names {
		if st, err := n.Info(); err == nil {
			size := max(st.Size(), leastFile)
			s.sizes[strings.TrimSuffix(n.Name(), ending)] = size
			s.sum += size
		}
	}
	return nil
}

// drop counts a file no more.
func (s *share) drop(sum string) {
	s.sum -= s.sizes[sum]
	delete(s.sizes, sum)
}

// Full reports whether what a device sent last did not fit into its share.
func (f *Files) Full(device string) bool {
	s := f.share(device)
	defer s.Unlock()
	return s.full
}

// spareFiles is how long a file stays at least that nothing waits for, where its device
// needs the room: what names it too may be on its way.
const spareFiles = time.Hour

// makeRoom lets go of files that nothing waits for, once in a while, and keeps a piece
// that did not fit. Where it still does not, operations that wait for the file say so.
func (d *Desk) makeRoom(ctx context.Context, dev Device, p wire.Piece) (got wire.Got, err error) {
	if !d.Files.mayFree(dev.ID, d.now()) {
		return wire.Got{SHA256: p.SHA256}, notKept(ErrShare)
	}
	needed := map[string]bool{}
	err = d.Store.Read(ctx, func(r Records) error {
		list, err := r.Brought(dev.ID)
		for _, b := range list {
			needed[b.SHA256] = true
		}
		return err
	})
	if err == nil {
		err = d.Files.Free(dev.ID, d.now().Add(-spareFiles), func(sum string) bool { return needed[sum] })
	}
	if err != nil {
		return got, err
	}
	if got, err = d.Files.Put(dev.ID, p); !errors.Is(err, ErrShare) {
		return got, err
	}
	d.Log.Warn("a machine has its share of files", "device", dev.ID)
	told := d.Store.Write(ctx, func(r Records) error { return r.Arrived(fileEntity(p.SHA256), d.now()) })
	d.wake()
	return got, errors.Join(err, told)
}

// mayFree reports whether it is time to look for room again.
func (f *Files) mayFree(device string, now time.Time) bool {
	s := f.share(device)
	defer s.Unlock()
	if !s.freed.IsZero() && now.Sub(s.freed).Abs() < time.Minute {
		return false
	}
	s.freed = now
	return true
}

// awaited is what is said of an operation whose files have not all come.
func (d *Desk) awaited(dev Device, missing string, whole, all int) Outcome {
	text := fault.Textf("ได้รับไฟล์แล้ว %d จาก %d ไฟล์ รอไฟล์ที่เหลือ", "%d of %d files have come. It waits for the others.", whole, all)
	if d.Files.Full(dev.ID) {
		text = fault.Text{TH: "เครื่องนี้มีไฟล์รออยู่ที่ศูนย์กลางเต็มพื้นที่แล้ว ไฟล์ที่เหลือจะส่งให้เองเมื่อรายการก่อนหน้าเสร็จ ถ้ายังไม่หาย แจ้งผู้ดูแลระบบ",
			EN: "The files of this machine that wait at the centre fill its share. The others are sent when earlier ones are done. If that goes on, tell whoever runs the centre."}
	}
	return Outcome{Status: wire.Held, Code: wire.AwaitsFile, Awaits: fileEntity(missing), Text: text}
}
