package search

import (
	"math/bits"
	"slices"
)

// asked is a term that is looked up for a question, and the atoms it covers.
type asked struct {
	term     term
	from, to int
	weight   int
	word     int // of the question; -1 for grams and names
	found    postings
}

// candidate is a unit that some of a question's terms name.
type candidate struct {
	id     int
	score  int
	seen   uint32 // atoms of the question
	share  int    // of the question that was seen, in thousandths
	values []int
}

// Weights of the sorts of terms.
const (
	nameWeight = 8
	wordWeight = 4
	gramWeight = 2
	oneWeight  = 1
)

// mostAsked bounds the terms that are looked up in a large index,
// mostAskedSmall in one small enough to be kept whole, and mostAskedWords
// those of them, ahead of runs of atoms, that are words.
const (
	mostAsked      = 8
	mostAskedSmall = 10
	mostAskedWords = 5
)

// asks lists the terms of a question, the most telling first.
func (o *question) asks() []asked {
	n := len(o.atoms)
	out := []asked{{term: nameTerm(o.atoms), to: n, weight: nameWeight, word: -1}}
	var words []asked
	for i, w := range o.words {
		if !w.stop {
			words = append(words, asked{term: wordTerm(o.atoms[w.from:w.to]), from: w.from, to: w.to, weight: wordWeight, word: i})
		}
	}
	slices.SortStableFunc(words, func(a, b asked) int { return (b.to - b.from) - (a.to - a.from) })
	out = append(out, words[:min(len(words), mostAskedWords)]...)
	crossing, inside := o.grams()
	out = append(out, crossing...)
	out = append(out, inside...)
	return append(out, words[min(len(words), mostAskedWords):]...)
}

// grams lists runs of three atoms, and shorter ones where there is no room
// for three: first those that no known word contains.
func (o *question) grams() (crossing, inside []asked) {
	n := len(o.atoms)
	for _, w := range o.words {
		whole := n < 3 || !w.known && w.to-w.from < 3
		if whole && w.to-w.from < 3 {
			crossing = append(crossing, o.gram(w.from, w.to))
		}
	}
	if n == 2 && len(o.words) == 2 {
		crossing = append(crossing, o.gram(0, 2))
	}
	for i := 0; i+3 <= n; i++ {
		if w := o.wordAt(i); w.known && i+3 <= w.to {
			inside = append(inside, o.gram(i, i+3))
		} else {
			crossing = append(crossing, o.gram(i, i+3))
		}
	}
	return crossing, inside
}

func (o *question) gram(from, to int) asked {
	a := asked{term: gramOf(o.atoms[from:to]), from: from, to: to, weight: gramWeight, word: -1}
	if to-from == 1 {
		a.weight = oneWeight
	}
	return a
}

func (o *question) wordAt(atom int) word {
	for _, w := range o.words {
		if atom < w.to {
			return w
		}
	}
	return word{}
}

// gather looks the terms up and collects the units that have enough of them.
// The best postings are enough for a short list; all are read of a small index
// and for a long list.
func (s *searching) gather(a *attempt) error {
	asks := a.question.asks()
	most := mostAsked
	if s.x.manifest.Whole {
		most = mostAskedSmall
	}
	asks = asks[:min(len(asks), most)]
	for i := range asks {
		var err error
		if asks[i].found, err = s.x.lookup(s.ctx, asks[i].term); err != nil {
			return err
		}
	}
	a.question.weigh(asks, s.x.manifest.Units)
	pool := s.collect(a, asks)
	if s.x.manifest.Whole || s.limit > bestPostings {
		for i := range asks {
			if err := s.x.readTails(s.ctx, asks[i].term, &asks[i].found, mostTails); err != nil {
				return err
			}
		}
		pool = s.collect(a, asks)
	}
	a.all = pool
	for _, c := range pool {
		a.fit = max(a.fit, c.share)
	}
	for _, k := range asks {
		a.cut = a.cut || len(k.found.list) < k.found.units
	}
	return nil
}

// evenly is what every word says, however common.
const evenly = 10

// weigh gives each atom its share of what the question says: rare words say
// more than common ones, stop words next to nothing.
func (o *question) weigh(asks []asked, units int) {
	o.weights = make([]int, len(o.atoms))
	o.sum = 0
	for i := range o.words {
		w := &o.words[i]
		w.units = 0
		for _, k := range asks {
			inside := k.from >= w.from && k.to <= w.to
			if k.word == i && k.found.units > 0 {
				w.units = k.found.units
				break
			}
			if inside && k.found.units > 0 && (w.units == 0 || k.found.units < w.units) {
				w.units = k.found.units
			}
		}
		weight := evenly + rarity(w.units, units)
		if w.units == 0 {
			weight = evenly + rarity(units/32+1, units)
		}
		if w.stop {
			weight = weight/8 + 1
		}
		for at := w.from; at < w.to; at++ {
			o.weights[at] = max(1, weight*16/(w.to-w.from))
			o.sum += o.weights[at]
		}
	}
}

// share is the part of the question that a set of its atoms makes up, in
// thousandths.
func (o *question) share(seen uint32) int {
	sum := 0
	for i, w := range o.weights {
		if seen&(1<<i) != 0 {
			sum += w
		}
	}
	return sum * 1000 / max(o.sum, 1)
}

// rarity is 4 plus four times the logarithm to base 2 of all/units.
func rarity(units, all int) int { return max(1, 4+log4(all+1)-log4(max(units, 1))) }

// log4 is four times the logarithm to base 2, its fraction straightened.
func log4(n int) int {
	e := bits.Len32(uint32(n)) - 1
	return 4*e + (n<<2)>>e - 4
}

// leastShare is the part of a question that a unit must have to be an answer,
// in thousandths: half where one has all of it, less where none has much.
const leastShare = 300

// collect joins the postings into candidates, best first, and leaves those
// that have too little of the question or that the filter excludes.
func (s *searching) collect(a *attempt, asks []asked) []candidate {
	at := map[int]int{}
	var all []candidate
	for _, k := range asks {
		if k.found.units == 0 {
			continue
		}
		gain := k.weight * rarity(k.found.units, s.x.manifest.Units)
		mask := uint32(1)<<k.to - uint32(1)<<k.from
		for _, p := range k.found.list {
			i, ok := at[p.id]
			if !ok {
				i = len(all)
				at[p.id] = i
				all = append(all, candidate{id: p.id, values: p.values})
			}
			all[i].score += gain * p.level
			all[i].seen |= mask
		}
	}
	best := 0
	for i := range all {
		all[i].share = a.question.share(all[i].seen)
		best = max(best, all[i].share)
	}
	least := min(leastShare, best*6/10)
	if best >= sureFit {
		least = best / 2
	}
	all = slices.DeleteFunc(all, func(c candidate) bool { return c.share < least })
	slices.SortFunc(all, func(x, y candidate) int {
		if x.score != y.score {
			return y.score - x.score
		}
		return x.id - y.id
	})
	return all
}
