package pages

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
)

// Manuals of the sample content.
const (
	vehicleTax = catalog.ManualID("dlt-xgveak")
	plates     = catalog.ManualID("dlt-67bh3i")
)

// first is a repository with the content of one department, made once: each test
// begins with a copy.
var first = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "pages-content-"); err != nil {
		return "", err
	}
	repo, err := gitrepo.Init(filepath.Join(dir, "content.git"))
	if err != nil {
		return dir, err
	}
	return dir, errors.Join(importContent(repo), repo.Close())
})

// approvals is the key by which the tests' daemon signs.
var approvals = sync.OnceValue(func() *proof.Signer {
	key, _, err := proof.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

func importContent(repo *gitrepo.Repository) error {
	pack, err := repo.NewPack()
	if err != nil {
		return err
	}
	defer pack.Abort()
	tree, err := pack.AddFS(os.DirFS("../../../content"), elsewhere)
	if err != nil {
		return err
	}
	message, err := proof.Trailers{Stage: proof.Bootstrap}.Message("Import of the content")
	if err != nil {
		return err
	}
	who := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: time.Date(2026, 9, 1, 2, 0, 0, 0, time.UTC)}
	change := gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: message}
	sealed, err := proof.Seal(change.Append(nil), approvals())
	if err != nil {
		return err
	}
	commit, err := pack.Add(gitrepo.Commit, sealed)
	if err != nil {
		return err
	}
	if err := pack.Close(); err != nil {
		return err
	}
	return repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: commit})
}

// elsewhere reports whether a path is of another agency than the department of
// the tests and the ministry above.
func elsewhere(path string) bool {
	const own = "agencies/mot/dlt"
	return path != "agencies/mot/agency.yaml" && strings.HasPrefix(path, "agencies/") && !strings.HasPrefix(path+"/", own+"/") && !strings.HasPrefix(own, path)
}

// library is the desk of manuals over a copy of the content.
func (o *office) library() *manuals.Desk {
	o.t.Helper()
	content, err := first()
	o.must(err)
	dir := o.t.TempDir()
	o.must(os.CopyFS(dir, os.DirFS(content)))
	repo, err := gitrepo.Open(filepath.Join(dir, "content.git"))
	o.must(err)
	o.t.Cleanup(func() { repo.Close() })
	now := func() time.Time { return o.at }
	d := &manuals.Desk{
		Ledger: &ledger.Ledger{Repo: repo, Sign: approvals().Sign, Now: now, Random: rand.Reader},
		Store:  library{o.store}, Structure: o.state, People: o.desk, Site: o.builds,
		Enter: func(context.Context) (func(), error) { return func() {}, nil },
		Now:   now, Random: rand.Reader, Limits: manuals.Usual(), Log: o.logger(),
	}
	o.must(d.CatchUp(o.t.Context()))
	o.store.writes.Store(0)
	return d
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// builds builds the site at once, unless it is held or told to fail.
type builds struct {
	*office
	mu     sync.Mutex
	held   chan struct{} // builds begin and end once this is closed; nil: at once
	failed error
}

func (b *builds) Ask() manuals.Turn {
	b.mu.Lock()
	defer b.mu.Unlock()
	return build{b.held, b.failed, b.at}
}

// Next is the build after one that failed: in a test nothing changes by itself.
func (b *builds) Next() manuals.Turn { return build{held: make(chan struct{})} }

type build struct {
	held   chan struct{}
	failed error
	at     time.Time
}

func (b build) Wait(ctx context.Context) (time.Time, error) {
	if b.held != nil {
		select {
		case <-b.held:
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
	return b.at, b.failed
}

func (b build) Begun() bool { return b.held == nil }

// by is an officer who acts.
func (o *office) by(p *officer) staff.Acting {
	o.t.Helper()
	v, known, err := o.desk.Recognise(o.t.Context(), p.secret)
	if err != nil || !known {
		o.t.Fatalf("%v, %v", known, err)
	}
	return v.By("test")
}

// draft begins a revision of a manual, with a change.
func (o *office) draft(p *officer, id catalog.ManualID, edit func(*catalog.Manual)) manuals.Open {
	o.t.Helper()
	d, err := o.manuals.Revise(o.t.Context(), o.by(p), id, true)
	o.must(err)
	return o.save(p, d.Ref, edit)
}

// save changes a draft.
func (o *office) save(p *officer, ref review.Ref, edit func(*catalog.Manual)) manuals.Open {
	o.t.Helper()
	s, err := o.manuals.Revision(o.t.Context(), o.by(p), ref)
	o.must(err)
	edit(s.Manual)
	o.at = o.at.Add(time.Minute)
	saved, err := o.manuals.Save(o.t.Context(), o.by(p), ref, manuals.Change{Was: s.Commit, Manual: s.Manual})
	o.must(err)
	return saved.Open
}

// submit asks for approval of a draft.
func (o *office) submit(p *officer, ref review.Ref) manuals.Open {
	o.t.Helper()
	o.at = o.at.Add(time.Minute)
	s, err := o.manuals.Submit(o.t.Context(), o.by(p), ref)
	var flaws fault.Problems
	if errors.As(err, &flaws) {
		o.t.Fatalf("%v", flaws)
	}
	o.must(err)
	return s
}

// endorse approves stage 1.
func (o *office) endorse(p *officer, s manuals.Open) manuals.Open {
	o.t.Helper()
	o.at = o.at.Add(2 * time.Minute)
	e, err := o.manuals.Endorse(o.t.Context(), o.by(p), s.Ref, s.Tree)
	o.must(err)
	return e
}

// publish approves stage 2.
func (o *office) publish(p *officer, s manuals.Open) manuals.Publication {
	o.t.Helper()
	o.at = o.at.Add(2 * time.Minute)
	e, err := o.manuals.Publish(o.t.Context(), o.by(p), s.Ref, s.Tree)
	o.must(err)
	return e
}

// bureau is the people of one department and of the OPDC.
type bureau struct{ author, second, reviewer, opdc, deputy *officer }

func (o *office) bureau() bureau {
	return bureau{
		o.hire("อารี สุขสันต์", grant(catalog.RoleAuthor, "dlt")), o.hire("ธนวัฒน์ อินทรประเสริฐกุล", grant(catalog.RoleAuthor, "dlt")),
		o.hire("รัตนา ศรีสุวรรณ", grant(catalog.RoleReviewer, "dlt")), o.hire("ปกรณ์ วัฒนกุล", grant(catalog.RoleOPDC, "")), o.hire("สุดา มั่นคง", grant(catalog.RoleOPDC, "")),
	}
}

// swept removes what first made.
func swept() {
	if dir, err := first(); err == nil {
		os.RemoveAll(dir)
	}
}
