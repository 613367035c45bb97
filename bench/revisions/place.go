package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"khumue/bench/office"
	"khumue/bench/paper"
)

// place is the repository that is measured, and what may be revised in it.
type place struct {
	repo     string
	agencies []string // of those who revise
	manuals  []string // of them, nothing of which is under way, in no order
	drafts   []string // of them, as manual/key
	folders  map[string]string
}

// prepare makes the repository where there is none, and chooses the agency.
func (b *bench) prepare(ctx context.Context) error {
	b.place.repo = filepath.Join(b.data, "content.git")
	if _, err := os.Stat(b.place.repo); errors.Is(err, fs.ErrNotExist) {
		if err := b.synthesise(ctx); err != nil {
			return err
		}
	}
	return b.survey(ctx)
}

// synthesise makes the repository, with the key that signed its approvals.
func (b *bench) synthesise(ctx context.Context) error {
	if err := os.MkdirAll(b.data, 0o700); err != nil {
		return err
	}
	_, err := command(ctx, b.generator, "synth", "--git", "--out", b.place.repo, "--manuals", fmt.Sprint(b.manuals),
		"--revisions", fmt.Sprint(b.revisions), "--drafts", fmt.Sprint(b.drafts), "--others", fmt.Sprint(b.others)).run()
	for from, to := range map[string]string{".key": "approvals.key", ".pub": "approvals.pub"} {
		err = errors.Join(err, os.Rename(b.place.repo+from, filepath.Join(b.data, to)))
	}
	return errors.Join(err, os.Chmod(filepath.Join(b.data, "approvals.key"), 0o600))
}

// survey counts what the repository has, and finds what may be revised.
func (b *bench) survey(ctx context.Context) error {
	listed, err := b.git(ctx, "ls-tree", "-r", "-d", "--name-only", "main", "agencies").run()
	if err != nil {
		return err
	}
	refs, err := b.git(ctx, "for-each-ref", "--format=%(refname)", "refs/heads").run()
	if err != nil {
		return err
	}
	commits, err := b.git(ctx, "rev-list", "--count", "--first-parent", "main").run()
	if err != nil {
		return err
	}
	_, _ = fmt.Sscan(commits.out, &b.Commits) // or it stays 0
	b.Bytes = size(b.place.repo)
	p := &b.place
	p.folders = map[string]string{}
	of := map[string][]string{}
	for folder := range strings.Lines(listed.out) {
		folder = strings.TrimSpace(folder)
		if dir, id := filepath.Split(folder); strings.HasSuffix(dir, "/manuals/") {
			agency := path.Base(path.Dir(path.Clean(dir)))
			of[agency] = append(of[agency], id)
			p.folders[id] = folder
			b.Manuals++
		}
	}
	drafts := map[string][]string{} // by manual, as manual/key
	busy := map[string]bool{}
	for ref := range strings.Lines(refs.out) {
		state, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(ref), "refs/heads/"), "/")
		if rest == "" {
			continue
		}
		id, _, _ := strings.Cut(rest, "/")
		b.UnderWay++
		busy[id] = true
		if state == "draft" {
			drafts[id] = append(drafts[id], rest)
		}
	}
	largest := slices.SortedFunc(maps.Keys(of), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(of[b]), len(of[a])), cmp.Compare(a, b))
	})
	for _, agency := range largest {
		if len(p.agencies) > 0 && len(p.manuals) >= b.people+b.rounds+spare && len(p.drafts) >= b.waiting {
			break
		}
		p.agencies = append(p.agencies, agency)
		for _, id := range of[agency] {
			if !busy[id] {
				p.manuals = append(p.manuals, id)
			}
			p.drafts = append(p.drafts, drafts[id]...)
		}
		b.OfPeople += len(of[agency])
	}
	rand.Shuffle(len(p.manuals), func(i, j int) { p.manuals[i], p.manuals[j] = p.manuals[j], p.manuals[i] })
	return nil
}

// spare is how many more manuals a run revises, and some that it need not.
const spare = 20

// hire gives the sample people their roles in all the agencies. In the first they
// have them from the demonstration.
func (b *bench) hire(ctx context.Context) error {
	var list strings.Builder
	list.WriteString("issuer,subject,email,agency,role\n")
	for _, agency := range b.place.agencies {
		for _, who := range []string{"author", "reviewer"} {
			fmt.Fprintf(&list, "http://%s,%s,%s@example.invalid,%s,%s\n", b.issuer, who, who, agency, who)
		}
	}
	file := filepath.Join(b.data, "people.csv")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		return err
	}
	c := command(ctx, b.syncd, "user", "import", file, "--apply")
	c.env = []string{"KHUMUE_DATA=" + b.data}
	_, err := c.run()
	return err
}

// next takes a manual of which nothing is under way.
func (p *place) next() (string, error) {
	if len(p.manuals) == 0 {
		return "", errors.New("the agencies have no manual left that is not under way: try more -manuals")
	}
	id := p.manuals[0]
	p.manuals = p.manuals[1:]
	return id, nil
}

// index makes the index anew from the repository, in a folder of its own, and
// has git read what that has to.
func (b *bench) index(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	dir, err := os.MkdirTemp(b.data, "index-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := command(ctx, b.syncd, "doctor", "--mend")
	c.env = []string{"KHUMUE_DATA=" + dir, "KHUMUE_CONTENT=" + b.place.repo}
	if b.Index, err = c.run(); err != nil {
		return err
	}
	b.IndexBytes = size(dir)
	read := command(ctx, "sh", "-c", `git log --first-parent --format=%B main >/dev/null && git ls-tree -r main agencies | grep '/manual\.md$' | cut -c13-52 | git cat-file --batch >/dev/null`)
	read.env = []string{"GIT_DIR=" + b.place.repo}
	b.Read, err = read.run()
	return err
}

// emptyStart is how long a demonstration of the smallest portal takes to be
// ready at a second start: what a start takes of itself.
func (b *bench) emptyStart(ctx context.Context) (time.Duration, error) {
	dir, err := os.MkdirTemp("", "khumue-small-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if _, err := command(ctx, b.generator, "synth", "--manuals", "20", "--out", filepath.Join(dir, "content")).run(); err != nil {
		return 0, err
	}
	agency, err := anyOf(filepath.Join(dir, "content", "agencies"))
	if err != nil {
		return 0, err
	}
	ports, err := office.Free(ctx, 1)
	if err != nil {
		return 0, err
	}
	var took time.Duration
	for range 2 {
		began := time.Now()
		demo, err := office.Start(ctx, office.Settings{Program: b.syncd, Content: filepath.Join(dir, "content"), Data: filepath.Join(dir, "data"), Agency: agency, Public: ports[0]})
		if err != nil {
			return 0, err
		}
		err = demo.Ready(ctx)
		took = time.Since(began)
		if err := errors.Join(err, demo.Stop()); err != nil {
			return 0, err
		}
	}
	return took, nil
}

// anyOf is any agency of a folder of them.
func anyOf(dir string) (string, error) {
	list, err := os.ReadDir(dir)
	for _, e := range list {
		if e.IsDir() {
			return e.Name(), nil
		}
	}
	return "", cmp.Or(err, fs.ErrNotExist)
}

// audit holds the repository and the index to what they should be, after all has
// been done.
func (b *bench) audit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	for id, mark := range b.published {
		src, err := b.git(ctx, "show", "main:"+b.place.folders[id]+"/manual.md").run()
		if err != nil {
			return err
		}
		if !bytes.Contains([]byte(src.out), []byte(mark)) {
			b.Lost++
		}
	}
	c := command(ctx, b.syncd, "doctor")
	c.env = []string{"KHUMUE_DATA=" + b.data}
	var err error
	b.Doctor, err = c.run()
	if err != nil {
		b.miss("the index differs from git: %v", err)
	}
	if b.Verify, err = command(ctx, b.generator, "verify", b.place.repo, "--trust", filepath.Join(b.data, "approvals.pub")).run(); err != nil {
		b.miss("an approval does not hold: %v", err)
	}
	if b.Fsck, err = b.git(ctx, "fsck", "--connectivity-only", "--no-dangling").run(); err != nil {
		b.miss("git fsck: %v", err)
	}
	if b.Lost > 0 {
		b.miss("%d of %d revisions are not in main", b.Lost, len(b.published))
	}
	return nil
}

// child is a program to run.
type child struct {
	*exec.Cmd
	env []string
	in  string
}

// ran is what came of a program.
type ran struct {
	out       string
	Wall, CPU time.Duration
	Peak      int64 // bytes; 0 where the system does not tell
}

func command(ctx context.Context, name string, args ...string) *child {
	return &child{Cmd: exec.CommandContext(ctx, name, args...)}
}

func (b *bench) git(ctx context.Context, args ...string) *child {
	c := command(ctx, "git", args...)
	c.env = []string{"GIT_DIR=" + b.place.repo}
	return c
}

// run runs it to its end.
func (c *child) run() (ran, error) {
	var out, said bytes.Buffer
	c.Stdout, c.Stderr, c.Stdin = &out, &said, strings.NewReader(c.in)
	c.Env = append(append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0"), c.env...)
	began := time.Now()
	err := c.Run()
	r := ran{out: out.String(), Wall: time.Since(began)}
	if s := c.ProcessState; s != nil {
		r.CPU, r.Peak = s.UserTime()+s.SystemTime(), paper.Peak(s)
	}
	if err != nil {
		text := said.String() + out.String()
		err = fmt.Errorf("%s %s: %w: %s", filepath.Base(c.Path), strings.Join(c.Args[1:], " "), err, text[:min(len(text), 600)])
	}
	return r, err
}

// size is how many bytes the files of a folder have.
func size(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error { // what goes meanwhile is not counted
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}
