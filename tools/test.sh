#!/bin/sh
# Runs the tests of packages, all unless told otherwise, under the race detector.
#
#   tools/test.sh GO [PACKAGE…]
#
# What they write is kept in memory where there is plenty: they make thousands
# of repositories and databases, each of which waits for the disk again and
# again. A program stays for a twentieth of a second at its end, to see what its
# last goroutines do, and not for a whole one.
#
# Other people's code that works on memory of its own alone, in the goroutine that
# calls it, runs unwatched; what calls it is watched. It is what compresses, parses
# and matches texts, and SQLite with its C library, which are C translated into Go:
# watched, each step of their loops is several, and half of all the time is theirs.
# Our own code, and what is shared between goroutines, is never in this list.
#
# The packages that take longest begin first, so that none is left alone at the end.
set -eu
go=$1
shift

kilobytes() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }'; }

# free is what the machine has left, or a container that is allowed less.
free() {
	of=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
	most=$(cat "$group/memory.max" 2>/dev/null) || most=max # bytes, or the word max
	used=$(cat "$group/memory.current" 2>/dev/null) || used=0
	case $most in
	'' | max) ;;
	*) [ "${of:-0}" -le $(((most - used) / 1024)) ] || of=$(((most - used) / 1024)) ;;
	esac
	echo "${of:-0}"
}

# runs reports whether programs may be run from a folder, which the tests do.
runs() {
	printf '#!/bin/sh\n' >"$1/runs" && chmod 700 "$1/runs" && "$1/runs" 2>/dev/null
}

plenty=$((6 << 20))  # kilobytes
group=/sys/fs/cgroup # whose limits a container has
if [ -w /dev/shm ]; then # runs that were killed leave theirs: a day later it is swept
	find /dev/shm -maxdepth 1 -name 'khumue-test-??????' -type d -user "$(id -u)" -mmin +1440 -exec rm -rf {} + || true
fi
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

unwatched="modernc.org/sqlite/lib modernc.org/libc modernc.org/memory
github.com/andybalholm/brotli/... compress/flate hash/adler32
regexp/... go.yaml.in/yaml/v3 golang.org/x/net/html/... text/template/parse html/template
github.com/go-json-experiment/json/jsontext image/png golang.org/x/image/draw
github.com/evanw/esbuild/internal/js_lexer github.com/evanw/esbuild/internal/js_parser github.com/evanw/esbuild/internal/js_printer
github.com/evanw/esbuild/internal/css_lexer github.com/evanw/esbuild/internal/css_parser"

slow="./syncd ./syncd/internal/pages ./generator ./generator/internal/site ./syncd/internal/ledger
./generator/internal/search ./syncd/internal/backup ./syncd/internal/sqlstore"

[ $# -gt 0 ] || set -- $slow ./... # each package once, where it is named first
for package in $unwatched; do
	set -- "-gcflags=$package=-race=false" "$@"
done
$go test -race -timeout 40m -exec "$with" "$@"
