package manuals

import (
	"context"
	"errors"
	"sync"
	"time"

	"khumue/internal/gitrepo"
)

// Stage is how far a publication has come.
type Stage string

// The stages, in their order.
const (
	Unknown  Stage = "unknown"  // published before the daemon started: what it published then is live, or in the build that it began with
	Merged   Stage = "merged"   // into main; its build has not begun
	Building Stage = "building" // the site is being built with it
	IsLive   Stage = "live"
	Failed   Stage = "failed" // the build did not succeed: the site is as it was, and is built again
)

// Live is how far a publication has come.
type Live struct {
	Stage  Stage
	Commit gitrepo.Hash
	At     time.Time // when it went live
	Failed error     // why the last build did not succeed
}

// turns are the builds that publications wait for. The last of them are
// remembered.
type turns struct {
	mu    sync.Mutex
	of    map[gitrepo.Hash]*turn
	order []gitrepo.Hash
}

// turn is what one publication waits for.
type turn struct {
	Turn
	done   chan struct{}
	at     time.Time
	failed error
}

// remembered is how many publications are.
const remembered = 1000

// retryAfter is how soon a build that failed is asked for again. A content that
// can not be built fails each time; what failed outside may not.
const retryAfter = 30 * time.Second

// build asks for the build that a publication waits for.
func (d *Desk) build(commit gitrepo.Hash) {
	if d.Site == nil {
		return
	}
	d.turns.begin(commit, d.Site.Ask())
}

func (t *turns) begin(commit gitrepo.Hash, of Turn) {
	one := &turn{Turn: of, done: make(chan struct{})}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.of = map[gitrepo.Hash]*turn{}
	}
	if _, again := t.of[commit]; !again {
		t.order = append(t.order, commit)
	}
	t.of[commit] = one
	for len(t.order) > remembered {
		delete(t.of, t.order[0])
		t.order = t.order[1:]
	}
	go func() {
		one.at, one.failed = of.Wait(context.Background())
		close(one.done)
	}()
}

func (t *turns) get(commit gitrepo.Hash) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of[commit]
}

// Live tells how far the publication of a commit of main has come.
func (d *Desk) Live(commit gitrepo.Hash) Live {
	one := d.turns.get(commit)
	if one == nil {
		return Live{Stage: Unknown, Commit: commit}
	}
	select {
	case <-one.done:
		if one.failed != nil {
			return Live{Stage: Failed, Commit: commit, Failed: one.failed}
		}
		return Live{Stage: IsLive, Commit: commit, At: one.at}
	default:
	}
	if one.Begun() {
		return Live{Stage: Building, Commit: commit}
	}
	return Live{Stage: Merged, Commit: commit}
}

// Watch waits until the build that a publication waits for has ended, or ctx has,
// and tells how far it has come.
func (d *Desk) Watch(ctx context.Context, commit gitrepo.Hash) Live {
	if one := d.turns.get(commit); one != nil {
		select {
		case <-one.done:
		case <-ctx.Done():
		}
	}
	return d.Live(commit)
}

// Retry asks for the builds again that failed, until ctx ends.
func (d *Desk) Retry(ctx context.Context) {
	tick := time.NewTicker(retryAfter)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, commit := range d.turns.failed() {
				d.build(commit)
			}
		}
	}
}

func (t *turns) failed() []gitrepo.Hash {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []gitrepo.Hash
	for _, commit := range t.order {
		one := t.of[commit]
		select {
		case <-one.done:
			if one.failed != nil && !errors.Is(one.failed, context.Canceled) {
				out = append(out, commit)
			}
		default:
		}
	}
	return out
}
