package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestAKindIsFoundAtAnyDepth(t *testing.T) {
	err := fmt.Errorf("saving: %w", New(Conflict, Text{"แก้ไขไม่ตรงกัน", "changed meanwhile"}).Because(fs.ErrExist))
	if !errors.Is(err, Conflict) || !errors.Is(err, fs.ErrExist) || errors.Is(err, NotFound) {
		t.Errorf("the kind or the cause of %v is not found", err)
	}
}

func TestExitCodes(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error
		want int
	}{
		{"done", nil, 0},
		{"bad content", Problems{{File: "a"}}, 1},
		{"a conflict", New(Conflict, Text{"ก", "a"}), 1},
		{"something outside that failed", New(Unavailable, Text{"ก", "a"}), 3},
		{"anything else", errors.New("x"), 3},
	} {
		if got := ExitCode(tc.err); got != tc.want {
			t.Errorf("%s: got exit code %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestProblemsAreToldInOrderAndOnce(t *testing.T) {
	p := func(file string, line int) Problem {
		return Problem{File: file, Line: line, What: Text{"ผิด", "wrong"}, Hint: Text{"เขียนใหม่", "write it again"}}
	}
	got := Problems{p("b", 1), p("a", 9), p("a", 2), p("b", 1)}.Sort().Error()
	want := "a:2: wrong (write it again)\na:9: wrong (write it again)\nb:1: wrong (write it again)"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if (Problems{}).Err() != nil {
		t.Error("no problems are an error")
	}
}

func TestTheWordThatWasMeant(t *testing.T) {
	words := []string{"channels", "fees", "back_office"}
	for _, tc := range []struct{ name, word, want string }{
		{"a letter is missing", "chanels", "channels"},
		{"two letters are swapped", "fese", "fees"},
		{"another sign between the words", "back-office", "back_office"},
		{"nothing like it", "documents", ""},
	} {
		if got := Nearest(tc.word, words); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}
