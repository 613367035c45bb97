package site

import (
	"encoding/binary"

	"khumue/generator/internal/state"
	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/internal/thai"
)

// kind is a sort of object, as it stands in keys. Lists hold their objects in
// this order.
type kind byte

const (
	anAgency  kind = 'a'
	aManual   kind = 'm'
	aService  kind = 'n' // after the manuals, also in lists
	aPoint    kind = 'p'
	aProcess  kind = 'r'
	kindCount      = 5
)

var kinds = [kindCount]kind{anAgency, aManual, aService, aPoint, aProcess}

// kindOf is the kind of object that a content file holds.
func kindOf(k corpus.Kind) kind {
	switch k {
	case corpus.AgencyFile:
		return anAgency
	case corpus.ManualFile:
		return aManual
	case corpus.ServiceFile:
		return aService
	case corpus.PointFile:
		return aPoint
	case corpus.ProcessFile:
		return aProcess
	}
	panic("site: no kind of object for " + string(k))
}

// A card is all that other pages, lists, tables and maps show of an object: as
// long as it stays the same, a change of the object concerns its own pages
// only. Cards are what a build remembers of objects.
type card interface {
	kind() kind
	id() string
	path() string // of the content file
	place() place
}

// entryCard is the card of a manual or another service.
type entryCard struct {
	Path string
	page.Brief
	Time, Fee   string // in Thai words, for tables
	Categories  []catalog.Slug
	Groups      []catalog.Slug
	Tags        []catalog.Slug
	Process     catalog.ProcessID
	Successor   catalog.ManualID
	WithdrawnOn calendar.Date
	ReviewedOn  calendar.Date
	Legacy      catalog.Legacy
	Files       []string // attachments
}

// pointCard is the card of a point. It holds the whole point, so that its page
// needs no second reading.
type pointCard struct {
	Path  string
	Point catalog.Point
	Spot  page.Spot
}

// agencyCard is the card of an agency.
type agencyCard struct {
	Path   string
	Agency catalog.Agency
}

// processCard is the card of a process.
type processCard struct {
	Path  string
	ID    catalog.ProcessID
	Owner catalog.AgencyCode
	Title catalog.Text
}

func (c *entryCard) kind() kind {
	if c.Kind == "service" {
		return aService
	}
	return aManual
}
func (c *pointCard) kind() kind   { return aPoint }
func (c *agencyCard) kind() kind  { return anAgency }
func (c *processCard) kind() kind { return aProcess }

func (c *entryCard) id() string   { return c.ID }
func (c *pointCard) id() string   { return string(c.Point.Code) }
func (c *agencyCard) id() string  { return string(c.Agency.Code) }
func (c *processCard) id() string { return string(c.ID) }

func (c *entryCard) path() string   { return c.Path }
func (c *pointCard) path() string   { return c.Path }
func (c *agencyCard) path() string  { return c.Path }
func (c *processCard) path() string { return c.Path }

func (c *entryCard) place() place   { return placeOf(c.kind(), thai.SortKey(c.Title.TH), c.ID) }
func (c *agencyCard) place() place  { return placeOf(anAgency, thai.SortKey(c.Agency.Name.TH), c.id()) }
func (c *processCard) place() place { return placeOf(aProcess, nil, c.id()) }

// place puts points by their author's number first.
func (c *pointCard) place() place {
	key := binary.BigEndian.AppendUint32(nil, uint32(c.Point.Sort)^1<<31)
	return placeOf(aPoint, append(key, thai.SortKey(c.Point.Name.TH)...), c.id())
}

// newCard is an empty card of a kind.
func newCard(k kind) card {
	switch k {
	case anAgency:
		return &agencyCard{}
	case aPoint:
		return &pointCard{}
	case aProcess:
		return &processCard{}
	}
	return &entryCard{}
}

// packCard appends the form in which a card is kept.
func packCard(b []byte, c card) []byte {
	switch c := c.(type) {
	case *agencyCard:
		return state.Pack(b, *c)
	case *pointCard:
		return state.Pack(b, *c)
	case *processCard:
		return state.Pack(b, *c)
	case *entryCard:
		return state.Pack(b, *c)
	}
	panic("site: no form for this card")
}

// cardKey is where a card stands among all: objects of a kind are in order of
// a hash of their identifiers, so that a part of them is one stretch.
func cardKey(k kind, id string) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{byte(k)}, hashID(id)), id...)
}

// hashID spreads identifiers evenly: FNV-1a with a closing avalanche.
func hashID(id string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 0x100000001b3
	}
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// place is where an object stands in every list: by kind, then by its name in
// the order of the Thai dictionary, then by identifier, which is its end.
type place string

// longestKey bounds the part of a name's sort key that counts, in bytes: more
// than a line of a list shows.
const longestKey = 128

func placeOf(k kind, key []byte, id string) place {
	b := make([]byte, 0, 1+min(len(key), longestKey)+2+len(id)+1)
	b = append(b, byte(k))
	b = append(b, key[:min(len(key), longestKey)]...)
	b = append(b, 0, 0)
	b = append(b, id...)
	return place(append(b, byte(len(id))))
}

func (p place) kind() kind { return kind(p[0]) }

func (p place) id() string {
	n := int(p[len(p)-1])
	return string(p[len(p)-1-n : len(p)-1]) // shares p
}

// packSpot is what pages of manuals show of a point.
func packSpot(c card) []byte { return state.Pack(nil, c.(*pointCard).Spot) }
