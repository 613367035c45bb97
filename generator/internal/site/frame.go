package site

import (
	"strings"

	"khumue/internal/catalog"
)

// pageOfList is one page of a list.
type pageOfList struct {
	shown
	start place
}

// pagesOfLists finds all pages of lists that are no object's.
func (b *builder) pagesOfLists(ls *lists, t *totals) ([]pageOfList, error) {
	var out []pageOfList
	add := func(l listName, start place) error {
		s, ok, err := b.showing(l)
		if ok && !b.hides(s, start, t) {
			out = append(out, pageOfList{s, start})
		}
		return err
	}
	err := b.eachLabel(func(l listName) error { return add(l, "") })
	if err != nil {
		return nil, err
	}
	type found struct {
		list  listName
		start place
	}
	var all []found
	for _, group := range []string{"a/", "g/", "k/", "v/"} {
		err := ls.store.Each([]byte("l"+group), nil, func(key, _ []byte) (bool, error) {
			name, start, _ := strings.Cut(string(key[1:]), "\x00")
			all = append(all, found{listName(name), place(start)})
			return true, nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, f := range all {
		if f.list.isLabel() && f.start == "" {
			continue
		}
		if err := add(f.list, f.start); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// hides reports whether a page of a list has no address of its own: the first
// one of what an agency has, and letters in a small portal.
func (b *builder) hides(s shown, start place, t *totals) bool {
	return s.layout == "agency" && start == "" || s.kind == "letter" && t.Objects[anAgency] <= mostInline
}

// writeData writes the file of data that a list is, if it is one.
func (b *builder) writeData(ls *lists, l listName) error {
	group, name, _ := strings.Cut(string(l), "/")
	if group != "t" && group != "n" {
		return nil
	}
	places, err := ls.all(l, 0)
	if err != nil {
		return err
	}
	if len(places) == 0 {
		return b.out.Remove(dataOfList(l))
	}
	t, err := b.things(places)
	if err != nil {
		return err
	}
	if group == "t" {
		return b.writeTile(name, t.points)
	}
	return b.writeLegacy(name, t.entries)
}

func dataOfList(l listName) string {
	group, name, _ := strings.Cut(string(l), "/")
	if group == "t" {
		return strings.TrimPrefix(tileAddress(name), "/")
	}
	return strings.TrimPrefix(legacyAddress(name), "/")
}

// writeFrame writes what every build makes anew: the pages that stand by
// themselves and what names the parts of others.
func (b *builder) writeFrame(ls *lists, m *memory, agencies bool) error {
	if err := b.writeEntrances(ls, &m.Totals); err != nil {
		return err
	}
	if err := b.eachLabel(func(l listName) error {
		s, ok, err := b.showing(l)
		if !ok || err != nil {
			return err
		}
		for _, pb := range b.langs {
			b.listed = append(b.listed, strings.TrimPrefix(pb.To(s.first), b.base))
		}
		return nil
	}); err != nil {
		return err
	}
	if err := b.listProvinces(ls); err != nil {
		return err
	}
	if err := b.writeTileCounts(ls); err != nil {
		return err
	}
	if agencies {
		if err := b.writeLabels(ls, &m.Totals); err != nil {
			return err
		}
	}
	b.sum.Pages += m.Totals.Pages
	if err := b.writeParts(ls, &m.Totals); err != nil {
		return err
	}
	err := b.writeRest()
	b.phase("frame")
	return err
}

// listProvinces lists the pages of provinces and letters for search engines.
func (b *builder) listProvinces(ls *lists) error {
	for _, group := range []string{"v/", "g/"} {
		names, err := ls.named(group)
		if err != nil {
			return err
		}
		for _, l := range names {
			s, ok, err := b.showing(l)
			if err != nil {
				return err
			}
			if !ok || !b.letters && s.kind == "letter" {
				continue
			}
			for _, pb := range b.langs {
				if s.in(pb) {
					b.listed = append(b.listed, strings.TrimPrefix(pb.To(s.first), b.base))
				}
			}
		}
	}
	return nil
}

// writeTileCounts writes the index of tiles.
func (b *builder) writeTileCounts(ls *lists) error {
	counts := map[string]int{}
	tiles, err := ls.named("t/")
	if err != nil {
		return err
	}
	for _, l := range tiles {
		if counts[string(l[2:])], err = ls.count(l); err != nil {
			return err
		}
	}
	return b.writeTileIndex(counts)
}

// labelsData names what search results can be filtered by.
const labelsData = "/data/labels.json"

// mostNamed is how many agencies labelsData names; of a larger portal it names
// those that have others below them.
const mostNamed = 1000

// names are names in Thai and English by code; the English one may be empty.
type names map[string][2]string

// writeLabels writes the names of categories, groups and agencies for the
// filters of the results page.
func (b *builder) writeLabels(ls *lists, t *totals) error {
	data := struct {
		Category names `json:"category"`
		Group    names `json:"group"`
		Agency   names `json:"agency"`
	}{named(b.frame.Labels.Categories), named(b.frame.Labels.Groups), names{}}
	agencies, err := ls.named("a/")
	if err != nil {
		return err
	}
	for _, l := range agencies {
		parent, part, _ := strings.Cut(string(l[2:]), "/")
		if part != ownChildren {
			continue
		}
		codes := []string{parent}
		if t.Objects[anAgency] <= mostNamed {
			children, err := ls.all(ownList(parent, ownChildren), 0)
			if err != nil {
				return err
			}
			codes = codes[:0]
			for _, p := range children {
				codes = append(codes, p.id())
			}
		}
		for _, code := range codes {
			name, err := b.shelf.name(catalog.AgencyCode(code))
			if err != nil {
				return err
			}
			if !name.IsZero() {
				data.Agency[code] = [2]string{name.TH, name.EN}
			}
		}
	}
	return b.writeJSON(labelsData, data)
}

func named(labels []catalog.Label) names {
	out := names{}
	for _, l := range labels {
		out[string(l.Slug)] = [2]string{l.TH, l.EN}
	}
	return out
}
