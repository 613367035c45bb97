#!/bin/sh
# Runs the tests of packages, all unless told otherwise, under the race detector.
#
#   tools/test.sh GO [PACKAGE…]
#
# What they write is kept in memory where there is plenty: they make thousands
# of repositories and databases, each of which waits for the disk again and
# again. Other people's code that works on memory of its own alone runs
# unwatched: SQLite and its C library, which are C translated into Go, and
# Brotli; what calls them is watched. A program stays for a twentieth of a second
# at its end, to see what its last goroutines do, and not for a whole one.
set -eu
go=$1
shift

kilobytes() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }'; }
free() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null; }

# runs reports whether programs may be run from a folder, which the tests do.
runs() {
	printf '#!/bin/sh\n' >"$1/runs" && chmod 700 "$1/runs" && "$1/runs" 2>/dev/null
}

plenty=$((6 << 20)) # kilobytes
with=env
if [ -w /dev/shm ] && [ "$(kilobytes /dev/shm)" -ge "$plenty" ] && [ "$(free)" -ge "$plenty" ]; then
	memory=$(mktemp -d /dev/shm/khumue-test-XXXXXX)
	trap 'rm -rf "$memory"' EXIT
	trap 'exit 1' HUP INT TERM
	if runs "$memory"; then
		chmod 755 "$memory"                            # the user of the database's server comes through
		export GOTMPDIR="${GOTMPDIR:-${TMPDIR:-/tmp}}" # programs are built on the disk
		with="env -u GOTMPDIR TMPDIR=$memory"          # GOTMPDIR comes before TMPDIR in tests too
	fi
fi
export GORACE="${GORACE:-} atexit_sleep_ms=50"
$go test -race -timeout 40m -exec "$with" \
	-gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false \
	-gcflags=github.com/andybalholm/brotli/...=-race=false "${@:-./...}"
