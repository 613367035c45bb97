package scope

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"khumue/internal/wire"
	"khumue/syncd/internal/cargo"
)

// several is more than a reader takes of one object.
const several = 10_500

// heard is a pull as the centre reads it off the line.
func heard(t *testing.T, d *Desk, o Office, cursor string, have cargo.Have) ([]wire.Change, string, bool) {
	t.Helper()
	m, err := wire.Read(wire.Message{Type: wire.Pull, Nonce: "n", Cursor: cursor, Have: cargo.Write(have)}.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	changes, next, more, err := d.Pull(t.Context(), o, m.Cursor, m.Have)
	if err != nil {
		t.Fatal(err)
	}
	return changes, next, more
}

// follow pulls until there is no more, as an office that holds so much does, and
// returns which files came and what is held then.
func follow(t *testing.T, d *Desk, o Office, held map[string]map[string]string, needs map[string]string) (came map[string]bool, last cargo.Transfer) {
	t.Helper()
	came = map[string]bool{}
	now := map[string]map[string]string{}
	for kind, list := range held {
		now[kind] = maps.Clone(list)
	}
	cursor := ""
	for range 1000 {
		have := cargo.Have{Holds: map[string]cargo.Holding{}}
		for kind, after := range needs {
			have.Holds[kind] = cargo.Hold(held[kind], after, 128<<10)
		}
		changes, next, more := heard(t, d, o, cursor, have)
		cursor, needs = next, map[string]string{}
		for _, c := range changes {
			var asked cargo.Asked
			switch {
			case c.Kind == cargo.Need:
				if err := cargo.Read(c.Body, &asked); err != nil {
					t.Fatal(err)
				}
				needs[c.ID] = asked.After
			case c.Kind == cargo.Content:
				last = cargo.Transfer{}
				if err := cargo.Read(c.Body, &last); err != nil {
					t.Fatal(err)
				}
			case c.Body == nil:
				if _, is := now[c.Kind][c.ID]; !is {
					t.Errorf("%s %s is told to be gone twice, or was not held", c.Kind, c.ID)
				}
				delete(now[c.Kind], c.ID)
			case c.Kind == cargo.File:
				came[c.ID] = true
			}
		}
		if !more && len(needs) == 0 {
			for kind, left := range now {
				if len(left) > 0 {
					t.Errorf("%d of %s stay that are none of its", len(left), kind)
				}
			}
			return came, last
		}
	}
	t.Fatal("it never ends")
	return nil, last
}

func TestAnOfficeThatHoldsMoreThanOneMessageCanTellStillFollows(t *testing.T) {
	d, _ := centre(t)
	o := Office{ID: "01", Agency: "thapra-sao"}
	want, _ := follow(t, d, o, nil, nil)
	held := map[string]map[string]string{cargo.File: {}, cargo.Comment: {}}
	for i := range several {
		held[cargo.File][fmt.Sprintf("agencies/%d/old-%d.md", i%7, i)] = strings.Repeat("ab", 20)
		held[cargo.Comment][fmt.Sprintf("comment-%06d", i)] = "1"
	}
	came, last := follow(t, d, o, held, map[string]string{cargo.File: "", cargo.Comment: ""})
	if !maps.Equal(came, want) {
		t.Errorf("%d files came, want %d", len(came), len(want))
	}
	if n := several + len(want); !last.End || last.Files != n || last.Done.Files != n {
		t.Errorf("the last page tells %d of %d files, want %d", last.Done.Files, last.Files, n)
	}
}
