package proof

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// commit is a commit as its bytes have it.
type commit struct {
	id        Hash
	tree      Hash
	parents   []Hash
	author    string    // the name alone
	made      time.Time // by the committer
	message   string
	payload   []byte // what is signed: all but the signature
	signature string // as git keeps it; empty when there is none
}

var errForm = errors.New("not a commit's form")

// parseCommit reads a commit, of which git and we make the same: headers stand
// in git's order, none that we look at twice, and no NUL ends the message before
// its end.
func parseCommit(id Hash, data []byte) (*commit, error) {
	split := bytes.Index(data, []byte("\n\n"))
	if split < 0 || bytes.IndexByte(data, 0) >= 0 {
		return nil, errForm
	}
	c := &commit{id: id, message: string(data[split+2:]), payload: data}
	h := headers(data[:split+1])
	tree, _ := h.next("tree")
	var err error
	if c.tree, err = ParseHash(tree); err != nil {
		return nil, errForm
	}
	for parent, ok := h.next("parent"); ok; parent, ok = h.next("parent") {
		p, err := ParseHash(parent)
		if err != nil {
			return nil, errForm
		}
		c.parents = append(c.parents, p)
	}
	author, ok := h.next("author")
	committer, ok2 := h.next("committer")
	if c.author, _, err = person(author); !ok || !ok2 || err != nil {
		return nil, errForm
	}
	if _, c.made, err = person(committer); err != nil {
		return nil, errForm
	}
	return c, c.rest(h, split+1)
}

// rest reads the headers after the committer, which end at an offset.
func (c *commit) rest(h headers, end int) error {
	for len(h) > 0 {
		from := end - len(h)
		key, value, err := h.any()
		switch {
		case err != nil:
			return err
		case key == "tree" || key == "parent" || key == "author" || key == "committer":
			return errForm
		case strings.HasPrefix(key, "gpgsig"):
			if key != "gpgsig" || c.signature != "" || value == "" {
				return errForm
			}
			c.signature = value
			c.payload = append(bytes.Clone(c.payload[:from]), c.payload[end-len(h):]...)
		}
	}
	return nil
}

// headers are lines, each with its line break.
type headers []byte

// next takes the first line when its key is the one given.
func (h *headers) next(key string) (string, bool) {
	line, rest, _ := bytes.Cut(*h, []byte{'\n'})
	value, ok := bytes.CutPrefix(line, []byte(key+" "))
	if ok {
		*h = rest
	}
	return string(value), ok
}

// any takes a header with the lines that go on from it, joined by line breaks.
func (h *headers) any() (key, value string, err error) {
	line, rest, _ := bytes.Cut(*h, []byte{'\n'})
	k, v, ok := bytes.Cut(line, []byte{' '})
	if !ok || len(k) == 0 {
		return "", "", errForm
	}
	all := bytes.Clone(v)
	for len(rest) > 0 && rest[0] == ' ' {
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		all = append(append(all, '\n'), line[1:]...)
	}
	*h = rest
	return string(k), string(all), nil
}

// person reads "name <email> seconds zone".
func person(s string) (name string, at time.Time, err error) {
	name, rest, ok := strings.Cut(s, " <")
	_, when, ok2 := strings.Cut(rest, "> ")
	seconds, _, ok3 := strings.Cut(when, " ")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if !ok || !ok2 || !ok3 || err != nil {
		return "", time.Time{}, errForm
	}
	return name, time.Unix(unix, 0).UTC(), nil
}

// Seal signs the bytes of a commit that has no signature, and returns them with
// it.
func Seal(payload []byte, s *Signer) ([]byte, error) {
	c, err := parseCommit(Hash{}, payload)
	if err != nil || c.signature != "" {
		return nil, fmt.Errorf("sealing: %w", errForm)
	}
	signature, err := s.Sign(payload)
	if err != nil {
		return nil, err
	}
	split := bytes.Index(payload, []byte("\n\n")) + 1
	out := append(bytes.Clone(payload[:split]), "gpgsig "...)
	out = append(append(out, strings.ReplaceAll(signature, "\n", "\n ")...), '\n')
	return append(out, payload[split:]...), nil
}
