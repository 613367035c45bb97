//go:build unix

package gitrepo

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// writerEnv names the repository that the test binary writes to when it is
// started as a writer.
const writerEnv = "KHUMUE_GITREPO_WRITER"

var kills = flag.Int("kills", 25, "how often a writer is killed")

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerEnv); dir != "" {
		if err := writeForEver(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func draftOf(n int) string { return fmt.Sprintf("refs/heads/draft/dlt-%06d/abcdef", n) }

// writeForEver makes one commit after another. With each, main moves on, one
// draft goes and the next comes. It prints the number of each that is done.
func writeForEver(dir string) error {
	r, err := Open(dir)
	if err != nil {
		return err
	}
	if err := r.Refs().Recover(context.Background()); err != nil {
		return err
	}
	tip, err := r.Refs().Get(Main)
	if err != nil {
		return err
	}
	first := 0
	for a, err := range r.FirstParents(tip, 1<<20) {
		if err != nil {
			return err
		}
		if len(a.Parents) > 0 {
			first++
		}
	}
	fmt.Println(first)
	for n := first; ; n++ {
		c, err := r.Commit(tip)
		if err != nil {
			return err
		}
		next, err := commitFile(r, c.Tree, tip, fmt.Sprintf("f%d/%d.txt", n%7, n))
		if err != nil {
			return err
		}
		err = r.Refs().Update(context.Background(), Move{Main, tip, next}, Move{draftOf(n), tip, Hash{}}, Move{draftOf(n + 1), Hash{}, next})
		if err != nil {
			return err
		}
		fmt.Println(n + 1)
		if tip = next; n%5 == 0 {
			if err := r.packRefs(context.Background()); err != nil {
				return err
			}
		}
	}
}

// TestAWriterIsKilled kills a writer, with the git that it has started, again
// and again at some moment, and looks at what is left.
func TestAWriterIsKilled(t *testing.T) {
	r, commit, _ := planted(t)
	if err := r.Refs().Begin(map[string]Hash{Main: commit, draftOf(0): commit}); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 0))
	for round := range *kills {
		told := killOne(t, r.Dir(), rnd)
		if err := r.Refs().Recover(t.Context()); err != nil {
			t.Fatalf("seed %d, round %d: %v", seed, round, err)
		}
		if _, err := r.Sweep(time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		tip, err := r.Refs().Get(Main)
		if err != nil {
			t.Fatal(err)
		}
		have := -1
		for _, err := range r.FirstParents(tip, 1<<20) {
			if err != nil {
				t.Fatal(err)
			}
			have++
		}
		drafts, err := r.Refs().List("refs/heads/draft/")
		if err != nil || len(drafts) != 1 || drafts[draftOf(have)] != tip || have < told || have > told+1 {
			t.Fatalf("seed %d, round %d: main is at %d (%v), %d was told to be done, and the drafts are %v (%v)", seed, round, have, tip, told, drafts, err)
		}
		for _, name := range files(t, r) {
			if base := filepath.Base(name); strings.HasPrefix(base, "tmp_") || strings.HasSuffix(base, ".lock") {
				t.Errorf("seed %d, round %d: %s is left", seed, round, name)
			}
		}
		sound(t, r)
	}
}

// killOne starts a writer, kills it at some moment after it has begun, and
// returns the last number that it told.
func killOne(t *testing.T, dir string, rnd *rand.Rand) (told int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerEnv+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	told = -1
	begun := false
	for lines.Scan() {
		if _, err := fmt.Sscan(lines.Text(), &told); err != nil {
			t.Fatal(err)
		}
		if !begun { // it has; what comes takes some milliseconds each
			time.AfterFunc(time.Duration(rnd.IntN(30_000))*time.Microsecond, func() {
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			})
			begun = true
		}
	}
	if err := cmd.Wait(); err == nil || told < 0 {
		t.Fatalf("the writer ended by itself: %v, told %d", err, told)
	}
	return told
}
