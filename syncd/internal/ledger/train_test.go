package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

// op is a context of the n-th operation of an office.
func op(t context.Context, n int) context.Context {
	return Again{Op: fmt.Sprintf("0192f0c1-7c7b-7000-8000-%012d", n), Device: "0192f0c1-7c7b-7000-8000-00000000000a", DecidedAt: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}.With(t)
}

func madeFile(n int) string { return fmt.Sprintf("agencies/a%d/agency.yaml", n) }

// queued is so many riders, each with an edit of its own.
func queued(t context.Context, n int) (all []*rider) {
	for i := range n {
		all = append(all, &rider{ctx: op(t, i), t: proof.Trailers{Stage: proof.Immediate}, subject: "Edit", edit: setting(madeFile(i), "code: a")})
	}
	return all
}

func TestWhatOfficesDidSharesAMoveAndEachIsACommit(t *testing.T) {
	o := open(t)
	_, at, err := o.main()
	o.must(err)
	all := queued(t.Context(), 5)
	all[1].edit = func(*gitrepo.Batch, gitrepo.Hash) (Acting, []gitrepo.Edit, error) {
		return keeper, nil, errors.New("no")
	}
	all[2].edit = func(*gitrepo.Batch, gitrepo.Hash) (Acting, []gitrepo.Edit, error) { panic("a map of nil") }
	all[3].edit = setting(folder+"/form.pdf", "%PDF-") // which needs approval
	moved, err := o.stopped().carry(each(all))
	if moved || err != nil {
		t.Fatalf("moved %v, %v", moved, err)
	}
	for i, bad := range []bool{false, true, true, true, false} {
		if r := all[i]; (r.err != nil) != bad || (r.landed == Landed{}) != bad {
			t.Errorf("%d: %+v, %v", i, r.landed, r.err)
		}
	}
	if !errors.Is(all[3].err, fault.Invalid) {
		t.Errorf("what needs approval: %v", all[3].err)
	}
	first, last := all[0].landed, all[4].landed
	c, trailers, err := o.testimony(last.Commit)
	o.must(err)
	if c.Parents[0] != first.Commit || last.Before != first.Tree || trailers.Op != "0192f0c1-7c7b-7000-8000-000000000004" {
		t.Errorf("the last is %+v of %+v", last, trailers)
	}
	if c, err = o.Repo.Commit(first.Commit); err != nil || c.Parents[0] != at {
		t.Errorf("the first follows %v, %v", c, err)
	}
	if _, now, err := o.main(); now != last.Commit || err != nil {
		t.Errorf("main is at %s, %v", now, err)
	}
}

// TestATrainThatCameTooLateGoesAgain has another program move main while edits are
// made.
func TestATrainThatCameTooLateGoesAgain(t *testing.T) {
	o := open(t)
	other := &Ledger{Repo: o.Repo, Sign: o.signer.Sign, Random: o.Random, Now: o.Now}
	moves := 0
	var all sync.WaitGroup
	for i := range 6 {
		edit := setting(madeFile(i), "code: a")
		all.Go(func() {
			landed, err := o.Immediate(op(t.Context(), i), "Edit", "", func(b *gitrepo.Batch, content gitrepo.Hash) (Acting, []gitrepo.Edit, error) {
				if moves++; moves == 1 {
					_, err := other.Immediate(t.Context(), "Edit", "", setting("agencies/other/agency.yaml", "code: o"))
					o.must(err)
				}
				return edit(b, content)
			})
			if err != nil || landed == (Landed{}) {
				t.Errorf("%d: %+v, %v", i, landed, err)
			}
		})
	}
	all.Wait()
	if n := strings.Count(o.git("ls-tree", "-r", "--name-only", "main"), "agency.yaml"); n != 7 {
		t.Errorf("%d of 7 are there", n)
	}
	if n := o.git("rev-list", "--first-parent", "--count", "main"); n != "8" {
		t.Errorf("%s commits, want the first and 7", n)
	}
	for i := range 6 {
		if n := strings.Count(o.git("log", "--format=%B", "main"), fmt.Sprintf("Khumue-Op: 0192f0c1-7c7b-7000-8000-%012d", i)); n != 1 {
			t.Errorf("operation %d is there %d times", i, n)
		}
	}
}

func TestWhatCanNotBeWrittenIsTold(t *testing.T) {
	o := open(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := o.Immediate(op(gone, 1), "Edit", "", setting(madeFile(1), "code: a")); !errors.Is(err, context.Canceled) {
		t.Errorf("of one who is gone: %v", err)
	}
	landed, err := o.Immediate(op(t.Context(), 2), "Edit", "", setting("site.yaml", "name: ตัวอย่าง\n"))
	if err != nil || landed != (Landed{}) {
		t.Errorf("where nothing differs: %+v, %v", landed, err)
	}
}
