package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"khumue/bench/paper"
)

// Rows of the table of full builds: ours is what others are compared with. A
// peer's name stands before the last three.
const (
	plain        = "plain writing of the same files (the limit)"
	plainOnDisk  = "the same, until they are on the disk"
	ours         = "full build from a folder"
	fromGit      = "full build from a git repository"
	sameContent  = ", from the same content"
	samePages    = ", the same pages made ready"
	pagesAndData = ", the same pages and open data made ready"
)

// figure is one measurement.
type figure struct {
	Name   string
	Use    usage   // of the middle run
	Runs   []usage // of a full build
	Size   tree    // of what was made; of an index only
	Failed string  // why there is no result; the usage is that until then
}

// change is what changing one manual costs in a portal of one size.
type change struct {
	Manuals                  int
	Full                     time.Duration
	Walk, Folder, Repo       usage
	FolderReport, RepoReport built
}

// queries is what searching takes of a browser, in bytes over the wire.
type queries struct {
	Name                         string `json:"-"`
	Queries                      int
	Cold, ColdMost, Warm, Warm95 int64
	MS95                         float64
}

// results are all figures of a run.
type results struct {
	Machine           string
	Manuals, Searched int
	Turns             int // runs of each full build
	Content, Site     tree
	Pages, Data       tree // of our site: what Hugo makes, too
	HugoWritten       peerSite
	HugoReady         peerSite
	HugoData          tree
	Phases            map[string]time.Duration
	Full              []figure
	Changes           []change
	Index             []figure
	Queries           []queries
	Missing           []string
}

// peerSite are the content files of a Hugo site and the pages made from them.
type peerSite struct{ Source, Pages tree }

// miss notes a figure that there is not, and why.
func (r *results) miss(format string, args ...any) {
	r.Missing = append(r.Missing, fmt.Sprintf(format, args...))
}

// add adds a run to the figure of its name.
func (r *results) add(name string, u usage, failed error) {
	i := slices.IndexFunc(r.Full, func(f figure) bool { return f.Name == name })
	if i < 0 {
		i = len(r.Full)
		r.Full = append(r.Full, figure{Name: name})
	}
	f := &r.Full[i]
	f.Runs = append(f.Runs, u)
	if f.Use = median(f.Runs); failed != nil {
		f.Use, f.Failed = u, failed.Error()
	}
}

// write writes the page of the documentation.
func (r *results) write(w io.Writer) {
	fmt.Fprintf(w, "# Benchmarks\n\nWritten by `make bench MANUALS=%d`; all figures are of one run.\n\n", r.Manuals)
	fmt.Fprintf(w, "- Machine: %s\n", r.Machine)
	fmt.Fprintf(w, "- Corpus: `generator synth --manuals %d`: %s files, %s\n", r.Manuals, paper.Number(r.Content.Files), paper.Size(r.Content.Bytes))
	fmt.Fprintf(w, "- Site: %s files, %s\n\n", paper.Number(r.Site.Files), paper.Size(r.Site.Bytes))
	r.writeFull(w)
	r.writeChanges(w)
	r.writeSearch(w)
	r.writeRest(w)
}

func (r *results) writeFull(w io.Writer) {
	fmt.Fprintf(w, "## Full build, %s manuals\n\n", paper.Number(r.Manuals))
	t := paper.Table{{"", "wall", "CPU", "peak memory", "wall ÷ limit", "wall ÷ ours", "memory ÷ ours"}}
	our := r.of(ours)
	for i, f := range slices.Concat(r.Full, r.oneAfterTheOther()) {
		row := []string{f.name(), paper.Short(f.Use.Wall), paper.Short(f.Use.CPU), paper.Memory(f.Use.Peak), paper.Ratio(f.Use.Wall, r.Full[0].Use.Wall), paper.Ratio(f.Use.Wall, our.Use.Wall), paper.Ratio(f.Use.Peak, our.Use.Peak)}
		if i < 2 {
			row[6] = "–" // holding chunks of the site is no part of writing them
		}
		t = append(t, row)
	}
	t.Write(w)
	if r.Turns > 1 {
		fmt.Fprintf(w, "Each ran %d times, in turns, and the middle one counts; Pagefind ran once.\n\n", r.Turns)
	}
	fmt.Fprintf(w, "Phases of ours: %s.\n\n", phases(r.Phases))
	for _, h := range []struct {
		what string
		site peerSite
	}{{"from the same content", r.HugoWritten}, {"made ready", r.HugoReady}} {
		if h.site.Pages.Files > 0 {
			fmt.Fprintf(w, "Hugo's pages %s are %s (ours %s) with %s of HTML (ours %s, %s), made from %s of content files.\n\n", h.what, paper.Number(h.site.Pages.Files), paper.Number(r.Pages.Files),
				paper.Size(h.site.Pages.Bytes), paper.Size(r.Pages.Bytes), paper.Percent(h.site.Pages.Bytes, r.Pages.Bytes), paper.Size(h.site.Source.Bytes))
		}
	}
	if r.HugoData.Files > 0 {
		fmt.Fprintf(w, "Hugo's open data are %s files with %s (ours %s with %s).\n\n", paper.Number(r.HugoData.Files), paper.Size(r.HugoData.Bytes), paper.Number(r.Data.Files), paper.Size(r.Data.Bytes))
	}
}

// oneAfterTheOther is what the peers take for pages and a search index; empty
// where they were not both measured with this portal.
func (r *results) oneAfterTheOther() []figure {
	i := slices.IndexFunc(r.Full, func(f figure) bool { return strings.HasSuffix(f.Name, samePages) })
	if i < 0 || len(r.Index) < 2 || r.Searched != r.Manuals || r.Full[i].Failed != "" || r.Index[1].Failed != "" {
		return nil
	}
	pages, index := r.Full[i].Use, r.Index[1].Use
	return []figure{{
		Name: "Hugo and Pagefind one after the other: pages and their search index",
		Use:  usage{Wall: pages.Wall + index.Wall, CPU: pages.CPU + index.CPU, Peak: max(pages.Peak, index.Peak)},
	}}
}

// of is the figure of a name; the zero one when there is none.
func (r *results) of(name string) figure {
	i := slices.IndexFunc(r.Full, func(f figure) bool { return f.Name == name })
	if i < 0 {
		return figure{}
	}
	return r.Full[i]
}

func (f figure) name() string {
	if f.Failed == "" {
		return f.Name
	}
	return f.Name + ": " + f.Failed
}

func (r *results) writeChanges(w io.Writer) {
	fmt.Fprintf(w, "## One manual changed\n\nOne fee is raised, %d times; the middle one counts. The aim from git is 0.3 s at 1,000 manuals, 0.5 s at 100,000 and 1 s at 1,000,000; from a folder 1.5 × a bare walk of it (each folder read, each file's size and time asked) more than from git.\n\n", repeats)
	t := paper.Table{{"manuals", "full build", "from git", "peak", "bare walk", "from a folder", "peak", "aim: 1.5 × walk + git", "files written (git, folder)"}}
	for _, c := range r.Changes {
		aim := c.Walk.Wall*3/2 + c.Repo.Wall
		t = append(t, []string{paper.Number(c.Manuals), paper.Short(c.Full), paper.Short(c.Repo.Wall), paper.Memory(c.Repo.Peak), paper.Short(c.Walk.Wall), paper.Short(c.Folder.Wall), paper.Memory(c.Folder.Peak),
			paper.Short(aim), paper.Number(c.RepoReport.Written) + ", " + paper.Number(c.FolderReport.Written)})
	}
	t.Write(w)
}

func (r *results) writeSearch(w io.Writer) {
	fmt.Fprintf(w, "## Search, %s manuals\n\n", paper.Number(r.Searched))
	t := paper.Table{{"making the index", "wall", "CPU", "peak memory", "files", "size"}}
	for _, f := range r.Index {
		t = append(t, []string{f.name(), paper.Short(f.Use.Wall), paper.Short(f.Use.CPU), paper.Memory(f.Use.Peak), paper.Number(f.Size.Files), paper.Size(f.Size.Bytes)})
	}
	t.Write(w)
	if len(r.Queries) == 0 {
		return
	}
	fmt.Fprintf(w, "What %d everyday queries fetch, compressed as gzip does it; warm are the next queries of a visit.\n\n", r.Queries[0].Queries)
	t = paper.Table{{"", "cold, median", "cold, most", "warm, median", "warm, 95 %", "answer, 95 %"}}
	for _, q := range r.Queries {
		t = append(t, []string{q.Name, paper.Size(q.Cold), paper.Size(q.ColdMost), paper.Size(q.Warm), paper.Size(q.Warm95), fmt.Sprintf("%.0f ms", q.MS95)})
	}
	t.Write(w)
}

func (r *results) writeRest(w io.Writer) {
	if len(r.Missing) > 0 {
		fmt.Fprint(w, "## Not measured\n\n")
		for _, m := range r.Missing {
			fmt.Fprintf(w, "- %s\n", m)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, `## How to repeat

    make bench-peers                     # once: Hugo and Pagefind, into bin/peers
    make bench MANUALS=%d

BENCH_SIZES="1000 1000000" names more sizes for the change of one manual, BENCH_DIR a folder to work in, BENCH_FLAGS=-keep keeps what was built. Nothing is measured over a tree that was there before.

What is compared:

- **The limit** writes the files of our site, held in memory 64 MB at a time, into a fresh tree, by one worker per processor. Nothing is read, parsed or rendered in the time that counts.
- **Ours** writes everything: pages, search index, open data (a file for each object, tables, tiles of the map), sitemaps, assets and attachments. From git it also writes a page for each revision that was published before, which a folder does not hold and Hugo does not get; in a portal of more than 10,000 manuals each has one revision, so that both sites are the same.
- **Hugo, from the same content** is what somebody would have who keeps the portal with Hugo (`+"`bench/authored`"+`): a file for each manual, point, agency and other service, one for each language, with the front matter that its author wrote, and for what belongs together the codes alone. Hugo's taxonomies and pagination make the lists of agencies, categories, groups, tags and provinces; its templates look up, sort, group, count, add up and word what pages show, and its codes to scan are pictures. What several pages show alike is cached, such as an entry of a list, an office's hours, an agency's link; texts are in the page's language already. Its English lists hold only what is in English, where ours hold the rest, too. It leaves out the search index, open data, sitemaps, assets, attachments and the few pages that stand alone.
- **Hugo, the same pages made ready** writes the same pages (`+"`bench/hugo`"+`) out of front matter that another program made of our pages: it holds all that they show, in words. Hugo need not look up, collect, sort, count, paginate or format anything, nor make codes to scan; it renders Markdown and fills in its layouts. The front matter is JSON, which it reads fastest, and what many pages show alike stands in data files. It is the least that Hugo can take for such pages, and no way to keep a portal: making its source takes longer than our build.
- **Hugo, the same pages and open data made ready** also writes, as output formats of the same site, the JSON of each manual, other service, point and agency, and the CPSV-AP of each manual. Their text is made ready: a template reads it and prints it.
- **All of Hugo**: every manual, point, survey of a point, agency, other service, list of a category, group, tag or province, and old address, in Thai and, where we have one, in English. A survey's questions that all points share it renders once. What pages have in common is prepared; kinds of pages that are not used, typographer, minifying and statistics are off. Its garbage collector is told to keep below seven tenths of the memory (GOMEMLIMIT), without which a large site dies. Making its sources is not measured.
- **Pagefind** indexes the main part of the pages that our index leads to, those of manuals, other services, agencies and points, as our site has them.
- **Hugo and Pagefind one after the other** adds the times of the pages alone and of Pagefind, and takes the larger memory. It leaves out open data, sitemaps, assets and attachments.

Before each full build what was written before is put on the disk, so that none waits for another's files.
`, r.Manuals)
}

func phases(all map[string]time.Duration) string {
	names := slices.Collect(maps.Keys(all))
	slices.SortFunc(names, func(a, b string) int { return int(all[b] - all[a]) })
	for i, name := range names {
		names[i] = name + " " + paper.Short(all[name])
	}
	return strings.Join(names, ", ")
}
