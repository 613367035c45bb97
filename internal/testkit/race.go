package testkit

import (
	"os"
	"strings"
)

// GoRace is the setting GORACE for programs that tests start and that are built
// with the race detector: of the second for which such a program stays at its
// end, to see what its last goroutines do, a twentieth is left.
func GoRace() string {
	return strings.TrimSpace(os.Getenv("GORACE") + " atexit_sleep_ms=50")
}
