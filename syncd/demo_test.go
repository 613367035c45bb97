package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"khumue/internal/testkit"
)

var pictures = flag.String("pictures", "", "folder for pictures of the story")

var (
	browser   testkit.Browser
	generator string // the program, built once for all tests
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "hook" { // git runs the daemon's program, which is this one
		main()
	}
	testscript.Main(suite{m}, map[string]func(){"syncd": func() {
		if err := begin(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		main()
	}})
}

// begin is what the program does first where a test wants it to.
var begin = func() error { return nil }

// suite builds the generator for the tests and cleans up after them, before the
// process ends.
type suite struct{ *testing.M }

func (s suite) Run() int {
	dir, err := os.MkdirTemp("", "khumue-syncd-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	defer browser.Close()
	generator = filepath.Join(dir, "generator")
	if out, err := exec.Command("go", "build", "-o", generator, "khumue/generator").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the generator: %v\n%s", err, out)
		return 1
	}
	return s.M.Run()
}

// demo is a demonstration that runs until the test ends.
type demo struct {
	public, office, issuer, operators string // addresses
	said                              string // what it printed
}

// portsGiven counts what freeAddresses gave away.
var portsGiven atomic.Int64

// freeAddresses are loopback addresses on which nobody listens and that nobody else is
// given: no other call, and, since they lie below those that a system hands out by
// itself (from 32,768 on), no connection that begins meanwhile. So a program that is
// killed finds its own free when it starts again.
func freeAddresses(t *testing.T, n int) []string {
	t.Helper()
	const first, ports = 12_000, 20_000
	var out []string
	for tries := 0; len(out) < n; tries++ {
		address := fmt.Sprintf("localhost:%d", first+(61*int64(os.Getpid())+portsGiven.Add(1))%ports) // elsewhere in each process
		l, err := net.Listen("tcp", address)
		if err != nil {
			if tries < 1_000 {
				continue // somebody listens there
			}
			t.Fatal(err)
		}
		l.Close()
		out = append(out, address)
	}
	return out
}

// startDemo runs the demonstration, without a past unless asked for, and waits until
// it has said where it is.
func startDemo(t *testing.T, args ...string) demo {
	t.Helper()
	addr := freeAddresses(t, 4)
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan int, 1)
	var complaints strings.Builder
	go func() {
		code := run(ctx, append([]string{"demo", "--content", "../content", "--generator", generator,
			"--public", addr[0], "--office", addr[1], "--issuer", addr[2], "--operators", addr[3], "--no-past"}, args...),
			streams{in: strings.NewReader(""), out: in, err: &complaints})
		in.CloseWithError(fmt.Errorf("it ended with exit code %d", code))
		ended <- code
	}()
	t.Cleanup(func() {
		stop()
		out.CloseWithError(errors.New("the test is over"))
		if code := <-ended; code != 0 {
			t.Errorf("the demonstration ended with exit code %d: %s", code, complaints.String())
		}
	})
	d := demo{public: "http://" + addr[0], office: "http://" + addr[1], issuer: "http://" + addr[2], operators: "http://" + addr[3]}
	lines := bufio.NewReader(out)
	for !strings.Contains(d.said, "new-2") {
		line, err := lines.ReadString('\n')
		d.said += line
		if err != nil {
			t.Fatalf("%v: %s", err, d.said)
		}
	}
	go io.Copy(io.Discard, lines) // what it says after
	return d
}

// visitor is somebody at a browser.
type visitor struct {
	*testkit.Tab
	t    *testing.T
	name string
	n    int
}

// open opens a browser of its own at the back office.
func (d demo) open(t *testing.T, name string, v testkit.View) *visitor {
	tab := browser.Open(t, &testkit.Server{URL: d.office}, v)
	tab.Allow(d.issuer, d.public)
	return &visitor{Tab: tab, t: t, name: name}
}

// look takes a picture where pictures are wanted, and holds the page to axe's
// rules.
func (v *visitor) look(what string) {
	v.t.Helper()
	for _, violation := range v.Axe() {
		v.t.Errorf("%s, %s: %s", v.name, what, violation)
	}
	if *pictures == "" {
		return
	}
	v.n++
	name := filepath.Join(*pictures, fmt.Sprintf("%s-%02d-%s.png", v.name, v.n, what))
	if err := errors.Join(os.MkdirAll(*pictures, 0o755), os.WriteFile(name, v.Picture(), 0o644)); err != nil {
		v.t.Fatal(err)
	}
}

// signIn signs in as a sample person.
func (v *visitor) signIn(person string) {
	v.t.Helper()
	v.Go("/signin")
	v.look("sign-in")
	v.Click(`form[action^="/signin/"] button`)
	v.Until(`document.querySelector('button[name=person]')`)
	v.look("provider")
	v.Click(`button[name=person][value="` + person + `"]`)
	v.Until(`document.querySelector('form[action="/signout"]')`)
}

// redeem types a token, and waits for what the page says.
func (v *visitor) redeem(token string) {
	v.t.Helper()
	v.Go("/token")
	v.Type("#token", token)
	v.Click(`form[action="/token"] button`)
}

// issue makes the token of a role of an agency, and returns it.
func (v *visitor) issue(agency, role string) string {
	v.t.Helper()
	v.Go("/tokens?unit=" + agency)
	v.look("tokens")
	v.Click(`form:has(input[name=role][value="` + role + `"]):has(input[name=point][value=""]) button`)
	v.Until(`document.querySelector('#secret')`)
	v.look("issued")
	return v.Text(`document.querySelector('#secret').textContent.trim()`)
}

func (v *visitor) says(text string) {
	v.t.Helper()
	v.Until(fmt.Sprintf(`document.querySelector('main').textContent.includes(%q)`, text))
}

// A new agency comes: the DGA gives it its first token, the person who redeems
// it gives an author one, and neither serves a second time.
func TestANewAgencyComesToWork(t *testing.T) {
	d := startDemo(t)
	dga := d.open(t, "dga", testkit.View{})
	dga.signIn("dga")
	dga.look("home")
	first := dga.issue("mfa", "central")

	nobody := d.open(t, "nobody", testkit.View{Width: 360, Height: 740})
	nobody.Go("/tokens")
	nobody.Until(`location.pathname == "/signin"`)

	chief := d.open(t, "new-1", testkit.View{Width: 360, Height: 740})
	chief.Allow("400")
	chief.signIn("new-1")
	chief.Until(`location.pathname == "/token"`)
	chief.look("asked-for-a-token")
	chief.redeem(first)
	chief.Until(`location.pathname == "/"`)
	chief.look("home")
	second := chief.issue("mfa", "author")

	author := d.open(t, "new-2", testkit.View{Width: 360, Height: 740, Scheme: "dark"})
	author.Allow("400", "403") // what is refused has its status
	author.signIn("new-2")
	author.redeem(first)
	author.says("ใช้ไม่ได้")
	author.look("refused")
	author.redeem(second)
	author.Until(`location.pathname == "/"`)
	author.look("home")
	author.Go("/users")
	author.look("not-allowed")

	chief.redeem(second)
	chief.says("ใช้ไม่ได้")

	chief.Go("/users")
	chief.says("บุญมี")
	chief.look("users")
	dga.View(testkit.View{Scheme: "dark"})
	dga.Go("/trail")
	dga.says("นภา")
	dga.look("trail")
}
