package rebuild

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"khumue/internal/fault"
)

// helper is the variable that makes this test program a generator of its own
// kind.
const helper = "REBUILD_TEST_HELPER"

// generator is the real one, built for these tests.
var generator string

func TestMain(m *testing.M) {
	if as := os.Getenv(helper); as != "" {
		os.Exit(helpers[as]())
	}
	os.Exit(withGenerator(m))
}

func withGenerator(m *testing.M) int {
	dir, err := os.MkdirTemp("", "rebuild")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	generator = filepath.Join(dir, "generator")
	if runtime.GOOS == "windows" {
		generator += ".exe"
	}
	build := exec.Command("go", "build", "-o", generator, "khumue/generator")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the generator: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// helpers are what a generator may do, and its exit code.
var helpers = map[string]func() int{
	"tells its arguments": func() int {
		fmt.Printf(`{"changed":[%q],"unknown":1}`, strings.Join(os.Args[1:], " "))
		return 0
	},
	"tells the settings that it was given": func() int {
		fmt.Printf(`{"changed":[%q]}`, os.Getenv("KHUMUE_DATABASE")+os.Getenv("REBUILD_TEST_OTHER"))
		return 0
	},
	"finds problems": func() int {
		fmt.Fprintln(os.Stderr, "site.yaml:3: wrong")
		return 1
	},
	"cannot write":  func() int { return 3 },
	"tells no JSON": func() int { fmt.Print("done"); return 0 },
	"says much": func() int {
		for range 1 << 16 {
			fmt.Fprintln(os.Stderr, "site.yaml:3: wrong")
		}
		return 1
	},
	"tells more than can be held": func() int {
		fmt.Print(`{"changed":["`)
		line := strings.Repeat("x", 1<<20)
		for range maxResult >> 20 {
			fmt.Print(line)
		}
		fmt.Print(`"]}`)
		return 0
	},
	"heeds an interrupt": func() int {
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt)
		fmt.Fprintln(os.Stderr, "ready")
		<-interrupted
		fmt.Fprintln(os.Stderr, "interrupted")
		return 3
	},
	"heeds nothing": func() int {
		signal.Ignore(os.Interrupt)
		fmt.Fprintln(os.Stderr, "ready")
		time.Sleep(time.Hour) // it is ended by force
		return 0
	},
}

// as makes a generator of this program that does what is said.
func as(t *testing.T, what string) string {
	t.Helper()
	if helpers[what] == nil {
		t.Fatalf("no helper %s", what)
	}
	t.Setenv(helper, what)
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return own
}

func TestWhatTheGeneratorIsTold(t *testing.T) {
	for name, test := range map[string]struct {
		job  Job
		want string
	}{
		"the least": {Job{Content: "c.git", Out: "site"}, "build --json --content=c.git --out=site"},
		"all": {Job{"-c", "refs/heads/main", "-o", "facts", "https://a.example", true, "-k"},
			"build --json --content=-c --out=-o --ref=refs/heads/main --facts=facts --base-url=https://a.example --compress --require-approvals --trust=-k"},
	} {
		r, _, err := run(t.Context(), as(t, "tells its arguments"), test.job)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff([]string{test.want}, r.Changed); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTheChildSeesNoSecret(t *testing.T) {
	t.Setenv("KHUMUE_DATABASE", "postgres://u:secret@h/d")
	t.Setenv("REBUILD_TEST_OTHER", "other")
	r, _, err := run(t.Context(), as(t, "tells the settings that it was given"), Job{})
	if err != nil || r.Changed[0] != "other" {
		t.Errorf("got %v, %v, want the other variable alone", r.Changed, err)
	}
}

func TestHowABuildEnds(t *testing.T) {
	tests := []struct {
		name string
		want error // its kind; nil: it succeeds
		said string
	}{
		{"finds problems", fault.Invalid, "site.yaml:3: wrong\n"},
		{"cannot write", fault.Unavailable, ""},
		{"tells no JSON", fault.Unavailable, ""},
		{"says much", fault.Invalid, strings.Repeat("site.yaml:3: wrong\n", maxSaid)[:maxSaid]},
		{"tells more than can be held", nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, said, err := run(t.Context(), as(t, test.name), Job{})
			if !errors.Is(err, test.want) || said != test.said {
				t.Errorf("got %v, and %d bytes said, want %v and %d", err, len(said), test.want, len(test.said))
			}
			if err == nil && (!r.All || r.Changed != nil) {
				t.Error("got a result, want that anything may have changed")
			}
		})
	}
	if _, _, err := run(t.Context(), filepath.Join(t.TempDir(), "none"), Job{}); !errors.Is(err, fault.Unavailable) {
		t.Errorf("got %v of a program that is not there, want %v", err, fault.Unavailable)
	}
}

func TestAStopEndsTheChild(t *testing.T) {
	for name, patience := range map[string]time.Duration{"heeds an interrupt": time.Minute, "heeds nothing": 100 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			program := as(t, name)
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			ctx, cancel := context.WithCancel(t.Context())
			cmd := command(ctx, program, Job{})
			cmd.Stderr, cmd.WaitDelay = w, patience
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			w.Close()
			if _, err := io.ReadFull(r, make([]byte, len("ready\n"))); err != nil {
				t.Fatal(err)
			}
			cancel()
			if err := cmd.Wait(); err == nil {
				t.Error("got no error, want the child ended")
			}
			rest, _ := io.ReadAll(r) // what it said, as far as it came
			if heeded := string(rest) == "interrupted\n"; heeded != (name == "heeds an interrupt") {
				t.Errorf("got %q, want the interrupt to come first", rest)
			}
		})
	}
}

// portal copies the sample content to a folder of its own.
func portal(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "..", "content"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheRealGenerator(t *testing.T) {
	job := Job{Content: portal(t), Out: filepath.Join(t.TempDir(), "site"), BaseURL: "https://portal.example.go.th"}
	q := New(generator, job, slog.New(slog.DiscardHandler), time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { q.Run(ctx); close(ended) }()
	if q.Ready(ctx) == nil {
		t.Error("got a site before one was built")
	}
	first := waited(t, q.Ask())
	if first.Err != nil || first.Result.Pages == 0 || !first.Result.All || q.Ready(ctx) != nil {
		t.Fatalf("got %+v, ready: %v, want a new site", first, q.Ready(ctx))
	}
	site := filepath.Join(job.Content, "site.yaml")
	good, err := os.ReadFile(site)
	if err != nil {
		t.Fatal(err)
	}
	write(t, site, append([]byte("titel: x\n"), good...))
	bad := waited(t, q.Ask())
	if !errors.Is(bad.Err, fault.Invalid) || !strings.Contains(bad.Said, "site.yaml:1:") || q.Ready(ctx) != nil {
		t.Errorf("got %+v, ready: %v, want the problem told and the site as it was", bad, q.Ready(ctx))
	}

	write(t, site, good)
	again := waited(t, q.Ask())
	if again.Err != nil || again.Result.Pages != first.Result.Pages || again.Result.All {
		t.Errorf("got %+v, want the same site", again)
	}
	if s := q.Status(); s.Good == nil || s.Good.Result.Pages != first.Result.Pages {
		t.Errorf("got %+v, want the last build kept", s)
	}
	cancel()
	<-ended
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWhereTheGeneratorIs(t *testing.T) {
	program := func(dir string) string {
		path := filepath.Join(dir, filepath.Base(generator))
		if err := os.Link(generator, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	besides, onPath, real, empty := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	beside, path, linked := program(besides), program(onPath), program(real)
	if err := os.WriteFile(filepath.Join(real, "syncd"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(real, "syncd"), filepath.Join(empty, "syncd")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, named, own, path string
		want                   string // empty: none
	}{
		{"named", path, filepath.Join(besides, "syncd"), "", path},
		{"beside", "", filepath.Join(besides, "syncd"), onPath, beside},
		{"beside what a link leads to", "", filepath.Join(empty, "syncd"), onPath, linked},
		{"on PATH", "", filepath.Join(t.TempDir(), "syncd"), onPath, path},
		{"nowhere", "", filepath.Join(t.TempDir(), "syncd"), "", ""},
		{"named, and not there", filepath.Join(empty, "generator"), filepath.Join(besides, "syncd"), onPath, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("PATH", test.path)
			got, err := find(test.named, test.own)
			if got != test.want || (test.want == "") != errors.Is(err, fault.Unavailable) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}
