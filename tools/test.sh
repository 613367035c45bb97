#!/bin/sh
# Runs the tests of packages, all unless told otherwise, under the race detector.
#
#   tools/test.sh GO [PACKAGE…]
#
# What they write is kept in memory where there is plenty: they make thousands
# of repositories and databases, each of which waits for the disk again and
# again. SQLite itself and its C library, which are C translated into Go, run
# unwatched: their memory is their own, and the driver above them is watched. A
# program stays for a twentieth of a second at its end, to see what its last
# goroutines do, and not for a whole one.
set -eu
go=$1
shift

kilobytes() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }'; }
free() { awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null; }

plenty=$((6 << 20)) # kilobytes
if [ -w /dev/shm ] && [ "$(kilobytes /dev/shm)" -ge "$plenty" ] && [ "$(free)" -ge "$plenty" ]; then
	export GOTMPDIR="${GOTMPDIR:-${TMPDIR:-/tmp}}" # programs are built on the disk
	TMPDIR=$(mktemp -d /dev/shm/khumue-test-XXXXXX)
	export TMPDIR
	chmod 755 "$TMPDIR" # the user of the database's server comes through
	trap 'rm -rf "$TMPDIR"' EXIT
	trap 'exit 1' HUP INT TERM
fi
export GORACE="${GORACE:-} atexit_sleep_ms=50"
$go test -race -timeout 40m -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false "${@:-./...}"
