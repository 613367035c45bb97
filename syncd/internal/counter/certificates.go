package counter

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"khumue/internal/fault"
)

// Options are what certificates are made of.
type Options struct {
	Cert, Key string // PEM files of the centre's; "": the office's own authority
	// Load reads the text of the authority, or is an error of kind NotFound; Save
	// keeps it. Both fail with one of kind Unavailable while the machine is locked.
	Load func() ([]byte, error)
	Save func(text []byte) error
	Name func() string // of an authority that is made, for people
	Look func() Place
	Now  func() time.Time
	// Random is a cryptographic source.
	Random io.Reader
	Log    *slog.Logger
}

// Certificates are those of the machine.
type Certificates struct {
	Options

	mu        sync.Mutex
	authority *Authority
	leaf      *tls.Certificate
	place     Place     // of the leaf
	looked    time.Time // when it was seen that the leaf serves still
	changed   time.Time // of the files
}

// lookEvery is how long a leaf is taken to serve still.
const lookEvery = 30 * time.Second

// New prepares certificates. Files that hold none are an error of kind Invalid.
func New(o Options) (*Certificates, error) {
	c := &Certificates{Options: o}
	if o.Cert == "" {
		return c, nil
	}
	return c, c.read()
}

// Own reports whether the office has an authority of its own.
func (c *Certificates) Own() bool { return c.Cert == "" }

// Authority is the office's own, made where there is none that serves.
func (c *Certificates) Authority() (*Authority, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.vouching()
}

// vouching is the authority. The certificates are locked.
func (c *Certificates) vouching() (*Authority, error) {
	now := c.Now()
	if c.authority != nil && c.authority.serves(now) {
		return c.authority, nil
	}
	text, err := c.Load()
	if err == nil {
		c.authority, err = ReadAuthority(text)
		if err == nil && c.authority.serves(now) {
			return c.authority, nil
		}
		c.Log.Warn("a new authority is made for tablets: the one that was here does not serve", "error", err)
	} else if !errors.Is(err, fault.NotFound) {
		return nil, err
	}
	c.authority, c.leaf = nil, nil
	a, err := NewAuthority(c.Name(), c.Look(), now, c.Random)
	if err != nil {
		return nil, err
	}
	if text, err = a.Text(); err == nil {
		err = c.Save(text)
	}
	if err != nil {
		return nil, err
	}
	c.authority = a
	return a, nil
}

// TLS is how tablets are spoken with.
func (c *Certificates) TLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.Get() }}
}

// Get is the certificate of now: the files', read anew where they changed, or one that
// the authority makes when addresses changed, or long before it ends.
func (c *Certificates) Get() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	if c.leaf != nil && now.Sub(c.looked).Abs() < lookEvery {
		return c.leaf, nil
	}
	if !c.Own() {
		if err := c.read(); err != nil {
			c.Log.Error("the certificate for tablets can not be read; the one of before serves", "error", err)
		}
		c.looked = now
		return c.leaf, nil
	}
	a, err := c.vouching()
	if err != nil {
		return nil, err
	}
	place := c.Look()
	if c.leaf == nil || !place.same(c.place) || now.Add(renewBefore).After(c.leaf.Leaf.NotAfter) || now.Before(c.leaf.Leaf.NotBefore) {
		leaf, err := a.Leaf(place, now, c.Random)
		if err != nil {
			return nil, err
		}
		c.leaf, c.place = leaf, place
	}
	c.looked = now
	return c.leaf, nil
}

// read reads the files, where they are others than before.
func (c *Certificates) read() error {
	cert, err := os.Stat(c.Cert)
	if err != nil {
		return noFile(c.Cert, err)
	}
	if c.leaf != nil && cert.ModTime().Equal(c.changed) {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return noFile(c.Cert, err)
	}
	c.leaf, c.changed = &pair, cert.ModTime()
	return nil
}

func noFile(name string, err error) error {
	return fault.New(fault.Invalid, fault.Textf("ใช้ใบรับรองใน %s ไม่ได้", "the certificate in %s can not be used", name),
		fault.Text{TH: "ระบุไฟล์ PEM ด้วย --tls-cert และ --tls-key ให้ครบทั้งสองไฟล์", EN: "name both PEM files with --tls-cert and --tls-key"}).Because(err)
}
