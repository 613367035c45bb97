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
	at  File
	src []byte
}

// contentOf reads every content file below a directory that keep takes.
func contentOf(tb testing.TB, dir string, keep func(File) bool) []written {
	tb.Helper()
	var out []written
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(p string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at, known := FileAt(p)
		if !known || !keep(at) {
			return nil
		}
		src, err := fs.ReadFile(files, p)
		out = append(out, written{at, src})
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func isManual(at File) bool { return path.Base(at.Path) == "manual.md" }

func everyFile(File) bool { return true }

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
		if _, problems := w.at.Decode(w.src); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

func BenchmarkJSON(b *testing.B) {
	var manuals []*catalog.Manual
	for _, w := range sampleManuals(b) {
		value, _ := w.at.Decode(w.src)
		manuals = append(manuals, value.(*catalog.Manual))
	}
	var buf []byte
	for i := 0; b.Loop(); i++ {
		var err error
		if buf, err = AppendJSON(buf[:0], manuals[i%len(manuals)], Member{"agency", "dlt"}, Member{"url", "https://www.example.go.th/procedure/x/"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWriteManual changes the fees of one manual after another.
func BenchmarkWriteManual(b *testing.B) {
	list := sampleManuals(b)
	var manuals []*catalog.Manual
	for _, w := range list {
		value, _ := w.at.Decode(w.src)
		m := value.(*catalog.Manual)
		m.Fees = catalog.Some(append([]catalog.Fee{{Name: catalog.Text{TH: "ค่าคำขอ"}, Kind: catalog.FeeFixed, Min: 500}}, m.Fees.Value...))
		manuals = append(manuals, m)
	}
	for i := 0; b.Loop(); i++ {
		w := list[i%len(list)]
		if _, err := Write(w.at, w.src, manuals[i%len(list)]); err != nil {
			b.Fatal(err)
		}
	}
}
