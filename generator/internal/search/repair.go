package search

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"khumue/internal/thai"
)

// Bounds of repair.
const (
	mostRepairs = 3  // readings that are searched for
	fewRepairs  = 1  // of them in a large portal, where each costs bytes
	leastGain   = 20 // thousandths of fit that a repair must win

	foldSlack     = 2 // characters that folding may leave out
	shortQuestion = 3 // words of a question that may be misspelt as a whole
)

// repair looks for a better spelling of what no unit has. It returns a itself
// when there is none, or none that finds more.
func (s *searching) repair(a *attempt) (*attempt, error) {
	best := a
	texts, err := s.spellings(a)
	if err != nil {
		return nil, err
	}
	for _, text := range texts {
		other, err := s.try(text)
		if err != nil {
			return nil, err
		}
		if other.fit >= a.fit+leastGain && other.fit > best.fit {
			best = other
		}
	}
	return best, nil
}

// fix is a spelling for a part of a question.
type fix struct {
	text     string // the whole question with it
	distance int
	size     int // of the part, in characters
	count    int
}

// spellings returns the question with its unmatched part spelt as something
// known, likeliest first.
func (s *searching) spellings(a *attempt) ([]string, error) {
	o := a.question
	var fixes []fix
	for _, p := range o.suspects(a.fit) {
		from, to := o.atoms[p[0]].start, o.atoms[p[1]-1].end
		part := o.text[from:to]
		near, err := s.near(part)
		if err != nil {
			return nil, err
		}
		for _, f := range near {
			f.text = o.text[:from] + f.text + o.text[to:]
			fixes = append(fixes, f)
		}
	}
	slices.SortStableFunc(fixes, func(x, y fix) int {
		return cmp.Or(x.distance*y.size-y.distance*x.size, y.count-x.count)
	})
	most := mostRepairs
	if !s.x.manifest.Whole {
		most = fewRepairs
	}
	var out []string
	for _, f := range fixes {
		if len(out) < most && !slices.Contains(out, f.text) {
			out = append(out, f.text)
		}
	}
	return out, nil
}

// suspects returns parts of the question, as ranges of atoms, that may be
// misspelt: words that are not known or that no unit has, alone and with
// their neighbours, and a short question as a whole.
func (o *question) suspects(fit int) [][2]int {
	var out [][2]int
	add := func(from, to int) {
		from, to = max(from, 0), min(to, len(o.words))
		p := [2]int{o.words[from].from, o.words[to-1].to}
		if p[1]-p[0] > 1 && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for from := 0; from < len(o.words); from++ {
		if !o.words[from].suspect() {
			continue
		}
		to := from + 1
		for to < len(o.words) && o.words[to].suspect() {
			to++
		}
		add(from, to)
		add(from-1, to)
		add(from, to+1)
		add(from-1, to+1)
		from = to
	}
	if len(out) > 0 || fit < poorFit && len(o.words) > 0 && len(o.words) <= shortQuestion {
		add(0, len(o.words))
	}
	return out
}

func (w word) suspect() bool { return !w.stop && (!w.known || w.units == 0) }

// near returns what is spelt much like part.
func (s *searching) near(part string) ([]fix, error) {
	sound, fold := []rune(soundOf(thai.Normalize(part))), []rune(thai.Fold(part))
	bound := leeway(len(sound))
	var out []fix
	consider := func(e *entry) {
		if e.stop || e.text == part {
			return
		}
		if e.sound == nil {
			e.sound = []rune(soundOf(e.text))
		}
		if d := len(e.sound) - len(sound); d > bound+foldSlack || -d > bound+foldSlack {
			return
		}
		d := distance(sound, e.sound, bound)
		if d > 1 {
			if e.fold == nil {
				e.fold = []rune(thai.Fold(e.text))
			}
			d = min(d, 1+distance(fold, e.fold, bound))
		}
		if d <= bound {
			out = append(out, fix{text: e.text, distance: d, size: utf8.RuneCountInString(part), count: e.count})
		}
	}
	for i := range s.x.lexicon.words {
		consider(&s.x.lexicon.words[i])
	}
	more, err := s.x.spellings(s.ctx, bonesOf(part))
	for i := range more {
		consider(&more[i])
	}
	return out, err
}

// leeway is the distance that a spelling of so many characters may be wrong
// by: short words have too many neighbours.
func leeway(characters int) int {
	switch {
	case characters < 4:
		return 0
	case characters < 6:
		return 1
	}
	return characters / 3
}

// Costs of edits: a consonant weighs more than a vowel.
const (
	vowelCost     = 1
	consonantCost = 2
	swapCost      = 1
)

func costOf(r rune) int {
	switch {
	case r >= 'ก' && r <= 'ฮ', r >= '0' && r <= '9':
		return consonantCost
	case r == 'a', r == 'e', r == 'i', r == 'o', r == 'u', r == 'y', r == ' ', r == '.', r == '-':
		return vowelCost
	case r >= 0x0E2F && r <= 0x0E4E:
		return vowelCost
	}
	return consonantCost
}

// distance is the cost of turning a into b by leaving out, adding, changing
// and swapping characters; more than bound where it is more.
func distance(a, b []rune, bound int) int {
	if len(a)-len(b) > bound || len(b)-len(a) > bound {
		return bound + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range b {
		row[j+1] = row[j] + costOf(b[j])
	}
	for i := range a {
		before, last, row = last, row, before
		row[0] = last[0] + costOf(a[i])
		least := row[0]
		for j := range b {
			if a[i] == b[j] {
				row[j+1] = last[j]
			} else {
				row[j+1] = min(last[j+1]+costOf(a[i]), row[j]+costOf(b[j]), last[j]+max(costOf(a[i]), costOf(b[j])))
			}
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+swapCost)
			}
			least = min(least, row[j+1])
		}
		if least > bound {
			return bound + 1
		}
	}
	return row[len(b)]
}
