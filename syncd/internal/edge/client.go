package edge

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientOf returns who sent a request: its peer, or, while that is a listed
// proxy, whom the proxy says it had the request from. What stands further left
// in X-Forwarded-For may be written by anybody and is not looked at.
func clientOf(r *http.Request, proxies []netip.Prefix) netip.Addr {
	addr, ok := parseAddr(r.RemoteAddr)
	if !ok {
		return netip.Addr{}
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !within(addr, proxies) {
			return addr
		}
		before, ok := parseAddr(strings.TrimSpace(hop))
		if !ok {
			return addr
		}
		addr = before
	}
	return addr
}

// parseAddr reads an address with or without a port. IPv4 in the form of IPv6
// is IPv4; a zone is left out.
func parseAddr(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		ap, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}, false
		}
		a = ap.Addr()
	}
	return a.Unmap().WithZone(""), true
}

func within(a netip.Addr, ranges []netip.Prefix) bool {
	return slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(a) })
}

// household is the range of addresses that one customer of a network has: an
// IPv4 address, or 64 bits of IPv6.
func household(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // the length fits the address
	return p
}
