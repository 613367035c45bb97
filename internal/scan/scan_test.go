package scan

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

var errWrong = errors.New("wrong")

func TestAValueIsHeldToTheRules(t *testing.T) {
	for _, c := range []struct {
		name, src string
		ok        bool
	}{
		{"all kinds", `{"a":[1,-0.5e-3,"ก",null,true,false],"b":{}}`, true},
		{"spaces anywhere", " { \"a\" : [ 1 , 2 ] } \n", true},
		{"as deep as it may be", strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), true},
		{"one of two levels too deep", strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2), false},
		{"very deep", strings.Repeat(`{"a":`, 1e5), false},
		{"a member twice", `{"a":1,"a":1}`, false},
		{"a member twice, deep inside", `{"x":[{"a":1,"b":2,"a":1}]}`, false},
		{"a member twice in other letters", `{"name":1,"Name":2}`, false},
		{"a member twice in letters that Go folds", `{"mask":1,"maſK":2}`, false},
		{"a member twice, written otherwise", `{"a":1,"\u0061":2}`, false},
		{"a member twice behind many", `{` + many(40) + `,"m3":1}`, false},
		{"many members", `{` + many(4000) + `}`, true},
		{"too many members", `{` + many(MaxMembers+1) + `}`, false},
		{"a number that is infinite", `1e400`, false},
		{"a number that is none", `NaN`, false},
		{"a number with zeros before it", `[01]`, false},
		{"a number with a point at its end", `[1.]`, false},
		{"a minus alone", `[-]`, false},
		{"a NUL", `["\u0000"]`, false},
		{"a NUL in a name", `{"\u0000":1}`, false},
		{"half a character", `["\ud83d"]`, false},
		{"bytes that are no text", "[\"\xff\"]", false},
		{"a comma too many", `[1,]`, false},
		{"a word that is not one", `[nul]`, false},
		{"nothing", ``, false},
		{"more after the end", `{}{}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New([]byte(c.src), errWrong)
			got, err := s.Value()
			if err == nil {
				err = s.End()
			}
			if c.ok != (err == nil) || err != nil && !errors.Is(err, errWrong) {
				t.Fatalf("got %v", err)
			}
			if c.ok && string(got) != strings.TrimSpace(c.src) {
				t.Errorf("got the bytes %q", got)
			}
		})
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"m`)
		b.WriteString(strings.Repeat("x", i%7))
		b.WriteString(string(rune('0'+i%10)) + string(rune(0xe01+i/10%40)) + string(rune(0x4e00+i)))
		b.WriteString(`":1`)
	}
	return strings.Replace(b.String(), `"`+"mxxx3ก"+string(rune(0x4e03))+`"`, `"m3"`, 1)
}

func TestWholeNumbers(t *testing.T) {
	for src, want := range map[string]int64{"0": 0, "-7": -7, " 12": 12, "123456789": 123456789} {
		if got, err := New([]byte(src), errWrong).Number(9); got != want || err != nil {
			t.Errorf("%q: got %d, %v", src, got, err)
		}
	}
	for _, src := range []string{"", "-", "01", "1234567890", "1.5", "1e3", "x", strings.Repeat("9", 100)} {
		if got, err := New([]byte(src), errWrong).Number(9); err == nil {
			t.Errorf("%q: got %d", src, got)
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, src := range []string{`{"a":[1,-0.5e-3,"\u0e01\n",null,true]}`, `{"a":1,"A":2}`, `1e400`, `[[[]]]`} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s := New(src, errWrong)
		if _, err := s.Value(); err != nil || s.End() != nil {
			return
		}
		var v any
		if err := json.Unmarshal(src, &v); err != nil {
			t.Errorf("%q: the standard library refuses it: %v", src, err)
		}
	})
}
