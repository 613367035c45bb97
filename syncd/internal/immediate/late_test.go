package immediate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/immediate"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/trail"
)

func TestWhatTheDatabaseCouldNotBeToldIsToldLater(t *testing.T) {
	o := open(t)
	var away error = fault.New(fault.Unavailable, fault.Text{TH: "เข้าถึงฐานข้อมูลไม่ได้", EN: "The database can not be reached."})
	p, c := opened[catalog.Point](o, counter, area5File)
	p.Directions.TH = "หนึ่ง"
	o.broken.Store(&away)
	saved, err := o.Save(t.Context(), counter, c)
	if err != nil || saved.Commit.IsZero() {
		t.Fatalf("what git has is done: %v", err)
	}
	if _, err := o.Confirm(t.Context(), counter, "dlt-area5"); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a change while the trail is behind: %v", err)
	}
	o.broken.Store(nil)
	_, err = o.Confirm(t.Context(), counter, "dlt-area5")
	must(t, err)
	var done []string
	for _, e := range o.trail() {
		done = append(done, e.Action)
	}
	if !slices.Equal(done, []string{"point.confirm", "point.edit"}) {
		t.Errorf("the trail has %v", done)
	}
}

type ofTheChange struct{}

// TestWhatTheTrailIsToldIsNoneOfTheChange has what is bound to the transaction of a
// change, as that an operation is done, stay out of the trail's: its effect is a commit.
func TestWhatTheTrailIsToldIsNoneOfTheChange(t *testing.T) {
	o := open(t)
	record, n := o.Record, 0
	o.Record = func(ctx context.Context, e trail.Entry) error {
		if n++; ctx.Value(ofTheChange{}) != nil {
			t.Errorf("entry %d is of the change", n)
		}
		return record(ctx, e)
	}
	var away error = fault.New(fault.Unavailable, fault.Text{TH: "เข้าถึงฐานข้อมูลไม่ได้", EN: "The database can not be reached."})
	o.broken.Store(&away)
	_, err := o.Confirm(t.Context(), counter, "dlt-area5")
	must(t, err)
	o.broken.Store(nil)
	p, c := opened[catalog.Point](o, counter, area5File)
	p.Directions.TH = "หนึ่ง"
	_, err = o.Save(context.WithValue(t.Context(), ofTheChange{}, true), counter, c)
	if err != nil || n != 3 {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestABackupKeepsChangesOut(t *testing.T) {
	o := open(t)
	closed := errors.New("a backup is being taken")
	o.Enter = func(context.Context) (func(), error) { return nil, closed }
	if _, err := o.Confirm(t.Context(), counter, "dlt-area5"); !errors.Is(err, closed) {
		t.Errorf("got %v", err)
	}
}

func TestManyOfficersAtOnceLoseNothing(t *testing.T) {
	o := open(t)
	var all sync.WaitGroup
	for i := range 12 {
		switch i % 3 {
		case 0:
			p, c := opened[catalog.Point](o, counter, area5File)
			p.Contact.Phones = append(p.Contact.Phones, fmt.Sprintf("02 000 %04d", i))
			all.Go(func() {
				if _, err := o.Save(t.Context(), counter, c); err != nil {
					t.Errorf("phone %d: %v", i, err)
				}
			})
		case 1:
			all.Go(func() {
				n := immediate.New{Agency: "dlt", Value: process(fmt.Sprintf("งานที่ %d", i))}
				if _, err := o.Create(t.Context(), author, n); err != nil {
					t.Errorf("process %d: %v", i, err)
				}
			})
		case 2:
			all.Go(func() {
				add := immediate.Links{Manuals: []catalog.ManualID{manual}}
				c := immediate.LinkChange{Points: threePoints, Add: add}
				if i%2 == 0 {
					c.Add, c.Remove = c.Remove, c.Add
				}
				if _, err := o.Link(t.Context(), central, c); err != nil {
					t.Errorf("links %d: %v", i, err)
				}
				if _, err := o.Points(immediate.PointFilter{Manual: manual}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	text := o.text(area5File)
	for i := 0; i < 12; i += 3 {
		if !strings.Contains(text, fmt.Sprintf("02 000 %04d", i)) {
			t.Errorf("phone %d is lost in\n%s", i, text)
		}
	}
	o.verified()
}

func TestTheIndexFollowsWhatOthersDoToMain(t *testing.T) {
	o := open(t)
	must(t, o.Ready())
	by := ledger.Acting{Officer: dga.Officer, As: dga.Grants[0]}
	_, err := o.Ledger.Immediate(t.Context(), "Move a point", "", func(b *gitrepo.Batch, content gitrepo.Hash) (ledger.Acting, []gitrepo.Edit, error) {
		src, err := o.Ledger.Repo.File(content, area5File)
		if err != nil {
			return by, nil, err
		}
		blob, err := b.Add(gitrepo.Blob, src)
		return by, []gitrepo.Edit{gitrepo.Remove(area5File), gitrepo.SetFile("agencies/mot/points/dlt-area5.yaml", blob)}, err
	})
	must(t, err)
	at, err := o.File("dlt-area5")
	must(t, err)
	links, err := o.Serves("dlt-area5")
	must(t, err)
	here, err := o.Points(immediate.PointFilter{Agency: "mot"})
	must(t, err)
	serving, err := o.Points(immediate.PointFilter{Manual: links.Manuals[0]})
	must(t, err)
	n := 0
	for _, p := range serving {
		if p.Code == "dlt-area5" {
			n++
		}
	}
	if at.Owner != "mot" || len(here) != 1 || n != 1 {
		t.Errorf("it stands in %s; %d points there; it serves %d times", at.Path, len(here), n)
	}
}
