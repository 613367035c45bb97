package state

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// written is a state of n records, with its index.
func written(t testing.TB, n int) (path string, index []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "state")
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := w.Put(key(i), value(i)); err != nil {
			t.Fatal(err)
		}
	}
	if index, err = w.Finish(); err != nil {
		t.Fatal(err)
	}
	return path, index
}

func open(t testing.TB, path string, index []byte) *Store {
	t.Helper()
	s, err := Open(path, index)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func key(i int) []byte   { return fmt.Appendf(nil, "k%06d", i) }
func value(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 200+i%50) }

func TestKeysAreWrittenInOrder(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if err := errors.Join(w.Put([]byte("b"), nil), w.Put([]byte("b"), nil)); err == nil {
		t.Error("the same key twice: no error")
	}
}

func TestFloorFindsTheRecordAtOrBefore(t *testing.T) {
	path, index := written(t, 2000)
	s := open(t, path, index)
	for _, c := range []struct{ prefix, key, want string }{
		{"k", "k000007", "k000007"},
		{"k", "k000007x", "k000007"},
		{"k", "z", "k001999"},
		{"k00005", "k00005", ""},
		{"k00005", "k000050", "k000050"},
		{"x", "x", ""},
		{"", "a", ""},
	} {
		k, _, err := s.Floor([]byte(c.prefix), []byte(c.key))
		if err != nil || string(k) != c.want {
			t.Errorf("floor of %s below %s: got %q, %v, want %q", c.key, c.prefix, k, err, c.want)
		}
	}
}

// TestAStoreIsAMap compares a store with a map through changes, commits and
// openings; before each opening the process may have died without its commit.
func TestAStoreIsAMap(t *testing.T) {
	for seed := range uint64(6) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		n := rnd.IntN(3000)
		path, index := written(t, n)
		want := map[string]string{}
		for i := range n {
			want[string(key(i))] = string(value(i))
		}
		for range 12 {
			s := open(t, path, index)
			now := maps.Clone(want)
			for range rnd.IntN(200) {
				k := key(rnd.IntN(4000))
				if rnd.IntN(3) == 0 {
					delete(now, string(k))
					if err := s.Delete(k); err != nil {
						t.Fatal(err)
					}
					continue
				}
				v := value(rnd.IntN(1000))
				now[string(k)] = string(v)
				if err := s.Put(k, v); err != nil {
					t.Fatal(err)
				}
			}
			same(t, s, now, rnd)
			next, err := s.Commit()
			if err != nil {
				t.Fatal(err)
			}
			same(t, s, now, rnd)
			if rnd.IntN(3) > 0 { // the new index has taken the old one's place
				index, want = next, now
			}
			same(t, open(t, path, index), want, rnd)
		}
	}
}

func same(t *testing.T, s *Store, want map[string]string, rnd *rand.Rand) {
	t.Helper()
	var got []string
	err := s.Each(nil, nil, func(k, v []byte) (bool, error) {
		got = append(got, string(k))
		if want[string(k)] != string(v) {
			t.Errorf("%s: got %d bytes, want %d", k, len(v), len(want[string(k)]))
		}
		return true, nil
	})
	if keys := slices.Sorted(maps.Keys(want)); err != nil || !slices.Equal(got, keys) {
		t.Fatalf("got %d keys, %v, want %d", len(got), err, len(keys))
	}
	for range 20 {
		k := key(rnd.IntN(4000))
		v, err := s.Get(k)
		if w, there := want[string(k)]; err != nil || (v != nil) != there || string(v) != w {
			t.Errorf("%s: got %d bytes, %v, want %d", k, len(v), err, len(w))
		}
	}
}

func TestARangeIsReadFromAnywhere(t *testing.T) {
	path, index := written(t, 1000)
	var got []string
	err := open(t, path, index).Each([]byte("k0007"), key(712), func(k, _ []byte) (bool, error) {
		got = append(got, string(k))
		return len(got) < 2 || string(k) < "k000798", nil
	})
	if err != nil || len(got) != 87 || got[0] != "k000712" || got[86] != "k000798" {
		t.Errorf("got %d keys, %v", len(got), err)
	}
}

// Whoever goes through records may look others up, however many blocks that takes.
func TestWhatIsLookedUpMeanwhileChangesNoRecordAtHand(t *testing.T) {
	const n = 60 * blockSize / 200 * 4 // far more blocks than are kept
	path, index := written(t, n)
	s := open(t, path, index)
	if len(s.blocks) < 2*held {
		t.Fatalf("%d blocks are too few to tell", len(s.blocks))
	}
	at, step := 100, n/(held+50)
	err := s.Each([]byte("k0001"), nil, func(k, v []byte) (bool, error) {
		for other := range held + 50 {
			if got, err := s.Get(key(other * step)); err != nil || !bytes.Equal(got, value(other*step)) {
				t.Fatalf("%d is %d bytes, %v", other*step, len(got), err)
			}
		}
		if !bytes.Equal(k, key(at)) || !bytes.Equal(v, value(at)) {
			t.Fatalf("%s came with %d bytes, want %s", k, len(v), key(at))
		}
		at++
		return true, nil
	})
	if err != nil || at != 200 {
		t.Fatalf("went as far as %d, %v", at, err)
	}
}

// TestFreedSpaceIsUsedAgain commits many changes: the file stays small.
func TestFreedSpaceIsUsedAgain(t *testing.T) {
	path, index := written(t, 3000)
	for i := range 200 {
		s := open(t, path, index)
		for j := range 10 {
			if err := s.Put(key(j*300), value(i)); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if index, err = s.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 3000*250*3 {
		t.Errorf("the file has %d bytes, %v", info.Size(), err)
	}
}

// TestDamageIsNoticed spoils file or index in every way: what is then read is
// what was written, or ErrDamaged.
func TestDamageIsNoticed(t *testing.T) {
	const n = 1000
	path, index := written(t, n)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	spoil := func(b []byte, how int) []byte {
		b = bytes.Clone(b)
		switch at := rnd.IntN(len(b)); how {
		case 0:
			return b[:at]
		case 1:
			b[at] ^= 1 << rnd.IntN(8)
		case 2:
			clear(b[at:min(len(b), at+5000)])
		case 3:
			copy(b[at:], b[rnd.IntN(len(b)):])
		}
		return b
	}
	for i := range 200 {
		file, idx := whole, index
		if i%2 == 0 {
			file = spoil(whole, i/2%4)
		} else {
			idx = spoil(index, i/2%4)
		}
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := readAll(path, idx, n); err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("got %v, want ErrDamaged", err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none"), index); !errors.Is(err, ErrDamaged) {
		t.Errorf("a file that is not there: got %v", err)
	}
}

func readAll(path string, index []byte, n int) error {
	s, err := Open(path, index)
	if err != nil {
		return err
	}
	defer s.Close()
	for i := range n {
		v, err := s.Get(key(i))
		if err != nil {
			return err
		}
		if !bytes.Equal(v, value(i)) {
			return fmt.Errorf("record %d is another one", i)
		}
	}
	return nil
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(magic))
	f.Add(encodeIndex([]*block{{}}))
	f.Add(encodeIndex([]*block{{size: 3}, {first: []byte("ab"), at: 3, size: 4}, {first: []byte("ac"), at: 9, size: 1}}))
	f.Fuzz(func(t *testing.T, index []byte) {
		blocks, err := decodeIndex(index)
		if err == nil && !bytes.Equal(encodeIndex(blocks), index) {
			t.Errorf("what was read of %q is written otherwise", index)
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add(record{[]byte("k"), []byte("value")}.append(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = decodeRecords(nil, data)
	})
}

func BenchmarkWrite(b *testing.B) {
	for b.Loop() {
		written(b, 100_000)
	}
}

func BenchmarkChangeOne(b *testing.B) {
	path, index := written(b, 300_000)
	for i := 0; b.Loop(); i++ {
		s := open(b, path, index)
		if err := s.Put(key(i*997%300_000), value(i)); err != nil {
			b.Fatal(err)
		}
		var err error
		if index, err = s.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}
