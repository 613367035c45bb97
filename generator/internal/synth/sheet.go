package synth

import (
	"strconv"
	"strings"
)

// sheet appends the text of content files. It knows as much of YAML as they
// use: block mappings and lists, and mappings in one line.
type sheet struct {
	b []byte
}

// raw appends text as it stands.
func (s *sheet) raw(parts ...string) {
	for _, p := range parts {
		s.b = append(s.b, p...)
	}
}

func (s *sheet) int(n int) { s.b = strconv.AppendInt(s.b, int64(n), 10) }

// str appends a scalar, quoted where YAML would read it as something else.
func (s *sheet) str(v string) {
	if plain(v) {
		s.b = append(s.b, v...)
		return
	}
	s.b = append(s.b, '"')
	for i := range len(v) {
		if v[i] == '"' || v[i] == '\\' {
			s.b = append(s.b, '\\')
		}
		s.b = append(s.b, v[i])
	}
	s.b = append(s.b, '"')
}

// text appends a text: a plain string, or {th: …, en: …} where there is
// English.
func (s *sheet) text(th, en string) {
	if en == "" {
		s.str(th)
		return
	}
	s.raw("{th: ")
	s.str(th)
	s.raw(", en: ")
	s.str(en)
	s.raw("}")
}

// line appends an indented "key: value".
func (s *sheet) line(key, value string) {
	s.raw(key, ": ")
	s.str(value)
	s.raw("\n")
}

// texts appends "key: text".
func (s *sheet) texts(key, th, en string) {
	s.raw(key, ": ")
	s.text(th, en)
	s.raw("\n")
}

// list appends "key: [a, b]", or nothing when there is nothing.
func (s *sheet) list(key string, items []string) {
	if len(items) == 0 {
		return
	}
	s.raw(key, ": [")
	for i, item := range items {
		if i > 0 {
			s.raw(", ")
		}
		s.str(item)
	}
	s.raw("]\n")
}

// digits appends n with zeros before it.
func (s *sheet) digits(n, width int) {
	for at := 1; width > 1; width-- {
		at *= 10
		if n < at {
			s.b = append(s.b, '0')
		}
	}
	s.int(n)
}

// date appends a day of a year, the same for the same dice; days 29 to 31 do
// not occur.
func (s *sheet) date(d *dice, year, fromMonth, toMonth int) {
	s.day(year, d.between(fromMonth, toMonth), d.between(1, 28))
}

func (s *sheet) day(year, month, day int) {
	s.int(year)
	s.b = append(s.b, '-', byte('0'+month/10), byte('0'+month%10), '-', byte('0'+day/10), byte('0'+day%10))
}

// schema appends the line that names the file's schema, for a file that many
// folders deep.
func (s *sheet) schema(depth int, kind string) {
	s.raw("# yaml-language-server: $schema=")
	for range depth {
		s.raw("../")
	}
	s.raw(".schemas/", kind, ".schema.json\n")
}

// special are the bytes that keep a scalar from standing unquoted in a line.
var special = func() (set [256]bool) {
	for _, c := range []byte(":#,[]{}&*!|>'\"%@`\\\n") {
		set[c] = true
	}
	return
}()

// plain reports whether a scalar may stand unquoted: it has no special bytes,
// begins with a letter or a slash, and is no word of YAML's.
func plain(v string) bool {
	if v == "" || v[0] <= '9' && v[0] != '/' || strings.HasSuffix(v, " ") {
		return false
	}
	for i := range len(v) {
		if special[v[i]] && !(v[i] == ':' && strings.HasPrefix(v[i:], "://")) {
			return false
		}
	}
	switch v {
	case "none", "true", "false", "null", "yes", "no", "on", "off":
		return false
	}
	return true
}
