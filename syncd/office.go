package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/door"
	"khumue/syncd/internal/edge"
	"khumue/syncd/internal/enrol"
	"khumue/syncd/internal/line"
	"khumue/syncd/internal/live"
	"khumue/syncd/internal/office"
	"khumue/syncd/internal/pages"
	"khumue/syncd/internal/porch"
	"khumue/syncd/internal/rebuild"
	"khumue/syncd/internal/rights"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/strongbox"
	"khumue/syncd/internal/structure"
)

// officeCommand is the machine of an office that works without a network.
type officeCommand struct {
	Open  officeOpenCommand  `cmd:"" default:"withargs" help:"เปิดเครื่องของสำนักงาน · Open the office's machine."`
	Enrol officeEnrolCommand `cmd:"" help:"ลงทะเบียนเครื่องด้วยรหัสจากศูนย์กลาง · Enrol the machine with a code of the centre."`
}

// officePlace is where an office's machine keeps everything.
type officePlace struct {
	Data   string `default:"khumue-office" help:"โฟลเดอร์ที่เก็บทุกอย่างของเครื่องนี้ · Folder of all that this machine keeps." placeholder:"DIR" type:"path"`
	Centre string `help:"ที่อยู่หลังบ้านของศูนย์กลาง · Address of the centre's back office." placeholder:"URL"`

	Cost strongbox.Cost `kong:"-"` // of a try at a passphrase; zero: the usual
}

type officeOpenCommand struct {
	officePlace
	Listen    string `default:"localhost:8081" help:"ที่อยู่หลังบ้าน เปิดได้จากเครื่องนี้เท่านั้น · Address of the back office, for this machine alone." placeholder:"ADDR"`
	Lobby     string `default:"none" help:"ที่อยู่สำเนาเว็บไซต์สำหรับผู้มาติดต่อ ไม่เข้ารหัส · Address of the office's copy of the public site, in the clear." placeholder:"ADDR"`
	Kiosk     string `default:"none" help:"ที่อยู่สำเนาเว็บไซต์สำหรับแท็บเล็ต เข้ารหัส · Address of the same for tablets, over TLS." placeholder:"ADDR"`
	TLSCert   string `name:"tls-cert" help:"ใบรับรองของศูนย์กลางสำหรับ --kiosk · The centre's certificate for --kiosk." placeholder:"FILE" type:"path"`
	TLSKey    string `name:"tls-key" help:"กุญแจของใบรับรองนั้น · Its key." placeholder:"FILE" type:"path"`
	Generator string `help:"โปรแกรม generator; ไม่ระบุ: ข้างโปรแกรมนี้ · The program generator; beside this one unless given." placeholder:"FILE" type:"path"`
	LogLevel  string `default:"warn" help:"debug info warn error"`
}

// Run opens the machine until it is interrupted.
func (c *officeOpenCommand) Run(ctx context.Context, s streams) error {
	n, err := c.node(s)
	if err != nil {
		return err
	}
	return n.serve(ctx, func() { fmt.Fprintln(s.out, n.address()) })
}

type officeEnrolCommand struct {
	officePlace
	Code string `arg:"" help:"รหัสลงทะเบียนเครื่อง · Code for a machine."`
	User string `required:"" help:"อีเมลของเจ้าหน้าที่ที่ขอรหัส · E-mail address of the officer whose code it is." placeholder:"EMAIL"`
}

// Run enrols the machine. The passphrase is read as one line of the input.
func (c *officeEnrolCommand) Run(ctx context.Context, s streams) error {
	if c.Centre == "" {
		return fault.New(fault.Invalid, fault.Text{TH: "ยังไม่ได้ระบุศูนย์กลาง", EN: "no centre is named"},
			fault.Text{TH: "ระบุด้วย --centre https://…", EN: "name it with --centre https://…"})
	}
	o, err := openOffice(c.officePlace, logger(s, "warn"), nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.err, "ตั้งรหัสผ่านของเครื่องนี้ แล้วกด Enter · Type a new passphrase for this machine, then Enter.")
	phrase, err := bufio.NewReader(s.in).ReadString('\n')
	if phrase == "" && err != nil {
		return fault.New(fault.Invalid, fault.Text{TH: "ไม่ได้รับรหัสผ่าน", EN: "there was no passphrase"}).Because(err)
	}
	who, err := o.Enrol(ctx, strings.TrimSuffix(c.Centre, "/"), c.Code, c.User, strings.TrimRight(phrase, "\r\n"))
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s · %s\n", who.Name, who.Agency)
	return nil
}

// openOffice looks at what a machine has.
func openOffice(at officePlace, log *slog.Logger, opened func(context.Context, *office.Rooms) error) (*office.Office, error) {
	return office.New(office.Options{
		Dir: at.Data, Program: programVersion(), Cost: at.Cost,
		Ask: func(address string) (enrol.Asker, error) { return porch.ParseCentre(address, nil) },
		Line: func(address string, token func() (string, error)) office.Line {
			return line.New(line.Config{Address: address, Token: token, Now: time.Now})
		},
		Opened: opened, Now: time.Now, Random: rand.Reader, Log: log,
	})
}

// programVersion is what the centre is told of this program.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// node is an office's machine as it runs.
type node struct {
	office    *office.Office
	door      *door.Server
	work      string // folder of what the desks keep beside the database
	listen    string
	halls     *halls // what citizens and tablets on the network are offered
	generator string // "": there is none
	log       *slog.Logger

	ctx    context.Context // of serve
	group  *errgroup.Group
	moved  chan struct{} // main or a revision moved
	inside atomic.Pointer[inside]
}

// inside is what is behind the door.
type inside struct {
	desks   *centre
	handler http.Handler
	open    *live.Server
	box     http.Handler // where answers arrive
}

// workFolder is, in the folder of a machine, that of what the desks keep beside the
// database: nothing that only officers may see.
const workFolder = "work"

func (c *officeOpenCommand) node(s streams) (*node, error) {
	if !forThisMachine(c.Listen) {
		return nil, fault.New(fault.Invalid, fault.Textf("เปิดหลังบ้านที่ %s ไม่ได้", "the back office can not be opened on %s", c.Listen),
			fault.Text{TH: "ใช้ที่อยู่ของเครื่องนี้ เช่น localhost:8081", EN: "use an address of this machine, as localhost:8081"})
	}
	n := &node{work: filepath.Join(c.Data, workFolder), listen: c.Listen, log: logger(s, c.LogLevel), moved: make(chan struct{}, 1)}
	program, err := rebuild.Find(c.Generator)
	switch {
	case err == nil:
		n.generator = program
	case c.Generator != "":
		return nil, err
	}
	if n.office, err = openOffice(c.officePlace, n.log, n.opened); err != nil {
		return nil, err
	}
	if n.halls, err = n.openHalls(c); err != nil {
		return nil, err
	}
	n.door = &door.Server{Office: n.office, Centre: c.Centre, Ready: func() bool { return n.inside.Load() != nil }, Now: time.Now, Log: n.log}
	return n, nil
}

// forThisMachine reports whether nobody else can reach an address.
func forThisMachine(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// address is what a browser types.
func (n *node) address() string { return "http://" + n.listen }

// serve runs the machine until ctx ends. Ready is called once it listens.
func (n *node) serve(ctx context.Context, ready func()) (err error) {
	l, err := listen(ctx, n.listen, "--listen")
	if err != nil {
		return err
	}
	l = edge.Limit(l, edge.Caps{Total: 256, PerAddress: 256}, "office", nil)
	servers := []edge.Server{{Name: "office", Listener: l, Handler: n.handler(), OnStop: n.stopLive}}
	halls, err := n.halls.servers(ctx, n)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	servers = append(servers, halls...)
	n.group, n.ctx = errgroup.WithContext(ctx)
	n.group.Go(func() error { return edge.Run(n.ctx, n.log, servers...) })
	ready()
	return errors.Join(n.group.Wait(), n.office.Close())
}

// handler is the door with what is behind it. Requests for any other host than that of
// the address are turned away: a page of somebody else's that has its name lead here
// reads nothing.
func (n *node) handler() http.Handler {
	faults := &edge.Faults{Log: n.log}
	observer := &edge.Observer{Name: "office", Log: n.log, Now: time.Now}
	guarded := n.door.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n.inside.Load().handler.ServeHTTP(w, r) }))
	headers := edge.Headers{}
	hosts := edge.NewHosts(faults, map[string]http.Handler{n.address(): edge.Chain(guarded, headers.Wrap)})
	return edge.Chain(hosts, observer.Wrap, faults.Recover)
}

func (n *node) stopLive() {
	if in := n.inside.Load(); in != nil {
		in.open.Stop()
	}
}

// opened begins to speak with the centre, once a machine is unlocked.
func (n *node) opened(_ context.Context, r *office.Rooms) error {
	if n.group == nil {
		return nil // a command line that enrols
	}
	r.Mirror.Changed = func() {
		select {
		case n.moved <- struct{}{}:
		default:
		}
	}
	n.group.Go(func() error { r.Run(n.ctx); return nil })
	n.group.Go(func() error { n.follow(r); return nil })
	return nil
}

// boxTidyEvery is how often the bytes of operations are let go of that were settled
// long ago.
const boxTidyEvery = 6 * time.Hour

// openEvery is how often it is looked whether the content of the office is there, until
// it is. Who waits for that sees it.
const openEvery = time.Second

// follow opens the desks once the content of the office is there, and has them learn
// what came, until the machine stops.
func (n *node) follow(r *office.Rooms) {
	first, look, tidy := time.NewTicker(openEvery), time.NewTicker(office.LookEvery), time.NewTicker(boxTidyEvery)
	defer first.Stop()
	defer look.Stop()
	defer tidy.Stop()
	tidied := false
	for {
		err := n.learn(r)
		if !tidied && n.inside.Load() != nil { // many a machine runs for less than a working day
			err, tidied = errors.Join(err, r.Tidy(n.ctx)), true
		}
		select {
		case <-n.ctx.Done():
			return
		case <-first.C:
			if n.inside.Load() != nil {
				first.Stop()
			}
		case <-look.C:
			err = errors.Join(err, r.Dismiss(n.ctx))
			if r.Revoked() { // what tablets sent now would stay here for ever
				n.stopBox()
			}
			if in := n.inside.Load(); in != nil {
				n.retire(r, in.desks.desk)
			}
		case <-n.moved:
			if in := n.inside.Load(); in != nil {
				in.desks.follows.landed()
				err = errors.Join(err, in.desks.manuals.CatchUp(n.ctx))
			}
		case <-tidy.C:
			err = errors.Join(err, r.Tidy(n.ctx))
		}
		if err != nil && n.ctx.Err() == nil {
			n.log.Error("what came from the centre is looked at later", "error", err)
		}
	}
}

// learn opens the desks where they can be, and are not yet.
func (n *node) learn(r *office.Rooms) error {
	s, err := r.Look(n.ctx)
	if err != nil || !s.Fetched || n.inside.Load() != nil {
		return err
	}
	in, err := n.furnish(r)
	if err == nil {
		n.inside.Store(in)
	}
	return err
}

// retire lets go of what those sign approvals with who are not signed in any more.
func (n *node) retire(r *office.Rooms, desk *staff.Desk) {
	err := r.Retire(n.ctx, func(ctx context.Context, id catalog.OfficerID) (bool, error) {
		list, err := desk.SessionsOf(ctx, staff.Acting{Officer: rights.Officer{ID: id}})
		return len(list) > 0, err
	})
	if err != nil && n.ctx.Err() == nil {
		n.log.Error("signing keys of officers are let go of later", "error", err)
	}
}

// furnish opens the desks of the centre over what the machine has.
func (n *node) furnish(r *office.Rooms) (*inside, error) {
	cfg, err := n.config()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, err
	}
	c := &centre{cfg: cfg, log: n.log, current: &structure.Current{}, store: r.Store, repo: r.Repo, writer: r.Writer, ask: func() {},
		origins: n.halls.origins, here: n.halls.here,
		sync: &pages.Sync{Courier: r.Courier, Box: r.Box, Stick: r, Away: centreOnly}}
	limits := staff.Limits{Idle: cfg.Session.Idle, Absolute: cfg.Session.Absolute, TokenExpiry: cfg.Token.Expiry}
	c.desk = &staff.Desk{Store: c.store, Structure: c.current, Now: time.Now, Random: rand.Reader, Limits: limits}
	copied := &lobby{repo: r.Repo, dir: cfg.Content, wake: make(chan struct{}, 1)}
	shown := n.generator != "" && n.halls.any()
	if shown {
		c.ask = copied.ask
	}
	if err := c.openDesks(n.ctx, n.generator, rebuild.Job{Content: cfg.Content, BaseURL: cfg.Public.Address}, r.Vault); err != nil {
		return nil, err
	}
	if _, err := c.follows.look(); err != nil {
		return nil, err
	}
	p, open, err := c.pages(localSignIn{n.door, n.office})
	if err != nil {
		return nil, err
	}
	was := c.desk.SignedOut
	c.desk.SignedOut = func(id catalog.OfficerID) {
		was(id)
		n.retire(r, c.desk)
	}
	c.work(n.ctx, n.group)
	c.surveys.run(n.ctx, n.group, edge.NewMetrics())
	if shown {
		n.group.Go(func() error { c.builds.Run(n.ctx); return nil })
		n.group.Go(func() error { copied.run(n.ctx, c.builds, n.log); return nil })
		copied.ask()
	}
	mux := http.NewServeMux()
	mux.Handle(livePath, open)
	for _, at := range centreOnly {
		mux.HandleFunc(at, func(w http.ResponseWriter, asked *http.Request) {
			p.Refuse(w, asked, http.StatusForbidden, fault.Text{TH: "งานนี้ทำได้ที่หลังบ้านของศูนย์กลางเท่านั้น", EN: "This can be done in the centre's back office alone."},
				fault.Textf("ทำขณะต่อเครือข่าย ที่ %s", "Do it there while you have a network: %s", r.Centre), "")
		})
	}
	mux.Handle("/", p.Handler())
	box := http.NewServeMux()
	c.surveys.box.Register(box)
	return &inside{c, edge.Chain(edge.Routes(mux), c.told(p).Recover), open, box}, nil
}

// centreOnly are the addresses of what is not written down as an operation, so that
// the centre would never hear of it.
var centreOnly = []string{
	"/token", "/tokens", "/tokens/", "/users", "/users/", "/access", "/access.csv", "/me/programs", "/me/programs/", "/me/delegation", "/me/delegation/",
	"/import", "/import/", "/imported", "POST /structure/{code}/reorganise", "POST /synonyms/dismiss",
	"POST /manuals/{id}/draft/{key}/hasten", "POST /manuals/{id}/revisions/{n}/hasten",
	"POST /satisfaction/comments/", "POST /satisfaction/asides", "POST /licences/remind", "POST /licences/unlocks", "POST /delays/{id}/erase",
}

// config is what an operator of the centre would write, as it is for a machine.
func (n *node) config() (config.Config, error) {
	hall := n.halls.ownLobby()
	env := []string{
		"KHUMUE_DATA=" + n.work, "KHUMUE_CONTENT=" + filepath.Join(n.work, "content"), "KHUMUE_SITE=" + n.site(), "KHUMUE_METRICS_LISTEN=none",
		"KHUMUE_PUBLIC_LISTEN=" + hall, "KHUMUE_PUBLIC_ADDRESS=http://" + hall, "KHUMUE_BACK_OFFICE_LISTEN=" + n.listen, "KHUMUE_BACK_OFFICE_ADDRESS=" + n.address(),
	}
	return config.Read(config.Source{Name: "office", Env: env, ReadFile: os.ReadFile})
}
