package folder

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The benchmarks look at the folder that FOLDER_BENCH names, such as a portal
// that generator synth has made.
func benchFolder(b *testing.B) string {
	b.Helper()
	dir := os.Getenv("FOLDER_BENCH")
	if dir == "" {
		b.Skip("FOLDER_BENCH names no folder")
	}
	return dir
}

// BenchmarkWalk is what BenchmarkScan is measured by.
func BenchmarkWalk(b *testing.B) {
	dir := benchFolder(b)
	for b.Loop() {
		err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && strings.HasPrefix(e.Name(), "."):
				return fs.SkipDir
			case e.IsDir():
				return nil
			}
			_, err = e.Info()
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	dir := benchFolder(b)
	old, _, err := Scan(context.Background(), dir, nil, Hidden)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, changes, err := Scan(context.Background(), dir, old, Hidden); err != nil || len(changes) > 0 {
			b.Fatal(err, changes)
		}
	}
}

func BenchmarkStore(b *testing.B) {
	l, _, err := Scan(context.Background(), benchFolder(b), nil, Hidden)
	if err != nil {
		b.Fatal(err)
	}
	var buf bytes.Buffer
	for b.Loop() {
		buf.Reset()
		if err := l.Write(&buf); err != nil {
			b.Fatal(err)
		}
		if _, err := Read(&buf); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(l.Len()), "ns/file")
	if err := l.Write(&buf); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(buf.Len())/float64(l.Len()), "B/file")
}
