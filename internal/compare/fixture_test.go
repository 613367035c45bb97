package compare

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/internal/corpus"
)

// samples are the manuals of the sample portal.
var samples = sync.OnceValues(func() ([]*catalog.Manual, error) {
	p, problems, err := corpus.Read(os.DirFS("../../content"))
	if err != nil {
		return nil, err
	}
	if len(p.Manuals) == 0 {
		return nil, fmt.Errorf("no manuals, %d problems", len(problems))
	}
	return p.Manuals, nil
})

func manuals(t testing.TB) []*catalog.Manual {
	t.Helper()
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// copyOf returns a manual that shares nothing with m.
func copyOf(m *catalog.Manual) *catalog.Manual {
	c := clone(valueOf(m)).Interface().(catalog.Manual)
	return &c
}

func same(a, b *catalog.Manual) bool { return equal(valueOf(a), valueOf(b)) }

// editor changes manuals at random, as people and scripts do.
type editor struct {
	rnd *rand.Rand
	who string // stands in what it writes
	at  string // the one field that it edits; any when empty
	n   int
}

func newEditor(seed uint64, who string) *editor {
	return &editor{rnd: rand.New(rand.NewPCG(seed, 7)), who: who}
}

func (e *editor) edited(m *catalog.Manual, edits int) *catalog.Manual {
	c := copyOf(m)
	s := shapeOf(reflect.TypeFor[catalog.Manual]())
	for range edits {
		e.edit(s, reflect.ValueOf(c).Elem())
	}
	return c
}

// edit changes one thing somewhere below v.
func (e *editor) edit(s *shape, v reflect.Value) {
	switch s.form {
	case record:
		c := s.cells[e.rnd.IntN(len(s.cells))]
		if s.typ == reflect.TypeFor[catalog.Manual]() && e.at != "" {
			c = s.cells[slices.IndexFunc(s.cells, func(c cell) bool { return c.name == e.at })]
		}
		if len(c.fields) > 1 {
			f := v.Field(c.fields[e.rnd.IntN(len(c.fields))])
			e.edit(shapeOf(f.Type()), f)
			return
		}
		e.edit(c.shape, v.Field(c.fields[0]))
	case stated:
		if isGiven(v) && e.rnd.IntN(8) > 0 {
			e.edit(s.elem, v.Field(1))
			return
		}
		v.Field(0).SetString([]string{"", "none", "given"}[e.rnd.IntN(3)])
		if isGiven(v) {
			e.edit(s.elem, v.Field(1))
		} else {
			v.Field(1).SetZero()
		}
	case rows, set:
		e.list(s, v)
	case passage:
		v.Field(0).SetString(e.body(v.Field(0).String()))
	default:
		e.atom(v)
	}
}

func (e *editor) list(s *shape, v reflect.Value) {
	n := v.Len()
	at := 0
	if n > 0 {
		at = e.rnd.IntN(n)
	}
	out := reflect.MakeSlice(v.Type(), 0, n+1)
	item := reflect.New(v.Type().Elem()).Elem()
	switch roll := e.rnd.IntN(10); {
	case n == 0 || roll < 2:
		if item.Kind() == reflect.Struct && e.rnd.IntN(2) == 0 {
			// What two people may well add both.
			if f := item.FieldByName("Name"); f.IsValid() {
				f.Field(0).SetString("รูปถ่าย")
			}
		}
		for range 3 {
			e.edit(s.elem, item)
		}
		out = reflect.AppendSlice(reflect.Append(reflect.AppendSlice(out, v.Slice(0, at)), item), v.Slice(at, n))
	case roll < 4:
		out = reflect.AppendSlice(reflect.AppendSlice(out, v.Slice(0, at)), v.Slice(at+1, n))
	case roll < 6:
		rest := reflect.AppendSlice(reflect.AppendSlice(out, v.Slice(0, at)), v.Slice(at+1, n))
		to := e.rnd.IntN(n)
		out = reflect.AppendSlice(reflect.Append(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, n), rest.Slice(0, to)), v.Index(at)), rest.Slice(to, n-1))
	default:
		out = reflect.AppendSlice(out, v)
		e.edit(s.elem, out.Index(at))
	}
	v.Set(out)
}

func (e *editor) atom(v reflect.Value) {
	e.n++
	if words := enumeration(v); words != nil {
		v.SetString(words[e.rnd.IntN(len(words))])
		return
	}
	switch x := v.Interface().(type) {
	case calendar.Date:
		v.Set(reflect.ValueOf(calendar.NewDate(2026, 1, 1).AddDays(e.rnd.IntN(400))))
		return
	case catalog.Duration:
		v.Set(reflect.ValueOf(catalog.Duration{Value: 1 + e.rnd.IntN(60), Unit: "minute"}))
		return
	case string:
		v.SetString(e.text(x))
		return
	}
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(e.rnd.IntN(100_000)))
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		v.SetString(fmt.Sprintf("%s-%d", e.who, e.n))
	case reflect.Float64:
		v.SetFloat(e.rnd.Float64() * 90)
	}
}

// text rewrites a text in full, adds to it, or clears it.
func (e *editor) text(s string) string {
	fresh := fmt.Sprintf("ข้อความใหม่%s%d", e.who, e.n)
	switch e.rnd.IntN(5) {
	case 0:
		return ""
	case 1:
		return fresh
	}
	return strings.TrimSpace(s + " " + fresh)
}

// body adds, removes, changes or moves a paragraph.
func (e *editor) body(s string) string {
	e.n++
	parts := strings.Split(s, "\n\n")
	at := e.rnd.IntN(len(parts))
	fresh := fmt.Sprintf("ย่อหน้าใหม่%s%d", e.who, e.n)
	switch e.rnd.IntN(4) {
	case 0:
		parts = slices.Insert(parts, at, fresh)
	case 1:
		parts = slices.Delete(parts, at, at+1)
	case 2:
		parts[at] += " " + fresh
	default:
		p := parts[at]
		parts = slices.Delete(parts, at, at+1)
		parts = slices.Insert(parts, e.rnd.IntN(len(parts)+1), p)
	}
	return strings.Join(parts, "\n\n")
}

// leaves gathers every text and number below v, with how often it stands there.
func leaves(v reflect.Value, into map[string]int) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == bodyType {
			for _, p := range parasOf(v.Field(0).String()) {
				into[p.text]++
			}
			return
		}
		if isStated(v.Type()) && !isGiven(v) {
			into["state "+v.Field(0).String()]++
			return
		}
		for i := range v.NumField() {
			leaves(v.Field(i), into)
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), into)
		}
	default:
		into[fmt.Sprint(v.Interface())]++
	}
}
