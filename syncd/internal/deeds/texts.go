package deeds

import (
	"bytes"
	"encoding/json"
	"strings"

	"khumue/syncd/internal/outbox"
)

// Written is a text that an officer wrote in an operation.
type Written struct {
	Name string // of its file; "" where it is of none
	Text string
}

// Texts are what an officer wrote in an operation, so that it can be read and written
// anew where the operation came to nothing. Files that travel beside it are left out;
// a kind without texts of its own is its command, as JSON. A body that is not a deed's
// is an error of kind Invalid.
func Texts(kind string, body []byte) ([]Written, error) {
	act, err := outbox.ReadAct(body)
	if err != nil {
		return nil, err
	}
	var out []Written
	switch {
	case kind == Content:
		var e edit
		if err := json.Unmarshal(act.Do, &e); err != nil {
			return nil, unread(err)
		}
		for _, f := range e.Files {
			if f.Now != nil && f.Now.Text != nil {
				out = append(out, Written{f.Path, *f.Now.Text})
			}
		}
		return out, nil
	case strings.HasPrefix(kind, Manual):
		var s step
		if err := json.Unmarshal(act.Do, &s); err != nil {
			return nil, unread(err)
		}
		for _, name := range names(s.Text) {
			if text := s.Text[name].Text; text != nil {
				out = append(out, Written{name, *text})
			}
		}
		if s.Reason != "" {
			out = append(out, Written{"", s.Reason})
		}
		return out, nil
	}
	var b bytes.Buffer
	if err := json.Indent(&b, act.Do, "", "  "); err != nil {
		return nil, unread(err)
	}
	return []Written{{"", b.String()}}, nil
}
