package gitserve

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// mostCommits is how many commits a push may add to one draft.
const mostCommits = 1000

// Check tells all that is wrong with a push, whose objects the repository holds
// beside its own: a ref that is no draft, commits that somebody else made, files
// that do not belong to the manual, a manual that means nothing. What is missing
// in a manual is told as Incomplete, and is fine in a draft.
func Check(repo *gitrepo.Repository, p Push) (fault.Problems, error) {
	own, err := gitrepo.Open(repo.Dir())
	if err != nil {
		return nil, err
	}
	defer own.Close()
	c := &inspection{repo: repo, before: own, book: &ledger.Ledger{Repo: repo}, by: p.By}
	for _, m := range p.Moves {
		if err := c.move(m); err != nil {
			return nil, err
		}
	}
	return c.problems.Sort(), nil
}

// isDraft reports whether a ref is the name of a draft.
func isDraft(ref string) bool {
	r, err := review.ParseRef(ref)
	return err == nil && r.State == review.Draft
}

// inspection is a push while it is looked at.
type inspection struct {
	repo     *gitrepo.Repository // with what is pushed
	before   *gitrepo.Repository // without
	book     *ledger.Ledger
	by       rights.Officer
	problems fault.Problems
}

func (c *inspection) wrong(file string, what fault.Text, hint ...fault.Text) {
	p := fault.Problem{File: file, Severity: fault.Wrong, What: what}
	if len(hint) > 0 {
		p.Hint = hint[0]
	}
	c.problems = append(c.problems, p)
}

// move looks at one ref.
func (c *inspection) move(m gitrepo.Move) error {
	ref, _ := review.ParseRef(m.Ref) // what is no ref of a revision has no state
	switch {
	case ref.State != review.Draft:
		c.wrong(m.Ref, fault.Text{TH: "ส่งได้เฉพาะฉบับร่าง", EN: "only drafts can be pushed"},
			fault.Text{TH: "ส่งไปที่ draft/รหัสคู่มือ/ชื่อ ชื่อคืออักษร a-z หรือ 2-7 หกตัว เช่น git push origin HEAD:refs/heads/draft/dlt-7f3k5q/aaaaaa", EN: "push to draft/<manual>/<key>, where the key is six characters of a-z and 2-7, such as git push origin HEAD:refs/heads/draft/dlt-7f3k5q/aaaaaa"})
		return nil
	case m.New.IsZero():
		c.wrong(m.Ref, fault.Text{TH: "ลบฉบับร่างด้วย git ไม่ได้", EN: "a draft can not be deleted by git"},
			fault.Text{TH: "เลิกร่างในระบบหลังบ้าน ซึ่งเก็บไว้ให้อีกหนึ่งปี", EN: "give it up in the back office, which keeps it for a year"})
		return nil
	}
	d := draft{ref: ref, name: m.Ref, tip: m.New}
	if taken, err := c.standing(&d, m); err != nil || !taken {
		return err
	}
	if ok, err := c.line(&d); err != nil || !ok {
		return err
	}
	return c.text(&d)
}

// draft is one ref of the push.
type draft struct {
	ref   review.Ref
	name  string
	tip   gitrepo.Hash
	old   gitrepo.Hash // what it names now; zero: it is new
	from  *gitrepo.Change
	base  *gitrepo.Change // of main, where the draft began
	added []gitrepo.Ancestor
}

// standing finds what the draft is now, and whether it may be written at all.
func (c *inspection) standing(d *draft, m gitrepo.Move) (bool, error) {
	refs := c.repo.Refs()
	now, err := refs.Get(m.Ref)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return false, err
	}
	if d.old = now; now != m.Old {
		c.wrong(m.Ref, fault.Text{TH: "ฉบับร่างนี้เปลี่ยนไประหว่างส่ง", EN: "the draft has changed meanwhile"},
			fault.Text{TH: "เรียก git fetch แล้วทำต่อจากฉบับล่าสุด", EN: "run git fetch, and go on from what is there"})
		return false, nil
	}
	if !now.IsZero() {
		return true, nil
	}
	ended := d.ref
	ended.State = review.Ended
	if _, err := refs.Get(ended.String()); !errors.Is(err, fault.NotFound) {
		c.wrong(m.Ref, fault.Text{TH: "ชื่อนี้เคยเป็นของฉบับร่างที่เลิกแล้ว", EN: "a draft of this name was given up"},
			fault.Text{TH: "เลือกอักษรหกตัวอื่น", EN: "choose six other characters"})
		return false, err
	}
	return true, nil
}

// line finds what the push adds to the draft, and holds its commits to their
// form: a single line of commits by the pusher, from the draft as it is, or from
// main.
func (c *inspection) line(d *draft) (bool, error) {
	frozen, err := c.frozen(d.ref.Manual)
	if err != nil {
		return false, err
	}
	for a, err := range c.repo.FirstParents(d.tip, mostCommits+1) {
		if errors.Is(err, fault.NotFound) {
			c.wrong(d.name, fault.Text{TH: "สิ่งที่ส่งมาไม่ใช่ commit หรือประวัติไม่ครบ", EN: "what was pushed is no commit, or its history is not whole"},
				fault.Text{TH: "ถ้า clone แบบ --depth ให้เรียก git fetch --unshallow", EN: "in a shallow clone, run git fetch --unshallow"})
			return false, nil
		} else if err != nil {
			return false, err
		}
		if frozen[a.Hash] {
			c.wrong(d.name, fault.Text{TH: "เสนออนุมัติแล้ว แก้ไขไม่ได้จนกว่าจะส่งกลับหรือถอนคืน", EN: "this was submitted, and is frozen until it is returned or recalled"},
				fault.Text{TH: "ถอนคืนในระบบหลังบ้าน แล้วทำต่อจากฉบับร่างใหม่", EN: "recall it in the back office, then go on from the draft that appears"})
			return false, nil
		}
		began, err := c.began(d, a)
		if began || err != nil {
			return err == nil && c.rooted(d), err
		}
		d.added = append(d.added, a)
	}
	if len(d.added) > mostCommits {
		c.wrong(d.name, fault.Textf("มี commit ใหม่เกิน %d รายการ", "there are more than %d new commits", mostCommits),
			fault.Text{TH: "รวม commit ด้วย git rebase หรือเริ่มจาก main", EN: "squash them with git rebase, or begin on main"})
		return false, nil
	}
	c.unrooted(d)
	return false, nil
}

func (c *inspection) unrooted(d *draft) {
	c.commits(d)
	c.wrong(d.name, fault.Text{TH: "ฉบับร่างนี้ไม่ได้เริ่มจาก main", EN: "the draft does not begin on main"},
		fault.Text{TH: "git fetch origin แล้วสร้าง branch จาก origin/main", EN: "run git fetch origin, and make the branch from origin/main"})
}

// rooted goes on with a line that was followed to its beginning.
func (c *inspection) rooted(d *draft) bool {
	if d.base == nil {
		c.unrooted(d)
		return false
	}
	c.commits(d)
	if len(d.added) == 0 {
		c.wrong(d.name, fault.Text{TH: "ไม่มีอะไรใหม่ในสิ่งที่ส่งมา", EN: "there is nothing new in what was pushed"})
		return false
	}
	return true
}

// began reports whether a commit is where the push began: the draft as it
// stands, or a commit that was there before and is none of a draft's own. Then
// it has found the base, or not when that is not on main.
func (c *inspection) began(d *draft, a gitrepo.Ancestor) (bool, error) {
	if a.Hash == d.old {
		h, err := c.book.Load(d.ref)
		if err != nil {
			return true, err
		}
		d.from = a.Change
		d.base, err = c.repo.Commit(gitrepo.Hash(h.Base.Commit))
		return true, err
	}
	if !d.old.IsZero() { // go on to the draft: main would be no fast-forward
		if _, err := c.before.Kind(a.Hash); errors.Is(err, fault.NotFound) || !ledger.OfMain(a.Change) {
			return false, ignoreMissing(err)
		}
		c.wrong(d.name, fault.Text{TH: "สิ่งที่ส่งมาไม่ได้ต่อจากฉบับร่างที่มีอยู่", EN: "what was pushed does not go on from the draft as it is"},
			fault.Text{TH: "git fetch แล้วทำต่อจากฉบับร่างนั้น หรือส่งเป็นฉบับร่างใหม่ด้วยชื่ออื่น", EN: "run git fetch and go on from the draft, or push under another key as a draft of its own"})
		d.base, d.from = a.Change, a.Change
		return true, nil
	}
	if _, err := c.before.Kind(a.Hash); err != nil || !ledger.OfMain(a.Change) {
		return false, ignoreMissing(err)
	}
	is, err := c.onMain(a)
	if is {
		d.base, d.from = a.Change, a.Change
	}
	return true, err
}

func ignoreMissing(err error) error {
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// The bounds of the search for a commit on main: how many commits are read, and
// how far clocks may have been apart.
const (
	mostOfMain = 200_000
	clockSlack = 48 * 60 * 60 // seconds
)

// onMain reports whether a commit is on main's own line.
func (c *inspection) onMain(want gitrepo.Ancestor) (bool, error) {
	tip, err := c.repo.Refs().Get(gitrepo.Main)
	if err != nil {
		return false, err
	}
	for a, err := range c.repo.FirstParents(tip, mostOfMain) {
		switch {
		case err != nil:
			return false, err
		case a.Hash == want.Hash:
			return true, nil
		case a.Committer.At.Unix() < want.Committer.At.Unix()-clockSlack:
			return false, nil
		}
	}
	return false, nil
}

// frozen are the commits of a manual that wait for an approval.
func (c *inspection) frozen(id catalog.ManualID) (map[gitrepo.Hash]bool, error) {
	out := map[gitrepo.Hash]bool{}
	for _, state := range []review.State{review.InReview, review.Endorsed} {
		refs, err := c.book.Find(state, id)
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			tip, err := c.submission(ref)
			if errors.Is(err, fault.NotFound) {
				continue // it moved on meanwhile
			} else if err != nil {
				return nil, err
			}
			for a, err := range c.repo.FirstParents(tip, 10*mostCommits) {
				if err != nil {
					return nil, err
				}
				if ledger.OfMain(a.Change) {
					break
				}
				out[a.Hash] = true
			}
		}
	}
	return out, nil
}

// submission is the commit by which a revision was submitted.
func (c *inspection) submission(ref review.Ref) (gitrepo.Hash, error) {
	tip, err := c.repo.Refs().Get(ref.String())
	if err != nil || ref.State != review.Endorsed {
		return tip, err
	}
	change, err := c.repo.Commit(tip)
	if err != nil || len(change.Parents) != 2 {
		return tip, err
	}
	return change.Parents[1], nil
}

// commits holds each commit to its form. What many have in common is told of one.
func (c *inspection) commits(d *draft) {
	name, mail := string(c.by.ID), string(c.by.ID)+"@users.invalid"
	faults := []struct {
		is         func(gitrepo.Ancestor) bool
		what, hint fault.Text
	}{
		{func(a gitrepo.Ancestor) bool { return len(a.Parents) != 1 },
			fault.Text{TH: "เป็น commit รวม (merge) หรือไม่มี commit ก่อนหน้า", EN: "it is a merge, or has no commit before it"},
			fault.Text{TH: "ทำเป็นเส้นเดียวด้วย git rebase origin/main", EN: "make one line of it with git rebase origin/main"}},
		{func(a gitrepo.Ancestor) bool { return !is(a.Author, name, mail) || !is(a.Committer, name, mail) },
			fault.Text{TH: "ผู้เขียนหรือผู้บันทึกไม่ใช่เจ้าของรหัสเข้าถึง", EN: "its author or committer is not the person of the access token"},
			fault.Textf("git config user.name %[1]s แล้ว git config user.email %[2]s แล้ว git commit --amend --reset-author --no-edit (หลาย commit: git rebase origin/main --exec 'git commit --amend --reset-author --no-edit')",
				"git config user.name %[1]s, then git config user.email %[2]s, then git commit --amend --reset-author --no-edit (several commits: git rebase origin/main --exec 'git commit --amend --reset-author --no-edit')", name, mail)},
		{func(a gitrepo.Ancestor) bool { return speaksForUs(a.Message) },
			fault.Text{TH: "ข้อความมีบรรทัดที่ขึ้นต้นด้วย Khumue- ซึ่งระบบเท่านั้นที่เขียน", EN: "its message has a line that begins with Khumue-, which only the daemon writes"},
			fault.Text{TH: "ลบบรรทัดนั้นด้วย git commit --amend", EN: "take the line out with git commit --amend"}},
		{func(a gitrepo.Ancestor) bool { return len(a.Headers) > 0 },
			fault.Text{TH: "มีส่วนหัวที่ระบบไม่รับ เช่น encoding", EN: "it has a header that is not taken, such as encoding"},
			fault.Text{TH: "git config --unset i18n.commitEncoding แล้ว git commit --amend", EN: "git config --unset i18n.commitEncoding, then git commit --amend"}},
	}
	for _, f := range faults {
		var with []string
		for _, a := range d.added {
			if f.is(a) {
				with = append(with, a.Hash.String()[:10])
			}
		}
		if n := len(with); n > 0 {
			slices.Reverse(with) // the oldest first
			c.wrong("commit "+strings.Join(with[:min(n, 5)], " "), counted(f.what, n), f.hint)
		}
	}
}

func counted(what fault.Text, n int) fault.Text {
	if n == 1 {
		return what
	}
	return fault.Text{TH: fmt.Sprintf("%s (%d commit)", what.TH, n), EN: fmt.Sprintf("%s (%d commits)", what.EN, n)}
}

func is(p gitrepo.Person, name, mail string) bool { return p.Name == name && p.Email == mail }

// speaksForUs reports whether a message says something that only the daemon may.
func speaksForUs(message string) bool {
	for line := range strings.Lines(message) {
		if line = strings.TrimSpace(line); len(line) >= 7 && strings.EqualFold(line[:7], "khumue-") {
			return true
		}
	}
	return false
}

// ownerOf is whose a manual's folder is, by where it stands.
func ownerOf(folder string) rights.Target {
	var t rights.Target
	for at := path.Dir(path.Dir(folder)); at != "agencies" && at != "."; at = path.Dir(at) {
		t.Chain = append(t.Chain, catalog.AgencyCode(path.Base(at)))
	}
	return t
}
