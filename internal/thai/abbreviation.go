package thai

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Abbreviation is a short form that offices and people write, with its dots,
// and the one or more things it stands for.
type Abbreviation struct {
	Short string
	Long  []string
}

// Abbreviations returns the abbreviations of public life, by their short
// forms in byte order.
func Abbreviations() []Abbreviation {
	return slices.Clone(abbreviations().all)
}

// Expand returns what s may also be written as: the long forms of an
// abbreviation, with or without its dots, or the short forms of a name. The
// order is that of the table; it returns nil for anything else. It compares
// after Normalize.
func Expand(s string) []string {
	return slices.Clone(abbreviations().other[Normalize(s)])
}

type abbreviationTable struct {
	all   []Abbreviation
	other map[string][]string
}

var abbreviations = sync.OnceValue(func() *abbreviationTable {
	t := &abbreviationTable{other: map[string][]string{}}
	for _, row := range rules().Abbreviations {
		short, long := row[0], row[1:]
		t.all = append(t.all, Abbreviation{Short: short, Long: long})
		bare := undot(short)
		for _, name := range long {
			t.add(short, name)
			t.add(bare, name)
			t.add(name, short)
		}
	}
	return t
})

var dots = strings.NewReplacer(".", "", "ฯ", "")

func undot(short string) string {
	return dots.Replace(short)
}

// words returns the forms under which a lexicon should know a: with its
// dots, and without unless so short that it would turn up inside of words.
func (a Abbreviation) words() []string {
	bare := undot(a.Short)
	if utf8.RuneCountInString(bare) < 3 {
		return []string{a.Short}
	}
	if strings.HasSuffix(a.Short, ".") {
		return []string{a.Short, bare}
	}
	return []string{bare}
}

// add notes, once, that from may be written as to.
func (t *abbreviationTable) add(from, to string) {
	from = Normalize(from)
	if !slices.Contains(t.other[from], to) {
		t.other[from] = append(t.other[from], to)
	}
}
