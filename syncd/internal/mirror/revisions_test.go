package mirror_test

import (
	"bytes"
	"fmt"
	"path"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"khumue/internal/catalog"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/rights"
)

// underWay are the revisions under way of a ledger.
func (c *centre) underWay(l *ledger.Ledger) (out []ledger.Head) {
	c.t.Helper()
	for _, state := range []review.State{review.Draft, review.InReview, review.Endorsed} {
		refs, err := l.Find(state, "")
		if err != nil {
			c.t.Fatal(err)
		}
		for _, ref := range refs {
			h, err := l.Load(ref)
			if err != nil {
				c.t.Fatal(err)
			}
			out = append(out, h)
		}
	}
	return out
}

// sameRevisions holds the office to the revisions of its agencies.
func (o *office) sameRevisions(c *centre) {
	o.t.Helper()
	_, agencies := c.within(o.who)
	here := &ledger.Ledger{Repo: o.repo, Now: o.Now}
	type revision struct {
		Head ledger.Head
		Text ledger.Text
	}
	read := func(l *ledger.Ledger, all bool) (out []revision) {
		for _, h := range c.underWay(l) {
			mine := false
			for _, a := range agencies {
				mine = mine || h.Agency == a && o.who.Point == ""
			}
			if !mine && !all {
				continue
			}
			text, err := l.Text(h.Tree)
			if err != nil {
				o.t.Fatal(err)
			}
			h.Commit, h.Base.Commit = [20]byte{}, [20]byte{}
			out = append(out, revision{h, text})
		}
		return out
	}
	if diff := cmp.Diff(read(c.ledger, false), read(here, true), cmpopts.EquateEmpty()); diff != "" {
		o.t.Fatalf("revisions of %s (-centre +office):\n%s", named(o.who), diff)
	}
}

// revise takes a step with a revision at the centre, and tells which.
func (h *history) revise() string {
	h.n++
	l, ctx := h.c.ledger, h.c.t.Context()
	acting := func(id string, role catalog.Role, agency catalog.AgencyCode) ledger.Acting {
		g := rights.Grant{Role: role, Scope: rights.Scope{Agency: agency}}
		if role == catalog.RoleOPDC {
			g.Scope = rights.Scope{}
		}
		return ledger.Acting{Officer: rights.Officer{ID: catalog.OfficerID(id), Grants: []rights.Grant{g}}, As: g}
	}
	list := h.c.underWay(l)
	if len(list) == 0 || h.IntN(4) == 0 {
		name := h.one(h.files("/manuals/", "manual.md"))
		agency := catalog.AgencyCode(path.Base(path.Dir(path.Dir(path.Dir(name)))))
		text := ledger.Text{"manual.md": append(bytes.Clone(h.c.file(name)), fmt.Sprintf("\nฉบับ %d\n", h.n)...)}
		if h.IntN(2) == 0 {
			text["form.pdf"] = bytes.Repeat([]byte{byte(h.n)}, h.IntN(9000))
		}
		id := catalog.ManualID(path.Base(path.Dir(name)))
		_, err := l.Begin(ctx, acting("o-aaaaaaaaaaaaaaaa", catalog.RoleAuthor, agency), rights.Target{Chain: []catalog.AgencyCode{agency}}, id, path.Dir(name), text)
		if err != nil {
			h.c.t.Fatal(err)
		}
		return "begin " + string(id)
	}
	r := list[h.IntN(len(list))]
	owner := rights.Target{Chain: []catalog.AgencyCode{r.Agency}}
	author, second, reviewer := acting("o-aaaaaaaaaaaaaaaa", catalog.RoleAuthor, r.Agency), acting("o-bbbbbbbbbbbbbbbb", catalog.RoleAuthor, r.Agency), acting("o-rrrrrrrrrrrrrrrr", catalog.RoleReviewer, r.Agency)
	h.c.pass(1e9)
	var what string
	var err error
	switch choice := h.IntN(3); {
	case r.State == review.Draft && choice == 0:
		what, err = "give up", giveUp(l, h, author, owner, r)
	case r.State == review.Draft && choice == 1:
		what = "submit"
		_, err = l.Submit(ctx, author, owner, r, h.n, nil)
	case r.State == review.Draft:
		what = "save"
		var text ledger.Text
		if text, err = l.Text(r.Tree); err == nil {
			text["manual.md"] = append(bytes.Clone(text["manual.md"]), fmt.Sprintf("\nแก้ %d\n", h.n)...)
			_, err = l.Save(ctx, second, owner, r, text)
		}
	case r.State == review.InReview && choice == 0:
		what = "endorse"
		_, err = l.Endorse(ctx, reviewer, owner, r, h.n, r.Tree)
	default:
		what = "return"
		_, err = l.Return(ctx, reviewer, owner, r, "แก้หัวข้อให้ชัดเจนกว่านี้", []string{"body"})
	}
	return fmt.Sprintf("%s %s %v", what, r.Ref, err)
}

func giveUp(l *ledger.Ledger, h *history, by ledger.Acting, owner rights.Target, r ledger.Head) error {
	_, err := l.GiveUp(h.c.t.Context(), by, owner, r)
	return err
}
