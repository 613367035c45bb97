// Package mirror is what an office does with what the centre tells it: files become
// the content of its own repository, records its own records, and what its officers
// did and the centre has not done yet stays on top.
//
// Whatever was cut, lost or restored on either side, an office that goes on pulling
// ends with what the centre tells: what does not fit is asked for anew.
//
// The package refuses to know the network, SQL, and what the centre decides.
package mirror

import (
	"context"
	"crypto/ecdh"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/licences"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/vault"
)

// Ahead tells what officers of this office changed and the centre has not done yet:
// for files by path, for records by the ids that package cargo gives them.
type Ahead interface {
	Has(kind, id string) bool
	Records() []Entity // all that are records
}

// Entity is what a change is about.
type Entity struct{ Kind, ID string }

// Store keeps what was told. What Write's function does happens wholly or not at
// all, and durably.
type Store interface {
	Read(ctx context.Context, do func(Records) error) error
	Write(ctx context.Context, do func(Records) error) error
}

// Records are what a transaction sees.
type Records interface {
	// Note is a text that is kept under a name; "" when there is none.
	Note(name string) (string, error)
	SetNote(name, text string) error
	// Held are the versions of what is held of a kind, by id, as the centre told
	// them.
	Held(kind string) (map[string]string, error)
	Hold(kind, id, version string) error
	Unhold(kind, id string) error

	// What is put takes the place of what is there, whatever that is; dropping
	// what is not there is nothing.
	PutPerson(u staff.User) error          // with its grants; by which it signs in here stays
	DropPerson(id catalog.OfficerID) error // with all that it holds, and its sessions
	PutReport(b cargo.ReportBody) error
	DropReport(id string) error // as cargo.ReportID
	PutUnlock(q licences.Request) error
	DropUnlock(id string) error
	PutPost(p licences.Post) error
	DropPost(point catalog.PointCode) error
	PutCase(v delays.Record) error
	DropCase(id string) error // with its applicant and letters
	PutSetting(name, value string) error
	DropSetting(name string) error
	PutComment(c manuals.Comment) error
	DropComment(id string) error
	ShowNotice(n manuals.Notice) error // whether it was read here stays
	DropNotice(id string) error
}

// The names of notes.
const (
	noteCursor  = "cursor"
	noteContent = "content" // the commit of the centre that the cursor counts on
)

// Mirror takes what the centre tells. It may be used by any number of goroutines;
// one page is taken at a time.
type Mirror struct {
	Store  Store
	Repo   *gitrepo.Repository
	Ledger *ledger.Ledger                       // of the same repository, for revisions under way
	Ahead  func(context.Context) (Ahead, error) // nil: nothing is ever ahead
	Vault  *vault.Vault                         // of this office, for the applicants of late requests
	Box    *ecdh.PrivateKey                     // of this device: what the centre sealed for it
	ID     string                               // of this device
	Now    func() time.Time
	Random io.Reader // a cryptographic source
	Log    *slog.Logger
	// Changed is called after main or a revision under way moved here, with nothing
	// held; nil: nobody is told.
	Changed func()

	mu       sync.Mutex
	asked    bool
	cursor   string            // with which it was asked
	moved    bool              // main or a revision did since Changed was called
	pending  bool              // something is under way that may be too much for the line
	ahead    Ahead             // when the centre was asked, and while a page is taken
	before   Ahead             // when the centre was asked alone
	at       time.Time         // when it was
	needs    map[string]string // kinds that the centre has to be told of, with the id behind which
	most     int               // bytes that the next page may have
	told     bool              // the centre was told which files are held
	fails    map[Entity]failure
	looked   bool  // whether the content is whole
	damaged  int64 // how many objects were not when that was last looked
	progress Progress
}

// Progress is how far the transfer of files is that is under way.
type Progress struct {
	Files, AllFiles int
	Bytes, AllBytes int64     // unpacked
	As              time.Time // of the content that the office has; zero: none yet
	Complete        bool      // nothing is under way
}

// Progress tells how far the transfer is.
func (m *Mirror) Progress() Progress {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.progress
}

// The size of a page in bytes: at first what a slow line brings in eleven seconds.
const (
	firstPage  = 32 << 10
	slowAnswer = 12 * time.Second
	fastAnswer = 3 * time.Second
)

// Cursor returns what the next pull is to bring: up to where all was taken, "" at the
// beginning, and what the centre asked for or this office doubts. Asking again for
// what is under way without having taken an answer makes the next page smaller: the
// line did not last for it.
func (m *Mirror) Cursor(ctx context.Context) (cursor string, have []byte, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.most == 0 {
		m.most = firstPage
	} else if m.asked && m.pending {
		m.most = max(m.most/2, cargo.Least)
	}
	if m.ahead, err = m.whatIsAhead(ctx); err != nil {
		return "", nil, err
	}
	if err := m.mark(ctx); err != nil {
		return "", nil, err
	}
	if err := m.mend(ctx); err != nil {
		return "", nil, err
	}
	h := cargo.Have{Most: m.most, Holds: map[string]cargo.Holding{}}
	m.told = false
	if h.Settle, err = m.drifts(); err != nil {
		return "", nil, err
	}
	err = m.Store.Read(ctx, func(r Records) error {
		if cursor, err = r.Note(noteCursor); err != nil {
			return err
		}
		if err := m.doubt(r); err != nil {
			return err
		}
		for kind, after := range m.needs {
			if h.Holds[kind], err = m.holding(r, kind, after); err != nil {
				return err
			}
			m.told = m.told || kind == cargo.File
		}
		return nil
	})
	if err != nil {
		return "", nil, err
	}
	m.asked, m.at, m.cursor = true, m.Now(), cursor
	m.pending = cursor == "" || len(m.needs) > 0 || !m.progress.Complete && m.progress.AllFiles > 0
	return cursor, cargo.Write(h), nil
}

// nobody is ahead of nothing.
type nobody struct{}

func (nobody) Has(string, string) bool { return false }
func (nobody) Records() []Entity       { return nil }

func (m *Mirror) whatIsAhead(ctx context.Context) (Ahead, error) {
	if m.Ahead == nil {
		return nobody{}, nil
	}
	return m.Ahead(ctx)
}

// lookAhead has what officers saved since the centre was asked be ahead too. What is to
// be overwritten is read before: so whatever else it holds is known to be ahead.
func (m *Mirror) lookAhead(ctx context.Context) error {
	now, err := m.whatIsAhead(ctx)
	if err == nil {
		m.ahead = either{m.before, now}
	}
	return err
}

// either is what was ahead when the centre was asked, which it may not have done yet
// in what it answered, or is now.
type either [2]Ahead

func (e either) Has(kind, id string) bool { return e[0].Has(kind, id) || e[1].Has(kind, id) }
func (e either) Records() []Entity        { return slices.Concat(e[0].Records(), e[1].Records()) }

// mark notes which records are ahead, so that each is asked for once it is not any
// more, whatever became of it.
func (m *Mirror) mark(ctx context.Context) error {
	list := m.ahead.Records()
	if len(list) == 0 {
		return nil
	}
	noted := map[string]map[string]string{}
	err := m.Store.Read(ctx, func(r Records) (err error) {
		for _, kind := range cargo.Records {
			if noted[kind], err = r.Held(kind); err != nil {
				return err
			}
		}
		return nil
	})
	list = slices.DeleteFunc(slices.Clone(list), func(e Entity) bool {
		version, is := noted[e.Kind][e.ID]
		return is && version == blank
	})
	if err != nil || len(list) == 0 {
		return err
	}
	return m.Doubt(ctx, list...)
}

// need notes that the centre has to be told what is held of a kind.
func (m *Mirror) need(kind, after string) {
	if m.needs == nil {
		m.needs = map[string]string{}
	}
	m.needs[kind] = after
}

// doubt compares the repository with what the cursor counts on: either may have been
// restored without the other.
func (m *Mirror) doubt(r Records) error {
	counted, err := r.Note(noteContent)
	if err != nil {
		return err
	}
	centre, err := m.stand(refCentre)
	if err != nil {
		return err
	}
	if _, asked := m.needs[cargo.File]; !asked && counted != centre.of {
		m.need(cargo.File, "")
	}
	for _, kind := range cargo.Records {
		held, err := m.held(r, kind)
		if err != nil {
			return err
		}
		for id, version := range held {
			if _, asked := m.needs[kind]; !asked && version == blank && !m.ahead.Has(kind, id) && !m.rests(Entity{kind, id}) {
				m.need(kind, "")
			}
		}
	}
	return nil
}

// blank is the version of what was changed here: once the centre has done that, or
// refused it, it is asked for anew.
const blank = ""

// held are the versions of what is held of a kind. Of revisions the repository says
// which there are, and one that it has otherwise than was noted is doubted.
func (m *Mirror) held(r Records, kind string) (map[string]string, error) {
	noted, err := r.Held(kind)
	if err != nil || kind != cargo.Revision {
		return noted, err
	}
	there, err := m.underWay()
	if err != nil {
		return nil, err
	}
	for ref := range noted {
		if !there[ref] {
			noted[ref] = blank
		}
	}
	for ref := range there {
		if _, is := noted[ref]; !is {
			noted[ref] = blank
		}
	}
	return noted, nil
}

// The least and the most bytes that are told at once of what is held of a kind: all
// kinds together fit into a message.
const (
	leastTold = 32 << 10
	mostTold  = 128 << 10
)

// holding is what is held of a kind behind an id, as much as goes over the line in
// the time of some pages.
func (m *Mirror) holding(r Records, kind, after string) (cargo.Holding, error) {
	var all map[string]string
	var err error
	if kind == cargo.File {
		all, err = m.files()
	} else {
		all, err = m.held(r, kind)
	}
	return cargo.Hold(all, after, min(max(4*m.most, leastTold), mostTold)), err
}

// Anew forgets the cursor. What the office has stays, and is told to the centre.
func (m *Mirror) Anew(ctx context.Context) error {
	return m.Store.Write(ctx, func(r Records) error {
		return errors.Join(r.SetNote(noteCursor, ""), r.SetNote(noteContent, ""))
	})
}

// Take takes the changes of one reply, and the cursor that came with them. What the
// centre asks to be told stands among the changes: have is not looked at. What the
// office holds otherwise than the centre counts on is not taken: the next Cursor
// tells what it holds.
func (m *Mirror) Take(ctx context.Context, changes []wire.Change, _ []byte, cursor string) error {
	moved, err := m.take(ctx, changes, cursor)
	if moved && m.Changed != nil {
		m.Changed()
	}
	return err
}

func (m *Mirror) take(ctx context.Context, changes []wire.Change, cursor string) (moved bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.moved = false
	err = m.takeAll(ctx, changes, cursor)
	return m.moved, err
}

// takeAll takes a page: its files, then its revisions, then its records together with
// the cursor.
func (m *Mirror) takeAll(ctx context.Context, changes []wire.Change, cursor string) error {
	m.before = m.ahead
	if !m.asked {
		m.before = nobody{}
	}
	if err := m.lookAhead(ctx); err != nil {
		return err
	}
	content, taken, err := m.takeFiles(ctx, changes)
	if err != nil || !taken {
		return err
	}
	list, needs, err := m.unpack(changes)
	if err != nil {
		return err
	}
	if err := m.plant(ctx, list); err != nil {
		return err
	}
	if m.asked && cursor == m.cursor && content == "" && len(list) == 0 {
		m.needs = needs
		m.fitPage()
		return nil // there is no news, and nothing to write
	}
	err = m.Store.Write(ctx, func(r Records) error {
		if err := m.lookAhead(ctx); err != nil { // now that nobody else writes
			return err
		}
		if content != "" {
			if err := r.SetNote(noteContent, content); err != nil {
				return err
			}
		}
		for _, one := range list {
			if err := m.takeRecord(r, one); err != nil {
				return err
			}
		}
		return r.SetNote(noteCursor, cursor)
	})
	if err != nil {
		return err
	}
	m.needs = needs
	m.fitPage()
	return nil
}

// fitPage lets the next page be as large as the line brings in a few seconds.
func (m *Mirror) fitPage() {
	if !m.asked {
		return
	}
	m.asked = false
	switch took := m.Now().Sub(m.at); {
	case took > slowAnswer:
		m.most = max(m.most/2, cargo.Least)
	case took < fastAnswer:
		m.most = min(m.most*2, wire.MaxChanges)
	}
}

// Doubt lets records be asked for anew, as those whose changes the centre refused:
// what it has stands again then.
func (m *Mirror) Doubt(ctx context.Context, list ...Entity) error {
	return m.Store.Write(ctx, func(r Records) error {
		for _, e := range list {
			if !slices.Contains(cargo.Records, e.Kind) {
				continue
			}
			if err := r.Hold(e.Kind, e.ID, blank); err != nil {
				return err
			}
		}
		return nil
	})
}

// Needs are the kinds that the next pull tells of, by name. While there are any it is
// worth to pull again at once.
func (m *Mirror) Needs() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.needs))
}
