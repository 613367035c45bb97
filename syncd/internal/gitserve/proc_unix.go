//go:build unix

package gitserve

import (
	"os/exec"
	"syscall"
)

// together has a program and all that it starts be told to stop together.
func together(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// stop asks a program, and those that it started, to clean up and end.
func stop(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }

// end ends what is left of them.
func end(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // usually there is nothing left
}

// runs reports whether the system would run a file: git passes a hook over that
// does not.
func runs(name string) bool {
	const execute = 1
	return syscall.Access(name, execute) == nil
}
