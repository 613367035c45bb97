package xlsx

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// tag tells what a scanner stands at.
type tag uint8

const (
	opens  tag = iota // <name …>, also of <name …/>, which is closed next
	closes            // </name>
	ended             // the end of the part
)

// maxTag is how many bytes a tag may have.
const maxTag = 64 << 10

var (
	errXML      = errors.New("not the XML of a spreadsheet")
	errDoctype  = errors.New("a document type is declared")
	errLongText = errors.New("a text is too long")
)

// scanner goes through the tags of XML as spreadsheets write it: in UTF-8, and
// without a document type, so that nothing is defined in it and nothing fetched
// for it.
type scanner struct {
	in    *bufio.Reader
	limit int // bytes of a text

	keep  bool   // texts are wanted
	text  []byte // since the last tag, where they are wanted
	name  []byte // of the tag, without the prefix of its name space
	attrs []byte // as they are written

	tag   []byte
	empty bool // the tag closes itself, and was not closed yet
	depth int
}

func newScanner(r io.Reader, limit int) *scanner {
	return &scanner{in: bufio.NewReaderSize(r, 64<<10), limit: limit}
}

// next goes to the next tag.
func (s *scanner) next() (tag, error) {
	if s.empty {
		s.empty, s.text = false, s.text[:0]
		s.depth--
		return closes, nil
	}
	s.text = s.text[:0]
	for {
		switch err := s.chars(); {
		case errors.Is(err, io.EOF) && s.depth == 0:
			return ended, nil
		case err != nil:
			return ended, torn(err)
		}
		head, err := s.in.Peek(1)
		if err != nil {
			return ended, torn(err)
		}
		switch head[0] {
		case '!':
			err = s.declared()
		case '?':
			err = s.until("?>", false)
		default:
			return s.element()
		}
		if err != nil {
			return ended, torn(err)
		}
	}
}

// torn is the error of a part that ends within something.
func torn(err error) error {
	if errors.Is(err, io.EOF) {
		return errXML
	}
	return err
}

// chars reads the text up to a tag, and its <.
func (s *scanner) chars() error {
	from := len(s.text)
	for {
		part, err := s.in.ReadSlice('<')
		if s.keep {
			if len(s.text)+len(part) > s.limit+utf8.UTFMax*8 {
				return errLongText
			}
			s.text = append(s.text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return err
		case s.keep:
			s.text = s.text[:len(s.text)-1]
			return s.unescape(from)
		}
		return nil
	}
}

// declared skips a comment and takes the text of a CDATA section.
func (s *scanner) declared() error {
	switch head, err := s.in.Peek(len("![CDATA[")); {
	case bytes.HasPrefix(head, []byte("!--")):
		return s.until("-->", false)
	case bytes.Equal(head, []byte("![CDATA[")):
		if _, err := s.in.Discard(len(head)); err != nil {
			return err
		}
		return s.until("]]>", s.keep)
	case err != nil:
		return err
	}
	return errDoctype
}

// until reads up to an end, and keeps what stands before it as text if it is
// told to.
func (s *scanner) until(end string, keep bool) error {
	var last []byte // the end of what was read
	for {
		part, err := s.in.ReadSlice('>')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		last = append(last, part[max(0, len(part)-len(end)):]...)
		if keep {
			if len(s.text)+len(part) > s.limit+len(end) {
				return errLongText
			}
			s.text = append(s.text, part...)
		}
		if bytes.HasSuffix(last, []byte(end)) {
			if keep {
				s.text = s.text[:len(s.text)-len(end)]
			}
			return nil
		}
		last = last[max(0, len(last)-len(end)):]
	}
}

// element reads a tag up to its >, which may stand within quotes, too.
func (s *scanner) element() (tag, error) {
	s.tag = s.tag[:0]
	for {
		part, err := s.in.ReadSlice('>')
		s.tag = append(s.tag, part...)
		switch {
		case len(s.tag) > maxTag:
			return ended, errXML
		case errors.Is(err, bufio.ErrBufferFull) || err == nil && quoteOpen(s.tag):
			continue
		case err != nil:
			return ended, torn(err)
		}
		break
	}
	inner := s.tag[:len(s.tag)-1]
	if len(inner) > 0 && inner[0] == '/' {
		s.name, s.attrs = local(bytes.TrimSpace(inner[1:])), nil
		if s.depth--; s.depth < 0 {
			return ended, errXML
		}
		return closes, nil
	}
	inner, s.empty = bytes.CutSuffix(inner, []byte("/"))
	s.depth++
	s.name, s.attrs = inner, nil
	if at := bytes.IndexAny(inner, " \t\r\n"); at >= 0 {
		s.name, s.attrs = inner[:at], inner[at:]
	}
	s.name = local(s.name)
	if len(s.name) == 0 || s.depth > 100 {
		return ended, errXML
	}
	return opens, nil
}

// quoteOpen reports whether a tag ends within the quotes of an attribute.
func quoteOpen(b []byte) bool {
	var open byte
	for _, c := range b {
		switch {
		case open == 0 && (c == '"' || c == '\''):
			open = c
		case c == open:
			open = 0
		}
	}
	return open != 0
}

func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// attr returns an attribute by its local name, as it is written.
func (s *scanner) attr(name string) string {
	rest := s.attrs
	for {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return ""
		}
		key := local(bytes.TrimSpace(rest[:eq]))
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 {
			return ""
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		if string(key) == name {
			return string(rest[1 : end+1])
		}
		rest = rest[end+2:]
	}
}

// unescape puts the characters that references stand for into the text, from a
// place on. There are only the five of XML and those of numbers.
func (s *scanner) unescape(from int) error {
	at := bytes.IndexByte(s.text[from:], '&')
	if at < 0 {
		return nil
	}
	to, src := from+at, from+at
	for src < len(s.text) {
		if s.text[src] != '&' {
			s.text[to] = s.text[src]
			to, src = to+1, src+1
			continue
		}
		end := bytes.IndexByte(s.text[src:min(src+12, len(s.text))], ';')
		if end < 0 {
			return errXML
		}
		r, ok := reference(string(s.text[src+1 : src+end]))
		if !ok {
			return errXML
		}
		to += len(utf8.AppendRune(s.text[:to], r)) - to // never longer than what stands for it
		src += end + 1
	}
	s.text = s.text[:to]
	return nil
}

func reference(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	return rune(n), err == nil && utf8.ValidRune(rune(n))
}
