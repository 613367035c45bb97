package gitrepo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Person is who wrote or made a commit, and when. Names live elsewhere: in git a
// person is an identifier and an address at users.invalid.
type Person struct {
	Name  string
	Email string
	At    time.Time // to the second, in its zone
}

// Change is a commit.
type Change struct {
	Tree      Hash
	Parents   []Hash
	Author    Person
	Committer Person
	Signature string // as git keeps it, or ""
	Message   string
}

// Append appends the bytes of the commit, without its signature.
func (c *Change) Append(b []byte) []byte {
	b = append(append(append(b, "tree "...), c.Tree.String()...), '\n')
	for _, p := range c.Parents {
		b = append(append(append(b, "parent "...), p.String()...), '\n')
	}
	b = c.Author.append(append(b, "author "...))
	b = c.Committer.append(append(b, "committer "...))
	return append(append(b, '\n'), c.Message...)
}

func (p Person) append(b []byte) []byte {
	b = append(append(append(append(b, p.Name...), " <"...), p.Email...), "> "...)
	b = strconv.AppendInt(b, p.At.Unix(), 10)
	return append(p.At.AppendFormat(append(b, ' '), "-0700"), '\n')
}

// Commit reads a commit.
func (r *Repository) Commit(h Hash) (*Change, error) {
	data, err := r.Read(Commit, h)
	if err != nil {
		return nil, err
	}
	c, err := parseCommit(string(data))
	if err != nil {
		return nil, fmt.Errorf("commit %s: %w", h, err)
	}
	return c, nil
}

func parseCommit(data string) (*Change, error) {
	head, message, ok := strings.Cut(data, "\n\n")
	if !ok {
		return nil, errDamaged
	}
	c := &Change{Message: message}
	var last string
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, " ")
		if key == "" { // goes on from the line before
			if last == "gpgsig" {
				c.Signature += "\n" + value
			}
			continue
		}
		if err := c.set(key, value); err != nil {
			return nil, err
		}
		last = key
	}
	return c, nil
}

func (c *Change) set(key, value string) (err error) {
	var parent Hash
	switch key {
	case "tree":
		c.Tree, err = ParseHash(value)
	case "parent":
		parent, err = ParseHash(value)
		c.Parents = append(c.Parents, parent)
	case "author":
		c.Author, err = parsePerson(value)
	case "committer":
		c.Committer, err = parsePerson(value)
	case "gpgsig":
		c.Signature = value
	}
	return err
}

// parsePerson reads "name <email> seconds zone".
func parsePerson(s string) (Person, error) {
	name, rest, ok := strings.Cut(s, " <")
	email, when, ok2 := strings.Cut(rest, "> ")
	seconds, zone, ok3 := strings.Cut(when, " ")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	offset, err2 := time.Parse("-0700", zone)
	if !ok || !ok2 || !ok3 || err != nil || err2 != nil {
		return Person{}, fmt.Errorf("%q is not a person and a time", s)
	}
	return Person{name, email, time.Unix(unix, 0).In(offset.Location())}, nil
}
