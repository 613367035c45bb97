package transfer

import (
	"io/fs"
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

// linkFields are what a row of links may say: the point, and what it serves.
var linkFields = []string{"code", "manuals", "processes"}

// linkPlace finds the point of a row.
func (r *run) linkPlace(o *object) error {
	n, there := r.refs.listing.Find(o.id)
	if !there || r.refs.listing.Kind(n) != corpus.PointFile {
		return fault.New(fault.NotFound, fault.Textf("ไม่มีจุดบริการ %q", "there is no service point %q", o.id))
	}
	o.at = r.refs.listing.At(n)
	if !r.may(string(o.at.Owner)) {
		return fault.New(fault.Forbidden, fault.Textf("ไม่มีสิทธิ์นำเข้าข้อมูลของหน่วยงาน %s", "you may not import for the agency %s", string(o.at.Owner)))
	}
	if len(o.served("manuals"))+len(o.served("processes")) == 0 {
		return fault.New(fault.Invalid, fault.Text{TH: "ไม่บอกคู่มือหรือกระบวนงานที่ให้บริการ", EN: "it names no manual and no process that is served"})
	}
	return nil
}

// served are the identifiers that a row names.
func (o *object) served(field string) []string {
	list, ok := o.root.child(field)
	if !ok {
		return nil
	}
	if list.kind == word0 {
		return []string{list.text}
	}
	ids := make([]string, len(list.items))
	for i, item := range list.items {
		ids[i] = item.text
	}
	return ids
}

// link adds what a row names to the point as it stands there now. Nothing else
// of the point changes.
func (r *run) link(o *object) error {
	if o.lost {
		return nil
	}
	src, err := fs.ReadFile(r.Into, o.at.Path)
	if err != nil {
		return err
	}
	value, problems := o.at.Decode(src)
	p, ok := value.(*catalog.Point)
	if wrong := problems.Of(fault.Wrong); !ok || len(wrong) > 0 {
		o.note(origin{row: o.first()}, Refused, fault.Textf("ไฟล์ %s มีปัญหา จึงเพิ่มไม่ได้", "there are problems in %s, so nothing was added", o.at.Path), fault.Text{})
		return nil
	}
	before := len(p.Manuals) + len(p.Processes)
	for _, id := range o.served("manuals") {
		if !slices.Contains(p.Manuals, catalog.ManualID(id)) {
			p.Manuals = append(p.Manuals, catalog.ManualID(id))
		}
	}
	for _, id := range o.served("processes") {
		if !slices.Contains(p.Processes, catalog.ProcessID(id)) {
			p.Processes = append(p.Processes, catalog.ProcessID(id))
		}
	}
	o.name, o.linked = p.Name.TH, Same
	if len(p.Manuals)+len(p.Processes) == before {
		return nil
	}
	o.linked = Changed
	o.made, err = corpus.Write(o.at, src, p)
	return err
}
