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
	load                   string
	counted                time.Duration // from when the daemon is ready until all is counted
	countedPeak, pagesPeak int64
	pages                  []visit
	files                  []file
}

// Aims.
const (
	aimPage   = 500 * time.Millisecond
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
	fmt.Fprintf(w, "# Benchmarks of the summary report\n\nMade by `make bench-summary`. %s; load before: %s, and it is shared: CPU tells what the daemon took itself. %s reports of %s points in %s departments, five processes and %d months, in one SQLite database.\n\n",
		paper.Machine(), f.load, paper.Number(f.rows()), paper.Number(f.points), paper.Number(f.departments), f.months)
	fmt.Fprintf(w, "All of them counted for the first time, as after a restore, while the page is asked for: %s. The daemon held %s at most by then. Afterwards a report that is handed in has its own agency and month counted anew, and no other.\n\n", paper.Short(f.counted), paper.Memory(f.countedPeak))
	fmt.Fprintf(w, "## Pages\n\n%d visits each over HTTP, signed in, one after another; the aim is 500 ms. The daemon held %s at most.\n\n", f.visits, paper.Memory(f.pagesPeak))
	t := paper.Table{{"summary of", "median", "95 %", "CPU"}}
	for _, v := range f.pages {
		t = append(t, []string{v.name, paper.Short(v.at(.5)), paper.Short(v.at(.95)), paper.Short(v.cpu)})
	}
	t.Write(w)
	fmt.Fprintf(w, "\n## Export of every report\n\nOf the last whole fiscal year, in sheets of 1,000,000 rows; the aim is 300 MB of the daemon's memory.\n\n")
	t = paper.Table{{"", "took", "CPU", "size", "daemon's memory at most"}}
	for _, file := range f.files {
		t = append(t, []string{file.name, paper.Short(file.took), paper.Short(file.cpu), paper.Size(file.bytes), paper.Memory(file.peak)})
	}
	t.Write(w)
}

func (f *figures) judge() error {
	var missed []error
	for _, v := range f.pages {
		if v.at(.95) > aimPage {
			missed = append(missed, fmt.Errorf("%s took %v", v.name, v.at(.95)))
		}
	}
	for _, file := range f.files {
		if file.peak > aimMemory {
			missed = append(missed, fmt.Errorf("%s: the daemon held %d MB", file.name, file.peak>>20))
		}
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
