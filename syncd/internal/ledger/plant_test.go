package ledger

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/review"
)

// lifted is a revision with all that is the same wherever it is planted.
func lifted(h Head) Head {
	h.Base.Commit, h.Commit = [20]byte{}, [20]byte{}
	return h
}

func TestARevisionIsPlantedElsewhereAsItStands(t *testing.T) {
	o := open(t)
	elsewhere := open(t)
	under := func(ref review.Ref) gitrepo.Hash {
		was, err := elsewhere.Repo.Refs().Get(ref.String())
		if err != nil && !errors.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		return was
	}
	plant := func(when string, h Head) {
		t.Helper()
		h, err := o.Load(h.Ref)
		o.must(err)
		s, err := o.Lift(h)
		o.must(err)
		got, err := elsewhere.Plant(t.Context(), s, under(h.Ref))
		o.must(err)
		if diff := cmp.Diff(lifted(h), lifted(got), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-there +here):\n%s", when, diff)
		}
		again, err := elsewhere.Plant(t.Context(), s, got.Commit)
		if err != nil || again.Commit != got.Commit {
			t.Errorf("%s: planted again it is %v, %v", when, again.Commit, err)
		}
		from, err := elsewhere.Text(got.Tree)
		o.must(err)
		if diff := cmp.Diff(s.Text, from); diff != "" {
			t.Errorf("%s: its text\n%s", when, diff)
		}
	}
	src, ctx := sample(t), t.Context()
	h, err := o.Begin(ctx, author, owner, subject, folder, edited(t, src, titleWas, "แรก "))
	o.must(err)
	plant("a draft", h)
	h, err = o.Save(ctx, author, owner, h, edited(t, src, bodyWas, "อีกครั้ง "))
	o.must(err)
	h, err = o.Save(ctx, second, owner, h, edited(t, src, bodyWas, "ใหม่ "))
	o.must(err)
	plant("a draft of two authors", h)
	o.change(folder, titleWas, "เผยแพร่แล้ว ")
	h, err = o.Rebase(ctx, author, owner, h, edited(t, src, bodyWas, "รวม "))
	o.must(err)
	plant("a draft that met what is published", h)
	h, err = o.Submit(ctx, author, owner, h, 7, nil)
	o.must(err)
	plant("submitted", h)
	h, err = o.Return(ctx, reviewer, owner, h, "แก้หัวข้อ\n\nแล้วเสนอใหม่", []string{"body"})
	o.must(err)
	plant("returned", h)
	h, err = o.Save(ctx, author, owner, h, edited(t, src, bodyWas, "ดี "))
	o.must(err)
	h, err = o.Submit(ctx, author, owner, h, h.Number, nil)
	o.must(err)
	h, err = o.Load(h.Ref)
	o.must(err)
	plant("submitted again", h)
	h, err = o.Endorse(ctx, reviewer, owner, h, h.Number, h.Tree)
	var changed *Changed
	if errors.As(err, &changed) {
		h, err = o.Endorse(ctx, reviewer, owner, changed.Now, changed.Now.Number, changed.Now.Tree)
	}
	o.must(err)
	plant("endorsed", h)
	if err := elsewhere.Uproot(t.Context(), h.Ref, gitrepo.Hash{7}); !errors.Is(err, fault.Conflict) {
		t.Errorf("uprooted where something else stands: %v", err)
	}
	o.must(elsewhere.Uproot(t.Context(), h.Ref, under(h.Ref)))
	o.must(elsewhere.Uproot(t.Context(), h.Ref, under(h.Ref)))
	if _, err := elsewhere.Load(h.Ref); !errors.Is(err, fault.NotFound) {
		t.Errorf("after it was uprooted: %v", err)
	}
}
