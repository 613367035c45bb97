package ledger

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/compare"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

const (
	subject = catalog.ManualID("dlt-xgveak")
	folder  = "agencies/mot/dlt/manuals/dlt-xgveak"
)

// Before what tests put words: the title, and the body.
const (
	titleWas = "การชำระภาษีรถประจำปี\n"
	bodyWas  = "หลักเกณฑ์\n\n1. "
)

var owner = rights.Target{Chain: []catalog.AgencyCode{"dlt", "mot"}}

func acting(id catalog.OfficerID, role catalog.Role, agency catalog.AgencyCode) Acting {
	g := rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
	return Acting{rights.Officer{ID: id, Grants: []rights.Grant{g}}, g}
}

var (
	author   = acting("o-aaaaaaaaaaaaaaaa", catalog.RoleAuthor, "dlt")
	second   = acting("o-bbbbbbbbbbbbbbbb", catalog.RoleAuthor, "dlt")
	reviewer = acting("o-rrrrrrrrrrrrrrrr", catalog.RoleReviewer, "dlt")
	opdc     = acting("o-pppppppppppppppp", catalog.RoleOPDC, "")
)

// office is a ledger over a repository with the manuals of an agency.
type office struct {
	*Ledger
	t      *testing.T
	signer *proof.Signer
}

func open(t *testing.T) *office {
	t.Helper()
	repo, err := gitrepo.Init(filepath.Join(t.TempDir(), "content.git"))
	if err != nil {
		t.Fatal(err)
	}
	signer, _, err := proof.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var ticks atomic.Int64
	now := func() time.Time { // runs, and stands between two seconds
		return time.Date(2026, 11, 22, 3, 42, 0, 0, time.UTC).Add(time.Duration(ticks.Add(1)) * 400 * time.Millisecond)
	}
	o := &office{&Ledger{Repo: repo, Sign: signer.Sign, Random: rand.Reader, Now: now}, t, signer}
	t.Cleanup(func() {
		o.fsck()
		repo.Close()
	})
	o.bootstrap()
	return o
}

// sample is a manual of the sample content.
func sample(t *testing.T) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("../../../content", folder, manualFile))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// alike are as many manuals beside the sample, so that more can be published at
// once than one approval is tried.
const alike = 30

// bootstrap makes main: the manual, and more that are alike.
func (o *office) bootstrap() {
	o.t.Helper()
	files := fstest.MapFS{"site.yaml": {Data: []byte("name: ตัวอย่าง\n")}, folder + "/" + manualFile: {Data: sample(o.t)}}
	for i := range alike {
		files[fmt.Sprintf("%s-%d/%s", folder, i, manualFile)] = &fstest.MapFile{Data: bytes.Replace(sample(o.t), []byte(subject), fmt.Appendf(nil, "%s-%d", subject, i), 1)}
	}
	b := o.Repo.NewBatch()
	defer b.Abort()
	var edits []gitrepo.Edit
	for name, f := range files {
		blob, err := b.Add(gitrepo.Blob, f.Data)
		o.must(err)
		edits = append(edits, gitrepo.SetFile(name, blob))
	}
	tree, err := b.Put(gitrepo.Hash{}, edits...)
	o.must(err)
	root, err := o.testify(b, proof.Trailers{Stage: proof.Bootstrap, Officer: author.ID}, "First content", tree)
	o.must(err)
	o.must(o.move(o.t.Context(), b, gitrepo.Move{Ref: gitrepo.Main, New: root}))
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) git(args ...string) string {
	o.t.Helper()
	out, err := exec.Command("git", append([]string{"--git-dir", o.Repo.Dir()}, args...)...).CombinedOutput()
	if err != nil {
		o.t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (o *office) fsck() { o.git("fsck", "--strict") }

// edited is the sample with words put in before others, once.
func edited(t *testing.T, src []byte, before, words string) Text {
	t.Helper()
	if !bytes.Contains(src, []byte(before)) {
		t.Fatalf("the sample has no %q", before)
	}
	return Text{manualFile: bytes.Replace(src, []byte(before), []byte(words+before), 1)}
}

// submitted is a revision in review with a text.
func (o *office) submitted(text Text) Head {
	o.t.Helper()
	h, err := o.Begin(o.t.Context(), author, owner, subject, folder, text)
	o.must(err)
	h, err = o.Submit(o.t.Context(), author, owner, h, 2, nil)
	o.must(err)
	return h
}

// published is the text of the manual that main names.
func (o *office) published() string {
	o.t.Helper()
	return o.git("show", "main:"+path.Join(folder, manualFile))
}

func (o *office) refs() string { return o.git("for-each-ref", "--format=%(refname)") }

// same fails the test when a ref does not say of a revision what the step said.
func (o *office) same(h Head) {
	o.t.Helper()
	got, err := o.Load(h.Ref)
	o.must(err)
	if diff := cmp.Diff(h, got); diff != "" {
		o.t.Errorf("git says otherwise than the step (-step +git):\n%s", diff)
	}
}

func TestARevisionIsReturnedMendedApprovedTwiceAndPublished(t *testing.T) {
	o, ctx := open(t), t.Context()
	src := sample(t)
	h, err := o.Begin(ctx, author, owner, subject, folder, edited(t, src, titleWas, "แรก "))
	o.must(err)
	if h.Ref.State != review.Draft || h.Folder != folder || h.Agency != "dlt" {
		t.Errorf("begun: got %+v", h)
	}
	h, err = o.Save(ctx, second, owner, h, edited(t, src, bodyWas, "ใหม่ "))
	o.must(err)
	o.same(h)
	h, err = o.Submit(ctx, author, owner, h, 7, nil)
	o.must(err)
	o.same(h)
	h, err = o.Return(ctx, reviewer, owner, h, "แก้หัวข้อ\n\nแล้วเสนอใหม่", []string{"body"})
	o.must(err)
	o.same(h)
	if h.Returned == nil || h.Returned.Reason != "แก้หัวข้อ\n\nแล้วเสนอใหม่" || h.Number != 7 {
		t.Errorf("returned: got %+v", h)
	}
	h, err = o.Save(ctx, author, owner, h, edited(t, src, bodyWas, "ดี "))
	o.must(err)
	o.same(h)
	h, err = o.Submit(ctx, author, owner, h, h.Number, nil)
	o.must(err)
	o.same(h)
	h, err = o.Endorse(ctx, reviewer, owner, h, h.Number, h.Tree)
	o.must(err)
	o.same(h)
	h, err = o.Publish(ctx, opdc, owner, h, h.Number, h.Tree)
	o.must(err)
	if h.State != review.Published || !slices.Equal(h.Contributors, []catalog.OfficerID{author.ID, second.ID}) {
		t.Errorf("published: got %+v", h)
	}
	if !strings.Contains(o.published(), "ดี ") || o.refs() != gitrepo.Main {
		t.Errorf("got refs %s and\n%s", o.refs(), o.published())
	}
	log := o.git("log", "--first-parent", "--format=%an %cn %p", "-1", "main")
	if f := strings.Fields(log); len(f) != 4 || f[0] != string(opdc.ID) || f[1] != daemon {
		t.Errorf("the last commit of main: got %q, want a merge by the OPDC officer", log)
	}
	if stage1 := o.git("log", "--format=%an", "-1", "main^2"); stage1 != string(reviewer.ID) {
		t.Errorf("stage 1 is by %s", stage1)
	}
	o.gitBelieves("main", "main^2", "main^2^2")
	o.proven(1)
}

// objects are a repository as proof reads it.
type objects struct{ *gitrepo.Repository }

func (o objects) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	kinds := map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}
	return o.Repository.Read(kinds[k], gitrepo.Hash(h))
}

// proven fails the test unless so many manuals are covered by approvals and the
// others by the first content.
func (o *office) proven(approved int) {
	o.t.Helper()
	_, at, err := o.main()
	o.must(err)
	trust, err := proof.ParseTrust(o.signer.Key().Fingerprint())
	o.must(err)
	r, err := proof.Verify(o.t.Context(), objects{o.Repo}, proof.Hash(at), proof.Options{Trust: trust})
	o.must(err)
	if err := r.Err(); err != nil || r.Count(proof.ByApproval) != approved || r.Count(proof.ByBootstrap) != 1+alike-approved {
		o.t.Errorf("%d by approval and %d by the first content: %v", r.Count(proof.ByApproval), r.Count(proof.ByBootstrap), err)
	}
}

// gitBelieves checks signatures with the stock client.
func (o *office) gitBelieves(commits ...string) {
	o.t.Helper()
	signers := filepath.Join(o.t.TempDir(), "signers")
	o.must(os.WriteFile(signers, proof.AllowedSigners([]proof.Key{o.signer.Key()}), 0o600))
	for _, c := range commits {
		o.git("-c", "gpg.ssh.allowedSignersFile="+signers, "verify-commit", c)
	}
}

func TestWhatIsPublishedMeanwhileElsewhereDoesNotMatter(t *testing.T) {
	o, ctx := open(t), t.Context()
	h := o.submitted(edited(t, sample(t), bodyWas, "ใหม่ "))
	h, err := o.Endorse(ctx, reviewer, owner, h, h.Number, h.Tree)
	o.must(err)
	o.change(folder+"-1", bodyWas, "อื่น ")
	_, err = o.Publish(ctx, opdc, owner, h, h.Number, h.Tree)
	o.must(err)
	if !strings.Contains(o.published(), "ใหม่ ") || !strings.Contains(o.git("show", "main:"+folder+"-1/"+manualFile), "อื่น ") {
		t.Error("one of the changes is lost")
	}
}

// change changes a manual on main behind the ledger's back.
func (o *office) change(dir, before, words string) {
	o.t.Helper()
	main, at, err := o.main()
	o.must(err)
	src, err := o.Repo.File(main.Tree, dir+"/"+manualFile)
	o.must(err)
	b := o.Repo.NewBatch()
	defer b.Abort()
	blob, err := b.Add(gitrepo.Blob, edited(o.t, src, before, words)[manualFile])
	o.must(err)
	tree, err := b.Put(main.Tree, gitrepo.SetFile(dir+"/"+manualFile, blob))
	o.must(err)
	c, err := o.commit(b, opdc.ID, tree, "elsewhere\n", at)
	o.must(err)
	o.must(o.move(o.t.Context(), b, gitrepo.Move{Ref: gitrepo.Main, Old: at, New: c}))
}

func TestMergingThatGivesAnotherTextGoesBackToReview(t *testing.T) {
	for _, stage := range []string{"stage 1", "stage 2"} {
		t.Run(stage, func(t *testing.T) {
			o, ctx := open(t), t.Context()
			h := o.submitted(edited(t, sample(t), bodyWas, "ใหม่ "))
			var err error
			if stage == "stage 2" {
				h, err = o.Endorse(ctx, reviewer, owner, h, h.Number, h.Tree)
				o.must(err)
			}
			o.change(folder, titleWas, "แก้แล้ว ")
			step, who := o.Endorse, reviewer
			if stage == "stage 2" {
				step, who = o.Publish, opdc
			}
			_, err = step(ctx, who, owner, h, h.Number+5, h.Tree)
			var changed *Changed
			if !errors.As(err, &changed) || !errors.Is(err, fault.Conflict) {
				t.Fatalf("got %v, want the merged text as a new submission", err)
			}
			now := changed.Now
			o.same(now)
			if now.State != review.InReview || now.EndorsedBy != "" || now.Tree == h.Tree || now.Number != h.Number+5 {
				t.Errorf("got %+v", now)
			}
			if strings.Contains(o.published(), "ใหม่ ") {
				t.Error("a text that nobody read is published")
			}
			now, err = o.Endorse(ctx, reviewer, owner, now, now.Number, now.Tree)
			o.must(err)
			_, err = o.Publish(ctx, opdc, owner, now, now.Number, now.Tree)
			o.must(err)
			if p := o.published(); !strings.Contains(p, "ใหม่ ") || !strings.Contains(p, "แก้แล้ว ") {
				t.Errorf("one of the changes is lost:\n%s", p)
			}
		})
	}
}

func TestAConflictLosesNothing(t *testing.T) {
	o, ctx := open(t), t.Context()
	h := o.submitted(edited(t, sample(t), titleWas, "ของเรา "))
	o.change(folder, titleWas, "ของเขา ")
	before := o.git("for-each-ref")
	_, err := o.Endorse(ctx, reviewer, owner, h, h.Number, h.Tree)
	var conflicts *Conflicts
	if !errors.As(err, &conflicts) || len(conflicts.Fields) != 1 {
		t.Fatalf("got %v", err)
	}
	if after := o.git("for-each-ref"); after != before {
		t.Errorf("a failed merge moved refs:\n%s\n%s", before, after)
	}
	h, err = o.Return(ctx, reviewer, owner, h, "เลือกชื่อ", []string{"title"})
	o.must(err)
	if text, err := o.Text(h.Tree); err != nil || !strings.Contains(string(text[manualFile]), "ของเรา ") {
		t.Errorf("the draft is lost: %v", err)
	}
}

func TestARecalledRevisionIsADraftAgainAndADraftCanBeGivenUp(t *testing.T) {
	o, ctx := open(t), t.Context()
	h := o.submitted(edited(t, sample(t), bodyWas, "ใหม่ "))
	h, err := o.Endorse(ctx, reviewer, owner, h, h.Number, h.Tree)
	o.must(err)
	h, err = o.Recall(ctx, author, owner, h)
	o.must(err)
	o.same(h)
	if h.State != review.Draft || h.EndorsedBy != "" {
		t.Errorf("got %+v", h)
	}
	h, err = o.GiveUp(ctx, author, owner, h)
	o.must(err)
	if h.State != review.Ended || !strings.HasPrefix(h.Ref.String(), "refs/heads/archive/") {
		t.Errorf("got %+v", h)
	}
}

func TestOfTwoWhoSaveOneDraftTheSecondIsTold(t *testing.T) {
	o, ctx := open(t), t.Context()
	src := sample(t)
	h, err := o.Begin(ctx, author, owner, subject, folder, edited(t, src, bodyWas, "หนึ่ง "))
	o.must(err)
	_, err = o.Save(ctx, second, owner, h, edited(t, src, bodyWas, "สอง "))
	o.must(err)
	if _, err = o.Save(ctx, author, owner, h, edited(t, src, bodyWas, "สาม ")); !errors.Is(err, fault.Conflict) {
		t.Errorf("got %v, want a conflict", err)
	}
}

func TestManyWhoApproveAtOnceLoseNothing(t *testing.T) {
	o, ctx := open(t), t.Context()
	src := sample(t)
	heads := make([]Head, alike)
	for i := range heads {
		id := catalog.ManualID(fmt.Sprintf("%s-%d", subject, i))
		text := edited(t, bytes.Replace(src, []byte(subject), []byte(id), 1), bodyWas, fmt.Sprintf("แก้ %d ", i))
		h, err := o.Begin(ctx, author, owner, id, fmt.Sprintf("%s-%d", folder, i), text)
		o.must(err)
		h, err = o.Submit(ctx, author, owner, h, 1, nil)
		o.must(err)
		heads[i], err = o.Endorse(ctx, reviewer, owner, h, h.Number, h.Tree)
		o.must(err)
	}
	errs := make([]error, 2*len(heads))
	var wg sync.WaitGroup
	for i := range errs { // each by two at once: one of them is too late
		h := heads[i/2]
		wg.Go(func() { _, errs[i] = o.Publish(ctx, opdc, owner, h, h.Number, h.Tree) })
	}
	wg.Wait()
	for i := range heads {
		won := 0
		for _, err := range errs[2*i : 2*i+2] {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.NotFound):
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("manual %d was published %d times: %v", i, won, errs[2*i:2*i+2])
		}
		if got := o.git("show", fmt.Sprintf("main:%s-%d/%s", folder, i, manualFile)); !strings.Contains(got, fmt.Sprintf("แก้ %d ", i)) {
			t.Errorf("manual %d is not as it was approved", i)
		}
	}
	if n := o.git("rev-list", "--first-parent", "--count", "main"); n != strconv.Itoa(1+alike) {
		t.Errorf("main has %s commits, want %d", n, 1+alike)
	}
	o.proven(alike)
}

func TestOnlyTheManualsFolderIsARevisions(t *testing.T) {
	for file, want := range map[string]bool{
		folder + "/manual.md": true, folder + "/form.pdf": true, "agencies/mot/dlt/manuals/other/manual.md": false,
		"agencies/mot/dlt/agency.yaml": false, "manuals/dlt-xgveak/manual.md": false, "site.yaml": false,
		"agencies/mot/dlt/points/x/manuals/dlt-xgveak/manual.md": false,
	} {
		got, agency, ok := FolderOf(file, subject)
		if ok != want || ok && (got != folder || agency != "dlt") {
			t.Errorf("%s: got %s %s %v, want %v", file, got, agency, ok, want)
		}
	}
}

func TestADraftThatSaysWhatIsPublishedStandsWhereItsManualDoes(t *testing.T) {
	o, ctx := open(t), t.Context()
	h, err := o.Begin(ctx, author, owner, subject, folder, Text{manualFile: sample(t)})
	o.must(err)
	o.same(h)
	h, err = o.Save(ctx, second, owner, h, edited(t, sample(t), bodyWas, "ใหม่ "))
	o.must(err)
	h, err = o.Submit(ctx, author, owner, h, 1, nil)
	o.must(err)
	o.same(h)
	h, err = o.Return(ctx, reviewer, owner, h, "ไม่ต้องแก้", nil)
	o.must(err)
	h, err = o.Save(ctx, author, owner, h, Text{manualFile: sample(t)})
	o.must(err)
	o.same(h)
}

func TestADraftThatMetWhatIsPublishedBeginsThere(t *testing.T) {
	o, ctx := open(t), t.Context()
	h, err := o.Begin(ctx, author, owner, subject, folder, edited(t, sample(t), bodyWas, "ใหม่ "))
	o.must(err)
	o.change(folder, titleWas, "แก้แล้ว ")
	both := edited(t, edited(t, sample(t), bodyWas, "ใหม่ ")[manualFile], titleWas, "แก้แล้ว ")
	h, err = o.Rebase(ctx, second, owner, h, both)
	o.must(err)
	o.same(h)
	if len(h.Contributors) != 2 {
		t.Errorf("got contributors %v, want both who wrote", h.Contributors)
	}
	h, err = o.Submit(ctx, author, owner, h, 1, nil)
	o.must(err)
	h, err = o.Endorse(ctx, reviewer, owner, h, 2, h.Tree)
	o.must(err)
	_, err = o.Publish(ctx, opdc, owner, h, 2, h.Tree)
	o.must(err)
}

func TestWhatIsPublishedInAnEmergencyAwaitsApprovalInOrder(t *testing.T) {
	for _, from := range []review.State{review.Draft, review.InReview, review.Endorsed} {
		t.Run(string(from), func(t *testing.T) {
			o, ctx := open(t), t.Context()
			h, err := o.Begin(ctx, author, owner, subject, folder, edited(t, sample(t), bodyWas, "ใหม่ "))
			o.must(err)
			if from != review.Draft {
				h, err = o.Submit(ctx, author, owner, h, 1, nil)
				o.must(err)
			}
			if from == review.Endorsed {
				h, err = o.Endorse(ctx, reviewer, owner, h, 1, h.Tree)
				o.must(err)
			}
			_, err = o.Hasten(ctx, opdc, owner, h, 1, "น้ำท่วม", h.Tree, nil)
			o.must(err)
			next, err := o.Load(review.Ref{State: review.InReview, Manual: subject, Number: 2})
			o.must(err)
			if next.Tree != h.Tree || next.Folder != folder || !slices.Equal(next.Contributors, append(h.Contributors, opdc.ID)) {
				t.Errorf("got %+v", next)
			}
			next, err = o.Endorse(ctx, reviewer, owner, next, 3, next.Tree)
			o.must(err)
			o.same(next)
			if _, err = o.Publish(ctx, opdc, owner, next, 3, next.Tree); !errors.Is(err, fault.Forbidden) {
				t.Errorf("who published in an emergency approves it in order: %v", err)
			}
			_, err = o.Publish(ctx, acting("o-qqqqqqqqqqqqqqqq", catalog.RoleOPDC, ""), owner, next, 3, next.Tree)
			o.must(err)
			o.proven(1)
		})
	}
}

func TestChoicesEndConflictsOfFieldsAndForms(t *testing.T) {
	src := sample(t)
	base := Text{manualFile: src, "form.pdf": []byte("old")}
	ours := edited(t, src, titleWas, "ของเรา ")
	ours["form.pdf"] = []byte("ours")
	theirs := edited(t, src, titleWas, "ของเขา ")
	theirs["form.pdf"] = []byte("theirs")
	_, err := Merge(folder, base, ours, theirs, nil)
	var c *Conflicts
	if !errors.As(err, &c) || len(c.Fields) != 1 || !slices.Equal(c.Files, []string{"form.pdf"}) {
		t.Fatalf("got %v", err)
	}
	out, err := Merge(folder, base, ours, theirs, map[string]compare.Choice{c.Fields[0].ID: {Take: compare.Theirs}, FileChoice + "form.pdf": {Take: compare.Ours}})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(out[manualFile], []byte("ของเขา ")) || string(out["form.pdf"]) != "ours" {
		t.Errorf("got %s and %s", out[manualFile], out["form.pdf"])
	}
}
