//go:build !race

package immediate_test

// municipalities is how many local offices one change concerns.
const municipalities = 7850
