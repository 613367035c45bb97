package netns

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"golang.org/x/sys/unix"
)

// peer is VETH_INFO_PEER of linux/veth.h: the other end.
const peer = 1

// join lays a cable from here to another place.
func join(far int) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	err = unix.Sendto(fd, wish(far), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	if err == nil {
		err = heard(fd)
	}
	return errors.Join(err, unix.Close(fd))
}

// wish asks for a pair of interfaces: RTM_NEWLINK as in netlink(7) and rtnetlink(7).
func wish(far int) []byte {
	name := attribute(unix.IFLA_IFNAME, []byte(cable+"\x00"))
	fresh := make([]byte, unix.SizeofIfInfomsg) // interface, of any number
	there := slices.Concat(fresh, name, attribute(unix.IFLA_NET_NS_FD, binary.NativeEndian.AppendUint32(nil, uint32(far))))
	kind := slices.Concat(attribute(unix.IFLA_INFO_KIND, []byte("veth\x00")), attribute(unix.IFLA_INFO_DATA, attribute(peer, there)))
	body := slices.Concat(fresh, name, attribute(unix.IFLA_LINKINFO, kind))
	head := binary.NativeEndian.AppendUint32(nil, uint32(unix.SizeofNlMsghdr+len(body)))
	head = binary.NativeEndian.AppendUint16(head, unix.RTM_NEWLINK)
	head = binary.NativeEndian.AppendUint16(head, unix.NLM_F_REQUEST|unix.NLM_F_ACK|unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	head = append(head, make([]byte, 8)...) // a number for the answer, and of whom: the system knows
	return append(head, body...)
}

// attribute is one part of a message, filled up to where the next may begin.
func attribute(kind uint16, value []byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(unix.SizeofRtAttr+len(value)))
	b = append(binary.NativeEndian.AppendUint16(b, kind), value...)
	for len(b)%unix.RTA_ALIGNTO != 0 {
		b = append(b, 0)
	}
	return b
}

// heard reads what became of a wish.
func heard(fd int) error {
	b := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, b, 0)
	switch {
	case err != nil:
		return err
	case n < unix.SizeofNlMsghdr+4 || binary.NativeEndian.Uint16(b[4:]) != unix.NLMSG_ERROR:
		return io.ErrUnexpectedEOF
	}
	if no := int32(binary.NativeEndian.Uint32(b[unix.SizeofNlMsghdr:])); no != 0 {
		return unix.Errno(-no)
	}
	return nil
}
