package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// limits measures what no daemon could do without: a small file that is kept
// when the power goes, and a commit with its ref by the git program.
func (b *bench) limits(ctx context.Context) error {
	for range b.visits {
		took, err := b.keepFile()
		if err != nil {
			return err
		}
		b.Kept = append(b.Kept, took)
	}
	b.Kept = b.Kept.sorted()
	const ref = "refs/bench/limit"
	for range b.visits {
		began := time.Now()
		c := b.git(ctx, "-c", "core.fsync=all", "commit-tree", "main^{tree}", "-p", "main", "-m", "A limit")
		who := []string{"_NAME=bench", "_EMAIL=bench@users.invalid"}
		for _, w := range who {
			c.env = append(c.env, "GIT_AUTHOR"+w, "GIT_COMMITTER"+w)
		}
		made, err := c.run()
		if err != nil {
			return err
		}
		if _, err := b.git(ctx, "-c", "core.fsync=all", "update-ref", ref, strings.TrimSpace(made.out)).run(); err != nil {
			return err
		}
		b.Committed = append(b.Committed, time.Since(began))
	}
	b.Committed = b.Committed.sorted()
	_, err := b.git(ctx, "update-ref", "-d", ref).run()
	return err
}

// keepFile writes a file where the repository is, and sees to it that it stays.
func (b *bench) keepFile() (time.Duration, error) {
	name := filepath.Join(b.place.repo, "bench-limit")
	defer os.Remove(name)
	began := time.Now()
	f, err := os.Create(name + ".part")
	if err != nil {
		return 0, err
	}
	_, err = f.WriteString(strings.Repeat("text of a commit ", 20))
	err = errors.Join(err, f.Sync(), f.Close(), os.Rename(name+".part", name))
	dir, open := os.Open(b.place.repo)
	if open != nil {
		return 0, errors.Join(err, open)
	}
	err = errors.Join(err, dir.Sync(), dir.Close())
	return time.Since(began), err
}

// clone is a clone by a git client, from the daemon and from the same repository
// by git alone.
type clone struct {
	Name      string
	Ours      ran
	Plain     ran
	Bytes     int64 // of ours
	NotBefore string
}

// clones has the git program clone from the daemon, as an author would.
func (b *bench) clones(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	u, err := url.Parse(b.desk.demo.Address)
	if err != nil {
		return err
	}
	u.User = url.UserPassword("bench", b.desk.author.secret)
	u.Path = "/git/content.git"
	repo, err := filepath.Abs(b.place.repo)
	if err != nil {
		return err
	}
	folder := ""
	for _, f := range b.place.folders {
		folder = f
		break
	}
	for _, kind := range []struct {
		name string
		args []string
		then []string // in the clone
	}{
		{"`--depth 1 --filter=blob:none --sparse`, then one manual", []string{"--depth", "1", "--filter=blob:none", "--sparse"}, []string{"sparse-checkout", "set", folder}},
		{"`--depth 1 --no-checkout`", []string{"--depth", "1", "--no-checkout"}, nil},
		{"`--filter=blob:none --no-checkout`", []string{"--filter=blob:none", "--no-checkout"}, nil},
	} {
		one := clone{Name: kind.name}
		for _, from := range []struct {
			url string
			r   *ran
		}{{u.String(), &one.Ours}, {"file://" + repo, &one.Plain}} {
			dir, err := os.MkdirTemp("", "khumue-clone-")
			if err != nil {
				return err
			}
			args := append([]string{"clone", "--quiet", "--single-branch", "--upload-pack", "git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack"}, kind.args...)
			*from.r, err = command(ctx, "git", append(args, from.url, filepath.Join(dir, "c"))...).run()
			if err == nil && kind.then != nil {
				var then ran
				then, err = command(ctx, "git", append([]string{"-C", filepath.Join(dir, "c")}, kind.then...)...).run()
				from.r.Wall, from.r.CPU = from.r.Wall+then.Wall, from.r.CPU+then.CPU
			}
			if from.r == &one.Ours {
				one.Bytes = size(dir)
			}
			if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
				return fmt.Errorf("%s: %w", kind.name, errors.New(strings.ReplaceAll(err.Error(), b.desk.author.secret, "…")))
			}
		}
		b.Clones = append(b.Clones, one)
	}
	return nil
}
