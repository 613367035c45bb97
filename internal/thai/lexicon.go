package thai

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Lexicon is a set of words to cut text into. It does not change.
type Lexicon struct {
	words *trie
}

//go:embed words.txt
var wordList string

//go:embed stopwords.txt
var stopWordList string

// DefaultLexicon returns the lexicon of the words that public services use,
// and the common words of the language; both written for this project.
var DefaultLexicon = sync.OnceValue(func() *Lexicon {
	return NewLexicon(DefaultWords())
})

// DefaultWords returns the words of DefaultLexicon, to build another on:
// with the names of a site's agencies and places, say. Abbreviations are
// among them.
func DefaultWords() []string {
	words := append(lines(wordList), lines(stopWordList)...)
	for _, a := range abbreviations().all {
		words = append(words, a.words()...)
	}
	return words
}

// StopWords returns words so common that they say nothing of what a text is
// about, in byte order.
func StopWords() []string {
	return slices.Clone(stopWords())
}

var stopWords = sync.OnceValue(func() []string { return lines(stopWordList) })

// NewLexicon returns the lexicon of these words, each normalised first.
func NewLexicon(words []string) *Lexicon {
	normal := make([]string, 0, len(words))
	for _, w := range words {
		if w = Normalize(w); w != "" {
			normal = append(normal, w)
		}
	}
	return &Lexicon{words: newTrie(normal)}
}

// Has tells whether the lexicon holds the word, after Normalize.
func (l *Lexicon) Has(word string) bool {
	return l.words.has(Normalize(word))
}

// Words cuts s, normalised, into words. Thai is cut between clusters, so
// that as few characters as possible are in no word of the lexicon, then so
// that there are few words, then so that they are of unlike length;
// neighbouring clusters in no word are one word together. An abbreviation of
// the lexicon comes without its dots (พ.ร.บ. as พรบ). Latin letters give
// lower-case words, digits numbers ("1,250.50"); everything else separates.
// It takes time linear in the length of s.
func (l *Lexicon) Words(s string) []string {
	return l.AppendWords(nil, s)
}

// AppendWords appends the words of s, as Words cuts it, to dst.
func (l *Lexicon) AppendWords(dst []string, s string) []string {
	s = Normalize(s)
	c := cutters.Get().(*cutter)
	defer cutters.Put(c)
	for s != "" {
		var n int
		switch r, size := utf8.DecodeRuneInString(s); {
		case script().has(r):
			n = thaiRun(s)
			dst = c.cut(dst, l.words, s[:n])
		case '0' <= r && r <= '9':
			n = number(s)
			dst = append(dst, s[:n])
		case letters().has(r):
			n = word(s)
			dst = append(dst, s[:n])
		default:
			n = size
		}
		s = s[n:]
	}
	return dst
}

// thaiRun returns the length of the Thai at the start of s, dots between its
// letters included: they may belong to an abbreviation.
func thaiRun(s string) int {
	for i, r := range s {
		if !script().has(r) && r != '.' {
			return i
		}
	}
	return len(s)
}

// number returns the length of the digits at the start of s; a comma or dot
// between two digits belongs to them.
func number(s string) int {
	digit := func(i int) bool { return i < len(s) && '0' <= s[i] && s[i] <= '9' }
	n := 1
	for digit(n) || n < len(s) && (s[n] == '.' || s[n] == ',') && digit(n+1) {
		n++
	}
	return n
}

// word returns the length of the letters and digits at the start of s.
func word(s string) int {
	for i, r := range s {
		if !letters().has(r) && (r < '0' || r > '9') {
			return i
		}
	}
	return len(s)
}

// script is what Thai is written with: letters, marks and ฯ.
var script = sync.OnceValue(func() *charset {
	c := rules().set("script")
	return &c
})

var letters = sync.OnceValue(func() *charset {
	c := rules().set("letter")
	return &c
})

// cutter finds the best way through one run of Thai by dynamic programming
// from its end: best[i] is the best way from the place i on.
type cutter struct {
	best []way
}

var cutters = sync.Pool{New: func() any { return new(cutter) }}

// way is a way of cutting, and what it costs. The word that begins it is
// length bytes long; 0 where no cluster begins.
type way struct {
	length  int32
	known   bool
	unknown int32 // characters in no word
	words   int32
	squares int64 // of the lengths of words
}

func (w way) better(than way) bool {
	if w.unknown != than.unknown {
		return w.unknown < than.unknown
	}
	if w.words != than.words {
		return w.words < than.words
	}
	return w.squares > than.squares
}

func (c *cutter) cut(dst []string, words *trie, s string) []string {
	c.clusters(s)
	for i := len(s) - 1; i >= 0; i-- {
		if c.best[i].length > 0 {
			c.best[i] = c.from(words, s, i)
		}
	}
	for i := 0; i < len(s); {
		end := i + int(c.best[i].length)
		if c.best[i].known {
			dst = append(dst, strings.ReplaceAll(s[i:end], ".", ""))
		} else if s[i] != '.' {
			end = c.unknownEnd(s, end)
			if w := strings.Trim(s[i:end], "ฯ"); strings.ContainsFunc(w, consonants().has) {
				dst = append(dst, w)
			}
		}
		i = end
	}
	return dst
}

// unknownEnd returns where the clusters end that are in no word, from the
// place i on.
func (c *cutter) unknownEnd(s string, i int) int {
	for i < len(s) && !c.best[i].known && s[i] != '.' {
		i += int(c.best[i].length)
	}
	return i
}

// clusters makes room for the ways of s and writes the length of each
// cluster at its beginning.
func (c *cutter) clusters(s string) {
	c.best = append(c.best[:0], make([]way, len(s)+1)...)
	for i := 0; i < len(s); {
		n := JoinedEnd(s[i:])
		c.best[i].length = int32(n)
		i += n
	}
}

// from returns the best way from place i on, once those of all later places
// are known.
func (c *cutter) from(words *trie, s string, i int) way {
	n := int(c.best[i].length)
	best := c.best[i+n].after(n, utf8.RuneCountInString(s[i:i+n]), false)
	at, runes := int32(0), 0
	for j := i; j < len(s); {
		if at = words.step(at, s[j]); at == 0 {
			break
		}
		if utf8.RuneStart(s[j]) {
			runes++
		}
		j++
		if words.nodes[at].word && (j == len(s) || c.best[j].length > 0) {
			if w := c.best[j].after(j-i, runes, true); w.better(best) {
				best = w
			}
		}
	}
	return best
}

// after returns the way that w becomes with one more word before it.
func (w way) after(length, runes int, known bool) way {
	w.length, w.known = int32(length), known
	w.words++
	if known {
		w.squares += int64(runes) * int64(runes)
	} else {
		w.unknown += int32(runes)
	}
	return w
}
