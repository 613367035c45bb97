package catalog

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"khumue/internal/fault"
)

// tagged are labels with tags a, b and c, and x, a former slug of a.
func tagged() *Labels {
	return &Labels{
		Categories: []Label{{Slug: "tax", TH: "ภาษี", EN: "Tax"}},
		Tags:       []Label{{Slug: "aa", TH: "ก", EN: "A"}, {Slug: "bb", TH: "ข", EN: "B"}, {Slug: "cc", TH: "ค", EN: "C"}},
		Aliases:    map[Slug]Slug{"xx": "aa"},
	}
}

// spelt are the tags and former slugs in short.
func (l *Labels) spelt() string {
	var b strings.Builder
	for _, t := range l.Tags {
		fmt.Fprintf(&b, "%s:%s ", t.Slug, strings.Join(strings.Fields(fmt.Sprint(l.Former(t.Slug))), ","))
	}
	return strings.TrimSpace(b.String())
}

func TestLabelsChangeAndSlugsNever(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(*Labels) error
		want string
		kind fault.Kind
	}{
		"a label is added at the end":     {func(l *Labels) error { return l.Add(TagLabel, Label{Slug: "dd"}) }, "aa:[xx] bb:[] cc:[] dd:[]", ""},
		"a slug of another kind is taken": {func(l *Labels) error { return l.Add(TagLabel, Label{Slug: "tax"}) }, "", fault.Conflict},
		"a slug is taken":                 {func(l *Labels) error { return l.Add(TagLabel, Label{Slug: "aa"}) }, "", fault.Conflict},
		"a former slug stays taken":       {func(l *Labels) error { return l.Add(TagLabel, Label{Slug: "xx"}) }, "", fault.Conflict},
		"a slug has its form":             {func(l *Labels) error { return l.Add(TagLabel, Label{Slug: "Ä"}) }, "", fault.Invalid},
		"there is no such kind":           {func(l *Labels) error { return l.Add("kind", Label{Slug: "dd"}) }, "", fault.NotFound},
		"names change and places": {func(l *Labels) error {
			return l.Change(TagLabel, l.Tags[0], Label{Slug: "aa", TH: "ใหม่", EN: "New"}, 2)
		}, "bb:[] cc:[] aa:[xx]", ""},
		"a place beyond the end is the last":    {func(l *Labels) error { return l.Change(TagLabel, l.Tags[0], l.Tags[0], 99) }, "bb:[] cc:[] aa:[xx]", ""},
		"a place before the first is the first": {func(l *Labels) error { return l.Change(TagLabel, l.Tags[2], l.Tags[2], -1) }, "cc:[] aa:[xx] bb:[]", ""},
		"a slug never changes":                  {func(l *Labels) error { return l.Change(TagLabel, l.Tags[0], Label{Slug: "new"}, 0) }, "", fault.Invalid},
		"who looked at another is told": {func(l *Labels) error {
			return l.Change(TagLabel, Label{Slug: "aa", TH: "เก่า"}, Label{Slug: "aa"}, 0)
		}, "", fault.Conflict},
		"what is gone is told":    {func(l *Labels) error { return l.Change(TagLabel, Label{Slug: "zz"}, Label{Slug: "zz"}, 0) }, "", fault.NotFound},
		"one merges into another": {func(l *Labels) error { return l.Merge(TagLabel, "bb", "aa") }, "aa:[bb,xx] cc:[]", ""},
		"a chain is made flat":    {func(l *Labels) error { return l.Merge(TagLabel, "aa", "cc") }, "bb:[] cc:[aa,xx]", ""},
		"not into itself":         {func(l *Labels) error { return l.Merge(TagLabel, "aa", "aa") }, "", fault.Invalid},
		"not into another kind":   {func(l *Labels) error { return l.Merge(TagLabel, "aa", "tax") }, "", fault.NotFound},
		"not into a former slug":  {func(l *Labels) error { return l.Merge(TagLabel, "bb", "xx") }, "", fault.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			l, shared := tagged(), tagged()
			tags := l.Tags
			err := c.do(l)
			if c.kind != "" {
				if !errors.Is(err, c.kind) || !reflect.DeepEqual(l, shared) {
					t.Errorf("got %v, %s", err, l.spelt())
				}
				return
			}
			if err != nil || l.spelt() != c.want {
				t.Errorf("got %q, want %q (%v)", l.spelt(), c.want, err)
			}
			if !reflect.DeepEqual(tags, shared.Tags) {
				t.Error("the list that others hold was changed")
			}
		})
	}
}

// FuzzLabels changes labels at random: no slug is ever lost, none is given twice,
// and no former slug leads to another.
func FuzzLabels(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, deeds []byte) {
		l, ever := tagged(), map[Slug]bool{"aa": true, "bb": true, "cc": true, "xx": true}
		slug := func(b byte) Slug { return Slug(strings.Repeat(string(rune('a'+b%8)), 2)) }
		for i := 0; i+2 < len(deeds); i += 3 {
			switch a, b := slug(deeds[i+1]), slug(deeds[i+2]); deeds[i] % 3 {
			case 0:
				if l.Add(TagLabel, Label{Slug: a}) == nil {
					if ever[a] {
						t.Fatalf("%s was given twice", a)
					}
					ever[a] = true
				}
			case 1:
				if was, ok := l.Find(TagLabel, a); ok {
					_ = l.Change(TagLabel, was, Label{Slug: a, TH: string(b)}, int(deeds[i+2])-2)
				}
			case 2:
				_ = l.Merge(TagLabel, a, b)
			}
		}
		seen := 0
		for s := range ever {
			_, present := l.Find(TagLabel, s)
			to, former := l.Aliases[s]
			if present == former {
				t.Fatalf("%s is %v and %v", s, present, former)
			}
			if _, ok := l.Find(TagLabel, to); former && !ok {
				t.Fatalf("%s leads to %s, which is none", s, to)
			}
			seen++
		}
		if seen != len(l.Tags)+len(l.Aliases) {
			t.Fatalf("%d slugs of %d", len(l.Tags)+len(l.Aliases), seen)
		}
	})
}
