package survey

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"unicode/utf8"
)

// vectors reads what the browser's module is tested with, too.
func vectors[T any](t *testing.T, name string) (list []T) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil || len(list) == 0 {
		t.Fatalf("%s: %d vectors, %v", name, len(list), err)
	}
	return list
}

func TestWhatMayTellOfAPersonIsMasked(t *testing.T) {
	type vector struct {
		Name, In, Out string
		Kinds         []string
	}
	for _, v := range vectors[vector](t, "mask.json") {
		t.Run(v.Name, func(t *testing.T) {
			got, kinds := Mask(v.In)
			if got != v.Out || !slices.Equal(kinds, v.Kinds) {
				t.Errorf("got %q %v, want %q %v", got, kinds, v.Out, v.Kinds)
			}
		})
	}
}

func FuzzMask(f *testing.F) {
	f.Add("โทร 081-234-5678 หรือ a@b.co เลข ๑-๒๓๔๕-๖๗๘๙๐-๑๒-๑")
	f.Add("+66(0)812345678 +1 234 567 8901 00000000000000000000")
	f.Add("0@0.AA00000000")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		once, _ := Mask(s)
		if utf8.RuneCountInString(once) > utf8.RuneCountInString(s) {
			t.Errorf("%q became longer: %q", s, once)
		}
		if twice, kinds := Mask(once); twice != once {
			t.Errorf("%q masked again is %q (%v)", once, twice, kinds)
		}
	})
}
