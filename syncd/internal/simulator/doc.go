// Package simulator holds the two sides of sync.v1 against each other in a world
// that is made of a seed: offices and a centre with real databases, desks, outboxes,
// couriers and mirrors, and between them clocks, a network and disks that fail as the
// dice say. It is tests alone: nothing depends on it.
//
// A history is lived, then everything heals, and then what FAULTS promises is held
// to be so: what was acknowledged is there, once, in its order, and both sides say
// the same of it. The same seed is the same history.
//
// It refuses to know HTTP, processes and people: those are tested where they are.
package simulator
