package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"khumue/internal/testkit/badline"
	"khumue/internal/testkit/netns"
)

func init() { apart = newNetworks }

// networks is a country of two networks. Both programs listen on loopback, each its
// own. The office reaches the centre by the address of the cable's far end, where what
// stands in front of a centre takes TLS: the one thing of these tests that listens on
// another address, which nobody outside of the two networks can reach.
type networks struct {
	t         *testing.T
	near, far *netns.Place
	way       *badline.Line
	trusted   string // file of the certificate that the office trusts
	moved     bool   // the office's address is netns.Other
}

func newNetworks(t *testing.T) (country, error) {
	near, far, err := netns.Lay()
	if err != nil {
		return nil, err
	}
	n := &networks{t: t, near: near, far: far, trusted: filepath.Join(t.TempDir(), "trusted.pem")}
	t.Cleanup(func() { must(t, errors.Join(near.Close(), far.Close())) })
	must(t, errors.Join(far.Settle(netns.Far), far.Plug(true)))
	return n, nil
}

func (n *networks) places() (centre, office place) {
	return place{starts: n.far.Start, dials: n.far.Dial}, place{starts: n.near.Start, dials: n.near.Dial, knows: []string{"SSL_CERT_FILE=" + n.trusted}}
}

func (n *networks) joins(c *centreProgram) (*badline.Line, string) {
	n.t.Helper()
	var all sync.WaitGroup
	n.t.Cleanup(all.Wait)
	var err error
	n.way, err = badline.NewBy(n.far.Dial, c.address, 1)
	must(n.t, err)
	n.t.Cleanup(func() { must(n.t, n.way.Close()) })
	l, err := n.far.Listen(n.t.Context(), netip.AddrPortFrom(netns.Far, 0))
	must(n.t, err)
	n.t.Cleanup(func() { must(n.t, l.Close()) })
	front := tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{n.certificate()}})
	all.Go(func() {
		for {
			near, err := front.Accept()
			if err != nil {
				return
			}
			all.Go(func() { passes(near, strings.TrimPrefix(n.way.Address(), "http://")) })
		}
	})
	return n.way, "https://" + l.Addr().String()
}

// passes carries what is said over a connection to an address of this machine, until
// one of both ends it.
func passes(near net.Conn, to string) {
	defer near.Close()
	far, err := new(net.Dialer).DialContext(context.Background(), "tcp", to)
	if err != nil {
		return
	}
	defer far.Close()
	var both sync.WaitGroup
	for from, to := range map[net.Conn]net.Conn{near: far, far: near} {
		both.Go(func() {
			_, _ = io.Copy(to, from) // until either ends
			_, _ = near.Close(), far.Close()
		})
	}
	both.Wait()
}

// certificate is one of the cable's far end, for the length of a test.
func (n *networks) certificate() tls.Certificate {
	n.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(n.t, err)
	made := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{netns.Far.AsSlice()},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	must(n.t, err)
	must(n.t, os.WriteFile(n.trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (n *networks) do(err ...error) {
	if err := errors.Join(err...); err != nil {
		n.t.Error(err)
	}
}

func (n *networks) gone() { n.do(n.near.Plug(false)) }

// lost takes the centre's address from it, and what is already past the cable with it.
func (n *networks) lost() bool {
	n.do(n.far.Settle(netip.IPv4Unspecified()), n.way.Set(badline.Weather{Deaf: true, Mute: true}))
	return true
}

func (n *networks) comes() {
	next := netns.Near
	if n.moved = !n.moved; n.moved {
		next = netns.Other
	}
	n.do(n.way.Set(badline.Weather{}), n.far.Settle(netns.Far), n.near.Settle(next), n.near.Plug(true))
}

func (n *networks) told() bool { return true }
