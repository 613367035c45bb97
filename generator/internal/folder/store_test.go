package folder

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// stored is a listing of so many files as it is stored: of 1000, several blocks.
func stored(t testing.TB, files int) []byte {
	t.Helper()
	var p packer
	for i := range files {
		p.add(fmt.Sprintf("agencies/p%02d/manuals/%04d/manual.md", i/100, i), packed{kind: Kind(i % 3), settled: i%2 == 0, size: int64(i * i), nano: int64(i) * 1e15}, SumOf([]byte{byte(i)}))
	}
	p.cut()
	l := &Listing{root: "/srv/content", blocks: p.done, files: files}
	var file bytes.Buffer
	if err := l.Write(&file); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(bytes.NewReader(file.Bytes())); err != nil || !got.Equal(l) || got.Len() != files {
		t.Fatalf("not read back: %v", err)
	}
	return file.Bytes()
}

func TestADamagedListingIsTold(t *testing.T) {
	whole := stored(t, 1000)
	check := func(how string, data []byte) {
		t.Helper()
		if _, err := Read(bytes.NewReader(data)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v, want %v", how, err, ErrDamaged)
		}
	}
	for n := 0; n < len(whole); n += 1 + n/50 {
		check(fmt.Sprint("cut at ", n), whole[:n])
		other := bytes.Clone(whole)
		other[n] ^= 4
		check(fmt.Sprint("another byte at ", n), other)
	}
	check("another form", []byte(strings.Replace(string(whole), "folder 1", "folder 2", 1)))
}

func TestAListingThatCannotBeStored(t *testing.T) {
	l, err := Read(bytes.NewReader(stored(t, 1000)))
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	r.CloseWithError(os.ErrClosed)
	if err := l.Write(w); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v, want %v", err, os.ErrClosed)
	}
}

// FuzzRead gives each file its right checksum, so that more is read of it.
func FuzzRead(f *testing.F) {
	whole := stored(f, 30)
	f.Add(whole[:len(whole)-sha256.Size])
	f.Add([]byte(storeHead + "\x01/\x01\x05\x00\x01a\x01\x00\x000123456789abcdef\x00"))
	f.Add([]byte(storeHead + "\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sum := sha256.Sum256(data)
		l, err := Read(bytes.NewReader(append(data, sum[:]...)))
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v, want %v", err, ErrDamaged)
			}
			return
		}
		n, last := 0, ""
		for e := range l.Entries() {
			if n > 0 && e.Path <= last {
				t.Errorf("%q stands behind %q", e.Path, last)
			}
			n, last = n+1, e.Path
			l.Seal(e.Path, Sum{1})
		}
		if n != l.Len() {
			t.Errorf("got %d entries, want %d", n, l.Len())
		}
	})
}
