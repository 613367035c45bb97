package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// unpacked are the names of an archive, with what they hold.
func unpacked(t *testing.T, p platform, src []byte) (names []string, contents map[string]string) {
	t.Helper()
	contents = map[string]string{}
	take := func(name string, r io.Reader, err error) {
		data, read := io.ReadAll(r)
		if err = errors.Join(err, read); err != nil {
			t.Fatal(err)
		}
		names, contents[name] = append(names, name), string(data)
	}
	if p.system == "windows" {
		z, err := zip.NewReader(bytes.NewReader(src), int64(len(src)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			take(f.Name, r, err)
		}
		return names, contents
	}
	g, err := gzip.NewReader(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(g); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names, contents
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(h.Name, "syncd") && h.Mode != 0o755 {
			t.Errorf("%s has mode %o", h.Name, h.Mode)
		}
		take(h.Name, r, nil)
	}
}

func TestAnArchiveHoldsAllThatAnOfficeNeedsAndIsTheSameAgain(t *testing.T) {
	made := time.Date(2026, 11, 26, 9, 0, 1, 0, time.UTC)
	for _, p := range platforms {
		t.Run(p.String(), func(t *testing.T) {
			dir := t.TempDir()
			want := []string{"README.txt", "generator", "syncd", map[string]string{"windows": "start.cmd", "darwin": "start.command"}[p.system]}
			if want[3] == "" {
				want[3] = "start.sh"
			}
			for i, name := range programs {
				if p.system == "windows" {
					name += ".exe"
					want[1+i] = name
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte("program "+name), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			var packed [2]bytes.Buffer
			for i := range packed {
				files, err := p.files(dir)
				if err == nil {
					err = p.pack(&packed[i], made, files)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(packed[0].Bytes(), packed[1].Bytes()) {
				t.Error("twice the same gives other bytes")
			}
			names, contents := unpacked(t, p, packed[0].Bytes())
			for i := range want {
				want[i] = folder + want[i]
			}
			if !slices.Equal(names, want) {
				t.Errorf("it holds %v, want %v", names, want)
			}
			text := contents[folder+"README.txt"]
			start := strings.TrimPrefix(want[3], folder)
			if !strings.Contains(text, "ดับเบิลคลิก") || !strings.Contains(text, "double-click") || strings.Count(text, start) < 2 {
				t.Errorf("it does not say how to start %s in both languages", start)
			}
			if windows := p.system == "windows"; windows != strings.Contains(text, "\r\n") || windows != strings.HasPrefix(text, "\ufeff") {
				t.Error("its ends of lines are another system's")
			}
		})
	}
}
