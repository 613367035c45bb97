package gitserve

import (
	"context"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// seats are the places of those that run: so many in all, fewer for each person.
type seats struct {
	all    chan struct{}
	person int

	mu   *sync.Mutex
	held map[catalog.OfficerID]*bench
}

// bench are a person's own places; it is forgotten when nobody wants one.
type bench struct {
	places chan struct{}
	users  int
}

func newSeats(all, person int) seats {
	return seats{make(chan struct{}, all), person, &sync.Mutex{}, map[catalog.OfficerID]*bench{}}
}

// take waits for a place, and returns what gives it back. When none becomes free
// in time it is an error of kind Unavailable.
func (s seats) take(ctx context.Context, id catalog.OfficerID, wait time.Duration) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	b := s.join(id)
	if err := sit(ctx, b.places); err != nil {
		s.part(id, b)
		return nil, err
	}
	if err := sit(ctx, s.all); err != nil {
		<-b.places
		s.part(id, b)
		return nil, err
	}
	return func() {
		<-s.all
		<-b.places
		s.part(id, b)
	}, nil
}

func sit(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unavailable, fault.Text{TH: "มีผู้ใช้ git พร้อมกันมากเกินไป", EN: "Too many are using git at this moment."},
			fault.Text{TH: "ลองใหม่ในอีกสักครู่", EN: "Try again in a moment."})
	}
}

func (s seats) join(id catalog.OfficerID) *bench {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.held[id]
	if b == nil {
		b = &bench{places: make(chan struct{}, s.person)}
		s.held[id] = b
	}
	b.users++
	return b
}

func (s seats) part(id catalog.OfficerID, b *bench) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.users--; b.users == 0 {
		delete(s.held, id)
	}
}
