//go:build !unix

package gitserve

import (
	"os"
	"os/exec"
)

func together(*exec.Cmd) {}

func stop(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func end(*exec.Cmd) {}

// runs reports whether a hook is there: the shell that git brings along runs it.
func runs(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
