#!/bin/sh
# Opens the office's machine, and its page in a browser.
cd "$(dirname "$0")" || exit 1
page=http://localhost:8081
if command -v open >/dev/null 2>&1; then
	(sleep 5; open "$page") &
elif command -v xdg-open >/dev/null 2>&1; then
	(sleep 5; xdg-open "$page") >/dev/null 2>&1 &
fi
exec ./syncd office
