// Command bench measures the generator on a synthetic portal against limits and
// peers, in one run on one machine: plainly writing the same files, a bare walk
// of the content, Hugo sites of the same pages, one as somebody would write it who
// keeps the portal with Hugo and one of which all was made ready, without and with
// open data, and a Pagefind index of our site. Full builds, their limit and Hugo run
// in turns, and the middle one of three counts where the portal is not large. It
// prints tables and writes them as a page of the documentation.
//
// The generator is measured from outside, through its command line, as each
// limit and peer is: a child process whose wall time, processor time and peak
// memory the system tells. Limits are children too, of this very program.
// The program stays small itself, because a child's peak is at least the size of
// the process that started it.
//
// Every measurement that writes does so into a folder that never was before:
// on some file systems a tree just deleted makes the next one several times
// slower.
package main
