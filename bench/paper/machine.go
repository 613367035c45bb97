package paper

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Machine says in a line what the figures were measured on.
func Machine() string {
	line := fmt.Sprintf("%d × %s, %s/%s, %s", runtime.NumCPU(), processor(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	if n := MemoryOf("MemTotal"); n > 0 {
		line += ", " + Size(n) + " of memory"
	}
	return line
}

// MemoryOf is what the system tells of its memory, in bytes; 0 where it does not.
func MemoryOf(name string) int64 {
	var kb int64
	if _, err := fmt.Sscan(field("/proc/meminfo", name), &kb); err != nil {
		return 0
	}
	return kb << 10
}

func processor() string {
	if name := field("/proc/cpuinfo", "model name"); name != "" {
		return name
	}
	return "processor"
}

// field is the first value of a name in a file of the system; "" elsewhere than
// on Linux.
func field(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
