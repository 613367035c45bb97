//go:build race

package intake_test

// thousands is how many manuals one import brings. The race detector makes each
// many times as long.
const thousands = 300
