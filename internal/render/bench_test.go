package render

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// bodies are the Markdown of the manuals of a portal.
func bodies(tb testing.TB, dir string) []string {
	tb.Helper()
	var out []string
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(p string, _ fs.DirEntry, err error) error {
		if err != nil || path.Base(p) != "manual.md" {
			return err
		}
		src, err := fs.ReadFile(files, p)
		if _, body, ok := strings.Cut(string(src), "\n---\n"); ok {
			out = append(out, body)
		}
		return err
	})
	if err != nil || len(out) == 0 {
		tb.Fatal("no manuals", err)
	}
	return out
}

func BenchmarkMarkdown(b *testing.B) {
	list := bodies(b, "../../content")
	size := 0
	for _, src := range list {
		size += len(src)
	}
	b.SetBytes(int64(size / len(list)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Markdown(list[i%len(list)], Options{IDPrefix: "c-", TopHeading: 3, Base: "/base"})
	}
}
