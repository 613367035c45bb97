// Command structure measures the rooms of agencies and service points in a portal
// of the whole country's size: it makes a synthetic repository, starts a
// demonstration on it, asks for each page through the daemon's address, and links
// one manual to as many points as there are local governments.
//
// Each page stands beside the page of help, which asks nothing of the content. The
// site is not built meanwhile: that would be measured with it.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"khumue/bench/office"
)

// options are what a run is asked for.
type options struct {
	manuals   int
	data      string // folder of data that is there, or to be made
	generator string
	syncd     string
	issuer    string // address of the sample identity provider, by which people are known
	nothing   string // program that takes the generator's place in the daemon
	page      string // file to write the tables to
	visits    int    // of each page
	limit     time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	flag.IntVar(&o.manuals, "manuals", 125_000, "manuals; the portal has a point for three of them, and 10,000 agencies from 125,000 on")
	flag.StringVar(&o.data, "data", "", "folder of the data, made unless it is there and kept; one of its own, which goes, unless given")
	flag.StringVar(&o.generator, "generator", "bin/generator", "program that makes the repository")
	flag.StringVar(&o.syncd, "syncd", "bin/syncd", "the daemon")
	flag.StringVar(&o.issuer, "issuer", "localhost:18492", "address of the sample identity provider, by which people are known")
	flag.StringVar(&o.nothing, "instead", "true", "program that is run where the daemon would build the site")
	flag.StringVar(&o.page, "page", "doc/benchmarks-structure.md", "page to write")
	flag.IntVar(&o.visits, "visits", 50, "visits of each page")
	flag.DurationVar(&o.limit, "limit", time.Hour, "longest time for making the index")
	flag.Parse()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "structure:", err)
		os.Exit(1)
	}
}

// bench is a run.
type bench struct {
	options
	portal portal
	people people
	demo   *office.Office

	help   figure
	pages  []figure
	links  []linking
	memory int64
	load   string // of the machine, before and after
}

func run(ctx context.Context, o options) (err error) {
	b := &bench{options: o}
	if o.data == "" {
		if b.data, err = os.MkdirTemp("", "khumue-structure-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(b.data)) }()
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if b.nothing, err = exec.LookPath(b.nothing); err != nil {
		return err
	}
	b.demo, err = office.Start(ctx, office.Settings{
		Program: b.syncd, Content: b.data, Data: b.data, Agency: b.portal.provinces[0].code, Issuer: b.issuer, Generator: b.nothing,
	})
	if err != nil {
		return err
	}
	before := load()
	err = b.measure(ctx)
	b.load = before + " → " + load()
	if err := errors.Join(err, b.demo.Stop()); err != nil {
		return err
	}
	var page bytes.Buffer
	b.write(&page)
	fmt.Print(page.String())
	return os.WriteFile(o.page, page.Bytes(), 0o644)
}

// prepare makes what is not there of the repository, its index and the people's
// roles.
func (b *bench) prepare(ctx context.Context) error {
	repo := filepath.Join(b.data, "content.git")
	if _, err := os.Stat(repo); errors.Is(err, fs.ErrNotExist) {
		if err := b.synthesise(ctx, repo); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(b.data, "khumue.db")); errors.Is(err, fs.ErrNotExist) {
		ctx, cancel := context.WithTimeout(ctx, b.limit)
		defer cancel()
		if err := b.run(ctx, b.syncd, "doctor", "--mend"); err != nil {
			return err
		}
	}
	var err error
	if b.portal, err = survey(ctx, repo); err != nil {
		return err
	}
	if len(b.portal.provinces) == 0 || b.portal.manual == "" {
		return errors.New("the portal is too small to have a province: try more -manuals")
	}
	b.people = b.portal.cast()
	file := filepath.Join(b.data, "people.csv")
	if err := os.WriteFile(file, b.people.accounts(b.issuer), 0o600); err != nil {
		return err
	}
	return b.run(ctx, b.syncd, "user", "import", file, "--apply")
}

// synthesise makes the repository, with the key that signed its approvals.
func (b *bench) synthesise(ctx context.Context, repo string) error {
	if err := os.MkdirAll(b.data, 0o700); err != nil {
		return err
	}
	n := fmt.Sprint(b.manuals)
	err := b.run(ctx, b.generator, "synth", "--git", "--out", repo, "--manuals", n, "--revisions", n, "--drafts", "20")
	for from, to := range map[string]string{".key": "approvals.key", ".pub": "approvals.pub"} {
		err = errors.Join(err, os.Rename(repo+from, filepath.Join(b.data, to)))
	}
	return errors.Join(err, os.Chmod(filepath.Join(b.data, "approvals.key"), 0o600))
}

// run runs a program to its end, over the data.
func (b *bench) run(ctx context.Context, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), "KHUMUE_DATA="+b.data)
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v: %w: %s", filepath.Base(name), args, err, out[:min(len(out), 600)])
	}
	return nil
}

// transport keeps the connections of all people open.
var transport = &http.Transport{MaxIdleConnsPerHost: 8}

// load is how much the machine has had to do in the last minute; "unknown" where the
// system does not tell.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
