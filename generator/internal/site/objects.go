package site

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"khumue/generator/internal/search"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/page"
)

// cardOf makes the card of an object, as its file was read.
func (b *builder) cardOf(at corpus.File, value any) (card, error) {
	switch v := value.(type) {
	case *catalog.Agency:
		return &agencyCard{at.Path, *v}, nil
	case *catalog.Process:
		return &processCard{at.Path, v.ID, v.Owner, v.Title}, nil
	case *catalog.Point:
		chain, err := b.shelf.chain(v.Owner)
		return &pointCard{at.Path, *v, b.langs.Spot(v, chain)}, err
	case *catalog.Service:
		return &entryCard{Path: at.Path, Brief: b.langs.Service(v), Categories: v.Categories, Groups: v.Groups, Tags: v.Tags, ReviewedOn: v.ReviewedOn}, nil
	case *catalog.Manual:
		return b.manualCard(at, v), nil
	}
	panic(fmt.Sprintf("site: no card for a %T", value))
}

func (b *builder) manualCard(at corpus.File, m *catalog.Manual) *entryCard {
	c := &entryCard{
		Path: at.Path, Brief: b.langs.Manual(m), Categories: m.Categories, Groups: m.Groups, Tags: m.Tags, Process: m.Process,
		Successor: m.Withdrawn.Value.Successor, WithdrawnOn: m.Withdrawn.Value.On, ReviewedOn: m.ReviewedOn, Legacy: m.Legacy,
	}
	facts := b.langs[0].Facts(m, 0)
	c.Fee = facts.Fee
	if len(facts.Times) > 0 {
		c.Time = facts.Times[0].Value
	}
	for _, f := range m.Forms.Value {
		if f.File != "" {
			c.Files = append(c.Files, f.File)
		}
	}
	return c
}

// lists returns the lists that an object stands in.
func (b *builder) lists(c card) []listName {
	switch c := c.(type) {
	case *agencyCard:
		return b.agencyLists(c)
	case *pointCard:
		return pointLists(c)
	case *processCard:
		return []listName{ownList(string(c.Owner), ownProcesses)}
	case *entryCard:
		return b.entryLists(c)
	}
	return nil
}

func (b *builder) agencyLists(c *agencyCard) []listName {
	a := &c.Agency
	out := []listName{ownList(string(a.Parent), ownChildren)}
	for _, pb := range b.langs {
		out = append(out, letterList(string(pb.Lang), letterKey(pb.Words(a.Name).Text)))
	}
	if s := a.Retired.Value.Successor; s != "" {
		out = append(out, referrersOf(anAgency, string(s)), successionList())
	}
	return out
}

func pointLists(c *pointCard) []listName {
	pt := &c.Point
	out := []listName{ownList(string(pt.Owner), ownPoints)}
	for _, id := range pt.Processes {
		out = append(out, referrersOf(aProcess, string(id)))
	}
	for _, id := range pt.Manuals {
		if pt.Visible() {
			out = append(out, servingList(string(id)))
		} else {
			out = append(out, referrersOf(aManual, string(id)))
		}
	}
	if !pt.Visible() {
		return out
	}
	if pr := pt.Address.Province(); pr != "" {
		out = append(out, provinceList(pr))
	}
	if pt.Place.IsGiven() {
		out = append(out, tileList(tileOf(pt.Place.Value)))
	}
	return out
}

func (b *builder) entryLists(c *entryCard) []listName {
	part := ownManuals
	if c.kind() == aService {
		part = ownServices
	}
	out := []listName{ownList(string(c.Owner), part)}
	if c.Process != "" {
		out = append(out, referrersOf(aProcess, string(c.Process)))
	}
	if c.Successor != "" {
		out = append(out, referrersOf(aManual, string(c.Successor)))
	}
	if c.Legacy.Number > 0 {
		out = append(out, legacyList(itoa(c.Legacy.Number/legacyShard)))
	}
	if c.Withdrawn {
		return out
	}
	for _, l := range labelKinds {
		for _, slug := range l.of(c) {
			out = append(out, labelList(l.name, string(b.frame.Current(slug))))
		}
	}
	return out
}

// labelKinds are the kinds of labels.
var labelKinds = []struct {
	name string
	all  func(*catalog.Labels) []catalog.Label
	of   func(*entryCard) []catalog.Slug
}{
	{"category", func(l *catalog.Labels) []catalog.Label { return l.Categories }, func(c *entryCard) []catalog.Slug { return c.Categories }},
	{"group", func(l *catalog.Labels) []catalog.Label { return l.Groups }, func(c *entryCard) []catalog.Slug { return c.Groups }},
	{"tag", func(l *catalog.Labels) []catalog.Label { return l.Tags }, func(c *entryCard) []catalog.Slug { return c.Tags }},
}

// pages returns the addresses of an object's own pages.
func (b *builder) pages(c card) []string {
	var name catalog.Text
	var address string
	switch c := c.(type) {
	case *agencyCard:
		name, address = c.Agency.Name, "/agency/"+c.id()+"/"
	case *pointCard:
		if !c.Point.Visible() {
			return nil
		}
		name, address = c.Point.Name, "/point/"+c.id()+"/"
	case *entryCard:
		name, address = c.Title, c.Brief.Path()
	default:
		return nil
	}
	var out []string
	for _, pb := range b.langs {
		if name.Has(pb.Lang) {
			out = append(out, strings.TrimPrefix(pb.To(address), b.base))
		}
	}
	if c, ok := c.(*entryCard); ok && c.Legacy.UUID != "" {
		out = append(out, oldAddress(c.Legacy.UUID))
	}
	return out
}

// outputs returns the files that belong to an object alone.
func (b *builder) outputs(c card) []string {
	var out []string
	for _, p := range b.pages(c) {
		out = append(out, fileOf(p))
	}
	switch c := c.(type) {
	case *agencyCard:
		return append(out, dataFile("agency", c.id(), ".json"))
	case *pointCard:
		if !c.Point.Visible() {
			return nil
		}
		out = append(append(out, dataFile("point", c.id(), ".json")), b.surveys(c)...)
		for _, ph := range c.Point.Photos {
			out = append(out, path.Join("point", c.id(), ph.File))
		}
	case *entryCard:
		if c.kind() == aService {
			return append(out, dataFile("service", c.ID, ".json"))
		}
		out = append(out, dataFile("manual", c.ID, ".json"), dataFile("manual", c.ID, ".jsonld"))
		for _, f := range c.Files {
			out = append(out, strings.TrimPrefix(page.AttachmentPath(catalog.ManualID(c.ID), f), "/"))
		}
	}
	return out
}

// surveys are the files of a point's survey, which every language has.
func (b *builder) surveys(c *pointCard) []string {
	if b.frame.Satisfaction() == nil {
		return nil
	}
	var out []string
	for _, pb := range b.langs {
		out = append(out, fileOf(strings.TrimPrefix(pb.To("/survey/"+c.id()+"/"), b.base)))
	}
	return out
}

// dataFile is where the open data of one object is written.
func dataFile(kind, id, ending string) string { return "data/" + kind + "/" + id + ending }

// around is what pages of manuals show of others.
type around struct {
	spots     []page.Spot
	serving   int
	successor catalog.Text
	past      *past
}

// writeManual writes all that belongs to a manual alone, and returns what
// search is to know of it: nil when it is not to be found.
func (b *builder) writeManual(c *entryCard, m *catalog.Manual, o around) (*search.Document, error) {
	chain, err := b.shelf.chain(m.Owner)
	if err != nil {
		return nil, err
	}
	figures, err := b.figuresOf(aManual, c.ID)
	if err != nil {
		return nil, err
	}
	with := page.ManualAround{Agency: chain, Successor: o.successor, Points: o.spots, Serving: o.serving, Sizes: b.sizes(c.Path), Figures: figures, Criteria: page.Criteria(m, b.base), Standing: o.past.standing()}
	for _, pb := range b.langs {
		if !m.Title.Has(pb.Lang) {
			continue
		}
		if err := b.render(pb.Manual(m, with)); err != nil {
			return nil, err
		}
	}
	if err := b.writeManualData(m, chain); err != nil {
		return nil, err
	}
	for _, f := range c.Files {
		if err := b.attach(c.Path, f, page.AttachmentPath(m.ID, f)); err != nil {
			return nil, err
		}
	}
	if m.Legacy.UUID != "" {
		if err := b.writeMoved(b.langs[0], oldAddress(m.Legacy.UUID), c.Brief.Path()); err != nil {
			return nil, err
		}
	}
	if c.Withdrawn {
		return nil, nil
	}
	return b.manualDocument(c, m, chain, o.serving, with.Criteria.Text), nil
}

// writeService writes all that belongs to another service alone.
func (b *builder) writeService(c *entryCard, s *catalog.Service) (*search.Document, error) {
	chain, err := b.shelf.chain(s.Owner)
	if err != nil {
		return nil, err
	}
	plain := ""
	for _, pb := range b.langs {
		if !s.Title.Has(pb.Lang) {
			continue
		}
		p := pb.Service(s, chain)
		plain = p.Plain
		if err := b.render(p); err != nil {
			return nil, err
		}
	}
	err = b.writeObject("service", c.ID, s, corpus.Member{Name: "agency", Value: s.Owner}, corpus.Member{Name: "body", Value: s.Body.Markdown})
	return b.serviceDocument(c, chain, plain), err
}

// writePoint writes the page of a point and what else belongs to it alone.
func (b *builder) writePoint(c *pointCard) (*search.Document, error) {
	pt := &c.Point
	if !pt.Visible() {
		return nil, nil
	}
	chain, err := b.shelf.chain(pt.Owner)
	if err != nil {
		return nil, err
	}
	figures, err := b.figuresOf(aPoint, c.id())
	if err != nil {
		return nil, err
	}
	linked, err := b.linked(pt)
	if err != nil {
		return nil, err
	}
	for _, pb := range b.langs {
		with := page.PointAround{
			Agency: chain, Week: c.Spot.Week, Figures: figures, Processes: linked.processes,
			Manuals: make([]page.Linked, 0, len(linked.manuals)),
		}
		for _, m := range linked.manuals {
			with.Manuals = append(with.Manuals, page.Linked{ID: catalog.ManualID(m.ID), Entry: pb.Entry(&m.Brief, linked.owners[m.Owner]), Category: m.category(), Process: m.Process})
		}
		if set := b.frame.Satisfaction(); set != nil {
			if err := b.render(pb.Survey(set, pt, with)); err != nil {
				return nil, err
			}
		}
		if !pt.Name.Has(pb.Lang) {
			continue
		}
		if err := b.render(pb.Point(pt, with)); err != nil {
			return nil, err
		}
	}
	if err := b.writeObject("point", c.id(), pt, corpus.Member{Name: "agency", Value: pt.Owner}); err != nil {
		return nil, err
	}
	for _, ph := range pt.Photos {
		if err := b.attach(c.Path, ph.File, "/point/"+c.id()+"/"+ph.File); err != nil {
			return nil, err
		}
	}
	return b.pointDocument(c, chain), nil
}

// linked are the manuals and processes that a point names.
type linked struct {
	manuals   []*entryCard
	owners    map[catalog.AgencyCode]catalog.Text
	processes []page.NamedProcess
}

func (b *builder) linked(pt *catalog.Point) (linked, error) {
	l := linked{manuals: make([]*entryCard, 0, len(pt.Manuals)), owners: map[catalog.AgencyCode]catalog.Text{}}
	for _, id := range pt.Manuals {
		m, err := lookUp[*entryCard](b.shelf, aManual, string(id))
		if err != nil {
			return l, err
		}
		if m == nil || m.Withdrawn {
			continue
		}
		l.manuals = append(l.manuals, m)
		if l.owners[m.Owner], err = b.shelf.name(m.Owner); err != nil {
			return l, err
		}
	}
	for _, id := range pt.Processes {
		pr, err := lookUp[*processCard](b.shelf, aProcess, string(id))
		if err != nil {
			return l, err
		}
		if pr != nil {
			l.processes = append(l.processes, page.NamedProcess{ID: pr.ID, Title: pr.Title})
		}
	}
	return l, nil
}

// category is a manual's first; "" when it has none.
func (c *entryCard) category() catalog.Slug {
	if len(c.Categories) == 0 {
		return ""
	}
	return c.Categories[0]
}

// sizes tells how large attachments beside a content file are.
func (b *builder) sizes(file string) page.Sizes {
	return func(name string) int64 {
		info, err := fs.Stat(b.files, path.Join(path.Dir(file), name))
		if err != nil {
			return 0
		}
		return info.Size()
	}
}

// attach publishes a file that lies beside a content file.
func (b *builder) attach(file, name, address string) error {
	f, err := b.files.Open(path.Join(path.Dir(file), name))
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	b.mu.Lock()
	twice := b.attached[address]
	b.attached[address] = true
	b.mu.Unlock()
	if twice {
		return nil
	}
	return b.out.Write(strings.TrimPrefix(address, "/"), data)
}

// oldAddress is the address of a manual in the old system.
func oldAddress(uuid string) string { return "/procedure/" + uuid + "/view/" }

// writeMoved writes a page at an old address of a language, for a host that knows
// no redirects.
func (b *builder) writeMoved(pb *page.Builder, from, to string) error {
	s := pb.Shell("moved", from, page.Words{Text: pb.Msg("title.moved")}, pb.Msg("description.moved"))
	s.NoIndex, s.Other, s.Refresh = true, "", b.base+to
	return b.render(Moved{s, page.Link{URL: b.base + to, Text: page.Words{Text: pb.Msg("moved.here")}}})
}
