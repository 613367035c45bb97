// Command revisions measures how manuals are revised in a portal of any size: it
// makes a synthetic repository with its history, starts a demonstration on it,
// and goes through the back office as its people do. Each figure stands beside a
// limit or a peer of the same run: the page of help, which asks nothing of git; a
// file that is written and kept; a commit and a ref by the git program.
//
// The daemon is measured from outside, through its addresses. Times are of the
// whole request, as whoever sent it waits.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"khumue/bench/office"
)

// options are what a run is asked for.
type options struct {
	manuals, revisions, drafts, others int

	data      string // folder of data that is there, or to be made
	generator string
	syncd     string
	public    string // address of the site, which is in its pages
	issuer    string // address of the sample identity provider, by which people are known
	waiting   int    // revisions that wait for approval while pages are read
	page      string // file to write the tables to
	people    int    // who revise at once
	rounds    int    // revisions from draft to page, one after another
	visits    int    // of each page
	plain     bool   // the site says less on each page
	limit     time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, parse()); err != nil {
		fmt.Fprintln(os.Stderr, "revisions:", err)
		os.Exit(1)
	}
}

func parse() options {
	var o options
	flag.IntVar(&o.manuals, "manuals", 1000, "manuals")
	flag.IntVar(&o.revisions, "revisions", 0, "revisions published in all; 2.3 a manual unless given")
	flag.IntVar(&o.drafts, "drafts", 0, "open drafts; one for 20 manuals unless given")
	flag.IntVar(&o.others, "others", 0, "commits of other kinds; 60 for 100 manuals unless given")
	flag.StringVar(&o.data, "data", "", "folder of the data, made unless it is there and kept; one of its own, which goes, unless given")
	flag.StringVar(&o.generator, "generator", "bin/generator", "program that makes the repository")
	flag.StringVar(&o.syncd, "syncd", "bin/syncd", "the daemon, beside a generator")
	flag.StringVar(&o.public, "public", "localhost:18480", "address of the public site: with another the site is built anew")
	flag.StringVar(&o.issuer, "issuer", "localhost:18482", "address of the sample identity provider, by which people are known")
	flag.IntVar(&o.waiting, "waiting", 200, "revisions that wait for approval while pages are read, where there are as many drafts")
	flag.StringVar(&o.page, "page", "doc/benchmarks-revisions.md", "page to write")
	flag.IntVar(&o.people, "people", 50, "who revise at once, at most 90")
	flag.IntVar(&o.rounds, "rounds", 30, "revisions from draft to page, one after another")
	flag.IntVar(&o.visits, "visits", 50, "visits of each page")
	flag.BoolVar(&o.plain, "plain", false, "build a site that says less on each page, to be smaller")
	flag.DurationVar(&o.limit, "limit", time.Hour, "longest time for the first build, a clone or an index")
	flag.Parse()
	o.people = min(o.people, 90) // below what one address may hold
	o.revisions = or(o.revisions, o.manuals*23/10)
	o.drafts = or(o.drafts, max(o.manuals/20, 4))
	o.others = or(o.others, o.manuals*60/100)
	return o
}

func or(n, unless int) int {
	if n > 0 {
		return n
	}
	return unless
}

// bench is a run.
type bench struct {
	options
	results
	place place
	desk  *desk
}

func run(ctx context.Context, o options) error {
	b := &bench{options: o}
	b.began = time.Now()
	if o.data == "" {
		dir, err := os.MkdirTemp("", "khumue-revisions-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		b.data = dir
	}
	for _, part := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"a repository of " + fmt.Sprint(o.manuals) + " manuals", b.prepare},
		{"an index made anew", b.index},
		{"people", b.hire},
		{"the daemon", b.start},
	} {
		b.say("%s", part.name)
		if err := part.do(ctx); err != nil {
			return err
		}
	}
	err := b.measure(ctx)
	if err := errors.Join(err, b.desk.demo.Stop()); err != nil {
		return err
	}
	b.say("what has come of it")
	if err := b.audit(ctx); err != nil {
		return err
	}
	b.Load = b.Load + " → " + load()
	var page bytes.Buffer
	b.write(&page)
	fmt.Print(page.String())
	if err := os.MkdirAll(filepath.Dir(o.page), 0o755); err != nil {
		return err
	}
	return os.WriteFile(o.page, page.Bytes(), 0o644)
}

// say tells the person who waits what is done now.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}

// start starts the daemon twice: the first time it has to build the site.
func (b *bench) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	s := office.Settings{Program: b.syncd, Content: "none", Data: b.data, Agency: b.place.agencies[0], Public: b.public, Issuer: b.issuer}
	if b.plain {
		program, err := b.dress()
		if err != nil {
			return err
		}
		s.Generator = program
	}
	began := time.Now()
	demo, err := office.Start(ctx, s)
	if err != nil {
		return err
	}
	err = demo.Ready(ctx)
	b.FirstStart = time.Since(began)
	if err := errors.Join(err, demo.Stop()); err != nil {
		return err
	}
	for range starts {
		began = time.Now()
		if demo, err = office.Start(context.WithoutCancel(ctx), s); err != nil {
			return err
		}
		if err := demo.Ready(ctx); err != nil {
			return errors.Join(err, demo.Stop())
		}
		b.Starts = append(b.Starts, time.Since(began))
		if len(b.Starts) < starts {
			if err := demo.Stop(); err != nil {
				return err
			}
		}
	}
	b.Empty, err = b.emptyStart(ctx)
	if err != nil {
		return errors.Join(err, demo.Stop())
	}
	b.desk, err = openDesk(ctx, demo)
	if err != nil {
		return errors.Join(err, demo.Stop())
	}
	return nil
}

const starts = 3

// measure is all that is measured while the daemon runs.
func (b *bench) measure(ctx context.Context) error {
	defer func() { b.Peak = b.desk.demo.Peak() }()
	b.Load = load()
	for _, part := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"revisions that wait", b.queues},
		{"pages", b.pages},
		{"limits", b.limits},
		{"revisions, one after another", b.oneByOne},
		{"saving while the repository is put in order", b.inOrder},
		{"clones", b.clones},
		{fmt.Sprintf("%d people at once", b.people), b.crowd},
	} {
		b.say("%s", part.name)
		if err := part.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, errors.Join(err, errors.New(b.desk.demo.Said())))
		}
	}
	return nil
}

// load is the machine's load of the last minute; "–" where it is not told.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "–"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
