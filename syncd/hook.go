package main

import "khumue/syncd/internal/gitserve"

// hookCommand is git's to run, not a person's.
type hookCommand struct{}

// Run looks at what is pushed; what is wrong with it, it tells by itself.
func (*hookCommand) Run(s streams) error { return gitserve.Hook(s.in, s.err, s.env) }
