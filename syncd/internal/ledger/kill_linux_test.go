//go:build amd64 || arm64

package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/internal/testkit/witness"
	"khumue/syncd/internal/review"
)

// TestMain lets the test binary be the daemon that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("KHUMUE_LEDGER_DIR"); dir != "" {
		if err := errors.Join(witness.Show(), takeStep(dir, os.Getenv("KHUMUE_LEDGER_STEP"), os.Getenv("KHUMUE_LEDGER_REF"))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("acknowledged")
		os.Exit(0)
	}
	if _, err := os.Stat("/dev/shm"); err == nil {
		os.Setenv("TMPDIR", "/dev/shm") // hundreds of small repositories are quicker in memory
	}
	os.Exit(m.Run())
}

// killedStep is a step that is interrupted.
type killedStep struct {
	name    string
	removes bool                 // a ref goes
	prepare func(o *office) Head // takes a revision to where the step begins
	take    func(l *Ledger, h Head) error
}

var killedSteps = []killedStep{
	{"begin", false, func(*office) Head { return Head{} }, func(l *Ledger, _ Head) error {
		return began(l, "ใหม่ ")
	}},
	{"save", false, (*office).drafted, func(l *Ledger, h Head) error {
		src, err := l.Text(h.Tree)
		if err != nil {
			return err
		}
		_, err = l.Save(context.Background(), second, owner, h, Text{manualFile: append(src[manualFile], "\nอีกย่อหน้าหนึ่ง\n"...)})
		return err
	}},
	{"submit", true, (*office).drafted, func(l *Ledger, h Head) error {
		_, err := l.Submit(context.Background(), author, owner, h, 1, nil)
		return err
	}},
	{"endorse", true, (*office).proposed, func(l *Ledger, h Head) error {
		_, err := l.Endorse(context.Background(), reviewer, owner, h, 1, h.Tree)
		return err
	}},
	{"endorse a text that merging changes", true, func(o *office) Head {
		h := o.proposed()
		other, err := o.Begin(o.t.Context(), second, owner, subject, folder, edited(o.t, sample(o.t), titleWas, "แก้แล้ว "))
		o.must(err)
		other, err = o.Submit(o.t.Context(), second, owner, other, 2, nil)
		o.must(err)
		other, err = o.Endorse(o.t.Context(), reviewer, owner, other, 2, other.Tree)
		o.must(err)
		_, err = o.Publish(o.t.Context(), opdc, owner, other, 2, other.Tree)
		o.must(err)
		return h
	}, func(l *Ledger, h Head) error {
		_, err := l.Endorse(context.Background(), reviewer, owner, h, 3, h.Tree)
		if errors.As(err, new(*Changed)) {
			return nil // it stands as a new submission
		}
		return err
	}},
	{"publish", true, (*office).endorsed, func(l *Ledger, h Head) error {
		_, err := l.Publish(context.Background(), opdc, owner, h, 1, h.Tree)
		return err
	}},
	{"return", true, (*office).endorsed, func(l *Ledger, h Head) error {
		_, err := l.Return(context.Background(), opdc, owner, h, "แก้หัวข้อ", []string{"title"})
		return err
	}},
	{"hasten", true, (*office).drafted, func(l *Ledger, h Head) error {
		_, err := l.Hasten(context.Background(), opdc, owner, h, 1, "น้ำท่วม", h.Tree, nil)
		return err
	}},
	{"reorganise", false, (*office).drafted, func(l *Ledger, _ Head) error {
		_, err := l.moved(gitrepo.Hash{})
		return err
	}},
	{"what offices did, together", false, (*office).drafted, func(l *Ledger, _ Head) error {
		all := queued(context.Background(), 3)
		_, err := l.stopped().carry(each(all))
		for _, r := range all {
			if err = errors.Join(err, r.err); r.landed == (Landed{}) {
				err = errors.Join(err, fault.Conflict) // it is so already
			}
		}
		return err
	}},
	{"give up", true, (*office).drafted, func(l *Ledger, h Head) error {
		_, err := l.GiveUp(context.Background(), author, owner, h)
		return err
	}},
}

// stepTime is when steps are taken that are interrupted.
var stepTime = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// ledgerAt opens what a step needs: each time it is taken it makes the same commits.
func ledgerAt(dir string) (*Ledger, *proof.Signer, error) {
	repo, err := gitrepo.Open(filepath.Join(dir, "content.git"))
	if err != nil {
		return nil, nil, err
	}
	key, err := os.ReadFile(filepath.Join(dir, "key"))
	if err != nil {
		return nil, nil, errors.Join(err, repo.Close())
	}
	signer, err := proof.ParseSigner(key)
	if err != nil {
		return nil, nil, errors.Join(err, repo.Close())
	}
	return &Ledger{Repo: repo, Sign: signer.Sign, Random: strings.NewReader("chosen at random"), Now: func() time.Time { return stepTime }}, signer, nil
}

// takeStep is what the daemon does that is killed.
func takeStep(dir, name, ref string) error {
	l, _, err := ledgerAt(dir)
	if err != nil {
		return err
	}
	for _, s := range killedSteps {
		if s.name != name {
			continue
		}
		h := Head{}
		if ref != "" {
			r, err := review.ParseRef(ref)
			if err != nil {
				return err
			}
			if h, err = l.Load(r); err != nil {
				return err
			}
		}
		return s.take(l, h)
	}
	return errors.New("no such step")
}

// scene is a step with the office before it, of which each try gets a copy.
type scene struct {
	killedStep
	tidied        bool
	dir           string
	head          Head
	before, after map[string]gitrepo.Hash // refs
}

// set prepares a step; tidied, all that is there is in packs and packed refs.
func (s killedStep) set(t *testing.T, tidied bool) *scene {
	t.Helper()
	signer, key, err := proof.GenerateKey(rand.Reader)
	must(t, err)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "key"), key, 0o600))
	repo, err := gitrepo.Init(filepath.Join(dir, "content.git"))
	must(t, err)
	defer repo.Close()
	at := stepTime.Add(-time.Hour)
	o := &office{&Ledger{Repo: repo, Sign: signer.Sign, Random: rand.Reader, Now: func() time.Time { return at }}, t, signer}
	o.bootstrap()
	if !tidied {
		o.git("repack", "-adq") // the first content, for speed
	}
	sc := &scene{killedStep: s, tidied: tidied, dir: dir, head: s.prepare(o)}
	if tidied {
		o.git("repack", "-adq")
		o.git("pack-refs", "--all")
	}
	sc.before = refsOf(t, repo)
	done := sc.copy(t)
	l := done.open()
	must(t, s.take(l.Ledger, sc.head))
	sc.after = refsOf(t, l.Repo)
	l.close()
	if maps.Equal(sc.before, sc.after) {
		t.Fatal("the step moves nothing")
	}
	return sc
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refsOf(t *testing.T, r *gitrepo.Repository) map[string]gitrepo.Hash {
	t.Helper()
	refs, err := r.Refs().List("refs/")
	must(t, err)
	return refs
}

// try is a copy of a scene, in which the step is taken.
type try struct {
	*scene
	t   *testing.T
	dir string
}

func (s *scene) copy(t *testing.T) try {
	t.Helper()
	dir, err := os.MkdirTemp("", "try")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.CopyFS(dir, os.DirFS(s.dir)))
	return try{s, t, dir}
}

// run takes the step in a process of its own, which is watched, and reports
// whether it was acknowledged.
func (y try) run(w witness.Watch) (acknowledged bool) {
	y.t.Helper()
	out, err := os.CreateTemp(y.dir, "said")
	must(y.t, err)
	defer out.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KHUMUE_LEDGER_DIR="+y.dir, "KHUMUE_LEDGER_STEP="+y.name)
	if y.head.Commit != (gitrepo.Hash{}) {
		cmd.Env = append(cmd.Env, "KHUMUE_LEDGER_REF="+y.head.Ref.String())
	}
	cmd.Stdout, cmd.Stderr = out, out
	w.Root, w.Shown = filepath.Join(y.dir, "content.git"), true
	status, err := w.Run(cmd)
	must(y.t, err)
	said, err := os.ReadFile(out.Name())
	must(y.t, err)
	acknowledged = strings.TrimSpace(string(said)) == "acknowledged"
	if !acknowledged && !status.Signaled() && !strings.Contains(string(said), "cannot be written") {
		y.t.Errorf("the step was refused: %s", said)
	}
	return acknowledged
}

type reopened struct {
	*office
}

// open opens the ledger as a daemon does that starts.
func (y try) open() reopened {
	y.t.Helper()
	l, signer, err := ledgerAt(y.dir)
	must(y.t, err)
	must(y.t, l.Repo.Refs().Recover(y.t.Context()))
	_, err = l.Repo.Sweep(time.Now().Add(-time.Hour))
	must(y.t, err)
	return reopened{&office{l, y.t, signer}}
}

func (o reopened) close() { o.must(o.Repo.Close()) }

// check opens what is left, which has to be as before the step or as after it, and
// takes the step again.
func (y try) check(what string, acknowledged bool) {
	t := y.t
	t.Helper()
	o := y.open()
	defer o.close()
	now := refsOf(t, o.Repo)
	done := maps.Equal(now, y.after)
	switch {
	case !done && !maps.Equal(now, y.before):
		t.Fatalf("%s: got refs %v, want %v or %v", what, now, y.before, y.after)
	case !done && acknowledged:
		t.Fatalf("%s: it was acknowledged, and is lost", what)
	}
	o.healthy(what)
	err := y.take(o.Ledger, y.head)
	if done && !errors.Is(err, fault.Conflict) {
		t.Errorf("%s: taken once more: got %v, want that it has been taken", what, err)
	} else if !done && err != nil {
		t.Errorf("%s: taken again: %v", what, err)
	}
	if now := refsOf(t, o.Repo); !maps.Equal(now, y.after) {
		t.Errorf("%s: taken again: got refs %v, want %v", what, now, y.after)
	}
	_, err = o.Repo.Sweep(time.Now().Add(time.Hour))
	must(t, err)
	y.tidy(what)
}

// healthy fails the test unless git, the ledger and proof can read all.
func (o reopened) healthy(what string) {
	o.t.Helper()
	o.fsck()
	for _, s := range []review.State{review.Draft, review.InReview, review.Endorsed, review.Ended} {
		refs, err := o.Find(s, "")
		o.must(err)
		for _, ref := range refs {
			if _, err := o.Load(ref); err != nil {
				o.t.Errorf("%s: %s: %v", what, ref, err)
			}
		}
	}
	_, at, err := o.main()
	o.must(err)
	trust, err := proof.ParseTrust(o.signer.Key().Fingerprint())
	o.must(err)
	r, err := proof.Verify(o.t.Context(), objects{o.Repo}, proof.Hash(at), proof.Options{Trust: trust})
	o.must(err)
	if err := r.Err(); err != nil {
		o.t.Errorf("%s: %v", what, err)
	}
}

// tidy fails the test when anything is left that was to become something else.
func (y try) tidy(what string) {
	y.t.Helper()
	root := filepath.Join(y.dir, "content.git")
	must(y.t, filepath.WalkDir(root, func(name string, e os.DirEntry, err error) error {
		base := filepath.Base(name)
		if err == nil && (strings.HasPrefix(base, "tmp_") || strings.HasSuffix(base, ".lock") || filepath.Base(filepath.Dir(name)) == "khumue-moves") {
			y.t.Errorf("%s: %s is left", what, name)
		}
		return err
	}))
}

// killings are who is killed: all at once, as when the machine's service is ended;
// the daemon, whose git goes on while the next daemon starts; git, whose daemon
// goes on.
var killings = []struct {
	name    string
	verdict witness.Verdict
}{
	{"all", witness.KillAll},
	{"the daemon alone", witness.KillOwn},
	{"git alone", witness.KillThis},
}

// TestKilledAtEachCallOfAStep kills a daemon before each call by which a step
// changes the disk. However it ends, the step has been taken wholly or not at all.
func TestKilledAtEachCallOfAStep(t *testing.T) {
	everyScene(t, func(t *testing.T, sc *scene) {
		for _, k := range killings {
			n, times := mathrand.IntN(witness.Every), 0
			for ; sc.killedAt(t, n, k.name, k.verdict) && !t.Failed(); n += witness.Every {
				times++
			}
			t.Logf("%s killed at %d calls", k.name, times)
		}
	})
}

// everyScene runs a test for each step, at once.
func everyScene(t *testing.T, do func(t *testing.T, sc *scene)) {
	t.Helper()
	for _, s := range killedSteps {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			do(t, s.set(t, false))
		})
		if s.removes { // git takes it out of the file of all refs
			t.Run(s.name+", where all was packed", func(t *testing.T) {
				t.Parallel()
				do(t, s.set(t, true))
			})
		}
	}
}

// counts reports whether somebody is killed before a call. Objects are written in
// the same way wherever the others and refs are, and git alone is killed in git.
func (s *scene) counts(c *witness.Call, verdict witness.Verdict) bool {
	return !c.Sync() && (verdict == witness.KillAll || !c.Own) && (!s.tidied || !strings.Contains(c.Path, "/objects/"))
}

// killedAt takes the step, kills before the n-th call of those that count, and
// reports whether there was such a call.
func (s *scene) killedAt(t *testing.T, n int, who string, verdict witness.Verdict) bool {
	t.Helper()
	y := s.copy(t)
	defer os.RemoveAll(y.dir)
	var at *witness.Call
	seen := 0
	next := make(chan error, 1)
	acknowledged := y.run(witness.Watch{
		Before: func(c *witness.Call) witness.Verdict {
			if !s.counts(c, verdict) || at != nil {
				return witness.GoOn
			}
			if seen++; seen <= n {
				return witness.GoOn
			}
			at = c
			return verdict
		},
		Gone: func() { go func() { next <- y.recover(context.Background()) }() },
	})
	if err := <-next; err != nil {
		t.Errorf("a daemon that starts while git is at work: %v", err)
	}
	what := "nobody was killed"
	if at != nil {
		what = fmt.Sprintf("%s killed at call %d, %s", who, n, at)
	} else if !acknowledged {
		t.Errorf("%s, and it was not acknowledged", what)
	}
	y.check(what, acknowledged)
	return at != nil
}

// recover does what a daemon does first that starts.
func (y try) recover(ctx context.Context) error {
	l, _, err := ledgerAt(y.dir)
	if err != nil {
		return err
	}
	return errors.Join(l.Repo.Refs().Recover(ctx), l.Repo.Close())
}
