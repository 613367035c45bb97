package main

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"khumue/generator/internal/site"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

// archive is the history of a repository as the site shows it: what main's
// first-parent history says to have been published.
type archive struct {
	repo *gitrepo.Repository
	tip  gitrepo.Hash
	tree gitrepo.Hash // of the tip
	keys []proof.Key  // whose signatures count; empty: none is asked for
}

// Moment names the tip.
func (a *archive) Moment() string { return a.tip.String() }

// Folder returns the files of a manual's folder.
func (a *archive) Folder(id site.FolderID) fs.FS { return a.repo.FS(gitrepo.Hash(id)) }

// Standing names the folder at a path of the tip.
func (a *archive) Standing(dir string) (site.FolderID, error) {
	e, err := a.repo.Find(a.tree, dir)
	if errors.Is(err, fault.NotFound) {
		return site.FolderID{}, nil
	}
	return site.FolderID(e.Hash), err
}

// Published lists what was published after a commit, "" for all of history.
func (a *archive) Published(ctx context.Context, after string) (list iter.Seq2[site.Publication, error], ok func() bool) {
	reached := after == ""
	return func(yield func(site.Publication, error) bool) {
		found, root, err := a.walk(ctx, after, &reached)
		if err != nil {
			yield(site.Publication{}, err)
			return
		}
		for p := range found {
			if !yield(p, nil) {
				return
			}
		}
		if root == nil {
			return
		}
		for p, err := range a.imported(root) {
			if !yield(p, err) {
				return
			}
		}
	}, func() bool { return reached }
}

// allOfHistory bounds how many commits of main are read.
const allOfHistory = 1 << 30

// walk goes back along main to a commit, or to its root, which it returns. Each
// processor judges what another reads.
func (a *archive) walk(ctx context.Context, after string, reached *bool) (iter.Seq[site.Publication], *gitrepo.Change, error) {
	group, ctx := errgroup.WithContext(ctx)
	commits := make(chan *gitrepo.Change, 256)
	workers := runtime.GOMAXPROCS(0)
	found := make([][]site.Publication, workers)
	for i := range workers {
		group.Go(func() error {
			for c := range commits {
				if p, ok := a.publication(c); ok {
					found[i] = append(found[i], p)
				}
				some, err := a.brought(c)
				if err != nil {
					return err
				}
				found[i] = append(found[i], some...)
			}
			return nil
		})
	}
	var root *gitrepo.Change
	group.Go(func() error {
		defer close(commits)
		for c, err := range a.repo.FirstParents(a.tip, allOfHistory) {
			switch {
			case errors.Is(err, fault.NotFound):
				return nil // the copy has no more of it
			case err != nil:
				return err
			case c.Hash.String() == after:
				*reached = true
				return nil
			case len(c.Parents) == 0:
				root = c.Change
				return nil
			}
			select {
			case commits <- c.Change:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	err := group.Wait()
	return func(yield func(site.Publication) bool) {
		for _, part := range found {
			for _, p := range part {
				if !yield(p) {
					return
				}
			}
		}
	}, root, err
}

// publication is what a commit of main published; false of any other.
func (a *archive) publication(c *gitrepo.Change) (site.Publication, bool) {
	if !strings.Contains(c.Message, "\nKhumue-Stage: "+string(proof.Publish)+"\n") && !strings.Contains(c.Message, "\nKhumue-Stage: "+string(proof.Emergency)+"\n") {
		return site.Publication{}, false
	}
	t, err := proof.ParseMessage(c.Message)
	if err != nil || t.Stage != proof.Publish && t.Stage != proof.Emergency || !a.counts(c) {
		return site.Publication{}, false
	}
	return site.Publication{Manual: catalog.ManualID(strings.Clone(string(t.Manual))), Number: t.Revision, At: c.Committer.At.Unix(), Folder: site.FolderID(t.Tree)}, true
}

// brought lists the manuals that a later import brought or replaced; none of any
// other commit.
func (a *archive) brought(c *gitrepo.Change) ([]site.Publication, error) {
	if !strings.Contains(c.Message, "\nKhumue-Stage: "+string(proof.Import)+"\n") || len(c.Parents) != 1 {
		return nil, nil
	}
	t, err := proof.ParseMessage(c.Message)
	if err != nil || t.Stage != proof.Import || !a.counts(c) {
		return nil, nil // what is not in order published nothing
	}
	before, err := a.repo.Commit(c.Parents[0])
	if errors.Is(err, fault.NotFound) {
		return nil, nil // the copy has no more of it
	} else if err != nil {
		return nil, err
	}
	var out []site.Publication
	last := ""
	for d, err := range a.repo.Diff(before.Tree, c.Tree) {
		if err != nil {
			return nil, err
		}
		above, rest, _ := strings.Cut(d.Path, "/manuals/")
		id, _, inside := strings.Cut(rest, "/")
		folder := above + "/manuals/" + id
		if !inside || folder == last {
			continue
		}
		last = folder
		e, err := a.repo.Find(c.Tree, folder)
		if err != nil {
			return nil, err
		}
		out = append(out, site.Publication{Manual: catalog.ManualID(id), At: c.Committer.At.Unix(), Folder: site.FolderID(e.Hash)})
	}
	return out, nil
}

// counts reports whether a commit is signed by whom it has to be.
func (a *archive) counts(c *gitrepo.Change) bool {
	if len(a.keys) == 0 {
		return true
	}
	_, err := proof.CheckSignature(c.Append(nil), c.Signature, a.keys...)
	return err == nil
}

// imported lists the manuals of the first commit, where that is an import.
func (a *archive) imported(root *gitrepo.Change) iter.Seq2[site.Publication, error] {
	return func(yield func(site.Publication, error) bool) {
		t, err := proof.ParseMessage(root.Message)
		if err != nil || t.Stage != proof.Bootstrap || !a.counts(root) {
			return
		}
		l := lister{repo: a.repo, yield: yield, at: root.Committer.At.Unix()}
		if agencies, err := a.repo.Find(root.Tree, "agencies"); err == nil {
			l.agencies(agencies.Hash)
		} else if !errors.Is(err, fault.NotFound) {
			yield(site.Publication{}, err)
		}
	}
}

// lister tells of the manuals below a folder, without reading them.
type lister struct {
	repo  *gitrepo.Repository
	yield func(site.Publication, error) bool
	at    int64
}

// places are folders of an agency in which no other agency stands.
var places = []string{"points", "processes", "services"}

func (l lister) agencies(tree gitrepo.Hash) bool {
	entries, err := l.repo.Entries(tree)
	if err != nil {
		return l.yield(site.Publication{}, err)
	}
	for _, e := range entries {
		switch {
		case !e.IsFolder() || slices.Contains(places, e.Name):
		case e.Name == "manuals":
			if !l.manuals(e.Hash) {
				return false
			}
		case !l.agencies(e.Hash):
			return false
		}
	}
	return true
}

func (l lister) manuals(tree gitrepo.Hash) bool {
	entries, err := l.repo.Entries(tree)
	if err != nil {
		return l.yield(site.Publication{}, err)
	}
	for _, e := range entries {
		if e.IsFolder() && !l.yield(site.Publication{Manual: catalog.ManualID(e.Name), At: l.at, Folder: site.FolderID(e.Hash)}, nil) {
			return false
		}
	}
	return true
}
