package search

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"khumue/internal/thai"
)

// Filter narrows an answer. Empty fields do not.
type Filter struct {
	Exact    bool // the query as it is spelt: neither repaired nor read as another keyboard
	Kind     Kind
	Category string // slug
	Group    string // slug
	Agency   string // code; those below it count too
	Online   bool   // only what can be done online
	Lang     string // "en": only what exists in English, with English titles
}

// Hit is one line of an answer: a document, or the best of several near-
// identical ones.
type Hit struct {
	Kind       Kind     `json:"kind"`
	URL        string   `json:"url"`   // below the site's base
	Title      string   `json:"title"` // in the language of the filter
	TitleTH    string   `json:"titleTH"`
	TitleEN    string   `json:"titleEN"`
	Marks      [][2]int `json:"marks"` // parts of Title that matched, in UTF-16 units
	Common     string   `json:"common"`
	CommonMark [][2]int `json:"commonMarks"` // parts of Common that matched
	AgencyCode string   `json:"agencyCode"`
	Agency     string   `json:"agency"`
	Facts      string   `json:"facts"`
	Online     bool     `json:"online"`
	HasEN      bool     `json:"hasEN"`
	Score      int      `json:"score"`
	// Differs is the part of Title that tells it from the other members, in
	// UTF-16 units; [0 0] where the titles are the same and the agency tells.
	Differs [2]int `json:"differs"`
	// Members are the other near-identical documents, best first. Total counts
	// all of them and this one; it may be larger than what is listed.
	Members []Hit `json:"members"`
	Total   int   `json:"total"`
}

// Facets counts what an answer would be under each filter.
type Facets struct {
	Kinds      map[string]int `json:"kinds"`
	Categories map[string]int `json:"categories"`
	Groups     map[string]int `json:"groups"`
	Agencies   map[string]int `json:"agencies"`
	Online     int            `json:"online"`
}

// Result is the answer to a query.
type Result struct {
	Query       string `json:"query"`    // what was searched for, normalised
	Repaired    string `json:"repaired"` // what it was taken for; empty where as asked
	Hits        []Hit  `json:"hits"`
	Total       int    `json:"total"`       // units that match, shown or not
	Approximate bool   `json:"approximate"` // Total and Facets are estimates
	Facets      Facets `json:"facets"`
	Partial     bool   `json:"partial"`   // a file could not be fetched; there may be more
	BytesRead   int64  `json:"bytesRead"` // uncompressed, since the answer before
}

// Lines returns the hits with their members as single lines, best first, at
// most limit of them.
func (r *Result) Lines(limit int) []Hit {
	var lines []Hit
	for _, h := range r.Hits {
		lines = append(lines, h)
		lines = append(lines, h.Members...)
	}
	slices.SortStableFunc(lines, func(a, b Hit) int { return b.Score - a.Score })
	return lines[:min(limit, len(lines))]
}

// mostLimit is the largest number of hits that an answer lists.
const mostLimit = 5000

// Query answers q with at most limit hits (10 where limit is below 1). A
// query without letters lists what the filter leaves. It fails when ctx ends
// or a file is damaged; a file that cannot be had makes the answer partial.
func (x *Index) Query(ctx context.Context, q string, f Filter, limit int) (Result, error) {
	if limit < 1 {
		limit = 10
	}
	s := &searching{x: x, ctx: ctx, filter: f, limit: min(limit, mostLimit)}
	x.missing = map[string]bool{}
	res, err := s.answer(q)
	if err != nil {
		return Result{}, err
	}
	res.Partial = len(x.missing) > 0
	res.BytesRead, x.read = x.read, 0
	return res, nil
}

// searching is one query under way.
type searching struct {
	x      *Index
	ctx    context.Context
	filter Filter
	limit  int
	agency map[int]bool // units of the filter's agency, where facets do not tell
}

// attempt is what came of one reading of the query: first candidates by their
// postings, then, for the reading that is answered, units by their names.
type attempt struct {
	question *question
	all      []candidate // that have enough of the question, best first
	pool     []candidate // those of them that pass the filter
	units    []ranked    // the best of the pool, in their final order
	cut      bool        // there are postings that were not read
	fit      int         // the largest share of the question that a unit has
}

// Bounds of fit: below whole another spelling is looked for, from sure on a
// unit is taken for an answer to all of the question, below poor a keyboard
// left on the Latin layout is thought of.
const (
	wholeFit = 985
	sureFit  = 940
	poorFit  = 800
)

func (s *searching) answer(q string) (Result, error) {
	first, err := s.try(q)
	if err != nil {
		return Result{}, err
	}
	best := first
	if s.filter.Exact {
		return s.finish(first, first)
	}
	if typed, ok := thai.FromLatinKeyboard(q); ok && first.fit < poorFit {
		other, err := s.try(typed)
		if err != nil {
			return Result{}, err
		}
		if other.fit > best.fit {
			best = other
		}
	}
	if best.fit < wholeFit {
		if best, err = s.repair(best); err != nil {
			return Result{}, err
		}
	}
	return s.finish(first, best)
}

// finish ranks the reading that is answered and says how it differs from the
// first.
func (s *searching) finish(first, best *attempt) (Result, error) {
	if err := s.rank(best); err != nil {
		return Result{}, err
	}
	if s.filter.Exact {
		return s.result(first.question.text, "", best)
	}
	repaired := s.x.lexicon.respell(best.question, best.names())
	if repaired == first.question.text {
		repaired = ""
	}
	return s.result(first.question.text, repaired, best)
}

// try gathers the candidates of one reading of the query.
func (s *searching) try(q string) (*attempt, error) {
	a := &attempt{question: s.x.lexicon.ask(q)}
	if len(a.question.atoms) == 0 {
		a.fit = wholeFit
		return a, s.browse(a)
	}
	return a, s.gather(a)
}

// question is a query, cut and weighed.
type question struct {
	text    string
	atoms   []atom
	starts  []int
	words   []word
	weights []int // of each atom
	sum     int   // of weights
}

// word is atoms[from:to] of a question.
type word struct {
	from, to int
	stop     bool
	known    bool
	units    int // that have it, once looked up; -1 before
}

// mostAtoms is how much of a query is read: a set of its atoms fits an int.
const mostAtoms = 30

func (l *lexicon) ask(q string) *question {
	text := thai.Normalize(q)
	o := &question{text: text, atoms: atomsOf(text)}
	if len(o.atoms) > mostAtoms {
		o.atoms = o.atoms[:mostAtoms]
	}
	o.starts = l.cut(text, o.atoms)
	content := false
	for i, from := range o.starts {
		to := len(o.atoms)
		if i+1 < len(o.starts) {
			to = o.starts[i+1]
		}
		w := word{from: from, to: to, units: -1}
		if at, ok := l.byKey[keyOf(o.atoms[from:to])]; ok {
			w.known, w.stop = true, l.words[at].stop
		}
		// A last letter by itself is the beginning of a word being typed.
		w.stop = w.stop || !w.known && to == len(o.atoms) && to-from == 1 && utf8.RuneCountInString(o.atoms[from].key) == 1
		content = content || !w.stop
		o.words = append(o.words, w)
	}
	for i := range o.words {
		o.words[i].stop = o.words[i].stop && content
	}
	return o
}

// names are those of the best unit, normalised.
func (a *attempt) names() string {
	var b strings.Builder
	if len(a.units) > 0 {
		for _, m := range a.units[0].members {
			b.WriteString(m.record.titleTH + "\n" + m.record.titleEN + "\n" + strings.Join(m.record.names, "\n") + "\n")
		}
	}
	return thai.Normalize(b.String())
}

// respell writes words as the lexicon does where the question spells them as
// nobody else, and a name of the best unit has the lexicon's spelling next to
// the same neighbour: ใบขับขี่ for ใบขับขี้, but not ภาษีไร่ for คนไร้.
func (l *lexicon) respell(o *question, names string) string {
	var b strings.Builder
	at := 0
	for i, w := range o.words {
		if !w.known || l.exact[o.word(i)] {
			continue
		}
		spelt := l.words[l.byKey[keyOf(o.atoms[w.from:w.to])]].text
		good := len(o.words) == 1 && strings.Contains(names, spelt) ||
			i > 0 && strings.Contains(names, o.word(i-1)+spelt) ||
			i+1 < len(o.words) && strings.Contains(names, spelt+o.word(i+1))
		if good {
			b.WriteString(o.text[at:o.atoms[w.from].start] + spelt)
			at = o.atoms[w.to-1].end
		}
	}
	b.WriteString(o.text[at:])
	return b.String()
}

// word is the i-th word as it is spelt.
func (o *question) word(i int) string {
	return o.text[o.atoms[o.words[i].from].start:o.atoms[o.words[i].to-1].end]
}
