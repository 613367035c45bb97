//go:build race

package simulator_test

// usual is how many histories are lived where nothing is said: the race detector makes
// each of them long.
const usual = 4
