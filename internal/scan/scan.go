// Package scan reads JSON of which the form is known, and refuses all else: members
// that stand twice, characters that are none, numbers with fractions, what goes
// on after the end. The standard library takes the last of two members of a name,
// whichever case it is written in; two readers may then understand one message
// differently.
//
// The package knows no message: who reads says what may come next.
package scan

import (
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// Scanner reads one text, from its beginning to its end.
type Scanner struct {
	src   []byte
	at    int
	wrong error
}

// New returns a scanner of src. All that is not JSON of the form that is asked for
// gives the error wrong.
func New(src []byte, wrong error) *Scanner { return &Scanner{src: src, wrong: wrong} }

// Peek passes over spaces and returns the next byte; 0 at the end.
func (s *Scanner) Peek() byte {
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

// Take passes over one byte that has to come next, after spaces.
func (s *Scanner) Take(c byte) error {
	if s.Peek() != c {
		return s.wrong
	}
	s.at++
	return nil
}

// End makes sure that nothing follows.
func (s *Scanner) End() error {
	if s.Peek() != 0 || s.at < len(s.src) {
		return s.wrong
	}
	return nil
}

// Object calls member for each member, whose value it has to read. At most so
// many may be there.
func (s *Scanner) Object(most int, member func(name string) error) error {
	if err := s.Take('{'); err != nil {
		return err
	}
	var names names
	for first := true; ; first = false {
		if s.Peek() == '}' {
			s.at++
			if !first && s.comma() {
				return s.wrong
			}
			return nil
		}
		if !first {
			if err := s.Take(','); err != nil {
				return err
			}
		}
		name, err := s.Text()
		if err != nil {
			return err
		}
		if len(names.list) == most || !names.add(name) {
			return s.wrong
		}
		if err := s.Take(':'); err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
}

// names are those of one object's members.
type names struct {
	list []string
	set  map[string]bool // of the list, once it is long
}

// fewNames is up to how many a list is looked through.
const fewNames = 16

// add reports whether the name was not there yet.
func (n *names) add(name string) bool {
	switch {
	case n.set != nil:
		if n.set[name] {
			return false
		}
		n.set[name] = true
	case slices.Contains(n.list, name):
		return false
	case len(n.list) == fewNames:
		n.set = map[string]bool{name: true}
		for _, old := range n.list {
			n.set[old] = true
		}
	}
	n.list = append(n.list, name)
	return true
}

// comma reports whether the byte before the closing one that was just read was a
// comma, which JSON does not allow.
func (s *Scanner) comma() bool {
	for i := s.at - 2; i >= 0; i-- {
		switch s.src[i] {
		case ' ', '\t', '\n', '\r':
		default:
			return s.src[i] == ','
		}
	}
	return false
}

// List calls item for each value of an array, which it has to read.
func (s *Scanner) List(item func() error) error {
	if err := s.Take('['); err != nil {
		return err
	}
	for first := true; ; first = false {
		if s.Peek() == ']' {
			s.at++
			if !first && s.comma() {
				return s.wrong
			}
			return nil
		}
		if !first {
			if err := s.Take(','); err != nil {
				return err
			}
		}
		if err := item(); err != nil {
			return err
		}
	}
}

// Text reads a string.
func (s *Scanner) Text() (string, error) {
	if err := s.Take('"'); err != nil {
		return "", err
	}
	begin := s.at
	for s.at < len(s.src) {
		switch c := s.src[s.at]; {
		case c == '"':
			out := s.src[begin:s.at]
			s.at++
			if !utf8.Valid(out) {
				return "", s.wrong
			}
			return string(out), nil
		case c == '\\':
			return s.escaped(begin)
		case c < ' ':
			return "", s.wrong
		}
		s.at++
	}
	return "", s.wrong
}

// escapes are the characters behind a backslash, but for u.
var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escaped goes on reading a string that begins at begin, with a backslash next.
func (s *Scanner) escaped(begin int) (string, error) {
	out := slices.Clone(s.src[begin:s.at])
	for s.at < len(s.src) {
		c := s.src[s.at]
		s.at++
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				return "", s.wrong
			}
			return string(out), nil
		case c < ' ':
			return "", s.wrong
		case c != '\\':
			out = append(out, c)
			continue
		case s.at == len(s.src):
			return "", s.wrong
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
			return "", s.wrong
		}
		out = utf8.AppendRune(out, r)
	}
	return "", s.wrong
}

// pair reads the second half of a character in two units.
func (s *Scanner) pair(first rune) (rune, bool) {
	if s.at+2 > len(s.src) || s.src[s.at] != '\\' {
		return 0, false
	}
	s.at += 2
	second, ok := s.unit(s.src[s.at-1])
	r := utf16.DecodeRune(first, second)
	return r, ok && r != utf8.RuneError
}

// unit reads four hexadecimal digits behind u.
func (s *Scanner) unit(u byte) (r rune, ok bool) {
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

// Number reads a whole number of at most so many digits, 18 being the most that
// fit.
func (s *Scanner) Number(digits int) (int64, error) {
	s.Peek()
	negative := s.at < len(s.src) && s.src[s.at] == '-'
	if negative {
		s.at++
	}
	begin, n := s.at, int64(0)
	for s.at < len(s.src) && digit(s.src[s.at]) && s.at-begin <= digits {
		n = n*10 + int64(s.src[s.at]-'0')
		s.at++
	}
	read := s.at - begin
	if read == 0 || read > digits || read > 1 && s.src[begin] == '0' {
		return 0, s.wrong
	}
	if s.at < len(s.src) {
		switch s.src[s.at] {
		case '.', 'e', 'E':
			return 0, s.wrong
		}
	}
	if negative {
		n = -n
	}
	return n, nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// Null passes over the word null, if it comes next.
func (s *Scanner) Null() bool {
	s.Peek()
	if s.at+4 <= len(s.src) && string(s.src[s.at:s.at+4]) == "null" {
		s.at += 4
		return true
	}
	return false
}

// Span passes over an object, and returns its bytes. What is in it is looked at
// no more than that its brackets and strings end.
func (s *Scanner) Span() ([]byte, error) {
	if s.Peek() != '{' {
		return nil, s.wrong
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
	return nil, s.wrong
}
