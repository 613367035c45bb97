package proof_test

import (
	"bytes"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/proof"
	"khumue/internal/proof/prooftest"
)

// The sample manuals: two of one agency, one of another.
const (
	licence = "agencies/mot/dlt/manuals/dlt-licence"
	bus     = "agencies/mot/dlt/manuals/dlt-bus"
	land    = "agencies/moi/dol/manuals/dol-land"
)

var sample = prooftest.Files{
	"site.yaml":                      "name: คู่มือ\n",
	"agencies/mot/agency.yaml":       "code: mot\n",
	"agencies/mot/dlt/agency.yaml":   "code: dlt\n",
	"agencies/moi/dol/agency.yaml":   "code: dol\n",
	"agencies/mot/dlt/points/a.yaml": "code: a\n",
	licence + "/manual.md":           "ค่าธรรมเนียม 200\n",
	licence + "/form.pdf":            "%PDF-1",
	bus + "/manual.md":               "รถโดยสาร\n",
	land + "/manual.md":              "ที่ดิน\n",
}

func begun(t testing.TB) *prooftest.Book {
	t.Helper()
	b := prooftest.NewBook(t, "one")
	b.Bootstrap(sample)
	return b
}

func trusting(t testing.TB, s *proof.Signer) proof.Trust {
	t.Helper()
	trust, err := proof.ParseTrust(s.Key().Fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

func verify(t testing.TB, b *prooftest.Book, o proof.Options) *proof.Report {
	t.Helper()
	r, err := proof.Verify(t.Context(), b, b.Main, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func account(t testing.TB, r *proof.Report, dir string) proof.Account {
	t.Helper()
	for _, a := range r.Manuals {
		if a.Path == dir {
			return a
		}
	}
	t.Fatalf("%s is not in the report", dir)
	return proof.Account{}
}

func fee(b *prooftest.Book) *prooftest.Revision {
	return b.Revise(licence, 2, "ค่าธรรมเนียม 300\n")
}

// An attack is what somebody does to a ledger whose first commit is in order.
// Why is what the report says of the manual that it aimed at, in English; empty
// where the attack is no manual's alone.
func TestAttacksOnApprovals(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(t *testing.T, b *prooftest.Book)
		at   string
		why  string
	}{
		{"the fee is changed by a commit without a signature", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Signer = nil
			b.Publish(r)
		}, licence, "it is not signed"},
		{"the fee is changed by a commit that a stranger signed", func(t *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Signer = prooftest.Key(t, "stranger")
			b.Publish(r)
		}, licence, "which was not the key in force"},
		{"stage 1 is signed by a stranger", func(t *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Reviewed.Signer = prooftest.Key(t, "stranger")
			b.Publish(r)
		}, licence, "stage 1 is signed by a key that was not in force"},
		{"stage 1 is not signed", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Reviewed.Signer = nil
			b.Publish(r)
		}, licence, "stage 1: it is not signed"},
		{"the list of contributors is not signed", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Submitted.Signer = nil
			b.Publish(r)
		}, licence, "the submission: it is not signed"},
		{"the list of contributors is signed by a stranger", func(t *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Submitted.Signer = prooftest.Key(t, "stranger")
			b.Publish(r)
		}, licence, "the submission is signed by a key that was not in force"},
		{"a trailer is forged after signing", func(t *testing.T, b *prooftest.Book) {
			b.Publish(fee(b))
			data, err := b.Read(proof.Commit, b.Main)
			if err != nil {
				t.Fatal(err)
			}
			b.Main = b.Add(proof.Commit, bytes.Replace(data, []byte(prooftest.OPDC), []byte("o-eeeeeeeeeeeeeeee"), 2))
		}, licence, "its signature is not good"},
		{"the commit of another officer bears the trailers", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Author = string(prooftest.Author)
			b.Publish(r)
		}, licence, "its author is not the officer that it names"},
		{"an approval is replayed on another manual", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			other := b.Revise(bus, 2, "รถโดยสาร ฟรี\n")
			r.Published.Files = other.Published.Files
			b.Publish(r)
		}, bus, "what was approved is another manual"},
		{"an approval of one manual stands below the publication of another", func(_ *testing.T, b *prooftest.Book) {
			r, other := fee(b), b.Revise(bus, 2, "รถโดยสาร ฟรี\n")
			r.Published = other.Published
			b.Publish(r)
		}, bus, "stage 1: what was approved is another manual"},
		{"the approval of an earlier revision is replayed", func(_ *testing.T, b *prooftest.Book) {
			first := fee(b)
			b.Publish(first)
			b.Publish(b.Revise(licence, 3, "ค่าธรรมเนียม 100\n"))
			again := fee(b)
			again.Published.Parents = []proof.Hash{b.Main, first.Published.Parents[1]}
			b.Main = b.Commit(again.Published)
		}, licence, "had been published already"},
		{"the approval of one revision stands below the publication of the next", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Revision = 3
			b.Publish(r)
		}, licence, "stage 1: what was approved is another manual or revision"},
		{"the stages are swapped", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Stage, r.Reviewed.Stage = r.Reviewed.Stage, r.Published.Stage
			b.Publish(r)
		}, licence, "its stage does not belong on the published branch"},
		{"stage 1 is a stage 2 of somebody else", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Reviewed.Stage = proof.Publish
			b.Publish(r)
		}, licence, "stage 1: it is not of that stage"},
		{"stage 1 is left out", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Parents = append(r.Published.Parents, b.Commit(r.Submitted))
			b.Main = b.Commit(r.Published)
		}, licence, "stage 1: it is not of that stage"},
		{"nothing is merged", func(_ *testing.T, b *prooftest.Book) { b.Main = b.Commit(fee(b).Published) }, licence, "it is not a merge of what was endorsed"},
		{"stage 1 merges nothing", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Parents = append(r.Published.Parents, b.Commit(r.Reviewed))
			b.Main = b.Commit(r.Published)
		}, licence, "it is not a merge of what was endorsed"},
		{"stage 1 was made beside what is published", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			side := b.Commit(prooftest.Commit{Files: sample, Message: "x\n"})
			r.Reviewed.Parents = []proof.Hash{side}
			b.Publish(r)
		}, licence, "stage 1 was not made on what was published before"},
		{"one officer approves twice", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Officer = prooftest.Reviewer
			b.Publish(r)
		}, licence, "one officer approved both stages"},
		{"a contributor approves stage 1", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Submitted.Contributors = append(r.Submitted.Contributors, prooftest.Reviewer)
			b.Publish(r)
		}, licence, "an approver contributed"},
		{"a contributor approves stage 2", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Submitted.Contributors = append(r.Submitted.Contributors, prooftest.OPDC)
			b.Publish(r)
		}, licence, "an approver contributed"},
		{"who submitted approves", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Submitted.Officer = prooftest.Reviewer
			b.Publish(r)
		}, licence, "an approver contributed"},
		{"the reviewer of another agency approves", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Reviewed.Role.Agency = "dol"
			b.Publish(r)
		}, licence, "not by a reviewer of the agency that owns the manual"},
		{"an author approves stage 1", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Reviewed.Role.Role = catalog.RoleAuthor
			b.Publish(r)
		}, licence, "not by a reviewer of the agency that owns the manual"},
		{"a central officer approves stage 2", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Role = proof.Capacity{Role: catalog.RoleCentral, Agency: "dlt"}
			b.Publish(r)
		}, licence, "the officer's role may not do this"},
		{"the merge has another text than was approved", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Files = r.Published.Files.With(licence+"/manual.md", "ค่าธรรมเนียม 900\n")
			b.Publish(r)
		}, licence, "the text is not the one that was read and approved"},
		{"the merge says that another text was approved", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Files = r.Published.Files.With(licence+"/manual.md", "ค่าธรรมเนียม 900\n")
			r.Published.Tree = b.Folder(r.Published.Files, licence)
			b.Publish(r)
		}, licence, "stage 1: the text is not the one"},
		{"stage 1 has another text than it says", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Reviewed.Files = sample
			b.Publish(r)
		}, licence, "stage 1: the text is not the one"},
		{"another text was submitted", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Submitted.Files = sample
			b.Publish(r)
		}, licence, "the submission: the text is not the one"},
		{"a file is slipped in beside the manual", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Files = r.Published.Files.With("site.yaml", "name: อื่น\n")
			b.Publish(r)
		}, licence, "it changes more than the manual that was approved"},
		{"a second manual is slipped in", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Files = r.Published.Files.With(bus+"/manual.md", "ฟรี\n")
			b.Publish(r)
		}, bus, "it changes more than the manual that was approved"},
		{"an immediate change touches a manual", func(_ *testing.T, b *prooftest.Book) {
			b.Immediate(b.Files().With(licence+"/manual.md", "ฟรี\n"))
		}, licence, "an immediate change, which needs no approval, touched a manual"},
		{"a form is added in the manual's folder", func(_ *testing.T, b *prooftest.Book) {
			b.Immediate(b.Files().With(licence+"/other.pdf", "%PDF-2"))
		}, licence, "an immediate change"},
		{"a manual is deleted past review", func(_ *testing.T, b *prooftest.Book) {
			b.Immediate(b.Files().With(bus+"/manual.md", ""))
		}, bus, "the manual is gone"},
		{"a new manual comes past review", func(_ *testing.T, b *prooftest.Book) {
			b.Immediate(b.Files().With("agencies/mot/dlt/manuals/dlt-new/manual.md", "ใหม่\n"))
		}, "agencies/mot/dlt/manuals/dlt-new", "an immediate change"},
		{"a move changes the text", func(_ *testing.T, b *prooftest.Book) {
			b.On(b.Files().With(bus+"/manual.md", "").With("agencies/mot/drt/manuals/dlt-bus/manual.md", "ฟรี\n"),
				proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleDGA}})
		}, "agencies/mot/drt/manuals/dlt-bus", "the move changed more than the place"},
		{"a merge loses a manual", func(_ *testing.T, b *prooftest.Book) {
			b.On(b.Files().With(bus+"/manual.md", "").With("agencies/mot/dlt/agency.yaml", "code: dlt\nretired: {on: 2026-01-01, successor: drt}\n"),
				proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleDGA}})
		}, bus, "the manual is gone"},
		{"a split brings a manual", func(_ *testing.T, b *prooftest.Book) {
			b.On(b.Files().With("agencies/mot/new/agency.yaml", "code: new\n").With("agencies/mot/new/manuals/new-1/manual.md", "ใหม่\n"),
				proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleDGA}})
		}, "agencies/mot/new/manuals/new-1", "the move changed more than the place"},
		{"an author moves a manual", func(_ *testing.T, b *prooftest.Book) {
			b.On(b.Files().With(bus+"/manual.md", "").With("agencies/mot/drt/manuals/dlt-bus/manual.md", sample[bus+"/manual.md"]),
				proof.Trailers{Stage: proof.Move, Officer: prooftest.Author, Role: proof.Capacity{Role: catalog.RoleAuthor, Agency: "dlt"}})
		}, "agencies/mot/drt/manuals/dlt-bus", "the officer's role may not do this"},
		{"everything is imported a second time", func(_ *testing.T, b *prooftest.Book) {
			b.On(b.Files().With(bus+"/manual.md", "ฟรี\n"), proof.Trailers{Stage: proof.Bootstrap})
		}, bus, "an import can only begin the history"},
		{"an emergency is declared by a reviewer", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			r.Published.Stage, r.Published.Reason, r.Published.Verdict = proof.Emergency, "ด่วน", ""
			r.Published.Role = r.Reviewed.Role
			b.Main = b.Commit(r.Published)
		}, licence, "the officer's role may not do this"},
		{"the change of the key brings a text along", func(t *testing.T, b *prooftest.Book) {
			b.On(b.Files().With(bus+"/manual.md", "ฟรี\n"), proof.Trailers{Stage: proof.NewKey, Key: prooftest.Key(t, "two").Key()})
		}, bus, "a change of the key may change no content"},
		{"the old key signs after another came into force", func(t *testing.T, b *prooftest.Book) {
			old := b.Signer
			b.Rotate(prooftest.Key(t, "two"))
			b.Signer = old
			b.Publish(fee(b))
		}, licence, "which was not the key in force"},
		{"the old key signs a stage 1 after another came into force", func(t *testing.T, b *prooftest.Book) {
			old := b.Signer
			b.Rotate(prooftest.Key(t, "two"))
			r := fee(b)
			r.Reviewed.Signer = old
			b.Publish(r)
		}, licence, "stage 1 is signed by a key that was not in force"},
		{"a stranger brings a key of his own into force", func(t *testing.T, b *prooftest.Book) {
			b.Signer = prooftest.Key(t, "stranger")
			b.Rotate(b.Signer)
			b.Publish(fee(b))
		}, licence, "which was not the key in force"},
		{"a commit that says nothing is signed", func(_ *testing.T, b *prooftest.Book) {
			b.Main = b.Commit(prooftest.Commit{Files: b.Files().With(bus+"/manual.md", "ฟรี\n"), Parents: []proof.Hash{b.Main}, Signer: b.Signer, Message: "แก้ไข\n"})
		}, bus, "it does not say who did what"},
		{"a byte of a file is changed where it lies", func(_ *testing.T, b *prooftest.Book) {
			b.Set(b.Add(proof.Blob, []byte(sample[bus+"/manual.md"])), []byte("รถโดยสาX\n"))
		}, bus, "its files are not what the history says"},
		{"a file is taken away", func(_ *testing.T, b *prooftest.Book) {
			b.Set(b.Add(proof.Blob, []byte(sample[bus+"/manual.md"])), nil)
		}, bus, "its files are not in this copy"},
		{"a folder is changed where it lies", func(_ *testing.T, b *prooftest.Book) {
			other := b.Tree(prooftest.Files{"manual.md": "ฟรี\n"})
			data, _ := b.Read(proof.Tree, other)
			b.Set(b.Folder(sample, bus), data)
		}, bus, "its files are not what the history says"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := begun(t)
			root := b.Signer
			tc.do(t, b)
			r := verify(t, b, proof.Options{Trust: trusting(t, root)})
			a := account(t, r, tc.at)
			if a.How != "" || !strings.Contains(a.Why.EN, tc.why) || a.Why.TH == "" {
				t.Errorf("%s: got %q, %q; want it uncovered, %q", tc.at, a.How, a.Why.EN, tc.why)
			}
			if err := r.Err(); err == nil || !strings.Contains(err.Error(), tc.at) || r.Mark() != nil {
				t.Errorf("the report's error is %v, want one that names %s", err, tc.at)
			}
			if got := account(t, r, land).How; got != proof.ByBootstrap {
				t.Errorf("a manual that nobody touched: got %q, want bootstrap", got)
			}
		})
	}
}

func TestACommitThatNobodyAccountsForIsNamed(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(*prooftest.Book)
		why  string
	}{
		{"an unsigned change of a point", func(b *prooftest.Book) {
			b.Signer = nil
			b.Immediate(b.Files().With("agencies/mot/dlt/points/a.yaml", "code: b\n"))
		}, "it is not signed"},
		{"a merge of something that is no approval", func(b *prooftest.Book) {
			side := b.Main
			b.Immediate(b.Files().With("site.yaml", "name: a\n"))
			c := b.Of(b.Main)
			c.Parents = []proof.Hash{b.Main, side}
			b.Main = b.Commit(c)
		}, "it merges, and is no approval"},
		{"a file of the portal changed where it lies", func(b *prooftest.Book) {
			b.Set(b.Add(proof.Blob, []byte(sample["site.yaml"])), []byte("name: x"))
		}, "site.yaml: its files are not what the history says"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := begun(t)
			root := b.Signer
			tc.do(b)
			r := verify(t, b, proof.Options{Trust: trusting(t, root)})
			if len(r.Loose) != 1 || r.Loose[0].Why.EN != tc.why || r.Loose[0].Commit != b.Main {
				t.Errorf("got %+v, want the tip, %q", r.Loose, tc.why)
			}
			if len(r.Uncovered()) > 0 || r.Err() == nil {
				t.Errorf("got %v uncovered and %v, want none and an error", r.Uncovered(), r.Err())
			}
		})
	}
}

// Everything is signed anew with a key of one's own, and the key is put in the
// place of the real one in all that the repository has.
func TestAHistorySignedAnewIsNotBelieved(t *testing.T) {
	real := prooftest.Key(t, "one")
	b := prooftest.NewBook(t, "stranger")
	b.Bootstrap(sample)
	b.Publish(fee(b))

	r := verify(t, b, proof.Options{Trust: trusting(t, real)})
	if r.Origin != proof.OriginForeign || r.Err() == nil || r.Mark() != nil {
		t.Errorf("with trust in the real key: got %s, %v; want foreign and an error", r.Origin, r.Err())
	}
	r = verify(t, b, proof.Options{})
	if r.Origin != proof.OriginOpen || r.Err() != nil {
		t.Errorf("without trust: got %s, %v; want it consistent, its origin open", r.Origin, r.Err())
	}
	// It does not help to name the real key as the next one.
	b.Rotate(prooftest.Key(t, "one"))
	if r = verify(t, b, proof.Options{Trust: trusting(t, real)}); r.Origin != proof.OriginForeign {
		t.Errorf("with the real key named last: got %s, want foreign", r.Origin)
	}
}

func TestAHistoryCutShortIsTold(t *testing.T) {
	b := begun(t)
	root := b.Main
	b.Publish(fee(b))
	shallow := b.Main
	b.Publish(b.Revise(bus, 2, "รถโดยสาร 8 บาท\n"))

	t.Run("the oldest commits are not there", func(t *testing.T) {
		data, _ := b.Read(proof.Commit, root)
		b.Set(root, nil)
		defer b.Add(proof.Commit, data)
		r := verify(t, b, proof.Options{Trust: trusting(t, b.Signer)})
		if r.Cut != root || r.Err() == nil {
			t.Errorf("got cut at %s and %v, want at %s and an error", r.Cut, r.Err(), root)
		}
		for _, dir := range []string{licence, land} {
			if a := account(t, r, dir); a.How != "" || !strings.Contains(a.Why.EN, "cut short") {
				t.Errorf("%s: got %q %q, want it uncovered, the history being cut short", dir, a.How, a.Why.EN)
			}
		}
	})
	t.Run("what went wrong before is not forgotten", func(t *testing.T) {
		data, _ := b.Read(proof.Commit, shallow)
		b.Set(shallow, nil)
		defer b.Add(proof.Commit, data)
		if r := verify(t, b, proof.Options{}); r.Cut != shallow || r.Err() == nil || len(r.Uncovered()) != 3 {
			t.Errorf("got cut at %s, %v, want at %s, every manual uncovered", r.Cut, r.Err(), shallow)
		}
	})
}
