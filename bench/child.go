package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"khumue/bench/paper"
)

// usage is what a child took of the machine.
type usage struct {
	Wall, CPU time.Duration
	Peak      int64 // bytes of memory; 0 where the system does not tell
}

func (u usage) wall() time.Duration { return u.Wall }

// child is a program to run and to measure.
type child struct {
	args  []string
	limit time.Duration
	out   io.Writer // may be nil
	env   []string  // beside this process's
}

// errMemory stops a child that takes so much memory that the system would soon
// stop something else.
var errMemory = errors.New("no memory left")

// run runs a child to its end, or to its limit of time. The usage is true of
// one that failed, too.
func (c child) run(ctx context.Context) (usage, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	var complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = c.out, &complaint
	cmd.Env = append(os.Environ(), c.env...)
	cmd.WaitDelay = 10 * time.Second
	asGroup(cmd)
	began := time.Now()
	err := cmd.Start()
	if err == nil {
		go guard(ctx, stop)
		err = cmd.Wait()
	}
	u := usage{Wall: time.Since(began)}
	if cmd.ProcessState != nil {
		u.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		u.Peak = paper.Peak(cmd.ProcessState)
	}
	switch {
	case err == nil:
		return u, nil
	case errors.Is(context.Cause(ctx), errMemory):
		return u, fmt.Errorf("stopped at %s, before the machine had no memory left", paper.Size(u.Peak))
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return u, fmt.Errorf("stopped after %s", paper.Short(c.limit))
	case ctx.Err() != nil:
		return u, ctx.Err()
	}
	return u, fmt.Errorf("%w: %s", err, lastLine(complaint.String()))
}

// guard stops a child while a twentieth of the machine's memory is left.
func guard(ctx context.Context, stop context.CancelCauseFunc) {
	total, tick := paper.MemoryOf("MemTotal"), time.NewTicker(200*time.Millisecond)
	defer tick.Stop()
	for total > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if paper.MemoryOf("MemAvailable") < total/20 {
				stop(errMemory)
			}
		}
	}
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
