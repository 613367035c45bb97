package manuals_test

import (
	"errors"
	"testing"

	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
)

// At an office what is published came from the centre: what was before is not there.
func TestTheTimelineOfAnOfficeEndsWithWhatCame(t *testing.T) {
	o, ctx := open(t), t.Context()
	_, main, err := o.Ledger.Repo.Resolve(gitrepo.Main)
	must(t, err)
	was, err := o.Ledger.Repo.Refs().Get(gitrepo.Main)
	must(t, err)
	message, err := gitrepo.Message("What the centre has", gitrepo.Trailer{Key: ledger.CentreTrailer, Value: was.String()})
	must(t, err)
	b := o.Ledger.Repo.NewBatch()
	who := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: o.now}
	came, err := b.NewCommit(gitrepo.Change{Tree: main.Tree, Parents: []gitrepo.Hash{was}, Author: who, Committer: who, Message: message}, o.signer.Sign)
	must(t, errors.Join(err, b.Close()))
	must(t, o.Ledger.Repo.Refs().Update(ctx, gitrepo.Move{Ref: gitrepo.Main, Old: was, New: came}))
	d := o.revised(retitle(" (ใหม่)"))
	events, err := o.Timeline(ctx, reviewer, subject)
	if err != nil || len(events) == 0 || events[0].Saves == 0 {
		t.Fatalf("got %+v, %v", events, err)
	}
	if s, err := o.Story(o.sheet(author, d.Ref)); err != nil || len(s) == 0 {
		t.Errorf("of a draft: %+v, %v", s, err)
	}
}
