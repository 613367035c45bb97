package synth

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"testing"

	"khumue/internal/catalog"
	"khumue/internal/corpus"
	"khumue/internal/fault"
)

func portal(t testing.TB, o Options) *Portal {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// digest is one hash over all paths and bytes.
func digest(p *Portal) string {
	h := sha256.New()
	for f := range p.Files() {
		fmt.Fprintf(h, "%s %d\n", f.Path, len(f.Data))
		h.Write(f.Data)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// read writes a portal into a folder and reads it as the generator does.
func read(t *testing.T, o Options) (*corpus.Portal, fault.Problems) {
	t.Helper()
	dir := t.TempDir()
	if _, err := portal(t, o).Write(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	c, problems, err := corpus.Read(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return c, problems
}

func TestPortalsOfEverySizeAreComplete(t *testing.T) {
	for _, n := range []int{1, 2, 7, 50, 300} {
		c, problems := read(t, Options{Manuals: n, Seed: 5})
		for _, p := range problems[:min(3, len(problems))] {
			t.Errorf("%d manuals: %s", n, p.In("en"))
		}
		if len(c.Manuals) != n || len(c.Points) != max(1, n/3) {
			t.Errorf("got %d manuals and %d points, want %d and %d", len(c.Manuals), len(c.Points), n, n/3)
		}
	}
}

func TestTheSameOptionsGiveTheSameBytes(t *testing.T) {
	const n = 700
	want := digest(portal(t, Options{Manuals: n, Seed: 1}))
	for _, procs := range []int{1, 2, 7} {
		before := runtime.GOMAXPROCS(procs)
		if got := digest(portal(t, Options{Manuals: n, Seed: 1})); got != want {
			t.Errorf("on %d processors: got other bytes", procs)
		}
		runtime.GOMAXPROCS(before)
	}
	for _, other := range []Options{{Manuals: n, Seed: 2}, {Manuals: n, Seed: 1, Revisions: 5000}, {Manuals: n + 1, Seed: 1}} {
		if digest(portal(t, other)) == want {
			t.Errorf("%+v: got the same bytes", other)
		}
	}
}

func TestASequenceMayBeLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for range portal(t, Options{Manuals: 5000}).Files() {
		break
	}
	if after := runtime.NumGoroutine(); after > before+runtime.GOMAXPROCS(0)+1 {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

func TestPortalsGrowSmoothly(t *testing.T) {
	last := portal(t, Options{Manuals: 1})
	for _, n := range []int{2, 10, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000} {
		p := portal(t, Options{Manuals: n})
		manuals, points, revisions := 0, 0, 0
		for i := range p.agencies {
			a := &p.agencies[i]
			manuals, points = manuals+a.manuals, points+a.points
			p.revisions(a, 0, a.manuals, func(_, r int) { revisions += r })
		}
		if manuals != n || points != p.Points() || revisions != p.Revisions() {
			t.Errorf("%d manuals: the agencies have %d manuals, %d points of %d, %d revisions of %d", n, manuals, points, p.Points(), revisions, p.Revisions())
		}
		if p.Agencies() < last.Agencies() || p.Points() < last.Points() {
			t.Errorf("%d manuals: %d agencies and %d points, fewer than at %d", n, p.Agencies(), p.Points(), last.Manuals())
		}
		last = p
	}
	if got := portal(t, Options{Manuals: 100_000}).Agencies(); got < 7_500 || got > 8_500 {
		t.Errorf("100,000 manuals: got %d agencies, want about 8,000", got)
	}
}

// titles returns the line of each manual's title, by the file's name.
func titles(t *testing.T, o Options) map[string]string {
	t.Helper()
	out := map[string]string{}
	for f := range portal(t, o).Files() {
		if _, rest, ok := strings.Cut(string(f.Data), "\ntitle: "); ok && path.Base(f.Path) == "manual.md" {
			out[f.Path], _, _ = strings.Cut(rest, "\n")
		}
	}
	return out
}

func TestWhatIsThereKeepsItsTitle(t *testing.T) {
	small, large := titles(t, Options{Manuals: 300, Seed: 3}), titles(t, Options{Manuals: 3000, Seed: 3})
	kept := 0
	for id, title := range small {
		if again, ok := large[id]; ok {
			if kept++; again != title {
				t.Errorf("%s: got %q, want %q", id, again, title)
			}
		}
	}
	if kept < 290 {
		t.Errorf("%d of 300 manuals are in the larger portal", kept)
	}
}

func TestIdentifiersOfAnAgencyDiffer(t *testing.T) {
	a := agency{code: "l40017", key: hash(9, "l40017")}
	seen := map[string]bool{}
	for kind := range uint32(4) {
		for i := range 20_000 {
			id := string(a.appendID(nil, kind, i))
			if _, err := catalog.ParseManualID(id); err != nil || seen[id] {
				t.Fatalf("%q: twice, or %v", id, err)
			}
			seen[id] = true
		}
	}
}

// TestAPortalOfThreeThousand reads one portal and asks several things of it.
func TestAPortalOfThreeThousand(t *testing.T) {
	c, problems := read(t, Options{Manuals: 3000, Seed: 1})
	for _, p := range problems[:min(3, len(problems))] {
		t.Error(p.In("en"))
	}
	for name, ask := range map[string]func(*testing.T, *corpus.Portal){
		"a few manuals are linked by most points":     aFewAreLinkedByMost,
		"many local governments keep the same manual": manyKeepTheSame,
		"every kind of value occurs":                  everyKindOccurs,
		"bodies are of one to eight kilobytes":        bodiesAreOfSize,
	} {
		t.Run(name, func(t *testing.T) { ask(t, c) })
	}
}

func aFewAreLinkedByMost(t *testing.T, c *corpus.Portal) {
	var served []int
	for _, m := range c.Manuals {
		served = append(served, len(c.PointsServing(m.ID)))
	}
	slices.Sort(served)
	if most, median := served[len(served)-1], served[len(served)/2]; most < 200 || median > 10 {
		t.Errorf("the best known manual is linked by %d points, the median by %d", most, median)
	}
}

func manyKeepTheSame(t *testing.T, c *corpus.Portal) {
	count := map[string]int{}
	for _, m := range c.Manuals {
		count[m.Title.TH]++
	}
	most := 0
	for _, n := range count {
		most = max(most, n)
	}
	if most < 15 || len(count) < 700 {
		t.Errorf("one title is borne by %d manuals, and there are %d titles", most, len(count))
	}
}

func everyKindOccurs(t *testing.T, c *corpus.Portal) {
	seen := map[string]bool{}
	for _, m := range c.Manuals {
		see(seen, m)
	}
	for _, pt := range c.Points {
		seen["point "+string(pt.Status)] = true
		seen["closures "+fmt.Sprint(len(pt.Closures) > 0)] = true
		seen["always "+fmt.Sprint(pt.Hours.Always)] = true
	}
	for _, a := range c.Agencies {
		seen["agency "+string(a.Kind)] = true
		seen["retired "+string(a.Retired.State)] = true
	}
	want := []string{
		"fees none", "fees given", "documents none", "documents given", "e_submission none", "e_submission given",
		"forms none", "form file", "form url", "reduced none", "reduced given", "legal_time none", "legal_time given",
		"copy_fee none", "copy_fee given", "withdrawn given", "sets 1", "sets 2", "total given", "english true", "english false",
		"point ", "point hidden", "point cancelled", "point closed-temporarily", "closures true", "always true", "retired given",
		"agency ministry", "agency department", "agency division", "agency local", "agency district", "agency independent", "agency state-enterprise",
	}
	for _, kind := range catalog.FeeKind("").Values() {
		want = append(want, "fee "+kind)
	}
	for _, kind := range catalog.WorkKind("").Values() {
		want = append(want, "work "+kind)
	}
	for _, w := range want {
		if !seen[w] {
			t.Errorf("%s does not occur", w)
		}
	}
	if len(c.Services) == 0 || len(c.Processes) == 0 || len(c.Pages) < 10 || len(c.Synonyms) == 0 || len(c.Surveys) == 0 {
		t.Errorf("services, processes, pages, synonyms or surveys are missing")
	}
}

func see(seen map[string]bool, m *catalog.Manual) {
	seen["fees "+string(m.Fees.State)] = true
	seen["documents "+string(m.Documents.State)] = true
	seen["e_submission "+string(m.ESubmission.State)] = true
	seen["forms "+string(m.Forms.State)] = true
	seen["reduced "+string(m.Reduced.State)] = true
	seen["legal_time "+string(m.LegalTime.State)] = true
	seen["copy_fee "+string(m.CopyFee.State)] = true
	seen["withdrawn "+string(m.Withdrawn.State)] = true
	seen["total "+string(m.TotalTime.State)] = true
	seen[fmt.Sprintf("sets %d", len(m.StepSets))] = true
	seen[fmt.Sprintf("english %v", m.Title.EN != "")] = true
	seen["work "+string(m.WorkKind)] = true
	for _, f := range m.Fees.Value {
		seen["fee "+string(f.Kind)] = true
	}
	for _, f := range m.Forms.Value {
		seen["form file"] = seen["form file"] || f.File != ""
		seen["form url"] = seen["form url"] || f.URL != ""
	}
}

func bodiesAreOfSize(t *testing.T, c *corpus.Portal) {
	sum := 0
	for _, m := range c.Manuals {
		n := len(m.Body.Markdown)
		if sum += n; n < 1000 || n > 9000 {
			t.Errorf("%s: the body has %d bytes", m.ID, n)
		}
	}
	if mean := sum / len(c.Manuals); mean < 2000 || mean > 5000 {
		t.Errorf("bodies have %d bytes on average", mean)
	}
}

func TestOptionsOutOfRangeAreRefused(t *testing.T) {
	for _, n := range []int{-1, 0, maxManuals + 1} {
		if _, err := New(Options{Manuals: n}); !errors.Is(err, fault.Invalid) {
			t.Errorf("%d manuals: got %v, want Invalid", n, err)
		}
	}
}

func TestTheFolderHasTheFiles(t *testing.T) {
	p := portal(t, Options{Manuals: 60, Seed: 4})
	dir := t.TempDir()
	w, err := p.Write(t.Context(), path.Join(dir, "content"))
	if err != nil {
		t.Fatal(err)
	}
	inFolder := readFolder(t, path.Join(dir, "content"))
	for f := range p.Files() {
		if inFolder[f.Path] != string(f.Data) {
			t.Errorf("%s differs", f.Path)
		}
		delete(inFolder, f.Path)
		w.Files--
	}
	if len(inFolder) > 0 || w.Files != 0 {
		t.Errorf("%d files too many, %d miscounted", len(inFolder), w.Files)
	}
	if _, err := p.Write(t.Context(), path.Join(dir, "content")); !errors.Is(err, fault.Conflict) {
		t.Errorf("into a folder with files: got %v, want Conflict", err)
	}
}

func BenchmarkFiles(b *testing.B) {
	const n = 20_000
	p := portal(b, Options{Manuals: n, Seed: 1})
	var bytes, manuals int
	for b.Loop() {
		for f := range p.Files() {
			if bytes += len(f.Data); strings.HasSuffix(f.Path, "manual.md") {
				manuals++
			}
		}
	}
	b.ReportMetric(float64(manuals)/b.Elapsed().Seconds(), "manuals/s")
	b.ReportMetric(float64(bytes)/float64(manuals), "bytes/manual")
}
