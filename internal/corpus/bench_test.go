package corpus

import (
	"io/fs"
	"os"
	"path"
	"testing"

	"khumue/internal/catalog"
)

// written is a content file as it is stored.
type written struct {
	at  located
	src []byte
}

// contentOf reads every content file below a directory that keep takes.
func contentOf(tb testing.TB, dir string, keep func(located) bool) []written {
	tb.Helper()
	var out []written
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(p string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at, known := placeOf(p)
		if !known || !keep(located{p, at}) {
			return nil
		}
		src, err := fs.ReadFile(files, p)
		out = append(out, written{located{p, at}, src})
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func isManual(at located) bool { return path.Base(at.path) == "manual.md" }

func everyFile(located) bool { return true }

func sampleManuals(b *testing.B) []written {
	list := contentOf(b, "../../content", isManual)
	size := 0
	for _, w := range list {
		size += len(w.src)
	}
	b.SetBytes(int64(size / len(list)))
	b.ReportAllocs()
	return list
}

func BenchmarkDecodeManual(b *testing.B) {
	list := sampleManuals(b)
	for i := 0; b.Loop(); i++ {
		w := list[i%len(list)]
		if f := decodeFile(w.at, w.src); len(f.problems) > 0 {
			b.Fatal(f.problems)
		}
	}
}

func BenchmarkJSON(b *testing.B) {
	var manuals []*catalog.Manual
	for _, w := range sampleManuals(b) {
		manuals = append(manuals, decodeFile(w.at, w.src).value.(*catalog.Manual))
	}
	var buf []byte
	for i := 0; b.Loop(); i++ {
		var err error
		if buf, err = AppendJSON(buf[:0], manuals[i%len(manuals)], Member{"agency", "dlt"}, Member{"url", "https://www.example.go.th/procedure/x/"}); err != nil {
			b.Fatal(err)
		}
	}
}
