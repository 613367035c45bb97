// Package synth makes up portals of any size, to try and to measure the rest
// against: agencies in the shape of the state, manuals whose titles and texts
// are built from the vocabulary of real services, points that link them, and
// the files that every portal has. What it makes is valid and complete; nothing
// of it is true.
//
// A portal is a function of its Options: the same options give the same bytes
// whatever the number of processors, because every agency and every manual
// draws from dice of its own. It grows smoothly: as portals of one seed grow,
// what is there already keeps its identifier and title.
//
// Files go through without being held: Files hands them on in a fixed order,
// Write puts them into a folder, WriteGit into a bare repository with a history
// of approvals.
package synth

import (
	"khumue/internal/fault"
)

// Options say which portal to make.
type Options struct {
	Manuals   int    // how many, from 1 to 5,000,000
	Seed      uint64 // another seed, another portal
	Revisions int    // published revisions in all; 0: 2.3 a manual; never fewer than one each
}

const maxManuals = 5_000_000

// Portal is a synthetic portal. It holds the plan, some hundred bytes for each
// agency, and none of the texts.
type Portal struct {
	options  Options
	vocab    *vocabulary
	agencies []agency // ministries, departments, provinces, then offices and local governments
	first    counts   // index of the first agency of each rank
	units    []unit
	points   int
	weight   uint64 // of all manuals, where revisions are shared out
}

// File is a file of the content tree.
type File struct {
	Path string // slash path, such as agencies/m13/d13001/agency.yaml
	Data []byte // valid until the next file is asked for
}

// New plans a portal. An error says which option is out of range.
func New(o Options) (*Portal, error) {
	if o.Manuals < 1 || o.Manuals > maxManuals {
		return nil, fault.New(fault.Invalid, fault.Textf("จำนวนคู่มือ %d ไม่อยู่ระหว่าง 1 ถึง %d", "%d manuals: not between 1 and %d", o.Manuals, maxManuals))
	}
	if o.Revisions == 0 {
		o.Revisions = o.Manuals * 23 / 10
	}
	o.Revisions = max(o.Revisions, o.Manuals)
	v, err := loadVocabulary()
	if err != nil {
		return nil, err
	}
	p := &Portal{options: o, vocab: v}
	p.plan()
	return p, nil
}

// Agencies returns how many agencies the portal has.
func (p *Portal) Agencies() int { return len(p.agencies) }

// Manuals returns how many manuals the portal has.
func (p *Portal) Manuals() int { return p.options.Manuals }

// Points returns how many service points the portal has.
func (p *Portal) Points() int { return p.points }

// Revisions returns how many revisions have been published in all.
func (p *Portal) Revisions() int { return p.options.Revisions }
