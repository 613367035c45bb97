// Package paper puts figures on paper: tables of Markdown, times, sizes and
// ratios with as many digits as say something, and what they were measured on.
package paper

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Table is a table of Markdown, its heading first.
type Table [][]string

// Write aligns the columns, so that a terminal shows it well, too.
func (t Table) Write(w io.Writer) {
	width := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell), 3)
		}
	}
	for n, row := range t {
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				fmt.Fprint(w, "| ", cell, pad)
			} else {
				fmt.Fprint(w, " | ", pad, cell)
			}
		}
		fmt.Fprintln(w, " |")
		if n > 0 {
			continue
		}
		for i := range row {
			if i == 0 {
				fmt.Fprint(w, "|", strings.Repeat("-", width[i]+2))
			} else {
				fmt.Fprint(w, "|", strings.Repeat("-", width[i]+1), ":")
			}
		}
		fmt.Fprintln(w, "|")
	}
	fmt.Fprintln(w)
}

// Short is a time with as many digits as say something.
func Short(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 100*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < time.Hour && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}

// Memory is a size in bytes, where 0 is one that nobody told.
func Memory(n int64) string {
	if n == 0 {
		return "–"
	}
	return Size(n)
}

// Size is a number of bytes.
func Size(n int64) string {
	switch {
	case n >= 10e9:
		return fmt.Sprintf("%.0f GB", float64(n)/1e9)
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0f KB", float64(n)/1e3)
}

// Ratio is how many times b a is, where both are known.
func Ratio[N time.Duration | int64](a, b N) string {
	if a == 0 || b == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3g", float64(a)/float64(b))
}

// Percent is by how much of b a is more than b.
func Percent(a, b int64) string {
	if b == 0 {
		return "–"
	}
	return fmt.Sprintf("%+.1f %%", 100*float64(a-b)/float64(b))
}

// Number writes a number with commas.
func Number[N int | int64](n N) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
