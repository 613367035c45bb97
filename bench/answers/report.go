package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"khumue/bench/paper"
)

// figures are what was measured.
type figures struct {
	settings
	load         string // of the machine before
	bare         float64
	most, steady measured
	mostTheirs   time.Duration // of a processor that the daemon had for most
	mostOurs     time.Duration // and the load
	peak         int64         // memory of the daemon after the loads
	acknowledged int
	stored       int64 // as the daemon counts
	commits      int64
	again        int // answers sent once more, and of them
	missing      int // those that were not there
	idleBefore   int64
	idleAfter    int64
}

// Aims.
const (
	aimRate = 5000
	aimP99  = 250 * time.Millisecond
	aimIdle = 500 << 20
)

func (m measured) perSecond() float64 { return float64(len(m.took)) / m.span.Seconds() }

func (m measured) part(p float64) time.Duration {
	if len(m.took) == 0 {
		return 0
	}
	return m.took[min(len(m.took)-1, int(p*float64(len(m.took))))]
}

func (f *figures) report() error {
	var text strings.Builder
	f.write(&text)
	fmt.Print(text.String())
	if f.out != "" {
		whole := []byte(text.String())
		if f.more {
			before, err := os.ReadFile(f.out)
			if err != nil {
				return err
			}
			whole = append(append(before, '\n'), whole...)
		}
		if err := os.WriteFile(f.out, whole, 0o644); err != nil {
			return err
		}
	}
	return f.judge()
}

func (f *figures) write(w io.Writer) {
	kind := "SQLite"
	if f.database != "" {
		kind = "PostgreSQL"
	}
	heading := "# Answers taken in"
	if f.more {
		heading = "## Answers taken in, by " + kind
	}
	fmt.Fprintf(w, "%s\n\nMade by `make bench-answers`. %s; load before: %s. Database: %s. Daemon and load share the machine: %s websockets, one answer in a message.\n\n",
		heading, paper.Machine(), f.load, kind, paper.Number(f.sockets))
	row := func(name string, m measured) []string {
		return []string{name, fmt.Sprintf("%s a second", paper.Number(int(m.perSecond()))), paper.Short(m.part(.5)), paper.Short(m.part(.99)), paper.Short(m.part(1)),
			fmt.Sprintf("%.2f", m.perSecond()/f.bare)}
	}
	paper.Table{
		{"load", "durable and acknowledged", "median", "99 %", "most", "of bare"},
		row("as many as go", f.most),
		row(fmt.Sprintf("%s a second", paper.Number(f.rate)), f.steady),
		{"bare SQLite, 100 rows in a transaction", fmt.Sprintf("%s a second", paper.Number(int(f.bare))), "–", "–", "–", "1"},
	}.Write(w)
	perCommit := 0.0
	if f.commits > 0 {
		perCommit = float64(f.stored) / float64(f.commits)
	}
	fmt.Fprintf(w, "%s answers were acknowledged, the daemon stored %s, in commits of %.0f on average. %s of them were sent again: %d were not there. The daemon held %s then.\n\n",
		paper.Number(f.acknowledged), paper.Number(f.stored), perCommit, paper.Number(f.again), f.missing, paper.Memory(f.peak))
	if n := time.Duration(len(f.most.took)); n > 0 && f.mostTheirs > 0 {
		each := (f.mostTheirs + f.mostOurs) / n
		fmt.Fprintf(w, "As many as go took %d µs of a processor for each answer in the daemon, and %d µs in the load: processors that do nothing else have room for %s a second.\n\n",
			(f.mostTheirs / n).Microseconds(), (f.mostOurs / n).Microseconds(), paper.Number(int(time.Second/each)*runtime.NumCPU()))
	}
	if f.settings.idle > 0 {
		fmt.Fprintf(w, "%s websockets that only listen: %s, of which %s were there before.\n", paper.Number(f.settings.idle), paper.Memory(f.idleAfter), paper.Memory(f.idleBefore))
	}
}

// judge tells which aims were missed. That an answer is lost is never allowed.
func (f *figures) judge() error {
	var errs []error
	miss := func(missed bool, format string, args ...any) {
		if missed {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	miss(f.missing > 0, "%d of %d acknowledged answers are lost", f.missing, f.again)
	miss(int64(f.acknowledged) != f.stored, "%d answers are acknowledged, %d are stored", f.acknowledged, f.stored)
	for _, m := range []measured{f.most, f.steady} {
		miss(m.err() != nil, "of some answers something else was said: %v", m.err())
	}
	if f.force {
		return errors.Join(errs...)
	}
	miss(f.most.perSecond() < aimRate, "%.0f answers a second, the aim is %d", f.most.perSecond(), aimRate)
	miss(f.steady.part(.99) > aimP99, "99 %% took up to %v, the aim is %v", f.steady.part(.99), aimP99)
	miss(f.idleAfter > aimIdle, "idle websockets take %s, the aim is %s", paper.Size(f.idleAfter), paper.Size(aimIdle))
	return errors.Join(errs...)
}
