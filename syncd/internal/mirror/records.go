package mirror

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/delays"
	"khumue/syncd/internal/review"
)

// told is a record as it was told, unpacked.
type told struct {
	Entity
	version string
	put     func(Records) error
	passed  bool                                              // it can not be used here
	plant   func(ctx context.Context, was gitrepo.Hash) error // of a revision, over what stands there: in the repository, before the record is noted
}

// unpack reads the records of a page, and what the centre asks for. It writes
// nothing, so that a page that can not be read is not taken at all. Kinds that this
// program does not know are left out: a newer centre may have more.
func (m *Mirror) unpack(changes []wire.Change) (list []told, needs map[string]string, err error) {
	needs = map[string]string{}
	var unused error // of the first record
	var u cargo.Unpacker
	for _, c := range changes {
		switch {
		case c.Kind == cargo.File && c.Body != nil: // later ones point back into it
			var p cargo.Part
			if err = cargo.Read(c.Body, &p); err == nil {
				_, err = u.Unpack(p.Data)
			}
		case c.Kind == cargo.Need:
			var asked cargo.Asked
			if err = cargo.Read(c.Body, &asked); err == nil && (c.ID == cargo.File || slices.Contains(cargo.Records, c.ID)) {
				needs[c.ID] = asked.After
			}
		case c.Kind == cargo.File, c.Kind == cargo.Content:
		default:
			one, failed := m.record(&u, c)
			if failed != nil {
				failed = m.blame(&one, failed)
			}
			if unused = cmp.Or(unused, failed); failed == nil && one.put != nil {
				list = append(list, one)
			}
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return list, needs, unused
}

// record reads one record.
func (m *Mirror) record(u *cargo.Unpacker, c wire.Change) (t told, err error) {
	t = told{Entity: Entity{c.Kind, c.ID}, version: c.Version}
	if c.Body == nil {
		t.version = ""
		t.put = func(r Records) error { return drop(r, t.Entity) }
		if c.Kind == cargo.Revision {
			t.plant, err = m.uproots(c.ID)
		}
		return t, err
	}
	var packed cargo.Packed
	if err := cargo.Read(c.Body, &packed); err != nil {
		return t, err
	}
	body, err := u.Unpack(packed.Data)
	if err != nil {
		return t, err
	}
	if c.Kind == cargo.Revision {
		t.put = func(Records) error { return nil }
		t.plant, err = m.plants(c.ID, body)
		return t, err
	}
	t.put, err = m.puts(c.Kind, c.ID, body)
	return t, err
}

// underWay are the refs of the revisions that the repository has.
func (m *Mirror) underWay() (map[string]bool, error) {
	out := map[string]bool{}
	for _, state := range []review.State{review.Draft, review.InReview, review.Endorsed} {
		refs, err := m.Ledger.Find(state, "")
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			out[ref.String()] = true
		}
	}
	return out, nil
}

// plants returns how a revision is planted.
func (m *Mirror) plants(id string, body []byte) (func(context.Context, gitrepo.Hash) error, error) {
	var b cargo.RevisionBody
	if err := cargo.Read(body, &b); err != nil {
		return nil, err
	}
	if ref, err := review.ParseRef(b.Ref); err != nil || b.Ref != id || ref.State == review.Ended {
		return nil, another(id)
	}
	return func(ctx context.Context, was gitrepo.Hash) error {
		s, err := b.Seedling(func(h gitrepo.Hash) ([]byte, error) { return m.Repo.Read(gitrepo.Blob, h) })
		if err != nil {
			return err
		}
		_, err = m.Ledger.Plant(ctx, s, was)
		return err
	}, nil
}

// uproots returns how a revision is taken away that is not under way any more.
func (m *Mirror) uproots(id string) (func(context.Context, gitrepo.Hash) error, error) {
	ref, err := review.ParseRef(id)
	return func(ctx context.Context, was gitrepo.Hash) error { return m.Ledger.Uproot(ctx, ref, was) }, err
}

// plant brings the revisions of a page to where they stand, but those that are ahead.
func (m *Mirror) plant(ctx context.Context, list []told) error {
	for n, one := range list {
		if one.plant == nil || one.passed || m.ahead.Has(one.Kind, one.ID) {
			continue
		}
		if err := m.plantOne(ctx, one); err != nil {
			if err = m.blame(&list[n], err); err != nil {
				return err
			}
		}
	}
	return nil
}

// plantOne brings a revision to where it stands, unless an officer comes first.
func (m *Mirror) plantOne(ctx context.Context, one told) (err error) {
	for range tries {
		was, unread := m.Repo.Refs().Get(one.ID)
		if unread != nil && !errors.Is(unread, fault.NotFound) {
			return unread
		}
		if err := m.lookAhead(ctx); err != nil { // behind the ref
			return err
		}
		if m.ahead.Has(one.Kind, one.ID) {
			return nil
		}
		err = one.plant(ctx, was)
		if !errors.Is(err, fault.Conflict) {
			m.moved = m.moved || err == nil
			return err
		}
	}
	return err
}

// puts returns how a record is put; nil of a kind that is not known.
func (m *Mirror) puts(kind, id string, body []byte) (func(Records) error, error) {
	switch kind {
	case cargo.Person:
		return putting(body, func(b cargo.PersonBody) bool { return b.ID == id }, func(r Records, b cargo.PersonBody) error { return r.PutPerson(b.Person()) })
	case cargo.Report:
		return putting(body, func(b cargo.ReportBody) bool { return cargo.ReportID(b.Report().Key) == id }, Records.PutReport)
	case cargo.Unlock:
		return putting(body, func(b cargo.UnlockBody) bool { return b.ID == id }, func(r Records, b cargo.UnlockBody) error { return r.PutUnlock(b.Request()) })
	case cargo.Post:
		return putting(body, func(b cargo.PostBody) bool { return b.Point == id }, func(r Records, b cargo.PostBody) error { return r.PutPost(b.Post()) })
	case cargo.Setting:
		return putting(body, func(cargo.SettingBody) bool { return true }, func(r Records, b cargo.SettingBody) error { return r.PutSetting(id, b.Value) })
	case cargo.Comment:
		return putting(body, func(b cargo.CommentBody) bool { return b.ID == id }, func(r Records, b cargo.CommentBody) error { return r.PutComment(b.Comment()) })
	case cargo.Notice:
		return putting(body, func(b cargo.NoticeBody) bool { return b.ID == id }, func(r Records, b cargo.NoticeBody) error { return r.ShowNotice(b.Notice()) })
	case cargo.Case:
		var b cargo.CaseBody
		if err := cargo.Read(body, &b); err != nil {
			return nil, err
		}
		if b.ID != id {
			return nil, another(id)
		}
		v, err := m.reseal(b)
		return func(r Records) error { return r.PutCase(v) }, err
	}
	return nil, nil //nolint:nilnil // it is not known
}

// putting reads a body that has to be the one of the id.
func putting[B any](body []byte, is func(B) bool, put func(Records, B) error) (func(Records) error, error) {
	var b B
	if err := cargo.Read(body, &b); err != nil {
		return nil, err
	}
	if !is(b) {
		return nil, another("")
	}
	return func(r Records) error { return put(r, b) }, nil
}

func another(id string) error {
	return fault.New(fault.Invalid, fault.Text{TH: "ข้อมูลที่ได้รับไม่ตรงกับรหัส", EN: "A record came under the id of another."}).Because(errors.New(id))
}

// reseal seals in this office's own vault what came sealed for this device.
func (m *Mirror) reseal(b cargo.CaseBody) (delays.Record, error) {
	v := b.Record()
	if b.Sealed == nil || m.Box == nil || m.Vault == nil {
		return v, nil
	}
	text, err := cargo.Open(m.Box, b.Sealed, "case "+v.ID+" "+m.ID)
	if err != nil {
		return v, err
	}
	var private delays.Private
	if err := cargo.Read(text, &private); err != nil {
		return v, err
	}
	return delays.Conceal(m.Vault, v, private, m.Random)
}

// drop takes a record away.
func drop(r Records, e Entity) error {
	switch e.Kind {
	case cargo.Person:
		return r.DropPerson(catalog.OfficerID(e.ID))
	case cargo.Report:
		return r.DropReport(e.ID)
	case cargo.Unlock:
		return r.DropUnlock(e.ID)
	case cargo.Post:
		return r.DropPost(catalog.PointCode(e.ID))
	case cargo.Case:
		return r.DropCase(e.ID)
	case cargo.Setting:
		return r.DropSetting(e.ID)
	case cargo.Comment:
		return r.DropComment(e.ID)
	case cargo.Notice:
		return r.DropNotice(e.ID)
	}
	return nil
}

// takeRecord puts a record, or takes it away. What is ahead here stays, and is asked
// for once it is not any more.
func (m *Mirror) takeRecord(r Records, t told) error {
	if t.passed || m.ahead.Has(t.Kind, t.ID) || m.fails[t.Entity].version == t.version && m.rests(t.Entity) {
		return r.Hold(t.Kind, t.ID, blank)
	}
	if err := t.put(r); err != nil {
		_ = m.blame(&t, err) // which is for the next time: of this transaction nothing is left
		return err
	}
	delete(m.fails, t.Entity)
	if t.version == "" {
		return r.Unhold(t.Kind, t.ID)
	}
	return r.Hold(t.Kind, t.ID, t.version)
}

// How often a record is tried that can not be used here, before the others of its page
// are taken without it, and how long it is left out then.
const (
	mostFails = 3
	restFor   = time.Hour
)

// failure is of a record that can not be used here.
type failure struct {
	version string
	times   int
	at      time.Time
}

// blame counts what a record failed with. Once that was often enough it is nil, and the
// record is passed over: it is held as one to be asked for anew, and is after a while.
// A fault of the disk, and an end of the program, is no record's.
func (m *Mirror) blame(t *told, err error) error {
	if errors.Is(err, fault.Unavailable) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	f := m.fails[t.Entity]
	if f.version != t.version {
		f = failure{version: t.version}
	}
	f.times, f.at = f.times+1, m.Now()
	if m.fails == nil {
		m.fails = map[Entity]failure{}
	}
	m.fails[t.Entity] = f
	if f.times <= mostFails {
		return err
	}
	m.Log.Error("a record of the centre can not be used here", "kind", t.Kind, "id", t.ID, "version", t.version, "error", err)
	t.passed, t.put = true, func(Records) error { return nil }
	return nil
}

// rests reports whether a record is left out for a while.
func (m *Mirror) rests(e Entity) bool {
	f := m.fails[e]
	return f.times > mostFails && m.Now().Sub(f.at) < restFor
}
