package testkit

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mailbox is an SMTP server on loopback that keeps what it is sent.
type Mailbox struct {
	Host  string
	Port  int
	Roots *x509.CertPool // by which its certificate is believed

	t      testing.TB
	how    MailboxOptions
	config *tls.Config
	mu     sync.Mutex
	mails  []Mail
	server *smtp.Server
	listen net.Listener
	refuse func(to string) error
	taken  func()
}

// MailboxOptions say how a Mailbox is spoken with.
type MailboxOptions struct {
	TLS            string // "starttls", "tls" or "none"
	User, Password string // "" both: nobody signs in
	Login          bool   // by LOGIN alone, as old servers do; else by PLAIN
}

// Mail is a message that was taken.
type Mail struct {
	From, To string
	User     string // who signed in
	Secure   bool   // it came over TLS
	Data     []byte // headers and body
}

// OpenMailbox opens a mailbox until the test ends.
func OpenMailbox(t testing.TB, how MailboxOptions) *Mailbox {
	t.Helper()
	tlsServer := httptest.NewTLSServer(nil) // whose certificate is good for 127.0.0.1
	defer tlsServer.Close()
	b := &Mailbox{Host: "127.0.0.1", t: t, how: how, Roots: x509.NewCertPool(), config: &tls.Config{Certificates: tlsServer.TLS.Certificates, MinVersion: tls.VersionTLS12}}
	b.Roots.AddCert(tlsServer.Certificate())
	b.Start()
	t.Cleanup(b.Stop)
	return b
}

// Start listens again after Stop, at the same address.
func (b *Mailbox) Start() {
	b.t.Helper()
	l, err := new(net.ListenConfig).Listen(b.t.Context(), "tcp", net.JoinHostPort(b.Host, strconv.Itoa(b.Port)))
	if err != nil {
		b.t.Fatal(err)
	}
	b.Port = l.Addr().(*net.TCPAddr).Port
	s := smtp.NewServer(b)
	s.Domain = "mail.example"
	s.AllowInsecureAuth = b.how.TLS == "none"
	s.ErrorLog = silent{}
	switch b.how.TLS {
	case "starttls":
		s.TLSConfig = b.config
	case "tls":
		l = tls.NewListener(l, b.config)
	}
	b.mu.Lock()
	b.server, b.listen = s, l
	b.mu.Unlock()
	go func() { _ = s.Serve(l) }() // it ends with Stop
}

// Stop refuses connections, and cuts those that are open.
func (b *Mailbox) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.server != nil {
		_ = b.listen.Close() // they are gone either way
		_ = b.server.Close()
		b.server = nil
	}
}

// Refuse has an answer for each recipient: a *smtp.SMTPError, as MailRefusal
// makes it; nil takes the mail.
func (b *Mailbox) Refuse(refuse func(to string) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = refuse
}

// OnTaken is called after each mail that was taken, before the sender knows.
func (b *Mailbox) OnTaken(taken func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = taken
}

// MailRefusal is an answer of SMTP with a code from 400 to 599.
func MailRefusal(code int) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCodeNotSet, Message: "refused"}
}

// Mails are what was taken, in order.
func (b *Mailbox) Mails() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

// NewSession begins a connection.
func (b *Mailbox) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &mailSession{box: b, conn: c}, nil
}

// silent drops what the server would log: tests cut connections on purpose.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

type mailSession struct {
	box  *Mailbox
	conn *smtp.Conn
	mail Mail
	user string
}

var _ smtp.AuthSession = &mailSession{}

func (s *mailSession) AuthMechanisms() []string {
	switch {
	case s.box.how.User == "":
		return nil
	case s.box.how.Login:
		return []string{sasl.Login}
	}
	return []string{sasl.Plain}
}

func (s *mailSession) Auth(string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != s.box.how.User || password != s.box.how.Password {
			return MailRefusal(535)
		}
		s.user = user
		return nil
	}
	if s.box.how.Login {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.box.how.User != s.user {
		return MailRefusal(530)
	}
	_, secure := s.conn.TLSConnectionState()
	if s.box.how.TLS == "tls" {
		secure = true
	}
	s.mail = Mail{From: from, User: s.user, Secure: secure}
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	refuse := s.box.refuse
	s.box.mu.Unlock()
	if refuse != nil {
		if err := refuse(to); err != nil {
			return err
		}
	}
	s.mail.To = to
	return nil
}

func (s *mailSession) Data(r io.Reader) (err error) {
	if s.mail.Data, err = io.ReadAll(r); err != nil {
		return err
	}
	s.box.mu.Lock()
	s.box.mails = append(s.box.mails, s.mail)
	taken := s.box.taken
	s.box.mu.Unlock()
	if taken != nil {
		taken()
	}
	return nil
}

func (s *mailSession) Reset() { s.mail = Mail{} }

func (s *mailSession) Logout() error { return nil }

// loginServer asks for user and password one after the other.
type loginServer struct {
	check func(user, password string) error
	step  int
	user  string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	case 3:
		return nil, true, l.check(l.user, string(response))
	}
	return nil, true, errors.New("nothing more is asked for")
}
