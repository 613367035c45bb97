package publish

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestMarksAreThoseOfAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var m marks
	want := map[string]mark{}
	for range 200_000 {
		path := fmt.Sprintf("procedure/%d/index.html", r.IntN(50_000))
		if got := m.get(path); got != want[path] {
			t.Fatalf("%s: got %b, want %b", path, got, want[path])
		}
		bits := mark(1) << r.IntN(4)
		want[path] |= bits
		if got := m.add(path, bits); got != want[path] {
			t.Fatalf("%s: got %b, want %b", path, got, want[path])
		}
	}
	slots, used := 0, 0
	for i, part := range m.parts {
		slots, used = slots+len(part), used+m.used[i]
	}
	if used != len(want) || slots*16 > used*33 {
		t.Errorf("got %d marks in %d slots, want %d marks in at most 33 bytes each", used, slots, len(want))
	}
}
