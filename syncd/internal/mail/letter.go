package mail

import (
	"bytes"
	"encoding/base64"
	"errors"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"time"
	"unicode"
)

// Letter is a message to one person.
type Letter struct {
	ID      string // the part of its Message-ID before the @: the same for the same letter
	To      string // an address
	Name    string // of who sends it, beside the address
	Subject string
	Date    time.Time
	Text    string // by lines
	HTML    string // the same
	Choose  string // address of the page on which one can do without
}

var errAddress = errors.New("not an address of e-mail")

// plainAddress reads an address that stands alone.
func plainAddress(s string) (string, error) {
	a, err := netmail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsFunc(s, unicode.IsControl) || len(s) > 254 {
		return "", errAddress
	}
	return a.Address, nil
}

// domain is what stands behind the @.
func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// bytes are the letter as it is handed over. Nothing in it can begin another
// header: line breaks and other signs of control are left out of headers, and
// what is not ASCII is encoded.
func (l Letter) bytes(from, to string) []byte {
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	sender := netmail.Address{Name: line(l.Name), Address: from}
	for _, h := range [][2]string{
		{"Date", l.Date.Format(time.RFC1123Z)}, {"From", folded(sender.String())}, {"To", "<" + to + ">"}, {"Subject", encoded(line(l.Subject))},
		{"Message-ID", "<" + line(l.ID) + "@" + domain(from) + ">"}, {"Auto-Submitted", "auto-generated"}, {"List-Unsubscribe", "<" + line(l.Choose) + ">"},
		{"MIME-Version", "1.0"}, {"Content-Type", `multipart/alternative; boundary="` + parts.Boundary() + `"`},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	for _, part := range [][2]string{{"plain", l.Text}, {"html", l.HTML}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {"text/" + part[0] + "; charset=utf-8"}, "Content-Transfer-Encoding": {"base64"}})
		if err == nil {
			_, err = w.Write(wrapped(part[1]))
		}
		if err != nil {
			panic("mail: memory takes all that is written: " + err.Error())
		}
	}
	if err := parts.Close(); err != nil {
		panic("mail: memory takes all that is written: " + err.Error())
	}
	return b.Bytes()
}

// line is a text that stays within its header.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func encoded(s string) string { return folded(mime.BEncoding.Encode("utf-8", s)) }

// folded puts each encoded word of a header on a line of its own: lines have at
// most 998 bytes.
func folded(s string) string { return strings.ReplaceAll(s, "?= =?", "?=\r\n =?") }

// wrapped is base64 in lines of 76.
func wrapped(s string) []byte {
	src := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(s, "\n", "\r\n")))
	var b bytes.Buffer
	for len(src) > 76 {
		b.WriteString(src[:76] + "\r\n")
		src = src[76:]
	}
	b.WriteString(src + "\r\n")
	return b.Bytes()
}
