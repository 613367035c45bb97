// Package netns gives a test two places with a network each, joined by a cable that
// can be pulled out at either end, so that packets get lost without anybody being told,
// or an address goes to somebody else in the midst of a conversation.
//
// The places are network namespaces of Linux. There is no way from them to anywhere
// but along the cable, and none to them: what listens in one, on whatever address, is
// as far from the network of this machine as what listens on loopback. They have no
// name and are gone with the last process in them, however a test ends. The package
// knows nothing of what is said on the cable.
package netns

import "net/netip"

// Near and Far are addresses for the ends of a cable, and Other is one more for the
// near end. They belong to examples: nobody has them.
var (
	Near  = netip.MustParseAddr("192.0.2.2")
	Other = netip.MustParseAddr("192.0.2.3")
	Far   = netip.MustParseAddr("192.0.2.1")
)
