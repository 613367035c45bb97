package search

import (
	"slices"
	"strings"

	"khumue/internal/thai"
)

// mostVariants bounds what one name or query becomes by exchanging synonyms.
const mostVariants = 12

// synonyms exchanges the members of groups for each other.
type synonyms struct {
	groups [][]string // normalised
	byKey  map[string][]phrase
	cut    func(text string, atoms []atom) []int
	texts  map[string]variant // each member, cut into words
	most   int                // atoms of the longest member
	sizes  [256]*byteSet      // of the keys of members, by their third byte
}

// phrase is one member of one group.
type phrase struct {
	group, member int
	dotted        bool // "จ.": one letter that needs its dot
}

// variant is a text with one phrase exchanged: size atoms stand where those
// from from to to stood. Atoms have no places in it.
type variant struct {
	atoms          []atom
	starts         []int
	from, to, size int
}

// withAbbreviations adds the abbreviations of internal/thai to the portal's
// groups.
func withAbbreviations(groups [][]string) [][]string {
	all := slices.Clone(groups)
	for _, a := range thai.Abbreviations() {
		all = append(all, append([]string{a.Short}, a.Long...))
	}
	return all
}

// newSynonyms reads groups; cut tells where the words of a text begin.
func newSynonyms(groups [][]string, cut func(string, []atom) []int) *synonyms {
	s := &synonyms{byKey: map[string][]phrase{}, texts: map[string]variant{}, cut: cut}
	for _, g := range groups {
		var members []string
		for _, text := range g {
			if text = thai.Normalize(text); len(atomsOf(text)) > 0 && !slices.Contains(members, text) {
				members = append(members, text)
			}
		}
		if len(members) > 1 {
			s.add(members)
		}
	}
	return s
}

func (s *synonyms) add(members []string) {
	for i, text := range members {
		a := atomsOf(text)
		s.texts[text] = variant{atoms: a, starts: s.cut(text, a)}
		s.most = max(s.most, len(a))
		p := phrase{group: len(s.groups), member: i, dotted: len(a) == 1 && strings.HasSuffix(text, ".")}
		key := keyOf(a)
		s.byKey[key] = append(s.byKey[key], p)
		if s.sizes[thirdByte(key)] == nil {
			s.sizes[thirdByte(key)] = &byteSet{}
		}
		s.sizes[thirdByte(key)].add(len(key))
	}
	s.groups = append(s.groups, members)
}

// thirdByte tells Thai letters apart; two before it are the same in all.
func thirdByte(key string) byte {
	if len(key) < 3 {
		return 0
	}
	return key[2]
}

// byteSet is a set of numbers; those from 255 on are one.
type byteSet [4]uint64

func (b *byteSet) add(n int)      { n = min(n, 255); b[n>>6] |= 1 << (n & 63) }
func (b *byteSet) has(n int) bool { n = min(n, 255); return b[n>>6]>>(n&63)&1 == 1 }

// surePhrase is the number of atoms from which a phrase is recognised even
// where no word ends: shorter ones stand inside of other words too often.
const surePhrase = 5

// variants returns at most most texts that differ from this one by one
// phrase, first those of the longest phrases.
func (s *synonyms) variants(text string, atoms []atom, starts []int, most int) []variant {
	var out []variant
	border := bordersOf(len(atoms), starts)
	keys, at := joinedKeys(atoms)
	for size := min(s.most, len(atoms)); size > 0; size-- {
		for from := 0; from+size <= len(atoms); from++ {
			to := from + size
			key := keys[at[from]:at[to]]
			if sizes := s.sizes[thirdByte(key)]; sizes == nil || !sizes.has(len(key)) {
				continue
			}
			if size < surePhrase && !(border[from] && border[to]) {
				continue
			}
			for _, p := range s.byKey[key] {
				if p.dotted && !strings.HasPrefix(text[atoms[to-1].end:], ".") {
					continue
				}
				for i, other := range s.groups[p.group] {
					if i == p.member {
						continue
					}
					if len(out) == most {
						return out
					}
					out = append(out, exchange(atoms, starts, from, to, s.texts[other]))
				}
			}
		}
	}
	return out
}

func bordersOf(n int, starts []int) []bool {
	border := make([]bool, n+1)
	border[n] = true
	for _, s := range starts {
		border[s] = true
	}
	return border
}

// exchange replaces atoms[from:to] by other.
func exchange(atoms []atom, starts []int, from, to int, other variant) variant {
	v := variant{from: from, to: to, size: len(other.atoms)}
	v.atoms = slices.Concat(atoms[:from], other.atoms, atoms[to:])
	v.starts = make([]int, 0, len(starts)+len(other.starts)+1)
	shift := len(other.atoms) - (to - from)
	for _, s := range starts {
		if s < from {
			v.starts = append(v.starts, s)
		}
	}
	for _, s := range other.starts {
		v.starts = append(v.starts, from+s)
	}
	if to < len(atoms) {
		v.starts = append(v.starts, to+shift)
	}
	for _, s := range starts {
		if s > to {
			v.starts = append(v.starts, s+shift)
		}
	}
	return v
}
