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

	// searchedPages are the pages that our index leads to.
	searchedPages = "**/{procedure,service,agency,point}/*/index.html"
)

// hugoPeer is Hugo with the sources of two sites of the same pages; without a program
// where Hugo is not installed.
type hugoPeer struct {
	program, name string
	written       string // as somebody writes it who chose Hugo
	ready         string // with all that its pages show made ready
}

// hugoSource makes the sources of the Hugo sites.
func (b *bench) hugoSource(ctx context.Context, p portal) (h hugoPeer, err error) {
	if h.program = installed(b.peers, "hugo*"); h.program == "" {
		b.results.miss("Hugo: it is not installed; make bench-peers does")
		return h, nil
	}
	h.name = version(ctx, h.program, "version")
	h.written, h.ready = filepath.Join(p.dir, "hugo-written"), filepath.Join(p.dir, "hugo-ready")
	for _, s := range []struct {
		by, to string
		size   *tree
	}{{"author", h.written, &b.results.HugoWritten.Source}, {"convert", h.ready, &b.results.HugoReady.Source}} {
		b.say("  the same pages as a Hugo site: %s", filepath.Base(s.to))
		if _, err := (child{args: []string{b.self, s.by, p.fromFolder, p.folder, themeSentences, s.to}, limit: b.limit}).run(ctx); err != nil {
			return h, err
		}
		if *s.size, err = measure(filepath.Join(s.to, "content"), nil); err != nil {
			return h, err
		}
	}
	return h, nil
}

// hugo measures the Hugo sites once: the written one, the one that was made ready, and
// that with open data.
func (b *bench) hugo(ctx context.Context, h hugoPeer, dir string) error {
	if h.program == "" {
		return nil
	}
	r := &b.results
	for _, run := range []struct {
		what, source, out string
		configs           []string
		size              *tree
		counts            func(rel string) bool
	}{
		{sameContent, h.written, "hugo-written", []string{"hugo.toml"}, &r.HugoWritten.Pages, isPage},
		{samePages, h.ready, "hugo", []string{"hugo.toml"}, &r.HugoReady.Pages, compared},
		{pagesAndData, h.ready, "hugo-data", []string{"hugo.toml", "opendata.toml"}, &r.HugoData, func(rel string) bool { return !compared(rel) }},
	} {
		out := filepath.Join(dir, run.out)
		made, err := b.hugoRun(ctx, h, run.what, run.source, out, run.configs)
		if err == nil && made {
			*run.size, err = measure(out, run.counts)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isPage tells whether a file of a site, by its path, is a page.
func isPage(rel string) bool { return filepath.Base(rel) == "index.html" }

// hugoRun lets Hugo make a site, unless it failed to do so in an earlier turn.
func (b *bench) hugoRun(ctx context.Context, h hugoPeer, what, source, out string, configs []string) (made bool, err error) {
	name := h.name + what
	if b.results.of(name).Failed != "" {
		return false, nil
	}
	if need, free := b.results.Site.Bytes*5/4, freeSpace(b.dir); free < need {
		b.results.miss("%s: it takes about %s of disk and there are %s", name, paper.Size(need), paper.Size(free))
		return false, nil
	}
	b.say("  %s, for %s at most", name, paper.Short(b.limit))
	var config []string
	for _, c := range configs {
		config = append(config, filepath.Join(source, c))
	}
	flushDisk()
	args := []string{h.program, "--logLevel", "error", "--noBuildLock", "--config", strings.Join(config, ","), "--source", source, "--destination", out, "--cacheDir", out + "-cache"}
	u, err := child{args: args, limit: b.limit, env: thrifty()}.run(ctx)
	b.results.add(name, u, err)
	return err == nil, ctx.Err()
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
	u, err := child{args: []string{program, "--quiet", "--site", p.fromFolder, "--glob", searchedPages, "--root-selector", "main", "--output-path", out}, limit: b.limit}.run(ctx)
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
