package thai

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExpand(t *testing.T) {
	for _, c := range []struct {
		name string
		in   string
		want []string
	}{
		{"an abbreviation", "กทม.", []string{"กรุงเทพมหานคร"}},
		{"the same without its dot", "กทม", []string{"กรุงเทพมหานคร"}},
		{"without its inner dots", "พรบ", []string{"พระราชบัญญัติ"}},
		{"one that means several things", "ม.", []string{"มาตรา", "หมู่", "มหาวิทยาลัย"}},
		{"a name that has two", "กรุงเทพมหานคร", []string{"กทม.", "กรุงเทพฯ"}},
		{"a shortened name", "กรุงเทพ", []string{"กรุงเทพมหานคร"}},
		{"as people type it", " สํานักงาน", []string{"สนง."}},
		{"any other word", "บ้าน", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Expand(c.in)); diff != "" {
				t.Errorf("Expand(%q): want -, got +\n%s", c.in, diff)
			}
		})
	}
}

func TestAbbreviationsAreInOrder(t *testing.T) {
	all := Abbreviations()
	if !slices.IsSortedFunc(all, func(a, b Abbreviation) int { return strings.Compare(a.Short, b.Short) }) {
		t.Error("want them by their short forms in byte order")
	}
	for i, a := range all {
		if i > 0 && a.Short == all[i-1].Short {
			t.Errorf("%s stands twice", a.Short)
		}
		if len(a.Long) == 0 || !strings.HasSuffix(a.Short, ".") && !strings.HasSuffix(a.Short, "ฯ") {
			t.Errorf("%s: want long forms, and a dot or ฯ at its end", a.Short)
		}
	}
}
