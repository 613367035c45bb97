//go:build !race

package witness

// Every is how many calls there are for one at which a test kills a program: it is
// done at each, unless the race detector makes that long.
const Every = 1
