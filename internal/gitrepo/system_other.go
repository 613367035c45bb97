//go:build !unix || aix || solaris || illumos

package gitrepo

import (
	"context"
	"os"
	"os/exec"
)

// Here files are not locked: a git that outlives its program is not waited for.
func lockFile(*os.File) error                     { return nil }
func inherited(*os.File) []*os.File               { return nil }
func waitForLock(context.Context, *os.File) error { return nil }
func lowly(int) error                             { return nil }
func inGroup(*exec.Cmd)                           {}
func terminate(cmd *exec.Cmd) error               { return cmd.Process.Kill() }
