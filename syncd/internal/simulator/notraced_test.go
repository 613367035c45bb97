//go:build !race

package simulator_test

// usual is how many histories are lived where nothing is said.
const usual = 24
