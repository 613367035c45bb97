package strongbox

import (
	"sync"
	"time"

	"khumue/internal/fault"
)

// How many tries may fail in how long a time: for one user, whether there is one of
// that name or not, and in all. Another start of the program forgets them; each try
// costs its derivation all the same.
const (
	tryTime  = 15 * time.Minute
	userFail = 10
	allFail  = 100
)

// gate counts tries that failed.
type gate struct {
	mu    sync.Mutex
	fails []failure // of the last tryTime, oldest first; at most allFail
}

type failure struct {
	at   time.Time
	user string
}

// try counts a try as one that failed, until it is told that it did not, and returns
// 0; or how long a user has to wait.
func (g *gate) try(user string, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget(now)
	if len(g.fails) >= allFail {
		return g.fails[0].at.Add(tryTime).Sub(now)
	}
	var first time.Time
	n := 0
	for _, f := range g.fails {
		if f.user != user {
			continue
		}
		if n++; n == 1 {
			first = f.at
		}
	}
	if n < userFail {
		g.fails = append(g.fails, failure{now, user})
		return 0
	}
	return first.Add(tryTime).Sub(now)
}

// forget drops what is old, and what a clock that was put back made future.
func (g *gate) forget(now time.Time) {
	kept := g.fails[:0]
	for _, f := range g.fails {
		if age := now.Sub(f.at); age >= 0 && age < tryTime {
			kept = append(kept, f)
		}
	}
	g.fails = kept
}

// opened forgets what failed before the officer remembered.
func (g *gate) opened(user string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	kept := g.fails[:0]
	for _, f := range g.fails {
		if f.user != user {
			kept = append(kept, f)
		}
	}
	g.fails = kept
}

// Wait is the error of one who tries too often.
type Wait struct {
	error
	For time.Duration
}

// Unwrap gives the failure that a person is told.
func (w Wait) Unwrap() error { return w.error }

func tooOften(d time.Duration) error {
	return Wait{fault.New(fault.Unavailable, fault.Text{TH: "ลองหลายครั้งเกินไป", EN: "There were too many tries."},
		fault.Textf("รออีก %d นาทีแล้วลองใหม่", "Wait %d more minutes, then try again.", int((d+time.Minute-1)/time.Minute))), d}
}
