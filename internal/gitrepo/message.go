package gitrepo

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"khumue/internal/fault"
)

// Trailer is a line at the end of a message: Key: value.
type Trailer struct{ Key, Value string }

// The bounds of a message, in bytes.
const (
	longestText    = 64 << 10
	longestTrailer = 4 << 10
)

var trailerKey = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*$`)

// Message makes the message of a commit: a text whose first line is the
// subject, and trailers in a paragraph of their own, so that nothing in the
// text can pass for one of them. A value is one line. What is not is an error of
// kind Invalid.
func Message(text string, trailers ...Trailer) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" || len(text) > longestText || !plain(strings.ReplaceAll(text, "\n", "")) {
		return "", fault.New(fault.Invalid, fault.Textf("ข้อความของ commit ว่าง ยาวเกิน %d ไบต์ หรือมีอักขระควบคุม", "the message of the commit is empty, longer than %d bytes or has control characters", longestText))
	}
	var b strings.Builder
	b.WriteString(text + "\n")
	for i, t := range trailers {
		if !trailerKey.MatchString(t.Key) || t.Value == "" || len(t.Value) > longestTrailer || !plain(t.Value) || strings.TrimSpace(t.Value) != t.Value {
			return "", fault.New(fault.Invalid, fault.Textf("%s: %q ไม่ใช่ข้อความบรรทัดเดียว", "%s: %q is not one line of text", t.Key, t.Value))
		}
		if i == 0 {
			b.WriteByte('\n')
		}
		b.WriteString(t.Key + ": " + t.Value + "\n")
	}
	return b.String(), nil
}

// plain reports whether a line has no control characters; tabs are none.
func plain(line string) bool {
	return utf8.ValidString(line) && !strings.ContainsFunc(line, func(r rune) bool {
		return r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
	})
}

// Trailers returns the trailers of the message: of its last paragraph, when
// that is not the subject and has nothing else. A line that begins with a space
// goes on from the one before.
func (c *Change) Trailers() []Trailer {
	lines := strings.Split(strings.TrimRight(c.Message, " \t\r\n"), "\n")
	last := len(lines) - 1
	for last >= 0 && strings.TrimSpace(lines[last]) != "" {
		last--
	}
	if last <= 0 || !slices.ContainsFunc(lines[:last], func(l string) bool { return strings.TrimSpace(l) != "" }) {
		return nil
	}
	var out []Trailer
	for _, line := range lines[last+1:] {
		if line[0] == ' ' || line[0] == '\t' {
			if len(out) == 0 {
				return nil
			}
			out[len(out)-1].Value += " " + strings.TrimSpace(line)
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok || !trailerKey.MatchString(key) {
			return nil
		}
		out = append(out, Trailer{key, strings.TrimSpace(value)})
	}
	return out
}

// Trailer returns the value of the only trailer of that key, "" when there is
// none or more than one: two that differ vouch for nothing.
func (c *Change) Trailer(key string) string {
	var out []string
	for _, t := range c.Trailers() {
		if strings.EqualFold(t.Key, key) {
			out = append(out, t.Value)
		}
	}
	if len(out) != 1 {
		return ""
	}
	return out[0]
}
