package reorganise_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/proof"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/reorganise"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
	"khumue/syncd/internal/trail"
)

const (
	tax       = catalog.ManualID("dlt-xgveak")
	taxFolder = "agencies/mot/dlt/manuals/dlt-xgveak"
	area5     = catalog.PointCode("dlt-area5")
)

// office is the desk of reorganisations beside those that it meets, over the sample
// content, with a real repository and database.
type office struct {
	*reorganise.Desk
	t       *testing.T
	store   *sqlstore.Store
	papers  *manuals.Desk
	people  *staff.Desk
	current *structure.Current
	signer  *proof.Signer
	broken  atomic.Pointer[error] // what the database answers to writing
	mu      sync.Mutex
	now     time.Time
	hired   int
}

// frail is a store that may be told to fail.
type frail struct {
	staff.Store
	o *office
}

func (f frail) Write(ctx context.Context, do func(staff.Records) error) error {
	if err := f.o.broken.Load(); err != nil {
		return *err
	}
	return f.Store.Write(ctx, do)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir()
	repo, tree := sample.Copy(t, filepath.Join(dir, "content.git"))
	signer, _, err := proof.GenerateKey(rand.Reader)
	must(t, err)
	store := sqlstoretest.Open(t, filepath.Join(dir, "test.db"))
	o := &office{t: t, store: store, signer: signer, current: &structure.Current{}, now: time.Date(2026, 11, 22, 3, 42, 0, 0, time.UTC)}
	clock := func() time.Time {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.now = o.now.Add(1400 * time.Millisecond) // between two seconds of git
		return o.now
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	book := &ledger.Ledger{Repo: repo, Sign: signer.Sign, Now: clock, Random: rand.Reader}
	o.people = &staff.Desk{Store: store, Structure: o.current, Now: clock, Random: rand.Reader, Limits: staff.Usual()}
	o.papers = &manuals.Desk{Ledger: book, Store: store.Manuals(), Structure: o.current, People: o.people, Now: clock, Random: rand.Reader, Limits: manuals.Usual(), Log: log}
	o.Desk = &reorganise.Desk{
		Ledger: book, People: frail{store, o}, Papers: store.Manuals(), Now: clock, Random: rand.Reader, Log: log,
		Direct: &immediate.Desk{Ledger: book, Now: clock, Random: rand.Reader, Log: log,
			Record: func(ctx context.Context, e trail.Entry) error {
				return store.Write(ctx, func(r staff.Records) error { return r.Record(e) })
			}},
		Landed: func(context.Context, ledger.Landed) { o.follow() },
	}
	o.bootstrap(repo, tree)
	o.follow()
	must(t, o.CatchUp(t.Context()))
	t.Cleanup(func() { must(t, errors.Join(store.Close(), repo.Close())) })
	return o
}

// sample is the sample content.
var sample = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	return p.AddFS(os.DirFS("../../../content"), corpus.Ignored)
}}

// bootstrap commits a content, signed.
func (o *office) bootstrap(repo *gitrepo.Repository, tree gitrepo.Hash) {
	o.t.Helper()
	message, err := proof.Trailers{Stage: proof.Bootstrap}.Message("First content")
	must(o.t, err)
	b := repo.NewBatch()
	who := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: o.now}
	root, err := b.NewCommit(gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: message}, o.signer.Sign)
	must(o.t, err)
	must(o.t, b.Close())
	must(o.t, repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: root}))
}

// follow brings the structure and the index of manuals to main, as the daemon does.
func (o *office) follow() {
	o.t.Helper()
	agencies, err := structure.Read(o.Ledger.Repo.FS(o.tree()))
	must(o.t, err)
	o.current.Set(agencies)
	must(o.t, o.papers.CatchUp(o.t.Context()))
}

func (o *office) tree() gitrepo.Hash {
	o.t.Helper()
	_, main, err := o.Ledger.Repo.Resolve(gitrepo.Main)
	must(o.t, err)
	return main.Tree
}

// has reports whether something stands at a path of what is published.
func (o *office) has(at string) bool {
	o.t.Helper()
	_, err := o.Ledger.Repo.Find(o.tree(), at)
	return err == nil
}

// hire makes a user with grants, and returns its id.
func (o *office) hire(name string, grants ...rights.Grant) catalog.OfficerID {
	o.t.Helper()
	o.hired++
	u := staff.User{ID: catalog.OfficerID(fmt.Sprintf("o-%s", strings.Repeat(string(rune('a'+o.hired)), 16))), Issuer: "i", Subject: name, Name: name, Created: o.Now().Truncate(time.Microsecond)}
	must(o.t, o.store.Write(o.t.Context(), func(r staff.Records) error {
		err := r.PutUser(u)
		for i, g := range grants {
			err = errors.Join(err, r.PutGrant(staff.Grant{Grant: g, ID: fmt.Sprintf("0190ca5c-0000-7000-%04d-%012d", o.hired, i), User: u.ID, Source: staff.ByImport, From: u.Created}))
		}
		return err
	}))
	return u.ID
}

// as is a user who acts with what it holds now.
func (o *office) as(id catalog.OfficerID) (by staff.Acting) {
	o.t.Helper()
	must(o.t, o.store.Read(o.t.Context(), func(r staff.Records) error {
		u, err := r.User(id)
		by = staff.Acting{Officer: u.Officer(), Request: "request-1"}
		return err
	}))
	return by
}

// holds is what a user holds now, in words.
func (o *office) holds(id catalog.OfficerID) string {
	o.t.Helper()
	var out []string
	for _, g := range o.as(id).Grants {
		out = append(out, strings.TrimRight(fmt.Sprintf("%s %s %s", g.Role, g.Scope.Agency, g.Scope.Point), " "))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func of(role catalog.Role, agency catalog.AgencyCode, point ...catalog.PointCode) rights.Grant {
	g := rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
	if len(point) > 0 {
		g.Scope.Point = point[0]
	}
	return g
}

// does runs a plan dry, and then does it.
func (o *office) does(who catalog.OfficerID, p reorganise.Plan) reorganise.Done {
	o.t.Helper()
	r, err := o.Dry(o.t.Context(), o.as(who), p)
	must(o.t, err)
	done, err := o.Do(o.t.Context(), o.as(who), p, r.Digest, "ตามพระราชบัญญัติ")
	must(o.t, err)
	return done
}

// proven holds the history to what anyone may check offline.
func (o *office) proven() *proof.Report {
	o.t.Helper()
	tip, err := o.Ledger.Repo.Refs().Get(gitrepo.Main)
	must(o.t, err)
	trust, err := proof.ParseTrust(o.signer.Key().Fingerprint())
	must(o.t, err)
	report, err := proof.Verify(o.t.Context(), objects{o.Ledger.Repo}, proof.Hash(tip), proof.Options{Trust: trust})
	must(o.t, err)
	must(o.t, report.Err())
	return report
}

// objects is a repository as proof reads it.
type objects struct{ *gitrepo.Repository }

func (o objects) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	kinds := map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}
	return o.Repository.Read(kinds[k], gitrepo.Hash(h))
}

// sound fails the test when the index of manuals is not what git says.
func (o *office) sound() {
	o.t.Helper()
	found, err := o.papers.Doctor(o.t.Context(), false)
	must(o.t, err)
	if len(found) > 0 {
		o.t.Errorf("the doctor finds %v", found)
	}
}

// trail are the actions of the trail, the earliest first, with their subjects.
func (o *office) trail(action string) (out []trail.Entry) {
	o.t.Helper()
	must(o.t, o.store.Read(o.t.Context(), func(r staff.Records) (err error) {
		out, err = r.FindEntries(trail.Filter{Action: action})
		return err
	}))
	slices.Reverse(out)
	return out
}
