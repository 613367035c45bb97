//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/html"

	"khumue/internal/testkit/badline"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/office"
	"khumue/syncd/internal/strongbox"
)

// program is the program in a process of its own, that can be killed and started
// again over the same data.
type program struct {
	t       *testing.T
	args    []string
	env     []string
	address string   // of its back office
	log     *os.File // what it complains of
	place            // where it runs

	mu    sync.Mutex
	pid   int // 0: it does not run
	ended chan struct{}
}

// place is where a program runs. The zero value is here.
type place struct {
	starts func(*exec.Cmd) error
	dials  badline.Dial // what listens there
	knows  []string     // what its environment has besides
}

// command is the test binary as the program.
func (p *program) command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Args[0], c.Env, c.Stderr = "syncd", p.env, p.log
	return c
}

// complains has what it complains of told where the test fails.
func (p *program) complains() {
	p.t.Helper()
	name := filepath.Join(p.t.TempDir(), "log")
	var err error
	p.log, err = os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(p.t, err)
	p.t.Cleanup(func() {
		p.kill()
		text, err := os.ReadFile(name)
		if err = errors.Join(err, p.log.Close()); err != nil {
			p.t.Error(err)
		}
		if p.t.Failed() {
			p.t.Logf("%s complains: %s", p.args[0], text[max(0, len(text)-4000):])
		}
	})
}

// start starts it, and returns when it listens.
func (p *program) start() {
	p.t.Helper()
	p.run(func(c *exec.Cmd) error {
		start := p.starts
		if start == nil {
			start = (*exec.Cmd).Start
		}
		if err := start(c); err != nil {
			return err
		}
		p.began(c.Process.Pid)
		go func() { _ = c.Wait(); p.gone() }() // how it ended, who ended it knows
		return nil
	})
}

// run has the program started, and returns when it says that it listens.
func (p *program) run(start func(c *exec.Cmd) error) {
	p.t.Helper()
	c := p.command(p.args...)
	out, in, err := os.Pipe()
	must(p.t, err)
	c.Stdout = in
	must(p.t, errors.Join(start(c), in.Close()))
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil {
		p.t.Fatalf("%s does not start: %v", strings.Join(c.Args, " "), err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines); _ = out.Close() }() // what it says after
}

func (p *program) began(pid int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pid, p.ended = pid, make(chan struct{})
}

func (p *program) gone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pid = 0
	close(p.ended)
}

// kill ends it as a power cut would end the process, and returns when it is gone.
func (p *program) kill() { p.signal(syscall.SIGKILL); p.wait() }

// stop ends it as an operator does.
func (p *program) stop() { p.signal(syscall.SIGTERM); p.wait() }

func (p *program) signal(by syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pid != 0 {
		_ = syscall.Kill(p.pid, by) // it may have ended by itself
	}
}

// wait returns when it is gone.
func (p *program) wait() {
	p.mu.Lock()
	ended := p.ended
	p.mu.Unlock()
	if ended != nil {
		<-ended
	}
}

// centreProgram is a centre of the sample portal in a process of its own, whose site
// is not built: that is no part of this.
type centreProgram struct {
	program
	cfg  config.Config
	demo bool // it is a demonstration
}

// nothing is a program that does nothing.
func nothing(t *testing.T) string {
	t.Helper()
	name, err := exec.LookPath("true")
	must(t, err)
	return name
}

// newCentre prepares a centre that has not been started.
func newCentre(t *testing.T) *centreProgram { return newCentreIn(t, t.TempDir()) }

// newCentreIn prepares one that keeps its data in a folder.
func newCentreIn(t *testing.T, data string) *centreProgram {
	t.Helper()
	return newCentreAt(t, data, place{})
}

// newCentreAt prepares one in a place.
func newCentreAt(t *testing.T, data string, at place) *centreProgram {
	t.Helper()
	addr := freeAddresses(t, 2)
	c := &centreProgram{program: program{t: t, place: at, args: []string{"serve"}, address: "http://" + addr[1]}}
	c.at(data, addr)
	must(t, importContent("../content", c.cfg, time.Now()))
	c.inside(func(c *centre) {
		must(t, (&demoCommand{Agency: sampleAgency}).hire(t.Context(), c.desk, "https://id.example"))
	})
	c.complains()
	return c
}

// at sets where it keeps its data.
func (c *centreProgram) at(data string, addr []string) {
	c.t.Helper()
	env := []string{"KHUMUE_DATA=" + data, "KHUMUE_GENERATOR=" + nothing(c.t), "KHUMUE_METRICS_LISTEN=none", "KHUMUE_LOG_LEVEL=error",
		"KHUMUE_PUBLIC_LISTEN=" + addr[0], "KHUMUE_PUBLIC_ADDRESS=http://" + addr[0], "KHUMUE_BACK_OFFICE_LISTEN=" + addr[1], "KHUMUE_BACK_OFFICE_ADDRESS=http://" + addr[1]}
	c.env = slices.Concat(os.Environ(), c.knows, env)
	var err error
	c.cfg, err = config.Read(config.Source{Name: "test", Env: env})
	must(c.t, err)
}

// inside does something with its desks. What works at the same data meanwhile is
// another process.
func (c *centreProgram) inside(do func(*centre)) {
	c.t.Helper()
	in, err := openCentre(c.t.Context(), c.cfg, slog.New(slog.DiscardHandler), c.demo)
	must(c.t, err)
	_, err = in.follows.look()
	must(c.t, err)
	defer func() { must(c.t, in.close()) }()
	do(in)
}

// code is a code with which a sample person enrols a machine.
func (c *centreProgram) code(person, name string) (code string) {
	c.t.Helper()
	c.inside(func(in *centre) {
		var err error
		by := in.person(c.t, person)
		code, _, err = in.offices.enrol.NewCode(c.t.Context(), by, sampleAgency, by.Grants[0].Scope.Point, name)
		must(c.t, err)
	})
	return code
}

// officeProgram is an office's machine in a process of its own, with the browser of
// its officer.
type officeProgram struct {
	program
	dir    string
	way    *badline.Line // to the centre
	centre string        // as it is called here
	person string
	b      *guest
}

// newOffice enrols a machine of a sample person, which has not been started, at a
// centre that runs, over a line. Its passphrase is cheap to try.
func newOffice(t *testing.T, c *centreProgram, person string) *officeProgram {
	return newOfficeIn(t, c, person, filepath.Join(t.TempDir(), "office"))
}

// newOfficeIn enrols one that keeps everything in a folder.
func newOfficeIn(t *testing.T, c *centreProgram, person, dir string) *officeProgram {
	t.Helper()
	way, err := badline.New(c.address, 1)
	must(t, err)
	t.Cleanup(func() { must(t, way.Close()) })
	o := &officeProgram{dir: dir, way: way, centre: way.Address(), person: person}
	o.t = t
	in := o.look()
	_, err = in.Enrol(t.Context(), way.Address(), c.code(person, "โน้ตบุ๊กสาขา"), person+"@example.invalid", localPhrase)
	must(t, err)
	o.settle(freeAddresses(t, 1)[0])
	o.complains()
	return o
}

// settle says where it listens, and with which folder it works.
func (o *officeProgram) settle(listen string) {
	o.args = []string{"office", "--data", o.dir, "--listen", listen, "--centre", o.centre, "--log-level", "error"}
	o.env, o.address = slices.Concat(os.Environ(), o.knows), "http://"+listen
	o.newBrowser()
}

// look is what the machine keeps, while no process works with it.
func (o *officeProgram) look() *office.Office {
	o.t.Helper()
	in, err := openOffice(officePlace{Data: o.dir, Cost: strongbox.Cost{Passes: 1, Memory: 64, Lanes: 1}}, slog.New(slog.DiscardHandler), nil)
	must(o.t, err)
	return in
}

// newBrowser begins anew with nothing but an address.
func (o *officeProgram) newBrowser() {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	must(o.t, err)
	o.b = &guest{o.t, http.Client{Jar: jar, Transport: &http.Transport{DialContext: o.dials, MaxIdleConnsPerHost: 4}, Timeout: time.Minute}, o.address}
}

// ask asks for a page, or sends a form where there is one. It fails where the process
// ends meanwhile.
func (b *guest) ask(at string, form url.Values) (status int, path, page string, err error) {
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.address+at, body)
	must(b.t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	a, err := b.Do(r)
	if err != nil {
		return 0, "", "", err
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	return a.StatusCode, a.Request.URL.Path, string(text), err
}

// unlock opens the machine with the officer's passphrase and signs in, once the
// content is there.
func (o *officeProgram) unlock() error {
	who := url.Values{"user": {o.person + "@example.invalid"}, "passphrase": {localPhrase}}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-tick.C {
		status, at, page, err := o.b.ask("/door/unlock", who)
		switch {
		case err != nil:
			return err
		case status == http.StatusOK && at == "/":
			return nil
		case status != http.StatusOK && status != http.StatusForbidden: // 403: the people have not come in
			return fmt.Errorf("unlocking: %d at %s\n%s", status, at, page)
		}
	}
	return errors.New("the machine is not open within a minute")
}

// opens starts the machine, unlocks it and signs its officer in.
func (o *officeProgram) opens() {
	o.t.Helper()
	o.start()
	must(o.t, o.unlock())
}

// tries presses the button that has the centre asked at once.
func (o *officeProgram) tries() error {
	_, _, _, err := o.b.ask("/sync/try", url.Values{})
	return err
}

// formOn is the form of a page that is sent to an address, with what is in it.
func formOn(page, action string) (url.Values, error) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, err
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && strings.HasPrefix(attribute(n, "action"), action) && attribute(n, "method") == "post" {
			return fieldsOf(n), nil
		}
	}
	return nil, fmt.Errorf("the page has no form for %s", action)
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// fieldsOf is what a browser would send of a form in which nobody pressed a button.
func fieldsOf(form *html.Node) url.Values {
	out := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if n.Type != html.ElementNode || name == "" || has(n, "disabled") {
			continue
		}
		switch kind := attribute(n, "type"); {
		case n.Data == "input" && (kind == "checkbox" || kind == "radio"):
			if has(n, "checked") {
				out.Add(name, attribute(n, "value"))
			}
		case n.Data == "input" && kind != "submit" && kind != "file":
			out.Add(name, attribute(n, "value"))
		case n.Data == "textarea":
			text := ""
			for c := range n.Descendants() {
				text += c.Data
			}
			out.Add(name, text)
		case n.Data == "select":
			for o := range n.Descendants() {
				if o.Data == "option" && has(o, "selected") {
					out.Add(name, attribute(o, "value"))
				}
			}
		}
	}
	return out
}
