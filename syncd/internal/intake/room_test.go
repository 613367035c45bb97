package intake_test

import (
	"bytes"
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
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/gitrepo/gitrepotest"
	"khumue/internal/proof"
	"khumue/internal/transfer"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/intake"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/sqlstore"
	"khumue/syncd/internal/sqlstore/sqlstoretest"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
	"khumue/syncd/internal/trail"
)

func acting(id string, role catalog.Role, agency catalog.AgencyCode) staff.Acting {
	g := rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
	return staff.Acting{Officer: rights.Officer{ID: catalog.OfficerID("o-" + strings.Repeat(id, 16)), Grants: []rights.Grant{g}}, Request: "r"}
}

var (
	dga      = acting("d", catalog.RoleDGA, "")
	opdc     = acting("p", catalog.RoleOPDC, "")
	central  = acting("c", catalog.RoleCentral, "dlt")
	author   = acting("a", catalog.RoleAuthor, "dlt")
	reviewer = acting("r", catalog.RoleReviewer, "dlt")
	stranger = acting("s", catalog.RoleAuthor, "dol")
)

// office is a room over the sample content of one ministry, with a real repository
// and database.
type office struct {
	*intake.Room
	t       *testing.T
	desk    *manuals.Desk
	direct  *immediate.Desk
	store   *sqlstore.Store
	current *structure.Current
	signer  *proof.Signer
	log     *bytes.Buffer
	mu      sync.Mutex
	now     time.Time
	landed  []ledger.Landed
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// some leaves out most agencies, so that a test takes little time.
func some(path string) bool {
	above, below, _ := strings.Cut(strings.TrimPrefix(path, "agencies/"), "/")
	return corpus.Ignored(path) || strings.HasPrefix(path, "agencies/") && !(above == "mot" || above == "moi" && (below == "agency.yaml" || strings.HasPrefix(below, "dol")) || below == "")
}

func open(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir()
	repo, tree := sample.Copy(t, filepath.Join(dir, "content.git"))
	o := &office{t: t, current: &structure.Current{}, log: &bytes.Buffer{}, now: time.Date(2026, 11, 22, 3, 42, 0, 0, time.UTC)}
	var err error
	o.signer, _, err = proof.GenerateKey(rand.Reader)
	must(t, err)
	o.store = sqlstoretest.Open(t, filepath.Join(dir, "test.db"))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the log:\n%s", o.log)
		}
		must(t, errors.Join(o.store.Close(), repo.Close()))
	})
	o.bootstrap(repo, tree)
	agencies, err := structure.Read(repo.FS(tree))
	must(t, err)
	o.current.Set(agencies)
	log := slog.New(slog.NewTextHandler(o.log, nil))
	book := &ledger.Ledger{Repo: repo, Sign: o.signer.Sign, Now: o.clock, Random: rand.Reader}
	o.desk = &manuals.Desk{Ledger: book, Store: o.store.Manuals(), Structure: o.current, People: people{}, Site: nowhere{}, Now: o.clock, Random: rand.Reader, Limits: manuals.Usual(), Log: log}
	must(t, o.desk.CatchUp(t.Context()))
	o.direct = &immediate.Desk{Ledger: book, Record: o.record, Now: o.clock, Random: rand.Reader, Log: log, Landed: o.tell}
	o.Room = &intake.Room{
		Ledger: book, Store: o.store.Intake(), Manuals: o.desk, Direct: o.direct, Structure: o.current, Dir: filepath.Join(dir, "intake"),
		Record: o.record, Landed: o.tell, Now: o.clock, Random: rand.Reader, Log: log,
	}
	o.run()
	return o
}

// run has the room work until the test ends.
func (o *office) run() {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	must(o.t, os.MkdirAll(filepath.Join(o.Dir, "left-behind", "result"), 0o700))
	go func() { ended <- o.Run(ctx) }()
	o.t.Cleanup(func() { stop(); must(o.t, <-ended) })
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(1400 * time.Millisecond) // between two seconds of git
	return o.now
}

func (o *office) tell(l ledger.Landed) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.landed = append(o.landed, l)
}

func (o *office) record(ctx context.Context, e trail.Entry) error {
	return o.store.Write(ctx, func(r staff.Records) error { return r.Record(e) })
}

// sample is some of the sample content.
var sample = gitrepotest.Template{Fill: func(p *gitrepo.Pack) (gitrepo.Hash, error) {
	return p.AddFS(os.DirFS("../../../content"), some)
}}

func (o *office) bootstrap(repo *gitrepo.Repository, tree gitrepo.Hash) {
	o.t.Helper()
	message, err := proof.Trailers{Stage: proof.Bootstrap, Officer: opdc.ID}.Message("First content")
	must(o.t, err)
	b := repo.NewBatch()
	who := gitrepo.Person{Name: string(opdc.ID), Email: string(opdc.ID) + "@users.invalid", At: o.now}
	root, err := b.NewCommit(gitrepo.Change{Tree: tree, Author: who, Committer: who, Message: message}, o.signer.Sign)
	must(o.t, err)
	must(o.t, b.Close())
	must(o.t, repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: root}))
}

// people hold no roles: nobody has to be told.
type people struct{}

func (people) Holders(context.Context, rights.Action, catalog.AgencyCode) ([]catalog.OfficerID, error) {
	return nil, nil
}

// nowhere is a site that is never built.
type nowhere struct{}

func (nowhere) Ask() manuals.Turn                           { return nowhere{} }
func (nowhere) Next() manuals.Turn                          { return nowhere{} }
func (nowhere) Begun() bool                                 { return true }
func (nowhere) Wait(ctx context.Context) (time.Time, error) { return time.Time{}, manuals.ErrStopped }

// objects are a repository as proof reads it.
type objects struct{ *gitrepo.Repository }

func (o objects) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	kinds := map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}
	return o.Repository.Read(kinds[k], gitrepo.Hash(h))
}

// verified holds the history to what a citizen's check would.
func (o *office) verified() *proof.Report {
	o.t.Helper()
	trust, err := proof.ParseTrust(o.signer.Key().Fingerprint())
	must(o.t, err)
	report, err := proof.Verify(o.t.Context(), objects{o.Ledger.Repo}, proof.Hash(o.main()), proof.Options{Trust: trust})
	must(o.t, err)
	must(o.t, report.Err())
	return report
}

func (o *office) account(id string) proof.Account {
	o.t.Helper()
	r := o.verified()
	i := slices.IndexFunc(r.Manuals, func(a proof.Account) bool { return string(a.Manual) == id })
	if i < 0 {
		o.t.Fatalf("there is no manual %s", id)
	}
	return r.Manuals[i]
}

func (o *office) main() gitrepo.Hash {
	o.t.Helper()
	h, err := o.Ledger.Repo.Refs().Get(gitrepo.Main)
	must(o.t, err)
	return h
}

// manualsOf is an order of manuals of dlt, of a plain table.
var manualsOf = intake.Order{Agency: "dlt", Kind: transfer.Manuals, Mapping: "generic-manuals", Name: "คู่มือ.csv"}

// looked sends a table in and waits until it was read.
func (o *office) looked(by staff.Acting, order intake.Order, table string) intake.Task {
	o.t.Helper()
	t, err := o.Open(o.t.Context(), by, order, strings.NewReader(table))
	must(o.t, err)
	t, err = o.Wait(o.t.Context(), by, t.ID)
	must(o.t, err)
	return t
}

// imported confirms a table and waits until it is published.
func (o *office) imported(by staff.Acting, t intake.Task) intake.Task {
	o.t.Helper()
	if t.State != intake.Ready {
		o.t.Fatalf("it is %s: %v", t.State, t.Failed)
	}
	_, err := o.Confirm(by, t.ID)
	must(o.t, err)
	t, err = o.Wait(o.t.Context(), by, t.ID)
	must(o.t, err)
	return t
}

// all are the things of a view.
func (o *office) all(by staff.Acting, t intake.Task, v intake.View) []transfer.Entry {
	o.t.Helper()
	list, n, err := o.Page(by, t.ID, v, 0, 1000)
	must(o.t, err)
	if n != len(list) {
		o.t.Fatalf("%d of %d", len(list), n)
	}
	return list
}

const head = "id,agency,title,legal_time,reviewed_on,fees\n"

const three = head +
	"90001,dlt,การขอใบรับรองตัวอย่าง,0.0,1/10/2569,ไม่มี\n" +
	"90002,dlt,การขอป้ายตัวอย่าง,สามสิบวัน,2026-10-01,ไม่มี\n" +
	"90003,dlt,การโอนรถตัวอย่าง,30 วัน,2026-10-01,\"ค่าโอน|1,234.50|คัน\"\n"

func TestATableIsLookedAtConfirmedAndPublished(t *testing.T) {
	o := open(t)
	before := o.main()
	task := o.looked(dga, manualsOf, three)
	if task.State != intake.Ready || task.Summary.Rows != 3 || task.Changes() != 2 || task.Summary.Objects[transfer.NotHere] != 1 || o.main() != before {
		t.Fatalf("got %+v", task)
	}
	wrong := o.all(dga, task, intake.Problems)
	if i := slices.IndexFunc(wrong, func(e transfer.Entry) bool { return e.Outcome == transfer.NotHere }); i < 0 || wrong[i].Row != 3 || wrong[i].Notes[0].Level != transfer.Refused {
		t.Errorf("the row at fault is not named: %+v", wrong)
	}
	report, err := o.Report(dga, task.ID)
	must(t, err)
	defer report.Close()
	if start, err := io.ReadAll(io.LimitReader(report, 2)); err != nil || string(start) != "PK" {
		t.Errorf("the report is no book: %q, %v", start, err)
	}
	task = o.imported(dga, task)
	if task.State != intake.Done || task.Landed.Commit != o.main() || len(o.landed) != 1 {
		t.Fatalf("got %+v", task)
	}
	id := o.all(dga, task, intake.All)[0].ID
	a := o.account(id)
	if a.How != proof.ByImport || a.Stage2.Officer != dga.ID || a.Confirmed != nil || !strings.HasPrefix(a.Path, "agencies/mot/dlt/manuals/") {
		t.Errorf("got %+v", a)
	}
	var entries []trail.Entry
	must(t, o.store.Read(t.Context(), func(r staff.Records) (err error) { entries, err = r.FindEntries(trail.Filter{}); return err }))
	if len(entries) != 1 || entries[0].Action != "import.manuals" || entries[0].Role != catalog.RoleDGA || entries[0].Scope.Agency != "dlt" {
		t.Errorf("the trail has %+v", entries)
	}
	if names, err := os.ReadDir(filepath.Join(o.Dir, task.ID)); err != nil || slices.ContainsFunc(names, func(e os.DirEntry) bool { return e.Name() == "table" }) {
		t.Errorf("the table is kept: %v, %v", names, err)
	}
	again := o.looked(dga, manualsOf, three)
	if again.Changes() != 0 || again.Summary.Objects[transfer.Same] != 2 {
		t.Errorf("the same once more: got %+v", again.Summary)
	}
	if _, err := o.Confirm(dga, again.ID); !errors.Is(err, fault.Conflict) {
		t.Errorf("nothing to confirm: got %v", err)
	}
}

// confirmed has an officer confirm a manual as it stands.
func (o *office) confirmed(by staff.Acting, id string) (int, error) {
	o.t.Helper()
	return o.desk.ConfirmImported(o.t.Context(), by, manuals.Reading{Manual: catalog.ManualID(id), Tree: review.Tree(o.account(id).Tree.String())})
}

func (o *office) waiting(by staff.Acting) int {
	o.t.Helper()
	_, n, err := o.desk.Unconfirmed(o.t.Context(), by, "", manuals.Filter{})
	must(o.t, err)
	return n
}

func TestAnOfficerConfirmsWhatWasImported(t *testing.T) {
	o := open(t)
	first := o.waiting(author)
	task := o.imported(dga, o.looked(dga, manualsOf, three))
	must(t, o.desk.Follow(t.Context()))
	if n := o.waiting(author); n != first+2 || first < 5 {
		t.Fatalf("%d wait to be confirmed, %d before", n, first)
	}
	id := o.all(dga, task, intake.All)[0].ID
	for name, by := range map[string]staff.Acting{"DGA": dga, "OPDC": opdc, "a central officer": central, "an author of another agency": stranger} {
		if _, err := o.confirmed(by, id); !errors.Is(err, fault.Forbidden) && !errors.Is(err, fault.NotFound) {
			t.Errorf("%s confirms: %v", name, err)
		}
	}
	if _, err := o.desk.ConfirmImported(t.Context(), author, manuals.Reading{Manual: catalog.ManualID(id), Tree: review.Tree(strings.Repeat("0", 39) + "1")}); !errors.Is(err, fault.Conflict) {
		t.Errorf("another text than was read: %v", err)
	}
	if n, err := o.confirmed(reviewer, id); err != nil || n != 1 {
		t.Fatalf("got %d, %v", n, err)
	}
	if n, err := o.confirmed(author, id); err != nil || n != 0 {
		t.Errorf("once more: got %d, %v", n, err)
	}
	if a := o.account(id); a.Confirmed == nil || a.Confirmed.Officer != reviewer.ID || o.waiting(author) != first+1 {
		t.Errorf("got %+v, and %d wait", a, o.waiting(author))
	}
	for range 2 {
		if found, err := o.desk.Doctor(t.Context(), true); err != nil || len(found) > 0 {
			t.Errorf("the doctor finds %v, %v", found, err)
		}
		must(t, o.desk.Reindex(t.Context()))
	}
	o.imported(dga, o.looked(dga, manualsOf, strings.Replace(three, "1/10/2569", "2/10/2569", 1)))
	must(t, o.desk.Follow(t.Context()))
	if a := o.account(id); a.Confirmed != nil || o.waiting(author) != first+2 {
		t.Errorf("a text that was imported anew is still confirmed: %+v", a)
	}
	if found, err := o.desk.Doctor(t.Context(), false); err != nil || len(found) > 0 {
		t.Errorf("the doctor finds %v, %v", found, err)
	}
}

func TestWhatWasApprovedIsNeverReplaced(t *testing.T) {
	o, ctx := open(t), t.Context()
	task := o.imported(dga, o.looked(dga, manualsOf, three))
	must(t, o.desk.Follow(ctx))
	id := catalog.ManualID(o.all(dga, task, intake.All)[0].ID)
	d, err := o.desk.Revise(ctx, author, id, true)
	must(t, err)
	s, err := o.desk.Revision(ctx, author, d.Ref)
	must(t, err)
	s.Manual.Summary = catalog.Text{TH: "แก้ไขโดยผู้จัดทำ"}
	_, err = o.desk.Save(ctx, author, d.Ref, manuals.Change{Was: s.Commit, Manual: s.Manual})
	must(t, err)
	changed := strings.Replace(three, "ตัวอย่าง,0.0", "ตัวอย่าง,15 วัน", 1)
	open := o.looked(dga, manualsOf, changed)
	if e := o.all(dga, open, intake.All)[0]; e.Outcome != transfer.Changed || !slices.ContainsFunc(e.Notes, func(n transfer.Note) bool { return n.What.EN == "A revision of the manual is under way." }) {
		t.Errorf("that a revision is under way is not told: %+v", e)
	}
	h, err := o.desk.Revision(ctx, author, d.Ref)
	must(t, err)
	_, err = o.Ledger.Hasten(ctx, ledger.Acting{Officer: opdc.Officer, As: opdc.Grants[0]}, mustTarget(t, o), h.Head, 1, "น้ำท่วม", h.Tree, nil)
	must(t, err)
	must(t, o.desk.Follow(ctx))
	kept := o.looked(dga, manualsOf, changed)
	if e := o.all(dga, kept, intake.All)[0]; e.Outcome != transfer.Kept {
		t.Errorf("what was published since would be replaced: %+v", e)
	}
}

func mustTree(t *testing.T, o *office, commit gitrepo.Hash) gitrepo.Hash {
	t.Helper()
	c, err := o.Ledger.Repo.Commit(commit)
	must(t, err)
	return c.Tree
}

func mustTarget(t *testing.T, o *office) rights.Target {
	t.Helper()
	target, err := o.current.Target("dlt", "")
	must(t, err)
	return target
}

func TestWhatCameBetweenIsShownBeforeItIsPublished(t *testing.T) {
	o := open(t)
	one, two := o.looked(dga, manualsOf, three), o.looked(dga, manualsOf, strings.Replace(three, "การโอนรถตัวอย่าง", "การโอนรถอีกแบบ", 1))
	o.imported(dga, one)
	at := o.main()
	two = o.imported(dga, two)
	if two.State != intake.Ready || !two.Anew || two.Summary.Objects[transfer.Changed] != 1 || two.Summary.Objects[transfer.Same] != 1 || o.main() != at {
		t.Fatalf("got %+v", two)
	}
	if two = o.imported(dga, two); two.State != intake.Done || o.main() == at {
		t.Errorf("got %+v", two)
	}
	o.verified()
}

func TestATableIsForItsAgencyAlone(t *testing.T) {
	o := open(t)
	table := head +
		"91001,dol,การขอที่ดินตัวอย่าง,0.0,2026-10-01,ไม่มี\n" +
		"91002,mot,การขอจากกระทรวง,0.0,2026-10-01,ไม่มี\n" +
		"91003,dlt,การขอของกรม,0.0,2026-10-01,ไม่มี\n"
	task := o.looked(dga, manualsOf, table)
	if task.Changes() != 1 || task.Summary.Objects[transfer.NotHere] != 2 {
		t.Errorf("got %+v", task.Summary)
	}
	point := "หน่วยงาน (รหัสหรือชื่อ),รหัสจุดบริการ,ชื่อจุดบริการ,\"ที่อยู่ (เลขที่ ถนน)\"\nรหัส,รหัส,ชื่อ,ที่อยู่\ndlt,%s,จุดบริการตัวอย่าง,1 ถนนตัวอย่าง\n"
	dol := ""
	for e, err := range o.Ledger.Repo.Diff(gitrepo.Hash{}, mustTree(t, o, o.main())) {
		must(t, err)
		if strings.HasPrefix(e.Path, "agencies/moi/dol/points/") {
			dol = strings.TrimSuffix(filepath.Base(e.Path), ".yaml")
		}
	}
	points := intake.Order{Agency: "dlt", Kind: transfer.Points, Name: "points.csv"}
	theirs := o.looked(central, points, fmt.Sprintf(point, dol))
	if dol == "" || theirs.Changes() != 0 || theirs.Summary.Objects[transfer.NotHere]+theirs.Summary.Objects[transfer.Kept] != 1 {
		t.Errorf("%q of another agency: got %+v, %v", dol, theirs.Summary, theirs.Failed)
	}
	own := o.imported(central, o.looked(central, points, fmt.Sprintf(point, "dlt-sample9")))
	if own.State != intake.Done || own.Landed.Commit != o.main() {
		t.Errorf("a point of its own: got %+v", own)
	}
	o.verified()
}

func TestWhoMayBringWhat(t *testing.T) {
	o := open(t)
	points := intake.Order{Agency: "dlt", Kind: transfer.Points}
	for _, tc := range []struct {
		name  string
		by    staff.Acting
		order intake.Order
		may   bool
	}{
		{"DGA brings manuals", dga, manualsOf, true},
		{"DGA brings points", dga, points, true},
		{"a central officer brings points", central, points, true},
		{"a central officer may not bring manuals, which would pass both stages", central, manualsOf, false},
		{"OPDC looks on", opdc, points, false},
		{"an author may not", author, points, false},
		{"a central officer of another agency may not", acting("o", catalog.RoleCentral, "dol"), points, false},
		{"nobody brings to an agency that is not there", dga, intake.Order{Agency: "none", Kind: transfer.Points}, false},
	} {
		task, err := o.Open(t.Context(), tc.by, tc.order, strings.NewReader(three))
		if (err == nil) != tc.may || err != nil && !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s: got %v", tc.name, err)
		}
		if err == nil {
			if _, err := o.Task(opdc, task.ID); !errors.Is(err, fault.NotFound) {
				t.Errorf("%s: another person sees it: %v", tc.name, err)
			}
			_, err = o.Wait(t.Context(), tc.by, task.ID)
			must(t, errors.Join(err, o.Discard(tc.by, task.ID)))
		}
	}
	if left, err := os.ReadDir(o.Dir); err != nil || len(left) > 0 {
		t.Errorf("what was discarded is kept: %v, %v", left, err)
	}
}

func TestARoomHasItsLimits(t *testing.T) {
	o := open(t)
	o.Limits = intake.Limits{File: 1000, Objects: 2, Each: 2, Keep: time.Hour}
	if _, err := o.Open(t.Context(), dga, manualsOf, strings.NewReader(strings.Repeat("x", 1001))); !errors.Is(err, fault.Invalid) {
		t.Errorf("too large: %v", err)
	}
	if _, err := o.Open(t.Context(), dga, manualsOf, strings.NewReader("")); !errors.Is(err, fault.Invalid) {
		t.Errorf("empty: %v", err)
	}
	many := head
	for i := range 4 {
		many += fmt.Sprintf("9100%d,dlt,การขอ %d,0.0,2026-10-01,ไม่มี\n", i, i)
	}
	if task := o.looked(dga, manualsOf, many); task.State != intake.Failed || !strings.Contains(task.Failed.Error(), "more than 2") {
		t.Errorf("too many things: %+v", task)
	}
	for range 2 {
		o.looked(dga, manualsOf, head)
	}
	if _, err := o.Open(t.Context(), dga, manualsOf, strings.NewReader(three)); !errors.Is(err, fault.Invalid) {
		t.Errorf("a third: %v", err)
	}
	o.mu.Lock()
	o.now = o.now.Add(2 * time.Hour)
	o.mu.Unlock()
	o.Tidy()
	if left, err := os.ReadDir(o.Dir); err != nil || len(left) > 0 || len(o.Tasks(dga)) > 0 {
		t.Errorf("after a while: %v, %v", left, err)
	}
}

func TestHostileTablesAreToldAndChangeNothing(t *testing.T) {
	o := open(t)
	before := o.main()
	for name, table := range map[string]string{
		"a PDF that calls itself a table": "%PDF-1.7\n%%EOF", "a web page": "<html><script>alert(1)</script>", "XML with an entity": `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`,
		"an old book or one with a password": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an archive that is none": "PK\x03\x04garbage", "nothing but a heading": "x\n", "bytes": "\x00\x01\x02\xff\xfe\x00",
	} {
		task := o.looked(dga, manualsOf, table)
		if task.State != intake.Failed && task.Changes() != 0 || o.main() != before {
			t.Errorf("%s: got %+v", name, task)
		}
		if task.State == intake.Failed && task.Failed.Error() == "" {
			t.Errorf("%s: nothing is told", name)
		}
		if task.State != intake.Failed {
			must(t, o.Discard(dga, task.ID))
		}
	}
}

func TestANameIsShownWithoutWhatMisleads(t *testing.T) {
	for in, want := range map[string]string{
		"คู่มือ 2569.xlsx": "คู่มือ 2569.xlsx", `C:\Users\a\table.xlsx`: "table.xlsx", "../../etc/passwd": "passwd", "a.xlsx:evil.exe": "a.xlsx",
		"fdp.\u202excod.exe": "fdp.xcod.exe", "\x00\n": "table", "..": "table", "": "table", "/": "table", "con.xlsx": "con.xlsx", strings.Repeat("ก", 300): strings.Repeat("ก", 100) + "…",
		"\xff.csv": "csv",
	} {
		if got := intake.Label(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzLabel(f *testing.F) {
	f.Add("../a\\b:c\u202e")
	f.Fuzz(func(t *testing.T, name string) {
		got := intake.Label(name)
		if got == "" || strings.ContainsAny(got, "/\\:\x00\n\u202e\u200f") || len([]rune(got)) > 101 {
			t.Errorf("%q is shown as %q", name, got)
		}
	})
}
