package corpus

import (
	"slices"

	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// province checks the code of a province; "" is none.
func (c *check) province(file, code string, at ...any) {
	if _, ok := catalog.ProvinceByCode(code); code != "" && !ok {
		c.wrong(file, fault.Textf("ไม่มีจังหวัดรหัส %s", "there is no province %s", code), fault.Text{TH: "ใช้รหัสตาม มอก. 1099", EN: "use the codes of TIS 1099"}, at...)
	}
}

// overlap reports a time of opening that another one on the same day holds in
// part: the two would contradict each other.
func (c *check) overlap(file string, before []catalog.Span, s catalog.Span, at []any) {
	for i, d := range s.Days {
		c.repeated(file, slices.Index(s.Days, d) < i, string(d), append(slices.Clone(at), "days", i)...)
		for _, other := range before {
			if slices.Contains(other.Days, d) && s.Opens < other.Closes && other.Opens < s.Closes {
				c.wrong(file, fault.Textf("เวลาของ %s ซ้อนกัน", "the hours of %s overlap", string(d)), fault.Text{TH: "รวมเป็นช่วงเดียว", EN: "write one span"}, at...)
			}
		}
	}
}

// stepSets checks that several ways through the steps can be told apart.
func (c *check) stepSets(file string, sets []catalog.StepSet) {
	for i, s := range sets {
		if len(sets) > 1 && s.Name.IsZero() {
			c.wrong(file, fault.Text{TH: "มีหลายชุดขั้นตอน แต่ชุดนี้ไม่มีชื่อ", EN: "there are several step sets, and this one has no name"}, fault.Text{TH: "เพิ่ม name:", EN: "add name:"}, "step_sets", i)
		}
	}
}

// written reports whether a content file holds a value at a path.
func (c *check) written(file string, at ...any) bool {
	_, found := locate(c.files, file, at)
	return found
}
