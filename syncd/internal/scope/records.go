package scope

import (
	"context"
	"slices"
	"strings"

	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
)

// record is one that belongs to an office.
type record struct {
	id, version string
	body        func() ([]byte, error) // JSON
}

// kinds are the kinds of records with how those of an office are read. What tell is
// given is good until it returns.
func (d *Desk) kinds() map[string]func(ctx context.Context, o Office, l *links, tell func([]record) error) error {
	return map[string]func(context.Context, Office, *links, func([]record) error) error{
		cargo.Person:   d.people,
		cargo.Setting:  d.settings,
		cargo.Post:     d.posts,
		cargo.Report:   d.reports,
		cargo.Unlock:   d.unlocks,
		cargo.Case:     d.cases,
		cargo.Revision: d.revisions,
		cargo.Comment:  d.comments,
		cargo.Notice:   d.notices,
	}
}

// records adds what an office lacks of records to a page, kind by kind.
func (d *Desk) records(ctx context.Context, o Office, c *cursor, h cargo.Have, p *page) error {
	l, err := d.at(o, c.Base)
	if err != nil {
		return err
	}
	kinds := d.kinds()
	for _, kind := range cargo.Records {
		read, ok := kinds[kind]
		if !ok {
			continue
		}
		holding, told := h.Holds[kind]
		if p.cut { // what was told of it is told again with the next page
			if told {
				p.need(kind, holding.After)
			}
			continue
		}
		err := read(ctx, o, l, func(list []record) error { return c.tell(kind, list, holding, told, p) })
		if err != nil {
			return err
		}
	}
	return nil
}

// at is what an office's files name in the content that it has; nothing of one whose
// agency is gone.
func (d *Desk) at(o Office, commit string) (*links, error) {
	base, err := d.commit(commit)
	if err != nil || base == nil {
		return &links{}, err
	}
	f, err := d.finder(base.Tree)
	if err != nil {
		return nil, err
	}
	home, ok, err := f.home(o.Agency)
	if err != nil || !ok {
		return &links{}, err
	}
	l, err := d.linked(base.Tree, home, o.Point)
	if err != nil {
		return nil, err
	}
	here := *l
	here.content = base.Tree
	return &here, nil
}

// tell adds what differs of a kind between the centre and what the office holds, and
// asks for that where it is not known and something differs.
func (c *cursor) tell(kind string, list []record, holding cargo.Holding, told bool, p *page) error {
	slices.SortFunc(list, func(a, b record) int { return strings.Compare(a.id, b.id) })
	versions := make(map[string]string, len(list))
	for _, r := range list {
		versions[r.id] = r.version
	}
	now := cargo.Sum(versions)
	r, runs := c.Runs[kind]
	switch {
	case told && holding.After == "":
		r = run{Sum: now}
	case told && runs && holding.After == r.After:
	case runs:
		p.need(kind, r.After)
		return nil
	case c.Sums[kind] == now:
		return nil
	default:
		p.need(kind, "")
		return nil
	}
	cut, err := differences(kind, list, versions, holding, p)
	if err != nil {
		return err
	}
	c.forget(kind)
	switch {
	case cut != nil:
		c.Runs[kind] = run{r.Sum, *cut}
		p.need(kind, *cut)
	case r.Sum == now: // else something changed meanwhile, and is found by the next pull
		c.Sums[kind] = now
	}
	return nil
}

// forget makes ready to note how far a kind is.
func (c *cursor) forget(kind string) {
	if c.Sums == nil {
		c.Sums = map[string]string{}
	}
	if c.Runs == nil {
		c.Runs = map[string]run{}
	}
	delete(c.Sums, kind)
	delete(c.Runs, kind)
}

// differences adds records that came or changed, and those that are gone, in the
// order of their ids, as far as the office told what it holds. Where the page or that
// ends before they do, cut is the last id that is settled.
func differences(kind string, list []record, versions map[string]string, holding cargo.Holding, p *page) (cut *string, err error) {
	var gone []string
	for id := range holding.Versions {
		if _, is := versions[id]; !is {
			gone = append(gone, id)
		}
	}
	for _, id := range gone {
		list = append(list, record{id: id})
	}
	slices.SortFunc(list, func(a, b record) int { return strings.Compare(a.id, b.id) })
	last := holding.After
	for _, r := range list {
		held, holds := holding.Versions[r.id]
		if !holding.Within(r.id) || r.body != nil && holds && held == r.version {
			continue
		}
		ok, err := p.record(kind, r)
		if err != nil {
			return nil, err
		}
		if !ok {
			return &last, nil
		}
		last = r.id
	}
	if holding.Upto != "" {
		return &holding.Upto, nil
	}
	return nil, nil //nolint:nilnil // all is told
}

// record adds a record, or that it is gone; false when the page is full.
func (p *page) record(kind string, r record) (bool, error) {
	c := wire.Change{Kind: kind, ID: r.id, Version: r.version}
	if r.body == nil {
		return p.add(c), nil
	}
	body, err := r.body()
	if err != nil {
		return false, err
	}
	c.Body = cargo.Write(cargo.Packed{Data: p.packer.Pack(body)})
	if !p.add(c) {
		return false, nil
	}
	p.packer.Keep(body)
	return true, nil
}

// of makes a record of a body that is at hand.
func of(id string, body any) record {
	text := cargo.Write(body)
	return record{id, cargo.Version(text), func() ([]byte, error) { return text, nil }}
}
