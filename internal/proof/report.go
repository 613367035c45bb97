package proof

import (
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Origin is whether the keys are known from outside the repository.
type Origin string

// The origins.
const (
	OriginProven  Origin = "proven"     // a trusted key signed
	OriginOpen    Origin = "not proven" // nothing was said about whom to trust
	OriginForeign Origin = "foreign"    // none of the keys is trusted
)

// How is by what the text of a manual is covered.
type How string

// The ways. The empty How is none: the text is not covered.
const (
	ByApproval  How = "approved"  // both stages
	ByBootstrap How = "bootstrap" // it was there before approvals began
	ByImport    How = "imported"  // brought in later from another system, and not approved since
	ByEmergency How = "emergency" // published by OPDC alone, not approved in order yet
	ByEarlier   How = "earlier"   // as it was when a Mark was made; it has only moved since
)

// Approval is who decided, and when that was known.
type Approval struct {
	Officer catalog.OfficerID `json:"officer,omitempty"`
	At      time.Time         `json:"at,omitzero"`      // of the commit, by the clock of the centre
	Via     string            `json:"via,omitempty"`    // device of an office, when decided offline
	Claimed time.Time         `json:"claimed,omitzero"` // when that was, by the device's own clock, which may be wrong
	Commit  Hash              `json:"commit"`
}

// Account is what is known of a manual's text.
type Account struct {
	Manual    catalog.ManualID `json:"manual"` // the name of its folder, whatever that is
	Path      string           `json:"path"`   // of its folder; where it was, when it is gone
	Tree      Hash             `json:"tree"`   // of its folder
	How       How              `json:"how"`
	Why       fault.Text       `json:"-"`                  // it is not covered
	Revision  int              `json:"revision,omitempty"` // the last one published in order
	Stage1    *Approval        `json:"stage1,omitempty"`
	Stage2    *Approval        `json:"stage2,omitempty"`    // also of an emergency, and of an import
	Reason    string           `json:"reason,omitempty"`    // of an emergency
	Confirmed *Approval        `json:"confirmed,omitempty"` // an officer of the agency read what was imported; nil: nobody yet
	Moved     *Approval        `json:"moved,omitempty"`     // the last reorganisation that moved it
	By        Hash             `json:"by,omitzero"`         // the commit that left it uncovered
}

// Moved is a reorganisation: agencies and what is theirs stand elsewhere since.
type Moved struct {
	Approval
	Manuals int    // that stand elsewhere
	Reason  string // as it was given
	Undoes  Hash   // the reorganisation that it takes back; zero of none
}

// Finding is a commit of main that nobody accounts for.
type Finding struct {
	Commit Hash       `json:"commit"`
	At     time.Time  `json:"at"` // as the commit claims
	Why    fault.Text `json:"-"`
}

// InForce is a key and the commit of main that it came into force with.
type InForce struct {
	Key    Key  `json:"key"`
	Commit Hash `json:"commit"`
	Self   bool `json:"self,omitempty"` // vouched for by Trust alone, the key before it being lost
}

// Report is what a walk of main has shown.
type Report struct {
	Tip        Hash
	Commits    int // of main that were looked at
	Origin     Origin
	Keys       []InForce // the oldest first
	Manuals    []Account // by id
	Moves      []Moved   // reorganisations in order that were looked at, the oldest first
	Loose      []Finding // the first of them, the oldest first
	LooseCount int
	Superseded int  // changes of manuals out of order, after which another came
	Cut        Hash // the commit that is not there or not readable; zero: the walk reached the root
	mark       *Mark
}

// Mark is where a later walk may stop: all up to a commit was in order. It is
// worth what the place is worth that it is kept in.
type Mark struct {
	Commit Hash      `json:"commit"`
	Keys   []InForce `json:"keys"`
	Trust  []string  `json:"trust"` // under which origin was proven; empty when that is open
}

// Mark returns the mark of a walk that found all in order; nil of any other.
func (r *Report) Mark() *Mark { return r.mark }

// Uncovered returns the accounts of manuals whose text nobody answers for.
func (r *Report) Uncovered() []Account {
	var out []Account
	for _, a := range r.Manuals {
		if a.How == "" {
			out = append(out, a)
		}
	}
	return out
}

// Count returns how many manuals are covered in one way.
func (r *Report) Count(h How) int {
	n := 0
	for i := range r.Manuals {
		if r.Manuals[i].How == h {
			n++
		}
	}
	return n
}

// Confirmed returns how many imported manuals an officer of their agency has
// confirmed.
func (r *Report) Confirmed() int {
	n := 0
	for i := range r.Manuals {
		if r.Manuals[i].Confirmed != nil {
			n++
		}
	}
	return n
}

// Err returns what keeps the content from being published, all at once, as an
// error of kind Invalid, or nil.
func (r *Report) Err() error {
	if r.Origin == OriginForeign {
		return fault.New(fault.Invalid, fault.Text{TH: "ประวัติไม่ได้ลงนามด้วยกุญแจที่เชื่อถือ", EN: "the history is signed by keys that are not trusted"},
			fault.Text{TH: "อย่าใช้คลังนี้ ตรวจว่าได้คลังและลายนิ้วมือมาจากที่ถูกต้อง", EN: "do not use this repository; check where it and the fingerprint came from"})
	}
	return r.Problems().Err()
}

// Problems are the manuals that are not covered, and the commits that nobody
// accounts for.
func (r *Report) Problems() fault.Problems {
	var out fault.Problems
	for _, a := range r.Uncovered() {
		what := fault.Textf("ไม่มีการอนุมัติรองรับ: %s", "not covered by an approval: %s", "")
		what.TH, what.EN = what.TH+a.Why.TH, what.EN+a.Why.EN
		if !a.By.IsZero() {
			what.TH, what.EN = what.TH+" (commit "+a.By.String()+")", what.EN+" (commit "+a.By.String()+")"
		}
		out = append(out, fault.Problem{File: a.Path, Severity: fault.Wrong, What: what})
	}
	for _, f := range r.Loose {
		out = append(out, fault.Problem{File: "commit " + f.Commit.String(), Severity: fault.Wrong, What: f.Why})
	}
	if n := r.LooseCount - len(r.Loose); n > 0 {
		out = append(out, fault.Problem{File: "main", Severity: fault.Wrong,
			What: fault.Textf("และอีก %d commit", "and %d more commits", n)})
	}
	return out.Sort()
}
