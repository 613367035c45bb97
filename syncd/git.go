package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"khumue/internal/gitrepo"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/gitserve"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// gitFolder is what gitserve works in, in the data folder.
const gitFolder = "git"

// git serves the content to git clients.
func (c *centre) git() (*gitserve.Server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	work, err := filepath.Abs(filepath.Join(c.cfg.Data, gitFolder))
	if err != nil {
		return nil, err
	}
	return gitserve.New(gitserve.Config{
		Repo: c.repo, Work: work, Hook: program, Desk: bearers{c.desk}, Refs: openRefs{c.manuals}, Limits: gitserve.Usual(),
		Pushed: c.pushed,
		Client: edge.Client, Request: edge.RequestID, Now: time.Now, Log: c.log,
	})
}

// bearers are those who show an access token.
type bearers struct{ desk *staff.Desk }

var _ gitserve.Admitter = bearers{}

// Admit tells whose an access token is.
func (b bearers) Admit(ctx context.Context, secret string, write bool) (rights.Officer, error) {
	permit := staff.ReadContent
	if write {
		permit = staff.WriteDrafts
	}
	u, err := b.desk.Admit(ctx, secret, permit)
	return u.Officer(), err
}

// openRefs tells which revisions an officer may see.
type openRefs struct{ desk *manuals.Desk }

var _ gitserve.Refs = openRefs{}

// Visible returns the refs that an officer may see.
func (o openRefs) Visible(ctx context.Context, by rights.Officer) ([]string, error) {
	refs, everywhere, err := o.desk.Visible(ctx, by)
	if everywhere {
		return []string{"refs/heads/draft", "refs/heads/review", "refs/heads/endorsed"}, nil
	}
	return refs, err
}

// pushed tells the desk of drafts that somebody pushed.
func (c *centre) pushed(ctx context.Context, by rights.Officer, moves []gitrepo.Move) {
	var refs []review.Ref
	for _, m := range moves {
		if ref, err := review.ParseRef(m.Ref); err == nil {
			refs = append(refs, ref)
		}
	}
	c.manuals.Pushed(context.WithoutCancel(ctx), staff.Acting{Officer: by, Request: edge.RequestID(ctx)}, refs...)
}
