package rebuild

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"khumue/internal/fault"
)

// Job is what the generator is told.
type Job struct {
	Content  string // a bare repository, or a folder
	Ref      string // of a repository; empty: main
	Out      string // folder of the site
	Facts    string // folder of what the daemon adds; empty: none
	BaseURL  string // public address; empty: that of site.yaml
	Compress bool   // write compressed forms beside the files
	Trust    string // file of public keys: only what they show to be approved is built; empty: all is
}

// args are the arguments for a build.
func (j Job) args() []string {
	out := []string{"build", "--json", "--content=" + j.Content, "--out=" + j.Out}
	for _, o := range []struct{ flag, value string }{{"--ref=", j.Ref}, {"--facts=", j.Facts}, {"--base-url=", j.BaseURL}} {
		if o.value != "" {
			out = append(out, o.flag+o.value)
		}
	}
	if j.Compress {
		out = append(out, "--compress")
	}
	if j.Trust != "" {
		out = append(out, "--require-approvals", "--trust="+j.Trust)
	}
	return out
}

// Result is what the generator tells of a build.
type Result struct {
	Pages      int      `json:"pages"`      // of the site
	Written    int      `json:"written"`    // files
	Removed    int      `json:"removed"`    // files
	Unchanged  int      `json:"unchanged"`  // files that were made and are as they were
	Partial    bool     `json:"partial"`    // only what changed was made
	All        bool     `json:"all"`        // anything may have changed: Changed is empty
	Changed    []string `json:"changed"`    // addresses
	Total      float64  `json:"ms"`         // milliseconds
	Incomplete int      `json:"incomplete"` // fields that authors have not filled in
}

const (
	maxResult = 32 << 20         // bytes of a result: some 500,000 addresses
	maxSaid   = 64 << 10         // bytes of what is told people
	endTime   = 4 * time.Second  // from an interrupt to the end by force
	buildTime = 60 * time.Minute // for a build, which takes seconds or a few minutes
)

var (
	errHangs  = errors.New("the build took too long and was ended")
	spoilt    = fault.Text{TH: "สร้างเว็บไซต์ไม่สำเร็จ เว็บไซต์ยังเป็นฉบับก่อนหน้า", EN: "the site could not be built and is as it was"}
	badInput  = fault.Text{TH: "เนื้อหามีปัญหา เว็บไซต์ยังเป็นฉบับก่อนหน้า", EN: "the content has problems, and the site is as it was"}
	mendInput = fault.Text{TH: "แก้ตามที่ generator บอก", EN: "mend what the generator tells"}
)

// run builds once. When ctx ends the child is interrupted, and after a while
// ended by force; either leaves a site that the next build makes good.
func run(ctx context.Context, program string, job Job) (Result, string, error) {
	limited, cancel := context.WithTimeoutCause(ctx, buildTime, errHangs)
	defer cancel()
	out, said := &bounded{most: maxResult}, &bounded{most: maxSaid}
	cmd := command(limited, program, job)
	cmd.Stdout, cmd.Stderr = out, said
	err := cmd.Run()
	switch {
	case err == nil:
		result, err := read(out)
		return result, said.kept.String(), err
	case ctx.Err() != nil:
		return Result{}, said.kept.String(), ErrStopped
	case limited.Err() != nil:
		err = context.Cause(limited)
	}
	return Result{}, said.kept.String(), failure(err)
}

// command is the child, not started. It sees none of the daemon's settings.
func command(ctx context.Context, program string, job Job) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, job.args()...)
	cmd.Env = withoutSettings(os.Environ())
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return cmd.Process.Kill() // a system without interrupts, or a child that has ended
		}
		return nil
	}
	cmd.WaitDelay = endTime
	return cmd
}

// failure tells by its exit code why a generator failed.
func failure(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return fault.New(fault.Invalid, badInput, mendInput)
	}
	return fault.New(fault.Unavailable, spoilt).Because(err)
}

// read reads a result. One that is too large to hold says that anything may
// have changed.
func read(out *bounded) (Result, error) {
	if out.over {
		return Result{All: true}, nil
	}
	var r Result
	if err := json.Unmarshal(out.kept.Bytes(), &r); err != nil {
		return Result{}, fault.New(fault.Unavailable, spoilt).Because(fmt.Errorf("the generator's result: %w", err))
	}
	return r, nil
}

// bounded keeps the first bytes that are written to it. It is no bytes.Buffer
// itself: copying would go round its Write.
type bounded struct {
	kept bytes.Buffer
	most int
	over bool
}

// Write takes all and keeps what there is room for.
func (b *bounded) Write(p []byte) (int, error) {
	keep := min(len(p), b.most-b.kept.Len())
	b.over = b.over || keep < len(p)
	b.kept.Write(p[:keep])
	return len(p), nil
}

// withoutSettings leaves the daemon's own settings, among them its secrets, out
// of the child's environment.
func withoutSettings(environ []string) []string {
	var out []string
	for _, e := range environ {
		if !strings.HasPrefix(e, "KHUMUE_") {
			out = append(out, e)
		}
	}
	return out
}

// Find returns the path of the generator: the one that is named, or the one
// beside this program, or the one on PATH.
func Find(named string) (string, error) {
	own, err := os.Executable()
	if err != nil {
		own = ""
	}
	return find(named, own)
}

func find(named, own string) (string, error) {
	if named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fault.New(fault.Unavailable, fault.Textf("เรียก %s ไม่ได้", "%s cannot be run", named),
				fault.Text{TH: "แก้ค่า generator ใน syncd.yaml", EN: "mend generator in syncd.yaml"}).Because(err)
		}
		return filepath.Abs(path)
	}
	name := "generator"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	for _, dir := range beside(own) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fault.New(fault.Unavailable, fault.Text{TH: "ไม่พบโปรแกรม generator", EN: "the program generator is not there"},
			fault.Text{TH: "วางไว้ข้าง syncd หรือระบุ generator ใน syncd.yaml", EN: "put it beside syncd, or name it as generator in syncd.yaml"}).Because(err)
	}
	return filepath.Abs(path)
}

// beside are the folders of a program: where it was called, and where it is
// when that is a link.
func beside(own string) []string {
	if own == "" {
		return nil
	}
	dirs := []string{filepath.Dir(own)}
	if real, err := filepath.EvalSymlinks(own); err == nil {
		dirs = append(dirs, filepath.Dir(real))
	}
	return dirs
}
