package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"khumue/bench/paper"
)

// figure is one thing that was done again and again.
type figure struct {
	Name string
	Took times
	CPU  time.Duration // of the daemon, on average; 0: nobody counted
}

// results are all figures of a run.
type results struct {
	mu    sync.Mutex
	began time.Time
	marks int
	shown string // path of a revision in review
	why   error  // a draft could not be submitted
	used  map[string]time.Duration

	Load              string // of the machine
	Manuals, OfPeople int
	Commits, UnderWay int
	Bytes, IndexBytes int64

	Index, Read ran // made anew; the same read by git alone
	FirstStart  time.Duration
	Starts      times
	Empty       time.Duration // a start of the smallest portal

	Waiting, Unsubmitted int
	Help                 times
	Pages                []figure
	Kept, Committed      times
	Steps                []figure
	Quiet, Meanwhile     times
	Maintained           ran
	Clones               []clone

	Crowd                []figure
	CrowdTook, CrowdLive time.Duration
	published            map[string]string // manual: what its file has to say
	Lost                 int

	Doctor, Verify, Fsck ran
	Peak                 int64
	Wrong                []string
}

// miss notes what did not hold.
func (r *results) miss(format string, args ...any) {
	r.Wrong = append(r.Wrong, fmt.Sprintf(format, args...))
}

// aims are what each step should stay within.
var aims = map[string]time.Duration{
	stepSave: 300 * time.Millisecond, stepSubmit: 50 * time.Millisecond, stepEndorse: 50 * time.Millisecond,
	stepPublish: 50 * time.Millisecond, stepLive: 2 * time.Second, stepOpen: aimPage,
}

const (
	aimPage  = 100 * time.Millisecond
	aimStart = 2 * time.Second
)

// write writes the page of the documentation.
func (b *bench) write(w io.Writer) {
	fmt.Fprintf(w, "# Benchmarks of revisions\n\nWritten by `make bench-revisions REVISIONS_MANUALS=%d`; all figures are of one run.\n\n", b.Manuals)
	fmt.Fprintf(w, "- Machine: %s; its load was %s\n", paper.Machine(), b.Load)
	fmt.Fprintf(w, "- Repository: `generator synth --git`: %s manuals, %s commits of main by first parents, %s revisions under way, %s\n",
		paper.Number(b.Manuals), paper.Number(b.Commits), paper.Number(b.UnderWay), paper.Size(b.Bytes))
	fmt.Fprintf(w, "- People: of %d agencies with %s manuals; %s revisions of theirs waited for approval while pages were read\n\n", len(b.place.agencies), paper.Number(b.OfPeople), paper.Number(b.Waiting))
	if b.plain {
		fmt.Fprint(w, "The pages of the site that there are many of were plain (`-plain`), so that it takes a tenth of the disk; a publication changes as many of them.\n\n")
	}
	fmt.Fprint(w, "CPU is what the daemon took on average, to hundredths of a second in all; what the build of the site takes is not in it.\n\n")
	b.writeSteps(w)
	b.writePages(w)
	b.writeCrowd(w)
	b.writeWhole(w)
	b.writeClones(w)
	if len(b.Wrong) > 0 {
		fmt.Fprint(w, "## What did not hold\n\n")
		for _, m := range b.Wrong {
			fmt.Fprintf(w, "- %s\n", m)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, repeat)
}

func (b *bench) writeSteps(w io.Writer) {
	fmt.Fprintf(w, "## One revision after another\n\n%d revisions, each from a draft to the public page. An approval is answered before the site is built.\n\n", b.rounds)
	t := paper.Table{{"", "median", "95 %", "CPU", "aim", "median ÷ file kept", "median ÷ git"}}
	row := func(f figure) {
		half := f.Took.at(.5)
		t = append(t, []string{f.Name, fine(half), fine(f.Took.at(.95)), fine(f.CPU), aim(aims[f.Name]), paper.Ratio(half, b.Kept.at(.5)), paper.Ratio(half, b.Committed.at(.5))})
	}
	row(figure{Name: "a file that is written and kept (limit)", Took: b.Kept})
	row(figure{Name: "commit-tree and update-ref by git, kept (peer)", Took: b.Committed})
	for _, f := range b.Steps {
		row(f)
	}
	row(figure{Name: "saving one draft again and again", Took: b.Quiet})
	row(figure{Name: "the same while the repository is put in order", Took: b.Meanwhile})
	t.Write(w)
	fmt.Fprintf(w, "Putting the repository in order took %s (%s of a processor), during which %d saves were made.\n\n", paper.Short(b.Maintained.Wall), paper.Short(b.Maintained.CPU), len(b.Meanwhile))
}

func (b *bench) writePages(w io.Writer) {
	fmt.Fprintf(w, "## Pages\n\n%d visits each, signed in.\n\n", b.visits)
	t := paper.Table{{"", "median", "95 %", "CPU", "aim", "median ÷ help"}}
	for _, f := range append([]figure{{Name: "help, which asks nothing (limit)", Took: b.Help}}, b.Pages...) {
		t = append(t, []string{f.Name, fine(f.Took.at(.5)), fine(f.Took.at(.95)), fine(f.CPU), aim(aimPage), paper.Ratio(f.Took.at(.5), b.Help.at(.5))})
	}
	t.Write(w)
}

func (b *bench) writeCrowd(w io.Writer) {
	fmt.Fprintf(w, "## %d people at once\n\nEach revises a manual in the form, submits it, and has it approved twice; all begin at the same moment.\n\n", b.people)
	t := paper.Table{{"", "median", "95 %", "most", "median ÷ alone"}}
	for i, f := range b.Crowd {
		t = append(t, []string{f.Name, fine(f.Took.at(.5)), fine(f.Took.at(.95)), fine(f.Took.at(1)), paper.Ratio(f.Took.at(.5), b.Steps[i].Took.at(.5))})
	}
	t.Write(w)
	fmt.Fprintf(w, "All %d were published after %s and on their pages after %s. Of %d revisions published in this run %d were lost.\n\n",
		b.people, paper.Short(b.CrowdTook), paper.Short(b.CrowdLive), len(b.published), b.Lost)
}

func (b *bench) writeWhole(w io.Writer) {
	fmt.Fprint(w, "## The whole\n\n")
	t := paper.Table{{"", "wall", "CPU", "peak memory", "beside"}}
	t = append(t,
		[]string{"index made anew (" + paper.Size(b.IndexBytes) + ")", paper.Short(b.Index.Wall), paper.Short(b.Index.CPU), paper.Memory(b.Index.Peak),
			paper.Ratio(b.Index.Wall, b.Read.Wall) + " × git reading the same (" + paper.Short(b.Read.Wall) + ")"},
		[]string{"daemon ready, the first start, which builds the site", paper.Short(b.FirstStart), "–", "–", "–"},
		[]string{"daemon ready, a later start (aim: " + paper.Short(aimStart) + ")", paper.Short(b.Starts.sorted().at(.5)), "–", paper.Memory(b.Peak) + " at the end",
			paper.Ratio(b.Starts.sorted().at(.5), b.Empty) + " × one of 20 manuals (" + paper.Short(b.Empty) + ")"},
		[]string{"`syncd doctor` afterwards", paper.Short(b.Doctor.Wall), paper.Short(b.Doctor.CPU), paper.Memory(b.Doctor.Peak), "–"},
		[]string{"`generator verify --trust` afterwards", paper.Short(b.Verify.Wall), paper.Short(b.Verify.CPU), paper.Memory(b.Verify.Peak), paper.Ratio(b.Verify.Wall, b.Read.Wall) + " × git reading the same"},
		[]string{"`git fsck --connectivity-only` afterwards", paper.Short(b.Fsck.Wall), paper.Short(b.Fsck.CPU), paper.Memory(b.Fsck.Peak), "–"})
	t.Write(w)
	if len(b.Wrong) == 0 {
		fmt.Fprint(w, "The index was what git says, each published manual was proven by its approvals, and git found nothing to complain of.\n\n")
	}
}

func (b *bench) writeClones(w io.Writer) {
	fmt.Fprint(w, "## Clones\n\nBy the git program, of main alone; the peer is the same clone from the folder of the repository.\n\n")
	t := paper.Table{{"`git clone`", "wall", "size", "from the folder", "ratio"}}
	for _, c := range b.Clones {
		t = append(t, []string{c.Name, paper.Short(c.Ours.Wall), paper.Size(c.Bytes), paper.Short(c.Plain.Wall), paper.Ratio(c.Ours.Wall, c.Plain.Wall)})
	}
	t.Write(w)
}

// fine is a time with a tenth of a millisecond where that says something.
func fine(d time.Duration) string {
	if d > 0 && d < 100*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return paper.Short(d)
}

func aim(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return "≤ " + paper.Short(d)
}

const repeat = `## How to repeat

    make bench-revisions                                                     # a small repository
    make bench-revisions REVISIONS_MANUALS=100000 REVISIONS_FLAGS=-plain     # the size that counts

-data DIR among REVISIONS_FLAGS keeps the data in a folder, to be measured again; go run ./bench/revisions -help lists all.

What is compared:

- **A file kept** is what nobody who promises that nothing is lost can do without: some 300 bytes written beside the repository, synced, renamed, and the folder synced.
- **git** makes an empty commit and moves a ref, both kept, in the same repository: two processes.
- **Help** is a page of the back office for somebody signed in, with the same shell around it, for which only the session is looked up.
- **Git reading the same** goes through main's first parents with their messages, and reads the text of each manual.
- Steps are requests as programs and browsers send them, until the answer is there. A save sends all fields of the editor's form with the summary changed, which lists show, too. From the click to the page is from the moment when the second approval is sent to when the public page has been read with what was changed.
- The repository is put in order as the daemon does every half hour: loose objects and small packs joined, refs packed.
`
