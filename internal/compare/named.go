package compare

import (
	"reflect"

	"khumue/internal/fault"
)

// Label returns what people call a field of a struct of the catalog, by the name
// that content files use; nothing for one that it does not know.
func Label(record reflect.Type, field string) fault.Text { return labelOf(record, field) }

// Noun returns what one row of a list is called, by the list's field; nothing for
// one that it does not know.
func Noun(list string) fault.Text { return nouns[list] }

// NoneOf returns what "there is none" means of a field in three states.
func NoneOf(field string) fault.Text { return noneOf(field) }

// Word returns what a word of one of the catalog's closed lists is called; the
// word itself where it does not know.
func Word(list reflect.Type, word string) fault.Text {
	if t, ok := enumerations[list.Name()+"."+word]; ok {
		return t
	}
	if u, ok := units[word]; ok && list.Name() == "TimeUnit" {
		return fault.Text{TH: u.th, EN: u.many}
	}
	return plain(word)
}
