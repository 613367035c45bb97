//go:build !race

package intake_test

// thousands is how many manuals one import brings.
const thousands = 3000
