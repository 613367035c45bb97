package answers

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzTag checks that a tag that is taken is one word as a store keeps it, however
// often it is read.
func FuzzTag(f *testing.F) {
	for _, s := range []string{"ที่จอดรถ", "Car  park", "a-b", "<b>", "0812345678", "", " ", "%", "ｘ\u2028y", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tag := Tag(s)
		if again := Tag(tag); again != tag {
			t.Errorf("%q becomes %q, then %q", s, tag, again)
		}
		if checkTag(tag) != nil {
			return
		}
		if !slices.Equal(strings.Fields(tag), []string{tag}) || !utf8.ValidString(tag) || utf8.RuneCountInString(tag) > LongestTag || strings.ContainsAny(tag, `<>&"'%_\`) {
			t.Errorf("%q is taken as %q", s, tag)
		}
	})
}

func TestATagIsAShortWordThatTellsOfNobody(t *testing.T) {
	for s, want := range map[string]bool{
		"ที่จอดรถ": true, "Car  park": true, "ชั้น-2": true, strings.Repeat("ก", LongestTag): true,
		"": false, strings.Repeat("ก", LongestTag+1): false, "<b>": false, "100%": false, "0812345678": false, "๐๘๑๒๓๔๕๖๗๘": false, "a@example.org": false, "\xff": false,
	} {
		if got := checkTag(Tag(s)) == nil; got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}
