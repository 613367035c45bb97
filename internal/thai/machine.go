package thai

import (
	"encoding/binary"
	"fmt"
	"regexp/syntax"
	"strings"
)

// machine matches the forms of a grammar at the start of a text: the first
// form that fits wins, not the longest, as in the regular expressions from
// which the forms come. It is the deterministic automaton of the forms over
// classes of characters, so it reads each character once.
type machine struct {
	class [thaiSize + 1]uint8 // of each Thai character; the last is for all others
	width int                 // classes, and one more for the end of the text
	next  []uint16            // by state*width+class: next state*2, +1 when a match ends before
}

const (
	deadState  = 0
	startState = 1
	endOfText  = rune(-1)
	otherRune  = rune('x') // stands for every character outside the Thai block
)

// newMachine compiles forms in which short names stand for patterns and ">"
// asks that no character of the set next follows.
func newMachine(short map[string]string, forms []string, next charset) *machine {
	b := &builder{next: next, states: map[string]uint16{}}
	b.prog = parseForms(short, forms)
	b.classify()
	b.state(nil)
	b.state([]uint32{uint32(b.prog.Start)})
	for i := 0; i < len(b.lists); i++ {
		b.expand(b.lists[i])
	}
	return &machine{class: b.class, width: len(b.sample), next: b.table}
}

func parseForms(short map[string]string, forms []string) *syntax.Prog {
	all := strings.Join(forms, "|")
	for strings.ContainsAny(all, "ctk") {
		for name, pattern := range short {
			all = strings.ReplaceAll(all, name, pattern)
		}
	}
	// The package regexp/syntax knows no look-ahead but the word boundary;
	// expand gives it our meaning.
	all = strings.ReplaceAll(all, ">", `\b`)
	re, err := syntax.Parse(all, syntax.Perl&^syntax.UnicodeGroups)
	if err != nil {
		panic(fmt.Sprintf("thai: cluster forms: %v", err))
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		panic(fmt.Sprintf("thai: cluster forms: %v", err))
	}
	return prog
}

// builder determinises a program, state by state. A state is the list of
// instructions that are alive, in order of preference.
type builder struct {
	prog   *syntax.Prog
	next   charset
	class  [thaiSize + 1]uint8
	sample []rune // a character of each class
	states map[string]uint16
	lists  [][]uint32
	table  []uint16
}

// classify puts characters together which no instruction tells apart.
func (b *builder) classify() {
	seen := map[string]uint8{}
	of := func(r rune) uint8 {
		key := []byte{bit(b.next.has(r))}
		for i := range b.prog.Inst {
			if consumes(&b.prog.Inst[i]) {
				key = append(key, bit(b.prog.Inst[i].MatchRune(r)))
			}
		}
		n, ok := seen[string(key)]
		if !ok {
			n = uint8(len(b.sample))
			seen[string(key)] = n
			b.sample = append(b.sample, r)
		}
		return n
	}
	for i := range thaiSize {
		b.class[i] = of(thaiBlock + rune(i))
	}
	b.class[thaiSize] = of(otherRune)
	b.sample = append(b.sample, endOfText)
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func consumes(in *syntax.Inst) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}

func (b *builder) state(list []uint32) uint16 {
	var key []byte
	for _, pc := range list {
		key = binary.BigEndian.AppendUint32(key, pc)
	}
	n, ok := b.states[string(key)]
	if !ok {
		n = uint16(len(b.lists))
		b.states[string(key)] = n
		b.lists = append(b.lists, list)
	}
	return n
}

// expand appends the row of a state to the table.
func (b *builder) expand(list []uint32) {
	for _, r := range b.sample {
		s := &stepper{builder: b, r: r, seen: map[uint32]bool{}}
		for _, pc := range list {
			s.follow(pc)
		}
		entry := b.state(s.alive) * 2
		if s.matched {
			entry++
		}
		b.table = append(b.table, entry)
	}
}

// stepper follows one character through the instructions of a state.
type stepper struct {
	*builder
	r       rune
	seen    map[uint32]bool
	alive   []uint32
	matched bool
}

// follow walks from pc in order of preference; after a match nothing less
// preferred counts.
func (s *stepper) follow(pc uint32) {
	if s.matched || s.seen[pc] {
		return
	}
	s.seen[pc] = true
	in := &s.prog.Inst[pc]
	switch {
	case in.Op == syntax.InstAlt || in.Op == syntax.InstAltMatch:
		s.follow(in.Out)
		s.follow(in.Arg)
	case in.Op == syntax.InstCapture || in.Op == syntax.InstNop:
		s.follow(in.Out)
	case in.Op == syntax.InstEmptyWidth:
		if s.r == endOfText || !s.next.has(s.r) {
			s.follow(in.Out)
		}
	case in.Op == syntax.InstMatch:
		s.matched = true
	case consumes(in) && s.r != endOfText && in.MatchRune(s.r):
		s.alive = append(s.alive, in.Out)
	}
}

// end returns the length in bytes of the match at the start of s, 0 for none.
func (m *machine) end(s string) int {
	match, state := 0, uint16(startState)
	for i := 0; ; i += 3 {
		class := uint8(m.width - 1)
		if i < len(s) {
			n := thaiAt(s, i)
			if n < 0 {
				n = thaiSize
			}
			class = m.class[n]
		}
		entry := m.next[int(state)*m.width+int(class)]
		if entry&1 == 1 {
			match = i
		}
		if state = entry >> 1; state == deadState {
			return match
		}
	}
}
