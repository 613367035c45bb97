package proof_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/proof"
	"khumue/internal/proof/prooftest"
)

func TestTheReportSaysWhoApprovedWhatAndWhen(t *testing.T) {
	b := begun(t)
	root := b.Main
	b.Immediate(b.Files().With("agencies/mot/dlt/points/a.yaml", "code: a\nhours: x\n"))
	r := fee(b)
	r.Reviewed.Statement = signed(atAnOffice(r), key("o"), key("d")).String()
	b.Publish(r)
	b.On(b.Files().With(bus+"/manual.md", "").With("agencies/mot/drt/manuals/dlt-bus/manual.md", sample[bus+"/manual.md"]).With("agencies/mot/drt/agency.yaml", "code: drt\n"),
		proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleDGA}})
	report := verify(t, b, proof.Options{Trust: trusting(t, b.Signer)})
	if err := report.Err(); err != nil || report.Origin != proof.OriginProven || report.Commits != 4 {
		t.Fatalf("got %v, %s, %d commits; want it in order, proven, 4", err, report.Origin, report.Commits)
	}
	a := account(t, report, licence)
	want := proof.Account{
		Manual: "dlt-licence", Path: licence, Tree: r.Published.Tree, How: proof.ByApproval, Revision: 2,
		Stage1: &proof.Approval{Officer: prooftest.Reviewer, At: time.Date(2026, 3, 2, 9, 4, 0, 0, time.UTC), Via: "office-7", Claimed: r.Reviewed.DecidedAt, Commit: r.Published.Parents[1]},
		Stage2: &proof.Approval{Officer: prooftest.OPDC, At: time.Date(2026, 3, 2, 9, 5, 0, 0, time.UTC), Commit: b.Of(b.Main).Parents[0]},
	}
	if d := cmp.Diff(want, a); d != "" {
		t.Errorf("the revised manual (-want +got):\n%s", d)
	}
	if len(report.Moves) != 1 || report.Moves[0].Commit != b.Main || report.Moves[0].Manuals != 1 || report.Moves[0].Officer != prooftest.Admin {
		t.Errorf("the reorganisations are %+v", report.Moves)
	}
	moved := account(t, report, "agencies/mot/drt/manuals/dlt-bus")
	if moved.How != proof.ByBootstrap || moved.Stage2.Commit != root || moved.Moved == nil || moved.Moved.Commit != b.Main {
		t.Errorf("the moved manual: got %+v, want it covered by the import and moved by the tip", moved)
	}
}

func TestWhatIsInOrder(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(t *testing.T, b *prooftest.Book)
		at   string
		how  proof.How
	}{
		{"a manual that was there before approvals", func(*testing.T, *prooftest.Book) {}, licence, proof.ByBootstrap},
		{"a revision approved twice", func(_ *testing.T, b *prooftest.Book) { b.Publish(fee(b)) }, licence, proof.ByApproval},
		{"a new manual", func(_ *testing.T, b *prooftest.Book) {
			b.Publish(b.Revise("agencies/moi/dol/manuals/dol-new", 1, "ใหม่\n"))
		}, "agencies/moi/dol/manuals/dol-new", proof.ByApproval},
		{"a withdrawal is a revision like any other", func(_ *testing.T, b *prooftest.Book) {
			b.Publish(b.Revise(licence, 2, "withdrawn: {on: 2026-03-02}\n"))
		}, licence, proof.ByApproval},
		{"main moved between the stages", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			b.Publish(b.Revise(bus, 2, "รถโดยสาร 8 บาท\n"))
			r.Published.Parents = []proof.Hash{b.Main}
			r.Published.Files = b.Files().With(licence+"/manual.md", "ค่าธรรมเนียม 300\n")
			b.Publish(r)
		}, licence, proof.ByApproval},
		{"the agency moved between the stages", func(_ *testing.T, b *prooftest.Book) {
			r := fee(b)
			moved := prooftest.Files{}
			for path, text := range b.Files() {
				moved[strings.Replace(path, "agencies/mot/dlt/", "agencies/mdes/dlt/", 1)] = text
			}
			b.On(moved, proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleOPDC}})
			r.Published.Parents = []proof.Hash{b.Main}
			r.Published.Files = moved.With("agencies/mdes/dlt/manuals/dlt-licence/manual.md", "ค่าธรรมเนียม 300\n")
			b.Publish(r)
		}, "agencies/mdes/dlt/manuals/dlt-licence", proof.ByApproval},
		{"an agency is merged into another, and parted again", func(_ *testing.T, b *prooftest.Book) {
			apart := b.Files()
			merged := apart.With(bus+"/manual.md", "").With("agencies/mot/drt/manuals/dlt-bus/manual.md", sample[bus+"/manual.md"]).
				With("agencies/mot/dlt/agency.yaml", "code: dlt\nretired: {on: 2026-01-01, successor: drt}\n")
			b.On(merged, proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleCentral, Agency: "mot"}})
			first := b.Main
			b.On(apart, proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleDGA}, Undoes: first})
		}, bus, proof.ByBootstrap},
		{"an agency is split, with a new one", func(_ *testing.T, b *prooftest.Book) {
			b.On(b.Files().With(bus+"/manual.md", "").With("agencies/mot/new/manuals/dlt-bus/manual.md", sample[bus+"/manual.md"]).With("agencies/mot/new/agency.yaml", "code: new\n"),
				proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleDGA}})
		}, "agencies/mot/new/manuals/dlt-bus", proof.ByBootstrap},
		{"a rotated key still proves what it approved", func(t *testing.T, b *prooftest.Book) {
			b.Publish(fee(b))
			b.Rotate(prooftest.Key(t, "two"))
			b.Publish(b.Revise(bus, 2, "รถโดยสาร 8 บาท\n"))
			b.Rotate(prooftest.Key(t, "three"))
		}, licence, proof.ByApproval},
		{"the key is rotated while a revision is under way", func(t *testing.T, b *prooftest.Book) {
			r := fee(b)
			submitted := b.Commit(r.Submitted)
			b.Rotate(prooftest.Key(t, "two"))
			r.Reviewed.Parents, r.Reviewed.Signer = []proof.Hash{b.Main, submitted}, b.Signer
			endorsed := b.Commit(r.Reviewed)
			b.Rotate(prooftest.Key(t, "three"))
			r.Published.Parents, r.Published.Signer = []proof.Hash{b.Main, endorsed}, b.Signer
			b.Main = b.Commit(r.Published)
		}, licence, proof.ByApproval},
		{"an emergency is shown as one", func(_ *testing.T, b *prooftest.Book) { emergency(b) }, licence, proof.ByEmergency},
		{"an emergency that was approved in order since", func(_ *testing.T, b *prooftest.Book) {
			emergency(b)
			b.Publish(fee(b))
		}, licence, proof.ByApproval},
		{"a text out of order that was approved since", func(_ *testing.T, b *prooftest.Book) {
			b.Immediate(b.Files().With(licence+"/manual.md", "ฟรี\n"))
			b.Publish(fee(b))
		}, licence, proof.ByApproval},
		{"a folder that content does not read", func(_ *testing.T, b *prooftest.Book) {
			b.Immediate(b.Files().With("agencies/mot/.old/manuals/dlt-licence/manual.md", "x"))
		}, licence, proof.ByBootstrap},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := begun(t)
			root := b.Signer
			tc.do(t, b)
			report := verify(t, b, proof.Options{Trust: trusting(t, root)})
			if err := report.Err(); err != nil || report.Origin != proof.OriginProven {
				t.Errorf("got %v, %s; want it in order and proven", err, report.Origin)
			}
			if a := account(t, report, tc.at); a.How != tc.how {
				t.Errorf("got %q, want %q", a.How, tc.how)
			}
			// The key of today answers for what it was built upon, too.
			if report := verify(t, b, proof.Options{}); report.Err() != nil || report.Origin != proof.OriginOpen {
				t.Errorf("without trust: got %v, %s", report.Err(), report.Origin)
			}
		})
	}
}

func emergency(b *prooftest.Book) {
	r := fee(b)
	r.Published.Stage, r.Published.Reason, r.Published.Verdict = proof.Emergency, "น้ำท่วม\n\nทุกสาขาปิด", ""
	b.Main = b.Commit(r.Published)
}

func TestALostKeyIsReplacedByTrustAlone(t *testing.T) {
	b := begun(t)
	first, next := b.Signer, prooftest.Key(t, "two")
	b.Signer = next
	b.Rotate(next) // signed by itself: the first is lost
	b.Publish(fee(b))
	both, err := proof.ParseTrust(first.Key().Fingerprint() + "\n" + next.Key().Fingerprint() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	report := verify(t, b, proof.Options{Trust: both})
	if report.Err() != nil || len(report.Keys) != 2 || !report.Keys[1].Self {
		t.Errorf("with both trusted: got %v, %+v", report.Err(), report.Keys)
	}
	for name, trust := range map[string]proof.Trust{"with the first alone": trusting(t, first), "without trust": {}} {
		if report := verify(t, b, proof.Options{Trust: trust}); report.Err() == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// A walk from a mark says of what came since what a walk from the root says.
func TestAWalkFromAMark(t *testing.T) {
	b := begun(t)
	trust := trusting(t, b.Signer)
	r := fee(b)
	submitted := b.Commit(r.Submitted)
	r.Reviewed.Parents = append(r.Reviewed.Parents, submitted)
	endorsed := b.Commit(r.Reviewed)
	b.Publish(b.Revise(bus, 2, "รถโดยสาร 8 บาท\n"))
	b.Rotate(prooftest.Key(t, "two"))
	mark := verify(t, b, proof.Options{Trust: trust}).Mark()
	if mark == nil {
		t.Fatal("all is in order, and there is no mark")
	}
	report := verify(t, b, proof.Options{Trust: trust, Since: mark})
	if report.Commits != 0 || report.Err() != nil || len(report.Manuals) != 0 || report.Mark() == nil {
		t.Errorf("nothing new: got %d commits, %v, %+v", report.Commits, report.Err(), report.Manuals)
	}
	// A revision endorsed long before the mark, under the key of then.
	r.Published.Parents = []proof.Hash{b.Main, endorsed}
	r.Published.Files, r.Published.Signer = b.Files().With(licence+"/manual.md", "ค่าธรรมเนียม 300\n"), b.Signer
	b.Main = b.Commit(r.Published)
	report = verify(t, b, proof.Options{Trust: trust, Since: mark})
	if report.Commits != 1 || report.Err() != nil || account(t, report, licence).How != proof.ByApproval || report.Mark() == nil {
		t.Errorf("an approval: got %d commits, %v, %+v", report.Commits, report.Err(), account(t, report, licence))
	}
	next := report.Mark()
	r = b.Revise(licence, 3, "ค่าธรรมเนียม 400\n")
	r.Reviewed.Signer = prooftest.Key(t, "one")
	b.Publish(r)
	report = verify(t, b, proof.Options{Trust: trust, Since: next})
	if got := account(t, report, licence).Why.EN; report.Err() == nil || !strings.Contains(got, "stage 1 is signed by a key") {
		t.Errorf("an old key: got %v, %q", report.Err(), got)
	}
	t.Run("what changes and changes back is looked at", func(t *testing.T) {
		tip, files := b.Main, b.Of(next.Commit).Files
		defer func() { b.Main = tip }()
		b.Main = next.Commit
		b.Immediate(files.With(land+"/manual.md", "x\n").With(bus+"/manual.md", ""))
		b.Immediate(files)
		r := verify(t, b, proof.Options{Trust: trust, Since: next})
		if r.Err() == nil || len(r.Uncovered()) != 2 {
			t.Errorf("got %v, %+v", r.Err(), r.Uncovered())
		}
	})
	t.Run("a manual that only moved, and one that went", func(t *testing.T) {
		tip, files := b.Main, b.Of(next.Commit).Files
		defer func() { b.Main = tip }()
		b.Main = next.Commit
		place := "agencies/mot/drt/manuals/dlt-bus"
		b.On(files.With(bus+"/manual.md", "").With(place+"/manual.md", files[bus+"/manual.md"]),
			proof.Trailers{Stage: proof.Move, Officer: prooftest.Admin, Role: proof.Capacity{Role: catalog.RoleDGA}})
		r := verify(t, b, proof.Options{Trust: trust, Since: next})
		if r.Err() != nil || account(t, r, place).How != proof.ByEarlier {
			t.Errorf("moved: got %v, %+v", r.Err(), r.Manuals)
		}
		b.Immediate(b.Files().With(land+"/manual.md", ""))
		r = verify(t, b, proof.Options{Trust: trust, Since: next})
		if got := account(t, r, land); r.Err() == nil || got.Why.EN != "the manual is gone; withdrawing one is a revision" {
			t.Errorf("gone: got %v, %+v", r.Err(), got)
		}
	})
	t.Run("a mark under other trust, or of another history, does not count", func(t *testing.T) {
		for _, m := range []proof.Mark{{Commit: mark.Commit, Keys: mark.Keys}, {Commit: mark.Commit, Trust: mark.Trust}, {Commit: proof.Hash{1}, Keys: mark.Keys, Trust: mark.Trust}} {
			if r := verify(t, b, proof.Options{Trust: trust, Since: &m}); len(r.Manuals) != 3 || r.Commits != 5 {
				t.Errorf("%+v: got %d commits", m, r.Commits)
			}
		}
	})
}

// A history longer than one round of several goroutines.
func TestALongHistory(t *testing.T) {
	b := begun(t)
	const n = 700
	for i := range n {
		b.Publish(b.Revise(licence, 2+i, fmt.Sprintf("ค่าธรรมเนียม %d\n", i)))
	}
	report := verify(t, b, proof.Options{Trust: trusting(t, b.Signer)})
	if a := account(t, report, licence); report.Err() != nil || a.Revision != n+1 || report.Commits != n+1 {
		t.Errorf("got %v, %+v", report.Err(), a)
	}
}

func BenchmarkVerify(b *testing.B) {
	book := begun(b)
	for i := range 1000 {
		book.Publish(book.Revise(licence, 2+i, fmt.Sprintf("ค่าธรรมเนียม %d\n", i)))
	}
	trust := trusting(b, book.Signer)
	b.ResetTimer()
	for b.Loop() {
		if r, err := proof.Verify(b.Context(), book, book.Main, proof.Options{Trust: trust}); err != nil || r.Err() != nil {
			b.Fatal(err, r.Err())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/revision")
}
