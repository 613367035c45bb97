package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/review"
)

func TestADraftOfAnEditorBeganAtTheLastCommitOfMain(t *testing.T) {
	o, ctx := open(t), t.Context()
	o.Ledger = o.stopped() // all is written at the same time
	begun, err := o.Begin(ctx, author, owner, subject, folder, edited(t, sample(t), bodyWas, "ก\n"))
	o.must(err)
	main, at, err := o.main()
	o.must(err)
	was, err := o.folderTree(main.Tree, folder)
	o.must(err)
	// The same text, by commits that say nothing of where they began.
	tip, err := o.Repo.Commit(begun.Commit)
	o.must(err)
	b := o.Repo.NewBatch()
	defer b.Abort()
	parent := at
	for _, by := range []catalog.OfficerID{author.ID, second.ID, author.ID} {
		who := person(string(by), o.Now())
		parent, err = b.NewCommit(gitrepo.Change{Tree: tip.Tree, Parents: []gitrepo.Hash{parent}, Author: who, Committer: who, Message: "แก้ไข " + parent.String() + "\n"}, nil)
		o.must(err)
	}
	ref := review.Ref{State: review.Draft, Manual: subject, Key: "aaaaaa"}
	o.must(o.move(ctx, b, gitrepo.Move{Ref: ref.String(), New: parent}))
	h, err := o.Load(ref)
	o.must(err)
	want := begun
	want.Ref, want.Commit, want.Contributors = ref, parent, []catalog.OfficerID{author.ID, second.ID}
	want.Began, want.Changed = h.Began, h.Changed
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("it is read otherwise than one that was begun here (-here +editor):\n%s", diff)
	}
	if h.Base.Tree != hashOf(was) {
		t.Errorf("it began at the folder %v, want %v", h.Base.Tree, was)
	}
	h, err = o.Submit(ctx, author, owner, h, 2, nil)
	o.must(err)
	o.same(h)
}

func TestWhichCommitsAreMains(t *testing.T) {
	parents := []gitrepo.Hash{{1}}
	officer, daemon, human := person(string(author.ID), time.Time{}), person(daemon, time.Time{}), gitrepo.Person{Name: "สมชาย"}
	for _, tc := range []struct {
		name string
		is   gitrepo.Change
		want bool
	}{
		{"what an officer pushed", gitrepo.Change{Author: officer, Parents: parents, Message: "แก้ไข\n"}, false},
		{"what an officer submitted", gitrepo.Change{Author: officer, Parents: parents, Message: "s\n\nKhumue-Stage: submit\n"}, false},
		{"what was returned", gitrepo.Change{Author: officer, Parents: parents, Message: "s\n\nKhumue-Stage: return\n"}, false},
		{"a publication", gitrepo.Change{Author: officer, Parents: parents, Message: "s\n\nKhumue-Stage: publish\n"}, true},
		{"a change with immediate effect", gitrepo.Change{Author: officer, Parents: parents, Message: "s\n\nKhumue-Stage: immediate\n"}, true},
		{"the first commit, whoever made it", gitrepo.Change{Author: officer, Message: "s\n"}, true},
		{"a commit by the daemon alone", gitrepo.Change{Author: daemon, Parents: parents, Message: "s\n"}, true},
		{"a commit of an imported history", gitrepo.Change{Author: human, Parents: parents, Message: "s\n"}, true},
	} {
		if got := OfMain(&tc.is); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}
