package immediate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"slices"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/review"
	"khumue/syncd/internal/staff"
)

// New is something that is to be created.
type New struct {
	Agency catalog.AgencyCode // whose it is; of an agency the one above, "" for the top
	Code   catalog.AgencyCode // of an agency; what else there is gets an identifier of its own
	Value  any                // a pointer to an Agency, Point, Process or Service; its identifier is set here
	Why    string
	Free   []int // places of fees whose sum is 0, rather than missing
}

// Create makes an agency, a point, a process or another service, and returns it
// with its identifier.
func (d *Desk) Create(ctx context.Context, by staff.Acting, n New) (Saved, error) {
	home, err := d.homeOf(n.Agency)
	if err != nil {
		return Saved{}, err
	}
	var random [6]byte
	if _, err := io.ReadFull(d.Random, random[:]); err != nil {
		return Saved{}, err
	}
	id := catalog.NewID(n.Agency, random[:])
	var file string
	value := copyOf(n.Value)
	switch v := value.(type) {
	case *catalog.Agency:
		code, err := catalog.ParseAgencyCode(string(n.Code))
		if err != nil {
			return Saved{}, err
		}
		v.Code, file = code, path.Join(home, string(code), "agency.yaml")
	case *catalog.Point:
		v.Code, file = catalog.PointCode(id), path.Join(home, "points", id+".yaml")
	case *catalog.Process:
		v.ID, file = catalog.ProcessID(id), path.Join(home, "processes", id+".yaml")
	case *catalog.Service:
		v.ID, file = catalog.ServiceID(id), path.Join(home, "services", id+".md")
	}
	if file == "" || n.Agency == "" && n.Code == "" {
		return Saved{}, refused(fault.Text{TH: "สร้างรายการชนิดนี้ที่นี่ไม่ได้", EN: "Such a thing is not created here."}, fault.Text{})
	}
	return d.Save(ctx, by, Change{File: file, Value: value, Why: n.Why, Free: n.Free})
}

// homeOf returns the folder of an agency; of "" that of all.
func (d *Desk) homeOf(code catalog.AgencyCode) (string, error) {
	if code == "" {
		return agencies, nil
	}
	at, err := d.File(string(code))
	if err == nil && at.Kind != corpus.AgencyFile {
		err = gone()
	}
	return path.Dir(at.Path), err
}

// Retire ends an agency. It keeps its address, on which its successor is named. One
// that still has points shown, manuals in force or agencies below is refused, and
// the error tells which.
func (d *Desk) Retire(ctx context.Context, by staff.Acting, code catalog.AgencyCode, r catalog.Retirement, why string) (Saved, error) {
	return d.alter(ctx, by, string(code), "retire", why, func(value any) error {
		a, ok := value.(*catalog.Agency)
		if !ok {
			return gone()
		}
		a.Retired = catalog.Some(r)
		return nil
	})
}

// Show sets whether a point is shown, and of one that is closed for a time from
// when to when and why.
func (d *Desk) Show(ctx context.Context, by staff.Acting, code catalog.PointCode, status catalog.PointStatus, closed catalog.Closure, why string) (Saved, error) {
	return d.alter(ctx, by, string(code), "show", why, func(value any) error {
		p, ok := value.(*catalog.Point)
		if !ok {
			return gone()
		}
		p.Status, p.Closed = status, catalog.Stated[catalog.Closure]{}
		if status == catalog.ClosedTemporarily {
			p.Closed = catalog.Some(closed)
		}
		return nil
	})
}

// Close adds a notice that an agency with all its points, or one point, is closed
// on some days; one of the same first day is replaced. Notices that ended a year
// ago are dropped.
func (d *Desk) Close(ctx context.Context, by staff.Acting, id string, c catalog.Closure, why string) (Saved, error) {
	old := calendar.DateOf(d.Now().AddDate(-1, 0, 0))
	add := func(list []catalog.Closure) []catalog.Closure {
		list = slices.DeleteFunc(list, func(o catalog.Closure) bool {
			last := o.To
			if last.IsZero() {
				last = o.From
			}
			return o.From == c.From || last.Before(old)
		})
		list = append(list, c)
		slices.SortStableFunc(list, func(a, b catalog.Closure) int { return a.From.Compare(b.From) })
		return list
	}
	return d.alter(ctx, by, id, "close", why, func(value any) error {
		switch v := value.(type) {
		case *catalog.Agency:
			v.Closures = add(v.Closures)
		case *catalog.Point:
			v.Closures = add(v.Closures)
		default:
			return gone()
		}
		return nil
	})
}

// Reopen takes back a notice that an agency, or a point, is closed, by its first
// day. One that is not there is an error of kind NotFound: somebody else has taken
// it back.
func (d *Desk) Reopen(ctx context.Context, by staff.Acting, id string, from calendar.Date, why string) (Saved, error) {
	cut := func(list *[]catalog.Closure) error {
		left := slices.DeleteFunc(slices.Clone(*list), func(c catalog.Closure) bool { return c.From == from })
		if len(left) == len(*list) {
			return gone()
		}
		*list = left
		return nil
	}
	return d.alter(ctx, by, id, "reopen", why, func(value any) error {
		switch v := value.(type) {
		case *catalog.Agency:
			return cut(&v.Closures)
		case *catalog.Point:
			return cut(&v.Closures)
		}
		return gone()
	})
}

// Remove takes a process away that no point serves and no manual names, be it in
// force or under way, or another service. Its identifier is given to nothing else.
func (d *Desk) Remove(ctx context.Context, by staff.Acting, id, why string) (Saved, error) {
	at, err := d.File(id)
	if err == nil && at.Kind != corpus.ProcessFile && at.Kind != corpus.ServiceFile {
		err = gone()
	}
	if err != nil {
		return Saved{}, err
	}
	if _, err := decide(by, []need{{usual[at.Kind], targetOf(at)}}); err != nil {
		return Saved{}, err // before anything is read for it
	}
	free, err := d.nothingNeeds(ctx, at)
	if err != nil {
		return Saved{}, err
	}
	return d.do(ctx, by, job{
		action: string(at.Kind) + ".remove", subject: "Remove " + nounOf(at), why: why,
		plan: func(m *moment) ([]piece, error) {
			now, err := d.blobOf(m.content, at.Path)
			if err != nil {
				return nil, err
			}
			if now.IsZero() {
				return nil, gone()
			}
			if err := free(m); err != nil {
				return nil, err
			}
			p, err := m.piece(at, now)
			return []piece{p}, err
		},
	})
}

// nothingNeeds refuses while something needs a file, and returns what looks at the
// little that may have come since. Other services are needed by nothing.
func (d *Desk) nothingNeeds(ctx context.Context, at corpus.File) (since func(*moment) error, err error) {
	if at.Kind != corpus.ProcessFile {
		return func(*moment) error { return nil }, nil
	}
	id := catalog.ProcessID(at.Name)
	_, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(d.unnamed(ctx, id, gitrepo.Hash{}, main.Tree), d.undrafted(id)); err != nil {
		return nil, err
	}
	return func(m *moment) error {
		if n := len(d.index.processes[id]); n > 0 {
			return refused(fault.Textf("จุดบริการ %d แห่งให้บริการกระบวนงานนี้", "%d points serve this process.", n), fault.Text{TH: "ยกเลิกการเชื่อมโยงก่อน", EN: "Unlink it first."})
		}
		return d.unnamed(ctx, id, main.Tree, m.content)
	}, nil
}

// unnamed refuses when a manual that came or changed between two contents names a
// process; from the zero Hash, any manual.
func (d *Desk) unnamed(ctx context.Context, id catalog.ProcessID, old, new gitrepo.Hash) error {
	for diff, err := range d.Ledger.Repo.Diff(old, new) {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		at, ok := corpus.FileAt(diff.Path)
		if !ok || at.Kind != corpus.ManualFile || diff.New.IsZero() {
			continue
		}
		src, err := d.Ledger.Repo.Read(gitrepo.Blob, diff.New.Hash)
		if err != nil {
			return err
		}
		if names(at, src, id) {
			return refused(fault.Textf("คู่มือ %s อ้างถึงกระบวนงานนี้", "The manual %s names this process.", at.Name), fault.Text{TH: "แก้คู่มือด้วยฉบับใหม่ก่อน", EN: "Revise the manual first."})
		}
	}
	return nil
}

// names reports whether a manual names a process.
func names(at corpus.File, src []byte, id catalog.ProcessID) bool {
	if !bytes.Contains(src, []byte(id)) {
		return false
	}
	value, _ := at.Decode(src)
	m, ok := value.(*catalog.Manual)
	return ok && m.Process == id
}

// undrafted refuses when a revision under way names a process.
func (d *Desk) undrafted(id catalog.ProcessID) error {
	for _, state := range []review.State{review.Draft, review.InReview, review.Endorsed} {
		refs, err := d.Ledger.Find(state, "")
		if err != nil {
			return err
		}
		for _, ref := range refs {
			h, err := d.Ledger.Load(ref)
			if err != nil {
				continue // it moved on, or is nobody's any more
			}
			at, ok := corpus.FileAt(h.Folder + "/manual.md")
			text, err := d.Ledger.Text(h.Tree)
			if ok && err == nil && names(at, text["manual.md"], id) {
				return refused(fault.Textf("ร่างของคู่มือ %s อ้างถึงกระบวนงานนี้", "A revision of the manual %s names this process.", string(h.Manual)), fault.Text{TH: "แก้ร่างนั้นก่อน", EN: "Change that revision first."})
			}
		}
	}
	return nil
}
