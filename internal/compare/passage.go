package compare

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"khumue/internal/catalog"
)

// para is a paragraph of a body: what it says, and the line breaks and blank
// lines after it.
type para struct {
	text, gap string
	last      bool // of its body
}

func parasOf(s string) []para {
	var out []para
	for _, p := range paragraphs(s) {
		text := strings.TrimRightFunc(p, unicode.IsSpace)
		out = append(out, para{text: text, gap: p[len(text):]})
	}
	if len(out) > 0 {
		out[len(out)-1].last = true
	}
	return out
}

func textsOf(ps []para) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.text
	}
	return out
}

// hunk says that the paragraphs of base from b0 to b1 became those of a side
// from s0 to s1.
type hunk struct{ b0, b1, s0, s1 int }

// side is a body beside base.
type side struct {
	paras []para
	hunks []hunk
	of    []int // by paragraph of base: that of the side, or -1
}

func sideOf(base, paras []para, left *budget) side {
	s := side{paras: paras, of: make([]int, len(base))}
	for i := range s.of {
		s.of[i] = -1
	}
	i, j := 0, 0
	runs := common(ranked(textsOf(base), textsOf(paras), left))
	for _, r := range append(runs, run{len(base), len(paras), 0}) {
		if r.a > i || r.b > j {
			s.hunks = append(s.hunks, hunk{i, r.a, j, r.b})
		}
		for k := range r.n {
			s.of[r.a+k] = r.b + k
		}
		i, j = r.a+r.n, r.b+r.n
	}
	return s
}

// within returns the side's paragraphs for those of base from lo to hi, when
// these are its hunks there.
func (s side) within(hunks []hunk, lo, hi int) []para {
	if len(hunks) == 0 {
		return nil
	}
	first, last := hunks[0], hunks[len(hunks)-1]
	return s.paras[first.s0-(first.b0-lo) : last.s1+(hi-last.b1)]
}

// passage merges two bodies by paragraphs. Paragraphs that one side changed and
// the other left alone are taken; so are neighbours that each side changed one of.
func (m *meeting) passage(s *shape, at spot, base, ours, theirs reflect.Value) reflect.Value {
	b, o, t := base.Field(0).String(), ours.Field(0).String(), theirs.Field(0).String()
	var body string
	switch {
	case o == t || b == t:
		body = o
	case b == o:
		body = t
	default:
		body = m.paragraphs(s, at, parasOf(b), parasOf(o), parasOf(t))
	}
	return reflect.ValueOf(catalog.Body{Markdown: body})
}

func (m *meeting) paragraphs(s *shape, at spot, base, ours, theirs []para) string {
	left := maxSteps
	o, t := sideOf(base, ours, &left), sideOf(base, theirs, &left)
	var w weaver
	next := 0
	for g := range groups(o.hunks, t.hunks) {
		w.both(base[next:g.lo], o, t, next)
		switch {
		case len(g.theirs) == 0:
			w.add(o.within(g.ours, g.lo, g.hi)...)
		case len(g.ours) == 0:
			w.add(t.within(g.theirs, g.lo, g.hi)...)
		default:
			w.clash(base[g.lo:g.hi], o.within(g.ours, g.lo, g.hi), t.within(g.theirs, g.lo, g.hi))
		}
		next = g.hi
	}
	w.both(base[next:], o, t, next)
	body, places := w.text()
	for i, c := range w.clashes {
		m.add(at, Conflict{
			Clash: Passage, shape: s, from: places[i].from, to: places[i].to,
			Base: passageValue(c.base), Ours: passageValue(c.ours), Theirs: passageValue(c.theirs),
			ours: reflect.ValueOf(joinParas(c.ours)), theirs: reflect.ValueOf(joinParas(c.theirs)),
		})
	}
	return body
}

func passageValue(ps []para) Value {
	text := joinParas(ps)
	if text == "" {
		return Value{Words: goneWords, Raw: ""}
	}
	return Value{Words: plain(text), Raw: text}
}

// joinParas returns paragraphs as they stand, without what follows the last.
func joinParas(ps []para) string {
	var b strings.Builder
	for i, p := range ps {
		b.WriteString(p.text)
		if i < len(ps)-1 {
			b.WriteString(p.gap)
		}
	}
	return b.String()
}

// group are hunks of both sides that touch the same paragraphs of base.
type group struct {
	lo, hi       int
	ours, theirs []hunk
}

func (g *group) meets(h hunk) bool {
	if h.b0 == h.b1 && g.lo == g.hi {
		return h.b0 == g.lo
	}
	return h.b0 < g.hi && g.lo < h.b1
}

// groups joins hunks that meet, in the order of base.
func groups(ours, theirs []hunk) func(yield func(group) bool) {
	return func(yield func(group) bool) {
		for len(ours) > 0 || len(theirs) > 0 {
			g := group{}
			if len(theirs) == 0 || len(ours) > 0 && before(ours[0], theirs[0]) {
				g = group{ours[0].b0, ours[0].b1, ours[:1], nil}
				ours = ours[1:]
			} else {
				g = group{theirs[0].b0, theirs[0].b1, nil, theirs[:1]}
				theirs = theirs[1:]
			}
			for grown := true; grown; {
				grown = false
				if len(ours) > 0 && g.meets(ours[0]) {
					g.ours, g.hi, grown = append(g.ours[:len(g.ours):len(g.ours)], ours[0]), max(g.hi, ours[0].b1), true
					ours = ours[1:]
				}
				if len(theirs) > 0 && g.meets(theirs[0]) {
					g.theirs, g.hi, grown = append(g.theirs[:len(g.theirs):len(g.theirs)], theirs[0]), max(g.hi, theirs[0].b1), true
					theirs = theirs[1:]
				}
			}
			if !yield(g) {
				return
			}
		}
	}
}

// before puts what only adds before what replaces.
func before(a, b hunk) bool {
	return cmp.Or(cmp.Compare(a.b0, b.b0), cmp.Compare(a.b1, b.b1)) <= 0
}

// weaver puts a merged body together.
type weaver struct {
	paras   []para
	clashes []clash
}

// clash is a passage that both sides changed; ours stands at the paragraphs
// from at to end meanwhile.
type clash struct {
	at, end            int
	base, ours, theirs []para
}

func (w *weaver) add(ps ...para) { w.paras = append(w.paras, ps...) }

// both adds paragraphs that no side changed, the first of which is paragraph at
// of base. The blank lines after them merge too; of two that were changed the
// longer stays.
func (w *weaver) both(base []para, o, t side, at int) {
	for i, b := range base {
		p, q := o.paras[o.of[at+i]], t.paras[t.of[at+i]]
		if p.gap == b.gap || q.gap != b.gap && cmp.Or(cmp.Compare(len(q.gap), len(p.gap)), cmp.Compare(q.gap, p.gap)) > 0 {
			p = q
		}
		w.add(p)
	}
}

// clash adds a passage that both sides changed; to the same, it is no conflict.
func (w *weaver) clash(base, ours, theirs []para) {
	at := len(w.paras)
	w.add(ours...)
	if !slices.Equal(textsOf(ours), textsOf(theirs)) {
		w.clashes = append(w.clashes, clash{at, len(w.paras), base, ours, theirs})
	}
}

// extent is a piece of a body, in bytes.
type extent struct{ from, to int }

// text returns the body, and where the clashes stand in it. Paragraphs that did
// not stand beside each other before are parted as Markdown asks.
func (w *weaver) text() (string, []extent) {
	var b strings.Builder
	starts, ends := make([]int, len(w.paras)+1), make([]int, len(w.paras)+1)
	for i, p := range w.paras {
		starts[i] = b.Len()
		b.WriteString(p.text)
		ends[i] = b.Len()
		switch {
		case i < len(w.paras)-1:
			b.WriteString(parted(p, w.paras[i+1].text))
		case p.last:
			b.WriteString(p.gap)
		default:
			b.WriteString("\n")
		}
	}
	starts[len(w.paras)] = b.Len()
	places := make([]extent, len(w.clashes))
	for i, c := range w.clashes {
		places[i] = extent{starts[c.at], starts[c.at]}
		if c.end > c.at {
			places[i].to = ends[c.end-1]
		}
	}
	return b.String(), places
}

// parted is what stands between a paragraph and the next.
func parted(p para, next string) string {
	need := 2
	first, _, _ := strings.Cut(next, "\n")
	if begins(strings.TrimSpace(first)) || heads(p.text) {
		need = 1
	}
	if p.text == "" {
		need = 1
	}
	if gap := p.gap[:strings.LastIndex(p.gap, "\n")+1]; strings.Count(gap, "\n") >= need {
		return gap
	}
	return strings.Repeat("\n", need)
}
