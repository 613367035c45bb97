package ledger

import (
	"bytes"
	"context"

	"khumue/internal/gitrepo"
	"khumue/syncd/internal/review"
)

func (o *office) drafted() Head {
	o.must(began(o.Ledger, "ก่อน "))
	refs, err := o.Find(review.Draft, subject)
	o.must(err)
	h, err := o.Load(refs[0])
	o.must(err)
	return h
}

func (o *office) proposed() Head {
	h, err := o.Submit(o.t.Context(), author, owner, o.drafted(), 1, nil)
	o.must(err)
	return h
}

func (o *office) endorsed() Head {
	h := o.proposed()
	h, err := o.Endorse(o.t.Context(), reviewer, owner, h, 1, h.Tree)
	o.must(err)
	return h
}

// began begins a draft of the subject with words in its body.
func began(l *Ledger, words string) error {
	_, at, err := l.main()
	if err != nil {
		return err
	}
	src, err := l.Repo.File(mustTree(l, at), folder+"/"+manualFile)
	if err != nil {
		return err
	}
	text := Text{manualFile: bytes.Replace(src, []byte(bodyWas), []byte(words+bodyWas), 1)}
	_, err = l.Begin(context.Background(), author, owner, subject, folder, text)
	return err
}

func mustTree(l *Ledger, commit gitrepo.Hash) gitrepo.Hash {
	c, err := l.Repo.Commit(commit)
	if err != nil {
		return gitrepo.Hash{}
	}
	return c.Tree
}
