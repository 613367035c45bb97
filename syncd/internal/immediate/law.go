package immediate

import (
	"path"
	"slices"
	"strings"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// lawful holds a piece to what holds over time: identifiers are never given twice,
// slugs never go, and an agency ends only when nothing of it is served any more.
func (m *moment) lawful(p piece) error {
	if p.old == nil && strings.HasPrefix(p.at.Path, agencies+"/") {
		if other, taken := m.d.index.fileOf(p.at.Name); taken {
			return fault.New(fault.Conflict, fault.Textf("รหัส %s ใช้แล้วใน %s", "%s is already the identifier of %s.", p.at.Name, nounOf(other)), fault.Text{TH: "เลือกรหัสอื่น", EN: "Choose another."})
		}
	}
	switch v := p.new.(type) {
	case *catalog.Labels:
		if old, ok := p.old.(*catalog.Labels); ok {
			return keepsSlugs(old, v)
		}
	case *catalog.Agency:
		if old, ok := p.old.(*catalog.Agency); ok && v.Retired.IsGiven() && !old.Retired.IsGiven() {
			return m.mayRetire(p.at)
		}
	}
	return nil
}

// keepsSlugs refuses a catalog that lost a slug: manuals that are approved name it.
func keepsSlugs(old, new *catalog.Labels) error {
	for _, s := range slugsOf(old) {
		if _, alias := new.Aliases[s]; !alias && !slices.Contains(slugsOf(new), s) {
			return refused(fault.Textf("%s หายไป แต่คู่มือที่อนุมัติแล้วอาจใช้อยู่", "%s is gone, and approved manuals may name it.", string(s)),
				fault.Text{TH: "รวมเข้ากับรหัสอื่นโดยเก็บเป็นรหัสเดิม (aliases)", EN: "Merge it into another, and keep it as a former slug (aliases)."})
		}
	}
	return nil
}

func slugsOf(l *catalog.Labels) []catalog.Slug {
	var out []catalog.Slug
	for _, list := range [][]catalog.Label{l.Categories, l.Groups, l.Tags} {
		for _, one := range list {
			out = append(out, one.Slug)
		}
	}
	for old := range l.Aliases {
		out = append(out, old)
	}
	return out
}

// mostNamed is how many of what stands in the way are named.
const mostNamed = 20

// mayRetire refuses to end an agency that still has something.
func (m *moment) mayRetire(at corpus.File) error {
	dir := path.Dir(at.Path)
	var held []string
	for id, file := range m.d.index.paths {
		other, _ := corpus.FileAt(file)
		if other.Path == at.Path || !strings.HasPrefix(file, dir+"/") {
			continue
		}
		holds, err := m.holds(other)
		if err != nil {
			return err
		}
		if holds {
			held = append(held, id)
		}
	}
	if len(held) == 0 {
		return nil
	}
	slices.Sort(held)
	list := strings.Join(held[:min(len(held), mostNamed)], ", ")
	return refused(fault.Textf("หน่วยงานนี้ยังมี %d รายการที่ใช้อยู่: %s", "The agency still has %d things in use: %s.", len(held), list),
		fault.Text{TH: "ย้ายหรือยกเลิกจุดบริการ ยกเลิกคู่มือ และยุบหน่วยงานในสังกัดก่อน", EN: "Move or cancel its points, withdraw its manuals and retire the agencies below first."})
}

// holds reports whether something keeps an agency from being retired: a point that
// is shown, a manual in force, an agency below.
func (m *moment) holds(at corpus.File) (bool, error) {
	switch at.Kind {
	case corpus.PointFile:
		p := m.d.index.points[catalog.PointCode(at.Name)]
		return p != nil && p.Status != catalog.Hidden && p.Status != catalog.Cancelled, nil
	case corpus.ManualFile, corpus.AgencyFile:
		value, _, err := at.Read(m.files)
		if err != nil {
			return false, err
		}
		switch v := value.(type) {
		case *catalog.Manual:
			return !v.Withdrawn.IsGiven(), nil
		case *catalog.Agency:
			return !v.Retired.IsGiven(), nil
		}
	}
	return false, nil
}
