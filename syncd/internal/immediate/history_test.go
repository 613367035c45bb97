package immediate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
	"khumue/syncd/internal/immediate"
)

// edited saves a change of area 5 by the point's own officer.
func (o *office) edited(change func(*catalog.Point)) immediate.Saved {
	o.t.Helper()
	p, c := opened[catalog.Point](o, counter, area5File)
	change(p)
	saved, err := o.Save(o.t.Context(), counter, c)
	must(o.t, err)
	return saved
}

func directions(words string) func(*catalog.Point) {
	return func(p *catalog.Point) { p.Directions.TH = words }
}

func TestTheHistoryOfAFileIsPagedNewestFirst(t *testing.T) {
	o := open(t)
	o.edited(directions("หนึ่ง"))
	_, err := o.Show(t.Context(), central, "dlt-area2", catalog.Hidden, catalog.Closure{}, "") // another file
	must(t, err)
	o.edited(directions("สอง"))
	last := o.edited(func(p *catalog.Point) { p.QueueURL = "https://q.example.go.th" })
	page, next, err := o.History(t.Context(), counter, area5File, gitrepo.Hash{}, 2)
	must(t, err)
	if len(page) != 2 || next.IsZero() || page[0].Commit != last.Commit || page[0].By != counter.ID || page[0].Role.Point != "dlt-area5" || page[0].Stage != proof.Immediate ||
		len(page[1].Changes) != 1 || page[1].Changes[0].New.Words.TH != "สอง" {
		t.Errorf("got %+v, next %v", page, next)
	}
	rest, next, err := o.History(t.Context(), counter, area5File, next, 10)
	must(t, err)
	if len(rest) != 2 || !next.IsZero() || !rest[1].Came || rest[1].Stage != proof.Bootstrap {
		t.Errorf("got %+v, next %v", rest, next)
	}
	if _, _, err := o.History(t.Context(), other, area5File, gitrepo.Hash{}, 2); !errors.Is(err, fault.NotFound) {
		t.Errorf("another agency's officer: %v", err)
	}
}

func TestAChangeIsTakenBack(t *testing.T) {
	t.Run("byte for byte when nothing changed since", func(t *testing.T) {
		o := open(t)
		before := o.text(area5File)
		done := o.edited(directions("ผิด"))
		back, err := o.Revert(t.Context(), counter, done.Commit)
		must(t, err)
		if o.text(area5File) != before || back.Merged {
			t.Errorf("it holds\n%s", o.text(area5File))
		}
		if e := o.trail()[0]; e.Action != "change.revert" || e.Subject != done.Commit.String() {
			t.Errorf("the trail has %+v", e)
		}
		o.verified()
	})
	t.Run("other fields that changed since stand", func(t *testing.T) {
		o := open(t)
		done := o.edited(directions("ผิด"))
		o.edited(func(p *catalog.Point) { p.QueueURL = "https://q.example.go.th" })
		back, err := o.Revert(t.Context(), counter, done.Commit, area5File)
		must(t, err)
		if text := o.text(area5File); !back.Merged || strings.Contains(text, "ผิด") || !strings.Contains(text, "q.example") {
			t.Errorf("it holds\n%s", text)
		}
	})
	t.Run("not when the same field changed since", func(t *testing.T) {
		o := open(t)
		done := o.edited(directions("ผิด"))
		o.edited(directions("ถูก"))
		_, err := o.Revert(t.Context(), counter, done.Commit)
		if clash := (*immediate.Clash)(nil); !errors.As(err, &clash) || !errors.Is(err, fault.Conflict) || !strings.Contains(o.text(area5File), "ถูก") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("of thousands of links, all at once", func(t *testing.T) {
		o := open(t)
		add := immediate.Links{Manuals: []catalog.ManualID{manual}}
		_, err := o.Link(t.Context(), central, immediate.LinkChange{Points: threePoints, Remove: add})
		must(t, err)
		was, err := o.Points(immediate.PointFilter{Manual: manual})
		must(t, err)
		done, err := o.Link(t.Context(), central, immediate.LinkChange{Points: threePoints, Add: add})
		must(t, err)
		back, err := o.Revert(t.Context(), central, done.Commit)
		must(t, err)
		is, err := o.Points(immediate.PointFilter{Manual: manual})
		must(t, err)
		if back.Files != 3 || len(is) != len(was) {
			t.Errorf("%d files, %d points serve it, before %d", back.Files, len(is), len(was))
		}
	})
	t.Run("not by who may not make it", func(t *testing.T) {
		o := open(t)
		done, err := o.Show(t.Context(), central, "dlt-area2", catalog.Hidden, catalog.Closure{}, "")
		must(t, err)
		if _, err := o.Revert(t.Context(), counter, done.Commit); !errors.Is(err, fault.Forbidden) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("not the first content", func(t *testing.T) {
		o := open(t)
		root, err := o.Ledger.Repo.Refs().Get(gitrepo.Main)
		must(t, err)
		if _, err := o.Revert(t.Context(), dga, root); !errors.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a removal brings the file back", func(t *testing.T) {
		o := open(t)
		made, err := o.Create(t.Context(), author, immediate.New{Agency: "dlt", Value: process("การออกใบแทน")})
		must(t, err)
		gone, err := o.Remove(t.Context(), central, made.ID, "ซ้ำ")
		must(t, err)
		if _, err := o.File(made.ID); !errors.Is(err, fault.NotFound) {
			t.Fatalf("it is still there: %v", err)
		}
		_, err = o.Revert(t.Context(), central, gone.Commit)
		must(t, err)
		if at, err := o.File(made.ID); err != nil || at.Path != made.File {
			t.Errorf("got %+v, %v", at, err)
		}
		if _, err := o.Revert(t.Context(), central, made.Commit); !errors.Is(err, fault.Invalid) {
			t.Errorf("taking its creation back: %v", err)
		}
		o.verified()
	})
}

func TestAServiceIsRemovedByWhoMayEditIt(t *testing.T) {
	o := open(t)
	made, err := o.Create(t.Context(), author, immediate.New{Agency: "dlt", Value: otherService("ตรวจสอบสิทธิ")})
	must(t, err)
	if _, err := o.Remove(t.Context(), opdc, made.ID, ""); !errors.Is(err, fault.Forbidden) {
		t.Errorf("by who may not: %v", err)
	}
	_, err = o.Remove(t.Context(), author, made.ID, "เลิกให้บริการ")
	must(t, err)
	if _, err := o.File(made.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if _, err := o.Remove(t.Context(), dga, "dlt-area2", ""); !errors.Is(err, fault.NotFound) {
		t.Errorf("a point is removed: %v", err)
	}
	o.verified()
}

func otherService(title string) *catalog.Service {
	return &catalog.Service{
		Title: catalog.Text{TH: title}, Summary: catalog.Text{TH: title}, Categories: []catalog.Slug{"transport"},
		Channels: []catalog.Channel{{Kind: catalog.Counter, Name: catalog.Text{TH: "เคาน์เตอร์ 1"}}}, Body: catalog.Body{Markdown: "แสดงบัตรประชาชน\n"},
	}
}

func process(title string) *catalog.Process {
	return &catalog.Process{Title: catalog.Text{TH: title}, WorkKind: "licence"}
}

func TestWhatIsCreated(t *testing.T) {
	o := open(t)
	point := &catalog.Point{Name: catalog.Text{TH: "สำนักงานใหม่"}, Address: catalog.Address{Line: catalog.Text{TH: "1 ถนนใหม่"}, Subdistrict: "103001"}}
	made, err := o.Create(t.Context(), central, immediate.New{Agency: "dlt", Value: point})
	must(t, err)
	if !strings.HasPrefix(made.ID, "dlt-") || len(made.ID) != len("dlt-aaaaaa") || made.File != "agencies/mot/dlt/points/"+made.ID+".yaml" || point.Code != "" {
		t.Errorf("got %+v", made)
	}
	if !strings.HasPrefix(o.text(made.File), "# yaml-language-server: $schema=") {
		t.Errorf("it holds\n%s", o.text(made.File))
	}
	agency := &catalog.Agency{Name: catalog.Text{TH: "กองใหม่"}, Kind: "division"}
	below, err := o.Create(t.Context(), central, immediate.New{Agency: "dlt", Code: "dlt-new", Value: agency})
	must(t, err)
	if below.File != "agencies/mot/dlt/dlt-new/agency.yaml" {
		t.Errorf("got %+v", below)
	}
	_, err = o.Create(t.Context(), central, immediate.New{Agency: "dlt-new", Value: process("งานใหม่")})
	must(t, err)
	if _, err := o.Create(t.Context(), central, immediate.New{Agency: "dlt", Code: "dlt-new", Value: agency}); !errors.Is(err, fault.Conflict) {
		t.Errorf("a code that is taken: %v", err)
	}
	if _, err := o.Create(t.Context(), dga, immediate.New{Code: "dlt", Value: agency}); !errors.Is(err, fault.Conflict) {
		t.Errorf("a code that another agency has: %v", err)
	}
	if _, err := o.Create(t.Context(), central, immediate.New{Agency: "dlt", Value: &catalog.Point{}}); !errors.Is(err, fault.Invalid) {
		t.Errorf("a point of nothing: %v", err)
	}
	if got := o.trail()[0].Action; got != "process.create" {
		t.Errorf("the trail has %s", got)
	}
	o.verified()
}

func TestAnAgencyIsRetiredWhenNothingOfItIsServed(t *testing.T) {
	o := open(t)
	r := catalog.Retirement{On: calendar.NewDate(2026, 12, 1), Successor: "mot"}
	if _, err := o.Retire(t.Context(), central, "dlt", r, ""); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "dlt-area2") {
		t.Errorf("with points and manuals: %v", err)
	}
	_, err := o.Create(t.Context(), central, immediate.New{Agency: "dlt", Code: "dlt-old", Value: &catalog.Agency{Name: catalog.Text{TH: "กองเก่า"}, Kind: "division"}})
	must(t, err)
	if _, err := o.Retire(t.Context(), unit, "dlt-old", r, ""); !errors.Is(err, fault.Forbidden) {
		t.Errorf("a point officer: %v", err)
	}
	_, err = o.Retire(t.Context(), central, "dlt-old", r, "ยุบรวม")
	must(t, err)
	if text := o.text("agencies/mot/dlt/dlt-old/agency.yaml"); !strings.Contains(text, "successor: mot") {
		t.Errorf("it holds\n%s", text)
	}
}

func TestNoticesOfClosureAndConfirmation(t *testing.T) {
	o := open(t)
	c := catalog.Closure{From: calendar.NewDate(2026, 12, 28), To: calendar.NewDate(2026, 12, 30), Reason: catalog.Text{TH: "ปรับปรุงอาคาร"}}
	_, err := o.Close(t.Context(), central, "dlt", c, "")
	must(t, err)
	c.To = calendar.NewDate(2026, 12, 31)
	_, err = o.Close(t.Context(), central, "dlt", c, "")
	must(t, err)
	a, _ := opened[catalog.Agency](o, central, dltFile)
	n := 0
	for _, one := range a.Closures {
		if one.From == c.From {
			n++
		}
	}
	if n != 1 || !slices.ContainsFunc(a.Closures, func(one catalog.Closure) bool { return one.To == c.To }) {
		t.Errorf("got %+v", a.Closures)
	}
	c.To = calendar.NewDate(2026, 12, 1)
	if _, err := o.Close(t.Context(), counter, "dlt-area5", c, ""); !errors.Is(err, fault.Invalid) {
		t.Errorf("one that ends before it begins: %v", err)
	}
	if _, err := o.Close(t.Context(), counter, "dlt", c, ""); !errors.Is(err, fault.Forbidden) {
		t.Errorf("the agency's, by an officer of one point: %v", err)
	}
	_, err = o.Confirm(t.Context(), counter, "dlt-area5")
	must(t, err)
	_, err = o.Confirm(t.Context(), unit, "dlt")
	must(t, err)
	for _, file := range []string{dltFile, area5File} {
		if !strings.Contains(o.text(file), "confirmed_on: 2026-11-22") {
			t.Errorf("%s is not confirmed", file)
		}
	}
	_, err = o.Show(t.Context(), counter, "dlt-area5", catalog.ClosedTemporarily, catalog.Closure{From: calendar.NewDate(2026, 12, 1), Reason: catalog.Text{TH: "ซ่อม"}}, "")
	must(t, err)
	if text := o.text(area5File); !strings.Contains(text, "closed-temporarily") || !strings.Contains(text, "ซ่อม") {
		t.Errorf("it holds\n%s", text)
	}
	o.verified()
}
