package ledger

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// mover may reorganise.
var mover = Acting{Officer: rights.Officer{ID: "o-mmmmmmmmmmmmmmmm"}, As: rights.Grant{Role: catalog.RoleDGA}}

// moving takes the folder of the department under another ministry.
func (l *Ledger) moving(_ *gitrepo.Batch, content gitrepo.Hash) (Acting, []gitrepo.Edit, error) {
	e, err := l.Repo.Find(content, "agencies/mot/dlt")
	if errors.Is(err, fault.NotFound) {
		return mover, nil, fault.New(fault.Conflict, fault.Text{TH: "ย้ายไปแล้ว", EN: "It has been moved."})
	}
	return mover, []gitrepo.Edit{gitrepo.Remove("agencies/mot/dlt"), gitrepo.SetFolder("agencies/moi/dlt", e.Hash)}, err
}

func (l *Ledger) moved(undoes gitrepo.Hash) (Landed, error) {
	return l.Reorganise(context.Background(), "Move dlt under moi", "พระราชกฤษฎีกา", undoes, l.moving)
}

func TestAReorganisationIsOneSignedCommitByItsOfficer(t *testing.T) {
	o := open(t)
	before, at, err := o.main()
	o.must(err)
	landed, err := o.moved(gitrepo.Hash{7})
	o.must(err)
	c, trailers, err := o.testimony(landed.Commit)
	o.must(err)
	if trailers.Stage != proof.Move || trailers.Officer != mover.ID || trailers.Role.Role != catalog.RoleDGA || trailers.Reason != "พระราชกฤษฎีกา" || trailers.Undoes != (proof.Hash{7}) {
		t.Errorf("it says %+v", trailers)
	}
	if len(c.Parents) != 1 || c.Parents[0] != at || landed.Before != before.Tree {
		t.Errorf("got %+v for %+v", landed, c)
	}
	was, err := o.Repo.Find(before.Tree, folder)
	o.must(err)
	is, err := o.Repo.Find(c.Tree, "agencies/moi/dlt/manuals/dlt-xgveak")
	if err != nil || was.Hash != is.Hash {
		t.Errorf("the manual's folder is %v, %v; it was %v", is, err, was)
	}
}

func TestAReorganisationChangesNoManual(t *testing.T) {
	const other = "agencies/moi/manuals/dlt-xgveak"
	for name, edits := range map[string]func(o *office, b *gitrepo.Batch, manual gitrepo.Hash) []gitrepo.Edit{
		"a manual goes": func(*office, *gitrepo.Batch, gitrepo.Hash) []gitrepo.Edit {
			return []gitrepo.Edit{gitrepo.Remove(folder)}
		},
		"a manual stands in two places": func(_ *office, _ *gitrepo.Batch, m gitrepo.Hash) []gitrepo.Edit {
			return []gitrepo.Edit{gitrepo.SetFolder(other, m)}
		},
		"a manual has another name": func(_ *office, _ *gitrepo.Batch, m gitrepo.Hash) []gitrepo.Edit {
			return []gitrepo.Edit{gitrepo.Remove(folder), gitrepo.SetFolder("agencies/moi/manuals/dlt-other", m)}
		},
		"a manual stands among the points": func(_ *office, _ *gitrepo.Batch, m gitrepo.Hash) []gitrepo.Edit {
			return []gitrepo.Edit{gitrepo.Remove(folder), gitrepo.SetFolder("agencies/moi/points/dlt-xgveak", m)}
		},
		"two manuals take each other's": func(o *office, _ *gitrepo.Batch, m gitrepo.Hash) []gitrepo.Edit {
			return []gitrepo.Edit{gitrepo.SetFolder(folder+"-1", m)}
		},
		"a manual is changed on the way": func(o *office, b *gitrepo.Batch, m gitrepo.Hash) []gitrepo.Edit {
			return []gitrepo.Edit{gitrepo.Remove(folder), gitrepo.SetFolder(other, m), o.blob(b, other+"/manual.md")}
		},
		"a file comes beside one that stays": func(o *office, b *gitrepo.Batch, _ gitrepo.Hash) []gitrepo.Edit {
			return []gitrepo.Edit{o.blob(b, folder+"/form.pdf")}
		},
		"a new manual comes": func(o *office, b *gitrepo.Batch, _ gitrepo.Hash) []gitrepo.Edit {
			return []gitrepo.Edit{o.blob(b, "agencies/moi/manuals/moi-1/manual.md")}
		},
		"all agencies go": func(*office, *gitrepo.Batch, gitrepo.Hash) []gitrepo.Edit {
			return []gitrepo.Edit{gitrepo.Remove("agencies")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			main, at, err := o.main()
			o.must(err)
			m, err := o.Repo.Find(main.Tree, folder)
			o.must(err)
			_, err = o.Reorganise(t.Context(), "Move", "", gitrepo.Hash{}, func(b *gitrepo.Batch, _ gitrepo.Hash) (Acting, []gitrepo.Edit, error) {
				return mover, edits(o, b, m.Hash), nil
			})
			if _, now, _ := o.main(); !errors.Is(err, fault.Invalid) || now != at {
				t.Errorf("got %v, and main at %v", err, now)
			}
		})
	}
}

// blob puts a text at a path.
func (o *office) blob(b *gitrepo.Batch, at string) gitrepo.Edit {
	o.t.Helper()
	h, err := b.Add(gitrepo.Blob, []byte("ฟรี\n"))
	o.must(err)
	return gitrepo.SetFile(at, h)
}

func TestARevisionIsLedToWhereItsManualStands(t *testing.T) {
	const now = "agencies/moi/dlt/manuals/dlt-xgveak"
	above := rights.Target{Chain: []catalog.AgencyCode{"dlt", "moi"}}
	o := open(t)
	h := o.drafted()
	_, err := o.moved(gitrepo.Hash{})
	o.must(err)
	h, err = o.Load(h.Ref)
	o.must(err)
	if h.Folder != now || h.Kept != folder || h.Agency != "dlt" {
		t.Errorf("it stands in %s, kept in %s, of %s", h.Folder, h.Kept, h.Agency)
	}
	late, err := o.Load(h.Ref)
	o.must(err)
	h, err = o.Submit(t.Context(), author, above, h, 1, nil)
	o.must(err)
	h, err = o.Endorse(t.Context(), reviewer, above, h, 1, h.Tree)
	o.must(err)
	if h, err = o.Load(h.Ref); err != nil || h.Folder != now || h.Kept != now {
		t.Errorf("endorsed, it stands in %s, kept in %s: %v", h.Folder, h.Kept, err)
	}
	if _, err = o.Publish(t.Context(), opdc, above, h, 1, h.Tree); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Save(t.Context(), author, above, late, Text{}); !errors.Is(err, fault.Conflict) {
		t.Errorf("saving what was submitted: %v", err)
	}
	stale := Head{Revision: review.Revision{Manual: subject, Agency: "gone", State: review.Draft}, Folder: folder}
	main, _, err := o.main()
	o.must(err)
	if _, err := o.led(stale, main.Tree); !errors.Is(err, fault.Conflict) {
		t.Errorf("a revision of another agency: %v", err)
	}
}

// A hundred thousand manuals move by one hash.
func TestAMoveCostsTheSameHoweverMuchMoves(t *testing.T) {
	o := open(t)
	text := o.drafted().Base.Tree
	main, at, err := o.main()
	o.must(err)
	b := o.Repo.NewBatch()
	defer b.Abort()
	var tree []byte
	for i := range 100_000 {
		tree = gitrepo.AppendEntry(tree, gitrepo.Entry{Mode: gitrepo.FolderMode, Name: fmt.Sprintf("dlt-m%06d", i), Hash: gitrepo.Hash(text)})
	}
	many, err := b.Add(gitrepo.Tree, tree)
	o.must(err)
	grown, err := b.Put(main.Tree, gitrepo.SetFolder("agencies/mot/dlt/north/manuals", many))
	o.must(err)
	commit, err := o.commit(b, opdc.ID, grown, "Grow\n", at)
	o.must(err)
	o.must(o.move(t.Context(), b, gitrepo.Move{Ref: gitrepo.Main, Old: at, New: commit}))
	began := time.Now()
	_, err = o.moved(gitrepo.Hash{})
	o.must(err)
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	} else {
		t.Logf("it took %v", took)
	}
}
