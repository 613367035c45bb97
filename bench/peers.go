package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"khumue/bench/paper"
)

//go:embed search.mjs
var searchScript []byte

const (
	themeSentences = "themes/default/i18n"
	themeModules   = "themes/default/assets/js"
	thaiRules      = "internal/thai/rules.json"
	everyday       = "generator/internal/search/testdata/queries.tsv"
)

// hugo measures a Hugo site of the same pages.
func (b *bench) hugo(ctx context.Context, p portal) error {
	program := installed(b.peers, "hugo*")
	if program == "" {
		b.results.miss("Hugo: it is not installed; make bench-peers does")
		return nil
	}
	dir := filepath.Join(filepath.Dir(p.folder), "hugo")
	source, out := filepath.Join(dir, "source"), filepath.Join(dir, "site")
	b.say("  the same pages as a Hugo site")
	_, err := child{args: []string{b.self, "convert", p.fromFolder, p.folder, themeSentences, source}, limit: b.limit}.run(ctx)
	if err != nil {
		return err
	}
	if b.results.HugoSource, err = measure(filepath.Join(source, "content"), nil); err != nil {
		return err
	}
	b.say("  Hugo, for %s at most", paper.Short(b.limit))
	args := []string{program, "--quiet", "--noBuildLock", "--source", source, "--destination", out, "--cacheDir", filepath.Join(dir, "cache")}
	u, err := child{args: args, limit: b.limit, env: thrifty()}.run(ctx)
	f := figure{Name: version(ctx, program, "version") + ", the same pages", Use: u}
	if err != nil {
		f.Failed = err.Error()
	}
	b.results.Full = append(b.results.Full, f)
	if err == nil {
		b.results.HugoPages, err = measure(out, compared)
		return err
	}
	return ctx.Err()
}

// thrifty asks a program made with Go to collect garbage more often rather than
// to take more than seven tenths of the machine's memory. It helps Hugo, which
// is stopped otherwise where its site is large.
func thrifty() []string {
	total := paper.MemoryOf("MemTotal")
	if total == 0 {
		return nil
	}
	return []string{fmt.Sprintf("GOMEMLIMIT=%d", total/10*7)}
}

// search measures the search index: what making it takes, what it weighs, and
// what queries fetch of it; of ours and of Pagefind's. Nothing else needs it, so
// what fails is only reported.
func (b *bench) search(ctx context.Context, p portal) {
	b.say("  search")
	r := &b.results
	r.Searched = p.manuals
	r.Index = append(r.Index, figure{Name: "Khumue (within the full build, while pages are made)"})
	if t, err := measure(filepath.Join(p.fromFolder, "search-index"), nil); err == nil {
		r.Index[0].Size = t
	}
	b.queries(ctx, "Khumue", "khumue", p.fromFolder, themeModules, thaiRules)
	// Pagefind itself: the script that npm puts before it would hide what it takes.
	program := installed(b.peers, "node_modules/@pagefind/*/bin/pagefind*")
	if program == "" {
		r.miss("Pagefind: it is not installed; make bench-peers does")
		return
	}
	b.say("  Pagefind, for %s at most", paper.Short(b.limit))
	out := filepath.Join(filepath.Dir(p.folder), "pagefind")
	u, err := child{args: []string{program, "--quiet", "--site", p.fromFolder, "--root-selector", "main", "--output-path", out}, limit: b.limit}.run(ctx)
	f := figure{Name: version(ctx, program, "--version"), Use: u}
	if err != nil {
		f.Failed = err.Error()
	} else if t, err := measure(out, nil); err == nil {
		f.Size = t
	}
	r.Index = append(r.Index, f)
	if f.Failed == "" {
		b.queries(ctx, "Pagefind", "pagefind", out)
	}
}

// installed is the first program in the peers' folder that a pattern fits; ""
// when there is none.
func installed(peers, pattern string) string {
	found, err := filepath.Glob(filepath.Join(peers, pattern))
	if err != nil {
		return ""
	}
	for _, name := range found {
		name, err := filepath.Abs(name)
		if err != nil {
			continue
		}
		if _, err := exec.LookPath(name); err == nil {
			return name
		}
	}
	return ""
}

// queries measures everyday queries with an engine of the browser.
func (b *bench) queries(ctx context.Context, name string, args ...string) {
	q, err := b.askAll(ctx, args)
	if err != nil {
		b.results.miss("queries of %s: %v", name, err)
		return
	}
	q.Name = name
	b.results.Queries = append(b.results.Queries, q)
}

func (b *bench) askAll(ctx context.Context, args []string) (queries, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return queries{}, fmt.Errorf("node runs the browser's engines: %w", err)
	}
	table, err := os.ReadFile(everyday)
	if err != nil {
		return queries{}, err
	}
	script := filepath.Join(b.dir, "search.mjs")
	if err := os.WriteFile(script, searchScript, 0o644); err != nil {
		return queries{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, append([]string{script}, args...)...)
	var complaint bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(strings.Join(firstColumn(string(table), 40), "\n")), &complaint
	told, err := cmd.Output()
	if err != nil {
		return queries{}, fmt.Errorf("%w: %s", err, lastLine(complaint.String()))
	}
	var q queries
	return q, json.Unmarshal(told, &q)
}

// firstColumn is the first column of a table without its heading; of a long one,
// rows that are evenly spread.
func firstColumn(table string, most int) []string {
	rows := strings.Split(strings.TrimSpace(table), "\n")[1:]
	var out []string
	for i := range min(most, len(rows)) {
		cell, _, _ := strings.Cut(rows[i*len(rows)/min(most, len(rows))], "\t")
		out = append(out, cell)
	}
	return out
}

// version is a program's name and version, as it tells them.
func version(ctx context.Context, program, flag string) string {
	told, err := exec.CommandContext(ctx, program, flag).Output()
	words := strings.Fields(string(told))
	if err != nil || len(words) < 2 {
		return filepath.Base(program)
	}
	name, number := words[0], words[1]
	name, _, _ = strings.Cut(name, "_")
	return strings.ToUpper(name[:1]) + name[1:] + " " + strings.TrimPrefix(number, "v")
}
