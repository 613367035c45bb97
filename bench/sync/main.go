// Command sync measures how the centre takes in and does what offices did while they
// were offline. It starts the daemon on a database with many offices, has all of them
// come at once with two hundred operations each over websockets, and asks meanwhile
// for pages, as officers and as the public do. What was taken in and done is read
// from the database at the end, once the daemon has stopped: each operation has to be
// there once, with its effect.
//
// The offices are simulated by this process, which shares the machine with the
// daemon. They obey when they are sent away, and come again with chance in it. A page
// view's time counts from when it was due.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"khumue/bench/office"
)

type settings struct {
	syncd, content string
	offices        int
	edits          bool          // they change their pages, too
	spread         time.Duration // in which they come: as after a network that was gone returns, each at a time of its own
	rate           int           // page views a second
	idle           time.Duration // for which pages are asked for before any office comes
	span           time.Duration // in which all has to be done
	database       string        // address of an empty database of PostgreSQL; "": SQLite
	out            string        // file for the report; "": none
	further        bool          // the report goes behind what the file has
	force          bool          // a figure that misses its aim is no error
}

func main() {
	var s settings
	flag.StringVar(&s.syncd, "syncd", "bin/syncd", "the daemon")
	flag.StringVar(&s.content, "content", "content", "folder of the content")
	flag.IntVar(&s.offices, "offices", 800, "offices, each with 200 operations")
	flag.BoolVar(&s.edits, "edits", true, "they change their pages, too")
	flag.DurationVar(&s.spread, "spread", 20*time.Second, "in which time they come")
	flag.IntVar(&s.rate, "rate", 40, "page views a second")
	flag.DurationVar(&s.idle, "idle", 15*time.Second, "how long pages are asked for before any office comes")
	flag.DurationVar(&s.span, "time", 5*time.Minute, "in which all has to be done")
	flag.StringVar(&s.database, "database", "", "address of an empty database of PostgreSQL; SQLite unless given")
	flag.StringVar(&s.out, "out", "", "file to write the report to")
	flag.BoolVar(&s.further, "append", false, "the report goes behind what the file has")
	flag.BoolVar(&s.force, "force", false, "a figure that misses its aim is no error")
	flag.Parse()
	if err := run(context.Background(), s); err != nil {
		fmt.Fprintln(os.Stderr, "sync:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) (err error) {
	f := figures{settings: s, load: loadOf()}
	dir, err := os.MkdirTemp("", "khumue-sync-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	w, err := prepare(ctx, s, dir)
	if err != nil {
		return err
	}
	o, err := demo(ctx, w.settings, w.data)
	if err != nil {
		return err
	}
	if err := f.measure(ctx, w, o); err != nil {
		return errors.Join(err, errors.New(o.Said()), o.Stop())
	}
	if err := o.Stop(); err != nil {
		return err
	}
	if err := f.audit(ctx, w); err != nil {
		return err
	}
	return f.report()
}

// prepare makes the content and the database, with all offices in it.
func prepare(ctx context.Context, s settings, dir string) (*world, error) {
	w, err := build(s, dir)
	if err != nil {
		return nil, err
	}
	first, err := demo(ctx, w.settings, w.data) // which makes the database
	if err != nil {
		return nil, err
	}
	if err := first.Stop(); err != nil {
		return nil, err
	}
	return w, w.fill(ctx)
}

// demo starts the daemon on a folder of data, and waits until it is ready.
func demo(ctx context.Context, s settings, data string) (*office.Office, error) {
	o, err := office.Start(ctx, office.Settings{Program: s.syncd, Content: s.content, Data: data, Database: s.database, Bare: true})
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := o.Ready(limited); err != nil {
		return nil, errors.Join(err, o.Stop())
	}
	return o, nil
}

// measure looks at pages, at first alone, and then while all offices come.
func (f *figures) measure(ctx context.Context, w *world, o *office.Office) error {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 60} // below what one address may hold
	defer transport.CloseIdleConnections()
	v, err := look(ctx, o, transport)
	if err != nil {
		return err
	}
	if err := v.at(ctx, f.rate, 3*time.Second, nil).err(); err != nil { // so that all is warm
		return err
	}
	fmt.Fprintln(os.Stderr, "pages while no office comes")
	f.quiet = v.at(ctx, f.rate, f.idle, nil)
	if err := f.quiet.err(); err != nil {
		return err
	}
	f.rest = o.Peak()

	fmt.Fprintln(os.Stderr, "all offices come")
	there, here := o.Used(), own()
	limited, cancel := context.WithTimeout(ctx, f.span)
	defer cancel()
	done := make(chan struct{})
	seen := make(chan views, 1)
	go func() { seen <- v.at(ctx, f.rate, f.span, done) }()
	f.began = time.Now()
	fleet, err := come(limited, w, o)
	f.acked = time.Now()
	f.theirsTaken, f.oursTaken = o.Used()-there, own()-here
	fmt.Fprintf(os.Stderr, "all is taken in after %v\n", f.acked.Sub(f.began).Round(time.Second))
	if err == nil {
		f.fleet = fleet
		err = f.wait(limited, o)
	}
	f.ended = time.Now()
	f.theirs, f.ours = o.Used()-there, own()-here
	close(done)
	f.busy = <-seen
	f.peak = o.Peak()
	return errors.Join(err, f.busy.err())
}

// perOffice is how much each office did, and all how much all did.
func (s settings) perOffice() int {
	n := len(processes)*months*perReport + cases*perCase
	if s.edits {
		n += edits
	}
	return n
}

func (s settings) all() int { return s.offices * s.perOffice() }

// wait waits until the daemon has done all that it took in.
func (f *figures) wait(ctx context.Context, o *office.Office) error {
	for {
		n, err := figure(ctx, o, `khumue_office_operations_total{state="done"}`)
		if err != nil {
			return err
		}
		if n >= int64(f.all()) {
			return nil
		}
		fmt.Fprintf(os.Stderr, "%d are done\n", n)
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d operations are done: %w", n, f.all(), ctx.Err())
		case <-time.After(time.Second):
		}
	}
}

// databaseOf is how the daemon's database is opened while it does not run.
func (w *world) databaseOf() (driver, at string) {
	if w.database != "" {
		return "pgx", w.database
	}
	return "sqlite", filepath.Join(w.data, "khumue.db")
}
