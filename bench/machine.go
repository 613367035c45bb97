package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine says in a line what the figures were measured on.
func machine() string {
	line := fmt.Sprintf("%d × %s, %s/%s, %s", runtime.NumCPU(), processor(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	if kb := field("/proc/meminfo", "MemTotal"); kb != "" {
		var n int64
		if _, err := fmt.Sscan(kb, &n); err == nil {
			line += ", " + size(n<<10) + " of memory"
		}
	}
	return line
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
