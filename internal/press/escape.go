package press

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"math/bits"
	"reflect"
	"strings"
	"sync"
)

// appendRaw appends a text as it is.
func appendRaw(dst []byte, s string) []byte { return append(dst, s...) }

// marks are the bytes that mean something in HTML, as html/template writes them.
var marks = [64]string{0: "\uFFFD", '"': "&#34;", '&': "&amp;", '\'': "&#39;", '+': "&#43;", '<': "&lt;", '>': "&gt;"}

// isMark has the bits of the marks set.
const isMark = 1<<0 | 1<<'"' | 1<<'&' | 1<<'\'' | 1<<'+' | 1<<'<' | 1<<'>'

// appendHTML appends a text so that it stands in HTML or in a quoted attribute.
func appendHTML(dst []byte, s string) []byte {
	done, i := 0, 0
	// Eight bytes at once: all marks are below 64, where letters, Thai ones
	// above all, are not.
	for ; i+8 <= len(s); i += 8 {
		x := word(s, i)
		for low := below64(x); low != 0; low &= low - 1 {
			at := bits.TrailingZeros64(low) / 8
			if c := byte(x >> (at * 8)); isMark>>c&1 != 0 {
				dst = append(append(dst, s[done:i+at]...), marks[c]...)
				done = i + at + 1
			}
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < 64 && isMark>>c&1 != 0 {
			dst = append(append(dst, s[done:i]...), marks[c]...)
			done = i + 1
		}
	}
	return append(dst, s[done:]...)
}

// word is the eight bytes of a text from i on, the first in the lowest bits.
func word(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// below64 has a bit set in each byte of x that is less than 64.
func below64(x uint64) uint64 {
	const high = 0x8080808080808080
	return ^(x | x<<1) & high
}

// fate says what becomes of each byte in an address.
type fate [256]string

// encoded writes every byte as a percent code but those of kept.
func encoded(kept string) (f fate) {
	for c := range len(f) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && strings.IndexByte(kept, byte(c)) < 0 {
			f[c] = fmt.Sprintf("%%%02x", c)
		}
	}
	return f
}

var (
	part  = encoded("-._~")
	whole = encoded("-._~!#$&*+,/:;=?@[]%")
)

func init() {
	whole['&'], whole['+'] = marks['&'], marks['+']
}

// appendURLPart appends a text as a part of an address.
func appendURLPart(dst []byte, s string) []byte {
	for i := range len(s) {
		if code := part[s[i]]; code != "" {
			dst = append(dst, code...)
		} else {
			dst = append(dst, s[i])
		}
	}
	return dst
}

// appendURL appends an address so that it stands in a quoted attribute.
func appendURL(dst []byte, s string) []byte {
	done := 0
	for i := range len(s) {
		code := whole[s[i]]
		if s[i] == '%' && !(i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])) {
			code = part['%']
		}
		if code != "" {
			dst = append(append(dst, s[done:i]...), code...)
			done = i + 1
		}
	}
	return append(dst, s[done:]...)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// appendSafeURL appends an address whose scheme, if it has one, does no harm.
func appendSafeURL(dst []byte, s string) []byte {
	if !isSafe(s) {
		return append(dst, noURL...)
	}
	return appendURL(dst, s)
}

// appendSafeRest is appendSafeURL where other words stand before the address.
func appendSafeRest(dst []byte, s string) []byte {
	if !isSafe(s) {
		return append(dst, noURL...)
	}
	return appendHTML(dst, s)
}

// noURL stands in the place of an address that may do harm.
const noURL = "#ZgotmplZ"

func isSafe(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	return !ok || strings.Contains(scheme, "/") || strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "mailto")
}

var marshalerType = reflect.TypeFor[json.Marshaler]()

// script is what values are written to as JSON, kept for the next.
type script struct {
	text bytes.Buffer
	enc  *json.Encoder
}

var scripts = sync.Pool{New: func() any {
	s := &script{}
	s.enc = json.NewEncoder(&s.text)
	return s
}}

// appendJS appends a value as an expression of JavaScript, which is JSON.
func appendJS(dst []byte, x any) []byte {
	if x != nil {
		v := reflect.ValueOf(x)
		for v.Kind() == reflect.Pointer && !v.IsNil() && !v.Type().Implements(marshalerType) {
			v = v.Elem()
		}
		x = v.Interface()
	}
	switch t := x.(type) {
	case template.JS:
		return append(dst, t...)
	case template.JSStr:
		return append(append(append(dst, '"'), t...), '"')
	case json.Marshaler:
	case fmt.Stringer:
		x = t.String()
	}
	s := scripts.Get().(*script)
	defer scripts.Put(s)
	s.text.Reset()
	err := s.enc.Encode(x)
	text := bytes.TrimSuffix(s.text.Bytes(), []byte("\n"))
	if err != nil || len(text) == 0 || bytes.Contains(text, []byte("\u2028")) || bytes.Contains(text, []byte("\u2029")) {
		giveUp()
	}
	// What could run into a word beside it is kept apart.
	if isWord(text[0]) || isWord(text[len(text)-1]) {
		return append(append(append(dst, ' '), text...), ' ')
	}
	return append(dst, text...)
}

func isWord(c byte) bool {
	return c == '$' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

var escapers sync.Map // name → *template.Template

// escape applies one of html/template's escapers, whatever its name: a template
// that consists of it does.
func escape(name string, x any) string {
	t, ok := escapers.Load(name)
	if !ok {
		t, _ = escapers.LoadOrStore(name, applying(name))
	}
	var s strings.Builder
	if err := t.(*template.Template).Execute(&s, x); err != nil {
		giveUp()
	}
	return s.String()
}

// applying is a template that prints what an escaper makes of its dot. Of the
// function given here html/template keeps the name alone.
func applying(name string) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		escaperPrefix + name: func(any) (string, error) { return "", errors.New("there is no escaper " + name) },
		"asItIs":             func(s string) template.HTML { return template.HTML(s) },
	}).Parse("{{. | " + escaperPrefix + name + " | asItIs}}"))
}
