package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"khumue/bench/paper"
)

// write writes the figures as a page.
func write(w io.Writer, all []result) {
	sizes := make([]string, len(all))
	for i, r := range all {
		sizes[i] = fmt.Sprint(r.manuals)
	}
	fmt.Fprintf(w, "# Benchmarks of importing\n\nWritten by `make bench-import IMPORT_SIZES=%s`; all figures are of one run.\n\n", strings.Join(sizes, ","))
	fmt.Fprintf(w, "- Machine: %s; its load was %s → %s\n- Tables: books in the shape of the template, three rows and ten cells to mend for each manual\n", paper.Machine(), all[0].loads[0], all[len(all)-1].loads[1])
	fmt.Fprint(w, "- Limit: unpacking a zip of the files that came of it into a fresh folder, one after the other, and putting them on the disk\n\n")
	for _, r := range all {
		fmt.Fprintf(w, "## %s manuals\n\nA table of %s; files of %s.\n\n", paper.Number(r.manuals), paper.Size(r.table), paper.Size(r.files))
		rows := paper.Table{{"", "time", "processor", "memory", "time ÷ limit", "manuals a second"}}
		for _, one := range []struct {
			name string
			use  usage
		}{
			{"unpacking a zip of the same files (limit)", r.plain},
			{"import", r.fresh},
			{"import with a report in XLSX", r.report},
			{"the same again: nothing changes", r.again},
			{"going on where it was killed halfway", r.resumed},
		} {
			rows = append(rows, []string{one.name, paper.Short(one.use.wall), paper.Short(one.use.cpu), paper.Memory(one.use.peak),
				paper.Ratio(one.use.wall, r.plain.wall), paper.Number(int(float64(r.manuals) / one.use.wall.Seconds()))})
		}
		rows.Write(w)
	}
}

// load is how many programs wanted the processors of late; "–" where the system
// does not tell.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "–"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
