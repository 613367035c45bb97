package immediate

import (
	"context"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

// Links are what points serve.
type Links struct {
	Manuals   []catalog.ManualID  `json:"manuals,omitempty"`
	Processes []catalog.ProcessID `json:"processes,omitempty"`
}

func (l Links) isZero() bool { return len(l.Manuals)+len(l.Processes) == 0 }

// LinkChange links and unlinks on many points at once.
type LinkChange struct {
	Points      []catalog.PointCode
	Add, Remove Links
	Why         string
}

// mostPoints is how many points one change may concern: all of a large portal.
const mostPoints = 100_000

// linked is a change of links as the trail shows it.
type linked struct {
	Add    Links               `json:"add,omitzero"`
	Remove Links               `json:"remove,omitzero"`
	Points []catalog.PointCode `json:"points,omitempty"` // the first of them
	Count  int                 `json:"count"`
}

// Link changes what points serve, in one commit. What a point serves already is
// linked to it no second time, and what it does not serve is unlinked from
// nothing. The officer needs the right for each of the points, or nothing changes.
// A manual that is not there, or withdrawn, and a process that is not there are
// errors of kind Invalid.
func (d *Desk) Link(ctx context.Context, by staff.Acting, c LinkChange) (Saved, error) {
	c.Points = slices.Compact(slices.Sorted(slices.Values(c.Points)))
	switch {
	case len(c.Points) == 0 || c.Add.isZero() && c.Remove.isZero():
		return Saved{}, refused(fault.Text{TH: "ยังไม่ได้เลือกจุดบริการ หรือสิ่งที่จะเชื่อมโยง", EN: "No point is chosen, or nothing to link."}, fault.Text{TH: "เลือกอย่างน้อยหนึ่งรายการในแต่ละด้าน", EN: "Choose at least one on each side."})
	case len(c.Points) > mostPoints:
		return Saved{}, refused(fault.Textf("เลือกจุดบริการเกิน %d แห่ง", "More than %d points are chosen.", mostPoints), fault.Text{})
	}
	about := ""
	if len(c.Points) > 1 {
		about = strings.Join(append(stringsOf(c.Add.Manuals, c.Add.Processes), stringsOf(c.Remove.Manuals, c.Remove.Processes)...), " ")
		about = about[:min(len(about), 200)]
	}
	told := linked{c.Add, c.Remove, c.Points[:min(len(c.Points), 50)], len(c.Points)}
	return d.do(ctx, by, job{
		action: "point.link", subject: linkSubject(c), why: c.Why, about: about, told: told,
		plan: func(m *moment) ([]piece, error) { return m.links(c) },
	})
}

func stringsOf(m []catalog.ManualID, p []catalog.ProcessID) []string {
	var out []string
	for _, id := range m {
		out = append(out, string(id))
	}
	for _, id := range p {
		out = append(out, string(id))
	}
	return out
}

// linkSubject is what a commit says of a change of links.
func linkSubject(c LinkChange) string {
	if len(c.Points) == 1 {
		return "Link point " + string(c.Points[0])
	}
	if len(c.Add.Manuals) == 1 && len(c.Add.Processes) == 0 && c.Remove.isZero() {
		return "Link manual " + string(c.Add.Manuals[0])
	}
	return "Link points"
}

// links makes the pieces of a change of links: of the points that it changes.
func (m *moment) links(c LinkChange) ([]piece, error) {
	if err := m.linkable(c.Add); err != nil {
		return nil, err
	}
	pieces := make([]piece, len(c.Points))
	for i, code := range c.Points {
		p, known := m.d.index.points[code]
		if !known {
			return nil, gone()
		}
		pieces[i].at, _ = corpus.FileAt(p.path)
	}
	err := each(len(pieces), func(i int) error { return m.link(&pieces[i], c) })
	return slices.DeleteFunc(pieces, func(p piece) bool { return p.src == nil }), err
}

// link makes one piece; without bytes where nothing changes.
func (m *moment) link(p *piece, c LinkChange) error {
	one, err := m.piece(p.at, m.d.index.points[catalog.PointCode(p.at.Name)].blob)
	if err != nil {
		return err
	}
	old, ok := one.old.(*catalog.Point)
	if !ok {
		return gone()
	}
	next := *old
	next.Manuals = joined(old.Manuals, c.Add.Manuals, c.Remove.Manuals)
	next.Processes = joined(old.Processes, c.Add.Processes, c.Remove.Processes)
	if slices.Equal(next.Manuals, old.Manuals) && slices.Equal(next.Processes, old.Processes) {
		return nil
	}
	if err := one.become(&next); err != nil {
		return err
	}
	*p = one
	return nil
}

// joined is a list with some that come at its end and some that go.
func joined[ID comparable](list, add, remove []ID) []ID {
	out := slices.DeleteFunc(slices.Clone(list), func(id ID) bool { return slices.Contains(remove, id) })
	for _, id := range add {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// linkable refuses to link what is not in force.
func (m *moment) linkable(l Links) error {
	for _, id := range stringsOf(l.Manuals, nil) {
		at, ok := m.d.index.fileOf(id)
		if !ok || at.Kind != corpus.ManualFile {
			return refused(fault.Textf("ไม่มีคู่มือ %s ที่เผยแพร่", "There is no published manual %s.", id), fault.Text{TH: "เลือกจากรายการ", EN: "Choose one from the list."})
		}
		value, _, err := at.Read(m.files)
		if err != nil {
			return err
		}
		if v, ok := value.(*catalog.Manual); ok && v.Withdrawn.IsGiven() {
			return refused(fault.Textf("คู่มือ %s ยกเลิกแล้ว", "The manual %s is withdrawn.", id), fault.Text{TH: "เลือกคู่มือที่ใช้แทน", EN: "Choose the one that replaces it."})
		}
	}
	for _, id := range stringsOf(nil, l.Processes) {
		if at, ok := m.d.index.fileOf(id); !ok || at.Kind != corpus.ProcessFile {
			return refused(fault.Textf("ไม่มีกระบวนงาน %s", "There is no process %s.", id), fault.Text{TH: "เลือกจากรายการ", EN: "Choose one from the list."})
		}
	}
	return nil
}

// CopyLinks has a point serve what another serves, beside what it serves already.
// What has been withdrawn meanwhile is left out.
func (d *Desk) CopyLinks(ctx context.Context, by staff.Acting, from, to catalog.PointCode, why string) (Saved, error) {
	all, err := d.Serves(from)
	if err != nil {
		return Saved{}, err
	}
	content, release, err := d.now()
	if err != nil {
		return Saved{}, err
	}
	m := &moment{d: d, content: content, files: d.Ledger.Repo.FS(content)}
	var add Links
	for _, id := range all.Manuals {
		if m.linkable(Links{Manuals: []catalog.ManualID{id}}) == nil {
			add.Manuals = append(add.Manuals, id)
		}
	}
	add.Processes = all.Processes
	release()
	if add.isZero() {
		return Saved{}, refused(fault.Text{TH: "จุดบริการต้นทางไม่มีสิ่งที่ให้บริการ", EN: "The point to copy from serves nothing."}, fault.Text{TH: "เลือกจุดอื่น", EN: "Choose another."})
	}
	return d.Link(ctx, by, LinkChange{Points: []catalog.PointCode{to}, Add: add, Why: why})
}

// Serves returns what a point serves.
func (d *Desk) Serves(code catalog.PointCode) (Links, error) {
	_, release, err := d.now()
	if err != nil {
		return Links{}, err
	}
	defer release()
	p, known := d.index.points[code]
	if !known {
		return Links{}, gone()
	}
	return Links{slices.Clone(p.Manuals), slices.Clone(p.Processes)}, nil
}
