// Package mail tells people by e-mail what waits for them: it writes letters about
// notices in Thai and English, hands them to an SMTP server, and keeps at it until
// they are taken.
//
// A letter says who did what to which manual and where to look, and nothing of
// what is written there. Handing over is at least once: a notice is marked once
// the server has taken its letter, so that a crash between the two, and nothing
// else, doubles one. It refuses to know SQL and which pages there are.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// Security says how a connection to the server is kept from others.
type Security string

// The ways.
const (
	STARTTLS Security = "starttls" // a plain connection that turns to TLS, or is given up
	TLS      Security = "tls"      // from the first byte
	Plain    Security = "none"     // never, for a server on this machine
)

// Server is an SMTP server that takes our letters.
type Server struct {
	Host     string
	Port     int
	User     string // "": without signing in
	Password string
	From     string // the address alone
	Security Security
	Roots    *x509.CertPool // whom the server's certificate is believed for; nil: the system's
	Patience time.Duration  // for each answer; zero: 30 s
}

const usualPatience = 30 * time.Second

// Refusal is that a server did not take one letter. It may take others.
type Refusal struct {
	Code    int  // of SMTP, from 400 to 599; 0: the letter's address has no form that could be sent
	Forever bool // the server says that trying again is of no use
}

// Error names the code alone: what servers say around it holds addresses.
func (r *Refusal) Error() string { return "the letter was refused: SMTP " + strconv.Itoa(r.Code) }

// Send hands over letters by one connection, one after another, and calls each
// with what became of one: nil, or a *Refusal. It ends at the first error of each,
// and where the server can not be used any more; the rest was not handed over.
func (s *Server) Send(ctx context.Context, letters []Letter, each func(i int, refused error) error) error {
	if len(letters) == 0 {
		return nil
	}
	link, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer link.close()
	for i, l := range letters {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := link.hand(s.From, l)
		var refused *Refusal
		if err != nil && !errors.As(err, &refused) {
			return err
		}
		if err := each(i, err); err != nil {
			return err
		}
	}
	link.quit()
	return nil
}

// link is a connection that is signed in.
type link struct {
	*smtp.Client
	raw      net.Conn
	patience time.Duration
	ctx      context.Context // once it ends, a letter on its way has grace to arrive
	release  func() bool     // lets go of ctx
}

// grace is for the server's answer about a letter that is on its way when the
// daemon ends: without it, the letter would be sent again.
const grace = 5 * time.Second

// dial connects, turns to TLS and signs in.
func (s *Server) dial(ctx context.Context) (_ *link, err error) {
	l := &link{patience: s.Patience, ctx: ctx}
	if l.patience == 0 {
		l.patience = usualPatience
	}
	config := &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	within, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	address := net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	if s.Security == TLS {
		l.raw, err = (&tls.Dialer{Config: config}).DialContext(within, "tcp", address)
	} else {
		l.raw, err = new(net.Dialer).DialContext(within, "tcp", address)
	}
	if err != nil {
		return nil, fmt.Errorf("connecting to the mail server: %w", err)
	}
	l.release = context.AfterFunc(ctx, func() { l.expect(grace) })
	if err := s.enter(l, config); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// enter greets the server and signs in.
func (s *Server) enter(l *link, config *tls.Config) (err error) {
	l.wait()
	if l.Client, err = smtp.NewClient(l.raw, s.Host); err != nil {
		return fmt.Errorf("the mail server's greeting: %w", err)
	}
	if err := l.Hello(domain(s.From)); err != nil {
		return fmt.Errorf("greeting the mail server: %w", err)
	}
	if s.Security == STARTTLS {
		if ok, _ := l.Extension("STARTTLS"); !ok {
			return errors.New("the mail server offers no STARTTLS")
		}
		l.wait()
		if err := l.StartTLS(config); err != nil {
			return fmt.Errorf("turning to TLS: %w", err)
		}
	}
	if s.User == "" {
		return nil
	}
	l.wait()
	if err := l.Auth(s.auth(l)); err != nil {
		return fmt.Errorf("signing in at the mail server: %w", err)
	}
	return nil
}

// wait gives the server its time for the next answer.
func (l *link) wait() {
	if l.ctx.Err() == nil {
		l.expect(l.patience)
	}
}

func (l *link) expect(within time.Duration) { _ = l.raw.SetDeadline(time.Now().Add(within)) } // where the connection is gone, the next word fails

// auth is the best way to sign in that the server offers.
func (s *Server) auth(l *link) smtp.Auth {
	_, offered := l.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	for _, way := range ways {
		if way == "PLAIN" {
			return smtp.PlainAuth("", s.User, s.Password, s.Host)
		}
	}
	for _, way := range ways {
		if way == "LOGIN" {
			return login{s}
		}
	}
	return smtp.CRAMMD5Auth(s.User, s.Password)
}

// login is the way of old servers: user and password one after the other.
type login struct{ *Server }

// Start refuses to send a password where others may read it.
func (a login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS && a.Security != Plain {
		return "", nil, errors.New("the connection is not encrypted")
	}
	return "LOGIN", nil, nil
}

// Next answers what the server asks for.
func (a login) Next(asked []byte, more bool) ([]byte, error) {
	switch question := bytes.ToLower(asked); {
	case !more:
		return nil, nil
	case bytes.HasPrefix(question, []byte("user")):
		return []byte(a.User), nil
	case bytes.HasPrefix(question, []byte("pass")):
		return []byte(a.Password), nil
	}
	return nil, errors.New("the mail server asks for something unknown")
}

// hand hands over one letter: a *Refusal where the server did not take it and
// goes on, another error where it can not be used any more.
func (l *link) hand(from string, letter Letter) error {
	to, err := plainAddress(letter.To)
	if err != nil {
		return &Refusal{Forever: true}
	}
	l.wait()
	if err := l.Mail(from); err != nil {
		return fmt.Errorf("the mail server takes nothing from our address: %w", err)
	}
	if err := l.Rcpt(to); err != nil {
		return l.refused(err)
	}
	w, err := l.Data()
	if err != nil {
		return l.refused(err)
	}
	l.wait()
	if _, err := w.Write(letter.bytes(from, to)); err != nil {
		return fmt.Errorf("writing a letter: %w", err)
	}
	l.wait()
	if err := w.Close(); err != nil {
		return l.refused(err)
	}
	return nil
}

// refused makes a refusal of what a server answered, and readies it for the next
// letter.
func (l *link) refused(err error) error {
	var answer *textproto.Error
	if !errors.As(err, &answer) || answer.Code == 421 {
		return fmt.Errorf("talking to the mail server: %w", err)
	}
	l.wait()
	if err := l.Reset(); err != nil {
		return fmt.Errorf("talking to the mail server: %w", err)
	}
	return &Refusal{answer.Code, answer.Code >= 500}
}

// quit takes its leave. What was handed over stands, whatever the server says.
func (l *link) quit() {
	l.wait()
	_ = l.Quit()
}

func (l *link) close() {
	l.release()
	_ = l.raw.Close() // nothing is on its way any more
}
