package survey

import (
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads JSON of which the form is known, and refuses all else: members
// that stand twice, characters that are none, numbers with fractions, what goes
// on after the end. The standard library takes the last of two members of a name,
// whichever case it is written in; two readers may then understand one message
// differently.
type scanner struct {
	src []byte
	at  int
}

var badJSON = because(BadJSON, "", "ข้อความที่ส่งมาไม่ใช่ JSON ตามแบบ", "What was sent is not JSON of the form that is asked for.")

// space passes over spaces and returns the next byte; 0 at the end.
func (s *scanner) space() byte {
	for s.at < len(s.src) {
		switch c := s.src[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// take passes over one byte that has to come next, after spaces.
func (s *scanner) take(c byte) error {
	if s.space() != c {
		return badJSON
	}
	s.at++
	return nil
}

// end makes sure that nothing follows.
func (s *scanner) end() error {
	if s.space() != 0 || s.at < len(s.src) {
		return badJSON
	}
	return nil
}

// object calls member for each member, whose value it has to read. At most so
// many may be there.
func (s *scanner) object(most int, member func(name string) error) error {
	if err := s.take('{'); err != nil {
		return err
	}
	var names []string
	for first := true; ; first = false {
		if s.space() == '}' {
			s.at++
			if !first && s.comma() {
				return badJSON
			}
			return nil
		}
		if !first {
			if err := s.take(','); err != nil {
				return err
			}
		}
		name, err := s.text()
		if err != nil {
			return err
		}
		if len(names) == most || slices.Contains(names, name) {
			return badJSON
		}
		names = append(names, name)
		if err := s.take(':'); err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
}

// comma reports whether the byte before the closing one that was just read was a
// comma, which JSON does not allow.
func (s *scanner) comma() bool {
	for i := s.at - 2; i >= 0; i-- {
		switch s.src[i] {
		case ' ', '\t', '\n', '\r':
		default:
			return s.src[i] == ','
		}
	}
	return false
}

// list calls item for each value of an array, which it has to read.
func (s *scanner) list(item func() error) error {
	if err := s.take('['); err != nil {
		return err
	}
	for first := true; ; first = false {
		if s.space() == ']' {
			s.at++
			if !first && s.comma() {
				return badJSON
			}
			return nil
		}
		if !first {
			if err := s.take(','); err != nil {
				return err
			}
		}
		if err := item(); err != nil {
			return err
		}
	}
}

// text reads a string.
func (s *scanner) text() (string, error) {
	if err := s.take('"'); err != nil {
		return "", err
	}
	begin := s.at
	for s.at < len(s.src) {
		switch c := s.src[s.at]; {
		case c == '"':
			out := s.src[begin:s.at]
			s.at++
			if !utf8.Valid(out) {
				return "", badJSON
			}
			return string(out), nil
		case c == '\\':
			return s.escaped(begin)
		case c < ' ':
			return "", badJSON
		}
		s.at++
	}
	return "", badJSON
}

// escapes are the characters behind a backslash, but for u.
var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped goes on reading a string that begins at begin, with a backslash next.
func (s *scanner) escaped(begin int) (string, error) {
	out := slices.Clone(s.src[begin:s.at])
	for s.at < len(s.src) {
		c := s.src[s.at]
		s.at++
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				return "", badJSON
			}
			return string(out), nil
		case c < ' ':
			return "", badJSON
		case c != '\\':
			out = append(out, c)
			continue
		case s.at == len(s.src):
			return "", badJSON
		}
		c = s.src[s.at]
		s.at++
		if plain, ok := escapes[c]; ok {
			out = append(out, plain)
			continue
		}
		r, ok := s.unit(c)
		if ok && utf16.IsSurrogate(r) {
			r, ok = s.pair(r)
		}
		if !ok {
			return "", badJSON
		}
		out = utf8.AppendRune(out, r)
	}
	return "", badJSON
}

// pair reads the second half of a character in two units.
func (s *scanner) pair(first rune) (rune, bool) {
	if s.at+2 > len(s.src) || s.src[s.at] != '\\' {
		return 0, false
	}
	s.at += 2
	second, ok := s.unit(s.src[s.at-1])
	r := utf16.DecodeRune(first, second)
	return r, ok && r != utf8.RuneError
}

// unit reads four hexadecimal digits behind u.
func (s *scanner) unit(u byte) (r rune, ok bool) {
	if u != 'u' || s.at+4 > len(s.src) {
		return 0, false
	}
	for range 4 {
		c := s.src[s.at]
		s.at++
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// number reads a whole number of at most nine digits.
func (s *scanner) number() (int, error) {
	s.space()
	begin, n, sign := s.at, 0, 1
	if s.at < len(s.src) && s.src[s.at] == '-' {
		s.at++
		begin, sign = s.at, -1
	}
	for s.at < len(s.src) && s.src[s.at] >= '0' && s.src[s.at] <= '9' && s.at-begin < 10 {
		n = n*10 + int(s.src[s.at]-'0')
		s.at++
	}
	digits := s.at - begin
	if digits == 0 || digits > 9 || digits > 1 && s.src[begin] == '0' {
		return 0, badJSON
	}
	if s.at < len(s.src) {
		switch s.src[s.at] {
		case '.', 'e', 'E':
			return 0, badJSON
		}
	}
	return sign * n, nil
}

// null passes over the word null, if it comes next.
func (s *scanner) null() bool {
	s.space()
	if s.at+4 <= len(s.src) && string(s.src[s.at:s.at+4]) == "null" {
		s.at += 4
		return true
	}
	return false
}

// span passes over an object, and returns its bytes. What is in it is looked at
// no more than that its brackets and strings end.
func (s *scanner) span() ([]byte, error) {
	if s.space() != '{' {
		return nil, badJSON
	}
	begin, open, quoted := s.at, 0, false
	for ; s.at < len(s.src); s.at++ {
		switch c := s.src[s.at]; {
		case quoted && c == '\\':
			s.at++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			open++
		case c == '}' || c == ']':
			if open--; open == 0 {
				s.at++
				return s.src[begin:s.at], nil
			}
		}
	}
	return nil, badJSON
}
