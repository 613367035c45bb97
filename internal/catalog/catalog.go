// Package catalog is the vocabulary of Khumue: agencies, points, processes,
// manuals, other services and the lists that classify them, with their
// identifiers and the rules of form that hold for each by itself.
//
// It knows nothing of files, of git or of pages. Struct tags carry what the
// readers and the documentation share: `yaml` the field's name in content
// files, `help` one sentence for the author, `rule` what is checked (required,
// max=N runes or items, min=N).
//
// Three states run through it (DOMAIN.md calls it the no-blanks rule): a value
// may be absent (not filled in yet), stated to be none, or given. Stated holds
// them apart.
package catalog

// Lang is a language of the site.
type Lang string

// The languages of the site. Thai is always there.
const (
	TH Lang = "th"
	EN Lang = "en"
)

// Values lists the words of the enumeration.
func (Lang) Values() []string { return []string{string(TH), string(EN)} }

// Text is what people read, in Thai and perhaps in English. In a content file
// it is a plain string (Thai) or {th: …, en: …}.
type Text struct {
	TH string `yaml:"th" help:"ภาษาไทย · in Thai"`
	EN string `yaml:"en" help:"ภาษาอังกฤษ · in English"`
}

// IsZero reports whether nothing is written.
func (t Text) IsZero() bool { return t == Text{} }

// In returns the text in lang, or in Thai where it has no other.
func (t Text) In(lang Lang) string {
	if lang == EN && t.EN != "" {
		return t.EN
	}
	return t.TH
}

// Has reports whether the text is written in lang.
func (t Text) Has(lang Lang) bool {
	if lang == EN {
		return t.EN != ""
	}
	return t.TH != ""
}

// State tells absent, none and given apart.
type State string

// The three states of a Stated value.
const (
	Absent State = ""      // not filled in: fine in a draft, refused at submission
	None   State = "none"  // the author states that there is none
	Given  State = "given" // see the value
)

// Stated is a value in three states. The zero Stated is absent. In a content
// file it is missing, the word none, or the value.
type Stated[T any] struct {
	State State
	Value T // meaningful when State is Given
}

// Some returns a given value.
func Some[T any](v T) Stated[T] { return Stated[T]{State: Given, Value: v} }

// IsNone reports whether the author states that there is none.
func (s Stated[T]) IsNone() bool { return s.State == None }

// IsGiven reports whether there is a value.
func (s Stated[T]) IsGiven() bool { return s.State == Given }

// IsAbsent reports whether nothing was filled in.
func (s Stated[T]) IsAbsent() bool { return s.State == Absent }
