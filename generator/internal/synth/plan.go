package synth

import (
	"fmt"
	"math/bits"
)

// rank is a level of the structure.
type rank int

const (
	ministry rank = iota
	departmental
	provincial // a province, above its offices and local governments
	office
	local
	ranks
)

type counts [ranks + 1]int

// agency is one node of the structure, with how much stands in its folder.
type agency struct {
	rank     rank
	code     string
	dir      string // agencies/m13/d13001
	name     name
	kind     string
	key      uint64 // what its dice start from
	parent   int    // index; -1 at the top
	number   int    // of a ministry or department in its table, of an office or local government in its province
	province int    // index; -1: none
	topics   []int
	manuals  int
	points   int
	before   uint64 // weight of the manuals of all agencies before it
	used     []bool // of a department: which processes some manual names
	retired  bool
}

const (
	maxLocals    = 7852 // as counted by the Department of Local Administration in 2563
	localsInOne  = 104  // in one province, at most
	districts    = 50   // of Bangkok
	copiesInFull = 77   // standard manuals that a local government keeps, about, when it keeps its own
	// fewestDepartments together have every topic.
	fewestDepartments = 24
	bangkok           = 0 // index among the provinces
	unitOfManuals     = 250
)

// sizes says how many agencies of each rank a portal of n manuals has.
func (p *Portal) sizes(n int) (departments, offices, locals int) {
	v := p.vocab
	departments = min(len(v.departments), fewestDepartments+n/120)
	offices = min((len(v.provinces)-1)*len(v.offices), 2+n*15/1000)
	locals = min(maxLocals, 4+n*63/1000)
	return
}

func (p *Portal) plan() {
	departments, offices, locals := p.sizes(p.options.Manuals)
	p.addMinistries()
	p.first[departmental] = len(p.agencies)
	for d := range departments {
		p.addDepartment(d)
	}
	p.first[provincial] = len(p.agencies)
	p.addProvinces(offices, locals)
	p.shareManuals()
	p.sharePoints()
	p.markProcesses()
	p.weigh()
	p.cut()
}

func (p *Portal) add(a agency) {
	a.key = hash(p.options.Seed, a.code)
	if a.parent >= 0 {
		a.dir = p.agencies[a.parent].dir + "/" + a.code
	} else {
		a.dir = "agencies/" + a.code
	}
	p.agencies = append(p.agencies, a)
}

func (p *Portal) addMinistries() {
	for i, m := range p.vocab.ministries {
		p.add(agency{rank: ministry, code: fmt.Sprintf("m%02d", i+1), name: m, kind: "ministry", parent: -1, number: i, province: -1})
	}
}

func (p *Portal) addDepartment(d int) {
	dep := p.vocab.departments[d]
	p.add(agency{rank: departmental, code: fmt.Sprintf("d%02d%03d", dep.ministry+1, d+1), name: dep.name, kind: dep.kind,
		parent: dep.ministry, number: d, province: -1, topics: dep.topics})
}

// inTurn calls add with a province and a number in it, so that the first
// provinces fill first and later ones follow, until n are added.
func inTurn(n, provinces int, room func(province int) int, add func(province, number int)) {
	for row := 0; n > 0; row++ {
		for j := 0; j <= min(row, provinces-1) && n > 0; j++ {
			if row-j < room(j) {
				add(j, row-j)
				n--
			}
		}
	}
}

// turn returns the index of the j-th province to be filled: Bangkok second,
// the others in leaps over the map.
func (p *Portal) turn(j int) int {
	others := len(p.vocab.provinces) - 1
	switch {
	case j == 1:
		return bangkok
	case j > 1:
		j--
	}
	return 1 + (j*17+37)%others
}

func (p *Portal) addProvinces(offices, locals int) {
	n := len(p.vocab.provinces)
	officesOf, localsOf := make([]int, n), make([]int, n)
	inTurn(locals, n, func(j int) int {
		if p.turn(j) == bangkok {
			return districts
		}
		return localsInOne
	}, func(j, _ int) { localsOf[p.turn(j)]++ })
	inTurn(offices, n, func(j int) int {
		if p.turn(j) == bangkok {
			return 0
		}
		return len(p.vocab.offices)
	}, func(j, _ int) { officesOf[p.turn(j)]++ })
	at := make([]int, n)
	for i := range n {
		if at[i] = len(p.agencies); officesOf[i]+localsOf[i] > 0 {
			p.addProvince(i)
		}
	}
	p.first[office] = len(p.agencies)
	for i := range n {
		for k := range officesOf[i] {
			p.addOffice(i, k, at[i])
		}
	}
	p.first[local] = len(p.agencies)
	for i := range n {
		for k := range localsOf[i] {
			p.addLocal(i, k, at[i])
		}
	}
	p.first[ranks] = len(p.agencies)
}

func (p *Portal) addProvince(i int) {
	pr := p.vocab.provinces[i]
	a := agency{rank: provincial, code: "p" + pr.code, kind: "division", parent: -1, province: i, number: i,
		name: name{"จังหวัด" + pr.name.th, pr.name.en + " Province"}}
	if i == bangkok {
		a.kind, a.name = "local", name{pr.name.th, "Bangkok Metropolitan Administration"}
	}
	p.add(a)
}

func (p *Portal) addOffice(i, k, parent int) {
	kind, pr := p.vocab.offices[k], p.vocab.provinces[i]
	th, en := around(kind.name.th), around(kind.name.en)
	p.add(agency{rank: office, code: "o" + pr.code + "-" + kind.short, kind: "division", parent: parent, province: i, number: k,
		name: name{th[0] + pr.name.th + th[1], en[0] + pr.name.en + en[1]}, topics: kind.topics})
}

func (p *Portal) addLocal(i, k, parent int) {
	pr := p.vocab.provinces[i]
	a := agency{rank: local, code: fmt.Sprintf("l%s%03d", pr.code, k+1), kind: "local", parent: parent, province: i, number: k}
	place := p.place(i, k)
	switch {
	case i == bangkok:
		a.kind, a.name = "district", name{"สำนักงานเขต" + place.th, place.en + " District Office"}
	case k == 0:
		a.name = name{"องค์การบริหารส่วนจังหวัด" + pr.name.th, pr.name.en + " Provincial Administrative Organisation"}
	case k == 1:
		a.name = name{"เทศบาลเมือง" + pr.name.th, pr.name.en + " Town Municipality"}
	case k%10 < 3:
		a.name = name{"เทศบาลตำบล" + place.th, place.en + " Subdistrict Municipality"}
	default:
		a.name = name{"องค์การบริหารส่วนตำบล" + place.th, place.en + " Subdistrict Administrative Organisation"}
	}
	p.add(a)
}

// place returns the name of the k-th place of a province: no two of a
// province's first 800 are the same.
func (p *Portal) place(province, k int) name {
	v := p.vocab
	all := len(v.beginnings) * len(v.endings)
	i := (k*331 + province*97) % all // 331 has no factor in common with 800
	b, e := v.beginnings[i%len(v.beginnings)], v.endings[i/len(v.beginnings)]
	return name{b.th + e.th, b.en + " " + e.en}
}

// share splits total into parts in the proportion of the weights, exactly.
func share(total int, weights []uint64, add func(i, n int)) {
	var sum, before uint64
	for _, w := range weights {
		sum += w
	}
	part := func(upTo uint64) int { return scale(uint64(total), upTo, sum) }
	for i, w := range weights {
		add(i, part(before+w)-part(before))
		before += w
	}
}

// scale returns total·part/whole, rounded down.
func scale(total, part, whole uint64) int {
	if whole == 0 {
		return 0
	}
	hi, lo := bits.Mul64(total, part)
	q, _ := bits.Div64(hi, lo, whole)
	return int(q)
}

// shareManuals gives each agency its manuals: about 65 in a hundred are copies
// that local governments keep, ten are of provincial offices, the rest of
// departments.
func (p *Portal) shareManuals() {
	rest := p.options.Manuals
	rest -= p.shareCopies(rest * 65 / 100)
	rest -= p.shareOut(p.first[office], p.first[local], p.options.Manuals/10, func(i int) uint64 {
		return 1000 / uint64(p.agencies[i].number+4)
	})
	p.shareOut(p.first[departmental], p.first[provincial], rest, func(i int) uint64 {
		return 1_000_000 / uint64(p.agencies[i].number+8)
	})
}

func (p *Portal) shareOut(from, to, total int, weight func(i int) uint64) int {
	var weights []uint64
	for i := from; i < to; i++ {
		weights = append(weights, weight(i))
	}
	given := 0
	share(total, weights, func(i, n int) {
		p.agencies[from+i].manuals += n
		given += n
	})
	return given
}

// shareCopies lets some local governments keep their own manuals, and returns
// how many. Whether one does depends on its place in a sequence that fills the
// unit interval evenly, so that those who do stay when the portal grows.
func (p *Portal) shareCopies(total int) int {
	locals := p.agencies[p.first[local]:]
	perLocal := uint64(total) * 1000 / uint64(len(locals))
	part := perLocal * 1000 / copiesInFull // who keeps any, in millionths
	given := 0
	for i := range locals {
		a := &locals[i]
		a.retired = a.number%30 == 17
		place := uint64(a.number*len(p.vocab.provinces) + a.province)
		if place*golden>>44*1_000_000>>20 >= part || a.retired {
			continue
		}
		d := dice{a.key}
		n := min(d.between(60, len(p.vocab.standard)+10)*max(1000, int(part/1000))/1000, total-given)
		a.manuals, given = n, given+n
	}
	return given
}

// sharePoints gives each agency that serves citizens a point, and the rest in
// proportion.
func (p *Portal) sharePoints() {
	p.points = max(1, p.options.Manuals/3)
	serving := p.agencies[p.first[departmental]:]
	weights := make([]uint64, len(serving))
	left := p.points
	for i := range serving {
		switch a := &serving[i]; {
		case a.rank == provincial || left == 0:
			continue
		case a.rank == departmental:
			weights[i] = 20 + uint64(a.manuals)/8
		case a.rank == office:
			weights[i] = 4
		default:
			weights[i] = 3
		}
		serving[i].points++
		left--
	}
	share(left, weights, func(i, n int) { serving[i].points += n })
}

// weigh counts the weight of all manuals, by which later revisions are shared.
func (p *Portal) weigh() {
	for i := range p.agencies {
		a := &p.agencies[i]
		a.before = p.weight
		for m := range a.manuals {
			p.weight += a.weightOf(m)
		}
	}
}

// weightOf is how often a manual is revised, beside others: some hardly ever,
// a few often.
func (a *agency) weightOf(m int) uint64 {
	return uint64([8]uint8{1, 1, 8, 8, 8, 16, 16, 40}[mix(a.key^uint64(m))>>61])
}

// revisions calls visit with the number of published revisions of each manual
// of an agency from index from to before to.
func (p *Portal) revisions(a *agency, from, to int, visit func(m, n int)) {
	extra := uint64(p.options.Revisions - p.options.Manuals)
	before := a.before
	for m := range to {
		w := a.weightOf(m)
		if m >= from {
			n := 1 + scale(extra, before+w, p.weight) - scale(extra, before, p.weight)
			visit(m, n)
		}
		before += w
	}
}

// unit is a piece of the work: some manuals and points of one agency.
type unit struct {
	agency          int
	manuals, points span
	head            bool // the agency's own file, processes and services too
	singles         bool // the files that every portal has
}

type span struct{ from, to int }

// cut divides the portal into units small enough to hold.
func (p *Portal) cut() {
	p.units = append(p.units, unit{singles: true})
	for i := range p.agencies {
		a := &p.agencies[i]
		pieces := max(1, (a.manuals+unitOfManuals-1)/unitOfManuals)
		for k := range pieces {
			u := unit{agency: i, head: k == 0}
			u.manuals = span{a.manuals * k / pieces, a.manuals * (k + 1) / pieces}
			u.points = span{a.points * k / pieces, a.points * (k + 1) / pieces}
			p.units = append(p.units, u)
		}
	}
}
