package manuals

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/trail"
)

// Reindex makes the index anew from git alone.
func (d *Desk) Reindex(ctx context.Context) error {
	d.catching.Lock()
	err := d.Store.Write(ctx, Records.ClearManuals)
	d.catching.Unlock()
	if err != nil {
		return err
	}
	return d.CatchUp(ctx)
}

// Finding is something in which the index and git differ, or that can not be read
// from git.
type Finding struct {
	Subject string // a manual, or a ref
	What    fault.Text
}

// String says it in English.
func (f Finding) String() string { return f.Subject + ": " + f.What.EN }

// Doctor tells in what the index is not what git says, and makes it anew when it
// is to be mended and anything was found. A daemon that runs meanwhile may be
// found at work.
func (d *Desk) Doctor(ctx context.Context, mend bool) ([]Finding, error) {
	found, err := d.examine(ctx)
	if err != nil || !mend || len(found) == 0 {
		return found, err
	}
	return found, d.Reindex(ctx)
}

// examine reads all that git has, and compares it with the index.
func (d *Desk) examine(ctx context.Context) ([]Finding, error) {
	tip, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	h, err := d.history(ctx, tip, gitrepo.Hash{})
	if err != nil {
		return nil, err
	}
	x := examination{confirmations: map[catalog.ManualID][]Confirmation{}, publications: map[catalog.ManualID][]Publication{}, opens: map[string]Open{}, manuals: map[catalog.ManualID]Manual{}}
	for _, p := range slices.Backward(h.publications) {
		x.publications[p.Manual] = append(x.publications[p.Manual], p)
	}
	for _, c := range h.confirmations {
		x.confirmations[c.Manual] = append(x.confirmations[c.Manual], c)
	}
	for id := range x.publications {
		slices.SortStableFunc(x.publications[id], func(a, b Publication) int { return b.Number - a.Number })
	}
	err = d.folders(main.Tree, "agencies", func(folder string, tree gitrepo.Hash) error {
		m, err := d.read(folder, tree)
		inOrder(x.publications[m.ID])
		if all := x.publications[m.ID]; len(all) > 0 {
			m.Published = all[0]
		}
		x.manuals[m.ID] = m
		return errors.Join(err, ctx.Err())
	})
	if err != nil {
		return nil, err
	}
	if err := d.examineOpens(&x); err != nil {
		return nil, err
	}
	return x.found, d.Store.Read(ctx, x.compare)
}

// examination is what git says, and what was found.
type examination struct {
	manuals       map[catalog.ManualID]Manual
	publications  map[catalog.ManualID][]Publication // the latest first
	confirmations map[catalog.ManualID][]Confirmation
	opens         map[string]Open
	found         []Finding
}

func (x *examination) find(subject, th, en string) {
	x.found = append(x.found, Finding{subject, fault.Text{TH: th, EN: en}})
}

// examineOpens reads the revisions under way.
func (d *Desk) examineOpens(x *examination) error {
	for _, s := range states {
		refs, err := d.Ledger.Repo.Refs().List(prefixOf(s))
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(refs)) {
			ref, err := review.ParseRef(name)
			if err != nil {
				x.find(name, "ชื่อนี้ไม่ใช่ของฉบับใด", "the ref is no revision's")
				continue
			}
			o, err := d.load(ref)
			if err != nil {
				x.find(name, "อ่านฉบับนี้ไม่ได้", fmt.Sprintf("the revision can not be read: %v", err))
				continue
			}
			x.opens[name] = o
			if _, ok := x.manuals[o.Manual]; !ok {
				x.manuals[o.Manual] = Manual{ID: o.Manual, Agency: o.Agency, Folder: o.Folder, Title: o.Title}
			}
		}
	}
	return nil
}

// compare holds the index against what git says.
func (x *examination) compare(r Records) error {
	known := map[catalog.ManualID]bool{}
	for offset := 0; ; offset += 1000 {
		some, err := r.Manuals(Filter{Page: trail.Page{Offset: offset, Limit: 1000}})
		if err != nil {
			return err
		}
		for _, m := range some {
			known[m.ID] = true
			if err := x.compareManual(r, m); err != nil {
				return err
			}
		}
		if len(some) < 1000 {
			break
		}
	}
	for _, id := range slices.Sorted(maps.Keys(x.manuals)) {
		if !known[id] {
			x.find(string(id), "ดัชนีไม่มีคู่มือนี้", "the index does not have the manual")
		}
	}
	refs, err := r.OpenRefs()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		if _, ok := x.opens[name]; !ok {
			x.find(name, "ดัชนีมีฉบับที่ไม่มีในคลัง", "the index has a revision that is not in git")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(x.opens)) {
		if err := x.compareOpen(r, name); err != nil {
			return err
		}
	}
	return nil
}

func (x *examination) compareManual(r Records, m Manual) error {
	want, ok := x.manuals[m.ID]
	if !ok {
		x.find(string(m.ID), "ดัชนีมีคู่มือที่ไม่มีในคลัง", "the index has a manual that is not in git")
		return nil
	}
	if want.Published.Commit.IsZero() && len(x.publications[m.ID]) == 0 { // of several drafts, the title is the latest one's
		m.Title, m.Names = want.Title, want.Names
	}
	if m != want {
		x.find(string(m.ID), "ดัชนีไม่ตรงกับคลัง", fmt.Sprintf("the index has %+v, git %+v", m, want))
	}
	all, err := r.Publications(m.ID)
	if err != nil {
		return err
	}
	if !slices.Equal(all, x.publications[m.ID]) {
		x.find(path.Join(string(m.ID), "published"), "ดัชนีการเผยแพร่ไม่ตรงกับคลัง", fmt.Sprintf("the index has publications %+v, git %+v", all, x.publications[m.ID]))
	}
	return x.compareConfirmed(r, m)
}

// compareConfirmed holds the confirmations of a manual, and whether it waits for
// one, against git.
func (x *examination) compareConfirmed(r Records, m Manual) error {
	got, err := r.Confirmations(m.ID)
	if err != nil {
		return err
	}
	want := x.confirmations[m.ID]
	if !slices.EqualFunc(got, want, func(a, b Confirmation) bool { return a == b }) && len(got)+len(want) > 0 {
		x.find(path.Join(string(m.ID), "confirmed"), "ดัชนีการยืนยันไม่ตรงกับคลัง", fmt.Sprintf("the index has confirmations %+v, git %+v", got, want))
	}
	return nil
}

func (x *examination) compareOpen(r Records, name string) error {
	got, err := r.Open(name)
	if errors.Is(err, fault.NotFound) {
		x.find(name, "ดัชนีไม่มีฉบับนี้", "the index does not have the revision")
		return nil
	}
	if err != nil {
		return err
	}
	want := x.opens[name]
	if g, w := fmt.Sprintf("%+v", plainOpen(got)), fmt.Sprintf("%+v", plainOpen(want)); g != w {
		x.find(name, "ดัชนีไม่ตรงกับคลัง", "the index has "+g+", git "+w)
	}
	return nil
}

// plainOpen is a revision with nothing in it that prints otherwise for the same.
func plainOpen(o Open) any {
	o.Kept = "" // which the index does not have
	o.Changed, o.Began, o.Submitted = o.Changed.UTC(), o.Began.UTC(), o.Submitted.UTC()
	var back review.Return
	if o.Returned != nil {
		back = *o.Returned
		back.At, o.Returned = back.At.UTC(), nil
	}
	return struct {
		Open Open
		Back review.Return
	}{o, back}
}
