package gitrepotest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
)

// RunRefs tests what refs promise, wherever they stand. open returns an empty
// repository, for one test.
func RunRefs(t *testing.T, open func(testing.TB) *gitrepo.Repository) {
	for _, part := range []struct {
		name string
		test func(*testing.T, refs)
	}{
		{"all of a transition or nothing", transitions},
		{"refs are listed by their beginning, in order", listed},
		{"the first refs come at once, and once", begun},
		{"transitions at once lose nothing", atOnce},
		{"what can not be the name of a ref", names},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, refs{open(t)}) })
	}
}

// refs is a repository whose refs are looked at.
type refs struct{ *gitrepo.Repository }

const (
	draft  = "refs/heads/draft/dlt-222222/abcdef"
	review = "refs/heads/review/dlt-222222/1"
)

// commits makes so many commits, each upon the one before.
func (r refs) commits(t *testing.T, n int) (out []gitrepo.Hash) {
	t.Helper()
	b := r.NewBatch()
	tree, err := b.Add(gitrepo.Tree, nil)
	who := gitrepo.Person{Name: "o-1", Email: "o-1@users.invalid", At: time.Unix(1_795_000_000, 0).UTC()}
	for range n {
		c := gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: "a commit\n"}
		if len(out) > 0 {
			c.Parents = out[len(out)-1:]
		}
		h, wrong := b.NewCommit(c, nil)
		out, err = append(out, h), errors.Join(err, wrong)
	}
	if err := errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	return out
}

func (r refs) all(t *testing.T) map[string]gitrepo.Hash {
	t.Helper()
	got, err := r.Refs().List("refs/")
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func transitions(t *testing.T, r refs) {
	c := r.commits(t, 3)
	var none gitrepo.Hash
	ended, end := context.WithCancel(t.Context())
	end()
	for _, step := range []struct {
		name  string
		ctx   context.Context
		moves []gitrepo.Move
		kind  error
		want  map[string]gitrepo.Hash
	}{
		{"two come", t.Context(), []gitrepo.Move{{Ref: gitrepo.Main, New: c[0]}, {Ref: draft, New: c[1]}}, nil, map[string]gitrepo.Hash{gitrepo.Main: c[0], draft: c[1]}},
		{"one is there already", t.Context(), []gitrepo.Move{{Ref: review, New: c[1]}, {Ref: draft, New: c[1]}}, fault.Conflict, nil},
		{"one is elsewhere", t.Context(), []gitrepo.Move{{Ref: gitrepo.Main, Old: c[0], New: c[1]}, {Ref: draft, Old: c[2], New: none}}, fault.Conflict, nil},
		{"one is not there", t.Context(), []gitrepo.Move{{Ref: gitrepo.Main, Old: c[0], New: c[1]}, {Ref: review, Old: c[1], New: c[2]}}, fault.Conflict, nil},
		{"one that must not be there is", t.Context(), []gitrepo.Move{{Ref: gitrepo.Main, Old: c[0], New: c[1]}, {Ref: draft}}, fault.Conflict, nil},
		{"nobody waits for it any more", ended, []gitrepo.Move{{Ref: gitrepo.Main, Old: c[0], New: c[1]}}, context.Canceled, nil},
		{"one moves, one goes, one comes, one stays away", t.Context(),
			[]gitrepo.Move{{Ref: gitrepo.Main, Old: c[0], New: c[2]}, {Ref: draft, Old: c[1]}, {Ref: review, New: c[1]}, {Ref: "refs/heads/none"}}, nil,
			map[string]gitrepo.Hash{gitrepo.Main: c[2], review: c[1]}},
		{"one stays where it has to be", t.Context(), []gitrepo.Move{{Ref: gitrepo.Main, Old: c[2], New: c[2]}, {Ref: review, Old: c[1], New: c[2]}}, nil,
			map[string]gitrepo.Hash{gitrepo.Main: c[2], review: c[2]}},
	} {
		before := r.all(t)
		if step.want == nil {
			step.want = before
		}
		if err := r.Refs().Update(step.ctx, step.moves...); !errors.Is(err, step.kind) || (err == nil) != (step.kind == nil) {
			t.Errorf("%s: got %v, want %v", step.name, err, step.kind)
		}
		if got := r.all(t); !maps.Equal(got, step.want) {
			t.Errorf("%s: got %v, want %v", step.name, got, step.want)
		}
	}
	if h, err := r.Refs().Get(gitrepo.Main); err != nil || h != c[2] {
		t.Errorf("got %s, %v", h, err)
	}
	if _, err := r.Refs().Get(draft); !errors.Is(err, fault.NotFound) {
		t.Errorf("one that went: %v", err)
	}
	if h, _, err := r.Resolve("main"); err != nil || h != c[2] {
		t.Errorf("by its short name: %s, %v", h, err)
	}
	if err := r.Refs().Recover(t.Context()); err != nil {
		t.Error(err)
	}
}

func listed(t *testing.T, r refs) {
	c := r.commits(t, 1)[0]
	in := []string{"refs/heads/draft/a-1/x", "refs/heads/draft/a/x", "refs/heads/draft/a/y", "refs/heads/draft/b/x", "refs/heads/draft0", "refs/heads/main", "refs/tags/a"}
	var moves []gitrepo.Move
	for _, name := range slices.Backward(in) {
		moves = append(moves, gitrepo.Move{Ref: name, New: c})
	}
	if err := r.Refs().Update(t.Context(), moves...); err != nil {
		t.Fatal(err)
	}
	for prefix, want := range map[string][]string{"refs/": in, "refs/heads/draft/": in[:4], "refs/heads/draft/a/": in[1:3], "refs/heads/DRAFT/": nil, "refs/heads/draft/a/x": in[1:2], "refs/none/": nil} {
		var got []string
		for f, err := range r.Refs().Each(prefix) {
			if err != nil || f.Hash != c {
				t.Fatal(f, err)
			}
			got = append(got, f.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", prefix, got, want)
		}
	}
	for f, err := range r.Refs().Each("refs/") {
		if err != nil || f.Name != in[0] {
			t.Errorf("the first is %v, %v", f, err)
		}
		break // whoever has seen enough may stop
	}
}

func begun(t *testing.T, r refs) {
	c := r.commits(t, 2)
	want := map[string]gitrepo.Hash{gitrepo.Main: c[1], draft: c[0]}
	if err := r.Refs().Begin(want); err != nil || !maps.Equal(r.all(t), want) {
		t.Errorf("got %v, %v", r.all(t), err)
	}
	if err := r.Refs().Begin(map[string]gitrepo.Hash{review: c[0]}); !errors.Is(err, fault.Conflict) || !maps.Equal(r.all(t), want) {
		t.Errorf("again: got %v, %v", r.all(t), err)
	}
}

func atOnce(t *testing.T, r refs) {
	c := r.commits(t, 13)
	if err := r.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: c[0]}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for made := 0; made < 3; {
				at, err := r.Refs().Get(gitrepo.Main)
				if err != nil {
					t.Error(err)
					return
				}
				switch err := r.Refs().Update(t.Context(), gitrepo.Move{Ref: gitrepo.Main, Old: at, New: c[slices.Index(c, at)+1]}); {
				case err == nil:
					made++
				case !errors.Is(err, fault.Conflict):
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if at, err := r.Refs().Get(gitrepo.Main); err != nil || at != c[12] {
		t.Errorf("it stands at the commit %d, %v, want the last", slices.Index(c, at), err)
	}
}

func names(t *testing.T, r refs) {
	c := r.commits(t, 1)[0]
	for _, name := range []string{"", "main", "HEAD", "refs/../HEAD", "refs/heads/a b", "refs/heads/a\n", "/refs/heads/a", "refs//a", `refs/heads/a\b`} {
		if err := r.Refs().Update(t.Context(), gitrepo.Move{Ref: name, New: c}); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v", name, err)
		}
	}
	m := gitrepo.Move{Ref: gitrepo.Main, New: c}
	if err := r.Refs().Update(t.Context(), m, m); !errors.Is(err, fault.Invalid) {
		t.Errorf("one ref twice: got %v", err)
	}
}
