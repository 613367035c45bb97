package office_test

import (
	"testing"
	"time"

	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/office"
)

// Whoever takes what the centre sent asks, while nobody else may write, for what is
// ahead here. A page that has just come to note how the machine stands waits for it,
// and must not be waited for.
func TestAPageThatNotesHowTheMachineStandsHoldsUpNobody(t *testing.T) {
	w, r := open(t)
	w.look(r)
	w.now = w.now.Add(time.Hour) // it is time to note it again
	type looked struct {
		office.Standing
		error
	}
	page, taken := make(chan looked, 1), make(chan error, 1)
	go func() {
		taken <- r.Store.Mirror().Write(t.Context(), func(mirror.Records) error {
			going := make(chan struct{})
			go func() {
				close(going)
				s, err := r.Look(t.Context())
				page <- looked{s, err}
			}()
			<-going
			for range 2000 { // meanwhile the page comes to where it waits
				if _, err := r.Mirror.Ahead(t.Context()); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	late := time.After(time.Minute)
	select {
	case err := <-taken:
		if err != nil {
			t.Fatal(err)
		}
	case <-late:
		t.Fatal("who writes waits for the page, which waits for who writes")
	}
	select {
	case l := <-page:
		if l.error != nil || l.Over {
			t.Errorf("the page is told %+v, %v", l.Standing, l.error)
		}
	case <-late:
		t.Fatal("the page never comes")
	}
}
