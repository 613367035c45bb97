// Command import measures how manuals are brought in: it writes books of many,
// has the generator import each into an empty portal, import it again, and go on
// with an import that was killed in the middle, and tells the time and memory
// that it takes. Beside them stands the plainest that could be done with the same
// files in the same run: unpacking a zip of them into a fresh folder, and putting
// them on the disk.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// options are what a run is asked for.
type options struct {
	sizes     []int // manuals of each table
	generator string
	dir       string // for tables and portals; removed but for what is measured
	page      string // file to write the tables to
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse()
	if err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "import:", err)
		os.Exit(1)
	}
}

func parse() (options, error) {
	var o options
	sizes := flag.String("sizes", "1000,10000", "manuals of each table")
	flag.StringVar(&o.generator, "generator", "bin/generator", "program that imports")
	flag.StringVar(&o.dir, "dir", "", "folder to work in, on the disk to measure; one of its own, which goes, unless given")
	flag.StringVar(&o.page, "page", "doc/benchmarks-import.md", "page to write")
	flag.Parse()
	for s := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 {
			return o, fmt.Errorf("-sizes: %q is no number of manuals", s)
		}
		o.sizes = append(o.sizes, n)
	}
	return o, nil
}

func run(ctx context.Context, o options) (err error) {
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "khumue-import-*"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
	}
	if o.generator, err = filepath.Abs(o.generator); err != nil {
		return err
	}
	var all []result
	for _, n := range o.sizes {
		r, err := o.measure(ctx, n)
		if err != nil {
			return fmt.Errorf("%d manuals: %w", n, err)
		}
		all = append(all, r)
		write(os.Stdout, all[len(all)-1:])
	}
	f, err := os.Create(o.page)
	if err != nil {
		return err
	}
	write(f, all)
	return f.Close()
}
