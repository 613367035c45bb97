#!/bin/sh
# Installs what the tests need beside Go, make, git and Node: a C compiler for
# the race detector, Chromium, axe-core, a PostgreSQL server, ssh-keygen and
# Poppler, which reads PDF files back.
# Debian's packages are installed when this runs as root there; elsewhere it
# names what is missing and fails.
#
#   tools/install.sh              for make test
#   tools/install.sh lighthouse   for make lighthouse, which needs a little more
set -eu
cd "$(dirname "$0")"

shell=/usr/lib/chromium/chromium-headless-shell # Chromium without windows, for tests alone
[ "${1:-}" != lighthouse ] || shell=

has_browser() {
	for name in "${CHROMIUM:-}" "$shell" chromium chromium-browser google-chrome google-chrome-stable \
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
		[ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && return 0
	done
	return 1
}

# The tests start a server of their own; none has to run.
has_postgres() {
	command -v initdb >/dev/null 2>&1 && return 0
	for path in /usr/lib/postgresql/*/bin/initdb; do
		[ -x "$path" ] && return 0
	done
	return 1
}

# missing lists Debian's packages of what is not there.
missing() {
	command -v node >/dev/null 2>&1 || printf 'nodejs '
	command -v npm >/dev/null 2>&1 || printf 'npm '
	command -v "$(go env CC)" >/dev/null 2>&1 || printf 'gcc libc6-dev '
	has_browser || printf '%s fonts-liberation ' "$browser"
	has_postgres || printf 'postgresql '
	command -v ssh-keygen >/dev/null 2>&1 || printf 'openssh-client '
	{ command -v pdftoppm && command -v pdftotext; } >/dev/null 2>&1 || printf 'poppler-utils '
}

browser=chromium
packages=$(missing)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "tools/install.sh: installing $packages" >&2
	export DEBIAN_FRONTEND=noninteractive
	case $packages in
	*postgresql*) # without a cluster that runs all the time
		mkdir -p /etc/postgresql-common/createcluster.d
		echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/khumue.conf
		;;
	esac
	apt-get update -q >&2
	if [ -n "$shell" ] && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
		browser=chromium-headless-shell
		packages=$(missing)
	fi
	# shellcheck disable=SC2086 # a list of packages
	apt-get install -q -y --no-install-recommends $packages >&2
	packages=$(missing)
fi
# Debian's Chromium has a sister without windows, with which the tests take half of
# the browser's time: where it can be had it is taken too, and missed where not.
if [ -z "$packages$(command -v "$shell")" ] && [ -n "$shell" ] && [ -z "${CHROMIUM:-}" ] && [ -x /usr/lib/chromium/chromium ] &&
	[ "$(id -u)" = 0 ] && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
		-o Acquire::Retries=0 -o Acquire::http::Timeout=20 chromium-headless-shell >&2 || true
fi
if [ -n "$packages" ]; then
	cat >&2 <<END
The tests need more than there is on this machine. Missing (named as Debian's packages): $packages
  Debian, Ubuntu:  sudo apt-get install $packages
  macOS:           brew install node postgresql poppler; brew install --cask chromium; xcode-select --install
  elsewhere:       Node.js 18 or later, any Chromium or Chrome (CHROMIUM=/path/to/it names it),
                   PostgreSQL 13 or later with initdb on PATH, a C compiler, OpenSSH's ssh-keygen,
                   Poppler's pdftoppm and pdftotext
END
	exit 1
fi

# The lock is kept beside what was installed from it, to tell when it changed.
installed() { cmp -s package-lock.json "node_modules/.$1"; }
install() {
	npm ci --loglevel=error --ignore-scripts --no-audit --no-fund "--omit=$2" >&2
	cp package-lock.json "node_modules/.$1"
}
case "${1:-}" in
lighthouse) installed everything || install everything none ;;
*) installed everything || installed for-tests || install for-tests dev ;;
esac
