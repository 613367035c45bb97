package reorganise

import (
	"bytes"
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
)

// unmerge is what takes a merge back. Nobody plans it but by Undo.
const unmerge Kind = "unmerge"

// Past is a reorganisation that was made.
type Past struct {
	Commit gitrepo.Hash
	At     time.Time
	By     catalog.OfficerID
	Role   proof.Capacity
	Why    string
	Kind   Kind               // Move, Merge or Split
	Agency catalog.AgencyCode // that was moved, merged into another, or split
	To     catalog.AgencyCode // as of Plan
	Undoes gitrepo.Hash       // of one that takes another back: that one; else zero
	Undone bool               // a later one took it back
}

// takeBack begins the subject of a commit that takes another back.
const takeBack = "Take back: "

// readSubject reads what a reorganisation's commit says was done. The daemon alone
// writes them, and signs.
func readSubject(s string) (p Past, ok bool) {
	s = strings.TrimPrefix(s, takeBack)
	if code, ok := strings.CutSuffix(s, " to the top"); ok {
		s = code + " under " // nothing
	}
	words := strings.Split(s, " ")
	if len(words) != 4 {
		return p, false
	}
	one, err := catalog.ParseAgencyCode(words[1])
	if err != nil {
		return p, false
	}
	other, err := catalog.ParseAgencyCode(words[3])
	switch words[0] + " " + words[2] {
	case "Move under":
		return Past{Kind: Move, Agency: one, To: other}, err == nil || words[3] == ""
	case "Merge into":
		return Past{Kind: Merge, Agency: one, To: other}, err == nil
	case "Split off":
		return Past{Kind: Split, Agency: other, To: one}, err == nil
	}
	return p, false
}

// subject is what readSubject reads.
func (p Past) subject() string {
	switch {
	case p.Kind == Merge:
		return "Merge " + string(p.Agency) + " into " + string(p.To)
	case p.Kind == Split:
		return "Split " + string(p.To) + " off " + string(p.Agency)
	case p.To == "":
		return "Move " + string(p.Agency) + " to the top"
	}
	return "Move " + string(p.Agency) + " under " + string(p.To)
}

// pastOf reads a commit of main; false of one that reorganised nothing.
func pastOf(a gitrepo.Ancestor) (p Past, ok bool) {
	if proof.Stage(a.Trailer("Khumue-Stage")) != proof.Move {
		return p, false
	}
	t, err := proof.ParseMessage(a.Message)
	if err != nil {
		return p, false
	}
	subject, _, _ := strings.Cut(a.Message, "\n")
	if p, ok = readSubject(subject); !ok {
		return p, false
	}
	p.Commit, p.At, p.By, p.Role, p.Why, p.Undoes = a.Hash, a.Author.At.UTC(), t.Officer, t.Role, t.Reason, gitrepo.Hash(t.Undoes)
	return p, true
}

// mostPast bounds how many commits are looked through for reorganisations.
const mostPast = 20_000

// Past returns the reorganisations of an agency, the latest first: those that moved
// it, merged it into another or another into it, split it, or made it. It is for
// whoever may reorganise what stands where it stands.
func (d *Desk) Past(ctx context.Context, by staff.Acting, code catalog.AgencyCode) ([]Past, error) {
	tip, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	home, ok, err := d.Ledger.Home(main.Tree, code)
	if err != nil {
		return nil, err
	}
	if !ok || by.May(rights.Reorganise, rights.Target{Chain: chainOf(home)}) != nil {
		return nil, gone()
	}
	var out []Past
	undone := map[gitrepo.Hash]bool{}
	for a, err := range d.Ledger.Repo.FirstParents(tip, mostPast) {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		p, ok := pastOf(a)
		if !ok {
			continue
		}
		undone[p.Undoes] = true
		if p.Undone = undone[p.Commit]; p.Agency == code || p.To == code && p.Kind != Move {
			out = append(out, p)
		}
	}
	return out, nil
}

// made finds a reorganisation on main that may be taken back, and the contents
// before and after it.
func (d *Desk) made(commit gitrepo.Hash) (p Past, before, after gitrepo.Hash, err error) {
	tip, err := d.Ledger.Repo.Refs().Get(gitrepo.Main)
	if err != nil {
		return p, before, after, err
	}
	for a, err := range d.Ledger.Repo.FirstParents(tip, mostPast) {
		if err != nil {
			return p, before, after, err
		}
		one, ok := pastOf(a)
		if ok && one.Undoes == commit {
			return p, before, after, fault.New(fault.Conflict, fault.Text{TH: "ย้อนกลับไปแล้ว", EN: "It has been taken back already."}, fault.Text{TH: "เปิดหน้านี้ใหม่", EN: "Open the page again."})
		}
		if a.Hash != commit {
			continue
		}
		if !ok || !one.Undoes.IsZero() || len(a.Parents) != 1 {
			break
		}
		was, err := d.Ledger.Repo.Commit(a.Parents[0])
		if err != nil {
			return p, before, after, err
		}
		return one, was.Tree, a.Tree, nil
	}
	return p, before, after, fault.New(fault.NotFound, fault.Text{TH: "ไม่พบการปรับโครงสร้างที่ย้อนกลับได้", EN: "There is no reorganisation here that can be taken back."},
		fault.Text{TH: "ปรับโครงสร้างใหม่แทน", EN: "Reorganise anew instead."})
}

// moved says that what a reorganisation made is not as it left it.
func moved(code catalog.AgencyCode) error {
	return fault.New(fault.Conflict, fault.Textf("%s เปลี่ยนไปหลังจากนั้น จึงย้อนกลับไม่ได้", "%s has been reorganised since, so it can not be taken back.", string(code)),
		fault.Text{TH: "ย้อนกลับรายการหลังสุดก่อน หรือปรับโครงสร้างใหม่", EN: "Take the latest back first, or reorganise anew."})
}

// inverse is the plan that takes another back.
func (d *Desk) inverse(w *work, p Plan) (Plan, error) {
	past, before, after, err := d.made(p.Undoes)
	if err != nil {
		return p, err
	}
	w.before, w.after, w.back, w.undone = before, after, past.At, past.subject()
	now, _, err := d.Ledger.Home(w.content, past.Agency)
	if err != nil {
		return p, err
	}
	was, left, err := d.homes(before, after, past.Agency)
	switch {
	case err != nil:
		return p, err
	case past.Kind == Move && now != left:
		return p, moved(past.Agency)
	case past.Kind == Move:
		return Plan{Kind: Move, Agency: past.Agency, To: aboveOf(was), Undoes: p.Undoes}, nil
	case past.Kind == Split:
		return Plan{Kind: Merge, Agency: past.To, To: past.Agency, Undoes: p.Undoes}, nil
	}
	return Plan{Kind: unmerge, Agency: past.Agency, To: past.To, Undoes: p.Undoes}, nil
}

// aboveOf is the agency above the one of a folder; "" at the top.
func aboveOf(home string) catalog.AgencyCode {
	if c := chainOf(home); len(c) > 1 {
		return c[1]
	}
	return ""
}

// homes are where an agency stood in two contents of the past. It reads those
// folders alone that the two do not share.
func (d *Desk) homes(before, after gitrepo.Hash, code catalog.AgencyCode) (was, is string, err error) {
	x, y, err := d.differing(before, after)
	return x.agencies[code].home, y.agencies[code].home, err
}

// unmerge gives an agency back what it had before it was merged into another, as
// far as that still has it.
func (w *work) unmerge(p Plan) (err error) {
	if !w.unit.Retired.IsGiven() || w.unit.Retired.Value.Successor != p.To {
		return moved(p.Agency)
	}
	if w.other, err = w.agency(p.To); err != nil {
		return err
	}
	w.needs = []rights.Target{{Chain: w.unit.above()}, {Chain: w.other.chain()}}
	was, is, err := w.d.differing(w.before, w.after)
	if err != nil {
		return err
	}
	old := &work{d: w.d, content: w.before}
	had, err := old.all(was.agencies[p.Agency].home)
	if err != nil {
		return err
	}
	has, err := w.all(w.other.home)
	if err != nil {
		return err
	}
	back := load{}
	for sub, list := range has {
		for _, e := range list {
			if slices.ContainsFunc(had[sub], func(o gitrepo.Entry) bool { return o.Name == e.Name }) {
				back[sub] = append(back[sub], e)
			}
		}
	}
	if err := w.shift(w.other.home, w.unit.home, back); err != nil {
		return err
	}
	return w.revive(was.agencies[p.Agency], is.agencies[p.Agency])
}

// revive brings a retired agency's file back: byte for byte, where nobody changed
// it since.
func (w *work) revive(was, left place) error {
	at, _ := corpus.FileAt(path.Join(w.unit.home, "agency.yaml"))
	after, err := w.d.Ledger.Repo.Read(gitrepo.Blob, left.blob)
	if err != nil {
		return err
	}
	if bytes.Equal(after, w.unit.src) {
		src, err := w.d.Ledger.Repo.Read(gitrepo.Blob, was.blob)
		w.steps = append(w.steps, step{at: at.Path, src: src})
		return err
	}
	again := *w.unit.Agency
	again.Retired = catalog.Stated[catalog.Retirement]{}
	return w.rewrite(w.unit, &again)
}
