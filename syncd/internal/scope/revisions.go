package scope

import (
	"context"
	"errors"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/syncd/internal/cargo"
	"khumue/syncd/internal/review"
)

// mostBeside is how many bytes of files a revision brings at most that the office
// does not have with its content. One with more is read at the centre.
const mostBeside = 600 << 10

// underWay are the states of a revision that is under way.
var underWay = []review.State{review.Draft, review.InReview, review.Endorsed}

// headKey is a revision's commit with the content that it is looked at with.
type headKey struct{ commit, content gitrepo.Hash }

// revisions are those under way of manuals of the office's agencies. Whoever works
// for one point alone may not read them.
func (d *Desk) revisions(_ context.Context, o Office, l *links, tell func([]record) error) error {
	list, _, err := d.running(o, l)
	if err != nil {
		return err
	}
	return tell(list)
}

// running are the revisions that an office has, and of which each is.
func (d *Desk) running(o Office, l *links) (list []record, of []review.Ref, err error) {
	if o.Point != "" || len(l.agencies) == 0 {
		return nil, nil, nil
	}
	for _, state := range underWay {
		refs, err := d.Ledger.Find(state, "")
		if err != nil {
			return nil, nil, err
		}
		for _, ref := range refs {
			if !l.mayHave(ref.Manual) {
				continue
			}
			r, ok, err := d.revision(l, ref)
			if err != nil {
				return nil, nil, err
			}
			if ok {
				list, of = append(list, r), append(of, ref)
			}
		}
	}
	return list, of, nil
}

// mayHave reports whether a manual may be one of the office's agencies: it stands
// there, or its id is of one that does not stand anywhere yet.
func (l *links) mayHave(id catalog.ManualID) bool {
	return slices.Contains(l.manuals, id) || slices.ContainsFunc(l.agencies, func(a catalog.AgencyCode) bool { return strings.HasPrefix(string(id), string(a)+"-") })
}

// revision is a revision as an office has it; false of one that is none of its.
func (d *Desk) revision(l *links, ref review.Ref) (r record, ok bool, err error) {
	at, err := d.Ledger.Repo.Refs().Get(ref.String())
	if errors.Is(err, fault.NotFound) { // it moved on meanwhile
		return r, false, nil
	} else if err != nil {
		return r, false, err
	}
	key := headKey{at, l.content}
	owner, known := d.owners.get(key)
	if !known {
		if owner, err = d.ownerOf(l, ref); err != nil {
			return r, false, err
		}
		d.owners.put(key, owner)
	}
	if !slices.Contains(l.agencies, owner) {
		return r, false, nil
	}
	return record{ref.String(), at.String(), func() ([]byte, error) {
		b, err := d.lift(l, ref)
		return cargo.Write(b), err
	}}, true, nil
}

// ownerOf is whose a revision is; "" of one that is not carried.
func (d *Desk) ownerOf(l *links, ref review.Ref) (catalog.AgencyCode, error) {
	h, err := d.Ledger.Load(ref)
	if err == nil {
		var b cargo.RevisionBody
		if b, err = d.lift(l, ref); err == nil && b.Size() <= mostBeside {
			return h.Agency, nil
		}
	}
	switch {
	case err == nil, errors.Is(err, fault.NotFound): // too large, or it moved on meanwhile
		return "", nil
	case errors.Is(err, fault.Unavailable):
		return "", err
	}
	d.Log.Error("a revision can not be carried to its office", "ref", ref.String(), "error", err)
	return "", nil
}

// lift reads a revision's body.
func (d *Desk) lift(l *links, ref review.Ref) (b cargo.RevisionBody, err error) {
	h, err := d.Ledger.Load(ref)
	if err != nil {
		return b, err
	}
	s, err := d.Ledger.Lift(h)
	if err != nil {
		return b, err
	}
	has := map[string]bool{}
	published, err := d.Ledger.Repo.Find(l.content, h.Folder)
	if err == nil {
		var list []gitrepo.Entry
		if list, err = d.Ledger.Repo.Entries(published.Hash); err == nil {
			for _, e := range list {
				has[e.Hash.String()] = true
			}
		}
	}
	if err != nil && !errors.Is(err, fault.NotFound) {
		return b, err
	}
	return cargo.RevisionOf(s, func(blob string) bool { return has[blob] }), nil
}
