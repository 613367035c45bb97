//go:build race

package immediate_test

// municipalities is how many local offices one change concerns. The race detector
// makes each many times as long.
const municipalities = 785
