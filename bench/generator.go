package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// built is what a build told, as generator build --json tells it. The list of
// changed addresses is left out: it is as long as the site.
type built struct {
	Pages, Written, Removed, Unchanged int
	Phases                             map[string]time.Duration
}

// readBuilt reads a build's report without holding all of it.
func readBuilt(r io.Reader) (built, error) {
	b := built{Phases: map[string]time.Duration{}}
	numbers := map[string]*int{"pages": &b.Pages, "written": &b.Written, "removed": &b.Removed, "unchanged": &b.Unchanged}
	d := json.NewDecoder(r)
	if _, err := d.Token(); err != nil {
		return b, err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return b, err
		}
		name, _ := key.(string)
		switch {
		case numbers[name] != nil:
			err = d.Decode(numbers[name])
		case name == "phases":
			err = readPhases(d, b.Phases)
		default:
			err = skip(d)
		}
		if err != nil {
			return b, fmt.Errorf("%s: %w", name, err)
		}
	}
	return b, nil
}

func readPhases(d *json.Decoder, into map[string]time.Duration) error {
	var list []struct {
		Name string
		MS   float64
	}
	err := d.Decode(&list)
	for _, p := range list {
		into[p.Name] += time.Duration(p.MS * float64(time.Millisecond))
	}
	return err
}

// skip reads a value and forgets it, a word at a time.
func skip(d *json.Decoder) error {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// generator is the program that is measured.
type generator struct {
	program string
	limit   time.Duration
}

// synth makes up a portal, in a folder or a bare repository. A repository of a large
// one has one revision of each manual: the pages of earlier ones would be as many as
// all others, and its site another than that of the folder.
func (g generator) synth(ctx context.Context, manuals int, git bool, out string) error {
	args := []string{g.program, "synth", "--manuals", strconv.Itoa(manuals), "--out", out}
	if git {
		args = append(args, "--git")
	}
	if git && manuals > large {
		args = append(args, "--revisions", strconv.Itoa(manuals))
	}
	_, err := child{args: args, limit: g.limit}.run(ctx)
	return err
}

// build builds a site once.
func (g generator) build(ctx context.Context, content, out string) (usage, built, error) {
	told, err := os.CreateTemp(filepath.Dir(out), "told-*.json")
	if err != nil {
		return usage{}, built{}, err
	}
	defer os.Remove(told.Name())
	defer told.Close()
	u, err := child{args: []string{g.program, "build", "--json", "--content", content, "--out", out}, limit: g.limit, out: told}.run(ctx)
	if err != nil {
		return u, built{}, err
	}
	if _, err := told.Seek(0, io.SeekStart); err != nil {
		return u, built{}, err
	}
	b, err := readBuilt(bufio.NewReader(told))
	return u, b, err
}
