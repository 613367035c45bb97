package simulator_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	seed      = flag.Uint64("seed", 0, "the one history that is lived, and told; 0: those of -histories")
	firstSeed = flag.Uint64("first-seed", 10, "the first of the histories that are lived")
	histories = flag.Int("histories", usual, "how many are; with -soak 0 is without end")
	step      = flag.Uint64("step", 1, "from each seed to the next: with 12 from a multiple of it, those alone in which officers work at desks")
	soak      = flag.Bool("soak", false, "tell how far it is, and go on until stopped")
)

// moves is how many things happen in a history before all heals.
const moves = 24

// live lives a history, and returns what was wrong at its end.
func live(t testing.TB, seed uint64) (*world, []string) {
	t.Helper()
	w := newWorld(t, seed)
	defer w.end()
	for range moves {
		w.happen()
	}
	w.heal()
	return w, w.judge()
}

// end closes everything.
func (w *world) end() {
	for _, m := range w.machines {
		m.shut()
	}
	w.centre.shut()
}

// TestWhateverHappensBothSidesKeepTheirWord lives histories. -seed tells one of them,
// -first-seed and -histories choose others.
func TestWhateverHappensBothSidesKeepTheirWord(t *testing.T) {
	first, most := *firstSeed, *histories
	if *seed != 0 {
		first, most = *seed, 1
	}
	began := time.Now()
	const together = 50
	for done := 0; (done < most || *soak && most == 0) && !t.Failed(); {
		n := together
		if most > 0 {
			n = min(n, most-done)
		}
		t.Run(fmt.Sprintf("from seed %d", first), func(t *testing.T) {
			for i := range n {
				one(t, first+uint64(i)**step)
			}
		})
		done, first = done+n, first+uint64(n)**step
		if *soak {
			fmt.Fprintf(os.Stderr, "%d histories in %s, the last of seed %d\n", done, time.Since(began).Round(time.Second), first-*step)
		}
	}
}

// one lives one history.
func one(t *testing.T, n uint64) {
	t.Run(fmt.Sprint("seed ", n), func(t *testing.T) {
		t.Parallel()
		w, wrong := live(t, n)
		if len(wrong) > 0 {
			t.Errorf("what was promised is not so; run it again with -seed %d:\n%s\n\nso it ended:\n%s", n, strings.Join(wrong, "\n"), w.tail())
		}
		if *seed != 0 {
			t.Log("\n" + strings.Join(w.trace, "\n"))
		}
	})
}

// TestTheSameSeedIsTheSameHistory lives some histories twice, the first of which
// is one in which offices fetch.
func TestTheSameSeedIsTheSameHistory(t *testing.T) {
	t.Parallel()
	for _, n := range []uint64{18, 7, 8}[:max(1, usual/8)] {
		first, _ := live(t, n)
		again, _ := live(t, n)
		for i := range min(len(first.trace), len(again.trace)) {
			if first.trace[i] != again.trace[i] {
				t.Fatalf("seed %d, line %d:\n%s\n%s", n, i, first.trace[i], again.trace[i])
			}
		}
		if !slices.Equal(first.trace, again.trace) || first.now != again.now {
			t.Errorf("seed %d ends otherwise", n)
		}
	}
}
