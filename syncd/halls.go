package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"khumue/internal/fault"
	"khumue/internal/webroot"
	"khumue/syncd/internal/counter"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/office"
	"khumue/syncd/internal/pages"
	"khumue/syncd/internal/postbox"
)

// hall is one listener of an office's machine for its network.
type hall struct {
	scheme string
	addr   string // "none": it is closed
	port   string // "" until it listens
}

// halls are what an office offers on its network: its copy of the public site, and
// where answers arrive. No page of the back office is ever among them.
type halls struct {
	lobby, kiosk hall // in the clear, and over TLS
	certs        *counter.Certificates
	look         func() counter.Place
	office       *office.Office

	mu     sync.Mutex
	place  counter.Place
	looked time.Time
}

// none is the address of what is not offered.
const none = "none"

// openHalls holds what the command line says together.
func (n *node) openHalls(c *officeOpenCommand) (h *halls, err error) {
	h = &halls{lobby: hall{scheme: "http", addr: cmp.Or(c.Lobby, none)}, kiosk: hall{scheme: "https", addr: cmp.Or(c.Kiosk, none)}, look: counter.Look, office: n.office}
	if h.kiosk.addr == none {
		return h, nil
	}
	if n.generator == "" {
		return nil, fault.New(fault.NotFound, fault.Text{TH: "--kiosk ต้องมีโปรแกรม generator", EN: "--kiosk needs the program generator"},
			fault.Text{TH: "วาง generator ไว้ข้างโปรแกรมนี้ หรือระบุด้วย --generator", EN: "put generator beside this program, or name it with --generator"})
	}
	if c.TLSCert == "" && c.TLSKey == "" && h.lobby.addr == none {
		return nil, fault.New(fault.Invalid, fault.Text{TH: "แท็บเล็ตต้องรับใบรับรองของสำนักงานจากหน้าที่ไม่เข้ารหัส", EN: "tablets get the office's certificate from a page in the clear"},
			fault.Text{TH: "ระบุ --lobby เช่น :8080 ด้วย หรือใช้ใบรับรองของศูนย์กลางด้วย --tls-cert และ --tls-key", EN: "give --lobby too, as :8080, or the centre's certificate with --tls-cert and --tls-key"})
	}
	h.certs, err = counter.New(counter.Options{
		Cert: c.TLSCert, Key: c.TLSKey, Load: h.load, Save: h.save, Name: h.name, Look: func() counter.Place { return h.look() }, Now: h.now, Random: rand.Reader, Log: n.log,
	})
	return h, err
}

// any reports whether the site is shown to anybody.
func (h *halls) any() bool { return h.lobby.addr != none || h.kiosk.addr != none }

// rooms are those of the machine; an error of kind Unavailable while it is locked.
func (h *halls) rooms() (*office.Rooms, error) {
	if r := h.office.Rooms(); r != nil {
		return r, nil
	}
	return nil, fault.New(fault.Unavailable, fault.Text{TH: "เครื่องนี้ยังล็อกอยู่", EN: "this machine is locked"},
		fault.Text{TH: "ให้เจ้าหน้าที่ปลดล็อกก่อน", EN: "let an officer unlock it first"})
}

func (h *halls) load() ([]byte, error) {
	r, err := h.rooms()
	if err != nil {
		return nil, err
	}
	return r.Authority()
}

func (h *halls) save(text []byte) error {
	r, err := h.rooms()
	if err != nil {
		return err
	}
	return r.KeepAuthority(text)
}

func (h *halls) name() string {
	if r, err := h.rooms(); err == nil {
		return r.Name
	}
	return ""
}

// now is the centre's time, where the machine knows it.
func (h *halls) now() time.Time {
	if r, err := h.rooms(); err == nil {
		return r.Now()
	}
	return time.Now()
}

// placeTime is how long the machine is taken to be found where it was.
const placeTime = 5 * time.Second

// where is the place of the machine, as it was seen lately.
func (h *halls) where() counter.Place {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now(); now.Sub(h.looked) > placeTime || now.Before(h.looked) {
		h.place, h.looked = h.look(), now
	}
	return h.place
}

// bound are the origins of a hall that it is reached by: where it listens to one
// address, that alone.
func (h *halls) bound(at hall) []string {
	if at.port == "" {
		return nil
	}
	host, _, _ := net.SplitHostPort(at.addr) // it was listened to
	ip, err := netip.ParseAddr(host)
	place := h.where()
	if err == nil && !ip.IsUnspecified() {
		place.Addresses = slices.DeleteFunc(slices.Clone(place.Addresses), func(a netip.Addr) bool { return a != ip })
		if !ip.IsLoopback() {
			place.Names = slices.DeleteFunc(slices.Clone(place.Names), func(n string) bool { return n == "localhost" })
		}
	}
	if host == "localhost" {
		place = counter.Place{Names: []string{"localhost"}}
	}
	return place.Origins(at.scheme, at.port)
}

// origins are those of all pages of the halls.
func (h *halls) origins() []string { return slices.Concat(h.bound(h.lobby), h.bound(h.kiosk)) }

// reached are the origins by which others reach the machine; all, where there is none.
func reached(origins []string) []string {
	others := slices.DeleteFunc(slices.Clone(origins), func(o string) bool {
		u, err := url.Parse(o)
		if err != nil {
			return true
		}
		ip, err := netip.ParseAddr(u.Hostname())
		return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	})
	if len(others) == 0 {
		return origins
	}
	return others
}

// here tells the back office what tablets are offered.
func (h *halls) here() (out pages.Here) {
	out.Secure = reached(h.bound(h.kiosk))
	if len(out.Secure) == 0 || !h.certs.Own() {
		return out
	}
	if a, err := h.certs.Authority(); err == nil {
		out.Fingerprint, out.Name = a.Fingerprint(), a.Name()
	}
	for _, origin := range reached(h.bound(h.lobby)) {
		out.Trust = append(out.Trust, origin+counter.Path)
	}
	return out
}

// ownLobby is the lobby as this machine's browser reaches it.
func (h *halls) ownLobby() string {
	if h.lobby.addr == none {
		return "localhost:8080"
	}
	host, port, err := net.SplitHostPort(h.lobby.addr)
	if err != nil {
		return h.lobby.addr
	}
	if h.lobby.port != "" {
		port = h.lobby.port
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// servers begin to listen.
func (h *halls) servers(ctx context.Context, n *node) (out []edge.Server, err error) {
	for _, at := range []*hall{&h.lobby, &h.kiosk} {
		if at.addr == none || n.generator == "" {
			continue
		}
		flag := map[string]string{"http": "--lobby", "https": "--kiosk"}[at.scheme]
		l, err := listen(ctx, at.addr, flag)
		if err != nil {
			for _, s := range out {
				err = errors.Join(err, s.Listener.Close())
			}
			return nil, err
		}
		_, at.port, _ = net.SplitHostPort(l.Addr().String()) // an address that is listened to has a port
		l = edge.Limit(l, edge.Caps{Total: 1024, PerAddress: 128}, flag[2:], nil)
		if at.scheme == "https" {
			l = tls.NewListener(l, h.certs.TLS())
		}
		out = append(out, edge.Server{Name: flag[2:], Listener: l, Handler: n.hall(at), OnStop: n.stopBox})
	}
	return out, nil
}

// hall is the office's copy of the site, with where answers arrive. Requests for hosts
// by which the machine is not found are turned away, as at the door.
func (n *node) hall(at *hall) http.Handler {
	faults := &edge.Faults{Log: n.log}
	observer := &edge.Observer{Name: at.scheme, Log: n.log, Now: time.Now}
	headers := edge.Headers{Permissions: sitePermissions}
	mux := http.NewServeMux()
	mux.Handle("/", &webroot.Folder{Dir: n.site(), Immutable: webroot.Immutable, CompressUpTo: compressUpTo})
	for _, path := range []string{postbox.Socket, postbox.API, postbox.Form, postbox.Look} {
		mux.HandleFunc(path, n.toBox)
	}
	if at.scheme == "http" && n.halls.certs != nil && n.halls.certs.Own() {
		secure := func() string { return strings.Join(first(reached(n.halls.bound(n.halls.kiosk))), "") }
		(&counter.Page{Certificates: n.halls.certs, Secure: secure, Log: n.log}).Register(mux)
	}
	bodies := edge.BodyLimit(faults, func(r *http.Request) int64 {
		if postbox.Takes(r.URL.Path) {
			return postbox.MaxBody
		}
		return 0
	})
	site := edge.Chain(edge.Routes(mux), headers.Wrap, bodies)
	known := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(n.halls.bound(*at), originOf(at.scheme+"://"+r.Host)) {
			faults.Refuse(w, r, http.StatusMisdirectedRequest, fault.Text{TH: "เครื่องนี้ไม่ได้ให้บริการในชื่อที่เรียกมา", EN: "This server does not answer for that name"})
			return
		}
		site.ServeHTTP(w, r)
	})
	return edge.Chain(known, observer.Wrap, faults.Recover)
}

// first is the first of a list, where there is one.
func first(list []string) []string { return list[:min(len(list), 1)] }

// toBox hands a request on to where answers arrive, once the machine is unlocked, and
// while the centre takes them from it. Tablets keep theirs until then.
func (n *node) toBox(w http.ResponseWriter, r *http.Request) {
	in := n.inside.Load()
	if in == nil || n.office.Rooms().Revoked() {
		w.Header().Set("Retry-After", "30")
		http.Error(w, "the machine is locked", http.StatusServiceUnavailable)
		return
	}
	in.box.ServeHTTP(w, r)
}

func (n *node) stopBox() {
	if in := n.inside.Load(); in != nil {
		in.desks.surveys.box.Stop()
	}
}
