// Package fault knows the few kinds of failure that Khumue tells apart, and
// carries what people are told about them in Thai and English.
//
// A failure says what happened and, as a hint, what to do. Everything that is
// not one of the five kinds is an internal fault: it is logged once, at the
// edge, and shown as a reference number.
package fault

import (
	"errors"
	"fmt"
)

// Kind is what sort of failure an error is. A Kind is itself an error, so that
// errors.Is(err, fault.NotFound) holds at any depth.
type Kind string

// The five kinds.
const (
	Invalid     Kind = "invalid"     // what was given has problems; nothing was changed
	NotFound    Kind = "not found"   // no such thing, or nothing that this person may know of
	Forbidden   Kind = "forbidden"   // known, and not allowed
	Conflict    Kind = "conflict"    // somebody else changed the same thing
	Unavailable Kind = "unavailable" // something outside failed; trying again may help
)

// Error returns the kind's word.
func (k Kind) Error() string { return string(k) }

// Text is one message in both languages. Both are always filled.
type Text struct{ TH, EN string }

// Textf formats both languages with the same arguments.
func Textf(th, en string, args ...any) Text {
	return Text{fmt.Sprintf(th, args...), fmt.Sprintf(en, args...)}
}

// IsZero reports whether there is no message.
func (t Text) IsZero() bool { return t == Text{} }

// In returns the message in the language "th" or "en".
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.TH
}

// Error is a failure of one kind, told to a person.
type Error struct {
	Kind Kind
	What Text // what happened, and to what
	Hint Text // what to do; may be empty
	Err  error
}

// New returns a failure that says what happened and, optionally, what to do.
func New(kind Kind, what Text, hint ...Text) *Error {
	e := &Error{Kind: kind, What: what}
	if len(hint) > 0 {
		e.Hint = hint[0]
	}
	return e
}

// Because records the error that caused e, for the log.
func (e *Error) Because(err error) *Error { e.Err = err; return e }

// Error returns the English message, as logs and command lines show it.
func (e *Error) Error() string {
	s := e.What.EN
	if !e.Hint.IsZero() {
		s += " (" + e.Hint.EN + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives both the kind and the cause to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// ExitCode maps an error to what a program returns: 0 done, 1 the input has
// problems, 2 wrong usage (the caller's to decide), 3 something outside failed.
func ExitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, Invalid), errors.Is(err, NotFound), errors.Is(err, Forbidden), errors.Is(err, Conflict):
		return 1
	default:
		return 3
	}
}
