package manualstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/staff/stafftest"
	"khumue/syncd/internal/trail"
)

func transactions(t *testing.T, b Book) {
	mine := errors.New("changed my mind")
	m := Published(Manual(1, "dlt"), 1)
	err := b.Store.Write(context.Background(), func(r manuals.Records) error {
		return errors.Join(r.PutManual(m), r.PutPublication(m.Published), r.SetMark(Commit(1)), r.Record(stafftest.Entry(1, id(1), "manual.publish", "dlt")), mine)
	})
	if !errors.Is(err, mine) {
		t.Errorf("got error %v, want the function's own", err)
	}
	entries := func() int {
		return stafftest.Read(b.People, func(r staff.Records) (int, error) { return r.CountEntries(trail.Filter{}) })
	}
	b.missing("an error undoes all", func(r manuals.Records) error { _, err := r.Manual(m.ID); return err })
	equal(t, "an error undoes the trail too", entries(), 0)
	b.Refuse("a failure that is passed over undoes all", fault.Conflict, func(r manuals.Records) error {
		_ = errors.Join(r.PutManual(m), r.AddNotice(Notice(1, id(1))), r.AddNotice(Notice(1, id(1))))
		return nil
	})
	b.missing("a failure that is passed over undoes all", func(r manuals.Records) error { _, err := r.Manual(m.ID); return err })
	if b.Store.Read(context.Background(), func(r manuals.Records) error { return r.PutManual(m) }) == nil {
		t.Error("reading wrote, and nobody said so")
	}
	b.Write(func(r manuals.Records) error {
		if _, err := r.Manual(m.ID); !errors.Is(err, fault.NotFound) {
			t.Errorf("what is not found is no failure: got error %v", err)
		}
		if err := errors.Join(r.PutManual(m), r.Record(stafftest.Entry(1, id(1), "manual.publish", "dlt"))); err != nil {
			return err
		}
		_, err := r.Manual(m.ID)
		return err
	})
	equal(t, "the entry of a step is in the one trail", entries(), 1)
}

func mark(t *testing.T, b Book) {
	now := func() gitrepo.Hash { return Read(b, manuals.Records.Mark) }
	equal(t, "before the first there is none", now(), gitrepo.Hash{})
	b.Write(func(r manuals.Records) error { return r.SetMark(Commit(1)) })
	b.Write(func(r manuals.Records) error { return r.SetMark(Commit(2)) })
	equal(t, "the last that was set", now(), Commit(2))
	b.Write(func(r manuals.Records) error { return r.SetMark(gitrepo.Hash{}) })
	equal(t, "none again", now(), gitrepo.Hash{})
}

func single(t *testing.T, b Book) {
	get := func(m manuals.Manual) manuals.Manual {
		return Read(b, func(r manuals.Records) (manuals.Manual, error) { return r.Manual(m.ID) })
	}
	fresh, full := Manual(1, "dlt"), Published(Manual(2, "dlt"), 7)
	full.Withdrawn = true
	full.Published.Stage, full.Published.Reason, full.Published.InOrder = proof.Emergency, "น้ำท่วม", false
	imported := Manual(3, "dlt")
	imported.Title.EN, imported.Names = "", ""
	imported.Published = manuals.Publication{Manual: imported.ID, Commit: Commit(9), Tree: Tree(9), Stage: proof.Bootstrap, At: at(0), InOrder: true}
	b.put(fresh, full, imported)
	equal(t, "one that was never published", get(fresh), fresh)
	equal(t, "all that is known of one comes back", get(full), full)
	equal(t, "one that was imported", get(imported), imported)
	b.missing("no manual has that id", func(r manuals.Records) error { _, err := r.Manual(ID("dlt", 99)); return err })

	moved := Published(full, 8)
	moved.Agency, moved.Folder, moved.Title, moved.Withdrawn, moved.Names = "moi", "agencies/moi/manuals/x", catalog.Text{TH: "อื่น"}, false, "y"
	b.put(moved)
	equal(t, "a changed one is as it was put last", get(full), moved)
	b.Write(func(r manuals.Records) error { return errors.Join(r.DropManual(fresh.ID), r.DropManual(fresh.ID)) })
	b.missing("one that was dropped, twice", func(r manuals.Records) error { _, err := r.Manual(fresh.ID); return err })
	equal(t, "and no other", get(moved), moved)
	equal(t, "how many are left", Read(b, func(r manuals.Records) (int, error) { return r.CountManuals(manuals.Filter{}) }), 2)
}

// titled is the n-th manual of an agency, with a title and common names.
func titled(n int, agency catalog.AgencyCode, th, en, names string) manuals.Manual {
	m := Manual(n, agency)
	m.Title, m.Names = catalog.Text{TH: th, EN: en}, names
	return m
}

func lists(t *testing.T, b Book) {
	all := []manuals.Manual{
		titled(1, "dlt", "ไกรสร", "Krai", ""),
		titled(2, "dlt", "การจดทะเบียน 100%", "Registration", "ป้ายแดง รถใหม่"),
		titled(3, "moi", "ขออนุญาต_ก่อสร้าง", "", "สร้างบ้าน"),
		titled(4, "moi", "กานดา", "", ""),
		titled(5, "dlt", "กานดา", "", ""),
		titled(6, "doa", "Export licence", "", `back\slash`),
		titled(7, "doa", "", "Zoo", ""),
	}
	for _, m := range all {
		b.put(m)
	}
	for _, c := range []struct {
		name string
		f    manuals.Filter
		want []int
		all  int // 0: as many as want
	}{
		{"all, as the dictionary orders titles, and by id where they are one", manuals.Filter{}, []int{5, 4, 2, 1, 3, 6, 7}, 0},
		{"of an agency", manuals.Filter{Agencies: []catalog.AgencyCode{"dlt"}}, []int{5, 2, 1}, 0},
		{"of several", manuals.Filter{Agencies: []catalog.AgencyCode{"moi", "none", "doa"}}, []int{4, 3, 6, 7}, 0},
		{"of no agency", manuals.Filter{Agencies: []catalog.AgencyCode{}}, nil, 0},
		{"of very many agencies", manuals.Filter{Agencies: crowd("dlt", "doa")}, []int{5, 2, 1, 6, 7}, 0},
		{"a part of a title", manuals.Filter{Text: "นด"}, []int{5, 4}, 0},
		{"an English title in any case", manuals.Filter{Text: "rEGIST"}, []int{2}, 0},
		{"a common name", manuals.Filter{Text: "บ้าน"}, []int{3}, 0},
		{"all words, wherever they stand", manuals.Filter{Text: " แดง  การ "}, []int{2}, 0},
		{"one word that is nowhere", manuals.Filter{Text: "การ บ้าน"}, nil, 0},
		{"as people type it", manuals.Filter{Text: "เเดง ๑๐๐"}, []int{2}, 0},
		{"an id", manuals.Filter{Text: string(ID("moi", 4))}, []int{4}, 0},
		{"words do not run from one field to the next", manuals.Filter{Text: "regisป้าย"}, nil, 0},
		{"a per cent sign stands for itself", manuals.Filter{Text: "0%"}, []int{2}, 0},
		{"an underscore stands for itself", manuals.Filter{Text: "_"}, []int{3}, 0},
		{"a backslash stands for itself", manuals.Filter{Text: `k\s`}, []int{6}, 0},
		{"a quote is text", manuals.Filter{Text: `' OR 1=1 --`}, nil, 0},
		{"blanks are no words", manuals.Filter{Text: "  \t"}, []int{5, 4, 2, 1, 3, 6, 7}, 0},
		{"text of an agency", manuals.Filter{Text: "กานดา", Agencies: []catalog.AgencyCode{"moi"}}, []int{4}, 0},
		{"a page", manuals.Filter{Page: trail.Page{Offset: 2, Limit: 2}}, []int{2, 1}, 7},
		{"a page of what a text finds", manuals.Filter{Text: "กานดา", Page: trail.Page{Offset: 1, Limit: 1}}, []int{4}, 2},
		{"behind the last page", manuals.Filter{Page: trail.Page{Offset: 50}}, nil, 7},
		{"before the first page is the first", manuals.Filter{Page: trail.Page{Offset: -3, Limit: 1}}, []int{5}, 7},
	} {
		var want []manuals.Manual
		for _, n := range c.want {
			want = append(want, all[n-1])
		}
		equal(t, c.name, Read(b, func(r manuals.Records) ([]manuals.Manual, error) { return r.Manuals(c.f) }), want)
		if c.all == 0 {
			c.all = len(c.want)
		}
		equal(t, c.name+": how many there are", Read(b, func(r manuals.Records) (int, error) { return r.CountManuals(c.f) }), c.all)
	}
	many := manuals.Filter{Text: strings.Repeat("ก ", 1000)}
	b.Refuse("a search of very many words", fault.Invalid, func(r manuals.Records) error { _, err := r.Manuals(many); return err })
	b.Refuse("counting one", fault.Invalid, func(r manuals.Records) error { _, err := r.CountManuals(many); return err })

	renamed := all[6]
	renamed.Title = catalog.Text{TH: "กก"}
	b.put(renamed)
	first := func(f manuals.Filter) []manuals.Manual {
		return Read(b, func(r manuals.Records) ([]manuals.Manual, error) { return r.Manuals(f) })
	}
	equal(t, "a new title has its own place", first(manuals.Filter{Page: trail.Page{Limit: 1}}), []manuals.Manual{renamed})
	equal(t, "a new title is found", first(manuals.Filter{Text: "กก"}), []manuals.Manual{renamed})
	equal(t, "an old one is not", first(manuals.Filter{Text: "zoo"}), nil)
	b.Write(func(r manuals.Records) error { return r.DropManual(renamed.ID) })
	equal(t, "and what was dropped is not", first(manuals.Filter{Text: "กก"}), nil)
}

// crowd is some agencies among very many.
func crowd(some ...catalog.AgencyCode) []catalog.AgencyCode {
	for n := range 12_000 {
		some = append(some, catalog.AgencyCode(fmt.Sprint("office-", n)))
	}
	return some
}

func statuses(t *testing.T, b Book) {
	never, calm, busy, both := Manual(1, "dlt"), Published(Manual(2, "dlt"), 1), Published(Manual(3, "dlt"), 1), Manual(4, "dlt")
	gone, fast, mended := Manual(5, "moi"), Manual(6, "dlt"), Manual(7, "dlt")
	gone.Withdrawn = true
	gone = Published(gone, 2)
	fast = Published(fast, 3)
	fast.Published.Stage, fast.Published.InOrder = proof.Emergency, false
	mended = Published(mended, 3)
	mended.Published.Stage = proof.Emergency
	draft, sent := Draft(both, 1, id(1)), Endorsed(Submitted(Draft(busy, 2, id(1)), 2, 5), id(2), 6)
	b.put(draft, never, calm, busy, both, gone, fast, mended, sent) // one revision is known before its manual
	counts := func(what string, want map[manuals.Status]string) {
		t.Helper()
		for _, s := range []manuals.Status{manuals.AnyStatus, manuals.IsDraft, manuals.IsReview, manuals.IsEndorsed, manuals.IsPublic, manuals.IsWithdrawn, manuals.IsHastened} {
			f := manuals.Filter{Status: s}
			got := ""
			for _, m := range Read(b, func(r manuals.Records) ([]manuals.Manual, error) { return r.Manuals(f) }) {
				got += m.Title.EN[len(m.Title.EN)-1:]
			}
			equal(t, what+": "+string(s), got, want[s])
			equal(t, what+": how many "+string(s), Read(b, func(r manuals.Records) (int, error) { return r.CountManuals(f) }), len(want[s]))
		}
	}
	counts("as put", map[manuals.Status]string{manuals.AnyStatus: "1234567", manuals.IsDraft: "4", manuals.IsEndorsed: "3", manuals.IsPublic: "267",
		manuals.IsWithdrawn: "5", manuals.IsHastened: "6"})
	equal(t, "of an agency", Read(b, func(r manuals.Records) (int, error) {
		return r.CountManuals(manuals.Filter{Status: manuals.IsWithdrawn, Agencies: []catalog.AgencyCode{"dlt"}})
	}), 0)

	second := Submitted(Draft(both, 3, id(1)), 1, 7)
	b.put(second)
	counts("a second revision beside the first", map[manuals.Status]string{manuals.AnyStatus: "1234567", manuals.IsDraft: "4", manuals.IsReview: "4", manuals.IsEndorsed: "3",
		manuals.IsPublic: "267", manuals.IsWithdrawn: "5", manuals.IsHastened: "6"})
	b.Write(func(r manuals.Records) error {
		return errors.Join(r.DropOpen(draft.Ref.String()), r.DropOpen(sent.Ref.String()), r.DropOpen(second.Ref.String()), r.DropOpen(second.Ref.String()),
			r.PutOpen(Draft(gone, 4, id(1))), r.SetInOrder(fast.ID, 3))
	})
	counts("moved on", map[manuals.Status]string{manuals.AnyStatus: "1234567", manuals.IsDraft: "5", manuals.IsPublic: "2367", manuals.IsWithdrawn: "5"})
	b.put(both, gone)
	counts("putting a manual keeps what is known of its revisions", map[manuals.Status]string{manuals.AnyStatus: "1234567", manuals.IsDraft: "5", manuals.IsPublic: "2367", manuals.IsWithdrawn: "5"})
	b.Refuse("a status that there is not", fault.Invalid, func(r manuals.Records) error {
		_, err := r.Manuals(manuals.Filter{Status: "x; DROP TABLE manuals"})
		return err
	})
}

func publications(t *testing.T, b Book) {
	m, other := Manual(1, "dlt"), Manual(2, "dlt")
	first, second, third := Publication(m, 1), Publication(m, 2), Publication(m, 3)
	first.Stage, first.Number, first.By, first.Endorsed = proof.Bootstrap, 0, "", ""
	second.Stage, second.InOrder, second.Reason, second.Endorsed = proof.Emergency, false, "น้ำท่วม", ""
	elsewhere := Publication(other, 2)
	elsewhere.Stage, elsewhere.InOrder = proof.Emergency, false
	b.put(second, first, third, elsewhere)
	of := func(m manuals.Manual) []manuals.Publication {
		return Read(b, func(r manuals.Records) ([]manuals.Publication, error) { return r.Publications(m.ID) })
	}
	equal(t, "the latest first", of(m), []manuals.Publication{third, second, first})
	equal(t, "one commit may publish two manuals", of(other), []manuals.Publication{elsewhere})
	equal(t, "of a manual that there is not", of(Manual(9, "dlt")), nil)
	equal(t, "publications make no manual", Read(b, func(r manuals.Records) (int, error) { return r.CountManuals(manuals.Filter{}) }), 0)
	late := Publication(m, 4)
	late.At = first.At // a clock that was wrong
	third.Reason = "changed"
	b.put(late, third)
	equal(t, "a higher number is later, whatever the clock said, and one commit's is kept once", of(m), []manuals.Publication{late, third, second, first})

	b.Write(func(r manuals.Records) error { return r.SetInOrder(m.ID, 1) })
	equal(t, "an emergency of a higher number is not in order", of(m)[2], second)
	m = Published(m, 2)
	m.Published = second
	b.put(m)
	b.Write(func(r manuals.Records) error { return r.SetInOrder(m.ID, 2) })
	second.InOrder, m.Published.InOrder = true, true
	equal(t, "an emergency that was approved in order", of(m), []manuals.Publication{late, third, second, first})
	equal(t, "also where it is in force", Read(b, func(r manuals.Records) (manuals.Manual, error) { return r.Manual(m.ID) }), m)
	equal(t, "and no other manual's", of(other), []manuals.Publication{elsewhere})
}

func opens(t *testing.T, b Book) {
	m := Manual(1, "dlt")
	draft := Draft(m, 1, id(1))
	draft.Base.Tree, draft.Title.EN, draft.Agency = proof.Hash{}, "", "moi"
	draft.Returned = &review.Return{By: id(5), At: at(3), Stage: 2, Reason: "แก้ค่าธรรมเนียม\n\"200\"", Fields: []string{"fees", "title.th"}}
	sent := Endorsed(Submitted(Draft(m, 2, id(2)), 12, 4), id(3), 5)
	sent.Contributors = []catalog.OfficerID{id(2), id(1)}
	sent.Emergency, sent.PublishedBy, sent.Returned = true, id(4), &review.Return{By: id(5), At: at(3), Stage: 1, Reason: "x"}
	bare := manuals.Open{}
	bare.Manual, bare.State, bare.Ref = m.ID, review.InReview, review.Ref{State: review.InReview, Manual: m.ID, Number: 13}
	b.put(draft, sent, bare)
	get := func(o manuals.Open) manuals.Open {
		return Read(b, func(r manuals.Records) (manuals.Open, error) { return r.Open(o.Ref.String()) })
	}
	equal(t, "a draft that was sent back", get(draft), draft)
	equal(t, "writers stay in order", get(sent), sent)
	equal(t, "what is not said stays so", get(bare), bare)
	refs := func() map[string]gitrepo.Hash { return Read(b, manuals.Records.OpenRefs) }
	equal(t, "all refs", refs(), map[string]gitrepo.Hash{draft.Ref.String(): draft.Commit, sent.Ref.String(): sent.Commit, bare.Ref.String(): {}})
	b.missing("no revision has that ref", func(r manuals.Records) error { _, err := r.Open("refs/heads/review/dlt-aaaaab/1"); return err })
	b.missing("no ref is nobody's", func(r manuals.Records) error { _, err := r.Open(""); return err })

	draft.Returned, draft.Commit, draft.Contributors = nil, Commit(50), []catalog.OfficerID{id(7)}
	b.put(draft)
	equal(t, "a changed one is as it was put last", get(draft), draft)
	of := func(who catalog.OfficerID) int {
		return Read(b, func(r manuals.Records) (int, error) { return r.CountOpens(manuals.OpenFilter{Writer: who}) })
	}
	equal(t, "who no longer counts as a writer is none", of(id(1)), 1)
	equal(t, "and who does is", of(id(7)), 1)
	b.Write(func(r manuals.Records) error {
		return errors.Join(r.DropOpen(sent.Ref.String()), r.DropOpen(sent.Ref.String()))
	})
	b.missing("one that was dropped, twice", func(r manuals.Records) error { _, err := r.Open(sent.Ref.String()); return err })
	equal(t, "has no writers", of(id(2)), 0)
	equal(t, "and leaves the others", len(refs()), 2)
	wrong := draft
	wrong.Ref.Key = "x/../y"
	if b.Store.Write(context.Background(), func(r manuals.Records) error { return r.PutOpen(wrong) }) == nil {
		t.Error("a ref that is none was kept")
	}
}

func openLists(t *testing.T, b Book) {
	m, other := Manual(1, "dlt"), titled(2, "moi", "ขุดบ่อ", "Digging", "")
	all := []manuals.Open{
		Submitted(Draft(m, 1, id(1)), 1, 30),                          // 1
		Draft(m, 20, id(1)),                                           // 2
		Endorsed(Submitted(Draft(other, 3, id(2)), 1, 10), id(3), 40), // 3
		Submitted(Draft(other, 4, id(1)), 2, 25),                      // 4
		Draft(other, 5, id(3)),                                        // 5
	}
	all[3].Contributors = []catalog.OfficerID{id(1), id(2)}
	all[0].Title = catalog.Text{TH: "ใบขับขี่สากล", EN: "International"}
	for _, o := range all {
		b.put(o)
	}
	for _, c := range []struct {
		name string
		f    manuals.OpenFilter
		want []int
		all  int
	}{
		{"all, the longest waiting first: since they were submitted, drafts since they were changed", manuals.OpenFilter{}, []int{5, 3, 2, 4, 1}, 0},
		{"in a state", manuals.OpenFilter{States: []review.State{review.InReview}}, []int{4, 1}, 0},
		{"in several", manuals.OpenFilter{States: []review.State{review.Draft, review.Endorsed}}, []int{5, 3, 2}, 0},
		{"in no state is any", manuals.OpenFilter{States: []review.State{}}, []int{5, 3, 2, 4, 1}, 0},
		{"of an agency", manuals.OpenFilter{Agencies: []catalog.AgencyCode{"dlt"}}, []int{2, 1}, 0},
		{"of no agency", manuals.OpenFilter{Agencies: []catalog.AgencyCode{}}, nil, 0},
		{"of very many agencies", manuals.OpenFilter{Agencies: crowd("moi")}, []int{5, 3, 4}, 0},
		{"by a writer", manuals.OpenFilter{Writer: id(2)}, []int{3, 4}, 0},
		{"by nobody who wrote", manuals.OpenFilter{Writer: id(9)}, nil, 0},
		{"not by a writer", manuals.OpenFilter{Not: id(1)}, []int{5, 3}, 0},
		{"not by a writer, nor approved by the same", manuals.OpenFilter{Not: id(3)}, []int{2, 4, 1}, 0},
		{"by one and not by another", manuals.OpenFilter{Writer: id(1), Not: id(2)}, []int{2, 1}, 0},
		{"of a manual", manuals.OpenFilter{Manual: m.ID}, []int{2, 1}, 0},
		{"of a manual that there is not", manuals.OpenFilter{Manual: ID("dlt", 9)}, nil, 0},
		{"all words of a title", manuals.OpenFilter{Text: "สากล INTER"}, []int{1}, 0},
		{"an id", manuals.OpenFilter{Text: string(other.ID)}, []int{5, 3, 4}, 0},
		{"a per cent sign stands for itself", manuals.OpenFilter{Text: "%"}, nil, 0},
		{"all at once", manuals.OpenFilter{Agencies: []catalog.AgencyCode{"moi"}, States: []review.State{review.InReview}, Writer: id(1), Not: id(4), Manual: other.ID, Text: "บ่อ"}, []int{4}, 0},
		{"a page", manuals.OpenFilter{Page: trail.Page{Offset: 1, Limit: 2}}, []int{3, 2}, 5},
		{"behind the last page", manuals.OpenFilter{Page: trail.Page{Offset: 9}}, nil, 5},
	} {
		var want []manuals.Open
		for _, n := range c.want {
			want = append(want, all[n-1])
		}
		equal(t, c.name, Read(b, func(r manuals.Records) ([]manuals.Open, error) { return r.Opens(c.f) }), want)
		if c.all == 0 {
			c.all = len(c.want)
		}
		equal(t, c.name+": how many there are", Read(b, func(r manuals.Records) (int, error) { return r.CountOpens(c.f) }), c.all)
	}
	b.Refuse("a search of very many words", fault.Invalid, func(r manuals.Records) error {
		_, err := r.CountOpens(manuals.OpenFilter{Text: strings.Repeat("ก ", 1000)})
		return err
	})
}

func clearing(t *testing.T, b Book) {
	m := Published(Manual(1, "dlt"), 1)
	o := Draft(m, 1, id(1))
	said := Comment(1, m.ID)
	b.put(m, m.Published, o, said)
	b.Write(func(r manuals.Records) error { return errors.Join(r.SetMark(Commit(1)), r.ClearManuals()) })
	b.missing("its manuals", func(r manuals.Records) error { _, err := r.Manual(m.ID); return err })
	b.missing("its revisions", func(r manuals.Records) error { _, err := r.Open(o.Ref.String()); return err })
	equal(t, "its refs", len(Read(b, manuals.Records.OpenRefs)), 0)
	equal(t, "its publications", len(Read(b, func(r manuals.Records) ([]manuals.Publication, error) { return r.Publications(m.ID) })), 0)
	equal(t, "its mark", Read(b, manuals.Records.Mark), gitrepo.Hash{})
	equal(t, "what is no index stays", Read(b, func(r manuals.Records) ([]manuals.Comment, error) { return r.Comments(m.ID) }), []manuals.Comment{said})
	b.put(m)
	equal(t, "made anew", Read(b, func(r manuals.Records) (int, error) {
		return r.CountManuals(manuals.Filter{Status: manuals.IsPublic})
	}), 1)
}

func manyAtOnce(t *testing.T, b Book) {
	const people = 20
	m := Manual(1, "dlt")
	b.put(m)
	var wg sync.WaitGroup
	for n := range people {
		wg.Go(func() {
			err := b.Store.Write(context.Background(), func(r manuals.Records) error {
				return errors.Join(r.PutOpen(Draft(m, n, id(n))), r.AddNotice(Notice(n, id(n))), r.SetMark(Commit(n)))
			})
			if err != nil {
				t.Errorf("writer %d: %v", n, err)
			}
		})
	}
	wg.Wait()
	equal(t, "all that was written is there", Read(b, func(r manuals.Records) (int, error) { return r.CountOpens(manuals.OpenFilter{Manual: m.ID}) }), people)
	for n := range people {
		wg.Go(func() {
			err := b.Store.Write(context.Background(), func(r manuals.Records) error { return r.DropOpen(Draft(m, n, id(n)).Ref.String()) })
			if err != nil {
				t.Errorf("writer %d: %v", n, err)
			}
		})
	}
	wg.Wait()
	equal(t, "and none is counted that is gone", Read(b, func(r manuals.Records) (int, error) {
		return r.CountManuals(manuals.Filter{Status: manuals.IsDraft})
	}), 0)
}
