package manualstest

import (
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/proof"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/trail"
)

// brought is a manual of which an imported text is in force.
func brought(n int, agency catalog.AgencyCode, title string, stage proof.Stage) manuals.Manual {
	m := titled(n, agency, title, "", "")
	m.Published = manuals.Publication{Manual: m.ID, Commit: Commit(n), Tree: Tree(n), Stage: stage, At: at(n), InOrder: true}
	return m
}

func confirmations(t *testing.T, b Book) {
	first, later := brought(1, "dlt", "ก", proof.Bootstrap), brought(2, "dlt", "ข", proof.Import)
	elsewhere, approved := brought(3, "dol", "ค", proof.Import), Published(Manual(4, "dlt"), 4)
	withdrawn := brought(5, "dlt", "จ", proof.Import)
	withdrawn.Withdrawn = true
	b.put(first, later, elsewhere, approved, withdrawn)
	waiting := func(f manuals.Filter) (ids []catalog.ManualID) {
		t.Helper()
		list := Read(b, func(r manuals.Records) ([]manuals.Manual, error) { return r.Unconfirmed(f) })
		for _, m := range list {
			ids = append(ids, m.ID)
		}
		if f.Page == (trail.Page{}) {
			equal(t, "the count", Read(b, func(r manuals.Records) (int, error) { return r.CountUnconfirmed(f) }), len(list))
		}
		return ids
	}
	equal(t, "what waits of all", waiting(manuals.Filter{}), []catalog.ManualID{first.ID, later.ID, elsewhere.ID})
	equal(t, "what waits of one agency", waiting(manuals.Filter{Agencies: []catalog.AgencyCode{"dlt"}}), []catalog.ManualID{first.ID, later.ID})
	equal(t, "what waits of none", len(waiting(manuals.Filter{Agencies: []catalog.AgencyCode{}})), 0)
	equal(t, "by a word", waiting(manuals.Filter{Text: "ค"}), []catalog.ManualID{elsewhere.ID})
	equal(t, "by a word that would be a pattern", len(waiting(manuals.Filter{Text: "%' OR 1=1 --"})), 0)
	equal(t, "the second page", waiting(manuals.Filter{Page: trail.Page{Offset: 1, Limit: 1}}), []catalog.ManualID{later.ID})

	of := func(m manuals.Manual, tree, n int) manuals.Confirmation {
		return manuals.Confirmation{Manual: m.ID, Commit: Commit(n), Tree: Tree(tree), By: id(1), At: at(n)}
	}
	old, right := of(later, 9, 20), of(later, 2, 21)
	b.Write(func(r manuals.Records) error { return r.PutConfirmation(old) })
	equal(t, "another text was confirmed", len(waiting(manuals.Filter{})), 3)
	b.Write(func(r manuals.Records) error { return r.PutConfirmation(right) })
	equal(t, "after one is confirmed", waiting(manuals.Filter{}), []catalog.ManualID{first.ID, elsewhere.ID})
	equal(t, "the latest stands first", Read(b, func(r manuals.Records) ([]manuals.Confirmation, error) { return r.Confirmations(later.ID) }), []manuals.Confirmation{right, old})
	b.put(later)
	equal(t, "kept again", len(waiting(manuals.Filter{})), 2)
	again := later
	again.Published.Tree = Tree(30)
	b.put(again)
	equal(t, "imported anew with another text", len(waiting(manuals.Filter{})), 3)
	b.Write(manuals.Records.ClearManuals)
	equal(t, "an index made anew", len(Read(b, func(r manuals.Records) ([]manuals.Confirmation, error) { return r.Confirmations(later.ID) })), 0)
}
