package main

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/gitserve"
	"khumue/syncd/internal/ledger"
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
		Repo: c.repo, Work: work, Hook: program, Desk: bearers{c.desk}, Refs: &openRefs{book: &ledger.Ledger{Repo: c.repo}}, Limits: gitserve.Usual(),
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

// openRefs tells by the repository alone which revisions an officer may see:
// those of manuals whose drafts the officer may read. Whose a revision is is
// read once.
type openRefs struct {
	book *ledger.Ledger

	mu     sync.Mutex
	owners map[gitrepo.Hash]rights.Target // by the commit that a ref names
}

var _ gitserve.Refs = (*openRefs)(nil)

// openStates are the folders of refs that clients may see.
var openStates = map[review.State]string{review.Draft: "refs/heads/draft", review.InReview: "refs/heads/review", review.Endorsed: "refs/heads/endorsed"}

// Visible returns the refs that an officer may see.
func (o *openRefs) Visible(_ context.Context, by rights.Officer) (out []string, err error) {
	_, everywhere := by.Range(rights.SeeDrafts)
	for _, state := range []review.State{review.Draft, review.InReview, review.Endorsed} {
		switch {
		case everywhere:
			out = append(out, openStates[state])
			continue
		case !by.MayAnywhere(rights.SeeDrafts):
			continue
		}
		refs, err := o.book.Find(state, "")
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			owner, err := o.owner(ref)
			if err != nil {
				continue // it moved on meanwhile, or is damaged: nobody sees it
			}
			if by.May(rights.SeeDrafts, owner) == nil {
				out = append(out, ref.String())
			}
		}
	}
	return out, nil
}

// owner is whose a revision is: the agency in whose folder the manual stands,
// with those above.
func (o *openRefs) owner(ref review.Ref) (rights.Target, error) {
	tip, err := o.book.Repo.Refs().Get(ref.String())
	if err != nil {
		return rights.Target{}, err
	}
	o.mu.Lock()
	owner, known := o.owners[tip]
	o.mu.Unlock()
	if known {
		return owner, nil
	}
	head, err := o.book.Load(ref)
	if err != nil {
		return owner, err
	}
	for at := path.Dir(path.Dir(head.Folder)); strings.Contains(at, "/"); at = path.Dir(at) {
		owner.Chain = append(owner.Chain, catalog.AgencyCode(path.Base(at)))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.owners == nil || len(o.owners) > mostOwners {
		o.owners = map[gitrepo.Hash]rights.Target{}
	}
	o.owners[tip] = owner
	return owner, nil
}

// mostOwners bounds what is remembered.
const mostOwners = 50_000
