package immediate_test

import (
	"context"
	"crypto/rand"
	"errors"
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
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/proof"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/trail"
)

func acting(id string, g rights.Grant) staff.Acting {
	return staff.Acting{Officer: rights.Officer{ID: catalog.OfficerID("o-" + strings.Repeat(id, 16)), Grants: []rights.Grant{g}}, Request: "r"}
}

func of(role catalog.Role, agency catalog.AgencyCode) rights.Grant {
	return rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
}

var (
	dga     = acting("d", rights.Grant{Role: catalog.RoleDGA})
	opdc    = acting("p", rights.Grant{Role: catalog.RoleOPDC})
	central = acting("c", of(catalog.RoleCentral, "dlt"))
	above   = acting("m", of(catalog.RoleCentral, "mot"))
	unit    = acting("u", of(catalog.RolePoint, "dlt"))
	counter = acting("k", rights.Grant{Role: catalog.RolePoint, Scope: rights.Scope{Agency: "dlt", Point: "dlt-area5"}})
	author  = acting("a", of(catalog.RoleAuthor, "dlt"))
	other   = acting("s", of(catalog.RoleCentral, "moi"))
)

const (
	dltFile   = "agencies/mot/dlt/agency.yaml"
	area5File = "agencies/mot/dlt/points/dlt-area5.yaml"
	manual    = catalog.ManualID("dlt-xgveak")
)

// office is a desk over the sample content, with a real repository and database.
type office struct {
	*immediate.Desk
	t      *testing.T
	dir    string
	store  *sqlstore.Store
	signer *proof.Signer
	broken atomic.Pointer[error] // what the database answers with
	mu     sync.Mutex
	now    time.Time
	landed []ledger.Landed
}

func open(t *testing.T) *office {
	t.Helper()
	return openWith(t, &sample)
}

// sample is the sample content.
var sample = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	return p.AddFS(os.DirFS("../../../content"), corpus.Ignored)
}}

// refsInDatabase has the repositories of tests keep their refs as those of offices
// do, where there is no git.
var refsInDatabase bool

func TestTheDeskWorksWhereThereIsNoGit(t *testing.T) {
	t.Setenv("PATH", "")
	refsInDatabase = true
	defer func() { refsInDatabase = false }()
	t.Run("an officer changes a point", TestAPointOfficerChangesHoursAndHidesThePoint)
	t.Run("two officers meet", TestTwoOfficersMeetFieldByField)
	t.Run("a change is taken back", TestAChangeIsTakenBack)
	t.Run("many officers at once", TestManyOfficersAtOnceLoseNothing)
	t.Run("the index follows", TestTheIndexFollowsWhatOthersDoToMain)
}

func openWith(t testing.TB, content *gitrepotest.Template) *office {
	t.Helper()
	dir := t.TempDir()
	repo, tree := content.Copy(t, filepath.Join(dir, "content.git"))
	signer, _, err := proof.GenerateKey(rand.Reader)
	must(t, err)
	store := sqlstoretest.Open(t, filepath.Join(dir, "test.db"))
	if refsInDatabase {
		must(t, repo.Close())
		repo, err = gitrepo.OpenWith(repo.Dir(), store.Refs())
		must(t, err)
	}
	o := &office{dir: dir, store: store, signer: signer, now: time.Date(2026, 11, 22, 3, 42, 0, 0, time.UTC)}
	o.t, _ = t.(*testing.T)
	clock := func() time.Time {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.now = o.now.Add(1400 * time.Millisecond) // between two seconds of git
		return o.now
	}
	o.Desk = &immediate.Desk{
		Ledger: &ledger.Ledger{Repo: repo, Sign: signer.Sign, Now: clock, Random: rand.Reader},
		Record: o.record, Now: clock, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Landed: func(l ledger.Landed) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.landed = append(o.landed, l)
		},
	}
	o.bootstrap(t, repo, tree)
	t.Cleanup(func() { must(t, errors.Join(store.Close(), repo.Close())) })
	return o
}

// bootstrap commits a content, signed.
func (o *office) bootstrap(t testing.TB, repo *gitrepo.Repository, tree gitrepo.Hash) {
	t.Helper()
	message, err := proof.Trailers{Stage: proof.Bootstrap, Officer: opdc.ID}.Message("First content")
	must(t, err)
	b := repo.NewBatch()
	who := gitrepo.Person{Name: string(opdc.ID), Email: string(opdc.ID) + "@users.invalid", At: o.now}
	root, err := b.NewCommit(gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: message}, o.signer.Sign)
	must(t, err)
	must(t, b.Close())
	must(t, repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: root}))
}

func (o *office) record(ctx context.Context, e trail.Entry) error {
	if err := o.broken.Load(); err != nil {
		return *err
	}
	return o.store.Write(ctx, func(r staff.Records) error { return r.Record(e) })
}

// trail are the entries of the trail, the latest first.
func (o *office) trail() (out []trail.Entry) {
	o.t.Helper()
	must(o.t, o.store.Read(o.t.Context(), func(r staff.Records) (err error) {
		out, err = r.FindEntries(trail.Filter{})
		return err
	}))
	return out
}

// verified holds the history to what a citizen's check would.
func (o *office) verified() *proof.Report {
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

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// opened is a file as its officer has it before them.
func opened[T any](o *office, by staff.Acting, file string) (*T, immediate.Change) {
	o.t.Helper()
	s, err := o.Open(by, file)
	must(o.t, err)
	v, ok := s.Value.(*T)
	if !ok {
		o.t.Fatalf("%s holds a %T", file, s.Value)
	}
	return v, immediate.Change{File: file, Was: s.Was, Value: v}
}

// text is a file of main.
func (o *office) text(file string) string {
	o.t.Helper()
	_, main, err := o.Ledger.Repo.Resolve(gitrepo.Main)
	must(o.t, err)
	src, err := o.Ledger.Repo.File(main.Tree, file)
	must(o.t, err)
	return string(src)
}

func TestAPointOfficerChangesHoursAndHidesThePoint(t *testing.T) {
	o := open(t)
	p, c := opened[catalog.Point](o, counter, area5File)
	p.Contact.Phones = append(p.Contact.Phones, "02 000 0000")
	c.Why = "เบอร์ใหม่"
	saved, err := o.Save(t.Context(), counter, c)
	must(t, err)
	if !slices.Equal(saved.Fields, []string{"contact"}) || saved.ID != "dlt-area5" || saved.Files != 1 || saved.Merged {
		t.Errorf("got %+v", saved)
	}
	hidden, err := o.Show(t.Context(), counter, "dlt-area5", catalog.Hidden, catalog.Closure{}, "")
	must(t, err)
	if !strings.Contains(o.text(area5File), "status: hidden") || !strings.Contains(o.text(area5File), "02 000 0000") {
		t.Errorf("it holds\n%s", o.text(area5File))
	}
	if len(o.landed) != 2 || o.landed[1].Commit != hidden.Commit {
		t.Errorf("told of %+v", o.landed)
	}
	entries := o.trail()
	if len(entries) != 2 || entries[0].Action != "point.show" || entries[1].Action != "point.edit" || entries[1].Scope != (rights.Scope{Agency: "dlt", Point: "dlt-area5"}) ||
		entries[1].Subject != "dlt-area5" || !strings.Contains(entries[1].After, "02 000 0000") || strings.Contains(entries[1].Before, "02 000 0000") || !strings.Contains(entries[1].After, "เบอร์ใหม่") {
		t.Errorf("the trail has %+v", entries)
	}
	o.verified()
}

func TestSavingTheSameIsNoCommit(t *testing.T) {
	o := open(t)
	_, c := opened[catalog.Point](o, counter, area5File)
	saved, err := o.Save(t.Context(), counter, c)
	if err != nil || !saved.Commit.IsZero() || len(o.trail()) > 0 {
		t.Errorf("got %+v, %v", saved, err)
	}
}

func TestTwoOfficersMeetFieldByField(t *testing.T) {
	o := open(t)
	mine, c1 := opened[catalog.Point](o, counter, area5File)
	theirs, c2 := opened[catalog.Point](o, central, area5File)
	same, c3 := opened[catalog.Point](o, unit, area5File)
	mine.Directions.TH = "ข้างตลาด"
	theirs.QueueURL = "https://queue.example.go.th"
	theirs.Manuals = slices.DeleteFunc(slices.Clone(theirs.Manuals), func(id catalog.ManualID) bool { return id == theirs.Manuals[0] })
	same.Directions.TH = "หลังวัด"
	_, err := o.Save(t.Context(), counter, c1)
	must(t, err)
	saved, err := o.Save(t.Context(), central, c2)
	must(t, err)
	if text := o.text(area5File); !saved.Merged || !strings.Contains(text, "ข้างตลาด") || !strings.Contains(text, "queue.example") {
		t.Errorf("got %+v with\n%s", saved, text)
	}
	before := o.text(area5File)
	_, err = o.Save(t.Context(), unit, c3)
	clash := (*immediate.Clash)(nil)
	if !errors.Is(err, fault.Conflict) || !errors.As(err, &clash) || len(clash.Fields) != 1 || clash.Fields[0].Ours.Words.TH != "หลังวัด" || clash.Fields[0].Theirs.Words.TH != "ข้างตลาด" {
		t.Errorf("got %v, %+v", err, clash)
	}
	if o.text(area5File) != before || len(o.landed) != 2 {
		t.Error("something was kept")
	}
	o.verified()
}

func TestWhatABuildWouldRefuseIsToldWithItsField(t *testing.T) {
	o := open(t)
	for name, tc := range map[string]struct {
		file   string
		change func(any)
		field  string
	}{
		"a point that serves what is not there":          {area5File, func(v any) { v.(*catalog.Point).Manuals = []catalog.ManualID{"dlt-nothere"} }, "manuals"},
		"a point closed for a time that does not say so": {area5File, func(v any) { v.(*catalog.Point).Status = catalog.ClosedTemporarily }, "status"},
		"an agency without a name":                       {dltFile, func(v any) { v.(*catalog.Agency).Name = catalog.Text{} }, "name"},
		"an agency under another code":                   {dltFile, func(v any) { v.(*catalog.Agency).Code = "dlt2" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := o.Open(dga, tc.file)
			must(t, err)
			tc.change(s.Value)
			by := dga
			by.Grants = append(by.Grants, central.Grants...)
			_, err = o.Save(t.Context(), by, immediate.Change{File: tc.file, Was: s.Was, Value: s.Value})
			wrong := (*immediate.Wrong)(nil)
			if !errors.Is(err, fault.Invalid) || !errors.As(err, &wrong) || len(wrong.Problems) == 0 {
				t.Fatalf("got %v", err)
			}
			if got := wrong.Problems[0].Field; tc.field != "" && got != tc.field {
				t.Errorf("told of %q: %v", got, err)
			}
		})
	}
	if len(o.landed) > 0 {
		t.Error("something was kept")
	}
}

// objects reads the repository for a proof.
type objects struct{ repo *gitrepo.Repository }

func (o objects) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	kinds := map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}
	return o.repo.Read(kinds[k], gitrepo.Hash(h))
}
