package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/testimony"
)

type keyCommand struct {
	Next nextKey `cmd:"" help:"เตรียมกุญแจใหม่ ซึ่งใช้เมื่อเริ่มระบบครั้งถัดไป · Prepare another key, which comes into force when the daemon starts next."`
}

type nextKey struct{ settings }

// Run prepares a key and prints its fingerprint, to be published before it signs.
func (c *nextKey) Run(s streams) error {
	cfg, err := c.read(s)
	if err != nil {
		return err
	}
	key, err := testimony.Prepare(cfg.Data, rand.Reader)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, key.Key().Fingerprint())
	fmt.Fprintf(s.err, "เผยแพร่ลายนิ้วมือนี้คู่กับของเดิม สำรอง %[1]s แล้วเริ่ม syncd serve ใหม่ · publish this fingerprint beside the old one, keep a copy of %[1]s, and start syncd serve again\n", testimony.NextFile)
	return nil
}

// changeKey has a key that was prepared come into force: the one in force hands
// on to it in a commit of main. What a crash left half done is finished.
func changeKey(ctx context.Context, repo *gitrepo.Repository, data string, old *proof.Signer) (*proof.Signer, error) {
	next, err := testimony.Next(data)
	if errors.Is(err, fault.NotFound) {
		return old, nil
	}
	if err != nil {
		return nil, err
	}
	at, main, err := repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	if t, err := proof.ParseMessage(main.Message); err != nil || t.Stage != proof.NewKey || t.Key != next.Key() {
		if err := handOn(ctx, repo, at, main.Tree, old, next.Key()); err != nil {
			return nil, err
		}
	}
	return next, testimony.Promote(data)
}

// handOn commits to main that another key comes into force.
func handOn(ctx context.Context, repo *gitrepo.Repository, at, tree gitrepo.Hash, old *proof.Signer, next proof.Key) error {
	message, err := proof.Trailers{Stage: proof.NewKey, Key: next}.Message("Hand on to another key")
	if err != nil {
		return err
	}
	b := repo.NewBatch()
	defer b.Abort()
	who := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: time.Now()}
	commit, err := b.NewCommit(gitrepo.Change{Tree: tree, Parents: []gitrepo.Hash{at}, Author: who, Committer: who, Message: message}, old.Sign)
	if err != nil {
		return err
	}
	if err := b.Close(); err != nil {
		return err
	}
	return repo.Refs().Update(ctx, gitrepo.Move{Ref: gitrepo.Main, Old: at, New: commit})
}
