package gitrepo

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// texts are of several kinds: that repeat, that do not, that are short.
func texts() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 70_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	skewed := make([]byte, 50_000)
	for i := range skewed { // codes of all lengths
		skewed[i] = byte(min(r.ExpFloat64()*6, 255))
	}
	return map[string][]byte{
		"nothing":          {},
		"a byte":           []byte("x"),
		"a run":            bytes.Repeat([]byte("a"), 10_000),
		"a run of two":     bytes.Repeat([]byte("ab"), 999),
		"Thai":             []byte(strings.Repeat("คู่มือประชาชน เปิดให้บริการ 08:30-16:30 น.\n", 300)),
		"noise":            noise,
		"noise of one row": bytes.Repeat(noise[:32_768], 3),
		"skewed":           skewed,
	}
}

func zipped(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsZippedIsUnzipped(t *testing.T) {
	var u unzipper
	for name, want := range texts() {
		for level := zlib.HuffmanOnly; level <= zlib.BestCompression; level++ {
			zip := zipped(t, want, level)
			got := make([]byte, len(want))
			if err := u.unzip(got, append(zip, "what follows"...)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s at level %d: %v", name, level, err)
			}
			for cut := 0; cut < len(zip); cut += 1 + cut/20 {
				if err := u.unzip(got, zip[:len(zip)-1-cut]); !errors.Is(err, errShort) {
					t.Errorf("%s at level %d, cut by %d: got %v, want %v", name, level, cut+1, err, errShort)
				}
			}
			if err := u.unzip(make([]byte, len(want)+1), zip); !errors.Is(err, errDamaged) {
				t.Errorf("%s at level %d, and a byte more: got %v, want %v", name, level, err, errDamaged)
			}
			if len(want) > 0 {
				if err := u.unzip(got[1:], zip); !errors.Is(err, errDamaged) {
					t.Errorf("%s at level %d, and a byte less: got %v, want %v", name, level, err, errDamaged)
				}
			}
			zip[len(zip)-1] ^= 1
			if err := u.unzip(got, zip); !errors.Is(err, errDamaged) {
				t.Errorf("%s at level %d, another checksum: got %v, want %v", name, level, err, errDamaged)
			}
		}
	}
}

// FuzzUnzip compares with the standard library.
func FuzzUnzip(f *testing.F) {
	for _, data := range texts() {
		if len(data) > 2000 {
			data = data[:2000]
		}
		for _, level := range []int{zlib.HuffmanOnly, zlib.NoCompression, zlib.BestSpeed, zlib.BestCompression} {
			f.Add(zipped(f, data, level))
		}
	}
	f.Add(stored([]byte("tiny")))
	f.Add([]byte("\x78\x9c\x63\x00\x00\x00\x01\x00\x01"))
	var u unzipper
	f.Fuzz(func(t *testing.T, zip []byte) {
		var want []byte
		r, err := zlib.NewReader(bytes.NewReader(zip))
		if err == nil {
			want, err = io.ReadAll(io.LimitReader(r, 1<<20))
		}
		if len(want) == 1<<20 {
			return
		}
		got := make([]byte, len(want))
		mine := u.unzip(got, zip)
		if err == nil && (mine != nil || !bytes.Equal(got, want)) {
			t.Errorf("got %v, want %d bytes", mine, len(want))
		}
		if err != nil && mine == nil {
			t.Errorf("got it taken for whole, want %v", err)
		}
	})
}

func BenchmarkUnzip(b *testing.B) {
	page := texts()["skewed"][:2500]
	page = append(page, strings.Repeat("คู่มือประชาชน เปิดให้บริการ 08:30-16:30 น.\n", 30)...)
	zip := zipped(b, page, zlib.BestSpeed)
	out := make([]byte, len(page))
	b.Run("here", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		var u unzipper
		for b.Loop() {
			if err := u.unzip(out, zip); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("standard", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		in := bytes.NewReader(nil)
		in.Reset(zip)
		r, err := zlib.NewReader(in)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			in.Reset(zip)
			if err := r.(zlib.Resetter).Reset(in, nil); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(r, out); err != nil {
				b.Fatal(err)
			}
		}
	})
}
