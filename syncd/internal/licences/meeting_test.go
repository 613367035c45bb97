package licences_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/licence"
	"khumue/syncd/internal/licences"
)

// interrupted is a store in whose first change something else comes between.
type interrupted struct {
	licences.Store
	once sync.Once
	by   func()
}

func (s *interrupted) Write(ctx context.Context, do func(licences.Records) error) error {
	return s.Store.Write(ctx, func(r licences.Records) error {
		s.once.Do(s.by)
		return do(r)
	})
}

// announced are places that tell when they are asked for.
type announced struct {
	*office
	once sync.Once
	came chan struct{}
}

func (p *announced) Places() ([]licences.Place, error) {
	p.once.Do(func() { close(p.came) })
	return p.office.Places()
}

// Who decides holds the only writer, and looks points up; who follows the content
// wants the writer. Neither may wait for the other.
func TestContentChangesWhileSomebodyDecides(t *testing.T) {
	o := open(t)
	o.at = clock(t, "2026-12-01 09:00")
	id := o.asked(area5, "point")
	places, followed := &announced{office: o, came: make(chan struct{})}, make(chan error, 1)
	o.Store = &interrupted{Store: o.db.Licences(), by: func() {
		o.turn, o.points = o.turn+1, append(o.points, licences.Place{Code: "dlt-area6", Agency: "dlt", Processes: []catalog.ProcessID{renewal}})
		o.Desk.Places = places
		go func() { followed <- o.Follow(context.WithoutCancel(t.Context())) }()
		<-places.came
	}}
	if did, err := o.Decide(t.Context(), o.people["central"], []string{id}, true, ""); err != nil || len(did) != 1 {
		t.Errorf("got %v, %v", did, err)
	}
	o.must(<-followed)
	o.row("central", licence.Key{Point: "dlt-area6", Process: renewal, Month: november.Add(1)})
}

func TestAnOldRequestDecidesNoNewOne(t *testing.T) {
	o := open(t)
	o.at = clock(t, "2026-12-01 09:00")
	old := o.asked(area5, "point")
	_, err := o.Decide(t.Context(), o.people["central"], []string{old}, false, "ระบุหมายเลขคำขอที่ตกหล่นด้วย")
	o.must(err)
	o.at = clock(t, "2026-12-01 10:00")
	id := o.asked(area5, "point")
	if _, err := o.Decide(t.Context(), o.people["ministry"], []string{old}, true, ""); !errors.Is(err, fault.Conflict) {
		t.Errorf("an open page grants what it does not show: %v", err)
	}
	if q, err := o.Queue(t.Context(), o.people["central"]); err != nil || len(q) != 1 || q[0].ID != id {
		t.Errorf("the new request waits: %+v, %v", q, err)
	}
}

func TestHandingInWhatWasRightEndsTheWindow(t *testing.T) {
	o := open(t)
	_, err := o.write("point", area5, entry(2, 4, 3, 3))
	o.must(err)
	o.at = clock(t, "2026-12-01 09:00")
	_, err = o.Decide(t.Context(), o.people["central"], []string{o.asked(area5, "point")}, true, "")
	o.must(err)
	if out, err := o.write("point", area5, entry(2, 4, 3, 3)); err != nil || out.Filed != 1 {
		t.Errorf("got %+v, %v", out, err)
	}
	if got := o.row("point", area5).Standing.State; got != licence.Locked {
		t.Errorf("it is %v", got)
	}
}

func TestNobodyIsRemindedOfAMonthThatIsNotOver(t *testing.T) {
	o := open(t)
	if _, _, err := o.Remind(t.Context(), o.people["central"], "dlt", "", november); !errors.Is(err, fault.Invalid) || len(o.told) > 0 {
		t.Errorf("got %v, and told %v", err, o.told)
	}
}

func TestADraftThatCanNotBeHandedInCarriesNothing(t *testing.T) {
	o := open(t)
	_, err := o.write("point", area5, entry(2, 4, 3, 3), func(w *licences.Written) { w.File = false })
	o.must(err)
	for _, tc := range []struct {
		name, at string
		want     bool
	}{
		{"while it can be handed in, the next month begins with it", "2026-11-05 09:00", true},
		{"once it locked, the next month begins with nothing known", "2026-12-01 09:00", false},
	} {
		o.at = clock(t, tc.at)
		g, err := o.Grid(t.Context(), o.people["point"], "dlt-area5", october, november)
		o.must(err)
		for _, r := range g.Rows {
			if r.Process == renewal && r.Month == november && r.Opening.Known != tc.want {
				t.Errorf("%s: %+v", tc.name, r.Opening)
			}
		}
	}
}
