package netns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Place has a network of its own: a loopback interface, and an end of a cable.
type Place struct{ fd int }

// cable is the name of its end in either place.
const cable = "cable"

// Lay makes two places with a cable between them, of which both ends are out and have
// no address. Where the system lets nobody do so, as most let root alone, it fails.
// Who has them closes them.
func Lay() (near, far *Place, err error) {
	if near, err = newPlace(); err != nil {
		return nil, nil, fmt.Errorf("making a network of its own: %w", err)
	}
	if far, err = newPlace(); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("making a network of its own: %w", err), near.Close())
	}
	if err := near.Do(func() error { return join(far.fd) }); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("laying a cable: %w", err), near.Close(), far.Close())
	}
	return near, far, nil
}

func newPlace() (*Place, error) {
	p := &Place{}
	err := alone(func() (err error) {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		p.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := p.up("lo", true); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// alone does something on a thread that ends with it.
func alone(do func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and it stays so: nobody else gets a thread that has moved
		done <- do()
	}()
	return <-done
}

// Do does something in the place: there are the sockets that it opens and the programs
// that it starts, as far as it starts no goroutine for that.
func (p *Place) Do(do func() error) error {
	return alone(func() error {
		if err := unix.Setns(p.fd, unix.CLONE_NEWNET); err != nil {
			return err
		}
		return do()
	})
}

// Dial connects from the place to an address that is a number, or to a port of
// localhost.
func (p *Place) Dial(ctx context.Context, network, address string) (c net.Conn, err error) {
	if port, ok := strings.CutPrefix(address, "localhost:"); ok { // of a name there may be several addresses, each tried by a goroutine
		address = "127.0.0.1:" + port
	}
	err = p.Do(func() (err error) {
		c, err = new(net.Dialer).DialContext(ctx, network, address)
		return err
	})
	return c, err
}

// Listen listens in the place on an address that is a number.
func (p *Place) Listen(ctx context.Context, address netip.AddrPort) (l net.Listener, err error) {
	err = p.Do(func() (err error) {
		l, err = new(net.ListenConfig).Listen(ctx, "tcp", address.String())
		return err
	})
	return l, err
}

// Start starts a program in the place.
func (p *Place) Start(c *exec.Cmd) error { return p.Do(c.Start) }

// Plug puts the place's end of the cable in, or pulls it out. While it is out nothing
// of the network can be reached from here, and programs are told so. At the other end
// it is seen that the line is dead; connections stay, and what is sent gets lost.
func (p *Place) Plug(in bool) error { return p.up(cable, in) }

// Settle gives the place's end of the cable an address, instead of the one that it had.
// Others whose address begins with the same three numbers are along the cable. What was
// connected by the old address hears nothing any more, and is not told. No address at
// all is netip.IPv4Unspecified.
func (p *Place) Settle(address netip.Addr) error {
	return p.ask(func(fd int) error {
		r, err := unix.NewIfreq(cable)
		if err != nil {
			return err
		}
		if err := r.SetInet4Addr(address.AsSlice()); err != nil {
			return err
		}
		return unix.IoctlIfreq(fd, unix.SIOCSIFADDR, r)
	})
}

// up begins or ends the work of an interface.
func (p *Place) up(name string, so bool) error {
	return p.ask(func(fd int) error {
		r, err := unix.NewIfreq(name)
		if err != nil {
			return err
		}
		if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, r); err != nil {
			return err
		}
		flags := r.Uint16() &^ unix.IFF_UP
		if so {
			flags |= unix.IFF_UP
		}
		r.SetUint16(flags)
		return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, r)
	})
}

// ask asks something of the place's network, by a socket.
func (p *Place) ask(do func(fd int) error) error {
	return p.Do(func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		return errors.Join(do(fd), unix.Close(fd))
	})
}

// Close gives the place up. It is gone once no process and no connection is left in it.
func (p *Place) Close() error { return unix.Close(p.fd) }
