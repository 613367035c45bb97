// Command answers measures how the daemon takes citizens' answers in: it starts
// one, opens a thousand websockets, and sends answers on all of them, first as
// many as it takes, then at a steady rate. Daemon and load share the machine. The
// limit is what the database keeps of the same rows, a hundred in a transaction,
// measured in the same run; after the load a part of all answers is sent again,
// and each has to be there already.
//
// A steady answer's time counts from when it was due, so that a daemon that falls
// behind is not measured by the answers that it kept from being sent.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

type settings struct {
	syncd, generator, content string
	database                  string        // of PostgreSQL; "": SQLite
	sockets, idle             int           // that send, that only listen
	rate                      int           // steady answers a second
	span                      time.Duration // of each load
	out                       string        // file of the report; "": none
	more                      bool          // the report goes behind what the file has
	force                     bool          // a figure that misses its aim is no error
}

func main() {
	var s settings
	flag.StringVar(&s.syncd, "syncd", "bin/syncd", "the daemon")
	flag.StringVar(&s.generator, "generator", "bin/generator", "the program that builds the site")
	flag.StringVar(&s.content, "content", "content", "folder of the content")
	flag.StringVar(&s.database, "database", "", "address of an empty PostgreSQL database; SQLite unless given")
	flag.IntVar(&s.sockets, "sockets", 1000, "websockets that send")
	flag.IntVar(&s.idle, "idle", 10_000, "websockets that only listen")
	flag.IntVar(&s.rate, "rate", 5000, "steady answers a second")
	flag.DurationVar(&s.span, "time", 20*time.Second, "how long each load lasts, at most 5m")
	flag.StringVar(&s.out, "out", "", "file to write the report to")
	flag.BoolVar(&s.more, "append", false, "the report goes behind what the file has")
	flag.BoolVar(&s.force, "force", false, "a figure that misses its aim is no error")
	flag.Parse()
	if err := run(context.Background(), s); err != nil {
		fmt.Fprintln(os.Stderr, "answers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) (err error) {
	s.span = min(s.span, 5*time.Minute)
	f := figures{settings: s, load: loadOf()}
	if f.bare, err = bare(ctx); err != nil {
		return err
	}
	d, err := start(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.stop()) }()
	crowd, err := gather(ctx, d, s.sockets)
	if err != nil {
		return err
	}
	crowd.most(2 * time.Second) // so that all is warm
	there, here := d.processor(), own()
	f.most = crowd.most(s.span)
	f.mostTheirs, f.mostOurs = d.processor()-there, own()-here
	f.steady = crowd.steady(s.rate, s.span)
	if f.peak, err = d.memory(); err != nil {
		return err
	}
	f.again, f.missing = crowd.again(1000)
	crowd.close()
	if f.stored, err = d.figure(ctx, `khumue_survey_answers_total{status="stored"}`); err != nil {
		return err
	}
	if f.commits, err = d.figure(ctx, `khumue_survey_commits_total`); err != nil {
		return err
	}
	f.acknowledged = crowd.acknowledged()
	if err := f.idle(ctx, s); err != nil {
		return err
	}
	return f.report()
}

// idle measures what websockets take that only listen, in a daemon of their own.
func (f *figures) idle(ctx context.Context, s settings) (err error) {
	if s.idle == 0 {
		return nil
	}
	s.database = ""
	d, err := start(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.stop()) }()
	before, err := d.memory()
	if err != nil {
		return err
	}
	crowd, err := gather(ctx, d, s.idle)
	if err != nil {
		return err
	}
	defer crowd.close()
	after, err := d.memory()
	f.idleBefore, f.idleAfter = before, after
	return err
}
