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
	counted                time.Duration // from the daemon's start until all is counted
	countedPeak, pagesPeak int64
	pages                  []visit
	files                  []file
}

// Aims.
const (
	aimPage   = 500 * time.Millisecond
	aimMemory = 300 << 20
)

func (f *figures) report() (err error) {
	var text strings.Builder
	if !f.further {
		fmt.Fprintf(&text, "# Benchmarks of the summary report\n\nMade by `make bench-summary`. %s. %s reports of %s points in %s departments, five processes and %d months. The machine is shared: CPU tells what the daemon took itself.\n",
			paper.Machine(), paper.Number(f.rows()), paper.Number(f.points), paper.Number(f.departments), f.months)
	}
	f.write(&text)
	fmt.Print(text.String())
	if f.out != "" {
		if err := keep(f.out, text.String(), f.further); err != nil {
			return err
		}
	}
	return f.judge()
}

// keep writes a text to a file, or behind what stands there.
func keep(name, text string, further bool) (err error) {
	how := os.O_TRUNC
	if further {
		how = os.O_APPEND
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|how, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, text)
	return errors.Join(err, file.Close())
}

func (f *figures) write(w io.Writer) {
	title := "In one SQLite database"
	if f.database != "" {
		title = "In a PostgreSQL database on the same machine"
	}
	fmt.Fprintf(w, "\n## %s\n\nLoad before: %s. From the daemon's start until all reports are counted for the first time, as after a restore, while the site is built and the page asked for: %s. The daemon held %s at most by then. Afterwards a report that is handed in has its own agency and month counted anew, and no other.\n\n", title, f.load, paper.Short(f.counted), paper.Memory(f.countedPeak))
	fmt.Fprintf(w, "%d visits of each page over HTTP, signed in, one after another; the aim is 500 ms. The daemon held %s at most.\n\n", f.visits, paper.Memory(f.pagesPeak))
	t := paper.Table{{"summary of", "median", "95 %", "CPU"}}
	for _, v := range f.pages {
		t = append(t, []string{v.name, paper.Short(v.at(.5)), paper.Short(v.at(.95)), paper.Short(v.cpu)})
	}
	t.Write(w)
	fmt.Fprintf(w, "Export of every report of the last whole fiscal year, in sheets of 1,000,000 rows; the aim is 300 MB of the daemon's memory.\n\n")
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
