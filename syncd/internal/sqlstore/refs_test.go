package sqlstore

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/proof"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/outbox"
	"khumue/syncd/internal/outbox/outboxtest"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// repository is one whose refs stand in a store.
func repository(t testing.TB, s *Store) *gitrepo.Repository {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "content.git")
	first, err := gitrepo.Init(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gitrepo.OpenWith(dir, s.Refs())
	if err := errors.Join(err, first.Close()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestBothDatabasesKeepWhatRefsPromise(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			gitrepotest.RunRefs(t, func(t testing.TB) *gitrepo.Repository { return repository(t, mustOpen(t, d.empty(t))) })
		})
	}
}

func TestADeedOnRefsIsWrittenDownInTheTransactionThatMovesThem(t *testing.T) {
	s := mustOpen(t, databases[0].empty(t))
	b := trayOf(t, s)
	deed := outboxtest.Deed(1)
	deed.ByRefs = true
	ctx, slip, err := b.Note(t.Context(), deed)
	if err != nil {
		t.Fatal(err)
	}
	move := gitrepo.Move{Ref: gitrepo.Main, New: gitrepo.Hash{1}}
	if err := s.Write(ctx, putUser(1)); err != nil || slip.Written() {
		t.Fatalf("a transaction before it: written %v, %v", slip.Written(), err)
	}
	if err := s.Refs().Move(ctx, []gitrepo.Move{move, {Ref: "refs/heads/draft/a/b", Old: gitrepo.Hash{2}}}); !errors.Is(err, fault.Conflict) || slip.Written() || len(sent(t, b)) > 0 {
		t.Fatalf("a move that fails: written %v, %v", slip.Written(), err)
	}
	if err := s.Refs().Move(ctx, []gitrepo.Move{move}); err != nil || !slip.Written() {
		t.Fatalf("the move: written %v, %v", slip.Written(), err)
	}
	if err := s.Refs().Move(ctx, []gitrepo.Move{{Ref: gitrepo.Main, Old: move.New, New: gitrepo.Hash{2}}}); err != nil {
		t.Fatal(err)
	}
	if got := sent(t, b); len(got) != 1 || got[0].ID != slip.ID() {
		t.Errorf("got %+v", got)
	}
}

// bureau is a ledger whose refs stand in a database, where there is no git.
type bureau struct {
	*ledger.Ledger
	t      *testing.T
	signer *proof.Signer
}

const (
	bureauManual = catalog.ManualID("dlt-xgveak")
	bureauFolder = "agencies/dlt/manuals/dlt-xgveak"
)

var (
	bureauOwner  = rights.Target{Chain: []catalog.AgencyCode{"dlt"}}
	bureauAuthor = bureauPerson("o-aaaaaaaaaaaaaaaa", catalog.RoleAuthor, "dlt")
	bureauReview = bureauPerson("o-rrrrrrrrrrrrrrrr", catalog.RoleReviewer, "dlt")
	bureauOPDC   = bureauPerson("o-pppppppppppppppp", catalog.RoleOPDC, "")
)

func bureauPerson(id catalog.OfficerID, role catalog.Role, agency catalog.AgencyCode) ledger.Acting {
	g := rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
	return ledger.Acting{Officer: rights.Officer{ID: id, Grants: []rights.Grant{g}}, As: g}
}

// manualText is a manual with a body.
func manualText(t testing.TB, body string) []byte {
	t.Helper()
	src, err := os.ReadFile("../../../content/agencies/mot/dlt/manuals/dlt-xgveak/manual.md")
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := bytes.Cut(src[4:], []byte("\n---\n"))
	return append(append([]byte("---\n"), head...), "\n---\n\n"+body+"\n"...)
}

// proven is a repository as proofs are read from it.
type proven struct{ *gitrepo.Repository }

func (p proven) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	kinds := map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}
	return p.Repository.Read(kinds[k], gitrepo.Hash(h))
}

func openBureau(t *testing.T) *bureau {
	t.Helper()
	s := mustOpen(t, databases[0].empty(t))
	signer, _, err := proof.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 3, 42, 0, 0, time.UTC)
	clock := func() time.Time { now = now.Add(1400 * time.Millisecond); return now }
	o := &bureau{&ledger.Ledger{Repo: repository(t, s), Sign: signer.Sign, Random: rand.Reader, Now: clock}, t, signer}
	t.Setenv("PATH", "")
	p, err := o.Repo.NewPack()
	o.must(err)
	tree, err := p.AddFS(fstest.MapFS{"site.yaml": {Data: []byte("name: ตัวอย่าง\n")}, bureauFolder + "/manual.md": {Data: manualText(t, "แรก")}}, func(string) bool { return false })
	o.must(errors.Join(err, p.Close()))
	message, err := proof.Trailers{Stage: proof.Bootstrap, Officer: bureauOPDC.ID}.Message("First content")
	o.must(err)
	b := o.Repo.NewBatch()
	who := gitrepo.Person{Name: string(bureauOPDC.ID), Email: string(bureauOPDC.ID) + "@users.invalid", At: now}
	root, err := b.NewCommit(gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: message}, signer.Sign)
	o.must(errors.Join(err, b.Close(), o.Repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: root})))
	return o
}

func (o *bureau) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// stands fails the test unless refs of the states stand there, and no others but
// main.
func (o *bureau) stands(want ...review.State) {
	o.t.Helper()
	all, err := o.Repo.Refs().List("refs/heads/")
	o.must(err)
	var n int
	for _, s := range want {
		found, err := o.Find(s, bureauManual)
		o.must(err)
		n += len(found)
	}
	if n != len(want) || len(all) != len(want)+1 {
		o.t.Errorf("refs are %v, want main and %v", all, want)
	}
}

func TestARevisionIsWrittenReturnedAndPublishedWhereThereIsNoGit(t *testing.T) {
	o := openBureau(t)
	ctx := t.Context()
	text := func(body string) ledger.Text { return ledger.Text{"manual.md": manualText(t, body)} }
	h, err := o.Begin(ctx, bureauAuthor, bureauOwner, bureauManual, bureauFolder, text("ที่สอง"))
	o.must(err)
	o.stands(review.Draft)
	stale := h
	h, err = o.Save(ctx, bureauAuthor, bureauOwner, h, text("ที่สองแก้ไข"))
	o.must(err)
	if _, err := o.Save(ctx, bureauAuthor, bureauOwner, stale, text("อื่น")); !errors.Is(err, fault.Conflict) {
		t.Errorf("saving over what another saved: %v", err)
	}
	h, err = o.Submit(ctx, bureauAuthor, bureauOwner, h, 2, nil)
	o.must(err)
	o.stands(review.InReview)
	h, err = o.Return(ctx, bureauReview, bureauOwner, h, "แก้ชื่อ", nil)
	o.must(err)
	o.stands(review.Draft)
	h, err = o.Save(ctx, bureauAuthor, bureauOwner, h, text("ที่สองแก้แล้ว"))
	o.must(err)
	h, err = o.Submit(ctx, bureauAuthor, bureauOwner, h, 3, nil)
	o.must(err)
	h, err = o.Recall(ctx, bureauAuthor, bureauOwner, h)
	o.must(err)
	h, err = o.Submit(ctx, bureauAuthor, bureauOwner, h, 4, nil)
	o.must(err)
	h, err = o.Endorse(ctx, bureauReview, bureauOwner, h, 2, h.Tree)
	o.must(err)
	o.stands(review.Endorsed)
	_, err = o.Publish(ctx, bureauOPDC, bureauOwner, h, 2, h.Tree)
	o.must(err)
	o.stands()
	tip, c, err := o.Repo.Resolve("main")
	o.must(err)
	got, err := o.Repo.File(c.Tree, bureauFolder+"/manual.md")
	if err != nil || !bytes.HasSuffix(got, []byte("ที่สองแก้แล้ว\n")) {
		t.Errorf("main has %s, %v", got, err)
	}
	trust, err := proof.ParseTrust(o.signer.Key().Fingerprint())
	o.must(err)
	report, err := proof.Verify(ctx, proven{o.Repo}, proof.Hash(tip), proof.Options{Trust: trust})
	o.must(err)
	if err := report.Err(); err != nil || report.Count(proof.ByApproval) != 1 {
		t.Errorf("%d by approval: %v", report.Count(proof.ByApproval), err)
	}
}

func TestTheWholeOfADraftOfAnOfficeIsOneTransaction(t *testing.T) {
	o := openBureau(t)
	s := mustOpen(t, databases[0].empty(t))
	tray := trayOf(t, s)
	o.must(s.Refs().Move(t.Context(), moveTo(o)))
	repo, err := gitrepo.OpenWith(o.Repo.Dir(), s.Refs())
	o.must(err)
	defer repo.Close()
	o.Repo = repo
	deed := outboxtest.Deed(1)
	deed.ByRefs = true
	ctx, _, err := tray.Note(t.Context(), deed)
	o.must(err)
	_, err = o.Begin(ctx, bureauAuthor, bureauOwner, bureauManual, bureauFolder, ledger.Text{"manual.md": manualText(t, "ที่สอง")})
	o.must(err)
	if got := sent(t, tray); len(got) != 1 || got[0].State != outbox.Ready {
		t.Errorf("got %+v", got)
	}
	o.stands(review.Draft)
}

// moveTo makes main of another store.
func moveTo(o *bureau) []gitrepo.Move {
	at, err := o.Repo.Refs().Get(gitrepo.Main)
	o.must(err)
	return []gitrepo.Move{{Ref: gitrepo.Main, New: at}}
}
