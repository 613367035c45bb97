package counter

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"
	"time"
)

// How long certificates hold. Tablets refuse one of a server that holds longer than
// 397 days.
const (
	authorityTime = 10 * 365 * 24 * time.Hour
	leafTime      = 180 * 24 * time.Hour
	renewBefore   = 45 * 24 * time.Hour
	slack         = 48 * time.Hour // by which a tablet's clock may be behind
)

// Authority vouches for an office's machine.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// kept is an authority as it is kept.
type kept struct {
	Certificate []byte `json:"certificate"` // DER
	Key         []byte `json:"key"`         // PKCS #8
}

// localNames are what the authority may vouch for beside the machine's own name: names
// that no public registry gives away.
var localNames = []string{"local", "localhost", "lan", "home.arpa", "internal"}

// NewAuthority makes an authority of a name for people, that may vouch for private
// addresses and local names, the machine's own among them.
func NewAuthority(name string, p Place, now time.Time, random io.Reader) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial(random)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: clip(name, 60), Organization: []string{"Khumue"}},
		NotBefore: now.Add(-slack), NotAfter: now.Add(authorityTime),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: slices.Clone(localNames),
	}
	for _, n := range p.Names {
		if !strings.Contains(n, ".") && n != "localhost" {
			t.PermittedDNSDomains = append(t.PermittedDNSDomains, n)
		}
	}
	for _, r := range private {
		t.PermittedIPRanges = append(t.PermittedIPRanges, &net.IPNet{IP: r.Masked().Addr().AsSlice(), Mask: net.CIDRMask(r.Bits(), r.Addr().BitLen())})
	}
	der, err := x509.CreateCertificate(random, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &Authority{cert, key}, err
}

// clip is a name that fits, whole letters alone.
func clip(s string, most int) string {
	letters := []rune(s)
	return string(letters[:min(len(letters), most)])
}

func newSerial(random io.Reader) (*big.Int, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, err
	}
	b[0] = b[0]&0x7f | 0x40 // above nought, and of one length
	return new(big.Int).SetBytes(b), nil
}

// Text is the authority with its key, which is for nobody's eyes.
func (a *Authority) Text() ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, err
	}
	return json.Marshal(kept{a.cert.Raw, key})
}

// ReadAuthority reads what Text wrote.
func ReadAuthority(text []byte) (*Authority, error) {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return nil, fmt.Errorf("counter: %w", err)
	}
	cert, err := x509.ParseCertificate(k.Certificate)
	if err != nil {
		return nil, fmt.Errorf("counter: %w", err)
	}
	any, err := x509.ParsePKCS8PrivateKey(k.Key)
	key, ok := any.(*ecdsa.PrivateKey)
	if err != nil || !ok || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, fmt.Errorf("counter: the key is not the certificate's: %w", err)
	}
	return &Authority{cert, key}, nil
}

// Certificate is the authority's own, as DER.
func (a *Authority) Certificate() []byte { return a.cert.Raw }

// Name is that of the authority, by which a person finds it in a list.
func (a *Authority) Name() string { return a.cert.Subject.CommonName }

// Fingerprint is the SHA-256 of the certificate as systems show it: pairs of
// hexadecimal digits, with colons.
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.cert.Raw)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// serves reports whether the authority may vouch for something for a while yet.
func (a *Authority) serves(now time.Time) bool {
	return now.After(a.cert.NotBefore) && now.Add(leafTime).Before(a.cert.NotAfter)
}

// Leaf vouches for a machine at a place, under a key of its own. What the authority may
// not vouch for is left out.
func (a *Authority) Leaf(p Place, now time.Time, random io.Reader) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial(random)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: p.Names[0]},
		NotBefore: now.Add(-slack), NotAfter: now.Add(leafTime),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	for _, n := range p.Names {
		if a.permits(n) {
			t.DNSNames = append(t.DNSNames, n)
		}
	}
	for _, at := range p.Addresses {
		t.IPAddresses = append(t.IPAddresses, at.AsSlice())
	}
	der, err := x509.CreateCertificate(random, t, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, err
}

// permits reports whether the authority may vouch for a name: a machine may have got
// another since the authority was made.
func (a *Authority) permits(name string) bool {
	return slices.ContainsFunc(a.cert.PermittedDNSDomains, func(d string) bool { return name == d || strings.HasSuffix(name, "."+d) })
}
