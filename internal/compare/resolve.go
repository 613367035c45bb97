package compare

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/fault"
)

// Resolve applies a choice for each conflict of a Merge, by its ID, to what was
// merged, and returns the result; merged stays as it is. It is an error of kind
// Invalid when a choice cannot be taken, and of kind Conflict when one is missing
// or belongs to no conflict, as when somebody saved meanwhile. Whether another
// value obeys the rules of its field is for the reader of content to say.
func Resolve(merged *catalog.Manual, conflicts []Conflict, choices map[string]Choice) (*catalog.Manual, error) {
	return resolve(merged, conflicts, choices)
}

func resolve[T any](merged *T, conflicts []Conflict, choices map[string]Choice) (*T, error) {
	out, err := ResolveObjects(merged, conflicts, choices)
	if err != nil {
		return nil, err
	}
	return out.(*T), nil
}

// ResolveObjects is Resolve of any noun of the catalog: a pointer to a value of one
// of its structs, as MergeObjects merged it.
func ResolveObjects(merged any, conflicts []Conflict, choices map[string]Choice) (any, error) {
	if err := answered(conflicts, choices); err != nil {
		return nil, err
	}
	root := reflect.ValueOf(merged).Elem()
	r := resolver{shape: shapeOf(root.Type()), root: clone(root), lists: map[string]*edits{}}
	for _, c := range slices.Backward(conflicts) { // passages from the end on, so that their places hold
		if err := r.apply(c, choices[c.ID]); err != nil {
			return nil, err
		}
	}
	r.rebuild()
	out := reflect.New(root.Type())
	out.Elem().Set(r.root)
	return out.Interface(), nil
}

// answered reports whether each conflict has a choice that may be taken, and
// each choice a conflict.
func answered(conflicts []Conflict, choices map[string]Choice) error {
	known := map[string]bool{}
	for _, c := range conflicts {
		known[c.ID] = true
		switch choice, ok := choices[c.ID]; {
		case !ok:
			return fault.New(fault.Conflict,
				fault.Text{TH: c.Label.TH + ": ยังไม่ได้เลือกค่า", EN: c.Label.EN + ": no value is chosen yet"},
				fault.Text{TH: "เลือกค่าที่ถูกต้อง", EN: "choose the right one"})
		case !slices.Contains(c.Takes, choice.Take):
			return refused(c, choice, fault.Text{TH: "เลือกค่าใดค่าหนึ่งที่แสดง แล้วแก้ในแบบฟอร์ม", EN: "choose one of those shown and mend it in the form"})
		}
	}
	for id := range choices {
		if !known[id] {
			return fault.New(fault.Conflict,
				fault.Text{TH: "มีผู้อื่นแก้ไขต่อแล้ว ค่าที่เลือกไว้จึงใช้ไม่ได้", EN: "somebody changed this meanwhile, so a choice no longer fits"},
				fault.Text{TH: "ดูรายการที่แก้ไขไม่ตรงกันอีกครั้ง", EN: "look at what conflicts again"})
		}
	}
	return nil
}

func refused(c Conflict, choice Choice, hint fault.Text) error {
	said := string(choice.Take)
	if choice.Take == Another {
		said = choice.Value
	}
	return fault.New(fault.Invalid,
		fault.Text{TH: fmt.Sprintf("%s: ใช้ %q ไม่ได้", c.Label.TH, said), EN: fmt.Sprintf("%s: %q cannot be taken", c.Label.EN, said)},
		hint)
}

// howToWrite is what an error of reading a value says to write.
func howToWrite(err error) fault.Text {
	var own *fault.Error
	var date *calendar.Error
	switch {
	case errors.As(err, &own) && !own.Hint.IsZero():
		return own.Hint
	case errors.As(err, &date):
		return fault.Text{TH: date.TH, EN: date.EN}
	}
	return fault.Text{TH: "เขียนค่าตามรูปแบบของช่องนี้", EN: "write a value of this field"}
}

// resolver changes a copy of what was merged. Values are changed at once; rows
// come, go and move at the end, so that paths hold until then.
type resolver struct {
	shape *shape
	root  reflect.Value
	lists map[string]*edits
}

// edits are what becomes of the rows of one list.
type edits struct {
	path  Path
	drop  map[int]bool
	after map[int]reflect.Value
	order []int
}

func (r *resolver) list(p Path) *edits {
	e, ok := r.lists[p.String()]
	if !ok {
		e = &edits{path: p, drop: map[int]bool{}, after: map[int]reflect.Value{}}
		r.lists[p.String()] = e
	}
	return e
}

func (r *resolver) apply(c Conflict, choice Choice) error {
	inList := c.Path[:len(c.Path)-1]
	last := c.Path[len(c.Path)-1]
	switch {
	case c.Clash == Passage:
		r.passage(c, choice)
	case c.Clash == Order:
		if choice.Take == Theirs {
			r.list(c.Path).order = c.order
		}
	case choice.Take == Another:
		v, err := parse(c.shape, choice.Value)
		if err != nil {
			return refused(c, choice, howToWrite(err))
		}
		r.set(c.Path, v)
	case choice.Take == Both:
		r.list(inList).after[last.Row] = clone(c.theirs)
	case choice.Take == Theirs && c.theirs.IsValid():
		r.set(c.Path, clone(c.theirs))
	case c.Clash == Row && (choice.Take == Theirs || !c.ours.IsValid()):
		r.list(inList).drop[last.Row] = true
	}
	return nil
}

// find follows a path to a value that can be set. Of fields that stand together
// it returns the record that they stand in, and the cell.
func (r *resolver) find(p Path) (v reflect.Value, s *shape, group *cell) {
	v, s = r.root, r.shape
	for _, step := range p {
		if s.form == stated {
			v, s = v.Field(1), s.elem
		}
		if step.Field == "" {
			v, s = v.Index(step.Row), s.elem
			continue
		}
		i := slices.IndexFunc(s.cells, func(c cell) bool { return c.name == step.Field })
		c := &s.cells[i]
		if len(c.fields) > 1 {
			return v, c.shape, c
		}
		v, s = v.Field(c.fields[0]), c.shape
	}
	return v, s, nil
}

func (r *resolver) set(p Path, to reflect.Value) {
	v, _, group := r.find(p)
	if group != nil {
		group.put(v, to)
		return
	}
	v.Set(to)
}

// rebuild lets rows come, go and move, in inner lists first.
func (r *resolver) rebuild() {
	var all []*edits
	for _, e := range r.lists {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *edits) int { return len(b.path) - len(a.path) })
	for _, e := range all {
		v, s, _ := r.find(e.path)
		if s.form == stated {
			v = v.Field(1)
		}
		out := reflect.MakeSlice(v.Type(), 0, v.Len())
		for i := range v.Len() {
			if e.order != nil {
				i = e.order[i]
			}
			if !e.drop[i] {
				out = reflect.Append(out, v.Index(i))
			}
			if added, ok := e.after[i]; ok {
				out = reflect.Append(out, added)
			}
		}
		v.Set(out)
	}
}

// passage puts the chosen paragraphs in the place of ours.
func (r *resolver) passage(c Conflict, choice Choice) {
	ours, theirs := c.ours.String(), c.theirs.String()
	var text string
	switch choice.Take {
	case Ours:
		return
	case Theirs:
		text = theirs
	case Both:
		text = strings.Trim(ours+"\n\n"+theirs, "\n")
	default:
		text = strings.TrimRight(choice.Value, " \t\r\n")
	}
	v, _, _ := r.find(c.Path)
	body := v.Field(0)
	body.SetString(replaced(body.String(), c.from, c.to, text))
}

// replaced puts a text in the place of a piece of a body, parted from what
// stands around it; an empty text takes the blank lines after it along.
func replaced(body string, from, to int, text string) string {
	head, tail := body[:from], body[to:]
	if text == "" {
		if tail = strings.TrimLeft(tail, "\r\n"); tail == "" && head != "" {
			return strings.TrimRight(head, "\r\n") + "\n"
		}
		return head + tail
	}
	if head != "" && !strings.HasSuffix(head, "\n\n") && from == to {
		head = strings.TrimRight(head, "\r\n") + "\n\n"
	}
	switch {
	case tail == "":
		text += "\n"
	case !strings.HasPrefix(tail, "\n") && !strings.HasPrefix(tail, "\r\n"):
		text += "\n\n"
	}
	return head + text + tail
}

// readable reports whether a value of the shape can be given as one text.
func readable(s *shape) bool {
	switch s.form {
	case writing:
		return true
	case stated:
		return readable(s.elem)
	case atom:
		_, text := reflect.New(s.typ).Interface().(encoding.TextUnmarshaler)
		return text || slices.Contains([]reflect.Kind{reflect.String, reflect.Int, reflect.Bool}, s.typ.Kind())
	}
	return false
}

// errForm says that a text is no value of its field.
var errForm = errors.New("not a value of the field")

// parse reads a value as a content file has it. The empty text is nothing filled
// in.
func parse(s *shape, text string) (reflect.Value, error) {
	v := reflect.New(s.typ).Elem()
	if s.form == stated {
		return v, parseStated(s, v, text)
	}
	if text == "" {
		return v, nil
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return v, u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.Int:
		n, err := strconv.Atoi(text)
		v.SetInt(int64(n))
		return v, err
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return v, err
	case reflect.String:
		if words := enumeration(v); words != nil && !slices.Contains(words, text) {
			return v, errForm
		}
		v.SetString(text)
		return v, nil
	}
	return v, errForm
}

func parseStated(s *shape, v reflect.Value, text string) error {
	switch text {
	case "":
		return nil
	case string(catalog.None):
		v.Field(0).SetString(text)
		return nil
	}
	inner, err := parse(s.elem, text)
	if err != nil {
		return err
	}
	v.Field(0).SetString(string(catalog.Given))
	v.Field(1).Set(inner)
	return nil
}
