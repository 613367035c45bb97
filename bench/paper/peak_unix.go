//go:build unix

package paper

import (
	"os"
	"runtime"
	"syscall"
)

// Peak is the most memory that a process held at a time, in bytes.
func Peak(s *os.ProcessState) int64 {
	r, ok := s.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin":
		return int64(r.Maxrss) //nolint:unconvert // 32-bit systems have another type
	}
	return int64(r.Maxrss) << 10 //nolint:unconvert // as above
}
