package testkit

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"testing"
)

// Repeat adds a file to an archive: a text so many times over, deflated. The
// text is deflated once however often it comes, which makes a file of some
// hundred megabytes in no time.
func Repeat(t testing.TB, z *zip.Writer, name, text string, times int) {
	t.Helper()
	once, end := deflated(t, text), deflated(t, "")
	sum := crc32.NewIEEE()
	for range times {
		sum.Write([]byte(text))
	}
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: sum.Sum32(),
		CompressedSize64: uint64(times*len(once.open) + len(end.closed)), UncompressedSize64: uint64(times * len(text))})
	if err != nil {
		t.Fatal(err)
	}
	for range times {
		if _, err := w.Write(once.open); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write(end.closed); err != nil {
		t.Fatal(err)
	}
}

// stream is a deflated text: as more may follow it, and as it stands alone.
type stream struct{ open, closed []byte }

func deflated(t testing.TB, text string) stream {
	t.Helper()
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Flush(); err != nil {
		t.Fatal(err)
	}
	open := bytes.Clone(b.Bytes())
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return stream{open, b.Bytes()}
}
