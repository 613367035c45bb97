package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options are what a run is asked for.
type options struct {
	manuals int
	sizes   []int // of the portals in which one manual changes
	dir     string
	page    string // file to write the tables to
	peers   string // folder of the peers
	gen     generator
	limit   time.Duration
	keep    bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := dispatch(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// dispatch runs the whole bench, or one of the limits as its child.
func dispatch(ctx context.Context, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "walk":
		return walk(args[1], func(string, fs.FileInfo) {})
	case len(args) == 3 && args[0] == "write":
		p, err := writePlainly(args[1], args[2])
		return errors.Join(err, json.NewEncoder(os.Stdout).Encode(p))
	case len(args) == 5 && args[0] == "convert":
		return convert(args[1], args[2], args[3], args[4])
	case len(args) == 5 && args[0] == "author":
		return author(args[1], args[2], args[3], args[4])
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	return run(ctx, o)
}

func parse(args []string) (options, error) {
	var o options
	sizes := ""
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.IntVar(&o.manuals, "manuals", 10000, "manuals of the portal that is built in full")
	f.StringVar(&sizes, "sizes", "1000", "more sizes of portal in which one manual changes")
	f.StringVar(&o.dir, "dir", "bin/bench", "folder to work in")
	f.StringVar(&o.page, "page", "doc/benchmarks.md", "page to write")
	f.StringVar(&o.peers, "peers", "bin/peers", "folder of the peers")
	f.StringVar(&o.gen.program, "generator", "bin/generator", "program to measure")
	f.DurationVar(&o.limit, "limit", 30*time.Minute, "longest time for one child")
	f.BoolVar(&o.keep, "keep", false, "keep what was built")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.gen.limit = o.limit
	o.sizes = []int{o.manuals}
	for s := range strings.FieldsFuncSeq(sizes, func(r rune) bool { return r == ' ' || r == ',' }) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return o, fmt.Errorf("-sizes %q: %q is no number of manuals", sizes, s)
		}
		o.sizes = append(o.sizes, n)
	}
	slices.Sort(o.sizes)
	o.sizes = slices.Compact(o.sizes)
	return o, nil
}
