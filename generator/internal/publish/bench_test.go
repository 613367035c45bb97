package publish

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The benchmarks write below the folder of the package, because a temporary
// folder may be in memory. Run them into a disk that has deleted nothing for a
// minute: ext4 is slow to reuse what was just freed.

var page = []byte(strings.Repeat("x", 14<<10))

func diskDir(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp(".", "bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func benchPath(i int) string { return fmt.Sprintf("procedure/%d/index.html", i) }

// BenchmarkPlain is the limit of BenchmarkFresh.
func BenchmarkPlain(b *testing.B) {
	dir := diskDir(b)
	for i := range b.N {
		file := filepath.Join(dir, filepath.FromSlash(benchPath(i)))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file, page, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	if err := syncTree(dir, nil); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkFresh(b *testing.B) {
	target, err := Open(context.Background(), filepath.Join(diskDir(b), "public"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer target.Close()
	p, err := target.Begin()
	if err != nil {
		b.Fatal(err)
	}
	for i := range b.N {
		if err := p.Write(benchPath(i), page); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := p.Commit(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkUnchanged compares and walks a site of 1000 pages.
func BenchmarkUnchanged(b *testing.B) {
	c := change{write: site{}}
	for i := range 1000 {
		c.write[benchPath(i)] = string(page)
	}
	target := benchTarget(b, c)
	for b.Loop() {
		if _, err := c.do(target); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/file")
}

func BenchmarkAmendOnePage(b *testing.B) {
	c := change{write: site{}}
	for i := range 1000 {
		c.write[benchPath(i)] = string(page)
	}
	target := benchTarget(b, c)
	for i := 0; b.Loop(); i++ {
		one := change{amend: true, write: site{benchPath(i % 1000): fmt.Sprint(i)}}
		if _, err := one.do(target); err != nil {
			b.Fatal(err)
		}
	}
}

func benchTarget(b *testing.B, c change) *Target {
	b.Helper()
	target, err := Open(context.Background(), filepath.Join(diskDir(b), "public"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { target.Close() })
	if _, err := c.do(target); err != nil {
		b.Fatal(err)
	}
	return target
}
