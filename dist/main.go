// Command dist makes what a rural office copies to its machine: one archive for each
// kind of machine, with the two programs, how to start them in Thai and English, and
// something to double-click. Nothing else has to be there: no git, no database
// server, no administrator.
//
// The same commit gives the same bytes, wherever it is made: programs without paths,
// files in order, all of the commit's time.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "embed"
)

// platform is a kind of machine.
type platform struct{ system, processor string }

// platforms are those of offices: laptops of both kinds, small boxes, and Apple's.
var platforms = []platform{{"windows", "amd64"}, {"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "arm64"}}

func (p platform) String() string { return p.system + "-" + p.processor }

// programs are what each archive holds.
var programs = []string{"generator", "syncd"}

//go:embed README.txt
var readme string

//go:embed start.cmd
var startWindows string

//go:embed start.sh
var startElsewhere string

func main() {
	out := flag.String("out", "bin/office", "folder of the archives")
	check := flag.Bool("check", false, "compile, and make no archive")
	flag.Parse()
	if err := run(context.Background(), *out, *check); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string, check bool) error {
	made, err := commitTime(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, p := range platforms {
		if err := p.make(ctx, out, made, check); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// commitTime is when what is built was committed.
func commitTime(ctx context.Context) (time.Time, error) {
	said, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%ct").Output()
	if err != nil {
		return time.Time{}, fmt.Errorf("the time of the commit: %w", err)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(said)), 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}

// make compiles the programs, and packs them.
func (p platform) make(ctx context.Context, out string, made time.Time, check bool) (err error) {
	dir, err := os.MkdirTemp("", "khumue-office-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	args := []string{"build", "-trimpath", "-ldflags=-s -w", "-o", dir + string(filepath.Separator)}
	if check { // which the cache remembers
		args = []string{"build"}
	}
	for _, name := range programs {
		args = append(args, "./"+name)
	}
	c := exec.CommandContext(ctx, "go", args...)
	c.Env = append(os.Environ(), "GOOS="+p.system, "GOARCH="+p.processor, "CGO_ENABLED=0", "GOFLAGS=")
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, said)
	}
	if check {
		return nil
	}
	files, err := p.files(dir)
	if err != nil {
		return err
	}
	name := filepath.Join(out, "khumue-office-"+p.String()+p.ending())
	if err := write(name, func(w io.Writer) error { return p.pack(w, made, files) }); err != nil {
		return err
	}
	fmt.Println(name)
	return nil
}

func (p platform) ending() string {
	if p.system == "windows" {
		return ".zip"
	}
	return ".tar.gz"
}

// file is one of an archive.
type file struct {
	name string
	data []byte
	runs bool
}

// folder is the one that an archive unpacks to.
const folder = "khumue-office/"

// files are what goes into the archive: the programs of a folder, and what stands
// beside them.
func (p platform) files(dir string) (out []file, err error) {
	text := readme
	if p.system == "windows" { // whose editors want to be told, and know ends of lines of their own
		text = "\ufeff" + strings.ReplaceAll(readme, "\n", "\r\n")
	}
	out = []file{{folder + "README.txt", []byte(text), false}}
	for _, name := range programs {
		if p.system == "windows" {
			name += ".exe"
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		out = append(out, file{folder + name, data, true})
	}
	switch p.system {
	case "windows":
		out = append(out, file{folder + "start.cmd", []byte(strings.ReplaceAll(startWindows, "\n", "\r\n")), true})
	case "darwin":
		out = append(out, file{folder + "start.command", []byte(startElsewhere), true})
	default:
		out = append(out, file{folder + "start.sh", []byte(startElsewhere), true})
	}
	return out, nil
}

func (f file) mode() os.FileMode {
	if f.runs {
		return 0o755
	}
	return 0o644
}

// pack writes an archive.
func (p platform) pack(w io.Writer, made time.Time, files []file) error {
	if p.system == "windows" {
		return packZip(w, made, files)
	}
	return packTar(w, made, files)
}

func packZip(w io.Writer, made time.Time, files []file) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: made}
		h.SetMode(f.mode())
		to, err := z.CreateHeader(h)
		if err == nil {
			_, err = to.Write(f.data)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

func packTar(w io.Writer, made time.Time, files []file) error {
	g := gzip.NewWriter(w) // which tells no time and no name
	t := tar.NewWriter(g)
	for _, f := range files {
		err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f.name, Size: int64(len(f.data)), Mode: int64(f.mode()), ModTime: made, Format: tar.FormatUSTAR})
		if err == nil {
			_, err = t.Write(f.data)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), g.Close())
}

// write writes a file, wholly or not at all.
func write(name string, do func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".part-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := errors.Join(do(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
