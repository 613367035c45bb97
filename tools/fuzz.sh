#!/bin/sh
# Runs every fuzz test of the module for a while, one after the other:
#   tools/fuzz.sh go 10s
set -eu
go=$1 time=$2
"$go" list -f '{{$p := .ImportPath}}{{range .TestGoFiles}}{{$.Dir}}/{{.}} {{$p}}
{{end}}{{range .XTestGoFiles}}{{$.Dir}}/{{.}} {{$p}}
{{end}}' ./... | while read -r file package; do
	sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file" | while read -r name; do
		"$go" test "$package" -run '^$' -fuzz "^$name\$" -fuzztime "$time" </dev/null
	done
done
