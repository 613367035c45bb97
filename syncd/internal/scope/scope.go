// Package scope is the centre's answer to an office that pulls: what of the content,
// the records and the people belongs to the office, and what of it changed.
//
// An office of an agency has the agency's folder; an office of one point has the
// point and what it serves. Both have what the whole portal shares, and the manuals
// and processes of other agencies that their points serve. Nothing else is sent.
//
// The centre keeps no memory of an office: the cursor that it gives out says how far
// the office is, and what both hold is compared by digests. So a restore of either
// side, and a scope that grows or shrinks, mend themselves with the next pull.
//
// The package refuses to know HTTP, SQL, and how an office keeps what it is told.
package scope

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/vault"
)

// Office is who pulls: what its credential says, never what it says itself.
type Office struct {
	ID     string // of its device
	Agency catalog.AgencyCode
	Point  catalog.PointCode // "" of an office of the whole agency
	Box    []byte            // its X25519 public key
}

// Desk answers pulls. It may be used by any number of goroutines. Stores that are
// nil have no records.
type Desk struct {
	Ledger   *ledger.Ledger
	Staff    staff.Store
	Licences licences.Store
	Delays   delays.Store
	Manuals  manuals.Store                                                         // of what is said about revisions, and of notices
	Officers func(ctx context.Context, device string) ([]catalog.OfficerID, error) // who works on a machine; nil: nobody
	Vault    *vault.Vault                                                          // of the applicants of late requests
	Settings func() map[string]string
	Key      []byte // of the cursors: a secret of the centre, the same after a restore
	Months   int    // of reports on licences, back from now; 0: DefaultMonths
	Now      func() time.Time
	Log      *slog.Logger

	old      ledger.Ledger // finds where things stood in content that is not the newest
	oldOnce  sync.Once
	picks    memory[pickKey, *pick]
	links    memory[linkKey, *links]
	mentions memory[string, mention]
	owners   memory[headKey, catalog.AgencyCode]
}

// DefaultMonths is how many months of reports an office has: two fiscal years, and
// the month that runs.
const DefaultMonths = 25

// page gathers the changes of one reply.
type page struct {
	changes []wire.Change
	most    int // bytes
	size    int
	packer  cargo.Packer
	filled  bool // something is told
	asked   bool // the office is asked for something
	cut     bool // something did not fit
	behind  bool // what was told is not the newest
}

// overhead is about what a change costs beside its texts.
const overhead = 64

// add adds a change, unless the page is full: the first one always fits.
func (p *page) add(c wire.Change) bool {
	n := len(c.Kind) + len(c.ID) + len(c.Version) + len(c.Body) + overhead
	if p.cut || p.filled && p.size+n > p.most {
		p.cut = true
		return false
	}
	p.changes = append(p.changes, c)
	p.size += n
	p.filled = true
	return true
}

// need asks for what an office holds of a kind, behind an id.
func (p *page) need(kind, after string) {
	p.changes = append(p.changes, wire.Change{Kind: cargo.Need, ID: kind, Body: cargo.Write(cargo.Asked{After: after})})
	p.asked = true
}

// Pull returns what is new for an office since a cursor, the next cursor, and
// whether there is more at once. Have is what the office brings of what the centre
// asked for, or of what it doubts; nil is nothing. The same pull may be asked any
// number of times. What can not be read of Have is an error of kind Invalid.
func (d *Desk) Pull(ctx context.Context, o Office, cur string, have []byte) (changes []wire.Change, next string, more bool, err error) {
	h, err := cargo.ReadHave(have)
	if err != nil {
		return nil, "", false, err
	}
	c := d.read(o, cur)
	p := &page{most: wire.MaxChanges}
	if h.Most > 0 {
		p.most = min(max(h.Most, cargo.Least), wire.MaxChanges)
	}
	if err := ctx.Err(); err != nil {
		return nil, "", false, err
	}
	if err := d.content(o, &c, h, p); err != nil {
		return nil, "", false, err
	}
	if !p.cut && !p.behind {
		if err := d.records(ctx, o, &c, h, p); err != nil {
			return nil, "", false, err
		}
	}
	return p.changes, d.write(o, c), p.cut || p.asked || p.behind, nil
}

// memory remembers what was worked out lately: at most so many entries, all of which
// are forgotten when one more would come.
type memory[K comparable, V any] struct {
	mu   sync.Mutex
	held map[K]V
}

// mostRemembered is how many entries a memory holds.
const mostRemembered = 4096

func (m *memory[K, V]) get(k K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.held[k]
	return v, ok
}

func (m *memory[K, V]) put(k K, v V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil || len(m.held) >= mostRemembered {
		m.held = map[K]V{}
	}
	m.held[k] = v
	return v
}
