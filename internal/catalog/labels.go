package catalog

import (
	"maps"
	"slices"

	"khumue/internal/fault"
)

// LabelKind is one of the three lists of the Service Catalog, by its word in
// addresses.
type LabelKind string

// The lists of the Service Catalog.
const (
	CategoryLabel LabelKind = "category"
	GroupLabel    LabelKind = "group"
	TagLabel      LabelKind = "tag"
)

// LabelKinds are the lists, in the order in which people read them.
var LabelKinds = []LabelKind{CategoryLabel, GroupLabel, TagLabel}

// list is the list of a kind; nil when there is no such kind.
func (l *Labels) list(k LabelKind) *[]Label {
	switch k {
	case CategoryLabel:
		return &l.Categories
	case GroupLabel:
		return &l.Groups
	case TagLabel:
		return &l.Tags
	}
	return nil
}

// Of returns the labels of a kind, in their order. They are not to be changed.
func (l *Labels) Of(k LabelKind) []Label {
	if list := l.list(k); list != nil {
		return *list
	}
	return nil
}

// Find returns a label by its present slug.
func (l *Labels) Find(k LabelKind, slug Slug) (Label, bool) {
	list := l.Of(k)
	if i := position(list, slug); i >= 0 {
		return list[i], true
	}
	return Label{}, false
}

func position(list []Label, slug Slug) int {
	return slices.IndexFunc(list, func(o Label) bool { return o.Slug == slug })
}

// Former returns the former slugs that lead to a label, in their order.
func (l *Labels) Former(slug Slug) []Slug {
	var out []Slug
	for old, now := range l.Aliases {
		if now == slug {
			out = append(out, old)
		}
	}
	slices.Sort(out)
	return out
}

// Add appends a label. A slug is given once: one that is a label's, of whichever
// kind, or was, is an error of kind Conflict.
func (l *Labels) Add(k LabelKind, label Label) error {
	list := l.list(k)
	if list == nil {
		return noLabel()
	}
	slug, err := ParseSlug(string(label.Slug))
	if err != nil {
		return err
	}
	_, former := l.Aliases[slug]
	for _, kind := range LabelKinds {
		_, used := l.Find(kind, slug)
		former = former || used
	}
	if former {
		return fault.New(fault.Conflict, fault.Textf("รหัส %s ใช้แล้ว หรือเคยใช้", "The code %s is in use, or was.", string(slug)), fault.Text{TH: "เลือกรหัสอื่น รหัสใช้ซ้ำไม่ได้", EN: "Choose another: a code is given once."})
	}
	*list = append(slices.Clone(*list), label)
	return nil
}

// Change gives a label, which was so when it was looked at, other names and
// another place: before the label that now stands at a position, from 0. One that
// is not so any more is an error of kind Conflict.
func (l *Labels) Change(k LabelKind, was, label Label, at int) error {
	list := l.list(k)
	now, there := l.Find(k, was.Slug)
	switch {
	case list == nil || !there:
		return noLabel()
	case was.Slug != label.Slug:
		return fault.New(fault.Invalid, fault.Text{TH: "เปลี่ยนรหัสไม่ได้", EN: "A code never changes."}, fault.Text{TH: "คู่มือที่อนุมัติแล้วใช้รหัสนี้อยู่", EN: "Approved manuals name it."})
	case now != was:
		return fault.New(fault.Conflict, fault.Text{TH: "มีผู้อื่นแก้ไขรายการนี้ไปก่อน", EN: "Somebody else changed it first."}, fault.Text{TH: "ดูค่าล่าสุดแล้วแก้ไขอีกครั้ง", EN: "Look at it as it stands now, and change it again."})
	}
	rest := slices.Clone(*list)
	i := position(rest, was.Slug)
	rest = slices.Delete(rest, i, i+1)
	*list = slices.Insert(rest, min(max(at, 0), len(rest)), label)
	return nil
}

// Merge makes a label the former slug of another of its kind, and all that led to
// it with it, so that whatever names it goes on under the other.
func (l *Labels) Merge(k LabelKind, from, into Slug) error {
	list := l.list(k)
	_, there := l.Find(k, from)
	_, target := l.Find(k, into)
	if list == nil || !there || !target {
		return noLabel()
	}
	if from == into {
		return fault.New(fault.Invalid, fault.Text{TH: "รวมเข้ากับตัวเองไม่ได้", EN: "It can not be merged into itself."}, fault.Text{TH: "เลือกรายการอื่น", EN: "Choose another."})
	}
	*list = slices.DeleteFunc(slices.Clone(*list), func(o Label) bool { return o.Slug == from })
	aliases := maps.Clone(l.Aliases)
	if aliases == nil {
		aliases = map[Slug]Slug{}
	}
	for old, now := range aliases {
		if now == from {
			aliases[old] = into
		}
	}
	aliases[from] = into
	l.Aliases = aliases
	return nil
}

func noLabel() error {
	return fault.New(fault.NotFound, fault.Text{TH: "ไม่พบรายการนี้", EN: "There is no such label."},
		fault.Text{TH: "อาจมีผู้รวมเข้ากับรายการอื่นแล้ว กลับไปดูรายการ", EN: "Somebody may have merged it: go back to the list."})
}
