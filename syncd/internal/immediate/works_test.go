package immediate_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/staff"
)

func TestProcessesAreListedByWhatIsAskedFor(t *testing.T) {
	o := open(t)
	for name, tc := range map[string]struct {
		by   staff.Acting
		f    immediate.WorkFilter
		want []string
	}{
		"those of one's agency, by title":       {central, immediate.WorkFilter{}, []string{"dlt-qfgdkp", "dlt-67bh3p", "dlt-xgveap", "dlt-u3iddp", "dlt-plfczp"}},
		"those below the ministry":              {above, immediate.WorkFilter{Agency: "mot", Below: true, Text: "ภาษี"}, []string{"dlt-xgveap"}},
		"those of the ministry itself":          {above, immediate.WorkFilter{Agency: "mot"}, nil},
		"by an id":                              {central, immediate.WorkFilter{Text: "dlt-67bh3p"}, []string{"dlt-67bh3p"}},
		"by two words of one title":             {central, immediate.WorkFilter{Text: "ใบอนุญาต ชั่วคราว"}, []string{"dlt-qfgdkp"}},
		"that end in a licence":                 {central, immediate.WorkFilter{Licence: true}, []string{"dlt-qfgdkp", "dlt-u3iddp"}},
		"that end in none":                      {central, immediate.WorkFilter{Ordinary: true}, []string{"dlt-67bh3p", "dlt-xgveap", "dlt-plfczp"}},
		"whose review is due":                   {central, immediate.WorkFilter{Due: true}, nil},
		"that no point serves":                  {central, immediate.WorkFilter{Unlinked: true}, nil},
		"for who links one point of the agency": {counter, immediate.WorkFilter{Licence: true}, []string{"dlt-qfgdkp", "dlt-u3iddp"}},
		"for another agency's officer":          {other, immediate.WorkFilter{Agency: "dlt"}, nil},
		"for OPDC, which changes none":          {opdc, immediate.WorkFilter{}, nil},
		"for nobody":                            {staff.Acting{}, immediate.WorkFilter{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			tc.f.Kind, tc.f.Limit = corpus.ProcessFile, 100
			list, all, err := o.Works(tc.by, tc.f)
			must(t, err)
			var got []string
			for _, w := range list {
				got = append(got, w.ID)
			}
			if !slices.Equal(got, tc.want) || all != len(tc.want) {
				t.Errorf("got %d %v, want %v", all, got, tc.want)
			}
		})
	}
	page, all, err := o.Works(central, immediate.WorkFilter{Kind: corpus.ProcessFile, Offset: 4, Limit: 3})
	if err != nil || all != 5 || len(page) != 1 || page[0].ID != "dlt-plfczp" || page[0].Points == 0 {
		t.Errorf("the last page is %d %+v, %v", all, page, err)
	}
}

func TestListsFollowWhatIsChanged(t *testing.T) {
	o := open(t)
	must(t, o.Ready())
	s, err := o.Create(t.Context(), author, immediate.New{Agency: "dlt", Value: process("กระบวนงานใหม่")})
	must(t, err)
	list, _, err := o.Works(author, immediate.WorkFilter{Kind: corpus.ProcessFile, Unlinked: true, Due: true, Limit: 9})
	if err != nil || len(list) != 1 || list[0].ID != s.ID {
		t.Fatalf("a new process is not found among those unlinked and never reviewed: %+v, %v", list, err)
	}
	_, err = o.Confirm(t.Context(), author, s.ID)
	must(t, err)
	w, value, err := o.Work(author, corpus.ProcessFile, s.ID)
	must(t, err)
	if p := value.(*catalog.Process); p.ReviewedOn.IsZero() || w.ReviewedOn != p.ReviewedOn || w.Points != 0 {
		t.Errorf("got %+v, %+v", w, p)
	}
	_, err = o.Link(t.Context(), central, immediate.LinkChange{Points: []catalog.PointCode{"dlt-area2"}, Add: immediate.Links{Processes: []catalog.ProcessID{catalog.ProcessID(s.ID)}}})
	must(t, err)
	if w, _, err = o.Work(author, corpus.ProcessFile, s.ID); err != nil || w.Points != 1 {
		t.Errorf("%d points, %v", w.Points, err)
	}
	if _, _, err := o.Work(author, corpus.ServiceFile, s.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("it is a service as well: %v", err)
	}
	if _, _, err := o.Work(other, corpus.ProcessFile, s.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("another agency sees it: %v", err)
	}
}

func TestAProcessTellsWhichManualsNameIt(t *testing.T) {
	o := open(t)
	for _, ready := range []bool{false, true} {
		if ready {
			must(t, o.Ready())
		}
		got, err := o.Naming("dlt-67bh3p", "no-such")
		must(t, err)
		if !slices.Equal(got["dlt-67bh3p"], []catalog.ManualID{"dlt-67bh3i"}) || len(got["no-such"]) != 0 {
			t.Errorf("got %v", got)
		}
	}
}

func TestWhatIsDueIsOfThoseWhoMayConfirmIt(t *testing.T) {
	o := open(t)
	counts := func(by staff.Acting, f immediate.TaskFilter) map[immediate.Due]int {
		t.Helper()
		f.Limit = 100
		l, err := o.Tasks(by, f)
		must(t, err)
		return l.Counts
	}
	points := immediate.TaskFilter{Kind: corpus.PointFile}
	if got := counts(central, points); got[immediate.Late] != 1 || got[immediate.Fresh] != 11 {
		t.Errorf("the agency's points: %v", got)
	}
	if got := counts(counter, immediate.TaskFilter{}); got[immediate.Fresh] != 1 || len(got) != 1 {
		t.Errorf("the officer of one point: %v", got)
	}
	if got := counts(author, immediate.TaskFilter{}); got[immediate.Fresh] != 5 || len(got) != 1 {
		t.Errorf("who edits processes alone: %v", got)
	}
	for _, by := range []staff.Acting{opdc, {}} {
		if got := counts(by, immediate.TaskFilter{}); len(got) != 0 {
			t.Errorf("who may confirm nothing: %v", got)
		}
	}
	if late, err := open(t).Overdue(central); err != nil || late != 0 {
		t.Errorf("before the content is read %d are late, %v", late, err)
	}
	late, err := o.Overdue(central)
	if err != nil || late != 2 {
		t.Errorf("%d are late, %v", late, err)
	}
	o.now = o.now.AddDate(0, 7, 0)
	if got := counts(central, points); got[immediate.Soon] != 1 || got[immediate.Late] != 2 {
		t.Errorf("seven months on: %v", got)
	}
	o.now = o.now.AddDate(3, 6, 0)
	if got := counts(author, immediate.TaskFilter{}); got[immediate.Soon] != 5 {
		t.Errorf("processes after four years and a half: %v", got)
	}
	if late, err = o.Overdue(central); err != nil || late != 13 {
		t.Errorf("%d are late, %v", late, err)
	}
	if all, err := o.Overdue(dga); err != nil || all != 0 {
		t.Errorf("%d wait for who reaches the country, %v", all, err)
	}
}

func TestManyAreConfirmedInOneCommit(t *testing.T) {
	o := open(t)
	ids := []string{"dlt", "dlt-area5", "dlt-chaiyaphum", "dlt-67bh3p", "dlt"}
	if _, err := o.ConfirmAll(t.Context(), counter, ids...); !errors.Is(err, fault.Forbidden) {
		t.Fatalf("an officer of one point confirms all: %v", err)
	}
	if _, err := o.ConfirmAll(t.Context(), central); !errors.Is(err, fault.Invalid) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := o.ConfirmAll(t.Context(), central, "dlt-area5", "no-such"); !errors.Is(err, fault.NotFound) {
		t.Errorf("what is not there: %v", err)
	}
	if _, err := o.ConfirmAll(t.Context(), central, "dlt", string(manual)); !errors.Is(err, fault.NotFound) {
		t.Errorf("a manual: %v", err)
	}
	s, err := o.ConfirmAll(t.Context(), central, ids...)
	if err != nil || s.Files != 4 {
		t.Fatalf("%d files, %v", s.Files, err)
	}
	if late, err := o.Overdue(central); err != nil || late != 0 {
		t.Errorf("%d are late still, %v", late, err)
	}
	if s, err = o.ConfirmAll(t.Context(), central, ids...); err != nil || s.Files != 0 {
		t.Errorf("again: %d files, %v", s.Files, err)
	}
	if e := o.trail()[0]; e.Action != "structure.confirm" {
		t.Errorf("the trail has %+v", e)
	}
	o.verified()
}

func TestANoticeOfClosureIsTakenBack(t *testing.T) {
	o := open(t)
	day := calendar.DateOf(o.now.AddDate(0, 1, 0))
	for _, id := range []string{"dlt", "dlt-area5"} {
		_, err := o.Close(t.Context(), central, id, catalog.Closure{From: day, Reason: catalog.Text{TH: "อบรม"}}, "")
		must(t, err)
		if _, err := o.Reopen(t.Context(), other, id, day, ""); !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s: another agency takes it back: %v", id, err)
		}
		_, err = o.Reopen(t.Context(), central, id, day, "")
		must(t, err)
		if _, err := o.Reopen(t.Context(), central, id, day, ""); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: it is taken back twice: %v", id, err)
		}
	}
	o.verified()
}

func TestSidesAreThePointsThatAnOfficerMayLink(t *testing.T) {
	o := open(t)
	of := immediate.Links{Manuals: []catalog.ManualID{manual}}
	s, err := o.Sides(central, immediate.PointFilter{}, of, 3)
	if err != nil || s.AllLinked+s.AllFree != 12 || len(s.Linked) != min(3, s.AllLinked) {
		t.Fatalf("%d and %d, %d shown, %v", s.AllLinked, s.AllFree, len(s.Linked), err)
	}
	if s, err = o.Sides(counter, immediate.PointFilter{}, of, -1); err != nil || s.AllLinked+s.AllFree != 1 {
		t.Errorf("an officer of one point: %+v, %v", s, err)
	}
	_, err = o.Show(t.Context(), central, "dlt-area5", catalog.Cancelled, catalog.Closure{}, "")
	must(t, err)
	served := func() bool {
		s, err := o.Sides(central, immediate.PointFilter{}, of, -1)
		must(t, err)
		return slices.ContainsFunc(append(s.Linked, s.Free...), func(p immediate.Point) bool { return p.Code == "dlt-area5" })
	}
	if !served() {
		t.Error("a cancelled point that is linked can not be unlinked")
	}
	_, err = o.Link(t.Context(), central, immediate.LinkChange{Points: []catalog.PointCode{"dlt-area5"}, Remove: of})
	must(t, err)
	if served() {
		t.Error("a cancelled point is offered")
	}
}

func TestDueDays(t *testing.T) {
	today := calendar.DateOf(time.Date(2026, 11, 22, 12, 0, 0, 0, calendar.Bangkok()))
	day := func(s string) calendar.Date {
		d, err := calendar.ParseISO(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for on, want := range map[string][2]immediate.Due{
		"2026-11-22": {immediate.Fresh, immediate.Fresh},
		"2025-12-22": {immediate.Fresh, immediate.Fresh},
		"2025-12-21": {immediate.Soon, immediate.Fresh},
		"2025-11-22": {immediate.Soon, immediate.Fresh},
		"2025-11-21": {immediate.Late, immediate.Fresh},
		"2022-05-22": {immediate.Late, immediate.Fresh},
		"2022-05-21": {immediate.Late, immediate.Soon},
		"2021-11-22": {immediate.Late, immediate.Soon},
		"2021-11-21": {immediate.Late, immediate.Late},
	} {
		if got := [2]immediate.Due{immediate.Confirmed(day(on), today), immediate.Reviewed(day(on), today)}; got != want {
			t.Errorf("%s is %v, want %v", on, got, want)
		}
	}
	if immediate.Confirmed(calendar.Date{}, today) != immediate.Late || immediate.Reviewed(calendar.Date{}, today) != immediate.Late {
		t.Error("what was never done is not late")
	}
}
