package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/bench/paper"
)

// TestMain lets the tests start this program as a child: as a limit, or as a
// child that never ends.
func TestMain(m *testing.M) {
	switch os.Getenv("BENCH_CHILD") {
	case "":
		os.Exit(m.Run())
	case "wait":
		r, w, err := os.Pipe()
		if err == nil {
			_, err = r.Read(make([]byte, 1)) // nobody writes
		}
		panic(errors.Join(err, w.Close()))
	case "fail":
		os.Stderr.WriteString("reading\nthe disk is full\n")
		os.Exit(3)
	}
}

func TestAChildIsMeasured(t *testing.T) {
	for _, c := range []struct {
		name, what string
		limit      time.Duration
		want       string
	}{
		{"one that fails tells why in its last line", "fail", time.Minute, "exit status 3: the disk is full"},
		{"one that takes too long is stopped", "wait", 50 * time.Millisecond, "stopped after 50 ms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("BENCH_CHILD", c.what)
			u, err := child{args: []string{os.Args[0]}, limit: c.limit}.run(t.Context())
			if err == nil || err.Error() != c.want {
				t.Errorf("got error %v, want %s", err, c.want)
			}
			if u.Wall <= 0 || runtime.GOOS == "linux" && u.Peak <= 0 {
				t.Errorf("got usage %+v, want times and memory", u)
			}
		})
	}
}

// TestAFailedPeerIsARow: the run goes on, and in later turns without the peer.
func TestAFailedPeerIsARow(t *testing.T) {
	t.Setenv("BENCH_CHILD", "fail")
	b := &bench{options: options{limit: time.Minute}}
	for range 2 {
		if err := b.hugo(t.Context(), hugoPeer{program: os.Args[0], name: "Hugo"}, t.TempDir()); err != nil {
			t.Fatal(err)
		}
	}
	var rows []string
	for _, f := range b.results.Full {
		rows = append(rows, f.name())
		if len(f.Runs) != 1 {
			t.Errorf("%s ran %d times", f.Name, len(f.Runs))
		}
	}
	want := []string{
		"Hugo, from the same content: exit status 3: the disk is full",
		"Hugo, the same pages made ready: exit status 3: the disk is full",
		"Hugo, the same pages and open data made ready: exit status 3: the disk is full",
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Errorf("the rows differ:\n%s", d)
	}
}

func TestAStoppedRunStopsItsChild(t *testing.T) {
	t.Setenv("BENCH_CHILD", "wait")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (child{args: []string{os.Args[0]}, limit: time.Minute}).run(ctx); err == nil {
		t.Error("a child ran to its end")
	}
}

func TestABuildsReportIsRead(t *testing.T) {
	const report = `{"pages":3,"written":5,"removed":1,"unchanged":2,"changed":["/a/",["deep",{"x":[]}],"/b/"],
		"phases":[{"name":"read","ms":1.5},{"name":"pages","ms":20},{"name":"read","ms":0.5}],"ms":22,"recovery":"clean"}`
	got, err := readBuilt(strings.NewReader(report))
	want := built{3, 5, 1, 2, map[string]time.Duration{"read": 2 * time.Millisecond, "pages": 20 * time.Millisecond}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("error %v, difference:\n%s", err, d)
	}
	for _, broken := range []string{"", `{"pages":`, `{"pages":"many"}`, `{"changed":["/a/"`} {
		if _, err := readBuilt(strings.NewReader(broken)); err == nil {
			t.Errorf("%q is taken for a report", broken)
		}
	}
}

func FuzzReadBuilt(f *testing.F) {
	f.Add(`{"pages":3,"changed":["/a/"],"phases":[{"name":"read","ms":1.5}]}`)
	f.Fuzz(func(_ *testing.T, report string) {
		_, _ = readBuilt(strings.NewReader(report))
	})
}

func TestAFeeIsRaised(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a fee on lines of its own", "  - name: x\n    kind: fixed\n    min: 20\n", "  - name: x\n    kind: fixed\n    min: 21\n"},
		{"a fee on one line", "- {name: x, kind: fixed, min: 99, per: y}", "- {name: x, kind: fixed, min: 100, per: y}"},
		{"a range stays, whose ends could cross", "kind: range\nmin: 20\nmax: 20\n", ""},
		{"no fee", "fees: none\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := raiseFee([]byte(c.in))
			if string(got) != c.want || ok != (c.want != "") {
				t.Errorf("got %q, %v; want %q", got, ok, c.want)
			}
		})
	}
}

func FuzzRaiseFee(f *testing.F) {
	f.Add("kind: fixed\n    min: 20\n")
	f.Fuzz(func(t *testing.T, manual string) {
		if once, ok := raiseFee([]byte(manual)); ok && bytes.Equal(once, []byte(manual)) {
			t.Error("a raised fee is the old one")
		}
	})
}

func TestPlainWritingGivesTheSameTree(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "new")
	for name, text := range map[string]string{"index.html": "home", "a/b/index.html": "deep", "a/b/c.json": "", "z.txt": strings.Repeat("z", 100_000)} {
		put(t, from, name, text)
	}
	if _, err := writePlainly(from, to); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(texts(t, from), texts(t, to)); d != "" {
		t.Errorf("the trees differ:\n%s", d)
	}
	want, _ := measure(from, nil)
	got, err := measure(to, nil)
	if got != want || got.Files != 4 || err != nil {
		t.Errorf("measured %+v and %+v, error %v; want 4 files of the same size", want, got, err)
	}
	if _, err := writePlainly(from, to); err == nil {
		t.Error("a tree that is there is written over")
	}
}

func TestTheMachineIsNamed(t *testing.T) {
	if line := paper.Machine(); !strings.Contains(line, runtime.Version()) || runtime.GOOS == "linux" && !strings.Contains(line, "of memory") {
		t.Errorf("%q does not tell what figures were measured on", line)
	}
}

func TestTheMiddleUsageCounts(t *testing.T) {
	got := median([]usage{{Wall: 9, CPU: 1}, {Wall: 2, CPU: 2}, {Wall: 5, CPU: 3}})
	if want := (usage{Wall: 5, CPU: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestLargePortalsAreBuiltOnce(t *testing.T) {
	if turns(large) != 3 || turns(large+1) != 1 {
		t.Errorf("%d and %d turns, want 3 and 1", turns(large), turns(large+1))
	}
	if one, all := need(1000, false, true), need(1000, true, true); one <= 0 || all <= one {
		t.Errorf("a portal needs %d bytes, with the peers %d", one, all)
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		name  string
		args  []string
		sizes []int // none: refused
	}{
		{"the default", nil, []int{1000, 10000}},
		{"more sizes, in order and once", []string{"-manuals", "500", "-sizes", "1000000, 500 1000"}, []int{500, 1000, 1000000}},
		{"no number", []string{"-sizes", "many"}, nil},
		{"no manuals", []string{"-sizes", "0"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := parse(c.args)
			if (err == nil) != (c.sizes != nil) || err == nil && !slices.Equal(o.sizes, c.sizes) {
				t.Errorf("got %v, error %v; want %v", o.sizes, err, c.sizes)
			}
		})
	}
}

func TestQueriesAreSpreadOverTheTable(t *testing.T) {
	got := firstColumn("query\ttitle\na\t1\nb\t2\nc\t3\nd\t4\n", 2)
	if want := []string{"a", "c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := firstColumn("query\na\n", 40); !slices.Equal(got, []string{"a"}) {
		t.Errorf("got %q, want all of a short table", got)
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// texts are all files of a tree.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := walk(dir, func(rel string, _ os.FileInfo) {
		data, err := os.ReadFile(filepath.Join(dir, rel))
		if err != nil {
			t.Error(err)
		}
		out[filepath.ToSlash(rel)] = string(data)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
