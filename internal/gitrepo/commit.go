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
	Headers   []Header // others, such as encoding and mergetag
	Signature string   // as git keeps it, or ""
	Message   string
}

// Header is a line, or several, of a commit that has no meaning here.
type Header struct{ Key, Value string }

// Append appends the bytes of the commit, without its signature.
func (c *Change) Append(b []byte) []byte {
	b = append(append(append(b, "tree "...), c.Tree.String()...), '\n')
	for _, p := range c.Parents {
		b = append(append(append(b, "parent "...), p.String()...), '\n')
	}
	b = c.Author.append(append(b, "author "...))
	b = c.Committer.append(append(b, "committer "...))
	for _, h := range c.Headers {
		b = h.append(b)
	}
	return append(append(b, '\n'), c.Message...)
}

// append writes the header as git does: lines after the first begin with a
// space.
func (h Header) append(b []byte) []byte {
	b = append(append(b, h.Key...), ' ')
	return append(append(b, strings.ReplaceAll(h.Value, "\n", "\n ")...), '\n')
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
	headers, err := parseHeaders(head)
	if err != nil {
		return nil, err
	}
	for _, h := range headers {
		if err := c.set(h.Key, h.Value); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func parseHeaders(head string) (out []Header, err error) {
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch {
		case key != "":
			out = append(out, Header{key, value})
		case len(out) == 0:
			return nil, errDamaged
		default: // goes on from the line before
			out[len(out)-1].Value += "\n" + value
		}
	}
	return out, nil
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
	case signatureHeader:
		if c.Signature != "" {
			value = c.Signature + "\n" + value // git takes several for one
		}
		c.Signature = value
	default:
		c.Headers = append(c.Headers, Header{key, value})
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
