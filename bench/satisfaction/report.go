package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"khumue/bench/paper"
)

// figures are what was measured.
type figures struct {
	settings
	load                 string
	first                time.Duration // from when the daemon is ready to the first report
	firstPeak, pagesPeak int64
	pages                []visit
	book, table          file
	bare                 stream
}

// Aims.
const (
	aimPage   = 300 * time.Millisecond
	aimRatio  = 1.2
	aimMemory = 300 << 20
)

func (f *figures) report() error {
	var text strings.Builder
	f.write(&text)
	fmt.Print(text.String())
	if f.out != "" {
		if err := os.WriteFile(f.out, []byte(text.String()), 0o644); err != nil {
			return err
		}
	}
	return f.judge()
}

func (f *figures) write(w io.Writer) {
	fmt.Fprintf(w, "# Benchmarks of the report of satisfaction\n\nMade by `make bench-satisfaction`. %s; load before: %s, and it is shared: CPU tells what the daemon took itself. %s answers at the points of the sample content, in one SQLite database.\n\n", paper.Machine(), f.load, paper.Number(f.answers))
	fmt.Fprintf(w, "The first report, asked for as soon as the daemon is ready and all answers are still being read: %s. The daemon held %s at most by then.\n\n", paper.Short(f.first), paper.Memory(f.firstPeak))
	fmt.Fprintf(w, "## Pages\n\n%d visits each over HTTP, signed in, one after another; the aim is 300 ms. The daemon held %s at most.\n\n", f.visits, paper.Memory(f.pagesPeak))
	t := paper.Table{{"report of", "median", "95 %", "CPU"}}
	for _, v := range f.pages {
		t = append(t, []string{v.name, paper.Short(v.at(.5)), paper.Short(v.at(.95)), paper.Short(v.cpu)})
	}
	t.Write(w)
	fmt.Fprintf(w, "\n## Export of every answer\n\n%s rows of %d cells. The limit is the library's own stream of the same cells into nothing, in the same run, without reading them.\n\n", paper.Number(f.bare.rows), f.bare.cells/max(f.bare.rows, 1))
	t = paper.Table{
		{"", "took", "CPU", "size", "daemon's memory at most"},
		{"XLSX", paper.Short(f.book.took), paper.Short(f.book.cpu), paper.Size(f.book.bytes), paper.Memory(f.book.peak)},
		{"CSV", paper.Short(f.table.took), paper.Short(f.table.cpu), paper.Size(f.table.bytes), paper.Memory(f.table.peak)},
		{"limit (bare stream)", paper.Short(f.bare.took), "", "", ""},
	}
	t.Write(w)
	fmt.Fprintf(w, "\nXLSX ÷ limit: %.2f (aim: %.1f at most). Memory: aim 300 MB.\n", f.ratio(), aimRatio)
}

func (f *figures) ratio() float64 { return float64(f.book.took) / float64(max(f.bare.took, 1)) }

func (f *figures) judge() error {
	var missed []error
	for _, v := range f.pages {
		if v.at(.95) > aimPage {
			missed = append(missed, fmt.Errorf("the report of %s took %v", v.name, v.at(.95)))
		}
	}
	if f.ratio() > aimRatio {
		missed = append(missed, fmt.Errorf("the export took %.2f times the limit", f.ratio()))
	}
	if f.book.peak > aimMemory {
		missed = append(missed, fmt.Errorf("the daemon held %d MB", f.book.peak>>20))
	}
	return errors.Join(missed...)
}

// loadOf is how busy the machine was before, on an average of the last minute.
func loadOf() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "–"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
