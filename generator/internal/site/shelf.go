package site

import (
	"fmt"
	"sync"

	"khumue/generator/internal/state"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
)

// source appends the packed card of an object to b, nothing when there is none.
type source interface {
	packed(b []byte, k kind, id string) ([]byte, error)
}

// shelf gives the cards of objects. Several goroutines may use it.
type shelf struct {
	from source

	mu       sync.Mutex
	agencies map[catalog.AgencyCode]*agencyCard // those that were asked for

	// recent are cards that were asked for lately, where cards never change:
	// the points of an office serve one manual after the other. Nil where they
	// may change.
	recent map[objectKey]card
}

// mostRecent bounds the cards that are held, and where cards never change the
// agencies that are.
const mostRecent = 2048

func newShelf(from source) *shelf {
	return &shelf{from: from, agencies: map[catalog.AgencyCode]*agencyCard{}}
}

// card returns the card of an object, nil when there is none. It is not to be
// changed.
func (s *shelf) card(k kind, id string) (c card, err error) {
	key := keyOf(k, id)
	s.mu.Lock()
	c, held := s.recent[key]
	if held {
		s.mu.Unlock()
		return c, nil
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	*buf, err = s.from.packed((*buf)[:0], k, id)
	s.mu.Unlock()
	if err != nil || len(*buf) == 0 {
		return nil, err
	}
	c = newCard(k)
	if err := state.Unpack(*buf, c); err != nil || s.recent == nil {
		return c, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.recent) >= mostRecent {
		clear(s.recent)
	}
	s.recent[key] = c
	return c, nil
}

func lookUp[C card](s *shelf, k kind, id string) (C, error) {
	var none C
	c, err := s.card(k, id)
	if err != nil || c == nil {
		return none, err
	}
	return c.(C), nil
}

// known is lookUp for an object that is in a list: it must be there.
func known[C card](s *shelf, p place) (C, error) {
	c, err := s.card(p.kind(), p.id())
	if err == nil && c == nil {
		err = fmt.Errorf("%w: %s is listed and not there", state.ErrDamaged, p.id())
	}
	if err != nil {
		var none C
		return none, err
	}
	return c.(C), nil
}

// agency returns an agency's card, nil when there is none.
func (s *shelf) agency(code catalog.AgencyCode) (*agencyCard, error) {
	s.mu.Lock()
	a, asked := s.agencies[code]
	s.mu.Unlock()
	if asked {
		return a, nil
	}
	a, err := lookUp[*agencyCard](s, anAgency, string(code))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.recent != nil && len(s.agencies) >= mostRecent {
		clear(s.agencies)
	}
	s.agencies[code] = a
	return a, nil
}

// put makes an agency known, nil for one that is gone.
func (s *shelf) put(code catalog.AgencyCode, a *agencyCard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.agencies[code] = a
}

// chain returns an agency with those above it.
func (s *shelf) chain(code catalog.AgencyCode) (catalog.Chain, error) {
	var chain catalog.Chain
	for code != "" {
		a, err := s.agency(code)
		if err != nil {
			return nil, err
		}
		if a == nil || len(chain) > mostAbove {
			break
		}
		chain = append(chain, &a.Agency)
		code = a.Agency.Parent
	}
	return chain, nil
}

// mostAbove bounds the agencies above one; a path has no room for more.
const mostAbove = 200

// name returns the name of an agency; zero when there is none.
func (s *shelf) name(code catalog.AgencyCode) (catalog.Text, error) {
	if code == "" {
		return catalog.Text{}, nil
	}
	a, err := s.agency(code)
	if err != nil || a == nil {
		return catalog.Text{}, err
	}
	return a.Agency.Name, nil
}

// home returns the content file of an agency; "" when there is none.
func (s *shelf) home(code catalog.AgencyCode) (string, error) {
	a, err := s.agency(code)
	if err != nil || a == nil {
		return "", err
	}
	return a.Path, nil
}

// rest answers what checks ask of the portal around an object.
type rest struct {
	*shelf
	has  func(k kind, id string) (bool, error)
	home func(code catalog.AgencyCode) (string, error) // content file of an agency
	list func(k corpus.Kind) []string
	mu   sync.Mutex
	err  error // the first of the shelf's
}

func (r *rest) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

// Has reports whether there is an object of a kind under an identifier.
func (r *rest) Has(k corpus.Kind, id string) bool {
	there, err := r.has(kindOf(k), id)
	r.failed(err)
	return there
}

// IDs lists the identifiers of a kind that may have been meant.
func (r *rest) IDs(k corpus.Kind) []string { return r.list(k) }

// Home returns the content file of an agency.
func (r *rest) Home(code catalog.AgencyCode) string {
	file, err := r.home(code)
	r.failed(err)
	return file
}

// Successor returns the manual that replaces a withdrawn one.
func (r *rest) Successor(id catalog.ManualID) catalog.ManualID {
	c, err := lookUp[*entryCard](r.shelf, aManual, string(id))
	r.failed(err)
	if c == nil {
		return ""
	}
	return c.Successor
}
