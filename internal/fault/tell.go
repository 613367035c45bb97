package fault

import (
	"errors"
	"fmt"
	"io"
)

// Tell writes an error for a person at a command line: what the program says, in
// English and then in Thai where it has both, and problems each on a line of its
// own. Nothing is written for nil.
func Tell(w io.Writer, program string, err error) {
	var problems Problems
	var own *Error
	switch {
	case err == nil:
	case errors.As(err, &problems):
		TellProblems(w, problems)
	case errors.As(err, &own):
		fmt.Fprintf(w, "%s: %v\n", program, err)
		fmt.Fprintf(w, "    %s %s\n", own.What.TH, own.Hint.TH)
	default:
		fmt.Fprintf(w, "%s: %v\n", program, err)
	}
}

// TellProblems writes problems, each in English and then in Thai.
func TellProblems(w io.Writer, problems Problems) {
	for _, p := range problems {
		fmt.Fprintln(w, p.In("en"))
		fmt.Fprintln(w, "   ", p.Sentence("th"))
	}
}
