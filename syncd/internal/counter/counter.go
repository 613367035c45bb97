// Package counter is what tablets on an office's network need of the office's machine:
// by which addresses they find it, and a certificate by which they know it.
//
// The certificate is the centre's, in files, or of an authority of the office's own,
// which is made once and kept sealed. That authority can vouch for private addresses
// and local names alone, so that a tablet that trusts it trusts it in nothing else. A
// page in plain HTTP hands its certificate out, with what is to be done on a tablet;
// what proves it is the fingerprint, which is read on the office's own screen.
//
// The package refuses to know what is served, and where anything is kept.
package counter

import (
	"net"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Place is where a machine is found on its network.
type Place struct {
	Addresses []netip.Addr // private ones, those of IPv4 first, this machine's own last
	Names     []string     // local ones, in small letters, the best first
}

// Look looks where this machine is found. What the system does not tell is left out.
func Look() Place {
	list, _ := net.InterfaceAddrs()
	name, _ := os.Hostname()
	return placeOf(list, name)
}

// private are the ranges of addresses that lead nowhere but into a local network.
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("::1/128"),
}

// placeOf sorts what a system tells.
func placeOf(list []net.Addr, host string) (p Place) {
	for _, a := range list {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		at := prefix.Addr().Unmap()
		if at.Zone() == "" && !slices.Contains(p.Addresses, at) && slices.ContainsFunc(private, func(r netip.Prefix) bool { return r.Contains(at) }) {
			p.Addresses = append(p.Addresses, at)
		}
	}
	for _, own := range []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()} {
		if !slices.Contains(p.Addresses, own) {
			p.Addresses = append(p.Addresses, own)
		}
	}
	slices.SortStableFunc(p.Addresses, func(a, b netip.Addr) int { return rank(a) - rank(b) })
	if label, _, _ := strings.Cut(strings.ToLower(host), "."); labelForm.MatchString(label) && label != "localhost" {
		p.Names = append(p.Names, label+".local", label)
	}
	p.Names = append(p.Names, "localhost")
	return p
}

var labelForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// rank says how likely an address is the one that a tablet finds.
func rank(a netip.Addr) int {
	switch {
	case a.IsLoopback():
		return 3
	case a.IsLinkLocalUnicast():
		return 2
	case a.Is6():
		return 1
	}
	return 0
}

// Hosts are all names and addresses as they stand in an address of the web.
func (p Place) Hosts() (out []string) {
	for _, a := range p.Addresses {
		if a.Is6() {
			out = append(out, "["+a.String()+"]")
		} else {
			out = append(out, a.String())
		}
	}
	return append(out, p.Names...)
}

// Origins are the beginnings of all addresses of the web by which a port is reached.
func (p Place) Origins(scheme, port string) (out []string) {
	if port == map[string]string{"http": "80", "https": "443"}[scheme] {
		port = ""
	} else {
		port = ":" + port
	}
	for _, h := range p.Hosts() {
		out = append(out, scheme+"://"+h+port)
	}
	return out
}

// same reports whether nothing of two places differs.
func (p Place) same(as Place) bool {
	return slices.Equal(p.Addresses, as.Addresses) && slices.Equal(p.Names, as.Names)
}
