//go:build unix

package main

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// asGroup lets a child that is stopped take its own children with it.
func asGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// peak is the most memory that a process held at a time.
func peak(s *os.ProcessState) int64 {
	r, ok := s.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin":
		return int64(r.Maxrss) //nolint:unconvert // 32-bit systems have another type
	}
	return int64(r.Maxrss) << 10 //nolint:unconvert // as above
}

// processorTime is what this process has used.
func processorTime() int64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return r.Utime.Nano() + r.Stime.Nano()
}

// flushDisk waits until what was written is on the disk.
func flushDisk() { syscall.Sync() }

// freeSpace is how many bytes can still be written where a folder is.
func freeSpace(dir string) int64 {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 1 << 62 // unknown: let it try
	}
	return int64(s.Bavail) * int64(s.Bsize) //nolint:unconvert // other systems have other types
}
