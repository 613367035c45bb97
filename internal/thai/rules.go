package thai

import (
	"encoding/json"
	"sync"
	"unicode/utf8"
)

// table is rules.json. Sets are named lists of characters and ranges, as in
// "ก-ฮ"; wherever a set is asked for, its name or such a list will do.
type table struct {
	Sets    map[string]string `json:"sets"`
	Normal  []step            `json:"normal"`
	Cluster struct {
		Short map[string]string `json:"short"`
		Next  string            `json:"next"`
		Forms []string          `json:"forms"`
	} `json:"cluster"`
	Fold struct {
		Steps   []step    `json:"steps"`
		Initial [2]string `json:"initial"`
		Final   [2]string `json:"final"`
	} `json:"fold"`
	Keyboard struct {
		Latin string `json:"latin"`
		Thai  string `json:"thai"`
	} `json:"keyboard"`
	Abbreviations [][]string `json:"abbreviations"`
}

// step is one change of text. Exactly one of its kinds is present:
//
//	compose  Unicode normalisation form C
//	delete   drop every character of the set
//	map      characters of one list become those of the other, one by one,
//	         or all become the one character of the other
//	squeeze  several of this character become one, none stays at the ends
//	order    in each run of two sets, first all of the one, then all of the other
//	last     of several neighbours of the set the last stays
//	once     of equal neighbours of the set one stays
//	find     neighbours of these sets (+ one or more, * any number, ? at most
//	         one) become put, where $1 is what the first of them found;
//	         notAfter, afterOrStart and before say what must stand around
type step struct {
	Compose      string    `json:"compose"`
	Delete       string    `json:"delete"`
	Map          [2]string `json:"map"`
	Squeeze      string    `json:"squeeze"`
	Order        [2]string `json:"order"`
	Last         string    `json:"last"`
	Once         string    `json:"once"`
	Find         []string  `json:"find"`
	Put          string    `json:"put"`
	NotAfter     string    `json:"notAfter"`
	AfterOrStart string    `json:"afterOrStart"`
	Before       []string  `json:"before"`
}

// rules parses the table at first use. The table is part of the program, so
// a fault in it is a fault of the program.
var rules = sync.OnceValue(func() *table {
	t := new(table)
	if err := json.Unmarshal(rulesJSON, t); err != nil {
		panic("thai: rules.json: " + err.Error())
	}
	return t
})

// charset is a set of characters: a bitmap for the Thai block, ranges for
// the rest.
type charset struct {
	thai   [2]uint64
	ranges [][2]rune
}

// set returns the set of that name, or the one that the list spells out.
func (t *table) set(name string) charset {
	list, ok := t.Sets[name]
	if !ok {
		list = name
	}
	var c charset
	for _, r := range spans(list) {
		c.add(r)
	}
	return c
}

func (c *charset) add(span [2]rune) {
	for r := span[0]; r <= span[1]; r++ {
		if n := uint32(r - thaiBlock); n < thaiSize {
			c.thai[n/64] |= 1 << (n % 64)
		}
	}
	c.ranges = append(c.ranges, span)
}

func (c *charset) has(r rune) bool {
	if n := uint32(r - thaiBlock); n < thaiSize {
		return c.thai[n/64]>>(n%64)&1 == 1
	}
	for _, span := range c.ranges {
		if span[0] <= r && r <= span[1] {
			return true
		}
	}
	return false
}

// spans reads a list such as "ก-ฮa" as ranges. A hyphen at either end of the
// list stands for itself.
func spans(list string) [][2]rune {
	var out [][2]rune
	chars := []rune(list)
	for i := 0; i < len(chars); i++ {
		span := [2]rune{chars[i], chars[i]}
		if i+2 < len(chars) && chars[i+1] == '-' {
			span[1] = chars[i+2]
			i += 2
		}
		out = append(out, span)
	}
	return out
}

// chars writes a list such as "a-c" out as its characters.
func chars(list string) []rune {
	var out []rune
	for _, span := range spans(list) {
		for r := span[0]; r <= span[1]; r++ {
			out = append(out, r)
		}
	}
	return out
}

// The Thai block of Unicode, U+0E00 to U+0E7F. In UTF-8 its characters are
// three bytes that begin E0 B8 or E0 B9.
const (
	thaiBlock = 0x0E00
	thaiSize  = 128
)

// thaiAt returns the place in the Thai block of the character at s[i], or -1
// when another character stands there.
func thaiAt(s string, i int) int {
	if i+2 < len(s) && s[i] == 0xE0 && s[i+1]&^1 == 0xB8 && s[i+2]&0xC0 == 0x80 {
		return int(s[i+1]&1)<<6 | int(s[i+2]&0x3F)
	}
	return -1
}

// runeSize returns the length in bytes of the character at the start of s.
func runeSize(s string) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, size := utf8.DecodeRuneInString(s)
	return size
}
