package synth

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"khumue/internal/fault"
)

// Written is what a portal's writing came to.
type Written struct {
	Files int64
	Bytes int64 // of content
}

// Write writes the portal into dir, which is created; a folder with anything
// in it is refused. A failure leaves what was written so far.
func (p *Portal) Write(ctx context.Context, dir string) (Written, error) {
	if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
		return Written{}, notEmpty(dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Written{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Written{}, err
	}
	var next, files, bytes atomic.Int64
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			b := &batch{writer: writer{Portal: p}}
			f := folder{root: dir}
			for i := next.Add(1) - 1; int(i) < len(p.units) && errs[k] == nil; i = next.Add(1) - 1 {
				b.fill(p.units[i])
				errs[k] = f.write(ctx, b)
				files.Add(int64(len(b.files)))
				bytes.Add(int64(len(b.b)))
			}
		})
	}
	wg.Wait()
	return Written{files.Load(), bytes.Load()}, errors.Join(errs...)
}

func notEmpty(dir string) error {
	return fault.New(fault.Conflict, fault.Textf("%s มีไฟล์อยู่แล้ว", "%s is not empty", dir),
		fault.Text{TH: "ระบุโฟลเดอร์ใหม่", EN: "name a new folder"})
}

// folder writes files and remembers the last folder it made.
type folder struct {
	root, last string
}

func (f *folder) write(ctx context.Context, b *batch) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.all(func(file File) bool {
		if dir := path.Dir(file.Path); dir != f.last {
			if err = os.MkdirAll(filepath.Join(f.root, filepath.FromSlash(dir)), 0o755); err != nil {
				return false
			}
			f.last = dir
		}
		err = os.WriteFile(filepath.Join(f.root, filepath.FromSlash(file.Path)), file.Data, 0o644)
		return err == nil
	})
	return err
}
