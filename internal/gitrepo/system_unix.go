//go:build unix && !aix && !solaris && !illumos

package gitrepo

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// lockFile locks a file for whoever has it open through f, here or in a program
// that inherits it.
func lockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// inherited returns the files that a program is to hold.
func inherited(f *os.File) []*os.File { return []*os.File{f} }

// lockEvery is how often a lock that another has is tried.
const lockEvery = 5 * time.Millisecond

func waitForLock(ctx context.Context, f *os.File) error {
	tick := time.NewTicker(lockEvery)
	defer tick.Stop()
	for {
		err := lockFile(f)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// lowly makes a program, and those that it starts, give way to others.
func lowly(pid int) error { return syscall.Setpriority(syscall.PRIO_PROCESS, pid, 10) }

// inGroup has a program and all that it starts be told to stop together.
func inGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
