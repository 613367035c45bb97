//go:build amd64 || arm64

package manuals_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/proof"
	"khumue/internal/testkit/witness"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/structure"
)

// TestMain lets the test binary be the daemon that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("KHUMUE_DESK_DIR"); dir != "" {
		if err := errors.Join(witness.Show(), takeStep(dir, os.Getenv("KHUMUE_DESK_STEP"), os.Getenv("KHUMUE_DESK_REF"))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("acknowledged")
		os.Exit(0)
	}
	if _, err := os.Stat("/dev/shm"); err == nil {
		os.Setenv("TMPDIR", "/dev/shm") // hundreds of small offices are quicker in memory
	}
	os.Exit(m.Run())
}

// desk is a desk over a repository and a database that are there.
type desk struct {
	*manuals.Desk
	store *sqlstore.Store
}

// deskAt opens a desk as a daemon does that starts.
func deskAt(ctx context.Context, dir string) (d desk, err error) {
	repo, err := gitrepo.Open(filepath.Join(dir, "content.git"))
	if err != nil {
		return d, err
	}
	if err := repo.Refs().Recover(ctx); err != nil {
		return d, err
	}
	key, err1 := os.ReadFile(filepath.Join(dir, "key"))
	_, main, err2 := repo.Resolve(gitrepo.Main)
	if err := errors.Join(err1, err2); err != nil {
		return d, err
	}
	signer, err1 := proof.ParseSigner(key)
	agencies, err2 := structure.Read(repo.FS(main.Tree))
	store, err3 := sqlstore.Open(ctx, filepath.Join(dir, "test.db"))
	if err := errors.Join(err1, err2, err3); err != nil {
		return d, err
	}
	current := &structure.Current{}
	current.Set(agencies)
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	clock := func() time.Time { return at }
	return desk{&manuals.Desk{
		Ledger: &ledger.Ledger{Repo: repo, Sign: signer.Sign, Now: clock, Random: rand.Reader},
		Store:  store.Manuals(), Structure: current, People: people{}, Now: clock, Random: rand.Reader,
		Limits: manuals.Usual(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}, store}, nil
}

func (d desk) close() error { return errors.Join(d.store.Close(), d.Ledger.Repo.Close()) }

// killedStep is a step that is interrupted between git and the database.
type killedStep struct {
	name    string
	prepare func(*office) manuals.Open
	take    func(desk, review.Ref) error
}

var killedSteps = []killedStep{
	{"begin", func(*office) manuals.Open { return manuals.Open{} }, func(d desk, _ review.Ref) error {
		_, err := d.Revise(context.Background(), author, subject, false)
		return err
	}},
	{"submit", func(o *office) manuals.Open { return o.revised(retitle(" (ใหม่)")) }, func(d desk, ref review.Ref) error {
		_, err := d.Submit(context.Background(), author, ref)
		return err
	}},
	{"publish", func(o *office) manuals.Open {
		d, err := o.Submit(o.t.Context(), author, o.revised(retitle(" (ใหม่)")).Ref)
		must(o.t, err)
		d, err = o.Endorse(o.t.Context(), reviewer, d.Ref, d.Tree)
		must(o.t, err)
		return d
	}, func(d desk, ref review.Ref) error {
		s, err := d.Revision(context.Background(), opdc, ref)
		if err != nil {
			return err
		}
		_, err = d.Publish(context.Background(), opdc, ref, s.Tree)
		return err
	}},
	{"hasten", func(o *office) manuals.Open { return o.revised(retitle(" (ใหม่)")) }, func(d desk, ref review.Ref) error {
		s, err := d.Revision(context.Background(), opdc, ref)
		if err != nil {
			return err
		}
		_, err = d.Hasten(context.Background(), opdc, ref, s.Tree, "น้ำท่วม")
		return err
	}},
}

// takeStep is what the daemon does that is killed.
func takeStep(dir, name, ref string) error {
	d, err := deskAt(context.Background(), dir)
	if err != nil {
		return err
	}
	at := review.Ref{}
	if ref != "" {
		if at, err = review.ParseRef(ref); err != nil {
			return err
		}
	}
	for _, s := range killedSteps {
		if s.name == name {
			return s.take(d, at)
		}
	}
	return errors.New("no such step")
}

// scene is an office before a step, of which each try gets a copy.
type scene struct {
	killedStep
	files witness.Remains
	ref   review.Ref
}

// ministry is one ministry of the sample content, which is enough.
var ministry = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	return p.AddFS(os.DirFS("../../../content"), func(name string) bool {
		of, inAgencies := strings.CutPrefix(name, "agencies/")
		return corpus.Ignored(name) || inAgencies && of != "mot" && !strings.HasPrefix(of, "mot/")
	})
}}

func (s killedStep) set(t *testing.T) *scene {
	t.Helper()
	o := openWith(t, &ministry)
	ref := s.prepare(o).Ref
	dir := filepath.Dir(o.Ledger.Repo.Dir())
	disk, err := witness.NewDisk(dir)
	must(t, err)
	files, err := disk.Left(func(name string) bool { return !strings.HasSuffix(name, "-shm") })
	must(t, err)
	for name := range files {
		if strings.HasSuffix(name, "-shm") { // what SQLite shares between processes
			delete(files, name)
		}
	}
	return &scene{s, files, ref}
}

// TestKilledBetweenGitAndTheDatabase kills a daemon before each call by which it
// tells the database of a step that git has, or is about to have. The next one
// brings the index to git, and finds nothing to mend; what was acknowledged is in
// both.
func TestKilledBetweenGitAndTheDatabase(t *testing.T) {
	for _, s := range killedSteps {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			sc := s.set(t)
			n, times := mathrand.IntN(witness.Every), 0
			for ; sc.killedAt(t, n) && !t.Failed(); n += witness.Every {
				times++
			}
			t.Logf("killed at %d calls", times)
		})
	}
}

// killedAt takes the step, kills before the n-th call that counts, and reports
// whether there was one: of git the last, of the database all.
func (s *scene) killedAt(t *testing.T, n int) bool {
	t.Helper()
	dir, err := os.MkdirTemp("", "try")
	must(t, err)
	defer os.RemoveAll(dir)
	must(t, s.files.Write(dir))
	said, err := os.Create(filepath.Join(dir, "said"))
	must(t, err)
	defer said.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KHUMUE_DESK_DIR="+dir, "KHUMUE_DESK_STEP="+s.name)
	if s.ref != (review.Ref{}) {
		cmd.Env = append(cmd.Env, "KHUMUE_DESK_REF="+s.ref.String())
	}
	cmd.Stdout, cmd.Stderr = said, said
	var at *witness.Call
	seen, moved := 0, false
	_, err = witness.Watch{Root: dir, Shown: true, Before: func(c *witness.Call) witness.Verdict {
		last := strings.Contains(c.Path, "khumue-moves") && c.Name == "unlinkat"
		moved = moved || last
		if c.Sync() || at != nil || !last && (!moved || !strings.Contains(filepath.Base(c.Path), "test.db")) {
			return witness.GoOn
		}
		if seen++; seen <= n {
			return witness.GoOn
		}
		at = c
		return witness.KillAll
	}}.Run(cmd)
	must(t, err)
	words, err := os.ReadFile(said.Name())
	must(t, err)
	acknowledged := strings.TrimSpace(string(words)) == "acknowledged"
	if at == nil && !acknowledged {
		t.Fatalf("nobody was killed, and the step was refused: %s", words)
	}
	s.check(t, dir, fmt.Sprintf("killed at call %d, %v", n, at), acknowledged)
	return at != nil
}

// check starts the next daemon.
func (s *scene) check(t *testing.T, dir, what string, acknowledged bool) {
	t.Helper()
	d, err := deskAt(t.Context(), dir)
	must(t, err)
	must(t, d.CatchUp(t.Context()))
	found, err := d.Doctor(t.Context(), false)
	must(t, err)
	if len(found) > 0 {
		t.Errorf("%s: the doctor finds %v", what, found)
	}
	if acknowledged {
		o := &office{Desk: d.Desk, t: t, store: d.store}
		if now := o.actions(); !strings.HasSuffix(now, s.name) {
			t.Errorf("%s: the trail says %s", what, now)
		}
	}
	again := s.take(d, s.ref)
	if !errors.Is(again, fault.NotFound) && !errors.As(again, new(*manuals.Others)) {
		t.Errorf("%s: taken once more: got %v, want that it has been taken", what, again)
	}
	must(t, d.close())
}
