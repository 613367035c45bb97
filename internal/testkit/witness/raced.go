//go:build race

package witness

// Every is how many calls there are for one at which a test kills a program. The
// race detector makes starting one five times as long.
const Every = 4
