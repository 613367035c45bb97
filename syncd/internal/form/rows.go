package form

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// What can be done to the rows of a list.
const (
	opAdd    = "add"
	opUp     = "up"
	opDown   = "down"
	opRemove = "remove"
)

// Apply does to the rows of a manual's form what Kind.Apply does.
func Apply(v url.Values, op string) (focus string, err error) { return Manuals.Apply(v, op) }

// Apply does to a form's rows what one of its buttons says: add:fees, up:fees.3,
// down:fees.3, remove:fees.3. It changes v, and returns the id of the field to go
// on with. What no form has is an error of kind Invalid.
func (k Kind) Apply(v url.Values, op string) (focus string, err error) {
	verb, at, _ := strings.Cut(op, ":")
	list, key := at, ""
	if verb != opAdd {
		list, key = at[:max(strings.LastIndexByte(at, '.'), 0)], at[strings.LastIndexByte(at, '.')+1:]
	}
	s, most, ok := k.listAt(list)
	if !ok || !there(v, list) {
		return "", unknown()
	}
	all := keys(v, list)
	i := slices.Index(all, key)
	switch {
	case verb == opAdd && most > 0 && len(all) >= most:
		return list, fault.New(fault.Invalid, fault.Textf("มีได้ไม่เกิน %d แถว", "There can be at most %d rows", most))
	case verb == opAdd:
		key = add(v, s, list, all)
		v.Set(list, given) // which says something of a list in three states only
		return firstOf(s.elem, join(list, key)), nil
	case i < 0:
		return "", unknown()
	case verb == opUp && i > 0:
		all[i], all[i-1] = all[i-1], all[i]
	case verb == opDown && i+1 < len(all):
		all[i], all[i+1] = all[i+1], all[i]
	case verb == opRemove:
		remove(v, join(list, key))
		all = slices.Delete(all, i, i+1)
	case verb != opUp && verb != opDown:
		return "", unknown()
	}
	v[list+rowsMark] = all
	return after(list, key, verb, all, i), nil
}

// after is where to go on once a row moved or went.
func after(list, key, verb string, all []string, i int) string {
	switch {
	case verb != opRemove:
		return join(list, key)
	case len(all) == 0:
		return list
	}
	return join(list, all[min(i, len(all)-1)])
}

func unknown() error {
	return fault.New(fault.Invalid, fault.Text{TH: "ไม่พบแถวนี้ในแบบฟอร์ม", EN: "There is no such row in the form"},
		fault.Text{TH: "แถวอาจถูกลบไปแล้ว", EN: "It may have been removed."})
}

// there reports whether the rows that a list stands in are in the form.
func there(v url.Values, list string) bool {
	parts := strings.Split(list, ".")
	for i, part := range parts {
		if validKey(part) && !slices.Contains(keys(v, strings.Join(parts[:i], ".")), part) {
			return false
		}
	}
	return true
}

// add adds a row with what new rows begin with.
func add(v url.Values, s *shape, list string, all []string) (key string) {
	next := 0
	for _, k := range all {
		if n, err := strconv.Atoi(k); err == nil {
			next = max(next, n+1)
		}
	}
	key = strconv.Itoa(next)
	if !validKey(key) {
		key = "0"
		for slices.Contains(all, key) {
			next--
			key = strconv.Itoa(next)
		}
	}
	remove(v, join(list, key)) // what a page may have left of one that was there before
	v[list+rowsMark] = append(all, key)
	begin(v, s.elem, join(list, key))
	return key
}

// begin fills in what a new row begins with.
func begin(v url.Values, s *shape, path string) {
	for _, f := range s.fields {
		at := join(path, f.name)
		if with, ok := beginnings[s.typ.Name()+"."+f.name]; ok {
			v[at] = slices.Clone(with)
		}
		switch {
		case f.shape.kind == group:
			begin(v, f.shape, at)
		case f.shape.kind == rows && f.required:
			v[at+rowsMark] = []string{"0"}
			begin(v, f.shape.elem, join(at, "0"))
		}
	}
}

// remove takes away all that a row says.
func remove(v url.Values, row string) {
	for name := range v {
		if strings.HasPrefix(name, row+".") {
			delete(v, name)
		}
	}
}

// firstOf is the first field of a row that a person fills in.
func firstOf(s *shape, path string) string {
	if order, ok := rowOrder[s.typ.Name()]; ok {
		if f, ok := s.field(order[0]); ok {
			return first(f.shape, join(path, f.name))
		}
	}
	return first(s, path)
}

// Free are the places of a value's fees whose lowest sum a form states to be 0: in
// the value that is the same as one that is missing.
func Free(v url.Values, value any) []int {
	all := feesOf(value)
	var out []int
	w := writer{values: v}
	at := 0
	fees, _ := manualShape().field("fees")
	for _, key := range keys(v, "fees") {
		if at >= len(all) || !w.said(fees.shape.elem.elem, join("fees", key)) {
			continue
		}
		typed := calendar.ArabicDigits(w.get(join("fees", key) + ".min"))
		if a, err := catalog.ParseAmount(typed); err == nil && a == 0 {
			out = append(out, at)
		}
		at++
	}
	return out
}
