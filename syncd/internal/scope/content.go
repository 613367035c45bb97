package scope

import (
	"errors"
	"iter"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
)

// content adds what an office lacks of the content to a page, and moves the cursor.
func (d *Desk) content(o Office, c *cursor, h cargo.Have, p *page) error {
	held, listed := h.Holds[cargo.File]
	t, err := d.goesOn(o, c)
	if err != nil {
		return err
	}
	switch {
	case t != nil && t.Listed && listed && held.After == t.After, t != nil && !t.Listed && !listed:
	case t != nil && t.Listed && !listed:
		p.need(cargo.File, t.After)
		p.cut = true
		return nil
	default:
		if listed && held.After != "" { // of a transfer that is no more
			listed = false
		}
		if t, err = d.begin(o, *c, listed, h.Settle); err != nil || t == nil {
			c.Fetch = nil
			return err
		}
		if t.Listed && !listed {
			c.Fetch = nil
			p.need(cargo.File, "")
			p.cut = true
			return nil
		}
	}
	return d.tell(o, c, t, held, p)
}

// transfer is a transfer of files that is under way or begins.
type transfer struct {
	*fetch
	first    bool
	old, new view
	to       *gitrepo.Change
}

// goesOn returns the transfer that is under way; nil where none is that could go on.
func (d *Desk) goesOn(o Office, c *cursor) (*transfer, error) {
	f := c.Fetch
	if f == nil || f.Agency != o.Agency || f.Point != o.Point {
		return nil, nil //nolint:nilnil // nothing is under way
	}
	to, err := d.commit(f.To)
	if err != nil || to == nil {
		return nil, err
	}
	t := &transfer{fetch: f, to: to}
	asked := t.Listed
	if err := d.views(o, *c, t); err != nil || t.Listed != asked {
		return nil, err
	}
	return t, nil
}

// begin returns the transfer that is to begin; nil when the office has all and does
// not ask to hear it.
func (d *Desk) begin(o Office, c cursor, listed, settle bool) (*transfer, error) {
	at, main, err := d.Ledger.Repo.Resolve(gitrepo.Main)
	if err != nil {
		return nil, err
	}
	if at.String() == c.Base && !listed && !settle && c.Agency == o.Agency && c.Point == o.Point {
		return nil, nil //nolint:nilnil // there is nothing to transfer
	}
	t := &transfer{to: main, first: true, fetch: &fetch{To: at.String(), Agency: o.Agency, Point: o.Point, Listed: listed}}
	return t, d.views(o, c, t)
}

// views are what the office had and is to have. Where the centre can not know what
// it had, it has to be listed.
func (d *Desk) views(o Office, c cursor, t *transfer) (err error) {
	t.new = view{repo: d.Ledger.Repo, tree: t.to.Tree}
	if t.new.pick, err = d.pick(t.to.Tree, o.Agency, o.Point); err != nil {
		return err
	}
	if t.Listed || c.Base == "" {
		return nil
	}
	base, err := d.commit(c.Base)
	if err != nil {
		return err
	}
	if base == nil { // the centre was restored from before it
		t.Listed = true
		return nil
	}
	t.old = view{repo: d.Ledger.Repo, tree: base.Tree}
	t.old.pick, err = d.pick(base.Tree, c.Agency, c.Point)
	return err
}

// commit returns a commit by its digits; nil where there is none, as after a restore.
func (d *Desk) commit(digits string) (*gitrepo.Change, error) {
	h, err := gitrepo.ParseHash(digits)
	if err != nil {
		return nil, err
	}
	c, err := d.Ledger.Repo.Commit(h)
	if errors.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // it is not there
	}
	return c, err
}

// differences are those of a transfer that were not told yet, and of the first of
// them how many bytes were. Of a list they go as far as the list does.
func (t *transfer) differences(held cargo.Holding) iter.Seq2[difference, error] {
	all := differ(t.old, t.new)
	if t.Listed {
		all = against(held.Versions, t.new)
	}
	return func(yield func(difference, error) bool) {
		for one, err := range all {
			if err == nil && t.After != "" && (one.path < t.After || one.path == t.After && t.At == 0) {
				continue
			}
			if err == nil && t.Listed && held.Upto != "" && one.path > held.Upto {
				return
			}
			if !yield(one, err) || err != nil {
				return
			}
		}
	}
}

// measure counts what a transfer brings, as far as that can be known and was not
// counted yet.
func (d *Desk) measure(t *transfer, held cargo.Holding) error {
	counted := t.Upto
	if !t.first && (counted == "" || held.Upto != "" && held.Upto <= counted) {
		return nil
	}
	t.Upto = held.Upto
	for one, err := range t.differences(held) {
		if err != nil {
			return err
		}
		if !t.first && one.path <= counted {
			continue
		}
		t.Files++
		if one.new.IsZero() {
			continue
		}
		size, err := d.Ledger.Repo.Size(one.new)
		if err != nil {
			return err
		}
		t.Bytes += size
	}
	return nil
}

// tell adds as much of a transfer to a page as fits.
func (d *Desk) tell(o Office, c *cursor, t *transfer, held cargo.Holding, p *page) error {
	if err := d.measure(t, held); err != nil {
		return err
	}
	tree, err := t.new.sum()
	if err != nil {
		return err
	}
	head := cargo.Transfer{From: c.Base, Listed: t.Listed, To: t.To, Tree: tree.String(), At: t.to.Committer.At.UTC(), First: t.first, Files: t.Files, Bytes: t.Bytes, Done: t.Done}
	p.changes = append(p.changes, wire.Change{Kind: cargo.Content, ID: t.To})
	p.size += 2 * overhead * 4
	next := *t.fetch
	for one, err := range t.differences(held) {
		if err != nil {
			return err
		}
		if err := d.add(p, &next, one); err != nil {
			return err
		}
		if p.cut {
			break
		}
	}
	if !p.cut && t.Listed && held.Upto != "" { // what the office holds behind it is not known yet
		next.After, next.At, p.cut = held.Upto, 0, true
	}
	head.Done, head.End = next.Done, !p.cut
	p.changes[0].Version, p.changes[0].Body = t.To, cargo.Write(head)
	if head.End {
		now, err := d.Ledger.Repo.Refs().Get(gitrepo.Main)
		if err != nil {
			return err
		}
		p.behind = now.String() != t.To
		*c = cursor{Agency: o.Agency, Point: o.Point, Base: t.To, Sums: c.Sums, Runs: c.Runs}
		return nil
	}
	c.Fetch = &next
	if t.Listed {
		p.need(cargo.File, next.After)
	}
	return nil
}

// add adds a file, in parts, and notes how far it came.
func (d *Desk) add(p *page, next *fetch, one difference) error {
	if one.new.IsZero() {
		if !p.add(wire.Change{Kind: cargo.File, ID: one.path}) {
			return nil
		}
		next.After, next.At = one.path, 0
		next.Done.Files++
		return nil
	}
	data, err := d.Ledger.Repo.Read(gitrepo.Blob, one.new)
	if err != nil {
		return err
	}
	at := 0
	if one.path == next.After {
		at = min(int(next.At), len(data))
	}
	for {
		part := data[at:min(len(data), at+max(p.most/2, cargo.Least/2))]
		body := cargo.Write(cargo.Part{Commit: next.To, At: int64(at), Size: int64(len(data)), Data: p.packer.Pack(part)})
		if !p.add(wire.Change{Kind: cargo.File, ID: one.path, Version: one.new.String(), Body: body}) {
			return nil
		}
		p.packer.Keep(part)
		at += len(part)
		next.After, next.At = one.path, int64(at)
		next.Done.Bytes += int64(len(part))
		if at >= len(data) {
			next.At = 0
			next.Done.Files++
			return nil
		}
	}
}
