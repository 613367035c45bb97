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
	ended chan struct{} // closed once the first build has ended

	mu     sync.Mutex
	now    Turn
	at     time.Time // when it went live; zero: not yet
	failed error     // of the last build
}

// remembered is how many publications are.
const remembered = 1000

// build asks for the build that a publication waits for.
func (d *Desk) build(commit gitrepo.Hash) {
	if d.Site == nil {
		return
	}
	one := &turn{ended: make(chan struct{}), now: d.Site.Ask()}
	d.turns.add(commit, one)
	go one.follow(d.Site)
}

func (t *turns) add(commit gitrepo.Hash, one *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.of = map[gitrepo.Hash]*turn{}
	}
	t.of[commit] = one
	t.order = append(t.order, commit)
	if len(t.order) > remembered {
		delete(t.of, t.order[0])
		t.order = t.order[1:]
	}
}

// follow waits for a build that succeeds. Whoever builds tries again, when that
// may help or the content has changed.
func (t *turn) follow(s Site) {
	for first := true; ; first = false {
		at, failed := t.now.Wait(context.Background())
		t.mu.Lock()
		if t.failed = failed; failed == nil {
			t.at = at
		} else {
			t.now = s.Next()
		}
		t.mu.Unlock()
		if first {
			close(t.ended)
		}
		if failed == nil || errors.Is(failed, ErrStopped) {
			return
		}
	}
}

// ErrStopped says that nothing is built any more: the daemon ends.
var ErrStopped = errors.New("nothing is built any more")

func (t *turns) get(commit gitrepo.Hash) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of[commit]
}

// Live tells how far the publication of a commit of main has come.
func (d *Desk) Live(commit gitrepo.Hash) Live {
	l := Live{Stage: Unknown, Commit: commit}
	one := d.turns.get(commit)
	if one == nil {
		return l
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	switch l.At, l.Failed = one.at, one.failed; {
	case !one.at.IsZero():
		l.Stage = IsLive
	case one.failed != nil:
		l.Stage = Failed
	case one.now.Begun():
		l.Stage = Building
	default:
		l.Stage = Merged
	}
	return l
}

// Watch waits until the first build that a publication waits for has ended, or ctx
// has, and tells how far it has come.
func (d *Desk) Watch(ctx context.Context, commit gitrepo.Hash) Live {
	if one := d.turns.get(commit); one != nil {
		select {
		case <-one.ended:
		case <-ctx.Done():
		}
	}
	return d.Live(commit)
}
