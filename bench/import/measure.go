package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"khumue/bench/paper"
)

// usage is what a process took.
type usage struct {
	wall, cpu time.Duration
	peak      int64 // bytes of memory
}

// result are the figures of one table.
type result struct {
	manuals              int
	loads                [2]string // of the machine, before and after
	table, files         int64     // bytes
	plain                usage
	fresh, report, again usage // the first time, the first time with a report, and once more
	resumed              usage // the rest, after a kill in the middle
}

func (o options) measure(ctx context.Context, n int) (r result, err error) {
	r.manuals, r.loads[0] = n, load()
	at := filepath.Join(o.dir, fmt.Sprint(n))
	if err := os.MkdirAll(at, 0o755); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(at)) }()
	table := filepath.Join(at, "table.xlsx")
	if err := writeTable(table, n); err != nil {
		return r, err
	}
	info, err := os.Stat(table)
	if err != nil {
		return r, err
	}
	r.table = info.Size()
	content, other, killed := filepath.Join(at, "content"), filepath.Join(at, "other"), filepath.Join(at, "killed")
	for _, dir := range []string{content, other, killed} {
		if err := writeAgencies(dir); err != nil {
			return r, err
		}
	}
	for _, one := range []struct {
		to   *usage
		into string
		more []string
	}{
		{&r.fresh, content, nil}, {&r.again, content, nil}, {&r.report, other, []string{"--report", filepath.Join(at, "report.xlsx")}},
	} {
		if *one.to, err = o.imported(ctx, 0, one.into, table, one.more...); err != nil {
			return r, err
		}
	}
	if _, err := o.imported(ctx, r.fresh.wall/2, killed, table); err == nil {
		return r, errors.New("the import was over before it was killed")
	}
	if r.resumed, err = o.imported(ctx, 0, killed, table); err != nil {
		return r, err
	}
	if err := same(filepath.Join(content, "agencies"), filepath.Join(killed, "agencies")); err != nil {
		return r, err
	}
	r.plain, r.files, err = unpacked(filepath.Join(content, "agencies"), at)
	r.loads[1] = load()
	return r, err
}

// imported imports a table; after a while, if it is not 0, the program is
// killed.
func (o options) imported(ctx context.Context, after time.Duration, into, table string, more ...string) (usage, error) {
	if after > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, after)
		defer stop()
	}
	cmd := exec.CommandContext(ctx, o.generator, append([]string{"import", "--kind", "manual", "--into", into, table}, more...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	err := cmd.Run()
	u := usage{wall: time.Since(began)}
	if cmd.ProcessState != nil {
		u.cpu, u.peak = cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), paper.Peak(cmd.ProcessState)
	}
	if err != nil {
		return u, fmt.Errorf("%w: %s", err, said.Bytes()[:min(said.Len(), 300)])
	}
	return u, nil
}

// same tells whether two portals say the same.
func same(a, b string) error {
	count := [2]int{}
	for i, dir := range []string{a, b} {
		err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			count[i]++
			if i == 1 {
				return nil
			}
			rel, err := filepath.Rel(a, name)
			if err != nil {
				return err
			}
			one, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			two, err := os.ReadFile(filepath.Join(b, rel))
			if err == nil && !bytes.Equal(one, two) {
				err = fmt.Errorf("%s is not the same after a kill", rel)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if count[0] != count[1] {
		return fmt.Errorf("%d files, and %d after a kill", count[0], count[1])
	}
	return nil
}

// unpacked packs the files of a folder into a zip, and measures how long it
// takes to unpack it into a fresh folder, file by file, and to put that on the
// disk.
func unpacked(from, at string) (u usage, size int64, err error) {
	name := filepath.Join(at, "files.zip")
	f, err := os.Create(name)
	if err != nil {
		return u, 0, err
	}
	z := zip.NewWriter(f)
	if err := errors.Join(z.AddFS(os.DirFS(from)), z.Close(), f.Close()); err != nil {
		return u, 0, err
	}
	flushDisk()
	began := time.Now()
	r, err := zip.OpenReader(name)
	if err != nil {
		return u, 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	to := filepath.Join(at, "unpacked")
	for _, part := range r.File {
		n, err := unpack(part, filepath.Join(to, filepath.FromSlash(part.Name)))
		if err != nil {
			return u, 0, err
		}
		size += n
	}
	flushDisk()
	u.wall = time.Since(began)
	return u, size, nil
}

func unpack(part *zip.File, name string) (int64, error) {
	if part.FileInfo().IsDir() {
		return 0, os.MkdirAll(name, 0o755)
	}
	in, err := part.Open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return 0, err
	}
	out, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(out, in)
	return n, errors.Join(err, out.Close())
}
