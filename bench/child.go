package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// usage is what a child took of the machine.
type usage struct {
	Wall, CPU time.Duration
	Peak      int64 // bytes of memory; 0 where the system does not tell
}

// child is a program to run and to measure.
type child struct {
	args  []string
	dir   string
	limit time.Duration
	out   io.Writer // may be nil
}

// run runs a child to its end, or to its limit of time. The usage is true of
// one that failed, too.
func (c child) run(ctx context.Context) (usage, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	var complaint bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, c.out, &complaint
	cmd.WaitDelay = 10 * time.Second
	asGroup(cmd)
	began := time.Now()
	err := cmd.Run()
	u := usage{Wall: time.Since(began)}
	if cmd.ProcessState != nil {
		u.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		u.Peak = peak(cmd.ProcessState)
	}
	switch {
	case err == nil:
		return u, nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return u, fmt.Errorf("stopped after %s", short(c.limit))
	case ctx.Err() != nil:
		return u, ctx.Err()
	}
	return u, fmt.Errorf("%w: %s", err, lastLine(complaint.String()))
}

// lastLine is the last line that says something.
func lastLine(s string) string {
	s = strings.TrimSpace(s)
	s = strings.TrimSpace(s[strings.LastIndexByte(s, '\n')+1:])
	if s == "" {
		return "it said nothing"
	}
	return s
}
