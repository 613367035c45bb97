package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
)

// Addresses of data that scripts ask for.
const (
	tilesIndex   = "/data/near/index.json"
	holidaysData = "/data/holidays.json"
	legacyShard  = 1000 // numbers of the old system in one file of /data/legacy/
)

// tileSize is the side of a tile of /data/near/ in degrees: about 27 km, so
// that a tile of Bangkok stays small.
const tileSize = 0.25

// tileOf names the tile of a place.
func tileOf(at catalog.Place) string {
	return fmt.Sprintf("%d_%d", int(math.Floor(at.Lat/tileSize)), int(math.Floor(at.Lng/tileSize)))
}

func (b *builder) writeJSON(address string, v any) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	text := bytes.NewBuffer((*buf)[:0])
	enc := json.NewEncoder(text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	*buf = text.Bytes()
	return b.out.Write(strings.TrimPrefix(address, "/"), *buf)
}

// writeObject writes one object as JSON, with its address and more members.
func (b *builder) writeObject(kind, id string, v any, members ...corpus.Member) error {
	address := kind
	if kind == "manual" {
		address = "procedure"
	}
	members = append([]corpus.Member{{Name: "url", Value: b.origin + "/" + address + "/" + id + "/"}}, members...)
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	object, err := corpus.AppendJSON((*buf)[:0], v, members...)
	if err != nil {
		return err
	}
	*buf = object
	return b.out.Write(dataFile(kind, id, ".json"), object)
}

// writeManualData writes one manual as JSON and as CPSV-AP.
func (b *builder) writeManualData(m *catalog.Manual, chain catalog.Chain) error {
	err := b.writeObject("manual", string(m.ID), m, corpus.Member{Name: "agency", Value: m.Owner}, corpus.Member{Name: "body", Value: m.Body.Markdown})
	if err != nil {
		return err
	}
	return b.writeJSON("/"+dataFile("manual", string(m.ID), ".jsonld"), b.publicService(m, chain.Own()))
}

// spot is a point as the near page needs it.
type spot struct {
	Path     string          `json:"path"`
	TH       string          `json:"th"`
	EN       string          `json:"en,omitempty"`
	AreaTH   string          `json:"area_th,omitempty"`
	AreaEN   string          `json:"area_en,omitempty"`
	AgencyTH string          `json:"agency_th,omitempty"`
	AgencyEN string          `json:"agency_en,omitempty"`
	Lat      float64         `json:"lat"`
	Lng      float64         `json:"lng"`
	Phone    string          `json:"phone,omitempty"`
	Week     json.RawMessage `json:"week,omitempty"`
	// Manuals are served there: a manual with many points leads to the nearest.
	Manuals []catalog.ManualID `json:"manuals,omitempty"`
}

// writeTile writes the points of a tile of the map, so that a telephone fetches
// only those around it.
func (b *builder) writeTile(tile string, points []*pointCard) error {
	spots := make([]spot, len(points))
	for i, c := range points {
		var err error
		if spots[i], err = b.spot(c); err != nil {
			return err
		}
	}
	return b.writeJSON(tileAddress(tile), spots)
}

func tileAddress(tile string) string { return "/data/near/" + tile + ".json" }

func (b *builder) spot(c *pointCard) (spot, error) {
	pt := &c.Point
	s := spot{
		Path: "/point/" + c.id() + "/", TH: pt.Name.TH, EN: pt.Name.EN, AreaTH: pt.Address.Area.TH, AreaEN: pt.Address.Area.EN,
		Lat: pt.Place.Value.Lat, Lng: pt.Place.Value.Lng, Phone: c.Spot.Phone, Week: json.RawMessage(c.Spot.Week), Manuals: pt.Manuals,
	}
	name, err := b.shelf.name(pt.Owner)
	s.AgencyTH, s.AgencyEN = name.TH, name.EN
	return s, err
}

// writeTileIndex tells which tiles there are, with the points in each.
func (b *builder) writeTileIndex(counts map[string]int) error {
	return b.writeJSON(tilesIndex, struct {
		Size  float64        `json:"size"`
		Tiles map[string]int `json:"tiles"`
	}{tileSize, counts})
}

// writeLegacy writes where some of the old system's numbered addresses lead.
func (b *builder) writeLegacy(shard string, manuals []*entryCard) error {
	leads := map[string]string{}
	for _, m := range manuals {
		leads[itoa(m.Legacy.Number)] = m.Brief.Path()
	}
	return b.writeJSON(legacyAddress(shard), leads)
}

func legacyAddress(shard string) string { return "/data/legacy/" + shard + ".json" }
