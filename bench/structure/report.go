package main

import (
	"fmt"
	"io"
	"time"

	"khumue/bench/paper"
)

// What a page and a change of links should stay within.
const (
	aimPage = 100 * time.Millisecond
	aimLink = 5 * time.Second
)

// write writes the page of the documentation.
func (b *bench) write(w io.Writer) {
	p := b.portal
	fmt.Fprintf(w, "# Benchmarks of agencies and service points\n\nWritten by `make bench-structure STRUCTURE_MANUALS=%d`; all figures are of one run.\n\n", b.manuals)
	fmt.Fprintf(w, "- Machine: %s; its load was %s\n", paper.Machine(), b.load)
	fmt.Fprintf(w, "- Portal: `generator synth --git`: %s agencies, %s service points, %s processes, %s manuals\n", paper.Number(p.agencies), paper.Number(p.points), paper.Number(p.processes), paper.Number(p.manuals))
	fmt.Fprintf(w, "- The daemon held %s at most. Nothing built the site meanwhile.\n\n", paper.Memory(b.memory))
	fmt.Fprintf(w, "## Pages\n\n%d visits each, signed in, one after another. The aim is for 95 in a hundred. CPU is what the daemon took on average, to hundredths of a second in all. Where the load is above the number of processors, times tell how busy the machine was; the CPU does not.\n\n", b.visits)
	t := paper.Table{{"", "median", "95 %", "CPU", "aim", "median ÷ help"}}
	for _, f := range append([]figure{b.help}, b.pages...) {
		t = append(t, []string{f.name, fine(f.at(.5)), fine(f.at(.95)), fine(f.cpu), held(f.at(.95), aimPage), paper.Ratio(f.at(.5), b.help.at(.5))})
	}
	t.Write(w)
	fmt.Fprintf(w, "## Links\n\nFrom the click to the answer: one action, one signed commit on main, on the disk.\n\n")
	t = paper.Table{{"", "points", "took", "aim", "a point"}}
	for _, l := range b.links {
		t = append(t, []string{l.name, paper.Number(l.points), paper.Short(l.took), held(l.took, aimLink), fmt.Sprintf("%.2f ms", float64(l.took.Microseconds())/1000/float64(l.points))})
	}
	t.Write(w)
	fmt.Fprint(w, "To repeat: `make bench-structure STRUCTURE_FLAGS=\"-data DIR\"` keeps the portal in DIR for another run.\n")
}

// held is an aim, marked where it is missed.
func held(took, aim time.Duration) string {
	if took > aim {
		return "≤ " + paper.Short(aim) + ", missed"
	}
	return "≤ " + paper.Short(aim)
}

// fine is a short time to tenths of a millisecond.
func fine(d time.Duration) string {
	if d >= 100*time.Millisecond {
		return paper.Short(d)
	}
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}
