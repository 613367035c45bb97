package mail

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"khumue/internal/testkit"
)

// server is our side of a mailbox.
func server(box *testkit.Mailbox, security Security) *Server {
	return &Server{Host: box.Host, Port: box.Port, From: "khumue@example.go.th", Security: security, Roots: box.Roots, Patience: 10 * time.Second}
}

func letter(to string) Letter {
	return Letter{ID: "l-" + to[:1], To: to, Name: "คู่มือประชาชน", Subject: "รออนุมัติ", Date: time.Date(2026, 11, 22, 10, 42, 0, 0, time.UTC), Text: "ก\nข", HTML: "<p>ก", Choose: "https://admin.example/notices"}
}

// send hands over letters and returns what became of each.
func send(t *testing.T, s *Server, letters ...Letter) (became []error, err error) {
	t.Helper()
	err = s.Send(t.Context(), letters, func(_ int, refused error) error {
		became = append(became, refused)
		return nil
	})
	return became, err
}

func TestLettersAreHandedOver(t *testing.T) {
	tests := []struct {
		name     string
		box      testkit.MailboxOptions
		security Security
		user     string
		secure   bool
	}{
		{"over STARTTLS", testkit.MailboxOptions{TLS: "starttls"}, STARTTLS, "", true},
		{"over TLS", testkit.MailboxOptions{TLS: "tls"}, TLS, "", true},
		{"in the clear on this machine", testkit.MailboxOptions{TLS: "none"}, Plain, "", false},
		{"signed in over STARTTLS", testkit.MailboxOptions{TLS: "starttls", User: "khumue", Password: "secret"}, STARTTLS, "khumue", true},
		{"signed in over TLS", testkit.MailboxOptions{TLS: "tls", User: "khumue", Password: "secret"}, TLS, "khumue", true},
		{"signed in on this machine", testkit.MailboxOptions{TLS: "none", User: "khumue", Password: "secret"}, Plain, "khumue", false},
		{"signed in by LOGIN", testkit.MailboxOptions{TLS: "starttls", User: "khumue", Password: "secret", Login: true}, STARTTLS, "khumue", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			box := testkit.OpenMailbox(t, test.box)
			s := server(box, test.security)
			s.User, s.Password = test.box.User, test.box.Password
			if became, err := send(t, s, letter("ann@example.go.th"), letter("bob@example.go.th")); err != nil || len(became) != 2 || became[0] != nil || became[1] != nil {
				t.Fatalf("got %v, %v", became, err)
			}
			got := box.Mails()
			if len(got) != 2 || got[0].To != "ann@example.go.th" || got[1].To != "bob@example.go.th" || got[0].From != "khumue@example.go.th" || got[0].User != test.user || got[0].Secure != test.secure {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAServerThatCanNotBeTrustedGetsNothing(t *testing.T) {
	tests := []struct {
		name   string
		box    testkit.MailboxOptions
		change func(*Server)
	}{
		{"no STARTTLS is offered", testkit.MailboxOptions{TLS: "none"}, func(*Server) {}},
		{"the certificate is not believed", testkit.MailboxOptions{TLS: "starttls"}, func(s *Server) { s.Roots = nil }},
		{"the certificate is another's", testkit.MailboxOptions{TLS: "starttls"}, func(s *Server) { s.Host = "localhost" }},
		{"TLS is expected from the first byte", testkit.MailboxOptions{TLS: "starttls"}, func(s *Server) { s.Security, s.Patience = TLS, 300*time.Millisecond }},
		{"the password is wrong", testkit.MailboxOptions{TLS: "starttls", User: "khumue", Password: "secret"}, func(s *Server) { s.User, s.Password = "khumue", "guess" }},
		{"it wants us to sign in", testkit.MailboxOptions{TLS: "starttls", User: "khumue", Password: "secret"}, func(*Server) {}},
		{"it offers no way to sign in", testkit.MailboxOptions{TLS: "starttls"}, func(s *Server) { s.User, s.Password = "khumue", "secret" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			box := testkit.OpenMailbox(t, test.box)
			s := server(box, STARTTLS)
			test.change(s)
			became, err := send(t, s, letter("ann@example.go.th"))
			if err == nil || len(became) != 0 || len(box.Mails()) != 0 {
				t.Errorf("got %v, %v, %v", became, err, box.Mails())
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

func TestARefusalConcernsOneLetter(t *testing.T) {
	box := testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "starttls"})
	box.Refuse(func(to string) error {
		switch to {
		case "full@example.go.th":
			return testkit.MailRefusal(452)
		case "gone@example.go.th":
			return testkit.MailRefusal(550)
		}
		return nil
	})
	became, err := send(t, server(box, STARTTLS), letter("full@example.go.th"), letter("gone@example.go.th"), letter("not an address"), letter("ann@example.go.th"))
	if err != nil || len(became) != 4 {
		t.Fatalf("got %v, %v", became, err)
	}
	for i, want := range []*Refusal{{452, false}, {550, true}, {0, true}} {
		var got *Refusal
		if !errors.As(became[i], &got) || *got != *want || strings.Contains(got.Error(), "example.go.th") {
			t.Errorf("letter %d: got %v, want %v", i, became[i], want)
		}
	}
	if became[3] != nil || len(box.Mails()) != 1 {
		t.Errorf("got %v, %v", became[3], box.Mails())
	}
}

func TestNobodyListens(t *testing.T) {
	box := testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "starttls"})
	s := server(box, STARTTLS)
	box.Stop()
	if became, err := send(t, s, letter("ann@example.go.th")); err == nil || len(became) != 0 {
		t.Errorf("got %v, %v", became, err)
	}
	if err := s.Send(t.Context(), nil, nil); err != nil {
		t.Errorf("without letters: %v", err)
	}
}

func TestALetterOnItsWayArrivesBeforeTheEnd(t *testing.T) {
	box := testkit.OpenMailbox(t, testkit.MailboxOptions{TLS: "starttls"})
	ctx, cancel := context.WithCancel(t.Context())
	box.OnTaken(cancel) // the daemon is told to end while the server still holds its answer back
	var became []error
	err := server(box, STARTTLS).Send(ctx, []Letter{letter("ann@example.go.th"), letter("bob@example.go.th")}, func(_ int, refused error) error {
		became = append(became, refused)
		return nil
	})
	if !errors.Is(err, context.Canceled) || len(became) != 1 || became[0] != nil || len(box.Mails()) != 1 {
		t.Errorf("got %v, %v, %d mails", err, became, len(box.Mails()))
	}
}

// opened is a mail as a reader shows it.
type opened struct {
	netmail.Header
	subject, text, html string
}

// read reads a mail with the standard library's readers.
func read(t *testing.T, data []byte) (o opened) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	o.Header = m.Header
	if o.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, into := range []*string{&o.text, &o.html} {
		p, err := parts.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
		if err != nil {
			t.Fatal(err)
		}
		*into = string(body)
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Errorf("there is more: %v", err)
	}
	return o
}

func FuzzNothingInALetterBeginsAHeader(f *testing.F) {
	for _, s := range []string{"รออนุมัติ: ต่ออายุใบอนุญาตขับรถ", "x\r\nBcc: all@example.go.th", "x\nBcc: a", "x\r\n\r\nbody", "=?utf-8?b?DQpCY2M6IGE=?=", strings.Repeat("ใบอนุญาต", 100), "\u2028Bcc: a", "\x00\x7f\u0085", "a?= =?b", "\"<>,@"} {
		f.Add(s, s, s)
	}
	want := []string{"Auto-Submitted", "Content-Type", "Date", "From", "List-Unsubscribe", "Message-Id", "Mime-Version", "Subject", "To"}
	f.Fuzz(func(t *testing.T, subject, name, text string) {
		l := letter("ann@example.go.th")
		l.Subject, l.Name, l.Text, l.ID = subject, name, text, subject
		data := l.bytes("khumue@example.go.th", l.To)
		o := read(t, data)
		if len(o.Header) != len(want) {
			t.Errorf("got the headers %v", o.Header)
		}
		for _, name := range want {
			if len(o.Header[name]) != 1 {
				t.Errorf("got %d of %s", len(o.Header[name]), name)
			}
		}
		if from, err := o.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != "khumue@example.go.th" {
			t.Errorf("got from %v, %v", from, err)
		}
		for at := range bytes.SplitSeq(data, []byte("\r\n")) {
			if bytes.ContainsAny(at, "\r\n") {
				t.Errorf("a bare line break in %q", at)
			}
		}
		if want := strings.ReplaceAll(text, "\n", "\r\n"); o.text != want {
			t.Errorf("got the text %q, want %q", o.text, want)
		}
	})
}

func FuzzAnAddressStandsAlone(f *testing.F) {
	for _, s := range []string{"ann@example.go.th", "Ann <ann@example.go.th>", "a@b, c@d", "a@b\r\nRCPT TO:<c@d>", "", "@", "a b@c", `"a b"@c`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := plainAddress(s)
		if err == nil && (got != s || strings.ContainsAny(s, "\r\n")) {
			t.Errorf("%q was taken as %q", s, got)
		}
	})
}

func TestASubjectIsReadAsItWasWritten(t *testing.T) {
	long := strings.Repeat("การต่ออายุใบอนุญาตขับรถ ", 12) + "A"
	l := letter("ann@example.go.th")
	l.Subject = long
	data := l.bytes("khumue@example.go.th", l.To)
	if got := read(t, data).subject; got != long {
		t.Errorf("got %q, want %q", got, long)
	}
	for at := range bytes.SplitSeq(data, []byte("\r\n")) {
		if len(at) > 200 {
			t.Errorf("a line of %d bytes", len(at))
		}
	}
}
