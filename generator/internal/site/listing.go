package site

import (
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
	"khumue/internal/thai"
)

// shown is a list that pages show: in which languages, where, and under what
// name.
type shown struct {
	list   listName
	layout string // what its first page is: "listing", or "agency" for what an agency has
	kind   string // category, group, tag, province, letter, manuals, services, points or below
	first  string // address of its first page
	path   string // of the others, before the identifier of their first entry
	icon   string
	chain  catalog.Chain // of what an agency has
	name   catalog.Text
	lang   catalog.Lang // the only language; "" for all
}

// showing tells how a list is shown; false for one that no page shows.
func (b *builder) showing(l listName) (shown, bool, error) {
	parts := strings.Split(string(l), "/")
	s := shown{list: l, layout: "listing"}
	switch parts[0] {
	case "k":
		label, ok := b.frame.Label(b.labels(parts[1]), catalog.Slug(parts[2]))
		s.kind, s.icon, s.name, s.first = parts[1], label.Icon, label.Text(), "/"+parts[1]+"/"+parts[2]+"/"
		s.path = s.first
		return s, ok, nil
	case "v":
		pr, ok := catalog.ProvinceByCode(parts[1])
		s.kind, s.name, s.first = "province", pr.Name, "/near/"+parts[1]+"/"
		s.path = s.first
		return s, ok, nil
	case "g":
		s.kind, s.lang, s.name, s.first = "letter", catalog.Lang(parts[1]), catalog.Text{TH: letterOf(parts[2]), EN: letterOf(parts[2])}, "/agencies/"+parts[2]+"/"
		s.path = s.first
		return s, true, nil
	case "a":
		if parts[2] == ownProcesses {
			return s, false, nil
		}
		chain, err := b.shelf.chain(catalog.AgencyCode(parts[1]))
		if err != nil || len(chain) == 0 {
			return s, false, err
		}
		return shownOfAgency(l, chain), true, nil
	}
	return s, false, nil
}

// shownOfAgency tells how a part of what an agency has is shown.
func shownOfAgency(l listName, chain catalog.Chain) shown {
	a := chain.Own()
	_, part, _ := strings.Cut(string(l[2:]), "/")
	s := shown{list: l, layout: "agency", chain: chain, name: a.Name, first: "/agency/" + string(a.Code) + "/"}
	s.kind = map[string]string{ownChildren: "below", ownManuals: "manuals", ownPoints: "points", ownServices: "services"}[part]
	s.path = s.first + s.kind + "/"
	return s
}

// in reports whether a language has pages of the list.
func (s shown) in(pb *page.Builder) bool {
	if s.layout == "agency" {
		return s.name.Has(pb.Lang)
	}
	return s.lang == "" || s.lang == pb.Lang
}

// address is where the page of the list that starts at a place stands.
func (s shown) address(start place) string {
	if start == "" {
		return s.first
	}
	return s.path + start.id() + "/"
}

// pagesOfList returns the files of the page of a list that starts at a place:
// those that belong to no object.
func (b *builder) pagesOfList(s shown, start place) []string {
	if s.layout == "agency" && start == "" {
		return nil
	}
	var out []string
	for _, pb := range b.langs {
		if s.in(pb) {
			out = append(out, fileOf(strings.TrimPrefix(pb.To(s.address(start)), b.base)))
		}
	}
	return out
}

// leafAt is a page of a list with what stands around it.
type leafAt struct {
	leaf
	hasPrev, hasNext bool
	prev, next       place
}

// leafAt returns the page of a list that starts at a place; false when there is
// none.
func (ls *lists) leafAt(l listName, start place) (at leafAt, ok bool, err error) {
	err = ls.each(l, start, func(pg leaf) (bool, error) {
		switch {
		case !ok && pg.start == start:
			at.leaf, ok = pg, true
			return true, nil
		case ok:
			at.next, at.hasNext = pg.start, true
		}
		return false, nil
	})
	if err != nil || !ok || start == "" {
		return at, ok, err
	}
	before, there, err := ls.holding(l, start[:len(start)-1])
	at.prev, at.hasPrev = before.start, there
	return at, ok, err
}

// things are what a page of a list shows: entries or points, by kind.
type things struct {
	entries []*entryCard
	points  []*pointCard
	offices []*agencyCard
}

func (b *builder) things(places []place) (t things, err error) {
	for _, p := range places {
		c, err := known[card](b.shelf, p)
		if err != nil {
			return t, err
		}
		switch c := c.(type) {
		case *entryCard:
			t.entries = append(t.entries, c)
		case *pointCard:
			if c.Point.Visible() {
				t.points = append(t.points, c)
			}
		case *agencyCard:
			t.offices = append(t.offices, c)
		}
	}
	return t, nil
}

// lines are things as the lines of a list in one language.
func (b *builder) lines(pb *page.Builder, t things) (entries []page.Entry, points []page.PointRow, err error) {
	entries, points = make([]page.Entry, 0, len(t.entries)+len(t.offices)), make([]page.PointRow, 0, len(t.points))
	for _, c := range t.entries {
		owner, err := b.shelf.name(c.Owner)
		if err != nil {
			return nil, nil, err
		}
		entries = append(entries, pb.Entry(&c.Brief, owner))
	}
	for _, c := range t.offices {
		above, err := b.shelf.name(c.Agency.Parent)
		if err != nil {
			return nil, nil, err
		}
		entries = append(entries, pb.AgencyEntry(&c.Agency, above))
	}
	for _, c := range t.points {
		points = append(points, pb.PointRow(&c.Spot))
	}
	return entries, points, nil
}

// writeListing writes a page of a list in all its languages.
func (b *builder) writeListing(ls *lists, s shown, start place) error {
	at, ok, err := ls.leafAt(s.list, start)
	if err != nil {
		return err
	}
	if !ok && start != "" {
		return nil
	}
	t, err := b.things(at.places)
	if err != nil {
		return err
	}
	total, err := ls.count(s.list)
	if err != nil {
		return err
	}
	var jumps []jump
	if start == "" && at.hasNext {
		if jumps, err = b.jumps(ls, s.list); err != nil {
			return err
		}
	}
	for _, pb := range b.langs {
		if !s.in(pb) {
			continue
		}
		p, err := b.listing(pb, s, at, t, total)
		if err != nil {
			return err
		}
		if p.Count = total; start != "" {
			p.Count = 0
		}
		for _, j := range jumps {
			p.Jumps = append(p.Jumps, page.Link{URL: pb.To(s.address(j.start)), Text: jumpTo(pb.Words(j.name))})
		}
		if err := b.render(p); err != nil {
			return err
		}
	}
	return nil
}

// jump leads to a page of a list by the name that it begins with.
type jump struct {
	name  catalog.Text
	start place
}

// mostJumps bounds those that a list shows: of a longer one every second page,
// or every third, has one.
const mostJumps = 24

func (b *builder) jumps(ls *lists, l listName) ([]jump, error) {
	starts, err := ls.starts(l)
	if err != nil || len(starts) < 2 {
		return nil, err
	}
	var out []jump
	step := (len(starts) + mostJumps - 1) / mostJumps
	for i := step; i < len(starts); i += step {
		c, err := known[card](b.shelf, starts[i])
		if err != nil {
			return nil, err
		}
		out = append(out, jump{nameOf(c), starts[i]})
	}
	return out, nil
}

// longestJump is how much of a name leads to a page, in characters.
const longestJump = 28

// jumpTo is the beginning of a name.
func jumpTo(w page.Words) page.Words {
	w.Text = thai.Truncate(w.Text, longestJump)
	return w
}

// nameOf is what an object is called.
func nameOf(c card) catalog.Text {
	switch c := c.(type) {
	case *agencyCard:
		return c.Agency.Name
	case *pointCard:
		return c.Point.Name
	case *entryCard:
		return c.Title
	case *processCard:
		return c.Title
	}
	return catalog.Text{}
}

func (b *builder) listing(pb *page.Builder, s shown, at leafAt, t things, total int) (Listing, error) {
	entries, points, err := b.lines(pb, t)
	if err != nil {
		return Listing{}, err
	}
	title := pb.Words(s.name)
	name, about := title.Text, title.Text
	switch s.kind {
	case "province", "letter":
		title, about = page.Words{Text: pb.Msg("title."+s.kind, name)}, pb.Msg("description."+s.kind, name)
	case "category", "group", "tag":
		about = pb.Msg("description.listing", name, total)
	}
	if at.start != "" {
		title = page.Words{Text: pb.Msg("title.from", title.Text, firstOf(entries, points))}
		about = title.Text
	}
	shell := pb.Shell("listing", s.address(at.start), title, about)
	shell.NoIndex = at.start != ""
	p := Listing{Shell: shell, Kind: s.kind, KindIn: pb.Msg("kind." + s.kind), Icon: s.icon, Entries: entries, Points: points}
	if s.lang != "" || s.layout == "agency" && !s.name.Has(catalog.EN) {
		p.Other = ""
	}
	b.lead(pb, s, at, &p)
	return p, nil
}

// firstOf is what the first line of a list is called.
func firstOf(entries []page.Entry, points []page.PointRow) string {
	switch {
	case len(entries) > 0:
		return entries[0].Text.Text
	case len(points) > 0:
		return points[0].Text.Text
	}
	return ""
}

// lead fills in where a page of a list leads: up, on, back and aside.
func (b *builder) lead(pb *page.Builder, s shown, at leafAt, p *Listing) {
	switch s.kind {
	case "province":
		p.Crumbs = append(p.Crumbs, page.Link{URL: pb.To("/near/"), Text: page.Words{Text: pb.Msg("title.near")}})
	case "letter":
		p.Crumbs = append(p.Crumbs, page.Link{URL: pb.To("/agencies/"), Text: page.Words{Text: pb.Msg("title.agencies")}})
	case "category", "group":
		for _, l := range b.labels(s.kind) {
			if link := pb.LabelLink(s.kind, l); at.start == "" && link.URL != pb.To(s.first) {
				p.Related = append(p.Related, link)
			}
		}
	}
	for _, a := range s.chain.Above() {
		p.Crumbs = append(p.Crumbs, pb.AgencyLink(a))
	}
	if a := s.chain.Own(); a != nil {
		p.Crumbs = append(p.Crumbs, pb.AgencyLink(a))
	}
	if at.start != "" {
		p.First = pb.To(s.first)
	}
	if at.hasPrev {
		p.Prev = pb.To(s.address(at.prev))
	}
	if at.hasNext {
		p.Next = pb.To(s.address(at.next))
	}
}

// writeAgency writes the page of an agency and what else belongs to it alone.
func (b *builder) writeAgency(ls *lists, c *agencyCard) error {
	chain, err := b.shelf.chain(c.Agency.Code)
	if err != nil {
		return err
	}
	with := page.AgencyAround{Agency: chain}
	if next := c.Agency.Retired.Value.Successor; next != "" {
		a, err := b.shelf.agency(next)
		if err != nil {
			return err
		}
		if a != nil {
			with.Successor = &a.Agency
		}
		led, err := b.succession(&c.Agency)
		if err != nil {
			return err
		}
		with.Leads = len(led) > 0
	}
	parts := []string{ownChildren, ownPoints, ownManuals, ownServices}
	own := make([]ownPart, len(parts))
	for i, part := range parts {
		if own[i], err = b.ownPart(ls, c.id(), part); err != nil {
			return err
		}
	}
	for _, pb := range b.langs {
		if !c.Agency.Name.Has(pb.Lang) {
			continue
		}
		for i, o := range own {
			entries, points, err := b.lines(pb, o.things)
			if err != nil {
				return err
			}
			total := page.Total{Count: o.count}
			if o.more != "" {
				total.Next = pb.To(o.more)
			}
			switch parts[i] {
			case ownChildren:
				with.Children, with.Totals.Children = entries, total
			case ownPoints:
				with.Points, with.Totals.Points = points, total
			case ownManuals:
				with.Manuals, with.Totals.Manuals = entries, total
			case ownServices:
				with.Services, with.Totals.Services = entries, total
			}
		}
		if err := b.render(pb.Agency(with)); err != nil {
			return err
		}
	}
	return b.writeObject("agency", c.id(), &c.Agency, corpus.Member{Name: "parent", Value: c.Agency.Parent})
}

// ownPart is the first page of what an agency has of one kind.
type ownPart struct {
	things
	count int
	more  string // address of the second page; "" when there is none
}

func (b *builder) ownPart(ls *lists, code, part string) (o ownPart, err error) {
	list := ownList(code, part)
	at, _, err := ls.leafAt(list, "")
	if err != nil {
		return o, err
	}
	if o.things, err = b.things(at.places); err != nil {
		return o, err
	}
	if o.count, err = ls.count(list); err != nil {
		return o, err
	}
	if !at.hasNext && part == ownPoints {
		o.count = len(o.points) // without the hidden ones
	}
	if at.hasNext {
		s, _, err := b.showing(list)
		if err != nil {
			return o, err
		}
		o.more = s.address(at.next)
	}
	return o, nil
}

// eachLabel calls do with the list of every label, whether anything bears it.
func (b *builder) eachLabel(do func(listName) error) error {
	for _, k := range labelKinds {
		for _, l := range k.all(&b.frame.Labels) {
			if err := do(labelList(k.name, string(l.Slug))); err != nil {
				return err
			}
		}
	}
	return nil
}

// isLabel reports whether a list is that of a label.
func (l listName) isLabel() bool { return strings.HasPrefix(string(l), "k/") }
