package press

import (
	"cmp"
	"reflect"
)

// comparisons are what text/template's functions make of the order of two
// values.
var comparisons = map[string]func(order int) bool{
	"eq": func(order int) bool { return order == 0 },
	"ne": func(order int) bool { return order != 0 },
	"lt": func(order int) bool { return order < 0 },
	"le": func(order int) bool { return order <= 0 },
	"gt": func(order int) bool { return order > 0 },
	"ge": func(order int) bool { return order >= 0 },
}

// compare compiles a comparison of the first argument with each of the others.
func compare(name string, args []value) value {
	first, others := args[0], args[1:]
	if all(args, func(v value) bool { return v.typ != nil && v.typ.Kind() == reflect.String }) {
		return compareTexts(name, first, others)
	}
	test, equality := comparisons[name], name == "eq" || name == "ne"
	if all(args, func(v value) bool { return v.typ == intType }) {
		a, b := first.int(), others[0].int()
		if len(others) == 1 {
			return ofYes(func(r *run, dot reflect.Value) bool { return test(cmp.Compare(a(r, dot), b(r, dot))) })
		}
	}
	return ofYes(func(r *run, dot reflect.Value) bool {
		a := first.get(r, dot)
		rest := make([]reflect.Value, len(others))
		for i, o := range others {
			rest[i] = o.get(r, dot)
		}
		for _, b := range rest {
			if test(order(a, b, equality)) {
				return true
			}
		}
		return false
	})
}

func all(args []value, is func(value) bool) bool {
	for _, a := range args {
		if !is(a) {
			return false
		}
	}
	return true
}

// compareTexts compiles the comparison of values that are kinds of string.
func compareTexts(name string, first value, others []value) value {
	a, b := first.string(), others[0].string()
	switch {
	case name == "eq" && len(others) == 1:
		return ofYes(func(r *run, dot reflect.Value) bool { return a(r, dot) == b(r, dot) })
	case name == "ne":
		return ofYes(func(r *run, dot reflect.Value) bool { return a(r, dot) != b(r, dot) })
	}
	var texts []func(*run, reflect.Value) string
	for _, o := range others {
		texts = append(texts, o.string())
	}
	test := comparisons[name]
	return ofYes(func(r *run, dot reflect.Value) bool {
		a := a(r, dot)
		for _, b := range texts {
			if test(cmp.Compare(a, b(r, dot))) {
				return true
			}
		}
		return false
	})
}

// order compares two basic values. Those of different kinds, and others, are
// left to html/template, but for whole numbers, with a sign or without.
func order(a, b reflect.Value, equality bool) int {
	a, b = inside(a), inside(b)
	switch {
	case a.Kind() == reflect.String && b.Kind() == reflect.String:
		return cmp.Compare(a.String(), b.String())
	case a.CanInt() && b.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint() && b.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanInt() && b.CanUint():
		return signed(a, b)
	case a.CanUint() && b.CanInt():
		return -signed(b, a)
	case equality && a.Kind() == reflect.Bool && b.Kind() == reflect.Bool && a.Bool() == b.Bool():
		return 0
	case equality && a.Kind() == reflect.Bool && b.Kind() == reflect.Bool:
		return 1
	}
	giveUp()
	panic("unreachable")
}

// signed compares a number that may be negative with one that may not.
func signed(a, b reflect.Value) int {
	if a.Int() < 0 {
		return -1
	}
	return cmp.Compare(uint64(a.Int()), b.Uint())
}
