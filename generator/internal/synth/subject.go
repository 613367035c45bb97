package synth

import (
	"strconv"
	"strings"
)

// pair is an object of a topic and what is done with it.
type pair struct {
	topic, object, action int
}

// processesBefore is where the numbers of processes of pairs begin; below are
// those of standard manuals.
const processesBefore = 100

// pairsOf returns how many pairs the topics of an agency have together.
func (v *vocabulary) pairsOf(topics []int) int {
	n := 0
	for _, t := range topics {
		n += len(v.pairs[t])
	}
	return n
}

// pair returns the i-th pair of some topics, counted through them in order.
func (v *vocabulary) pair(topics []int, i int) pair {
	for _, t := range topics {
		if i < len(v.pairs[t]) {
			return v.pairs[t][i]
		}
		i -= len(v.pairs[t])
	}
	panic("synth: no such pair")
}

func (l *loader) addPairs() {
	l.pairs = make([][]pair, len(l.topics))
	for t, objects := range l.objects {
		for o, obj := range objects {
			for a := range l.actions[obj.form] {
				l.pairs[t] = append(l.pairs[t], pair{t, o, a})
			}
		}
	}
}

// subject is what a manual is about.
type subject struct {
	topic    int
	title    name
	object   name
	workKind string
	tags     []string
	tag      string // one more, or ""
	groups   []string
	common   []string
	unit     string // of the whole time
	time     int
	low      int // fee in baht; 0: none
	high     int
	process  link
}

// about returns what the m-th manual of an agency is about.
func (p *Portal) about(a *agency, m int) subject {
	v := p.vocab
	if a.rank == local || a.keepsStandards() && m < len(v.standard) {
		return p.standardSubject(a, m)
	}
	if a.keepsStandards() {
		m -= len(v.standard)
	}
	all := v.pairsOf(a.topics)
	at, round := p.start(a, all)+m, m/all
	pr := v.pair(a.topics, at%all)
	s := v.subject(pr)
	s.vary(v, p.variant(a, pr, round))
	s.process = p.processOf(a, pr, at%all)
	return s
}

// processAt returns the process of the m-th manual of an agency.
func (p *Portal) processAt(a *agency, m int) link {
	v := p.vocab
	if a.rank == local || a.keepsStandards() && m < len(v.standard) {
		return link{&p.agencies[p.first[departmental]], m % len(v.standard)}
	}
	if a.keepsStandards() {
		m -= len(v.standard)
	}
	all := v.pairsOf(a.topics)
	at := (p.start(a, all) + m) % all
	return p.processOf(a, v.pair(a.topics, at), at)
}

// keepsStandards reports whether the agency keeps the standard manuals of all
// local governments.
func (a *agency) keepsStandards() bool { return a.rank == departmental && a.number == 0 }

// start is where an agency begins among the pairs of its topics: departments
// anywhere, offices of one kind at the same pair in every province.
func (p *Portal) start(a *agency, all int) int {
	if a.rank == office {
		return 0
	}
	return int(a.key>>8) % all
}

// variant returns the number of the variant that an agency has of a pair in a
// round; 0 is the plain one.
func (p *Portal) variant(a *agency, pr pair, round int) int {
	key := a.key
	if a.rank == office {
		key = uint64(a.number)
	}
	if round == 0 && mix(key+uint64(pr.object))&1 == 0 {
		return 0
	}
	all := (len(p.vocab.kinds) + 1) * (len(p.vocab.cases) + 1)
	return int((mix(key^uint64(pr.object))>>1+uint64(round)*101)%uint64(all)) + round/all*all
}

// vary adds to a title what tells a variant from others.
func (s *subject) vary(v *vocabulary, n int) {
	kinds, cases := len(v.kinds)+1, len(v.cases)+1
	if k := n % kinds; k > 0 {
		s.title.th += " " + v.kinds[k-1].th
		s.title.en += ", " + v.kinds[k-1].en
	}
	if c := n / kinds % cases; c > 0 {
		s.title.th += " " + v.cases[c-1].th
		s.title.en += " (" + v.cases[c-1].en + ")"
	}
	if order := n / (kinds * cases); order > 0 {
		s.title.th += " ตามประกาศ ฉบับที่ " + strconv.Itoa(order+1)
		s.title.en += ", announcement " + strconv.Itoa(order+1)
	}
}

// subject returns the plain subject of a pair.
func (v *vocabulary) subject(pr pair) subject {
	o := v.objects[pr.topic][pr.object]
	a := v.actions[o.form][pr.action]
	s := subject{
		topic: pr.topic, object: o.name, workKind: a.workKind, tags: o.tags, tag: a.tag, groups: o.groups,
		title: name{a.th[0] + o.name.th + a.th[1], a.en[0] + o.name.en + a.en[1]}, unit: "day", time: a.days,
	}
	for _, c := range a.common {
		s.common = append(s.common, c[0]+o.name.th+c[1])
	}
	if h := mix(uint64(pr.topic)<<20 | uint64(pr.object)<<8 | uint64(pr.action)); o.form != "benefit" && h%4 > 0 {
		s.low = []int{5, 10, 20, 50, 100, 200, 500, 1000}[h>>8%8]
		s.high = s.low * []int{1, 1, 2, 5, 10}[h>>16%5]
	}
	return s
}

// processOf returns which process a pair's manual names: a department's own,
// an office's that of the department whose topic it is.
func (p *Portal) processOf(a *agency, pr pair, at int) link {
	if a.rank != office {
		return link{a, processesBefore + at}
	}
	owner := &p.agencies[p.first[departmental]+p.vocab.owner[pr.topic]]
	at = 0
	for _, t := range owner.topics {
		if t == pr.topic {
			break
		}
		at += len(p.vocab.pairs[t])
	}
	for i, of := range p.vocab.pairs[pr.topic] {
		if of == pr {
			return link{owner, processesBefore + at + i}
		}
	}
	panic("synth: a pair without a process")
}

func (p *Portal) standardSubject(a *agency, m int) subject {
	v := p.vocab
	std := v.standard[m%len(v.standard)]
	s := subject{
		topic: std.topic, title: std.name, object: name{strings.TrimPrefix(std.name.th, "การ"), std.name.en}, workKind: std.workKind,
		tags: std.tags, groups: std.groups, common: std.common, unit: std.unit, time: std.time, low: std.low, high: std.high,
		process: link{&p.agencies[p.first[departmental]], m % len(v.standard)},
	}
	if round := m / len(v.standard); round > 0 {
		s.vary(v, (int(mix(uint64(m))%uint64(len(v.cases)))+1)*(len(v.kinds)+1))
	}
	if d := a.dice(manualID, m); a.rank == local && d.percent(12) {
		s.habit(&d)
	}
	return s
}

// habit writes a title as one office or another writes it.
func (s *subject) habit(d *dice) {
	switch d.below(3) {
	case 0:
		s.title.th = s.object.th
	case 1:
		s.title.th += " (N)"
	default:
		s.title.th = strings.Replace(s.title.th, " กรณี", "กรณี", 1)
	}
}

// markProcesses notes which processes of departments some manual names.
func (p *Portal) markProcesses() {
	for i := p.first[departmental]; i < p.first[provincial]; i++ {
		p.agencies[i].used = make([]bool, processesBefore+p.vocab.pairsOf(p.agencies[i].topics))
	}
	standards := p.agencies[p.first[departmental]].used
	for i := range p.vocab.standard {
		standards[i] = true
	}
	for i := p.first[departmental]; i < p.first[local]; i++ {
		a := &p.agencies[i]
		if a.rank == provincial {
			continue
		}
		for m := range min(a.manuals, len(p.vocab.standard)+p.vocab.pairsOf(a.topics)) {
			of := p.processAt(a, m)
			of.owner.used[of.number] = true
		}
	}
}
