package site

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// What objects of a whole portal say of others, by numbers: points of the
// manuals that they serve, manuals of the old addresses that they claim.

// serving says that a point serves a manual.
type serving struct{ manual, point uint32 }

// link remembers which manuals a point serves, and which addresses of the old
// system a manual takes over.
func (w *whole) link(n int, c card, at []byte) error {
	switch c := c.(type) {
	case *pointCard:
		if !c.Point.Visible() {
			return nil
		}
		for _, id := range c.Point.Manuals {
			manual, there := w.spool.find(aManual, string(id))
			if !there {
				continue // which was told
			}
			if err := w.links.add(packNumber(manual), at, packNumber(n)); err != nil {
				return err
			}
		}
	case *entryCard:
		for _, l := range corpus.Claims(c.Legacy) {
			if err := w.claims.add(claimKey(l.Field, l.Value), packNumber(n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// packNumber is a number as it stands in keys, in order.
func packNumber(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func unpackNumber(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

// cutNumber cuts the number off that ends a key.
func cutNumber(key []byte) (front []byte, n uint32) {
	at := len(key) - 4
	return key[:at], unpackNumber(key[at:])
}

// serve puts what serves each manual in order, once all points are known.
func (w *whole) serve() error {
	return w.links.each(func(key []byte) error {
		_, point := cutNumber(key)
		w.serving = append(w.serving, serving{unpackNumber(key), point})
		return nil
	})
}

// servingOf are the points that serve a manual, in order.
func (w *whole) servingOf(manual int) []serving {
	from, _ := slices.BinarySearchFunc(w.serving, uint32(manual), func(s serving, n uint32) int { return cmp.Compare(s.manual, n) })
	to := from
	for to < len(w.serving) && w.serving[to].manual == uint32(manual) {
		to++
	}
	return w.serving[from:to]
}

// disputed reports manuals that claim the old address of an earlier one.
func (w *whole) disputed() error {
	var claim []byte
	var holder uint32
	return w.claims.each(func(key []byte) error {
		front, n := cutNumber(key)
		if !bytes.Equal(front, claim) {
			claim, holder = append(claim[:0], front...), n
			return nil
		}
		field, value, _ := strings.Cut(string(claim[1:]), "/")
		other := catalog.ManualID(w.listing.Name(int(holder)))
		w.report(fault.Problems{corpus.Claim{Field: field, Value: value}.Taken(w.files, w.listing.Path(int(n)), other)})
		return nil
	})
}
