//go:build amd64 || arm64

package witness

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Show is called by a program that is run with Watch.Shown, before it does
// anything that is to be told: from then on the system stops it, and those that it
// starts, at calls on files alone, which takes a third of the time. Without
// whoever watches, such calls fail.
func Show() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const number = 0 // where the number of a call stands in what a filter reads
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number}}
	for call := range shapes {
		filter = append(filter,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(call), Jf: 1},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_TRACE})
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("prctl: %w", err)
	}
	thread, _, failed := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	switch {
	case failed != 0:
		return fmt.Errorf("seccomp: %w", failed)
	case thread != 0:
		return errors.New("seccomp: a thread has a filter of its own")
	}
	return nil
}
