package issuer

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"
)

// shelf keeps things for a while, by keys that nobody guesses. Of more than
// most things the oldest goes, so that its size is bounded. All things on a
// shelf last equally long.
type shelf[V any] struct {
	now  func() time.Time
	life time.Duration
	most int

	mu    sync.Mutex
	order []string // oldest first; may name what is gone
	items map[string]kept[V]
}

type kept[V any] struct {
	value V
	until time.Time
}

func newShelf[V any](now func() time.Time, life time.Duration, most int) *shelf[V] {
	return &shelf[V]{now: now, life: life, most: most, items: map[string]kept[V]{}}
}

// put keeps a value under a new key, which it returns.
func (s *shelf[V]) put(v V) string {
	key := rand.Text()
	s.set(key, v)
	return key
}

// set keeps a value under a key that is new.
func (s *shelf[V]) set(key string, v V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for len(s.order) > 0 {
		oldest, there := s.items[s.order[0]]
		if there && now.Before(oldest.until) && len(s.items) < s.most {
			break
		}
		delete(s.items, s.order[0])
		s.order = s.order[1:]
	}
	s.order = append(s.order, key)
	s.items[key] = kept[V]{v, now.Add(s.life)}
	if len(s.order) > 2*s.most {
		s.order = slices.DeleteFunc(s.order, func(k string) bool { _, there := s.items[k]; return !there })
	}
}

// get returns the value of a key, if it is there and has not expired.
func (s *shelf[V]) get(key string) (V, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.look(key)
}

func (s *shelf[V]) look(key string) (V, bool) {
	k, there := s.items[key]
	if !there || !s.now().Before(k.until) {
		var none V
		return none, false
	}
	return k.value, true
}

// take is get, and the value is gone.
func (s *shelf[V]) take(key string) (V, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.look(key)
	delete(s.items, key)
	return v, ok
}

// change replaces a value that is there by what f makes of it.
func (s *shelf[V]) change(key string, f func(V) V) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.look(key)
	if ok {
		s.items[key] = kept[V]{f(v), s.items[key].until}
	}
	return ok
}

// drop forgets all that match.
func (s *shelf[V]) drop(match func(V) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, k := range s.items {
		if match(k.value) {
			delete(s.items, key)
		}
	}
}
