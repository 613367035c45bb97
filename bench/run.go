package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"khumue/bench/paper"
)

// searched is the size of the portal whose search index is measured: beyond it
// Pagefind needs more memory than most machines have.
const searched = 10000

// repeats is how often one manual changes, and how often a portal that is not
// large is built in full; the median counts.
const repeats = 3

// large is the size of portal above which each full build runs once: more take
// too long, and too much of a disk.
const large = 10000

// turns is how often each full build of a portal runs.
func turns(manuals int) int {
	if manuals > large {
		return 1
	}
	return repeats
}

// bench is a run.
type bench struct {
	options
	self    string // this program
	results results
}

// run measures everything, and writes and prints the tables. What fails is
// reported in its place; only what makes the rest pointless ends the run.
func run(ctx context.Context, o options) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	if o.dir, err = os.MkdirTemp(o.dir, time.Now().Format("20060102-150405-")); err != nil {
		return err
	}
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	b := &bench{options: o, self: self, results: results{Machine: paper.Machine(), Manuals: o.manuals}}
	if !o.keep {
		defer func() { b.say("removing what was built"); os.RemoveAll(o.dir) }()
	}
	sizes := append(slices.Clone(o.sizes), min(searched, o.manuals))
	slices.Sort(sizes)
	for _, n := range slices.Compact(sizes) {
		if err := b.size(ctx, n); err != nil {
			return err
		}
	}
	var page bytes.Buffer
	b.results.write(&page)
	if _, err := os.Stdout.Write(page.Bytes()); err != nil {
		return err
	}
	return os.WriteFile(o.page, page.Bytes(), 0o644)
}

// portal is a portal of one size and what is built from it.
type portal struct {
	manuals              int
	dir, folder, repo    string
	fromFolder, fromRepo string // the sites of the first turn
	full                 time.Duration
}

// size measures with a portal of one size.
func (b *bench) size(ctx context.Context, n int) error {
	changes := slices.Contains(b.sizes, n)
	if need, free := need(n, n == b.manuals, changes), freeSpace(b.dir); free < need {
		b.results.miss("a portal of %s manuals: it takes about %s of disk and there are %s", paper.Number(n), paper.Size(need), paper.Size(free))
		return nil
	}
	dir := filepath.Join(b.dir, strconv.Itoa(n))
	p := portal{manuals: n, dir: dir, folder: filepath.Join(dir, "content"), repo: filepath.Join(dir, "content.git")}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b.say("a portal of %s manuals", paper.Number(n))
	if err := b.gen.synth(ctx, n, false, p.folder); err != nil {
		return err
	}
	if !changes { // it is searched
		p.fromFolder = filepath.Join(dir, "from-folder")
		if _, _, err := b.gen.build(ctx, p.folder, p.fromFolder); err != nil {
			return err
		}
		b.search(ctx, p)
		return nil
	}
	if err := b.gen.synth(ctx, n, true, p.repo); err != nil {
		return err
	}
	if err := b.full(ctx, &p); err != nil {
		return err
	}
	if n == min(searched, b.manuals) {
		b.search(ctx, p)
	}
	return b.change(ctx, p)
}

// full builds the portal from the folder and from the repository and, where it
// is the one that is compared, measures the limit and the peer: in turns, each
// time into a folder that never was before, for what the machine does meanwhile
// and what a disk has to do at last changes from minute to minute.
func (b *bench) full(ctx context.Context, p *portal) error {
	whole := p.manuals == b.manuals
	if whole {
		b.results.Full = []figure{{Name: plain}, {Name: plainOnDisk}, {Name: ours}, {Name: fromGit}}
		b.results.Turns = turns(p.manuals)
	}
	var builds []build
	var h hugoPeer
	for turn := range turns(p.manuals) {
		dir := filepath.Join(p.dir, "turn"+strconv.Itoa(turn+1))
		folder, repo, err := b.builds(ctx, *p, dir)
		if err != nil {
			return err
		}
		builds = append(builds, folder)
		if turn == 0 {
			p.fromFolder, p.fromRepo = filepath.Join(dir, "from-folder"), filepath.Join(dir, "from-git")
		}
		if !whole {
			continue
		}
		b.results.add(ours, folder.usage, nil)
		b.results.add(fromGit, repo.usage, nil)
		if turn == 0 {
			if h, err = b.prepare(ctx, *p); err != nil {
				return err
			}
		}
		if err := b.compare(ctx, *p, h, dir); err != nil {
			return err
		}
	}
	middle := median(builds)
	if p.full = middle.Wall; whole {
		b.results.Phases = middle.Phases
	}
	return nil
}

// build is a full build and what it told.
type build struct {
	usage
	built
}

// builds builds the portal once from the folder and once from the repository.
func (b *bench) builds(ctx context.Context, p portal, dir string) (folder, repo build, err error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return folder, repo, err
	}
	b.say("  full build from the folder")
	flushDisk()
	if folder.usage, folder.built, err = b.gen.build(ctx, p.folder, filepath.Join(dir, "from-folder")); err != nil {
		return folder, repo, err
	}
	b.say("  full build from git")
	flushDisk()
	repo.usage, repo.built, err = b.gen.build(ctx, p.repo, filepath.Join(dir, "from-git"))
	return folder, repo, err
}

// prepare measures what is compared, and makes the peer's source.
func (b *bench) prepare(ctx context.Context, p portal) (h hugoPeer, err error) {
	r := &b.results
	if r.Content, err = measure(p.folder, nil); err != nil {
		return h, err
	}
	for to, only := range map[*tree]func(string) bool{&r.Site: nil, &r.Pages: compared, &r.Data: openData} {
		if *to, err = measure(p.fromFolder, only); err != nil {
			return h, err
		}
	}
	return b.hugoSource(ctx, p)
}

// compare measures the limit of a full build, and the peer, once.
func (b *bench) compare(ctx context.Context, p portal, h hugoPeer, dir string) error {
	b.say("  plain writing of %s files", paper.Number(b.results.Site.Files))
	flushDisk()
	written, onDisk, err := b.plainly(ctx, p.fromFolder, filepath.Join(dir, "plain"))
	if err != nil {
		return err
	}
	b.results.add(plain, written, nil)
	b.results.add(plainOnDisk, onDisk, nil)
	return b.hugo(ctx, h, dir)
}

// plainly writes the files of a site plainly; the second usage adds putting
// them on the disk, which a build does, too, before it goes live.
func (b *bench) plainly(ctx context.Context, site, to string) (written, synced usage, err error) {
	var told bytes.Buffer
	u, err := child{args: []string{b.self, "write", site, to}, limit: b.limit, out: &told}.run(ctx)
	if err != nil {
		return u, u, err
	}
	var p plainly
	if err := json.Unmarshal(told.Bytes(), &p); err != nil {
		return u, u, err
	}
	return usage{Wall: p.Write, CPU: p.CPU}, usage{Wall: p.Write + p.Sync, CPU: p.CPU}, nil
}

// change measures rebuilds after a change of one manual, beside a bare walk.
func (b *bench) change(ctx context.Context, p portal) error {
	b.say("  one manual changed, %d times", repeats)
	s, err := findSubject(p.folder)
	if err != nil {
		return err
	}
	c := change{Manuals: p.manuals, Full: p.full}
	var walks, fromFolder, fromRepo []usage
	for range repeats {
		s.raise()
		u, err := child{args: []string{b.self, "walk", p.folder}, limit: b.limit}.run(ctx)
		if err != nil {
			return err
		}
		walks = append(walks, u)
		if err := s.save(p.folder); err != nil {
			return err
		}
		if u, c.FolderReport, err = b.gen.build(ctx, p.folder, p.fromFolder); err != nil {
			return err
		}
		fromFolder = append(fromFolder, u)
		if err := s.commit(ctx, p.repo); err != nil {
			return err
		}
		if u, c.RepoReport, err = b.gen.build(ctx, p.repo, p.fromRepo); err != nil {
			return err
		}
		fromRepo = append(fromRepo, u)
	}
	c.Walk, c.Folder, c.Repo = median(walks), median(fromFolder), median(fromRepo)
	b.results.Changes = append(b.results.Changes, c)
	return nil
}

// median is the one of middle wall time.
func median[T interface{ wall() time.Duration }](list []T) T {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(a.wall(), b.wall()) })
	return list[len(list)/2]
}

// say tells a person how far the run is.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}

// need is about how many bytes of disk a portal takes with all that is built from it:
// one that changes, that is compared besides, or that is only searched. Of a large one
// Hugo's sites are not in it: they come last, and are left out where there is too little
// left (see hugoRun).
func need(manuals int, compared, changes bool) int64 {
	content, sites, written := 35_000, 420_000, 155_000 // the sites from the folder, and from git with what was published before
	if manuals > large {
		sites, written = 260_000, 130_000 // for a manual there are fewer points and agencies, and nothing was published before
	}
	if !changes {
		return int64(manuals) * int64(content+written)
	}
	if compared {
		content += 75_000 // Hugo's
		sites += written  // the limit's
		if manuals <= large {
			sites += 420_000 // Hugo's
		}
	}
	return int64(manuals) * int64(content+turns(manuals)*sites)
}
