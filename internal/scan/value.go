package scan

import (
	"strconv"
	"strings"
	"unicode"
)

// Limits of a value that Value passes over.
const (
	MaxDepth   = 32     // objects and lists within each other
	MaxMembers = 10_000 // of one object
)

// Value passes over a value of any form and returns its bytes, which are those of
// src. All in it was held to the rules: no member of an object stands twice, not
// even in other letters, no text has a NUL or half a character, and every number
// has a value.
func (s *Scanner) Value() ([]byte, error) {
	s.Peek()
	begin := s.at
	if err := s.value(0); err != nil {
		return nil, err
	}
	return s.src[begin:s.at], nil
}

func (s *Scanner) value(depth int) error {
	if depth > MaxDepth {
		return s.wrong
	}
	switch c := s.Peek(); {
	case c == '{':
		var names names
		return s.Object(MaxMembers, func(name string) error {
			if strings.ContainsRune(name, 0) || !names.add(folded(name)) {
				return s.wrong
			}
			return s.value(depth + 1)
		})
	case c == '[':
		return s.List(func() error { return s.value(depth + 1) })
	case c == '"':
		text, err := s.Text()
		if err == nil && strings.ContainsRune(text, 0) {
			err = s.wrong
		}
		return err
	case c == '-', digit(c):
		return s.float()
	}
	if s.word("null") || s.word("true") || s.word("false") {
		return nil
	}
	return s.wrong
}

// folded is a name by which readers that do not tell small letters from capitals
// know it.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, name)
}

// word passes over a word that comes next.
func (s *Scanner) word(w string) bool {
	if s.at+len(w) > len(s.src) || string(s.src[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

// float passes over a number.
func (s *Scanner) float() error {
	begin := s.at
	s.word("-")
	zero := s.at < len(s.src) && s.src[s.at] == '0'
	if n := s.digits(); n == 0 || zero && n > 1 {
		return s.wrong
	}
	if s.word(".") && s.digits() == 0 {
		return s.wrong
	}
	if s.word("e") || s.word("E") {
		if !s.word("-") {
			s.word("+")
		}
		if s.digits() == 0 {
			return s.wrong
		}
	}
	if _, err := strconv.ParseFloat(string(s.src[begin:s.at]), 64); err != nil {
		return s.wrong
	}
	return nil
}

// digits passes over digits and returns how many there were.
func (s *Scanner) digits() int {
	begin := s.at
	for s.at < len(s.src) && digit(s.src[s.at]) {
		s.at++
	}
	return s.at - begin
}
