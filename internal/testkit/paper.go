package testkit

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// poppler runs a program of Poppler, a PDF reader that is not ours.
func poppler(t testing.TB, program string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("there is no %s on this machine; %s", program, install)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("%s %v: %v\n%s", program, args, err, complaints.Bytes())
	}
	return out
}

func paper(t testing.TB, pdf []byte) (dir, name string) {
	t.Helper()
	dir = t.TempDir()
	name = filepath.Join(dir, "paper.pdf")
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, name
}

// PaperText returns what is copied out of a PDF file, in reading order. A reader
// that complains of the file fails the test.
func PaperText(t testing.TB, pdf []byte) string {
	t.Helper()
	_, name := paper(t, pdf)
	return string(poppler(t, "pdftotext", "-raw", "-enc", "UTF-8", name, "-"))
}

// PaperPages returns the pages of a PDF file in pixels. A reader that complains
// of the file fails the test.
func PaperPages(t testing.TB, pdf []byte, dpi int) []image.Image {
	t.Helper()
	dir, name := paper(t, pdf)
	poppler(t, "pdftoppm", "-png", "-r", strconv.Itoa(dpi), name, filepath.Join(dir, "page"))
	files, err := filepath.Glob(filepath.Join(dir, "page*.png"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	var pages []image.Image
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		page, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	return pages
}
