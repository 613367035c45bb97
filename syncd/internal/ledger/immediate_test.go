package ledger

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/rights"
)

var keeper = Acting{Officer: rights.Officer{ID: "o-kkkkkkkkkkkkkkkk"}, As: rights.Grant{Role: catalog.RoleOPDC}}

// setting is an editing that puts a text at a path.
func setting(file, text string) Editing {
	return func(b *gitrepo.Batch, _ gitrepo.Hash) (Acting, []gitrepo.Edit, error) {
		blob, err := b.Add(gitrepo.Blob, []byte(text))
		return keeper, []gitrepo.Edit{gitrepo.SetFile(file, blob)}, err
	}
}

func TestAnImmediateChangeIsOneSignedCommitByItsOfficer(t *testing.T) {
	o := open(t)
	before, at, err := o.main()
	o.must(err)
	landed, err := o.Immediate(t.Context(), "Edit catalog", "ชื่อใหม่ของหมวด\nตามประกาศ", setting("catalog.yaml", "tags: []\n"))
	o.must(err)
	c, trailers, err := o.testimony(landed.Commit)
	o.must(err)
	if trailers.Stage != proof.Immediate || trailers.Officer != keeper.ID || trailers.Role.Role != catalog.RoleOPDC || trailers.Reason != "ชื่อใหม่ของหมวด\nตามประกาศ" {
		t.Errorf("it says %+v", trailers)
	}
	if len(c.Parents) != 1 || c.Parents[0] != at || landed.Before != before.Tree || landed.Tree != c.Tree || !landed.At.Equal(c.Committer.At) {
		t.Errorf("got %+v for %+v", landed, c)
	}
	again, err := o.Immediate(t.Context(), "Edit catalog", "", setting("catalog.yaml", "tags: []\n"))
	if _, now, _ := o.main(); err != nil || again != (Landed{}) || now != landed.Commit {
		t.Errorf("the same once more gave %+v, %v", again, err)
	}
}

func TestWhatNeedsApprovalIsNotChangedAtOnce(t *testing.T) {
	for name, edit := range map[string]func(main gitrepo.Hash) gitrepo.Edit{
		"a manual is removed":                  func(gitrepo.Hash) gitrepo.Edit { return gitrepo.Remove(folder) },
		"the agency with its manuals goes":     func(gitrepo.Hash) gitrepo.Edit { return gitrepo.Remove("agencies") },
		"a file comes beside a manual":         func(gitrepo.Hash) gitrepo.Edit { return gitrepo.Edit{} },
		"a manual appears in another's folder": func(main gitrepo.Hash) gitrepo.Edit { return gitrepo.SetFolder("agencies/other", main) },
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			_, at, err := o.main()
			o.must(err)
			_, err = o.Immediate(t.Context(), "Edit", "", func(b *gitrepo.Batch, main gitrepo.Hash) (Acting, []gitrepo.Edit, error) {
				if e := edit(main); e != (gitrepo.Edit{}) {
					return keeper, []gitrepo.Edit{e}, nil
				}
				return setting(folder+"/form.pdf", "%PDF-")(b, main)
			})
			if _, now, _ := o.main(); !errors.Is(err, fault.Invalid) || now != at {
				t.Errorf("got %v, and main moved: %v", err, now != at)
			}
		})
	}
}

func TestImmediateChangesTakeTurnsAndNoneIsLost(t *testing.T) {
	o := open(t)
	other := &Ledger{Repo: o.Repo, Sign: o.signer.Sign, Random: o.Random, Now: o.Now} // as another program would
	var all sync.WaitGroup
	for i := range 20 {
		l := o.Ledger
		if i%4 == 0 {
			l = other
		}
		all.Go(func() {
			if _, err := l.Immediate(t.Context(), "Edit", "", setting(fmt.Sprintf("agencies/a%d/agency.yaml", i), "code: a")); err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if n := strings.Count(o.git("ls-tree", "-r", "--name-only", "main"), "agency.yaml"); n != 20 {
		t.Errorf("%d of 20 are there", n)
	}
	if n := strings.TrimSpace(o.git("rev-list", "--first-parent", "--count", "main")); n != "21" {
		t.Errorf("%s commits, want the first and 20", n)
	}
}
